//! `/v1/terms`: whole days in the institution's zone.
//! It must not know when a day begins.

use axum::{Json as JsonAnswer, extract::State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{Reader, Staff},
    body::{Created, Json},
    done::Done,
    fields::{self, Faults},
    problem::Problem,
    query::{self, Id, Paging, Query},
};
use crate::{
    db::{self, terms},
    model::{
        ids::TermId,
        page::Page,
        term::{self, Term},
    },
};

/// A term to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTerm {
    #[schema(example = "2025-2026-1")]
    code: String,
    #[schema(example = "Autumn 2025")]
    name: String,
    #[schema(example = "2025-09-01")]
    starts_on: NaiveDate,
    /// The last day that belongs to the term.
    #[schema(example = "2026-01-31")]
    ends_on: NaiveDate,
}

/// A term of the institution.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Term)]
pub(super) struct TermView {
    id: TermId,
    code: String,
    name: String,
    starts_on: NaiveDate,
    /// The last day that belongs to the term.
    ends_on: NaiveDate,
}

impl From<Term> for TermView {
    fn from(term: Term) -> Self {
        Self { id: term.id, code: term.code, name: term.name, starts_on: term.starts_on, ends_on: term.ends_on }
    }
}

/// Makes a term.
#[utoipa::path(post, path = "/v1/terms", tag = "Terms", security(("key" = ["staff"])), responses((status = 201, body = TermView)))]
pub(super) async fn create(State(api): State<Api>, staff: Staff, Json(new): Json<NewTerm>) -> Result<Done<Created<TermView>>, Problem> {
    let now = api.clock.now();
    let term = check(TermId::new(now), new)?;
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    terms::insert(&mut tx, &term, now).await.map_err(|error| match error {
        db::Error::Conflict { .. } => Problem::conflict_of("code", format!("there is a term {} already", term.code)),
        other => Problem::database(other),
    })?;
    Ok(Done(tx, Created(format!("/v1/terms/{}", term.id), term.into())))
}

/// Lists the terms by code.
#[utoipa::path(get, path = "/v1/terms", tag = "Terms", security(("key" = ["reader"])), params(Paging),
    responses((status = 200, body = Page<TermView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    reader: Reader,
    Query(paging): Query<Paging>,
) -> Result<JsonAnswer<Page<TermView>>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after::<String>()?);
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let found = terms::list(&mut tx, after.as_deref(), limit).await.map_err(Problem::database)?;
    Ok(JsonAnswer(Page::cut(found, limit, |last| query::cursor(&last.code)).map(TermView::from)))
}

/// Shows a term.
#[utoipa::path(get, path = "/v1/terms/{id}", tag = "Terms", security(("key" = ["reader"])), params(("id" = TermId, Path)),
    responses((status = 200, body = TermView)))]
pub(super) async fn get(State(api): State<Api>, reader: Reader, Id(id): Id<TermId>) -> Result<JsonAnswer<TermView>, Problem> {
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let term = terms::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    Ok(JsonAnswer(term.into()))
}

fn check(id: TermId, new: NewTerm) -> Result<Term, Problem> {
    let mut faults = Faults::default();
    let code = faults.check("code", fields::text(new.code, fields::LABEL));
    let name = faults.check("name", fields::text(new.name, fields::NAME));
    for (field, why) in term::faults_of_days(new.starts_on, new.ends_on) {
        faults.add(field, why);
    }
    match (code, name, faults.is_empty()) {
        (Some(code), Some(name), true) => Ok(Term { id, code, name, starts_on: new.starts_on, ends_on: new.ends_on }),
        _ => Err(faults.into_problem()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn faults(starts_on: &str, ends_on: &str) -> Vec<String> {
        let new = NewTerm { code: "t".into(), name: "t".into(), starts_on: starts_on.parse().unwrap(), ends_on: ends_on.parse().unwrap() };
        match check(TermId(uuid::Uuid::nil()), new) {
            Ok(_) => Vec::new(),
            Err(problem) => problem.errors().iter().map(|fault| fault.field.clone()).collect(),
        }
    }

    #[rstest]
    #[case("2025-09-01", "2025-09-01", &[])]
    #[case("2025-09-01", "2027-09-01", &[])]
    #[case("2023-09-01", "2025-09-01", &[])]
    #[case("2025-09-01", "2025-08-31", &["ends_on"])]
    #[case("2025-09-01", "2027-09-03", &["ends_on"])]
    #[case("0025-09-01", "0026-01-31", &["starts_on", "ends_on"])]
    #[case("+12025-09-01", "+12026-01-31", &["starts_on", "ends_on"])]
    fn a_term_is_at_most_two_years_of_this_age(#[case] starts_on: &str, #[case] ends_on: &str, #[case] expected: &[&str]) {
        assert_eq!(faults(starts_on, ends_on), expected);
    }
}
