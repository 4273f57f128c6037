//! Prices of a table (料金単価): by size and use class, tier by tier.

use crate::connection::{MeterSize, UsageClass};
use crate::quantity::{CubicMeters, FineYen};

/// A price step: volumes up to `up_to` (`None`: without end) cost `unit_price` per m³.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// The last cubic meter that has this price.
    pub up_to: Option<CubicMeters>,
    /// Per m³.
    pub unit_price: FineYen,
}

/// A service charge that depends on the volume: it holds up to `up_to`, the last one for all above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceStep {
    /// The last cubic meter of the step.
    pub up_to: CubicMeters,
    /// For one table period.
    pub charge: FineYen,
}

/// The price of one set of sizes and use classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// Use classes that it holds for.
    pub use_classes: Vec<UsageClass>,
    /// Sizes that it holds for; empty for all.
    pub sizes: Vec<MeterSize>,
    /// 基本料金 for one table period, where it does not depend on the volume.
    pub service_charge: FineYen,
    /// 基本料金 by volume, rising; empty for one service charge.
    pub service_steps: Vec<ServiceStep>,
    /// 基本水量 for one table period: the service charge pays for it.
    pub included_volume: CubicMeters,
    /// 最低料金 for one table period.
    pub minimum: Option<FineYen>,
    /// Rising, the last without end; empty when volume costs nothing. Volumes below
    /// `included_volume` are not looked up.
    pub tiers: Vec<Tier>,
    /// The name of the tiers in the file.
    pub tiers_name: String,
    /// Holds for periods of so many months only, and its table is for as many.
    pub period_months: Option<u8>,
    /// 全量単価: all cubic meters have the price of the tier that the last of them reaches.
    pub by_last_tier: bool,
    /// 数量 other than cubic meters: minutes of a hydrant, people of a household.
    pub unit: Option<QuantityUnit>,
}

/// What a rate counts in place of cubic meters (数量による料金).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantityUnit {
    /// 分, 人.
    pub name: String,
    /// So many of them are charged as one; what is begun counts.
    pub each: u32,
    /// Charged in each table period (people), or once for the whole period (minutes).
    pub is_periodic: bool,
}

impl Rate {
    /// Whether it holds for a size and a class, in some period.
    pub fn holds_for(&self, size: MeterSize, use_class: UsageClass) -> bool {
        self.use_classes.contains(&use_class)
            && (self.sizes.is_empty() || self.sizes.contains(&size))
    }

    /// Whether it holds for periods of so many months.
    pub fn holds_for_months(&self, months: u8) -> bool {
        self.period_months.is_none_or(|own| own == months)
    }
}

/// メーター使用料 of one table period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterRent {
    /// Sizes that it holds for; empty for all.
    pub sizes: Vec<MeterSize>,
    /// For one table period.
    pub charge: FineYen,
}

impl MeterRent {
    /// Whether it holds for a size.
    pub fn holds_for(&self, size: MeterSize) -> bool {
        self.sizes.is_empty() || self.sizes.contains(&size)
    }
}

/// Place of no rate.
const NONE: u16 = u16::MAX;

/// All rates with an index over size and class: what is looked up for each charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::billing) struct Rates {
    all: Vec<Rate>,
    use_classes: Vec<UsageClass>,
    /// By class, then by the months of the period (1, or more), then by size.
    places: Vec<[[u16; MeterSize::ALL_MM.len()]; 2]>,
}

impl Rates {
    /// The first of two rates that hold for the same pair is found; the reader refuses such files.
    pub(in crate::billing) fn new(all: Vec<Rate>) -> Self {
        let mut use_classes: Vec<UsageClass> = Vec::new();
        for class in all.iter().flat_map(|rate| &rate.use_classes) {
            if !use_classes.contains(class) {
                use_classes.push(*class);
            }
        }
        let place = |class: UsageClass, months: u8, mm: u16| {
            let size = MeterSize::new(mm).expect("listed sizes exist");
            let holds = |rate: &Rate| rate.holds_for(size, class) && rate.holds_for_months(months);
            let place = all.iter().position(holds);
            place.and_then(|place| u16::try_from(place).ok()).unwrap_or(NONE)
        };
        let of_class = |class: UsageClass| {
            [1, 2].map(|months| MeterSize::ALL_MM.map(|mm| place(class, months, mm)))
        };
        let places = use_classes.iter().map(|class| of_class(*class)).collect();
        Self { all, use_classes, places }
    }

    pub(in crate::billing) fn find(
        &self,
        size: MeterSize,
        use_class: UsageClass,
        months: u8,
    ) -> Option<&Rate> {
        let class = self.use_classes.iter().position(|known| *known == use_class)?;
        let size = MeterSize::ALL_MM.iter().position(|mm| *mm == size.mm())?;
        let place = self.places[class][usize::from(months > 1)][size];
        self.all.get(usize::from(place))
    }

    pub(in crate::billing) fn all(&self) -> &[Rate] {
        &self.all
    }

    pub(in crate::billing) fn use_classes(&self) -> &[UsageClass] {
        &self.use_classes
    }
}
