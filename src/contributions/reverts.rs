//! Which pull request, or which commit, a pull request says that it takes back.
//! It must not take a pull request of another repository, or a later one, for it; nor believe that it truly takes it back.
//!
//! GitHub's button writes `Reverts owner/name#12` into the body, `Revert "Title"` above it, and calls the branch `revert-12-…`;
//! `git revert` writes `This reverts commit <object id>.`

use crate::model::github::PullRequest;

/// What is taken back: one of the two, or neither.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reverts {
    pub number: Option<i64>,
    pub commit: Option<String>,
}

pub(super) fn of(pull_request: &PullRequest) -> Reverts {
    let repository = repository(&pull_request.url);
    let is_earlier = |number: &i64| (1..pull_request.number).contains(number);
    let in_body = || pull_request.body.lines().find_map(|line| reference(line, repository.as_deref()).filter(is_earlier));
    let number = in_body().or_else(|| in_branch(&pull_request.head).or_else(|| in_title(&pull_request.title)).filter(is_earlier));
    let commit = if number.is_none() { pull_request.body.lines().find_map(commit) } else { None };
    Reverts { number, commit }
}

/// `owner/name` of `https://host/owner/name/pull/12`, in lower case.
fn repository(url: &str) -> Option<String> {
    let (before, _) = url.rsplit_once("/pull/")?;
    let mut parts = before.rsplitn(3, '/');
    let (name, owner) = (parts.next()?, parts.next()?);
    Some(format!("{owner}/{name}").to_lowercase())
}

/// `Reverts #12`, `Reverts owner/name#12`, `Reverts https://github.com/owner/name/pull/12`, `This reverts pull request #12.`
fn reference(line: &str, repository: Option<&str>) -> Option<i64> {
    let line = line.trim().to_lowercase();
    let rest = line.strip_prefix("reverts ").or_else(|| line.strip_prefix("this reverts "))?;
    let rest = ["pull request ", "pr "].iter().find_map(|words| rest.strip_prefix(words)).unwrap_or(rest);
    let word = rest.split_whitespace().next()?.trim_end_matches(['.', ',', ';', ':']);
    let (place, number) = match word.rsplit_once('#') {
        Some((place, number)) => (Some(place.to_owned()).filter(|place| !place.is_empty()), number),
        None => (Some(self::repository(word)?), word.rsplit_once('/')?.1),
    };
    let is_here = place.is_none_or(|place| Some(place.as_str()) == repository);
    number.parse().ok().filter(|_| is_here)
}

/// `revert-12-branch`
fn in_branch(branch: &str) -> Option<i64> {
    branch.strip_prefix("revert-")?.split('-').next()?.parse().ok()
}

/// `Revert "Say why (#12)"`, as squashed commits are called.
fn in_title(title: &str) -> Option<i64> {
    let inner = title.trim().strip_prefix("Revert \"")?;
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    inner.strip_suffix(')')?.rsplit_once("(#")?.1.parse().ok()
}

/// `This reverts commit <object id>.`, as git writes it: in full.
fn commit(line: &str) -> Option<String> {
    let line = line.trim().to_lowercase();
    let word = line.strip_prefix("this reverts commit ")?.split_whitespace().next()?.trim_end_matches(['.', ',']);
    let is_object_id = (40..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_object_id.then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::contributions::tests;

    #[rstest]
    #[case::nothing("Say why", "patch-1", "It says why.", None, None)]
    #[case::the_button("Revert \"A\"", "revert-9-a", "Reverts o/r#9\n", Some(9), None)]
    #[case::whatever_its_case("Revert", "x", "Some words.\r\n\r\n  reverts O/R#9. It broke.", Some(9), None)]
    #[case::a_bare_number("x", "x", "This reverts pull request #9.", Some(9), None)]
    #[case::an_address("x", "x", "Reverts https://github.com/o/r/pull/9", Some(9), None)]
    #[case::another_repositorys("x", "x", "Reverts o/other#9", None, None)]
    #[case::another_repositorys_address("x", "x", "Reverts https://github.com/o/other/pull/9", None, None)]
    #[case::a_later_one("x", "x", "Reverts #13", None, None)]
    #[case::itself("x", "x", "Reverts #12", None, None)]
    #[case::the_branch_alone("x", "revert-9-a", "", Some(9), None)]
    #[case::a_branch_about_reverting("x", "revert-nine", "", None, None)]
    #[case::a_squashed_title("Revert \"Say why (#9)\"", "x", "", Some(9), None)]
    #[case::a_commit(
        "x",
        "x",
        "This reverts commit 0123456789ABCDEF0123456789abcdef01234567.",
        None,
        Some("0123456789abcdef0123456789abcdef01234567")
    )]
    #[case::the_beginning_of_one("x", "x", "This reverts commit 0123456789abcdef.", None, None)]
    #[case::no_object_id("x", "x", "This reverts commit messages of old.", None, None)]
    #[case::the_number_says_more("x", "revert-9-a", "This reverts commit 0123456789abcdef0123456789abcdef01234567.", Some(9), None)]
    #[case::a_sentence_about_it("x", "x", "Nobody reverts #9 today.", None, None)]
    fn a_pull_request_says_what_it_takes_back(
        #[case] title: &str,
        #[case] head: &str,
        #[case] body: &str,
        #[case] number: Option<i64>,
        #[case] commit: Option<&str>,
    ) {
        let pull_request = PullRequest { title: title.into(), head: head.into(), body: body.into(), ..tests::pull_request() };
        assert_eq!(of(&pull_request), Reverts { number, commit: commit.map(str::to_owned) });
    }
}
