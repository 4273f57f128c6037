//! The office's side of the day (事務室の町): houses as the acts want them, an earlier round that was
//! billed with its estimates, this month's round with its orders, and the terminal.

use backoffice::Backoffice;
use backoffice::access::{NewStaff, Role, Utility, add_staff, create_utility};
use backoffice::billing::{BillingOrder, CancelFlag, run_billing, store_tariff};
use backoffice::devices::{Device, NewDevice, authenticate_device, enrol};
use backoffice::metering::{
    NewEstimate, NewOrder, NewRound, approve_estimates, assign_route, choose_estimate_rule,
    close_round, open_round, place_order, propose_estimate, round_progress,
};
use backoffice::test_database::TestDatabase;
use handheld::bench::{TODAY, enrolment, reader};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use shared::calendar::YearMonth;
use shared::ids::{ConnectionId, DeviceId, RoundId, StaffId, UtilityId};
use shared::metering::WorkOrderKind;
use shared::metering::notice_seal::SlipKey;
use shared::quantity::CubicMeters;

use super::act::Act;

/// The last reading day.
const BEFORE: Date = date(2026, 9, 23);

/// The town, and what the test looks at.
pub struct Town {
    pub office: Backoffice,
    pub round: RoundId,
    pub device: Device,
    pub clerk: StaffId,
    _database: TestDatabase,
}

/// Nine in the morning of [`TODAY`] in Japan.
pub fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

/// Puts up a house for each act, in the order of the walk.
pub async fn put_up(acts: &[Act]) -> Town {
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
    let [clerk, second] = [staff(&office, "clerk").await, staff(&office, "second").await];
    for text in [
        include_str!("../../../shared/tariffs/takatsuki-water-2019.toml"),
        include_str!("../../../shared/tariffs/yachiyo-sewerage-2019.toml"),
    ] {
        store_tariff(&office, text, None).await.unwrap();
    }
    houses(&office, acts).await;
    round_before(&office, acts, [clerk, second]).await;
    orders(&office, acts, clerk).await;
    let round = a_round(&office, TODAY).await;
    let device = terminal(&office).await;
    let route = round_progress(&office, round).await.unwrap()[0].id;
    assign_route(&office, route, device.id).await.unwrap();
    Town { office, round, device, clerk, _database: database }
}

async fn staff(office: &Backoffice, login: &str) -> StaffId {
    let staff = NewStaff {
        login_name: login.into(),
        display_name: login.into(),
        role: Role::Clerk,
        password: None,
        pin: None,
    };
    add_staff(office, staff).await.unwrap()
}

async fn houses(office: &Backoffice, acts: &[Act]) {
    let places: Vec<i32> = (1..).zip(acts).map(|(place, _)| place).collect();
    let dials: Vec<i32> =
        acts.iter().map(|act| if *act == Act::RolledOver { 9_990 } else { 1_200 }).collect();
    let are_used: Vec<bool> = acts
        .iter()
        .map(|act| !matches!(act, Act::Closed | Act::UsedWhileClosed | Act::Started))
        .collect();
    let reader = reader();
    sqlx::query(
        "insert into access.staff (utility_id, login_name, display_name, role, pin_hash)
                 values (1, $1, $2, 'reader', $3)",
    )
    .bind(&reader.login)
    .bind(&reader.name)
    .bind(&reader.pin_hash)
    .execute(&office.pool)
    .await
    .unwrap();
    sqlx::query(HOUSES)
        .bind(places)
        .bind(dials)
        .bind(are_used)
        .execute(&office.pool)
        .await
        .unwrap();
    sqlx::raw_sql(
        "insert into metering.field_setting (utility_id, photo_percent, hides_previous,
             cash_limit_yen, due_day, debit_day, kept_days, entered_by, entered_at)
         select 1, 0, false, 1000000, 0, 0, 0, min(staff_id), now() from access.staff",
    )
    .execute(&office.pool)
    .await
    .unwrap();
    sqlx::raw_sql(HISTORY).execute(&office.pool).await.unwrap();
}

const HOUSES: &str = "
    with house as (
        select * from unnest($1::integer[], $2::integer[], $3::boolean[]) h(place, dials, is_used)
    ), town as (
        insert into connection.town (utility_id, name, kana, postcode)
        values (1, '相生一丁目', 'アイオイ', '4000031') returning town_id
    ), place as (
        insert into connection.service_connection
            (utility_id, connection_number, town_id, block, has_sewerage, route_number, walk_order,
             meter_position, caution)
        select 1, lpad(place::text, 8, '0'), town_id, place || '番1号', true, '012', place, '玄関右', ''
        from house, town order by place
        returning connection_id, walk_order
    ), meter as (
        insert into metering.meter
            (utility_id, meter_number, size_mm, dial_digits, verification_expires_on)
        select 1, '20-' || lpad(place::text, 6, '0'), 20, 4, '2031-03-31' from house
        returning meter_id, meter_number
    ), hung as (
        insert into metering.meter_installation
            (utility_id, meter_id, connection_id, period, installed_value)
        select 1, m.meter_id, p.connection_id, daterange('2023-04-01', null), h.dials - 900
        from house h
        join place p on p.walk_order = h.place
        join meter m on m.meter_number = '20-' || lpad(h.place::text, 6, '0')
    ), person as (
        insert into connection.customer (utility_id, customer_number, name, kana)
        select 1, 'C' || place, '試験 ' || place, 'シケン' from house where is_used
        returning customer_id, customer_number
    )
    insert into connection.service_agreement
        (utility_id, connection_id, customer_id, period, use_class, payment_method)
    select 1, c.connection_id, p.customer_id, daterange('2023-04-01', null), 'general', 3
    from person p join place c on 'C' || c.walk_order = p.customer_number";

/// 38 m³ in each of the periods up to July, so that the last reading of September ends at the dials
/// that the house is to have.
const HISTORY: &str = "
    insert into metering.reading (utility_id, reading_id, connection_id, meter_id, read_on,
        register_value, usage_m3, kind)
    select 1, gen_random_uuid(), i.connection_id, i.meter_id,
           ('2026-07-23'::date - make_interval(months => 2 * n))::date,
           i.installed_value + 900 - 38 * (n + 1), 38, 2
    from metering.meter_installation i, generate_series(0, 13) n";

/// September: read as ever, but where an estimate is to be settled now. It is billed.
async fn round_before(office: &Backoffice, acts: &[Act], clerks: [StaffId; 2]) {
    let round = a_round(office, BEFORE).await;
    let estimated: Vec<String> = (1..)
        .zip(acts)
        .filter(|(_, act)| matches!(act, Act::Settled { .. }))
        .map(|(place, _): (u32, _)| format!("{place:08}"))
        .collect();
    // The dials of a house that is estimated stood in July where the others stand now.
    for statement in [
        "insert into metering.no_read (utility_id, no_read_id, round_id, connection_id, reason,
             visited_on, reader_login, device_id, device_sequence)
         select 1, gen_random_uuid(), $2, connection_id, 2, $3::text::date, '101',
                '00000000-0000-0000-0000-000000000101', walk_order
         from connection.service_connection where connection_number = any ($1)",
        "insert into metering.reading (utility_id, reading_id, connection_id, meter_id, round_id,
             read_on, register_value, usage_m3, kind)
         select 1, gen_random_uuid(), i.connection_id, i.meter_id,
                case when c.connection_number = any ($1) then null else $2 end,
                case when c.connection_number = any ($1) then '2026-07-24' else $3::text::date end,
                i.installed_value + 900, 38, 3
         from metering.meter_installation i
         join connection.service_connection c using (utility_id, connection_id)",
    ] {
        sqlx::query(statement)
            .bind(&estimated)
            .bind(round.0)
            .bind(BEFORE.to_string())
            .execute(&office.pool)
            .await
            .unwrap();
    }
    choose_estimate_rule(office, "echizen", clerks[0], now()).await.unwrap();
    for number in &estimated {
        let connection: i64 = sqlx::query_scalar(
            "select connection_id from connection.service_connection where connection_number = $1",
        )
        .bind(number)
        .fetch_one(&office.pool)
        .await
        .unwrap();
        let new = NewEstimate {
            round,
            connection: ConnectionId(connection),
            reason: "absence".into(),
            usage: Some(CubicMeters(30)),
            change_reason: "聞き取りによる".into(),
            measured: None,
        };
        propose_estimate(office, &new, clerks[0], now()).await.unwrap();
    }
    close_round(office, round, BEFORE).await.unwrap();
    approve_estimates(office, round, "", clerks[1], now()).await.unwrap();
    let order = BillingOrder { round, assessed_on: BEFORE, due_on: date(2026, 10, 20) };
    run_billing(office, &order, &mut |_| {}, &CancelFlag::default()).await.unwrap();
}

async fn a_round(office: &Backoffice, on: Date) -> RoundId {
    let new = NewRound {
        month: YearMonth::of(on),
        months: 2,
        opened_on: on,
        planned_on: [("012".to_owned(), on)].into(),
    };
    open_round(office, &new).await.unwrap()
}

/// What the reader is sent out for; who was cut some days ago.
async fn orders(office: &Backoffice, acts: &[Act], clerk: StaffId) {
    for (place, act) in (1_u32..).zip(acts) {
        let kind = match act {
            Act::Exchanged => WorkOrderKind::MeterExchange,
            Act::Started => WorkOrderKind::Start,
            Act::StoppedForBill => WorkOrderKind::Stop,
            Act::Suspended | Act::UsedWhileSuspended => WorkOrderKind::Suspension,
            _ => continue,
        };
        let connection: i64 = sqlx::query_scalar(
            "select connection_id from connection.service_connection where walk_order = $1",
        )
        .bind(i32::try_from(place).unwrap())
        .fetch_one(&office.pool)
        .await
        .unwrap();
        let new = NewOrder {
            connection: ConnectionId(connection),
            kind,
            due_on: TODAY,
            note: "午前中".into(),
            owed_yen: 0,
            customer_name: "新規 太郎".into(),
            meter_number: if *act == Act::Exchanged {
                format!("26-{place:06}")
            } else {
                String::new()
            },
        };
        let order = place_order(office, &new, clerk, now()).await.unwrap();
        if *act == Act::UsedWhileSuspended {
            sqlx::query(
                "insert into metering.suspension_step
                     (utility_id, step_id, connection_id, order_id, step, method, seal, text,
                      done_at, reader_login, device_id, device_sequence)
                 values (1, gen_random_uuid(), $1, $2, 2, 1, '', '', '2026-11-10T01:00:00Z', '101',
                         '00000000-0000-0000-0000-000000000101', $1)",
            )
            .bind(connection)
            .bind(order)
            .execute(&office.pool)
            .await
            .unwrap();
        }
    }
}

/// The terminal of the walk.
async fn terminal(office: &Backoffice) -> Device {
    let own = enrolment();
    let new = NewDevice {
        id: DeviceId(own.device),
        code: own.device_code.clone(),
        server_url: "https://minamo.example:8443".into(),
        token: own.token,
        authority_der: vec![0x30],
    };
    enrol(office, new, now()).await.unwrap();
    authenticate_device(office, DeviceId(own.device), &own.token, now()).await.unwrap().unwrap()
}
