//! Evidence as it is stored: a JSON array of the pieces as GitHub sent them, byte for byte, in one zlib stream (RFC 1950).
//! It must not change a piece, nor give the same pieces two forms: a form is compared by its hash to see whether anything changed.
//!
//! `zlib-flate -uncompress < body | jq .` shows it to a person.

use std::io::{self, Read as _, Write as _};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use serde_json::value::RawValue;

use crate::model::github::Evidence;

/// Stored bytes that are no evidence.
#[derive(Debug, thiserror::Error)]
pub enum NotEvidence {
    #[error("the stored evidence is no whole zlib stream: {0}")]
    Stream(#[from] io::Error),
    #[error("the stored evidence is no JSON array: {0}")]
    Json(#[from] serde_json::Error),
}

/// The stored form. The same pieces give the same bytes, as long as the compressing library stays the same.
pub fn compress(evidence: &Evidence) -> Vec<u8> {
    match write(evidence) {
        Ok(bytes) => bytes,
        Err(never) => unreachable!("a vector takes whatever is written into it: {never}"),
    }
}

fn write(evidence: &Evidence) -> io::Result<Vec<u8>> {
    let mut stream = ZlibEncoder::new(Vec::new(), Compression::default());
    stream.write_all(b"[")?;
    for (index, piece) in evidence.0.iter().enumerate() {
        if index > 0 {
            stream.write_all(b",")?;
        }
        stream.write_all(piece.as_bytes())?;
    }
    stream.write_all(b"]")?;
    stream.finish()
}

/// The pieces as GitHub sent them.
pub fn decompress(stored: &[u8]) -> Result<Evidence, NotEvidence> {
    let mut text = String::new();
    ZlibDecoder::new(stored).read_to_string(&mut text)?;
    let pieces: Vec<&RawValue> = serde_json::from_str(&text)?;
    Ok(Evidence(pieces.into_iter().map(|piece| piece.get().to_owned()).collect()))
}
