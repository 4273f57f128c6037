//! Corrections of bills with terms (条件のある請求の更正の試験): a corrected bill is the one that a run over
//! the right facts makes.

use super::corrections::{assert_sums_agree, bill_of, new, order};
use super::estimates::two_clerks;
use super::terms::{BEHIND_THE_FIRST, amounts, billed, exchange, grant, refs, source, used, views};
use super::*;
use crate::test_town::now;
use shared::billing::Claim;
use shared::billing::correction::{EarlierReduction, Paper, Received};
use shared::connection::{MeterSize, UsageClass};
use shared::ids::{BillId, StaffId};
use shared::quantity::Yen;

/// Amounts of the bills of the first connection that hold: water, then sewerage.
async fn held(walked: &Walked) -> Vec<i64> {
    sqlx::query_scalar(
        "select amount_yen from billing.current_assessment a
         where connection_id = (select min(connection_id) from connection.service_connection)
         order by claim",
    )
    .fetch_all(&walked.office().pool)
    .await
    .unwrap()
}

async fn first_bill(walked: &Walked) -> (ConnectionId, BillId) {
    let home = ConnectionId(walked.amounts().await[0].0);
    (home, bill_of(walked.office(), home).await)
}

async fn post(walked: &Walked, clerks: [StaffId; 2], asked: &NewCorrection) -> BillId {
    let office = walked.office();
    let id = propose_correction(office, asked, clerks[0], now()).await.unwrap();
    decide_correction(office, id, &order(true), clerks[1], now()).await.unwrap().unwrap()
}

/// Reads the first house wrongly and corrects it; the dials before stood at `begins`.
async fn corrected(houses: &[Household], right: &[i32], begins: u32, statements: &[&str]) {
    let sights: Vec<_> = houses.iter().copied().zip(right.iter().map(|m3| used(*m3))).collect();
    let (judge, summary) = billed(&sights, statements).await;
    assert_eq!(summary.unbilled_count, 0, "{summary:?}");
    let expected = amounts(&judge).await;

    let mut wrong = sights.clone();
    wrong[0].1 = used(right[0] + 7);
    let wrong_dials: Vec<String> = statements
        .iter()
        .map(|text| text.replace("register_value = 36", "register_value = 43"))
        .collect();
    let (walked, _) = billed(&wrong, &refs(&wrong_dials)).await;
    assert_ne!(amounts(&walked).await, expected);
    let clerks = two_clerks(walked.office()).await;
    let (_, bill) = first_bill(&walked).await;
    let dials = CorrectedFacts::Register(begins + u32::try_from(right[0]).unwrap());
    post(&walked, clerks, &new(bill, dials)).await;
    assert_eq!(held(&walked).await, expected);
    assert_sums_agree(walked.office()).await;
    // What holds explains itself, to the basis.
    let basis = |views: Vec<AssessmentView>| {
        views.into_iter().map(|view| view.basis.japanese()).collect::<Vec<_>>()
    };
    let [is, was] = [basis(views(&walked).await), basis(views(&judge).await)];
    for lines in &was {
        assert!(is.contains(lines), "{lines:?} in {is:?}");
    }
}

#[tokio::test]
async fn a_misread_bill_with_terms_becomes_what_the_run_would_have_made() {
    let relief = [grant(Claim::Water, "2026-04-01"), grant(Claim::Sewerage, "2026-04-01")];
    corrected(&[SATO], &[30], 1_200, &refs(&relief)).await;
    let well = source(1, "2, '井戸', 3, null, null, null, null");
    let ice = source(2, "3, '製氷機', null, 4, null, null, null");
    corrected(&[SATO], &[30], 1_200, &[&well, &ice]).await;
    corrected(&[SATO], &[31], 5, &refs(&exchange(20))).await;
    corrected(&[SATO], &[31], 5, &refs(&exchange(25))).await;
    corrected(&[SATO, SUZUKI, TANAKA], &[100, 30, 40], 1_200, &[BEHIND_THE_FIRST]).await;
    let shared = "update connection.service_connection set charged_dwellings = 4
                  where connection_id = $1";
    corrected(&[SATO], &[30], 1_200, &[shared]).await;
}

#[tokio::test]
async fn what_is_registered_late_is_billed_by_a_correction() {
    let (walked, _) = billed(&[(SATO, used(30))], &[]).await;
    assert_eq!(amounts(&walked).await, [3_900, 450]);
    let office = walked.office();
    let clerks = two_clerks(office).await;
    let (home, bill) = first_bill(&walked).await;
    let nothing = new(bill, CorrectedFacts::Registered);
    assert_eq!(try_correction(office, &nothing).await.unwrap_err().code(), "B61");
    for text in
        [grant(Claim::Water, "2026-04-01"), source(1, "2, '井戸', 3, null, null, null, null")]
    {
        let text = text.replace("$1", &home.0.to_string());
        sqlx::query(sqlx::AssertSqlSafe(text)).execute(&office.pool).await.unwrap();
    }
    let trial = try_correction(office, &nothing).await.unwrap();
    let told = trial.correction.japanese();
    assert!(told.contains("検針した水量だけ → 減免: 福祉減免"), "{told}");
    assert!(told.contains("水量: 30m³ → 48m³"), "{told}");
    let posted = post(&walked, clerks, &nothing).await;
    // Half of 3,600 and 300; 300 and 48 m³ at 5 yen.
    assert_eq!(held(&walked).await, [2_100, 540]);
    assert_sums_agree(office).await;
    let again = new(posted, CorrectedFacts::Registered);
    assert_eq!(try_correction(office, &again).await.unwrap_err().code(), "B61");

    // Size and class of a bill with terms; then the dials.
    let larger = CorrectedFacts::Terms {
        size: MeterSize::new(25).unwrap(),
        use_class: UsageClass::GENERAL,
        dwellings: 1,
    };
    let posted = post(&walked, clerks, &new(posted, larger)).await;
    assert_eq!(held(&walked).await, [3_600 + 300, 540]);
    assert_sums_agree(office).await;
    // The next one goes by what is registered: 20 mm.
    post(&walked, clerks, &new(posted, CorrectedFacts::Register(1_210))).await;
    assert_eq!(held(&walked).await, [1_800 + 100, 300 + 28 * 5]);
    assert_sums_agree(office).await;
}

#[tokio::test]
async fn terms_that_lead_nowhere_are_named_and_change_nothing() {
    let (walked, _) = billed(&[(SATO, used(30)), (SUZUKI, used(10))], &[]).await;
    let office = walked.office();
    let clerks = two_clerks(office).await;
    let (home, bill) = first_bill(&walked).await;
    let asked = new(bill, CorrectedFacts::Registered);
    let behind = BEHIND_THE_FIRST.replace("$1", &home.0.to_string());
    sqlx::query(sqlx::AssertSqlSafe(behind)).execute(&office.pool).await.unwrap();
    let related = bill_to_correct(office, bill).await.unwrap().unwrap().related;
    assert_eq!(related.iter().map(|one| one.is_master).collect::<Vec<_>>(), [false]);
    let submeter = bill_to_correct(office, related[0].bill).await.unwrap().unwrap().related;
    assert_eq!((submeter[0].bill, submeter[0].is_master), (bill, true));

    // The master less its submeter; proposed, and then the submeter is corrected above it.
    let id = propose_correction(office, &asked, clerks[0], now()).await.unwrap();
    post(&walked, clerks, &new(related[0].bill, CorrectedFacts::Register(1_240))).await;
    let late = decide_correction(office, id, &order(true), clerks[1], now()).await.unwrap_err();
    assert_eq!(late.code(), "K67");
    assert_eq!(held(&walked).await, [3_900, 450]);
    let gone =
        "update connection.service_agreement set period = daterange('2020-04-01', '2026-10-01')
                where connection_id = $1";
    sqlx::query(gone).bind(home.0).execute(&office.pool).await.unwrap();
    assert_eq!(try_correction(office, &asked).await.unwrap_err().code(), "B84");
    assert_sums_agree(office).await;
}

#[tokio::test]
async fn an_earlier_leak_adjustment_is_kept_or_dropped_and_never_forgotten() {
    let (walked, _) = billed(&[(SATO, used(90))], &[]).await;
    let office = walked.office();
    let clerks = two_clerks(office).await;
    let (_, bill) = first_bill(&walked).await;
    // 400 yen are taken off of the water, as an adjustment in yen does.
    let reduced = post(&walked, clerks, &new(bill, CorrectedFacts::Register(1_290 - 10))).await;
    sqlx::raw_sql(
        "alter table billing.assessment disable trigger user;
         update billing.assessment set relief_yen = 400, relief_tax_yen = 36,
             amount_yen = amount_yen - 400, tax_yen = tax_yen - 36
         where claim = 1 and revision = 1;
         alter table billing.assessment enable trigger user",
    )
    .execute(&office.pool)
    .await
    .unwrap();
    assert_eq!(held(&walked).await, [3_600 + 800 - 400, 300 + 400]);
    let dials = new(reduced, CorrectedFacts::Register(1_230));
    assert_eq!(try_correction(office, &dials).await.unwrap_err().code(), "B62");
    let with = |earlier| NewCorrection { earlier_reduction: Some(earlier), ..dials.clone() };
    let kept = try_correction(office, &with(EarlierReduction::Kept)).await.unwrap().correction;
    assert_eq!(kept.after(), Yen(3_600 + 300 - 400 + 450));
    assert_eq!(kept.claims[0].after.relief.unwrap().amount, Yen(400));
    let dropped = try_correction(office, &with(EarlierReduction::Dropped)).await.unwrap();
    assert_eq!(dropped.correction.after(), Yen(3_600 + 300 + 450));
    assert_eq!(dropped.correction.claims[0].after.relief, None);
}

/// The reader took the whole bill at the gate.
const TAKEN_AT_THE_GATE: &str = "
    insert into metering.service_stop (utility_id, stop_id, round_id, connection_id, stopped_on,
        payment, was_closed, reader_login, device_id, device_sequence)
    select 1, reading_id, round_id, connection_id, read_on, 1, true, 'reader', gen_random_uuid(), 1
    from metering.reading where round_id is not null;
    insert into metering.cash_receipt (utility_id, receipt_id, stop_id, connection_id,
        receipt_number, amount_yen, handed_over_yen, taken_on, reader_login, device_id,
        device_sequence)
    select 1, gen_random_uuid(), stop_id, connection_id, 'A-0001', 4350, 5000, stopped_on, 'reader',
        device_id, 2
    from metering.service_stop";

#[tokio::test]
async fn what_was_received_decides_the_paper() {
    let (walked, _) = billed(&[(SATO, used(30))], &[]).await;
    let office = walked.office();
    let clerks = two_clerks(office).await;
    let (_, bill) = first_bill(&walked).await;
    let received = async |bill| bill_to_correct(office, bill).await.unwrap().unwrap().received;
    let sums = |receivable, taken| Received { receivable: Yen(receivable), taken: Yen(taken) };
    assert_eq!(received(bill).await.sums, sums(4_350, 0));
    let with = |bill, register, paper| NewCorrection {
        paper,
        ..new(bill, CorrectedFacts::Register(register))
    };
    // Proposed while nothing was taken, decided after it was.
    let early = with(bill, 1_220, Paper::RevisedBill);
    let early = propose_correction(office, &early, clerks[0], now()).await.unwrap();
    sqlx::raw_sql(TAKEN_AT_THE_GATE).execute(&office.pool).await.unwrap();
    let late = decide_correction(office, early, &order(true), clerks[1], now()).await.unwrap_err();
    assert_eq!(late.code(), "B85");
    assert_eq!(late.details_ja().unwrap(), "選ぶ書類: 返還の通知（納付後）");
    let more = with(bill, 1_240, Paper::CreditNote);
    assert_eq!(
        propose_correction(office, &more, clerks[0], now()).await.unwrap_err().code(),
        "B85"
    );

    // 20 m³: 3,800 and 400; 150 go back. Then 25 m³: 50 and 25 more than that are owed.
    let less = post(&walked, clerks, &with(bill, 1_220, Paper::CreditNote)).await;
    assert_eq!(received(bill).await.sums, sums(0, 4_350));
    let seen = received(less).await;
    assert_eq!((seen.sums, seen.given_back), (sums(4_200, 4_200), Yen(150)));
    assert_eq!(seen.on_site.unwrap().receipt_number, "A-0001");
    let more = post(&walked, clerks, &with(less, 1_225, Paper::RevisedBill)).await;
    assert_eq!(received(more).await.sums, sums(4_275, 4_200));
    assert_sums_agree(office).await;
}

#[tokio::test]
async fn a_corrected_submeter_names_the_master_that_has_to_follow() {
    let houses = [(SATO, used(100)), (SUZUKI, used(30)), (TANAKA, used(40))];
    let (walked, _) = billed(&houses, &[BEHIND_THE_FIRST]).await;
    let office = walked.office();
    let clerks = two_clerks(office).await;
    let (_, master) = first_bill(&walked).await;
    assert_eq!(amounts(&walked).await, [3_900, 450]);
    let submeter = bill_to_correct(office, master).await.unwrap().unwrap().related[0].bill;
    assert_eq!(drifted_bills(office, submeter).await.unwrap(), []);

    let corrected = post(&walked, clerks, &new(submeter, CorrectedFacts::Register(1_240))).await;
    let drifted = drifted_bills(office, corrected).await.unwrap();
    assert_eq!((drifted.len(), drifted[0].of.bill, drifted[0].of.is_master), (1, master, true));
    // 20 instead of 30 m³ are left for the master: 3,800 and 400.
    assert_eq!(drifted[0].amounts, Ok([Yen(4_350), Yen(4_200)]));
    post(&walked, clerks, &new(master, CorrectedFacts::Registered)).await;
    assert_eq!(drifted_bills(office, corrected).await.unwrap(), []);

    let above = post(&walked, clerks, &new(corrected, CorrectedFacts::Register(1_270))).await;
    assert_eq!(drifted_bills(office, above).await.unwrap()[0].amounts, Err("K67"));
    assert_sums_agree(office).await;
}
