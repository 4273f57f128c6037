//! Charges on the way (現地での料金計算): the same `rate` as the office, from the tariffs on board.

use jiff::civil::Date;
use shared::billing::terms::LeftToOffice;
use shared::billing::{
    AskedClaim, Charge, ChargeError, ChargeInput, Claim, Rated, Segment, Tariff, TariffFile,
    TermsError, put_bill_tax, rate, rate_by_terms,
};
use shared::quantity::{CubicMeters, Yen};
use shared::wire::{ChargeTermsV1, TariffV1};

use super::{Route, RouteError, Stop};

/// Amounts of a bill, tax included (料金). Nothing where the terminal cannot compute them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// 水道料金.
    pub water: Option<Yen>,
    /// 下水道使用料; nothing where there is no sewerage either.
    pub sewerage: Option<Yen>,
}

impl Amounts {
    /// What is to be paid, where it is known.
    pub fn total(self) -> Option<Yen> {
        self.water.map(|water| water + self.sewerage.unwrap_or_default())
    }
}

impl Route {
    /// The charges of a volume as two amounts. A charge that cannot be computed is left to the
    /// office and never shown as zero.
    pub fn amounts(&self, stop: &Stop, usage: CubicMeters, read_on: Date) -> Amounts {
        let charges = self.charges(stop, usage, read_on).unwrap_or_else(|error| {
            tracing::error!(%error, code = error.code(), "H30: no charge can be computed");
            Vec::new()
        });
        let yen = |claim: Claim| {
            let mut of_claim = charges.iter().filter(|charge| charge.claim == claim).peekable();
            of_claim.peek().is_some().then(|| of_claim.map(|charge| charge.amount).sum())
        };
        Amounts { water: yen(Claim::Water), sewerage: yen(Claim::Sewerage) }
    }

    /// The charges of a volume at a connection, water first; two of a claim where the period is
    /// split by days. Nothing where service is stopped.
    pub fn charges(
        &self,
        stop: &Stop,
        usage: CubicMeters,
        read_on: Date,
    ) -> Result<Vec<Charge>, TermsError> {
        if !stop.planned.in_service {
            return Ok(Vec::new());
        }
        if let Some(reason) = stop.planned.terms.left_to_office() {
            return Err(TermsError::LeftToOffice(reason));
        }
        // Two sizes in one period: the office knows from when on which of them counts.
        if stop.is_resized() {
            return Err(TermsError::LeftToOffice(LeftToOffice::Changed));
        }
        let mut claims: Vec<(&[Tariff], Rated)> = Vec::with_capacity(2);
        for claim in Claim::ALL {
            let authority = match claim {
                Claim::Sewerage if !stop.planned.sewerage => continue,
                Claim::Sewerage => stop.planned.sewerage_authority.as_str(),
                Claim::Water => "",
            };
            let schedules = self.schedules.iter().find(|schedules| schedules.are(claim, authority));
            let versions = schedules.ok_or(ChargeError::NoTariff)?.versions.as_slice();
            claims.push((versions, self.rated(stop, claim, versions, usage, read_on)?));
        }
        let mut of_bill: Vec<_> = claims.iter_mut().map(|(of, rated)| (*of, rated)).collect();
        put_bill_tax(&mut of_bill)?;
        let parts = claims.iter().flat_map(|(versions, rated)| {
            rated.earlier.iter().chain([&rated.part]).map(|part| part.charge(versions))
        });
        parts.collect::<Result<_, ChargeError>>().map_err(TermsError::from)
    }

    /// A claim by the terms on board; most connections have none.
    fn rated(
        &self,
        stop: &Stop,
        claim: Claim,
        versions: &[Tariff],
        usage: CubicMeters,
        read_on: Date,
    ) -> Result<Rated, TermsError> {
        let (planned, supply) = (&stop.planned, stop.supply(read_on));
        let dwellings = planned.dwellings;
        let asked = ChargeInput::new(stop.size, stop.use_class, usage, self.months);
        if planned.terms == ChargeTermsV1::default() {
            return Ok(rate(versions, &ChargeInput { dwellings, ..asked }, &supply)?);
        }
        let (from, to) = (supply.from, supply.to);
        let whole = Segment { from, to, size: stop.size, use_class: stop.use_class, usage };
        let place = Claim::ALL.iter().position(|known| *known == claim).unwrap_or(0);
        let carried_in = CubicMeters(planned.terms.carried_m3[place]);
        let asked =
            AskedClaim { segments: &[whole], supply, months: self.months, dwellings, carried_in };
        Ok(rate_by_terms(versions, &asked, &stop.terms)?.rated)
    }
}

/// The versions of one claim's tariff, by their first day.
pub(super) struct Schedules {
    versions: Vec<Tariff>,
}

impl Schedules {
    /// Whether they are a claim's, of an authority (empty: the utility's own).
    fn are(&self, claim: Claim, authority: &str) -> bool {
        self.versions.iter().all(|tariff| {
            tariff.claim == claim && tariff.authority.as_deref().unwrap_or_default() == authority
        })
    }

    pub(super) fn of(files: &[TariffV1]) -> Result<Vec<Schedules>, RouteError> {
        let mut all: Vec<Schedules> = Vec::new();
        for file in files {
            let file = TariffFile::parse(&file.text).map_err(RouteError::Tariff)?;
            for tariff in file.tariffs {
                let authority = tariff.authority.clone().unwrap_or_default();
                match all.iter_mut().find(|known| known.are(tariff.claim, &authority)) {
                    Some(known) => known.versions.push(tariff),
                    None => all.push(Schedules { versions: vec![tariff] }),
                }
            }
        }
        for schedules in &mut all {
            schedules.versions.sort_by_key(|tariff| tariff.valid_from);
        }
        Ok(all)
    }
}
