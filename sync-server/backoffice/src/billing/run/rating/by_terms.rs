//! Rating by terms (料金の条件による算定): the connections whose charge depends on more than a reading.

use shared::billing::terms::{BasisPart, ChargeBasis, RatedByTerms, ReliefGround};
use shared::billing::{AskedClaim, ChargeTerms, Claim, Tariff, put_bill_tax, rate_by_terms};
use shared::connection::MeterSize;
use shared::ids::TariffId;
use shared::quantity::CubicMeters;

use super::{
    RatedBill, RatedClaim, RatedInput, Rating, ReadConnection, Schedules, TermsOfClaim, left_out,
};
use crate::billing::error::BillingError;
use crate::billing::run::measured::{Measured, measured};
use crate::billing::run::order::UnbilledReason;
use crate::billing::run::terms::PageTerms;

impl Rating {
    /// The bill of a connection with terms, or why it cannot have one.
    pub(super) fn bill_by_terms(
        &self,
        read: &ReadConnection,
        page: &PageTerms,
    ) -> Result<Result<RatedBill, UnbilledReason>, BillingError> {
        let size = u16::try_from(read.size_mm).ok().and_then(|mm| MeterSize::new(mm).ok());
        let Some(size) = size else { return Ok(Err(UnbilledReason::UnknownCode)) };
        let measured = match measured(read, size, page) {
            Ok(measured) => measured,
            Err(error) => return Ok(Err(UnbilledReason::Terms(error))),
        };
        let terms = page.charge_terms(read.connection, read.agreement);
        let carried = page.carried.get(&read.agreement).copied().unwrap_or_default();
        let asked = |carried_in| AskedClaim {
            segments: &measured.segments,
            supply: measured.supply,
            months: self.months,
            dwellings: read.dwellings,
            carried_in,
        };
        let claims = [
            Some((Claim::Water, "")),
            read.has_sewerage.then_some((Claim::Sewerage, read.sewerage_authority.as_str())),
        ];
        let mut rated: Vec<(&Schedules, RatedByTerms)> = Vec::with_capacity(2);
        for (claim, carried_in) in claims.into_iter().zip(carried) {
            let Some((claim, authority)) = claim else { continue };
            let on = measured.supply.to;
            let schedules = self.schedules(claim, authority, on)?;
            match rate_by_terms(&schedules.versions, &asked(carried_in), &terms) {
                Ok(by) => rated.push((schedules, by)),
                Err(error) => return left_out(error, claim, on).map(Err),
            }
        }
        if let Err(error) = put_tax(&mut rated) {
            return Ok(Err(UnbilledReason::of(error)));
        }
        let mut claims =
            rated.iter().map(|(schedules, by)| schedules.rated_by_terms(by, &measured, &terms));
        let Some(water) = claims.next() else {
            return Err(BillingError::NoTariff { claim: Claim::Water, on: measured.supply.to });
        };
        let sewerage = claims.next();
        Ok(Ok(RatedBill::of(read, water, sewerage)))
    }
}

/// As for bills without terms; a claim that was cut stands alone.
fn put_tax(rated: &mut [(&Schedules, RatedByTerms)]) -> Result<(), shared::billing::ChargeError> {
    if rated.iter().any(|(_, by)| !by.before.is_empty()) {
        return Ok(());
    }
    let mut of_bill: Vec<(&[Tariff], _)> = rated
        .iter_mut()
        .map(|(schedules, by)| (schedules.versions.as_slice(), &mut by.rated))
        .collect();
    put_bill_tax(&mut of_bill)
}

impl Schedules {
    fn rated_by_terms(
        &self,
        by: &RatedByTerms,
        measured: &Measured,
        terms: &ChargeTerms,
    ) -> RatedClaim {
        let basis = self.basis(by, measured, terms);
        let basis = if basis.is_empty() {
            String::new()
        } else {
            serde_json::to_string(&basis).expect("a basis has only texts and numbers")
        };
        let carried = by.carried_out;
        let is_plain = basis.is_empty() && carried == CubicMeters(0);
        RatedClaim {
            usage: by.usage(),
            amounts: by.amounts(),
            terms: (!is_plain).then(|| Box::new(TermsOfClaim { basis, carried })),
            ..self.rated(&by.rated)
        }
    }

    fn basis(&self, by: &RatedByTerms, measured: &Measured, terms: &ChargeTerms) -> ChargeBasis {
        let before = by.before.iter().map(|before| {
            let RatedInput { tariff: TariffId(tariff), input } =
                RatedInput { tariff: self.ids[before.part.version], input: before.part.input };
            BasisPart { tariff, from: before.segment.from, to: before.segment.to, input }
        });
        let tariff = &self.versions[by.rated.part.version];
        let reliefs = terms.reliefs_on(self.claim, measured.supply.to).map(|grant| {
            let named = tariff.reliefs.iter().find(|relief| relief.key == grant.key);
            ReliefGround {
                id: grant.id,
                name: named.map_or_else(|| grant.key.clone(), |relief| relief.name.clone()),
                decision: grant.decision.clone(),
            }
        });
        ChargeBasis {
            before: before.collect(),
            last: by.last.map(|segment| (segment.from, segment.to)),
            meters: measured.meters.clone(),
            settled: measured.settled,
            master: measured.master.clone(),
            sewage: by.sewage.clone(),
            reliefs: reliefs.collect(),
            carried_in: by.carried_in,
        }
    }
}
