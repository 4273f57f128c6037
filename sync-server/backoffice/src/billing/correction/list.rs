//! Corrections in lists (更正の一覧), one by itself, and which bill took which one's place.

use jiff::Timestamp;
use shared::billing::correction::{
    ClaimState, ClaimTerms, Correction, CorrectionError, CorrectionReason, EarlierReduction, Paper,
};
use shared::billing::{Charge, ChargeInput, Claim, Tariff};
use shared::ids::{
    BillId, ConnectionId, CorrectionId, LeakAdjustmentId, ReadingId, RoundId, StaffId, TariffId,
};
use shared::quantity::{CubicMeters, Yen};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{PgExecutor, Row};
use uuid::Uuid;

use super::{
    CorrectedFacts, CorrectionDecision, CorrectionRefusal, NewCorrection, StoredCorrection,
};
use crate::Backoffice;
use crate::billing::assessments::connection_number;
use crate::billing::explanation::tariffs_by_id;

/// Rows of a list; older ones are found by their filter.
const LIST_MAX: i64 = 200;

/// How a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectionState {
    /// 決裁待ち.
    Open,
    /// 更正済み.
    Posted,
    /// 取下げ・差戻し.
    Refused,
}

/// Which corrections are asked for; what is `None` leaves all of them in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CorrectionFilter {
    /// How they stand.
    pub state: Option<CorrectionState>,
    /// Why.
    pub reason: Option<CorrectionReason>,
    /// Of one round.
    pub round: Option<RoundId>,
    /// Of one connection.
    pub connection: Option<ConnectionId>,
    /// Of one bill, replaced or replacing.
    pub bill: Option<BillId>,
}

impl StoredCorrection {
    /// How it stands.
    pub fn state(&self) -> CorrectionState {
        match &self.decision {
            None => CorrectionState::Open,
            Some(decision) if decision.is_approved => CorrectionState::Posted,
            Some(_) => CorrectionState::Refused,
        }
    }

    /// What was asked for.
    pub(super) fn asked(&self) -> Option<NewCorrection> {
        Some(NewCorrection {
            bill: self.bill,
            facts: self.facts()?,
            earlier_reduction: self.earlier_reduction,
            paper: self.paper,
            grounds: self.grounds.clone(),
        })
    }

    /// What it was made from.
    fn facts(&self) -> Option<CorrectedFacts> {
        let water = self.result.claims.iter().find(|change| change.claim == Claim::Water);
        match self.reason {
            CorrectionReason::Misreading => self.register_value.map(CorrectedFacts::Register),
            CorrectionReason::LeakAdjustment => self.adjustment.map(CorrectedFacts::Leak),
            CorrectionReason::EstimateSettled => {
                let [before, after] = water?.usages();
                let told = before.0.checked_sub(after.0).map(CubicMeters);
                let lower_by = self.lowered.or(told)?;
                Some(CorrectedFacts::Settled { reading: self.settlement?, lower_by })
            }
            CorrectionReason::WrongFacts => {
                let input = water?.after.input;
                let (size, use_class) = (input.size, input.use_class);
                Some(CorrectedFacts::Terms { size, use_class, dwellings: input.dwellings })
            }
            CorrectionReason::Registered => Some(CorrectedFacts::Registered),
        }
    }
}

const SELECT: &str = "
    select k.correction_id, k.bill_id, k.round_id, k.connection_id, c.connection_number,
           cu.name as customer_name, k.reason, k.paper, k.grounds, k.register_value,
           k.adjustment_id, k.settlement_of, k.lowered_m3, k.earlier_reduction, k.result::text as result, k.explanation,
           k.difference_yen, k.proposed_by, p.display_name as proposer,
           floor(extract(epoch from k.proposed_at))::bigint as proposed_at,
           d.is_approved, d.remark, q.display_name as decider,
           floor(extract(epoch from d.decided_at))::bigint as decided_at,
           n.bill_id as new_bill_id
    from billing.correction k
    join billing.bill b on b.utility_id = k.utility_id and b.bill_id = k.bill_id
    join connection.service_connection c
        on c.utility_id = k.utility_id and c.connection_id = k.connection_id
    join connection.service_agreement g
        on g.utility_id = b.utility_id and g.agreement_id = b.agreement_id
    join connection.customer cu
        on cu.utility_id = g.utility_id and cu.customer_id = g.customer_id
    join access.staff p on p.utility_id = k.utility_id and p.staff_id = k.proposed_by
    left join billing.correction_decision d
        on d.utility_id = k.utility_id and d.correction_id = k.correction_id
    left join access.staff q on q.utility_id = k.utility_id and q.staff_id = d.decided_by
    left join billing.bill_replacement n
        on n.utility_id = k.utility_id and n.correction_id = k.correction_id
    where k.utility_id = $1 and ($2::bigint is null or k.correction_id = $2)
      and ($3::text is null or $3 = case when d.is_approved then 'posted'
                                         when d.is_approved is null then 'open'
                                         else 'refused' end)
      and ($4::smallint is null or k.reason = $4)
      and ($5::bigint is null or k.round_id = $5)
      and ($6::bigint is null or k.connection_id = $6)
      and ($7::bigint is null or k.bill_id = $7 or n.bill_id = $7)
    order by k.correction_id desc limit $8";

/// The newest corrections that pass a filter.
pub async fn corrections(
    office: &Backoffice,
    filter: CorrectionFilter,
) -> Result<Vec<StoredCorrection>, CorrectionRefusal> {
    select(&office.pool, office.utility.0, None, filter).await
}

/// Those of a connection.
pub async fn corrections_of_connection(
    office: &Backoffice,
    connection: ConnectionId,
) -> Result<Vec<StoredCorrection>, CorrectionRefusal> {
    let filter = CorrectionFilter { connection: Some(connection), ..CorrectionFilter::default() };
    corrections(office, filter).await
}

/// One correction.
pub async fn correction(
    office: &Backoffice,
    id: CorrectionId,
) -> Result<StoredCorrection, CorrectionRefusal> {
    let filter = CorrectionFilter::default();
    let found = select(&office.pool, office.utility.0, Some(id), filter).await?.pop();
    found.ok_or(CorrectionRefusal::NotFound)
}

pub(super) async fn correction_in(
    db: &mut PgConnection,
    office: &Backoffice,
    id: CorrectionId,
) -> Result<StoredCorrection, CorrectionRefusal> {
    let filter = CorrectionFilter::default();
    let found = select(db, office.utility.0, Some(id), filter).await?.pop();
    found.ok_or(CorrectionRefusal::NotFound)
}

async fn select(
    db: impl PgExecutor<'_>,
    utility: i64,
    id: Option<CorrectionId>,
    filter: CorrectionFilter,
) -> Result<Vec<StoredCorrection>, CorrectionRefusal> {
    let state = filter.state.map(|state| match state {
        CorrectionState::Open => "open",
        CorrectionState::Posted => "posted",
        CorrectionState::Refused => "refused",
    });
    let rows = sqlx::query(SELECT)
        .bind(utility)
        .bind(id.map(|id| id.0))
        .bind(state)
        .bind(filter.reason.map(|reason| i16::from(reason.code())))
        .bind(filter.round.map(|round| round.0))
        .bind(filter.connection.map(|connection| connection.0))
        .bind(filter.bill.map(|bill| bill.0))
        .bind(LIST_MAX)
        .fetch_all(db)
        .await?;
    rows.iter().map(correction_of_row).collect()
}

fn correction_of_row(row: &PgRow) -> Result<StoredCorrection, CorrectionRefusal> {
    let decode = |error: Box<dyn std::error::Error + Send + Sync>| sqlx::Error::Decode(error);
    let moment =
        |seconds: i64| Timestamp::from_second(seconds).map_err(|error| decode(error.into()));
    let decision = match row.try_get::<Option<bool>, _>("is_approved")? {
        None => None,
        Some(is_approved) => Some(CorrectionDecision {
            is_approved,
            remark: row.try_get("remark")?,
            by: row.try_get("decider")?,
            at: moment(row.try_get("decided_at")?)?,
        }),
    };
    let register: Option<i32> = row.try_get("register_value")?;
    Ok(StoredCorrection {
        id: CorrectionId(row.try_get("correction_id")?),
        bill: BillId(row.try_get("bill_id")?),
        round: RoundId(row.try_get("round_id")?),
        connection: ConnectionId(row.try_get("connection_id")?),
        number: connection_number(row)?,
        customer_name: row.try_get("customer_name")?,
        reason: coded(row, "reason", CorrectionReason::from_code)?,
        paper: paper_of_row(row)?,
        grounds: row.try_get("grounds")?,
        register_value: register.map(i32::unsigned_abs),
        adjustment: row.try_get::<Option<i64>, _>("adjustment_id")?.map(LeakAdjustmentId),
        settlement: row.try_get::<Option<Uuid>, _>("settlement_of")?.map(ReadingId),
        lowered: row
            .try_get::<Option<i32>, _>("lowered_m3")?
            .map(|volume| CubicMeters(volume.unsigned_abs())),
        earlier_reduction: row
            .try_get::<Option<i16>, _>("earlier_reduction")?
            .and_then(|code| EarlierReduction::from_code(u8::try_from(code).ok()?)),
        result: serde_json::from_str(row.try_get("result")?)?,
        explanation: row.try_get("explanation")?,
        difference: Yen(row.try_get("difference_yen")?),
        proposed_by: (StaffId(row.try_get("proposed_by")?), row.try_get("proposer")?),
        proposed_at: moment(row.try_get("proposed_at")?)?,
        decision,
        new_bill: row.try_get::<Option<i64>, _>("new_bill_id")?.map(BillId),
    })
}

fn coded<T>(row: &PgRow, column: &str, from_code: fn(u8) -> Option<T>) -> sqlx::Result<T> {
    let code: i16 = row.try_get(column)?;
    u8::try_from(code)
        .ok()
        .and_then(from_code)
        .ok_or_else(|| sqlx::Error::Decode(format!("{column} {code} is not known").into()))
}

fn paper_of_row(row: &PgRow) -> sqlx::Result<Paper> {
    coded(row, "paper", Paper::from_code)
}

/// A claim's calculations before and after, each part in the order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectedClaim {
    /// As it was assessed.
    pub before: Vec<(Tariff, Charge)>,
    /// As it is assessed anew.
    pub after: Vec<(Tariff, Charge)>,
}

/// The charges of a correction with their explanation: before and after, claim by claim.
pub async fn correction_charges(
    office: &Backoffice,
    correction: &Correction,
) -> Result<Vec<CorrectedClaim>, CorrectionRefusal> {
    let mut db = office.pool.acquire().await?;
    let tariffs = tariffs_by_id(&mut db, office.utility.0).await?;
    let part = |id: TariffId, input: &ChargeInput| {
        let tariff = tariffs.get(&id).ok_or(CorrectionRefusal::NotFound)?;
        let charge = tariff.tariff.charge(input).map_err(CorrectionError::from)?;
        Ok::<_, CorrectionRefusal>((tariff.tariff.clone(), charge))
    };
    let side = |terms: Option<&ClaimTerms>, id: TariffId, state: &ClaimState| {
        let mut parts = Vec::new();
        for before in terms.iter().flat_map(|terms| &terms.basis.before) {
            parts.push(part(TariffId(before.tariff), &before.input)?);
        }
        if let Some((id, input)) = terms.and_then(|terms| terms.earlier) {
            parts.push(part(id, &input)?);
        }
        parts.push(part(terms.map_or(id, |terms| terms.tariff), &state.input)?);
        Ok::<_, CorrectionRefusal>(parts)
    };
    let claims = correction.claims.iter().map(|change| {
        let terms = change.terms.as_deref();
        let before = terms.map(|terms| &terms.before);
        let after = terms.map(|terms| &terms.after);
        Ok(CorrectedClaim {
            before: side(before, change.tariff, &change.before)?,
            after: side(after, change.tariff, &change.after)?,
        })
    });
    claims.collect()
}

/// What stands before and behind a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement {
    /// The other bill.
    pub bill: BillId,
    /// By which correction.
    pub correction: CorrectionId,
    /// What the customer got.
    pub paper: Paper,
    /// Whether the other bill is the newer one.
    pub is_newer: bool,
}

/// Which bill a bill replaces, and which one replaces it.
pub async fn bill_replacements(
    office: &Backoffice,
    bill: BillId,
) -> Result<Vec<Replacement>, CorrectionRefusal> {
    let rows = sqlx::query(
        "select bill_id, replaces, correction_id, paper from billing.bill_replacement
         where utility_id = $1 and (bill_id = $2 or replaces = $2) order by bill_id",
    )
    .bind(office.utility.0)
    .bind(bill.0)
    .fetch_all(&office.pool)
    .await?;
    let replacements = rows.iter().map(|row| {
        let newer = BillId(row.try_get("bill_id")?);
        let is_newer = newer != bill;
        let other = if is_newer { newer } else { BillId(row.try_get("replaces")?) };
        let correction = CorrectionId(row.try_get("correction_id")?);
        Ok(Replacement { bill: other, correction, paper: paper_of_row(row)?, is_newer })
    });
    Ok(replacements.collect::<sqlx::Result<_>>()?)
}
