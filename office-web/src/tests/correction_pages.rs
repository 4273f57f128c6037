//! Corrections on pages (更正の画面の試験): tried out, proposed, approved, and found again.

use axum::http::StatusCode;

use super::billing_pages::{bill, read_and_close};
use super::estimate_pages::office_with_second;
use super::test_office::{HOSTILE_NAME, TestOffice};

async fn billed() -> (TestOffice, i64) {
    let office = office_with_second().await;
    read_and_close(&office).await;
    bill(&office.clerk().await, &office).await;
    let (id,): (i64,) = sqlx::query_as("select bill_id from billing.bill where connection_id = 1")
        .fetch_one(&office.backoffice.pool)
        .await
        .unwrap();
    (office, id)
}

#[tokio::test]
async fn a_misread_bill_is_corrected_and_both_bills_say_so() {
    let (office, id) = billed().await;
    let first = office.clerk().await;
    first.get("/corrections").await.assert_has("該当する更正はありません");
    first.get(&format!("/bills/{id}")).await.assert_has("更正する");
    let page = first.get(&format!("/corrections/new?bill={id}")).await;
    for words in ["前回 1200 → 今回 1245", "正しい指針", "佐藤 京子"] {
        page.assert_has(words);
    }
    let trial = format!("/corrections/new?bill={id}&kind=register&tried=1&register=");
    first.get(&format!("{trial}1199")).await.assert_has("B65");
    first.get(&format!("{trial}many")).await.assert_has("W05");
    first.get(&format!("{trial}1245")).await.assert_has("B61");
    let page = first.get(&format!("{trial}1235")).await;
    // 35 m³: 4,097 and 3,641 yen; by hand in the tests of the tariff.
    for words in [
        "使用水量は35m³です",
        "-10m³",
        "4,097円",
        "7,738円",
        "計算の内訳",
        "未収（仕訳）",
        "領収の記録はありません",
        "返還の通知（納付後）",
    ] {
        page.assert_has(words);
    }
    let number = id.to_string();
    let mut form = vec![("bill", number.as_str()), ("kind", "register"), ("register", "1235")];
    let silent = first.post("/corrections", &form).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    silent.assert_has("B53");
    // More than before is owed: nothing goes back, and the page offers no such paper.
    let dearer = first.get(&format!("{trial}1255")).await;
    dearer.assert_has("更正後に返すものがない");
    assert!(!dearer.text().contains("返還の通知（納付後）"));
    form.extend([("paper", "credit_note"), ("grounds", "写真で確認。1235を1245と読んだ。")]);
    let proposed = first.post("/corrections", &form).await;
    assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", proposed.text());
    let correction = proposed.location().to_owned();
    first.get(&correction).await.assert_has("自分の起案は承認できません");
    let decision = format!("{correction}/decision");
    let own = first.post(&decision, &[("decision", "approve")]).await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    own.assert_has("B54");
    let second = office.logged_in("second").await;
    second.get(&correction).await.assert_has("未収（仕訳）");
    assert!(!second.get("/assessments").await.text().contains("更正による増減"));
    let form = [("decision", "approve"), ("remark", "写真を確認"), ("due_on", "2027-01-31")];
    let approved = second.post(&decision, &form).await;
    assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.text());
    let sums = second.get("/assessments").await;
    for words in ["当初の調定", "更正による増減", "合計（現在）", ">-10<"] {
        sums.assert_has(words);
    }
    let page = second.get(&correction).await;
    for words in ["更正済み", "承認 太郎", "写真を確認", "に代わるもの", "返還の通知（納付後）"]
    {
        page.assert_has(words);
    }
    let paper = second.get(&format!("{correction}/paper.pdf")).await;
    assert_eq!(paper.header("content-type"), "application/pdf");
    assert!(paper.bytes.starts_with(b"%PDF-"));
    first.get(&format!("/bills/{id}")).await.assert_has("差替え済み");
    let (new,): (i64,) = sqlx::query_as("select bill_id from billing.bill_replacement")
        .fetch_one(&office.backoffice.pool)
        .await
        .unwrap();
    let page = first.get(&format!("/bills/{new}")).await;
    for words in ["に代わる請求です", "7,738", "2027/01/31", "今回 1235"] {
        page.assert_has(words);
    }
    first.get("/corrections?state=posted&reason=misreading").await.assert_has(&format!(">{new}<"));
    first.get("/corrections?state=open").await.assert_has("該当する更正はありません");
    let late = first.get(&format!("{trial}1236")).await;
    late.assert_has("B63");
    for address in ["/corrections/99", "/corrections/new?bill=99", "/corrections/new"] {
        assert_eq!(first.get(address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    first.get("/corrections").await.assert_lacks(HOSTILE_NAME);
}

#[tokio::test]
async fn wrong_facts_are_tried_out_with_both_calculations() {
    let (office, id) = billed().await;
    let first = office.clerk().await;
    let trial = format!("/corrections/new?bill={id}&kind=terms&tried=1&use_class=general");
    let page = first.get(&format!("{trial}&size=13&dwellings=1")).await;
    for words in ["20mm・一般用", "13mm・一般用", "更正前", "更正後"] {
        page.assert_has(words);
    }
    first.get(&format!("{trial}&size=20&dwellings=0")).await.assert_has("W05");
    first.get(&format!("{trial}&size=300&dwellings=1")).await.assert_has("K50");
}
