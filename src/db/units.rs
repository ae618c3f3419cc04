//! Units: the departments and classes that members name, and how many are in each.
//! It must not keep a list of its own: a unit is there as long as somebody is in it.

use super::{Error, InstitutionTx, Result};
use crate::model::roster::Unit;

/// At most `limit + 1` units after one, each department before its classes: the surplus one says that there is more.
pub async fn list(tx: &mut InstitutionTx, after: Option<&(String, String)>, limit: u16) -> Result<Vec<Unit>> {
    let (unit, class) = after.map_or((None, None), |(unit, class)| (Some(&**unit), Some(&**class)));
    let rows = sqlx::query!(
        r#"with of as (
             select coalesce(unit, '') as unit, coalesce(class, '') as class, role from members
             where institution_id = $1 and removed_at is null and (unit is not null or class is not null)
           ), units as (
             select unit, '' as class, role from of where unit <> '' union all select unit, class, role from of where class <> ''
           )
           select unit as "unit!", class as "class!", count(*) filter (where role = 'student') as "students!",
             count(*) filter (where role = 'faculty') as "faculty!"
           from units where $2::text is null or (unit, class) > ($2, $3::text)
           group by unit, class order by unit, class limit $4"#,
        tx.institution().0,
        unit,
        class,
        i64::from(limit) + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    let named = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok::<_, Error>(
        rows.into_iter()
            .map(|row| Unit { unit: named(row.unit), class: named(row.class), students: row.students, faculty: row.faculty })
            .collect(),
    )
}
