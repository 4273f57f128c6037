//! Rating (料金算定): from a period of supply to the charge of a claim, by the version that holds.
//!
//! The terminal and the billing run ask here, so that a slip and its bill cannot differ.

use super::charge::{Charge, ChargeAmounts, ChargeError, ChargeInput, taxed_as_one};
use super::supply::{Choice, Supply, choose, split_by_days};
use super::tariff::{ReliefSet, Tariff, TaxBasis, TaxPer};

/// One version's part of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatedPart {
    /// Place of the version among those asked.
    pub version: usize,
    /// What it was asked.
    pub input: ChargeInput,
    /// What it answered.
    pub amounts: ChargeAmounts,
}

/// The charge of a claim for a period of supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rated {
    /// By the version that holds at the end of the period.
    pub part: RatedPart,
    /// By the version before it, where the period is split by days.
    pub earlier: Option<RatedPart>,
}

impl Rated {
    /// Both parts together.
    pub fn amounts(&self) -> ChargeAmounts {
        let mut amounts = self.part.amounts;
        if let Some(earlier) = self.earlier {
            amounts.amount = amounts.amount + earlier.amounts.amount;
            amounts.tax = amounts.tax + earlier.amounts.tax;
        }
        amounts
    }
}

/// Puts the tax of a bill on its claims, where their tariffs put it there. `claims` in the order of
/// the bill, each with the versions it was rated by. A claim that is split by days stands alone.
pub fn put_bill_tax(claims: &mut [(&[Tariff], &mut Rated)]) -> Result<(), ChargeError> {
    let of_bill = |versions: &[Tariff], rated: &Rated| {
        let basis = versions[rated.part.version].tax.basis;
        rated.earlier.is_none() && basis == TaxBasis::Excluded(TaxPer::Bill)
    };
    if claims.len() < 2 || !claims.iter().all(|(versions, rated)| of_bill(versions, rated)) {
        return Ok(());
    }
    let asked: Vec<(&Tariff, ChargeInput)> = claims
        .iter()
        .map(|(versions, rated)| (&versions[rated.part.version], rated.part.input))
        .collect();
    let asked: Vec<(&Tariff, &ChargeInput)> =
        asked.iter().map(|(tariff, input)| (*tariff, input)).collect();
    // Two rates of tax on one bill: each claim keeps the tax of its own.
    let Some(amounts) = taxed_as_one(&asked)? else { return Ok(()) };
    for ((_, rated), amounts) in claims.iter_mut().zip(amounts) {
        rated.part.input.bill_tax = Some(amounts.tax);
        rated.part.amounts = amounts;
    }
    Ok(())
}

/// Rates a period. `versions` are one claim's and authority's, by their rising first day; of
/// `asked`, the days and the tax rate are found here.
pub fn rate(
    versions: &[Tariff],
    asked: &ChargeInput,
    supply: &Supply,
) -> Result<Rated, ChargeError> {
    rate_with(versions, asked, supply, |_| Some(asked.reliefs))
}

/// The same where the reliefs follow from the version: each counts them in its own order.
pub(super) fn rate_with(
    versions: &[Tariff],
    asked: &ChargeInput,
    supply: &Supply,
    reliefs: impl Fn(&Tariff) -> Option<ReliefSet>,
) -> Result<Rated, ChargeError> {
    let reliefs = |place: usize| reliefs(&versions[place]).ok_or(ChargeError::NoRelief);
    match choose(versions, supply)? {
        Choice::One(place) => {
            let days = versions[place].partial_days(supply, asked.months);
            let input = ChargeInput { days, reliefs: reliefs(place)?, ..*asked };
            let part = rate_part(versions, place, &input, supply)?;
            Ok(Rated { part, earlier: None })
        }
        Choice::Split { old, days_old, days_new } => {
            let [usage_old, usage_new] = split_by_days(asked.usage, days_old, days_new);
            let side = |place: usize, usage, days| {
                Ok(ChargeInput { usage, days: Some(days), reliefs: reliefs(place)?, ..*asked })
            };
            let new = &versions[old + 1];
            let before = Supply { to: new.valid_from, ..*supply };
            let after = Supply { from: new.valid_from, ..*supply };
            let [by_old, by_new] =
                [side(old, usage_old, days_old)?, side(old + 1, usage_new, days_new)?];
            Ok(Rated {
                part: rate_part(versions, old + 1, &by_new, &after)?,
                earlier: Some(rate_part(versions, old, &by_old, &before)?),
            })
        }
    }
}

pub(super) fn rate_part(
    versions: &[Tariff],
    version: usize,
    asked: &ChargeInput,
    supply: &Supply,
) -> Result<RatedPart, ChargeError> {
    let tariff = &versions[version];
    let is_split = asked.days.is_some() && tariff.proration.is_none();
    if is_split {
        return Err(ChargeError::NoProration);
    }
    let tax_percent = match tariff.tax.rates.as_slice() {
        [_] => None,
        _ => Some(tariff.tax_percent(supply)?),
    };
    let input = ChargeInput { tax_percent, ..*asked };
    Ok(RatedPart { version, input, amounts: tariff.amounts(&input)? })
}

impl RatedPart {
    /// The same with its explanation.
    pub fn charge(&self, versions: &[Tariff]) -> Result<Charge, ChargeError> {
        versions[self.version].charge(&self.input)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::*;
    use crate::billing::TariffFile;
    use crate::connection::{MeterSize, UsageClass};
    use crate::quantity::{CubicMeters, Yen};

    fn version(from: &str, service_yen: u32, rules: &str) -> Tariff {
        let text = format!(
            "code = \"a\"\nname = \"例\"\nsource = \"例\"\nvalid_from = \"{from}\"\n{rules}
            [water]
            table_months = 2
            tax = {{ prices = \"included\", percent = 10 }}
            rounding = [{{ of = \"claim\", mode = \"floor\", step_yen = 1, article = \"第1条\" }}]
            proration = {{ service = \"share\", volume = \"share\", days_per_month = 30 }}
            [[water.rate]]
            service_yen = \"{service_yen}\""
        );
        TariffFile::parse(&text).unwrap().tariffs.remove(0)
    }

    fn supply(from: Date, to: Date, started_on: Date) -> Supply {
        Supply { from, to, started_on: Some(started_on) }
    }

    #[track_caller]
    fn check(rules: &str, supply: Supply, expected: Result<i64, ChargeError>) {
        let versions = [version("2020-04-01", 600, ""), version("2026-10-01", 1_200, rules)];
        let size = MeterSize::new(20).unwrap();
        let asked = ChargeInput::new(size, UsageClass::GENERAL, CubicMeters(30), 2);
        let amount = rate(&versions, &asked, &supply).map(|rated| rated.amounts().amount);
        assert_eq!(amount, expected.map(Yen));
    }

    const OLD: Date = date(2019, 5, 1);

    #[test]
    fn a_change_holds_as_its_transition_says() {
        let across = supply(date(2026, 9, 11), date(2026, 11, 10), OLD);
        check("", across, Err(ChargeError::AcrossTariffs));
        check("transition = { continuing = \"reading_day\" }", across, Ok(1_200));
        check("transition = { continuing = \"whole_cycle\" }", across, Ok(600));
        // 20 days at 600 × 20/60 and 40 days at 1,200 × 40/60
        check("transition = { continuing = \"days\" }", across, Ok(200 + 800));
        let later = "transition = { first_reading_from = \"2026-12-01\" }";
        check(later, across, Ok(600));
        check(later, supply(date(2026, 11, 10), date(2027, 1, 10), OLD), Ok(1_200));
        check(later, supply(date(2026, 10, 5), date(2026, 12, 1), date(2026, 10, 5)), Ok(1_200));
    }

    #[test]
    fn periods_on_one_side_need_no_rule() {
        check("", supply(date(2026, 7, 11), date(2026, 9, 10), OLD), Ok(600));
        check("", supply(date(2026, 10, 1), date(2026, 12, 1), OLD), Ok(1_200));
        check("", supply(date(2019, 1, 1), date(2019, 3, 1), OLD), Err(ChargeError::Backwards));
        let before = supply(date(2019, 5, 1), date(2019, 7, 1), OLD);
        check("", before, Err(ChargeError::NoTariff));
    }

    #[test]
    fn two_rates_of_tax_on_one_bill_stand_alone() {
        let text = |percent: u8| {
            let rounding = |tax| {
                format!(
                    "{{ of = \"claim\", tax = \"{tax}\", mode = \"half_up\", step_yen = 1, article = \"1\" }}"
                )
            };
            format!(
                "code = \"a\"\nname = \"例\"\nsource = \"例\"\nvalid_from = \"2020-04-01\"\n[water]
                table_months = 2
                tax = {{ prices = \"excluded\", per = \"bill\", percent = {percent} }}
                rounding = [{}, {}]
                [[water.rate]]
                service_yen = \"15\"",
                rounding("before"),
                rounding("after"),
            )
        };
        let versions = [10, 8].map(|percent| TariffFile::parse(&text(percent)).unwrap().tariffs);
        let size = MeterSize::new(20).unwrap();
        let asked = ChargeInput::new(size, UsageClass::GENERAL, CubicMeters(0), 2);
        let period = supply(date(2026, 9, 11), date(2026, 11, 10), OLD);
        let amounts = |pair: [usize; 2]| {
            let mut rated = pair.map(|place| rate(&versions[place], &asked, &period).unwrap());
            let mut of_bill: Vec<_> =
                pair.iter().zip(&mut rated).map(|(p, r)| (versions[*p].as_slice(), r)).collect();
            put_bill_tax(&mut of_bill).unwrap();
            rated.map(|rated| rated.amounts().amount.0)
        };
        // 16.5 and 16.2, each rounded; as one 33.
        assert_eq!(amounts([0, 1]), [17, 16]);
        assert_eq!(amounts([0, 0]), [17, 16]);
    }

    #[test]
    fn a_new_user_pays_for_the_days_of_supply() {
        let start = date(2026, 8, 12);
        check("", supply(start, date(2026, 9, 11), start), Ok(300));
    }
}
