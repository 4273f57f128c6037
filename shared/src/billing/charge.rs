//! The charge engine (料金計算): one code for the slip, the billing run and every simulation.
//!
//! All sums run exactly in ten-thousandths of a yen and are rounded once per claim, as the
//! tariff's article says. [`Tariff::amounts`] is the fast way, [`Tariff::charge`] the one that
//! explains itself; a test holds them equal.

use serde::{Deserialize, Serialize};

use super::tariff::{Claim, OddVolume, Rate, Rounding, Tariff, TaxBasis};
use crate::connection::{MeterSize, UsageClass};
use crate::quantity::{CubicMeters, FINE_PER_YEN, FineYen, RoundingMode, Yen};

/// What a charge is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeInput {
    /// 口径.
    pub size: MeterSize,
    /// 用途.
    pub use_class: UsageClass,
    /// 使用水量 (or 汚水量 for sewerage) of the whole billing period.
    pub usage: CubicMeters,
    /// Months of the billing period (1 or 2).
    pub months: u8,
}

/// Why no charge can be computed. Nothing is guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChargeError {
    /// The tariff has no price for this size and class.
    #[error("the tariff has no rate for {size_mm} mm, {use_class}")]
    NoRate {
        /// The size.
        size_mm: u16,
        /// The class.
        use_class: &'static str,
    },
    /// The billing period is no whole number of table periods.
    #[error("a table of {table_months} months cannot bill {months} months")]
    Period {
        /// Months of the table.
        table_months: u8,
        /// Months of the billing period.
        months: u8,
    },
    /// The tiers did not add up to the volume: a fault of the engine, never billed.
    #[error("the tiers do not add up to the volume")]
    Unbalanced,
}

/// The amounts of one claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargeAmounts {
    /// To pay, tax included.
    pub amount: Yen,
    /// The consumption tax within `amount`.
    pub tax: Yen,
}

/// A quantity at a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierLine {
    /// First m³ of the tier that was used.
    pub from_m3: u32,
    /// Last m³ of the tier that was used.
    pub to_m3: u32,
    /// Per m³; zero for the volume that the service charge pays for.
    pub unit_price: FineYen,
    /// Quantity × price.
    pub amount: FineYen,
}

impl TierLine {
    /// How many m³ lie in this line.
    pub fn quantity(&self) -> CubicMeters {
        CubicMeters(self.to_m3 - self.from_m3 + 1)
    }
}

/// One table period within the billing period: a month, or the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargePart {
    /// The volume of this part.
    pub usage: CubicMeters,
    /// 基本料金.
    pub service_charge: FineYen,
    /// 従量料金, tier by tier.
    pub tiers: Vec<TierLine>,
}

/// A charge with its whole explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// What is claimed.
    pub claim: Claim,
    /// Code of the tariff.
    pub tariff_code: String,
    /// What it was computed from.
    pub input: ChargeInput,
    /// Table periods, in order.
    pub parts: Vec<ChargePart>,
    /// The exact sum of all parts.
    pub sum: FineYen,
    /// How the sum became whole yen.
    pub rounding: Rounding,
    /// Whether the sum holds the tax.
    pub tax_basis: TaxBasis,
    /// Percent.
    pub tax_percent: u8,
    /// The tax within `amount`.
    pub tax: Yen,
    /// To pay.
    pub amount: Yen,
}

impl Tariff {
    /// The amounts without their explanation. Allocates nothing.
    pub fn amounts(&self, input: &ChargeInput) -> Result<ChargeAmounts, ChargeError> {
        let (rate, part_count) = self.rate_and_parts(*input)?;
        let mut sum = FineYen(0);
        for index in 0..part_count {
            let usage = part_usage(input.usage, part_count, index, self.odd_volume);
            sum = sum + rate.service_charge;
            for_each_tier(rate, usage, |line| sum = sum + line.amount)?;
        }
        Ok(self.settle(sum))
    }

    /// The amounts with every step that led to them.
    pub fn charge(&self, input: &ChargeInput) -> Result<Charge, ChargeError> {
        let (rate, part_count) = self.rate_and_parts(*input)?;
        let mut parts = Vec::with_capacity(usize::from(part_count));
        let mut sum = FineYen(0);
        for index in 0..part_count {
            let usage = part_usage(input.usage, part_count, index, self.odd_volume);
            let mut tiers = Vec::with_capacity(rate.tiers.len());
            for_each_tier(rate, usage, |line| tiers.push(line))?;
            sum = tiers.iter().fold(sum + rate.service_charge, |sum, line| sum + line.amount);
            parts.push(ChargePart { usage, service_charge: rate.service_charge, tiers });
        }
        let ChargeAmounts { amount, tax } = self.settle(sum);
        Ok(Charge {
            claim: self.claim,
            tariff_code: self.code.clone(),
            input: *input,
            parts,
            sum,
            rounding: self.rounding.clone(),
            tax_basis: self.tax_basis,
            tax_percent: self.tax_percent,
            tax,
            amount,
        })
    }

    fn rate_and_parts(&self, input: ChargeInput) -> Result<(&Rate, u8), ChargeError> {
        if input.months == 0 || !input.months.is_multiple_of(self.table_months) {
            return Err(ChargeError::Period {
                table_months: self.table_months,
                months: input.months,
            });
        }
        let rate = self.rate(input.size, input.use_class).ok_or(ChargeError::NoRate {
            size_mm: input.size.mm(),
            use_class: input.use_class.key(),
        })?;
        Ok((rate, input.months / self.table_months))
    }

    /// Rounds the claim once, then takes or adds the tax, whose fraction is dropped
    /// (one rounding per rate and invoice, 消費税法施行令 第70条の10).
    fn settle(&self, sum: FineYen) -> ChargeAmounts {
        let percent = i64::from(self.tax_percent);
        let rounded = self.rounding.mode.round(sum, self.rounding.step_yen);
        match self.tax_basis {
            TaxBasis::Included => {
                let tax = Yen(rounded.0 * percent / (100 + percent));
                ChargeAmounts { amount: rounded, tax }
            }
            TaxBasis::Excluded => {
                let taxed = FineYen(rounded.0 * FINE_PER_YEN / 100 * percent);
                let tax = RoundingMode::Floor.round(taxed, 1);
                ChargeAmounts { amount: rounded + tax, tax }
            }
        }
    }
}

impl Charge {
    /// Whether the same tariff leads to the same charge again, to the last digit.
    pub fn is_reproduced_by(&self, tariff: &Tariff) -> bool {
        tariff.charge(&self.input).as_ref() == Ok(self)
    }
}

/// Splits a volume evenly; the odd cubic meters go where the tariff says.
fn part_usage(usage: CubicMeters, part_count: u8, index: u8, odd: OddVolume) -> CubicMeters {
    let count = u32::from(part_count);
    let rest = usage.0 % count;
    let gets_one = match odd {
        OddVolume::First => u32::from(index) < rest,
        OddVolume::Last => u32::from(index) >= count - rest,
    };
    CubicMeters(usage.0 / count + u32::from(gets_one))
}

/// Walks through the tiers that hold some of `usage` and checks that they hold all of it.
fn for_each_tier(
    rate: &Rate,
    usage: CubicMeters,
    mut line: impl FnMut(TierLine),
) -> Result<(), ChargeError> {
    let included = rate.included_volume.0.min(usage.0);
    if included > 0 {
        line(TierLine { from_m3: 1, to_m3: included, unit_price: FineYen(0), amount: FineYen(0) });
    }
    let mut counted = included;
    for tier in &rate.tiers {
        let end = tier.up_to.map_or(usage.0, |up_to| up_to.0.min(usage.0));
        if end <= counted {
            continue;
        }
        let quantity = i64::from(end - counted);
        line(TierLine {
            from_m3: counted + 1,
            to_m3: end,
            unit_price: tier.unit_price,
            amount: FineYen(quantity * tier.unit_price.0),
        });
        counted = end;
    }
    if counted == usage.0 { Ok(()) } else { Err(ChargeError::Unbalanced) }
}

#[cfg(test)]
mod tests;
