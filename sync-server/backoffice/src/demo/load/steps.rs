//! The steps of loading (登録の手順): table by table, with progress over all of them.

use jiff::ToSpan;
use jiff::civil::Date;
use shared::ids::UtilityId;
use sqlx::PgConnection;

use super::{PERIODS, SEARCH_WEIGHT, Town};
use crate::bulk::rows::{
    AgreementRow, ClosedRouteRow, ConnectionRow, CustomerRow, InstallationRow, MeterRow,
    PlannedReadingRow, TakenOverReadingRow, TownRow,
};
use crate::bulk::{self, BulkRow, BulkTransaction};
use crate::connection::rebuild_search_entries;
use crate::demo::connection::{InventedAgreement, InventedConnection};

/// How far loading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Units of work that are done.
    pub done: u64,
    /// All units of work.
    pub total: u64,
    /// What is being loaded, in Japanese.
    pub label: &'static str,
}

/// The first key of each kind; the others follow in the order of the town.
pub(super) struct Ids {
    pub(super) town: i64,
    pub(super) connection: i64,
    pub(super) customer: i64,
    pub(super) agreement: i64,
    pub(super) meter: i64,
    pub(super) route: i64,
}

fn nth(first: i64, place: usize) -> i64 {
    first + i64::try_from(place).expect("places are counted in memory")
}

/// The round was closed three days after its last route was walked.
pub(super) fn closed_on(town: &Town) -> Date {
    let last = town.routes.iter().map(|route| route.read_on).max();
    last.unwrap_or(town.options.today).saturating_add(3.days())
}

/// Copies and tells how far it has come.
pub(super) struct Steps<'p> {
    utility: UtilityId,
    done: u64,
    total: u64,
    progress: &'p mut (dyn FnMut(Progress) + Send),
}

impl<'p> Steps<'p> {
    pub(super) fn new(
        utility: UtilityId,
        total: u64,
        progress: &'p mut (dyn FnMut(Progress) + Send),
    ) -> Self {
        Self { utility, done: 0, total, progress }
    }

    async fn copy<R: BulkRow>(
        &mut self,
        db: &mut BulkTransaction<'_>,
        label: &'static str,
        rows: impl Iterator<Item = R> + Send,
    ) -> sqlx::Result<u64> {
        let (before, total, progress) = (self.done, self.total, &mut *self.progress);
        let copied = bulk::copy(db, self.utility, rows, |sent| {
            progress(Progress { done: before + sent, total, label });
        })
        .await?;
        self.done = before + copied;
        Ok(copied)
    }

    pub(super) async fn make_search_entries(&mut self, db: &mut PgConnection) -> sqlx::Result<()> {
        let (before, total, progress) = (self.done, self.total, &mut *self.progress);
        let written = rebuild_search_entries(db, self.utility, &mut |written| {
            let done = before + written * SEARCH_WEIGHT;
            progress(Progress { done, total, label: "検索用データ" });
        })
        .await?;
        self.done = before + written * SEARCH_WEIGHT;
        Ok(())
    }

    pub(super) async fn copy_connections(
        &mut self,
        db: &mut BulkTransaction<'_>,
        town: &Town,
        ids: &Ids,
    ) -> sqlx::Result<()> {
        let towns = town.quarters.iter().enumerate().map(|(place, quarter)| TownRow {
            id: nth(ids.town, place),
            name: quarter.name,
            kana: quarter.kana,
            postcode: quarter.postcode,
            position_e6: Some(quarter.middle_e6),
        });
        self.copy(db, "町名", towns).await?;
        let connections = town
            .connections
            .iter()
            .enumerate()
            .map(|(place, connection)| connection_row(town, ids, place, connection));
        self.copy(db, "水栓", connections).await?;
        let customers = agreements(town).enumerate().map(|(place, (_, agreement))| CustomerRow {
            id: nth(ids.customer, place),
            number: &agreement.customer.number,
            name: &agreement.customer.name,
            kana: &agreement.customer.kana,
            telephone: &agreement.customer.telephone,
        });
        self.copy(db, "使用者", customers).await?;
        let agreements =
            agreements(town).enumerate().map(|(place, (connection, agreement))| AgreementRow {
                id: nth(ids.agreement, place),
                connection_id: nth(ids.connection, connection),
                customer_id: nth(ids.customer, place),
                starts_on: agreement.starts_on,
                ends_before: agreement.ends_before,
                use_class: agreement.use_class,
                payment_method: agreement.payment_method,
            });
        self.copy(db, "給水契約", agreements).await?;
        Ok(())
    }

    pub(super) async fn copy_metering(
        &mut self,
        db: &mut BulkTransaction<'_>,
        town: &Town,
        ids: &Ids,
        round_id: i64,
    ) -> sqlx::Result<u64> {
        let connections = || town.connections.iter().enumerate();
        let meters = connections().map(|(place, connection)| MeterRow {
            id: nth(ids.meter, place),
            number: &connection.meter.number,
            size: connection.meter.size,
            dial_digits: connection.meter.dial_digits,
            verification_expires_on: connection.meter.verification_expires_on,
        });
        self.copy(db, "メーター", meters).await?;
        let installations = connections().map(|(place, connection)| InstallationRow {
            meter_id: nth(ids.meter, place),
            connection_id: nth(ids.connection, place),
            hung_on: connection.meter.hung_on,
            installed_value: connection.meter.installed_value,
        });
        self.copy(db, "取付", installations).await?;
        let closed_on = closed_on(town);
        let routes = town.routes.iter().enumerate().map(|(place, route)| ClosedRouteRow {
            id: nth(ids.route, place),
            round_id,
            number: &route.number,
            name: &route.name,
            planned_on: route.read_on,
            closed_on,
        });
        self.copy(db, "検針順路", routes).await?;
        let planned = connections().map(|(place, connection)| PlannedReadingRow {
            round_id,
            connection_id: nth(ids.connection, place),
            route_id: nth(ids.route, connection.route),
            walk_order: connection.walk_order,
        });
        self.copy(db, "検針予定", planned).await?;
        let utility = self.utility;
        let readings = (0..PERIODS)
            .flat_map(|period| connections().map(move |(place, c)| (period, place, c)))
            .filter_map(|(period, place, connection)| {
                let reading =
                    connection.readings.get(period.checked_sub(connection.first_period())?)?;
                Some(TakenOverReadingRow {
                    utility,
                    connection_id: nth(ids.connection, place),
                    meter_id: nth(ids.meter, place),
                    round_id: (period + 1 == PERIODS).then_some(round_id),
                    read_on: reading.read_on,
                    register_value: reading.register_value,
                    usage_m3: reading.usage_m3,
                })
            });
        self.copy(db, "検針履歴", readings).await
    }
}

/// Every agreement with the place of its connection, always in the same order.
fn agreements(town: &Town) -> impl Iterator<Item = (usize, &InventedAgreement)> {
    let connections = town.connections.iter().enumerate();
    connections.flat_map(|(place, c)| c.agreements.iter().map(move |agreement| (place, agreement)))
}

fn connection_row<'a>(
    town: &'a Town,
    ids: &Ids,
    place: usize,
    connection: &'a InventedConnection,
) -> ConnectionRow<'a> {
    ConnectionRow {
        id: nth(ids.connection, place),
        number: connection.number.as_str(),
        town_id: nth(ids.town, connection.quarter),
        block: &connection.block,
        building: &connection.building,
        room: &connection.room,
        position_e6: Some(connection.position_e6),
        meter_position: connection.meter_position,
        caution: connection.caution,
        has_sewerage: connection.has_sewerage,
        dwellings: connection.dwellings,
        parent_id: connection.parent.map(|parent| nth(ids.connection, parent)),
        route_number: &town.routes[connection.route].number,
        walk_order: connection.walk_order,
    }
}
