//! Dials that were seen (指針の反映): checked again with the terminal's own rules, then written down.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::calendar::to_unix_days;
use shared::ids::RoundId;
use shared::metering::{
    BackwardsReason, Finding, History, LowFlowIndicator, PeriodBasis, RegisterReading,
    ScreeningLimits, screen_period,
};
use shared::quantity::CubicMeters;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::apply::{NotApplied, Source};
use super::place_of_visit::stored_number;
use crate::billing::terms::exchange_on_site;
use crate::metering::{Past, estimated_since, limits_of, past_of};

/// Kind of a reading that a terminal took.
const SCHEDULED_BY_TERMINAL: i16 = 1;

/// Dials that a reader saw, whatever for.
pub(super) struct Seen<'a> {
    pub id: Uuid,
    pub connection: i64,
    pub register_value: u32,
    /// `None` where the event does not say.
    pub register_digits: Option<u8>,
    pub first_typed_value: Option<u32>,
    /// As the terminal computed it, which must be what the office computes; `None` where the event
    /// does not say.
    pub usage_m3: Option<u32>,
    pub findings: &'a [u8],
    pub low_flow: u8,
    pub remarks: &'a [u8],
    pub slip: [Option<i64>; 2],
    pub reader: &'a str,
    /// The round that bills it; `None` for dials that nobody is billed for.
    pub billed_in: Option<RoundId>,
}

/// Checks the dials against what the office knows and writes them down. Gives the past back that
/// they were checked against.
pub(super) async fn store_seen(
    db: &mut PgConnection,
    source: &Source<'_>,
    round: RoundId,
    read_on: Date,
    seen: &Seen<'_>,
) -> Result<Past, NotApplied> {
    let office = source.office;
    let past = past_of(db, office.utility, &[seen.connection], round, read_on)
        .await?
        .pop()
        .ok_or(NotApplied::Quarantine("S25"))?;
    let exchange =
        exchange_on_site(db, office.utility.0, seen.connection, round.0, read_on).await?;
    let estimated = estimated_since(db, office.utility, &[seen.connection], round).await?;
    let estimated = CubicMeters(estimated.get(&seen.connection).copied().unwrap_or(0));
    let removed_meter = CubicMeters(exchange.map_or(0, |exchange| exchange.removed_meter_m3));
    let register_before = RegisterReading::new(past.previous_value, past.dial_digits)
        .map_err(|_| NotApplied::Quarantine("S25"))?;
    let basis = PeriodBasis { previous: register_before, removed_meter, estimated };
    let limits = limits_of(db, office.utility, round, &[seen.connection]).await?;
    let checked = check(seen, &past, basis, read_on, limits.of(seen.connection))?;

    let stored = sqlx::query(
        "insert into metering.reading
             (utility_id, reading_id, connection_id, meter_id, round_id, read_on, register_value,
              usage_m3, kind, first_typed_value, findings, low_flow, slip_water_yen,
              slip_sewerage_yen, reader_login, device_id, device_sequence, replaces)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         on conflict (utility_id, reading_id) do nothing",
    )
    .bind(office.utility.0)
    .bind(seen.id)
    .bind(seen.connection)
    .bind(past.meter.0)
    .bind(seen.billed_in.map(|round| round.0))
    .bind(read_on.to_sqlx())
    .bind(stored_number(seen.register_value)?)
    .bind(stored_number(checked.passed.0)?)
    .bind(SCHEDULED_BY_TERMINAL)
    .bind(seen.first_typed_value.map(stored_number).transpose()?)
    .bind(checked.findings)
    .bind(i16::from(seen.low_flow))
    .bind(seen.slip[0])
    .bind(seen.slip[1])
    .bind(seen.reader)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .bind(seen.billed_in.and(past.read_in_round).map(|replaced| replaced.0))
    .execute(&mut *db)
    .await?;
    if stored.rows_affected() != 1 {
        return Err(NotApplied::Quarantine("S29"));
    }
    if let Some(reason) = checked.held {
        hold(db, source, seen.id, reason).await?;
    }
    Ok(past)
}

/// The reading waits for a clerk, who finds its volume.
async fn hold(
    db: &mut PgConnection,
    source: &Source<'_>,
    reading: Uuid,
    reason: BackwardsReason,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into metering.reading_hold (utility_id, reading_id, reason) values ($1, $2, $3)",
    )
    .bind(source.office.utility.0)
    .bind(reading)
    .bind(i16::from(reason.code()))
    .execute(db)
    .await?;
    Ok(())
}

/// What is written down of dials that can be believed.
struct Checked {
    findings: Vec<i16>,
    /// All that went through; the billing run settles estimates against it. Nothing where it is held.
    passed: CubicMeters,
    /// Why the dials stand lower than before, where their volume is for a clerk to find.
    held: Option<BackwardsReason>,
}

/// The findings to store, or the reason why the dials cannot be believed. Pure.
fn check(
    seen: &Seen<'_>,
    past: &Past,
    basis: PeriodBasis,
    read_on: Date,
    limits: ScreeningLimits,
) -> Result<Checked, NotApplied> {
    if seen.register_digits.is_some_and(|digits| digits != past.dial_digits) {
        return Err(NotApplied::Quarantine("S25"));
    }
    let register = RegisterReading::new(seen.register_value, past.dial_digits)
        .map_err(|_| NotApplied::Quarantine("S25"))?;
    // The reader saw that the dials passed zero, and said so with the remark of that code.
    let is_rollover = seen.remarks.contains(&BackwardsReason::RolledOver.code());
    let volume = if is_rollover {
        basis.until_explained(register, BackwardsReason::RolledOver)
    } else {
        basis.until(register)
    };
    let (passed, held) = match volume.passed.volume() {
        Some(passed) => (passed, None),
        // A reading that is to be billed, and its reader said why it cannot be counted.
        None if seen.billed_in.is_some() => {
            let reason = said_why(seen).ok_or(NotApplied::Quarantine("S27"))?;
            (CubicMeters(0), Some(reason))
        }
        None => return Err(NotApplied::Quarantine("S27")),
    };
    let billed = volume.billed().unwrap_or(CubicMeters(0));
    if seen.usage_m3.is_some_and(|usage| billed != CubicMeters(usage)) {
        return Err(NotApplied::Quarantine("S26"));
    }
    let low_flow = match seen.low_flow {
        0 => LowFlowIndicator::NotChecked,
        1 => LowFlowIndicator::Still,
        2 => LowFlowIndicator::TurningWithTapsShut,
        _ => return Err(NotApplied::Quarantine("S39")),
    };
    let is_used = past.in_service || past.is_master;
    let history = History::from_past(basis.previous, &past.usage, to_unix_days(read_on), is_used);
    let found = screen_period(volume, low_flow, &history, limits);
    let codes: Vec<u8> = found.into_iter().map(Finding::code).collect();
    if codes != seen.findings {
        // Not wrong by itself: service may have been started since the route was handed over. The
        // office goes by its own findings.
        tracing::warn!(terminal = ?seen.findings, office = ?codes, "findings differ");
    }
    Ok(Checked { findings: codes.into_iter().map(i16::from).collect(), passed, held })
}

fn said_why(seen: &Seen<'_>) -> Option<BackwardsReason> {
    seen.remarks.iter().copied().find_map(BackwardsReason::from_code)
}
