//! Postgres' binary COPY format, written and read: the only road that is fast enough for a million rows.
//! It knows the format and our column types, and no table.

use bytes::{Buf as _, BufMut as _, BytesMut};
use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Error;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// 2000-01-01, from which Postgres counts microseconds.
const EPOCH_SECONDS: i64 = 946_684_800;
/// How much is gathered before it is sent.
const CHUNK: usize = 256 * 1024;

/// Rows on their way into a table, in the memory of one chunk.
pub(super) struct Rows {
    buffer: BytesMut,
}

impl Rows {
    fn new() -> Self {
        let mut buffer = BytesMut::with_capacity(CHUNK + CHUNK / 4);
        buffer.put_slice(SIGNATURE);
        buffer.put_i32(0);
        buffer.put_i32(0);
        Self { buffer }
    }

    pub fn row(&mut self, columns: i16) {
        self.buffer.put_i16(columns);
    }

    fn value(&mut self, bytes: &[u8]) {
        self.buffer.put_i32(length(bytes.len()));
        self.buffer.put_slice(bytes);
    }

    pub fn null(&mut self) {
        self.buffer.put_i32(-1);
    }

    /// Writes `value` with `write`, or NULL.
    pub fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.null(),
        }
    }

    pub fn uuid(&mut self, value: Uuid) {
        self.value(value.as_bytes());
    }

    pub fn text(&mut self, value: &str) {
        self.value(value.as_bytes());
    }

    pub fn bytes(&mut self, value: &[u8]) {
        self.value(value);
    }

    /// A text of JSON as `jsonb`, whose only version is the first.
    pub fn json(&mut self, value: &str) {
        self.buffer.put_i32(length(1 + value.len()));
        self.buffer.put_u8(1);
        self.buffer.put_slice(value.as_bytes());
    }

    pub fn boolean(&mut self, value: bool) {
        self.value(&[u8::from(value)]);
    }

    pub fn bigint(&mut self, value: i64) {
        self.value(&value.to_be_bytes());
    }

    pub fn timestamp(&mut self, value: DateTime<Utc>) {
        self.bigint(value.timestamp_micros() - EPOCH_SECONDS * 1_000_000);
    }

    /// No numbers are NULL: most rows have none, and a NULL costs nothing on any road.
    pub fn bigints(&mut self, values: &[i64]) {
        const OID: u32 = 20;
        self.array(OID, values.iter().map(|v| v.to_be_bytes()));
    }

    /// No texts are NULL, as with numbers.
    pub fn texts<S: AsRef<[u8]>>(&mut self, values: impl ExactSizeIterator<Item = S> + Clone) {
        const OID: u32 = 25;
        self.array(OID, values);
    }

    fn array<V: AsRef<[u8]>>(&mut self, oid: u32, values: impl ExactSizeIterator<Item = V> + Clone) {
        if values.len() == 0 {
            return self.null();
        }
        const HEADER: usize = 20;
        let size: usize = values.clone().map(|v| 4 + v.as_ref().len()).sum();
        self.buffer.put_i32(length(HEADER + size));
        self.buffer.put_i32(1); // dimensions
        self.buffer.put_i32(0); // holds no NULL
        self.buffer.put_u32(oid);
        self.buffer.put_i32(length(values.len()));
        self.buffer.put_i32(1); // counts from one
        for value in values {
            self.value(value.as_ref());
        }
    }
}

/// Postgres refuses a field of a gigabyte; the sizes here are far below.
fn length(bytes: usize) -> i32 {
    i32::try_from(bytes).unwrap_or(i32::MAX)
}

/// Copies `items` into what `statement` names; `write` puts one item's columns. Returns how many rows went in.
pub(super) async fn copy_in<T>(
    conn: &mut PgConnection,
    statement: &str,
    items: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut Rows, T),
) -> Result<u64, Error> {
    let mut copy = conn.copy_in_raw(statement).await?;
    let mut rows = Rows::new();
    for item in items {
        write(&mut rows, item);
        if rows.buffer.len() >= CHUNK {
            copy.send(rows.buffer.split().freeze()).await?;
            rows.buffer.reserve(CHUNK + CHUNK / 4);
        }
    }
    rows.buffer.put_i16(-1);
    copy.send(rows.buffer.freeze()).await?;
    Ok(copy.finish().await?)
}

/// Copies out what `statement` selects; `read` takes each row's columns in their order.
pub(super) async fn copy_out(
    conn: &mut PgConnection,
    statement: &str,
    mut read: impl FnMut(&mut Columns<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut stream = conn.copy_out_raw(statement).await?;
    let mut at_start = true;
    // The server sends whole rows in each message; the format's own lengths are checked all the same.
    while let Some(message) = stream.try_next().await? {
        let mut rest = if at_start { after_header(&message)? } else { &message };
        at_start = false;
        while rest.remaining() >= 2 {
            let left = rest.get_i16();
            if left == -1 {
                return stream.try_next().await.map(|_| ()).map_err(Error::from);
            }
            let mut columns = Columns { rest, left };
            read(&mut columns)?;
            rest = columns.rest;
        }
    }
    Ok(())
}

fn after_header(message: &[u8]) -> Result<&[u8], Error> {
    let rest = message.strip_prefix(SIGNATURE).and_then(|rest| rest.get(8..));
    rest.ok_or_else(|| broken("the header is not that of a binary COPY"))
}

fn broken(why: &str) -> Error {
    Error::bad_row("COPY", "-", why)
}

/// The columns of one row that have not been read yet.
pub(super) struct Columns<'a> {
    rest: &'a [u8],
    left: i16,
}

impl<'a> Columns<'a> {
    pub fn optional_bytes(&mut self) -> Result<Option<&'a [u8]>, Error> {
        self.left -= 1;
        if self.left < 0 || self.rest.remaining() < 4 {
            return Err(broken("a row has fewer columns than expected"));
        }
        let Ok(size) = usize::try_from(self.rest.get_i32()) else { return Ok(None) };
        let (bytes, rest) = self.rest.split_at_checked(size).ok_or_else(|| broken("a column is cut off"))?;
        self.rest = rest;
        Ok(Some(bytes))
    }

    pub fn bytes(&mut self) -> Result<&'a [u8], Error> {
        self.optional_bytes()?.ok_or_else(|| broken("a column that is never NULL is NULL"))
    }

    pub fn uuid(&mut self) -> Result<Uuid, Error> {
        Uuid::from_slice(self.bytes()?).map_err(|_| broken("a uuid has not 16 bytes"))
    }

    pub fn boolean(&mut self) -> Result<bool, Error> {
        Ok(self.bytes()?.first() == Some(&1))
    }

    pub fn optional_boolean(&mut self) -> Result<Option<bool>, Error> {
        Ok(self.optional_bytes()?.map(|b| b.first() == Some(&1)))
    }

    /// The text of a `jsonb`.
    pub fn optional_json(&mut self) -> Result<Option<&'a [u8]>, Error> {
        let Some(bytes) = self.optional_bytes()? else { return Ok(None) };
        bytes.strip_prefix(&[1]).map(Some).ok_or_else(|| broken("a jsonb is not of version 1"))
    }

    pub fn optional_bigint(&mut self) -> Result<Option<i64>, Error> {
        self.optional_bytes()?.map(bigint).transpose()
    }

    pub fn timestamp(&mut self) -> Result<DateTime<Utc>, Error> {
        timestamp(bigint(self.bytes()?)?)
    }

    pub fn optional_timestamp(&mut self) -> Result<Option<DateTime<Utc>>, Error> {
        self.optional_bigint()?.map(timestamp).transpose()
    }

    pub fn bigints(&mut self) -> Result<Vec<i64>, Error> {
        array(self.optional_bytes()?, bigint)
    }

    pub fn texts(&mut self) -> Result<Vec<String>, Error> {
        array(self.optional_bytes()?, |text| String::from_utf8(text.to_vec()).map_err(|_| broken("a text is not UTF-8")))
    }
}

fn bigint(bytes: &[u8]) -> Result<i64, Error> {
    bytes.try_into().map(i64::from_be_bytes).map_err(|_| broken("a bigint has not 8 bytes"))
}

fn timestamp(micros: i64) -> Result<DateTime<Utc>, Error> {
    DateTime::from_timestamp(EPOCH_SECONDS, 0)
        .and_then(|epoch| epoch.checked_add_signed(TimeDelta::microseconds(micros)))
        .ok_or_else(|| broken("a timestamp is out of range"))
}

/// The members of an array; NULL has none.
fn array<T>(bytes: Option<&[u8]>, read: impl Fn(&[u8]) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    let Some(mut bytes) = bytes else { return Ok(Vec::new()) };
    let cut = || broken("an array is cut off");
    if bytes.remaining() < 12 {
        return Err(cut());
    }
    if bytes.get_i32() == 0 {
        return Ok(Vec::new());
    }
    bytes.advance(8);
    if bytes.remaining() < 8 {
        return Err(cut());
    }
    let count = bytes.get_i32();
    bytes.advance(4);
    (0..count)
        .map(|_| {
            if bytes.remaining() < 4 {
                return Err(cut());
            }
            let size = usize::try_from(bytes.get_i32()).map_err(|_| broken("an array holds a NULL"))?;
            let (member, rest) = bytes.split_at_checked(size).ok_or_else(cut)?;
            bytes = rest;
            read(member)
        })
        .collect()
}
