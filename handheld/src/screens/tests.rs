//! Key paths through the screens: what each key means, and what is asked of the shell.

use super::*;
use crate::route::Outcome;
use jiff::civil::date;
use shared::calendar::to_unix_days;
use shared::metering::{NoReadReason, ScreeningLimits};
use shared::wire::{
    EventV1, NoReadV1, OnSiteV1, PastUsageV1, PlannedConnectionV1, ReadingV1, RoundV1, RouteV1,
    RouteWorkV1, SlipV1, TariffV1, UseClassV1, UtilityV1, VisitV1, WorkPackage, WorkPackageV1,
};
use uuid::Uuid;

const TODAY: Date = date(2026, 11, 23);

fn reader() -> ReaderV1 {
    ReaderV1 { login: "101".into(), name: "検針 花子".into(), pin_hash: "hash".into() }
}

fn planned(order: u32, in_service: bool) -> PlannedConnectionV1 {
    let today = to_unix_days(TODAY);
    PlannedConnectionV1 {
        connection: order.into(),
        connection_number: format!("{order:08}"),
        walk_order: order,
        customer_name: if in_service { "佐藤 京子".into() } else { String::new() },
        customer_kana: "サトウ キョウコ".into(),
        address: "相生一丁目1番2号".into(),
        building: String::new(),
        meter_number: "20-123456".into(),
        meter_size_mm: 20,
        dial_digits: 4,
        meter_position: "玄関の右".into(),
        caution: String::new(),
        use_class: "general".into(),
        payment_method: 1,
        sewerage: true,
        sewerage_authority: String::new(),
        dwellings: 1,
        in_service,
        in_service_since_unix_days: None,
        previous_value: 1_200,
        previous_read_on_unix_days: today - 61,
        past_usage: (1..=13)
            .map(|period| PastUsageV1 { read_on_unix_days: today - 61 * period, usage_m3: 38 })
            .collect(),
        limits: ScreeningLimits::STANDARD.into(),
        on_site: OnSiteV1::default(),
        terms: shared::wire::ChargeTermsV1::default(),
    }
}

fn route() -> Route {
    Route::open(package()).unwrap()
}

fn package() -> WorkPackage {
    let tariffs = [
        include_str!("../../../shared/tariffs/takatsuki-water-2019.toml"),
        include_str!("../../../shared/tariffs/yachiyo-sewerage-2019.toml"),
    ];
    WorkPackage::V1(WorkPackageV1 {
        id: Uuid::from_u128(9),
        business_date_unix_days: to_unix_days(TODAY),
        utility: UtilityV1 {
            name: "水面市上下水道局".into(),
            registration_number: "T1234567890123".into(),
            contact: "055-000-0000".into(),
        },
        round: RoundV1 { id: 1, year: 2026, month: 11, months: 2 },
        route: RouteV1 { id: 1, number: "012".into(), name: "相生一丁目".into() },
        readers: vec![reader()],
        tariffs: tariffs.map(|text| TariffV1 { id: 1, text: text.to_owned() }).into(),
        use_classes: vec![UseClassV1 { key: "general".into(), name: "一般用".into() }],
        work: RouteWorkV1::default(),
        connections: vec![planned(1, true), planned(2, false), planned(3, true)],
    })
}

fn logged_in() -> App {
    let mut app = App::new(TODAY, Some(route()));
    type_keys(&mut app, "101e");
    app.pin_checked(reader(), true, 0);
    app
}

/// Digits, `e`nter, `c`ancel, e`r`ase, `u`p, `d`own, `F`n as A…E. Returns the last effect.
fn type_keys(app: &mut App, keys: &str) -> Option<Effect> {
    let mut effect = None;
    for key in keys.chars() {
        let key = match key {
            'e' => Key::Enter,
            'c' => Key::Cancel,
            'r' => Key::Erase,
            'u' => Key::Up,
            'd' => Key::Down,
            'A'..='E' => Key::Function(key as u8 - b'A' + 1),
            digit => Key::Digit(digit as u8 - b'0'),
        };
        effect = app.press(key, 0);
    }
    effect
}

fn saved_value(effect: Option<Effect>) -> (u32, Option<u32>, LowFlowIndicator) {
    match effect {
        Some(Effect::SaveReading(draft)) => {
            (draft.register.value(), draft.first_typed, draft.low_flow)
        }
        other => panic!("expected a reading, got {other:?}"),
    }
}

fn store(app: &mut App, place: usize) -> Option<Effect> {
    let stop = &app.route().unwrap().stops[place];
    let reading = ReadingV1 {
        id: Uuid::from_u128(1),
        package: Uuid::from_u128(9),
        connection: stop.planned.connection,
        register_value: 1_238,
        register_digits: 4,
        first_typed_value: None,
        usage_m3: 38,
        findings: vec![],
        low_flow: 0,
        read_on_unix_days: to_unix_days(TODAY),
        water_yen: Some(4_543),
        sewerage_yen: Some(3_977),
        reader: "101".into(),
        visit: VisitV1::default(),
    };
    app.route_mut().unwrap().note_reading(place, reading);
    app.reading_saved(place)
}

#[test]
fn a_usual_reading_takes_its_digits_and_two_keys() {
    let mut app = logged_in();
    type_keys(&mut app, "e");
    let effect = type_keys(&mut app, "1238e");
    assert_eq!(saved_value(effect), (1_238, None, LowFlowIndicator::NotChecked));
    assert_eq!(store(&mut app, 0), Some(Effect::Print { place: 0 }));
    assert_eq!(app.press(Key::Enter, 0), None, "no key counts while the printer runs");
    app.print_ended(Ok("H01-000001".into()));
    assert!(app.view().message.contains("H01-000001"));
    assert_eq!(app.view().entry.total, "8,520円");
    type_keys(&mut app, "e");
    assert_eq!(app.view().entry.number, "00000002");
}

#[test]
fn an_odd_number_is_typed_twice_and_the_indicator_is_asked_for() {
    let mut app = logged_in();
    type_keys(&mut app, "e1320e");
    let view = app.view();
    assert_eq!(view.screen, "check");
    assert!(view.entry.sentences[0].contains("120m³"), "{:?}", view.entry.sentences);
    assert_eq!(type_keys(&mut app, "1320e"), None);
    assert!(app.view().entry.question.contains("パイロット"));
    assert_eq!(type_keys(&mut app, "2"), None);
    let view = app.view();
    assert!(view.entry.question.contains("備考"), "{}", view.entry.question);
    assert!(view.options[0].is_chosen && view.options[0].text.starts_with("06 漏水"));
    let effect = type_keys(&mut app, "e");
    let Some(Effect::SaveReading(draft)) = &effect else { panic!("{effect:?}") };
    assert_eq!(draft.remarks, [6]);
    assert_eq!(saved_value(effect), (1_320, None, LowFlowIndicator::TurningWithTapsShut));
}

#[test]
fn a_slip_of_the_finger_is_kept_beside_what_was_meant() {
    let mut app = logged_in();
    type_keys(&mut app, "e1283e");
    assert_eq!(app.view().screen, "check");
    let effect = type_keys(&mut app, "1238e");
    assert_eq!(saved_value(effect), (1_238, Some(1_283), LowFlowIndicator::NotChecked));
}

#[test]
fn a_reader_can_report_a_leak_on_a_usual_volume() {
    let mut app = logged_in();
    type_keys(&mut app, "e1238Ee");
    assert_eq!(app.view().screen, "check");
    let effect = type_keys(&mut app, "e");
    assert_eq!(saved_value(effect), (1_238, None, LowFlowIndicator::TurningWithTapsShut));
}

#[test]
fn a_stopped_connection_gets_no_slip() {
    let mut app = logged_in();
    type_keys(&mut app, "de");
    assert_eq!(app.view().entry.name, "（使用者なし）");
    let effect = type_keys(&mut app, "1200e");
    assert_eq!(saved_value(effect).0, 1_200);
    assert_eq!(store(&mut app, 1), None);
}

#[test]
fn a_printer_that_fails_leaves_a_saved_reading_and_a_way_on() {
    let mut app = logged_in();
    type_keys(&mut app, "e1238e");
    store(&mut app, 0);
    app.print_ended(Err("用紙がありません。(P04)".into()));
    let view = app.view();
    assert!(view.message.starts_with("保存しました") && view.message.contains("P04"));
    assert_eq!(type_keys(&mut app, "C"), Some(Effect::Print { place: 0 }));
}

#[test]
fn without_a_printer_the_way_on_is_named() {
    let mut app = logged_in();
    type_keys(&mut app, "e1238e");
    store(&mut app, 0);
    app.print_ended(Err("用紙がありません。(P04)".into()));
    assert_eq!(app.view().enter, "印刷しないで次へ");
    type_keys(&mut app, "9");
    let view = app.view();
    assert_eq!((view.message.as_str(), view.entry.slip.as_str()), ("", "未印刷"));
    type_keys(&mut app, "e");
    assert_eq!(app.view().entry.number, "00000002");
}

#[test]
fn a_stored_number_can_be_put_right_and_the_new_slip_names_the_old() {
    let mut app = logged_in();
    store(&mut app, 0);
    app.print_ended(Ok("H01-000001".into()));
    let slip = SlipV1 {
        slip_number: "H01-000001".into(),
        reading: Uuid::from_u128(1),
        reissue_of: None,
        amount_yen: 8_520,
    };
    app.route_mut().unwrap().note_printed(0, &slip);
    type_keys(&mut app, "B");
    assert_eq!(app.view().entry.field, "訂正する指針");
    let effect = type_keys(&mut app, "1240e");
    assert_eq!(saved_value(effect).0, 1_240);
    store(&mut app, 0);
    let Outcome::Read { printed, corrects, .. } = &app.route().unwrap().stops[0].outcome else {
        panic!("the stop is read");
    };
    assert_eq!((printed, corrects.as_deref()), (&None, Some("H01-000001")));
}

#[test]
fn the_last_slip_is_printed_again_from_the_next_connection_and_from_the_list() {
    let mut app = logged_in();
    type_keys(&mut app, "e");
    assert_eq!(type_keys(&mut app, "C"), None);
    assert!(app.view().message.contains("H25"));
    store(&mut app, 0);
    app.print_ended(Ok("H01-000001".into()));
    type_keys(&mut app, "e");
    assert_eq!(type_keys(&mut app, "C"), Some(Effect::Print { place: 0 }));
    app.print_ended(Ok("H01-000002".into()));
    // From the list by the terminal's menu.
    type_keys(&mut app, "A");
    type_keys(&mut app, "u");
    assert_eq!(type_keys(&mut app, "C2"), Some(Effect::Print { place: 0 }));
}

#[test]
fn a_second_odd_number_keeps_what_was_typed_first() {
    let mut app = logged_in();
    type_keys(&mut app, "e1320e1330e");
    let view = app.view();
    assert_eq!((view.screen, view.entry.step), ("check", "again"));
    type_keys(&mut app, "1330e");
    let effect = type_keys(&mut app, "1e");
    assert_eq!(saved_value(effect), (1_330, Some(1_320), LowFlowIndicator::Still));
}

#[test]
fn a_number_that_must_be_typed_again_is_not_shown() {
    let mut app = logged_in();
    type_keys(&mut app, "e1320e");
    assert_eq!(app.view().entry.now, "");
    type_keys(&mut app, "e");
    assert!(app.view().entry.question.contains("H22"));
    type_keys(&mut app, "1320e");
    assert_eq!(app.view().entry.now, "1320");
}

#[test]
fn after_a_pause_the_list_stands_where_the_work_goes_on() {
    let mut route = route();
    let reason = NoReadReason::Absent.code();
    let no_read = NoReadV1 {
        id: Uuid::from_u128(2),
        package: Uuid::from_u128(9),
        connection: 2,
        reason,
        visited_on_unix_days: to_unix_days(TODAY),
        reader: "101".into(),
        comes_again: false,
        estimate_m3: None,
        visit: VisitV1::default(),
    };
    route.note_no_read(1, &no_read);
    let mut app = App::new(TODAY, Some(route));
    type_keys(&mut app, "101e");
    app.pin_checked(reader(), true, 0);
    assert!(app.view().rows[2].is_chosen);
}

#[test]
fn practice_is_written_on_every_screen() {
    let app = App::new(TODAY, Some(route())).for_practice();
    assert!(app.view().title.starts_with("【練習】"));
}

#[test]
fn entries_that_the_office_must_look_at_are_told() {
    let mut app = App::new(TODAY, Some(route()));
    app.sync_ended(Ok((None, 2)));
    let view = app.view();
    assert!(view.message.contains("2件") && view.tone == Tone::Warn, "{}", view.message);
}

#[test]
fn five_wrong_pins_lock_for_a_minute() {
    let mut app = App::new(TODAY, Some(route()));
    for _ in 0..5 {
        let effect = type_keys(&mut app, "101e9999e");
        assert!(matches!(effect, Some(Effect::VerifyPin { .. })), "{effect:?}");
        app.pin_checked(reader(), false, 100);
    }
    assert!(app.view().message.contains("H11"));
    type_keys(&mut app, "101e1234");
    assert_eq!(app.press(Key::Enter, 120), None);
    assert!(matches!(app.press(Key::Enter, 161), Some(Effect::VerifyPin { .. })));
}

#[test]
fn an_unknown_reader_is_checked_as_slowly_as_a_known_one() {
    let mut app = App::new(TODAY, Some(route()));
    let effect = type_keys(&mut app, "999e1234e");
    assert_eq!(effect, Some(Effect::VerifyPin { reader: reader(), pin: String::new() }));
}

#[test]
fn without_a_package_the_way_leads_to_the_sync() {
    let mut app = App::new(TODAY, None);
    type_keys(&mut app, "101e1234e");
    assert!(app.view().message.contains("F4"));
    type_keys(&mut app, "D");
    assert_eq!(app.view().screen, "sync");
    assert_eq!(type_keys(&mut app, "e"), Some(Effect::Sync));
    app.sync_ended(Ok((Some(route()), 0)));
    assert!(app.view().message.contains("012 相生一丁目"));
    type_keys(&mut app, "c");
    assert_eq!(app.view().screen, "login");
}

#[test]
fn too_many_digits_and_no_digits_are_refused_with_a_word() {
    let mut app = logged_in();
    type_keys(&mut app, "e12345");
    assert!(app.view().message.contains("H20"));
    assert_eq!(app.view().entry.typed, "1234");
    type_keys(&mut app, "c");
    assert_eq!(type_keys(&mut app, "e"), None);
    assert!(app.view().message.contains("H21"));
}

#[test]
fn the_list_shows_what_is_left_and_where_one_stands() {
    let mut app = logged_in();
    store(&mut app, 0);
    app.print_ended(Ok("H01-000001".into()));
    type_keys(&mut app, "A");
    let view = app.view();
    assert_eq!(view.corner, "1／3");
    assert_eq!(view.rows[0].number, "00000001");
    assert_eq!(view.rows.len(), 3);
    assert_eq!(view.rows[0].mark, "未印刷");
    type_keys(&mut app, "A");
    let view = app.view();
    assert_eq!(view.rows.len(), 2);
    assert!(view.list_position.starts_with("未検針"));
}

mod entry_rules;
mod frame;
mod masters;
mod no_reads;
mod works;
