//! A bill with all that stands on its paper (納入通知書の内容).

use std::collections::HashMap;

use jiff::civil::Date;
use shared::billing::Claim;
use shared::calendar::YearMonth;
use shared::connection::{MeterSize, PaymentMethod, UsageClass};
use shared::ids::{AssessmentId, BillId, ConnectionId, ConnectionNumber, RoundId, TariffId};
use shared::quantity::{CubicMeters, Yen};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection, Row};

use super::assessments::connection_number;
use super::bill_marks::{BillMarks, marks};
use super::bills::payment_method;
use super::error::BillingError;
use super::explanation::{StoredAmounts, tariffs_by_id};
use super::tariffs::StoredTariff;
use super::use_class;
use crate::Backoffice;

/// Two years of two-month periods and one more, so that last year's season is seen.
const PAST_PERIODS: i64 = 13;

/// Who issues the bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Name of the utility.
    pub name: String,
    /// T and 13 digits (登録番号).
    pub registration_number: String,
    /// Where to ask, with the telephone number.
    pub contact: String,
}

/// A claim on the bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillClaim {
    /// The assessment behind it.
    pub assessment: AssessmentId,
    /// What is claimed.
    pub claim: Claim,
    /// 使用水量 or 汚水量.
    pub usage: CubicMeters,
    /// Tax included.
    pub amount: Yen,
    /// The tax within.
    pub tax: Yen,
    /// Percent.
    pub tax_percent: u8,
    /// Name of the tariff.
    pub tariff_name: String,
    /// Whether the tariff is another city's, as an example.
    pub is_example_tariff: bool,
}

/// The volume of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastUsage {
    /// 検針日.
    pub read_on: Date,
    /// 使用水量.
    pub usage: CubicMeters,
}

/// A bill as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillView {
    /// Key, and the number on the paper.
    pub id: BillId,
    /// Where.
    pub connection: ConnectionId,
    /// 水栓番号.
    pub connection_number: ConnectionNumber,
    /// お客様番号.
    pub customer_number: String,
    /// Who pays.
    pub payer_name: String,
    /// Seven digits.
    pub postcode: String,
    /// Town, block and house.
    pub address: String,
    /// Building and room; may be empty.
    pub building: String,
    /// The round.
    pub round: RoundId,
    /// 検針年月.
    pub period: YearMonth,
    /// Months that are billed.
    pub months: u8,
    /// 前回検針日; `None` for the first reading ever.
    pub previous_read_on: Option<Date>,
    /// 今回検針日.
    pub read_on: Date,
    /// Number on the meter.
    pub meter_number: String,
    /// 口径.
    pub meter_size: MeterSize,
    /// 用途.
    pub use_class: UsageClass,
    /// What the utility calls it.
    pub use_class_name: String,
    /// 前回指針.
    pub previous_register: u32,
    /// 今回指針.
    pub register: u32,
    /// 使用水量.
    pub usage: CubicMeters,
    /// Water first.
    pub claims: Vec<BillClaim>,
    /// 請求額.
    pub amount: Yen,
    /// 発行日.
    pub issued_on: Date,
    /// 納期限.
    pub due_on: Date,
    /// 支払方法.
    pub payment_method: PaymentMethod,
    /// Periods up to and with this one, the oldest first.
    pub history: Vec<PastUsage>,
    /// Who issues it.
    pub issuer: Issuer,
    /// Estimated, settled, corrected.
    pub marks: BillMarks,
}

impl BillView {
    /// Tax of both claims.
    pub fn tax(&self) -> Yen {
        self.claims.iter().map(|claim| claim.tax).sum()
    }
}

/// One bill; `None` when there is no such bill.
pub async fn bill(office: &Backoffice, id: BillId) -> Result<Option<BillView>, BillingError> {
    Ok(bill_views(office, &[id]).await?.pop())
}

/// Several bills in the order of their numbers. Meant for a few hundred at a time.
///
/// Each claim is computed again on the way: no paper shows an amount that cannot be explained.
pub async fn bill_views(
    office: &Backoffice,
    ids: &[BillId],
) -> Result<Vec<BillView>, BillingError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    let utility = office.utility.0;
    let issuer = issuer(&mut db, utility).await?;
    let tariffs = tariffs_by_id(&mut db, utility).await?;
    let mut claims = claims(&mut db, utility, &ids, &tariffs).await?;
    let mut marks = marks(&mut db, utility, &ids).await?;
    let rows =
        sqlx::query(BILL).bind(utility).bind(&ids).bind(PAST_PERIODS).fetch_all(&mut *db).await?;
    let mut views = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: i64 = row.try_get("bill_id")?;
        let mut view = view_of_row(row, &issuer, claims.remove(&id).unwrap_or_default())?;
        view.marks = marks.remove(&id).unwrap_or_default();
        views.push(view);
    }
    Ok(views)
}

async fn issuer(db: &mut PgConnection, utility: i64) -> sqlx::Result<Issuer> {
    let row = sqlx::query(
        "select name, registration_number, contact from access.utility where utility_id = $1",
    )
    .bind(utility)
    .fetch_one(db)
    .await?;
    Ok(Issuer {
        name: row.try_get("name")?,
        registration_number: row.try_get("registration_number")?,
        contact: row.try_get("contact")?,
    })
}

/// Assessments are found through the bill's connection and round (see the table's comment).
async fn claims(
    db: &mut PgConnection,
    utility: i64,
    bills: &[i64],
    tariffs: &HashMap<TariffId, StoredTariff>,
) -> Result<HashMap<i64, Vec<BillClaim>>, BillingError> {
    let rows = sqlx::query(
        "select a.bill_id, a.assessment_id, a.claim, a.usage_m3, a.amount_yen, a.tax_yen,
                a.tariff_id, a.charge_input, a.earlier_tariff_id,
                a.earlier_charge_input, a.basis::text as basis, a.relief_yen, a.relief_tax_yen
         from billing.bill b
         join billing.billing_run r using (utility_id, run_id)
         join billing.assessment a
             on a.utility_id = b.utility_id and a.round_id = r.round_id
             and a.connection_id = b.connection_id and a.bill_id = b.bill_id
         where b.utility_id = $1 and b.bill_id = any ($2)
         order by a.bill_id, a.claim",
    )
    .bind(utility)
    .bind(bills)
    .fetch_all(db)
    .await?;
    let mut claims: HashMap<i64, Vec<BillClaim>> = HashMap::new();
    for row in &rows {
        let stored = StoredAmounts::of_row(row)?;
        let tariff = tariffs
            .get(&TariffId(row.try_get("tariff_id")?))
            .ok_or(BillingError::NotReproduced(stored.id))?;
        let earlier: Option<i64> = row.try_get("earlier_tariff_id")?;
        let earlier = earlier.and_then(|id| tariffs.get(&TariffId(id)));
        let earlier = earlier.map(|stored| &stored.tariff);
        let (charge, _) = stored.explained(&tariff.tariff, earlier, tariffs)?;
        claims.entry(row.try_get("bill_id")?).or_default().push(BillClaim {
            assessment: stored.id,
            claim: charge.claim,
            usage: stored.usage,
            amount: stored.amount,
            tax: stored.tax,
            tax_percent: charge.tax_percent,
            tariff_name: tariff.tariff.name.clone(),
            is_example_tariff: tariff.is_example,
        });
    }
    Ok(claims)
}

const BILL: &str = "
    select b.bill_id, b.connection_id, b.amount_yen, b.issued_on, b.due_on, b.payment_method,
           c.connection_number, t.name || c.block as address, t.postcode,
           trim(c.building || ' ' || c.room) as building, cu.customer_number,
           cu.name as payer_name, g.use_class, uc.name as use_class_name, ro.round_id,
           ro.billing_month, ro.months, r.read_on, r.register_value, a.usage_m3, m.meter_number, m.size_mm,
           coalesce(before.register_value, i.installed_value, 0) as previous_value,
           coalesce(before.read_on, lower(i.period)) as previous_read_on, past.days, past.volumes
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
    join connection.town t on t.utility_id = c.utility_id and t.town_id = c.town_id
    join connection.service_agreement g
        on g.utility_id = b.utility_id and g.agreement_id = b.agreement_id
    left join billing.use_class uc on uc.utility_id = g.utility_id and uc.key = g.use_class
    join connection.customer cu
        on cu.utility_id = g.utility_id and cu.customer_id = g.customer_id
    left join metering.meter_installation i
        on i.utility_id = r.utility_id and i.connection_id = r.connection_id
        and i.meter_id = r.meter_id and i.period @> r.read_on
    left join lateral (
        select p.register_value, p.read_on from metering.current_reading p
        where p.utility_id = r.utility_id and p.connection_id = r.connection_id
          and p.meter_id = r.meter_id and p.read_on < r.read_on
        order by p.read_on desc limit 1
    ) before on true
    left join lateral (
        select array_agg(p.read_on order by p.read_on) as days,
               array_agg(p.usage_m3 order by p.read_on) as volumes
        from (
            select p.read_on, p.usage_m3 from metering.current_reading p
            where p.utility_id = r.utility_id and p.connection_id = r.connection_id
              and p.read_on <= r.read_on
              -- What the user before used is nobody's business.
              and (p.read_on > coalesce(lower(g.period), '-infinity')
                   or p.read_on = r.read_on)
            order by p.read_on desc limit $3
        ) p
    ) past on true
    where b.utility_id = $1 and b.bill_id = any ($2)
    order by b.bill_id";

fn view_of_row(
    row: &PgRow,
    issuer: &Issuer,
    claims: Vec<BillClaim>,
) -> Result<BillView, BillingError> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let date =
        |column: &str| row.try_get::<jiff_sqlx::Date, _>(column).map(jiff_sqlx::Date::to_jiff);
    let number = |column: &str| row.try_get::<i32, _>(column).map(i32::unsigned_abs);
    let previous: Option<jiff_sqlx::Date> = row.try_get("previous_read_on")?;
    let use_class = use_class::of_row(row, "use_class")?;
    Ok(BillView {
        id: BillId(row.try_get("bill_id")?),
        connection: ConnectionId(row.try_get("connection_id")?),
        connection_number: connection_number(row)?,
        customer_number: text("customer_number")?,
        payer_name: text("payer_name")?,
        postcode: text("postcode")?,
        address: text("address")?,
        building: text("building")?,
        round: RoundId(row.try_get("round_id")?),
        period: YearMonth::of(date("billing_month")?),
        months: small(row, "months")?,
        previous_read_on: previous.map(jiff_sqlx::Date::to_jiff),
        read_on: date("read_on")?,
        meter_number: text("meter_number")?,
        meter_size: MeterSize::new(row.try_get::<i16, _>("size_mm")?.unsigned_abs())
            .map_err(|error| sqlx::Error::Decode(error.into()))?,
        use_class,
        use_class_name: use_class::name_of(use_class, row.try_get("use_class_name")?),
        previous_register: number("previous_value")?,
        register: number("register_value")?,
        usage: CubicMeters(number("usage_m3")?),
        claims,
        amount: Yen(row.try_get("amount_yen")?),
        issued_on: date("issued_on")?,
        due_on: date("due_on")?,
        payment_method: payment_method(row)?,
        history: history_of_row(row)?,
        issuer: issuer.clone(),
        marks: BillMarks::default(),
    })
}

fn history_of_row(row: &PgRow) -> sqlx::Result<Vec<PastUsage>> {
    let days: Option<Vec<jiff_sqlx::Date>> = row.try_get("days")?;
    let volumes: Option<Vec<i32>> = row.try_get("volumes")?;
    let days = days.unwrap_or_default().into_iter();
    let volumes = volumes.unwrap_or_default();
    Ok(days
        .zip(volumes)
        .map(|(day, volume)| PastUsage {
            read_on: day.to_jiff(),
            usage: CubicMeters(volume.unsigned_abs()),
        })
        .collect())
}

fn small(row: &PgRow, column: &str) -> sqlx::Result<u8> {
    let code: i16 = row.try_get(column)?;
    u8::try_from(code).map_err(|error| sqlx::Error::Decode(error.into()))
}
