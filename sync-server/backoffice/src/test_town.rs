//! A town for tests (テスト用の町): a few households put up by hand, on a database of their own.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff_sqlx::ToSqlx;
use shared::calendar::YearMonth;
use shared::ids::{ConnectionId, DeviceId, RoundId, RouteId, UtilityId};
use shared::metering::notice_seal::SlipKey;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::Backoffice;
use crate::access::{Utility, create_utility};
use crate::devices::{Device, NewDevice, authenticate_device, enrol};
use crate::metering::{NewRound, open_round, round_progress};
use crate::test_database::TestDatabase;

/// The day on which the tests play.
pub(crate) const TODAY: Date = date(2026, 11, 23);

/// Nine in the morning of [`TODAY`] in Japan.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

pub(crate) struct Town {
    pub office: Backoffice,
    _database: TestDatabase,
}

/// A household to be put up. Numbers follow from `number`, so that no two are the same.
#[derive(Clone, Copy)]
pub(crate) struct Household {
    pub number: i32,
    pub name: &'static str,
    pub kana: &'static str,
    pub telephone: &'static str,
    pub town: &'static str,
    pub route: &'static str,
    /// Dials at the last reading, two months ago.
    pub dials: i32,
    pub in_service: bool,
}

pub(crate) const SATO: Household = Household {
    number: 1,
    name: "佐藤 京子",
    kana: "サトウ キョウコ",
    telephone: "055-235-1111",
    town: "相生一丁目",
    route: "001",
    dials: 1_200,
    in_service: true,
};

impl Town {
    pub async fn new() -> Town {
        let database = TestDatabase::fresh().await;
        let office = Backoffice { pool: database.pool.clone(), utility: UtilityId(1) };
        let utility = Utility {
            id: UtilityId(1),
            name: "水面市上下水道局".into(),
            registration_number: "T1234567890123".into(),
            contact: "055-000-0000".into(),
            slip_master_key: SlipKey([7; 32]),
        };
        create_utility(&office.pool, &utility).await.unwrap();
        Town { office, _database: database }
    }

    /// Puts up a household with a meter, fourteen readings every two months and an agreement.
    pub async fn household(&self, house: Household) -> ConnectionId {
        let pool = &self.office.pool;
        sqlx::query(
            "insert into connection.town (utility_id, name, kana, postcode)
             values (1, $1, 'アイオイ', '4000031') on conflict do nothing",
        )
        .bind(house.town)
        .execute(pool)
        .await
        .unwrap();
        let row = sqlx::query(HOUSEHOLD)
            .bind(house.number)
            .bind(house.name)
            .bind(house.kana)
            .bind(house.telephone)
            .bind(house.town)
            .bind(house.route)
            .bind(house.in_service)
            .fetch_one(pool)
            .await
            .unwrap();
        let id: i64 = row.try_get("connection_id").unwrap();
        for period in 0..14_i16 {
            let read_on = date(2026, 9, 23).saturating_sub(jiff::Span::new().months(2 * period));
            sqlx::query(
                "insert into metering.reading (utility_id, reading_id, connection_id, meter_id,
                     read_on, register_value, usage_m3, kind)
                 values (1, $1, $2, $3, $4, $5, 40, 2)",
            )
            .bind(Uuid::from_u128(
                (u128::from(house.number.unsigned_abs()) << 64) + u128::from(period.unsigned_abs()),
            ))
            .bind(id)
            .bind(row.try_get::<i64, _>("meter_id").unwrap())
            .bind(read_on.to_sqlx())
            .bind(house.dials - 40 * i32::from(period))
            .execute(pool)
            .await
            .unwrap();
        }
        ConnectionId(id)
    }

    /// The round of this month with everything planned.
    pub async fn round(&self) -> RoundId {
        let new = NewRound {
            month: YearMonth::of(TODAY),
            months: 2,
            opened_on: TODAY,
            planned_on: [("001".to_owned(), TODAY)].into(),
        };
        open_round(&self.office, &new).await.unwrap()
    }

    /// The first route of a round.
    pub async fn route(&self, round: RoundId) -> RouteId {
        round_progress(&self.office, round).await.unwrap()[0].id
    }

    /// An enrolled terminal.
    pub async fn device(&self, code: &str) -> Device {
        let token = [code.as_bytes()[0]; 32];
        let id = DeviceId(Uuid::new_v4());
        let new = NewDevice {
            id,
            code: code.into(),
            server_url: "https://minamo.example:8443".into(),
            token,
            authority_der: vec![0x30],
        };
        enrol(&self.office, new, now()).await.unwrap();
        authenticate_device(&self.office, id, &token, now()).await.unwrap().unwrap()
    }

    /// Every row of every table of the trade, for comparing before and after.
    pub async fn dump(&self) -> Vec<String> {
        let tables: Vec<String> = sqlx::query_scalar(
            "select format('%I.%I', schemaname, tablename) from pg_tables
             where schemaname in
                 ('access', 'connection', 'metering', 'devices', 'billing', 'ledger')
             order by 1",
        )
        .fetch_all(&self.office.pool)
        .await
        .unwrap();
        assert!(tables.len() > 20);
        let mut dump = Vec::new();
        for table in tables {
            let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
                "select '{table}' || x::text from {table} x order by 1"
            )))
            .fetch_all(&self.office.pool)
            .await
            .unwrap();
            dump.extend(rows);
        }
        dump
    }
}

const HOUSEHOLD: &str = "
    with place as (
        insert into connection.service_connection
            (utility_id, connection_number, town_id, block, has_sewerage, route_number, walk_order,
             meter_position, caution)
        select 1, lpad($1::text, 8, '0'), town_id, '3番' || $1 || '号', true, $6, $1, '玄関右', '犬'
        from connection.town where name = $5
        returning connection_id
    ), meter as (
        insert into metering.meter
            (utility_id, meter_number, size_mm, dial_digits, verification_expires_on)
        values (1, '20-' || lpad($1::text, 6, '0'), 20, 4, '2031-03-31')
        returning meter_id
    ), hung as (
        insert into metering.meter_installation
            (utility_id, meter_id, connection_id, period, installed_value)
        select 1, meter_id, connection_id, daterange('2023-04-01', null), 0 from meter, place
    ), person as (
        insert into connection.customer (utility_id, customer_number, name, kana, telephone)
        values (1, 'C' || $1, $2, $3, $4)
        returning customer_id
    ), agreed as (
        insert into connection.service_agreement
            (utility_id, connection_id, customer_id, period, use_class, payment_method)
        select 1, connection_id, customer_id,
               daterange('2023-04-01', case when $7 then null else '2026-10-01'::date end), 'general', 1
        from place, person
    )
    select connection_id, meter_id from place, meter";
