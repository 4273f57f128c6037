//! What a period is charged for (算定する水量): meters, changes of class and submeters put together. Pure.

use jiff::civil::Date;
use shared::billing::terms::{MasterBasis, MeterVolume, Segment, SubmeterVolume};
use shared::billing::volume::DifferenceTolerance;
use shared::billing::{Supply, TermsError, split_by_days};
use shared::connection::{MeterSize, UsageClass};
use shared::quantity::CubicMeters;

use super::hung::HungMeter;
use super::rating::ReadConnection;
use super::terms::{ClassChange, Master, PageTerms, Submeter};

/// The volume of a period, cut where size or class changed, and where it comes from.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    pub(super) segments: Vec<Segment>,
    pub(super) supply: Supply,
    pub(super) meters: Vec<MeterVolume>,
    /// What the reading bills of these meters' water, where that is another volume.
    pub(super) settled: Option<CubicMeters>,
    pub(super) master: Option<MasterBasis>,
}

/// A stretch of time with one meter.
struct Stretch {
    from: Date,
    to: Date,
    size: MeterSize,
    usage: CubicMeters,
    /// `None` where the dials before are not at hand.
    meter: Option<HungMeter>,
}

/// Puts together what a reading is charged for.
pub(super) fn measured(
    read: &ReadConnection,
    size: MeterSize,
    terms: &PageTerms,
) -> Result<Measured, TermsError> {
    let mut supply = read.supply;
    let hung = terms.meters.get(&read.connection).map_or(&[][..], Vec::as_slice);
    // Water that went through a meter before this user came is not this user's.
    let is_own = |meter: &&HungMeter| supply.started_on.is_none_or(|started| meter.to > started);
    let own: Vec<&HungMeter> = hung.iter().filter(is_own).collect();
    let (stretches, meters) = if own.len() > 1 {
        supply.from = own[0].from.max(supply.started_on.unwrap_or(own[0].from));
        (stretches_of(&own, supply.from)?, own.iter().map(|meter| meter.line()).collect())
    } else {
        let meter = own.first().map(|meter| (*meter).clone()).or_else(|| read.meter());
        let Supply { from, to, .. } = supply;
        (vec![Stretch { from, to, size, usage: read.usage, meter }], Ok(Vec::new()))
    };
    let changes = terms.class_changes.get(&read.agreement).map_or(&[][..], Vec::as_slice);
    let mut segments = joined_alike(cut_by_class(stretches, changes, read.use_class)?);
    let meters: Vec<MeterVolume> = meters?;
    let settled = settled(read.usage, &meters);
    if let Some(settled) = settled {
        match segments.as_mut_slice() {
            [only] => only.usage = settled,
            // Nobody can say which of the sizes had been estimated.
            _ => return Err(TermsError::DialsDoNotFit),
        }
    }
    let master = match terms.masters.get(&read.connection) {
        Some(master) => {
            let total = CubicMeters(segments.iter().map(|segment| segment.usage.0).sum());
            let basis = master_basis(master, total, supply.to, terms)?;
            let billed = basis.billed().ok_or(TermsError::SubmetersAbove)?;
            match segments.as_mut_slice() {
                [only] => only.usage = billed,
                _ => return Err(TermsError::SourcesInSegments),
            }
            Some(basis)
        }
        None => None,
    };
    Ok(Measured { segments, supply, meters, settled, master })
}

/// The volume of a reading counts either the meter that was read alone, or the whole period; then
/// estimates may have been settled with it.
fn settled(read: CubicMeters, meters: &[MeterVolume]) -> Option<CubicMeters> {
    let newest = meters.last()?.usage;
    let all: u32 = meters.iter().map(|meter| meter.usage.0).sum();
    (read != newest && read.0 != all).then_some(read)
}

fn stretches_of(meters: &[&HungMeter], from: Date) -> Result<Vec<Stretch>, TermsError> {
    let stretch = |meter: &&HungMeter| {
        Ok(Stretch {
            from: meter.from.max(from),
            to: meter.to,
            size: meter.size().ok_or(TermsError::DialsDoNotFit)?,
            usage: meter.usage()?,
            meter: Some((*meter).clone()),
        })
    };
    meters.iter().map(stretch).collect()
}

/// Cuts at each change that lies within the period. The dials at a change divide the volume; where
/// nobody read them, the days do.
fn cut_by_class(
    stretches: Vec<Stretch>,
    changes: &[ClassChange],
    class_now: UsageClass,
) -> Result<Vec<Segment>, TermsError> {
    let class_on = |day: Date| {
        changes.iter().find(|change| change.on > day).map_or(class_now, |change| change.from)
    };
    let mut segments = Vec::with_capacity(stretches.len() + changes.len());
    for stretch in stretches {
        let Stretch { mut from, to, size, usage, meter } = stretch;
        let mut used = CubicMeters(0);
        let within = changes.iter().filter(|change| stretch.from < change.on && change.on <= to);
        for change in within {
            let until = match (change.register, &meter) {
                (Some(value), Some(meter)) => meter.usage_until(value)?,
                (Some(_), None) => return Err(TermsError::DialsDoNotFit),
                (None, _) => {
                    let days = [days(from, change.on), days(change.on, to)];
                    let rest = CubicMeters(usage.0 - used.0);
                    CubicMeters(used.0 + split_by_days(rest, days[0], days[1])[0].0)
                }
            };
            let part = until.0.checked_sub(used.0).filter(|_| until <= usage);
            let part = CubicMeters(part.ok_or(TermsError::DialsDoNotFit)?);
            let use_class = change.from;
            segments.push(Segment { from, to: change.on, size, use_class, usage: part });
            (from, used) = (change.on, until);
        }
        let rest = CubicMeters(usage.0 - used.0);
        segments.push(Segment { from, to, size, use_class: class_on(to), usage: rest });
    }
    Ok(segments)
}

fn days(from: Date, to: Date) -> u16 {
    u16::try_from(from.duration_until(to).as_hours() / 24).unwrap_or(0)
}

/// An exchange for a meter of the same size cuts nothing.
fn joined_alike(segments: Vec<Segment>) -> Vec<Segment> {
    let mut joined: Vec<Segment> = Vec::with_capacity(segments.len());
    for segment in segments {
        match joined.last_mut() {
            Some(last) if last.size == segment.size && last.use_class == segment.use_class => {
                last.to = segment.to;
                last.usage = CubicMeters(last.usage.0.saturating_add(segment.usage.0));
            }
            _ => joined.push(segment),
        }
    }
    joined
}

fn master_basis(
    master: &Master,
    total: CubicMeters,
    day: Date,
    terms: &PageTerms,
) -> Result<MasterBasis, TermsError> {
    let usage = |submeter: &Submeter| -> Result<CubicMeters, TermsError> {
        let read = submeter.usage.ok_or(TermsError::SubmeterUnread)?;
        match terms.meters.get(&submeter.connection) {
            None => Ok(read),
            Some(meters) => {
                let mut sum = CubicMeters(0);
                for meter in meters {
                    sum = CubicMeters(sum.0.saturating_add(meter.usage()?.0));
                }
                Ok(sum)
            }
        }
    };
    let submeters = master.submeters.iter().map(|submeter| {
        Ok(SubmeterVolume { number: submeter.number.clone(), usage: usage(submeter)? })
    });
    let held = master.tolerances.iter().find(|(validity, _)| validity.holds_on(day));
    let none = DifferenceTolerance { percent: 0, m3: 0 };
    Ok(MasterBasis {
        master: total,
        submeters: submeters.collect::<Result<_, TermsError>>()?,
        tolerance: held.map_or(none, |(_, tolerance)| *tolerance),
    })
}
