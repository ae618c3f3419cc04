//! The lines of a score as they are stored: a JSON array in one zlib stream (RFC 1950); of no lines, no bytes.
//! It must not look into a line: the model says what one is.
//!
//! `zlib-flate -uncompress < sheet | jq .` shows it to a person.

use std::io::{self, Read as _, Write as _};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use sqlx::types::Json;

use super::{Error, bad};
use crate::model::score::Line;

/// JSON of lines repeats itself: the fastest level makes a tenth of it, and the better ones little less.
pub(super) fn pack(json: &str) -> Result<Vec<u8>, Error> {
    if json == "[]" {
        return Ok(Vec::new());
    }
    let write = || -> io::Result<Vec<u8>> {
        let mut stream = ZlibEncoder::new(Vec::new(), Compression::fast());
        stream.write_all(json.as_bytes())?;
        stream.finish()
    };
    write().map_err(|e| bad("sheet", e.to_string()))
}

/// A row from before sheets has `lines` in the place of one.
pub(super) fn unpack(sheet: Option<&[u8]>, lines: Option<Json<Vec<Line>>>) -> Result<Vec<Line>, Error> {
    match (sheet, lines) {
        (Some([]), None) => Ok(Vec::new()),
        (Some(sheet), None) => {
            let mut json = Vec::new();
            ZlibDecoder::new(sheet).read_to_end(&mut json).map_err(|e| bad("sheet", e.to_string()))?;
            serde_json::from_slice(&json).map_err(|e| bad("sheet", e.to_string()))
        }
        (None, Some(lines)) => Ok(lines.0),
        _ => Err(bad("sheet", "either it or `lines` is there, and not both".to_owned())),
    }
}
