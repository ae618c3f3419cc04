//! The ground that scoring stands on: all that a term's scores are made of, read as of one moment, of everybody or of some.
//! It must not write, and decides nothing: it hands scoring what there is.

mod earlier;
mod statements;

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap, HashSet},
};

use chrono::{DateTime, Days, Utc};
use rayon::prelude::*;

use self::{
    earlier::{LookedAt, note_paid, prior},
    statements::Statements,
};
use super::{
    Failure,
    score_network::{self, Classmate},
};
use crate::{
    credits,
    db::{self, InstitutionTx, members::Scored, scores::NewScore},
    model::{
        account::AccountId,
        binding::Accounts,
        contribution::{ByAccount, Contribution, Key},
        credit::Credits,
        ids::{EvaluationId, MemberId, RepositoryId},
        member::MemberRole,
        member_score::Computed,
        month::Month,
        points::Points,
        policy::{Audience, Policy},
        repository::RepositoryContext,
        score::Reason,
        statement::Statement,
        term::{Term, Window, start_of_day},
        traces::Traces,
        work::Evaluation,
    },
    scoring::{self, Context, Network, Prior, Subject},
};

/// Whose lines are kept. The totals of all are kept in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lines {
    #[default]
    Everyone,
    /// Of those who get credit.
    Awarded,
}

/// What is to be scored, by which rules and for which moment.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub term: Term,
    pub policy: Policy,
    pub as_of: DateTime<Utc>,
    pub lines: Lines,
}

impl Asked {
    /// What an evaluation asks for.
    pub async fn of(tx: &mut InstitutionTx, evaluation: &Evaluation) -> Result<Self, Failure> {
        let gone = |what: &str| Failure::Permanent(format!("the evaluation's {what} is not there any more"));
        let term = db::terms::get(tx, evaluation.term).await?.ok_or_else(|| gone("term"))?;
        let stored = db::policies::get(tx, evaluation.policy).await?.ok_or_else(|| gone("policy"))?;
        let policy = scoring::policy::parse(&format!("{} {}", stored.name, stored.version), &stored.source)
            .map_err(|errors| Failure::Permanent(format!("the stored policy is not one that this version of Accredit reads: {errors}")))?;
        if policy.hash != evaluation.policy_hash {
            return Err(Failure::Permanent(
                "the stored policy is not the one that the evaluation was asked for: its hash differs".to_owned(),
            ));
        }
        Ok(Self { term, policy, as_of: evaluation.requested_at, lines: Lines::default() })
    }

    /// Whether what a member has depends on what the whole class has.
    pub fn needs_the_class(&self) -> bool {
        self.policy.asks_for_network()
    }

    /// Whether what an earlier term paid is not paid again. Who looks at several years looks at them anew each time.
    const fn pays_once(&self) -> bool {
        self.policy.years.is_none()
    }

    /// The evaluations of earlier terms that this one begins with, each with its term's code; the latest term comes first.
    pub async fn prior(&self, tx: &mut InstitutionTx) -> Result<Vec<(EvaluationId, String)>, Failure> {
        if !self.policy.asks_for_prior() && !self.pays_once() {
            return Ok(Vec::new());
        }
        Ok(db::evaluations::list_prior(tx, &self.term, &self.policy).await?)
    }

    const fn is_for(&self, role: MemberRole) -> bool {
        match self.policy.audience {
            Audience::Everyone => true,
            Audience::Students => matches!(role, MemberRole::Student),
            Audience::Faculty => matches!(role, MemberRole::Faculty),
        }
    }
}

/// All that scoring reads.
#[derive(Debug)]
pub(super) struct Ground {
    pub policy: Policy,
    lines: Lines,
    pub context: Context,
    /// By id: so their rows come into the table in the order of its key.
    pub members: Vec<Scored>,
    pub contributions: ByAccount,
    statements: HashMap<MemberId, Vec<Statement>>,
    shared: HashMap<MemberId, Vec<Contribution>>,
    network: HashMap<MemberId, Network>,
    prior: HashMap<MemberId, Prior>,
    pub prior_evaluations: Vec<EvaluationId>,
    pub surroundings: Surroundings,
}

/// What is known before anybody's own rows are read.
#[derive(Debug)]
pub(super) struct Given {
    pub surroundings: Surroundings,
    /// [`Asked::prior`].
    pub prior: Vec<(EvaluationId, String)>,
}

/// What no member's own rows say, and what is the longest to find out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Surroundings {
    /// How many people from outside contributed to each repository; empty where the policy does not ask.
    pub outside_contributors: HashMap<RepositoryId, i64>,
    pub traces: Traces,
}

impl Asked {
    pub async fn given(&self, tx: &mut InstitutionTx) -> Result<Given, Failure> {
        let surroundings = Surroundings { outside_contributors: self.count_outside_contributors(tx).await?, traces: traces(tx).await? };
        Ok(Given { surroundings, prior: self.prior(tx).await? })
    }

    /// Up to the number that the policy wants, and no further.
    pub async fn count_outside_contributors(&self, tx: &mut InstitutionTx) -> Result<HashMap<RepositoryId, i64>, Failure> {
        match self.policy.repositories.outside_contributors {
            None => Ok(HashMap::new()),
            Some(least) => Ok(db::repositories::count_outside_contributors(tx, least).await?),
        }
    }
}

/// Which pull requests were reverted, and which are copies.
pub(super) async fn traces(tx: &mut InstitutionTx) -> Result<Traces, Failure> {
    let reverted = db::contributions::list_reverts(tx).await?;
    let mut traces = Traces {
        reverted: reverted.into_iter().map(|((repository, number), at)| (repository, number, at)).collect(),
        copies: db::contributions::list_copies(tx).await?.into_iter().collect(),
    };
    traces.reverted.sort_unstable();
    traces.copies.sort_unstable();
    Ok(traces)
}

impl Ground {
    /// Reads what is needed to score everybody for whom the policy is.
    pub async fn load_all(tx: &mut InstitutionTx, asked: &Asked) -> Result<Self, Failure> {
        let given = asked.given(tx).await?;
        Self::load(tx, asked, None, given).await
    }

    /// The same, of everybody or of those who are `only` meant.
    pub async fn load(
        tx: &mut InstitutionTx,
        asked: &Asked,
        only: Option<&[MemberId]>,
        Given { surroundings, prior: prior_evaluations }: Given,
    ) -> Result<Self, Failure> {
        let gone = || Failure::Permanent("the institution is not there any more".to_owned());
        let zone = db::institutions::get(tx).await?.ok_or_else(gone)?.timezone;
        let window = window(&asked.term, asked.policy.years, zone);
        let mut members = db::members::list_for_scoring(tx, only).await?;
        members.retain(|member| asked.is_for(member.role));
        let accounts: Vec<AccountId> = members.iter().flat_map(|member| member.accounts.iter()).map(|held| held.account).collect();
        let contributions = ByAccount::new(db::contributions::list_for_scoring(tx, window, &accounts).await?);
        let statements = Statements::load(tx, only).await?;
        let shared = shared(tx, &statements.shares, &members).await?;
        let repositories = db::repositories::list_contexts(tx).await?.into_iter().map(|context| {
            let outside_contributors = surroundings.outside_contributors.get(&context.id).copied();
            (context.id, RepositoryContext { outside_contributors, ..context })
        });
        let mut prior = prior(tx, asked, &prior_evaluations, only, &statements.of).await?;
        if asked.pays_once() {
            let looked_at = LookedAt { members: &members, contributions: &contributions, shared: &shared };
            note_paid(tx, &prior_evaluations, looked_at, &mut prior).await?;
        }
        let context = Context {
            window,
            zone,
            as_of: asked.as_of,
            repositories: repositories.collect(),
            reverted: surroundings.traces.reverted.iter().map(|(repository, number, at)| ((*repository, *number), *at)).collect(),
            copies: surroundings.traces.copies.iter().cloned().collect(),
            shares: statements.shares,
        };
        let network = network(tx, asked, &context, &members, &statements.of).await?;
        Ok(Self {
            policy: asked.policy.clone(),
            lines: asked.lines,
            context,
            members,
            contributions,
            statements: statements.of,
            shared,
            network,
            prior,
            prior_evaluations: prior_evaluations.into_iter().map(|(evaluation, _)| evaluation).collect(),
            surroundings,
        })
    }

    /// The scores of at most `most` members, each made into what it is wanted for, on all cores.
    pub fn score_some<T: Send>(&self, from: usize, most: usize, then: fn(NewScore) -> T) -> Vec<T> {
        self.members.par_iter().skip(from).take(most).map(|member| then(self.score(member))).collect()
    }

    fn score(&self, member: &Scored) -> NewScore {
        let Some(account) = member.accounts.shown() else { return NewScore::unknown(member.id, member.github_login.clone()) };
        let subject = self.subject(member);
        let contributions = &*own(&self.contributions, &member.accounts);
        let looked_at = contributions.len() + subject.shared.len();
        let mut score = NewScore::unknown(member.id, member.github_login.clone());
        score.account = Some(account);
        score.contributions = i64::try_from(looked_at).unwrap_or(i64::MAX);
        score.recheck_at = scoring::changes_at(&self.policy, &subject, &self.context, contributions);
        if self.lines == Lines::Awarded {
            let total = scoring::total(&self.policy, &subject, &self.context, contributions);
            let computed = self.decide(&subject, total.points, &total.unmet);
            if computed.credits == Credits::ZERO {
                return NewScore { computed: Some(computed), carried: total.carried, unmet: total.unmet, ..score };
            }
        }
        let sheet = scoring::score(&self.policy, &subject, &self.context, contributions);
        let computed = self.decide(&subject, sheet.points, &sheet.unmet);
        NewScore { computed: Some(computed), carried: sheet.carried, flags: sheet.flags, unmet: sheet.unmet, lines: sheet.lines, ..score }
    }

    fn decide(&self, subject: &Subject, points: Points, unmet: &[Reason]) -> Computed {
        let decision = credits::decide(&self.policy.credits, points, subject.prior.credits, unmet);
        // A code with its values, as JSON: messages makes the sentence where it is shown.
        let credits_reason = serde_json::to_string(&decision.reason).unwrap_or_default();
        Computed { points, credits: decision.credits, credits_reason }
    }

    pub fn subject(&self, member: &Scored) -> Subject {
        Subject {
            member: member.id,
            accounts: member.accounts.clone(),
            statements: self.statements.get(&member.id).cloned().unwrap_or_default(),
            shared: self.shared.get(&member.id).cloned().unwrap_or_default(),
            network: self.network.get(&member.id).cloned(),
            prior: self.prior.get(&member.id).cloned().unwrap_or_default(),
            account_changed_at: member.account_changed_at,
        }
    }
}

/// What a member did: with each account, in the time in which it was the member's.
pub(super) fn own<'a>(contributions: &'a ByAccount, accounts: &Accounts) -> Cow<'a, [Contribution]> {
    match accounts.only() {
        Some(account) => Cow::Borrowed(contributions.of(account)),
        None => {
            // Two times of one account are one account.
            let distinct: BTreeSet<AccountId> = accounts.iter().map(|held| held.account).collect();
            let all = distinct.into_iter().flat_map(|account| contributions.of(account));
            Cow::Owned(all.filter(|contribution| accounts.did(contribution)).cloned().collect())
        }
    }
}

/// The term, or the years that end with it.
fn window(term: &Term, years: Option<u32>, zone: chrono_tz::Tz) -> Window {
    let window = term.window(zone);
    let Some(years) = years else { return window };
    // The day after the last one, so that three years are three whole years: the 1st of February to the 31st of January.
    let after = term.ends_on.checked_add_days(Days::new(1)).unwrap_or(term.ends_on);
    let first = after.checked_sub_months(chrono::Months::new(years.saturating_mul(12))).unwrap_or(term.starts_on);
    Window { from: start_of_day(first, zone), until: window.until }
}

/// Contributions of others in which a share is stated for a member.
async fn shared(
    tx: &mut InstitutionTx,
    shares: &HashMap<Key, Vec<Statement>>,
    members: &[Scored],
) -> Result<HashMap<MemberId, Vec<Contribution>>, Failure> {
    if shares.is_empty() {
        return Ok(HashMap::new());
    }
    let accounts: HashMap<MemberId, &Accounts> =
        members.iter().filter(|member| member.accounts.shown().is_some()).map(|member| (member.id, &member.accounts)).collect();
    let mut keys: Vec<&Key> = shares.keys().collect();
    keys.sort_unstable();
    let mut shared: HashMap<MemberId, Vec<Contribution>> = HashMap::new();
    for contribution in db::contributions::list_by_key(tx, &keys).await? {
        let sharers: HashSet<MemberId> = shares.get(&contribution.key).into_iter().flatten().map(|share| share.member).collect();
        for member in sharers {
            if accounts.get(&member).is_some_and(|accounts| !accounts.did(&contribution)) {
                shared.entry(member).or_default().push(contribution.clone());
            }
        }
    }
    Ok(shared)
}

/// The members' places in the class, where the policy asks for them. The class is all for whom the policy is.
async fn network(
    tx: &mut InstitutionTx,
    asked: &Asked,
    context: &Context,
    members: &[Scored],
    statements: &HashMap<MemberId, Vec<Statement>>,
) -> Result<HashMap<MemberId, Network>, Failure> {
    let months = Month::overlapping(context.window, context.zone);
    // As long as one of the months is not over nobody has a number, and the sheet says so.
    if !asked.needs_the_class() || Month::over_at(asked.as_of, context.zone) < *months.end() {
        return Ok(HashMap::new());
    }
    score_network::bring_up_to_date(tx, asked.as_of).await?;
    let classmate = |member: &Scored| {
        let statements = statements.get(&member.id).cloned().unwrap_or_default();
        let subject = Subject { statements, ..Subject::new(member.id, member.accounts.shown()?) };
        let is_excluded = scoring::is_out_of_class(&asked.policy, &subject, context);
        Some(Classmate { member: member.id, is_excluded })
    };
    let classmates: Vec<Classmate> = members.iter().filter_map(classmate).collect();
    Ok(score_network::network_standings(tx, &months, &classmates).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::TermId;

    #[test]
    fn three_years_end_with_the_term_and_begin_on_the_day_after_its_end_three_years_before() {
        let day = |text: &str| text.parse().unwrap();
        let term = Term {
            id: TermId(uuid::Uuid::nil()),
            code: "t".to_owned(),
            name: "t".to_owned(),
            starts_on: day("2025-09-01"),
            ends_on: day("2026-01-31"),
        };
        let window = window(&term, Some(3), chrono_tz::UTC);
        assert_eq!(
            (window.from.to_rfc3339(), window.until.to_rfc3339()),
            ("2023-02-01T00:00:00+00:00".into(), "2026-02-01T00:00:00+00:00".into())
        );
        assert_eq!(super::window(&term, None, chrono_tz::UTC), term.window(chrono_tz::UTC));
    }
}
