//! `GET /v1/reports/credits`: the credit report of a term, as a file.
//! It must not compute: it reads what an evaluation stored and hands it to the renderer.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    Api,
    auth::{By, Reader},
    awards::problem,
    evaluations::require_done,
    problem::Problem,
    query::Query,
};
use crate::{
    db::{
        InstitutionTx, credit_reports,
        evaluations::{self, Reported},
        terms,
    },
    decisions,
    model::{
        ids::{EvaluationId, TermId},
        policy::Audience,
        work::Evaluation,
    },
    reports::{self, Format},
};

/// Which report.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The newest finished evaluation of this term; where policies were adopted for it, the newest under one of them.
    term_id: Option<TermId>,
    /// With `term_id`, where several have been scored, each under a policy of their own: whose report.
    audience: Option<Audience>,
    /// This evaluation, and no newer one.
    evaluation_id: Option<EvaluationId>,
    /// `csv` or `json`; otherwise `json`.
    #[param(example = "csv")]
    format: Option<String>,
}

/// The credit report of a term: who earned what, under which policy, up to when that is complete, and what people decided on it so far. The
/// log notes who took it.
#[utoipa::path(get, path = "/v1/reports/credits", tag = "Reports", security(("key" = ["reader"])), params(Wanted),
    responses((status = 200, content((String = "text/csv"), (serde_json::Value = "application/json")))))]
pub(super) async fn credits(
    State(api): State<Api>,
    reader: Reader,
    By(actor): By,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let format = wanted.format.as_deref().map(str::parse::<Format>).transpose().map_err(Problem::bad_request)?.unwrap_or(Format::Json);
    // All of it as of one moment.
    let mut tx = api.db.begin_as_of_now(reader.institution).await.map_err(Problem::database)?;
    let evaluation = choose(&mut tx, &wanted, api.clock.now()).await?;
    let report = decisions::report(&mut tx, evaluation.id, api.clock.now()).await.map_err(problem)?.ok_or_else(Problem::not_found)?;
    drop(tx);
    let disposition = disposition(&report.term.code, format)?;
    let rendering = tokio::task::spawn_blocking(move || reports::render(&report, format).map(|bytes| (report, bytes)));
    let (report, bytes) = rendering.await.map_err(|why| Problem::broken(&why))?.map_err(|why| Problem::broken(&why))?;
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let file = (format.as_str(), &*bytes);
    credit_reports::record_export(&mut tx, &report, file, &actor, api.clock.now()).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    let kind = HeaderValue::from_static(format.content_type());
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
}

async fn choose(tx: &mut InstitutionTx, wanted: &Wanted, now: DateTime<Utc>) -> Result<Evaluation, Problem> {
    if let Some(term) = wanted.term_id {
        terms::get(tx, term).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    }
    match (wanted.term_id, wanted.evaluation_id) {
        (_, Some(_)) if wanted.audience.is_some() => {
            Err(Problem::bad_request("audience says which evaluation of a term is meant: leave it out where evaluation_id says so."))
        }
        (term, Some(evaluation)) => {
            let evaluation = require_done(tx, evaluation).await?;
            if term.is_none_or(|term| term == evaluation.term) { Ok(evaluation) } else { Err(Problem::not_found()) }
        }
        (Some(term), None) => newest(tx, term, wanted.audience, now).await,
        (None, None) => Err(Problem::bad_request("Name the term (term_id) or the evaluation (evaluation_id).")),
    }
}

async fn newest(tx: &mut InstitutionTx, term: TermId, audience: Option<Audience>, now: DateTime<Utc>) -> Result<Evaluation, Problem> {
    match evaluations::choose_reported(tx, term, audience, now).await.map_err(Problem::database)? {
        Reported::Evaluation(evaluation) => Ok(evaluation),
        Reported::AskAudience(audiences) => {
            let audiences = audiences.iter().map(|audience| audience.as_str()).collect::<Vec<_>>().join(", ");
            Err(Problem::conflict_of("audience", format!("there are reports for {audiences}: say whose")))
        }
        Reported::Nothing => {
            let of = audience.map(|audience| format!(" for {audience}")).unwrap_or_default();
            Err(Problem::conflict(format!(
                "The term has no finished evaluation{of} (under a policy that is in force, where any was adopted): ask for one with POST /v1/evaluations."
            )))
        }
    }
}

/// The name of the file: the term's code as far as it is plain.
fn disposition(term: &str, format: Format) -> Result<HeaderValue, Problem> {
    let plain: String = term.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    HeaderValue::try_from(format!("attachment; filename=\"credits-{plain}.{format}\"")).map_err(|why| Problem::broken(&why))
}
