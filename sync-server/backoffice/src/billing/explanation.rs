//! One assessment with its explanation (調定の内訳), computed again from what was stored.

use std::collections::HashMap;

use jiff::civil::Date;
use shared::billing::{Charge, ChargeBasis, ChargeInput, Claim, Tariff};
use shared::calendar::YearMonth;
use shared::ids::{AssessmentId, BillId, ConnectionId, ConnectionNumber, RoundId, TariffId};
use shared::quantity::{CubicMeters, Yen};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::assessments::{claim, connection_number};
use super::error::BillingError;
use super::tariffs::{StoredTariff, schedule_of};
use crate::Backoffice;
use crate::connection::joined_address;

/// An assessment as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentView {
    /// Key.
    pub id: AssessmentId,
    /// The bill it stands on.
    pub bill: BillId,
    /// The round.
    pub round: RoundId,
    /// 検針年月.
    pub month: YearMonth,
    /// What is claimed.
    pub claim: Claim,
    /// Where.
    pub connection: ConnectionId,
    /// 水栓番号.
    pub connection_number: ConnectionNumber,
    /// 使用者.
    pub customer_name: String,
    /// 使用場所, in one line.
    pub address: String,
    /// 検針日.
    pub read_on: Date,
    /// 前回指針.
    pub previous_register: u32,
    /// 今回指針.
    pub register: u32,
    /// 使用水量.
    pub usage: CubicMeters,
    /// 調定日.
    pub assessed_on: Date,
    /// 調定額.
    pub amount: Yen,
    /// うち消費税.
    pub tax: Yen,
    /// Taken off of the charge, tax included, and the tax within (料金の減額); zero for most.
    pub relief: (Yen, Yen),
    /// What the slip showed for this claim, where there was one.
    pub slip: Option<Yen>,
    /// The tariff that it was assessed by.
    pub tariff: Tariff,
    /// The calculation, made anew and, with the earlier ones, equal to the stored amounts.
    pub charge: Charge,
    /// Parts of the period before the last one, in the order of time: split by days between two
    /// tariffs, or cut where size or class changed.
    pub earlier: Vec<(Tariff, Charge)>,
    /// First and last day of each part where the period was cut; empty else.
    pub part_days: Vec<(Date, Date)>,
    /// What else the charge was made by: meters, other water, reliefs with their decisions.
    pub basis: ChargeBasis,
}

/// An assessment with its explanation; `None` when there is no such assessment.
pub async fn assessment(
    office: &Backoffice,
    id: AssessmentId,
) -> Result<Option<AssessmentView>, BillingError> {
    let row = sqlx::query(ASSESSMENT)
        .bind(office.utility.0)
        .bind(id.0)
        .fetch_optional(&office.pool)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let stored = StoredAmounts::of_row(&row)?;
    let tariffs = if stored.basis.before.is_empty() {
        HashMap::new()
    } else {
        tariffs_by_id(&mut *office.pool.acquire().await?, office.utility.0).await?
    };
    view_of_row(&row, &stored, &tariffs).map(Some)
}

/// Only the calculation. Refused with B15 when it does not lead to the stored amounts.
pub async fn assessment_explanation(
    office: &Backoffice,
    id: AssessmentId,
) -> Result<Option<Charge>, BillingError> {
    Ok(assessment(office, id).await?.map(|view| view.charge))
}

const ASSESSMENT: &str = "
    select a.assessment_id, a.bill_id, a.round_id, ro.billing_month, a.claim, a.connection_id,
           c.connection_number, cu.name as customer_name, t.name as town, c.block, c.building,
           c.room, r.read_on, r.register_value, a.usage_m3, a.assessed_on, a.amount_yen,
           a.tax_yen, a.charge_input, a.earlier_charge_input, a.basis::text as basis,
           a.relief_yen, a.relief_tax_yen,
           ta.text as tariff,
           ea.text as earlier_tariff, ta.authority,
           case a.claim when 1 then r.slip_water_yen else r.slip_sewerage_yen end as slip_yen,
           coalesce(before.register_value, i.installed_value, 0) as previous_value
    from billing.assessment a
    join billing.bill b using (utility_id, bill_id)
    join billing.tariff ta using (utility_id, tariff_id)
    left join billing.tariff ea
        on ea.utility_id = a.utility_id and ea.tariff_id = a.earlier_tariff_id
    join metering.reading_round ro
        on ro.utility_id = a.utility_id and ro.round_id = a.round_id
    join metering.reading r on r.utility_id = a.utility_id and r.reading_id = a.reading_id
    join connection.service_connection c
        on c.utility_id = a.utility_id and c.connection_id = a.connection_id
    join connection.town t on t.utility_id = c.utility_id and t.town_id = c.town_id
    join connection.service_agreement g
        on g.utility_id = b.utility_id and g.agreement_id = b.agreement_id
    join connection.customer cu
        on cu.utility_id = g.utility_id and cu.customer_id = g.customer_id
    left join metering.meter_installation i
        on i.utility_id = r.utility_id and i.connection_id = r.connection_id
        and i.meter_id = r.meter_id and i.period @> r.read_on
    left join lateral (
        select p.register_value from metering.current_reading p
        where p.utility_id = r.utility_id and p.connection_id = r.connection_id
          and p.meter_id = r.meter_id and p.read_on < r.read_on
        order by p.read_on desc limit 1
    ) before on true
    where a.utility_id = $1 and a.assessment_id = $2";

fn view_of_row(
    row: &PgRow,
    stored: &StoredAmounts,
    tariffs: &HashMap<TariffId, StoredTariff>,
) -> Result<AssessmentView, BillingError> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let date =
        |column: &str| row.try_get::<jiff_sqlx::Date, _>(column).map(jiff_sqlx::Date::to_jiff);
    let number = |column: &str| row.try_get::<i32, _>(column).map(i32::unsigned_abs);
    // The assessment's own: the connection may drain into another city by now.
    let authority = text("authority")?;
    let authority = Some(authority.as_str()).filter(|authority| !authority.is_empty());
    let tariff = schedule_of(&text("tariff")?, stored.claim, authority)?;
    let earlier: Option<String> = row.try_get("earlier_tariff")?;
    let earlier = earlier.map(|text| schedule_of(&text, stored.claim, authority)).transpose()?;
    let (charge, before) = stored.explained(&tariff, earlier.as_ref(), tariffs)?;
    Ok(AssessmentView {
        id: stored.id,
        bill: BillId(row.try_get("bill_id")?),
        round: RoundId(row.try_get("round_id")?),
        month: YearMonth::of(date("billing_month")?),
        claim: charge.claim,
        connection: ConnectionId(row.try_get("connection_id")?),
        connection_number: connection_number(row)?,
        customer_name: text("customer_name")?,
        address: joined_address(
            &text("town")?,
            &text("block")?,
            &text("building")?,
            &text("room")?,
        ),
        read_on: date("read_on")?,
        previous_register: number("previous_value")?,
        register: number("register_value")?,
        usage: stored.usage,
        assessed_on: date("assessed_on")?,
        amount: stored.amount,
        tax: stored.tax,
        relief: stored.relief,
        slip: row.try_get::<Option<i64>, _>("slip_yen")?.map(Yen),
        part_days: part_days(&stored.basis),
        basis: stored.basis.clone(),
        tariff,
        charge,
        earlier: before,
    })
}

fn part_days(basis: &ChargeBasis) -> Vec<(Date, Date)> {
    basis.before.iter().map(|part| (part.from, part.to)).chain(basis.last).collect()
}

/// What the table holds of one assessment, to be compared.
#[derive(Debug, Clone)]
pub(super) struct StoredAmounts {
    pub(super) id: AssessmentId,
    pub(super) claim: Claim,
    pub(super) usage: CubicMeters,
    pub(super) amount: Yen,
    pub(super) tax: Yen,
    pub(super) basis: ChargeBasis,
    /// What is taken off of the charge itself, and the tax within (減免).
    pub(super) relief: (Yen, Yen),
    input: Vec<u8>,
    earlier_input: Option<Vec<u8>>,
}

impl StoredAmounts {
    /// Reads the columns of `billing.assessment` out of a row.
    pub(super) fn of_row(row: &PgRow) -> sqlx::Result<Self> {
        let basis: Option<&str> = row.try_get("basis")?;
        let basis = basis.map(serde_json::from_str).transpose();
        Ok(Self {
            id: AssessmentId(row.try_get("assessment_id")?),
            claim: claim(row)?,
            usage: CubicMeters(row.try_get::<i32, _>("usage_m3")?.unsigned_abs()),
            amount: Yen(row.try_get("amount_yen")?),
            tax: Yen(row.try_get("tax_yen")?),
            basis: basis.map_err(|error| sqlx::Error::Decode(error.into()))?.unwrap_or_default(),
            relief: (yen(row, "relief_yen")?, yen(row, "relief_tax_yen")?),
            input: row.try_get("charge_input")?,
            earlier_input: row.try_get("earlier_charge_input")?,
        })
    }

    /// The charge, and those of the parts before it, if they are the very ones that were stored.
    /// `tariffs` has to hold those that the basis names.
    pub(super) fn explained(
        &self,
        tariff: &Tariff,
        earlier: Option<&Tariff>,
        tariffs: &HashMap<TariffId, StoredTariff>,
    ) -> Result<(Charge, Vec<(Tariff, Charge)>), BillingError> {
        let fault = || BillingError::NotReproduced(self.id);
        let charge = charge_of(tariff, &self.input).ok_or_else(fault)?;
        let mut before = Vec::with_capacity(self.basis.before.len());
        for part in &self.basis.before {
            let tariff = &tariffs.get(&TariffId(part.tariff)).ok_or_else(fault)?.tariff;
            before.push((tariff.clone(), tariff.charge(&part.input).map_err(|_| fault())?));
        }
        match (earlier, &self.earlier_input) {
            (None, None) => {}
            (Some(earlier), Some(input)) => {
                before.push((earlier.clone(), charge_of(earlier, input).ok_or_else(fault)?));
            }
            _ => return Err(fault()),
        }
        let all = || before.iter().map(|(_, charge)| charge).chain([&charge]);
        let is_same = all().all(|charge| charge.claim == self.claim)
            && all().map(|charge| charge.amount).sum::<Yen>() == self.amount + self.relief.0
            && all().map(|charge| charge.tax).sum::<Yen>() == self.tax + self.relief.1
            && all().map(|charge| charge.input.usage.0).sum::<u32>() == self.usage.0
            && self.basis.leads_to(self.usage);
        if is_same { Ok((charge, before)) } else { Err(fault()) }
    }
}

fn yen(row: &PgRow, column: &str) -> sqlx::Result<Yen> {
    Ok(Yen(row.try_get::<Option<i64>, _>(column)?.unwrap_or(0)))
}

fn charge_of(tariff: &Tariff, input: &[u8]) -> Option<Charge> {
    let (input, rest) = postcard::take_from_bytes::<ChargeInput>(input).ok()?;
    tariff.charge(&input).ok().filter(|_| rest.is_empty())
}

/// Tariffs by their key, each parsed once.
pub(super) async fn tariffs_by_id(
    db: &mut PgConnection,
    utility: i64,
) -> Result<HashMap<TariffId, StoredTariff>, BillingError> {
    let stored = super::tariffs::all_tariffs(db, utility).await?;
    Ok(stored.into_iter().map(|stored| (stored.id, stored)).collect())
}
