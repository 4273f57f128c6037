//! Corrections beside the engine (更正と料金計算の突合): a random town whose readings, dwellings and terms turn
//! out to be others, each corrected bill computed once more by plain calls of the engine.

use shared::connection::{MeterSize, UsageClass};
use shared::ids::{BillId, StaffId};

use super::super::corrections::{assert_sums_agree, bill_of, new, order};
use super::super::estimates::two_clerks;
use super::*;
use crate::test_town::now;

/// How often each kind of correction was posted.
#[derive(Debug, Default)]
struct Posted {
    dials: u32,
    dwellings: u32,
    registered: u32,
}

/// What the bill of a connection claims, by what holds.
async fn held(office: &Backoffice, id: i64) -> Vec<i64> {
    sqlx::query_scalar(
        "select amount_yen from billing.current_assessment where connection_id = $1 order by claim",
    )
    .bind(id)
    .fetch_all(&office.pool)
    .await
    .unwrap()
}

/// Proposes and approves; `None` where nothing would change.
async fn post(
    office: &Backoffice,
    clerks: [StaffId; 2],
    id: i64,
    facts: CorrectedFacts,
) -> Option<BillId> {
    let bill = bill_of(office, ConnectionId(id)).await;
    match propose_correction(office, &new(bill, facts), clerks[0], now()).await {
        Ok(id) => decide_correction(office, id, &order(true), clerks[1], now()).await.unwrap(),
        Err(error) => {
            assert_eq!(error.code(), "B61", "{error:?}");
            None
        }
    }
}

/// Another volume that the home can have used, and the dials that show it.
fn misread(home: &Home, dice: &mut Dice) -> (u32, u32) {
    let least = match (home.class_change, home.submeters) {
        (Some((_, Some(read))), _) => read,
        (_, Some(submeters)) => submeters.iter().sum(),
        _ => 0,
    };
    let usage = least + dice.below(130);
    let begins = if home.exchange.is_some() { 7 } else { 1_200 };
    (usage, begins + usage)
}

/// What was registered late: a relief, a well or deduction, another number of dwellings.
fn registered_late(home: &mut Home, dice: &mut Dice) {
    for relief in &mut home.reliefs {
        *relief |= dice.chance(40);
    }
    if home.source.is_none() && dice.chance(60) {
        let kind = [1, 2, 4][usize::try_from(dice.below(3)).unwrap()];
        home.source = Some((kind, dice.below(12) + 1));
    }
    home.dwellings = u16::try_from(dice.below(4) + 1).unwrap();
}

/// Statements for what `after` has and `before` has not.
fn late_statements(before: &Home, after: &Home, id: i64, round: i64) -> String {
    let both = [0, 1].map(|claim| after.reliefs[claim] && !before.reliefs[claim]);
    let source = after.source.filter(|_| before.source.is_none());
    let added = Home { reliefs: both, source, dwellings: after.dwellings, ..Home::default() };
    set_up(&added, id, round)
}

async fn correct_dials(
    town: &mut RandomTown,
    place: usize,
    dice: &mut Dice,
    clerks: [StaffId; 2],
) -> bool {
    let (usage, register) = misread(&town.homes[place], dice);
    town.homes[place].usage = usage;
    let facts = CorrectedFacts::Register(register);
    post(town.walked.office(), clerks, town.ids[place], facts).await.is_some()
}

/// Only where the period is in one piece: its size and class are those of the connection.
async fn correct_dwellings(
    town: &mut RandomTown,
    place: usize,
    dice: &mut Dice,
    clerks: [StaffId; 2],
) -> bool {
    let home = &mut town.homes[place];
    if home.exchange.is_some() || home.class_change.is_some() {
        return false;
    }
    home.dwellings = u16::try_from(dice.below(4) + 1).unwrap();
    let facts = CorrectedFacts::Terms {
        size: MeterSize::new(20).unwrap(),
        use_class: UsageClass::GENERAL,
        dwellings: home.dwellings,
    };
    post(town.walked.office(), clerks, town.ids[place], facts).await.is_some()
}

async fn correct_registered(
    town: &mut RandomTown,
    place: usize,
    dice: &mut Dice,
    clerks: [StaffId; 2],
) -> bool {
    let office = town.walked.office();
    let before = town.homes[place];
    registered_late(&mut town.homes[place], dice);
    let late = late_statements(&before, &town.homes[place], town.ids[place], town.walked.round.0);
    sqlx::raw_sql(sqlx::AssertSqlSafe(late)).execute(&office.pool).await.unwrap();
    post(office, clerks, town.ids[place], CorrectedFacts::Registered).await.is_some()
}

#[tokio::test]
async fn random_corrections_of_terms_come_to_what_the_engine_says() {
    let mut dice = Dice(31_415_926);
    let mut town = RandomTown::billed(&mut dice, 36).await;
    let clerks = two_clerks(town.walked.office()).await;
    let mut posted = Posted::default();
    for place in 0..town.homes.len() {
        posted.dials += u32::from(correct_dials(&mut town, place, &mut dice, clerks).await);
        let id = town.ids[place];
        let of = |town: &RandomTown| expected(&town.homes[place], &town.schedules);
        assert_eq!(held(town.walked.office(), id).await, of(&town), "{:?}", town.homes[place]);
        posted.dwellings += u32::from(correct_dwellings(&mut town, place, &mut dice, clerks).await);
        assert_eq!(held(town.walked.office(), id).await, of(&town), "{:?}", town.homes[place]);
        posted.registered +=
            u32::from(correct_registered(&mut town, place, &mut dice, clerks).await);
        assert_eq!(held(town.walked.office(), id).await, of(&town), "{:?}", town.homes[place]);
    }
    assert!(posted.dials > 25 && posted.dwellings > 8 && posted.registered > 25, "{posted:?}");
    let office = town.walked.office();
    assert_sums_agree(office).await;
    assert_rounds_add_up(office, town.walked.round).await;
    // Whatever was stored, taken back or not, is computed again from itself to the same yen.
    let all: Vec<i64> = sqlx::query_scalar("select assessment_id from billing.assessment")
        .fetch_all(&office.pool)
        .await
        .unwrap();
    assert!(all.len() > 200, "{}", all.len());
    for id in all {
        let view = assessment(office, shared::ids::AssessmentId(id)).await;
        assert!(view.is_ok_and(|view| view.is_some()), "assessment {id} explains itself");
    }
}

/// As assessed, and corrections since, come to what a count of all that holds finds.
async fn assert_rounds_add_up(office: &Backoffice, round: shared::ids::RoundId) {
    let sums = round_sums(office, round).await.unwrap();
    assert!(sums.is_corrected());
    let counted: Vec<(i16, i64, i64, i64, i64)> = sqlx::query_as(
        "select claim, count(*), sum(usage_m3)::bigint, sum(amount_yen)::bigint,
                sum(tax_yen)::bigint
         from billing.current_assessment where round_id = $1 group by claim order by claim",
    )
    .bind(round.0)
    .fetch_all(&office.pool)
    .await
    .unwrap();
    let now = sums.now().into_iter().map(|total| {
        (
            i16::from(total.claim.code()),
            i64::try_from(total.assessments).unwrap(),
            i64::try_from(total.usage_m3).unwrap(),
            total.amount.0,
            total.tax.0,
        )
    });
    assert_eq!(now.collect::<Vec<_>>(), counted);
    assert_eq!(sums.assessed, totals_of_round(office, round).await.unwrap(), "the run's own stay");
}
