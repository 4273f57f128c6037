//! The office's pages on plain HTTP with a small demo town, for looking at them while they are made:
//! `cargo run -p office-web --example preview [HOUSEHOLDS]`. The database is thrown away at the end.

use std::net::Ipv4Addr;
use std::sync::Arc;

use backoffice::Backoffice;
use backoffice::billing::{demo_tariffs, store_tariff};
use backoffice::demo::{DEMO_CLERK, DEMO_PASSWORD, DEMO_PIN, LoadOptions, Town, TownOptions, load};
use backoffice::devices::{NewDevice, enrol};
use backoffice::metering::{NewRound, open_round, round_progress};
use backoffice::test_database::TestDatabase;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use office_web::OfficeConfig;
use shared::calendar::YearMonth;
use shared::ids::{DeviceId, UtilityId};
use shared::metering::notice_seal::SlipKey;
use uuid::Uuid;

const TODAY: Date = date(2026, 11, 23);
const PORT: u16 = 8088;

/// A day's work half done: most of the first routes read, some not readable, some odd, and a few
/// entries of a terminal that could not be applied.
const HALF_DONE: &str = "
    insert into metering.reading
        (utility_id, reading_id, connection_id, meter_id, round_id, read_on, register_value,
         usage_m3, kind, findings, reader_login)
    select 1, gen_random_uuid(), p.connection_id, i.meter_id, p.round_id, ro.planned_on,
           100 + p.connection_id, 20 + p.connection_id % 37, 1,
           case when p.connection_id % 29 = 0 then '{3}'::smallint[]
                when p.connection_id % 43 = 0 then '{8,4}'::smallint[]
                when p.connection_id % 61 = 0 then '{6}'::smallint[] else '{}' end, '101'
    from metering.planned_reading p
    join metering.reading_round r using (utility_id, round_id)
    join metering.reading_route ro using (utility_id, route_id)
    join metering.meter_installation i
        on i.utility_id = p.utility_id and i.connection_id = p.connection_id
        and i.period @> ro.planned_on
    where r.closed_on is null and p.connection_id % 17 <> 0
      and (ro.number <= '003' or p.walk_order < 30);
    insert into metering.no_read
        (utility_id, no_read_id, round_id, connection_id, reason, visited_on, reader_login,
         device_id, device_sequence)
    select 1, gen_random_uuid(), p.round_id, p.connection_id,
           (array[1, 2, 7, 10])[1 + p.connection_id % 4], '2026-11-20', '101',
           '00000000-0000-0000-0000-000000000101', p.connection_id
    from metering.planned_reading p
    join metering.reading_round r using (utility_id, round_id)
    where r.closed_on is null and p.connection_id % 51 = 0;
    update metering.planned_reading set withdrawn = 'メーター撤去'
    where connection_id % 119 = 0;
    update metering.reading_route set device_id = '00000000-0000-0000-0000-000000000101'
    where closed_on is null and number <= '004';
    update devices.device set last_seen_at = '2026-11-23 08:05:00+00' where code = 'H01';
    insert into devices.log_entry (device_id, sequence, bytes, running_hash, quarantine)
    values ('00000000-0000-0000-0000-000000000101', 1, '\\x00', '\\x00', 'S26'),
           ('00000000-0000-0000-0000-000000000101', 2, '\\x00', '\\x00', null);";

#[tokio::main]
async fn main() {
    let database = TestDatabase::fresh().await;
    let office = Backoffice { pool: database.pool.clone(), utility: UtilityId(1) };
    let households = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(800);
    put_up(&office, &database, households).await;
    let config = OfficeConfig {
        now: Arc::new(now),
        today: Arc::new(|| TODAY),
        random: Arc::new(rand::random),
    };
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, PORT))
        .await
        .expect("the preview's port is free");
    println!("http://127.0.0.1:{PORT}  {DEMO_CLERK} / {DEMO_PASSWORD}");
    axum::serve(listener, office_web::router(office, config)).await.expect("it serves");
}

fn now() -> Timestamp {
    "2026-11-23T08:30:00Z".parse().expect("a time")
}

async fn put_up(office: &Backoffice, database: &TestDatabase, households: u32) {
    let town = Town::invent(TownOptions { households, seed: 1, today: TODAY });
    let options = LoadOptions {
        password: DEMO_PASSWORD.into(),
        pin: DEMO_PIN.into(),
        slip_master_key: SlipKey([7; 32]),
    };
    load(office, &town, &options, &mut |_| {}).await.expect("the demo town loads");
    for text in demo_tariffs() {
        store_tariff(office, text, None).await.expect("published tariffs are in order");
    }
    for number in 1..=3_u8 {
        let terminal = NewDevice {
            id: DeviceId(Uuid::from_u128(0x100 + u128::from(number))),
            code: format!("H{number:02}"),
            server_url: "https://minamo.example:8443".into(),
            token: [number; 32],
            authority_der: vec![0x30],
        };
        enrol(office, terminal, now()).await.expect("a new terminal");
    }
    let routes = town.routes.iter().map(|route| route.number.clone());
    let days = (9..=30_i8).cycle().map(|day| date(2026, 11, day));
    let new = NewRound {
        month: YearMonth::of(TODAY),
        months: 2,
        opened_on: date(2026, 11, 9),
        planned_on: routes.zip(days).collect(),
    };
    let round = open_round(office, &new).await.expect("a new month");
    round_progress(office, round).await.expect("it was just opened");
    sqlx::raw_sql(HALF_DONE).execute(&database.pool).await.expect("the schema of today");
}
