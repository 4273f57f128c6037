//! What is special about a bill (請求の但し書き): estimated, settled, corrected, reduced.

use std::collections::HashMap;

use shared::billing::Claim;
use shared::billing::correction::{CorrectionReason, Paper};
use shared::ids::BillId;
use shared::metering::estimate::TrueUp;
use shared::quantity::{CubicMeters, Yen};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::assessments::claim_of_code;
use crate::Backoffice;

/// What its paper and page have to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BillMarks {
    /// The volume was certified (認定).
    pub is_estimate: bool,
    /// What the reading settled (認定の精算).
    pub settlement: Option<TrueUp>,
    /// The bill whose place this one takes.
    pub replaces: Option<ReplacedBill>,
    /// The bill that took this one's place.
    pub replaced_by: Option<BillId>,
}

/// The bill before a correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedBill {
    /// Its number.
    pub id: BillId,
    /// What the customer gets.
    pub paper: Paper,
    /// Why.
    pub reason: CorrectionReason,
    /// What it came to.
    pub amount: Yen,
    /// Its claims, with the tax within.
    pub claims: Vec<(Claim, Yen, Yen)>,
}

impl BillMarks {
    /// How the volume came about, where it is not simply what was read; one line each.
    pub fn japanese(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.is_estimate {
            lines.push(
                "検針できなかったため、認定した水量です（認定）。次の検針で精算します。".into(),
            );
        }
        if let Some(settlement) = &self.settlement {
            lines.push("認定した期の精算:".into());
            lines.extend(settlement.japanese());
        }
        if let Some(replaced) = &self.replaces {
            lines.push(format!(
                "請求{}（{}円）を更正したものです（{}）。",
                replaced.id,
                replaced.amount.grouped(),
                replaced.reason.japanese()
            ));
        }
        lines
    }
}

/// The marks of one bill.
pub async fn bill_marks(office: &Backoffice, id: BillId) -> sqlx::Result<BillMarks> {
    let mut db = office.pool.acquire().await?;
    let mut found = marks(&mut db, office.utility.0, &[id.0]).await?;
    Ok(found.remove(&id.0).unwrap_or_default())
}

const MARKS: &str = "
    select b.bill_id, coalesce(r.kind = 4, false) as is_estimate, s.measured_m3, s.estimated_m3,
           s.carried_in_m3, s.billed_m3, s.carried_out_m3, s.correction_m3, p.replaces, p.paper,
           k.reason, n.bill_id as replaced_by, o.amount_yen as replaced_yen,
           (select array_agg(a.claim order by a.claim) from billing.reversal v
            join billing.assessment a using (utility_id, assessment_id)
            where v.utility_id = b.utility_id and v.correction_id = p.correction_id) as claims,
           (select array_agg(v.amount_yen order by a.claim) from billing.reversal v
            join billing.assessment a using (utility_id, assessment_id)
            where v.utility_id = b.utility_id and v.correction_id = p.correction_id) as amounts,
           (select array_agg(v.tax_yen order by a.claim) from billing.reversal v
            join billing.assessment a using (utility_id, assessment_id)
            where v.utility_id = b.utility_id and v.correction_id = p.correction_id) as taxes
    from billing.bill b
    join billing.billing_run run using (utility_id, run_id)
    join billing.assessment w
        on w.utility_id = b.utility_id and w.round_id = run.round_id
        and w.connection_id = b.connection_id and w.claim = 1 and w.bill_id = b.bill_id
    join metering.reading r on r.utility_id = w.utility_id and r.reading_id = w.reading_id
    left join billing.settlement s
        on s.utility_id = w.utility_id and s.reading_id = w.reading_id
    left join billing.bill_replacement p on p.utility_id = b.utility_id and p.bill_id = b.bill_id
    left join billing.correction k
        on k.utility_id = p.utility_id and k.correction_id = p.correction_id
    left join billing.bill o on o.utility_id = p.utility_id and o.bill_id = p.replaces
    left join billing.bill_replacement n on n.utility_id = b.utility_id and n.replaces = b.bill_id
    where b.utility_id = $1 and b.bill_id = any ($2)
      and (r.kind = 4 or s.reading_id is not null or p.bill_id is not null
           or n.bill_id is not null)";

/// The marks of those bills that have any.
pub(super) async fn marks(
    db: &mut PgConnection,
    utility: i64,
    bills: &[i64],
) -> sqlx::Result<HashMap<i64, BillMarks>> {
    let rows = sqlx::query(MARKS).bind(utility).bind(bills).fetch_all(db).await?;
    rows.iter().map(|row| Ok((row.try_get("bill_id")?, marks_of_row(row)?))).collect()
}

fn marks_of_row(row: &PgRow) -> sqlx::Result<BillMarks> {
    let volume = |column: &str| -> sqlx::Result<CubicMeters> {
        Ok(CubicMeters(row.try_get::<i32, _>(column)?.unsigned_abs()))
    };
    let settlement = match row.try_get::<Option<i32>, _>("measured_m3")? {
        None => None,
        Some(_) => Some(TrueUp {
            measured: volume("measured_m3")?,
            estimated: volume("estimated_m3")?,
            carried_in: volume("carried_in_m3")?,
            billed: volume("billed_m3")?,
            carried_out: volume("carried_out_m3")?,
            correction: volume("correction_m3")?,
        }),
    };
    let replaces = match row.try_get::<Option<i64>, _>("replaces")? {
        None => None,
        Some(id) => Some(replaced_of_row(row, BillId(id))?),
    };
    Ok(BillMarks {
        is_estimate: row.try_get("is_estimate")?,
        settlement,
        replaces,
        replaced_by: row.try_get::<Option<i64>, _>("replaced_by")?.map(BillId),
    })
}

fn replaced_of_row(row: &PgRow, id: BillId) -> sqlx::Result<ReplacedBill> {
    let unknown = |column: &str| sqlx::Error::Decode(format!("{column} is not known").into());
    let code = |column: &str| -> sqlx::Result<u8> {
        u8::try_from(row.try_get::<i16, _>(column)?).map_err(|_| unknown(column))
    };
    let claims: Vec<i16> = row.try_get("claims")?;
    let amounts: Vec<i64> = row.try_get("amounts")?;
    let taxes: Vec<i64> = row.try_get("taxes")?;
    let claims = claims.into_iter().zip(amounts).zip(taxes);
    Ok(ReplacedBill {
        id,
        paper: Paper::from_code(code("paper")?).ok_or_else(|| unknown("paper"))?,
        reason: CorrectionReason::from_code(code("reason")?).ok_or_else(|| unknown("reason"))?,
        amount: Yen(row.try_get("replaced_yen")?),
        claims: claims
            .map(|((claim, amount), tax)| Ok((claim_of_code(claim)?, Yen(amount), Yen(tax))))
            .collect::<sqlx::Result<_>>()?,
    })
}
