//! A worker: takes jobs from the queue in Postgres until it is told to stop. Any number may run; a dead one's jobs are taken up again.
//! It must not know what a job does.

use std::{future::Future, time::Duration};

use graphile_worker::{Cron, IntoTaskHandlerResult, TaskHandler, WorkerContext, WorkerOptions};

use super::{
    Attempt, Tools, check_scores, forget_sessions, link_accounts, read_changes, rescore_changed, score_network, score_term, sync_repository,
};
use crate::model::job::{
    CheckNightly, CheckScores, ForgetSessions, Job, LinkAccounts, ReadChanges, RescoreChanged, ScoreNetwork, ScoreTerm, SettleChange,
    SyncRepository,
};

/// When the nightly jobs are asked for, by the clock of the worker's machine.
const NIGHTLY: (u32, u32) = (3, 17);

/// How a worker works.
#[derive(Debug, Clone, Copy)]
pub struct WorkerSettings {
    /// How many jobs at once.
    pub concurrency: usize,
    /// How often it looks for work that nobody announced.
    pub poll_interval: Duration,
    /// How often it says that it is alive.
    pub heartbeat_interval: Duration,
    /// How long after its last heartbeat a worker counts as dead.
    pub dead_after: Duration,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            concurrency: 2,
            poll_interval: Duration::from_secs(1),
            heartbeat_interval: Duration::from_secs(5),
            dead_after: Duration::from_secs(30),
        }
    }
}

/// Why a worker could not work.
#[derive(Debug, thiserror::Error)]
#[error("the worker cannot work: {0}")]
pub struct Error(String);

/// A worker that has announced itself to the queue.
pub struct Worker {
    queue: graphile_worker::Worker,
}

impl Worker {
    /// Announces a worker that stops, after the jobs in its hands, once `stop` is done.
    pub async fn start(tools: Tools, settings: WorkerSettings, stop: impl Future<Output = ()> + Send + 'static) -> Result<Self, Error> {
        let queue = WorkerOptions::default()
            .pg_pool(tools.db.pool().clone())
            .concurrency(settings.concurrency)
            .poll_interval(settings.poll_interval)
            .heartbeat_interval(settings.heartbeat_interval)
            .sweep_interval(settings.heartbeat_interval)
            .sweep_threshold(settings.dead_after)
            .recovery_delay(Duration::ZERO)
            .listen_os_shutdown_signals(false)
            .shutdown_signal(stop)
            .add_extension(tools)
            .define_job::<SyncRepository>()
            .define_job::<ReadChanges>()
            .define_job::<LinkAccounts>()
            .define_job::<SettleChange>()
            .define_job::<ScoreTerm>()
            .define_job::<ScoreNetwork>()
            .define_job::<RescoreChanged>()
            .define_job::<CheckScores>()
            .define_job::<CheckNightly>()
            .define_job::<ForgetSessions>()
            .with_cron(Cron::daily_at::<CheckNightly>(NIGHTLY.0, NIGHTLY.1).map_err(|e| Error(e.to_string()))?)
            .with_cron(Cron::daily_at::<ForgetSessions>(NIGHTLY.0, NIGHTLY.1).map_err(|e| Error(e.to_string()))?)
            .init()
            .await
            .map_err(|e| Error(e.to_string()))?;
        Ok(Self { queue })
    }

    /// Works until it is told to stop.
    pub async fn run(&self) -> Result<(), Error> {
        self.queue.run().await.map_err(|e| Error(e.to_string()))
    }

    /// Does what is waiting now, and returns.
    pub async fn run_once(&self) -> Result<(), Error> {
        self.queue.run_once().await.map_err(|e| Error(e.to_string()))
    }
}

fn tools(context: &WorkerContext) -> Result<Tools, String> {
    context.get_ext::<Tools>().cloned().ok_or_else(|| "the worker was started without its tools".to_owned())
}

fn attempt(context: &WorkerContext) -> Attempt {
    let job = context.job();
    Attempt { is_last: job.attempts() >= job.max_attempts() }
}

impl TaskHandler for SyncRepository {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        sync_repository::run(&tools(&context)?, &self, attempt(&context)).await
    }
}

impl TaskHandler for ReadChanges {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        read_changes::run(&tools(&context)?, &self).await
    }
}

impl TaskHandler for LinkAccounts {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        link_accounts::run(&tools(&context)?, &self).await
    }
}

impl TaskHandler for SettleChange {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        link_accounts::run(&tools(&context)?, &LinkAccounts { institution_id: self.institution_id }).await
    }
}

impl TaskHandler for ScoreTerm {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        score_term::run(&tools(&context)?, &self, attempt(&context)).await
    }
}

impl TaskHandler for ScoreNetwork {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        score_network::run(&tools(&context)?, &self).await
    }
}

impl TaskHandler for RescoreChanged {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        rescore_changed::run(&tools(&context)?, &self).await
    }
}

impl TaskHandler for CheckScores {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        check_scores::run(&tools(&context)?, &self).await
    }
}

impl TaskHandler for CheckNightly {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        check_scores::run_all(&tools(&context)?, &self).await
    }
}

impl TaskHandler for ForgetSessions {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        forget_sessions::run(&tools(&context)?, &self).await
    }
}
