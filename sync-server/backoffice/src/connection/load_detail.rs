//! Loading all about one connection (水栓詳細の照会): place, users, meters and what was read.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::connection::{MeterSize, PaymentMethod};
use shared::ids::{AgreementId, ConnectionId, ConnectionNumber, CustomerId, MeterId, ReadingId};
use shared::quantity::{CubicMeters, Yen};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, error::BoxDynError};

use super::detail::{
    Agreement, ConnectionDetail, Customer, InstalledMeter, ReadingLine, RelatedConnection, Town,
    joined_address,
};
use crate::Backoffice;
use crate::billing::use_class;
use crate::metering::finding_codes;

/// Readings shown: three years of two-month periods, and a few more.
const READINGS_MAX: i64 = 24;

/// Everything the desk asks about, as of one moment.
pub async fn connection_detail(
    office: &Backoffice,
    number: &ConnectionNumber,
    today: Date,
) -> sqlx::Result<Option<ConnectionDetail>> {
    let mut db = office.pool.begin().await?;
    // One snapshot for all the parts, so that a page never shows half of a change.
    sqlx::query("set transaction isolation level repeatable read, read only")
        .execute(&mut *db)
        .await?;
    let row = sqlx::query(
        "select c.*, t.name as town, t.kana as town_kana, t.postcode
         from connection.service_connection c
         join connection.town t using (utility_id, town_id)
         where c.utility_id = $1 and c.connection_number = $2",
    )
    .bind(office.utility.0)
    .bind(number.as_str())
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let utility = office.utility.0;
    let id: i64 = row.try_get("connection_id")?;
    let mut detail = place_of_row(&row, number)?;
    detail.agreements = agreements(&mut db, utility, id, today).await?;
    detail.meters = meters(&mut db, utility, id).await?;
    detail.readings = readings(&mut db, utility, id).await?;
    let parent: Option<i64> = row.try_get("parent_connection_id")?;
    detail.parent = related(&mut db, utility, parent, None, today).await?.pop();
    detail.submeters = related(&mut db, utility, None, Some(id), today).await?;
    Ok(Some(detail))
}

fn place_of_row(row: &PgRow, number: &ConnectionNumber) -> sqlx::Result<ConnectionDetail> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let latitude: Option<i32> = row.try_get("latitude_e6")?;
    let longitude: Option<i32> = row.try_get("longitude_e6")?;
    Ok(ConnectionDetail {
        id: ConnectionId(row.try_get("connection_id")?),
        number: number.clone(),
        town: Town { name: text("town")?, kana: text("town_kana")?, postcode: text("postcode")? },
        block: text("block")?,
        building: text("building")?,
        room: text("room")?,
        position_e6: latitude.zip(longitude),
        meter_position: text("meter_position")?,
        caution: text("caution")?,
        has_sewerage: row.try_get("has_sewerage")?,
        dwellings: row.try_get::<i32, _>("dwellings")?.unsigned_abs(),
        route_number: text("route_number")?,
        walk_order: row.try_get::<i32, _>("walk_order")?.unsigned_abs(),
        agreements: Vec::new(),
        meters: Vec::new(),
        readings: Vec::new(),
        parent: None,
        submeters: Vec::new(),
    })
}

async fn agreements(
    db: &mut PgConnection,
    utility: i64,
    connection: i64,
    today: Date,
) -> sqlx::Result<Vec<Agreement>> {
    sqlx::query(
        "select a.agreement_id, a.customer_id, cu.customer_number, cu.name, cu.kana, cu.telephone,
                lower(a.period) as starts_on, upper(a.period) - 1 as ends_on,
                a.use_class, uc.name as use_class_name, a.payment_method,
                a.period @> $3 as is_current
         from connection.service_agreement a
         join connection.customer cu using (utility_id, customer_id)
         left join billing.use_class uc on uc.utility_id = a.utility_id and uc.key = a.use_class
         where a.utility_id = $1 and a.connection_id = $2
         order by a.period desc",
    )
    .bind(utility)
    .bind(connection)
    .bind(today.to_sqlx())
    .fetch_all(db)
    .await?
    .iter()
    .map(agreement_of_row)
    .collect()
}

fn agreement_of_row(row: &PgRow) -> sqlx::Result<Agreement> {
    let use_class = use_class::of_row(row, "use_class")?;
    Ok(Agreement {
        id: AgreementId(row.try_get("agreement_id")?),
        customer: Customer {
            id: CustomerId(row.try_get("customer_id")?),
            number: row.try_get("customer_number")?,
            name: row.try_get("name")?,
            kana: row.try_get("kana")?,
            telephone: row.try_get("telephone")?,
        },
        starts_on: date(row, "starts_on")?,
        ends_on: date(row, "ends_on")?,
        use_class,
        use_class_name: use_class::name_of(use_class, row.try_get("use_class_name")?),
        payment_method: coded(row, "payment_method", PaymentMethod::from_code)?,
        is_current: row.try_get("is_current")?,
    })
}

async fn meters(
    db: &mut PgConnection,
    utility: i64,
    connection: i64,
) -> sqlx::Result<Vec<InstalledMeter>> {
    sqlx::query(
        "select m.meter_id, m.meter_number, m.size_mm, m.dial_digits, m.verification_expires_on,
                lower(i.period) as installed_on, upper(i.period) - 1 as removed_on,
                i.installed_value
         from metering.meter_installation i
         join metering.meter m using (utility_id, meter_id)
         where i.utility_id = $1 and i.connection_id = $2
         order by i.period desc",
    )
    .bind(utility)
    .bind(connection)
    .fetch_all(db)
    .await?
    .iter()
    .map(meter_of_row)
    .collect()
}

fn meter_of_row(row: &PgRow) -> sqlx::Result<InstalledMeter> {
    let expires: jiff_sqlx::Date = row.try_get("verification_expires_on")?;
    Ok(InstalledMeter {
        id: MeterId(row.try_get("meter_id")?),
        number: row.try_get("meter_number")?,
        size: MeterSize::new(row.try_get::<i16, _>("size_mm")?.unsigned_abs())
            .map_err(unreadable)?,
        dial_digits: coded(row, "dial_digits", Some)?,
        verification_expires_on: expires.to_jiff(),
        installed_on: date(row, "installed_on")?,
        removed_on: date(row, "removed_on")?,
        installed_value: row.try_get::<i32, _>("installed_value")?.unsigned_abs(),
    })
}

async fn readings(
    db: &mut PgConnection,
    utility: i64,
    connection: i64,
) -> sqlx::Result<Vec<ReadingLine>> {
    sqlx::query(
        "select reading_id, read_on, register_value, usage_m3, kind, findings, reader_login,
                slip_water_yen + coalesce(slip_sewerage_yen, 0) as slip_total
         from metering.current_reading
         where utility_id = $1 and connection_id = $2
         order by read_on desc, reading_id desc
         limit $3",
    )
    .bind(utility)
    .bind(connection)
    .bind(READINGS_MAX)
    .fetch_all(db)
    .await?
    .iter()
    .map(reading_of_row)
    .collect()
}

fn reading_of_row(row: &PgRow) -> sqlx::Result<ReadingLine> {
    Ok(ReadingLine {
        id: ReadingId(row.try_get("reading_id")?),
        read_on: row.try_get::<jiff_sqlx::Date, _>("read_on")?.to_jiff(),
        register_value: row.try_get::<i32, _>("register_value")?.unsigned_abs(),
        usage: CubicMeters(row.try_get::<i32, _>("usage_m3")?.unsigned_abs()),
        kind: row.try_get("kind")?,
        findings: finding_codes(&row.try_get::<Vec<i16>, _>("findings")?),
        slip_total: row.try_get::<Option<i64>, _>("slip_total")?.map(Yen),
        reader_login: row.try_get("reader_login")?,
    })
}

/// The connection `only`, or those behind `parent`.
async fn related(
    db: &mut PgConnection,
    utility: i64,
    only: Option<i64>,
    parent: Option<i64>,
    today: Date,
) -> sqlx::Result<Vec<RelatedConnection>> {
    sqlx::query(
        "select c.connection_id, c.connection_number, t.name as town, c.block, c.building, c.room,
                coalesce(cu.name, '') as customer_name
         from connection.service_connection c
         join connection.town t using (utility_id, town_id)
         left join connection.service_agreement a
             on a.utility_id = c.utility_id and a.connection_id = c.connection_id
             and a.period @> $4
         left join connection.customer cu
             on cu.utility_id = a.utility_id and cu.customer_id = a.customer_id
         where c.utility_id = $1 and (c.connection_id = $2 or c.parent_connection_id = $3)
         order by c.connection_number",
    )
    .bind(utility)
    .bind(only)
    .bind(parent)
    .bind(today.to_sqlx())
    .fetch_all(db)
    .await?
    .iter()
    .map(related_of_row)
    .collect()
}

fn related_of_row(row: &PgRow) -> sqlx::Result<RelatedConnection> {
    let text = |column: &str| row.try_get::<String, _>(column);
    Ok(RelatedConnection {
        id: ConnectionId(row.try_get("connection_id")?),
        number: ConnectionNumber::parse(&text("connection_number")?).map_err(unreadable)?,
        address: joined_address(
            &text("town")?,
            &text("block")?,
            &text("building")?,
            &text("room")?,
        ),
        customer_name: text("customer_name")?,
    })
}

fn date(row: &PgRow, column: &str) -> sqlx::Result<Option<Date>> {
    Ok(row.try_get::<Option<jiff_sqlx::Date>, _>(column)?.map(jiff_sqlx::Date::to_jiff))
}

fn coded<T>(row: &PgRow, column: &str, parse: impl Fn(u8) -> Option<T>) -> sqlx::Result<T> {
    let code: i16 = row.try_get(column)?;
    u8::try_from(code)
        .ok()
        .and_then(parse)
        .ok_or_else(|| unreadable(format!("{column} holds the unknown code {code}")))
}

fn unreadable(error: impl Into<BoxDynError>) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}
