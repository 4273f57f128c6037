//! A case (減免の申請) held against a rule: conditions first, then B, then each claim.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::error::LeakError;
use super::{
    ClaimAdjustment, LeakAdjustment, LeakFormula, LeakReason, LeakRule, ReductionBasis, Standard,
};
use crate::billing::charge::ChargeInput;
use crate::billing::tariff::Tariff;
use crate::metering::estimate::{Basis, Found, Fraction, Method, find};
use crate::quantity::{CubicMeters, Yen};

/// What is known of one period with a leak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeakCase {
    /// Key of the reason.
    pub reason: String,
    /// Keys of refused causes that are there.
    pub causes: Vec<String>,
    /// What was handed in, by its name in the rule.
    pub evidence: Vec<String>,
    /// What B is found from.
    pub basis: Basis,
    /// B as the office sets it, instead of the rule's strategies.
    pub standard_by_hand: Option<CubicMeters>,
    /// Of the leak, what entered the sewer.
    pub into_sewer: CubicMeters,
    /// What the office grants, where the rule leaves it to it.
    pub granted: Option<Fraction>,
    /// Which period of the same leak this is, from 1.
    pub period_number: u8,
    /// Whether the rule's ground for more periods holds.
    pub is_extended: bool,
    /// 前回の減免.
    pub last_relief_on: Option<Date>,
}

/// What is priced: the input of each claim holds the volume that was billed.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a> {
    /// 水道料金.
    pub water: (&'a Tariff, ChargeInput),
    /// 下水道使用料, where there is any.
    pub sewerage: Option<(&'a Tariff, ChargeInput)>,
}

impl LeakRule {
    /// What is taken off, with every step that led to it.
    pub fn adjust(
        &self,
        case: &LeakCase,
        claims: &Claims<'_>,
    ) -> Result<LeakAdjustment, LeakError> {
        let reason = self.admit(case)?;
        let (tariff, input) = claims.water;
        let standard = self.standard(case, tariff, &input)?;
        if input.usage <= standard.volume {
            return Err(LeakError::NothingLeaked);
        }
        if case.into_sewer.0 > input.usage.0 - standard.volume.0 {
            return Err(LeakError::SewerAboveLeak);
        }
        let formula = Self::formula(&self.water, reason, &input).ok_or(LeakError::NoFormula)?;
        let mut adjusted =
            vec![adjust_claim(formula, case, tariff, &input, standard.volume, CubicMeters(0))?];
        if let Some((tariff, input)) = claims.sewerage
            && let Some(formula) = Self::formula(&self.sewerage, reason, &input)
            && input.usage > standard.volume
        {
            let kept = case.into_sewer;
            adjusted.push(adjust_claim(formula, case, tariff, &input, standard.volume, kept)?);
        }
        Ok(LeakAdjustment {
            rule: self.code.clone(),
            rule_name: self.name.clone(),
            source: self.source.clone(),
            reason: reason.name.clone(),
            case: case.clone(),
            standard,
            claims: adjusted,
        })
    }

    fn formula<'f>(
        formulas: &'f [LeakFormula],
        reason: &LeakReason,
        input: &ChargeInput,
    ) -> Option<&'f LeakFormula> {
        formulas.iter().find(|formula| formula.holds_for(&reason.key, input.size.mm()))
    }

    /// The conditions, before anything is computed.
    fn admit(&self, case: &LeakCase) -> Result<&LeakReason, LeakError> {
        let reason = self.reasons.iter().find(|known| known.key == case.reason);
        let reason = reason
            .filter(|known| known.valid_from.is_none_or(|from| case.basis.read_on >= from))
            .ok_or(LeakError::UnknownReason)?;
        let cause = self.refused_causes.iter().find(|known| case.causes.contains(&known.key));
        if let Some(cause) = cause {
            return Err(LeakError::Refused(cause.words.clone()));
        }
        if let Some(missing) = reason.evidence.iter().find(|name| !case.evidence.contains(name)) {
            return Err(LeakError::EvidenceMissing(missing.clone()));
        }
        let extended = self.periods_extended.filter(|_| case.is_extended);
        if let Some(most) = extended.or(self.periods_max).filter(|most| case.period_number > *most)
        {
            return Err(LeakError::TooManyPeriods(most));
        }
        // The second period of the same leak is no new relief.
        if let Some(last) = case.last_relief_on.filter(|_| case.period_number <= 1) {
            if reason.once_per_user {
                return Err(LeakError::OncePerUser);
            }
            if let Some(months) = self.waiting_months
                && last.saturating_add(jiff::Span::new().months(i32::from(months)))
                    > case.basis.read_on
            {
                return Err(LeakError::TooSoon(months));
            }
        }
        Ok(reason)
    }

    fn standard(
        &self,
        case: &LeakCase,
        water: &Tariff,
        input: &ChargeInput,
    ) -> Result<Standard, LeakError> {
        let found = match case.standard_by_hand {
            Some(volume) => Found {
                method: Method::Manual,
                volume: volume.into(),
                inputs: vec![format!("事務所の入力 {}m³", volume.0)],
            },
            None => find(&self.standard.strategies, Some(&case.reason), &case.basis)
                .ok_or(LeakError::NoStandard)?,
        };
        let rounding = self.standard.rounding.clone();
        let volume = found.volume.rounded(rounding.mode);
        let included = self.minimum_is_included_volume.then(|| included(water, input)).flatten();
        let raised_to = included.filter(|included| *included > volume);
        Ok(Standard { found, rounding, raised_to, volume: raised_to.unwrap_or(volume) })
    }
}

/// 基本水量 of the whole period.
fn included(water: &Tariff, input: &ChargeInput) -> Option<CubicMeters> {
    let rate = water.rate(input.size, input.use_class)?;
    let periods = u32::from(input.months / water.table_months.max(1));
    Some(CubicMeters(rate.included_volume.0.saturating_mul(periods)))
}

/// One claim; `kept` of the leak is not taken off, because it entered the sewer.
fn adjust_claim(
    formula: &LeakFormula,
    case: &LeakCase,
    tariff: &Tariff,
    input: &ChargeInput,
    standard: CubicMeters,
    kept: CubicMeters,
) -> Result<ClaimAdjustment, LeakError> {
    if formula.at_most && case.granted.is_none_or(|granted| granted > formula.share_max()) {
        return Err(LeakError::ShareMissing);
    }
    let metered = CubicMeters(input.usage.0.saturating_sub(kept.0));
    let mut reduction = formula.reduce(metered, standard, case.granted);
    let amount = |usage| -> Result<Yen, LeakError> {
        Ok(tariff.charge(&ChargeInput { usage, ..*input })?.amount)
    };
    let before = amount(input.usage)?;
    let billed = CubicMeters(input.usage.0 - reduction.volume.0);
    let mut after = match formula.basis {
        ReductionBasis::Volume => amount(billed)?,
        ReductionBasis::Charge => {
            let leaked = (amount(metered)? - amount(standard)?).0;
            let share = reduction.bands.first().map_or(Fraction::ZERO, |band| band.share);
            let exact = Fraction::of(u64::try_from(leaked).unwrap_or(0), 1) * share;
            let yen = exact.rounded_whole(formula.rounding.mode);
            before - Yen(i64::try_from(yen).unwrap_or(i64::MAX).min(before.0))
        }
    };
    if let Some(cap) = formula.cap_yen.filter(|cap| (before - after).0 > *cap) {
        reduction.capped_yen = Some(cap);
        after = before - Yen(cap);
    }
    Ok(ClaimAdjustment {
        claim: tariff.claim,
        tariff: tariff.code.clone(),
        metered: input.usage,
        reduction,
        billed,
        before,
        after,
    })
}
