//! Holidays: the days of an institution that are not as their place in the week says.
//! It must not count days: `awards` does.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::{InstitutionTx, Result, audit};
use crate::model::{
    actor::Actor,
    audit::{Action, Event},
    award::Holiday,
};

/// All of them, or those of a year, by day.
pub async fn list(tx: &mut InstitutionTx, year: Option<i32>) -> Result<Vec<Holiday>> {
    let holidays = sqlx::query_as!(
        Holiday,
        "select day, working, name from holidays
         where institution_id = $1 and ($2::integer is null or extract(year from day) = $2) order by day",
        tx.institution().0,
        year,
    );
    Ok(holidays.fetch_all(tx.conn()).await?)
}

/// Puts these days of a year in the place of those that are there.
pub async fn replace(tx: &mut InstitutionTx, year: i32, holidays: &[Holiday], by: &Actor, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("delete from holidays where institution_id = $1 and extract(year from day) = $2::integer", tx.institution().0, year)
        .execute(tx.conn())
        .await?;
    let days: Vec<NaiveDate> = holidays.iter().map(|holiday| holiday.day).collect();
    let working: Vec<bool> = holidays.iter().map(|holiday| holiday.working).collect();
    let names: Vec<Option<String>> = holidays.iter().map(|holiday| holiday.name.clone()).collect();
    sqlx::query!(
        "insert into holidays (institution_id, day, working, name)
         select $1, day, working, name from unnest($2::date[], $3::boolean[], $4::text[]) as h (day, working, name)",
        tx.institution().0,
        &days,
        &working,
        &names as &[Option<String>],
    )
    .execute(tx.conn())
    .await?;
    let listed: Vec<_> = holidays.iter().map(|one| json!({ "day": one.day, "working": one.working })).collect();
    let event = Event { action: Action::HolidaysReplaced, subject: year.to_string(), facts: json!({ "days": listed }), details: None };
    audit::append(tx, by, &event, now);
    Ok(())
}
