//! Leak adjustments from the proposal to the new bill (漏水減免の反映の試験).

use super::corrections::{assert_sums_agree, bill_of};
use super::estimates::two_clerks;
use super::settlement::estimated;
use super::*;
use crate::test_town::now;
use shared::billing::Claim;
use shared::billing::correction::Paper;
use shared::billing::leak_adjustment::{LeakCase, leak_rule};
use shared::connection::{MeterSize, UsageClass};
use shared::metering::estimate::Basis;
use shared::quantity::{CubicMeters, Yen};

const PAPERS: [&str; 3] = ["指定給水装置工事事業者の修繕証明書", "修繕箇所の写真", "減免申請書"];

fn leaked(rule: &str, metered: u32) -> LeakQuestion {
    assert!(leak_rule(rule).is_some());
    LeakQuestion {
        rule: rule.into(),
        metered: CubicMeters(metered),
        size: MeterSize::new(20).unwrap(),
        use_class: UsageClass::GENERAL,
        months: 2,
        has_sewerage: true,
        case: LeakCase {
            reason: "underground".into(),
            causes: Vec::new(),
            evidence: PAPERS.map(str::to_owned).to_vec(),
            basis: Basis::new(TODAY, 61, 2),
            standard_by_hand: Some(CubicMeters(20)),
            into_sewer: CubicMeters(0),
            granted: None,
            period_number: 1,
            is_extended: false,
            last_relief_on: None,
        },
    }
}

fn order(is_approved: bool) -> LeakDecisionOrder {
    LeakDecisionOrder {
        is_approved,
        remark: "適正".into(),
        paper: Paper::CreditNote,
        on: date(2026, 12, 1),
        due_on: date(2026, 12, 25),
    }
}

#[tokio::test]
async fn an_approved_adjustment_is_posted_with_the_stored_charge() {
    let walked = Walked::closed(&[(SATO, "", Sight { usage: 100, slip: None })]).await;
    walked.run().await.unwrap();
    let office = walked.office();
    let [first, second] = two_clerks(office).await;
    let home = ConnectionId(walked.amounts().await[0].0);
    let before = bill_of(office, home).await;
    for (question, figures) in [
        (leaked("kasai", 101), "水量: 入力 101m³、登録 100m³"),
        (
            LeakQuestion { has_sewerage: false, months: 1, ..leaked("kasai", 100) },
            "月数: 入力 1、登録 2\n下水道: 入力 なし、登録 あり",
        ),
    ] {
        let refused = propose_leak_adjustment(office, home, &question, "地下漏水", first, now());
        let refused = refused.await.unwrap_err();
        assert_eq!((refused.code(), refused.details_ja().as_deref()), ("B57", Some(figures)));
    }
    let mut elsewhere = leaked("kasai", 100);
    elsewhere.case.basis.read_on = date(2026, 11, 22);
    let refused = propose_leak_adjustment(office, home, &elsewhere, "地下漏水", first, now()).await;
    assert_eq!(refused.unwrap_err().code(), "B56");

    let question = leaked("kasai", 100);
    let id =
        propose_leak_adjustment(office, home, &question, "地下漏水", first, now()).await.unwrap();
    let own = decide_leak_adjustment(office, id, &order(true), first, now()).await.unwrap_err();
    assert_eq!(own.code(), "B54");
    assert_eq!(bill_of(office, home).await, before, "nothing was posted");
    let after = decide_leak_adjustment(office, id, &order(true), second, now()).await.unwrap();
    assert_eq!(Some(bill_of(office, home).await), after);
    assert_sums_agree(office).await;

    // A third of 40 and half of 40 m³ are 33; of the sewage all 80 m³.
    let view = super::super::bill(office, after.unwrap()).await.unwrap().unwrap();
    let volumes: Vec<u32> = view.claims.iter().map(|claim| claim.usage.0).collect();
    assert_eq!(volumes, [67, 20]);
    let stored = corrections_of_connection(office, home).await.unwrap().remove(0);
    assert_eq!((stored.adjustment, stored.paper), (Some(id), Paper::CreditNote));
    let told = leak_adjustment(office, id).await.unwrap();
    assert_eq!(stored.difference, Yen(-told.difference.0));

    // A second one of the same user within two years is refused without anybody typing the first.
    let again = LeakQuestion { metered: CubicMeters(67), ..leaked("kasai", 67) };
    let known = propose_leak_adjustment(office, home, &again, "地下漏水", first, now()).await;
    assert!(known.is_ok() || known.as_ref().unwrap_err().code() == "B44", "{known:?}");
}

#[tokio::test]
async fn a_rule_of_yen_takes_yen_off_and_the_charge_still_explains_itself() {
    let walked = Walked::closed(&[(SATO, "", Sight { usage: 100, slip: None })]).await;
    walked.run().await.unwrap();
    let office = walked.office();
    let [first, second] = two_clerks(office).await;
    let home = ConnectionId(walked.amounts().await[0].0);
    let question = leaked("tomioka", 100);
    let id =
        propose_leak_adjustment(office, home, &question, "地下漏水", first, now()).await.unwrap();
    let reduction = leak_adjustment(office, id).await.unwrap().difference;
    let after = decide_leak_adjustment(office, id, &order(true), second, now()).await.unwrap();
    assert_sums_agree(office).await;
    let view = super::super::bill(office, after.unwrap()).await.unwrap().unwrap();
    let water = &view.claims[0];
    assert_eq!((water.claim, water.usage.0), (Claim::Water, 100));
    let explained = assessment(office, water.assessment).await.unwrap().unwrap();
    assert_eq!(explained.relief.0, reduction);
    assert_eq!(explained.charge.amount - explained.amount, reduction);
    assert_eq!(explained.amount.0 * 10 / 110, explained.tax.0);
    // What was reduced in yen is not computed again from a volume.
    let dials = NewCorrection {
        bill: after.unwrap(),
        facts: CorrectedFacts::Register(1_250),
        earlier_reduction: None,
        paper: Paper::RevisedBill,
        grounds: "誤検針".into(),
    };
    assert_eq!(try_correction(office, &dials).await.unwrap_err().code(), "B62");
}

#[tokio::test]
async fn estimates_and_unbilled_periods_are_not_adjusted() {
    let (walked, homes, [first, _]) = estimated("kasama").await;
    let office = walked.office();
    let question = leaked("kasai", 40);
    let refused =
        propose_leak_adjustment(office, homes[0], &question, "地下漏水", first, now()).await;
    assert_eq!(refused.unwrap_err().code(), "B58");

    let walked = Walked::closed(&[(SATO, "", Sight { usage: 100, slip: None })]).await;
    let office = walked.office();
    let [first, second] = two_clerks(office).await;
    let home: i64 =
        sqlx::query_scalar("select connection_id from metering.reading where usage_m3 = 100")
            .fetch_one(&office.pool)
            .await
            .unwrap();
    let home = ConnectionId(home);
    let question = leaked("kasai", 100);
    let id =
        propose_leak_adjustment(office, home, &question, "地下漏水", first, now()).await.unwrap();
    let early = decide_leak_adjustment(office, id, &order(true), second, now()).await;
    assert_eq!(early.unwrap_err().code(), "B59");
    walked.run().await.unwrap();
    decide_leak_adjustment(office, id, &order(true), second, now()).await.unwrap().unwrap();
    assert_sums_agree(office).await;
}
