//! `GET /v1/reports/credits`: the credit report of a term, as a file.
//! It must not compute: it reads what an evaluation stored and hands it to the renderer.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;

use super::{Api, auth::Reader, evaluations::require_done, problem::Problem, query::Query};
use crate::{
    db::{InstitutionTx, credit_reports, evaluations, terms},
    model::{
        ids::{EvaluationId, TermId},
        work::Evaluation,
    },
    reports::{self, Format},
};

/// Which report.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The newest finished evaluation of this term.
    term_id: Option<TermId>,
    /// This evaluation, and no newer one.
    evaluation_id: Option<EvaluationId>,
    /// `csv` or `json`; otherwise `json`.
    #[param(example = "csv")]
    format: Option<String>,
}

/// The credit report of a term: who earned what, under which policy, and up to when that is complete.
#[utoipa::path(get, path = "/v1/reports/credits", tag = "Reports", security(("key" = ["reader"])), params(Wanted),
    responses((status = 200, content((String = "text/csv"), (serde_json::Value = "application/json")))))]
pub(super) async fn credits(State(api): State<Api>, reader: Reader, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let format = wanted.format.as_deref().map(str::parse::<Format>).transpose().map_err(Problem::bad_request)?.unwrap_or(Format::Json);
    // All of it as of one moment.
    let mut tx = api.db.begin_as_of_now(reader.institution).await.map_err(Problem::database)?;
    let evaluation = choose(&mut tx, wanted.term_id, wanted.evaluation_id).await?;
    let report = credit_reports::get(&mut tx, evaluation.id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    drop(tx);
    let disposition = disposition(&report.term.code, format)?;
    let rendering = tokio::task::spawn_blocking(move || reports::render(&report, format));
    let bytes = rendering.await.map_err(|why| Problem::broken(&why))?.map_err(|why| Problem::broken(&why))?;
    let kind = HeaderValue::from_static(format.content_type());
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
}

async fn choose(tx: &mut InstitutionTx, term: Option<TermId>, evaluation: Option<EvaluationId>) -> Result<Evaluation, Problem> {
    if let Some(term) = term {
        terms::get(tx, term).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    }
    match (term, evaluation) {
        (term, Some(evaluation)) => {
            let evaluation = require_done(tx, evaluation).await?;
            if term.is_none_or(|term| term == evaluation.term) { Ok(evaluation) } else { Err(Problem::not_found()) }
        }
        (Some(term), None) => {
            let newest = evaluations::get_newest_done(tx, term).await.map_err(Problem::database)?;
            newest.ok_or_else(|| Problem::conflict("The term has no finished evaluation: ask for one with POST /v1/evaluations."))
        }
        (None, None) => Err(Problem::bad_request("Name the term (term_id) or the evaluation (evaluation_id).")),
    }
}

/// The name of the file: the term's code as far as it is plain.
fn disposition(term: &str, format: Format) -> Result<HeaderValue, Problem> {
    let plain: String = term.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    HeaderValue::try_from(format!("attachment; filename=\"credits-{plain}.{format}\"")).map_err(|why| Problem::broken(&why))
}
