//! GitHub's OAuth as one app meets it: the page where somebody agrees, codes for a browser and for a device, tokens, and whose a token is.
//! It must not give a token twice for one code, and answers refusals as GitHub does: with status 200.

use std::collections::{BTreeMap, HashMap, VecDeque};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{user, world::World};
use crate::model::account::AccountId;

pub(super) const CLIENT_ID: &str = "Iv1.sample";
pub(super) const CLIENT_SECRET: &str = "sample-client-secret";
const LIFETIME: TimeDelta = TimeDelta::seconds(900);
const INTERVAL: TimeDelta = TimeDelta::seconds(5);
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The app, as it stands at this GitHub.
#[derive(Debug, Default)]
pub(super) struct OAuth {
    /// Who sits at the browser, in their order; the last one stays. Nobody: whoever it is says no.
    pub people: VecDeque<Option<AccountId>>,
    /// By code.
    browsers: HashMap<String, Agreed>,
    /// By what the program asks with.
    devices: BTreeMap<String, Device>,
    tokens: HashMap<String, AccountId>,
    /// Every code and token that there ever was.
    made: Vec<String>,
}

#[derive(Debug)]
struct Agreed {
    account: AccountId,
    redirect: String,
    challenge: Option<String>,
}

#[derive(Debug)]
struct Device {
    user_code: String,
    said: Option<Option<AccountId>>,
    expires_at: DateTime<Utc>,
    interval: TimeDelta,
    asked_at: Option<DateTime<Utc>>,
}

/// What one form says.
pub(super) type Form = HashMap<String, String>;

pub(super) fn form(text: &str) -> Form {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn refuse(word: &str) -> Value {
    json!({ "error": word, "error_description": "As GitHub says it.", "error_uri": "https://docs.github.com/apps" })
}

impl OAuth {
    fn make(&mut self, what: &str) -> String {
        let mut text = hex::encode(Sha256::digest(format!("{what} {}", self.made.len())));
        text.truncate(40);
        let made = format!("{what}{text}");
        self.made.push(made.clone());
        made
    }

    /// Where the page sends the browser back to, once somebody has agreed or not. `None`: the app is not known, or named no place.
    pub fn authorize(&mut self, query: &Form) -> Option<String> {
        let redirect = query.get("redirect_uri").filter(|_| query.get("client_id").is_some_and(|id| id == CLIENT_ID))?.clone();
        let account = if self.people.len() > 1 { self.people.pop_front().flatten() } else { self.people.front().copied().flatten() };
        let mut back = url::Url::parse(&redirect).ok()?;
        match account {
            Some(account) => {
                let code = self.make("code");
                self.browsers.insert(code.clone(), Agreed { account, redirect, challenge: query.get("code_challenge").cloned() });
                back.query_pairs_mut().append_pair("code", &code);
            }
            None => _ = back.query_pairs_mut().append_pair("error", "access_denied").append_pair("error_description", "No."),
        }
        if let Some(state) = query.get("state") {
            back.query_pairs_mut().append_pair("state", state);
        }
        Some(back.into())
    }

    /// A code for a device.
    pub fn begin_device(&mut self, form: &Form, now: DateTime<Utc>) -> Value {
        if form.get("client_id").is_none_or(|id| id != CLIENT_ID) {
            return refuse("incorrect_client_credentials");
        }
        let (code, user_code) = (self.make("device"), self.make("").to_uppercase());
        let user_code = format!("{}-{}", &user_code[..4], &user_code[4..8]);
        let device = Device { user_code: user_code.clone(), said: None, expires_at: now + LIFETIME, interval: INTERVAL, asked_at: None };
        self.devices.insert(code.clone(), device);
        json!({ "device_code": code, "user_code": user_code, "verification_uri": "https://github.com/login/device",
            "expires_in": LIFETIME.num_seconds(), "interval": INTERVAL.num_seconds() })
    }

    /// Somebody enters the code of a device, and agrees as this account, or says no. Whether there is such a code.
    pub fn enter(&mut self, user_code: &str, account: Option<AccountId>) -> bool {
        let device = self.devices.values_mut().find(|device| device.user_code == user_code);
        device.map(|device| device.said = Some(account)).is_some()
    }

    /// What a code is worth.
    pub fn token(&mut self, form: &Form, now: DateTime<Utc>) -> Value {
        if form.get("client_id").is_none_or(|id| id != CLIENT_ID) {
            return refuse("incorrect_client_credentials");
        }
        match form.get("grant_type").map(String::as_str) {
            Some(DEVICE_GRANT) => self.token_of_device(form, now),
            Some("authorization_code") | None => self.token_of_browser(form),
            Some(_) => refuse("unsupported_grant_type"),
        }
    }

    fn token_of_browser(&mut self, form: &Form) -> Value {
        if form.get("client_secret").is_none_or(|secret| secret != CLIENT_SECRET) {
            return refuse("incorrect_client_credentials");
        }
        let Some(agreed) = form.get("code").and_then(|code| self.browsers.remove(code)) else { return refuse("bad_verification_code") };
        if form.get("redirect_uri") != Some(&agreed.redirect) {
            return refuse("redirect_uri_mismatch");
        }
        let shown = form.get("code_verifier").map(|verifier| challenge_of(verifier));
        if agreed.challenge.is_some() && agreed.challenge != shown {
            return refuse("bad_verification_code");
        }
        self.give(agreed.account)
    }

    fn token_of_device(&mut self, form: &Form, now: DateTime<Utc>) -> Value {
        let Some(code) = form.get("device_code").cloned() else { return refuse("incorrect_device_code") };
        let Some(device) = self.devices.get_mut(&code) else { return refuse("incorrect_device_code") };
        if now >= device.expires_at {
            return refuse("expired_token");
        }
        if device.asked_at.is_some_and(|asked| now < asked + device.interval) {
            device.asked_at = Some(now);
            device.interval += INTERVAL;
            let mut refusal = refuse("slow_down");
            refusal["interval"] = device.interval.num_seconds().into();
            return refusal;
        }
        device.asked_at = Some(now);
        match device.said {
            None => refuse("authorization_pending"),
            Some(None) => refuse("access_denied"),
            Some(Some(account)) => {
                self.devices.remove(&code);
                self.give(account)
            }
        }
    }

    fn give(&mut self, account: AccountId) -> Value {
        let token = self.make("gho_");
        self.tokens.insert(token.clone(), account);
        json!({ "access_token": token, "scope": "", "token_type": "bearer" })
    }

    /// Who a token speaks for, as `GET /user` tells.
    pub fn user(&self, world: &World, token: &str) -> Option<Value> {
        world.person(*self.tokens.get(token)?).map(|person| user::whole(person, world.now))
    }

    /// Takes a token back; whether it held.
    pub fn revoke(&mut self, token: &str) -> bool {
        self.tokens.remove(token).is_some()
    }

    /// The next question about any device comes too early, whenever it comes.
    pub fn hurry(&mut self, now: DateTime<Utc>) {
        self.devices.values_mut().for_each(|device| device.asked_at = Some(now));
    }

    /// Everything that was ever to stay a secret of the two sides.
    pub fn secrets(&self) -> Vec<String> {
        self.made.clone()
    }

    pub fn tokens(&self) -> usize {
        self.tokens.len()
    }
}

fn challenge_of(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}
