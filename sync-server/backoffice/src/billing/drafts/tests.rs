//! From a draft to the next bills (料金表の版の試験): on a real database.

use jiff::Timestamp;
use jiff::civil::date;
use shared::connection::{MeterSize, UsageClass};
use shared::quantity::{CubicMeters, Yen};

use super::*;
use crate::access::{NewStaff, Role, add_staff};
use crate::billing::{
    GoldenVerdict, GoldenWatch, NewGoldenRow, check_golden_rows, check_golden_rows_with,
    demo_tariffs, enter_golden_row, store_tariff, tariff_on, use_classes, withdraw_golden_row,
};
use crate::test_town::{TODAY, Town};

struct Desk {
    town: Town,
    first: StaffId,
    second: StaffId,
}

impl Desk {
    async fn new() -> Desk {
        let town = Town::new().await;
        for text in demo_tariffs() {
            store_tariff(&town.office, text, None).await.unwrap();
        }
        let (first, second) = (staff(&town, "first").await, staff(&town, "second").await);
        Desk { town, first, second }
    }

    fn office(&self) -> &Backoffice {
        &self.town.office
    }

    /// A copy of the water version, for April 2027.
    async fn copy(&self) -> TariffVersionId {
        let versions = tariff_versions(self.office()).await.unwrap();
        let water = versions.iter().find(|version| version.file.code.starts_with("takatsuki"));
        copy_version(self.office(), water.unwrap().id, self.first, now(), TODAY).await.unwrap()
    }

    async fn version(&self, id: TariffVersionId) -> TariffVersion {
        tariff_version(self.office(), id).await.unwrap()
    }

    async fn rewrite(&self, id: TariffVersionId, old: &str, new: &str) -> Result<(), BillingError> {
        let draft = self.version(id).await;
        let text = draft.text.replacen(old, new, 1);
        assert_ne!(text, draft.text);
        write_draft(self.office(), id, draft.last_step(), &text, self.first, now()).await
    }

    async fn approve(&self, id: TariffVersionId, by: StaffId) -> Result<(), BillingError> {
        let base = self.version(id).await.last_step();
        approve_draft(self.office(), id, base, by, now()).await
    }

    async fn golden(&self, on: Date, water: i64) -> Result<shared::ids::GoldenRowId, BillingError> {
        let row = NewGoldenRow {
            size: MeterSize::new(20).unwrap(),
            use_class: UsageClass::GENERAL,
            usage: CubicMeters(45),
            months: 2,
            on,
            authority: String::new(),
            water: Some(Yen(water)),
            sewerage: None,
            total: None,
            source: "広報".into(),
        };
        enter_golden_row(self.office(), &row, self.first, now()).await
    }
}

async fn staff(town: &Town, login: &str) -> StaffId {
    let new = NewStaff {
        login_name: login.into(),
        display_name: format!("職員 {login}"),
        role: Role::Clerk,
        password: None,
        pin: None,
    };
    add_staff(&town.office, new).await.unwrap();
    let id = sqlx::query_scalar("select staff_id from access.staff where login_name = $1");
    StaffId(id.bind(login).fetch_one(&town.office.pool).await.unwrap())
}

fn now() -> Timestamp {
    "2026-11-23T01:02:03Z".parse().unwrap()
}

#[track_caller]
fn code(refused: Result<(), BillingError>) -> &'static str {
    refused.unwrap_err().code()
}

#[tokio::test]
async fn a_draft_becomes_the_next_version_by_a_second_person() {
    let desk = Desk::new().await;
    let old = tariff_on(desk.office(), Claim::Water, TODAY).await.unwrap().unwrap();
    let id = desk.copy().await;
    let draft = desk.version(id).await;
    assert_eq!(draft.state, VersionState::Draft);
    assert_eq!(draft.file.code, "takatsuki-water-2019-2");
    assert_eq!(draft.file.valid_from, date(2027, 4, 1));
    assert!(draft.placed.is_empty() && draft.copied_from.is_some());

    desk.rewrite(id, "yen = \"148.5\"", "yen = \"150\"").await.unwrap();
    assert_eq!(code(desk.approve(id, desk.first).await), "B33");
    let stale = approve_draft(desk.office(), id, 1, desk.second, now()).await;
    assert_eq!(code(stale), "B32");
    desk.approve(id, desk.second).await.unwrap();
    assert_eq!(code(desk.approve(id, desk.second).await), "B31");
    let version = desk.version(id).await;
    assert_eq!(version.state, VersionState::Approved);
    let words: Vec<_> = version.steps.iter().map(VersionStep::japanese).collect();
    assert_eq!(words, ["案の作成", "案の変更", "承認"]);
    assert_eq!(version.steps[2].staff.as_ref().unwrap().1, "職員 second");
    assert_eq!(version.steps[2].at, now());

    let on = async |day| tariff_on(desk.office(), Claim::Water, day).await.unwrap().unwrap();
    let before = on(date(2027, 3, 31)).await;
    assert_eq!((before.id, before.valid_before), (old.id, Some(date(2027, 4, 1))));
    assert_eq!(on(date(2027, 4, 1)).await.version, Some(id));
}

#[tokio::test]
async fn a_golden_row_guards_the_approval() {
    let desk = Desk::new().await;
    desk.golden(TODAY, 5_912).await.unwrap();
    desk.golden(date(2027, 4, 1), 5_950).await.unwrap();
    let id = desk.copy().await;
    let checks = check_golden_rows_with(desk.office(), &desk.version(id).await).await.unwrap();
    let faults: Vec<bool> = checks.iter().map(super::super::GoldenCheck::is_fault).collect();
    assert_eq!(faults, [true, false]);

    let refused = desk.approve(id, desk.second).await.unwrap_err();
    assert_eq!(refused.code(), "B34");
    let details = refused.details_ja().unwrap();
    assert!(details.contains("検算行5,950円、計算5,912円"), "{details}");
    assert_eq!(desk.version(id).await.state, VersionState::Draft, "nothing was kept");
    // 20 m³ of the third tier: 1.9 yen more each.
    desk.rewrite(id, "yen = \"148.5\"", "yen = \"150.4\"").await.unwrap();
    desk.approve(id, desk.second).await.unwrap();
    let night = GoldenWatch::default();
    night.check(desk.office(), now()).await.unwrap();
    let told = night.last().unwrap();
    assert_eq!((told.at, told.rows, night.is_due(now())), (now(), 2, false));
    let checks = check_golden_rows(desk.office()).await.unwrap();
    assert_eq!(told.faults.len(), checks.iter().filter(|check| check.is_fault()).count());
    assert!(checks.iter().all(|check| check.verdict == GoldenVerdict::Agrees), "{checks:?}");
}

#[tokio::test]
async fn a_golden_row_guards_the_import_and_can_be_withdrawn() {
    let town = Town::new().await;
    let first = staff(&town, "first").await;
    let desk = Desk { second: first, first, town };
    let wrong = desk.golden(TODAY, 1).await.unwrap();
    let [water, _] = demo_tariffs();
    let refused = store_tariff(desk.office(), water, None).await.unwrap_err();
    assert_eq!(refused.code(), "B34");
    assert_eq!(check_golden_rows(desk.office()).await.unwrap()[0].verdict, GoldenVerdict::NoTariff);
    withdraw_golden_row(desk.office(), wrong, first, now()).await.unwrap();
    assert_eq!(code(withdraw_golden_row(desk.office(), wrong, first, now()).await), "B30");
    store_tariff(desk.office(), water, None).await.unwrap();
    assert_eq!(desk.golden(TODAY, -1).await.unwrap_err().code(), "B36");
}

#[tokio::test]
async fn what_cannot_hold_is_refused() {
    let desk = Desk::new().await;
    let id = desk.copy().await;
    assert_eq!(code(desk.rewrite(id, "step_yen = 1", "step_yen = 3").await), "B02");
    desk.rewrite(id, "code = \"takatsuki-water-2019-2\"", "code = \"takatsuki-water-2019\"")
        .await
        .unwrap();
    assert_eq!(code(desk.approve(id, desk.second).await), "B35");
    desk.rewrite(id, "code = \"takatsuki-water-2019\"", "code = \"t-2\"").await.unwrap();
    desk.rewrite(id, "valid_from = \"2027-04-01\"", "valid_from = \"2019-10-01\"").await.unwrap();
    assert_eq!(code(desk.approve(id, desk.second).await), "B01");
    let base = desk.version(id).await.last_step();
    withdraw_draft(desk.office(), id, base, desk.first, now()).await.unwrap();
    assert_eq!(desk.version(id).await.state, VersionState::Withdrawn);
    assert_eq!(code(desk.approve(id, desk.second).await), "B31");
    let unknown = approve_draft(desk.office(), TariffVersionId(999), 1, desk.second, now()).await;
    assert_eq!(code(unknown), "B30");
    sqlx::query("delete from billing.tariff_step").execute(&desk.office().pool).await.unwrap_err();
}

#[tokio::test]
async fn a_version_between_two_ends_where_the_next_begins_and_names_its_classes() {
    let desk = Desk::new().await;
    let later = desk.copy().await;
    desk.approve(later, desk.second).await.unwrap();
    let between = desk.copy().await;
    desk.rewrite(between, "valid_from = \"2028-04-01\"", "valid_from = \"2027-01-01\"")
        .await
        .unwrap();
    desk.rewrite(between, "[water]\n", "[use_classes]\ngeneral = \"家庭その他用\"\n\n[water]\n")
        .await
        .unwrap();
    desk.approve(between, desk.second).await.unwrap();
    let placed = &desk.version(between).await.placed;
    assert_eq!((placed[0].from, placed[0].before), (date(2027, 1, 1), Some(date(2027, 4, 1))));
    assert_eq!(use_classes(desk.office()).await.unwrap()[0].1, "家庭その他用");
}

#[tokio::test]
async fn a_draft_that_became_faulty_is_listed_and_mended_but_not_approved() {
    let desk = Desk::new().await;
    let id = desk.copy().await;
    let faulty = desk.version(id).await.text.replace("step_yen = 1", "step_yen = 3");
    sqlx::query(
        "insert into billing.tariff_step
             (utility_id, version_id, step_number, kind, staff_id, text)
         values (1, $1, 2, 'written', $2, $3)",
    )
    .bind(id.0)
    .bind(desk.first.0)
    .bind(&faulty)
    .execute(&desk.office().pool)
    .await
    .unwrap();
    let versions = tariff_versions(desk.office()).await.unwrap();
    let draft = versions.iter().find(|version| version.id == id).unwrap();
    assert_eq!(draft.file.valid_from, date(2027, 4, 1));
    assert!(!draft.faults.is_empty() && draft.file.tariffs.is_empty());
    assert_eq!(code(desk.approve(id, desk.second).await), "B02");
    desk.rewrite(id, "step_yen = 3", "step_yen = 1").await.unwrap();
    desk.approve(id, desk.second).await.unwrap();
}
