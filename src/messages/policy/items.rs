//! Rules and measures in plain words: which items are meant, and what they earn.
//! It must not judge whether they make sense together.

use super::{Page, or_none, reach, set};
use crate::messages::values::{self, NONE};
use crate::model::policy::{DatedBy, LadderStep, Measure, Normalise, Pay, Rule, Selector, Threshold};

pub(super) fn rules(page: &mut Page, rules: &[Rule]) {
    if rules.is_empty() {
        return;
    }
    page.heading("heading-rules");
    for rule in rules {
        let kinds = kinds(page, &rule.selector);
        page.item("rule-head", &[("id", rule.id.clone()), ("group", set(rule.group.as_ref())), ("kinds", kinds)]);
        selector(page, &rule.selector);
        // A rule is for one kind, and its amount is that of this kind.
        pay(page, &rule.pay, rule.selector.kinds.first().map_or("", |kind| kind.as_str()));
        for (category, points) in &rule.points_in {
            page.detail("pay-in", &[("category", category.clone()), ("points", points.to_string())]);
        }
        if !rule.size.is_empty() {
            let steps = rule
                .size
                .iter()
                .map(|step| page.say("size-step", &[("from", step.from.to_string()), ("factor", step.factor.normalize().to_string())]));
            let steps = page.list(steps);
            page.detail("pay-size", &[("steps", steps)]);
        }
    }
}

pub(super) fn measures(page: &mut Page, measures: &[Measure]) {
    if measures.is_empty() {
        return;
    }
    page.heading("heading-measures");
    for measure in measures {
        let group = set(measure.group.as_ref());
        page.item("measure-head", &[("id", measure.id.clone()), ("group", group), ("count", measure.count.to_string())]);
        if !measure.selector.kinds.is_empty() {
            let kinds = kinds(page, &measure.selector);
            page.detail("select-kinds", &[("kinds", kinds)]);
        }
        selector(page, &measure.selector);
        if measure.each_repository {
            page.detail("measure-each", &[]);
        }
        if measure.serves_later_weeks {
            page.detail("measure-later", &[]);
        }
        match measure.normalise {
            Normalise::None => {}
            Normalise::Percentile => page.detail("measure-percentile", &[]),
            Normalise::Rank => page.detail("measure-rank", &[]),
        }
        match &measure.pay {
            None => page.detail("pay-nothing", &[]),
            Some(how) => pay(page, how, measure.count.as_str()),
        }
        if let Some(when) = &measure.when {
            let [from, below] = reach(when.reach);
            page.detail("measure-when", &[("measure", when.measure.clone()), from, below]);
        }
    }
}

fn kinds(page: &Page, selector: &Selector) -> String {
    or_none(page.list(selector.kinds.iter().map(|kind| values::item_kind(page.language, kind.as_str(), Some("many")))))
}

fn selector(page: &mut Page, selector: &Selector) {
    if !selector.states.is_empty() {
        let states = values::either(page.language, selector.states.iter().map(|state| values::state(page.language, state.as_str())));
        page.detail("select-states", &[("states", states)]);
    }
    if !selector.categories.is_empty() {
        let categories = page.either(&selector.categories);
        page.detail("select-categories", &[("categories", categories)]);
    }
    if !selector.names.is_empty() {
        let names = page.either(&selector.names);
        page.detail("select-names", &[("names", names)]);
    }
    let only_kind = match selector.kinds.as_slice() {
        [kind] => kind.as_str(),
        _ => NONE,
    };
    for requirement in &selector.requires {
        page.detail(&format!("requires-{requirement}"), &[("kind", only_kind.to_owned())]);
    }
    if !selector.confirmed_by.is_empty() {
        let who = page.in_turn(&selector.confirmed_by);
        page.detail("select-confirmed", &[("who", who)]);
    }
    match selector.dated_by {
        DatedBy::Opened => page.detail("dated-opened", &[]),
        DatedBy::Closed => page.detail("dated-closed", &[]),
    }
    for (id, day) in [("select-opened", selector.opened_by), ("select-closed", selector.closed_by)] {
        if let Some(day) = day {
            page.detail(id, &[("day", day.to_string())]);
        }
    }
    if let Some(zone) = selector.zone {
        page.detail("select-zone", &[("zone", zone.to_string())]);
    }
}

fn pay(page: &mut Page, pay: &Pay, unit: &str) {
    let unit = ("unit", unit.to_owned());
    match pay {
        Pay::Points(points) => page.detail("pay-points", &[("points", points.to_string())]),
        Pay::Each { points, most: None } => page.detail("pay-each", &[("points", points.to_string()), unit]),
        Pay::Each { points, most: Some(most) } => {
            page.detail("pay-each-most", &[("points", points.to_string()), unit, ("most", most.to_string())]);
        }
        Pay::Ladder(steps) => {
            let steps = page.list(steps.iter().map(|step| ladder_step(page, step)));
            page.detail("pay-ladder", &[unit, ("steps", steps)]);
        }
    }
}

fn ladder_step(page: &Page, step: &LadderStep) -> String {
    let (id, amount) = match step.from {
        Threshold::From(amount) => ("pay-step-from", amount),
        Threshold::Above(amount) => ("pay-step-above", amount),
    };
    page.say(id, &[("amount", amount.normalize().to_string()), ("points", step.points.to_string())])
}
