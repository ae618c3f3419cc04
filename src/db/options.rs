//! Where a database is and who we are there.
//! It must not print the password, in `Debug` or in an error.

use std::{fmt, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};

use super::Error;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A database and the account that owns it. The application itself becomes `accredit_app` there.
#[derive(Clone)]
pub struct ConnectOptions(pub(in crate::db) PgConnectOptions);

impl ConnectOptions {
    pub fn from_url(url: &SecretString) -> Result<Self, Error> {
        let malformed = |why: String| {
            Error::Unusable(format!(
                "database.url is not the address of a Postgres database ({why}): write postgres://user:password@host:5432/database"
            ))
        };
        let parsed = url::Url::parse(url.expose_secret()).map_err(|error| malformed(error.to_string()))?;
        if !matches!(parsed.scheme(), "postgres" | "postgresql") {
            return Err(malformed(format!("its scheme is {}", parsed.scheme())));
        }
        let options = PgConnectOptions::from_url(&parsed).map_err(|error| malformed(error.to_string()))?;
        Ok(Self(options.application_name("accredit")))
    }

    /// The same server and account, another database.
    pub fn database(&self, name: &str) -> Self {
        Self(self.0.clone().database(name))
    }

    /// As sqlx wants it: for COPY, the queue's worker and tests.
    pub fn postgres(&self) -> &PgConnectOptions {
        &self.0
    }

    /// A connection of its own, as the account of the URL.
    pub(in crate::db) async fn connect(&self) -> Result<PgConnection, Error> {
        match tokio::time::timeout(CONNECT_TIMEOUT, PgConnection::connect_with(&self.0)).await {
            Ok(connected) => connected.map_err(|error| self.refused(error)),
            Err(_) => Err(Error::Unavailable {
                why: format!("no answer from {self} within {} s; check the address and the firewall", CONNECT_TIMEOUT.as_secs()),
            }),
        }
    }

    /// What an error of connecting means, where it happened and what to do.
    fn refused(&self, error: sqlx::Error) -> Error {
        let code = error.as_database_error().and_then(|answer| answer.code()).unwrap_or_default().into_owned();
        match (&error, code.as_str()) {
            (_, "28P01" | "28000") => {
                Error::Unusable(format!("{self} refuses this account ({error}): check the user and password of database.url"))
            }
            (_, "3D000") => Error::Unusable(format!("there is no database {self}: create it with `createdb`, or correct database.url")),
            (_, "22023" | "42704" | "42501") => Error::Unusable(format!(
                "{self} does not let us become the role {}: run `accredit migrate` with the account that owns the database ({error})",
                super::APP_ROLE
            )),
            (sqlx::Error::Io(_) | sqlx::Error::Tls(_), _) => Error::Unavailable {
                why: format!("{self} cannot be reached ({error}): start the server there, or correct database.url (DATABASE_URL)"),
            },
            _ => Error::from(error),
        }
    }
}

/// `user@host:port/database`, without the password.
impl fmt::Display for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &self.0;
        write!(f, "{}@", options.get_username())?;
        match options.get_socket() {
            Some(socket) => write!(f, "{}", socket.display())?,
            None => write!(f, "{}:{}", options.get_host(), options.get_port())?,
        }
        write!(f, "/{}", options.get_database().unwrap_or(options.get_username()))
    }
}

impl fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectOptions({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let options = ConnectOptions::from_url(&"postgres://ann:geheim@db.example:5433/credit".into()).unwrap();
        assert_eq!(options.to_string(), "ann@db.example:5433/credit");
        assert!(!format!("{options:?}").contains("geheim"));
    }

    #[test]
    fn a_malformed_address_is_refused_without_showing_it() {
        for url in ["ann:geheim@db.example/credit", "mysql://ann:geheim@db.example/credit", "postgres://ann:geheim@db:port/credit"] {
            let error = ConnectOptions::from_url(&url.into()).unwrap_err().to_string();
            assert!(error.contains("database.url") && !error.contains("geheim"), "{error}");
        }
    }
}
