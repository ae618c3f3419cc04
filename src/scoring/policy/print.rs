//! Prints a policy as canonical TOML: what `parse` reads back as the same policy.
//! It must not leave out what it does not know: every field of the policy is written, or is what its absence means.

use std::fmt::Display;

use rust_decimal::Decimal;

use crate::model::policy::{
    Audience, Automation, Category, Condition, CreditRule, DatedBy, Days, Decision, Eligibility, Flags, GroupFactor, LadderStep, Limit,
    Measure, Normalise, OwnRepository, Pay, Payout, Policy, Reach, Repositories, Rule, Selector, Threshold, Units, Works,
};

/// The canonical text: keys in the order of the manual, without comments, and without what is the default anyway.
pub fn print(policy: &Policy) -> String {
    let mut page = Page(String::new());
    page.table("", &general(policy));
    page.table_unless_empty("[eligibility]", &eligibility(&policy.eligibility));
    page.table_unless_empty("[repositories]", &repositories(&policy.repositories));
    for (name, it) in &policy.categories {
        page.table(&format!("[categories.{name}]"), &category(it));
    }
    policy.rules.iter().for_each(|it| page.table("[[rules]]", &rule(it)));
    policy.measures.iter().for_each(|it| page.table("[[measures]]", &measure(it)));
    policy.factors.iter().for_each(|it| page.table("[[factors]]", &factor(it)));
    policy.limits.iter().for_each(|it| page.table("[[limits]]", &limit(it)));
    policy.units.iter().for_each(|it| page.table("[units]", &units(it)));
    page.table_unless_empty("[works]", &works(&policy.works));
    policy.requirements.iter().for_each(|it| page.table("[[requirements]]", &requirement(it)));
    policy.payout.iter().for_each(|it| page.table("[payout]", &payout(it)));
    page.table("[credits]", &credits(&policy.credits));
    page.table_unless_empty("[flags]", &flags(&policy.flags));
    page.table_unless_empty("[decision]", &decision(&policy.decision));
    page.0
}

struct Page(String);

impl Page {
    fn table(&mut self, header: &str, keys: &Keys) {
        if !header.is_empty() {
            self.0.push('\n');
            self.0.push_str(header);
            self.0.push('\n');
        }
        for (name, value) in &keys.0 {
            self.0.push_str(&format!("{name} = {value}\n"));
        }
    }

    fn table_unless_empty(&mut self, header: &str, keys: &Keys) {
        if !keys.0.is_empty() {
            self.table(header, keys);
        }
    }
}

/// The keys of one table, each with its value as TOML writes it.
#[derive(Default)]
struct Keys(Vec<(&'static str, String)>);

impl Keys {
    fn put(&mut self, name: &'static str, value: impl Display) {
        self.0.push((name, value.to_string()));
    }

    fn put_some(&mut self, name: &'static str, value: Option<impl Display>) {
        self.0.extend(value.map(|value| (name, value.to_string())));
    }

    fn put_unless<T: PartialEq + Display>(&mut self, default: T, name: &'static str, value: T) {
        self.put_some(name, Some(value).filter(|value| *value != default));
    }

    fn put_text(&mut self, name: &'static str, text: impl Display) {
        self.put(name, quoted(text));
    }

    fn put_word_unless<T: PartialEq + Display>(&mut self, default: T, name: &'static str, word: T) {
        self.put_some(name, Some(word).filter(|word| *word != default).map(quoted));
    }

    fn put_words(&mut self, name: &'static str, words: &[impl Display]) {
        if !words.is_empty() {
            self.put(name, list(words.iter().map(quoted)));
        }
    }
}

/// A TOML string on one line.
fn quoted(text: impl Display) -> String {
    let mut quoted = String::from("\"");
    for letter in text.to_string().chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn list(elements: impl Iterator<Item = String>) -> String {
    format!("[{}]", elements.collect::<Vec<_>>().join(", "))
}

fn number(number: Decimal) -> String {
    number.normalize().to_string()
}

fn general(policy: &Policy) -> Keys {
    let mut keys = Keys::default();
    keys.put_text("name", &policy.name);
    keys.put_text("version", &policy.version);
    keys.put_word_unless("", "description", &policy.description);
    keys.put_word_unless(Audience::Everyone, "audience", policy.audience);
    keys.put_some("years", policy.years);
    keys
}

fn eligibility(eligibility: &Eligibility) -> Keys {
    let mut keys = Keys::default();
    keys.put_word_unless(OwnRepository::Exclude, "own_repository", eligibility.own_repository);
    keys.put_words("excluded_labels", &eligibility.excluded_labels);
    keys.put_unless(0, "waiting_days", eligibility.waiting_days);
    keys.put_word_unless(Automation::Allow, "automation", eligibility.automation);
    keys
}

fn repositories(repositories: &Repositories) -> Keys {
    let mut keys = Keys::default();
    keys.put_some("licence", repositories.osi_licence.then(|| quoted("osi")));
    keys.put_some("min_age_days", repositories.min_age_days);
    keys.put_some("outside_contributors", repositories.outside_contributors);
    keys.put_words("allow", &repositories.allow);
    keys.put_words("deny", &repositories.deny);
    keys.put_some("registered_by", repositories.registered_by);
    keys
}

fn category(category: &Category) -> Keys {
    let mut keys = Keys::default();
    keys.put_some("factor", category.factor.map(number));
    keys.put_some("own_repository", category.own_repository.map(quoted));
    keys
}

fn rule(rule: &Rule) -> Keys {
    let mut keys = Keys::default();
    keys.put_text("id", &rule.id);
    keys.put_some("group", rule.group.as_ref().map(quoted));
    keys.put_some("kind", rule.selector.kinds.first().map(quoted));
    selector(&mut keys, &rule.selector);
    pay(&mut keys, &rule.pay);
    if !rule.points_in.is_empty() {
        let points: Vec<String> = rule.points_in.iter().map(|(name, points)| format!("{name} = {points}")).collect();
        keys.put("points_in", format!("{{ {} }}", points.join(", ")));
    }
    if !rule.size.is_empty() {
        let steps = rule.size.iter().map(|step| format!("{{ from = {}, factor = {} }}", step.from, number(step.factor)));
        keys.put("size", list(steps));
    }
    keys
}

fn selector(keys: &mut Keys, selector: &Selector) {
    keys.put_words("states", &selector.states);
    keys.put_words("categories", &selector.categories);
    keys.put_words("names", &selector.names);
    keys.put_words("requires", &selector.requires);
    keys.put_words("confirmed_by", &selector.confirmed_by);
    keys.put_word_unless(DatedBy::Opened, "dated_by", selector.dated_by);
    keys.put_some("opened_by", selector.opened_by);
    keys.put_some("closed_by", selector.closed_by);
    keys.put_some("zone", selector.zone.map(quoted));
}

fn pay(keys: &mut Keys, pay: &Pay) {
    match pay {
        Pay::Points(points) => keys.put("points", points),
        Pay::Each { points, most } => {
            keys.put("points_each", points);
            keys.put_some("most", *most);
        }
        Pay::Ladder(steps) => keys.put("ladder", list(steps.iter().map(step))),
    }
}

fn step(step: &LadderStep) -> String {
    let (key, amount) = match step.from {
        Threshold::From(amount) => ("from", amount),
        Threshold::Above(amount) => ("above", amount),
    };
    format!("{{ {key} = {}, points = {} }}", number(amount), step.points)
}

fn measure(measure: &Measure) -> Keys {
    let mut keys = Keys::default();
    keys.put_text("id", &measure.id);
    keys.put_some("group", measure.group.as_ref().map(quoted));
    keys.put_text("count", measure.count);
    keys.put_words("kinds", &measure.selector.kinds);
    selector(&mut keys, &measure.selector);
    keys.put_some("each", measure.each_repository.then(|| quoted("repository")));
    keys.put_unless(false, "serves_later_weeks", measure.serves_later_weeks);
    keys.put_word_unless(Normalise::None, "normalise", measure.normalise);
    if let Some(it) = &measure.pay {
        pay(&mut keys, it);
    }
    keys.put_some("when", measure.when.as_ref().map(when));
    keys
}

fn reach(reach: Reach) -> (&'static str, String) {
    match reach {
        Reach::From(amount) => ("from", number(amount)),
        Reach::Below(amount) => ("below", number(amount)),
    }
}

fn when(condition: &Condition) -> String {
    let (key, amount) = reach(condition.reach);
    format!("{{ measure = {}, {key} = {amount} }}", quoted(&condition.measure))
}

fn requirement(condition: &Condition) -> Keys {
    let mut keys = Keys::default();
    keys.put_text("measure", &condition.measure);
    let (key, amount) = reach(condition.reach);
    keys.put(key, amount);
    keys
}

fn factor(factor: &GroupFactor) -> Keys {
    let mut keys = Keys::default();
    keys.put_text("id", &factor.id);
    keys.put_text("group", &factor.group);
    keys.put("factor", number(factor.factor));
    keys.put("when", when(&factor.when));
    keys
}

fn limit(limit: &Limit) -> Keys {
    let mut keys = Keys::default();
    keys.put_text("per", limit.per);
    keys.put_some("points", limit.points);
    keys.put_some("items", limit.items);
    keys.put_words("kinds", &limit.kinds);
    keys.put_words("categories", &limit.categories);
    keys.put_words("groups", &limit.groups);
    keys
}

fn units(units: &Units) -> Keys {
    let mut keys = Keys::default();
    keys.put("days", units.days);
    keys.put_text("same", units.same);
    keys.put("bonus", number(units.bonus));
    keys
}

fn works(works: &Works) -> Keys {
    let mut keys = Keys::default();
    keys.put_unless(false, "highest_only", works.highest_only);
    if !works.teams.is_empty() {
        keys.put("teams", list(works.teams.iter().map(|row| list(row.iter().copied().map(number)))));
        let over_one = works.teams.iter().any(|row| row.iter().sum::<Decimal>() > Decimal::ONE);
        keys.put_some("over_one", over_one.then(|| quoted("as_written")));
    }
    keys
}

fn payout(payout: &Payout) -> Keys {
    let mut keys = Keys::default();
    keys.put("step", payout.step);
    keys.put_text("per", payout.per);
    keys.put_some("most", payout.most);
    keys
}

fn credits(rule: &CreditRule) -> Keys {
    let mut keys = Keys::default();
    keys.put("points_per_credit", rule.points_per_credit);
    keys.put("step", rule.step);
    keys.put_text("rounding", rule.rounding);
    keys.put("minimum", rule.minimum);
    keys.put_some("cap", rule.cap);
    keys.put_some("lifetime_cap", rule.lifetime_cap);
    keys.put_some("needed", rule.needed);
    keys
}

fn flags(flags: &Flags) -> Keys {
    let (default, mut keys) = (Flags::default(), Keys::default());
    keys.put_unless(default.velocity_day, "velocity_day", flags.velocity_day);
    keys.put_unless(default.velocity_week, "velocity_week", flags.velocity_week);
    keys.put_unless(default.instant_minutes, "instant_minutes", flags.instant_minutes);
    keys.put_unless(default.instant_lines, "instant_lines", flags.instant_lines);
    keys.put_unless(number(default.mutual_part), "mutual_part", number(flags.mutual_part));
    keys.put_unless(default.mutual_from, "mutual_from", flags.mutual_from);
    keys.put_unless(default.spam_items, "spam_items", flags.spam_items);
    keys
}

fn decision(decision: &Decision) -> Keys {
    let mut keys = Keys::default();
    keys.put_words("confirmed_by", &decision.confirmed_by);
    keys.put_some("notice_days", decision.notice_days);
    keys.put_some("appeal_days", decision.appeal_days);
    keys.put_word_unless(Days::Calendar, "appeal_days_are", decision.appeal_days_are);
    keys.put_some("recorded_as", decision.recorded_as.as_ref().map(quoted));
    keys
}
