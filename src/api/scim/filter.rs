//! Filters (RFC 7644, 3.4.2.2), as far as directories need them to find somebody again: what equals what, and all of it at once.
//! It must not leave a condition out that it does not understand: the wrong people would be found.

use super::{
    message::{Kind, Refusal},
    path::{Attribute, attribute},
};
use crate::db::directory::Wanted;

/// A longer one finds nobody again.
const LONGEST: usize = 2_000;
const DEEPEST: usize = 20;

/// Whom a filter means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filter {
    /// All for whom this holds.
    Some(Wanted),
    /// It can hold for nobody.
    Nobody,
}

pub(super) fn parse(text: &str) -> Result<Filter, Refusal> {
    if text.len() > LONGEST {
        return Err(refuse(format!("A filter has at most {LONGEST} characters.")));
    }
    let mut reader = Reader { rest: text.trim(), wanted: Wanted::default(), is_nobody: false };
    reader.conjunction(0)?;
    if !reader.rest.is_empty() {
        return Err(refuse(format!("`{}` is not understood: conditions are `attribute eq \"value\"`, joined by `and`.", reader.rest)));
    }
    Ok(if reader.is_nobody { Filter::Nobody } else { Filter::Some(reader.wanted) })
}

fn refuse(detail: impl Into<String>) -> Refusal {
    Refusal::new(Kind::InvalidFilter, detail)
}

/// What an attribute is compared with.
enum Operand {
    Text(String),
    Boolean(bool),
}

struct Reader<'t> {
    rest: &'t str,
    wanted: Wanted,
    is_nobody: bool,
}

impl Reader<'_> {
    fn conjunction(&mut self, depth: usize) -> Result<(), Refusal> {
        loop {
            self.condition(depth)?;
            let before = self.rest;
            if !self.word().is_some_and(|word| word.eq_ignore_ascii_case("and")) {
                self.rest = before;
                return Ok(());
            }
        }
    }

    fn condition(&mut self, depth: usize) -> Result<(), Refusal> {
        if let Some(inside) = self.rest.strip_prefix('(') {
            if depth == DEEPEST {
                return Err(refuse("A filter has too many brackets in one another."));
            }
            self.rest = inside.trim_start();
            self.conjunction(depth + 1)?;
            self.rest = self.rest.strip_prefix(')').ok_or_else(|| refuse("A bracket is not closed."))?.trim_start();
            return Ok(());
        }
        let path = self.word().ok_or_else(|| refuse("A condition is missing: write `attribute eq \"value\"`."))?;
        let operator = self.word().unwrap_or_default();
        if !operator.eq_ignore_ascii_case("eq") {
            return Err(refuse(format!("`{path} {operator}` is not supported: conditions are `attribute eq \"value\"`, joined by `and`.")));
        }
        let operand = self.operand().ok_or_else(|| refuse(format!("`{path} eq` needs a text in quotation marks, true or false.")))?;
        self.require(&path, operand)
    }

    /// What stands before the next blank or bracket.
    fn word(&mut self) -> Option<String> {
        let end = self.rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"')).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        (!word.is_empty()).then(|| word.to_owned())
    }

    fn operand(&mut self) -> Option<Operand> {
        if self.rest.starts_with('"') {
            // A value is JSON: it ends where that ends.
            let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
            let text = values.next()?.ok()?;
            self.rest = self.rest[values.byte_offset()..].trim_start();
            return Some(Operand::Text(text));
        }
        match self.word()?.to_ascii_lowercase().as_str() {
            "true" => Some(Operand::Boolean(true)),
            "false" => Some(Operand::Boolean(false)),
            _ => None,
        }
    }

    fn require(&mut self, path: &str, operand: Operand) -> Result<(), Refusal> {
        let is_id = path.eq_ignore_ascii_case("id");
        let attribute = if is_id { None } else { Some(attribute(path).map_err(|_| unsupported(path))?) };
        match (attribute, operand) {
            (None, Operand::Text(id)) => match id.parse() {
                Ok(id) => narrow(&mut self.wanted.id, id, &mut self.is_nobody),
                Err(_) => self.is_nobody = true,
            },
            (Some(Attribute::Active), Operand::Boolean(active)) => narrow(&mut self.wanted.active, active, &mut self.is_nobody),
            (Some(Attribute::Active), Operand::Text(text)) => match text.to_ascii_lowercase().parse() {
                Ok(active) => narrow(&mut self.wanted.active, active, &mut self.is_nobody),
                Err(_) => return Err(refuse("`active` is true or false.")),
            },
            // Postgres takes no NUL in a text, and nobody has one in a name.
            (_, Operand::Text(text)) if text.contains('\0') => self.is_nobody = true,
            (Some(Attribute::UserName), Operand::Text(text)) => narrow_in_any_case(&mut self.wanted.user_name, text, &mut self.is_nobody),
            (Some(Attribute::ExternalId), Operand::Text(text)) => narrow(&mut self.wanted.external_id, text, &mut self.is_nobody),
            (Some(Attribute::EmployeeNumber), Operand::Text(text)) => narrow(&mut self.wanted.number, text, &mut self.is_nobody),
            _ => return Err(unsupported(path)),
        }
        Ok(())
    }
}

fn unsupported(path: &str) -> Refusal {
    refuse(format!(
        "`{path}` cannot be looked for like this: `id`, `userName`, `externalId` and `employeeNumber` (with its schema in front) equal a text, `active` true or false."
    ))
}

/// One more thing that must hold. Two different ones of an attribute hold for nobody.
fn narrow<T: PartialEq>(known: &mut Option<T>, value: T, is_nobody: &mut bool) {
    *is_nobody |= known.as_ref().is_some_and(|known| *known != value);
    *known = Some(value);
}

fn narrow_in_any_case(known: &mut Option<String>, value: String, is_nobody: &mut bool) {
    *is_nobody |= known.as_ref().is_some_and(|known| known.to_lowercase() != value.to_lowercase());
    *known = Some(value);
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn wanted(with: impl FnOnce(&mut Wanted)) -> Filter {
        let mut wanted = Wanted::default();
        with(&mut wanted);
        Filter::Some(wanted)
    }

    #[rstest]
    #[case(r#"userName eq "ada@example.edu""#)]
    #[case(r#"  USERNAME  Eq  "ada@example.edu"  "#)]
    #[case(r#"(userName eq "ada@example.edu")"#)]
    #[case(r#"((userName eq "ada@example.edu") and (username eq "ADA@example.edu") and userName eq "ada@example.edu")"#)]
    #[case(r#"userName eq "ada\u0040example.edu""#)]
    #[case(r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada@example.edu""#)]
    fn a_name_is_looked_for_however_it_is_written(#[case] text: &str) {
        assert_eq!(parse(text).unwrap(), wanted(|wanted| wanted.user_name = Some("ada@example.edu".into())), "{text}");
    }

    #[test]
    fn all_conditions_hold_at_once() {
        let text = r#"externalId eq "a \"b\" and c" and active eq True and urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "001""#;
        let expected = wanted(|wanted| {
            wanted.external_id = Some("a \"b\" and c".into());
            wanted.active = Some(true);
            wanted.number = Some("001".into());
        });
        assert_eq!(parse(text).unwrap(), expected);
        assert_eq!(parse(r#"active eq "False""#).unwrap(), wanted(|wanted| wanted.active = Some(false)));
    }

    #[rstest]
    #[case(r#"userName eq "a" and userName eq "b""#)]
    #[case(r#"active eq true and active eq false"#)]
    #[case(r#"id eq "what is no id""#)]
    #[case(r#"userName eq "a\u0000""#)]
    fn what_holds_for_nobody_finds_nobody(#[case] text: &str) {
        assert_eq!(parse(text).unwrap(), Filter::Nobody, "{text}");
    }

    #[rstest]
    #[case("")]
    #[case("userName")]
    #[case("userName eq")]
    #[case("userName eq ada")]
    #[case(r#"userName eq "ada"#)]
    #[case(r#"userName eq "a" or userName eq "b""#)]
    #[case(r#"not (userName eq "a")"#)]
    #[case(r#"userName ne "a""#)]
    #[case("userName pr")]
    #[case(r#"userName eq "a" and"#)]
    #[case(r#"(userName eq "a""#)]
    #[case(r#"userName eq "a")"#)]
    #[case(r#"userName eq "a" "b""#)]
    #[case(r#"emails[type eq "work"].value eq "a""#)]
    #[case(r#"emails.value eq "a""#)]
    #[case(r#"displayName eq "a""#)]
    #[case(r#"nobody eq "a""#)]
    #[case(r#"employeeNumber eq "a""#)]
    #[case(r#"active eq "yes""#)]
    #[case("active eq 1")]
    #[case("userName eq true")]
    #[case("id eq true")]
    fn what_is_not_understood_is_refused_as_a_whole(#[case] text: &str) {
        assert!(matches!(parse(text), Err(Refusal::Scim { kind: Some(Kind::InvalidFilter), .. })), "{text}");
    }

    #[test]
    fn neither_length_nor_depth_harms() {
        assert!(parse(&"(".repeat(LONGEST)).is_err());
        assert!(parse(&format!("userName eq \"{}\"", "a".repeat(LONGEST))).is_err());
    }
}
