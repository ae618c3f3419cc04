//! Lists that come in pages: a page's nodes, the pages after it to the end, and a page of half the size when the whole was too much.
//! It must not skip a node: one that GitHub failed to load spoils the page.

use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use super::{
    answer::Answer,
    client::{Client, Document},
    error::{Error, Request},
    wire::{self, ListWire},
};
use crate::model::github::Evidence;

/// One node as it came, with the path that an error would name.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    raw: &'a RawValue,
    path: String,
    request: &'a Request,
}

impl<'a> Piece<'a> {
    pub fn new(raw: &'a RawValue, path: impl Into<String>, request: &'a Request) -> Self {
        Self { raw, path: path.into(), request }
    }

    pub fn read<T: Deserialize<'a>>(&self) -> Result<T, Error> {
        if self.raw.get() == "null" {
            return Err(self.misread("null: GitHub failed to load it"));
        }
        wire::read(self.raw.get(), &self.path, self.request)
    }

    /// A part of it, with its own evidence.
    pub fn inner(&self, raw: &'a RawValue, field: &str) -> Self {
        Self { raw, path: format!("{}.{field}", self.path), request: self.request }
    }

    pub fn evidence(&self) -> Evidence {
        Evidence(vec![self.raw.get().to_owned()])
    }

    pub fn request(&self) -> &'a Request {
        self.request
    }

    pub fn misread(&self, what: &str) -> Error {
        Error::Protocol { what: format!("{}: {what}", self.path), request: self.request.clone() }
    }
}

impl<'a> ListWire<'a> {
    /// The nodes of this page, and where the next one begins.
    pub fn open<T>(
        self,
        path: &str,
        current: Option<&str>,
        request: &'a Request,
        read: impl Fn(Piece<'a>) -> Result<T, Error>,
    ) -> Result<(Vec<T>, Option<String>), Error> {
        let piece = |(at, raw)| Piece::new(raw, format!("{path}.nodes[{at}]"), request);
        let items = self.nodes.into_iter().enumerate().map(|node| read(piece(node))).collect::<Result<_, _>>()?;
        Ok((items, self.page_info.next(current, request)?))
    }
}

/// A list inside an item that ran over its page: the document that asks for more of it, and what GitHub calls it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rest {
    pub document: Document,
    pub field: &'static str,
}

#[derive(Deserialize)]
struct NodeWire<'a> {
    #[serde(borrow)]
    node: &'a RawValue,
}

impl Rest {
    /// Reads on from `next` to the end of the list of item `id`; what GitHub sent is added to the item's evidence.
    pub async fn extend<T>(
        &self,
        client: &Client,
        id: &str,
        mut next: Option<String>,
        items: &mut Vec<T>,
        evidence: &mut Evidence,
        read: impl Fn(Piece<'_>) -> Result<T, Error>,
    ) -> Result<(), Error> {
        while let Some(after) = next {
            let answer = client.ask(self.document, json!({ "id": id, "after": after })).await?;
            let node = Piece::new(answer.data::<NodeWire<'_>>()?.node, "node", answer.request());
            let mut fields = node.read::<std::collections::HashMap<&str, &RawValue>>()?;
            let list = fields.remove(self.field).ok_or_else(|| node.misread(&format!("missing field `{}`", self.field)))?;
            let path = format!("node.{}", self.field);
            let list: ListWire<'_> = Piece::new(list, path.as_str(), answer.request()).read()?;
            let (more, following) = list.open(&path, Some(&after), answer.request(), &read)?;
            items.extend(more);
            evidence.0.extend(node.evidence().0);
            next = following;
        }
        Ok(())
    }
}

/// Where a list of the repository stands: the cursor, and how many items a page asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paging {
    pub after: Option<String>,
    first: u32,
}

impl Paging {
    pub fn new(first: u32) -> Self {
        Self { after: None, first }
    }

    /// Asks for the page; as long as that is too much for GitHub, at once for half of it.
    pub async fn ask(&mut self, client: &Client, document: Document, mut variables: Value) -> Result<Answer, Error> {
        variables["after"] = json!(self.after);
        loop {
            variables["first"] = json!(self.first);
            match client.ask(document, variables.clone()).await {
                Err(error) if error.is_too_much() && self.first > 1 => self.first /= 2,
                answer => return answer,
            }
        }
    }
}
