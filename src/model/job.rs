//! The jobs that doors ask for and workers do: their names and what they carry.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::ids::{AccountChangeId, EvaluationId, InstitutionId, RepositoryId, SyncId};

/// A piece of work that the queue hands to a worker.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name in the queue: `verb_object`.
    const NAME: &'static str;

    /// Two waiting jobs with one key are one job.
    fn key(&self) -> String;

    /// Jobs in one line are done one after the other. `None`: it stands in no line.
    fn line(&self) -> Option<String> {
        None
    }
}

/// Fetches one repository from GitHub and stores its contributions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SyncRepository {
    pub repository_id: RepositoryId,
    pub sync_id: SyncId,
}

impl Job for SyncRepository {
    const NAME: &'static str = "sync_repository";

    fn key(&self) -> String {
        format!("{}:{}", Self::NAME, self.sync_id)
    }
}

/// Reads the text of the merged pull requests of members in a repository, where nobody has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReadChanges {
    pub repository_id: RepositoryId,
}

impl Job for ReadChanges {
    const NAME: &'static str = "read_changes";

    fn key(&self) -> String {
        format!("{}:{}", Self::NAME, self.repository_id)
    }
}

/// Asks GitHub for the numeric ids of the logins that are still pending, and lets take effect which changes of accounts are due.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkAccounts {
    pub institution_id: InstitutionId,
}

impl Job for LinkAccounts {
    const NAME: &'static str = "link_accounts";

    fn key(&self) -> String {
        format!("{}:{}", Self::NAME, self.institution_id)
    }
}

/// The same, asked for when the days of one change are over: under a key of its own, so that nothing that is asked for meanwhile replaces it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SettleChange {
    pub institution_id: InstitutionId,
    pub account_change_id: AccountChangeId,
}

impl Job for SettleChange {
    const NAME: &'static str = "settle_change";

    fn key(&self) -> String {
        format!("{}:{}", Self::NAME, self.account_change_id)
    }
}

/// Scores all members of an institution in a term under a policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ScoreTerm {
    pub institution_id: InstitutionId,
    pub evaluation_id: EvaluationId,
}

impl Job for ScoreTerm {
    const NAME: &'static str = "score_term";

    fn key(&self) -> String {
        format!("{}:{}", Self::NAME, self.evaluation_id)
    }
}

/// Computes the network scores of an institution, up to the last month that is over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ScoreNetwork {
    pub institution_id: InstitutionId,
}

impl Job for ScoreNetwork {
    const NAME: &'static str = "score_network";

    fn key(&self) -> String {
        format!("{}:{}", Self::NAME, self.institution_id)
    }
}

/// Scores anew, in the current terms of an institution, whom changes touched.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RescoreChanged {
    pub institution_id: InstitutionId,
}

impl Job for RescoreChanged {
    const NAME: &'static str = "rescore_changed";

    fn key(&self) -> String {
        format!("{}:{}", Self::NAME, self.institution_id)
    }

    fn line(&self) -> Option<String> {
        Some(results_of(self.institution_id))
    }
}

/// Scores everybody in the current terms of an institution anew, and compares with what is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckScores {
    pub institution_id: InstitutionId,
}

impl Job for CheckScores {
    const NAME: &'static str = "check_scores";

    fn key(&self) -> String {
        format!("{}:{}", Self::NAME, self.institution_id)
    }

    fn line(&self) -> Option<String> {
        Some(results_of(self.institution_id))
    }
}

/// What follows up the results of one institution stands in one line.
fn results_of(institution: InstitutionId) -> String {
    format!("results:{institution}")
}

/// Asks for `CheckScores` of every institution. The schedule asks for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckNightly {}

impl Job for CheckNightly {
    const NAME: &'static str = "check_nightly";

    fn key(&self) -> String {
        Self::NAME.to_owned()
    }
}

/// Deletes what is over: sessions, and sign-ins that were begun. The schedule asks for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ForgetSessions {}

impl Job for ForgetSessions {
    const NAME: &'static str = "forget_sessions";

    fn key(&self) -> String {
        Self::NAME.to_owned()
    }
}
