//! Tariffs on pages (料金表の画面の試験): seen, drafted, refused, approved by a second person.

use axum::http::StatusCode;
use backoffice::access::{NewStaff, Role, Secret, add_staff};
use backoffice::billing::{demo_tariffs, store_tariff};

use super::test_office::{Browser, PASSWORD, Page, TestOffice};

async fn office_with_tariffs() -> TestOffice {
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

/// Copies the water version and answers with the copy's address.
async fn copied(browser: &Browser<'_>) -> String {
    let page = browser.post("/tariffs/1/copy", &[]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    page.location().trim_end_matches("/table").to_owned()
}

/// What a browser would send back from the table: every field as it stands, and the action.
async fn save_table(
    browser: &Browser<'_>,
    address: &str,
    changes: &[(&str, &str)],
    action: &str,
) -> Page {
    let address = format!("{address}/table");
    let page = browser.get(&address).await;
    let text = page.text().split("<textarea name=\"text\"").nth(1).unwrap();
    let text = text.split_once('\n').unwrap().1.split("</textarea>").next().unwrap();
    let text = text.replace("&#34;", "\"").replace("&#62;", ">").replace("&#60;", "<");
    let base = page.text().split("name=\"base\" value=\"").nth(1).unwrap();
    let base = base.split('"').next().unwrap();
    let mut form = vec![("base", base), ("text", text.as_str()), ("action", action)];
    form.extend(changes);
    browser.post(&address, &form).await
}

#[tokio::test]
async fn a_version_is_shown_as_the_printed_schedule() {
    let office = office_with_tariffs().await;
    let browser = office.clerk().await;
    let list = browser.get("/tariffs").await;
    for words in ["高槻市水道料金", "承認済み", "適用中", "2019/10/01〜", "検算行がまだありません"]
    {
        list.assert_has(words);
    }
    let page = browser.get("/tariffs/1").await;
    for words in [
        "13・16・20・25mm",
        "1,518",
        "13〜20m³",
        "27.5",
        "2,001m³〜",
        "1円未満切捨て",
        "表の金額は消費税を含みます（税込）。",
        "税率は10％です。",
        "type=\"checkbox\"",
        "コマンドによる取込み",
    ] {
        page.assert_has(words);
    }
    page.assert_lacks("承認する");
    assert_eq!(browser.get("/tariffs/99").await.status, StatusCode::NOT_FOUND);
    let reader = office.logged_in("reader").await;
    assert_eq!(reader.get("/tariffs").await.status, StatusCode::FORBIDDEN);
    assert_eq!(reader.post("/tariffs/1/copy", &[]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_draft_is_edited_checked_and_approved_by_a_second_person() {
    let office = office_with_tariffs().await;
    let first = office.clerk().await;
    let draft = copied(&first).await;
    let golden = [
        ("size", "20"),
        ("use_class", "general"),
        ("usage", "45"),
        ("months", "2"),
        ("on", "2027-04-01"),
        ("water", "5,950"),
        ("source", "改定のお知らせ"),
    ];
    let entered = first.post("/golden-rows", &golden).await;
    assert_eq!((entered.status, entered.location()), (StatusCode::SEE_OTHER, "/golden-rows"));
    first.get("/golden-rows").await.assert_has("検算行5,950円、計算5,912円");

    let saved = save_table(&first, &draft, &[("w.tier.0.2.yen", "150")], "save").await;
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, draft.as_str()));
    let page = first.get(&draft).await;
    page.assert_has("別の職員");
    page.assert_has("経過措置（transition）が書かれていません");
    page.assert_has("✗ 不一致");
    page.assert_lacks("id=\"approve\"");
    let difference = first.get(&format!("{draft}/difference")).await;
    for words in ["148.5", "+1.5", "+1.0%", "<polyline", "前の版: 高槻市水道料金"] {
        difference.assert_has(words);
    }

    let second = office.logged_in("second").await;
    let approve = format!("{draft}/approve");
    second.get(&draft).await.assert_has("id=\"approve\"");
    let refused = second.post(&approve, &[("base", "2")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    refused.assert_has("B34");
    save_table(&first, &draft, &[("w.tier.0.2.yen", "150.4")], "save").await;
    let refused = first.post(&approve, &[("base", "3")]).await;
    refused.assert_has("B33");
    let stale = second.post(&approve, &[("base", "2")]).await;
    stale.assert_has("B32");
    let approved = second.post(&approve, &[("base", "3")]).await;
    assert_eq!((approved.status, approved.location()), (StatusCode::SEE_OTHER, draft.as_str()));
    let page = second.get(&draft).await;
    for words in ["承認済み", "✓ 一致", "承認 太郎", "2027/04/01〜"] {
        page.assert_has(words);
    }
    second.get("/tariffs").await.assert_has("2019/10/01〜2027/03/31");
}

#[tokio::test]
async fn faults_are_told_with_their_place_and_nothing_typed_is_lost() {
    let office = office_with_tariffs().await;
    let browser = office.clerk().await;
    let draft = copied(&browser).await;
    let page = save_table(&browser, &draft, &[("w.tier.0.2.yen", "百円")], "save").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["B02", "K08", "value=\"百円\"", "<mark>"] {
        page.assert_has(words);
    }
    let added = save_table(&browser, &draft, &[], "add w 0").await;
    assert_eq!(added.status, StatusCode::OK);
    added.assert_has("まだ保存していません");
    added.assert_has("w.tier.0.8.yen");
    let text = [("base", "1"), ("text", "code = \"x\"\nname = 3\n")];
    let page = browser.post(&format!("{draft}/text"), &text).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_has("誤り（3か所）");
    page.assert_has("code = &#34;x&#34;");
    let withdrawn = browser.post(&format!("{draft}/withdraw"), &[("base", "1")]).await;
    assert_eq!(withdrawn.status, StatusCode::SEE_OTHER);
    browser.get(&draft).await.assert_has("取下げ");
    let again = browser.post(&format!("{draft}/withdraw"), &[("base", "2")]).await;
    again.assert_has("B31");
}

#[tokio::test]
async fn a_trial_is_explained_and_a_golden_row_can_be_withdrawn() {
    let office = office_with_tariffs().await;
    let browser = office.clerk().await;
    let address = "/tariffs/1/trial?size=20&use_class=general&usage=45&months=2";
    let page = browser.get(address).await;
    for words in ["5,912", "1円未満切捨て", "537"] {
        page.assert_has(words);
    }
    browser
        .get("/tariffs/1/trial?size=20&use_class=general&usage=x")
        .await
        .assert_has("水量を0以上");
    let none = "/tariffs/1/trial?size=20&use_class=pool&usage=4&months=2";
    browser.get(none).await.assert_has("K50");
    let incomplete = [("size", "20"), ("use_class", "general"), ("usage", "45"), ("months", "2")];
    let refused = browser.post("/golden-rows", &incomplete).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_has("B36");
    let row = [
        ("size", "20"),
        ("use_class", "general"),
        ("usage", "45"),
        ("months", "2"),
        ("on", "2026-11-23"),
        ("water", "5912"),
        ("source", "早見表"),
    ];
    browser.post("/golden-rows", &row).await;
    browser.get("/golden-rows").await.assert_has("✓ 一致");
    browser.post("/golden-rows/1/withdraw", &[]).await;
    browser.get("/golden-rows").await.assert_lacks("✓ 一致");
}
