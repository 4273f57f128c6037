//! Who is billed in a bench (測定用の給水先): a mix of sizes, uses and volumes like a city's, by formula.

use jiff_sqlx::ToSqlx;
use shared::ids::RoundId;
use shared::metering::notice_seal::SlipKey;
use sqlx::Executor;

use crate::Backoffice;
use crate::access::{self, Utility, create_utility};
use crate::billing::{BillingError, demo_tariffs, store_tariff};

/// A closed round that is ready to be billed.
#[derive(Debug, Clone, Copy)]
pub struct Prepared {
    /// The round.
    pub round: RoundId,
    /// Connections that were read in it.
    pub connections: u32,
}

/// Fills an empty database with connections that were read and a round that is closed.
pub async fn prepare(office: &Backoffice, connections: u32) -> Result<Prepared, BillingError> {
    if access::utility(office).await?.is_none() {
        let utility = Utility {
            id: office.utility,
            name: "測定用".into(),
            registration_number: "T0000000000000".into(),
            contact: String::new(),
            slip_master_key: SlipKey([0; 32]),
        };
        create_utility(&office.pool, &utility).await?;
    }
    for text in demo_tariffs() {
        store_tariff(office, text, None).await?;
    }
    let round: i64 = sqlx::query_scalar(
        "insert into metering.reading_round
             (utility_id, billing_month, months, opened_on, closed_on)
         values ($1, '2026-11-01', 2, $2, $2) returning round_id",
    )
    .bind(office.utility.0)
    .bind(super::ASSESSED_ON.to_sqlx())
    .fetch_one(&office.pool)
    .await?;
    for statement in STEPS {
        sqlx::query(statement)
            .bind(office.utility.0)
            .bind(i64::from(connections))
            .bind(round)
            .execute(&office.pool)
            .await?;
    }
    office.pool.execute("vacuum analyze").await?;
    Ok(Prepared { round: RoundId(round), connections })
}

/// Sizes, uses and volumes go by steps that have no common factor, so that all pairs occur.
const STEPS: [&str; 7] = [
    "insert into connection.town (utility_id, town_id, name, kana, postcode)
     overriding system value
     select $1, 1, '測定町', 'ソクテイチョウ', '0000000' where $2 + $3 > 0",
    "insert into connection.service_connection (utility_id, connection_id, connection_number,
         town_id, block, has_sewerage, route_number, walk_order)
     overriding system value
     select $1, i, lpad(i::text, 8, '0'), 1, i || '番', i % 10 <> 3, '001', i
     from generate_series(1, $2) i where $3 > 0",
    "insert into connection.customer (utility_id, customer_id, customer_number, name, kana)
     overriding system value
     select $1, i, 'C' || i, '測定 ' || i, 'ソクテイ' from generate_series(1, $2) i where $3 > 0",
    "insert into connection.service_agreement (utility_id, connection_id, customer_id, period,
         use_class, payment_method)
     select $1, i, i, daterange('2020-04-01', null),
            case when i % 1000 = 7 then 'bathhouse' when i % 13 = 5 then 'business'
                 else 'general' end,
            case when i % 10 < 7 then 1 when i % 10 = 7 then 2 else 3 end
     from generate_series(1, $2) i where $3 > 0",
    "insert into metering.meter (utility_id, meter_id, meter_number, size_mm, dial_digits,
         verification_expires_on)
     overriding system value
     select $1, i, 'M' || i,
            case when i % 211 = 1 then 75 when i % 97 = 1 then 50 when i % 53 = 1 then 40
                 when i % 23 = 1 then 25 when i % 2 = 1 then 20 else 13 end,
            4, '2031-03-31'
     from generate_series(1, $2) i where $3 > 0",
    "insert into metering.reading (utility_id, reading_id, connection_id, meter_id, read_on,
         register_value, usage_m3, kind)
     select $1, gen_random_uuid(), i, i, '2026-09-12', 1000, 30, 2
     from generate_series(1, $2) i where $3 > 0",
    "insert into metering.reading (utility_id, reading_id, connection_id, meter_id, round_id,
         read_on, register_value, usage_m3, kind)
     select $1, gen_random_uuid(), i, i, $3, '2026-11-12', 1000 + used, used, 1
     from generate_series(1, $2) i,
          lateral (select (i * 7919 % 83 + case when i % 37 = 0 then i % 500 else 0 end)::integer
                          as used) volume",
];
