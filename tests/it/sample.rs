//! The model of GitHub: its answers are what GitHub's schema promises, its manners GitHub's, its invented term what a demonstration needs.

use std::collections::{BTreeMap, HashSet};

use accredit::{
    model::{
        account::{AccountId, AccountKind},
        github::{ChangedFile, PullRequestState, ReviewState},
        repository::FullName,
    },
    sample::{self, Closer, Commit, GitAuthor, Issue, Lines, PullRequest, Recipe, Repository, Server, StateReason, World},
};
use apollo_compiler::{ExecutableDocument, validation::Valid};
use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::{documents, support::schema};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn name(text: &str) -> FullName {
    text.parse().unwrap()
}

/// A term that is over, with one repository that is a student's own.
pub fn recipe(pull_requests: usize, reviews: usize) -> Recipe {
    Recipe {
        seed: 7,
        now: at("2026-03-15T09:00:00Z"),
        from: at("2025-09-01T00:00:00Z"),
        until: at("2026-01-31T00:00:00Z"),
        students: (1..=48).map(|n| format!("student-{n:02}")).collect(),
        repositories: vec![name("harbour/quay"), name("open-orchard/timetable"), name("student-06/notebook")],
        pull_requests,
        reviews,
    }
}

async fn post(server: &Server, document: &str, variables: &Value) -> reqwest::Response {
    send(&reqwest::Client::new(), server, document, variables).await
}

async fn send(client: &reqwest::Client, server: &Server, document: &str, variables: &Value) -> reqwest::Response {
    let question = json!({ "query": document, "variables": variables }).to_string();
    let request = client.post(format!("{}graphql", server.base_url())).bearer_auth(server.token().expose_secret());
    request.header("content-type", "application/json").body(question).send().await.unwrap()
}

async fn ask(server: &Server, document: &str, variables: &Value) -> Value {
    let text = post(server, document, variables).await.text().await.unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Asks one document, and holds every answer against the published schema.
struct Asker<'a> {
    server: &'a Server,
    client: &'a reqwest::Client,
    text: &'a str,
    document: Valid<ExecutableDocument>,
}

impl Asker<'_> {
    async fn ask(&self, variables: &Value) -> Value {
        let text = send(self.client, self.server, self.text, variables).await.text().await.unwrap();
        let mut answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer.get("errors"), None, "{variables}");
        let violations = schema::violations(&self.document, &answer["data"]);
        assert!(violations.is_empty(), "{variables}:\n{}", violations.join("\n"));
        answer["data"].take()
    }

    /// Page after page; `list` is where the list lies in the answer. How many items there were.
    async fn walk(&self, mut variables: Value, list: &str) -> usize {
        let mut count = 0;
        loop {
            let data = self.ask(&variables).await;
            let page = data.pointer(list).unwrap();
            count += page["nodes"].as_array().unwrap().len();
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                return count;
            }
            variables["after"] = page["pageInfo"]["endCursor"].clone();
        }
    }
}

/// Asks every document what it can be asked in this repository; how many items of how many lists came.
async fn ask_everything(server: &Server, repository: &Repository) -> (usize, usize) {
    let client = reqwest::Client::new();
    let (mut lists, mut items) = (0, 0);
    for (file, text) in documents::all() {
        let asker = Asker { server, client: &client, text: &text, document: schema::document(&text).unwrap() };
        for (variables, list, expected) in questions(repository, &file) {
            match list {
                None => drop(asker.ask(&variables).await),
                Some(list) => {
                    let found = asker.walk(variables, list).await;
                    assert_eq!(found, expected, "{file} {list}");
                    (lists, items) = (lists + 1, items + found);
                }
            }
        }
    }
    (lists, items)
}

/// The variables, where the list lies in the answer, and how long it is.
type Question = (Value, Option<&'static str>, usize);

fn questions(repository: &Repository, file: &str) -> Vec<Question> {
    let id = format!("R_{}", repository.id);
    let pull_requests = |list, count: fn(&PullRequest) -> usize| {
        repository.pull_requests.iter().map(move |p| (json!({ "id": format!("PR_{}", p.id) }), Some(list), count(p))).collect::<Vec<_>>()
    };
    let issues = |list, count: fn(&Issue) -> usize| {
        repository.issues.iter().map(move |i| (json!({ "id": format!("I_{}", i.id) }), Some(list), count(i))).collect::<Vec<_>>()
    };
    let commits = |list, count: fn(&Commit) -> usize| {
        let one = |c: &&Commit| (json!({ "id": format!("C_{}_{}", repository.id, c.oid) }), Some(list), count(c));
        repository.branch().iter().take(20).map(one).collect::<Vec<_>>()
    };
    let order = |field, direction| json!({ "field": field, "direction": direction });
    match file {
        "accounts" => vec![(json!({ "login0": "ANN" }), None, 0)],
        "repository" => vec![(json!({ "owner": repository.name.owner(), "name": repository.name.name() }), None, 0)],
        "pull_requests" => {
            let variables = json!({ "repository": id, "first": 25, "order": order("UPDATED_AT", "DESC") });
            vec![(variables, Some("/node/pullRequests"), repository.pull_requests.len())]
        }
        "issues" => {
            let variables = json!({ "repository": id, "first": 50, "order": order("CREATED_AT", "ASC") });
            vec![(variables, Some("/node/issues"), repository.issues.len())]
        }
        "commits" => {
            let variables = repository.head.iter().map(|head| json!({ "repository": id, "first": 100, "head": head }));
            variables.map(|variables| (variables, Some("/node/object/history"), repository.branch().len())).collect()
        }
        "releases" => vec![(json!({ "repository": id, "first": 100 }), Some("/node/releases"), repository.releases.len())],
        "rest_closing_issues" => pull_requests("/node/closingIssuesReferences", |p| p.closes.len()),
        "rest_files" => {
            let listed = repository.pull_requests.iter().filter_map(|p| Some((p, p.files.as_ref()?)));
            listed.map(|(p, files)| (json!({ "id": format!("PR_{}", p.id) }), Some("/node/files"), files.len())).collect()
        }
        "rest_pull_request_commits" => pull_requests("/node/commits", |p| p.commits.len()),
        "rest_reviews" => pull_requests("/node/reviews", |p| p.reviews.len()),
        "rest_comments" => [pull_requests("/node/comments", |p| p.comments.len()), issues("/node/comments", |i| i.comments.len())].concat(),
        "rest_labels" => [pull_requests("/node/labels", |p| p.labels.len()), issues("/node/labels", |i| i.labels.len())].concat(),
        "rest_review_comments" => {
            let reviews = repository.pull_requests.iter().flat_map(|p| &p.reviews);
            reviews.map(|r| (json!({ "id": format!("PRR_{}", r.id) }), Some("/node/comments"), r.comments.len())).collect()
        }
        "rest_commit_authors" => commits("/node/authors", |c| c.authors.len()),
        "rest_commit_parents" => commits("/node/parents", |c| c.parents.len()),
        other => panic!("say here what {other}.graphql can be asked"),
    }
}

/// Everything that is rare, in one place.
pub fn oddities() -> World {
    let mut world = World::new(at("2025-10-01T00:00:00Z"));
    let ann = world.add_person("ann", AccountKind::User);
    let ben = world.add_person("ben", AccountKind::User);
    let gone = world.add_person("gone", AccountKind::User);
    let bot = world.add_person("bump-lane", AccountKind::Bot);
    let mannequin = world.add_person("imported-cid", AccountKind::Mannequin);
    let enterprise = world.add_person("dee_corp", AccountKind::EnterpriseUser);
    let harbour = world.add_person("harbour", AccountKind::Organization);
    world.add_repository(name("harbour/quay"), harbour, at("2024-01-01T00:00:00Z"));
    world.add_repository(name("ann/empty"), ann, at("2024-01-01T00:00:00Z")).is_private = true;

    let mut day = world.edit("harbour/quay", at("2025-10-02T00:00:00Z")).unwrap();
    let nobody = GitAuthor::stranger("Nobody Known");
    let crowd = (0..13).map(|_| GitAuthor { name: None, account: Some(ben) });
    day.push_commit(
        "Begin",
        [nobody.clone(), GitAuthor { name: None, account: Some(bot) }].into_iter().chain(crowd).collect(),
        Lines { additions: 9, deletions: 0 },
    );
    day.repository().license = None;
    let file = |path: &str| ChangedFile { path: path.to_owned(), additions: 3, deletions: 1 };
    for author in [ann, gone, bot, mannequin, enterprise] {
        let issue = day.open_issue(author, "Something is wrong");
        let number = day.open_pull_request(author, "Make it right", vec![file("src/a.rs")]);
        day.comment(number, gone, "I was here").unwrap();
        day.comment(issue, enterprise, "So was I").unwrap();
    }
    let by_ann = day.open_pull_request(ann, "Everything at once", (0..60).map(|n| file(&format!("src/{n}.rs"))).collect());
    let fixed = day.open_issue(ben, "To be closed by a merge");
    let reopened = day.open_issue(ben, "Closed and opened again");
    let here = day.repository().id;
    for state in
        [ReviewState::Commented, ReviewState::Approved, ReviewState::ChangesRequested, ReviewState::Dismissed, ReviewState::Pending]
    {
        day.review(by_ann, ben, state, &["why?"; 23]).unwrap();
    }
    for _ in 0..11 {
        day.review(by_ann, gone, ReviewState::Commented, &[]).unwrap();
        day.add_commit(by_ann, "More", vec![nobody.clone()]).unwrap();
    }
    for _ in 0..31 {
        day.comment(by_ann, ben, "And then").unwrap();
    }
    let labels: Vec<String> = (0..22).map(|n| format!("label {n}")).collect();
    day.label(by_ann, &labels.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    let pull_request = day.pull_request(by_ann).unwrap();
    pull_request.closes.push(sample::Reference { repository: here, number: fixed });
    pull_request.head_repository = None;
    let merge = day.merge(by_ann, bot).unwrap();
    day.close_issue(reopened, Some(gone), StateReason::NotPlanned, Some(Closer::Commit(merge))).unwrap();
    day.reopen_issue(reopened).unwrap();

    let draft = day.open_pull_request(ben, "Not yet", Vec::new());
    day.pull_request(draft).unwrap().is_draft = true;
    let huge = day.open_pull_request(ben, "The whole archive", Vec::new());
    let huge = day.pull_request(huge).unwrap();
    (huge.files, huge.changed_files, huge.lines) = (None, Some(5_000), Some(Lines { additions: 400_000, deletions: 0 }));
    let refused = day.open_pull_request(ben, "No", vec![file("README.md")]);
    day.close_pull_request(refused).unwrap();
    day.release(ann, "v1");
    day.release(bot, "v2-rc1");
    day.touch_release("v2-rc1").unwrap().is_prerelease = true;
    world.delete_person(gone).unwrap();
    world
}

#[rstest]
#[case::the_invented_term(sample::generate(&recipe(130, 300)))]
#[case::everything_rare(oddities())]
#[tokio::test]
async fn every_answer_is_what_the_published_schema_promises(#[case] mut world: World) {
    if world.person_called("ann").is_none() {
        world.add_person("ann", AccountKind::User);
    }
    let server = Server::start(world.clone()).await.unwrap();
    let mut all = (0, 0);
    for repository in &world.repositories {
        // What it costs is of no concern here.
        server.set_remaining(u64::from(u32::MAX));
        let (lists, items) = ask_everything(&server, repository).await;
        all = (all.0 + lists, all.1 + items);
    }
    assert!(all.0 > 50 && all.1 > 300, "only {} items of {} lists", all.1, all.0);
}

/// The judge itself must be able to find something.
#[rstest]
#[case(json!({ "number": "1" }), "is no Int")]
#[case(json!({ "number": 5_000_000_000_i64 }), "is no Int")]
#[case(json!({ "title": null }), "null where the schema promises a value")]
#[case(json!({ "state": "open" }), "is no PullRequestState")]
#[case(json!({ "fullDatabaseId": 5 }), "is no BigInt")]
#[case(json!({ "createdAt": "yesterday" }), "is no DateTime")]
#[case(json!({ "body": "x" }), "nobody asked for `body`")]
#[case(json!({ "author": { "__typename": "Repository" } }), "a Repository is no Actor")]
#[case(json!({ "author": { "__typename": "User" } }), "`login` is missing")]
fn an_answer_that_breaks_the_schema_is_noticed(#[case] change: Value, #[case] says: &str) {
    let text = "query Q($id: ID!) { node(id: $id) { __typename ... on PullRequest {
        fullDatabaseId number title state createdAt author { __typename login } } } }";
    let document = schema::document(text).unwrap();
    let mut data = json!({ "node": { "__typename": "PullRequest", "fullDatabaseId": "5", "number": 1, "title": "t", "state": "OPEN",
        "createdAt": "2025-01-01T00:00:00Z", "author": null } });
    assert_eq!(schema::violations(&document, &data), Vec::<String>::new());
    data["node"].as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let found = schema::violations(&document, &data);
    assert!(found.len() == 1 && found[0].contains(says), "{found:?}");
}

// GitHub's manners.

#[rstest]
#[case::no_such_repository("{ repository(owner: \"a\", name: \"b\") { id } }", "NOT_FOUND", json!(["repository"]))]
#[case::no_such_node("{ it: node(id: \"PR_1\") { id } }", "NOT_FOUND", json!(["it"]))]
#[case::no_such_person("{ user(login: \"nobody\") { login } }", "NOT_FOUND", json!(["user"]))]
#[case::a_bot_is_no_user("{ user(login: \"bump-lane\") { login } }", "NOT_FOUND", json!(["user"]))]
#[case::a_deleted_person("{ user(login: \"gone\") { login } }", "NOT_FOUND", json!(["user"]))]
#[tokio::test]
async fn what_is_not_there_is_null_with_an_error_that_names_its_place(#[case] document: &str, #[case] kind: &str, #[case] path: Value) {
    let server = Server::start(oddities()).await.unwrap();
    let answer = ask(&server, document, &json!({})).await;
    assert_eq!((answer["errors"][0]["type"].as_str(), &answer["errors"][0]["path"]), (Some(kind), &path), "{answer}");
    assert_eq!(answer["data"][path[0].as_str().unwrap()], Value::Null);
    assert!(answer["data"].is_object());
}

#[rstest]
#[case::a_field_that_is_none("{ viewer { login } }", "Field 'viewer' doesn't exist on type 'Query'")]
#[case::a_nested_one("{ user(login: \"ann\") { shoeSize } }", "Field 'shoeSize' doesn't exist on type 'User'")]
#[case::an_argument_that_is_none("{ user(login: \"ann\", size: 3) { login } }", "doesn't accept argument 'size'")]
#[case::no_sub_fields("{ user(login: \"ann\") }", "must have selections")]
#[case::no_syntax("{ user(", "Parse error")]
#[case::too_long_a_page(
    "{ repository(owner: \"harbour\", name: \"quay\") { issues(first: 101) { totalCount } } }",
    "exceeds the `first` limit"
)]
#[case::a_variable_that_is_missing("query Q($login: String!) { user(login: $login) { login } }", "Variable $login")]
#[case::a_fragment_that_is_missing("{ user(login: \"ann\") { ...Nothing } }", "Fragment Nothing")]
#[tokio::test]
async fn a_question_that_is_wrong_gets_errors_alone(#[case] document: &str, #[case] says: &str) {
    let server = Server::start(oddities()).await.unwrap();
    let answer = ask(&server, document, &json!({})).await;
    assert!(answer["errors"][0]["message"].as_str().is_some_and(|message| message.contains(says)), "{answer}");
    assert_eq!(answer.get("data"), None);
}

#[tokio::test]
async fn a_list_without_a_page_size_and_a_cursor_that_is_none_are_refused() {
    let server = Server::start(oddities()).await.unwrap();
    for (arguments, kind) in [("", "MISSING_PAGINATION_BOUNDARIES"), ("(first: 1, after: \"x\")", "INVALID_CURSOR_ARGUMENTS")] {
        let document = format!("{{ repository(owner: \"harbour\", name: \"quay\") {{ issues{arguments} {{ totalCount }} }} }}");
        let answer = ask(&server, &document, &json!({})).await;
        assert_eq!((answer["errors"][0]["type"].as_str(), &answer["data"]["repository"]["issues"]), (Some(kind), &Value::Null));
    }
}

#[tokio::test]
async fn a_former_name_is_answered_with_the_present_repository_until_somebody_else_takes_it() {
    let mut world = oddities();
    world.edit("harbour/quay", at("2025-11-01T00:00:00Z")).unwrap().rename(name("harbour/pier"));
    let server = Server::start(world).await.unwrap();
    let document = "{ repository(owner: \"Harbour\", name: \"QUAY\") { nameWithOwner } }";
    assert_eq!(ask(&server, document, &json!({})).await["data"]["repository"]["nameWithOwner"], json!("harbour/pier"));
    let owner = server.world().person_called("harbour").unwrap().id;
    server.world().add_repository(name("harbour/quay"), owner, at("2025-11-02T00:00:00Z"));
    assert_eq!(ask(&server, document, &json!({})).await["data"]["repository"]["nameWithOwner"], json!("harbour/quay"));
}

#[tokio::test]
async fn a_wrong_token_is_refused_and_a_right_one_pays_by_githubs_formula_at_the_worlds_time() {
    let server = Server::start(oddities()).await.unwrap();
    let url = format!("{}graphql", server.base_url());
    let refused = reqwest::Client::new().post(url).bearer_auth("another").body("{}").send().await.unwrap();
    assert_eq!(refused.status(), 401);

    let document = &documents::all()["pull_requests"];
    let id = format!("R_{}", server.world().repositories[0].id);
    let order = json!({ "field": "UPDATED_AT", "direction": "DESC" });
    let answer = post(&server, document, &json!({ "repository": id, "first": 25, "order": order })).await;
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-ratelimit-remaining"), "4991", "9 points, as pull_requests.graphql says");
    assert_eq!(header("date"), "Thu, 02 Oct 2025 00:00:00 GMT");
    assert_eq!(header("x-ratelimit-reset"), (at("2025-10-02T01:00:00Z").timestamp()).to_string());
    assert!(!header("x-github-request-id").is_empty());
}

#[tokio::test]
async fn who_has_spent_the_points_is_told_so_until_the_hour_is_over() {
    let server = Server::start(oddities()).await.unwrap();
    server.set_remaining(1);
    let document = "{ user(login: \"ann\") { login } }";
    assert_eq!(ask(&server, document, &json!({})).await["data"]["user"]["login"], json!("ann"));
    assert_eq!(ask(&server, document, &json!({})).await["errors"][0]["type"], json!("RATE_LIMITED"));
    server.world().now += TimeDelta::hours(1);
    assert_eq!(ask(&server, document, &json!({})).await["data"]["user"]["login"], json!("ann"));
}

#[tokio::test]
async fn a_cursor_stays_behind_its_item_when_the_list_changes() {
    let server = Server::start(oddities()).await.unwrap();
    let document = "query Q($after: String) { repository(owner: \"harbour\", name: \"quay\") {
        issues(first: 2, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }) { pageInfo { endCursor } nodes { number } } } }";
    let page = async |after: Value| ask(&server, document, &json!({ "after": after })).await["data"]["repository"]["issues"].take();
    let first = page(Value::Null).await;
    let ben = server.world().person_called("ben").unwrap().id;
    let last = first["nodes"][1]["number"].as_i64().unwrap();
    // Somebody jumps to the front; the second page is what it was.
    let before = page(first["pageInfo"]["endCursor"].clone()).await;
    let jumps = server.world().repositories[0].issues[0].number;
    assert_ne!(jumps, last);
    server.world().edit("harbour/quay", at("2025-12-01T00:00:00Z")).unwrap().comment(jumps, ben, "!").unwrap();
    assert_eq!(page(Value::Null).await["nodes"][0]["number"], json!(jumps));
    assert_eq!(page(first["pageInfo"]["endCursor"].clone()).await, before);
}

// The invented term.

fn pull_requests(world: &World) -> impl Iterator<Item = (&Repository, &PullRequest)> {
    world.repositories.iter().flat_map(|repository| repository.pull_requests.iter().map(move |pull_request| (repository, pull_request)))
}

fn count(world: &World, fits: impl Fn(&Repository, &PullRequest) -> bool) -> usize {
    pull_requests(world).filter(|(repository, pull_request)| fits(repository, pull_request)).count()
}

/// What each person did, but commits and releases.
fn deeds(world: &World) -> BTreeMap<AccountId, usize> {
    let mut deeds = BTreeMap::new();
    for (_, it) in pull_requests(world) {
        let reviews = it.reviews.iter().flat_map(|review| review.comments.iter().map(|c| c.author).chain([review.author]));
        let all = reviews.chain(it.comments.iter().map(|c| c.author)).chain([it.author]);
        all.flatten().for_each(|who| *deeds.entry(who).or_default() += 1);
    }
    deeds
}

#[test]
fn the_same_recipe_makes_the_same_world_and_another_seed_another() {
    let once = sample::generate(&recipe(90, 100));
    assert_eq!(once, sample::generate(&recipe(90, 100)));
    assert_ne!(once, sample::generate(&Recipe { seed: 8, ..recipe(90, 100) }));
}

#[test]
fn the_invented_term_is_as_large_as_it_is_asked_for() {
    let world = sample::generate(&recipe(600, 1_500));
    assert_eq!(count(&world, |_, _| true), 600);
    assert!(pull_requests(&world).map(|(_, p)| p.reviews.len()).sum::<usize>() >= 1_500);
    let deeds = deeds(&world);
    let students = (1..=48).map(|n| deeds.get(&world.person_called(&format!("student-{n:02}")).unwrap().id).copied().unwrap_or(0));
    let students: Vec<usize> = students.collect();
    assert!(students.iter().filter(|&&deeds| deeds > 0).count() >= 40, "{students:?}");
    assert!(students.contains(&0), "somebody does nothing: {students:?}");
    assert!(students.iter().max().unwrap() > &(10 * students.iter().filter(|&&n| n > 0).min().unwrap()), "all are alike: {students:?}");
    for repository in &world.repositories {
        assert!(!repository.issues.is_empty() && !repository.releases.is_empty() && repository.branch().len() > 20, "{}", repository.name);
    }
}

fn is_kind(repository: &World, who: Option<AccountId>, kind: AccountKind) -> bool {
    who.and_then(|who| repository.person(who)).is_some_and(|person| person.kind == kind)
}

type Case = fn(&World, &Repository, &PullRequest) -> bool;

/// Every kind of pull request that scoring treats in its own way, or that is hard to fetch.
const CASES: &[(&str, Case)] = &[
    ("of a bot", |w, _, p| is_kind(w, p.author, AccountKind::Bot)),
    ("reviewed by a bot", |w, _, p| p.reviews.iter().any(|r| is_kind(w, r.author, AccountKind::Bot))),
    ("of a ghost", |_, _, p| p.author.is_none() && p.state == PullRequestState::Merged),
    ("reviewed by a ghost", |_, _, p| p.reviews.iter().any(|r| r.author.is_none())),
    ("merged by its author alone", |_, _, p| {
        p.author.is_some() && p.merged_by == p.author && !p.reviews.iter().any(|r| r.state == ReviewState::Approved)
    }),
    ("merged by another without approval", |w, _, p| {
        is_kind(w, p.merged_by, AccountKind::User) && p.merged_by != p.author && p.reviews.is_empty()
    }),
    ("squashed by a bot in its own name", |w, r, p| {
        p.author.is_some()
            && is_kind(w, p.merged_by, AccountKind::Bot)
            && squash_of(r, p).is_some_and(|c| c.authors[0].account == p.merged_by)
    }),
    ("squashed under its author", |_, r, p| p.author.is_some() && squash_of(r, p).is_some_and(|c| c.authors[0].account == p.author)),
    ("with a merge commit", |_, r, p| {
        r.branch().iter().any(|c| c.headline == format!("Merge pull request #{}", p.number) && c.parents.len() == 2)
    }),
    ("with a co author", |_, r, p| p.commits.iter().any(|oid| r.commits[oid].authors.len() > 1)),
    ("with an author of no account", |_, r, p| p.commits.iter().any(|oid| r.commits[oid].authors[0].account.is_none())),
    ("a lock file bomb", |_, _, p| {
        p.lines.is_some_and(|lines| lines.additions > 2_000)
            && p.files
                .as_ref()
                .is_some_and(|files| files.iter().all(|f| f.path.ends_with("Cargo.lock") || f.path.ends_with("package-lock.json")))
    }),
    ("generated and vendored", |_, _, p| {
        p.files.as_ref().is_some_and(|files| ["generated/", "vendor/"].iter().all(|part| files.iter().any(|f| f.path.contains(part))))
    }),
    ("spam", |_, _, p| p.labels.iter().any(|label| label == "spam")),
    ("invalid", |_, _, p| p.labels.iter().any(|label| label == "invalid")),
    ("a draft", |_, _, p| p.is_draft),
    ("open", |_, _, p| p.state == PullRequestState::Open && !p.is_draft),
    ("closed unmerged", |_, _, p| p.state == PullRequestState::Closed && p.merged_at.is_none() && p.closed_at.is_some()),
    ("before the term", |_, _, p| p.created_at < at("2025-09-01T00:00:00Z")),
    ("after the term", |_, _, p| p.created_at > at("2026-02-01T00:00:00Z")),
    ("in the authors own repository", |_, r, p| p.author == Some(r.owner) && p.state == PullRequestState::Merged),
    ("of another in a students own", |w, r, p| is_kind(w, Some(r.owner), AccountKind::User) && p.author != Some(r.owner)),
    ("with more files than a page", |_, _, p| p.files.as_ref().is_some_and(|files| files.len() > 50)),
    ("with more reviews than a page", |_, _, p| p.reviews.len() > 10),
    ("with more comments than a page", |_, _, p| p.comments.len() > 30),
    ("with more commits than a page", |_, _, p| p.commits.len() > 10),
    ("with a review of more comments than a page", |_, _, p| p.reviews.iter().any(|r| r.comments.len() > 20)),
    ("without a list of files", |_, _, p| p.files.is_none()),
    ("from a fork that is gone", |_, _, p| p.head_repository.is_none() && p.author.is_some()),
    ("with a dismissed review", |_, _, p| p.reviews.iter().any(|r| r.state == ReviewState::Dismissed)),
    ("that closes an issue", |_, _, p| !p.closes.is_empty()),
];

#[test]
fn every_case_that_matters_occurs_in_the_invented_term() {
    let world = sample::generate(&recipe(600, 1_500));
    let occurs = |case: &Case| count(&world, |repository, pull_request| case(&world, repository, pull_request)) > 0;
    let missing: Vec<&str> = CASES.iter().filter(|(_, case)| !occurs(case)).map(|(name, _)| *name).collect();
    assert_eq!(missing, [""; 0], "there is no pull request");
}

fn squash_of<'w>(repository: &'w Repository, of: &PullRequest) -> Option<&'w Commit> {
    let headline = format!("{} (#{})", of.title, of.number);
    repository.commits.values().find(|commit| commit.headline == headline)
}

#[rstest]
#[case(600, 1_500, 7)]
#[case(61, 0, 1)]
#[case(0, 0, 2)]
fn time_runs_forward_in_the_invented_term(#[case] pull_requests: usize, #[case] reviews: usize, #[case] seed: u64) {
    let world = sample::generate(&Recipe { seed, ..recipe(pull_requests, reviews) });
    for repository in &world.repositories {
        let mut opened: Vec<(i64, DateTime<Utc>)> = repository.issues.iter().map(|issue| (issue.number, issue.created_at)).collect();
        opened.extend(repository.pull_requests.iter().map(|p| (p.number, p.created_at)));
        opened.sort_unstable();
        assert!(opened.is_sorted_by_key(|(_, created_at)| *created_at), "numbers are given in order");
        assert_eq!(opened.iter().map(|(number, _)| number).collect::<HashSet<_>>().len(), opened.len());
        for it in &repository.pull_requests {
            let reviews = it.reviews.iter().map(|review| review.created_at);
            let deeds = reviews.chain(it.comments.iter().map(|comment| comment.created_at)).chain(it.closed_at).chain(it.merged_at);
            for deed in deeds {
                assert!(it.created_at <= deed && deed <= it.updated_at, "{} #{}", repository.name, it.number);
            }
            assert!(it.updated_at <= world.now);
        }
        for issue in &repository.issues {
            let comments = issue.comments.iter().map(|comment| comment.created_at);
            assert!(comments.chain(issue.closed_at).all(|deed| issue.created_at <= deed && deed <= issue.updated_at));
            assert!(issue.updated_at <= world.now);
        }
        for commit in repository.commits.values() {
            assert!(commit.committed_at <= world.now);
            for parent in &commit.parents {
                assert!(repository.commits[parent].committed_at <= commit.committed_at, "{} is older than its parent", commit.headline);
            }
        }
    }
}

#[test]
fn a_term_that_has_only_begun_has_nothing_from_the_future() {
    let world = sample::generate(&Recipe { now: at("2025-09-20T00:00:00Z"), ..recipe(200, 300) });
    let latest = pull_requests(&world).map(|(_, p)| p.updated_at).max().unwrap();
    assert!(latest <= at("2025-09-20T00:00:00Z"));
    assert!(count(&world, |_, p| p.state == PullRequestState::Open) > 5, "what is not over is open");
}
