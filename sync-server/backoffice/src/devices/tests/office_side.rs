//! What the office makes of a day: orders and hazards on board, the day's lines, cash, photos.

use shared::ids::StaffId;
use shared::metering::{DayTotal, Hazard, WorkOrderKind};
use shared::wire::{NoteV1, ServiceStopV1};

use super::*;
use crate::access::{NewStaff, Role, add_staff};
use crate::metering::{
    FieldRefusal, NewOrder, approve_day, cash_days, field_days, field_notes, field_services,
    hand_over_cash, orders_of_connection, place_order, set_hazards, settle,
};

async fn clerk(walk: &Walk) -> StaffId {
    let new = NewStaff {
        login_name: "clerk".into(),
        display_name: "窓口 花子".into(),
        role: Role::Clerk,
        password: None,
        pin: None,
    };
    add_staff(&walk.town.office, new).await.unwrap()
}

#[tokio::test]
async fn orders_and_hazards_go_along_and_an_order_is_done_by_its_fact() {
    let mut walk = Walk::start().await;
    let (office, clerk) = (walk.town.office.clone(), clerk(&walk).await);
    let order = NewOrder {
        connection: walk.sato,
        kind: WorkOrderKind::Stop,
        due_on: TODAY,
        note: "午前中".into(),
        owed_yen: 0,
        customer_name: String::new(),
        meter_number: String::new(),
    };
    let id = place_order(&office, &order, clerk, now()).await.unwrap();
    let elsewhere = NewOrder { connection: walk.tanaka, ..order };
    place_order(&office, &elsewhere, clerk, now()).await.unwrap();
    set_hazards(&office, walk.sato, &[Hazard::Dog, Hazard::Key], clerk, now()).await.unwrap();

    let package = work_package(&office, walk.device.id, TODAY).await.unwrap().unwrap();
    let orders: Vec<_> =
        package.work.orders.iter().map(|order| (order.order, order.kind)).collect();
    assert_eq!(orders, [(id, WorkOrderKind::Stop.code())], "that route's only");
    let sato = &package.connections[0].on_site;
    assert_eq!((sato.hazards.as_slice(), sato.tap), ([1, 2].as_slice(), 1));

    walk.package = package.id;
    let stop = ServiceStopV1 {
        id: Uuid::new_v4(),
        package: walk.package,
        connection: walk.sato.0,
        order: Some(id),
        register_value: 1_230,
        usage_m3: 30,
        findings: vec![],
        stopped_on_unix_days: to_unix_days(TODAY),
        water_yen: None,
        sewerage_yen: None,
        payment: 1,
        was_closed: true,
        visit: VisitV1::default(),
        reader: "101".into(),
    };
    let subject = stop.id;
    assert!(walk.quarantine_codes(vec![EventV1::ServiceStopped(stop)]).await.is_empty());
    let orders = orders_of_connection(&office, walk.sato).await.unwrap();
    assert_eq!((orders[0].state_japanese(), orders[0].done_on), ("済み", Some(TODAY)));
    assert_eq!(field_services(&office).await.unwrap()[0].register_value, 1_230);
    settle(&office, subject, "契約を終了", clerk, now()).await.unwrap();
    assert!(field_services(&office).await.unwrap().is_empty());
    let twice = settle(&office, subject, "", clerk, now()).await;
    assert!(matches!(twice, Err(FieldRefusal::Settled)));
}

#[tokio::test]
async fn a_signed_day_is_held_against_what_was_taken_in() {
    let mut walk = Walk::start().await;
    let (office, clerk) = (walk.town.office.clone(), clerk(&walk).await);
    let mut entries = walk.day();
    let note = NoteV1 {
        id: Uuid::new_v4(),
        package: walk.package,
        connection: Some(walk.sato.0),
        // Of no kind that there is, so that it is set aside.
        kind: 77,
        text: "門扉の工事中".into(),
        noted_on_unix_days: to_unix_days(TODAY),
        position: None,
        reader: "101".into(),
    };
    let good_note = NoteV1 { id: Uuid::new_v4(), kind: 5, ..note.clone() };
    let log: Vec<LogEntry> = entries.iter().map(|bytes| LogEntry::decode(bytes).unwrap()).collect();
    let planned = [walk.sato.0, walk.suzuki.0];
    let day = to_unix_days(TODAY);
    let honest = DayTotal::of(&log, walk.package, &planned, day).signed(walk.package, day, "101");
    assert_eq!((honest.counts, honest.papers), ([2, 1, 1, 0], [1, 1]));
    entries.push(walk.entry(EventV1::DaySigned(honest.clone())));
    entries.push(walk.entry(EventV1::Noted(note)));
    entries.push(walk.entry(EventV1::Noted(good_note)));
    let with_notes = shared::wire::DaySignedV1 { works: [0, 0, 0, 0, 2, 0], ..honest };
    entries.push(walk.entry(EventV1::DaySigned(with_notes)));
    walk.upload(&entries).await.unwrap();

    let days = field_days(&office, walk.round).await.unwrap();
    let [later, earlier] = days.as_slice() else { panic!("{days:?}") };
    assert!(earlier.agrees(), "{earlier:?}");
    let differs: Vec<_> = later.lines.iter().filter(|line| line.signed != line.office).collect();
    assert_eq!(differs.len(), 1);
    assert_eq!((differs[0].label, differs[0].signed, differs[0].office), ("連絡", 2, 1));

    let approve = async |sequence, remark| {
        approve_day(&office, walk.device.id, sequence, remark, clerk, now()).await
    };
    approve(earlier.sequence, "").await.unwrap();
    assert!(matches!(approve(later.sequence, " ").await, Err(FieldRefusal::NeedsRemark)));
    approve(later.sequence, "隔離の1件を確認").await.unwrap();
    assert!(matches!(approve(later.sequence, "再").await, Err(FieldRefusal::Settled)));
    assert_eq!(field_notes(&office).await.unwrap()[0].text, "門扉の工事中");
    assert!(cash_days(&office).await.unwrap().is_empty());
    let nobody = hand_over_cash(&office, "101", TODAY, 0, clerk, now()).await;
    assert!(matches!(nobody, Err(FieldRefusal::NotFound)));
}
