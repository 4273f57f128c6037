//! Prices and decimals (単価): text to exact numbers.

use rust_decimal::Decimal;

use super::Reader;
use super::fault::FaultKind;
use super::form::Placed;
use crate::billing::tariff::Ratio;
use crate::quantity::{FineYen, Yen};

impl Reader<'_> {
    pub(super) fn price(&mut self, placed: &Placed<String>) -> Option<FineYen> {
        let decimal: Option<Decimal> = placed.get().parse().ok();
        let price = decimal.and_then(|decimal| FineYen::from_decimal(decimal).ok());
        self.expect(price.is_some(), &placed.span(), || FaultKind::Price(placed.get().clone()));
        price
    }

    /// A price without a fraction.
    pub(super) fn whole_yen(&mut self, placed: &Placed<String>) -> Option<Yen> {
        let decimal = self.price(placed)?.to_decimal();
        let yen = i64::try_from(decimal).ok().filter(|_| decimal.is_integer()).map(Yen);
        self.expect(yen.is_some(), &placed.span(), || FaultKind::Price(placed.get().clone()));
        yen
    }

    /// Months with at most four decimals, as a fraction in lowest terms.
    pub(super) fn months(&mut self, placed: &Placed<String>) -> Option<Ratio> {
        let decimal: Option<Decimal> = placed.get().parse().ok();
        let ratio = decimal.and_then(|decimal| {
            let decimal = decimal.normalize();
            let in_range = !decimal.is_sign_negative() && decimal <= Decimal::from(24);
            let numerator = u32::try_from(decimal.mantissa()).ok()?;
            let denominator = 10_u32.checked_pow(decimal.scale())?;
            (in_range && decimal.scale() <= 4).then(|| lowest(numerator, denominator))
        });
        self.expect(ratio.is_some(), &placed.span(), || {
            FaultKind::UnfitValue(placed.get().clone())
        });
        ratio
    }
}

fn lowest(numerator: u32, denominator: u32) -> Ratio {
    let (mut a, mut b) = (numerator, denominator);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    let divisor = a.max(1);
    Ratio { numerator: numerator / divisor, denominator: denominator / divisor }
}
