//! The doors into the world, repositories, their branches and releases.
//! It must not answer a name or an id that is nobody's with anything but GitHub's NOT_FOUND.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    Refusal, actors,
    arguments::Arguments,
    pages::List,
    things::{Resolved, Thing},
};
use crate::{
    model::account::AccountKind,
    sample::world::{Commit, Release, Repository, World},
};

pub(super) type Answer<'w> = Result<Option<Resolved<'w>>, Refusal>;

/// As GitHub writes times.
pub(super) fn time(at: DateTime<Utc>) -> Value {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

pub(super) fn maybe_time(at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, time)
}

pub(super) fn address(repository: &Repository, rest: &str) -> Resolved<'static> {
    format!("https://github.com/{}/{rest}", repository.name).into()
}

fn not_found(message: String) -> Refusal {
    Refusal::new("NOT_FOUND", message)
}

pub(super) fn query<'w>(world: &'w World, name: &str, arguments: &mut Arguments) -> Answer<'w> {
    let found = match name {
        "repository" => {
            // It follows renames; GitHub does so unless told not to.
            arguments.take("followRenames");
            let name = format!("{}/{}", arguments.require_text("owner")?, arguments.require_text("name")?);
            let found = world.repository(&name).map(Thing::Repository);
            found.ok_or_else(|| not_found(format!("Could not resolve to a Repository with the name '{name}'.")))
        }
        "user" => {
            let login = arguments.require_text("login")?;
            let found = world.person_called(&login).filter(|person| person.kind == AccountKind::User).map(Thing::Person);
            found.ok_or_else(|| not_found(format!("Could not resolve to a User with the login of '{login}'.")))
        }
        "node" => {
            let id = arguments.require_text("id")?;
            node(world, &id).ok_or_else(|| not_found(format!("Could not resolve to a node with the global id of '{id}'.")))
        }
        _ => return Ok(None),
    };
    found.map(|thing| Some(Resolved::One(thing)))
}

/// What has that global id.
fn node<'w>(world: &'w World, id: &str) -> Option<Thing<'w>> {
    let (kind, rest) = id.split_once('_')?;
    let mut repositories = world.repositories.iter();
    if kind == "C" {
        let (repository, oid) = rest.split_once('_')?;
        let repository = world.repository_by_id(repository.parse().ok()?)?;
        return repository.commits.get(oid).map(|commit| Thing::Commit(repository, commit));
    }
    let id: i64 = rest.parse().ok()?;
    match kind {
        "U" => world.people.values().find(|person| person.id.0 == id).map(Thing::Person),
        "R" => world.repository_by_id(id).map(Thing::Repository),
        "PR" => repositories.find_map(|r| r.pull_requests.iter().find(|p| p.id == id).map(|p| Thing::PullRequest(r, p))),
        "I" => repositories.find_map(|r| r.issues.iter().find(|i| i.id == id).map(|i| Thing::Issue(r, i))),
        "PRR" => repositories
            .find_map(|r| r.pull_requests.iter().find_map(|p| p.reviews.iter().find(|v| v.id == id).map(|v| Thing::Review(r, p, v)))),
        _ => None,
    }
}

pub(super) fn repository<'w>(world: &'w World, it: &'w Repository, name: &str, arguments: &mut Arguments) -> Answer<'w> {
    Ok(Some(match name {
        "id" => format!("R_{}", it.id).into(),
        "databaseId" => it.id.into(),
        "nameWithOwner" => it.name.as_str().into(),
        "owner" => actors::actor(world, Some(it.owner)),
        "isPrivate" => it.is_private.into(),
        "isFork" => it.is_fork.into(),
        "isArchived" => it.is_archived.into(),
        "isDisabled" => false.into(),
        "createdAt" => time(it.created_at).into(),
        "pushedAt" => maybe_time(it.pushed_at).into(),
        "licenseInfo" => Resolved::maybe(it.license.as_deref().map(Thing::License)),
        "defaultBranchRef" => {
            let tip = it.head.as_ref().and_then(|head| it.commits.get(head));
            Resolved::maybe(tip.map(|tip| Thing::Branch(it, tip)))
        }
        "object" => {
            let oid = arguments.require_text("oid")?;
            Resolved::maybe(it.commits.get(&oid).map(|commit| Thing::Commit(it, commit)))
        }
        "pullRequests" => {
            let (field, descends) = order(arguments, "CREATED_AT")?;
            let place = |p: &crate::sample::world::PullRequest| (seconds(&field, p.created_at, p.updated_at), p.number);
            let items = it.pull_requests.iter().map(|p| (place(p), Thing::PullRequest(it, p)));
            List::ordered("PullRequestConnection", items, descends).page(arguments)?
        }
        "issues" => {
            let (field, descends) = order(arguments, "CREATED_AT")?;
            let place = |i: &crate::sample::world::Issue| (seconds(&field, i.created_at, i.updated_at), i.number);
            let items = it.issues.iter().map(|i| (place(i), Thing::Issue(it, i)));
            List::ordered("IssueConnection", items, descends).page(arguments)?
        }
        "releases" => {
            let (_, descends) = order(arguments, "CREATED_AT")?;
            let items = it.releases.iter().map(|release| ((release.created_at.timestamp(), release.id), Thing::Release(it, release)));
            List::ordered("ReleaseConnection", items, descends).page(arguments)?
        }
        _ => return Ok(None),
    }))
}

/// By which time a list is ordered, and whether downwards.
fn order(arguments: &mut Arguments, default: &str) -> Result<(String, bool), Refusal> {
    let Some(order) = arguments.take("orderBy") else { return Ok((default.to_owned(), false)) };
    match (order["field"].as_str(), order["direction"].as_str()) {
        (Some(field @ ("CREATED_AT" | "UPDATED_AT")), Some(direction @ ("ASC" | "DESC"))) => Ok((field.to_owned(), direction == "DESC")),
        _ => Err(Refusal::plain(format!("Argument 'orderBy' has an invalid value ({order})."))),
    }
}

fn seconds(field: &str, created_at: DateTime<Utc>, updated_at: DateTime<Utc>) -> i64 {
    if field == "UPDATED_AT" { updated_at.timestamp() } else { created_at.timestamp() }
}

pub(super) fn branch<'w>(repository: &'w Repository, tip: &'w Commit, name: &str) -> Option<Resolved<'w>> {
    Some(match name {
        "name" => repository.default_branch.as_str().into(),
        "target" => Resolved::One(Thing::Commit(repository, tip)),
        _ => return None,
    })
}

pub(super) fn release<'w>(world: &'w World, repository: &Repository, it: &'w Release, name: &str) -> Option<Resolved<'w>> {
    Some(match name {
        "id" => format!("RE_{}", it.id).into(),
        "databaseId" => it.id.into(),
        "url" => address(repository, &format!("releases/tag/{}", it.tag)),
        "tagName" => it.tag.as_str().into(),
        "name" => json!(it.name).into(),
        "author" => actors::user(world, it.author),
        "isDraft" => it.is_draft.into(),
        "isPrerelease" => it.is_prerelease.into(),
        "createdAt" => time(it.created_at).into(),
        "updatedAt" => time(it.updated_at).into(),
        "publishedAt" => maybe_time(it.published_at).into(),
        _ => return None,
    })
}
