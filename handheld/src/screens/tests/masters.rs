//! What the office sets is what the reader sees: from the package to the keys and the notice.

use super::*;
use crate::notice::usage_notice;
use shared::metering::UsageNotice;
use shared::wire::{CashReceiptV1, DebitV1, IssuerV1, RemarkV1};

fn app_with(change: impl FnOnce(&mut WorkPackageV1)) -> App {
    let WorkPackage::V1(mut package) = package();
    change(&mut package);
    let mut app = App::new(TODAY, Some(Route::open(WorkPackage::V1(package)).unwrap()));
    type_keys(&mut app, "101e");
    app.pin_checked(reader(), true, 0);
    app
}

#[test]
fn a_new_reason_of_the_office_is_chosen_by_its_number() {
    let bees =
        |flags| RemarkV1 { code: 40, name: "蜂の巣".into(), flags, follow_up: "letter".into() };
    let mut app = app_with(|package| package.work.remarks = vec![bees(4)]);
    type_keys(&mut app, "eB");
    assert!(app.view().options[0].text.contains("蜂の巣"));
    let effect = type_keys(&mut app, "1e");
    let Some(Effect::SaveNoRead(draft)) = effect else { panic!("{effect:?}") };
    assert_eq!((draft.reason, draft.comes_again), (40, true));
    // The same code without 再訪: nothing is left to come again for.
    let mut app = app_with(|package| package.work.remarks = vec![bees(0)]);
    let effect = type_keys(&mut app, "eB1e");
    let Some(Effect::SaveNoRead(draft)) = effect else { panic!("{effect:?}") };
    assert!(!draft.comes_again);
}

#[test]
fn a_notice_that_goes_by_post_is_not_printed_here() {
    let mut app = app_with(|package| package.connections[0].on_site.is_mailed = true);
    type_keys(&mut app, "e1238e");
    assert_eq!(store(&mut app, 0), None);
    assert!(app.view().message.contains("郵送します"));
    assert_eq!(app.view().entry.slip, "郵送");
    assert_eq!(app.view().enter, "次へ");
    assert_eq!(type_keys(&mut app, "C"), Some(Effect::Print { place: 0 }), "who asks gets one");
}

#[test]
fn an_idle_terminal_asks_for_the_pin_and_goes_on_where_it_was() {
    let mut app = app_with(|package| package.work.lock_minutes = 10);
    type_keys(&mut app, "e12");
    assert_eq!(app.press(Key::Digit(3), 599), None);
    assert_eq!(app.view().entry.typed, "123");
    assert_eq!(app.press(Key::Digit(8), 1_199), None);
    assert_eq!(app.view().screen, "login");
    assert!(app.view().message.contains("H14") && app.reader_login().is_empty());
    app.press(Key::Enter, 1_200);
    app.pin_checked(reader(), true, 1_200);
    assert_eq!(app.view().entry.typed, "123", "the key that woke it was not typed");
    assert_eq!(app.press(Key::Digit(8), 1_700), None);
    assert_eq!(app.view().entry.typed, "1238");
    // Another reader begins at the list.
    app.press(Key::Enter, 9_000);
    let other = ReaderV1 { login: "102".into(), ..reader() };
    app.pin_checked(other, true, 9_001);
    assert_eq!((app.view().screen, app.reader_login()), ("route", "102"));
}

#[test]
fn an_expired_route_is_not_shown_but_can_be_sent() {
    let today = to_unix_days(TODAY);
    let mut app = app_with(|package| package.work.expires_on_unix_days = today);
    assert_eq!(app.reader_login(), "101", "on its last day it is");
    let mut app_later = app_with(|package| package.work.expires_on_unix_days = today - 1);
    let view = app_later.view();
    assert_eq!(view.screen, "login");
    assert!(view.message.contains("11月22日") && view.message.contains("H15"), "{}", view.message);
    assert!(app_later.reader_login().is_empty());
    type_keys(&mut app_later, "D");
    assert_eq!(app_later.view().screen, "sync");
    type_keys(&mut app, "e");
    assert_eq!(app.view().screen, "reading");
}

#[test]
fn receipts_are_numbered_within_the_range_of_the_terminal() {
    let taken = |number: &str| crate::route::Receipt {
        taken: CashReceiptV1 {
            id: Uuid::from_u128(1),
            package: Uuid::from_u128(9),
            connection: 1,
            settles: Uuid::from_u128(2),
            receipt_number: number.into(),
            amount_yen: 1_000,
            handed_over_yen: 1_000,
            taken_on_unix_days: to_unix_days(TODAY),
            reader: "101".into(),
        },
        voided: None,
        is_printed: true,
    };
    let mut route = route();
    assert_eq!(route.next_receipt_number("K01").as_deref(), Some("K01-R000001"));
    route.receipts = vec![taken("K01-R000001"), taken("K01-R000002")];
    assert_eq!(route.next_receipt_number("K01").as_deref(), Some("K01-R000003"));
    (route.work.receipt_first, route.work.receipt_last) = (501, 502);
    assert_eq!(route.next_receipt_number("K01").as_deref(), Some("K01-R000501"));
    route.receipts.push(taken("K01-R000502"));
    assert_eq!(route.next_receipt_number("K01"), None, "the range is used up");
}

fn notice(payment_method: u8) -> UsageNotice {
    let mut app = app_with(|package| {
        package.connections[0].payment_method = payment_method;
        package.connections[0].on_site.last_debit = Some(DebitV1 {
            year: 2026,
            month: 9,
            debited_on_unix_days: to_unix_days(date(2026, 10, 13)),
            amount_yen: 8_520,
        });
        let work = &mut package.work;
        work.due_on_unix_days = Some(to_unix_days(date(2026, 12, 25)));
        work.debit_on_unix_days = Some(to_unix_days(date(2026, 12, 10)));
        work.next_reading_on_unix_days = Some(to_unix_days(date(2027, 1, 25)));
        work.issuers = vec![IssuerV1 {
            authority: String::new(),
            name: "水面市下水道局".into(),
            registration_number: "T9876543210987".into(),
        }];
    });
    type_keys(&mut app, "e1238e");
    store(&mut app, 0);
    let route = app.route().unwrap();
    let Outcome::Read { reading, .. } = &route.stops[0].outcome else { panic!("not read") };
    usage_notice(route, &route.stops[0], reading, "H01-000001", None)
}

#[test]
fn the_notice_tells_the_days_that_concern_its_reader() {
    let debited = notice(1);
    assert_eq!((debited.due_on, debited.debit_on), (None, Some(date(2026, 12, 10))));
    assert_eq!(debited.next_reading_on, Some(date(2027, 1, 25)));
    assert_eq!(debited.last_debit.unwrap().amount.0, 8_520);
    assert_eq!(debited.sewerage_issuer.unwrap().registration_number, "T9876543210987");
    let billed = notice(3);
    assert_eq!((billed.due_on, billed.debit_on), (Some(date(2026, 12, 25)), None));
}
