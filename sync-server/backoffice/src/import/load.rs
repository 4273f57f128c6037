//! Taking in a checked file (取り込み): one transaction, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use shared::ids::{ConnectionNumber, UtilityId};
use sqlx::{Executor, PgConnection, Row};

use super::columns::Column;
use super::fault::{Fault, Wrong};
use super::report::Report;
use super::row::ImportedConnection;
use crate::bulk::rows::{
    AgreementRow, ConnectionRow, CustomerRow, InstallationRow, MeterRow, TakenOverReadingRow,
    TownRow,
};
use crate::bulk::{BulkConnection, BulkTransaction, copy, reserve_ids};
use crate::connection::rebuild_search_entries;
use crate::{Backoffice, access};

/// What is done with a file that has faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRows {
    /// Nothing is taken in until the file is clean.
    Refuse,
    /// The good rows are taken in; the others are in [`Report::rejects_file`].
    Skip,
}

/// What was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// 水栓.
    pub connections: u64,
    /// Of them in service.
    pub agreements: u64,
    /// Readings of the last period and of the year before.
    pub readings: u64,
    /// Towns that were not known before.
    pub towns: u64,
}

/// Why nothing was taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file has faults, or no good row.
    #[error("the file has faults")]
    NotClean,
    /// Connections, meters or places in routes are registered already.
    #[error("{} rows are registered already", .0.len())]
    AlreadyRegistered(Vec<Fault>),
    /// The utility was not created yet.
    #[error("there is no utility")]
    NoUtility,
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

impl ImportError {
    /// The stable code, explained in [`crate::codes`].
    pub fn code(&self) -> &'static str {
        match self {
            ImportError::NotClean => "I30",
            ImportError::AlreadyRegistered(faults) => {
                faults.first().map_or("I20", |fault| fault.code)
            }
            ImportError::NoUtility => "I31",
            ImportError::Database(_) => "X90",
        }
    }

    /// Each row that is registered already, one a line, as in [`Report::japanese`]; else nothing.
    pub fn japanese_lines(&self, file: &str) -> String {
        match self {
            ImportError::AlreadyRegistered(faults) => super::report::lines(file, faults),
            _ => String::new(),
        }
    }
}

/// Takes the good rows of a checked file in. The utility must exist ([`access::create_utility`]).
pub async fn load(
    office: &Backoffice,
    report: &Report,
    bad_rows: BadRows,
) -> Result<Imported, ImportError> {
    let is_refused = bad_rows == BadRows::Refuse && !report.is_clean();
    if is_refused || report.connections.is_empty() {
        return Err(ImportError::NotClean);
    }
    if access::utility(office).await?.is_none() {
        return Err(ImportError::NoUtility);
    }
    let mut db = BulkConnection::open(&office.pool).await?;
    let mut db = db.begin().await?;
    // Two imports at a time would each miss what the other is about to register.
    db.execute("lock table connection.service_connection in share row exclusive mode").await?;
    let registered = already_registered(&mut db, office.utility, &report.connections).await?;
    if !registered.is_empty() {
        return Err(ImportError::AlreadyRegistered(registered));
    }
    let mut import = Import { utility: office.utility, rows: &report.connections };
    let (town_ids, towns) = import.towns(&mut db).await?;
    let first = import.connections(&mut db, &town_ids).await?;
    let agreements = import.agreements(&mut db, first).await?;
    let readings = import.meters(&mut db, first).await?;
    db.execute(
        "analyze connection.service_connection, connection.customer,
                 connection.service_agreement, metering.meter, metering.meter_installation,
                 metering.reading",
    )
    .await?;
    rebuild_search_entries(&mut db, office.utility, &mut |_| {}).await?;
    db.commit().await?;
    let connections = u64::try_from(report.connections.len()).unwrap_or(u64::MAX);
    tracing::info!(connections, agreements, readings, "connections imported");
    Ok(Imported { connections, agreements, readings, towns })
}

/// Rows whose number, meter or place in a route the database knows.
async fn already_registered(
    db: &mut PgConnection,
    utility: UtilityId,
    rows: &[ImportedConnection],
) -> sqlx::Result<Vec<Fault>> {
    let known = sqlx::query(
        "select connection_number, '' as meter_number, route_number, walk_order
         from connection.service_connection where utility_id = $1
         union all
         select '', meter_number, '', 0 from metering.meter where utility_id = $1",
    )
    .bind(utility.0)
    .fetch_all(db)
    .await?;
    let mut numbers: BTreeSet<String> = BTreeSet::new();
    let mut meters: BTreeSet<String> = BTreeSet::new();
    let mut places: BTreeSet<(String, u32)> = BTreeSet::new();
    for row in &known {
        let meter: String = row.try_get("meter_number")?;
        if meter.is_empty() {
            numbers.insert(row.try_get("connection_number")?);
            let walk_order: i32 = row.try_get("walk_order")?;
            places.insert((row.try_get("route_number")?, walk_order.unsigned_abs()));
        } else {
            meters.insert(meter);
        }
    }
    let mut faults = Vec::new();
    for row in rows {
        let mut fault = |column, value: &str, code| {
            let reason = crate::codes::japanese(code).unwrap_or_default();
            faults.push(Fault::of_cell(row.line, column, value, Wrong::new(code, reason)));
        };
        if numbers.contains(row.number.as_str()) {
            fault(Column::ConnectionNumber, row.number.as_str(), "I20");
        }
        if meters.contains(&row.meter_number) {
            fault(Column::MeterNumber, &row.meter_number, "I21");
        }
        if places.contains(&(row.route.clone(), row.walk_order)) {
            fault(Column::WalkOrder, &row.walk_order.to_string(), "I22");
        }
    }
    Ok(faults)
}

struct Import<'a> {
    utility: UtilityId,
    rows: &'a [ImportedConnection],
}

fn nth(first: i64, place: usize) -> i64 {
    first + i64::try_from(place).expect("places are counted in memory")
}

impl Import<'_> {
    /// The key of each town by its name, and how many were new.
    async fn towns(
        &mut self,
        db: &mut BulkTransaction<'_>,
    ) -> sqlx::Result<(BTreeMap<String, i64>, u64)> {
        let known = sqlx::query("select name, town_id from connection.town where utility_id = $1")
            .bind(self.utility.0)
            .fetch_all(&mut **db)
            .await?;
        let mut ids: BTreeMap<String, i64> = BTreeMap::new();
        for row in &known {
            ids.insert(row.try_get("name")?, row.try_get("town_id")?);
        }
        let mut new: BTreeMap<&str, &ImportedConnection> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| !ids.contains_key(&row.town)) {
            new.entry(&row.town).or_insert(row);
        }
        let first = reserve_ids(db, "connection.town", "town_id", new.len()).await?;
        let rows = new.values().enumerate().map(|(place, row)| TownRow {
            id: nth(first, place),
            name: &row.town,
            kana: &row.town_kana,
            postcode: &row.postcode,
            position_e6: None,
        });
        let count = copy(db, self.utility, rows, |_| {}).await?;
        let added =
            new.keys().enumerate().map(|(place, name)| ((*name).to_owned(), nth(first, place)));
        ids.extend(added);
        Ok((ids, count))
    }

    /// Writes the connections and returns the first key; the others follow in the file's order.
    async fn connections(
        &mut self,
        db: &mut BulkTransaction<'_>,
        town_ids: &BTreeMap<String, i64>,
    ) -> sqlx::Result<i64> {
        let table = "connection.service_connection";
        let first = reserve_ids(db, table, "connection_id", self.rows.len()).await?;
        let places: BTreeMap<&ConnectionNumber, usize> =
            self.rows.iter().enumerate().map(|(place, row)| (&row.number, place)).collect();
        let rows = self.rows.iter().enumerate().map(|(place, row)| ConnectionRow {
            id: nth(first, place),
            number: row.number.as_str(),
            town_id: town_ids[&row.town],
            block: &row.block,
            building: &row.building,
            room: &row.room,
            position_e6: None,
            meter_position: &row.meter_position,
            caution: &row.caution,
            has_sewerage: row.has_sewerage,
            dwellings: row.dwellings,
            parent_id: row
                .parent
                .as_ref()
                .and_then(|parent| places.get(parent))
                .map(|place| nth(first, *place)),
            route_number: &row.route,
            walk_order: row.walk_order,
        });
        copy(db, self.utility, rows, |_| {}).await?;
        Ok(first)
    }

    async fn agreements(&mut self, db: &mut BulkTransaction<'_>, first: i64) -> sqlx::Result<u64> {
        let users: Vec<(usize, &ImportedConnection, String)> = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.customer.is_some())
            .map(|(place, row)| (place, row, format!("{}-1", row.number)))
            .collect();
        let customers = reserve_ids(db, "connection.customer", "customer_id", users.len()).await?;
        let agreements =
            reserve_ids(db, "connection.service_agreement", "agreement_id", users.len()).await?;
        let rows = users.iter().enumerate().filter_map(|(order, (_, row, number))| {
            let customer = row.customer.as_ref()?;
            Some(CustomerRow {
                id: nth(customers, order),
                number,
                name: &customer.name,
                kana: &customer.kana,
                telephone: &customer.telephone,
            })
        });
        copy(db, self.utility, rows, |_| {}).await?;
        let rows = users.iter().enumerate().filter_map(|(order, (place, row, _))| {
            let customer = row.customer.as_ref()?;
            Some(AgreementRow {
                id: nth(agreements, order),
                connection_id: nth(first, *place),
                customer_id: nth(customers, order),
                starts_on: customer.starts_on.unwrap_or(row.previous_read_on),
                ends_before: None,
                use_class: customer.use_class,
                payment_method: customer.payment_method,
            })
        });
        copy(db, self.utility, rows, |_| {}).await
    }

    /// Meters count as hung on the day of the last reading: what was before is not in the file.
    async fn meters(&mut self, db: &mut BulkTransaction<'_>, first: i64) -> sqlx::Result<u64> {
        let meters = reserve_ids(db, "metering.meter", "meter_id", self.rows.len()).await?;
        let rows = self.rows.iter().enumerate().map(|(place, row)| MeterRow {
            id: nth(meters, place),
            number: &row.meter_number,
            size: row.size,
            dial_digits: row.dial_digits,
            verification_expires_on: row.verification_expires_on,
        });
        copy(db, self.utility, rows, |_| {}).await?;
        let rows = self.rows.iter().enumerate().map(|(place, row)| InstallationRow {
            meter_id: nth(meters, place),
            connection_id: nth(first, place),
            hung_on: row.previous_read_on,
            installed_value: row.previous_value,
        });
        copy(db, self.utility, rows, |_| {}).await?;
        let utility = self.utility;
        let rows = self.rows.iter().enumerate().flat_map(|(place, row)| {
            taken_over(row).map(move |(read_on, register_value, usage_m3)| TakenOverReadingRow {
                utility,
                connection_id: nth(first, place),
                meter_id: nth(meters, place),
                round_id: None,
                read_on,
                register_value,
                usage_m3,
            })
        });
        copy(db, self.utility, rows, |_| {}).await
    }
}

/// Day, dials and volume of the readings that a row tells of, oldest first. The dials of the year
/// before are not in the file and stand as 0; they are never counted from.
fn taken_over(row: &ImportedConnection) -> impl Iterator<Item = (Date, u32, u32)> + use<> {
    // The coming period of two months ended a year before it will.
    let year_before = row.previous_read_on.saturating_sub(10.months());
    let last_year = row.last_year_usage.map(|usage| (year_before, 0, usage));
    let previous =
        row.previous_usage.map(|usage| (row.previous_read_on, row.previous_value, usage));
    last_year.into_iter().chain(previous)
}
