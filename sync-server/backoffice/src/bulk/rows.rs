//! The rows that are loaded in bulk (一括登録する行), table by table.

use jiff::civil::Date;
use shared::connection::{MeterSize, PaymentMethod, UsageClass};
use shared::ids::{ConnectionId, UtilityId};
use uuid::Uuid;

use super::{BulkRow, RowWriter};

/// A town (町名).
pub(crate) struct TownRow<'a> {
    pub(crate) id: i64,
    pub(crate) name: &'a str,
    pub(crate) kana: &'a str,
    pub(crate) postcode: &'a str,
    pub(crate) position_e6: Option<(i32, i32)>,
}

impl BulkRow for TownRow<'_> {
    const TABLE: &'static str = "connection.town";
    const COLUMNS: &'static [&'static str] =
        &["town_id", "name", "kana", "postcode", "latitude_e6", "longitude_e6"];

    fn write(&self, out: &mut RowWriter<'_>) {
        out.bigint(self.id);
        out.text(self.name);
        out.text(self.kana);
        out.text(self.postcode);
        write_position(out, self.position_e6);
    }
}

/// A service connection (水栓).
pub(crate) struct ConnectionRow<'a> {
    pub(crate) id: i64,
    pub(crate) number: &'a str,
    pub(crate) town_id: i64,
    pub(crate) block: &'a str,
    pub(crate) building: &'a str,
    pub(crate) room: &'a str,
    pub(crate) position_e6: Option<(i32, i32)>,
    pub(crate) meter_position: &'a str,
    pub(crate) caution: &'a str,
    pub(crate) has_sewerage: bool,
    pub(crate) dwellings: u32,
    pub(crate) parent_id: Option<i64>,
    pub(crate) route_number: &'a str,
    pub(crate) walk_order: u32,
}

impl BulkRow for ConnectionRow<'_> {
    const TABLE: &'static str = "connection.service_connection";
    const COLUMNS: &'static [&'static str] = &[
        "connection_id",
        "connection_number",
        "town_id",
        "block",
        "building",
        "room",
        "latitude_e6",
        "longitude_e6",
        "meter_position",
        "caution",
        "has_sewerage",
        "dwellings",
        "parent_connection_id",
        "route_number",
        "walk_order",
    ];

    fn write(&self, out: &mut RowWriter<'_>) {
        out.bigint(self.id);
        out.text(self.number);
        out.bigint(self.town_id);
        out.text(self.block);
        out.text(self.building);
        out.text(self.room);
        write_position(out, self.position_e6);
        out.text(self.meter_position);
        out.text(self.caution);
        out.boolean(self.has_sewerage);
        out.unsigned(self.dwellings);
        match self.parent_id {
            Some(parent) => out.bigint(parent),
            None => out.null(),
        }
        out.text(self.route_number);
        out.unsigned(self.walk_order);
    }
}

fn write_position(out: &mut RowWriter<'_>, position_e6: Option<(i32, i32)>) {
    if let Some((latitude, longitude)) = position_e6 {
        out.int(latitude);
        out.int(longitude);
    } else {
        out.null();
        out.null();
    }
}

/// A person or firm (使用者).
pub(crate) struct CustomerRow<'a> {
    pub(crate) id: i64,
    pub(crate) number: &'a str,
    pub(crate) name: &'a str,
    pub(crate) kana: &'a str,
    pub(crate) telephone: &'a str,
}

impl BulkRow for CustomerRow<'_> {
    const TABLE: &'static str = "connection.customer";
    const COLUMNS: &'static [&'static str] =
        &["customer_id", "customer_number", "name", "kana", "telephone"];

    fn write(&self, out: &mut RowWriter<'_>) {
        out.bigint(self.id);
        out.text(self.number);
        out.text(self.name);
        out.text(self.kana);
        out.text(self.telephone);
    }
}

/// An agreement (給水契約).
pub(crate) struct AgreementRow {
    pub(crate) id: i64,
    pub(crate) connection_id: i64,
    pub(crate) customer_id: i64,
    pub(crate) starts_on: Date,
    /// The day after the last.
    pub(crate) ends_before: Option<Date>,
    pub(crate) use_class: UsageClass,
    pub(crate) payment_method: PaymentMethod,
}

impl BulkRow for AgreementRow {
    const TABLE: &'static str = "connection.service_agreement";
    const COLUMNS: &'static [&'static str] =
        &["agreement_id", "connection_id", "customer_id", "period", "use_class", "payment_method"];

    fn write(&self, out: &mut RowWriter<'_>) {
        out.bigint(self.id);
        out.bigint(self.connection_id);
        out.bigint(self.customer_id);
        out.date_range(self.starts_on, self.ends_before);
        out.text(self.use_class.key());
        out.smallint(self.payment_method.code().into());
    }
}

/// A meter (量水器).
pub(crate) struct MeterRow<'a> {
    pub(crate) id: i64,
    pub(crate) number: &'a str,
    pub(crate) size: MeterSize,
    pub(crate) dial_digits: u8,
    pub(crate) verification_expires_on: Date,
}

impl BulkRow for MeterRow<'_> {
    const TABLE: &'static str = "metering.meter";
    const COLUMNS: &'static [&'static str] =
        &["meter_id", "meter_number", "size_mm", "dial_digits", "verification_expires_on"];

    fn write(&self, out: &mut RowWriter<'_>) {
        out.bigint(self.id);
        out.text(self.number);
        out.smallint(i16::try_from(self.size.mm()).expect("sizes end at 300 mm"));
        out.smallint(self.dial_digits.into());
        out.date(self.verification_expires_on);
    }
}

/// A meter that hangs at a connection (取付).
pub(crate) struct InstallationRow {
    pub(crate) meter_id: i64,
    pub(crate) connection_id: i64,
    pub(crate) hung_on: Date,
    pub(crate) installed_value: u32,
}

impl BulkRow for InstallationRow {
    const TABLE: &'static str = "metering.meter_installation";
    const COLUMNS: &'static [&'static str] =
        &["meter_id", "connection_id", "period", "installed_value"];

    fn write(&self, out: &mut RowWriter<'_>) {
        out.bigint(self.meter_id);
        out.bigint(self.connection_id);
        out.date_range(self.hung_on, None);
        out.unsigned(self.installed_value);
    }
}

/// A route of a closed round (検針順路).
pub(crate) struct ClosedRouteRow<'a> {
    pub(crate) id: i64,
    pub(crate) round_id: i64,
    pub(crate) number: &'a str,
    pub(crate) name: &'a str,
    pub(crate) planned_on: Date,
    pub(crate) closed_on: Date,
}

impl BulkRow for ClosedRouteRow<'_> {
    const TABLE: &'static str = "metering.reading_route";
    const COLUMNS: &'static [&'static str] =
        &["route_id", "round_id", "number", "name", "planned_on", "closed_on"];

    fn write(&self, out: &mut RowWriter<'_>) {
        out.bigint(self.id);
        out.bigint(self.round_id);
        out.text(self.number);
        out.text(self.name);
        out.date(self.planned_on);
        out.date(self.closed_on);
    }
}

/// A connection on a route (検針予定).
pub(crate) struct PlannedReadingRow {
    pub(crate) round_id: i64,
    pub(crate) connection_id: i64,
    pub(crate) route_id: i64,
    pub(crate) walk_order: u32,
}

impl BulkRow for PlannedReadingRow {
    const TABLE: &'static str = "metering.planned_reading";
    const COLUMNS: &'static [&'static str] =
        &["round_id", "connection_id", "route_id", "walk_order"];

    fn write(&self, out: &mut RowWriter<'_>) {
        out.bigint(self.round_id);
        out.bigint(self.connection_id);
        out.bigint(self.route_id);
        out.unsigned(self.walk_order);
    }
}

/// A reading that was taken over (移行した検針).
pub(crate) struct TakenOverReadingRow {
    pub(crate) utility: UtilityId,
    pub(crate) connection_id: i64,
    pub(crate) meter_id: i64,
    pub(crate) round_id: Option<i64>,
    pub(crate) read_on: Date,
    pub(crate) register_value: u32,
    pub(crate) usage_m3: u32,
}

impl BulkRow for TakenOverReadingRow {
    const TABLE: &'static str = "metering.reading";
    const COLUMNS: &'static [&'static str] = &[
        "reading_id",
        "connection_id",
        "meter_id",
        "round_id",
        "read_on",
        "register_value",
        "usage_m3",
        "kind",
    ];

    fn write(&self, out: &mut RowWriter<'_>) {
        const TAKEN_OVER: i16 = 2;
        let connection = ConnectionId(self.connection_id);
        out.uuid(taken_over_id(self.utility, connection, self.read_on));
        out.bigint(self.connection_id);
        out.bigint(self.meter_id);
        match self.round_id {
            Some(round) => out.bigint(round),
            None => out.null(),
        }
        out.date(self.read_on);
        out.unsigned(self.register_value);
        out.unsigned(self.usage_m3);
        out.smallint(TAKEN_OVER);
    }
}

/// The id of a reading that was taken over: a connection is taken over with one reading a day at
/// most, so utility, connection and day make it. It has the form of version 7, whose leading time
/// keeps the primary key's index growing at one end.
fn taken_over_id(utility: UtilityId, connection: ConnectionId, read_on: Date) -> Uuid {
    const MILLIS_PER_DAY: u64 = 86_400_000;
    let days = u64::try_from(shared::calendar::to_unix_days(read_on)).unwrap_or(0);
    let mut rest = [0_u8; 10];
    // Bytes 0 and 2 lose their upper bits to version and variant.
    rest[1] = utility.0.to_be_bytes()[7];
    rest[3..].copy_from_slice(&connection.0.to_be_bytes()[1..]);
    uuid::Builder::from_unix_timestamp_millis(days * MILLIS_PER_DAY, &rest).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn ids_of_taken_over_readings_tell_connection_and_day_apart() {
        let id = |connection, day| taken_over_id(UtilityId(1), ConnectionId(connection), day);
        let one = id(1, date(2026, 9, 1));
        assert_eq!(one, id(1, date(2026, 9, 1)));
        assert_eq!(one.get_version_num(), 7);
        assert!(one < id(2, date(2026, 9, 1)));
        assert!(id(2, date(2026, 9, 1)) < id(1, date(2026, 9, 2)));
    }
}
