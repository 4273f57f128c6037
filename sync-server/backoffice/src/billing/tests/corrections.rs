//! Corrections on a real database (更正の試験): posted, refused, and in random sequences, to the yen.

use super::estimates::two_clerks;
use super::settlement::{billed_round, estimated};
use super::*;
use crate::ledger::{balances, check_balanced};
use crate::test_town::now;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shared::billing::Claim;
use shared::billing::correction::Paper;
use shared::connection::{MeterSize, UsageClass};
use shared::ids::{BillId, StaffId};
use shared::ledger::Account;
use shared::quantity::{CubicMeters, Yen};

const POSTED_ON: Date = date(2026, 12, 1);

fn used(usage: i32) -> Sight {
    Sight { usage, slip: None }
}

pub(super) fn order(is_approved: bool) -> CorrectionDecisionOrder {
    CorrectionDecisionOrder {
        is_approved,
        remark: "適当と認める".into(),
        on: POSTED_ON,
        due_on: date(2026, 12, 25),
    }
}

pub(super) fn new(bill: BillId, facts: CorrectedFacts) -> NewCorrection {
    NewCorrection {
        bill,
        facts,
        earlier_reduction: None,
        paper: Paper::RevisedBill,
        grounds: "指針の読み誤り".into(),
    }
}

/// The bill of a connection that holds.
pub(super) async fn bill_of(office: &Backoffice, connection: ConnectionId) -> BillId {
    let id: i64 = sqlx::query_scalar(
        "select max(bill_id) from billing.current_bill where connection_id = $1",
    )
    .bind(connection.0)
    .fetch_one(&office.pool)
    .await
    .unwrap();
    BillId(id)
}

/// Bills, assessments and the ledger tell the same story, and each bill explains itself.
pub(super) async fn assert_sums_agree(office: &Backoffice) {
    let (bills, ids): (i64, Vec<i64>) = sqlx::query_as(
        "select coalesce(sum(amount_yen), 0)::bigint, coalesce(array_agg(bill_id), '{}')
         from billing.current_bill",
    )
    .fetch_one(&office.pool)
    .await
    .unwrap();
    let claims: Vec<(i16, i64, i64)> = sqlx::query_as(
        "select claim, sum(amount_yen)::bigint, sum(tax_yen)::bigint
         from billing.current_assessment group by claim order by claim",
    )
    .fetch_all(&office.pool)
    .await
    .unwrap();
    assert_eq!(bills, claims.iter().map(|claim| claim.1).sum::<i64>());
    let books = balances(office).await.unwrap();
    let net =
        |account| books.iter().find(|one| one.account == account).map_or(Yen(0), |one| one.net());
    for (claim, amount, tax) in claims {
        let accounts = match Claim::from_code(u8::try_from(claim).unwrap()).unwrap() {
            Claim::Water => (Account::WaterReceivable, Account::WaterTax),
            Claim::Sewerage => (Account::SewerageReceivable, Account::SewerageTax),
        };
        assert_eq!((net(accounts.0), net(accounts.1)), (Yen(amount), Yen(-tax)), "{claim}");
    }
    assert!(check_balanced(office).await.unwrap().is_balanced());
    let ids: Vec<BillId> = ids.into_iter().map(BillId).collect();
    for view in bill_views(office, &ids).await.unwrap() {
        assert_eq!(view.amount, view.claims.iter().map(|claim| claim.amount).sum());
    }
}

#[tokio::test]
async fn a_misreading_is_corrected_by_a_second_person() {
    let walked = Walked::closed(&[(SATO, "", used(90))]).await;
    walked.run().await.unwrap();
    let office = walked.office();
    let [first, second] = two_clerks(office).await;
    let home = ConnectionId(walked.amounts().await[0].0);
    let bill = bill_of(office, home).await;
    let seen = bill_to_correct(office, bill).await.unwrap().unwrap();
    assert_eq!((seen.reading.before, seen.reading.register, seen.later), (1_200, 1_290, None));

    let asked = new(bill, CorrectedFacts::Register(1_235));
    let trial = try_correction(office, &asked).await.unwrap();
    assert_eq!((trial.correction.after(), trial.measured), (Yen(7_738), Some(CubicMeters(35))));
    let silent = NewCorrection { grounds: " ".into(), ..asked.clone() };
    assert_eq!(propose_correction(office, &silent, first, now()).await.unwrap_err().code(), "B53");
    let id = propose_correction(office, &asked, first, now()).await.unwrap();
    let own = decide_correction(office, id, &order(true), first, now()).await.unwrap_err();
    assert_eq!(own.code(), "B54");
    let second_id = propose_correction(office, &asked, first, now()).await.unwrap();
    let posted = decide_correction(office, id, &order(true), second, now()).await.unwrap().unwrap();
    assert!(posted > bill);
    assert_sums_agree(office).await;

    // The new bill names the old one, shows the corrected dials, and is the only one that counts.
    let view = super::super::bill(office, posted).await.unwrap().unwrap();
    assert_eq!((view.register, view.usage.0, view.amount), (1_235, 35, Yen(7_738)));
    let old = super::super::bill(office, bill).await.unwrap().unwrap();
    assert_eq!((old.register, old.usage.0), (1_290, 90));
    let replaced = bill_replacements(office, bill).await.unwrap();
    assert_eq!((replaced.len(), replaced[0].bill, replaced[0].is_newer), (1, posted, true));
    let stored = correction(office, id).await.unwrap();
    assert_eq!((stored.new_bill, stored.state()), (Some(posted), CorrectionState::Posted));
    assert!(stored.explanation.contains("水量: 90m³ → 35m³"), "{}", stored.explanation);
    let listed = assessments_of_round(office, walked.round, Page { number: 1, size: 9 }).await;
    assert_eq!(listed.unwrap().len(), 2);

    // What is replaced is replaced; another proposal of the same comes too late.
    let late = decide_correction(office, second_id, &order(true), second, now()).await;
    assert_eq!(late.unwrap_err().code(), "B63");
    let twice = decide_correction(office, id, &order(false), second, now()).await.unwrap_err();
    assert_eq!(twice.code(), "B55");
    let again = new(posted, CorrectedFacts::Register(1_235));
    assert_eq!(try_correction(office, &again).await.unwrap_err().code(), "B61");
    for register in [1_199, 12_350] {
        let wrong = new(posted, CorrectedFacts::Register(register));
        let refused = try_correction(office, &wrong).await.unwrap_err();
        assert_eq!((refused.code(), refused.details_ja().is_some()), ("B65", true));
    }
    assert_eq!(walked.run().await.unwrap().bills, 0, "a later run makes no second bill");
    // The next period counts from the corrected dials.
    let next = billed_round(office, date(2027, 1, 23), &[(home, 1_260, 25)]).await;
    assert_eq!(next.bills, 1);
    let later = new(posted, CorrectedFacts::Register(1_240));
    let later = try_correction(office, &later).await.unwrap().later.unwrap();
    assert_eq!((later.usage.0, later.becomes), (25, Some(CubicMeters(20))));
}

#[tokio::test]
async fn wrong_facts_are_charged_anew_and_terms_are_left_alone() {
    let walked = Walked::closed(&[(SATO, "", used(35))]).await;
    walked.run().await.unwrap();
    let office = walked.office();
    let [first, second] = two_clerks(office).await;
    let home = ConnectionId(walked.amounts().await[0].0);
    let bill = bill_of(office, home).await;
    let class = UsageClass::from_key("bathhouse").unwrap();
    let size = MeterSize::new(20).unwrap();
    let facts = CorrectedFacts::Terms { size, use_class: class, dwellings: 1 };
    let id = propose_correction(office, &new(bill, facts), first, now()).await.unwrap();
    decide_correction(office, id, &order(true), second, now()).await.unwrap();
    assert_sums_agree(office).await;
    let corrected = bill_of(office, home).await;
    let size = MeterSize::new(300).unwrap();
    let facts = CorrectedFacts::Terms { size, use_class: UsageClass::GENERAL, dwellings: 1 };
    let refused = try_correction(office, &new(corrected, facts)).await.unwrap_err();
    assert_eq!(refused.code(), "K50");
    let nowhere = new(BillId(-1), CorrectedFacts::Register(1));
    assert_eq!(try_correction(office, &nowhere).await.unwrap_err().code(), "B60");
    let filter = CorrectionFilter { state: Some(CorrectionState::Posted), ..Default::default() };
    assert_eq!(corrections(office, filter).await.unwrap().len(), 1);
    let filter = CorrectionFilter { state: Some(CorrectionState::Open), ..Default::default() };
    assert!(corrections(office, filter).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_estimated_too_high_is_taken_off_of_the_earlier_bill() {
    let (walked, homes, [first, second]) = estimated("mean-correct").await;
    let office = walked.office();
    let estimated = bill_of(office, homes[0]).await;
    billed_round(office, date(2027, 1, 23), &[(homes[0], 1_225, 25)]).await;
    let reading = open_settlements(office).await.unwrap()[0].reading;
    let lower = |m3| CorrectedFacts::Settled { reading, lower_by: CubicMeters(m3) };
    let above = try_correction(office, &new(estimated, lower(16))).await.unwrap_err();
    assert_eq!((above.code(), above.details_ja().unwrap()), ("B67", "減額できる残り: 15m³".into()));
    let part = propose_correction(office, &new(estimated, lower(5)), first, now()).await.unwrap();
    decide_correction(office, part, &order(true), second, now()).await.unwrap();
    assert_eq!(open_settlements(office).await.unwrap()[0].left().0, 10);
    let estimated = bill_of_round(office, homes[0], walked.round.0).await;
    let rest = propose_correction(office, &new(estimated, lower(10)), first, now()).await.unwrap();
    decide_correction(office, rest, &order(true), second, now()).await.unwrap();
    assert!(open_settlements(office).await.unwrap().is_empty());
    let total: i64 = sqlx::query_scalar(
        "select sum(usage_m3)::bigint from billing.current_assessment
         where connection_id = $1 and claim = 1",
    )
    .bind(homes[0].0)
    .fetch_one(&office.pool)
    .await
    .unwrap();
    assert_eq!(total, 25, "over both periods what was measured is what is billed");
    assert_sums_agree(office).await;
    // Its dials are settled: they cannot be corrected any more.
    let estimated = bill_of_round(office, homes[0], walked.round.0).await;
    let dials = try_correction(office, &new(estimated, CorrectedFacts::Register(1_210))).await;
    assert_eq!(dials.unwrap_err().code(), "B66");
}

async fn bill_of_round(office: &Backoffice, connection: ConnectionId, round: i64) -> BillId {
    let id: i64 = sqlx::query_scalar(
        "select bill_id from billing.current_assessment
         where connection_id = $1 and round_id = $2 and claim = 1",
    )
    .bind(connection.0)
    .bind(round)
    .fetch_one(&office.pool)
    .await
    .unwrap();
    BillId(id)
}

#[tokio::test]
async fn random_corrections_leave_bills_assessments_and_ledger_equal() {
    let house = |number| Household { number, ..SATO };
    let no_sewer = "update connection.service_connection set has_sewerage = false
        where connection_id = $1";
    let walked = Walked::closed(&[
        (house(1), "", used(35)),
        (house(2), no_sewer, used(0)),
        (house(3), "", used(150)),
        (house(4), "", used(61)),
    ])
    .await;
    walked.run().await.unwrap();
    let office = walked.office();
    let clerks = two_clerks(office).await;
    let mut dice = ChaCha8Rng::seed_from_u64(20_261_123);
    let mut posted = 0;
    for _ in 0..40 {
        posted += u32::from(one_at_random(office, &mut dice, clerks).await);
        assert_sums_agree(office).await;
    }
    assert!(posted > 10, "only {posted} of 40 were posted");
    let (bills, replaced): (i64, i64) = sqlx::query_as(
        "select (select count(*) from billing.bill),
                (select count(*) from billing.bill_replacement)",
    )
    .fetch_one(&office.pool)
    .await
    .unwrap();
    assert_eq!((bills, replaced), (4 + i64::from(posted), i64::from(posted)));
}

/// Proposes something for some bill and decides on it; tells whether it was posted.
async fn one_at_random(office: &Backoffice, dice: &mut ChaCha8Rng, clerks: [StaffId; 2]) -> bool {
    let homes: Vec<i64> =
        sqlx::query_scalar("select connection_id from billing.current_bill order by connection_id")
            .fetch_all(&office.pool)
            .await
            .unwrap();
    let home = homes[dice.random_range(0..homes.len())];
    let bill = bill_of(office, ConnectionId(home)).await;
    let facts = match dice.random_range(0..3) {
        0 | 1 => CorrectedFacts::Register(dice.random_range(1_200..1_400)),
        _ => CorrectedFacts::Terms {
            size: MeterSize::new([13, 20, 25, 40][dice.random_range(0..4)]).unwrap(),
            use_class: UsageClass::GENERAL,
            dwellings: 1,
        },
    };
    let id = match propose_correction(office, &new(bill, facts), clerks[0], now()).await {
        Ok(id) => id,
        Err(error) => {
            assert_eq!(error.code(), "B61", "{error:?}");
            return false;
        }
    };
    let is_approved = dice.random_range(0..4) > 0;
    let bill = decide_correction(office, id, &order(is_approved), clerks[1], now()).await.unwrap();
    assert_eq!(bill.is_some(), is_approved);
    is_approved
}
