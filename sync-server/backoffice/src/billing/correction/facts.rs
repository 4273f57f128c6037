//! A bill that is to be corrected (更正する請求), with all that it was made from.

use jiff::civil::Date;
use shared::billing::correction::{
    AssessedClaim, ClaimRelief, ClaimState, ClaimTerms, CorrectionReason,
};
use shared::billing::{ChargeBasis, ChargeInput, Claim, Tariff};
use shared::calendar::YearMonth;
use shared::ids::{
    AssessmentId, BillId, ConnectionId, ConnectionNumber, ReadingId, RoundId, TariffId,
};
use shared::quantity::{CubicMeters, Yen};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::received::{ReceivedForBill, received_for};
use super::related::{RelatedBill, related_bills};
use super::{CorrectionRefusal, LaterPeriod};
use crate::Backoffice;
use crate::billing::assessments::{claim, connection_number};
use crate::billing::explanation::tariffs_by_id;
use crate::metering::{ESTIMATED, past_of};

/// What somebody sees before they correct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillToCorrect {
    /// The bill.
    pub id: BillId,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// Who pays.
    pub customer_name: String,
    /// 検針年月.
    pub month: YearMonth,
    /// What the reading said.
    pub reading: CorrectedReading,
    /// The claims as they stand, with the names of their tariffs.
    pub claims: Vec<(Claim, String, ClaimState)>,
    /// The bill that took its place, where one did.
    pub replaced_by: Option<BillId>,
    /// A later reading that counts from this one.
    pub later: Option<LaterPeriod>,
    /// Whether a leak adjustment is in it, of which something has to become.
    pub is_reduced: bool,
    /// Bills of the same period that hang on this one: of its master, or of its submeters.
    pub related: Vec<RelatedBill>,
    /// What is owed and what was taken.
    pub received: ReceivedForBill,
}

/// The reading behind a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectedReading {
    /// Key.
    pub id: ReadingId,
    /// 検針日.
    pub read_on: Date,
    /// The dials before it.
    pub before: u32,
    /// The dials.
    pub register: u32,
    /// What they measure.
    pub usage: CubicMeters,
    /// Digits of the dials.
    pub digits: u8,
    /// Whether the volume was certified.
    pub is_estimate: bool,
}

/// A bill as it is stored.
pub(in crate::billing) struct StoredBill {
    pub(in crate::billing) id: BillId,
    pub(in crate::billing) run: i64,
    pub(in crate::billing) round: RoundId,
    pub(in crate::billing) connection: ConnectionId,
    pub(in crate::billing) agreement: i64,
    pub(in crate::billing) due_on: Date,
    pub(in crate::billing) payment_method: i16,
    pub(in crate::billing) reading: CorrectedReading,
    pub(in crate::billing) meter: i64,
    pub(in crate::billing) claims: Vec<StoredClaim>,
    pub(in crate::billing) replaced_by: Option<BillId>,
    /// Whether the correction that made it posted a leak adjustment.
    pub(in crate::billing) is_of_leak: bool,
    number: ConnectionNumber,
    customer_name: String,
    month: YearMonth,
}

/// A claim as it is stored.
pub(in crate::billing) struct StoredClaim {
    pub(in crate::billing) assessment: AssessmentId,
    pub(in crate::billing) tariff_id: TariffId,
    pub(in crate::billing) tariff: Tariff,
    pub(in crate::billing) state: ClaimState,
    pub(in crate::billing) revision: i16,
    pub(in crate::billing) basis: Option<String>,
    /// What it was computed from, all of it.
    pub(in crate::billing) terms: ClaimTerms,
    /// Whether its charge follows from its input alone.
    pub(in crate::billing) is_plain: bool,
}

impl StoredBill {
    /// Whether a leak adjustment is in it.
    pub(in crate::billing) fn is_reduced(&self) -> bool {
        self.is_of_leak || self.claims.iter().any(|claim| claim.state.relief.is_some())
    }

    /// Whether every charge follows from its input alone.
    pub(in crate::billing) fn is_plain(&self) -> bool {
        self.claims.iter().all(|claim| claim.is_plain)
    }

    /// The claims as the pure rules take them, if they can be computed anew from themselves.
    pub(in crate::billing) fn assessed(&self) -> Result<Vec<AssessedClaim<'_>>, CorrectionRefusal> {
        if !self.is_plain() {
            return Err(CorrectionRefusal::Terms);
        }
        let assessed = self.claims.iter().map(|claim| AssessedClaim {
            assessment: claim.assessment,
            id: claim.tariff_id,
            tariff: &claim.tariff,
            state: claim.state,
        });
        Ok(assessed.collect())
    }
}

/// A bill for the page on which it is corrected; `None` where there is no such bill.
pub async fn bill_to_correct(
    office: &Backoffice,
    id: BillId,
) -> Result<Option<BillToCorrect>, CorrectionRefusal> {
    let mut db = office.pool.acquire().await?;
    let bill = match stored_bill(&mut db, office, id, false).await {
        Ok(bill) => bill,
        Err(CorrectionRefusal::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let later = later_period(&mut db, office.utility.0, &bill, bill.reading.register).await?;
    let related = related_bills(&mut db, office.utility.0, &bill).await?;
    let received = received_for(&mut db, office.utility.0, &bill).await?;
    let is_reduced = bill.is_reduced();
    let claims = bill
        .claims
        .iter()
        .map(|claim| (claim.tariff.claim, claim.tariff.name.clone(), claim.state));
    Ok(Some(BillToCorrect {
        id: bill.id,
        claims: claims.collect(),
        number: bill.number,
        customer_name: bill.customer_name,
        month: bill.month,
        reading: bill.reading,
        replaced_by: bill.replaced_by,
        later,
        is_reduced,
        related,
        received,
    }))
}

/// Reads a bill with its claims and its reading; `lock` holds it still until the transaction ends.
pub(in crate::billing) async fn stored_bill(
    db: &mut PgConnection,
    office: &Backoffice,
    id: BillId,
    lock: bool,
) -> Result<StoredBill, CorrectionRefusal> {
    let utility = office.utility.0;
    let lock = if lock { "for update of b" } else { "" };
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{BILL} {lock}")))
        .bind(utility)
        .bind(id.0)
        .fetch_optional(&mut *db)
        .await?
        .ok_or(CorrectionRefusal::NotFound)?;
    let date =
        |column: &str| row.try_get::<jiff_sqlx::Date, _>(column).map(jiff_sqlx::Date::to_jiff);
    let tariffs = tariffs_by_id(db, utility).await?;
    let rows = sqlx::query(CLAIMS).bind(utility).bind(id.0).fetch_all(&mut *db).await?;
    let mut claims = Vec::with_capacity(rows.len());
    for row in &rows {
        let tariff_id = TariffId(row.try_get("tariff_id")?);
        let tariff = tariffs.get(&tariff_id).ok_or(CorrectionRefusal::NotFound)?;
        claims.push(claim_of_row(row, tariff_id, &tariff.tariff)?);
    }
    let connection = ConnectionId(row.try_get("connection_id")?);
    let round = RoundId(row.try_get("round_id")?);
    let read_on = date("read_on")?;
    let past = past_of(db, office.utility, &[connection.0], round, read_on).await?.pop();
    let digits = u8::try_from(row.try_get::<i16, _>("dial_digits")?);
    let number = |column: &str| row.try_get::<i32, _>(column).map(i32::unsigned_abs);
    let is_of_leak = sqlx::query_scalar(
        "select exists (
             select from billing.bill_replacement n
             join billing.correction k using (utility_id, correction_id)
             where n.utility_id = $1 and n.bill_id = $2 and k.reason = $3)",
    )
    .bind(utility)
    .bind(id.0)
    .bind(i16::from(CorrectionReason::LeakAdjustment.code()))
    .fetch_one(&mut *db)
    .await?;
    let replaced: Option<i64> = sqlx::query_scalar(
        "select bill_id from billing.bill_replacement where utility_id = $1 and replaces = $2",
    )
    .bind(utility)
    .bind(id.0)
    .fetch_optional(&mut *db)
    .await?;
    Ok(StoredBill {
        id,
        run: row.try_get("run_id")?,
        round,
        connection,
        agreement: row.try_get("agreement_id")?,
        due_on: date("due_on")?,
        payment_method: row.try_get("payment_method")?,
        meter: row.try_get("meter_id")?,
        reading: CorrectedReading {
            id: ReadingId(row.try_get("reading_id")?),
            read_on,
            before: past.map_or(0, |past| past.previous_value),
            register: number("register_value")?,
            usage: CubicMeters(number("usage_m3")?),
            digits: digits.map_err(|error| sqlx::Error::Decode(error.into()))?,
            is_estimate: row.try_get::<i16, _>("kind")? == ESTIMATED,
        },
        claims,
        replaced_by: replaced.map(BillId),
        is_of_leak,
        number: connection_number(&row)?,
        customer_name: row.try_get("customer_name")?,
        month: YearMonth::of(date("billing_month")?),
    })
}

const BILL: &str = "
    select b.run_id, b.agreement_id, b.connection_id, b.due_on, b.payment_method, run.round_id,
           ro.billing_month, c.connection_number, cu.name as customer_name, r.reading_id,
           r.read_on, r.register_value, r.usage_m3, r.kind, r.meter_id, m.dial_digits
    from billing.bill b
    join billing.billing_run run using (utility_id, run_id)
    join metering.reading_round ro
        on ro.utility_id = run.utility_id and ro.round_id = run.round_id
    join billing.assessment a
        on a.utility_id = b.utility_id and a.round_id = run.round_id
        and a.connection_id = b.connection_id and a.claim = 1 and a.bill_id = b.bill_id
    join metering.reading r on r.utility_id = a.utility_id and r.reading_id = a.reading_id
    join metering.meter m on m.utility_id = r.utility_id and m.meter_id = r.meter_id
    join connection.service_connection c
        on c.utility_id = b.utility_id and c.connection_id = b.connection_id
    join connection.service_agreement g
        on g.utility_id = b.utility_id and g.agreement_id = b.agreement_id
    join connection.customer cu
        on cu.utility_id = g.utility_id and cu.customer_id = g.customer_id
    where b.utility_id = $1 and b.bill_id = $2";

const CLAIMS: &str = "
    select a.assessment_id, a.claim, a.tariff_id, a.amount_yen, a.tax_yen, a.charge_input,
           a.earlier_tariff_id, a.earlier_charge_input, a.usage_m3, a.basis::text as basis, a.carried_m3,
           a.revision, a.relief_yen, a.relief_tax_yen
    from billing.bill b
    join billing.billing_run run using (utility_id, run_id)
    join billing.assessment a
        on a.utility_id = b.utility_id and a.round_id = run.round_id
        and a.connection_id = b.connection_id and a.bill_id = b.bill_id
    where b.utility_id = $1 and b.bill_id = $2
    order by a.claim";

fn claim_of_row(
    row: &PgRow,
    tariff_id: TariffId,
    tariff: &Tariff,
) -> Result<StoredClaim, CorrectionRefusal> {
    debug_assert_eq!(claim(row)?, tariff.claim);
    let input: ChargeInput = postcard::from_bytes(row.try_get("charge_input")?)
        .map_err(|error| sqlx::Error::Decode(error.into()))?;
    let relief: Option<i64> = row.try_get("relief_yen")?;
    let relief_tax: Option<i64> = row.try_get("relief_tax_yen")?;
    let relief = relief.zip(relief_tax);
    let state = ClaimState {
        input,
        relief: relief.map(|(amount, tax)| ClaimRelief { amount: Yen(amount), tax: Yen(tax) }),
        amount: Yen(row.try_get("amount_yen")?),
        tax: Yen(row.try_get("tax_yen")?),
    };
    let basis: Option<String> = row.try_get("basis")?;
    let terms = terms_of_row(row, tariff_id, basis.as_deref())?;
    let is_plain = terms.earlier.is_none()
        && row.try_get::<Option<i32>, _>("carried_m3")?.is_none()
        && says_only_reliefs(&terms.basis)
        && state.follows(tariff);
    Ok(StoredClaim {
        assessment: AssessmentId(row.try_get("assessment_id")?),
        tariff_id,
        tariff: tariff.clone(),
        state,
        revision: row.try_get("revision")?,
        basis,
        terms,
        is_plain,
    })
}

fn terms_of_row(
    row: &PgRow,
    tariff: TariffId,
    basis: Option<&str>,
) -> Result<ClaimTerms, CorrectionRefusal> {
    let earlier_input: Option<&[u8]> = row.try_get("earlier_charge_input")?;
    let earlier_input = earlier_input
        .map(postcard::from_bytes::<ChargeInput>)
        .transpose()
        .map_err(|error| sqlx::Error::Decode(error.into()))?;
    let earlier: Option<i64> = row.try_get("earlier_tariff_id")?;
    let volume = |volume: i32| CubicMeters(volume.unsigned_abs());
    Ok(ClaimTerms {
        tariff,
        earlier: earlier.map(TariffId).zip(earlier_input),
        basis: basis.map_or_else(|| Ok(ChargeBasis::default()), serde_json::from_str)?,
        carried: row.try_get::<Option<i32>, _>("carried_m3")?.map_or(CubicMeters(0), volume),
        usage: volume(row.try_get("usage_m3")?),
    })
}

/// Reliefs are in the input already. Meters, other water and rests are not.
fn says_only_reliefs(basis: &ChargeBasis) -> bool {
    let reliefs = basis.reliefs.clone();
    *basis == ChargeBasis { reliefs, ..ChargeBasis::default() }
}

/// The next real reading of the same meter, and what it measures from corrected dials.
pub(super) async fn later_period(
    db: &mut PgConnection,
    utility: i64,
    bill: &StoredBill,
    register: u32,
) -> Result<Option<LaterPeriod>, CorrectionRefusal> {
    use shared::metering::register::RegisterReading;
    let row = sqlx::query(
        "select n.read_on, n.register_value, n.usage_m3, a.bill_id
         from metering.current_reading n
         left join billing.current_assessment a
             on a.utility_id = n.utility_id and a.round_id = n.round_id
             and a.connection_id = n.connection_id and a.claim = 1
         where n.utility_id = $1 and n.connection_id = $2 and n.meter_id = $3 and n.kind <> 4
           and n.read_on > $4
         order by n.read_on, n.reading_id limit 1",
    )
    .bind(utility)
    .bind(bill.connection.0)
    .bind(bill.meter)
    .bind(jiff_sqlx::Date::from(bill.reading.read_on))
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let later: i32 = row.try_get("register_value")?;
    let digits = bill.reading.digits;
    let dials = |value| RegisterReading::new(value, digits).ok();
    let becomes = dials(register)
        .zip(dials(later.unsigned_abs()))
        .and_then(|(from, to)| from.usage_until(to).volume());
    Ok(Some(LaterPeriod {
        read_on: row.try_get::<jiff_sqlx::Date, _>("read_on")?.to_jiff(),
        register: later.unsigned_abs(),
        usage: CubicMeters(row.try_get::<i32, _>("usage_m3")?.unsigned_abs()),
        becomes,
        bill: row.try_get::<Option<i64>, _>("bill_id")?.map(BillId),
    }))
}
