//! The explanation of a charge (計算の内訳): every line and step, and the proof that they add up.

use serde::{Deserialize, Serialize};

use super::ChargeInput;
use crate::billing::claim::Claim;
use crate::billing::exact::Exact;
use crate::billing::explanation::written;
use crate::billing::tariff::{Apart, Ratio, Rounding, TaxBasis};
use crate::quantity::{CubicMeters, FineYen, RoundingMode, Yen};

/// A charge with its whole explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// What is claimed.
    pub claim: Claim,
    /// Whose claim it is, when not the utility's own.
    pub authority: Option<String>,
    /// Code of the tariff.
    pub tariff_code: String,
    /// What it was computed from.
    pub input: ChargeInput,
    /// Table periods in order, for each kind of dwelling.
    pub parts: Vec<ChargePart>,
    /// What became of the sum, in order.
    pub steps: Vec<ChargeStep>,
    /// Cubic meters that are billed with the next period (shared taps).
    pub carried: CubicMeters,
    /// Whether prices hold the tax.
    pub tax_basis: TaxBasis,
    /// Percent.
    pub tax_percent: u8,
    /// How the contained tax became whole.
    pub tax_mode: RoundingMode,
    /// The tax within `amount`.
    pub tax: Yen,
    /// To pay.
    pub amount: Yen,
}

/// One table period within the billing period: a month, or the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargePart {
    /// Which charges it holds.
    #[serde(default)]
    pub of: PartOf,
    /// Dwellings that are alike.
    pub dwellings: u16,
    /// The volume of this part of one dwelling.
    pub usage: CubicMeters,
    /// The volume that was priced, where it was converted to a whole month.
    pub priced_usage: CubicMeters,
    /// What is added, and taken off.
    pub lines: Vec<ChargeLine>,
    /// What became of their sum, in order.
    pub steps: Vec<ChargeStep>,
    /// What counts in the claim, for one dwelling.
    pub sum: Exact,
    /// For claims that are rounded by the dwelling: the last part of a dwelling goes on with
    /// these, from the sum of its parts.
    pub dwelling_steps: Vec<ChargeStep>,
}

/// Which charges a part holds: all of them, or those that are taxed and rounded together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartOf {
    /// All.
    #[default]
    All,
    /// What no other part holds.
    Rest(Apart),
    /// 基本料金.
    Service,
    /// 従量料金.
    Volume,
    /// メーター使用料.
    Rent,
}

impl PartOf {
    /// The parts of each table period.
    pub(super) fn passes(apart: Apart) -> [Option<PartOf>; 4] {
        if apart.is_none() {
            return [Some(PartOf::All), None, None, None];
        }
        let own = |is_apart: bool, of| is_apart.then_some(of);
        let has_rest = !(apart.service && apart.volume && apart.rent);
        [
            own(has_rest, PartOf::Rest(apart)),
            own(apart.service, PartOf::Service),
            own(apart.volume, PartOf::Volume),
            own(apart.rent, PartOf::Rent),
        ]
    }

    pub(super) fn has_service(self) -> bool {
        matches!(self, PartOf::All | PartOf::Service | PartOf::Rest(Apart { service: false, .. }))
    }

    pub(in crate::billing) fn has_volume(self) -> bool {
        matches!(self, PartOf::All | PartOf::Volume | PartOf::Rest(Apart { volume: false, .. }))
    }

    pub(super) fn has_rent(self) -> bool {
        matches!(self, PartOf::All | PartOf::Rent | PartOf::Rest(Apart { rent: false, .. }))
    }

    /// A minimum is of the sum; the reader lets nothing but the rent stand beside it.
    pub(super) fn has_minimum(self) -> bool {
        matches!(self, PartOf::All | PartOf::Rest(_))
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeLine {
    /// What it is.
    pub kind: LineKind,
    /// The exact amount.
    pub exact: Exact,
    /// What counts: rounded, where each line is.
    pub amount: Exact,
}

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// 基本料金, and the share of it that a partial period has.
    Service {
        /// For a whole table period.
        price: FineYen,
        /// Table periods that are charged.
        share: Ratio,
    },
    /// 従量料金 of a tier.
    Tier {
        /// First m³ of the tier that was used.
        from_m3: u32,
        /// Last m³ of the tier that was used.
        to_m3: u32,
        /// Per m³; zero for the volume that the service charge pays for.
        unit_price: FineYen,
    },
    /// メーター使用料.
    MeterRent {
        /// For a whole table period.
        price: FineYen,
        /// Table periods that are charged.
        share: Ratio,
    },
    /// 最低料金までの差額.
    Minimum,
    /// 減免, by its place in the tariff.
    Relief {
        /// From 0.
        place: u8,
    },
}

/// One step from a sum to a rounder one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeStep {
    /// What was done.
    pub kind: StepKind,
    /// To this amount.
    pub before: Exact,
    /// With this outcome.
    pub after: Exact,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// 日割: times a fraction.
    Share(Ratio),
    /// 端数処理.
    Round(Rounding),
    /// 消費税 is put on.
    Tax {
        /// Percent.
        percent: u8,
    },
    /// The claim's part of the bill's tax is put on.
    BillTax(Yen),
    /// 最低額 is reached.
    AtLeast(Yen),
    /// From months that are alike to one of them, and back.
    Times(Ratio),
}

impl StepKind {
    /// What the step makes of an amount.
    pub fn apply(&self, amount: Exact) -> Exact {
        match self {
            StepKind::Share(ratio) | StepKind::Times(ratio) => amount.scaled(*ratio),
            StepKind::Round(rounding) => amount.rounded(rounding.mode, rounding.step_yen),
            StepKind::Tax { percent } => {
                let numerator = 100 + u32::from(*percent);
                amount.scaled(Ratio { numerator, denominator: 100 })
            }
            StepKind::BillTax(tax) => amount + Exact::from(*tax),
            StepKind::AtLeast(minimum) => amount.max(Exact::from(*minimum)),
        }
    }
}

impl LineKind {
    /// The exact amount that the line's own figures lead to; `None` where it follows from others.
    fn exact(&self) -> Option<Exact> {
        match self {
            LineKind::Service { price, share } | LineKind::MeterRent { price, share } => {
                Some(Exact::from(*price).scaled(*share))
            }
            LineKind::Tier { from_m3, to_m3, unit_price } => {
                Some(Exact::product(to_m3.checked_sub(*from_m3)? + 1, *unit_price))
            }
            LineKind::Minimum | LineKind::Relief { .. } => None,
        }
    }
}

impl ChargeLine {
    /// How many m³ lie in this line.
    pub fn quantity(&self) -> Option<CubicMeters> {
        match self.kind {
            LineKind::Tier { from_m3, to_m3, .. } => Some(CubicMeters(to_m3 - from_m3 + 1)),
            _ => None,
        }
    }
}

/// What does not add up in a stored explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} of the explanation do not add up")]
pub struct ChargeFault(&'static str);

impl Charge {
    /// Computes the charge again from its own lines: quantity × price, sums, steps, tax. A stored
    /// explanation that passes proves its amount without the tariff.
    pub fn check(&self) -> Result<(), ChargeFault> {
        let mut total = Exact::ZERO;
        let mut one_dwelling = Exact::ZERO;
        let mut billed = u64::from(self.carried.0);
        for part in &self.parts {
            part.check()?;
            billed += u64::from(part.usage.0) * u64::from(part.dwellings);
            one_dwelling = one_dwelling + part.sum;
            if !part.dwelling_steps.is_empty() {
                let done = run(&part.dwelling_steps, one_dwelling)?;
                total = total + times(done, part.dwellings);
                one_dwelling = Exact::ZERO;
            } else if !self.is_rounded_by_dwelling() {
                total = total + times(part.sum, part.dwellings);
            }
        }
        let fault = |holds: bool, what| if holds { Ok(()) } else { Err(ChargeFault(what)) };
        fault(billed == u64::from(self.input.usage.0), "volumes")?;
        fault(run(&self.steps, total)?.whole_yen() == Some(self.amount), "amounts")?;
        let of_bill = self.steps.iter().find_map(|step| match step.kind {
            StepKind::BillTax(tax) => Some(tax),
            _ => None,
        });
        let tax = of_bill.or_else(|| contained_tax(self.amount, self.tax_percent, self.tax_mode));
        fault(tax == Some(self.tax), "taxes")
    }

    fn is_rounded_by_dwelling(&self) -> bool {
        self.parts.iter().any(|part| !part.dwelling_steps.is_empty())
    }
}

impl Charge {
    /// The calculation in one line, for the slip: `基本料金1,518円＋従量料金2,579.5円`.
    pub fn short_japanese(&self) -> String {
        let [mut service, mut volume, mut rent, mut relief] = [Exact::ZERO; 4];
        for part in &self.parts {
            for line in &part.lines {
                let sum = match line.kind {
                    LineKind::Service { .. } | LineKind::Minimum => &mut service,
                    LineKind::Tier { .. } => &mut volume,
                    LineKind::MeterRent { .. } => &mut rent,
                    LineKind::Relief { .. } => &mut relief,
                };
                *sum = *sum + times(line.amount, part.dwellings);
            }
        }
        let rest = [("メーター使用料", rent), ("減免", relief)]
            .into_iter()
            .filter(|(_, sum)| *sum != Exact::ZERO);
        let named = [("基本料金", service), ("従量料金", volume)].into_iter().chain(rest);
        let words: Vec<String> =
            named.map(|(name, sum)| format!("{name}{}円", written(sum))).collect();
        words.join("＋").replace("＋減免−", "−減免")
    }
}

impl ChargePart {
    /// Whether it is another table period of the same dwellings and charges.
    pub(in crate::billing) fn is_like(&self, other: &ChargePart) -> bool {
        self.dwellings == other.dwellings && self.of == other.of
    }

    fn check(&self) -> Result<(), ChargeFault> {
        let mut next_m3 = 1;
        for line in &self.lines {
            if line.kind.exact().is_some_and(|exact| exact != line.exact) {
                return Err(ChargeFault("lines"));
            }
            if let LineKind::Tier { from_m3, to_m3, .. } = line.kind {
                if from_m3 != next_m3 || to_m3 < from_m3 {
                    return Err(ChargeFault("tiers"));
                }
                next_m3 = to_m3 + 1;
            }
        }
        let sum: Exact = self.lines.iter().map(|line| line.amount).sum();
        if next_m3 != self.priced_usage.0 + 1 || run(&self.steps, sum)? != self.sum {
            return Err(ChargeFault("parts"));
        }
        Ok(())
    }
}

/// Goes through steps that have to follow from each other.
fn run(steps: &[ChargeStep], start: Exact) -> Result<Exact, ChargeFault> {
    steps.iter().try_fold(start, |amount, step| {
        let follows = step.before == amount && step.kind.apply(amount) == step.after;
        if follows { Ok(step.after) } else { Err(ChargeFault("steps")) }
    })
}

pub(super) fn times(amount: Exact, dwellings: u16) -> Exact {
    amount.scaled(Ratio { numerator: u32::from(dwellings), denominator: 1 })
}

/// The tax within an amount (割戻し計算, 消費税法 第45条). `None` when it is too large.
pub(super) fn contained_tax(amount: Yen, percent: u8, mode: RoundingMode) -> Option<Yen> {
    let share = Ratio { numerator: u32::from(percent), denominator: 100 + u32::from(percent) };
    Exact::from(amount).scaled(share).rounded(mode, 1).whole_yen()
}
