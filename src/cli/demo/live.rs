//! A real repository as the ground of the demonstration: its busiest people stand in for members.
//! It must not make anybody up: a member is an account that was seen at work.

use anyhow::{Context as _, ensure};
use chrono::Months;
use chrono_tz::Tz;

use super::{
    super::{institution, output, repository, roster, term},
    Ground,
};
use crate::{
    db::{Db, accounts},
    decisions,
    enrolment::Asked,
    model::{actor::Actor, clock::Clock, ids::EvaluationId, member::MemberRole, repository::FullName, roster::Named},
    rosters::{Roster, Wish},
};

/// How many people are taken for members.
const MOST_PEOPLE: u16 = 200;
const CATEGORY: &str = "community";

/// An institution with one repository and, as its term, the twelve months before today.
pub(super) async fn register(db: &Db, repository: &FullName) -> anyhow::Result<Ground> {
    let institution = institution::create(db, &format!("Everybody who works on {repository}"), "everybody", Tz::UTC).await?;
    let today = Clock::System.now().date_naive();
    let from = today.checked_sub_months(Months::new(12)).context("the clock is wrong")?;
    let until = today.pred_opt().context("the clock is wrong")?;
    let term = term::create(db, institution.id, "last-12-months", "the last twelve months", (from, until)).await?;
    let mut tx = db.begin_as(institution.id).await?;
    repository::track(&mut tx, repository, CATEGORY, &[]).await?;
    tx.commit().await?;
    Ok(Ground { institution, term })
}

/// Proposes awards, and leaves them to people.
pub(super) async fn propose(db: &Db, ground: &Ground, evaluation: EvaluationId) -> anyhow::Result<String> {
    let mut tx = db.begin_as(ground.institution.id).await?;
    let proposed = decisions::propose(&mut tx, evaluation, &Actor::Program, Clock::System.now()).await?.proposed;
    tx.commit().await?;
    Ok(format!("proposed {proposed} awards, by the program; nobody has decided on them, and no credit is given without a person\n"))
}

/// Registers the accounts that were seen at work in the term; the number is GitHub's id.
pub(super) async fn register_people(db: &Db, ground: &Ground) -> anyhow::Result<()> {
    let from = ground.term.window(ground.institution.timezone).from;
    let mut tx = db.begin_as(ground.institution.id).await?;
    let seen = accounts::list_most_active(&mut tx, from, MOST_PEOPLE).await?;
    tx.commit().await?;
    ensure!(!seen.is_empty(), "nobody has worked there in {}: choose another repository", ground.term.name);
    let people = seen.into_iter().map(|account| {
        let (number, login) = (account.id.to_string(), account.login);
        Named { number, name: login.clone(), role: Some(MemberRole::Student), unit: None, class: None, github_login: Some(login) }
    });
    // GitHub's numbers have any length.
    let asked = Asked { wish: Wish { accept_numbers: true, ..Wish::default() }, ..Asked::default() };
    let imported = roster::import(db, ground.institution.id, &Roster::of(people), asked).await?;
    output::say(format_args!("registered the {} people who did most there as members", imported.added));
    Ok(())
}
