//! The pool, and the two kinds of transaction that the table files take.
//! It must not hand out a connection that is not the role `accredit_app`, nor one inside somebody's transaction.

use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool, Postgres, Transaction, postgres::PgPoolOptions};

use super::{ConnectOptions, Error, audit};
use crate::model::ids::InstitutionId;

/// The role that every pooled connection is: it owns nothing and row-level security binds it.
pub const APP_ROLE: &str = "accredit_app";
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// The application's door to the database.
#[derive(Debug, Clone)]
pub struct Db {
    pool: PgPool,
}

/// Opens a pool of at most `max_connections`, after one connection has shown that the server is there and lets us in.
pub async fn connect(options: &ConnectOptions, max_connections: u32) -> Result<Db, Error> {
    let options = ConnectOptions(options.0.clone().options([("role", APP_ROLE)]));
    let mut first = options.connect().await?;
    require_app_role(&mut first).await?;
    first.close().await?;
    let pool = PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A `begin()` that was cancelled while its answer was under way leaves the connection inside a transaction, where the
        // next writes would be lost: tests/it/database.rs shows it. The pair ends such a transaction, says nothing where there is none
        // (a bare ROLLBACK would warn each time), and takes the place of the ping. In a failed transaction BEGIN is an error,
        // and sqlx drops the connection.
        .test_before_acquire(false)
        .before_acquire(|connection, _| {
            Box::pin(async move {
                connection.execute("BEGIN; ROLLBACK").await?;
                Ok(true)
            })
        })
        .after_connect(|connection, _| {
            Box::pin(async move { require_app_role(connection).await.map_err(|error| sqlx::Error::Configuration(error.into())) })
        })
        .connect_lazy_with(options.0);
    Ok(Db { pool })
}

/// A proxy that drops startup options would make us the owner, whom no wall between institutions stops.
async fn require_app_role(connection: &mut PgConnection) -> Result<(), Error> {
    let role: String = sqlx::query_scalar("select current_user::text").fetch_one(connection).await?;
    if role == APP_ROLE {
        return Ok(());
    }
    Err(Error::Unusable(format!(
        "the connection is the role {role} instead of {APP_ROLE}: connect to Postgres itself, or let the proxy pass the startup parameter `options`"
    )))
}

/// `set` takes no parameters: an id is hexadecimal digits, never words from outside.
fn as_institution(institution: InstitutionId) -> String {
    format!("set local accredit.institution = '{institution}'")
}

impl Db {
    /// A transaction over what all institutions share.
    pub async fn begin(&self) -> Result<Tx, Error> {
        self.begin_with("").await
    }

    /// A transaction over facts that can be fetched again: its commit does not wait for the disk. Should the server crash within the
    /// next second, it never happened; the next ordinary commit makes it durable first, because the log has an order.
    pub async fn begin_refetchable(&self) -> Result<Tx, Error> {
        self.begin_with("set local synchronous_commit = off").await
    }

    /// A transaction that sees and writes one institution's rows, besides what all share.
    pub async fn begin_as(&self, institution: InstitutionId) -> Result<InstitutionTx, Error> {
        let tx = self.begin_with(&as_institution(institution)).await?;
        Ok(InstitutionTx { tx, institution, recorded: Vec::new() })
    }

    /// The same, for what is only read or derived, and everything that it reads is as of one moment. The same statement reads everybody or a few, so each is
    /// planned for whom it reads; to compile one takes longer than what that saves. Its commit does not wait for the disk: whatever rests on
    /// it makes it durable first, and until then its job would be done again.
    pub async fn begin_as_of_now(&self, institution: InstitutionId) -> Result<InstitutionTx, Error> {
        const SETTINGS: &str = "set transaction isolation level repeatable read; set local plan_cache_mode = force_custom_plan; set local jit = off; \
             set local synchronous_commit = off; ";
        let tx = self.begin_with(&(SETTINGS.to_owned() + &as_institution(institution))).await?;
        Ok(InstitutionTx { tx, institution, recorded: Vec::new() })
    }

    /// A transaction that may also list the institutions; nothing else of them.
    pub async fn begin_as_operator(&self) -> Result<Tx, Error> {
        self.begin_with("set local accredit.operator = 'on'").await
    }

    /// One round trip: the settings hold from the first statement on, and end with the transaction.
    async fn begin_with(&self, settings: &str) -> Result<Tx, Error> {
        let begin = AssertSqlSafe(format!("begin; {settings}"));
        Ok(Tx { transaction: self.pool.begin_with(begin).await? })
    }

    /// Whether the server answers and its tables are those that this program knows.
    pub async fn check(&self) -> Result<(), Error> {
        super::migrate::require_current(self.begin().await?.conn()).await
    }

    /// The pool itself, for the queue's worker and for COPY.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Waits until every connection has come back, and closes them.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// A transaction over the tables that all institutions share. Dropped without `commit`, it never happened.
#[derive(Debug)]
pub struct Tx {
    transaction: Transaction<'static, Postgres>,
}

impl Tx {
    pub(in crate::db) fn conn(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.transaction.commit().await?)
    }
}

/// A transaction in the name of one institution. It can do all that a [`Tx`] can.
#[derive(Debug)]
pub struct InstitutionTx {
    tx: Tx,
    institution: InstitutionId,
    /// What the log gets when the transaction is committed.
    pub(in crate::db) recorded: Vec<audit::Recorded>,
}

impl InstitutionTx {
    pub fn institution(&self) -> InstitutionId {
        self.institution
    }

    /// Writes what was recorded into the log, last of all, and commits: both or neither.
    pub async fn commit(mut self) -> Result<(), Error> {
        audit::write(&mut self).await?;
        self.tx.commit().await
    }
}

impl Deref for InstitutionTx {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for InstitutionTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}
