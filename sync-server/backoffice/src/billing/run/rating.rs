//! Rating (料金算定): from a reading to the claims of its bill. Pure.

mod by_terms;

use jiff::civil::Date;
use shared::billing::{
    ChargeAmounts, ChargeError, ChargeInput, Claim, Rated, RatedPart, Supply, Tariff, TermsError,
    put_bill_tax, rate,
};
use shared::connection::{MeterSize, UsageClass};
use shared::ids::TariffId;
use shared::metering::estimate::TrueUp;
use shared::quantity::{CubicMeters, Yen};
use uuid::Uuid;

use super::hung::HungMeter;
use super::order::UnbilledReason;
use super::terms::PageTerms;
use crate::billing::error::BillingError;
use crate::billing::tariffs::StoredTariff;

/// A reading with what its bill needs.
#[derive(Debug, Clone)]
pub(super) struct ReadConnection {
    pub(super) connection: i64,
    pub(super) reading: Uuid,
    pub(super) usage: CubicMeters,
    pub(super) size_mm: i16,
    pub(super) has_sewerage: bool,
    /// Empty for the utility's own.
    pub(super) sewerage_authority: String,
    pub(super) dwellings: u16,
    /// In the order of [`Claim::ALL`].
    pub(super) slip: [Option<Yen>; 2],
    pub(super) supply: Supply,
    pub(super) agreement: i64,
    pub(super) use_class: UsageClass,
    pub(super) payment_method: i16,
    /// Dials before and now, and their digits, where they were asked for.
    pub(super) dials: Option<(u32, u32, u8)>,
    /// What estimates before this reading come to.
    pub(super) settlement: Option<TrueUp>,
}

impl ReadConnection {
    /// Bills what was measured less what was estimated.
    pub(super) fn settle(&mut self, settlement: Option<TrueUp>) {
        if let Some(true_up) = settlement {
            self.usage = true_up.billed;
            self.settlement = settlement;
        }
    }

    /// The meter that was read, over the whole period.
    pub(super) fn meter(&self) -> Option<HungMeter> {
        let (first, last, digits) = self.dials?;
        Some(HungMeter {
            number: String::new(),
            size_mm: self.size_mm.unsigned_abs(),
            digits,
            from: self.supply.from,
            to: self.supply.to,
            first,
            last: Some(last),
        })
    }
}

/// What a claim was computed from.
#[derive(Debug, Clone, Copy)]
pub(super) struct RatedInput {
    pub(super) tariff: TariffId,
    pub(super) input: ChargeInput,
}

/// What only claims with terms have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TermsOfClaim {
    /// JSON of [`shared::billing::ChargeBasis`]; empty where there is nothing to tell.
    pub(super) basis: String,
    /// What goes to the next period.
    pub(super) carried: CubicMeters,
}

/// One claim of a bill.
#[derive(Debug, Clone)]
pub(super) struct RatedClaim {
    pub(super) claim: Claim,
    pub(super) usage: CubicMeters,
    pub(super) by: RatedInput,
    /// By the version before, where the period is split by days.
    pub(super) earlier: Option<RatedInput>,
    pub(super) amounts: ChargeAmounts,
    pub(super) terms: Option<Box<TermsOfClaim>>,
}

/// A bill that has only to get its numbers.
#[derive(Debug, Clone)]
pub(super) struct RatedBill {
    pub(super) connection: i64,
    pub(super) agreement: i64,
    pub(super) payment_method: i16,
    pub(super) reading: Uuid,
    pub(super) water: RatedClaim,
    pub(super) sewerage: Option<RatedClaim>,
    /// What the reading settled.
    pub(super) settlement: Option<TrueUp>,
}

impl RatedBill {
    pub(super) fn claims(&self) -> impl Iterator<Item = &RatedClaim> {
        std::iter::once(&self.water).chain(&self.sewerage)
    }

    pub(super) fn amount(&self) -> Yen {
        self.claims().map(|claim| claim.amounts.amount).sum()
    }
}

/// The versions of one claim's tariff, by their first day.
struct Schedules {
    claim: Claim,
    /// Empty for the utility's own.
    authority: String,
    versions: Vec<Tariff>,
    ids: Vec<TariffId>,
    /// The day after the last of the newest version, if it has one.
    ends_before: Option<Date>,
}

/// Rates readings of one round.
pub(super) struct Rating {
    months: u8,
    schedules: Vec<Schedules>,
}

impl Rating {
    pub(super) fn new(months: u8, mut tariffs: Vec<StoredTariff>) -> Self {
        tariffs.sort_by_key(|stored| stored.valid_from);
        let mut all: Vec<Schedules> = Vec::new();
        for StoredTariff { id, tariff, valid_before, .. } in tariffs {
            let (claim, authority) = (tariff.claim, tariff.authority.clone().unwrap_or_default());
            let known = all.iter().position(|s| s.claim == claim && s.authority == authority);
            let place = known.unwrap_or_else(|| {
                let (versions, ids) = (Vec::new(), Vec::new());
                all.push(Schedules { claim, authority, versions, ids, ends_before: None });
                all.len() - 1
            });
            all[place].versions.push(tariff);
            all[place].ids.push(id);
            all[place].ends_before = valid_before;
        }
        Self { months, schedules: all }
    }

    /// Whether a charge depends on anything but its reading: else nobody need look for the reading
    /// before it.
    pub(super) fn needs_supply(&self) -> bool {
        self.schedules.iter().any(|schedules| {
            schedules.versions.len() > 1
                || schedules
                    .versions
                    .iter()
                    .any(|tariff| tariff.proration.is_some() || tariff.tax.rates.len() > 1)
        })
    }

    /// The bill, or why this connection cannot have one. A missing tariff stops the whole run.
    pub(super) fn bill(
        &self,
        read: &ReadConnection,
        terms: &PageTerms,
    ) -> Result<Result<RatedBill, UnbilledReason>, BillingError> {
        if !terms.are_none_of(read.connection, read.agreement) {
            return self.bill_by_terms(read, terms);
        }
        let Some(input) = self.input(read) else { return Ok(Err(UnbilledReason::UnknownCode)) };
        let claims = [
            Some((Claim::Water, "")),
            read.has_sewerage.then_some((Claim::Sewerage, read.sewerage_authority.as_str())),
        ];
        let mut rated = [None, None];
        for (claim, rated) in claims.into_iter().zip(&mut rated) {
            let Some((claim, authority)) = claim else { continue };
            match self.claim(claim, authority, &input, &read.supply)? {
                Ok(by) => *rated = Some(by),
                Err(reason) => return Ok(Err(reason)),
            }
        }
        if let [Some((water, by_water)), Some((sewerage, by_sewerage))] = &mut rated {
            let (water, sewerage) = (water.versions.as_slice(), sewerage.versions.as_slice());
            let mut of_bill = [(water, by_water), (sewerage, by_sewerage)];
            if let Err(error) = put_bill_tax(&mut of_bill) {
                return Ok(Err(UnbilledReason::of(error)));
            }
        }
        let [Some((water, by_water)), sewerage] = rated else {
            return Ok(Err(UnbilledReason::of(ChargeError::NoTariff)));
        };
        let sewerage = sewerage.map(|(schedules, by)| schedules.rated(&by));
        Ok(Ok(RatedBill::of(read, water.rated(&by_water), sewerage)))
    }

    fn input(&self, read: &ReadConnection) -> Option<ChargeInput> {
        let size = MeterSize::new(u16::try_from(read.size_mm).ok()?).ok()?;
        let input = ChargeInput::new(size, read.use_class, read.usage, self.months);
        Some(ChargeInput { dwellings: read.dwellings, ..input })
    }

    fn claim(
        &self,
        claim: Claim,
        authority: &str,
        input: &ChargeInput,
        supply: &Supply,
    ) -> Result<Result<(&Schedules, Rated), UnbilledReason>, BillingError> {
        let schedules = self.schedules(claim, authority, supply.to)?;
        match rate(&schedules.versions, input, supply) {
            Ok(rated) => Ok(Ok((schedules, rated))),
            Err(error) => left_out(error.into(), claim, supply.to).map(Err),
        }
    }

    fn schedules(
        &self,
        claim: Claim,
        authority: &str,
        on: Date,
    ) -> Result<&Schedules, BillingError> {
        self.schedules
            .iter()
            .find(|schedules| schedules.claim == claim && schedules.authority == authority)
            .filter(|schedules| schedules.ends_before.is_none_or(|before| on < before))
            .ok_or(BillingError::NoTariff { claim, on })
    }
}

/// Why a connection gets no bill. A missing tariff stops the whole run.
fn left_out(error: TermsError, claim: Claim, on: Date) -> Result<UnbilledReason, BillingError> {
    match error {
        TermsError::Charge(ChargeError::NoTariff) => Err(BillingError::NoTariff { claim, on }),
        error => Ok(UnbilledReason::Terms(error)),
    }
}

impl RatedBill {
    fn of(read: &ReadConnection, water: RatedClaim, sewerage: Option<RatedClaim>) -> Self {
        RatedBill {
            connection: read.connection,
            agreement: read.agreement,
            payment_method: read.payment_method,
            reading: read.reading,
            water,
            sewerage,
            settlement: read.settlement,
        }
    }
}

impl Schedules {
    fn rated(&self, rated: &Rated) -> RatedClaim {
        let input =
            |part: &RatedPart| RatedInput { tariff: self.ids[part.version], input: part.input };
        let earlier_usage = rated.earlier.map_or(0, |part| part.input.usage.0);
        RatedClaim {
            claim: self.claim,
            usage: CubicMeters(rated.part.input.usage.0 + earlier_usage),
            by: input(&rated.part),
            earlier: rated.earlier.as_ref().map(input),
            amounts: rated.amounts(),
            terms: self.left_over(rated),
        }
    }

    /// Most taps are not shared and leave nothing over.
    fn left_over(&self, rated: &Rated) -> Option<Box<TermsOfClaim>> {
        let parts = || rated.earlier.iter().chain([&rated.part]);
        let carried = parts().map(|part| self.versions[part.version].carried(&part.input).0).sum();
        let basis = String::new();
        (carried > 0).then(|| Box::new(TermsOfClaim { basis, carried: CubicMeters(carried) }))
    }
}
