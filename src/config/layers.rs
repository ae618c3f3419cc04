//! Lays the environment over the file over default.toml, and remembers which of them said what.
//! It must not interpret a value, nor repeat one in an error.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use config::{Config, File, FileFormat, Source as _, Value, ValueKind};

use super::{Error, MANUAL, Origin, Variables, keys};

/// All settings as they were written, the strongest of each.
pub(super) struct Layers {
    merged: Config,
    origins: BTreeMap<String, Origin>,
}

impl Layers {
    pub fn read(file: Option<&Path>, variables: &Variables) -> Result<Self, Error> {
        let mut origins = BTreeMap::new();
        let mut builder = Config::builder().add_source(toml(MANUAL, &Origin::Default, &mut origins)?);
        if let Some(path) = file.map(Path::to_owned).or_else(|| variables.get("ACCREDIT_CONFIG").map(PathBuf::from)) {
            let text = std::fs::read_to_string(&path).map_err(|error| Error::Unreadable { path: path.clone(), why: error.to_string() })?;
            builder = builder.add_source(toml(&text, &Origin::File(path), &mut origins)?);
        }
        for (variable, key, value) in in_environment(variables)? {
            let origin = Origin::Variable(variable);
            builder = builder.set_override(key, value).map_err(|error| unexpected(&error, &origin))?;
            origins.insert(key.to_owned(), origin);
        }
        Ok(Self { merged: builder.build().map_err(|error| unexpected(&error, &Origin::Default))?, origins })
    }

    /// `None`: nobody says.
    pub fn value(&self, key: &str) -> Option<ValueKind> {
        self.merged.get::<Value>(key).ok().map(|value| value.kind)
    }

    /// Where the value came from.
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }
}

/// What the environment sets, the weaker first: the usual names, then ours.
fn in_environment(variables: &Variables) -> Result<Vec<(String, &'static str, &str)>, Error> {
    let mut found = Vec::new();
    for (variable, key) in keys::USUAL {
        found.extend(variables.get(variable).map(|value| ((*variable).to_owned(), *key, value)));
    }
    for (variable, value) in variables.iter() {
        if let Some(key) = keys::of_variable(variable) {
            let origin = Origin::Variable(variable.to_owned());
            found.push((variable.to_owned(), known(&key, &origin)?, value));
        }
    }
    Ok(found)
}

/// A TOML text as a layer, every key of which is known.
fn toml(text: &str, origin: &Origin, origins: &mut BTreeMap<String, Origin>) -> Result<File<config::FileSourceString, FileFormat>, Error> {
    // Read first by itself: the messages of `config` quote the line, and a secret may stand in it.
    if let Err(error) = text.parse::<toml::Table>() {
        let line = 1 + error.span().map_or(0, |span| text.get(..span.start).unwrap_or(text).matches('\n').count());
        return Err(Error::NotToml { origin: origin.clone(), line, why: error.message().to_owned() });
    }
    let layer = File::from_str(text, FileFormat::Toml);
    let mut leaves = Vec::new();
    for (key, value) in layer.collect().map_err(|error| unexpected(&error, origin))? {
        flatten(key, value.kind, &mut leaves);
    }
    for leaf in leaves {
        origins.insert(known(&leaf, origin)?.to_owned(), origin.clone());
    }
    Ok(layer)
}

fn flatten(path: String, kind: ValueKind, leaves: &mut Vec<String>) {
    match kind {
        ValueKind::Table(inner) => {
            for (key, value) in inner {
                flatten(format!("{path}.{key}"), value.kind, leaves);
            }
        }
        _ => leaves.push(path),
    }
}

fn known(key: &str, origin: &Origin) -> Result<&'static str, Error> {
    let known = keys::KEYS.iter().copied().find(|known| *known == key);
    known.ok_or_else(|| Error::UnknownKey { key: key.to_owned(), origin: origin.clone(), nearest: keys::nearest(key) })
}

/// For what the check before makes impossible: no text of `config` goes out, it may quote a value.
fn unexpected(_: &config::ConfigError, origin: &Origin) -> Error {
    Error::NotToml { origin: origin.clone(), line: 1, why: "it cannot be read as settings".to_owned() }
}
