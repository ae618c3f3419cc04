//! A policy in plain words, section by section: everything that is set in it, and what holds where nothing is set.
//! It must not leave a key out: two policies that differ never read alike.

mod items;
mod whole;

use super::{
    Language,
    bundle::{self, Values},
    values::{self, NONE},
};
use crate::model::policy::{Category, Eligibility, OwnRepository, Policy, Reach, Repositories};

/// The whole policy as people read it.
pub fn explain(language: Language, policy: &Policy) -> String {
    let mut page = Page { language, text: format!("{} {}\n", policy.name, policy.version) };
    if !policy.description.is_empty() {
        page.text.push_str(&policy.description);
        page.text.push('\n');
    }
    page.text.push('\n');
    page.plain("policy-audience", &[("audience", policy.audience.to_string())]);
    match policy.years {
        None => page.plain("policy-term", &[]),
        Some(years) => page.plain("policy-years", &[("years", years.to_string())]),
    }
    eligibility(&mut page, &policy.eligibility);
    repositories(&mut page, policy);
    items::rules(&mut page, &policy.rules);
    items::measures(&mut page, &policy.measures);
    whole::factors(&mut page, &policy.factors);
    whole::limits(&mut page, &policy.limits);
    whole::units(&mut page, policy.units.as_ref());
    whole::works(&mut page, &policy.works);
    whole::requirements(&mut page, &policy.requirements);
    whole::payout(&mut page, policy.payout.as_ref());
    whole::credits(&mut page, &policy.credits);
    whole::flags(&mut page, &policy.flags);
    whole::decision(&mut page, &policy.decision);
    page.text
}

/// The text while it is written.
struct Page {
    language: Language,
    text: String,
}

/// The values of a message.
type Given<'a> = &'a [(&'static str, String)];

impl Page {
    fn heading(&mut self, id: &str) {
        let heading = self.say(id, &[]);
        self.text.push_str(&format!("\n{heading}\n"));
    }

    fn plain(&mut self, id: &str, given: Given<'_>) {
        let line = self.say(id, given);
        self.text.push_str(&format!("{line}\n"));
    }

    /// One thing of a section.
    fn item(&mut self, id: &str, given: Given<'_>) {
        let line = self.say(id, given);
        self.text.push_str(&format!("- {line}\n"));
    }

    /// Something that holds for the item above.
    fn detail(&mut self, id: &str, given: Given<'_>) {
        let line = self.say(id, given);
        self.text.push_str(&format!("    - {line}\n"));
    }

    fn say(&self, id: &str, given: Given<'_>) -> String {
        let values: Values<'_> = given.iter().map(|(name, value)| (*name, value.clone())).collect();
        bundle::format(self.language, id, None, &values).unwrap_or_else(|missing| missing)
    }

    fn list(&self, items: impl IntoIterator<Item = String>) -> String {
        or_none(values::list(self.language, items))
    }

    fn either(&self, items: &[String]) -> String {
        values::either(self.language, items.iter().cloned())
    }

    /// "the mentor, then the committee"
    fn in_turn(&self, who: &[String]) -> String {
        let who: Vec<String> = who.iter().map(|word| values::who(self.language, word)).collect();
        who.join(&values::joint(self.language, "list-then"))
    }
}

fn or_none(text: String) -> String {
    if text.is_empty() { NONE.to_owned() } else { text }
}

fn set(value: Option<impl ToString>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| value.to_string())
}

/// What a measure must reach, as the message `reach` wants it.
fn reach(reach: Reach) -> [(&'static str, String); 2] {
    match reach {
        Reach::From(amount) => [("from", amount.normalize().to_string()), ("below", NONE.to_owned())],
        Reach::Below(amount) => [("from", NONE.to_owned()), ("below", amount.normalize().to_string())],
    }
}

fn eligibility(page: &mut Page, eligibility: &Eligibility) {
    page.heading("heading-eligibility");
    page.item("eligibility-own", &[("own", eligibility.own_repository.to_string())]);
    if !eligibility.excluded_labels.is_empty() {
        // A label can hold a comma.
        let labels = page.list(eligibility.excluded_labels.iter().map(|label| format!("“{label}”")));
        page.item("eligibility-labels", &[("labels", labels)]);
    }
    if eligibility.waiting_days > 0 {
        page.item("eligibility-waiting", &[("days", eligibility.waiting_days.to_string())]);
    }
    page.item("eligibility-automation", &[("automation", eligibility.automation.to_string())]);
}

fn repositories(page: &mut Page, policy: &Policy) {
    page.heading("heading-repositories");
    let which = &policy.repositories;
    if *which == Repositories::default() {
        page.item("repositories-all", &[]);
    }
    if which.osi_licence {
        page.item("repositories-licence", &[]);
    }
    if let Some(days) = which.min_age_days {
        page.item("repositories-age", &[("days", days.to_string())]);
    }
    if let Some(people) = which.outside_contributors {
        page.item("repositories-outside", &[("people", people.to_string())]);
    }
    for (id, names) in [("repositories-allow", &which.allow), ("repositories-deny", &which.deny)] {
        if !names.is_empty() {
            let names = page.list(names.iter().cloned());
            page.item(id, &[("repositories", names)]);
        }
    }
    if let Some(day) = which.registered_by {
        page.item("repositories-registered", &[("day", day.to_string())]);
    }
    for (name, Category { factor, own_repository }) in &policy.categories {
        let own = set(own_repository.map(OwnRepository::as_str));
        page.item("category-line", &[("category", name.clone()), ("factor", set(factor.map(|f| f.normalize()))), ("own", own)]);
    }
}
