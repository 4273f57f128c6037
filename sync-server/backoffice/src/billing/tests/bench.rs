//! The bench measures what it says (測定の試験).

use super::*;
use crate::billing::bench::{charges, compare, prepare};

#[tokio::test]
async fn a_bench_bills_everybody_and_copies_the_same_rows() {
    let database = crate::test_database::TestDatabase::fresh().await;
    let office = Backoffice { pool: database.pool.clone(), utility: shared::ids::UtilityId(1) };
    let prepared = prepare(&office, 2_000).await.unwrap();
    let figures = compare(&office, &prepared).await.unwrap();
    assert_eq!(figures.bills, 2_000);
    // One bill, water for all, sewerage for nine in ten, two transfers an assessment.
    assert_eq!(figures.rows, 2_000 + 3_800 + 7_600);
    let rows: i64 = sqlx::query_scalar("select count(*) from ledger.transfer")
        .fetch_one(&office.pool)
        .await
        .unwrap();
    assert_eq!(rows, 7_600);
    assert!(figures.bills_per_second() > 0.0 && figures.ratio() > 0.0);
}

#[test]
fn charges_are_the_same_everywhere() {
    let figures = charges(3).unwrap();
    assert_eq!(figures.charges, 4_096 * 2 * 3);
    assert_eq!(figures.check_sum_yen, charges(3).unwrap().check_sum_yen);
}
