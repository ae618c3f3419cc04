//! `/v1/holidays`: the days on which nobody works, and the weekends on which people do.
//! It must not count days: `awards` does.

use axum::{Json as JsonAnswer, extract::State};
use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{By, Reader, Staff},
    body::Json,
    fields::{self, Faults},
    problem::Problem,
    query::Query,
};
use crate::{
    db::holidays,
    model::{award::Holiday, holiday::YEARS, page::Page},
};

/// A day that is not as its place in the week says.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Holiday)]
pub(super) struct HolidayView {
    day: NaiveDate,
    /// True: people work, although it is a Saturday or a Sunday. Absent: they do not.
    #[serde(default)]
    working: bool,
    #[schema(example = "New Year's Day")]
    name: Option<String>,
}

/// The days of one year.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewHolidays {
    #[schema(example = 2026)]
    year: i32,
    days: Vec<HolidayView>,
}

/// Which of them.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Of this year alone.
    year: Option<i32>,
}

/// Lists the holidays and the working weekends, by day, all on one page.
#[utoipa::path(get, path = "/v1/holidays", tag = "Awards", security(("key" = ["reader"])), params(Wanted),
    responses((status = 200, body = Page<HolidayView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    reader: Reader,
    Query(wanted): Query<Wanted>,
) -> Result<JsonAnswer<Page<HolidayView>>, Problem> {
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let found = holidays::list(&mut tx, wanted.year).await.map_err(Problem::database)?;
    Ok(JsonAnswer(page(found)))
}

/// Puts the days of a year in the place of those that are there. What was announced stays announced.
#[utoipa::path(put, path = "/v1/holidays", tag = "Awards", security(("key" = ["staff"])), responses((status = 200, body = Page<HolidayView>)))]
pub(super) async fn replace(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Json(new): Json<NewHolidays>,
) -> Result<JsonAnswer<Page<HolidayView>>, Problem> {
    let year = new.year;
    let days = check(new)?;
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    holidays::replace(&mut tx, year, &days, &actor, api.clock.now()).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    Ok(JsonAnswer(page(days)))
}

fn check(new: NewHolidays) -> Result<Vec<Holiday>, Problem> {
    let mut faults = Faults::default();
    if !YEARS.contains(&new.year) {
        faults.add("year", format!("must be in the years {} to {}", YEARS.start(), YEARS.end()));
    }
    let mut days: Vec<Holiday> = Vec::new();
    for (at, one) in new.days.into_iter().enumerate() {
        let name = faults.check(&format!("days[{at}].name"), one.name.map(|name| fields::text(name, fields::NAME)).transpose());
        if one.day.year() != new.year {
            faults.add(&format!("days[{at}].day"), format!("is not in {}", new.year));
        }
        days.push(Holiday { day: one.day, working: one.working, name: name.flatten() });
    }
    days.sort_by_key(|one| one.day);
    for twice in days.windows(2).filter(|pair| pair[0].day == pair[1].day) {
        faults.add("days", format!("{} is there twice", twice[0].day));
    }
    faults.finish().map(|()| days)
}

fn page(days: Vec<Holiday>) -> Page<HolidayView> {
    let items = days.into_iter().map(|one| HolidayView { day: one.day, working: one.working, name: one.name }).collect();
    Page { items, next: None }
}
