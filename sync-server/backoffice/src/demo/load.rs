//! Loading the demo town (実演用データの登録): everything into the database in a few COPYs.
//!
//! One transaction holds the whole town, so that it is there or not. The newest period becomes a
//! closed round with its readings, ready for a billing run; older periods are plain history.

mod masters;
mod staff;
mod steps;
mod terms;

use jiff_sqlx::ToSqlx;
use shared::ids::RoundId;
use shared::metering::notice_seal::SlipKey;
use sqlx::{Executor, PgConnection};

use super::numbers;
use super::town::{PERIODS, Town};
use crate::Backoffice;
use crate::access::{self, AccessError, Utility, create_utility};
use crate::bulk::{BulkConnection, reserve_ids};
use steps::{Ids, Steps};

pub use staff::{DEMO_CLERK, DEMO_FIRST_READER, DEMO_OPERATOR, DEMO_PASSWORD, DEMO_PIN};
pub use steps::Progress;

/// Who issues the demo town's papers.
const ISSUER: &str = "水面市上下水道局（架空）";
const CONTACT: &str = "料金担当 055-000-0000（架空）";

/// A search entry is as much work as so many rows.
const SEARCH_WEIGHT: u64 = 4;

/// Secrets of the town's office, for [`load`].
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Of the clerk and the operator: [`DEMO_PASSWORD`] unless something better is at hand.
    pub password: String,
    /// Of all readers: [`DEMO_PIN`] unless something better is at hand.
    pub pin: String,
    /// Signs the slips; 32 random bytes.
    pub slip_master_key: SlipKey,
}

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// How many connections.
    pub connections: usize,
    /// How many readings, all periods together.
    pub readings: u64,
    /// The closed round of the newest period.
    pub closed_round: RoundId,
    /// Login names of the readers.
    pub readers: Vec<String>,
}

/// Why the town could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database holds connections already; a demo town is never mixed with anything.
    #[error("the database holds connections already")]
    NotEmpty,
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
    /// The staff could not be added.
    #[error("the staff could not be added")]
    Staff(#[source] AccessError),
}

impl DemoError {
    /// The stable code, explained in [`crate::codes`].
    pub fn code(&self) -> &'static str {
        match self {
            DemoError::NotEmpty => "T01",
            DemoError::Database(_) => "X90",
            DemoError::Staff(error) => error.code(),
        }
    }
}

/// Writes the town, its issuer and its staff to an empty database. `progress` is told often and
/// must be quick.
pub async fn load(
    office: &Backoffice,
    town: &Town,
    options: &LoadOptions,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Loaded, DemoError> {
    refuse_unless_empty(office).await?;
    if access::utility(office).await?.is_none() {
        let utility = Utility {
            id: office.utility,
            name: ISSUER.into(),
            registration_number: numbers::registration_number(),
            contact: CONTACT.into(),
            slip_master_key: options.slip_master_key,
        };
        create_utility(&office.pool, &utility).await?;
    }
    let readers = staff::add(office, town, options).await?;

    let mut db = BulkConnection::open(&office.pool).await?;
    let mut db = db.begin().await?;
    let mut steps = Steps::new(office.utility, planned_work(town), progress);
    let ids = reserve(&mut db, town).await?;
    steps.copy_connections(&mut db, town, &ids).await?;
    let round = closed_round(&mut db, office, town).await?;
    let readings = steps.copy_metering(&mut db, town, &ids, round).await?;
    terms::add(&mut db, office.utility.0, town, round).await?;
    masters::add(&mut db, office.utility.0, town).await?;
    (&mut *db).execute(ANALYZE).await?;
    steps.make_search_entries(&mut db).await?;
    db.commit().await?;
    let connections = town.connections.len();
    tracing::info!(connections, readings, "demo town loaded");
    Ok(Loaded { connections, readings, closed_round: RoundId(round), readers })
}

const ANALYZE: &str = "
    analyze connection.town, connection.service_connection, connection.customer,
            connection.service_agreement, metering.meter, metering.meter_installation,
            metering.reading_route, metering.planned_reading, metering.reading";

async fn refuse_unless_empty(office: &Backoffice) -> Result<(), DemoError> {
    let has_connections: bool = sqlx::query_scalar(
        "select exists (select from connection.service_connection where utility_id = $1)",
    )
    .bind(office.utility.0)
    .fetch_one(&office.pool)
    .await?;
    if has_connections { Err(DemoError::NotEmpty) } else { Ok(()) }
}

/// All rows, and the search entries by their weight.
fn planned_work(town: &Town) -> u64 {
    let connections = town.connections.len();
    let agreements: usize = town.connections.iter().map(|c| c.agreements.len()).sum();
    let readings: usize = town.connections.iter().map(|c| c.readings.len()).sum();
    let small = town.quarters.len() + town.routes.len();
    // Connection, meter, installation and plan; customer and agreement.
    let rows = small + connections * 4 + agreements * 2 + readings;
    u64::try_from(rows).unwrap_or(u64::MAX)
        + u64::try_from(connections).unwrap_or(u64::MAX) * SEARCH_WEIGHT
}

async fn reserve(db: &mut PgConnection, town: &Town) -> sqlx::Result<Ids> {
    let connections = town.connections.len();
    let agreements: usize = town.connections.iter().map(|c| c.agreements.len()).sum();
    Ok(Ids {
        town: reserve_ids(db, "connection.town", "town_id", town.quarters.len()).await?,
        connection: reserve_ids(db, "connection.service_connection", "connection_id", connections)
            .await?,
        customer: reserve_ids(db, "connection.customer", "customer_id", agreements).await?,
        agreement: reserve_ids(db, "connection.service_agreement", "agreement_id", agreements)
            .await?,
        meter: reserve_ids(db, "metering.meter", "meter_id", connections).await?,
        route: reserve_ids(db, "metering.reading_route", "route_id", town.routes.len()).await?,
    })
}

async fn closed_round(
    db: &mut PgConnection,
    office: &Backoffice,
    town: &Town,
) -> sqlx::Result<i64> {
    let month = town.newest_month();
    sqlx::query_scalar(
        "insert into metering.reading_round
             (utility_id, billing_month, months, opened_on, closed_on)
         values ($1, $2, 2, $2, $3)
         returning round_id",
    )
    .bind(office.utility.0)
    .bind(month.first_day().to_sqlx())
    .bind(steps::closed_on(town).to_sqlx())
    .fetch_one(db)
    .await
}
