//! What people do on GitHub, each deed at a moment, with what GitHub does of itself: numbers, states, `updatedAt`.
//! It must not move the world's clock back.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound as _, Utc};

use super::world::{
    Closer, Closing, Comment, GitAuthor, Issue, Lines, PullRequest, Reference, Release, Repository, Review, StateReason, World,
};
use crate::model::{
    account::AccountId,
    github::{ChangedFile, IssueState, PullRequestState, ReviewState},
    repository::FullName,
};

/// What was to be edited is not there.
#[derive(Debug, thiserror::Error)]
#[error("the sample world has no {0}: make it before it is edited")]
pub struct Missing(String);

/// A repository at the moment of a deed.
#[derive(Debug)]
pub struct Edit<'w> {
    repository: &'w mut Repository,
    at: DateTime<Utc>,
}

impl World {
    /// Something happens in a repository at that moment; the world's clock goes there, where it is not further already.
    pub fn edit(&mut self, repository: &str, at: DateTime<Utc>) -> Result<Edit<'_>, Missing> {
        let at = at.trunc_subsecs(0);
        self.now = self.now.max(at);
        let repository = self.repository_mut(repository).ok_or_else(|| Missing(format!("repository {repository}")))?;
        Ok(Edit { repository, at })
    }

    /// Whatever the account did is nobody's now.
    pub fn delete_person(&mut self, id: AccountId) -> Result<(), Missing> {
        self.people.remove(&id).map(|_| ()).ok_or_else(|| Missing(format!("account {id}")))
    }

    /// A login can change hands; the number stays.
    pub fn rename_person(&mut self, id: AccountId, login: &str) -> Result<(), Missing> {
        let person = self.people.get_mut(&id).ok_or_else(|| Missing(format!("account {id}")))?;
        login.clone_into(&mut person.login);
        Ok(())
    }
}

impl Edit<'_> {
    /// The repository itself, for what has no deed of its own here.
    pub fn repository(&mut self) -> &mut Repository {
        self.repository
    }

    pub fn rename(&mut self, name: FullName) {
        let former = std::mem::replace(&mut self.repository.name, name);
        self.repository.former_names.push(former);
    }

    /// A commit straight onto the default branch.
    pub fn push_commit(&mut self, headline: &str, authors: Vec<GitAuthor>, lines: Lines) -> String {
        let parents = self.repository.head.clone().into_iter().collect();
        let oid = self.repository.add_commit(self.at, headline, authors, Some(lines), parents);
        self.repository.push(&oid, self.at);
        oid
    }

    /// An open pull request with one commit, from a fork of the author's.
    pub fn open_pull_request(&mut self, author: AccountId, title: &str, files: Vec<ChangedFile>) -> i64 {
        let lines = Lines::of(&files);
        let parents = self.repository.head.clone().into_iter().collect();
        let git = GitAuthor { name: None, account: Some(author) };
        let commit = self.repository.add_commit(self.at, title, vec![git], Some(lines), parents);
        let (id, number) = (self.repository.next_id(), self.repository.next_number());
        self.repository.pull_requests.push(PullRequest {
            id,
            number,
            title: title.to_owned(),
            author: Some(author),
            association: "CONTRIBUTOR".to_owned(),
            state: PullRequestState::Open,
            is_draft: false,
            created_at: self.at,
            updated_at: self.at,
            closed_at: None,
            merged_at: None,
            merged_by: None,
            base: self.repository.default_branch.clone(),
            head: format!("patch-{number}"),
            body: String::new(),
            merge_commit: None,
            patches: BTreeMap::new(),
            head_repository: Some(self.repository.name.clone()),
            labels: Vec::new(),
            lines: Some(lines),
            changed_files: i64::try_from(files.len()).ok(),
            files: Some(files),
            commits: vec![commit],
            closes: Vec::new(),
            reviews: Vec::new(),
            comments: Vec::new(),
        });
        number
    }

    /// The pull request, touched now.
    pub fn pull_request(&mut self, number: i64) -> Result<&mut PullRequest, Missing> {
        let missing = || Missing(format!("pull request {number} in {}", self.repository.name));
        let pull_request = self.repository.pull_requests.iter_mut().find(|p| p.number == number).ok_or_else(missing)?;
        pull_request.updated_at = pull_request.updated_at.max(self.at);
        Ok(pull_request)
    }

    /// Another commit on the branch of a pull request.
    pub fn add_commit(&mut self, number: i64, headline: &str, authors: Vec<GitAuthor>) -> Result<String, Missing> {
        let parents = self.pull_request(number)?.commits.last().cloned().into_iter().collect();
        let oid = self.repository.add_commit(self.at, headline, authors, Some(Lines { additions: 1, deletions: 0 }), parents);
        self.pull_request(number)?.commits.push(oid.clone());
        Ok(oid)
    }

    /// Merges it as one squashed commit, and closes the issues that it closes.
    pub fn merge(&mut self, number: i64, by: AccountId) -> Result<String, Missing> {
        let at = self.at;
        let pull_request = self.pull_request(number)?;
        pull_request.state = PullRequestState::Merged;
        (pull_request.closed_at, pull_request.merged_at, pull_request.merged_by) = (Some(at), Some(at), Some(by));
        let (title, lines, closes) = (pull_request.title.clone(), pull_request.lines, pull_request.closes.clone());
        let author = GitAuthor { name: None, account: pull_request.author };
        let parents = self.repository.head.clone().into_iter().collect();
        let oid = self.repository.add_commit(at, &format!("{title} (#{number})"), vec![author], lines, parents);
        self.repository.push(&oid, at);
        self.pull_request(number)?.merge_commit = Some(oid.clone());
        let here = self.repository.id;
        let closer = Closer::PullRequest(Reference { repository: here, number });
        for issue in closes.iter().filter(|issue| issue.repository == here) {
            self.close_issue(issue.number, Some(by), StateReason::Completed, Some(closer.clone()))?;
        }
        Ok(oid)
    }

    /// Closes a pull request without merging it.
    pub fn close_pull_request(&mut self, number: i64) -> Result<(), Missing> {
        let at = self.at;
        let pull_request = self.pull_request(number)?;
        (pull_request.state, pull_request.closed_at) = (PullRequestState::Closed, Some(at));
        Ok(())
    }

    /// A review with its comments. A pending one is not submitted yet.
    pub fn review(&mut self, number: i64, author: AccountId, state: ReviewState, comments: &[&str]) -> Result<i64, Missing> {
        let id = self.repository.next_id();
        let comments = comments.iter().map(|body| self.new_comment(author, body)).collect();
        let submitted_at = (state != ReviewState::Pending).then_some(self.at);
        let review = Review { id, author: Some(author), state, created_at: self.at, submitted_at, body: String::new(), comments };
        self.pull_request(number)?.reviews.push(review);
        Ok(id)
    }

    pub fn open_issue(&mut self, author: AccountId, title: &str) -> i64 {
        let (id, number) = (self.repository.next_id(), self.repository.next_number());
        self.repository.issues.push(Issue {
            id,
            number,
            title: title.to_owned(),
            author: Some(author),
            association: "NONE".to_owned(),
            state: IssueState::Open,
            state_reason: None,
            created_at: self.at,
            updated_at: self.at,
            closed_at: None,
            closings: Vec::new(),
            labels: Vec::new(),
            comments: Vec::new(),
        });
        number
    }

    /// The issue, touched now.
    pub fn issue(&mut self, number: i64) -> Result<&mut Issue, Missing> {
        let missing = || Missing(format!("issue {number} in {}", self.repository.name));
        let issue = self.repository.issues.iter_mut().find(|issue| issue.number == number).ok_or_else(missing)?;
        issue.updated_at = issue.updated_at.max(self.at);
        Ok(issue)
    }

    pub fn close_issue(&mut self, number: i64, actor: Option<AccountId>, why: StateReason, closer: Option<Closer>) -> Result<(), Missing> {
        let (at, id) = (self.at, self.repository.next_id());
        let issue = self.issue(number)?;
        (issue.state, issue.state_reason, issue.closed_at) = (IssueState::Closed, Some(why), Some(at));
        issue.closings.push(Closing { id, actor, closer });
        Ok(())
    }

    pub fn reopen_issue(&mut self, number: i64) -> Result<(), Missing> {
        let issue = self.issue(number)?;
        (issue.state, issue.state_reason, issue.closed_at) = (IssueState::Open, Some(StateReason::Reopened), None);
        Ok(())
    }

    /// A comment in the conversation of an issue or a pull request.
    pub fn comment(&mut self, number: i64, author: AccountId, body: &str) -> Result<i64, Missing> {
        let comment = self.new_comment(author, body);
        let id = comment.id;
        if self.repository.issue(number).is_some() {
            self.issue(number)?.comments.push(comment);
        } else {
            self.pull_request(number)?.comments.push(comment);
        }
        Ok(id)
    }

    /// Gives an issue or a pull request these labels instead of those that it has.
    pub fn label(&mut self, number: i64, labels: &[&str]) -> Result<(), Missing> {
        let labels = labels.iter().map(|&label| label.to_owned()).collect();
        if self.repository.issue(number).is_some() {
            self.issue(number)?.labels = labels;
        } else {
            self.pull_request(number)?.labels = labels;
        }
        Ok(())
    }

    pub fn release(&mut self, author: AccountId, tag: &str) -> i64 {
        let id = self.repository.next_release_id();
        self.repository.releases.push(Release {
            id,
            tag: tag.to_owned(),
            name: None,
            author: Some(author),
            is_draft: false,
            is_prerelease: false,
            created_at: self.at,
            updated_at: self.at,
            published_at: Some(self.at),
        });
        id
    }

    /// The release, touched now.
    pub fn touch_release(&mut self, tag: &str) -> Result<&mut Release, Missing> {
        let missing = || Missing(format!("release {tag} in {}", self.repository.name));
        let release = self.repository.releases.iter_mut().find(|release| release.tag == tag).ok_or_else(missing)?;
        release.updated_at = release.updated_at.max(self.at);
        Ok(release)
    }

    fn new_comment(&mut self, author: AccountId, body: &str) -> Comment {
        Comment { id: self.repository.next_id(), author: Some(author), created_at: self.at, body: body.to_owned() }
    }
}
