//! The computation of a leak adjustment (減免額の試算) by the tariffs in force, from the history.

use jiff::civil::Date;
use shared::billing::leak_adjustment::{Claims, LeakAdjustment, LeakError, leak_rule};
use shared::billing::{ChargeInput, Claim, Supply, Tariff};
use shared::ids::ConnectionNumber;
use shared::metering::estimate::{Basis, PastPeriod};

use super::{LeakQuestion, LeakRefusal};
use crate::Backoffice;
use crate::billing::tariffs::{StoredTariff, tariffs};
use crate::connection::{ConnectionDetail, ReadingLine, connection_detail};

/// Periods up to this many days count as one month; the longer ones as two.
const ONE_MONTH_DAYS_MAX: i32 = 45;

/// A connection, its newest reading, and what came before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeakSite {
    /// The connection.
    pub connection: ConnectionDetail,
    /// The period with the leak, unless another one is entered.
    pub newest: Option<ReadingLine>,
    /// The newest period, with all that were read. What follows on the leak must be left out.
    pub basis: Basis,
}

/// The connection with its history before a day; `None` where there is no such connection.
pub async fn leak_site(
    office: &Backoffice,
    number: &ConnectionNumber,
    today: Date,
) -> Result<Option<LeakSite>, LeakRefusal> {
    let Some(connection) = connection_detail(office, number, today).await? else {
        return Ok(None);
    };
    let newest = connection.readings.first().cloned();
    let read_on = newest.as_ref().map_or(today, |reading| reading.read_on);
    let days = days_between(connection.readings.get(1), read_on);
    let mut basis = Basis::new(read_on, days.unwrap_or(61), months_of(days));
    let current = connection.current_agreement().and_then(|agreement| agreement.starts_on);
    basis.months_in_use = current.and_then(|from| u16::try_from(days_of(from, read_on) / 30).ok());
    basis.history = history(&connection.readings);
    Ok(Some(LeakSite { connection, newest, basis }))
}

/// All periods; the oldest reading only tells where the one after it began.
fn history(readings: &[ReadingLine]) -> Vec<PastPeriod> {
    let pairs = readings.windows(2);
    pairs
        .map(|pair| {
            let days = days_between(Some(&pair[1]), pair[0].read_on);
            PastPeriod {
                read_on: pair[0].read_on,
                days: days.unwrap_or(0),
                months: months_of(days),
                usage: pair[0].usage,
            }
        })
        .collect()
}

fn days_between(before: Option<&ReadingLine>, read_on: Date) -> Option<u16> {
    before.and_then(|before| u16::try_from(days_of(before.read_on, read_on)).ok())
}

fn days_of(from: Date, to: Date) -> i32 {
    shared::calendar::to_unix_days(to) - shared::calendar::to_unix_days(from)
}

fn months_of(days: Option<u16>) -> u8 {
    if days.is_some_and(|days| i32::from(days) <= ONE_MONTH_DAYS_MAX) { 1 } else { 2 }
}

/// What the rule leads to, by the tariffs that hold on the day of the reading. Writes nothing.
pub async fn compute_leak_adjustment(
    office: &Backoffice,
    question: &LeakQuestion,
) -> Result<LeakAdjustment, LeakRefusal> {
    let rule = leak_rule(&question.rule).ok_or(LeakRefusal::NotFound)?;
    let on = question.case.basis.read_on;
    let stored = tariffs(office).await?;
    let water = in_force(&stored, Claim::Water, on).ok_or(LeakRefusal::NoTariff(on))?;
    let claim = |tariff| -> Result<_, LeakRefusal> { Ok((tariff, input(tariff, question)?)) };
    let sewerage = if question.has_sewerage {
        Some(in_force(&stored, Claim::Sewerage, on).ok_or(LeakRefusal::NoTariff(on))?)
    } else {
        None
    };
    let claims = Claims { water: claim(water)?, sewerage: sewerage.map(claim).transpose()? };
    Ok(rule.adjust(&question.case, &claims)?)
}

fn in_force(stored: &[StoredTariff], claim: Claim, on: Date) -> Option<&Tariff> {
    let mut own = stored.iter().filter(|stored| {
        stored.tariff.claim == claim && stored.tariff.authority.is_none() && stored.holds_on(on)
    });
    own.next().map(|stored| &stored.tariff)
}

fn input(tariff: &Tariff, question: &LeakQuestion) -> Result<ChargeInput, LeakRefusal> {
    let mut input =
        ChargeInput::new(question.size, question.use_class, question.metered, question.months);
    let to = question.case.basis.read_on;
    let days = i64::from(question.case.basis.days);
    let supply =
        Supply { from: to.saturating_sub(jiff::Span::new().days(days)), to, started_on: None };
    input.tax_percent = Some(tariff.tax_percent(&supply).map_err(LeakError::from)?);
    Ok(input)
}
