//! Tax of a whole bill (請求書単位の消費税): once per rate, where the tariffs say so.

use super::{ChargeAmounts, ChargeError, ChargeInput, plan};
use crate::billing::exact::Exact;
use crate::billing::tariff::{Ratio, Tariff, TaxBasis, TaxPer};
use crate::quantity::{RoundingMode, Yen};

/// The amounts of the claims of one bill, in their order.
///
/// Where all tariffs put the tax on the bill and the rates are one, the sum of the claims is taxed
/// and rounded once (適格請求書: one rounding per rate and bill, 消費税法施行令 第70条の10); each
/// later claim holds the floor of its own tax, the first the rest. Else each claim stands alone.
pub fn bill_amounts(claims: &[(&Tariff, &ChargeInput)]) -> Result<Vec<ChargeAmounts>, ChargeError> {
    match taxed_as_one(claims)? {
        Some(amounts) => Ok(amounts),
        None => claims.iter().map(|(tariff, input)| tariff.amounts(input)).collect(),
    }
}

/// The amounts where the bill is taxed as one; `None` where each claim stands alone.
pub(in crate::billing) fn taxed_as_one(
    claims: &[(&Tariff, &ChargeInput)],
) -> Result<Option<Vec<ChargeAmounts>>, ChargeError> {
    let mut percents = Vec::with_capacity(claims.len());
    for (tariff, input) in claims {
        percents.push(plan::percent(tariff, input)?);
    }
    let of_bill = |tariff: &Tariff| tariff.tax.basis == TaxBasis::Excluded(TaxPer::Bill);
    let is_one = claims.len() > 1
        && claims.iter().all(|(tariff, _)| of_bill(tariff))
        && percents.windows(2).all(|pair| pair[0] == pair[1]);
    let (Some((first, _)), Some(percent), true) = (claims.first(), percents.first(), is_one) else {
        return Ok(None);
    };
    let mut nets = Vec::with_capacity(claims.len());
    for (tariff, input) in claims {
        let charge = tariff.charge(input)?;
        nets.push(plan::net_of(&charge.steps, charge.amount).ok_or(ChargeError::Unbalanced)?);
    }
    let net: Yen = nets.iter().copied().sum();
    let taxed = Ratio { numerator: 100 + u32::from(*percent), denominator: 100 };
    let rounding = first.roundings.claim_taxed.as_ref().ok_or(ChargeError::Unbalanced)?;
    let total = plan::round(rounding, Exact::from(net).scaled(taxed));
    let mut rest = total.whole_yen().ok_or(ChargeError::TooLarge)? - net;
    let share = Ratio { numerator: u32::from(*percent), denominator: 100 };
    let mut amounts = Vec::with_capacity(nets.len());
    for net in nets.iter().skip(1) {
        let own = Exact::from(*net).scaled(share).rounded(RoundingMode::Floor, 1);
        let tax = own.whole_yen().ok_or(ChargeError::TooLarge)?;
        rest = rest - tax;
        amounts.push(ChargeAmounts { amount: *net + tax, tax });
    }
    amounts.insert(0, ChargeAmounts { amount: nets[0] + rest, tax: rest });
    Ok(Some(amounts))
}
