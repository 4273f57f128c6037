//! The rows of a binary COPY on their way out (COPYバイナリ形式の読取り).
//!
//! PostgreSQL sends a row a message, but does not promise to: rows are found by their own lengths.

use super::HEADER;

/// One row; fields are taken in their order.
#[derive(Clone, Copy)]
pub(crate) struct CopiedRow<'a> {
    rest: &'a [u8],
}

impl<'a> CopiedRow<'a> {
    pub(crate) fn new(fields: &'a [u8]) -> Self {
        Self { rest: fields }
    }

    pub(crate) fn bigint(&mut self) -> sqlx::Result<i64> {
        bigint(self.bytes()?)
    }

    /// A number that may be null.
    pub(crate) fn optional_bigint(&mut self) -> sqlx::Result<Option<i64>> {
        self.optional_bytes()?.map(bigint).transpose()
    }

    /// The bytes of a field that is never null.
    pub(crate) fn bytes(&mut self) -> sqlx::Result<&'a [u8]> {
        self.optional_bytes()?.ok_or_else(|| broken("a field is null that never should be"))
    }

    /// The bytes of a field; `None` for a null.
    pub(crate) fn optional_bytes(&mut self) -> sqlx::Result<Option<&'a [u8]>> {
        let (length, rest) =
            self.rest.split_first_chunk().ok_or_else(|| broken("a field lacks its length"))?;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            self.rest = rest;
            return Ok(None);
        };
        let (field, rest) =
            rest.split_at_checked(length).ok_or_else(|| broken("a field is cut off"))?;
        self.rest = rest;
        Ok(Some(field))
    }

    /// All fields that were not taken yet, lengths and all: equal bytes are equal values.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

fn bigint(bytes: &[u8]) -> sqlx::Result<i64> {
    let bytes = bytes.try_into().map_err(|_| broken("a bigint has eight bytes"))?;
    Ok(i64::from_be_bytes(bytes))
}

/// Cuts the stream into rows.
#[derive(Default)]
pub(super) struct RowReader {
    rest: Vec<u8>,
    has_begun: bool,
    has_ended: bool,
}

impl RowReader {
    /// Hands on every row that ends within `bytes`.
    pub(super) fn take<E: From<sqlx::Error>>(
        &mut self,
        bytes: &[u8],
        each: &mut impl FnMut(CopiedRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.rest.is_empty() {
            let used = self.rows(bytes, each)?;
            self.rest.extend_from_slice(&bytes[used..]);
            return Ok(());
        }
        self.rest.extend_from_slice(bytes);
        let mut all = std::mem::take(&mut self.rest);
        let used = self.rows(&all, each)?;
        all.drain(..used);
        self.rest = all;
        Ok(())
    }

    /// Refuses a stream that broke off.
    pub(super) fn finish(&self) -> sqlx::Result<()> {
        let is_whole = self.has_ended && self.rest.is_empty();
        if is_whole { Ok(()) } else { Err(broken("the stream broke off")) }
    }

    fn rows<E: From<sqlx::Error>>(
        &mut self,
        bytes: &[u8],
        each: &mut impl FnMut(CopiedRow<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let mut at = 0;
        if !self.has_begun {
            if bytes.len() < HEADER.len() {
                return Ok(0);
            }
            if !bytes.starts_with(HEADER) {
                return Err(broken("this is no binary COPY").into());
            }
            self.has_begun = true;
            at = HEADER.len();
        }
        while let Some(count) = bytes[at..].first_chunk() {
            let count = i16::from_be_bytes(*count);
            let start = at + size_of::<i16>();
            if count < 0 {
                self.has_ended = true;
                return Ok(start);
            }
            let Some(end) = row_end(bytes, start, count) else { break };
            each(CopiedRow::new(&bytes[start..end]))?;
            at = end;
        }
        Ok(at)
    }
}

/// Where a row ends; `None` when it is not all there yet.
fn row_end(bytes: &[u8], start: usize, fields: i16) -> Option<usize> {
    let mut at = start;
    for _ in 0..fields {
        let length = i32::from_be_bytes(*bytes.get(at..)?.first_chunk()?);
        // A null has the length -1 and no bytes.
        at += size_of::<i32>() + usize::try_from(length).unwrap_or(0);
    }
    (at <= bytes.len()).then_some(at)
}

fn broken(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
}

#[cfg(test)]
mod tests {
    use super::super::{RowWriter, TRAILER};
    use super::*;

    fn stream() -> Vec<u8> {
        let mut bytes = HEADER.to_vec();
        for number in [7, -8, 9] {
            bytes.extend_from_slice(&2_i16.to_be_bytes());
            let mut writer = RowWriter::new(&mut bytes);
            writer.bigint(number);
            writer.text("水");
        }
        bytes.extend_from_slice(&TRAILER);
        bytes
    }

    fn read(pieces: &[&[u8]]) -> sqlx::Result<Vec<i64>> {
        let mut reader = RowReader::default();
        let mut numbers = Vec::new();
        for piece in pieces {
            reader.take(piece, &mut |mut row: CopiedRow<'_>| {
                numbers.push(row.bigint()?);
                assert_eq!(row.rest().len(), 4 + "水".len());
                assert_eq!(row.bytes()?, "水".as_bytes());
                Ok::<_, sqlx::Error>(())
            })?;
        }
        reader.finish()?;
        Ok(numbers)
    }

    #[test]
    fn rows_are_found_wherever_the_stream_is_cut() {
        let bytes = stream();
        assert_eq!(read(&[&bytes]).unwrap(), [7, -8, 9]);
        for cut in 0..bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(read(&[head, tail]).unwrap(), [7, -8, 9], "{cut}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(read(&single).unwrap(), [7, -8, 9]);
    }

    #[test]
    fn what_is_broken_is_refused() {
        let bytes = stream();
        assert!(read(&[&bytes[..bytes.len() - 1]]).is_err());
        assert!(read(&[b"this is something else altogether"]).is_err());
        assert!(CopiedRow::new(&[0, 0, 0, 9, 1]).bytes().is_err());
        let null = CopiedRow::new(&[255, 255, 255, 255]);
        assert!(null.clone().bytes().is_err());
        assert_eq!(null.clone().optional_bigint().unwrap(), None);
    }
}
