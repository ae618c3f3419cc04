//! People, bots and organisations, and git's authors.
//! It must not show an account that was deleted.

use serde_json::Value;

use super::things::{Resolved, Thing};
use crate::{
    model::account::{AccountId, AccountKind},
    sample::world::{GitAuthor, Person, World},
};

pub(super) fn typename(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::User => "User",
        AccountKind::Bot => "Bot",
        AccountKind::Organization => "Organization",
        AccountKind::Mannequin => "Mannequin",
        AccountKind::EnterpriseUser => "EnterpriseUserAccount",
    }
}

/// Anybody at all.
pub(super) fn actor(world: &World, id: Option<AccountId>) -> Resolved<'_> {
    Resolved::maybe(id.and_then(|id| world.person(id)).map(Thing::Person))
}

/// A field of the type `User`: GitHub has nobody there when it was a bot.
pub(super) fn user(world: &World, id: Option<AccountId>) -> Resolved<'_> {
    Resolved::maybe(id.and_then(|id| world.person(id)).filter(|person| person.kind == AccountKind::User).map(Thing::Person))
}

pub(super) fn person<'w>(person: &'w Person, name: &str) -> Option<Resolved<'w>> {
    let is_enterprise = person.kind == AccountKind::EnterpriseUser;
    Some(match name {
        "login" => person.login.as_str().into(),
        "id" => format!("U_{}", person.id).into(),
        "databaseId" if !is_enterprise => person.id.0.into(),
        // An Enterprise's account without a user of GitHub behind it.
        "user" if is_enterprise => Resolved::NULL,
        _ => return None,
    })
}

pub(super) fn git_author<'w>(world: &'w World, author: &'w GitAuthor, name: &str) -> Option<Resolved<'w>> {
    Some(match name {
        "name" => author.name.as_deref().map_or(Value::Null, Value::from).into(),
        "user" => user(world, author.account),
        _ => return None,
    })
}
