//! An institution's registers with one of everything: a repository with facts, a member with a linked account, a finished evaluation.

use accredit::{
    db::{
        Db, InstitutionTx, account_changes, account_proofs, accounts,
        api_keys::ApiKeyEntry,
        awards, bindings, contributions, evaluations, holidays,
        members::{self, Profile},
        network_scores,
        policies::{self, StoredPolicy},
        repositories::{self, Registration},
        scores::{self, NewScore},
        sessions,
        sign_in::{self, Attempt},
        statements, syncs, term_policies, terms, users,
    },
    model::{
        account::AccountId,
        account_change::Wanted,
        actor::{Actor, Person, PersonKey},
        api_key::KeyHash,
        award::{Announced, Appeal, AppealDecided, AppealDecision, Award, Decided, Decision, Holiday, Manner, Proposal},
        contribution::{Contribution, Key, Kind, Record, State},
        credit::Credits,
        ids::{
            AccountChangeId, AccountProofId, ApiKeyId, AppealId, AwardId, BindingId, EvaluationId, InstitutionId, MemberId, PolicyId,
            RepositoryId, StatementId, SyncId, TermId, TermPolicyId, UserId,
        },
        institution::Role,
        member::MemberRole,
        member_score::Computed,
        month::Month,
        network::{MonthScores, ONE, Ranks},
        points::Points,
        policy::Audience,
        proof::{AccountProof, ProofState},
        score::{Factor, Line, Reason, Source},
        sealing::SealingKey,
        sign_in::NewProvider,
        statement::{Draft, Mentioned, StatementKind, Whose},
        term::Term,
        term_policy::TermPolicy,
        user::NewUser,
    },
    notary,
};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use super::app::now;

/// A policy that the parser takes, in version `version`.
pub fn policy_text(version: &str) -> String {
    format!(
        r#"name = "practice"
version = "{version}"

[[rules]]
id = "merged"
kind = "pull_request"
requires = ["merged"]
points = 10

[credits]
points_per_credit = 10
step = "0.5"
rounding = "down"
minimum = "0"
cap = "4"
"#
    )
}

/// The ids of one of everything.
#[derive(Debug, Clone, Copy)]
pub struct Register {
    pub repository: RepositoryId,
    pub sync: SyncId,
    /// With a linked account and 12.5 points.
    pub member: MemberId,
    /// Without an account.
    pub loner: MemberId,
    pub term: TermId,
    pub policy: PolicyId,
    pub evaluation: EvaluationId,
    pub api_key: ApiKeyId,
    /// Of the staff, and not signed in yet.
    pub user: UserId,
    /// The member's, of an account, which may be looked at in an hour.
    pub proof: AccountProofId,
    /// A mark of the member's first contribution.
    pub statement: StatementId,
    /// The member's, sent back.
    pub award: AwardId,
    /// Another of the member's, approved.
    pub approved: AwardId,
    /// Against a third of the member's; nobody has decided.
    pub appeal: AppealId,
    /// The member's account.
    pub binding: BindingId,
    /// One more account for the member is wanted, and nobody has confirmed it.
    pub change: AccountChangeId,
}

/// What secrets are sealed with in these tests.
pub fn sealing_key() -> SealingKey {
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse().unwrap()
}

/// Fills an institution's registers. `tag` makes what must be unique unique.
pub async fn fill(db: &Db, institution: InstitutionId, tag: &str) -> Register {
    let mut tx = db.begin_as(institution).await.unwrap();
    let account = AccountId(i64::from(u32::from_be_bytes(Sha256::digest(format!("{institution} {tag}"))[..4].try_into().unwrap())));
    let member = MemberId::new(now());
    let profile = |number: String, login: Option<String>| Profile {
        number,
        name: "Ada Lovelace".into(),
        role: MemberRole::Student,
        unit: Some("Mathematics".into()),
        github_login: login,
    };
    members::insert(&mut tx, member, &profile(format!("00{tag}1"), Some(format!("ada-{tag}"))), &Actor::Operator, now()).await.unwrap();
    accounts::link(&mut tx, member, &format!("ada-{tag}"), Some(account), &Actor::Program, now()).await.unwrap();
    let binding = bindings::list(&mut tx, member).await.unwrap()[0].id;
    let wanted = Wanted::Add { login: format!("ada-too-{tag}") };
    let change = account_changes::insert(&mut tx, member, &wanted, "Shown at the desk", &Actor::Operator, now()).await.unwrap();
    let loner = MemberId::new(now());
    members::insert(&mut tx, loner, &profile(format!("00{tag}2"), None), &Actor::Operator, now()).await.unwrap();

    let registration =
        Registration { full_name: format!("{tag}/engine").parse().unwrap(), category: "community".into(), members: vec![loner] };
    let repository = repositories::track(&mut tx, RepositoryId::new(now()), &registration, &Actor::Operator, now()).await.unwrap();
    // One that is tracked no longer.
    let registration = Registration { full_name: format!("{tag}/gone").parse().unwrap(), category: "own".into(), members: Vec::new() };
    let gone = repositories::track(&mut tx, RepositoryId::new(now()), &registration, &Actor::Operator, now()).await.unwrap();
    repositories::untrack(&mut tx, gone, &Actor::Operator, now()).await.unwrap();
    let records = [record(repository, 1, account, "2025-10-01T12:00:00Z"), record(repository, 2, account, "2025-11-01T12:00:00Z")];
    contributions::insert_batch(&mut tx, &records, now()).await.unwrap();
    let (sync, _) = syncs::insert(&mut tx, repository, SyncId::new(now()), now()).await.unwrap();

    let term = Term {
        id: TermId::new(now()),
        code: format!("2025-2026-1-{tag}"),
        name: "Autumn 2025".into(),
        starts_on: "2025-09-01".parse().unwrap(),
        ends_on: "2026-01-31".parse().unwrap(),
    };
    terms::insert(&mut tx, &term, now()).await.unwrap();
    let source = policy_text(tag);
    let policy = StoredPolicy {
        id: PolicyId::new(now()),
        name: "practice".into(),
        version: tag.into(),
        hash: hex::encode(Sha256::digest(&source)),
        source,
        created_at: now(),
    };
    policies::insert(&mut tx, &policy, &Actor::Operator).await.unwrap();

    let evaluation = EvaluationId::new(now());
    evaluations::insert(&mut tx, evaluation, term.id, policy.id, now()).await.unwrap().unwrap();
    evaluations::take(&mut tx, evaluation, now()).await.unwrap().unwrap();
    let found = [
        NewScore {
            member,
            account: Some(account),
            github_login: Some(format!("ada-{tag}")),
            computed: Some(computed()),
            contributions: 2,
            lines: records.iter().map(line).collect(),
            ..NewScore::unknown(member, None)
        },
        NewScore::unknown(loner, None),
    ];
    let found = found.map(|score| score.pack().unwrap());
    scores::insert_batch(&mut tx, evaluation, &found).await.unwrap();
    evaluations::insert_coverage(&mut tx, evaluation, &std::collections::HashMap::new()).await.unwrap();
    evaluations::finish(&mut tx, evaluation, None, now()).await.unwrap();

    let ranks = Ranks { accounts: [(account, ONE)].into(), repositories: [(repository, 2 * ONE)].into(), background: 0 };
    let month = Month::of_day("2025-10-01".parse().unwrap());
    // An institution has each month once, whoever fills it a second time.
    network_scores::remove_from(&mut tx, None).await.unwrap();
    network_scores::insert(&mut tx, month, &[7; 32], &MonthScores { ranks, activity: [(account, 3 * ONE)].into() }).await.unwrap();

    let entry = ApiKeyEntry::new(Role::Reader, Person { name: "A system".into(), member: None }, None, now());
    let api_key = entry.id;
    let secret = KeyHash(Sha256::digest(api_key.to_string()).into());
    let user = signing_in(&mut tx, tag).await;
    let proof = proving(&mut tx, member).await;
    accredit::db::api_keys::insert(&mut tx, &entry, &secret, &Actor::Operator).await.unwrap();
    notary::make_key(&mut tx, Some(&sealing_key()), &Actor::Operator, now()).await.unwrap();
    let statement = statements::record(&mut tx, &Actor::Operator, &[&mark(member)], now()).await.unwrap().unwrap()[0];
    let adopted = TermPolicy {
        id: TermPolicyId::new(now()),
        term: term.id,
        audience: Audience::Everyone,
        policy: policy.id,
        adopted_from: term.starts_on,
        adopted_by: "operator".into(),
        adopted_at: now(),
    };
    assert!(term_policies::insert(&mut tx, &adopted, &Actor::Operator).await.unwrap());
    let proposal = |name: &str| Proposal {
        term: term.id,
        member,
        evaluation,
        evaluated_at: now(),
        policy: policy.id,
        policy_name: name.into(),
        policy_hash: policy.hash.clone(),
        points: computed().points,
        credits: computed().credits,
        flagged: 0,
        unmet: 0,
        complete_until: None,
        complete: false,
        manner: Manner { notice_days: Some(5), appeal_days: Some(7), ..Manner::default() },
    };
    let award = decided_award(&mut tx, proposal("practice"), Decision::SendBack).await.id;
    let approved = decided_award(&mut tx, proposal("approved"), Decision::Approve).await.id;
    let contested = decided_award(&mut tx, proposal("contested"), Decision::Approve).await.id;
    let settled = appeal_against(&mut tx, contested).await;
    dismiss(&mut tx, settled).await;
    let appeal = appeal_against(&mut tx, contested).await;
    let new_year = Holiday { day: "2026-01-01".parse().unwrap(), working: false, name: Some("New Year".into()) };
    holidays::replace(&mut tx, 2026, &[new_year]).await.unwrap();
    tx.commit().await.unwrap();
    Register {
        repository,
        sync: sync.id,
        member,
        loner,
        term: term.id,
        policy: policy.id,
        evaluation,
        api_key,
        user,
        proof,
        statement,
        award,
        approved,
        appeal,
        binding,
        change,
    }
}

/// An award that somebody has decided on; an approved one is on notice for ten days.
async fn decided_award(tx: &mut InstitutionTx, proposal: Proposal, decision: Decision) -> Award {
    let id = AwardId::new(now());
    awards::insert(tx, &[(id, proposal, None)], "operator", now()).await.unwrap();
    let award = awards::get(tx, id).await.unwrap().unwrap().0.remove(0);
    let until = now() + TimeDelta::days(10);
    let announced = Announced { notice_until: until, appeal_until: Some(until) };
    let decided = Decided {
        decision,
        reason: Some("Seen".into()),
        by: "operator".into(),
        person: PersonKey::stored("name:a system".into()),
        person_name: "A system".into(),
        credits: None,
        announced: (decision == Decision::Approve).then_some(announced),
        at: now(),
    };
    awards::insert_decisions(tx, &[(&award, decided)]).await.unwrap();
    award
}

async fn appeal_against(tx: &mut InstitutionTx, award: AwardId) -> AppealId {
    let appeal = Appeal {
        id: AppealId::new(now()),
        award,
        contribution_url: None,
        reason: "One is missing".into(),
        filed_by: "operator".into(),
        on_behalf_of: Some("Ada Lovelace".into()),
        filed_at: now(),
        decided: None,
    };
    awards::insert_appeal(tx, &appeal).await.unwrap();
    appeal.id
}

async fn dismiss(tx: &mut InstitutionTx, appeal: AppealId) {
    let decided = AppealDecided {
        decision: AppealDecision::Dismiss,
        reason: "None is".into(),
        by: "operator".into(),
        person: PersonKey::stored("name:b".into()),
        person_name: "B".into(),
        proposed: None,
        at: now(),
    };
    awards::insert_appeal_decision(tx, appeal, &decided).await.unwrap();
}

/// A provider, and somebody of the staff who has a session of it and has begun another.
async fn signing_in(tx: &mut InstitutionTx, tag: &str) -> UserId {
    let new = NewProvider {
        issuer: "https://login.example.edu".into(),
        client_id: "accredit".into(),
        number_claim: "student_number".into(),
        scopes: vec!["email".into()],
    };
    sign_in::replace_provider(tx, &new.check(now()).unwrap(), &Actor::Operator, now()).await.unwrap();
    let new = NewUser {
        name: "Wang Fang".into(),
        role: Role::Staff,
        member: None,
        known_as: None,
        email: Some(format!("fang-{tag}@example.edu")),
    };
    let user = new.check(now()).unwrap();
    users::insert(tx, &user).await.unwrap();
    let hash = KeyHash(Sha256::digest(user.id.to_string()).into());
    sessions::insert(tx, &hash, user.id, now() + TimeDelta::hours(12), now()).await.unwrap();
    let attempt = Attempt { state: hash.clone(), browser: hash, return_to: "/".into(), expires_at: now() + TimeDelta::minutes(10) };
    sign_in::insert_attempt(tx, &attempt).await.unwrap();
    user.id
}

/// The member proves an account by a code, and has begun to by the web.
async fn proving(tx: &mut InstitutionTx, member: MemberId) -> AccountProofId {
    let id = AccountProofId::new(now());
    let proof = AccountProof {
        id,
        state: ProofState::Waiting,
        user_code: "WDJB-MJHT".into(),
        verification_uri: "https://github.com/login/device".into(),
        expires_at: now() + TimeDelta::hours(2),
        interval: 5,
        check_at: now() + TimeDelta::hours(1),
        github_login: None,
        failure: None,
    };
    account_proofs::insert(tx, member, &proof, b"sealed", now()).await.unwrap();
    let hash = KeyHash(Sha256::digest(id.to_string()).into());
    let expires_at = now() + TimeDelta::minutes(10);
    let attempt = account_proofs::Attempt { state: hash.clone(), browser: hash, member, return_to: "/".into(), expires_at };
    account_proofs::insert_attempt(tx, &attempt).await.unwrap();
    id
}

/// A mark of the first contribution.
fn mark(member: MemberId) -> Draft {
    Draft {
        kind: StatementKind::Mark,
        member: Whose::Id(member),
        name: Some("difficulty".into()),
        value: Some("4.5".into()),
        rank: None,
        team: None,
        about: Some(Mentioned::Contribution("https://github.example/pull/1".into())),
        happened_on: "2025-10-01".parse().unwrap(),
        until_on: None,
        on_behalf_of: Some("Prof. Babbage".into()),
        reason: "Shown in the colloquium".into(),
    }
}

/// The n-th merged pull request of an account.
pub fn record(repository: RepositoryId, n: u32, account: AccountId, occurred_at: &str) -> Record {
    let occurred_at: DateTime<Utc> = occurred_at.parse().unwrap();
    Record {
        contribution: Contribution {
            account: Some(account),
            number: Some(i64::from(n)),
            closed_at: Some(occurred_at),
            confirmed_by: vec![AccountId(1)],
            labels: vec!["bug".into()],
            effective_lines: Some(40),
            total_lines: Some(50),
            changed_files: Some(2),
            ..Contribution::bare(Key { repository, kind: Kind::PullRequest, github_id: n.to_string().into() }, State::Merged, occurred_at)
        },
        url: format!("https://github.example/pull/{n}"),
        title: Some(format!("Fix number {n}")),
        co_authors: Vec::new(),
        evidence: b"{}".to_vec(),
    }
}

pub fn computed() -> Computed {
    Computed {
        points: Points::from_thousandths(12_500),
        credits: Credits::new("1.0".parse().unwrap()),
        credits_reason: "12.5 points are 1 credit".into(),
    }
}

/// The first earns 12.5 points with a factor, the second nothing because of a limit.
fn line(record: &Record) -> Line {
    let first = &*record.contribution.key.github_id == "1";
    Line {
        source: Source::Contribution { key: record.contribution.key.clone(), state: record.contribution.state },
        counted_at: record.contribution.occurred_at,
        rule: Some("merged".into()),
        base: Points::from_thousandths(10_000),
        basis: Vec::new(),
        factors: vec![Factor {
            name: "category".into(),
            value: "1.25".parse().unwrap(),
            reason: Reason::new("category_factor").with("category", "community"),
        }],
        points: Points::from_thousandths(if first { 12_500 } else { 0 }),
        excluded: None,
        limited: (!first).then(|| {
            let used_up = Reason::new("cap_term").with("points", "12.5").with("items", "").with("counts", 0).with("earned", "12.5");
            ["kinds", "categories", "groups"].into_iter().fold(used_up, |reason, every| reason.with(every, ""))
        }),
        not_yet: None,
        flags: Vec::new(),
        measured_by: Vec::new(),
    }
}
