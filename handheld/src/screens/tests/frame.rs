//! The frame around the reading: search, filters, direction, settings, lock, the day's total.

use super::*;
use shared::metering::DayTotal;
use shared::wire::MeterExchangeV1;

fn app_of(package: WorkPackage) -> App {
    let mut app = App::new(TODAY, Some(Route::open(package).unwrap()));
    type_keys(&mut app, "101e");
    app.pin_checked(reader(), true, 0);
    app
}

fn three_hundred() -> App {
    app_of(crate::bench::package(300))
}

#[test]
fn a_number_typed_on_the_list_is_looked_for_and_one_key_opens_it() {
    let mut app = three_hundred();
    type_keys(&mut app, "250");
    let view = app.view();
    assert_eq!((view.screen, view.search_typed.as_str()), ("search", "250"));
    assert!(view.rows.iter().any(|row| row.is_chosen && row.order == "250"), "{:?}", view.rows);
    type_keys(&mut app, "e");
    assert_eq!(app.view().entry.number, "00000250");
    // The list stands there too.
    type_keys(&mut app, "A");
    assert!(app.view().rows.iter().any(|row| row.is_chosen && row.order == "250"));
}

#[test]
fn kana_are_written_with_ten_keys_and_narrow_the_hits() {
    let WorkPackage::V1(mut package) = crate::bench::package(300);
    package.connections[41].customer_kana = "ギオン タロウ".into();
    let mut app = app_of(WorkPackage::V1(package));
    // F2, then F5 for kana, キ and ゛, →, オ.
    type_keys(&mut app, "BE22B");
    assert_eq!(app.view().search_typed, "ギ");
    type_keys(&mut app, "2D2rD");
    assert_eq!(app.view().search_typed, "ギカ", "the same row twice, and one taken back");
    type_keys(&mut app, "r");
    app.press(Key::Right, 0);
    type_keys(&mut app, "11111");
    let view = app.view();
    assert_eq!(view.search_typed, "ギオ");
    assert_eq!(view.rows.len(), 1);
    assert_eq!(app.press(Key::Row(0), 0), None);
    assert_eq!(app.view().entry.number, "00000042");
}

#[test]
fn a_name_of_a_place_is_picked_and_a_miss_says_what_to_do() {
    let mut app = three_hundred();
    type_keys(&mut app, "BC");
    assert_eq!(app.view().options[1].text, "水面ハイツ");
    type_keys(&mut app, "2");
    let view = app.view();
    assert_eq!((view.search_typed.as_str(), view.rows.len()), ("水面ハイツ", 3));
    type_keys(&mut app, "999e");
    assert!(app.view().message.contains("H32"));
    type_keys(&mut app, "ce");
    assert!(app.view().message.contains("H31"));
    type_keys(&mut app, "c");
    assert_eq!(app.view().screen, "route");
}

#[test]
fn a_meter_put_in_today_is_found_by_its_number() {
    let mut app = three_hundred();
    let exchange = MeterExchangeV1 {
        id: Uuid::nil(),
        package: Uuid::from_u128(9),
        connection: 7,
        order: None,
        removed_number: String::new(),
        removed_value: 1_240,
        installed_number: "26-777777".into(),
        installed_size_mm: 20,
        installed_digits: 4,
        installed_value: 0,
        reason: 1,
        seal: String::new(),
        exchanged_on_unix_days: to_unix_days(TODAY),
        visit: VisitV1::default(),
        reader: "101".into(),
    };
    app.route_mut().unwrap().stops[6].work.exchange = Some(exchange);
    type_keys(&mut app, "77777");
    assert_eq!(app.view().rows[0].order, "7");
}

#[test]
fn the_route_is_walked_from_its_end() {
    let mut app = logged_in();
    assert_eq!(type_keys(&mut app, "C4"), Some(Effect::Keep));
    let view = app.view();
    assert!(view.is_reverse && app.kept().is_reverse);
    let orders: Vec<&str> = view.rows.iter().map(|row| row.order.as_str()).collect();
    assert_eq!(orders, ["3", "2", "1"]);
    store(&mut app, 2);
    app.print_ended(Ok("H01-000001".into()));
    type_keys(&mut app, "e");
    assert_eq!(app.view().entry.number, "00000002", "back towards the start");
    type_keys(&mut app, "d");
    assert_eq!(app.view().entry.number, "00000001", "down is on, whichever way one walks");
    // Whoever logs in again goes on in the same direction.
    app.pin_checked(reader(), true, 0);
    assert!(app.view().rows[1].is_chosen);
}

#[test]
fn every_look_is_two_keys_away_and_is_kept() {
    let mut app = logged_in();
    assert_eq!(type_keys(&mut app, "C5"), Some(Effect::Keep));
    assert_eq!(app.kept().look, Look::Sun);
    type_keys(&mut app, "C6");
    assert_eq!(app.kept().look, Look::Night);
    type_keys(&mut app, "C7");
    let again = App::new(TODAY, Some(route())).with_kept(app.kept(), 0);
    let view = again.view();
    assert!(view.look == Look::Night && view.is_left_handed);
    // In the middle of typing, by the key that has no other use there; nothing typed is lost.
    type_keys(&mut app, "e12");
    app.press(Key::Dismiss, 0);
    assert_eq!(app.view().screen, "menu");
    type_keys(&mut app, "6");
    assert_eq!((app.kept().look, app.view().entry.typed.as_str()), (Look::Day, "12"));
}

#[test]
fn a_touched_message_goes_and_opens_no_menu() {
    let mut app = logged_in();
    type_keys(&mut app, "ee");
    assert!(app.view().message.contains("H21"));
    app.press(Key::Dismiss, 0);
    assert_eq!((app.view().screen, app.view().message.as_str()), ("reading", ""));
}

#[test]
fn before_the_log_in_the_menu_has_only_the_looks() {
    let mut app = App::new(TODAY, Some(route()));
    app.press(Key::Dismiss, 0);
    assert_eq!(app.view().options.len(), 3);
    assert_eq!(type_keys(&mut app, "2"), Some(Effect::Keep));
    assert_eq!((app.view().screen, app.kept().look), ("login", Look::Night));
}

#[test]
fn filters_show_what_is_left_and_what_was_odd() {
    let mut app = logged_in();
    store(&mut app, 0);
    app.print_ended(Ok("H01-000001".into()));
    type_keys(&mut app, "A");
    let shown = |app: &App| app.view().rows.iter().map(|row| row.order.clone()).collect::<String>();
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(shown(&app));
        type_keys(&mut app, "A");
    }
    // All, open, to be visited again, odd (its slip is not noted as printed), changed.
    assert_eq!(seen, ["123", "23", "", "1", ""]);
}

#[test]
fn ten_wrong_pins_wait_longer_and_a_restart_forgets_nothing() {
    let mut app = App::new(TODAY, Some(route()));
    for failure in 0..10 {
        // Long after each wait.
        let now = failure * 10_000;
        type_keys(&mut app, "101e9999");
        assert!(matches!(app.press(Key::Enter, now), Some(Effect::VerifyPin { .. })));
        app.pin_checked(reader(), false, now);
    }
    assert!(app.view().message.contains("10回") && app.view().message.contains("5分"));

    let mut again = App::new(TODAY, Some(route())).with_kept(app.kept(), 3);
    type_keys(&mut again, "101e1234");
    assert_eq!(again.press(Key::Enter, 4), None);
    assert!(again.view().message.contains("4分59秒"), "{}", again.view().message);
    assert!(matches!(again.press(Key::Enter, 303), Some(Effect::VerifyPin { .. })));
    again.pin_checked(reader(), true, 303);
    assert_eq!(again.kept().failures, 0);
}

#[test]
fn the_day_is_looked_at_and_signed_with_two_keys() {
    let mut app = logged_in();
    assert_eq!(type_keys(&mut app, "C3"), Some(Effect::CountDay));
    let total =
        DayTotal { planned: 3, read: 2, open: vec![3], usage_m3: 1_234, ..DayTotal::default() };
    app.day_counted(total.clone());
    let view = app.view();
    assert_eq!((view.screen, view.work.pages.as_str()), ("day", "1／3頁"));
    assert!(view.work.facts.contains(&("使用水量".into(), "1,234m³".into())));
    app.press(Key::Left, 0);
    app.press(Key::Right, 0);
    app.press(Key::Right, 0);
    assert_eq!(app.view().work.facts[0].0, "3　00000003");
    assert_eq!(type_keys(&mut app, "e"), None);
    assert!(app.view().message.contains("未検針が1件"));
    assert_eq!(type_keys(&mut app, "e"), Some(Effect::SignDay));
    let signed = total.signed(Uuid::from_u128(9), to_unix_days(TODAY), "101");
    app.route_mut().unwrap().signed = Some(signed);
    app.day_signed();
    assert_eq!(app.view().work.typed, "確認済み");
    app.day_counted(DayTotal { read: 3, ..total });
    assert_eq!(app.view().work.typed, "確認のあとに変わりました");
}

#[test]
fn a_sync_tells_before_and_after_and_when() {
    let mut app = logged_in();
    app.count_log(10, 4);
    type_keys(&mut app, "D");
    assert_eq!(app.view().last_contact, "まだありません");
    assert_eq!(type_keys(&mut app, "e"), Some(Effect::Sync));
    app.contacted(1_795_392_300);
    app.sync_ended(Ok((None, 0)));
    app.count_log(10, 10);
    let view = app.view();
    assert_eq!((view.sync.unsent_before, view.sync.unsent), (Some(6), 0));
    assert!(view.sync.is_checked);
    assert_eq!(view.last_contact, "11月23日 9時05分");
}

#[test]
fn hazards_are_seen_before_the_gate() {
    let WorkPackage::V1(mut package) = crate::bench::package(5);
    package.connections[0].on_site.hazards = vec![2, 4];
    let mut app = app_of(WorkPackage::V1(package));
    let view = app.view();
    assert_eq!(view.rows[0].hazard, "鍵+1");
    assert_eq!(view.rows[3].hazard, "犬", "from the words of the caution");
    assert_eq!(view.rows[1].hazard, "");
    type_keys(&mut app, "e");
    assert_eq!(app.view().entry.hazards, "鍵・立会い");
}
