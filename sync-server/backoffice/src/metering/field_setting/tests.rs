//! Settings in versions, and what a route gets of them, on a real database.

use jiff::civil::date;
use shared::calendar::{DayRule, YearMonth, to_unix_days};
use shared::ids::StaffId;

use super::*;
use crate::metering::{
    DebitTold, MasterMistake, MasterRefusal, assign_route, mail_notice, tell_debits, work_package,
};
use crate::test_town::{SATO, TODAY, Town, now};

async fn clerk(town: &Town) -> StaffId {
    let id = sqlx::query_scalar(
        "insert into access.staff (utility_id, login_name, display_name, role, password_hash)
         values (1, 'desk', '窓口 花子', 'clerk', 'none') returning staff_id",
    );
    StaffId(id.fetch_one(&town.office.pool).await.unwrap())
}

fn setting() -> FieldSetting {
    FieldSetting {
        photo_percent: 5,
        cash_limit_yen: 80_000,
        due: DayRule::DaysAfter(14),
        debit: DayRule::DayOfNextMonth(10),
        tells_next_reading: true,
        tells_last_debit: true,
        kept_days: 7,
        lock_minutes: 10,
        contact: "料金課 055-111-2222".into(),
        issuers: vec![SewerageIssuer {
            authority: String::new(),
            name: "水面市下水道局".into(),
            registration_number: "T9876543210987".into(),
        }],
        receipt_ranges: vec![ReceiptRange { device_code: "H01".into(), first: 101, last: 200 }],
        ..FieldSetting::default()
    }
}

fn new(valid_from: Date, setting: FieldSetting) -> NewFieldSetting {
    NewFieldSetting { valid_from, setting, reason: "規程の改正".into() }
}

#[tokio::test]
async fn what_the_office_sets_reaches_the_terminal_of_the_day() {
    let town = Town::new().await;
    let sato = town.household(SATO).await;
    let by = clerk(&town).await;
    let office = &town.office;
    let round = town.round().await;
    let device = town.device("H01").await;
    assign_route(office, town.route(round).await, device.id).await.unwrap();
    let before = work_package(office, device.id, TODAY).await.unwrap().unwrap();
    assert_eq!((before.work.cash_limit_yen, before.work.due_on_unix_days), (0, None));
    assert_eq!(before.work.remarks.len(), 21, "the seed is the first version");

    enter_field_setting(office, &new(TODAY, setting()), by, now(), TODAY).await.unwrap();
    mail_notice(office, sato, true, by, now()).await.unwrap();
    let debit = DebitTold {
        connection: sato,
        period: YearMonth::new(2026, 9).unwrap(),
        debited_on: date(2026, 10, 13),
        amount_yen: 8_520,
    };
    assert_eq!(tell_debits(office, &[debit]).await.unwrap(), 1);
    assert_eq!(tell_debits(office, &[debit]).await.unwrap(), 0, "told once");

    let package = work_package(office, device.id, TODAY).await.unwrap().unwrap();
    assert_ne!(package.id, before.id, "a terminal that asks gets it");
    let work = &package.work;
    assert_eq!((work.photo_percent, work.cash_limit_yen, work.lock_minutes), (5, 80_000, 10));
    assert_eq!((work.receipt_first, work.receipt_last), (101, 200));
    // The 23rd of November and 14 days; the 10th of December; the 23rd of January is a Saturday.
    let days = [date(2026, 12, 7), date(2026, 12, 10), date(2027, 1, 25)].map(to_unix_days);
    let told = [work.due_on_unix_days, work.debit_on_unix_days, work.next_reading_on_unix_days];
    assert_eq!(told, days.map(Some));
    assert_eq!(work.expires_on_unix_days, to_unix_days(date(2026, 11, 30)));
    assert_eq!(work.issuers[0].registration_number, "T9876543210987");
    assert_eq!(package.utility.contact, "料金課 055-111-2222");
    let on_site = &package.connections[0].on_site;
    assert!(on_site.is_mailed);
    assert_eq!(on_site.last_debit.as_ref().unwrap().amount_yen, 8_520);

    // A later version holds from its day on; of two of one day the later entered.
    let later = FieldSetting { cash_limit_yen: 1, ..setting() };
    let from = date(2026, 12, 1);
    enter_field_setting(office, &new(from, later), by, now(), TODAY).await.unwrap();
    assert_eq!(field_setting(office, TODAY).await.unwrap(), setting());
    assert_eq!(field_setting(office, from).await.unwrap().cash_limit_yen, 1);
    let none = FieldSetting { cash_limit_yen: 0, ..setting() };
    enter_field_setting(office, &new(TODAY, none), by, now(), TODAY).await.unwrap();
    assert_eq!(field_setting(office, TODAY).await.unwrap().cash_limit_yen, 0);
    let history = field_settings(office).await.unwrap();
    assert_eq!(history.len(), 3);
    assert_eq!((history[0].valid_from, history[0].entered_by.as_str()), (from, "窓口 花子"));
}

#[tokio::test]
async fn every_wrong_field_is_named_and_nothing_is_stored() {
    let town = Town::new().await;
    let by = clerk(&town).await;
    let mut wrong = setting();
    wrong.photo_percent = 101;
    wrong.due = DayRule::DayOfNextMonth(32);
    wrong.issuers[0].registration_number = "T123".into();
    wrong.receipt_ranges[0].last = 100;
    let refused =
        enter_field_setting(&town.office, &new(date(2026, 11, 22), wrong), by, now(), TODAY).await;
    let Err(MasterRefusal::Mistakes(mistakes)) = refused else { panic!("{refused:?}") };
    let fields: Vec<(&str, &str)> =
        mistakes.iter().map(|(field, mistake)| (field.as_str(), mistake.code())).collect();
    let expected = [
        ("photo_percent", "S60"),
        ("due", "S60"),
        ("valid_from", "S64"),
        ("issuer-0", "S63"),
        ("range-0", "S61"),
    ];
    assert_eq!(fields, expected);
    assert_eq!(MasterMistake::ReceiptsGivenOut.code(), "S62");
    assert!(field_settings(&town.office).await.unwrap().is_empty());
}
