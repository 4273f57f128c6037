//! Tariffs (料金表): a published schedule as data, parsed once and right from then on.
//!
//! A file ([`TariffFile`]) holds what a utility published at one time: a schedule ([`Tariff`]) for
//! water, and one for each sewerage authority. `docs/tariff.md` is its manual.

mod rate;
mod rules;

use jiff::civil::Date;

use super::claim::Claim;
use super::volume::{DeductionRule, WellRule};
use crate::connection::{MeterSize, UsageClass};
use crate::quantity::{CubicMeters, FineYen, Yen};

pub(super) use rate::Rates;
pub use rate::{MeterRent, QuantityUnit, Rate, ServiceStep, Tier};
pub use rules::{
    Apart, DayCount, Proration, ProrationMonths, ProrationStep, Ratio, Relief, ReliefBasis,
    ReliefSet, ReliefTaken, Remainder, RoundPer, Rounding, Roundings, ServiceShare, SharedService,
    SharedTap, Tax, TaxBasis, TaxPer, TaxRate, Transition, VolumeShare, VolumeSplit,
};

/// What a utility published at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TariffFile {
    /// Unique per version: `kumamoto-2014`.
    pub code: String,
    /// The name on papers and pages.
    pub name: String,
    /// Where it was published.
    pub source: String,
    /// The day on which the source was read.
    pub read_on: Option<Date>,
    /// First day of its validity.
    pub valid_from: Date,
    /// Use classes that it names itself.
    pub use_classes: Vec<(UsageClass, String)>,
    /// The schedules: water first, then the sewerage authorities in the order of the file.
    pub tariffs: Vec<Tariff>,
    /// Published amounts that the schedules have to lead to.
    pub examples: Vec<Example>,
}

impl TariffFile {
    /// The schedule of a claim and an authority (`None`: the utility's own).
    pub fn tariff(&self, claim: Claim, authority: Option<&str>) -> Option<&Tariff> {
        self.tariffs
            .iter()
            .find(|tariff| tariff.claim == claim && tariff.authority.as_deref() == authority)
    }
}

/// An amount that somebody published, or worked out by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// 口径.
    pub size: MeterSize,
    /// 用途.
    pub use_class: UsageClass,
    /// Months of the period.
    pub months: u8,
    /// 使用水量.
    pub usage: CubicMeters,
    /// 水道料金, tax included.
    pub water: Option<Yen>,
    /// 下水道使用料, tax included.
    pub sewerage: Option<Yen>,
    /// Both.
    pub total: Option<Yen>,
    /// Where it stands.
    pub source: String,
    /// The line of the file, from 1.
    pub line: u32,
}

/// One version of one claim's schedule. Invariants: each pair of size and class finds at most one
/// rate; tiers rise and end open; the roundings lead to whole yen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tariff {
    /// Of its file, unique with the claim and the authority.
    pub code: String,
    /// The name on papers and pages.
    pub name: String,
    /// Where it was published.
    pub source: String,
    /// What it claims.
    pub claim: Claim,
    /// Whose claim it is, when not the utility's own: another city's sewerage.
    pub authority: Option<String>,
    /// The article that the whole table stands in.
    pub article: Option<String>,
    /// First day of its validity.
    pub valid_from: Date,
    /// What it asks of periods that began before.
    pub transition: Option<Transition>,
    /// How many months one table period has (1 or 2).
    pub table_months: u8,
    /// How a longer period is cut into table periods.
    pub split: VolumeSplit,
    /// The consumption tax.
    pub tax: Tax,
    /// Where exact sums become rounder ones.
    pub roundings: Roundings,
    /// 日割・月割; `None`: a partial period is charged as a whole one.
    pub proration: Option<Proration>,
    /// 連用・共同住宅; `None`: one dwelling only.
    pub shared: Option<SharedTap>,
    /// 減免, in the order in which they are taken.
    pub reliefs: Vec<Relief>,
    /// Kinds that are taxed and rounded by themselves.
    pub apart: Apart,
    /// 井戸水 (sewerage), at most one for each class.
    pub wells: Vec<WellRule>,
    /// 減量認定 (sewerage).
    pub deduction: Option<DeductionRule>,
    pub(super) class_names: Vec<(UsageClass, String)>,
    pub(super) rates: Rates,
    pub(super) rents: Vec<MeterRent>,
}

impl Tariff {
    /// The rate of this size and class, in two months where it depends on the period.
    pub fn rate(&self, size: MeterSize, use_class: UsageClass) -> Option<&Rate> {
        self.rate_for(size, use_class, 2).or_else(|| self.rate_for(size, use_class, 1))
    }

    /// The rate of this size and class in a period of so many months.
    pub fn rate_for(&self, size: MeterSize, use_class: UsageClass, months: u8) -> Option<&Rate> {
        self.rates.find(size, use_class, months)
    }

    /// Whether the tax is put on each table period.
    pub fn has_tax_by_month(&self) -> bool {
        self.tax.basis == TaxBasis::Excluded(TaxPer::Month)
    }

    /// 井戸水の決まり of a class.
    pub fn well(&self, use_class: UsageClass) -> Option<&WellRule> {
        let holds =
            |rule: &&WellRule| rule.use_classes.is_empty() || rule.use_classes.contains(&use_class);
        self.wells.iter().find(holds)
    }

    /// All rates in the order of the file.
    pub fn rates(&self) -> &[Rate] {
        self.rates.all()
    }

    /// メーター使用料 in the order of the file.
    pub fn meter_rents(&self) -> &[MeterRent] {
        &self.rents
    }

    /// メーター使用料 of a table period.
    pub fn meter_rent(&self, size: MeterSize) -> FineYen {
        let rent = self.rents.iter().find(|rent| rent.holds_for(size));
        rent.map_or(FineYen(0), |rent| rent.charge)
    }

    /// Every class that some rate holds for.
    pub fn use_classes(&self) -> &[UsageClass] {
        self.rates.use_classes()
    }

    /// What the file calls a class, or its well-known name.
    pub fn class_name(&self, class: UsageClass) -> String {
        let named = self.class_names.iter().find(|(named, _)| *named == class);
        named.map_or_else(|| class.japanese().to_owned(), |(_, name)| name.clone())
    }

    /// The reliefs with these keys; `None` when the tariff lacks one of them.
    pub fn relief_set<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Option<ReliefSet> {
        keys.into_iter().try_fold(ReliefSet::default(), |set, key| {
            self.reliefs.iter().position(|relief| relief.key == key).map(|place| set.with(place))
        })
    }
}
