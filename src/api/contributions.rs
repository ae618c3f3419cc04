//! `GET /v1/contributions`: the facts from GitHub about the tracked repositories, newest first.
//! It must not judge: what a contribution is worth is an evaluation's matter.

use axum::{Json, extract::State};
use chrono::{DateTime, Days, NaiveDate, TimeZone as _, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::Reader,
    problem::Problem,
    query::{self, Query},
};
use crate::{
    db::{
        contributions::{self, After, Filter, Listed},
        institutions,
    },
    model::{
        account::AccountId,
        contribution::{Key, Kind, State as ContributionState},
        ids::{MemberId, RepositoryId},
        page::Page,
        repository::FullName,
        term::start_of_day,
    },
};

/// Which contributions.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Done by this member's linked account.
    member_id: Option<MemberId>,
    repository_id: Option<RepositoryId>,
    kind: Option<Kind>,
    /// Not before this moment (RFC 3339), or not before this day in the institution's zone.
    #[param(example = "2025-09-01")]
    from: Option<String>,
    /// Before this moment (RFC 3339), or not after this day in the institution's zone.
    #[param(example = "2026-01-31")]
    to: Option<String>,
    /// How many items at most: 1 to 200, otherwise 50.
    #[param(minimum = 1, maximum = 200, example = 50)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// One thing that one account did in one repository.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Contribution)]
pub(super) struct ContributionView {
    kind: Kind,
    /// GitHub's number of it, or a commit's object id.
    github_id: String,
    repository_id: RepositoryId,
    repository: FullName,
    /// The account's number on GitHub. Null: the account was deleted, or no account claims the commit's author.
    account_id: Option<AccountId>,
    by_bot: bool,
    /// The member whose linked account did it.
    member_id: Option<MemberId>,
    state: ContributionState,
    occurred_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    number: Option<i64>,
    title: Option<String>,
    url: String,
    labels: Vec<String>,
    /// Lines added and deleted in files that people write. Null: not known.
    effective_lines: Option<i64>,
    /// Lines added and deleted in all files. Null: not known.
    total_lines: Option<i64>,
}

impl From<Listed> for ContributionView {
    fn from(listed: Listed) -> Self {
        let contribution = listed.contribution;
        Self {
            kind: contribution.key.kind,
            github_id: contribution.key.github_id.into(),
            repository_id: contribution.key.repository,
            repository: listed.repository,
            account_id: contribution.account,
            by_bot: contribution.by_bot,
            member_id: listed.member,
            state: contribution.state,
            occurred_at: contribution.occurred_at,
            closed_at: contribution.closed_at,
            number: contribution.number,
            title: listed.title,
            url: listed.url,
            labels: contribution.labels,
            effective_lines: contribution.effective_lines,
            total_lines: contribution.total_lines,
        }
    }
}

/// Lists contributions to the tracked repositories, newest first.
#[utoipa::path(get, path = "/v1/contributions", tag = "Contributions", security(("key" = ["reader"])), params(Wanted),
    responses((status = 200, body = Page<ContributionView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    reader: Reader,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<ContributionView>>, Problem> {
    let limit = query::limit(wanted.limit)?;
    let after = query::after::<(DateTime<Utc>, Key)>(wanted.cursor.as_deref())?;
    let after = after.map(|(at, key)| Ok(After { occurred_at: storable("cursor", at)?, key })).transpose()?;
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let institution = institutions::get(&mut tx).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let day = |day| start_of_day(day, institution.timezone);
    let filter = Filter {
        member: wanted.member_id,
        repository: wanted.repository_id,
        kind: wanted.kind,
        from: wanted.from.map(|from| moment("from", &from, day)).transpose()?,
        until: wanted.to.map(|to| moment("to", &to, |last| day(last.checked_add_days(Days::new(1)).unwrap_or(last)))).transpose()?,
    };
    let found = contributions::list(&mut tx, &filter, after.as_ref(), limit).await.map_err(Problem::database)?;
    let cursor = |last: &Listed| query::cursor(&(last.contribution.occurred_at, &last.contribution.key));
    Ok(Json(Page::cut(found, limit, cursor).map(ContributionView::from)))
}

/// A moment as RFC 3339 writes it, or the one that a day stands for.
fn moment(parameter: &str, text: &str, of_day: impl Fn(NaiveDate) -> DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
    let moment = DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc));
    let moment =
        moment.or_else(|_| text.parse().map(|day: NaiveDate| if is_storable(day) { of_day(day) } else { DateTime::<Utc>::MAX_UTC }));
    let refuse = || Problem::bad_request(format!("{parameter} must be a day such as 2025-09-01 or a time such as 2025-09-01T00:00:00Z."));
    storable(parameter, moment.map_err(|_| refuse())?)
}

fn is_storable(day: NaiveDate) -> bool {
    let first = NaiveDate::from_ymd_opt(1, 1, 1);
    let last = NaiveDate::from_ymd_opt(9999, 12, 30);
    Some(day) >= first && Some(day) <= last
}

/// Postgres keeps no moment of the far past or the far future.
fn storable(parameter: &str, at: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
    let bounds = (Utc.with_ymd_and_hms(1, 1, 1, 0, 0, 0).earliest(), Utc.with_ymd_and_hms(9999, 12, 31, 23, 59, 59).latest());
    match bounds {
        (Some(first), Some(last)) if (first..=last).contains(&at) => Ok(at),
        _ => Err(Problem::bad_request(format!("{parameter} is too far in the past or in the future."))),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2025-09-01", Some("2025-08-31T16:00:00+00:00"))]
    #[case("2025-09-01T00:00:00+02:00", Some("2025-08-31T22:00:00+00:00"))]
    #[case("2025-09-01T00:00:00Z", Some("2025-09-01T00:00:00+00:00"))]
    #[case("yesterday", None)]
    #[case("2025-02-30", None)]
    #[case("+99999-01-01", None)]
    #[case("-0044-03-15", None)]
    #[case("0000-01-01T00:00:00Z", None)]
    fn a_moment_is_a_time_or_a_day_of_the_institution(#[case] text: &str, #[case] expected: Option<&str>) {
        let read = moment("from", text, |day| start_of_day(day, chrono_tz::Asia::Shanghai));
        assert_eq!(read.ok().map(|at| at.to_rfc3339()).as_deref(), expected);
    }
}
