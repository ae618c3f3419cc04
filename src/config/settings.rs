//! The settings as values that have been checked.
//! It must not show a secret: not in `Debug`, not in an error.

use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use config::ValueKind;
use secrecy::SecretString;
use url::Url;

use super::{Environment, Error, Variables, layers::Layers};
use crate::model::sealing::{self, SealingKey};

#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the embedded cluster lives.
    pub data_dir: PathBuf,
    pub database: Database,
    pub http: Http,
    pub sign_in: SignInSettings,
    pub github: GitHub,
    pub secrets: Secrets,
    pub worker: WorkerSettings,
    pub log: Log,
}

#[derive(Debug, Clone)]
pub struct Database {
    /// `None`: the embedded cluster.
    pub url: Option<SecretString>,
    pub max_connections: u32,
}

#[derive(Debug, Clone)]
pub struct Http {
    /// `host:port`
    pub listen: String,
    pub public_url: Option<Url>,
    /// Of the pages that may call from a browser: `https://host`, without a path.
    pub allowed_origins: Vec<String>,
    pub requests_per_second: NonZeroU32,
    pub request_burst: NonZeroU32,
}

#[derive(Debug, Clone, Copy)]
pub struct SignInSettings {
    /// How long a session holds, however much it is used.
    pub session_hours: u32,
    /// How long a session holds that is not used.
    pub idle_minutes: u32,
}

#[derive(Debug, Clone)]
pub struct GitHub {
    pub base_url: Url,
    pub token: Option<SecretString>,
    /// Of the OAuth app by which members prove their accounts. `None`: they cannot.
    pub oauth_client_id: Option<String>,
    /// `None`: they can by a code on a device, and not by being led to GitHub.
    pub oauth_client_secret: Option<SecretString>,
}

#[derive(Debug, Clone)]
pub struct Secrets {
    /// What seals institutions' secrets in the database. `None`: none can be sealed.
    pub key: Option<SealingKey>,
}

#[derive(Debug, Clone)]
pub struct WorkerSettings {
    pub concurrency: u32,
}

#[derive(Debug, Clone)]
pub struct Log {
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Human,
    Json,
}

/// Connections that a process needs besides those of its jobs: the queue listens on one, requests come in on others.
const OTHER_CONNECTIONS: u32 = 4;
const MOST_CONNECTIONS: u32 = 1_000;
const MOST_JOBS: u32 = 100;
const MOST_REQUESTS: u32 = 1_000_000;
const MOST_HOURS: u32 = 7 * 24;

impl Settings {
    /// default.toml ← the file, or the one that `ACCREDIT_CONFIG` names ← the variables.
    pub fn load(file: Option<&Path>, variables: &Variables) -> Result<Self, Error> {
        let read = Read(Layers::read(file, variables)?);
        let concurrency = read.number("worker.concurrency", 1, MOST_JOBS)?;
        Ok(Self {
            data_dir: read.text("data_dir")?.map_or_else(|| Environment::read().data_dir, PathBuf::from),
            database: Database {
                url: read.secret("database.url")?,
                max_connections: read.number("database.max_connections", concurrency + OTHER_CONNECTIONS, MOST_CONNECTIONS)?,
            },
            http: Http {
                listen: read.address("http.listen")?,
                public_url: read.url("http.public_url")?,
                allowed_origins: read.origins("http.allowed_origins")?,
                requests_per_second: read.positive("http.requests_per_second", MOST_REQUESTS)?,
                request_burst: read.positive("http.request_burst", MOST_REQUESTS)?,
            },
            sign_in: SignInSettings {
                session_hours: read.number("sign_in.session_hours", 1, MOST_HOURS)?,
                idle_minutes: read.number("sign_in.idle_minutes", 5, MOST_HOURS * 60)?,
            },
            github: GitHub {
                base_url: read.required("github.base_url", read.url("github.base_url")?)?,
                token: read.secret("github.token")?,
                oauth_client_id: read.text("github.oauth_client_id")?,
                oauth_client_secret: read.secret("github.oauth_client_secret")?,
            },
            secrets: Secrets { key: read.sealing_key("secrets.key")? },
            worker: WorkerSettings { concurrency },
            log: Log { filter: read.required("log.filter", read.text("log.filter")?)?, format: read.format("log.format")? },
        })
    }
}

/// Turns what was written into values, or says what is wrong with it.
struct Read(Layers);

impl Read {
    fn bad(&self, key: &'static str, why: impl Into<String>) -> Error {
        Error::BadValue { key, origin: self.0.origin(key), why: why.into() }
    }

    /// An empty text is one that is not set.
    fn text(&self, key: &'static str) -> Result<Option<String>, Error> {
        match self.0.value(key) {
            None => Ok(None),
            Some(ValueKind::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(_) => Err(self.bad(key, "write a text in quotes")),
        }
    }

    fn required<T>(&self, key: &'static str, value: Option<T>) -> Result<T, Error> {
        value.ok_or_else(|| self.bad(key, "it must not be empty"))
    }

    fn secret(&self, key: &'static str) -> Result<Option<SecretString>, Error> {
        Ok(self.text(key)?.map(SecretString::from))
    }

    fn sealing_key(&self, key: &'static str) -> Result<Option<SealingKey>, Error> {
        self.text(key)?.map(|text| text.parse().map_err(|why: sealing::Error| self.bad(key, why.to_string()))).transpose()
    }

    fn number(&self, key: &'static str, least: u32, most: u32) -> Result<u32, Error> {
        let number = match self.0.value(key) {
            Some(ValueKind::I64(number)) => u32::try_from(number).ok(),
            Some(ValueKind::String(text)) => text.trim().parse().ok(), // from the environment, which has only texts
            _ => None,
        };
        number
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| self.bad(key, format!("write a whole number from {least} to {most}")))
    }

    fn positive(&self, key: &'static str, most: u32) -> Result<NonZeroU32, Error> {
        NonZeroU32::new(self.number(key, 1, most)?).ok_or_else(|| self.bad(key, "it must not be 0"))
    }

    /// Each as a browser sends it: a scheme, a host, a port where it is not the usual one.
    fn origins(&self, key: &'static str) -> Result<Vec<String>, Error> {
        let written: Vec<String> = match self.0.value(key) {
            None => Vec::new(),
            Some(ValueKind::Array(values)) => values.into_iter().map(|value| value.to_string()).collect(),
            // From the environment, which has only texts.
            Some(ValueKind::String(text)) => text.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect(),
            Some(_) => return Err(self.bad(key, "write a list of texts")),
        };
        let is_origin = |text: &String| {
            Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == *text)
        };
        match written.iter().find(|text| !is_origin(text)) {
            Some(_) => Err(self.bad(key, "each must be the address of a site without a path, such as https://credit.example.edu")),
            None => Ok(written),
        }
    }

    /// `host:port`; whether it can be listened on shows when it is tried.
    fn address(&self, key: &'static str) -> Result<String, Error> {
        let text = self.required(key, self.text(key)?)?;
        match text.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Ok(text),
            _ => Err(self.bad(key, "write host:port, such as 127.0.0.1:8080")),
        }
    }

    fn url(&self, key: &'static str) -> Result<Option<Url>, Error> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let url = Url::parse(&text).map_err(|error| self.bad(key, format!("it is not an address ({error})")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(self.bad(key, "its address must begin with https:// or http://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(self.bad(key, "its address must not contain a user or password"));
        }
        Ok(Some(url))
    }

    fn format(&self, key: &'static str) -> Result<LogFormat, Error> {
        match self.text(key)?.as_deref() {
            Some("human") => Ok(LogFormat::Human),
            Some("json") => Ok(LogFormat::Json),
            _ => Err(self.bad(key, "write human or json")),
        }
    }
}

#[cfg(test)]
mod tests;
