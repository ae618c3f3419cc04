use chrono::{DateTime, Utc};
use rstest::rstest;

use super::*;
use crate::model::{
    account::{AccountId, AccountKind},
    contribution::{Change, Contribution, Kind, State},
    github::{
        Bringing, ChangedFile, ClosingPullRequest, Comment, Commit, CommitAuthor, Evidence, Issue, IssueState, PullRequest,
        PullRequestState, Release, Review, ReviewState,
    },
};

const REPOSITORY: RepositoryId = RepositoryId(uuid::Uuid::nil());

fn at(day: u32) -> DateTime<Utc> {
    format!("2025-10-{day:02}T12:00:00Z").parse().unwrap()
}

/// Accounts from 900 on are bots, from 800 on organisations, from 700 on mannequins; 0 is a deleted account.
fn account(id: i64) -> Option<Account> {
    let kind = match id {
        0 => return None,
        900.. => AccountKind::Bot,
        800.. => AccountKind::Organization,
        700.. => AccountKind::Mannequin,
        _ => AccountKind::User,
    };
    Some(Account { id: AccountId(id), login: format!("account-{id}"), kind })
}

fn evidence(text: &str) -> Evidence {
    Evidence(vec![format!("{{\"what\":\"{text}\"}}")])
}

/// Opened on the 1st by account 1 and merged on the 9th by account 2.
pub(super) fn pull_request() -> PullRequest {
    PullRequest {
        github_id: 5_000_000_000,
        number: 12,
        url: "https://github.com/o/r/pull/12".into(),
        title: "Say why".into(),
        author: account(1),
        author_association: "CONTRIBUTOR".into(),
        state: PullRequestState::Merged,
        is_draft: false,
        created_at: at(1),
        updated_at: at(9),
        closed_at: Some(at(9)),
        merged_at: Some(at(9)),
        merged_by: account(2),
        base: "main".into(),
        head: "patch-12".into(),
        head_commit: "fedcba98".into(),
        body: String::new(),
        head_repository: None,
        labels: vec!["Good First Issue".into(), "É".into()],
        additions: Some(1_010),
        deletions: Some(5),
        files: Some(vec![file("src/lib.rs", 10, 5), file("Cargo.lock", 1_000, 0)]),
        commits: Vec::new(),
        commit_count: 1,
        closes: Vec::new(),
        reviews: Vec::new(),
        comments: Vec::new(),
        evidence: evidence("pull request"),
    }
}

fn file(path: &str, additions: i64, deletions: i64) -> ChangedFile {
    ChangedFile { path: path.into(), additions, deletions }
}

fn review(id: i64, author: i64, state: ReviewState, day: u32) -> Review {
    Review {
        github_id: id,
        url: format!("https://github.com/o/r/pull/12#pullrequestreview-{id}"),
        author: account(author),
        state,
        created_at: at(1),
        submitted_at: (state != ReviewState::Pending).then(|| at(day)),
        body_length: 3,
        comments: Vec::new(),
        evidence: evidence("review"),
    }
}

fn comment(id: i64, author: i64) -> Comment {
    Comment {
        github_id: id,
        url: format!("https://github.com/o/r/issues/12#issuecomment-{id}"),
        author: account(author),
        created_at: at(3),
        body_length: 3,
        evidence: evidence("comment"),
    }
}

fn issue(state: IssueState, reason: Option<&str>) -> Issue {
    Issue {
        github_id: 70,
        number: 7,
        url: "https://github.com/o/r/issues/7".into(),
        title: "It breaks".into(),
        author: account(1),
        author_association: "NONE".into(),
        state,
        state_reason: reason.map(str::to_owned),
        created_at: at(1),
        updated_at: at(2),
        closed_at: (state == IssueState::Closed).then(|| at(2)),
        closed_by: account(4),
        closed_by_pull_request: None,
        labels: vec!["Bug".into()],
        comments: vec![comment(71, 3)],
        evidence: evidence("issue"),
    }
}

pub(super) fn commit(authors: &[i64]) -> Commit {
    Commit {
        oid: "0123456789abcdef0123456789abcdef01234567".into(),
        url: "https://github.com/o/r/commit/0123456".into(),
        headline: "Say why (#12)".into(),
        committed_at: at(9),
        authored_at: at(1),
        authors: authors.iter().map(|id| CommitAuthor { name: Some("Somebody".into()), account: account(*id) }).collect(),
        additions: Some(10),
        deletions: Some(5),
        parents: vec!["a".into(), "b".into()],
        brought_by: None,
        evidence: evidence("commit"),
    }
}

fn release() -> Release {
    Release {
        github_id: 90,
        url: "https://github.com/o/r/releases/tag/v1".into(),
        tag: "v1".into(),
        name: None,
        author: account(1),
        is_draft: false,
        is_prerelease: false,
        created_at: at(1),
        published_at: Some(at(5)),
        evidence: evidence("release"),
    }
}

fn of_pull_request(pull_request: PullRequest) -> Result<Prepared, Error> {
    prepare(REPOSITORY, Batch { pull_requests: vec![pull_request], ..Batch::default() })
}

fn of_issue(issue: Issue) -> Result<Prepared, Error> {
    prepare(REPOSITORY, Batch { issues: vec![issue], ..Batch::default() })
}

fn of_commit(commit: Commit) -> Result<Prepared, Error> {
    prepare(REPOSITORY, Batch { commits: vec![commit], ..Batch::default() })
}

fn of_release(release: Release) -> Result<Prepared, Error> {
    prepare(REPOSITORY, Batch { releases: vec![release], ..Batch::default() })
}

fn first(prepared: Result<Prepared, Error>) -> Record {
    prepared.unwrap().records.swap_remove(0)
}

fn ids(accounts: &[AccountId]) -> Vec<i64> {
    accounts.iter().map(|account| account.0).collect()
}

#[test]
fn a_pull_request_is_its_authors_with_the_lines_that_people_wrote() {
    let record = first(of_pull_request(pull_request()));
    let Contribution {
        key,
        account,
        by_bot,
        state,
        occurred_at,
        closed_at,
        parent_account,
        confirmed_by,
        labels,
        effective_lines,
        total_lines,
        changed_files,
        number,
        ..
    } = record.contribution;
    assert_eq!((key.repository, key.kind, &*key.github_id), (REPOSITORY, Kind::PullRequest, "5000000000"));
    assert_eq!((account, by_bot, state), (Some(AccountId(1)), false, State::Merged));
    assert_eq!((occurred_at, closed_at, parent_account), (at(1), Some(at(9)), None));
    assert_eq!((ids(&confirmed_by), labels), (vec![2], vec!["good first issue".to_owned(), "é".to_owned()]));
    assert_eq!((effective_lines, total_lines, changed_files), (Some(15), Some(1_015), Some(2)));
    assert_eq!((record.url.as_str(), number, record.title.as_deref()), ("https://github.com/o/r/pull/12", Some(12), Some("Say why")));
    assert_eq!(decompress(&record.evidence).unwrap(), evidence("pull request"));
}

#[test]
fn what_github_does_not_say_stays_unknown() {
    let record = first(of_pull_request(PullRequest { author: None, files: None, additions: None, merged_by: None, ..pull_request() }));
    let contribution = record.contribution;
    assert_eq!((contribution.account, contribution.by_bot, contribution.confirmed_by), (None, false, Vec::new()));
    assert_eq!((contribution.effective_lines, contribution.total_lines), (None, None));
}

#[test]
fn a_pull_request_without_changed_files_has_no_lines_which_is_known() {
    assert_eq!(first(of_pull_request(PullRequest { files: Some(Vec::new()), ..pull_request() })).contribution.effective_lines, Some(0));
    assert_eq!(first(of_pull_request(PullRequest { files: Some(Vec::new()), ..pull_request() })).contribution.changed_files, Some(0));
    assert_eq!(first(of_pull_request(PullRequest { files: None, ..pull_request() })).contribution.changed_files, None);
}

#[rstest]
#[case::open(PullRequestState::Open, None, None, State::Open, None)]
#[case::closed(PullRequestState::Closed, Some(8), None, State::Closed, Some(8))]
#[case::merged_is_the_date_that_counts(PullRequestState::Merged, Some(9), Some(8), State::Merged, Some(8))]
fn a_pull_request_stands_as_github_says(
    #[case] given: PullRequestState,
    #[case] closed: Option<u32>,
    #[case] merged: Option<u32>,
    #[case] state: State,
    #[case] closed_at: Option<u32>,
) {
    let record =
        first(of_pull_request(PullRequest { state: given, closed_at: closed.map(at), merged_at: merged.map(at), ..pull_request() }));
    assert_eq!((record.contribution.state, record.contribution.closed_at), (state, closed_at.map(at)));
}

#[rstest]
#[case::nobody(0, &[], &[])]
#[case::the_merger(2, &[], &[2])]
#[case::not_the_author(1, &[(1, ReviewState::Approved, 2)], &[])]
#[case::no_machine(900, &[(901, ReviewState::Approved, 2)], &[])]
#[case::no_organisation_and_no_mannequin(800, &[(700, ReviewState::Approved, 2)], &[])]
#[case::no_deleted_account(0, &[(0, ReviewState::Approved, 2)], &[])]
#[case::an_approver(1, &[(3, ReviewState::Approved, 2)], &[3])]
#[case::each_once_by_id(3, &[(3, ReviewState::Approved, 2), (2, ReviewState::Approved, 2), (3, ReviewState::Approved, 4)], &[2, 3])]
#[case::a_later_request_for_changes_takes_an_approval_away(1, &[(3, ReviewState::Approved, 2), (3, ReviewState::ChangesRequested, 4)], &[])]
#[case::a_later_approval_gives_it_back(1, &[(3, ReviewState::ChangesRequested, 2), (3, ReviewState::Approved, 4)], &[3])]
#[case::whatever_the_order_in_which_they_come(1, &[(3, ReviewState::Approved, 4), (3, ReviewState::ChangesRequested, 2)], &[3])]
#[case::a_dismissal_takes_it_away(1, &[(3, ReviewState::Approved, 2), (3, ReviewState::Dismissed, 4)], &[])]
#[case::a_later_comment_does_not(1, &[(3, ReviewState::Approved, 2), (3, ReviewState::Commented, 4)], &[3])]
#[case::a_pending_review_says_nothing(1, &[(3, ReviewState::Approved, 2), (3, ReviewState::Pending, 4)], &[3])]
#[case::another_persons_request_does_not(1, &[(3, ReviewState::Approved, 2), (4, ReviewState::ChangesRequested, 4)], &[3])]
fn other_humans_confirm(#[case] merger: i64, #[case] reviews: &[(i64, ReviewState, u32)], #[case] confirmed_by: &[i64]) {
    let reviews = (1..).zip(reviews).map(|(id, (author, state, day))| review(id, *author, *state, *day)).collect();
    let record = first(of_pull_request(PullRequest { merged_by: account(merger), reviews, ..pull_request() }));
    assert_eq!(ids(&record.contribution.confirmed_by), confirmed_by);
}

#[test]
fn of_two_words_of_one_moment_the_one_with_the_higher_id_is_the_last() {
    let words = [review(8, 3, ReviewState::ChangesRequested, 2), review(7, 3, ReviewState::Approved, 2)];
    for reviews in [words.to_vec(), words.iter().rev().cloned().collect()] {
        let record = first(of_pull_request(PullRequest { merged_by: None, reviews, ..pull_request() }));
        assert_eq!(record.contribution.confirmed_by, []);
    }
}

fn change(pull_request: PullRequest) -> Change {
    *first(of_pull_request(pull_request)).contribution.change.unwrap()
}

#[rstest]
#[case::nobody(0, &[], None)]
#[case::the_merge(2, &[], Some(9))]
#[case::the_first_of_several(2, &[(3, ReviewState::Approved, 4), (4, ReviewState::Approved, 5)], Some(4))]
#[case::of_one_person_the_first_word(2, &[(2, ReviewState::Approved, 4)], Some(4))]
#[case::not_the_authors_own(2, &[(1, ReviewState::Approved, 3)], Some(9))]
#[case::a_word_that_was_taken_back_has_no_time(2, &[(3, ReviewState::Approved, 4), (3, ReviewState::ChangesRequested, 5)], Some(9))]
#[case::a_word_that_was_given_again_stands_since_then(0, &[(3, ReviewState::Approved, 4), (3, ReviewState::Approved, 6)], Some(6))]
fn the_first_word_that_stands_is_the_time_of_the_confirmation(
    #[case] merger: i64,
    #[case] reviews: &[(i64, ReviewState, u32)],
    #[case] day: Option<u32>,
) {
    let reviews = (1..).zip(reviews).map(|(id, (author, state, day))| review(id, *author, *state, *day)).collect();
    let change = change(PullRequest { merged_by: account(merger), reviews, ..pull_request() });
    assert_eq!(change.confirmed_at, day.map(at));
}

#[test]
fn submitted_reviews_of_other_humans_are_counted_whatever_they_say() {
    let states = [(3, ReviewState::Commented), (3, ReviewState::Dismissed), (4, ReviewState::ChangesRequested), (2, ReviewState::Approved)];
    let nobodys = [(3, ReviewState::Pending), (1, ReviewState::Commented), (900, ReviewState::Approved), (0, ReviewState::Approved)];
    let reviews = (1..).zip(states.into_iter().chain(nobodys)).map(|(id, (author, state))| review(id, author, state, 4)).collect();
    assert_eq!(change(PullRequest { reviews, ..pull_request() }).reviews, 4);
}

#[test]
fn first_authors_of_commits_are_committers_and_the_others_only_named() {
    let commits = vec![commit(&[3, 5]), commit(&[1, 3]), commit(&[0, 4])];
    let change = change(PullRequest { commits, commit_count: 251, ..pull_request() });
    assert_eq!((ids(&change.committers), ids(&change.co_authors)), (vec![1, 3], vec![3, 4, 5]));
    assert_eq!(change.commits, Some(251), "more than GitHub lists");
}

#[test]
fn the_files_that_people_write_are_kept_as_hashes_without_order_or_repeats() {
    let with = |paths: &[&str]| {
        let files = paths.iter().map(|path| file(path, 1, 0)).collect();
        change(PullRequest { files: Some(files), ..pull_request() })
    };
    let written = with(&["src/lib.rs", "Cargo.lock", "src/a.rs", "src/lib.rs"]);
    assert_eq!(written.files.len(), 2);
    assert_eq!(written.files, with(&["src/a.rs", "src/lib.rs"]).files);
    assert_eq!((written.has_source, with(&["README.md", "Cargo.lock"]).has_source), (Some(true), Some(false)));
    let unknown = change(PullRequest { files: None, ..pull_request() });
    assert_eq!((unknown.files, unknown.has_source), (Vec::new(), None));
}

#[test]
fn a_change_log_beside_a_program_makes_no_two_changes_one_work() {
    let files =
        |paths: &[&str]| change(PullRequest { files: Some(paths.iter().map(|path| file(path, 1, 0)).collect()), ..pull_request() }).files;
    assert_eq!(files(&["CHANGELOG.md", "src/lib.rs"]), files(&["src/lib.rs"]));
    assert_eq!(files(&["CHANGELOG.md", "docs/guide.md"]).len(), 2, "of documentation alone it is the work");
}

#[test]
fn a_change_keeps_its_tip_and_has_not_been_read() {
    let change = change(pull_request());
    assert_eq!((change.head.as_deref(), change.unchanged_lines, change.fingerprint), (Some("fedcba98"), None, None));
}

#[test]
fn an_account_that_calls_itself_a_bot_confirms_nothing_and_is_one() {
    let machine = Account { id: AccountId(5), login: "merge[bot]".into(), kind: AccountKind::User };
    let record = first(of_pull_request(PullRequest { author: Some(machine.clone()), merged_by: Some(machine), ..pull_request() }));
    assert!(record.contribution.by_bot);
    assert_eq!(record.contribution.confirmed_by, []);
}

#[test]
fn co_authors_of_a_pull_request_are_its_commits_authors_but_its_own() {
    let record = first(of_pull_request(PullRequest { commits: vec![commit(&[3, 0, 1]), commit(&[1, 3, 2])], ..pull_request() }));
    assert_eq!(ids(&record.co_authors), [2, 3]);
}

#[test]
fn a_submitted_review_and_all_comments_belong_to_the_pull_requests_author() {
    let mut approval = review(30, 3, ReviewState::Approved, 4);
    approval.comments = vec![comment(31, 3), comment(32, 0)];
    let mut pending = review(40, 3, ReviewState::Pending, 5);
    pending.comments = vec![comment(41, 3)];
    let prepared = of_pull_request(PullRequest { reviews: vec![approval, pending], comments: vec![comment(50, 900)], ..pull_request() });
    let seen: Vec<_> = prepared
        .unwrap()
        .records
        .into_iter()
        .skip(1)
        .map(|record| {
            let c = record.contribution;
            assert_eq!((c.parent_account, c.number, record.title, c.closed_at), (Some(AccountId(1)), Some(12), None, None));
            assert_eq!((c.parent_accepted, c.parent_opened_at, c.parent_lines), (Some(true), Some(at(1)), Some(1_015)));
            (c.key.kind, c.key.github_id.to_string(), c.account.map(|a| a.0), c.by_bot, c.state, c.occurred_at)
        })
        .collect();
    assert_eq!(
        seen,
        [
            (Kind::Review, "30".to_owned(), Some(3), false, State::Approved, at(4)),
            (Kind::ReviewComment, "31".to_owned(), Some(3), false, State::Published, at(3)),
            (Kind::ReviewComment, "32".to_owned(), None, false, State::Published, at(3)),
            (Kind::IssueComment, "50".to_owned(), Some(900), true, State::Published, at(3)),
        ]
    );
}

#[rstest]
#[case(IssueState::Open, None, State::Open)]
#[case(IssueState::Open, Some("reopened"), State::Open)]
#[case(IssueState::Closed, None, State::Closed)]
#[case(IssueState::Closed, Some("completed"), State::Completed)]
#[case(IssueState::Closed, Some("not_planned"), State::NotPlanned)]
#[case(IssueState::Closed, Some("duplicate"), State::Duplicate)]
#[case(IssueState::Closed, Some("a word of tomorrow"), State::Closed)]
fn an_issue_is_as_closed_as_github_says(#[case] given: IssueState, #[case] reason: Option<&str>, #[case] state: State) {
    let record = first(of_issue(issue(given, reason)));
    assert_eq!(record.contribution.state, state);
    assert_eq!(record.contribution.closed_at.is_some(), given == IssueState::Closed);
}

#[test]
fn a_comment_of_an_issue_belongs_to_the_issues_author() {
    let records = of_issue(issue(IssueState::Open, None)).unwrap().records;
    assert_eq!((&records[0].contribution.labels, records[0].contribution.parent_account), (&vec!["bug".to_owned()], None));
    let comment = &records[1];
    assert_eq!((comment.contribution.key.kind, comment.contribution.number), (Kind::IssueComment, Some(7)));
    assert_eq!((comment.contribution.account, comment.contribution.parent_account), (Some(AccountId(3)), Some(AccountId(1))));
}

#[rstest]
#[case(IssueState::Open, None, false)]
#[case(IssueState::Closed, Some("completed"), true)]
#[case(IssueState::Closed, Some("not_planned"), false)]
#[case(IssueState::Closed, None, false)]
fn a_comment_knows_whether_its_issue_was_completed(#[case] state: IssueState, #[case] reason: Option<&str>, #[case] accepted: bool) {
    let comment = &of_issue(issue(state, reason)).unwrap().records[1].contribution;
    assert_eq!((comment.parent_accepted, comment.parent_opened_at, comment.parent_lines), (Some(accepted), Some(at(1)), None));
}

#[rstest]
#[case::by_hand(None, &[])]
#[case::by_anothers_work(Some((2, true)), &[2])]
#[case::by_work_that_was_not_merged(Some((2, false)), &[])]
#[case::by_ones_own_work(Some((1, true)), &[])]
#[case::by_a_machines_work(Some((900, true)), &[])]
#[case::by_work_of_a_deleted_account(Some((0, true)), &[])]
fn another_persons_merged_work_confirms_an_issue(#[case] closing: Option<(i64, bool)>, #[case] confirmed_by: &[i64]) {
    let closing = closing.map(|(author, is_merged)| ClosingPullRequest { number: 12, author: account(author), is_merged });
    let record = first(of_issue(Issue { closed_by_pull_request: closing, ..issue(IssueState::Closed, Some("completed")) }));
    assert_eq!(ids(&record.contribution.confirmed_by), confirmed_by);
}

#[rstest]
#[case::between(9, 9)]
#[case::before_it_was_opened(1, 2)]
#[case::after_the_merge(29, 12)]
fn a_commits_time_is_held_between_the_opening_and_the_merge_of_what_brought_it(#[case] committed: u32, #[case] counts: u32) {
    let brought_by = Bringing { number: 12, author: account(7), created_at: at(2), merged_at: at(12) };
    let commit = first(of_commit(Commit { committed_at: at(committed), brought_by: Some(brought_by), ..commit(&[3]) })).contribution;
    assert_eq!((commit.occurred_at, commit.closed_at), (at(counts), Some(at(12))));
    assert_eq!((commit.number, commit.parent_account, commit.parent_accepted), (Some(12), Some(AccountId(7)), Some(true)));
}

#[test]
fn nobody_vouches_for_the_time_of_a_commit_that_no_pull_request_brought() {
    let commit = first(of_commit(commit(&[3]))).contribution;
    assert_eq!((commit.number, commit.occurred_at, commit.closed_at, commit.parent_accepted), (None, at(9), None, None));
}

#[test]
fn a_commit_is_its_first_authors_even_when_it_is_a_merge() {
    let record = first(of_commit(commit(&[3, 2, 3, 0])));
    let contribution = record.contribution;
    assert_eq!((contribution.account, ids(&record.co_authors)), (Some(AccountId(3)), vec![2]));
    assert_eq!((&*contribution.key.github_id, contribution.state), ("0123456789abcdef0123456789abcdef01234567", State::Published));
    assert_eq!((contribution.occurred_at, record.title.as_deref()), (at(9), Some("Say why (#12)")));
    assert_eq!((contribution.effective_lines, contribution.total_lines), (None, Some(15)));
}

#[test]
fn a_commit_whose_first_author_no_account_claims_is_nobodys() {
    let record = first(of_commit(Commit { deletions: None, ..commit(&[0, 2]) }));
    assert_eq!((record.contribution.account, ids(&record.co_authors)), (None, vec![2]));
    assert_eq!(record.contribution.total_lines, None);
}

#[test]
fn a_release_is_published_under_its_name_or_its_tag() {
    let plain = first(of_release(release()));
    assert_eq!((plain.contribution.state, plain.contribution.occurred_at, plain.title), (State::Published, at(5), Some("v1".to_owned())));
    let named = first(of_release(Release { name: Some("One".into()), is_prerelease: true, ..release() }));
    assert_eq!((named.contribution.state, named.title), (State::Prerelease, Some("One".to_owned())));
}

#[test]
fn a_draft_of_a_release_is_no_contribution() {
    assert_eq!(of_release(Release { is_draft: true, published_at: None, ..release() }).unwrap().records, []);
}

#[test]
fn everybody_is_seen_once_as_last_seen_by_id() {
    let mut approval = review(30, 3, ReviewState::Approved, 4);
    approval.comments = vec![comment(31, 4)];
    let renamed = Account { login: "renamed".into(), ..account(3).unwrap() };
    let batch = Batch {
        pull_requests: vec![PullRequest {
            reviews: vec![approval],
            comments: vec![comment(50, 900)],
            commits: vec![commit(&[6, 0, 5])],
            ..pull_request()
        }],
        issues: vec![Issue { closed_by: account(8), ..issue(IssueState::Closed, None) }],
        commits: vec![commit(&[7])],
        releases: vec![Release { author: Some(renamed.clone()), ..release() }],
    };
    let accounts = prepare(REPOSITORY, batch).unwrap().accounts;
    assert_eq!(accounts.iter().map(|account| account.id.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8, 900]);
    assert_eq!(accounts[2], renamed);
}

#[rstest]
#[case::negative(of_pull_request(PullRequest { files: Some(vec![file("a.rs", -1, 0)]), ..pull_request() }), "the lines added of a.rs are -1")]
#[case::negative_in_a_lock_file(of_pull_request(PullRequest { files: Some(vec![file("Cargo.lock", 0, -1)]), ..pull_request() }), "deleted of Cargo.lock")]
#[case::negative_total(of_pull_request(PullRequest { additions: Some(-3), deletions: None, ..pull_request() }), "added in all files are -3")]
#[case::too_many(of_pull_request(PullRequest { additions: Some(i64::MAX), ..pull_request() }), "more than can be counted")]
#[case::too_many_files(of_pull_request(PullRequest { files: Some(vec![file("a", i64::MAX, 0), file("b", 1, 0)]), ..pull_request() }), "more than can be counted")]
#[case::fewer_than_no_commits(of_pull_request(PullRequest { commit_count: -1, ..pull_request() }), "its commits are -1")]
#[case::no_path(of_pull_request(PullRequest { files: Some(vec![file("", 1, 0)]), ..pull_request() }), "has no path")]
#[case::merged_some_day(of_pull_request(PullRequest { closed_at: None, merged_at: None, ..pull_request() }), "it is merged and has no date of that")]
#[case::closed_some_day(of_issue(Issue { closed_at: None, ..issue(IssueState::Closed, None) }), "it is closed and has no date of that")]
#[case::submitted_some_day(of_pull_request(PullRequest { reviews: vec![Review { submitted_at: None, ..review(30, 3, ReviewState::Approved, 4) }], ..pull_request() }), "the review 30")]
#[case::published_some_day(of_release(Release { published_at: None, ..release() }), "it is published and has no date of that")]
#[case::no_id(of_release(Release { github_id: 0, ..release() }), "the release without an id")]
#[case::no_object_id(of_commit(Commit { oid: String::new(), ..commit(&[1]) }), "the commit without an id")]
#[case::no_number(of_issue(Issue { number: 0, ..issue(IssueState::Open, None) }), "its number is 0")]
#[case::no_address(of_commit(Commit { url: String::new(), ..commit(&[1]) }), "it has no address. Look at the repository")]
#[case::negative_commit(of_commit(Commit { deletions: Some(-1), ..commit(&[1]) }), "Look at https://github.com/o/r/commit/0123456")]
fn what_cannot_be_true_is_refused_with_the_item_and_its_address(#[case] outcome: Result<Prepared, Error>, #[case] says: &str) {
    let message = outcome.unwrap_err().to_string();
    assert!(message.contains(says), "{message}");
}

#[test]
fn one_refused_item_refuses_the_page() {
    let batch = Batch { pull_requests: vec![pull_request()], releases: vec![Release { github_id: -1, ..release() }], ..Batch::default() };
    assert_eq!(prepare(REPOSITORY, batch).unwrap_err().fault, Fault::NoId);
}

#[rstest]
#[case(&[])]
#[case(&["{}"])]
#[case(&["{\"title\": \"学, [1]\",\n \"big\": 12345678901234567890.10}", "{\"nodes\":[1,2]}", "null"])]
fn evidence_reads_back_byte_for_byte(#[case] pieces: &[&str]) {
    let evidence = Evidence(pieces.iter().map(|piece| (*piece).to_owned()).collect());
    let stored = compress(&evidence);
    assert_eq!(stored, compress(&evidence.clone()));
    assert_eq!(decompress(&stored).unwrap(), evidence);
}

#[test]
fn evidence_that_was_cut_off_is_refused() {
    let stored = compress(&evidence("x"));
    assert!(matches!(decompress(&stored[..stored.len() - 6]), Err(NotEvidence::Stream(_))));
    assert!(matches!(decompress(b""), Err(NotEvidence::Stream(_) | NotEvidence::Json(_))));
}
