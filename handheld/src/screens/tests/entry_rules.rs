//! Entry rules and checks (R-H1 to R-H9, C1 to C14), key by key.

use super::*;
use shared::wire::MeterExchangeV1;

/// A route whose first connection is changed before it is opened.
fn logged_in_with(change: impl FnOnce(&mut WorkPackageV1)) -> App {
    let WorkPackage::V1(mut package) = package();
    change(&mut package);
    let mut app = App::new(TODAY, Some(Route::open(WorkPackage::V1(package)).unwrap()));
    type_keys(&mut app, "101e");
    app.pin_checked(reader(), true, 0);
    app
}

#[track_caller]
fn draft(effect: Option<Effect>) -> Draft {
    let Some(Effect::SaveReading(draft)) = effect else { panic!("not saved: {effect:?}") };
    draft
}

#[test]
fn dials_that_went_backwards_need_a_second_entry_and_a_reason() {
    let mut app = logged_in();
    assert_eq!(type_keys(&mut app, "e1100e"), None);
    assert!(app.view().entry.sentences[0].contains("逆進"));
    assert_eq!(type_keys(&mut app, "1100e"), None);
    let view = app.view();
    assert!(view.entry.question.contains("理由"), "{}", view.entry.question);
    assert_eq!(view.options.len(), 5);
    assert_eq!(type_keys(&mut app, "e"), None, "a reason is not to be guessed");
    assert!(app.view().entry.question.contains("H29"));
    let draft = draft(type_keys(&mut app, "2"));
    assert_eq!(
        (draft.reason, draft.remarks.as_slice()),
        (Some(BackwardsReason::ExchangeNotRegistered), &[19][..])
    );
    assert!(draft.findings.contains(&Finding::WentBackwards));
}

#[test]
fn a_rollover_that_the_reader_saw_has_a_volume() {
    let mut app = logged_in_with(|package| package.connections[0].previous_value = 8_990);
    assert_eq!(type_keys(&mut app, "e0028e0028e"), None);
    assert_eq!(type_keys(&mut app, "1"), None, "the volume is far too high");
    let view = app.view();
    assert_eq!(view.entry.usage, "1,038m³");
    assert!(view.entry.question.contains("パイロット"));
    let draft = draft(type_keys(&mut app, "1e"));
    assert_eq!(draft.reason, Some(BackwardsReason::RolledOver));
    assert!(draft.findings.contains(&Finding::RolledOver));
    assert_eq!(draft.remarks, [12, 5]);
}

#[test]
fn what_was_typed_first_and_cleared_is_kept() {
    let mut app = logged_in();
    let taken_back = draft(type_keys(&mut app, "e1283c1238e"));
    assert_eq!((taken_back.taken_back, taken_back.first_typed), (Some(1_283), None));
    let mut app = logged_in();
    let erased = draft(type_keys(&mut app, "e124r38e"));
    assert_eq!(erased.taken_back, Some(124));
    let mut app = logged_in();
    let checked = draft(type_keys(&mut app, "e1999c1283e1238e"));
    assert_eq!((checked.taken_back, checked.first_typed), (Some(1_999), Some(1_283)));
}

#[test]
fn an_empty_house_is_asked_for_its_indicator_and_may_go_unremarked() {
    let mut app = logged_in();
    assert_eq!(type_keys(&mut app, "e1200e"), None);
    let view = app.view();
    assert!(view.entry.sentences[0].contains("0m³") && view.entry.question.contains("パイロット"));
    assert_eq!(type_keys(&mut app, "1"), None);
    let labels: Vec<String> = app.view().options.into_iter().map(|option| option.text).collect();
    assert!(labels[0].starts_with("17") && labels[1].starts_with("03"), "{labels:?}");
    let draft = draft(type_keys(&mut app, "e"));
    assert_eq!((draft.low_flow, draft.remarks.len()), (LowFlowIndicator::Still, 0));
}

#[test]
fn an_empty_house_for_the_second_time_is_told_with_what_follows() {
    let mut app = logged_in_with(|package| package.connections[0].past_usage[0].usage_m3 = 0);
    type_keys(&mut app, "e1200e");
    let told = app.view().entry.sentences.concat();
    assert!(told.contains("2期続けて") && told.contains("使用なしの一覧"), "{told}");
}

#[test]
fn water_behind_a_closed_tap_needs_the_remark_for_it() {
    let mut app = logged_in();
    assert_eq!(type_keys(&mut app, "de1203e1203e"), None);
    let view = app.view();
    assert!(view.entry.sentences[0].contains("中止中"), "{:?}", view.entry.sentences);
    let labels: Vec<&str> = view.options.iter().map(|option| &option.text[..2]).collect();
    assert_eq!(labels, ["15", "16"]);
    assert_eq!(draft(type_keys(&mut app, "e")).remarks, [15]);

    let mut app = logged_in_with(|package| package.connections[0].on_site.tap = 3);
    type_keys(&mut app, "e1203e1203e");
    assert!(app.view().entry.sentences[0].contains("停水中"));
    assert_eq!(draft(type_keys(&mut app, "e")).remarks, [16]);
}

#[test]
fn an_estimate_is_settled_by_the_next_reading() {
    let mut app = logged_in_with(|package| package.connections[0].on_site.estimated_m3 = 30);
    type_keys(&mut app, "e1268");
    assert_eq!(app.view().entry.usage, "38m³");
    draft(type_keys(&mut app, "e"));

    let mut app = logged_in_with(|package| package.connections[0].on_site.estimated_m3 = 30);
    type_keys(&mut app, "e1225");
    assert_eq!(app.view().entry.usage, "0m³", "what was estimated too much is carried");
}

#[test]
fn after_an_exchange_old_and_new_meter_count_together() {
    let mut app = logged_in();
    let exchange = MeterExchangeV1 {
        id: Uuid::from_u128(5),
        package: Uuid::from_u128(9),
        connection: 1,
        order: None,
        removed_number: "20-123456".into(),
        removed_value: 1_230,
        installed_number: "26-000001".into(),
        installed_size_mm: 20,
        installed_digits: 5,
        installed_value: 2,
        reason: 1,
        seal: String::new(),
        exchanged_on_unix_days: to_unix_days(TODAY),
        visit: VisitV1::default(),
        reader: "101".into(),
    };
    app.route_mut().unwrap().note(&EventV1::MeterExchanged(exchange));
    type_keys(&mut app, "e");
    let view = app.view();
    assert_eq!(
        (view.entry.previous.as_str(), view.entry.previous_on.as_str()),
        ("00002", "取付指針")
    );
    assert!(view.entry.meter.starts_with("26-000001"));
    type_keys(&mut app, "00010");
    assert_eq!(app.view().entry.usage, "38m³", "30 of the old one and 8 of the new one");
    assert_eq!(draft(type_keys(&mut app, "e")).register.digits(), 5);
}

#[test]
fn a_hidden_previous_reading_is_shown_only_by_a_check() {
    let mut app = logged_in_with(|package| package.work.hides_previous = true);
    type_keys(&mut app, "e1320");
    let view = app.view();
    assert_eq!((view.entry.previous.as_str(), view.entry.usage.as_str()), ("入力後", ""));
    type_keys(&mut app, "e");
    assert_eq!(app.view().entry.previous, "1200");
}

#[test]
fn a_camera_is_used_where_a_photo_is_due() {
    let mut app = logged_in().with_camera();
    type_keys(&mut app, "e1320e1320e1e");
    assert!(app.view().entry.question.contains("写真"));
    let mut without = app.view().options.into_iter().map(|option| option.text);
    assert!(without.any(|text| text.contains("曇って")));
    assert_eq!(type_keys(&mut app, "1"), Some(Effect::TakePhoto { place: 0 }));
    assert_eq!(app.photo_ended(Err("(H40)".into())), None);
    assert!(app.view().entry.question.contains("H40"), "the reader is told and asked again");
    let draft = draft(type_keys(&mut app, "3"));
    assert_eq!(draft.without_photo, Some("カメラが動かない"));
}

#[test]
fn a_photo_by_lot_is_asked_after_the_entry() {
    let mut app = logged_in_with(|package| package.work.photo_percent = 100).with_camera();
    type_keys(&mut app, "e1238e");
    store(&mut app, 0);
    app.print_ended(Ok("H01-000001".into()));
    assert!(app.view().enter.contains("抜取り"));
    assert_eq!(type_keys(&mut app, "e"), Some(Effect::TakePhoto { place: 0 }));
    app.photo_ended(Ok(()));
    type_keys(&mut app, "e");
    assert_eq!(app.view().entry.number, "00000002");
}

#[test]
fn a_remark_from_the_menu_stays_with_the_number_that_was_typed() {
    let mut app = logged_in();
    type_keys(&mut app, "e1238D1");
    assert_eq!(app.view().screen, "work");
    let first = app.view().options[0].text.clone();
    assert!(first.starts_with("03"), "{first}");
    type_keys(&mut app, "1");
    assert_eq!(app.view().entry.typed, "1238");
    assert_eq!(draft(type_keys(&mut app, "e")).remarks, [3]);
}
