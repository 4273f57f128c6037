//! Rating (料金計算): from a reading to the claims of its bill. Pure.

use jiff::civil::Date;
use shared::billing::{ChargeAmounts, ChargeInput, Claim};
use shared::connection::{MeterSize, UsageClass};
use shared::ids::TariffId;
use shared::quantity::{CubicMeters, Yen};
use uuid::Uuid;

use super::order::UnbilledReason;
use crate::billing::error::BillingError;
use crate::billing::tariffs::StoredTariff;

/// A reading with what its bill needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadConnection {
    pub(super) connection: i64,
    pub(super) reading: Uuid,
    pub(super) read_on: Date,
    pub(super) usage: CubicMeters,
    pub(super) size_mm: i16,
    pub(super) has_sewerage: bool,
    /// In the order of [`Claim::ALL`].
    pub(super) slip: [Option<Yen>; 2],
    pub(super) agreement: i64,
    pub(super) use_class: UsageClass,
    pub(super) payment_method: i16,
}

/// One claim of a bill.
#[derive(Debug, Clone, Copy)]
pub(super) struct RatedClaim {
    pub(super) claim: Claim,
    pub(super) tariff: TariffId,
    pub(super) input: ChargeInput,
    pub(super) amounts: ChargeAmounts,
}

/// A bill that has only to get its numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct RatedBill {
    pub(super) connection: i64,
    pub(super) agreement: i64,
    pub(super) payment_method: i16,
    pub(super) reading: Uuid,
    pub(super) water: RatedClaim,
    pub(super) sewerage: Option<RatedClaim>,
}

impl RatedBill {
    pub(super) fn claims(&self) -> impl Iterator<Item = RatedClaim> {
        std::iter::once(self.water).chain(self.sewerage)
    }

    pub(super) fn amount(&self) -> Yen {
        self.claims().map(|claim| claim.amounts.amount).sum()
    }
}

/// Rates readings of one round.
pub(super) struct Rating {
    months: u8,
    tariffs: Vec<StoredTariff>,
}

impl Rating {
    pub(super) fn new(months: u8, tariffs: Vec<StoredTariff>) -> Self {
        Self { months, tariffs }
    }

    /// The bill, or why this connection cannot have one. A missing tariff stops the whole run.
    pub(super) fn bill(
        &self,
        read: &ReadConnection,
    ) -> Result<Result<RatedBill, UnbilledReason>, BillingError> {
        let Some(input) = self.input(read) else { return Ok(Err(UnbilledReason::UnknownCode)) };
        let water = match self.claim(Claim::Water, read.read_on, input)? {
            Ok(claim) => claim,
            Err(reason) => return Ok(Err(reason)),
        };
        let sewerage = if read.has_sewerage {
            match self.claim(Claim::Sewerage, read.read_on, input)? {
                Ok(claim) => Some(claim),
                Err(reason) => return Ok(Err(reason)),
            }
        } else {
            None
        };
        Ok(Ok(RatedBill {
            connection: read.connection,
            agreement: read.agreement,
            payment_method: read.payment_method,
            reading: read.reading,
            water,
            sewerage,
        }))
    }

    fn input(&self, read: &ReadConnection) -> Option<ChargeInput> {
        let size = MeterSize::new(u16::try_from(read.size_mm).ok()?).ok()?;
        Some(ChargeInput::new(size, read.use_class, read.usage, self.months))
    }

    fn claim(
        &self,
        claim: Claim,
        on: Date,
        input: ChargeInput,
    ) -> Result<Result<RatedClaim, UnbilledReason>, BillingError> {
        let stored = self
            .tariffs
            .iter()
            .find(|stored| stored.tariff.claim == claim && stored.holds_on(on))
            .ok_or(BillingError::NoTariff { claim, on })?;
        let rated = stored.tariff.amounts(&input);
        Ok(rated
            .map(|amounts| RatedClaim { claim, tariff: stored.id, input, amounts })
            .map_err(UnbilledReason::Charge))
    }
}
