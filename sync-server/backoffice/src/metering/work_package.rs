//! The work package (検針データの渡し): all that a terminal needs for its route, and not more.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sha2::{Digest, Sha256};
use shared::calendar::to_unix_days;
use shared::connection::UsageClass;
use shared::ids::{DeviceId, PackageId, RoundId, UtilityId};
use shared::metering::ScreeningLimits;
use shared::wire::{
    ChargeTermsV1, OnSiteV1, PastUsageV1, PlannedConnectionV1, ReaderV1, RoundV1, RouteV1,
    RouteWorkV1, TariffV1, UseClassV1, UtilityV1, WorkPackageV1, encode,
};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection, Row};
use uuid::{Builder, Uuid};

use super::field_setting::fill_settings;
use super::limits::limits_of;
use super::on_site::{fill_on_site, orders_of};
use super::past::{Past, past_of};
use crate::Backoffice;
use crate::billing::terms::on_site_terms;
use crate::billing::use_class;

/// The package of the route that is assigned to the terminal, or `None`.
///
/// With several routes assigned it is the one to be walked first that still has connections left.
/// The package is named after its content: as long as nothing changes, asking again gives the
/// same package with the same name, however often an answer is lost on the way.
pub async fn work_package(
    office: &Backoffice,
    device: DeviceId,
    business_date: Date,
) -> sqlx::Result<Option<WorkPackageV1>> {
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    let Some(route) = next_route(&mut db, office, device).await? else { return Ok(None) };
    let utility = office.utility.0;
    let month: jiff_sqlx::Date = route.try_get("billing_month")?;
    let mut package = WorkPackageV1 {
        id: Uuid::nil(),
        business_date_unix_days: to_unix_days(business_date),
        utility: issuer(&mut db, utility).await?,
        round: RoundV1 {
            id: route.try_get("round_id")?,
            year: month.to_jiff().year(),
            month: month.to_jiff().month(),
            months: u8::try_from(route.try_get::<i16, _>("months")?)
                .map_err(|error| sqlx::Error::Decode(error.into()))?,
        },
        route: RouteV1 {
            id: route.try_get("route_id")?,
            number: route.try_get("number")?,
            name: route.try_get("name")?,
        },
        readers: readers(&mut db, utility).await?,
        tariffs: tariffs(&mut db, utility, business_date).await?,
        use_classes: Vec::new(),
        work: RouteWorkV1::default(),
        connections: Vec::new(),
    };
    package.connections = connections(&mut db, office, &package, business_date).await?;
    let round = RoundId(package.round.id);
    fill_on_site(&mut db, office.utility, round, &mut package.connections).await?;
    fill_limits(&mut db, office.utility, round, &mut package).await?;
    package.work.orders =
        orders_of(&mut db, office.utility, &package.connections, business_date).await?;
    fill_settings(&mut db, utility, device, business_date, &mut package).await?;
    package.use_classes = use_classes(&mut db, utility, &package.connections).await?;
    package.id = name_of(&package, device).0;
    hand_over(&mut db, utility, &package, device, business_date).await?;
    db.commit().await?;
    Ok(Some(package))
}

async fn next_route(
    db: &mut PgConnection,
    office: &Backoffice,
    device: DeviceId,
) -> sqlx::Result<Option<PgRow>> {
    sqlx::query(
        "select ro.route_id, ro.round_id, ro.number, ro.name, r.billing_month, r.months
         from metering.reading_route ro
         join metering.reading_round r using (utility_id, round_id)
         where ro.utility_id = $1 and ro.device_id = $2 and ro.closed_on is null
         order by not exists (select from metering.planned_state s
                              where s.utility_id = ro.utility_id and s.round_id = ro.round_id
                                and s.route_id = ro.route_id and s.state = 'remaining'),
                  ro.planned_on, r.billing_month, ro.number
         limit 1",
    )
    .bind(office.utility.0)
    .bind(device.0)
    .fetch_optional(db)
    .await
}

async fn issuer(db: &mut PgConnection, utility: i64) -> sqlx::Result<UtilityV1> {
    let row = sqlx::query(
        "select name, registration_number, contact from access.utility where utility_id = $1",
    )
    .bind(utility)
    .fetch_one(db)
    .await?;
    Ok(UtilityV1 {
        name: row.try_get("name")?,
        registration_number: row.try_get("registration_number")?,
        contact: row.try_get("contact")?,
    })
}

/// What each connection is screened by, and the version of the set.
async fn fill_limits(
    db: &mut PgConnection,
    utility: UtilityId,
    round: RoundId,
    package: &mut WorkPackageV1,
) -> sqlx::Result<()> {
    let ids: Vec<i64> = package.connections.iter().map(|planned| planned.connection).collect();
    let limits = limits_of(db, utility, round, &ids).await?;
    package.work.limits_version = limits.version;
    for planned in &mut package.connections {
        planned.limits = limits.of(planned.connection).into();
    }
    Ok(())
}

async fn readers(db: &mut PgConnection, utility: i64) -> sqlx::Result<Vec<ReaderV1>> {
    sqlx::query(
        "select login_name, display_name, pin_hash from access.staff
         where utility_id = $1 and is_active and pin_hash is not null
         order by login_name",
    )
    .bind(utility)
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(ReaderV1 {
            login: row.try_get("login_name")?,
            name: row.try_get("display_name")?,
            pin_hash: row.try_get("pin_hash")?,
        })
    })
    .collect()
}

async fn tariffs(db: &mut PgConnection, utility: i64, on: Date) -> sqlx::Result<Vec<TariffV1>> {
    sqlx::query(
        // A period may have begun under the version before, and be charged by it.
        "select min(tariff_id) as tariff_id, text from billing.tariff
         where utility_id = $1 and validity && daterange($2::date - 400, $2, '[]')
         group by text order by min(claim), min(lower(validity))",
    )
    .bind(utility)
    .bind(on.to_sqlx())
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| Ok(TariffV1 { id: row.try_get("tariff_id")?, text: row.try_get("text")? }))
    .collect()
}

/// The classes of the connections with their names, each once.
async fn use_classes(
    db: &mut PgConnection,
    utility: i64,
    connections: &[PlannedConnectionV1],
) -> sqlx::Result<Vec<UseClassV1>> {
    let mut own = use_class::own_names(db, utility).await?;
    let used: BTreeSet<UsageClass> =
        connections.iter().filter_map(|c| UsageClass::from_key(&c.use_class)).collect();
    let named = used.into_iter().map(|class| UseClassV1 {
        key: class.key().to_owned(),
        name: use_class::name_of(class, own.remove(&class)),
    });
    Ok(named.collect())
}

async fn connections(
    db: &mut PgConnection,
    office: &Backoffice,
    package: &WorkPackageV1,
    on: Date,
) -> sqlx::Result<Vec<PlannedConnectionV1>> {
    let rows = sqlx::query(
        "select p.connection_id, c.connection_number, p.walk_order, c.block, c.building, c.room,
                c.meter_position, c.caution, c.has_sewerage, c.sewerage_authority, c.charged_dwellings,
                t.name as town, lower(a.period) as in_service_since,
                coalesce(cu.name, '') as customer_name, coalesce(cu.kana, '') as customer_kana,
                coalesce(a.use_class, 'general') as use_class,
                coalesce(a.payment_method, 3::smallint) as payment_method
         from metering.planned_reading p
         join connection.service_connection c using (utility_id, connection_id)
         join connection.town t using (utility_id, town_id)
         left join connection.service_agreement a
             on a.utility_id = p.utility_id and a.connection_id = p.connection_id
             and a.period @> $3
         left join connection.customer cu
             on cu.utility_id = a.utility_id and cu.customer_id = a.customer_id
         where p.utility_id = $1 and p.route_id = $2 and p.withdrawn is null
         order by p.walk_order, c.connection_number",
    )
    .bind(office.utility.0)
    .bind(package.route.id)
    .bind(on.to_sqlx())
    .fetch_all(&mut *db)
    .await?;
    let ids = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<Vec<i64>>>()?;
    let round = RoundId(package.round.id);
    let pasts = past_of(db, office.utility, &ids, round, on).await?;
    let pasts: HashMap<i64, Past> =
        pasts.into_iter().map(|past| (past.connection.0, past)).collect();
    let mut terms = on_site_terms(db, office.utility.0, &ids, package.round.id, on).await?;
    let mut connections = Vec::with_capacity(rows.len());
    for (row, id) in rows.iter().zip(ids) {
        // Without a meter there is nothing to read; the office sees it as left over.
        let Some(past) = pasts.get(&id) else { continue };
        let mut planned = planned_connection(row, past)?;
        if let Some(on_site) = terms.remove(&id) {
            planned.terms = on_site.terms;
            if let Some(exchange) = on_site.exchange {
                planned.on_site.is_new_meter = true;
                planned.on_site.removed_meter_m3 = exchange.removed_meter_m3;
                planned.previous_read_on_unix_days = to_unix_days(exchange.from);
            }
        }
        connections.push(planned);
    }
    Ok(connections)
}

fn planned_connection(row: &PgRow, past: &Past) -> sqlx::Result<PlannedConnectionV1> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let code = |column: &str| {
        u8::try_from(row.try_get::<i16, _>(column)?)
            .map_err(|error| sqlx::Error::Decode(error.into()))
    };
    Ok(PlannedConnectionV1 {
        connection: past.connection.0,
        connection_number: text("connection_number")?,
        walk_order: row.try_get::<i32, _>("walk_order")?.unsigned_abs(),
        customer_name: text("customer_name")?,
        customer_kana: text("customer_kana")?,
        address: format!("{}{}", text("town")?, text("block")?),
        building: [text("building")?, text("room")?].join(" ").trim().to_owned(),
        meter_number: past.meter_number.clone(),
        meter_size_mm: past.size_mm,
        dial_digits: past.dial_digits,
        meter_position: text("meter_position")?,
        caution: text("caution")?,
        use_class: use_class::of_row(row, "use_class")?.key().to_owned(),
        payment_method: code("payment_method")?,
        sewerage: row.try_get("has_sewerage")?,
        sewerage_authority: text("sewerage_authority")?,
        dwellings: u16::try_from(row.try_get::<i32, _>("charged_dwellings")?)
            .map_err(|error| sqlx::Error::Decode(error.into()))?,
        in_service: past.in_service,
        in_service_since_unix_days: row
            .try_get::<Option<jiff_sqlx::Date>, _>("in_service_since")?
            .map(|day| to_unix_days(day.to_jiff())),
        previous_value: past.previous_value,
        previous_read_on_unix_days: to_unix_days(past.previous_read_on),
        past_usage: past
            .usage
            .iter()
            .map(|(day, usage)| PastUsageV1 { read_on_unix_days: *day, usage_m3: usage.0 })
            .collect(),
        limits: ScreeningLimits::STANDARD.into(),
        on_site: OnSiteV1::default(),
        terms: ChargeTermsV1::default(),
    })
}

/// A name that follows from the content and the terminal, in the form of a UUID of one's own
/// making (RFC 9562, version 8).
fn name_of(package: &WorkPackageV1, device: DeviceId) -> PackageId {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(device.0.as_bytes())
        .chain_update(encode(package))
        .finalize()
        .into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    PackageId(Builder::from_custom_bytes(bytes).into_uuid())
}

async fn hand_over(
    db: &mut PgConnection,
    utility: i64,
    package: &WorkPackageV1,
    device: DeviceId,
    issued_on: Date,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into metering.work_package
             (utility_id, package_id, route_id, device_id, issued_on)
         values ($1, $2, $3, $4, $5)
         on conflict (utility_id, package_id) do nothing",
    )
    .bind(utility)
    .bind(package.id)
    .bind(package.route.id)
    .bind(device.0)
    .bind(issued_on.to_sqlx())
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "update metering.reading_route set package_id = $3
         where utility_id = $1 and route_id = $2 and package_id is distinct from $3",
    )
    .bind(utility)
    .bind(package.route.id)
    .bind(package.id)
    .execute(db)
    .await?;
    Ok(())
}
