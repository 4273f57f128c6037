//! Billing on a real database (調定・請求の試験): runs, totals, explanations, and what is refused.

mod bench;
mod corrections;
mod corrections_by_terms;
mod estimates;
mod lab;
mod leaks;
mod lists;
mod runs;
mod settlement;
mod supply;
mod tariff_store;
mod terms;
mod terms_differential;

use jiff::civil::{Date, date};
use jiff_sqlx::ToSqlx;
use shared::ids::{ConnectionId, RoundId};
use uuid::Uuid;

use super::*;
use crate::Backoffice;
use crate::metering::{NewRound, close_round, open_round};
use crate::test_town::{Household, SATO, TODAY, Town};
use shared::calendar::YearMonth;

const DUE: Date = date(2026, 12, 20);

/// A round that is walked, with a reading for each household that a test puts up.
pub(super) struct Walked {
    pub(super) town: Town,
    pub(super) round: RoundId,
}

/// What the dials show, and what the slip said.
#[derive(Clone, Copy, Default)]
pub(super) struct Sight {
    pub(super) usage: i32,
    pub(super) slip: Option<(i64, Option<i64>)>,
}

pub(super) const SUZUKI: Household = Household { number: 2, name: "鈴木 一", ..SATO };
pub(super) const TANAKA: Household = Household { number: 3, name: "田中 花", ..SATO };

impl Walked {
    /// Puts up households, changes them with `set_up`, and reads them all.
    pub(super) async fn with(houses: &[(Household, &str, Sight)]) -> Walked {
        let town = Town::new().await;
        let mut connections = Vec::new();
        for (house, set_up, sight) in houses {
            let connection = town.household(*house).await;
            if !set_up.is_empty() {
                sqlx::query(sqlx::AssertSqlSafe((*set_up).to_owned()))
                    .bind(connection.0)
                    .execute(&town.office.pool)
                    .await
                    .unwrap();
            }
            connections.push((connection, *sight));
        }
        let new = NewRound {
            month: YearMonth::of(TODAY),
            months: 2,
            opened_on: TODAY,
            planned_on: [].into(),
        };
        let round = open_round(&town.office, &new).await.unwrap();
        let walked = Walked { town, round };
        for (connection, sight) in connections {
            walked.read(connection, sight, None).await;
        }
        walked
    }

    /// The same with tariffs, and the round closed.
    pub(super) async fn closed(houses: &[(Household, &str, Sight)]) -> Walked {
        let walked = Walked::with(houses).await;
        for text in demo_tariffs() {
            store_tariff(walked.office(), text, None).await.unwrap();
        }
        close_round(walked.office(), walked.round, TODAY).await.unwrap();
        walked
    }

    pub(super) fn office(&self) -> &Backoffice {
        &self.town.office
    }

    pub(super) async fn read(
        &self,
        connection: ConnectionId,
        sight: Sight,
        replaces: Option<Uuid>,
    ) -> Uuid {
        let id = Uuid::new_v4();
        sqlx::query(
            "insert into metering.reading (utility_id, reading_id, connection_id, meter_id,
                 round_id, read_on, register_value, usage_m3, kind, slip_water_yen,
                 slip_sewerage_yen, replaces)
             select 1, $1, $2, meter_id, $3, $4, 1200 + $5, $5, 1, $6, $7, $8
             from metering.meter_installation where connection_id = $2",
        )
        .bind(id)
        .bind(connection.0)
        .bind(self.round.0)
        .bind(TODAY.to_sqlx())
        .bind(sight.usage)
        .bind(sight.slip.map(|slip| slip.0))
        .bind(sight.slip.and_then(|slip| slip.1))
        .bind(replaces)
        .execute(&self.office().pool)
        .await
        .unwrap();
        id
    }

    pub(super) fn order(&self) -> BillingOrder {
        BillingOrder { round: self.round, assessed_on: TODAY, due_on: DUE }
    }

    pub(super) async fn run(&self) -> Result<RunSummary, BillingError> {
        run_billing(self.office(), &self.order(), &mut |_| {}, &CancelFlag::default()).await
    }

    /// Amounts by connection and claim.
    pub(super) async fn amounts(&self) -> Vec<(i64, i16, i64, i64)> {
        sqlx::query_as(
            "select connection_id, claim, amount_yen, tax_yen from billing.assessment
             order by connection_id, claim",
        )
        .fetch_all(&self.office().pool)
        .await
        .unwrap()
    }
}
