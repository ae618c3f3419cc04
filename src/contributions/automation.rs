//! Marks by which a pull request itself says that a machine wrote it or helped: its author, its branch, the author lines of its commits, and
//! the lines that tools and people write below its text to say so.
//! It must not guess from the text of the work: there are no signs of style here, only what tools write down of themselves.
//!
//! Sources: the branch names are the defaults that these tools' manuals state (GitHub Docs on Copilot's coding agent and on Dependabot;
//! Renovate's `branchPrefix`; `branch_prefix` of anthropics/claude-code-action; the manuals of Codex, Cursor, Devin and Jules; the README of
//! peter-evans/create-pull-request and of googleapis/release-please). The names are those of the `Co-authored-by` lines that the same tools,
//! aider, Amp, Crush, Gemini, OpenHands, opencode and Qwen Code add. The lines of a body are those that Claude Code and Codex (`Generated with`)
//! and Cursor (`Made with`) write, and the `Assisted-by` that the Linux kernel's rules on coding assistants ask people for.

use std::collections::BTreeSet;

use crate::model::{
    account::{Account, AccountId},
    github::{CommitAuthor, PullRequest},
};

/// How the branches begin that tools make, and the mark of each.
const BRANCHES: &[(&str, &str)] = &[
    ("claude/", "claude"),
    ("codex/", "codex"),
    ("copilot/", "copilot"),
    ("create-pull-request/", "create-pull-request"),
    ("cursor/", "cursor"),
    ("dependabot/", "dependabot"),
    ("depfu/", "depfu"),
    ("devin/", "devin"),
    ("jules/", "jules"),
    ("openhands-", "openhands"),
    ("openhands/", "openhands"),
    ("release-please--", "release-please"),
    ("renovate/", "renovate"),
    ("snyk-fix-", "snyk"),
    ("snyk-upgrade-", "snyk"),
    ("sweep/", "sweep"),
];

/// The names that tools sign with, in lower case.
const NAMES: &[&str] = &[
    "aider",
    "amp",
    "chatgpt",
    "claude",
    "claude code",
    "codex",
    "copilot",
    "crush",
    "cursor",
    "cursor agent",
    "devin",
    "devin ai",
    "gemini",
    "gemini cli",
    "gemini code assist",
    "github copilot",
    "google jules",
    "openai codex",
    "opencode",
    "openhands",
    "qwen-coder",
    "windsurf",
];

/// What follows `Claude` when a model signs, and not a person of that name. A number behind any other word says it too: `Claude Opus 4.5`.
const MODELS: &[&str] = &["opus", "sonnet", "haiku"];

/// How a line of a body begins that names a tool, and where the name ends.
const LINES: &[(&str, &[char])] =
    &[("generated with [", &[']']), ("made with [", &[']']), ("co-authored-by: ", &['<']), ("assisted-by: ", &['<', ':', '['])];

/// Machines that only put the form of others' work right, or write down who did something.
const HOUSEKEEPERS: &[&str] = &["allcontributors[bot]", "autofix-ci[bot]", "github-actions[bot]", "pre-commit-ci[bot]"];

/// The longest name that a mark repeats.
const LONGEST_NAME: usize = 60;

/// The marks, ordered, without repeats: `author:bot`, `branch:copilot`, `commit_author:Devin`, `co_author:Copilot`, `body:claude code`.
pub(super) fn marks(pull_request: &PullRequest) -> Vec<String> {
    let mut marks = BTreeSet::new();
    if pull_request.author.as_ref().is_some_and(Account::is_bot) {
        marks.insert("author:bot".to_owned());
    }
    let branch = pull_request.head.to_lowercase();
    marks.extend(BRANCHES.iter().filter(|(start, _)| branch.starts_with(start)).map(|(_, tool)| format!("branch:{tool}")));
    let author = pull_request.author.as_ref().map(|account| account.id);
    for commit in &pull_request.commits {
        for (nth, line) in commit.authors.iter().enumerate() {
            let place = if nth == 0 { "commit_author" } else { "co_author" };
            marks.extend(machine(line, author).map(|name| format!("{place}:{name}")));
        }
    }
    marks.extend(pull_request.body.lines().filter_map(named_in).map(|name| format!("body:{name}")));
    marks.into_iter().collect()
}

/// The tool that a line of the body names: `🤖 Generated with [Claude Code](…)`, `Assisted-by: Codex`.
fn named_in(line: &str) -> Option<String> {
    let line = line.to_lowercase();
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let (rest, ends) = LINES.iter().find_map(|(start, ends)| Some((line.strip_prefix(start)?, ends)))?;
    let name = rest.split(*ends).next().unwrap_or_default().trim();
    is_name_of_a_tool(name).then(|| name.to_owned())
}

/// The name of an author line, if it is a machine's. There are people called Claude and Devin: the author's own lines are no mark.
fn machine(line: &CommitAuthor, author: Option<AccountId>) -> Option<String> {
    let account = line.account.as_ref();
    let name = line.name.as_deref().or(account.map(|account| account.login.as_str()))?.trim();
    let lower = name.to_lowercase();
    let is_bot = account.is_some_and(Account::is_bot) || lower.ends_with("[bot]");
    let is_own = account.is_some_and(|account| Some(account.id) == author);
    let signs = is_bot && !HOUSEKEEPERS.contains(&lower.as_str()) || lower.ends_with("(aider)") || !is_own && is_name_of_a_tool(&lower);
    signs.then(|| name.chars().take(LONGEST_NAME).collect())
}

fn is_name_of_a_tool(name: &str) -> bool {
    let is_number = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit());
    let model = name.strip_prefix("claude ");
    let is_model = model.is_some_and(|rest| rest.split(' ').take(2).any(|word| MODELS.contains(&word) || is_number(&word)));
    NAMES.contains(&name) || is_model || name.starts_with("aider (")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{contributions::tests, model::account::AccountKind};

    #[rstest]
    #[case::a_person_on_a_branch_of_theirs("fix/claude-typo", &[], &[])]
    #[case::an_agents_branch("copilot/fix-12", &[], &["branch:copilot"])]
    #[case::whatever_its_case("Renovate/lodash-4.x", &[], &["branch:renovate"])]
    #[case::a_word_is_no_branch("copilots", &[], &[])]
    #[case::a_trailer("x", &["Ann", "Copilot"], &["co_author:Copilot"])]
    #[case::a_model("x", &["Ann", "Claude Opus 4.5"], &["co_author:Claude Opus 4.5"])]
    #[case::a_numbered_model("x", &["Ann", "Claude 3.7 Sonnet"], &["co_author:Claude 3.7 Sonnet"])]
    #[case::a_model_of_tomorrow("x", &["Ann", "Claude Fable 5"], &["co_author:Claude Fable 5"])]
    #[case::a_person_of_that_name("x", &["Ann", "Claude Dupont"], &[])]
    #[case::a_commit_of_an_agent("x", &["Devin AI"], &["commit_author:Devin AI"])]
    #[case::a_bot("x", &["devin-ai-integration[bot]"], &["commit_author:devin-ai-integration[bot]"])]
    #[case::a_bot_that_formats("x", &["pre-commit-ci[bot]", "github-actions[bot]"], &[])]
    #[case::aider_as_it_signs_by_default("x", &["Ann (aider)", "aider (gpt-4o)"], &["co_author:aider (gpt-4o)", "commit_author:Ann (aider)"])]
    #[case::each_once_in_order("codex/a", &["Copilot", "Copilot", "Codex"], &["branch:codex", "co_author:Codex", "co_author:Copilot", "commit_author:Copilot"])]
    fn a_pull_request_says_which_machines_helped(#[case] branch: &str, #[case] names: &[&str], #[case] expected: &[&str]) {
        let line = |name: &&str| CommitAuthor { name: Some((*name).to_owned()), account: None };
        let mut commit = tests::commit(&[]);
        commit.authors = names.iter().map(line).collect();
        let pull_request = PullRequest { head: branch.to_owned(), commits: vec![commit], ..tests::pull_request() };
        assert_eq!(marks(&pull_request), expected);
    }

    #[rstest]
    #[case::nothing("It says why.", None)]
    #[case::claude_code("Why.\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)", Some("body:claude code"))]
    #[case::codex("Generated with [Codex](https://openai.com/codex/).\r\n", Some("body:codex"))]
    #[case::cursor("Made with [Cursor](https://cursor.com)", Some("body:cursor"))]
    #[case::the_kernels_line("Assisted-by: Claude:claude-4.6-sonnet", Some("body:claude"))]
    #[case::a_trailer("Co-authored-by: Copilot <copilot@github.com>", Some("body:copilot"))]
    #[case::a_person("Co-authored-by: Bob <bob@example.org>", None)]
    #[case::a_sentence("Nothing here was made with Claude Code.", None)]
    #[case::another_link("Made with [love](https://example.org)", None)]
    fn a_body_says_which_tools_helped(#[case] body: &str, #[case] expected: Option<&str>) {
        let marks = marks(&PullRequest { body: body.to_owned(), ..tests::pull_request() });
        assert_eq!(marks, expected.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn the_authors_own_name_is_no_mark_though_it_is_a_tools() {
        let mut commit = tests::commit(&[1]);
        commit.authors[0].name = Some("Claude".to_owned());
        assert_eq!(marks(&PullRequest { commits: vec![commit], ..tests::pull_request() }), [""; 0]);
    }

    #[test]
    fn a_machine_that_opens_a_pull_request_is_a_mark() {
        let bot = Account { id: AccountId(9), login: "renovate".to_owned(), kind: AccountKind::Bot };
        assert_eq!(marks(&PullRequest { author: Some(bot), ..tests::pull_request() }), ["author:bot"]);
    }

    #[test]
    fn the_lists_are_in_lower_case_as_names_are_compared() {
        let words = BRANCHES
            .iter()
            .map(|(start, _)| start)
            .chain(NAMES)
            .chain(MODELS)
            .chain(HOUSEKEEPERS)
            .chain(LINES.iter().map(|(start, _)| start));
        words.for_each(|word| assert_eq!(*word, word.to_lowercase()));
    }
}
