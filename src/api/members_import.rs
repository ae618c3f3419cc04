//! `POST /v1/members/import`: a roster as a file, all of it or nothing of it.
//! It must not keep the executor from its work while it reads: a file of a hundred thousand lines takes a while.

use axum::{Json, extract::State};
use serde::Deserialize;

use super::{
    Api,
    auth::{By, Staff},
    body::File,
    done::Done,
    fields::Fault,
    problem::Problem,
    query::Query,
};
use crate::{
    enrolment::{self, Asked},
    model::{member::MemberRole, roster::Imported},
    rosters::{self, Mistakes, Wish},
};

/// A person of a roster as JSON. What is absent or null is not said, and stays as it is known.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes what `rosters` reads")]
pub(super) struct RosterPerson {
    #[schema(example = "0020230001")]
    number: String,
    #[schema(example = "Ada Lovelace")]
    name: String,
    /// Of somebody new, student where it is absent.
    role: Option<MemberRole>,
    #[schema(example = "Computer Science")]
    unit: Option<String>,
    #[schema(example = "CS2301")]
    class: Option<String>,
    #[schema(example = "octocat")]
    github_login: Option<String>,
}

/// A file, byte for byte.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes what `rosters` reads")]
pub(super) struct Bytes(Vec<u8>);

/// How it is to be imported.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct How {
    /// Says what would be done, and does nothing.
    #[serde(default)]
    dry_run: bool,
    /// The numbers are right, though some look as if leading zeros were lost.
    #[serde(default)]
    accept_numbers: bool,
    /// Columns that no roster has are not read; otherwise they are refused.
    #[serde(default)]
    ignore_columns: bool,
    /// How many members are left out, as a preview said: they are taken off the register. Another number is a conflict.
    remove_left_out: Option<u64>,
}

/// Registers and changes the people of a roster: CSV in any usual encoding, XLSX, JSON or a OneRoster 1.2 bundle. All or nothing; faults
/// name their lines. The number says who is who; what a file does not say stays; who is left out stays, unless `remove_left_out` says how many.
#[utoipa::path(post, path = "/v1/members/import", tag = "Members", security(("key" = ["staff"])), params(How),
    request_body(content(
        (String = "text/csv", example = "number,name,role,unit,class,github_login\n0020230001,Ada Lovelace,student,Computer Science,CS2301,octocat\n"),
        (Vec<RosterPerson> = "application/json"),
        (Bytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Bytes = "application/zip"),
    )),
    responses((status = 200, body = Imported)))]
pub(super) async fn import(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Query(how): Query<How>,
    File(bytes): File,
) -> Result<Done<Json<Imported>>, Problem> {
    let wish = Wish { accept_numbers: how.accept_numbers, ignore_columns: how.ignore_columns };
    let asked = Asked { wish, dry_run: how.dry_run, remove_left_out: how.remove_left_out };
    let reading = tokio::task::spawn_blocking(move || rosters::read(&bytes, &wish));
    let roster = reading.await.map_err(|why| Problem::broken(&why))?.map_err(refuse)?;
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let imported = enrolment::import(&mut tx, &roster, asked, &actor, api.clock.now()).await.map_err(|error| match error {
        enrolment::Error::Database(error) => Problem::database(error),
        enrolment::Error::Mistakes(mistakes) => refuse(mistakes),
        enrolment::Error::LeftOut { .. } => Problem::conflict_of("remove_left_out", error.to_string()),
        enrolment::Error::Overtaken => Problem::conflict(error.to_string()),
    })?;
    Ok(Done(tx, Json(imported)))
}

fn refuse(mistakes: Mistakes) -> Problem {
    let more = mistakes.more;
    let told = mistakes.told.into_iter().map(|mistake| {
        let message = match mistake.place {
            Some(rosters::Place::LineOf(file, _)) => format!("{} ({file})", mistake.message),
            _ => mistake.message,
        };
        Fault { line: mistake.place.map(rosters::Place::number), ..Fault::new(mistake.field.as_str(), message) }
    });
    let rest = (more > 0).then(|| Fault::new("file", format!("has {more} more mistakes")));
    Problem::invalid_fields(told.chain(rest).collect())
}
