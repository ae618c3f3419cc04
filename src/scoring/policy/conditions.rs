//! Reads conditions (whether a measure reaches an amount), `[[requirements]]` and `[[factors]]`.
//! It must not measure anything.

use rust_decimal::Decimal;

use super::{
    keys,
    names::Names,
    numbers,
    reader::{Entry, Table},
    words,
};
use crate::model::policy::{Condition, GroupFactor, Reach};

/// Names that a line's factors already bear.
const TAKEN: &[&str] = &["size", "category", "share"];

pub(super) fn when(entry: &Entry<'_>, names: &Names<'_>) -> Option<Condition> {
    condition(&entry.table(keys::CONDITION)?, names)
}

fn condition(table: &Table<'_>, names: &Names<'_>) -> Option<Condition> {
    let measure = table.require("measure", "the id of a measure").and_then(|entry| names.measure(&entry));
    let from = table.optional("from", numbers::some_amount);
    let below = table.optional("below", numbers::some_amount);
    let reach = match (from?, below?) {
        (Some(from), None) => Reach::From(from),
        (None, Some(below)) => Reach::Below(below),
        (from, _) => {
            let how = if from.is_some() { "both from and below" } else { "neither from nor below" };
            table.fault(format!("this condition has {how}: write one of the two"));
            return None;
        }
    };
    Some(Condition { measure: measure?, reach })
}

pub(super) fn requirements(document: &Table<'_>, names: &Names<'_>) -> Option<Vec<Condition>> {
    let Some(list) = document.get("requirements") else { return Some(Vec::new()) };
    let entries = list.list()?;
    let read: Vec<Option<Condition>> = entries.iter().map(|entry| when(entry, names)).collect();
    for (number, (entry, later)) in entries.iter().zip(&read).enumerate() {
        let Some(later) = later else { continue };
        let earlier = read.iter().take(number).flatten().filter(|earlier| earlier.measure == later.measure);
        for earlier in earlier {
            match (earlier.reach, later.reach) {
                (Reach::From(_), Reach::From(_)) | (Reach::Below(_), Reach::Below(_)) => {
                    entry.fault("an earlier requirement asks for the same measure: keep the stricter of the two");
                }
                (Reach::From(from), Reach::Below(below)) | (Reach::Below(below), Reach::From(from)) if from >= below => {
                    entry.fault(format!("`{}` cannot be {from} or more and below {below}: change one of the two", later.measure));
                }
                _ => {}
            }
        }
    }
    read.into_iter().collect()
}

pub(super) fn factors(document: &Table<'_>, names: &Names<'_>) -> Option<Vec<GroupFactor>> {
    let Some(list) = document.get("factors") else { return Some(Vec::new()) };
    let entries = list.list()?;
    let read: Vec<Option<GroupFactor>> = entries.iter().map(|entry| factor(&entry.table(keys::FACTOR)?, names)).collect();
    for (number, (entry, later)) in entries.iter().zip(&read).enumerate() {
        let Some(later) = later else { continue };
        if read.iter().take(number).flatten().any(|earlier| earlier.id == later.id) {
            entry.fault(format!("the id `{}` is an earlier factor's: give each factor its own", later.id));
        }
    }
    read.into_iter().collect()
}

fn factor(table: &Table<'_>, names: &Names<'_>) -> Option<GroupFactor> {
    let id = table.require("id", "a name of its own, such as \"not_accepted\"").and_then(|entry| id(&entry));
    let group = table.require("group", "the group whose points it multiplies").and_then(|entry| names.group(&entry));
    let factor = table.require("factor", "what the points are multiplied by, such as 0.6").and_then(|entry| numbers::factor(&entry));
    let condition =
        table.require("when", "when it holds, such as { measure = \"accepted\", below = 1 }").and_then(|entry| when(&entry, names));
    Some(GroupFactor { id: id?, group: group?, factor: factor?, when: condition? })
}

fn id(entry: &Entry<'_>) -> Option<String> {
    let id = words::name(entry, "a factor")?;
    if TAKEN.contains(&id.as_str()) {
        entry.fault(format!("the factor `{id}` of a line is another one: choose another name"));
    }
    Some(id)
}

/// The largest factor that everything of a group can get; `None` where no number holds it.
pub(super) fn largest(factors: &[GroupFactor], group: Option<&str>) -> Option<Decimal> {
    let of_group = factors.iter().filter(|factor| Some(factor.group.as_str()) == group);
    of_group.map(|factor| factor.factor.max(Decimal::ONE)).try_fold(Decimal::ONE, Decimal::checked_mul)
}
