//! The real fetcher against the model of GitHub: everything arrives, nothing is guessed, nothing is lost, and no failure passes for less.

use std::collections::HashSet;

use accredit::{
    github::{Client, Error, Retry},
    model::{
        account::{AccountId, AccountKind},
        github::{Batch, ChangedFile, ReviewState},
        repository::FullName,
    },
    sample::{self, Edit, Fault, GitAuthor, Lines, Server, World},
};
use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;

use crate::{
    sample::{oddities, recipe},
    support::fetched::{Fetched, assert_whole, fetch},
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn quay() -> FullName {
    "harbour/quay".parse().unwrap()
}

async fn serve(world: World) -> (Server, Client) {
    let server = Server::start(world).await.unwrap();
    let client = Client::new(&server.base_url(), Some(&server.token())).unwrap();
    (server, client)
}

/// A repository with so many pull requests and issues, one opened every minute, and a day without anything after them.
fn row(count: usize) -> World {
    let mut world = World::new(at("2025-09-01T00:00:00Z"));
    let ann = world.add_person("ann", AccountKind::User);
    let harbour = world.add_person("harbour", AccountKind::Organization);
    world.add_repository(quay(), harbour, at("2025-01-01T00:00:00Z"));
    for _ in 0..count {
        let then = world.now + TimeDelta::minutes(1);
        let mut edit = world.edit("harbour/quay", then).unwrap();
        edit.push_commit("Work", vec![GitAuthor { name: None, account: Some(ann) }], Lines { additions: 2, deletions: 1 });
        edit.open_pull_request(ann, "A change", vec![ChangedFile { path: "src/a.rs".into(), additions: 1, deletions: 0 }]);
        edit.open_issue(ann, "A question");
    }
    world.now += TimeDelta::days(1);
    world
}

/// Does something in the repository a minute after whatever was last.
fn deed(world: &mut World, what: impl FnOnce(&mut Edit<'_>, AccountId)) {
    let ann = world.person_called("ann").unwrap().id;
    let then = world.now + TimeDelta::minutes(1);
    what(&mut world.edit("harbour/quay", then).unwrap(), ann);
}

// Everything arrives.

#[tokio::test]
async fn everything_in_an_invented_term_arrives_in_few_requests() {
    let (server, client) = serve(sample::generate(&recipe(600, 1_500))).await;
    for name in recipe(0, 0).repositories {
        let client = client.counting_afresh();
        let fetched = fetch(&client, &name, None).await.unwrap();
        assert_whole(&server, &name, &[&fetched]);
        assert!(client.requests() <= 150, "{name} took {} requests", client.requests());
    }
}

#[tokio::test]
async fn a_page_costs_the_points_that_its_document_says() {
    let (server, client) = serve(row(1)).await;
    let mut world = server.world();
    deed(&mut world, |edit, ann| _ = edit.release(ann, "v1"));
    drop(world);
    fetch(&client, &quay(), None).await.unwrap();
    let paid: Vec<(String, u64)> = server.requests().into_iter().map(|asked| (asked.operation, asked.points)).collect();
    let expected = [("Repository", 1), ("PullRequests", 9), ("Issues", 2), ("Commits", 3), ("Releases", 1)];
    assert_eq!(paid, expected.map(|(operation, points)| (operation.to_owned(), points)));
}

#[tokio::test]
async fn everything_rare_arrives_with_what_is_absent_left_absent() {
    let (server, client) = serve(oddities()).await;
    let fetched = fetch(&client, &quay(), None).await.unwrap();
    assert_whole(&server, &quay(), &[&fetched]);
    let batch = &fetched.batch;
    assert!(batch.pull_requests.iter().any(|p| p.author.is_none()), "a ghost");
    assert!(batch.pull_requests.iter().any(|p| p.head_repository.is_none()), "a fork that is gone");
    assert!(batch.pull_requests.iter().any(|p| p.files.is_none() && p.additions == Some(400_000)), "no list of files");
    assert!(batch.commits.iter().any(|c| c.authors.len() == 15 && c.authors[0].account.is_none() && c.authors[0].name.is_some()));
    let kinds: HashSet<AccountKind> = batch.pull_requests.iter().filter_map(|p| p.author.as_ref()).map(|a| a.kind).collect();
    assert_eq!(kinds, [AccountKind::User, AccountKind::Bot, AccountKind::Mannequin].into());
    let states: HashSet<ReviewState> = batch.pull_requests.iter().flat_map(|p| &p.reviews).map(|r| r.state).collect();
    assert_eq!(states.len(), 5);
    let asked: HashSet<String> = server.requests().into_iter().map(|asked| asked.operation).collect();
    for list in
        ["MoreFiles", "MoreReviews", "MoreComments", "MoreReviewComments", "MoreLabels", "MorePullRequestCommits", "MoreCommitAuthors"]
    {
        assert!(asked.contains(list), "{list} was not exercised");
    }
}

#[tokio::test]
async fn numbers_and_lists_that_github_does_not_give_are_absent_and_not_zero() {
    let mut world = row(1);
    deed(&mut world, |edit, _| {
        let it = edit.pull_request(1).unwrap();
        (it.lines, it.changed_files, it.files) = (None, None, None);
        for commit in edit.repository().commits.values_mut() {
            commit.lines = None;
        }
    });
    let (server, client) = serve(world).await;
    let fetched = fetch(&client, &quay(), None).await.unwrap();
    let it = &fetched.batch.pull_requests[0];
    assert_eq!((it.additions, it.deletions, &it.files), (None, None, &None));
    assert_eq!((fetched.batch.commits[0].additions, fetched.batch.commits[0].deletions), (None, None));
    assert_whole(&server, &quay(), &[&fetched]);
}

#[tokio::test]
async fn a_list_of_files_that_is_shorter_than_their_number_is_no_list() {
    let mut world = row(1);
    deed(&mut world, |edit, _| edit.pull_request(1).unwrap().changed_files = Some(3_001));
    let (_server, client) = serve(world).await;
    assert_eq!(fetch(&client, &quay(), None).await.unwrap().batch.pull_requests[0].files, None);
}

#[tokio::test]
async fn an_empty_and_private_repository_is_a_repository() {
    let (_server, client) = serve(oddities()).await;
    let name: FullName = "ann/empty".parse().unwrap();
    let facts = client.repository(&name).await.unwrap().facts;
    assert!(facts.is_private && facts.head.is_none() && facts.default_branch.is_none() && facts.owner.is_some());
    assert_eq!(fetch(&client, &name, None).await.unwrap().batch, Batch::default());
    assert_eq!(client.requests(), 2, "what is empty is not asked for");
}

#[tokio::test]
async fn a_renamed_repository_is_found_by_its_former_name_and_keeps_its_number() {
    let mut world = row(3);
    deed(&mut world, |edit, _| edit.rename("harbour/pier".parse().unwrap()));
    let number = world.repositories[0].id;
    let (server, client) = serve(world).await;
    let facts = client.repository(&quay()).await.unwrap().facts;
    assert_eq!((facts.github_id, facts.full_name.as_str()), (number, "harbour/pier"));
    let fetched = fetch(&client, &quay(), None).await.unwrap();
    assert_whole(&server, &"harbour/pier".parse().unwrap(), &[&fetched]);
}

#[tokio::test]
async fn the_totals_say_how_much_there_is() {
    let (_server, client) = serve(row(7)).await;
    let totals = client.repository(&quay()).await.unwrap().totals;
    assert_eq!((totals.pull_requests, totals.issues, totals.commits, totals.releases), (7, 7, 7, 0));
}

#[tokio::test]
async fn a_login_that_changes_hands_leaves_the_work_where_it_was() {
    let (server, client) = serve(row(1)).await;
    let ann = server.world().person_called("ann").unwrap().id;
    server.world().rename_person(ann, "ann-of-old").unwrap();
    let heir = server.world().add_person("ann", AccountKind::User);
    let fetched = fetch(&client, &quay(), None).await.unwrap();
    let author = fetched.batch.pull_requests[0].author.clone().unwrap();
    assert_eq!((author.id, author.login.as_str()), (ann, "ann-of-old"));
    assert_eq!(client.accounts(&["ann".to_owned()]).await.unwrap()[0].as_ref().unwrap().id, heir);
}

// Accounts.

#[tokio::test]
async fn accounts_come_in_the_order_of_their_logins_and_only_people_are_accounts() {
    let (server, client) = serve(oddities()).await;
    let logins = ["BEN", "nobody", "bump-lane", "harbour", "not a login", "ann"].map(str::to_owned);
    let found = client.accounts(&logins).await.unwrap();
    let found: Vec<Option<&str>> = found.iter().map(|account| account.as_ref().map(|account| account.login.as_str())).collect();
    assert_eq!(found, [Some("ben"), None, None, None, None, Some("ann")]);
    assert_eq!(server.requests()[0].variables.len(), 5, "what can be nobody's login is not asked for");
}

#[tokio::test]
async fn hundreds_of_logins_take_a_request_for_each_hundred() {
    let mut world = row(0);
    let logins: Vec<String> = (0..250).map(|n| format!("student-{n}")).collect();
    for login in &logins {
        world.add_person(login, AccountKind::User);
    }
    let (_server, client) = serve(world).await;
    let found = client.accounts(&logins).await.unwrap();
    assert!(found.iter().zip(&logins).all(|(account, login)| account.as_ref().is_some_and(|account| account.login == *login)));
    assert_eq!(client.requests(), 3);
}

#[tokio::test]
async fn a_login_whose_person_could_not_be_looked_up_is_not_taken_for_nobodys() {
    let (server, client) = serve(oddities()).await;
    server.fail_next(Fault::ErrorBesides);
    let error = client.accounts(&["ann".to_owned()]).await.unwrap_err();
    assert!(matches!(error, Error::Graphql { .. }), "{error}");
}

// Again, and only what changed.

#[tokio::test]
async fn where_nothing_changed_a_second_run_costs_one_request_and_brings_nothing() {
    let (server, client) = serve(sample::generate(&recipe(120, 200))).await;
    server.world().now += TimeDelta::days(2);
    let name = &recipe(0, 0).repositories[0];
    let first = fetch(&client, name, None).await.unwrap();
    let before = client.requests();
    let second = fetch(&client, name, Some(&first)).await.unwrap();
    assert_eq!(second.batch, Batch::default());
    assert_eq!(client.requests() - before, 1);
}

/// A deed, the families that it is asked for by, and how many items it brings.
type Deed = (fn(&mut Edit<'_>, AccountId), &'static [&'static str], usize);

const DEEDS: &[(&str, Deed)] = &[
    ("a comment on an issue", (|edit, ann| _ = edit.comment(4, ann, "me too").unwrap(), &["Issues"], 2)),
    ("a new issue", (|edit, ann| _ = edit.open_issue(ann, "Another"), &["Issues"], 1)),
    ("a review", (|edit, ann| _ = edit.review(3, ann, ReviewState::Approved, &["nice"]).unwrap(), &["PullRequests"], 3)),
    ("a label", (|edit, _| edit.label(3, &["bug"]).unwrap(), &["PullRequests"], 1)),
    ("a push", (|edit, _| drop(edit.push_commit("More", Vec::new(), Lines { additions: 1, deletions: 1 })), &["Commits"], 1)),
    ("a release", (|edit, ann| _ = edit.release(ann, "v1"), &["Releases"], 1)),
    ("a merge", (|edit, ann| drop(edit.merge(3, ann).unwrap()), &["PullRequests", "Commits"], 2)),
];

#[tokio::test]
async fn only_what_changed_is_asked_for() {
    for &(name, (what, families, items)) in DEEDS {
        let (server, client) = serve(row(60)).await;
        let first = fetch(&client, &quay(), None).await.unwrap();
        let before = server.requests().len();
        deed(&mut server.world(), what);
        server.world().now += TimeDelta::hours(1);
        let second = fetch(&client, &quay(), Some(&first)).await.unwrap();
        let asked: Vec<String> = server.requests()[before..].iter().map(|asked| asked.operation.clone()).collect();
        assert_eq!(asked[1..], *families, "{name}");
        assert_eq!(second.batch.items(), items, "{name}");
        assert_whole(&server, &quay(), &[&first, &second]);
    }
}

#[tokio::test]
async fn what_happened_in_the_minute_before_a_fetch_is_fetched_again() {
    let (server, client) = serve(row(2)).await;
    deed(&mut server.world(), |edit, ann| {
        edit.comment(1, ann, "just now").unwrap();
    });
    let first = fetch(&client, &quay(), None).await.unwrap();
    assert_eq!(first.until, Some(server.world().now - TimeDelta::seconds(60)));
    let second = fetch(&client, &quay(), Some(&first)).await.unwrap();
    assert_eq!(second.batch.pull_requests.len(), 1);
}

#[tokio::test]
async fn a_branch_of_old_commits_that_is_merged_today_is_walked_to_where_it_began() {
    let (server, client) = serve(row(30)).await;
    let first = fetch(&client, &quay(), None).await.unwrap();
    deed(&mut server.world(), |edit, ann| {
        let repository = edit.repository();
        let git = || vec![GitAuthor { name: None, account: Some(ann) }];
        let mut tip = repository.branch()[25].oid.clone();
        for _ in 0..5 {
            tip = repository.add_commit(at("2025-09-01T00:10:00Z"), "Long ago", git(), None, vec![tip]);
        }
        let both = vec![repository.head.clone().unwrap(), tip];
        let merge = repository.add_commit(at("2025-09-10T00:00:00Z"), "Merge", git(), None, both);
        repository.push(&merge, at("2025-09-10T00:00:00Z"));
    });
    let second = fetch(&client, &quay(), Some(&first)).await.unwrap();
    assert_eq!(second.batch.commits.len(), 6);
    assert_whole(&server, &quay(), &[&first, &second]);
}

// While people work on.

/// Comments on a pull request between two pages of a fetch.
fn comment_before(server: &Server, request: usize, number: i64) {
    server.edit_before(request, move |world| {
        deed(world, |edit, ann| {
            edit.comment(number, ann, "meanwhile").unwrap();
        });
    });
}

#[tokio::test]
async fn whatever_is_updated_or_opened_between_the_pages_of_a_first_fetch_arrives_in_it_or_in_the_next() {
    let (server, client) = serve(row(60)).await;
    // The requests are: repository, three pages of pull requests, two of issues, commits.
    comment_before(&server, 3, 1);
    comment_before(&server, 3, 119);
    server.edit_before(4, |world| {
        deed(world, |edit, ann| {
            let number = edit.open_pull_request(ann, "Meanwhile", Vec::new());
            edit.merge(number, ann).unwrap();
        });
    });
    server.edit_before(6, |world| {
        deed(world, |edit, ann| {
            edit.comment(2, ann, "meanwhile").unwrap();
        });
    });
    let first = fetch(&client, &quay(), None).await.unwrap();
    assert_eq!(first.batch.pull_requests.len(), 61, "each once, the new one too");
    let second = fetch(&client, &quay(), Some(&first)).await.unwrap();
    assert_whole(&server, &quay(), &[&first, &second]);
}

#[tokio::test]
async fn an_item_that_jumps_over_the_cursor_is_not_lost() {
    let (server, client) = serve(row(60)).await;
    let first = fetch(&client, &quay(), None).await.unwrap();
    // All sixty change, so that the second run has three pages, the oldest change on the last.
    for nth in 0..60 {
        deed(&mut server.world(), |edit, ann| {
            edit.comment(1 + 2 * nth, ann, "all of them").unwrap();
        });
    }
    server.world().now += TimeDelta::hours(1);
    // Number 1 stands on the last page when the first is read, and on the first when the last is read.
    comment_before(&server, 3, 1);
    let second = fetch(&client, &quay(), Some(&first)).await.unwrap();
    assert!(second.batch.pull_requests.iter().any(|p| p.number == 1), "it moved while we read, and was lost");
    assert_whole(&server, &quay(), &[&first, &second]);
}

#[tokio::test]
async fn people_who_never_rest_do_not_keep_a_fetch_from_its_end() {
    let (server, client) = serve(row(60)).await;
    let first = fetch(&client, &quay(), None).await.unwrap();
    for nth in 0..60 {
        deed(&mut server.world(), |edit, _| edit.label(1 + 2 * nth, &["seen"]).unwrap());
    }
    for request in 2..40 {
        comment_before(&server, request, 1 + 2 * i64::try_from(request).unwrap());
    }
    let second = fetch(&client, &quay(), Some(&first)).await.unwrap();
    let third = fetch(&client, &quay(), Some(&second_with(&first, second.batch.clone(), second.until))).await.unwrap();
    let before = client.requests();
    assert!(before < 40, "{before} requests");
    assert_whole(&server, &quay(), &[&first, &second, &third]);
}

/// What is known after both.
fn second_with(first: &Fetched, mut batch: Batch, until: Option<DateTime<Utc>>) -> Fetched {
    batch.commits.extend(first.batch.commits.clone());
    Fetched { batch, until }
}

// When GitHub fails.

/// When a failed fetch is to be tried again.
#[derive(Debug, Clone, Copy)]
enum When {
    Never,
    Later,
    /// So many seconds after the answer, by GitHub's clock.
    In(i64),
}

impl When {
    fn retry(self, now: DateTime<Utc>) -> Retry {
        match self {
            Self::Never => Retry::Never,
            Self::Later => Retry::Later,
            Self::In(seconds) => Retry::At(now + TimeDelta::seconds(seconds)),
        }
    }
}

fn says(status: u16, message: &str) -> Fault {
    Fault::Status { status, message: message.to_owned() }
}

/// What kind of error it is: its name, and the status where it has one.
fn kind(error: &Error) -> String {
    match error {
        Error::Server { status, .. } | Error::Status { status, .. } => format!("{} {status}", name_of(error)),
        _ => name_of(error),
    }
}

fn name_of(error: &Error) -> String {
    let shown = format!("{error:?}");
    shown.split(' ').next().unwrap().to_owned()
}

#[rstest]
#[case::a_token_that_was_revoked(says(401, "Bad credentials"), "Unauthorized", When::Never)]
#[case::a_token_without_the_right(says(403, "Resource not accessible by personal access token"), "Forbidden", When::Never)]
#[case::nothing_there(says(404, "Not Found"), "NotFound", When::Never)]
#[case::gone(says(410, "Issues are disabled"), "Gone", When::Never)]
#[case::blocked(says(451, "Repository access blocked"), "Blocked", When::Never)]
#[case::a_status_of_no_meaning(says(418, "teapot"), "Status 418", When::Never)]
#[case::trouble(says(500, "Server Error"), "Server 500", When::Later)]
#[case::a_page_of_html(Fault::Html { status: 200 }, "NotJson", When::Later)]
#[case::a_unicorn(Fault::Html { status: 503 }, "Server 503", When::Later)]
#[case::no_answer(Fault::Closed, "Transport", When::Later)]
#[case::half_an_answer(Fault::ClosedMidBody, "Transport", When::Later)]
#[case::half_of_the_json(Fault::TruncatedJson, "NotJson", When::Later)]
#[case::too_fast(Fault::SecondaryLimit { retry_after: None }, "RateLimited", When::In(60))]
#[case::too_fast_for_so_long(Fault::SecondaryLimit { retry_after: Some(90) }, "RateLimited", When::In(90))]
#[case::too_fast_said_kindly(Fault::SecondaryLimitAsSuccess, "RateLimited", When::In(60))]
#[case::a_node_that_did_not_load(Fault::LostNode { says_so: true }, "Graphql", When::Later)]
#[case::a_node_lost_in_silence(Fault::LostNode { says_so: false }, "Protocol", When::Later)]
#[case::an_error_beside_the_data(Fault::ErrorBesides, "Graphql", When::Later)]
#[case::nothing_at_all(Fault::EmptyObject, "Protocol", When::Later)]
#[tokio::test]
async fn a_failed_page_is_an_error_that_says_when_to_ask_again_and_nothing_of_it_passes(
    #[case] fault: Fault,
    #[case] expected: &str,
    #[case] when: When,
    #[values(1, 2, 4, 6)] page: usize,
) {
    let (server, client) = serve(row(60)).await;
    let snapshot = client.repository(&quay()).await.unwrap();
    let mut changes = client.changes(&snapshot, None, HashSet::new());
    server.fail_nth(page, fault);
    let mut fetched = Fetched::default();
    let mut failed = 0;
    loop {
        match changes.next().await {
            Ok(Some(batch)) => fetched.take(batch),
            Ok(None) => break,
            Err(error) => {
                assert_eq!(kind(&error), expected, "{error}");
                assert_eq!(error.retry(), when.retry(server.world().now), "{error}");
                assert_eq!(changes.complete_until(), None);
                failed += 1;
            }
        }
    }
    assert_eq!(failed, 1);
    assert!(changes.complete_until().is_some());
    assert_eq!(fetched.batch.pull_requests.len(), 60, "each page once");
    assert_whole(&server, &quay(), &[&fetched]);
}

#[tokio::test]
async fn an_answer_that_breaks_off_names_the_request_that_it_belongs_to() {
    let (server, client) = serve(row(1)).await;
    server.fail_next(Fault::TruncatedJson);
    let error = client.repository(&quay()).await.unwrap_err().to_string();
    assert!(error.contains("GitHub request 5A:"), "{error}");
}

#[tokio::test]
async fn a_wrong_token_is_said_without_being_shown() {
    let (server, _) = serve(row(1)).await;
    let client = Client::new(&server.base_url(), Some(&"ghp_wrong".into())).unwrap();
    let error = client.repository(&quay()).await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { .. }));
    assert!(!format!("{error} {error:?}").contains("ghp_wrong"));
}

#[tokio::test]
async fn a_repository_that_is_not_there_is_not_found() {
    let (_server, client) = serve(row(1)).await;
    let error = client.repository(&"harbour/nothing".parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }) && error.retry() == Retry::Never, "{error}");
}

#[tokio::test]
async fn a_spent_budget_is_a_time_by_githubs_clock_and_until_then_nothing_is_asked() {
    let (server, client) = serve(row(60)).await;
    server.fail_nth(3, Fault::RateLimited);
    let error = fetch(&client, &quay(), None).await.unwrap_err();
    let reset = server.world().now + TimeDelta::hours(1);
    assert_eq!(error.retry(), Retry::At(reset), "{error}");
    let error = client.repository(&quay()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::At(reset));
    assert_eq!(server.requests().len(), 3, "nothing more went out");
}

#[tokio::test]
async fn the_last_hundredth_of_the_budget_is_left_to_others() {
    let (server, client) = serve(row(60)).await;
    server.set_remaining(50 + 1 + 9);
    let error = fetch(&client, &quay(), None).await.unwrap_err();
    assert!(matches!(error.retry(), Retry::At(_)), "{error}");
    assert_eq!(server.requests().len(), 3, "the page that crossed the line was the last");
}

#[tokio::test]
async fn a_page_that_is_too_much_for_github_is_halved_and_nothing_is_lost() {
    let (server, client) = serve(row(60)).await;
    server.fail_nth(3, Fault::TooMuch);
    let fetched = fetch(&client, &quay(), None).await.unwrap();
    let sizes: Vec<u64> = server
        .requests()
        .iter()
        .filter(|asked| asked.operation == "PullRequests")
        .map(|asked| asked.variables["first"].as_u64().unwrap())
        .collect();
    assert_eq!(sizes, [25, 25, 12, 12, 12], "25, then 12, 12 and 11");
    assert_whole(&server, &quay(), &[&fetched]);
}

#[tokio::test]
async fn a_page_is_halved_down_to_a_single_item_and_one_that_is_still_too_much_is_an_error() {
    let (server, client) = serve(row(60)).await;
    let snapshot = client.repository(&quay()).await.unwrap();
    let mut changes = client.changes(&snapshot, None, HashSet::new());
    for _ in 0..4 {
        server.fail_next(Fault::TooMuch);
    }
    let page = changes.next().await.unwrap().unwrap();
    assert_eq!(page.pull_requests.len(), 1, "25, 12, 6, 3 were too much");
    server.fail_next(Fault::TooMuch);
    let error = changes.next().await.map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Server { status: 502, .. }) && error.retry() == Retry::Later, "{error}");
    assert_eq!(changes.next().await.unwrap().unwrap().pull_requests.len(), 1);
}
