//! After a person is erased: no table, export or answer holds a word of theirs, the log still holds, and nothing else changed.

use std::io::Read as _;

use accredit::{
    db::{
        self, account_changes, accounts, bindings,
        scores::{self, NewScore},
        statements,
    },
    model::{
        account::{Account, AccountId, AccountKind},
        account_change::Wanted,
        actor::{Actor, Person},
        api_key::KeyHash,
        binding::Proof,
        ids::{ApiKeyId, EvaluationId, MemberId},
        institution::Role,
        points::Points,
        score::{Line, Reason, Source},
        statement::{Draft, StatementKind, Whose},
    },
};
use flate2::read::ZlibDecoder;
use reqwest::Method;
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};

use super::{told, verified};
use crate::support::{
    TestApp,
    app::{Tenant, now},
    program,
    register::{self, Register},
};

/// What nobody else has: numbers, names, units, logins, an account, and words in a reason.
const CANARIES: [&str; 14] = [
    "canary-0042",
    "Canary Wang",
    "Canary Zhang",
    "canary-unit",
    "canary-class",
    "canary-login",
    "canary-former",
    "987650123",
    "canary@mail.example",
    "Professor Canary",
    "canary@directory.example",
    "canary-external",
    "987650124",
    "canary-second",
];

/// A member with all of it, who was called otherwise before, earned points, and about whom people said things.
async fn canary(app: &TestApp, tenant: &Tenant, own: &Register) -> MemberId {
    let body =
        json!({"number": "canary-0042", "name": "Canary Wang", "role": "student", "unit": "canary-unit", "github_login": "canary-former"});
    let headers = [("idempotency-key", "canary"), ("content-type", "application/json")];
    let made = app.call(Method::POST, "/v1/members", &tenant.staff, &headers[..1], Some(("application/json", body.to_string().into())));
    let member: MemberId = made.await.json(201)["id"].as_str().unwrap().parse().unwrap();
    let path = format!("/v1/members/{member}");
    app.patch(&tenant.staff, &path, json!({"name": "Canary Zhang", "github_login": "canary-login"})).await.json(200);
    let named = json!({"Operations": [{"op": "add", "value": {"userName": "canary@directory.example", "externalId": "canary-external"}}]});
    app.patch(&tenant.staff, &format!("/scim/v2/Users/{member}"), named).await.json(200);
    // What a roster says of a person, and the answer that tells of it.
    let roster = Some(("text/csv", b"number,name,class\ncanary-0042,Canary Zhang,canary-class\n".to_vec()));
    let imported = app.call(Method::POST, "/v1/members/import", &tenant.staff, &[("idempotency-key", "canary-roster")], roster).await;
    assert_eq!(imported.json(200)["changed_members"][0]["fields"][0]["after"], "canary-class");
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    accounts::link(&mut tx, member, "canary-login", Some(AccountId(987_650_123)), &Actor::Program, now()).await.unwrap();
    // Another account was proved, and a third one is wanted; and the member confirmed what was wanted of somebody else.
    let second = Account { id: AccountId(987_650_124), login: "canary-second".into(), kind: AccountKind::User };
    bindings::bind(&mut tx, member, &second, Proof::OauthWeb, &Actor::Operator, now()).await.unwrap();
    let wanted = Wanted::Add { login: "canary-former".into() };
    account_changes::insert(&mut tx, member, &wanted, "Wrote to canary@mail.example", &Actor::Operator, now()).await.unwrap();
    let others = account_changes::get(&mut tx, own.change).await.unwrap().unwrap();
    let by_canary = Actor::Key { id: ApiKeyId::new(now()), holder: Person { name: "Canary Zhang".into(), member: Some(member) } };
    account_changes::confirm(&mut tx, &others, "Seen", &by_canary, now()).await.unwrap();
    let draft = Draft {
        kind: StatementKind::Adjustment,
        member: Whose::Id(member),
        name: None,
        value: Some("2".into()),
        rank: None,
        team: None,
        about: None,
        happened_on: "2025-10-01".parse().unwrap(),
        until_on: None,
        on_behalf_of: Some("Professor Canary".into()),
        reason: "Wrote to canary@mail.example".into(),
    };
    let statement = statements::record(&mut tx, &Actor::Operator, &[&draft], now()).await.unwrap().unwrap()[0];
    let second = Actor::Key { id: own.api_key, holder: Person { name: "A second person".into(), member: None } };
    accredit::decisions::countersign(&mut tx, statement, "Wrote to canary@mail.example too", &second, now()).await.unwrap();
    let said = Reason::new("stated").with("by", "Professor Canary (operator)").with("day", "2025-10-01").with("why", &draft.reason);
    let line = Line {
        source: Source::Statement { statement, kind: StatementKind::Adjustment },
        counted_at: now(),
        rule: None,
        base: Points::from_thousandths(2_000),
        basis: vec![said.clone()],
        factors: Vec::new(),
        points: Points::from_thousandths(2_000),
        excluded: None,
        not_yet: None,
        limited: None,
        flags: vec![said.clone()],
        measured_by: Vec::new(),
    };
    let score = NewScore {
        account: Some(AccountId(987_650_123)),
        github_login: Some("canary-login".into()),
        computed: Some(register::computed()),
        flags: vec![said],
        lines: vec![line],
        ..NewScore::unknown(member, None)
    };
    scores::insert_batch(&mut tx, own.evaluation, &[score.pack().unwrap()]).await.unwrap();
    let holder = Person { name: "Canary Zhang".into(), member: Some(member) };
    let entry = db::api_keys::ApiKeyEntry::new(Role::Student, holder, None, now());
    db::api_keys::insert(&mut tx, &entry, &KeyHash([42; 32]), &Actor::Operator).await.unwrap();
    tx.commit().await.unwrap();
    decided_and_signed_in(app, member, own).await;
    member
}

/// What people decided on the member and the member on others, and that the member signs in. Written past the program, into what was filled.
async fn decided_and_signed_in(app: &TestApp, member: MemberId, own: &Register) {
    let (approved, appeal) = (own.approved, own.appeal);
    let contested = format!("(select award_id from appeals where appeal_id = '{appeal}')");
    let said = "reason = 'Wrote to canary@mail.example'";
    let mut owner = app.database.owner().await;
    for statement in [
        format!("update awards set member_id = '{member}' where award_id = '{approved}' or award_id = {contested}"),
        format!("update award_decisions set {said} where award_id = '{approved}'"),
        format!("update award_decisions set person = 'member:{member}', person_name = 'Canary Zhang' where award_id = '{}'", own.award),
        format!("update appeals set {said}, on_behalf_of = 'Professor Canary' where award_id = {contested}"),
        format!("update countersignatures set person = 'member:{member}', person_name = 'Canary Zhang'"),
        format!("update appeal_decisions set {said}, person = 'member:{member}', person_name = 'Canary Zhang'"),
        format!(
            "insert into users (institution_id, user_id, name, role, member_id, issuer, subject, email, created_at, signed_in_at)
             select institution_id, gen_random_uuid(), 'Canary Zhang', 'student', member_id, 'https://login.example.edu', 'canary-0042',
               'canary@mail.example', now(), now() from members where member_id = '{member}'"
        ),
        format!(
            "insert into account_proofs (institution_id, account_proof_id, member_id, state, user_code, verification_uri, interval_seconds,
               check_at, github_login, begun_at, expires_at)
             select institution_id, gen_random_uuid(), member_id, 'done', 'AAAA-BBBB', 'https://github.com/login/device', 5, now(),
               'canary-login', now(), now() from members where member_id = '{member}'"
        ),
        "insert into sessions select s.institution_id, sha256('canary'), u.user_id, s.created_at, s.last_seen_at, s.expires_at
         from sessions s join users u on u.institution_id = s.institution_id and u.subject = 'canary-0042' limit 1"
            .to_owned(),
    ] {
        assert!(owner.execute(AssertSqlSafe(statement.clone())).await.unwrap().rows_affected() > 0, "{statement}");
    }
}

/// Every table and column that holds one of the canaries, whatever its type, compressed or not.
async fn sightings(owner: &mut PgConnection) -> Vec<String> {
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "select format('%I.%I', n.nspname, c.relname), quote_ident(a.attname), format_type(a.atttypid, null)
         from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
         where n.nspname in ('public', 'graphile_worker') and c.relkind in ('r', 'p') and not a.attisdropped order by 1, a.attnum",
    )
    .fetch_all(&mut *owner)
    .await
    .unwrap();
    assert!(columns.len() > 150, "{}", columns.len());
    let mut found = Vec::new();
    for (table, column, kind) in columns {
        let as_bytes = if kind == "bytea" { column.clone() } else { format!("convert_to({column}::text, 'UTF8')") };
        let select = format!("select {as_bytes} from {table} where {column} is not null");
        let cells: Vec<Vec<u8>> = sqlx::query_scalar(AssertSqlSafe(select)).fetch_all(&mut *owner).await.unwrap();
        for cell in cells {
            let mut inside = Vec::new();
            // What is no zlib stream has nothing inside.
            let _ = ZlibDecoder::new(&*cell).read_to_end(&mut inside);
            for canary in CANARIES {
                let holds = |bytes: &[u8]| bytes.windows(canary.len()).any(|part| part == canary.as_bytes());
                if holds(&cell) || holds(&inside) {
                    found.push(format!("{table}.{column}: {canary}"));
                }
            }
        }
    }
    found
}

async fn exports(app: &TestApp, tenant: &Tenant, evaluation: EvaluationId, member: MemberId) -> String {
    let mut all = String::new();
    for path in [
        "/v1/members?limit=200".to_owned(),
        "/scim/v2/Users".to_owned(),
        "/v1/statements?limit=200".to_owned(),
        "/v1/api-keys?limit=200".to_owned(),
        "/v1/audit?limit=200".to_owned(),
        format!("/v1/members/{member}/score?evaluation={evaluation}"),
        format!("/v1/evaluations/{evaluation}/scores"),
        format!("/v1/reports/credits?evaluation_id={evaluation}&format=csv"),
        format!("/v1/reports/credits?evaluation_id={evaluation}&format=json"),
    ] {
        let answer = app.get(&tenant.admin, &path).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
        all += &answer.text();
    }
    all
}

#[tokio::test]
async fn nothing_of_an_erased_person_is_left_anywhere_and_the_log_still_holds() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let member = canary(&app, &tenant, &own).await;
    let mut owner = app.database.owner().await;
    let before = sightings(&mut owner).await;
    for canary in CANARIES {
        assert!(before.iter().any(|sighting| sighting.ends_with(canary)), "{canary} was nowhere: {before:?}");
    }
    let others =
        format!("{:?}", app.get(&tenant.admin, &format!("/v1/members/{}/score?evaluation={}", own.member, own.evaluation)).await.text());
    let size = told(app.database.db(), tenant.id).await.len();

    let path = format!("/v1/members/{member}/erasure");
    for names in ["canary-0042 asked", "CANARY WANG asked", "canary-former", "canary@directory.example asked"] {
        assert_eq!(app.post(&tenant.admin, &path, json!({"reason": names})).await.faults(422), ["reason"]);
    }
    assert_eq!(app.post(&tenant.admin, &path, json!({"reason": "Asked in writing"})).await.status, 204);
    assert_eq!(app.post(&tenant.admin, &path, json!({"reason": "Asked in writing"})).await.status, 204, "twice is once");

    assert_eq!(sightings(&mut owner).await, Vec::<String>::new());
    let open: i64 =
        sqlx::query_scalar("select count(*) from sessions where token_hash = sha256('canary')").fetch_one(&mut owner).await.unwrap();
    assert_eq!(open, 0, "an erased person is signed out");
    let again =
        json!({"number": "canary-0042", "name": "Canary Wang", "role": "student", "unit": "canary-unit", "github_login": "canary-former"});
    let body = Some(("application/json", again.to_string().into()));
    app.call(Method::POST, "/v1/members", &tenant.staff, &[("idempotency-key", "canary")], body).await.problem(409);
    let exported = exports(&app, &tenant, own.evaluation, member).await;
    assert!(CANARIES.iter().all(|canary| !exported.contains(canary)), "{exported}");
    let log = told(app.database.db(), tenant.id).await;
    let done: Vec<&str> = log[size..].iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(done[..3], ["member_removed", "key_revoked", "member_erased"]);
    assert_eq!(verified(app.database.db(), tenant.id, Vec::new()).await.unwrap(), u64::try_from(log.len()).unwrap());
    // What was computed stays, and so does everybody else.
    let score = app.get(&tenant.admin, &format!("/v1/evaluations/{}/scores", own.evaluation)).await.json(200);
    let erased = score["items"].as_array().unwrap().iter().find(|item| item["member_id"] == json!(member)).unwrap();
    assert_eq!((erased["points"].as_str(), erased["credits"].as_str(), erased["name"].as_str()), (Some("12.5"), Some("1"), Some("erased")));
    let after = app.get(&tenant.admin, &format!("/v1/members/{}/score?evaluation={}", own.member, own.evaluation)).await.text();
    assert_eq!(format!("{after:?}"), others);
    // The number is free for somebody else, who is another person.
    let body = json!({"number": "canary-0042", "name": "Another", "role": "student"});
    assert_ne!(app.post(&tenant.staff, "/v1/members", body).await.json(201)["id"], json!(member));
}

#[tokio::test]
async fn the_shell_erases_by_number_who_is_or_was_registered_and_does_not_print_it() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let member = canary(&app, &tenant, &own).await;
    app.delete(&tenant.staff, &format!("/v1/members/{member}")).await;
    let url = app.database.url();
    let variables = [("DATABASE_URL", url.as_str()), ("ACCREDIT_LOG", "trace,sqlx=debug")];
    program::run(&variables, &["member", "erase", "canary-0042", "--reason", "canary-login asked"]).failed("must not name the person");
    program::run(&variables, &["member", "erase", "nobody", "--reason", "Asked"]).failed("had none");
    let ran = program::run(&variables, &["member", "erase", "canary-0042", "--reason", "Asked in writing"]).ok();
    assert_eq!(ran.out, format!("erased {member}\n"));
    assert!(CANARIES.iter().all(|canary| !ran.err.contains(canary)), "{}", ran.err);
    assert_eq!(sightings(&mut app.database.owner().await).await, Vec::<String>::new());
    program::run(&variables, &["audit", "verify"]).ok();
}

#[tokio::test]
async fn of_what_is_appended_only_what_erased_people_left_can_be_changed_and_only_in_their_columns() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let allowed = [
        ("statements", "update statements set reason = 'x', on_behalf_of = null"),
        ("scores", "update scores set account_id = 0, github_login = null, sheet = '', lines = null, flags = '[]', unmet = '[]'"),
        ("account_changes", "delete from account_changes"),
        ("bindings", "delete from bindings"),
        ("audit_details", "delete from audit_details"),
        ("countersignatures", "update countersignatures set reason = 'x', person_name = 'x'"),
    ];
    let touched = async |act: &'static str| {
        let mut tx = app.database.db().pool().begin().await.unwrap();
        sqlx::query("select set_config('accredit.institution', $1, true)").bind(tenant.id.to_string()).execute(&mut *tx).await.unwrap();
        tx.execute(act).await.map(|done| done.rows_affected())
    };
    for (table, act) in allowed {
        assert_eq!(touched(act).await.unwrap(), 0, "{table}: nobody was erased");
    }
    let mut owner = app.database.owner().await;
    sqlx::query("update members set removed_at = now(), erased_at = now() where member_id = $1")
        .bind(own.member)
        .execute(&mut owner)
        .await
        .unwrap();
    for (table, act) in allowed {
        assert!(touched(act).await.unwrap() > 0, "{table}");
    }
    let granted: Vec<String> = sqlx::query_scalar(
        "select table_name || '.' || column_name from information_schema.column_privileges
         where grantee = 'accredit_app' and privilege_type = 'UPDATE'
           and table_name in ('statements', 'scores', 'audit_details', 'audit_entries', 'audit_keys', 'countersignatures') order by 1",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(
        granted,
        [
            "countersignatures.person_name",
            "countersignatures.reason",
            "scores.account_id",
            "scores.flags",
            "scores.github_login",
            "scores.lines",
            "scores.sheet",
            "scores.unmet",
            "statements.on_behalf_of",
            "statements.reason",
        ]
    );
}
