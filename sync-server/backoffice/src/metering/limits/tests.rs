//! Limits as data (判定値の試験): chosen for a round, sent out, and gone by when readings come back.

use shared::wire::WorkPackage;

use super::*;
use crate::access::{NewStaff, Role, add_staff};
use crate::metering::{assign_route, work_package};
use crate::test_town::{Household, SATO, TODAY, Town, now};

const SUZUKI: Household = Household { number: 2, name: "鈴木 一", ..SATO };

async fn clerk(office: &Backoffice) -> StaffId {
    let staff = NewStaff {
        login_name: "clerk".into(),
        display_name: "窓口 一郎".into(),
        role: Role::Clerk,
        password: None,
        pin: None,
    };
    add_staff(office, staff).await.unwrap()
}

#[tokio::test]
async fn a_round_goes_by_its_set_and_a_connection_by_its_own() {
    let town = Town::new().await;
    let (sato, suzuki) = (town.household(SATO).await, town.household(SUZUKI).await);
    let office = &town.office;
    let clerk = clerk(office).await;
    let strict = ScreeningLimits { high_percent: 150, norm_m3: 20, ..ScreeningLimits::STANDARD };
    let set = add_limit_set(office, "夏", strict, clerk, now()).await.unwrap();
    for (name, limits) in
        [(" ", strict), ("逆", ScreeningLimits { very_high_percent: 120, ..strict })]
    {
        assert!(add_limit_set(office, name, limits, clerk, now()).await.is_err());
    }
    sqlx::query(
        "update connection.service_connection set charged_dwellings = 3 where connection_id = $1",
    )
    .bind(suzuki.0)
    .execute(&office.pool)
    .await
    .unwrap();
    let round = town.round().await;
    assert_eq!(set_of_round(&office.pool, office.utility, round).await.unwrap().id, set);
    let laundry = ScreeningLimits { high_percent: 300, ..strict };
    set_connection_limits(office, sato, Some(laundry), "洗濯業", clerk, now()).await.unwrap();
    let loose = add_limit_set(office, "冬", ScreeningLimits::STANDARD, clerk, now()).await.unwrap();
    choose_limits(office, round, set, clerk, now()).await.unwrap();

    let device = town.device("H01").await;
    assign_route(office, town.route(round).await, device.id).await.unwrap();
    let package = work_package(office, device.id, TODAY).await.unwrap().unwrap();
    assert_eq!(package.work.limits_version, set);
    let limits: Vec<ScreeningLimits> =
        package.connections.iter().map(|planned| planned.limits.into()).collect();
    assert_eq!(limits, [laundry, ScreeningLimits { norm_m3: 60, ..strict }]);
    drop(WorkPackage::V1(package));

    // The route is out: what it goes by stays.
    let late = choose_limits(office, round, loose, clerk, now()).await.unwrap_err();
    assert_eq!(late.code(), "M63");
    let none = choose_limits(office, RoundId(99), loose, clerk, now()).await.unwrap_err();
    assert_eq!(none.code(), "M62");
    set_connection_limits(office, sato, None, "廃業", clerk, now()).await.unwrap();
    assert_eq!(connection_limits(office, sato).await.unwrap(), None);
}

#[tokio::test]
async fn a_round_of_the_past_is_tried_as_it_lay_before_its_readers() {
    let town = Town::new().await;
    let (sato, suzuki) = (town.household(SATO).await, town.household(SUZUKI).await);
    let office = &town.office;
    let round = town.round().await;
    for (connection, usage, low_flow) in [(sato, 45, 0_i16), (suzuki, 95, 2)] {
        sqlx::query(
            "insert into metering.reading (utility_id, reading_id, connection_id, meter_id, round_id,
                 read_on, register_value, usage_m3, kind, low_flow, reader_login)
             select 1, gen_random_uuid(), $1, meter_id, $2, '2026-11-23', 1200 + $3, $3, 1, $4, '101'
             from metering.meter_installation where connection_id = $1",
        )
        .bind(connection.0)
        .bind(round.0)
        .bind(usage)
        .bind(low_flow)
        .execute(&office.pool)
        .await
        .unwrap();
    }
    let past = past_round(office, round).await.unwrap();
    assert_eq!(past.readings.len(), 2);
    let mut test = shared::metering::BackTest::default();
    for (reading, _) in &past.readings {
        test.add(reading, ScreeningLimits::STANDARD);
    }
    let trial = test.trial();
    // 95 is more than twice 40; 45 is not. One reader, one day.
    assert_eq!((trial.readings, trial.alarms, trial.reader_days), (2, 1, 1));
    assert_eq!((trial.leaks_known, trial.leaks_caught), (1, 1));
}
