//! A member's score as people read it on a screen: each line with its working, then the total and how it became credits.
//! It must not compute what a line earned: base times factors is shown as it was stored, and multiplied only to be shown.

use std::fmt::Write as _;

use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::messages::{self, Language};
use crate::model::{
    ids::RepositoryId,
    member_score::{About, ExplainedLine, MemberScore},
    policy::ItemKind,
    score::{Line, Source},
};

/// What is needed to write it: the language, the zone of the days, and what repositories are called where that is known.
pub struct Working<'a> {
    pub language: Language,
    pub zone: Tz,
    pub repository: &'a dyn Fn(RepositoryId) -> Option<String>,
}

type Given<'a> = &'a [(&'static str, String)];

impl Working<'_> {
    /// All lines, and the whole.
    pub fn write(&self, score: &MemberScore, lines: &[ExplainedLine]) -> String {
        let mut text = String::new();
        for line in lines {
            self.line(&mut text, line);
        }
        if !lines.is_empty() {
            text.push('\n');
        }
        self.whole(&mut text, score);
        text
    }

    /// One line as a sentence: `12  pull request o/r#7, 2025-10-01: counts`.
    pub fn head(&self, explained: &ExplainedLine) -> String {
        let ExplainedLine { line, about } = explained;
        let day = line.counted_at.with_timezone(&self.zone).date_naive().to_string();
        let answer = messages::answer(self.language, line.answer());
        let what = self.what(line, about.as_ref());
        self.say("working-head", &[("points", line.points.to_string()), ("what", what), ("day", day), ("answer", answer)])
    }

    fn line(&self, text: &mut String, explained: &ExplainedLine) {
        let ExplainedLine { line, about } = explained;
        let _ = writeln!(text, "{}", self.head(explained));
        let mut under = |what: &str| {
            let _ = writeln!(text, "      {what}");
        };
        if let Some(about) = about {
            under(&about.url);
        }
        if let Some(rule) = line.rule.as_deref().filter(|_| !line.base.is_zero()) {
            let product =
                line.factors.iter().fold(line.base.to_string(), |product, factor| format!("{product} × {}", factor.value.normalize()));
            let factor = line.factors.iter().fold(Decimal::ONE, |product, factor| product * factor.value);
            let earned = line.base.scaled(factor).map_or_else(String::new, |earned| earned.to_string());
            under(&self.say("working-rule", &[("rule", rule.to_owned()), ("product", product), ("earned", earned)]));
        }
        for reason in &line.basis {
            under(&self.say("working-basis", &[("reason", messages::sentence(self.language, reason))]));
        }
        for factor in &line.factors {
            let reason = messages::sentence(self.language, &factor.reason);
            let name = self.factor(&factor.name);
            under(&self.say("working-factor", &[("value", factor.value.normalize().to_string()), ("name", name), ("reason", reason)]));
        }
        let because = line.excluded.iter().chain(&line.not_yet).map(|reason| ("working-excluded", reason));
        let limited = line.limited.iter().map(|reason| ("working-limited", reason));
        for (id, reason) in because.chain(limited).chain(line.flags.iter().map(|reason| ("working-flag", reason))) {
            under(&self.say(id, &[("reason", messages::sentence(self.language, reason))]));
        }
        if !line.measured_by.is_empty() {
            under(&self.say("working-measured", &[("measures", line.measured_by.join(", "))]));
        }
    }

    fn what(&self, line: &Line, about: Option<&About>) -> String {
        match &line.source {
            Source::Contribution { key, .. } => {
                let place = about.map_or_else(
                    || key.github_id.to_string(),
                    |about| format!("{}{}", about.repository, about.number.map(|number| format!("#{number}")).unwrap_or_default()),
                );
                let kind = messages::kind(self.language, ItemKind::Contribution(key.kind));
                self.say("working-contribution", &[("kind", kind), ("place", place)])
            }
            Source::Statement { statement, kind } => {
                let kind = messages::kind(self.language, ItemKind::Statement(*kind));
                self.say("working-statement", &[("kind", kind), ("statement", statement.to_string())])
            }
            Source::Measure { measure, repository, amount } => {
                let name = |id: RepositoryId| (self.repository)(id).unwrap_or_else(|| id.to_string());
                let repository = repository.map_or_else(|| "none".to_owned(), name);
                let amount = amount.normalize().to_string();
                self.say("working-measure", &[("measure", measure.clone()), ("repository", repository), ("amount", amount)])
            }
            Source::Carry { carry } => self.say("working-carry", &[("carry", carry.to_string())]),
        }
    }

    fn whole(&self, text: &mut String, score: &MemberScore) {
        let Some(computed) = &score.computed else {
            let _ = writeln!(text, "{}", self.say("working-no-account", &[]));
            return;
        };
        let mut told = vec![self.say("working-total", &[("points", computed.points.to_string())])];
        if !score.carried.is_zero() {
            told.push(self.say("working-carried", &[("points", score.carried.to_string())]));
        }
        let unmet = score.unmet.iter().map(|reason| ("working-unmet", reason));
        for (id, reason) in unmet.chain(score.flags.iter().map(|reason| ("working-flag", reason))) {
            told.push(self.say(id, &[("reason", messages::sentence(self.language, reason))]));
        }
        told.push(self.say("working-credits", &[("reason", messages::kept(self.language, &computed.credits_reason))]));
        for line in told {
            let _ = writeln!(text, "{line}");
        }
    }

    /// A factor of a group bears the name that the policy gave it.
    fn factor(&self, name: &str) -> String {
        match name {
            "size" | "category" | "share" => self.say(&format!("factor-{name}"), &[]),
            _ => name.to_owned(),
        }
    }

    fn say(&self, id: &str, values: Given<'_>) -> String {
        messages::text(self.language, id, values)
    }
}
