//! The check of a run before it is kept (調定処理の検算): what was written adds up, and is what was rated.
//!
//! The statements look at the rows themselves, by the numbers that the run took, so that a row
//! that was lost or written twice on the way cannot stay.

use sqlx::postgres::PgConnection;

use super::order::RunSummary;
use super::storing::{Ranges, Storing};
use crate::billing::ClaimTotal;
use crate::billing::error::BillingError;

/// Refuses unless bills = assessments = debits of the receivables, and all of it as rated.
pub(super) async fn adds_up(
    db: &mut PgConnection,
    utility: i64,
    storing: &Storing,
    summary: &RunSummary,
) -> Result<(), BillingError> {
    let (bills, assessments) = storing.numbers();
    let (bills, bills_by_number) = sums(db, BILLS, utility, bills).await?;
    agree("bills", &[summary.bills.cast_signed(), summary.amount.0], &bills)?;

    let (stored, by_number) = sums(db, ASSESSMENTS, utility, assessments).await?;
    let rated: Vec<i64> = summary.claims.iter().flat_map(figures_of).collect();
    agree("assessments", &rated, &stored)?;
    agree("assessments of each bill", &by_number[..1], &bills_by_number)?;

    let (stored, transfers_by_number) = sums(db, TRANSFERS, utility, assessments).await?;
    let mut posted = vec![summary.transfers.cast_signed()];
    posted.extend(summary.claims.iter().map(|total| total.amount.0));
    posted.extend(summary.claims.iter().map(|total| total.tax.0));
    agree("transfers", &posted, &stored)?;
    agree("transfers of each assessment", &transfers_by_number, &by_number[1..])
}

/// Plain sums, then sums weighted by number. The weights are equal in both tables only if each
/// amount stands with its own bill or assessment; a remainder keeps them within a `bigint`.
const BILLS: &str = "
    select array[count(*), coalesce(sum(b.amount_yen), 0)::bigint],
           array[coalesce(sum(b.bill_id % 65521 * b.amount_yen), 0)::bigint]
    from unnest($2::bigint[], $3::bigint[]) taken(first, last)
    join billing.bill b on b.utility_id = $1 and b.bill_id between taken.first and taken.last";

/// The figures of water, then those of sewerage.
const ASSESSMENTS: &str = "
    select array[
               count(*) filter (where a.claim = 1),
               coalesce(sum(a.usage_m3) filter (where a.claim = 1), 0)::bigint,
               coalesce(sum(a.amount_yen) filter (where a.claim = 1), 0)::bigint,
               coalesce(sum(a.tax_yen) filter (where a.claim = 1), 0)::bigint,
               count(*) filter (where a.claim = 2),
               coalesce(sum(a.usage_m3) filter (where a.claim = 2), 0)::bigint,
               coalesce(sum(a.amount_yen) filter (where a.claim = 2), 0)::bigint,
               coalesce(sum(a.tax_yen) filter (where a.claim = 2), 0)::bigint],
           array[
               coalesce(sum(a.bill_id % 65521 * a.amount_yen), 0)::bigint,
               coalesce(sum(a.assessment_id % 65521 * a.amount_yen), 0)::bigint]
    from unnest($2::bigint[], $3::bigint[]) taken(first, last)
    join billing.assessment a
        on a.utility_id = $1 and a.assessment_id between taken.first and taken.last";

/// Receivables in the order of the claims, then taxes in the same.
const TRANSFERS: &str = "
    select array[
               count(*),
               coalesce(sum(t.amount_yen) filter (where t.debit = 11), 0)::bigint,
               coalesce(sum(t.amount_yen) filter (where t.debit = 12), 0)::bigint,
               coalesce(sum(t.amount_yen) filter (where t.credit = 21), 0)::bigint,
               coalesce(sum(t.amount_yen) filter (where t.credit = 22), 0)::bigint],
           array[coalesce(sum(t.transaction_id % 65521 * t.amount_yen), 0)::bigint]
    from unnest($2::bigint[], $3::bigint[]) taken(first, last)
    join ledger.transfer t
        on t.utility_id = $1 and t.transaction_id between taken.first and taken.last";

/// Plain sums and weighted sums of the rows whose numbers were taken.
async fn sums(
    db: &mut PgConnection,
    statement: &'static str,
    utility: i64,
    taken: &Ranges,
) -> sqlx::Result<(Vec<i64>, Vec<i64>)> {
    sqlx::query_as(statement).bind(utility).bind(&taken.first).bind(&taken.last).fetch_one(db).await
}

fn figures_of(total: &ClaimTotal) -> Vec<i64> {
    let counts = [total.assessments, total.usage_m3].map(u64::cast_signed);
    counts.into_iter().chain([total.amount.0, total.tax.0]).collect()
}

fn agree(what: &str, rated: &[i64], stored: &[i64]) -> Result<(), BillingError> {
    if rated == stored {
        Ok(())
    } else {
        Err(BillingError::DoesNotAddUp(format!("{what}: rated {rated:?}, stored {stored:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::billing::Claim;
    use shared::ledger::Account;

    #[test]
    fn the_statement_names_the_accounts_that_assessments_are_posted_to() {
        for account in [
            Account::WaterReceivable,
            Account::SewerageReceivable,
            Account::WaterTax,
            Account::SewerageTax,
        ] {
            assert!(TRANSFERS.contains(&format!("= {})", account.code())), "{account:?}");
        }
        assert_eq!(Claim::ALL, [Claim::Water, Claim::Sewerage]);
    }

    #[test]
    fn a_difference_is_refused_with_both_figures() {
        assert!(agree("bills", &[2, 300], &[2, 300]).is_ok());
        let error = agree("bills", &[2, 300], &[1, 300]).unwrap_err();
        assert_eq!(error.code(), "B14");
        assert!(error.to_string().contains("[1, 300]"));
    }
}
