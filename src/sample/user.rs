//! An account as GitHub's REST API shows it to whoever it is.
//! It must not know who asks.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::world::Person;
use crate::model::account::AccountKind;

/// `GET /user`: what is public of it.
pub(super) fn whole(person: &Person, now: DateTime<Utc>) -> Value {
    let Person { id, login, .. } = person;
    let api = format!("https://api.github.com/users/{login}");
    json!({
        "login": login, "id": id.0, "node_id": format!("U_{id}"), "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
        "gravatar_id": "", "url": api, "html_url": format!("https://github.com/{login}"), "followers_url": format!("{api}/followers"),
        "following_url": format!("{api}/following{{/other_user}}"), "gists_url": format!("{api}/gists{{/gist_id}}"),
        "starred_url": format!("{api}/starred{{/owner}}{{/repo}}"), "subscriptions_url": format!("{api}/subscriptions"),
        "organizations_url": format!("{api}/orgs"), "repos_url": format!("{api}/repos"), "events_url": format!("{api}/events{{/privacy}}"),
        "received_events_url": format!("{api}/received_events"), "type": kind(person.kind), "site_admin": false, "name": null,
        "company": null, "blog": "", "location": null, "email": null, "hireable": null, "bio": null, "public_repos": 3, "public_gists": 0,
        "followers": 1, "following": 2, "created_at": now.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "updated_at": now.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    })
}

fn kind(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::User | AccountKind::EnterpriseUser => "User",
        AccountKind::Bot => "Bot",
        AccountKind::Organization => "Organization",
        AccountKind::Mannequin => "Mannequin",
    }
}
