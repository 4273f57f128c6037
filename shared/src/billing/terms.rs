//! Terms of a charge (料金の条件): what it depends on besides its reading, and how it is rated by them.
//!
//! The terminal and the billing run ask here, so that a slip and its bill go by the same terms.

mod basis;
mod error;
mod segments;
mod sewage;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::charge::{ChargeAmounts, ChargeInput};
use super::claim::Claim;
use super::rating::{Rated, RatedPart, rate_part, rate_with};
use super::supply::{Choice, Supply, choose};
use super::tariff::{ReliefSet, Remainder, Tariff};
use crate::quantity::CubicMeters;

pub use basis::{BasisPart, ChargeBasis, MasterBasis, MeterVolume, ReliefGround, SubmeterVolume};
pub use error::{LeftToOffice, TermsError};
pub use segments::Segment;
pub use sewage::{SewageSource, SewageWorking, SourceKind, SourceMeasure, SourceVolume};

/// The days on which something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// First day.
    pub from: Date,
    /// The day after the last; `None` while it runs on.
    pub before: Option<Date>,
}

impl Validity {
    /// Whether it holds on a day.
    pub fn holds_on(self, day: Date) -> bool {
        self.from <= day && self.before.is_none_or(|before| day < before)
    }
}

/// A relief that was granted (減免の決定).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReliefGrant {
    /// Its key in the office's data; 0 on a terminal.
    pub id: i64,
    /// Whose table names it.
    pub claim: Claim,
    /// The key in the tariff file.
    pub key: String,
    /// When it holds.
    pub validity: Validity,
    /// The decision in words; empty on a terminal.
    pub decision: String,
}

/// Everything that holds for a connection besides its reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChargeTerms {
    /// 減免.
    pub reliefs: Vec<ReliefGrant>,
    /// 井戸水等 and 減量認定.
    pub sources: Vec<SewageSource>,
}

impl ChargeTerms {
    /// The reliefs of a claim that hold for a period which ends on that day.
    pub fn reliefs_on(&self, claim: Claim, day: Date) -> impl Iterator<Item = &ReliefGrant> {
        self.reliefs
            .iter()
            .filter(move |grant| grant.claim == claim && grant.validity.holds_on(day))
    }

    fn relief_set(&self, tariff: &Tariff, day: Date) -> Option<ReliefSet> {
        tariff.relief_set(self.reliefs_on(tariff.claim, day).map(|grant| grant.key.as_str()))
    }
}

/// A claim that is to be rated.
#[derive(Debug, Clone, Copy)]
pub struct AskedClaim<'a> {
    /// In the order of time, without gaps; one unless size or class changed. Their volumes are what
    /// the tap gave.
    pub segments: &'a [Segment],
    /// The whole period.
    pub supply: Supply,
    /// Months of the period.
    pub months: u8,
    /// 算定戸数.
    pub dwellings: u16,
    /// What the period before left over (繰越水量). Counts only where the tariff carries it over.
    pub carried_in: CubicMeters,
}

/// A part of a period that was cut, before the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentPart {
    /// The part of the period.
    pub segment: Segment,
    /// Its charge.
    pub part: RatedPart,
}

/// A claim that was rated by its terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedByTerms {
    /// The charge, or that of the last part of a period that was cut.
    pub rated: Rated,
    /// The parts before it.
    pub before: Vec<SegmentPart>,
    /// The last part's days, where the period was cut.
    pub last: Option<Segment>,
    /// How the sewage was found, where it is not the tap's volume.
    pub sewage: Option<SewageWorking>,
    /// What came from the period before.
    pub carried_in: CubicMeters,
    /// What goes to the next period.
    pub carried_out: CubicMeters,
}

impl RatedByTerms {
    /// All parts together.
    pub fn amounts(&self) -> ChargeAmounts {
        self.before.iter().fold(self.rated.amounts(), |sum, before| ChargeAmounts {
            amount: sum.amount + before.part.amounts.amount,
            tax: sum.tax + before.part.amounts.tax,
        })
    }

    /// Every part in the order of time.
    pub fn parts(&self) -> impl Iterator<Item = &RatedPart> {
        let whole = self.rated.earlier.iter().chain([&self.rated.part]);
        self.before.iter().map(|before| &before.part).chain(whole)
    }

    /// What was charged in all.
    pub fn usage(&self) -> CubicMeters {
        CubicMeters(self.parts().map(|part| part.input.usage.0).sum())
    }
}

/// Rates a claim. `versions` as in [`super::rate`].
pub fn rate_by_terms(
    versions: &[Tariff],
    asked: &AskedClaim<'_>,
    terms: &ChargeTerms,
) -> Result<RatedByTerms, TermsError> {
    let choice = choose(versions, &asked.supply)?;
    let newest = match choice {
        Choice::One(place) => place,
        Choice::Split { old, .. } => old + 1,
    };
    let tariff = &versions[newest];
    let mut segments = segments::tidy(asked.segments);
    let tap = CubicMeters(segments.iter().map(|segment| segment.usage.0).sum());
    let sewage = match tariff.claim {
        Claim::Sewerage => {
            let last = segments.last().ok_or(TermsError::NoSegment)?;
            terms.sewage(tariff, tap, last.use_class, asked.months, asked.supply.to)?
        }
        Claim::Water => None,
    };
    let is_whole = |segments: &[Segment]| match choice {
        Choice::One(place) => segments::cost_the_same(&versions[place], segments, asked.dwellings),
        Choice::Split { old, .. } => [old, old + 1]
            .iter()
            .all(|place| segments::cost_the_same(&versions[*place], segments, asked.dwellings)),
    };
    let carried_in =
        if tariff.carries(asked.dwellings) { asked.carried_in } else { CubicMeters(0) };
    if is_whole(&segments) {
        segments = vec![segments::joined(&segments).ok_or(TermsError::NoSegment)?];
    }
    let volume = sewage.as_ref().map_or(tap, |sewage| sewage.volume);
    match segments.as_mut_slice() {
        [only] => only.usage = CubicMeters(volume.0.saturating_add(carried_in.0)),
        // Nobody's ordinance says which part of the period the other water belongs to.
        _ if volume != tap => return Err(TermsError::SourcesInSegments),
        [.., last] => last.usage = CubicMeters(last.usage.0.saturating_add(carried_in.0)),
        [] => return Err(TermsError::NoSegment),
    }
    let mut rated = match segments.as_slice() {
        [only] => whole(versions, asked, terms, only)?,
        _ => cut(versions, asked, terms, choice, segments)?,
    };
    rated.carried_out =
        CubicMeters(rated.parts().map(|part| versions[part.version].carried(&part.input).0).sum());
    Ok(RatedByTerms { sewage, carried_in, ..rated })
}

fn whole(
    versions: &[Tariff],
    asked: &AskedClaim<'_>,
    terms: &ChargeTerms,
    only: &Segment,
) -> Result<RatedByTerms, TermsError> {
    let input = ChargeInput {
        dwellings: asked.dwellings,
        ..ChargeInput::new(only.size, only.use_class, only.usage, asked.months)
    };
    let reliefs = |tariff: &Tariff| terms.relief_set(tariff, asked.supply.to);
    let rated = rate_with(versions, &input, &asked.supply, reliefs)?;
    Ok(RatedByTerms::of(rated))
}

/// A period that was cut by a change of size or class, and perhaps by one of the tariff too. Every
/// part is a partial period of its own.
fn cut(
    versions: &[Tariff],
    asked: &AskedClaim<'_>,
    terms: &ChargeTerms,
    choice: Choice,
    segments: Vec<Segment>,
) -> Result<RatedByTerms, TermsError> {
    let pieces: Vec<(usize, Segment)> = match choice {
        Choice::One(place) => {
            let joined = segments::join_equal(&versions[place], segments, asked.dwellings);
            joined.into_iter().map(|segment| (place, segment)).collect()
        }
        Choice::Split { old, .. } => {
            let sides = segments::cut_at(segments, versions[old + 1].valid_from);
            [old, old + 1]
                .into_iter()
                .zip(sides)
                .flat_map(|(place, side)| {
                    let joined = segments::join_equal(&versions[place], side, asked.dwellings);
                    joined.into_iter().map(move |segment| (place, segment))
                })
                .collect()
        }
    };
    let mut parts = Vec::with_capacity(pieces.len());
    for (place, segment) in pieces {
        let tariff = &versions[place];
        let reliefs = terms.relief_set(tariff, asked.supply.to);
        let input = ChargeInput {
            days: Some(segment.days()),
            dwellings: asked.dwellings,
            reliefs: reliefs.ok_or(super::ChargeError::NoRelief)?,
            ..ChargeInput::new(segment.size, segment.use_class, segment.usage, asked.months)
        };
        // The rate of tax follows the side of the tariff's change, as for a period that is not cut.
        let supply = match choice {
            Choice::One(_) => asked.supply,
            Choice::Split { old, .. } if place == old => {
                Supply { to: versions[old + 1].valid_from, ..asked.supply }
            }
            Choice::Split { .. } => Supply { from: tariff.valid_from, ..asked.supply },
        };
        parts.push(SegmentPart { segment, part: rate_part(versions, place, &input, &supply)? });
    }
    let last = parts.pop().ok_or(TermsError::NoSegment)?;
    let rated = Rated { part: last.part, earlier: None };
    Ok(RatedByTerms { before: parts, last: Some(last.segment), ..RatedByTerms::of(rated) })
}

impl RatedByTerms {
    fn of(rated: Rated) -> Self {
        let none = CubicMeters(0);
        let (before, last, sewage) = (Vec::new(), None, None);
        Self { rated, before, last, sewage, carried_in: none, carried_out: none }
    }
}

impl Tariff {
    /// Whether cubic meters that cannot be divided among so many dwellings go to the next period.
    pub fn carries(&self, dwellings: u16) -> bool {
        dwellings > 1 && self.shared.is_some_and(|shared| shared.remainder == Remainder::Carry)
    }

    /// What of a volume goes to the next period.
    pub fn carried(&self, input: &ChargeInput) -> CubicMeters {
        let is_carried = self.carries(input.dwellings);
        CubicMeters(if is_carried { input.usage.0 % u32::from(input.dwellings) } else { 0 })
    }
}

#[cfg(test)]
mod tests;
