//! What another policy would change in a term: scores everybody under both, from what is stored.
//! It must not write anything.

use std::{collections::HashMap, convert::identity, sync::Arc};

use chrono::{DateTime, Utc};

use super::{
    Failure,
    ground::{Asked, Ground, Lines},
    score_term::{CHUNK, stopped, think},
};
use crate::{
    db::{Db, InstitutionTx, members, scores},
    model::{
        credit::Credits,
        difference::{Difference, LineChange, MemberChange, Totals},
        ids::{InstitutionId, MemberId},
        member::Member,
        member_score::{ExplainedLine, MemberScore, count_flags},
        points::Points,
        policy::Policy,
        score::Line,
        term::Term,
    },
    scoring::difference::changed_lines,
};

/// Why two policies could not be compared.
#[derive(Debug, thiserror::Error)]
#[error("the policies cannot be compared: {0}")]
pub struct NotCompared(String);

/// Who would gain or lose what in `term`, were `after` the policy in the place of `before`.
pub async fn compare_policies(
    db: &Db,
    institution: InstitutionId,
    term: &Term,
    before: Policy,
    after: Policy,
    now: DateTime<Utc>,
) -> Result<Difference, NotCompared> {
    let explain = |failure: Failure| NotCompared(failure.into_words());
    let asked = |policy| Asked { term: term.clone(), policy, as_of: now, lines: Lines::Everyone };
    // Never committed: this only reads.
    let mut tx = db.begin_as_of_now(institution).await.map_err(|error| explain(error.into()))?;
    compare(&mut tx, &asked(before), &asked(after)).await.map_err(explain)
}

async fn compare(tx: &mut InstitutionTx, before: &Asked, after: &Asked) -> Result<Difference, Failure> {
    let (mut earlier, before) = score_all(Ground::load_all(tx, before).await?).await?;
    let (later, after) = score_all(Ground::load_all(tx, after).await?).await?;
    let mut members = Vec::new();
    for score in later {
        let was = earlier.remove(&score.0);
        if was.as_ref() != Some(&score.1) {
            members.push((score.0, was, Some(score.1)));
        }
    }
    members.extend(earlier.into_iter().map(|(member, score)| (member, Some(score), None)));
    let register = list_register(tx).await?;
    let mut changes = Vec::new();
    for (id, was, is) in members {
        let Some(member) = register.get(&id) else { continue };
        let lines = changed_lines(lines_of(was.as_ref()), lines_of(is.as_ref()));
        let lines = explain(tx, lines).await?;
        let score = |score: Option<scores::NewScore>| score.map(|score| of_member(member, score));
        changes.push(MemberChange { before: score(was), after: score(is), lines });
    }
    changes.sort_by(|a, b| a.number().cmp(b.number()));
    Ok(Difference { before, after, members: changes })
}

fn lines_of(score: Option<&scores::NewScore>) -> &[Line] {
    score.map_or(&[], |score| &score.lines)
}

async fn score_all(ground: Ground) -> Result<(HashMap<MemberId, scores::NewScore>, Totals), Failure> {
    let ground = Arc::new(ground);
    let mut all = HashMap::with_capacity(ground.members.len());
    let mut totals = Totals::default();
    for from in (0..ground.members.len()).step_by(CHUNK) {
        for score in think(&ground, from, identity).await.map_err(stopped)? {
            totals.members += 1;
            totals.points += score.computed.as_ref().map_or(Points::ZERO, |c| c.points);
            let credits = score.computed.as_ref().map_or(Credits::ZERO, |c| c.credits);
            totals.credits = Credits::new(totals.credits.to_decimal() + credits.to_decimal());
            all.insert(score.member, score);
        }
    }
    Ok((all, totals))
}

async fn list_register(tx: &mut InstitutionTx) -> Result<HashMap<MemberId, Member>, Failure> {
    let mut register = HashMap::new();
    let mut last: Option<String> = None;
    loop {
        let page = members::list(tx, last.as_deref(), crate::model::page::MAX_LIMIT).await?;
        let is_last = page.len() <= usize::from(crate::model::page::MAX_LIMIT);
        last = page.last().map(|member| member.number.clone());
        register.extend(page.into_iter().map(|member| (member.id, member)));
        if is_last {
            return Ok(register);
        }
    }
}

/// The changes with what each line is about.
async fn explain(tx: &mut InstitutionTx, changes: Vec<LineChange<Line>>) -> Result<Vec<LineChange<ExplainedLine>>, Failure> {
    let sides = changes.iter().map(|change| (change.before.is_some(), change.after.is_some())).collect::<Vec<_>>();
    let lines = changes.into_iter().flat_map(|change| [change.before, change.after]).flatten().collect();
    let mut explained = scores::explain(tx, lines).await?.into_iter();
    let mut next = |there: bool| if there { explained.next() } else { None };
    Ok(sides.into_iter().map(|(before, after)| LineChange { before: next(before), after: next(after) }).collect())
}

fn of_member(member: &Member, score: scores::NewScore) -> MemberScore {
    MemberScore {
        member: member.id,
        number: member.number.clone(),
        name: member.name.clone(),
        unit: member.unit.clone(),
        github_login: score.github_login,
        computed: score.computed,
        contributions: score.contributions,
        carried: score.carried,
        flagged: count_flags(&score.flags, &score.lines),
        flags: score.flags,
        unmet: score.unmet,
    }
}
