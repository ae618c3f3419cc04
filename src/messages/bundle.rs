//! The message files, read once and embedded in the program.
//! It must not make an empty sentence: what is missing is an error that names it.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::{LanguageIdentifier, langid};

use super::Language;

/// Values by the names that messages call them by.
pub(super) type Values<'a> = BTreeMap<&'a str, String>;

type Bundle = FluentBundle<FluentResource>;

/// The files of a language, each with its name.
pub(super) const fn files(language: Language) -> [(&'static str, &'static str); 4] {
    match language {
        Language::English => [
            ("en/words.ftl", include_str!("en/words.ftl")),
            ("en/reasons.ftl", include_str!("en/reasons.ftl")),
            ("en/policy.ftl", include_str!("en/policy.ftl")),
            ("en/working.ftl", include_str!("en/working.ftl")),
        ],
        Language::Chinese => [
            ("zh-CN/words.ftl", include_str!("zh-CN/words.ftl")),
            ("zh-CN/reasons.ftl", include_str!("zh-CN/reasons.ftl")),
            ("zh-CN/policy.ftl", include_str!("zh-CN/policy.ftl")),
            ("zh-CN/working.ftl", include_str!("zh-CN/working.ftl")),
        ],
    }
}

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| read(langid!("en"), Language::English));
static CHINESE: LazyLock<Bundle> = LazyLock::new(|| read(langid!("zh-CN"), Language::Chinese));

fn read(id: LanguageIdentifier, language: Language) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // Marks around values would be seen in files and terminals, and both languages run from left to right.
    bundle.set_use_isolating(false);
    for (_, text) in files(language) {
        // A mistake in a file is a red test: what can be read of it is there all the same.
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(readable, _)| readable);
        bundle.add_resource_overriding(resource);
    }
    // Refused only where there is a function of that name already.
    let _ = bundle.add_function("COUNT", |given, _| count(given));
    bundle
}

/// Which form of a noun a number takes. Numbers come as texts, so that none passes through a float.
fn count<'a>(given: &[FluentValue<'a>]) -> FluentValue<'a> {
    match given {
        [FluentValue::String(number)] => FluentValue::from(match &**number {
            "0" => "zero",
            "1" => "one",
            _ => "other",
        }),
        _ => FluentValue::Error,
    }
}

/// The text of a message, or of an attribute of one.
pub(super) fn format(language: Language, id: &str, attribute: Option<&str>, values: &Values<'_>) -> Result<String, String> {
    let bundle = match language {
        Language::English => &*ENGLISH,
        Language::Chinese => &*CHINESE,
    };
    let message = bundle.get_message(id);
    let pattern = match attribute {
        None => message.and_then(|message| message.value()),
        Some(name) => message.and_then(|message| message.get_attribute(name)).map(|attribute| attribute.value()),
    };
    let pattern = pattern.ok_or_else(|| format!("there is no message {id} in {language}"))?;
    let mut arguments = FluentArgs::with_capacity(values.len());
    for (name, value) in values {
        arguments.set(*name, Cow::Borrowed(value.as_str()));
    }
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
    match errors.first() {
        None => Ok(text),
        Some(error) => Err(format!("the message {id} in {language}: {error}")),
    }
}
