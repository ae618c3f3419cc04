//! `POST /v1/repositories/import`: many repositories at once as CSV. All of them or none.
//! It must not stop at the first bad line: whoever wrote the file wants to know all of them.

use std::collections::HashMap;

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;

use super::{
    Api,
    auth::{By, Staff},
    body::Csv,
    done::Done,
    fields::Faults,
    problem::Problem,
    repositories::{Checked, RepositoryView, already_tracked, check, nobody_has},
};
use crate::{
    db::{
        self, InstitutionTx, members, queue,
        repositories::{self, Registration},
    },
    model::{
        ids::{MemberId, RepositoryId},
        lines::Lines,
        page::Page,
    },
};

const MOST_ROWS: usize = 5_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowWire {
    full_name: String,
    category: String,
    #[serde(default)]
    member_numbers: String,
}

/// One line of the file.
#[derive(Debug)]
struct Row {
    line: u64,
    checked: Checked,
}

/// Tracks many repositories: `full_name,category,member_numbers`, with `;` between numbers. All or nothing; faults name their lines.
#[utoipa::path(post, path = "/v1/repositories/import", tag = "Repositories", security(("key" = ["staff"])),
    request_body(content = String, content_type = "text/csv", example = "full_name,category,member_numbers\nrust-lang/cargo,community,\n"),
    responses((status = 201, body = Page<RepositoryView>)))]
pub(super) async fn import(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Csv(text): Csv,
) -> Result<Done<(StatusCode, Json<Page<RepositoryView>>)>, Problem> {
    let rows = read(&text)?;
    let now = api.clock.now();
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let registrations = resolve(&mut tx, rows).await?;
    let mut ids = Vec::with_capacity(registrations.len());
    for registration in &registrations {
        let id = repositories::track(&mut tx, RepositoryId::new(now), registration, &actor, now).await.map_err(|error| match error {
            db::Error::Conflict { .. } => already_tracked(&registration.full_name),
            other => Problem::database(other),
        })?;
        ids.push(id);
    }
    let tracked = repositories::list_all(&mut tx).await.map_err(Problem::database)?;
    queue::request_rescoring(&mut tx, now).await.map_err(Problem::database)?;
    let mut by_id: HashMap<RepositoryId, _> = tracked.into_iter().map(|tracked| (tracked.id, tracked)).collect();
    let items = ids.iter().filter_map(|id| by_id.remove(id)).map(RepositoryView::from).collect();
    Ok(Done(tx, (StatusCode::CREATED, Json(Page { items, next: None }))))
}

/// The rows as far as the file alone can tell, or all that is wrong with it.
fn read(text: &str) -> Result<Vec<Row>, Problem> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|why| Problem::bad_request(format!("The CSV cannot be read: {why}.")))?.clone();
    let mut faults = Faults::default();
    let mut rows = Vec::new();
    let mut lines = Lines::of(text);
    let mut first_lines: HashMap<String, u64> = HashMap::new();
    for record in reader.records() {
        let wire = record.and_then(|record| {
            Ok((lines.number(record.position().map(csv::Position::byte)), record.deserialize::<RowWire>(Some(&header))?))
        });
        let (line, wire) = match wire {
            Ok(read) => read,
            Err(why) => {
                faults.on_line(lines.number(why.position().map(csv::Position::byte)));
                faults.add("row", why_not(&why));
                continue;
            }
        };
        faults.on_line(line);
        if rows.len() == MOST_ROWS {
            faults.add("row", format!("a file may hold at most {MOST_ROWS} repositories"));
            break;
        }
        let numbers = wire.member_numbers.split(';').map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect();
        let Some(checked) = check(&mut faults, wire.full_name, wire.category, numbers) else { continue };
        if let Some(first) = first_lines.insert(checked.full_name.as_str().to_lowercase(), line) {
            faults.add("full_name", format!("{} is on line {first} already", checked.full_name));
        }
        rows.push(Row { line, checked });
    }
    if rows.is_empty() && faults.is_empty() {
        faults.add("row", "the file holds no repository: write full_name,category,member_numbers and a line for each");
    }
    faults.finish().map(|()| rows)
}

/// What is wrong with a line, without the line's number, which the fault has anyway.
fn why_not(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("has {len} columns where the first line has {expected_len}"),
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        _ => error.to_string(),
    }
}

/// The rows with members in place of their numbers, or all that the registers say against them.
async fn resolve(tx: &mut InstitutionTx, rows: Vec<Row>) -> Result<Vec<Registration>, Problem> {
    let mut numbers: Vec<String> = rows.iter().flat_map(|row| row.checked.numbers.iter().cloned()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let found = members::list_by_number(tx, &numbers).await.map_err(Problem::database)?;
    let ids: HashMap<String, MemberId> = found.into_iter().map(|member| (member.number, member.id)).collect();
    let tracked = repositories::list_all(tx).await.map_err(Problem::database)?;
    let tracked: Vec<String> = tracked.iter().map(|tracked| tracked.full_name.as_str().to_lowercase()).collect();

    let mut faults = Faults::default();
    let mut registrations = Vec::with_capacity(rows.len());
    for Row { line, checked } in rows {
        faults.on_line(line);
        if tracked.contains(&checked.full_name.as_str().to_lowercase()) {
            faults.add("full_name", format!("{} is tracked already", checked.full_name));
        }
        let unknown: Vec<&str> = checked.numbers.iter().map(String::as_str).filter(|n| !ids.contains_key(*n)).collect();
        if !unknown.is_empty() {
            faults.add("member_numbers", nobody_has(&unknown));
        }
        let members = checked.numbers.iter().filter_map(|number| ids.get(number).copied()).collect();
        registrations.push(Registration { full_name: checked.full_name, category: checked.category, members });
    }
    faults.finish().map(|()| registrations)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let problem = read(text).unwrap_err();
        problem.errors().iter().map(|f| format!("{}: {}: {}", f.line.unwrap_or(0), f.field, f.message)).collect()
    }

    #[test]
    fn rows_may_quote_leave_numbers_out_and_end_as_on_windows() {
        let rows = read("full_name,category,member_numbers\r\n\"a/b\",course,001; 002\r\nc/d,community,\r\n").unwrap();
        assert_eq!(rows[0].checked.numbers, ["001", "002"]);
        assert!(rows[1].checked.numbers.is_empty());
        assert_eq!(rows[1].line, 3);
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        let text = "full_name,category,member_numbers\n\nab,own,\n\"c/d\",\"own\",\"1;\n2\"\n\n\na/b\ne/f,Own,\n";
        let lines = |text: &str| faults(text).iter().map(|fault| fault.split(':').next().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(lines(text), ["3", "8", "9"]);
        assert_eq!(lines(&text.replace('\n', "\r\n")), ["3", "8", "9"]);
    }

    #[test]
    fn every_bad_line_is_named() {
        let found = faults("full_name,category,member_numbers\nab,course,\na/b,Course,\na/b\nc/d,own,\nC/D,own,\n");
        assert_eq!(
            found,
            [
                "2: full_name: `ab` does not name a repository: write owner/name, such as rust-lang/cargo",
                "3: category: must be a word of at most 40 of a-z, 0-9, - and _ that begins with a letter, such as community",
                "4: row: has 1 columns where the first line has 3",
                "6: full_name: C/D is on line 5 already",
            ]
        );
    }

    #[test]
    fn a_column_that_is_unknown_or_missing_is_named() {
        assert!(faults("full_name,categorie\na/b,own\n")[0].contains("categorie"));
        assert!(faults("full_name\na/b\n")[0].contains("category"));
    }

    #[test]
    fn an_empty_file_is_refused() {
        for text in ["", "full_name,category,member_numbers\n"] {
            assert!(faults(text)[0].contains("holds no repository"), "{text:?}");
        }
    }
}
