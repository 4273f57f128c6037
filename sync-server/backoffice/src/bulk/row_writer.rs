//! The fields of a binary COPY (COPYバイナリ形式): length, then value in network order.

use jiff::civil::Date;
use shared::calendar::to_unix_days;
use uuid::Uuid;

/// PostgreSQL counts days from 2000-01-01.
const POSTGRES_EPOCH_UNIX_DAYS: i32 = 10_957;

/// Range flags: the lower bound belongs to the range; there is no upper bound.
const LOWER_INCLUSIVE: u8 = 0x02;
const UPPER_INFINITE: u8 = 0x10;

/// Writes the fields of one row.
pub(crate) struct RowWriter<'a> {
    out: &'a mut Vec<u8>,
    fields: i16,
}

impl<'a> RowWriter<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, fields: 0 }
    }

    /// How many fields have been written.
    pub(super) fn fields(&self) -> i16 {
        self.fields
    }

    pub(crate) fn null(&mut self) {
        self.fields += 1;
        self.out.extend_from_slice(&(-1_i32).to_be_bytes());
    }

    pub(crate) fn bigint(&mut self, value: i64) {
        self.field(&value.to_be_bytes());
    }

    pub(crate) fn int(&mut self, value: i32) {
        self.field(&value.to_be_bytes());
    }

    /// A volume, register or place, which the trade holds unsigned.
    pub(crate) fn unsigned(&mut self, value: u32) {
        self.int(i32::try_from(value).expect("registers have at most eight digits"));
    }

    pub(crate) fn smallint(&mut self, value: i16) {
        self.field(&value.to_be_bytes());
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.field(&[u8::from(value)]);
    }

    pub(crate) fn text(&mut self, value: &str) {
        self.field(value.as_bytes());
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) {
        self.field(value);
    }

    pub(crate) fn uuid(&mut self, value: Uuid) {
        self.field(value.as_bytes());
    }

    pub(crate) fn date(&mut self, value: Date) {
        self.int(postgres_days(value));
    }

    /// `[start, before)`, or `[start, )` without an end.
    pub(crate) fn date_range(&mut self, start: Date, before: Option<Date>) {
        self.fields += 1;
        let length = if before.is_some() { 17_i32 } else { 9 };
        self.out.extend_from_slice(&length.to_be_bytes());
        self.out.push(LOWER_INCLUSIVE | if before.is_some() { 0 } else { UPPER_INFINITE });
        for bound in std::iter::once(start).chain(before) {
            self.out.extend_from_slice(&4_i32.to_be_bytes());
            self.out.extend_from_slice(&postgres_days(bound).to_be_bytes());
        }
    }

    fn field(&mut self, bytes: &[u8]) {
        self.fields += 1;
        let length = i32::try_from(bytes.len()).expect("fields are bounded by their forms");
        self.out.extend_from_slice(&length.to_be_bytes());
        self.out.extend_from_slice(bytes);
    }
}

fn postgres_days(date: Date) -> i32 {
    to_unix_days(date) - POSTGRES_EPOCH_UNIX_DAYS
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[track_caller]
    fn check(write: impl FnOnce(&mut RowWriter<'_>), expected: &[u8]) {
        let mut out = Vec::new();
        let mut writer = RowWriter::new(&mut out);
        write(&mut writer);
        assert_eq!(writer.fields(), 1);
        assert_eq!(out, expected);
    }

    #[test]
    #[expect(clippy::redundant_closure_for_method_calls, reason = "its lifetime is too general")]
    fn fields_have_the_bytes_that_postgres_reads() {
        check(|w| w.null(), &[255, 255, 255, 255]);
        check(|w| w.text("水"), &[0, 0, 0, 3, 0xe6, 0xb0, 0xb4]);
        check(|w| w.boolean(true), &[0, 0, 0, 1, 1]);
        check(|w| w.date(date(2000, 1, 2)), &[0, 0, 0, 4, 0, 0, 0, 1]);
        check(
            |w| w.date_range(date(2000, 1, 1), Some(date(2000, 1, 3))),
            &[0, 0, 0, 17, 2, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2],
        );
        check(
            |w| w.date_range(date(1999, 12, 31), None),
            &[0, 0, 0, 9, 0x12, 0, 0, 0, 4, 255, 255, 255, 255],
        );
    }
}
