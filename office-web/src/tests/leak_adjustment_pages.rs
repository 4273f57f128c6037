//! Leak adjustments on pages (漏水減免の画面の試験): computed, refused, proposed, decided by another.

use axum::http::StatusCode;
use backoffice::access::{NewStaff, Role, Secret, add_staff};

use super::billing_pages::{bill, closed_round};
use super::test_office::{PASSWORD, TestOffice};

const EVIDENCE: &str = "evidence_0=1&evidence_1=1&evidence_2=1";
const PERIOD: &str =
    "months=2&days=61&read_on=2026-11-20&size=20&use_class=general&period_number=1";

async fn office_with_two_clerks() -> TestOffice {
    let office = TestOffice::new().await;
    closed_round(&office).await;
    bill(&office.clerk().await, &office).await;
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

fn asked(number: &str, rule: &str, rest: &str) -> String {
    format!(
        "/leak-adjustments/new?number={number}&rule={rule}&metered=100&reason=underground\
         &standard=hand&standard_m3=20&into_sewer=0&sewerage=1&{PERIOD}&{rest}"
    )
}

#[tokio::test]
async fn an_adjustment_is_computed_proposed_and_approved_by_a_second_person() {
    let office = office_with_two_clerks().await;
    let first = office.clerk().await;
    first.get("/leak-adjustments").await.assert_has("起案はまだありません");
    let form = first.get("/leak-adjustments/new?number=00000001&rule=kasai").await;
    for words in ["加西市の規程", "修繕箇所の写真", "検針の履歴", "佐藤 京子", "value=\"45\""]
    {
        form.assert_has(words);
    }
    let address = asked("00000001", "kasai", EVIDENCE);
    let page = first.get(&address).await;
    for words in ["33 1/3", "1/3", "<dd>67m³</dd>", "下水道使用料", "起案する"] {
        page.assert_has(words);
    }
    let fields: Vec<(&str, &str)> = address
        .split_once('?')
        .unwrap()
        .1
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let without = first.post("/leak-adjustments", &fields).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    without.assert_has("B53");
    let mut fields = fields;
    fields.push(("grounds", "給水管の地下漏水。修繕は10月5日。"));
    let other = first.post("/leak-adjustments", &fields).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["B57", "入力 100m³、登録 45m³"] {
        other.assert_has(words);
    }
    for field in &mut fields {
        if field.0 == "metered" {
            field.1 = "45";
        }
    }
    let proposed = first.post("/leak-adjustments", &fields).await;
    assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", proposed.text());
    let proposal = proposed.location().to_owned();
    first.get(&proposal).await.assert_has("自分の起案は承認できません");
    let decision = format!("{proposal}/decision");
    let own = first.post(&decision, &[("decision", "approve")]).await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    own.assert_has("B54");
    let second = office.logged_in("second").await;
    let approved = second.post(&decision, &[("decision", "approve"), ("remark", "適正")]).await;
    assert_eq!(approved.status, StatusCode::SEE_OTHER);
    let page = second.get(&proposal).await;
    for words in ["承認済み", "承認 太郎", "適正", "8 1/3", "給水管の地下漏水", "新しい請求"]
    {
        page.assert_has(words);
    }
    let again = second.post(&decision, &[("decision", "refuse")]).await;
    again.assert_has("B55");
    let json = second.get(&format!("{proposal}/json")).await;
    json.assert_has("\"exact\":\"25/3\"");
    second.get("/leak-adjustments").await.assert_has("承認済み");
}

#[tokio::test]
async fn what_the_rule_does_not_allow_is_told_with_its_code() {
    let office = office_with_two_clerks().await;
    let browser = office.clerk().await;
    let cases = [
        (asked("", "kasai", "evidence_0=1"), "B42"),
        (asked("", "kasai", &format!("{EVIDENCE}&cause_1=1")), "B41"),
        (asked("", "kasai", &format!("{EVIDENCE}&last_relief_on=2025-11-01")), "B44"),
        (asked("", "kasama", EVIDENCE), "B50"),
        (asked("", "kasai", EVIDENCE).replace("=100", "=20"), "B47"),
        (asked("", "kasai", EVIDENCE).replace("=100", "=many"), "W05"),
        (asked("", "kasai", EVIDENCE).replace("2026-11-20", "1990-01-01"), "B52"),
    ];
    for (address, code) in cases {
        let page = browser.get(&address).await;
        assert_eq!(page.status, StatusCode::OK);
        page.assert_has(code);
    }
    // Without a connection it is a trial only.
    browser.get(&asked("", "kasai", EVIDENCE)).await.assert_lacks("id=\"propose\"");
    assert_eq!(browser.get("/leak-adjustments/99").await.status, StatusCode::NOT_FOUND);
    let unknown = browser.get("/leak-adjustments/new?rule=nowhere").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let reader = office.logged_in("reader").await;
    assert_eq!(reader.get("/leak-adjustments").await.status, StatusCode::FORBIDDEN);
}
