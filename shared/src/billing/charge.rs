//! The charge engine (料金計算): one code for the slip, the billing run and every simulation.
//!
//! All sums run exactly and are rounded only where the tariff's articles say so.
//! [`Tariff::amounts`] and [`Tariff::charge`] are the same calculation: the first keeps no record,
//! the second writes every step down.

mod bill;
mod error;
mod journal;
mod part;
mod plan;
mod record;
mod shape;

use serde::{Deserialize, Serialize};

use super::tariff::{ReliefSet, Tariff};
use crate::connection::{MeterSize, UsageClass};
use crate::quantity::{CubicMeters, Yen};

pub use bill::bill_amounts;
pub(super) use bill::taxed_as_one;
pub use error::ChargeError;
use journal::{Silent, Writer};
pub use record::{
    Charge, ChargeFault, ChargeLine, ChargePart, ChargeStep, LineKind, PartOf, StepKind,
};

/// What a charge is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChargeInput {
    /// 口径.
    pub size: MeterSize,
    /// 用途.
    pub use_class: UsageClass,
    /// 使用水量 (or 汚水量 for sewerage) of the whole billing period.
    pub usage: CubicMeters,
    /// Months of the billing period (1 or 2).
    pub months: u8,
    /// Days of a partial period (see [`Tariff::partial_days`]); `None` for a whole one.
    pub days: Option<u16>,
    /// Dwellings behind the meter (連用戸数), at least 1.
    pub dwellings: u16,
    /// Reliefs that hold (減免).
    pub reliefs: ReliefSet,
    /// Percent of consumption tax (see [`Tariff::tax_percent`]); `None` where the tariff knows
    /// only one.
    pub tax_percent: Option<u8>,
    /// This claim's part of its bill's tax (see [`bill_amounts`]), where the tariff puts the tax
    /// on the bill.
    pub bill_tax: Option<Yen>,
}

impl ChargeInput {
    /// A whole period of one dwelling without reliefs.
    pub fn new(size: MeterSize, use_class: UsageClass, usage: CubicMeters, months: u8) -> Self {
        Self {
            size,
            use_class,
            usage,
            months,
            days: None,
            dwellings: 1,
            reliefs: ReliefSet::default(),
            tax_percent: None,
            bill_tax: None,
        }
    }
}

/// The amounts of one claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargeAmounts {
    /// To pay, tax included.
    pub amount: Yen,
    /// The consumption tax within `amount`.
    pub tax: Yen,
}

impl Tariff {
    /// The amounts without their explanation. Allocates nothing.
    pub fn amounts(&self, input: &ChargeInput) -> Result<ChargeAmounts, ChargeError> {
        plan::compute(self, input, &mut Silent)
    }

    /// The amounts with every step that led to them.
    pub fn charge(&self, input: &ChargeInput) -> Result<Charge, ChargeError> {
        let mut writer = Writer::default();
        let amounts = plan::compute(self, input, &mut writer)?;
        let charge = Charge {
            claim: self.claim,
            authority: self.authority.clone(),
            tariff_code: self.code.clone(),
            input: *input,
            parts: writer.parts,
            steps: writer.claim_steps,
            carried: writer.carried,
            tax_basis: self.tax.basis,
            tax_percent: plan::percent(self, input)?,
            tax_mode: self.tax.mode,
            tax: amounts.tax,
            amount: amounts.amount,
        };
        charge.check().map_err(|_| ChargeError::Unbalanced)?;
        Ok(charge)
    }
}

impl Charge {
    /// Whether the same tariff leads to the same charge again, to the last digit.
    pub fn is_reproduced_by(&self, tariff: &Tariff) -> bool {
        tariff.charge(&self.input).as_ref() == Ok(self)
    }
}

#[cfg(test)]
mod tests;
