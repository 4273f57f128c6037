//! Sewage that is not the tap's volume (井戸水等・減量認定): what is added and what is taken off.

use serde::{Deserialize, Serialize};

use super::{ChargeTerms, TermsError, Validity};
use crate::billing::tariff::Tariff;
use crate::billing::volume::SewageSources;
use crate::connection::UsageClass;
use crate::quantity::{CubicMeters, grouped};

/// Whether a source adds to the sewage or takes off it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// 井戸水等.
    Adds,
    /// 減量.
    Deducts,
}

/// How the volume of a source is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceMeasure {
    /// By a meter; `None` where it was not read for the period.
    Metered(Option<CubicMeters>),
    /// By the tariff's rule for so many people.
    PerHead(u16),
    /// So much a month.
    PerMonth(CubicMeters),
}

/// Water beside the tap, or water that does not reach the sewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SewageSource {
    /// Its key in the office's data; 0 on a terminal.
    pub id: i64,
    /// Adds or deducts.
    pub kind: SourceKind,
    /// 井戸, 製氷機 ….
    pub name: String,
    /// How it is found.
    pub measure: SourceMeasure,
    /// When it holds.
    pub validity: Validity,
    /// The decision in words; empty on a terminal.
    pub decision: String,
}

/// The volume of one source in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceVolume {
    /// Its key in the office's data.
    pub id: i64,
    /// Adds or deducts.
    pub kind: SourceKind,
    /// 井戸, 製氷機 ….
    pub name: String,
    /// How it was found.
    pub measure: SourceMeasure,
    /// What it was found to be.
    pub volume: CubicMeters,
    /// The decision in words.
    pub decision: String,
}

/// How the sewage of a period was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SewageWorking {
    /// 水道の使用水量.
    pub tap: CubicMeters,
    /// One line per source.
    pub sources: Vec<SourceVolume>,
    /// Tap and added.
    pub gross: CubicMeters,
    /// What was asked to be taken off.
    pub deducted: CubicMeters,
    /// What is billed.
    pub volume: CubicMeters,
}

impl SewageWorking {
    /// Whether its figures lead to its result.
    pub fn adds_up(&self) -> bool {
        let sum = |kind| -> u64 {
            let of_kind = self.sources.iter().filter(|source| source.kind == kind);
            of_kind.map(|source| u64::from(source.volume.0)).sum()
        };
        let gross = u64::from(self.gross.0);
        let is_deducted =
            u64::from(self.volume.0) + u64::from(self.deducted.0.min(self.gross.0)) == gross;
        u64::from(self.tap.0) + sum(SourceKind::Adds) == gross
            && sum(SourceKind::Deducts) == u64::from(self.deducted.0)
            && (self.volume == self.gross || is_deducted)
    }

    /// The working, line by line.
    pub fn japanese(&self) -> Vec<String> {
        let m3 = |volume: CubicMeters| format!("{} m³", grouped(i64::from(volume.0)));
        let mut lines = vec![format!("水道の使用水量 {}", m3(self.tap))];
        for source in &self.sources {
            let sign = match source.kind {
                SourceKind::Adds => "＋",
                SourceKind::Deducts => "−",
            };
            lines.push(format!(
                "{sign} {} {}（{}。{}）",
                source.name,
                m3(source.volume),
                source.measure.japanese(),
                source.decision
            ));
        }
        if self.deducted.0 > 0 && self.volume == self.gross {
            lines.push(format!(
                "減量 {} は料金表の基準に達しないため、差し引きません",
                m3(self.deducted)
            ));
        }
        lines.push(format!("汚水量 {}", m3(self.volume)));
        lines
    }
}

impl SourceMeasure {
    /// How the volume was found, in words.
    pub fn japanese(&self) -> String {
        match self {
            SourceMeasure::Metered(_) => "メーターによる".into(),
            SourceMeasure::PerHead(people) => format!("人数による認定、{people}人"),
            SourceMeasure::PerMonth(monthly) => {
                format!("定量の認定、1か月 {} m³", grouped(i64::from(monthly.0)))
            }
        }
    }
}

impl ChargeTerms {
    /// The sewage of a period that ends on that day; `None` where it is the tap's volume.
    ///
    /// A certified source counts when it holds on the last day. A metered one counts when its meter
    /// was read for the period, and has to be read while it holds.
    pub(super) fn sewage(
        &self,
        tariff: &Tariff,
        tap: CubicMeters,
        use_class: UsageClass,
        months: u8,
        day: jiff::civil::Date,
    ) -> Result<Option<SewageWorking>, TermsError> {
        let mut sources = Vec::new();
        for source in &self.sources {
            let holds = source.validity.holds_on(day);
            let volume = match source.measure {
                SourceMeasure::Metered(Some(volume)) => volume,
                SourceMeasure::Metered(None) if holds => return Err(TermsError::SourceUnread),
                _ if !holds => continue,
                SourceMeasure::PerMonth(monthly) => {
                    CubicMeters(monthly.0.saturating_mul(u32::from(months)))
                }
                SourceMeasure::PerHead(people) => per_head(tariff, tap, use_class, people, months)?,
                SourceMeasure::Metered(None) => continue,
            };
            let SewageSource { id, kind, name, measure, decision, .. } = source.clone();
            sources.push(SourceVolume { id, kind, name, measure, volume, decision });
        }
        if sources.is_empty() {
            return Ok(None);
        }
        let sum = |kind| {
            let of_kind = sources.iter().filter(|source| source.kind == kind);
            of_kind.fold(0_u32, |sum, source| sum.saturating_add(source.volume.0))
        };
        let gross = CubicMeters(tap.0.saturating_add(sum(SourceKind::Adds)));
        let deducted = CubicMeters(sum(SourceKind::Deducts));
        if deducted.0 > 0 && tariff.deduction.is_none() {
            return Err(TermsError::NoDeductionRule);
        }
        let certified = Some(gross);
        let asked = SewageSources { tap, certified, use_class, well_people: 0, deducted, months };
        let volume = tariff.sewage_volume(&asked).ok_or(TermsError::NoWellRule)?;
        Ok(Some(SewageWorking { tap, sources, gross, deducted, volume }))
    }
}

/// What a well adds to the tap's volume, by the tariff's rule for so many people.
fn per_head(
    tariff: &Tariff,
    tap: CubicMeters,
    use_class: UsageClass,
    well_people: u16,
    months: u8,
) -> Result<CubicMeters, TermsError> {
    let deducted = CubicMeters(0);
    let asked = SewageSources { tap, certified: None, use_class, well_people, deducted, months };
    let both = tariff.sewage_volume(&asked).ok_or(TermsError::NoWellRule)?;
    Ok(CubicMeters(both.0.saturating_sub(tap.0)))
}
