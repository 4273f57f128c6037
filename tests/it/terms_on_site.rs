//! Terms on the way (現地での料金の条件): what a terminal tells is what is billed, and where it cannot know
//! it tells nothing.

use std::collections::{BTreeMap, BTreeSet};

use backoffice::Backoffice;
use backoffice::billing::{
    BillingOrder, CancelFlag, RunSummary, demo_tariffs, run_billing, store_tariff,
};
use backoffice::demo::{DEMO_PASSWORD, DEMO_PIN, LoadOptions, Town, TownOptions, load};
use backoffice::devices::{NewDevice, enrol};
use backoffice::metering::{
    NewRound, assign_route, close_round, open_round, round_progress, unassign_route, work_package,
};
use backoffice::test_database::TestDatabase;
use handheld::route::{Route, Stop};
use jiff::civil::{Date, date};
use shared::billing::terms::LeftToOffice;
use shared::calendar::YearMonth;
use shared::ids::{DeviceId, RoundId, UtilityId};
use shared::metering::RegisterReading;
use shared::metering::notice_seal::SlipKey;
use shared::quantity::CubicMeters;
use shared::wire::WorkPackage;
use sqlx::PgPool;

const TODAY: Date = date(2026, 11, 23);
const TERMINAL: DeviceId = DeviceId(uuid::Uuid::from_u128(0x101));

const BY_DAYS: &str = "service = \"share\"\nvolume = \"share\"\ndays_per_month = 30\n";

/// What the demo town does not have: each on a home of its own, by its place among the homes.
const MORE_TERMS: &str = "
    create temporary table home as
        select c.connection_id, a.agreement_id, i.meter_id,
               row_number() over (order by c.connection_id) as place
        from connection.service_connection c
        join connection.service_agreement a using (utility_id, connection_id)
        join metering.meter_installation i using (utility_id, connection_id)
        where c.has_sewerage and c.parent_connection_id is null and c.dwellings = 1
          and upper_inf(a.period) and lower(a.period) < '2025-01-01'
          and not exists (select from billing.relief_grant g where g.agreement_id = a.agreement_id)
          and not exists (
              select from billing.sewage_source s where s.connection_id = c.connection_id)
          and not exists (
              select from billing.use_class_change u where u.agreement_id = a.agreement_id);
    -- Exchanged for the same size (2), for another (3), and without the last dials (4).
    update metering.meter_installation i
        set period = daterange(lower(i.period), '2026-10-20'),
            removed_value = case when home.place = 4 then null else (
                select r.register_value + 9 from metering.current_reading r
                where r.connection_id = i.connection_id order by r.read_on desc limit 1) end
        from home where home.connection_id = i.connection_id and home.place in (2, 3, 4);
    with old as (
        select home.connection_id, home.place, m.size_mm, m.dial_digits
        from home join metering.meter m using (meter_id) where home.place in (2, 3, 4)
    ), new as (
        insert into metering.meter (utility_id, meter_number, size_mm, dial_digits,
            verification_expires_on)
        select 1, 'N' || place, case when place = 3 then 40 else size_mm end, dial_digits,
               '2034-10-31' from old
        returning meter_id, meter_number
    )
    insert into metering.meter_installation (utility_id, meter_id, connection_id, period, installed_value)
        select 1, meter_id, connection_id, daterange('2026-10-20', null), 3
        from new join old on meter_number = 'N' || place;
    -- Another class (5); a well meter that is not read yet (6), and one that is (7).
    insert into billing.use_class_change (utility_id, agreement_id, changed_on, from_class, to_class,
            document, decided_on, decided_by, entered_by, entered_at)
        select 1, agreement_id, '2026-10-20', 'general', 'bathhouse', '1', '2026-10-20', 1, 1, now()
        from home where place = 5;
    update connection.service_agreement a set use_class = 'bathhouse'
        from home where home.agreement_id = a.agreement_id and home.place = 5;
    insert into billing.sewage_source (utility_id, connection_id, kind, measure, name, meter_number,
            dial_digits, first_value, starts_on, period, document, decided_on, decided_by,
            entered_by, entered_at)
        select 1, connection_id, 1, 1, '井戸', 'W', 4, 0, '2026-01-01', daterange('2026-01-01', null),
               '1', '2026-01-01', 1, 1, now()
        from home where place in (6, 7);
    insert into billing.source_reading
        select 1, source_id, max(round_id), 1, '2026-11-22', 21, 21, 1, now()
        from billing.sewage_source join home using (connection_id), metering.reading_round
        where place = 7 and meter_number = 'W' group by source_id;
    -- A master of one submeter (8 and 9), and a user who came this month (10).
    update connection.service_connection c
        set parent_connection_id = (select connection_id from home where place = 8)
        from home where home.connection_id = c.connection_id and home.place = 9;
    update connection.service_agreement a set period = daterange('2026-11-04', null)
        from home where home.agreement_id = a.agreement_id and home.place = 10";

async fn town() -> (TestDatabase, Backoffice, RoundId) {
    let database = TestDatabase::fresh().await;
    let office = Backoffice { pool: database.pool.clone(), utility: UtilityId(1) };
    let invented = Town::invent(TownOptions { households: 300, seed: 42, today: TODAY });
    let options = LoadOptions {
        password: DEMO_PASSWORD.into(),
        pin: DEMO_PIN.into(),
        slip_master_key: SlipKey([3; 32]),
    };
    load(&office, &invented, &options, &mut |_| {}).await.unwrap();
    let [water, sewerage] = demo_tariffs();
    for text in [
        format!("{water}\n[water.proration]\n{BY_DAYS}"),
        format!("{sewerage}\n[sewerage.proration]\n{BY_DAYS}"),
    ] {
        store_tariff(&office, &text, None).await.unwrap();
    }
    let new = NewRound {
        month: YearMonth::of(TODAY),
        months: 2,
        opened_on: TODAY,
        planned_on: invented.routes.iter().map(|route| (route.number.clone(), TODAY)).collect(),
    };
    let round = open_round(&office, &new).await.unwrap();
    let terminal = NewDevice {
        id: TERMINAL,
        code: "H01".into(),
        server_url: "https://minamo.example:8443".into(),
        token: [9; 32],
        authority_der: vec![0x30],
    };
    enrol(&office, terminal, "2026-11-23T00:00:00Z".parse().unwrap()).await.unwrap();
    sqlx::raw_sql(MORE_TERMS).execute(&office.pool).await.unwrap();
    (database, office, round)
}

/// Reads a stop: some water more than before, with what the terminal says that it costs.
async fn read(pool: &PgPool, round: RoundId, route: &Route, stop: &Stop, more: u32) {
    let before = stop.basis().previous.value();
    let register = RegisterReading::new(before + more, stop.dial_digits());
    // Dials about to pass zero are another matter.
    let register = register.unwrap_or(stop.basis().previous);
    let usage = stop.volume(register, None).billed().unwrap();
    let amounts = route.amounts(stop, usage, TODAY);
    sqlx::query(
        "insert into metering.reading (utility_id, reading_id, connection_id, meter_id, round_id,
             read_on, register_value, usage_m3, kind, slip_water_yen, slip_sewerage_yen)
         select 1, gen_random_uuid(), $1, meter_id, $2, '2026-11-23', $3, $4, 1, $5, $6
         from metering.meter_installation where connection_id = $1 and period @> '2026-11-23'::date",
    )
    .bind(stop.planned.connection)
    .bind(round.0)
    .bind(i32::try_from(register.value()).unwrap())
    .bind(i32::try_from(usage.0).unwrap())
    .bind(amounts.water.map(|yen| yen.0))
    .bind(amounts.sewerage.map(|yen| yen.0))
    .execute(pool)
    .await
    .unwrap();
}

/// Walks every route; tells how many stops had an amount, and why the others had none.
async fn walk(office: &Backoffice, round: RoundId) -> (usize, BTreeMap<LeftToOffice, usize>) {
    let (mut told, mut left) = (0, BTreeMap::new());
    for progress in round_progress(office, round).await.unwrap() {
        assign_route(office, progress.id, TERMINAL).await.unwrap();
        let package = work_package(office, TERMINAL, TODAY).await.unwrap().unwrap();
        unassign_route(office, progress.id).await.unwrap();
        let route = Route::open(WorkPackage::V1(package)).unwrap();
        for (stop, more) in route.stops.iter().zip((0..).step_by(7)) {
            read(&office.pool, round, &route, stop, more % 61 + 1).await;
            match route.charges(stop, CubicMeters(more % 61 + 1), TODAY) {
                Ok(charges) => told += usize::from(!charges.is_empty()),
                Err(error) => {
                    let reason = error.left_to_office().unwrap_or_else(|| panic!("{error}"));
                    *left.entry(reason).or_default() += 1;
                }
            }
        }
    }
    (told, left)
}

async fn bill(office: &Backoffice, round: RoundId) -> RunSummary {
    close_round(office, round, TODAY).await.unwrap();
    let order = BillingOrder { round, assessed_on: TODAY, due_on: date(2026, 12, 15) };
    run_billing(office, &order, &mut |_| {}, &CancelFlag::default()).await.unwrap()
}

#[tokio::test]
async fn a_slip_with_an_amount_is_what_is_billed() {
    let (_database, office, round) = town().await;
    let (told, left) = walk(&office, round).await;
    let reasons: BTreeSet<LeftToOffice> = left.keys().copied().collect();
    assert_eq!(reasons, LeftToOffice::ALL.iter().copied().collect(), "{left:?}");
    assert!(told > 250, "{told}");

    let summary = bill(&office, round).await;
    assert_eq!(summary.slips_different, 0, "{:?}", summary.differences);
    assert!(summary.slips_compared > 450, "{}", summary.slips_compared);
    let codes: BTreeSet<&str> =
        summary.unbilled.iter().map(|unbilled| unbilled.reason.code()).collect();
    // The well that nobody read, and the meter whose last dials nobody wrote down.
    assert!(codes.contains("K62") && codes.contains("K68"), "{:?}", summary.unbilled);
    assert!(summary.unbilled_count <= 3, "{:?}", summary.unbilled);
}
