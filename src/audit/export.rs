//! A log as a file: one line of JSON an entry, with its text as it was hashed. It holds no details, so nothing of persons leaves with it.
//! It must not write an entry's text anew: the bytes are what was hashed.

use serde::{Deserialize, Serialize};

use crate::model::audit::{Entry, Hash};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineWire<'a> {
    #[serde(borrow)]
    entry: std::borrow::Cow<'a, str>,
    hash: std::borrow::Cow<'a, str>,
}

#[derive(Deserialize)]
struct Numbered {
    sequence: i64,
}

/// The line of an entry, without its end.
pub fn write_line(entry: &Entry) -> serde_json::Result<String> {
    let wire = LineWire { entry: entry.text.as_str().into(), hash: hex::encode(entry.hash).into() };
    serde_json::to_string(&wire)
}

/// The entry of a line, with the number that its text says; or why it is none.
pub fn read_line(line: &str) -> Result<Entry, String> {
    let wire: LineWire = serde_json::from_str(line).map_err(|why| why.to_string())?;
    let mut hash = Hash::default();
    hex::decode_to_slice(wire.hash.as_bytes(), &mut hash).map_err(|_| "its hash is not 64 hexadecimal digits".to_owned())?;
    let Numbered { sequence } = serde_json::from_str(&wire.entry).map_err(|why| why.to_string())?;
    Ok(Entry { sequence, text: wire.entry.into_owned(), hash })
}
