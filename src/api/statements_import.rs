//! `POST /v1/statements/import`: many statements at once as CSV. All of them or none.
//! It must not stop at the first bad line: whoever wrote the file wants to know all of them.

use axum::{Json, extract::State, http::StatusCode};

use super::{
    Api,
    auth::{By, Staff},
    body::Csv,
    done::Done,
    fields::Faults,
    problem::Problem,
    statements::StatementView,
};
use crate::{
    db::statements,
    model::{
        page::Page,
        statement::{Draft, Row, read_file},
    },
};

/// Makes many statements: kind, member_number, name, value, rank, team, about, happened_on, until_on, on_behalf_of, reason. All or nothing; faults name their lines.
#[utoipa::path(post, path = "/v1/statements/import", tag = "Statements", security(("key" = ["staff"])),
    request_body(content = String, content_type = "text/csv",
        example = "kind,member_number,name,value,happened_on,reason\nmark,0020230001,difficulty,4.5,2025-10-15,Colloquium\n"),
    responses((status = 201, body = Page<StatementView>)))]
pub(super) async fn import(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Csv(text): Csv,
) -> Result<Done<(StatusCode, Json<Page<StatementView>>)>, Problem> {
    let rows = read(&text)?;
    let drafts: Vec<&Draft> = rows.iter().map(|row| &row.draft).collect();
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let written = statements::record(&mut tx, &actor, &drafts, api.clock.now()).await.map_err(Problem::database)?;
    let ids = written.map_err(|refused| {
        let mut faults = Faults::default();
        for one in refused {
            rows.get(one.at).into_iter().for_each(|row| faults.on_line(row.line));
            faults.add(one.fault.field, one.fault.message);
        }
        faults.into_problem()
    })?;
    let made = statements::list_by_id(&mut tx, &ids).await.map_err(Problem::database)?;
    let items = made.into_iter().map(StatementView::from).collect();
    Ok(Done(tx, (StatusCode::CREATED, Json(Page { items, next: None }))))
}

fn read(text: &str) -> Result<Vec<Row>, Problem> {
    read_file(text).map_err(|wrong| {
        let mut faults = Faults::default();
        for one in wrong {
            faults.on_line(one.line);
            faults.add(one.field, one.message);
        }
        faults.into_problem()
    })
}
