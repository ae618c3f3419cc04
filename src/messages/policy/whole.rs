//! What a policy says of all items together, in plain words: factors, limits, payment, credits, decision.
//! It must not compute anything from it.

use super::{Page, reach, set};
use crate::messages::values;
use crate::model::policy::{Condition, CreditRule, Decision, Flags, GroupFactor, Limit, Payout, Units, Works};

pub(super) fn factors(page: &mut Page, factors: &[GroupFactor]) {
    if factors.is_empty() {
        return;
    }
    page.heading("heading-factors");
    for one in factors {
        let [from, below] = reach(one.when.reach);
        let (measure, factor) = (one.when.measure.clone(), one.factor.normalize().to_string());
        let named = [("id", one.id.clone()), ("group", one.group.clone()), ("factor", factor), ("measure", measure), from, below];
        page.item("factor-line", &named);
    }
}

pub(super) fn limits(page: &mut Page, limits: &[Limit]) {
    if limits.is_empty() {
        return;
    }
    page.heading("heading-limits");
    for limit in limits {
        let kinds = page.list(limit.kinds.iter().map(|kind| values::item_kind(page.language, kind.as_str(), Some("many"))));
        let groups = page.list(limit.groups.iter().cloned());
        let categories = page.list(limit.categories.iter().cloned());
        let (per, kinds, groups, categories) =
            (("per", limit.per.to_string()), ("kinds", kinds), ("groups", groups), ("categories", categories));
        if let Some(points) = limit.points {
            let points = ("points", points.to_string());
            page.item("limit-points", &[points, per.clone(), kinds.clone(), groups.clone(), categories.clone()]);
        }
        if let Some(items) = limit.items {
            page.item("limit-items", &[("items", items.to_string()), per, kinds, groups, categories]);
        }
    }
}

pub(super) fn units(page: &mut Page, units: Option<&Units>) {
    if let Some(units) = units {
        page.heading("heading-units");
        let (days, bonus) = (units.days.to_string(), units.bonus.normalize().to_string());
        page.item("units-line", &[("days", days), ("same", units.same.to_string()), ("bonus", bonus)]);
    }
}

pub(super) fn works(page: &mut Page, works: &Works) {
    page.heading("heading-works");
    if works.highest_only {
        page.item("works-highest", &[]);
    }
    page.item("works-numbers", &[]);
    for (team, parts) in (1..).zip(&works.teams) {
        let parts = page.list(parts.iter().map(|part| part.normalize().to_string()));
        page.item("works-team", &[("team", i32::to_string(&team)), ("parts", parts)]);
    }
}

pub(super) fn requirements(page: &mut Page, requirements: &[Condition]) {
    if requirements.is_empty() {
        return;
    }
    page.heading("heading-requirements");
    for condition in requirements {
        let [from, below] = reach(condition.reach);
        page.item("requirement-line", &[("measure", condition.measure.clone()), from, below]);
    }
}

pub(super) fn payout(page: &mut Page, payout: Option<&Payout>) {
    if let Some(payout) = payout {
        page.heading("heading-payout");
        page.item("payout-line", &[("step", payout.step.to_string()), ("per", payout.per.to_string()), ("most", set(payout.most))]);
    }
}

pub(super) fn credits(page: &mut Page, rule: &CreditRule) {
    page.heading("heading-credits");
    let (points, step) = (rule.points_per_credit.to_string(), rule.step.to_string());
    page.item("credits-line", &[("points", points), ("rounding", rule.rounding.to_string()), ("step", step)]);
    let minimum = Some(rule.minimum).filter(|minimum| !minimum.to_decimal().is_zero());
    let amounts = [
        ("credits-minimum-line", minimum),
        ("credits-cap-line", rule.cap),
        ("credits-lifetime-line", rule.lifetime_cap),
        ("credits-needed-line", rule.needed),
    ];
    for (id, credits) in amounts {
        if let Some(credits) = credits {
            page.item(id, &[("credits", credits.to_string())]);
        }
    }
}

pub(super) fn flags(page: &mut Page, flags: &Flags) {
    page.heading("heading-flags");
    page.item("flags-velocity_day", &[("items", flags.velocity_day.to_string())]);
    page.item("flags-velocity_week", &[("items", flags.velocity_week.to_string())]);
    page.item("flags-instant", &[("lines", flags.instant_lines.to_string()), ("minutes", flags.instant_minutes.to_string())]);
    page.item("flags-mutual", &[("part", flags.mutual_part.normalize().to_string()), ("items", flags.mutual_from.to_string())]);
    page.item("flags-spam", &[("items", flags.spam_items.to_string())]);
}

pub(super) fn decision(page: &mut Page, decision: &Decision) {
    page.heading("heading-decision");
    page.item("decision-person", &[]);
    if !decision.confirmed_by.is_empty() {
        let who = page.in_turn(&decision.confirmed_by);
        page.item("decision-confirmed", &[("who", who)]);
    }
    if let Some(days) = decision.notice_days {
        page.item("decision-notice", &[("days", days.to_string())]);
    }
    if let Some(days) = decision.appeal_days {
        page.item("decision-appeal", &[("days", days.to_string()), ("are", decision.appeal_days_are.to_string())]);
    }
    if let Some(mark) = &decision.recorded_as {
        page.item("decision-recorded", &[("mark", mark.clone())]);
    }
}
