//! Bare charges (料金計算の測定): how many of both claims one core computes in a second.

use std::hint::black_box;
use std::time::{Duration, Instant};

use shared::billing::{ChargeError, ChargeInput, TariffFile};
use shared::connection::{MeterSize, UsageClass};
use shared::quantity::CubicMeters;

use crate::billing::{BillingError, demo_tariffs};

/// Inputs that are gone through again and again: more than fit the nearest cache line.
const INPUTS: u32 = 4_096;

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub struct ChargeFigures {
    /// Charges computed, water and sewerage.
    pub charges: u64,
    /// In this time.
    pub time: Duration,
    /// Sum of the amounts, to be the same on every machine.
    pub check_sum_yen: i64,
}

impl ChargeFigures {
    /// Charges a second.
    pub fn per_second(&self) -> f64 {
        super::per_second(self.charges, self.time)
    }
}

/// Computes water and sewerage for a mix of sizes and volumes like a city's, `passes` times over.
pub fn charges(passes: u32) -> Result<ChargeFigures, BillingError> {
    let mut tariffs = Vec::new();
    for text in demo_tariffs() {
        tariffs.extend(TariffFile::parse(text).map_err(BillingError::TariffFile)?.tariffs);
    }
    let inputs: Vec<ChargeInput> = (0..INPUTS).map(input).collect();
    let watch = Instant::now();
    let (mut charges, mut sum) = (0, 0);
    for _ in 0..passes {
        for input in &inputs {
            for tariff in &tariffs {
                let amounts = tariff.amounts(black_box(input)).map_err(refused)?;
                charges += 1;
                sum += amounts.amount.0;
            }
        }
    }
    Ok(ChargeFigures { charges, time: watch.elapsed(), check_sum_yen: black_box(sum) })
}

fn refused(error: ChargeError) -> BillingError {
    BillingError::DoesNotAddUp(error.to_string())
}

/// Four in ten have φ13 and φ20 each; most households use 20 to 60 m³ in two months.
fn input(number: u32) -> ChargeInput {
    let mm = match number % 20 {
        0..=8 => 13,
        9..=16 => 20,
        17 => 25,
        18 => 40,
        _ => [50, 75, 100][(number / 20 % 3) as usize],
    };
    let use_class = match number % 200 {
        7 => UsageClass::BATHHOUSE,
        9..=24 => UsageClass::BUSINESS,
        _ => UsageClass::GENERAL,
    };
    let most = number.wrapping_mul(7_919) % 71;
    let usage = if mm >= 40 { most * 37 } else { most };
    let size = MeterSize::new(mm).expect("sizes of the list above exist");
    ChargeInput::new(size, use_class, CubicMeters(usage), 2)
}
