//! What hangs on a bill that is corrected (更正と関係する請求): those of master and submeters.

use shared::billing::correction::{CorrectionError, EarlierReduction, Paper};
use shared::ids::{BillId, ConnectionNumber};
use shared::quantity::Yen;
use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::compute::try_correction;
use super::facts::{StoredBill, stored_bill};
use super::{CorrectedFacts, CorrectionRefusal, NewCorrection};
use crate::Backoffice;
use crate::billing::assessments::connection_number;

/// A bill whose volume counts what the corrected one measures, or the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedBill {
    /// The bill that holds.
    pub bill: BillId,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// Of the master meter, else of a submeter.
    pub is_master: bool,
}

/// A bill that does not follow any more from what is stored, since another one was corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftedBill {
    /// Which.
    pub of: RelatedBill,
    /// What it is and what it would be; else the code of why it cannot be computed.
    pub amounts: Result<[Yen; 2], &'static str>,
}

/// The bills of the master and of the submeters in the same round, those that hold.
pub(super) async fn related_bills(
    db: &mut PgConnection,
    utility: i64,
    bill: &StoredBill,
) -> sqlx::Result<Vec<RelatedBill>> {
    let rows = sqlx::query(
        "select a.bill_id, o.connection_number, o.connection_id = c.parent_connection_id as is_master
         from connection.service_connection c
         join connection.service_connection o
             on o.utility_id = c.utility_id
             and (o.connection_id = c.parent_connection_id
                  or o.parent_connection_id = c.connection_id)
         join billing.current_assessment a
             on a.utility_id = o.utility_id and a.round_id = $3
             and a.connection_id = o.connection_id and a.claim = 1
         where c.utility_id = $1 and c.connection_id = $2
         order by o.connection_number limit 50",
    )
    .bind(utility)
    .bind(bill.connection.0)
    .bind(bill.round.0)
    .fetch_all(db)
    .await?;
    let related = rows.iter().map(|row| {
        Ok(RelatedBill {
            bill: BillId(row.try_get("bill_id")?),
            number: connection_number(row)?,
            is_master: row.try_get::<Option<bool>, _>("is_master")?.unwrap_or(false),
        })
    });
    related.collect()
}

/// Which of the related bills would come to something else if they were computed now: a master pays
/// for what its submeters do not show, so a correction of one may need one of the other.
pub async fn drifted_bills(
    office: &Backoffice,
    bill: BillId,
) -> Result<Vec<DriftedBill>, CorrectionRefusal> {
    let mut db = office.pool.acquire().await?;
    let stored = stored_bill(&mut db, office, bill, false).await?;
    let related = related_bills(&mut db, office.utility.0, &stored).await?;
    drop(db);
    let mut drifted = Vec::new();
    for of in related {
        let asked = NewCorrection {
            bill: of.bill,
            facts: CorrectedFacts::Registered,
            earlier_reduction: Some(EarlierReduction::Kept),
            paper: Paper::RevisedBill,
            grounds: String::new(),
        };
        let amounts = match try_correction(office, &asked).await {
            Ok(trial) => Ok([trial.correction.before(), trial.correction.after()]),
            Err(CorrectionRefusal::Rule(CorrectionError::NothingChanges)) => continue,
            Err(CorrectionRefusal::Database(error)) => return Err(error.into()),
            Err(error) => Err(error.code()),
        };
        drifted.push(DriftedBill { of, amounts });
    }
    Ok(drifted)
}
