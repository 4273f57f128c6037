//! Work besides reading: every question, the way back, and what is stored.

use super::*;
use shared::metering::{
    CutMethod, ExchangeReason, NoteKind, ReceiptVoidReason, SettlementPayment, SuspensionStep,
    WorkOrderKind,
};
use shared::wire::{CashReceiptV1, ServiceStopV1, WorkOrderV1};

fn order(kind: WorkOrderKind, connection: i64) -> WorkOrderV1 {
    WorkOrderV1 {
        order: 70 + i64::from(kind.code()),
        connection,
        kind: kind.code(),
        due_on_unix_days: to_unix_days(TODAY),
        text: "午前中に立会い".into(),
        owed_yen: if kind == WorkOrderKind::Suspension { 23_456 } else { 0 },
        customer_name: "高橋 実".into(),
        meter_number: if kind == WorkOrderKind::MeterExchange {
            "26-000001".into()
        } else {
            String::new()
        },
        meter_size_mm: 0,
    }
}

fn app_with(change: impl FnOnce(&mut WorkPackageV1)) -> App {
    let WorkPackage::V1(mut package) = package();
    change(&mut package);
    let mut app = App::new(TODAY, Some(Route::open(WorkPackage::V1(package)).unwrap()));
    type_keys(&mut app, "101e");
    app.pin_checked(reader(), true, 0);
    app
}

#[track_caller]
fn saved(effect: Option<Effect>) -> WorkDraft {
    let Some(Effect::SaveWork { draft, .. }) = effect else { panic!("not saved: {effect:?}") };
    *draft
}

#[track_caller]
fn asks(app: &App, words: &str) {
    let view = app.view();
    assert!(view.work.text.contains(words), "{:?}: {}", view.work, view.message);
}

fn stopped(connection: i64) -> ServiceStopV1 {
    ServiceStopV1 {
        id: Uuid::from_u128(6),
        package: Uuid::from_u128(9),
        connection,
        order: None,
        register_value: 1_220,
        usage_m3: 20,
        findings: vec![],
        stopped_on_unix_days: to_unix_days(TODAY),
        water_yen: Some(2_000),
        sewerage_yen: Some(1_000),
        payment: SettlementPayment::Cash.code(),
        was_closed: true,
        visit: VisitV1::default(),
        reader: "101".into(),
    }
}

#[test]
fn a_meter_is_exchanged_by_order_with_nothing_but_its_own_numbers() {
    let mut app = app_with(|package| {
        package.work.orders.push(order(WorkOrderKind::MeterExchange, 1));
    });
    assert_eq!(app.view().keys[4], "作業 1");
    type_keys(&mut app, "Ee");
    asks(&app, "最後の指針");
    type_keys(&mut app, "1230e");
    asks(&app, "番号");
    assert_eq!(app.view().work.offered, "26-000001");
    type_keys(&mut app, "e");
    asks(&app, "口径");
    type_keys(&mut app, "e");
    asks(&app, "桁数");
    type_keys(&mut app, "e");
    asks(&app, "取付指針");
    type_keys(&mut app, "2e");
    asks(&app, "理由");
    type_keys(&mut app, "1");
    asks(&app, "封印");
    type_keys(&mut app, "77e");
    let facts = app.view().work.facts;
    assert!(facts.contains(&("旧メーター水量".into(), "30m³".into())), "{facts:?}");
    let WorkDraft::Exchange(draft) = saved(type_keys(&mut app, "e")) else { panic!() };
    assert_eq!((draft.order, draft.removed.value()), (Some(73), 1_230));
    assert_eq!((draft.installed_number.as_str(), draft.installed_size_mm), ("26-000001", 20));
    assert_eq!((draft.installed.padded(), draft.seal), ("0002".into(), "77".into()));
    assert_eq!(
        (draft.removed_number.as_str(), draft.reason),
        ("20-123456", ExchangeReason::Expired)
    );
}

#[test]
fn an_old_meter_with_odd_last_dials_is_looked_at_twice() {
    let mut app = logged_in();
    type_keys(&mut app, "eD3");
    assert_eq!(app.view().work.title, "メーター交換");
    type_keys(&mut app, "1900e");
    asks(&app, "もう一度");
    type_keys(&mut app, "1900e");
    asks(&app, "番号");
    type_keys(&mut app, "c");
    asks(&app, "もう一度");
    type_keys(&mut app, "cc");
    asks(&app, "何をしますか");
    type_keys(&mut app, "c");
    assert_eq!(app.view().screen, "reading");
}

#[test]
fn service_starts_at_a_closed_tap_with_its_dials() {
    let mut app = app_with(|package| package.work.orders.push(order(WorkOrderKind::Start, 2)));
    type_keys(&mut app, "Ee");
    assert!(app.view().work.facts.iter().any(|(_, value)| value.contains("高橋 実")));
    type_keys(&mut app, "1");
    type_keys(&mut app, "1200e");
    asks(&app, "止水栓");
    type_keys(&mut app, "1");
    let WorkDraft::Start(draft) = saved(type_keys(&mut app, "e")) else { panic!() };
    assert_eq!((draft.order, draft.register.value(), draft.was_opened), (Some(71), 1_200, true));
    assert_eq!(draft.remarks, Vec::<u8>::new());
}

#[test]
fn water_used_before_a_start_and_another_meter_are_remarked() {
    let mut app = app_with(|package| package.work.orders.push(order(WorkOrderKind::Start, 2)));
    type_keys(&mut app, "Ee2");
    type_keys(&mut app, "19E777e");
    type_keys(&mut app, "1203e");
    asks(&app, "もう一度");
    type_keys(&mut app, "1203e");
    asks(&app, "3m³");
    type_keys(&mut app, "11");
    let WorkDraft::Start(draft) = saved(type_keys(&mut app, "e")) else { panic!() };
    assert_eq!((draft.meter_number.as_str(), draft.remarks.as_slice()), ("19-777", &[15, 14][..]));
}

#[test]
fn a_stop_is_settled_in_cash_with_change() {
    let mut app = app_with(|package| package.work.cash_limit_yen = 50_000);
    type_keys(&mut app, "eD4");
    assert_eq!(app.view().work.title, "中止精算");
    type_keys(&mut app, "1220e");
    let view = app.view();
    let amount = |name: &str| {
        let fact = view.work.facts.iter().find(|(known, _)| known == name).unwrap();
        fact.1.trim_end_matches('円').replace(',', "").parse::<i64>().unwrap()
    };
    let total = amount("精算金額");
    assert_eq!(total, amount("水道料金") + amount("下水道使用料"));
    assert_eq!(view.options.len(), 3, "bill, cash, debit");
    type_keys(&mut app, "2");
    asks(&app, "お預かり");
    type_keys(&mut app, "100e");
    assert!(app.view().message.contains("足りません"));
    type_keys(&mut app, "10000e");
    type_keys(&mut app, "1");
    let WorkDraft::Stop(draft, cash) = saved(type_keys(&mut app, "e")) else { panic!() };
    assert_eq!((draft.usage, draft.payment), (CubicMeters(20), SettlementPayment::Cash));
    assert!(draft.was_closed);
    assert_eq!(cash, Some(CashDraft { amount_yen: total, handed_over_yen: 10_000 }));
}

#[test]
fn a_full_bag_takes_no_more_cash() {
    let mut app = app_with(|package| package.work.cash_limit_yen = 1_000);
    type_keys(&mut app, "eD41220e");
    let view = app.view();
    assert_eq!(view.options.len(), 2, "{:?}", view.options);
    assert!(view.work.facts.iter().any(|(name, why)| name == "現金" && why.contains("上限")));
}

#[test]
fn a_receipt_is_taken_back_and_given_anew() {
    let mut app = app_with(|package| package.work.cash_limit_yen = 50_000);
    let route = app.route_mut().unwrap();
    route.note(&EventV1::ServiceStopped(stopped(1)));
    assert_eq!(route.next_receipt_number("H01").as_deref(), Some("H01-R000001"));
    let taken = CashReceiptV1 {
        id: Uuid::from_u128(7),
        package: Uuid::from_u128(9),
        connection: 1,
        settles: Uuid::from_u128(6),
        receipt_number: "H01-R000001".into(),
        amount_yen: 3_000,
        handed_over_yen: 3_000,
        taken_on_unix_days: to_unix_days(TODAY),
        reader: "101".into(),
    };
    route.note(&EventV1::CashTaken(taken));
    assert_eq!(route.cash_yen(to_unix_days(TODAY)), 3_000);
    type_keys(&mut app, "eD");
    let row = app.view().options.into_iter().find(|o| o.text.contains("取り消す")).unwrap();
    type_keys(&mut app, &row.key);
    type_keys(&mut app, "1");
    let void = saved(type_keys(&mut app, "e"));
    let WorkDraft::VoidReceipt { number, reason, receipt } = void else { panic!() };
    assert_eq!((number.as_str(), reason), ("H01-R000001", ReceiptVoidReason::Misprinted));

    let void = shared::wire::CashVoidV1 {
        receipt,
        receipt_number: number,
        reason: reason.code(),
        reader: "101".into(),
    };
    let route = app.route_mut().unwrap();
    route.note(&EventV1::CashVoided(void));
    assert_eq!(route.cash_yen(to_unix_days(TODAY)), 0);
    assert_eq!(
        route.next_receipt_number("H01").as_deref(),
        Some("H01-R000002"),
        "a number is used once"
    );
    app.work_saved(0, "取り消しました。", Vec::new());
    type_keys(&mut app, "D");
    let row = app.view().options.into_iter().find(|o| o.text.contains("現金")).unwrap();
    type_keys(&mut app, &row.key);
    let WorkDraft::Cash(cash) = saved(type_keys(&mut app, "ee")) else { panic!() };
    assert_eq!(cash, CashDraft { amount_yen: 3_000, handed_over_yen: 3_000 });
}

#[test]
fn a_note_is_chosen_and_not_typed() {
    let mut app = logged_in();
    type_keys(&mut app, "eD2");
    type_keys(&mut app, "5");
    type_keys(&mut app, "4");
    let WorkDraft::Note(note) = saved(type_keys(&mut app, "ee")) else { panic!() };
    assert_eq!(
        (note.kind, note.text.as_str()),
        (NoteKind::Repair, "メーターの手前で水が漏れている")
    );
    app.work_saved(0, "連絡を保存しました。", Vec::new());
    assert_eq!(app.view().screen, "reading");
}

#[test]
fn arrears_are_seen_in_their_own_list_and_nowhere_else() {
    let mut app = app_with(|package| {
        package.work.orders.push(order(WorkOrderKind::Suspension, 1));
        package.work.orders.push(order(WorkOrderKind::Start, 2));
    });
    let shows_arrears = |app: &App| format!("{:?}", app.view()).contains("23,456");
    assert!(!shows_arrears(&app));
    type_keys(&mut app, "e");
    assert!(!shows_arrears(&app));
    type_keys(&mut app, "D");
    assert!(!shows_arrears(&app), "not in the menu of the connection");
    type_keys(&mut app, "AAE");
    assert_eq!(app.view().rows.len(), 1);
    assert!(!shows_arrears(&app), "not in the list of orders");
    type_keys(&mut app, "E");
    assert!(shows_arrears(&app));
    type_keys(&mut app, "e");
    assert!(shows_arrears(&app));
    type_keys(&mut app, "211230e");
    asks(&app, "キャップ");
    let WorkDraft::Suspension(step) = saved(type_keys(&mut app, "88ee")) else { panic!() };
    assert_eq!((step.order, step.step), (76, SuspensionStep::Cut));
    assert_eq!((step.method, step.seal.as_str()), (Some(CutMethod::StopTap), "88"));
    assert_eq!(step.register.map(RegisterReading::value), Some(1_230));
    app.work_saved(0, "保存しました。", Vec::new());
    assert!(shows_arrears(&app), "back in the list of suspensions");
}
