//! Rules of a tariff beside its prices (算定の決まり): tax, rounding, proration, sharing, relief.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::connection::{MeterSize, UsageClass};
use crate::quantity::{CubicMeters, FineYen, RoundingMode, Yen};

/// An exact fraction; the denominator is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// Numerator.
    pub numerator: u32,
    /// Denominator, never 0.
    pub denominator: u32,
}

impl Ratio {
    /// Nothing is scaled.
    pub const ONE: Ratio = Ratio { numerator: 1, denominator: 1 };

    /// Rounded up to a whole number.
    pub fn ceiling(self) -> u32 {
        self.numerator.div_ceil(self.denominator)
    }
}

/// How a volume is cut into table periods (隔月検針の水量の分け方).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VolumeSplit {
    /// Evenly; odd cubic meters to the earlier months.
    First,
    /// Evenly; odd cubic meters to the later months.
    Last,
    /// Into exact halves: the table is stretched over the period.
    Half,
}

/// Whether the printed prices hold the consumption tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxBasis {
    /// 税込: the tax is contained in the amount.
    Included,
    /// 税抜: the tax is put on at the named stage.
    Excluded(TaxPer),
}

/// Where the tax is put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxPer {
    /// On each table period.
    Month,
    /// On the sum of the claim.
    Claim,
    /// On the sum of all claims of a bill.
    Bill,
}

/// A rate of consumption tax from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxRate {
    /// Percent.
    pub percent: u8,
    /// First day; `None` since ever.
    pub from: Option<Date>,
    /// What holds for periods that began before.
    pub transition: Option<Transition>,
}

/// The consumption tax of a tariff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tax {
    /// Whether prices hold it, and where it is put on.
    pub basis: TaxBasis,
    /// By their first day, rising; at least one.
    pub rates: Vec<TaxRate>,
    /// How the contained tax becomes whole yen.
    pub mode: RoundingMode,
}

/// What holds for a period that began before a change and ends after it (経過措置).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    /// The new from the first reading on or after the change.
    ReadingDay,
    /// The new from the first period that lies wholly after the change.
    WholeCycle,
    /// The new from the first reading on or after a day named for it.
    FirstReadingFrom(Date),
    /// Both, by days.
    Days,
}

/// How a sum becomes rounder, and the words that say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounding {
    /// Floor, half-up or ceiling.
    pub mode: RoundingMode,
    /// Multiples of 1 or 10 yen.
    pub step_yen: i64,
    /// The article or page that rules it.
    pub article: String,
}

/// Where sums are rounded. Each stage at most once, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roundings {
    /// Each line.
    pub line: Option<Rounding>,
    /// The sum of a table period, before a tax that is put on.
    pub month: Option<Rounding>,
    /// The taxed sum of a table period.
    pub month_taxed: Option<Rounding>,
    /// The sum of the claim, before a tax that is put on.
    pub claim: Option<Rounding>,
    /// The taxed sum of the claim.
    pub claim_taxed: Option<Rounding>,
}

/// Which of the first and the last day of a partial period count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayCount {
    /// The first only: last − first, at least one.
    Start,
    /// Both: last − first + 1.
    Both,
}

/// Partial periods (日割・月割計算): start and stop of service, change of size or tariff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proration {
    /// How days are counted.
    pub count: DayCount,
    /// A period of n months is partial below n times this many days.
    pub whole_from_days: u16,
    /// From days to months.
    pub months: ProrationMonths,
    /// Sizes that it holds for; empty for all. Others are charged by whole periods.
    pub sizes: Vec<MeterSize>,
    /// Classes that it holds for; empty for all.
    pub use_classes: Vec<UsageClass>,
    /// What becomes of the service charge.
    pub service: ServiceShare,
    /// What becomes of the meter rent.
    pub rent: ServiceShare,
    /// What becomes of the volume charge.
    pub volume: VolumeShare,
    /// How a converted volume, and a bound's share, become whole.
    pub volume_mode: RoundingMode,
    /// Rounds the share of the service charge, before anything is added.
    pub service_rounding: Option<Rounding>,
    /// A partial charge is at least this, tax included.
    pub minimum: Option<Yen>,
    /// Rounds the prorated sum before the tax.
    pub rounding: Option<Rounding>,
}

impl Proration {
    /// Whether partial periods of this size and class follow it.
    pub fn holds_for(&self, size: MeterSize, use_class: UsageClass) -> bool {
        (self.sizes.is_empty() || self.sizes.contains(&size))
            && (self.use_classes.is_empty() || self.use_classes.contains(&use_class))
    }
}

/// From days to months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProrationMonths {
    /// By a table, rising, the last open.
    Steps(Vec<ProrationStep>),
    /// Days ÷ this.
    PerDay(u8),
}

/// So many months up to so many days and so much water: both have to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProrationStep {
    /// The last day of the step; `None` without end.
    pub to_days: Option<u16>,
    /// The last m³ of the step; `None` without end.
    pub to_m3: Option<CubicMeters>,
    /// The share of the included volume up to which it holds; `None` without end.
    pub to_included: Option<Ratio>,
    /// Months that are charged.
    pub months: Ratio,
}

/// What becomes of the service charge of a partial period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceShare {
    /// Its share.
    Share,
    /// Whole table periods.
    Whole,
}

/// What becomes of the volume charge of a partial period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VolumeShare {
    /// Tier bounds and included volume shrink to their share.
    Share,
    /// The table holds as it is.
    Whole,
    /// The included volume shrinks to its share, the tiers hold as they are.
    Included,
    /// The volume is stretched to a whole month, charged, and the charge shrinks to its share.
    Convert,
}

/// Several dwellings behind one meter (連用栓・共同住宅).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedTap {
    /// The size that each dwelling is priced at; `None` the meter's own.
    pub size: Option<MeterSize>,
    /// Where odd cubic meters go.
    pub remainder: Remainder,
    /// What is rounded.
    pub round_per: RoundPer,
    /// Whose service charge and rent are charged.
    pub service: SharedService,
}

/// Whose service charge and rent are charged where dwellings share a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedService {
    /// One for each dwelling.
    Dwelling,
    /// Once, of the meter's own size.
    Meter,
}

/// Kinds of charges that are taxed and rounded by themselves, not in the sum (別に税と端数を計算).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart {
    /// 基本料金.
    pub service: bool,
    /// 従量料金.
    pub volume: bool,
    /// メーター使用料.
    pub rent: bool,
}

impl Apart {
    /// Whether everything is taxed and rounded in one sum.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Where the cubic meters go that cannot be divided among the dwellings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remainder {
    /// One each to as many dwellings.
    Spread,
    /// All to one dwelling.
    First,
    /// Not billed now, but with the next period.
    Carry,
    /// Nowhere: each dwelling has its exact share, so that the table stretches over all of them.
    Exact,
}

/// What is rounded when several dwellings share a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundPer {
    /// The exact sum of all.
    Claim,
    /// Each dwelling's.
    Dwelling,
}

/// A reduction by formula (減免).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relief {
    /// The word in files.
    pub key: String,
    /// The name on papers.
    pub name: String,
    /// Its rule.
    pub article: String,
    /// What it is taken of.
    pub basis: ReliefBasis,
    /// How much.
    pub taken: ReliefTaken,
    /// At most this per table period.
    pub cap: Option<FineYen>,
}

/// What a relief is taken of, within a table period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReliefBasis {
    /// 基本料金.
    Service,
    /// 従量料金.
    Volume,
    /// メーター使用料.
    Rent,
    /// All lines.
    All,
}

/// How much a relief takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReliefTaken {
    /// Of the basis.
    Percent(u8),
    /// An amount per table period.
    Amount(FineYen),
    /// The price of the first cubic meters of the table period.
    FreeVolume(CubicMeters),
}

/// Which of a tariff's reliefs hold for a customer: one bit each, in the order of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReliefSet(pub u32);

impl ReliefSet {
    /// Also the relief at this place (0 to 31).
    #[must_use]
    pub fn with(self, place: usize) -> Self {
        ReliefSet(self.0 | 1 << place)
    }

    /// Whether the relief at this place holds.
    pub fn holds(self, place: usize) -> bool {
        place < 32 && self.0 >> place & 1 == 1
    }

    /// Whether none holds.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}
