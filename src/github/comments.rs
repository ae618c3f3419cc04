//! Comments: of a review, of an issue's conversation, of a pull request's.
//! It must not keep the text in the fact: its length is, and the evidence has the rest.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    client::Document,
    error::Error,
    lists::{Piece, Rest},
    wire::{self, Big, Who},
};
use crate::model::github::Comment;

/// The conversation of an issue or a pull request.
pub(super) const CONVERSATION: Rest =
    Rest { document: Document { name: "MoreComments", text: include_str!("rest_comments.graphql") }, field: "comments" };

/// The comments of a review.
pub(super) const OF_REVIEW: Rest =
    Rest { document: Document { name: "MoreReviewComments", text: include_str!("rest_review_comments.graphql") }, field: "comments" };

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommentWire {
    full_database_id: Big,
    url: String,
    #[serde(deserialize_with = "wire::nullable")]
    author: Option<Who>,
    created_at: DateTime<Utc>,
    body: String,
}

pub(super) fn comment(piece: Piece<'_>) -> Result<Comment, Error> {
    let wire: CommentWire = piece.read()?;
    Ok(Comment {
        github_id: wire.full_database_id.0,
        url: wire.url,
        author: wire::account(wire.author),
        created_at: wire.created_at,
        body_length: wire::length(&wire.body),
        evidence: piece.evidence(),
    })
}
