//! Cases (算定例): rows of a table, each turned into the amounts that a tariff file leads to.
//!
//! Reading and writing the table is the caller's; here is what a row means and what is wrong with it.

mod columns;
mod fault;
mod row;

use jiff::civil::Date;

use super::charge::{Charge, ChargeAmounts, ChargeError, ChargeInput, bill_amounts};
use super::claim::Claim;
use super::supply::{Choice, Supply, choose};
use super::tariff::{Example, Tariff, TariffFile, TaxBasis, TaxPer};
use super::volume::SewageSources;
use crate::quantity::Yen;
pub use columns::CaseColumns;
pub use fault::CaseFault;
pub use row::Case;

/// The amounts of one case. A claim that the file lacks is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseAmounts {
    /// 水道料金.
    pub water: Option<ChargeAmounts>,
    /// 下水道使用料.
    pub sewerage: Option<ChargeAmounts>,
}

impl CaseAmounts {
    /// What is to pay together, tax included.
    pub fn total(&self) -> Yen {
        self.both().map(|amounts| amounts.amount).sum()
    }

    /// The tax within it.
    pub fn tax(&self) -> Yen {
        self.both().map(|amounts| amounts.tax).sum()
    }

    fn both(&self) -> impl Iterator<Item = ChargeAmounts> {
        self.water.into_iter().chain(self.sewerage)
    }
}

/// One claim's charge of a case, with the schedule that it was computed by.
pub type CaseCharge<'t> = (&'t Tariff, Charge);

/// A tariff file, ready to rate cases.
#[derive(Debug)]
pub struct CaseRater {
    water: Option<Versions>,
    sewerage: Vec<Versions>,
}

/// A schedule after the nameless one that it replaced: a period that may belong to the other is not
/// rated by this one.
#[derive(Debug)]
struct Versions([Tariff; 2]);

impl CaseRater {
    /// Takes the schedules of a file.
    pub fn new(file: &TariffFile) -> Self {
        let of = |claim| file.tariffs.iter().filter(move |tariff| tariff.claim == claim);
        Self {
            water: of(Claim::Water).next().map(Versions::new),
            sewerage: of(Claim::Sewerage).map(Versions::new).collect(),
        }
    }

    /// Whether a class has a price anywhere in the file.
    fn knows_class(&self, case: &Case<'_>) -> bool {
        let schedules = self.water.iter().chain(&self.sewerage);
        schedules.into_iter().any(|versions| versions.now().use_classes().contains(&case.use_class))
    }

    /// The amounts of a case.
    pub fn amounts(&self, case: &Case<'_>) -> Result<CaseAmounts, CaseFault> {
        let [water, sewerage] = self.asked(case)?;
        let amounts = |asked: Option<(&Tariff, ChargeInput)>| {
            asked
                .map(|(tariff, input)| {
                    tariff.amounts(&input).map_err(CaseFault::charge(tariff.claim))
                })
                .transpose()
        };
        Ok(CaseAmounts { water: amounts(water)?, sewerage: amounts(sewerage)? })
    }

    /// The explanations of a case: water, then sewerage.
    pub fn charges(&self, case: &Case<'_>) -> Result<[Option<CaseCharge<'_>>; 2], CaseFault> {
        let [water, sewerage] = self.asked(case)?;
        let charge = |asked: Option<(_, ChargeInput)>| {
            asked
                .map(|(tariff, input): (&Tariff, _)| {
                    let charge = tariff.charge(&input);
                    Ok((tariff, charge.map_err(CaseFault::charge(tariff.claim))?))
                })
                .transpose()
        };
        Ok([charge(water)?, charge(sewerage)?])
    }

    /// What the schedules are asked for a case.
    fn asked(&self, case: &Case<'_>) -> Result<[Option<(&Tariff, ChargeInput)>; 2], CaseFault> {
        if !self.knows_class(case) {
            return Err(CaseFault::UnknownClass(case.use_class.key().to_owned()));
        }
        let water = self.water.as_ref().map(|versions| versions.asked(case, case.usage));
        let sewerage = self.sewerage_of(case)?.map(|versions| {
            let sources = SewageSources {
                tap: case.usage,
                certified: case.sewage,
                use_class: case.use_class,
                well_people: case.well_people,
                deducted: crate::quantity::CubicMeters(0),
                months: case.months,
            };
            let usage = versions.now().sewage_volume(&sources).ok_or(CaseFault::NoWellRule)?;
            versions.asked(case, usage)
        });
        let mut asked = [water.transpose()?, sewerage.transpose()?];
        put_bill_tax(&mut asked)?;
        Ok(asked)
    }

    fn sewerage_of(&self, case: &Case<'_>) -> Result<Option<&Versions>, CaseFault> {
        let Some(authority) = case.authority else {
            return Ok(self.sewerage.first());
        };
        let named = |versions: &&Versions| versions.now().authority.as_deref() == Some(authority);
        let found = self.sewerage.iter().find(named);
        found.map(Some).ok_or_else(|| CaseFault::UnknownAuthority(authority.to_owned()))
    }
}

/// Where both claims leave their tax to the bill, each gets its part of it.
fn put_bill_tax(asked: &mut [Option<(&Tariff, ChargeInput)>; 2]) -> Result<(), CaseFault> {
    let [Some((water, of_water)), Some((sewerage, of_sewerage))] = asked else { return Ok(()) };
    let is_of_bill = |tariff: &Tariff| tariff.tax.basis == TaxBasis::Excluded(TaxPer::Bill);
    if is_of_bill(water) && is_of_bill(sewerage) {
        let claims = [(*water, &*of_water), (*sewerage, &*of_sewerage)];
        let amounts = bill_amounts(&claims).map_err(CaseFault::charge(Claim::Water))?;
        of_water.bill_tax = amounts.first().map(|amounts| amounts.tax);
        of_sewerage.bill_tax = amounts.last().map(|amounts| amounts.tax);
    }
    Ok(())
}

impl Versions {
    fn new(tariff: &Tariff) -> Self {
        Self([Tariff { valid_from: Date::MIN, ..tariff.clone() }, tariff.clone()])
    }

    fn now(&self) -> &Tariff {
        &self.0[1]
    }

    fn asked(
        &self,
        case: &Case<'_>,
        usage: crate::quantity::CubicMeters,
    ) -> Result<(&Tariff, ChargeInput), CaseFault> {
        let tariff = self.now();
        let fault = CaseFault::charge(tariff.claim);
        let mut input = ChargeInput::new(case.size, case.use_class, usage, case.months);
        input.dwellings = case.dwellings;
        input.tax_percent = case.tax_percent;
        if let Some((from, to)) = case.days {
            let supply = Supply { from, to, started_on: case.started_on };
            match choose(&self.0, &supply) {
                Ok(Choice::One(1)) => {}
                Ok(Choice::One(_)) => return Err(fault(ChargeError::NoTariff)),
                Ok(Choice::Split { .. }) => return Err(fault(ChargeError::AcrossTariffs)),
                Err(error) => return Err(fault(error)),
            }
            input.days = tariff.partial_days(&supply, case.months);
            if input.tax_percent.is_none() && tariff.tax.rates.len() > 1 {
                input.tax_percent = Some(tariff.tax_percent(&supply).map_err(fault)?);
            }
        }
        Ok((tariff, input))
    }
}

/// What came of an example of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExampleOutcome {
    /// 水道料金: as published, and as computed.
    pub water: Option<(Yen, Option<Yen>)>,
    /// 下水道使用料.
    pub sewerage: Option<(Yen, Option<Yen>)>,
    /// Both.
    pub total: Option<(Yen, Option<Yen>)>,
}

impl ExampleOutcome {
    /// Whether all that is published was computed.
    pub fn agrees(&self) -> bool {
        let agrees = |pair: Option<(Yen, Option<Yen>)>| {
            pair.is_none_or(|(published, computed)| computed == Some(published))
        };
        agrees(self.water) && agrees(self.sewerage) && agrees(self.total)
    }
}

impl CaseRater {
    /// Computes an example of the file. Its own claims are asked only: a file may publish amounts of
    /// classes that its other claim does not know.
    pub fn example(&self, example: &Example) -> Result<ExampleOutcome, CaseFault> {
        let case = Case::whole(example.size, example.use_class, example.months, example.usage);
        let asks_total = example.total.is_some();
        let wanted = CaseRater {
            water: self.water.as_ref().filter(|_| asks_total || example.water.is_some()).map(again),
            sewerage: if asks_total || example.sewerage.is_some() {
                self.sewerage.iter().map(again).collect()
            } else {
                Vec::new()
            },
        };
        let amounts = wanted.amounts(&case)?;
        let paid = |amounts: Option<ChargeAmounts>| amounts.map(|amounts| amounts.amount);
        Ok(ExampleOutcome {
            water: example.water.map(|yen| (yen, paid(amounts.water))),
            sewerage: example.sewerage.map(|yen| (yen, paid(amounts.sewerage))),
            total: example.total.map(|yen| (yen, Some(amounts.total()))),
        })
    }
}

fn again(versions: &Versions) -> Versions {
    Versions::new(versions.now())
}

#[cfg(test)]
mod tests;
