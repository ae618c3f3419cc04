//! Bytes to text: says which encoding it took, and refuses what it would have to guess at.
//! It must not put another character in the place of one that it cannot read.

use std::borrow::Cow;

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

/// How much of a file shows whether every other byte is NUL.
const SAMPLE: usize = 8 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Gb18030,
}

impl Encoding {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Gb18030 => "gb18030",
        }
    }
}

/// By the mark at its beginning; without one UTF-16 by its NULs, then UTF-8, then GB18030 (and so GBK and GB2312). Whoever says what it is
/// by a mark is held to it.
pub(super) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), String> {
    const UTF32: [&[u8]; 2] = [b"\xff\xfe\0\0", b"\0\0\xfe\xff"];
    if UTF32.iter().any(|mark| bytes.starts_with(mark)) {
        return Err("is UTF-32: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")".to_owned());
    }
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return utf8(rest).map(|text| (Cow::Borrowed(text), Encoding::Utf8));
    }
    let marked = [(&b"\xff\xfe"[..], Encoding::Utf16Le), (b"\xfe\xff", Encoding::Utf16Be)];
    let by_mark = marked.into_iter().find_map(|(mark, encoding)| Some((bytes.strip_prefix(mark)?, encoding)));
    if let Some((rest, encoding)) = by_mark.or_else(|| Some((bytes, by_nuls(bytes)?))) {
        return utf16(rest, encoding);
    }
    match utf8(bytes) {
        Ok(text) => Ok((Cow::Borrowed(text), Encoding::Utf8)),
        Err(why) => match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => Ok((text, Encoding::Gb18030)),
            None => Err(format!("{why}, nor is it GB18030")),
        },
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|why| {
        let line = 1 + bytes[..why.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        format!("is not UTF-8 from line {line} on: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")")
    })
}

/// UTF-16 without a mark: digits, separators and line ends have a NUL beside them, on the same side each time.
fn by_nuls(bytes: &[u8]) -> Option<Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let nuls = |side: usize| sample.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    // One NUL by itself is a mistake in a text, and no encoding.
    let many = |nuls: usize, others: usize| nuls > 2 * others && nuls * 10 >= sample.len();
    match (nuls(0), nuls(1)) {
        (first, second) if many(second, first) => Some(Encoding::Utf16Le),
        (first, second) if many(first, second) => Some(Encoding::Utf16Be),
        _ => None,
    }
}

fn utf16(bytes: &[u8], encoding: Encoding) -> Result<(Cow<'_, str>, Encoding), String> {
    let decoder = if encoding == Encoding::Utf16Be { UTF_16BE } else { UTF_16LE };
    let text = decoder.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(|text| (text, encoding)).ok_or_else(|| format!("is {} and broken: export it again", encoding.as_str()))
}
