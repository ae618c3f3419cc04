//! Brings a database up to date: our tables, the queue's, and the application's rights on both.
//! It must not run as `accredit_app`, which owns nothing.

use graphile_worker::WorkerUtils;
use sqlx::{
    Connection as _, Executor as _, PgConnection,
    migrate::{MigrateError, Migrator},
    postgres::PgPoolOptions,
};

use super::{ConnectOptions, Error};

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");
/// The oldest Postgres that works, as `server_version_num`.
const OLDEST_SERVER: i32 = 140_000;
/// Of our own choosing: whoever migrates this database holds it.
const LOCK: i64 = 0x0061_6363_7265_6469;
const UNDEFINED_TABLE: &str = "42P01";
/// The schema of the queue's tables.
pub(in crate::db) const QUEUE_SCHEMA: &str = "graphile_worker";

/// Applies what is missing, as the account of the URL. Several processes may do so at once: they take turns.
pub async fn migrate(options: &ConnectOptions) -> Result<(), Error> {
    let mut owner = options.connect().await?;
    require_server(options, &mut owner).await?;
    sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(&mut owner).await?;
    let applied = apply(options, &mut owner).await;
    // Closing the connection gives the lock back, whatever happened.
    owner.close().await?;
    applied
}

async fn apply(options: &ConnectOptions, owner: &mut PgConnection) -> Result<(), Error> {
    MIGRATOR.run(&mut *owner).await.map_err(explain)?;
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options.0.clone()).await?;
    let migrated = WorkerUtils::new(pool.clone(), QUEUE_SCHEMA).migrate().await;
    pool.close().await;
    migrated.map_err(|error| Error::Migrate(format!("the queue's tables: {error}")))?;
    owner.execute(include_str!("rights.sql")).await?;
    Ok(())
}

async fn require_server(options: &ConnectOptions, owner: &mut PgConnection) -> Result<(), Error> {
    let (number, version): (i32, String) =
        sqlx::query_as("select current_setting('server_version_num')::int, current_setting('server_version')").fetch_one(owner).await?;
    supported(number).then_some(()).ok_or_else(|| {
        Error::Unusable(format!("{options} is Postgres {version}: Accredit needs 14 or newer; upgrade the server, or name another one"))
    })
}

fn supported(server_version_num: i32) -> bool {
    server_version_num >= OLDEST_SERVER
}

fn explain(error: MigrateError) -> Error {
    match error {
        MigrateError::VersionMissing(version) => Error::Migrate(format!(
            "it has migration {version}, which this program does not know: it was migrated by a newer Accredit; install that one"
        )),
        MigrateError::VersionMismatch(version) => Error::Migrate(format!(
            "migration {version} was applied in another form than this program holds: restore the database that belongs to it"
        )),
        other => Error::Migrate(other.to_string()),
    }
}

/// An error unless every migration that this program knows has been applied.
pub(in crate::db) async fn require_current(connection: &mut PgConnection) -> Result<(), Error> {
    let behind = || Error::Unusable("the database is not up to date with this program: run `accredit migrate`".into());
    let applied =
        sqlx::query_scalar::<_, Option<i64>>("select max(version) from _sqlx_migrations where success").fetch_one(connection).await;
    let applied = applied.map_err(|error| match error.as_database_error().and_then(|answer| answer.code()).as_deref() {
        Some(UNDEFINED_TABLE) => behind(),
        _ => Error::from(error),
    })?;
    let known = MIGRATOR.iter().map(|migration| migration.version).max();
    (applied == known).then_some(()).ok_or_else(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_13_is_too_old_and_14_is_not() {
        assert!(!supported(130_022));
        assert!(supported(140_000));
    }
}
