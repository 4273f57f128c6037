//! What a round came to (当初の調定), what corrections changed of it (更正による増減), and what it comes to
//! now. A run's own totals stay as they were; the corrections stand beside them.

use shared::billing::Claim;
use shared::ids::RoundId;
use shared::quantity::Yen;
use sqlx::Row;

use crate::Backoffice;
use crate::billing::assessments::{ClaimTotal, claim, totals_of_round};

/// What corrections changed of one claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CorrectedTotal {
    /// The claim.
    pub claim: Claim,
    /// How many assessments were taken back and made anew; one that was twice counts twice.
    pub corrections: u64,
    /// New less old volume.
    pub usage_m3: i64,
    /// New less old amount, tax included.
    pub amount: Yen,
    /// New less old tax.
    pub tax: Yen,
}

/// A round in three steps that add up, claim by claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundSums {
    /// As the runs made them.
    pub assessed: Vec<ClaimTotal>,
    /// What corrections changed; of the same claims.
    pub corrected: Vec<CorrectedTotal>,
}

impl RoundSums {
    /// Whether anything was corrected.
    pub fn is_corrected(&self) -> bool {
        self.corrected.iter().any(|total| total.corrections > 0)
    }

    /// What holds now.
    pub fn now(&self) -> Vec<ClaimTotal> {
        let both = self.assessed.iter().zip(&self.corrected);
        both.map(|(assessed, corrected)| ClaimTotal {
            usage_m3: assessed.usage_m3.saturating_add_signed(corrected.usage_m3),
            amount: assessed.amount + corrected.amount,
            tax: assessed.tax + corrected.tax,
            ..*assessed
        })
        .collect()
    }
}

/// All three of a round; empty before it is billed.
pub async fn round_sums(office: &Backoffice, round: RoundId) -> sqlx::Result<RoundSums> {
    let assessed = totals_of_round(office, round).await?;
    let changes = changes_of_round(office, round).await?;
    let corrected = assessed.iter().map(|total| {
        let of = total.claim;
        let change = changes.iter().find(|change| change.claim == of);
        change.copied().unwrap_or(CorrectedTotal {
            claim: of,
            corrections: 0,
            usage_m3: 0,
            amount: Yen(0),
            tax: Yen(0),
        })
    });
    Ok(RoundSums { corrected: corrected.collect(), assessed })
}

/// Only what was taken back or made anew is looked at; a correction makes as many as it takes back.
async fn changes_of_round(
    office: &Backoffice,
    round: RoundId,
) -> sqlx::Result<Vec<CorrectedTotal>> {
    let rows = sqlx::query(
        "with moved as (
             select a.claim, -1 as sign, a.usage_m3, r.amount_yen, r.tax_yen
             from billing.correction k
             join billing.reversal r using (utility_id, correction_id)
             join billing.assessment a using (utility_id, assessment_id)
             where k.utility_id = $1 and k.round_id = $2
             union all
             select a.claim, 1, a.usage_m3, a.amount_yen, a.tax_yen
             from billing.correction k
             join billing.bill_replacement p using (utility_id, correction_id)
             join billing.assessment a
                 on a.utility_id = k.utility_id and a.round_id = k.round_id
                 and a.connection_id = k.connection_id and a.bill_id = p.bill_id
             where k.utility_id = $1 and k.round_id = $2
         )
         select claim, count(*) filter (where sign = 1) as corrections,
                sum(sign * usage_m3)::bigint as usage_m3,
                sum(sign * amount_yen)::bigint as amount_yen, sum(sign * tax_yen)::bigint as tax_yen
         from moved group by claim",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .fetch_all(&office.pool)
    .await?;
    let totals = rows.iter().map(|row| {
        Ok(CorrectedTotal {
            claim: claim(row)?,
            corrections: row.try_get::<i64, _>("corrections")?.unsigned_abs(),
            usage_m3: row.try_get("usage_m3")?,
            amount: Yen(row.try_get("amount_yen")?),
            tax: Yen(row.try_get("tax_yen")?),
        })
    });
    totals.collect()
}
