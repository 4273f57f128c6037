//! One connection rated anew (再計算): a correction asks the run's own rating, by the terms that are
//! registered now, so that a corrected bill is what the run would have made.

use shared::billing::{ChargeAmounts, ChargeBasis, ChargeInput, Claim};
use shared::connection::{MeterSize, UsageClass};
use shared::ids::{ConnectionId, ReadingId, RoundId, TariffId};
use shared::quantity::CubicMeters;
use sqlx::postgres::PgConnection;

use super::hung::exchanged_connections;
use super::intake::billed_reading;
use super::order::UnbilledReason;
use super::rating::{RatedClaim, Rating};
use super::terms::{PageRange, PageTerms};
use crate::billing::error::BillingError;
use crate::billing::tariffs::all_tariffs;

/// What is to be rated, and what differs from what is stored.
#[derive(Debug, Clone)]
pub(in crate::billing) struct AskedAnew {
    pub(in crate::billing) utility: i64,
    pub(in crate::billing) round: RoundId,
    pub(in crate::billing) connection: ConnectionId,
    pub(in crate::billing) agreement: i64,
    pub(in crate::billing) reading: ReadingId,
    /// What the tap gave, less what was settled.
    pub(in crate::billing) usage: CubicMeters,
    /// The dials, where they were read wrongly.
    pub(in crate::billing) register: Option<u32>,
    /// Size, class and dwellings, where they were wrong.
    pub(in crate::billing) facts: Option<(MeterSize, UsageClass, u16)>,
    /// What came from the period before, in the order of [`Claim::ALL`].
    pub(in crate::billing) carried_in: [CubicMeters; 2],
}

/// A claim as the run would make it.
#[derive(Debug, Clone)]
pub(in crate::billing) struct ClaimAnew {
    pub(in crate::billing) claim: Claim,
    pub(in crate::billing) tariff: TariffId,
    pub(in crate::billing) input: ChargeInput,
    pub(in crate::billing) earlier: Option<(TariffId, ChargeInput)>,
    pub(in crate::billing) usage: CubicMeters,
    pub(in crate::billing) amounts: ChargeAmounts,
    pub(in crate::billing) basis: ChargeBasis,
    pub(in crate::billing) carried: CubicMeters,
}

/// Why a connection cannot be rated anew.
#[derive(Debug, thiserror::Error)]
pub(in crate::billing) enum AnewError {
    /// Whose reading it was is not who agreed to pay on that day any more.
    #[error("the agreement of the bill does not hold on the day of its reading any more")]
    OtherAgreement,
    /// As in a run.
    #[error("the run would leave it out")]
    LeftOut(UnbilledReason),
    /// Tariffs or terms cannot be read.
    #[error(transparent)]
    Billing(#[from] BillingError),
}

impl From<sqlx::Error> for AnewError {
    fn from(error: sqlx::Error) -> Self {
        AnewError::Billing(error.into())
    }
}

/// Rates one reading that was billed before. Water first.
pub(in crate::billing) async fn rate_anew(
    db: &mut PgConnection,
    asked: &AskedAnew,
) -> Result<Vec<ClaimAnew>, AnewError> {
    let page = PageRange {
        utility: asked.utility,
        round: asked.round.0,
        after: asked.connection.0 - 1,
        last: asked.connection.0,
    };
    let months: i16 = sqlx::query_scalar(
        "select months from metering.reading_round where utility_id = $1 and round_id = $2",
    )
    .bind(asked.utility)
    .bind(asked.round.0)
    .fetch_one(&mut *db)
    .await?;
    let months = u8::try_from(months).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let rating = Rating::new(months, all_tariffs(db, asked.utility).await?);
    let exchanged = exchanged_connections(db, asked.utility, asked.round.0).await?;
    let mut terms = PageTerms::load(db, page, &exchanged).await?;
    let read = billed_reading(db, page, asked.reading).await?;
    let mut read =
        read.filter(|read| read.agreement == asked.agreement).ok_or(AnewError::OtherAgreement)?;
    read.usage = asked.usage;
    if let Some(register) = asked.register {
        if let Some(dials) = &mut read.dials {
            dials.1 = register;
        }
        if let Some(newest) = terms.meters.get_mut(&read.connection).and_then(|all| all.last_mut())
        {
            newest.last = Some(register);
        }
    }
    if let Some((size, use_class, dwellings)) = asked.facts {
        read.size_mm = i16::try_from(size.mm()).unwrap_or(i16::MAX);
        read.use_class = use_class;
        read.dwellings = dwellings;
    }
    // Bills after this one may have left something over; what counts is what this one began with.
    terms.carried.clear();
    if asked.carried_in != [CubicMeters(0); 2] {
        terms.carried.insert(read.agreement, asked.carried_in);
    }
    let bill = rating.bill(&read, &terms)?.map_err(AnewError::LeftOut)?;
    bill.claims().map(claim_anew).collect()
}

fn claim_anew(claim: &RatedClaim) -> Result<ClaimAnew, AnewError> {
    let basis = claim.terms.as_ref().map_or("", |terms| terms.basis.as_str());
    let basis = match basis {
        "" => ChargeBasis::default(),
        basis => serde_json::from_str(basis).map_err(|error| sqlx::Error::Decode(error.into()))?,
    };
    Ok(ClaimAnew {
        claim: claim.claim,
        tariff: claim.by.tariff,
        input: claim.by.input,
        earlier: claim.earlier.map(|earlier| (earlier.tariff, earlier.input)),
        usage: claim.usage,
        amounts: claim.amounts,
        basis,
        carried: claim.terms.as_ref().map_or(CubicMeters(0), |terms| terms.carried),
    })
}
