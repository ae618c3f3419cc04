//! Settings
use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

#[derive(Debug, Clone)]
pub struct Settings {
    pub data_dir: PathBuf,
    pub database: Database,
    pub http: Http,
    pub github: GitHub,
}

#[derive(Debug, Clone)]
pub struct Database {
    pub url: Option<SecretString>,
    pub max_connections: u32,
}

#[derive(Debug, Clone)]
pub struct Http {
    pub listen: String,
    pub public_url: Option<Url>,
}

#[derive(Debug, Clone)]
pub struct GitHub {
    pub base_url: Url,
    pub token: Option<SecretString>,
}
