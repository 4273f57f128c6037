//! Rounds, work packages and closing, on a real database.

use jiff::civil::date;
use shared::calendar::{YearMonth, to_unix_days};
use shared::ids::{ConnectionId, RoundId};
use shared::metering::screening::ScreeningLimits;
use uuid::Uuid;

use super::*;
use crate::access::{NewStaff, Role, SALT_BYTES, Secret, add_staff};
use crate::test_town::{Household, SATO, TODAY, Town};

const SUZUKI: Household = Household { number: 2, name: "鈴木 一", in_service: false, ..SATO };
const TANAKA: Household = Household { number: 3, name: "田中 花", route: "002", ..SATO };

/// Puts a reading of this round straight into the table.
async fn read(town: &Town, round: RoundId, connection: ConnectionId) {
    sqlx::query(
        "insert into metering.reading (utility_id, reading_id, connection_id, meter_id, round_id,
             read_on, register_value, usage_m3, kind, findings)
         select 1, $1, $2, meter_id, $3, '2026-11-23', 1260, 60, 1, '{3}'
         from metering.meter_installation where connection_id = $2",
    )
    .bind(Uuid::new_v4())
    .bind(connection.0)
    .bind(round.0)
    .execute(&town.office.pool)
    .await
    .unwrap();
}

async fn no_read(town: &Town, round: RoundId, connection: ConnectionId) {
    sqlx::query(
        "insert into metering.no_read (utility_id, no_read_id, round_id, connection_id, reason,
             visited_on, reader_login, device_id, device_sequence)
         values (1, $1, $2, $3, 1, '2026-11-23', '101', $1, 1)",
    )
    .bind(Uuid::new_v4())
    .bind(round.0)
    .bind(connection.0)
    .execute(&town.office.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_round_plans_every_meter_on_its_route() {
    let town = Town::new().await;
    for house in [SATO, SUZUKI, TANAKA] {
        town.household(house).await;
    }
    let round = town.round().await;
    let progress = round_progress(&town.office, round).await.unwrap();
    let counts: Vec<_> =
        progress.iter().map(|route| (route.number.as_str(), route.count.planned)).collect();
    assert_eq!(counts, [("001", 2), ("002", 1)], "the stopped connection is walked past as well");
    assert_eq!((progress[0].name.as_str(), progress[0].planned_on), ("相生一丁目", TODAY));
    let listed = rounds(&town.office).await.unwrap();
    assert!(listed[0].is_open() && listed[0].months == 2);

    let again = NewRound {
        month: YearMonth::of(TODAY),
        months: 2,
        opened_on: TODAY,
        planned_on: [].into(),
    };
    assert_eq!(open_round(&town.office, &again).await.unwrap_err().code(), "M02");
    let too_early =
        NewRound { month: YearMonth::new(2020, 1).unwrap(), opened_on: date(2020, 1, 1), ..again };
    assert_eq!(open_round(&town.office, &too_early).await.unwrap_err().code(), "M07");
    assert_eq!(rounds(&town.office).await.unwrap().len(), 1, "the refused ones left nothing");
}

#[tokio::test]
async fn a_round_closes_only_when_every_connection_is_accounted_for() {
    let town = Town::new().await;
    let sato = town.household(SATO).await;
    let suzuki = town.household(SUZUKI).await;
    let tanaka = town.household(TANAKA).await;
    let round = town.round().await;
    let office = &town.office;

    read(&town, round, sato).await;
    no_read(&town, round, sato).await;
    let Err(MeteringError::NotAccountedFor(short)) = close_round(office, round, TODAY).await else {
        panic!("two connections are left")
    };
    let left: Vec<_> =
        short.iter().map(|(route, count)| (route.as_str(), count.remaining())).collect();
    assert_eq!(left, [("001", 1), ("002", 1)]);

    no_read(&town, round, suzuki).await;
    withdraw(office, round, tanaka, "メーター撤去").await.unwrap();
    let unread_now = unread(office, round).await.unwrap();
    assert_eq!(unread_now.len(), 1);
    assert_eq!(unread_now[0].state.japanese(), "検針不能");
    let odd = round_findings(office, round).await.unwrap();
    assert_eq!(odd[0].state.findings_japanese(), ["多い"]);
    let refused = withdraw(office, round, sato, "誤り").await.unwrap_err();
    assert_eq!(refused.code(), "M05");

    let total = close_round(office, round, TODAY).await.unwrap();
    assert_eq!(total, Count { planned: 3, read: 1, no_read: 1, withdrawn: 1 });
    assert_eq!(close_round(office, round, TODAY).await.unwrap_err().code(), "M04");
    assert_eq!(withdraw(office, round, suzuki, "誤り").await.unwrap_err().code(), "M04");
    assert_eq!(close_round(office, RoundId(-1), TODAY).await.unwrap_err().code(), "M03");
    let route = town.route(round).await;
    let shown = route_progress(office, route).await.unwrap().unwrap();
    assert_eq!((shown.closed_on, shown.count.percent()), (Some(TODAY), 100));
    let walked = route_connections(office, route).await.unwrap();
    assert_eq!(round_findings_count(office, round).await.unwrap(), 1);
    let states: Vec<_> = walked.iter().map(|planned| planned.state.japanese()).collect();
    assert_eq!(states, ["検針済み", "検針不能"]);
    assert_eq!(
        (walked[0].customer_name.as_str(), walked[1].customer_name.as_str()),
        ("佐藤 京子", "")
    );
}

#[tokio::test]
async fn a_new_user_never_sees_what_the_one_before_used() {
    let town = Town::new().await;
    let sato = town.household(SATO).await;
    for statement in [
        "update connection.service_agreement
         set period = daterange(lower(period), '2026-10-01') where connection_id = $1",
        "insert into connection.service_agreement
             (utility_id, connection_id, customer_id, period, use_class, payment_method)
         select utility_id, connection_id, customer_id, '[2026-10-01,)', 'general', 1
         from connection.service_agreement where connection_id = $1",
    ] {
        sqlx::query(statement).bind(sato.0).execute(&town.office.pool).await.unwrap();
    }
    let round = town.round().await;
    let route = town.route(round).await;
    let device = town.device("H01").await;
    assign_route(&town.office, route, device.id).await.unwrap();
    let package = work_package(&town.office, device.id, TODAY).await.unwrap().unwrap();
    let first = &package.connections[0];
    assert_eq!(first.past_usage, []);
    assert_eq!(first.previous_value, 1_200, "the dials go on from where they stood");
}

#[tokio::test]
async fn a_work_package_carries_the_name_of_each_use_class_once() {
    let town = Town::new().await;
    for household in [SATO, TANAKA] {
        town.household(household).await;
    }
    let inn = town.household(Household { number: 7, ..SATO }).await;
    for statement in [
        "update connection.service_agreement set use_class = 'hot_spring'
         where connection_id = $1",
        "insert into billing.use_class (utility_id, key, name)
         select 1, 'hot_spring', '温泉用' where $1 > 0",
    ] {
        sqlx::query(statement).bind(inn.0).execute(&town.office.pool).await.unwrap();
    }
    let round = town.round().await;
    let route = town.route(round).await;
    let device = town.device("H01").await;
    assign_route(&town.office, route, device.id).await.unwrap();
    let package = work_package(&town.office, device.id, TODAY).await.unwrap().unwrap();
    let named: Vec<_> =
        package.use_classes.iter().map(|class| (class.key.as_str(), class.name.as_str())).collect();
    assert_eq!(named, [("general", "一般用"), ("hot_spring", "温泉用")]);
    let planned = package.connections.iter().find(|c| c.connection == inn.0).unwrap();
    assert_eq!(planned.use_class, "hot_spring");
    assert!(package.connections.iter().any(|c| c.use_class == "general"));
}

#[tokio::test]
async fn a_work_package_holds_the_route_and_nothing_else() {
    let town = Town::new().await;
    let sato = town.household(SATO).await;
    town.household(SUZUKI).await;
    let tanaka = town.household(TANAKA).await;
    let pin = Secret { text: "2468".into(), salt: [3; SALT_BYTES] };
    let reader = NewStaff {
        login_name: "101".into(),
        display_name: "検針 花子".into(),
        role: Role::Reader,
        password: None,
        pin: Some(pin),
    };
    add_staff(&town.office, reader).await.unwrap();
    for (claim, validity) in
        [(1, "[2020-01-01,)"), (2, "[2020-01-01,)"), (1, "[2010-01-01,2020-01-01)")]
    {
        sqlx::query(
            "insert into billing.tariff (utility_id, claim, code, name, validity, text)
                     values (1, $1, 'a', 'a', $2::daterange, 'text ' || $1)",
        )
        .bind(claim)
        .bind(validity)
        .execute(&town.office.pool)
        .await
        .unwrap();
    }
    let round = town.round().await;
    let route = town.route(round).await;
    let device = town.device("H01").await;
    assert_eq!(work_package(&town.office, device.id, TODAY).await.unwrap(), None);
    assign_route(&town.office, route, device.id).await.unwrap();

    let package = work_package(&town.office, device.id, TODAY).await.unwrap().unwrap();
    assert_eq!(
        (package.route.number.as_str(), package.round.month, package.round.months),
        ("001", 11, 2)
    );
    assert_eq!(package.utility.registration_number, "T1234567890123");
    assert_eq!(
        package.tariffs.iter().map(|tariff| tariff.text.as_str()).collect::<Vec<_>>(),
        ["text 1", "text 2"]
    );
    assert_eq!(package.readers.len(), 1);
    assert!(package.readers[0].pin_hash.starts_with("$argon2id$"));
    assert_eq!(package.connections.len(), 2);
    let first = &package.connections[0];
    assert_eq!((first.connection, first.walk_order), (sato.0, 1));
    assert_eq!(
        (first.customer_name.as_str(), first.address.as_str()),
        ("佐藤 京子", "相生一丁目3番1号")
    );
    assert_eq!((first.previous_value, first.dial_digits, first.in_service), (1_200, 4, true));
    assert_eq!(first.previous_read_on_unix_days, to_unix_days(date(2026, 9, 23)));
    assert_eq!(first.past_usage.len(), 13);
    assert!(
        first.past_usage.is_sorted_by(|one, next| one.read_on_unix_days > next.read_on_unix_days)
    );
    assert_eq!(first.limits, ScreeningLimits::STANDARD.into());
    assert!(package.connections[1].customer_name.is_empty() && !package.connections[1].in_service);

    let again = work_package(&town.office, device.id, TODAY).await.unwrap().unwrap();
    assert_eq!(again, package, "asking again changes nothing");
    withdraw(&town.office, round, sato, "工事中").await.unwrap();
    let shorter = work_package(&town.office, device.id, TODAY).await.unwrap().unwrap();
    assert_eq!(shorter.connections.len(), 1);
    assert_ne!(shorter.id, package.id);
    assert!(shorter.connections.iter().all(|planned| planned.connection != tanaka.0));
}

#[tokio::test]
async fn readings_are_facts() {
    let town = Town::new().await;
    let sato = town.household(SATO).await;
    let round = town.round().await;
    read(&town, round, sato).await;
    no_read(&town, round, sato).await;
    for table in ["metering.reading", "metering.no_read", "metering.slip", "devices.log_entry"] {
        for change in [format!("update {table} set utility_id = 2"), format!("delete from {table}")]
        {
            let change = change.replace(
                "update devices.log_entry set utility_id = 2",
                "update devices.log_entry set quarantine = null",
            );
            let refused = sqlx::query(sqlx::AssertSqlSafe(change.clone()))
                .execute(&town.office.pool)
                .await
                .unwrap_err();
            assert!(refused.to_string().contains("never changed"), "{change}: {refused}");
        }
    }
}
