//! Reviews of a pull request, each with its comments to the end.
//! It must not say what a review is worth: a dismissed one is a fact too.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    client::{Client, Document},
    comments,
    error::Error,
    lists::{Piece, Rest},
    wire::{self, Big, ListWire, Who},
};
use crate::model::github::{Review, ReviewState};

pub(super) const REST: Rest =
    Rest { document: Document { name: "MoreReviews", text: include_str!("rest_reviews.graphql") }, field: "reviews" };

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReviewWire<'a> {
    id: String,
    full_database_id: Big,
    url: String,
    #[serde(deserialize_with = "wire::nullable")]
    author: Option<Who>,
    state: StateWire,
    created_at: DateTime<Utc>,
    #[serde(deserialize_with = "wire::nullable")]
    submitted_at: Option<DateTime<Utc>>,
    body: String,
    #[serde(borrow)]
    comments: ListWire<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum StateWire {
    Pending,
    Commented,
    Approved,
    ChangesRequested,
    Dismissed,
}

impl From<StateWire> for ReviewState {
    fn from(state: StateWire) -> Self {
        match state {
            StateWire::Pending => Self::Pending,
            StateWire::Commented => Self::Commented,
            StateWire::Approved => Self::Approved,
            StateWire::ChangesRequested => Self::ChangesRequested,
            StateWire::Dismissed => Self::Dismissed,
        }
    }
}

/// A review whose comments may go on.
pub(super) struct Draft {
    review: Review,
    id: String,
    more_comments: Option<String>,
}

pub(super) fn draft(piece: Piece<'_>) -> Result<Draft, Error> {
    let wire: ReviewWire<'_> = piece.read()?;
    let (comments, more_comments) = wire.comments.open("comments", None, piece.request(), comments::comment)?;
    let review = Review {
        github_id: wire.full_database_id.0,
        url: wire.url,
        author: wire::account(wire.author),
        state: wire.state.into(),
        created_at: wire.created_at,
        submitted_at: wire.submitted_at,
        body_length: wire::length(&wire.body),
        comments,
        evidence: piece.evidence(),
    };
    Ok(Draft { review, id: wire.id, more_comments })
}

impl Draft {
    pub async fn finish(self, client: &Client) -> Result<Review, Error> {
        let Self { mut review, id, more_comments } = self;
        comments::OF_REVIEW.extend(client, &id, more_comments, &mut review.comments, &mut review.evidence, comments::comment).await?;
        Ok(review)
    }
}
