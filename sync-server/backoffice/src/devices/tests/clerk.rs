//! What a clerk makes of a visit: volumes of held readings, agreements that end and begin.

use shared::connection::{PaymentMethod, UsageClass};
use shared::ids::StaffId;
use shared::metering::BackwardsReason;
use shared::quantity::CubicMeters;
use shared::wire::{ServiceStartV1, ServiceStopV1};

use super::*;
use crate::access::{NewStaff, Role, add_staff};
use crate::metering::{
    FieldRefusal, HoldDecision, NewUser, begin_by_start, decide_held, end_by_stop, field_services,
    held_readings,
};

async fn clerk(walk: &Walk) -> StaffId {
    let staff = NewStaff {
        login_name: "clerk".into(),
        display_name: "窓口 一郎".into(),
        role: Role::Clerk,
        password: None,
        pin: None,
    };
    add_staff(&walk.town.office, staff).await.unwrap()
}

#[tokio::test]
async fn dials_that_went_back_wait_for_a_clerk() {
    let mut walk = Walk::start().await;
    let clerk = clerk(&walk).await;
    let mut backwards = walk.reading(walk.sato, 1_150, 0);
    backwards.water_yen = None;
    backwards.sewerage_yen = None;
    let unexplained = backwards.clone();
    let invented = ReadingV1 { id: Uuid::new_v4(), usage_m3: 12, ..backwards.clone() };
    backwards.visit.remarks = vec![BackwardsReason::OtherMeter.code()];
    let mut explained = invented.clone();
    explained.visit.remarks.clone_from(&backwards.visit.remarks);
    let codes = walk
        .quarantine_codes(vec![
            EventV1::Reading(ReadingV1 { id: Uuid::new_v4(), ..unexplained }),
            EventV1::Reading(explained),
            EventV1::Reading(backwards.clone()),
        ])
        .await;
    // Without a reason nobody knows what was seen; with a volume the terminal would have guessed.
    assert_eq!(codes, ["S27", "S26"]);
    let office = &walk.town.office;
    let [held] = held_readings(office).await.unwrap().try_into().unwrap();
    assert_eq!(
        (held.id, held.previous_value, held.register_value),
        (backwards.id, Some(1_200), 1_150)
    );
    assert_eq!(held.reason, Some(BackwardsReason::OtherMeter));
    assert_eq!(held.past[0].1, CubicMeters(40));

    let decision =
        HoldDecision {
            reading: held.id, usage: CubicMeters(38), note: "番号を確かめた".into()
        };
    for refused in [
        HoldDecision { note: " ".into(), ..decision.clone() },
        HoldDecision { usage: CubicMeters(10_000_000), ..decision.clone() },
        HoldDecision { note: "水".repeat(201), ..decision.clone() },
    ] {
        let refusal = decide_held(office, &refused, Uuid::new_v4(), clerk, now()).await;
        assert_eq!(refusal.unwrap_err().code(), "M43");
    }
    decide_held(office, &decision, Uuid::new_v4(), clerk, now()).await.unwrap();
    let again = decide_held(office, &decision, Uuid::new_v4(), clerk, now()).await;
    assert!(matches!(again, Err(FieldRefusal::Settled)));
    assert_eq!(held_readings(office).await.unwrap(), []);
    let usage = "select usage_m3::bigint from metering.current_reading where round_id is not null";
    assert_eq!(sqlx::query_scalar::<_, i64>(usage).fetch_one(&office.pool).await.unwrap(), 38);
}

#[tokio::test]
async fn a_stop_ends_the_agreement_once_a_clerk_says_so() {
    let mut walk = Walk::start().await;
    let clerk = clerk(&walk).await;
    let stop = ServiceStopV1 {
        id: Uuid::new_v4(),
        package: walk.package,
        connection: walk.sato.0,
        order: None,
        register_value: 1_230,
        usage_m3: 30,
        findings: vec![],
        stopped_on_unix_days: to_unix_days(TODAY),
        water_yen: Some(3_000),
        sewerage_yen: Some(2_000),
        payment: 1,
        was_closed: true,
        visit: VisitV1::default(),
        reader: "101".into(),
    };
    assert!(walk.quarantine_codes(vec![EventV1::ServiceStopped(stop.clone())]).await.is_empty());
    let office = &walk.town.office;
    assert_eq!(field_services(office).await.unwrap().len(), 1);
    let unknown = end_by_stop(office, Uuid::nil(), clerk, now()).await;
    assert!(matches!(unknown, Err(FieldRefusal::NotFound)));
    end_by_stop(office, stop.id, clerk, now()).await.unwrap();
    let last: String = sqlx::query_scalar(
        "select period::text from connection.service_agreement where connection_id = $1",
    )
    .bind(walk.sato.0)
    .fetch_one(&office.pool)
    .await
    .unwrap();
    assert_eq!(last, "[2023-04-01,2026-11-24)", "the day of the stop is the last one");
    assert!(field_services(office).await.unwrap().is_empty());
    let again = end_by_stop(office, stop.id, clerk, now()).await;
    assert!(matches!(again, Err(FieldRefusal::NoSuchAgreement)));
}

#[tokio::test]
async fn a_start_begins_an_agreement_and_never_two() {
    let mut walk = Walk::start().await;
    let clerk = clerk(&walk).await;
    let start = |walk: &Walk, connection: ConnectionId, dials| ServiceStartV1 {
        id: Uuid::new_v4(),
        package: walk.package,
        connection: connection.0,
        order: None,
        meter_number: format!("20-{:06}", connection.0),
        register_value: dials,
        was_opened: true,
        started_on_unix_days: to_unix_days(TODAY),
        visit: VisitV1::default(),
        reader: "101".into(),
    };
    // Suzuki's house stands empty; at Sato's somebody lives.
    let empty = start(&walk, walk.suzuki, 9_995);
    let lived_in = start(&walk, walk.sato, 1_205);
    sqlx::query(
        "update connection.service_agreement set period = daterange('2023-04-01', '2026-10-01')
         where connection_id = $1",
    )
    .bind(walk.suzuki.0)
    .execute(&walk.town.office.pool)
    .await
    .unwrap();
    let both = [&empty, &lived_in].map(|start| EventV1::ServiceStarted(start.clone()));
    let set_aside = walk.quarantine_codes(both.into()).await;
    assert!(set_aside.is_empty(), "{set_aside:?}");
    let office = &walk.town.office;
    let user = NewUser {
        name: "新規 太郎".into(),
        kana: "シンキ タロウ".into(),
        telephone: "055-000-1234".into(),
        use_class: UsageClass::GENERAL,
        payment_method: PaymentMethod::PaperBill,
    };
    let nameless = NewUser { name: " ".into(), ..user.clone() };
    let refused = begin_by_start(office, empty.id, &nameless, clerk, now()).await;
    assert_eq!(refused.unwrap_err().code(), "M43");
    let in_use = begin_by_start(office, lived_in.id, &user, clerk, now()).await;
    assert_eq!(in_use.unwrap_err().code(), "M45");
    begin_by_start(office, empty.id, &user, clerk, now()).await.unwrap();
    let again = begin_by_start(office, empty.id, &user, clerk, now()).await;
    assert!(matches!(again, Err(FieldRefusal::Settled)));
    let users: Vec<(String, String)> = sqlx::query_as(
        "select c.name, a.period::text from connection.service_agreement a
         join connection.customer c using (utility_id, customer_id)
         where a.connection_id = $1 and upper_inf(a.period)",
    )
    .bind(walk.suzuki.0)
    .fetch_all(&office.pool)
    .await
    .unwrap();
    assert_eq!(users, [("新規 太郎".to_owned(), "[2026-11-23,)".to_owned())]);
    // Sato's start is still there to be looked at.
    assert_eq!(field_services(office).await.unwrap().len(), 1);
    let found: bool = sqlx::query_scalar(
        "select exists (select from connection.search_entry
                        where connection_id = $1 and folded like '%シンキ%')",
    )
    .bind(walk.suzuki.0)
    .fetch_one(&office.pool)
    .await
    .unwrap();
    assert!(found, "the new user is found at once");
}
