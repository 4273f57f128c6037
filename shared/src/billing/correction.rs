//! Corrections (更正): what stands on a bill, what is to stand on it, and the difference. Pure.
//!
//! An assessment is never changed. A correction takes the assessments of a bill back and puts new
//! ones beside them, by the same tariffs; this module computes them and says what changed.

mod received;
mod words;

use serde::{Deserialize, Serialize};

use super::charge::{ChargeAmounts, ChargeError, ChargeInput};
use super::claim::Claim;
use super::rating::{Rated, RatedPart, put_bill_tax};
use super::tariff::Tariff;
use super::terms::ChargeBasis;
use crate::connection::{MeterSize, UsageClass, coded};
use crate::ids::{AssessmentId, TariffId};
use crate::metering::estimate::Fraction;
use crate::quantity::{CubicMeters, RoundingMode, Yen};

pub use received::{PaperChoice, Received};
pub use words::ChangeRow;

coded! {
    /// Why a bill is corrected (更正の理由).
    CorrectionReason {
        /// The dials were read wrongly.
        Misreading = 1, "misreading", "誤検針";
        /// A leak adjustment was approved.
        LeakAdjustment = 2, "leak_adjustment", "漏水減免";
        /// More was estimated than was used.
        EstimateSettled = 3, "estimate_settled", "認定の精算";
        /// Size, class or dwellings were wrong.
        WrongFacts = 4, "wrong_facts", "料金の条件の誤り";
        /// Terms were registered or ended after the bill was made: by those it is computed anew.
        Registered = 5, "registered", "登録した条件による再計算";
    }
}

coded! {
    /// What the customer gets (更正後の書類).
    Paper {
        /// The bill is not paid yet: a revised bill takes its place (修正した適格請求書).
        RevisedBill = 1, "revised_bill", "訂正した請求書（納付前）";
        /// It is paid: what is given back stands on a paper of its own (適格返還請求書).
        CreditNote = 2, "credit_note", "返還の通知（納付後）";
    }
}

coded! {
    /// What becomes of an earlier leak adjustment of the bill (前の漏水減免).
    EarlierReduction {
        /// It is taken back; where it still is due, it is decided anew on the new bill.
        Dropped = 1, "dropped", "外して計算し直す";
        /// The decided yen are taken off of the new charge as well.
        Kept = 2, "kept", "決定した額をそのまま引く";
    }
}

/// What is taken off of a charge itself (料金の減額).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimRelief {
    /// Tax included.
    pub amount: Yen,
    /// The tax within.
    pub tax: Yen,
}

/// A claim as it stands on a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimState {
    /// What its tariff is asked; the volume is in it.
    pub input: ChargeInput,
    /// What is taken off of the tariff's answer.
    pub relief: Option<ClaimRelief>,
    /// To pay, tax included.
    pub amount: Yen,
    /// The tax within.
    pub tax: Yen,
}

/// What a claim was computed from, where the input of one schedule does not say it all: a period
/// that was cut or split, other water, several meters, a rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimTerms {
    /// The schedule of the state's input.
    pub tariff: TariffId,
    /// By the version before, where the period is split by days.
    pub earlier: Option<(TariffId, ChargeInput)>,
    /// Everything else, with the parts of a period that was cut.
    pub basis: ChargeBasis,
    /// What goes to the next period.
    pub carried: CubicMeters,
    /// What is charged in all.
    pub usage: CubicMeters,
}

/// The terms of a claim before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsChange {
    /// As it was assessed.
    pub before: ClaimTerms,
    /// As it is assessed anew.
    pub after: ClaimTerms,
}

/// A claim before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimChange {
    /// What is claimed.
    pub claim: Claim,
    /// The assessment that is taken back.
    pub assessment: AssessmentId,
    /// The schedule that both go by.
    pub tariff: TariffId,
    /// As it was assessed.
    pub before: ClaimState,
    /// As it is assessed anew.
    pub after: ClaimState,
    /// What both were computed from, where the billing run's own computation was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Box<TermsChange>>,
}

impl ClaimChange {
    /// What is charged, before and after.
    pub fn usages(&self) -> [CubicMeters; 2] {
        match &self.terms {
            Some(terms) => [terms.before.usage, terms.after.usage],
            None => [self.before.input.usage, self.after.input.usage],
        }
    }

    /// Whether everything stays.
    fn is_none(&self) -> bool {
        self.before == self.after
            && self.terms.as_ref().is_none_or(|terms| terms.before == terms.after)
    }

    /// After less before.
    pub fn difference(&self) -> Yen {
        self.after.amount - self.before.amount
    }

    /// After less before, of the tax.
    pub fn tax_difference(&self) -> Yen {
        self.after.tax - self.before.tax
    }
}

/// A bill before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Water first.
    pub claims: Vec<ClaimChange>,
}

impl Correction {
    /// What changes; refused where nothing does.
    pub fn of(claims: Vec<ClaimChange>) -> Result<Correction, CorrectionError> {
        if claims.iter().all(ClaimChange::is_none) {
            return Err(CorrectionError::NothingChanges);
        }
        Ok(Correction { claims })
    }

    /// After less before, of the whole bill.
    pub fn difference(&self) -> Yen {
        self.claims.iter().map(ClaimChange::difference).sum()
    }

    /// What the bill comes to.
    pub fn after(&self) -> Yen {
        self.claims.iter().map(|change| change.after.amount).sum()
    }

    /// What the bill came to.
    pub fn before(&self) -> Yen {
        self.claims.iter().map(|change| change.before.amount).sum()
    }
}

/// A claim that was assessed, with its tariff.
#[derive(Debug, Clone, Copy)]
pub struct AssessedClaim<'a> {
    /// Its number.
    pub assessment: AssessmentId,
    /// The schedule's key.
    pub id: TariffId,
    /// The schedule.
    pub tariff: &'a Tariff,
    /// As it stands.
    pub state: ClaimState,
}

/// What a leak adjustment leaves of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeakOutcome {
    /// The volume that is charged, where the volume is reduced.
    pub billed: CubicMeters,
    /// What is taken off, tax included, by the rule's own working.
    pub reduction: Yen,
}

/// What was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The water's volume; sewage that is more or less than it changes by as much.
    Volume(CubicMeters),
    /// What the charge depends on besides.
    Facts {
        /// 口径.
        size: MeterSize,
        /// 用途.
        use_class: UsageClass,
        /// 算定戸数.
        dwellings: u16,
    },
    /// What a leak adjustment says, claim by claim; a claim that it does not name stays.
    Leak(Vec<(Claim, LeakOutcome)>),
}

/// Why there is nothing to correct, or no way to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CorrectionError {
    /// Every claim would stay as it is.
    #[error("nothing would change")]
    NothingChanges,
    /// A charge was reduced by yen before: whatever changes its volume has to begin anew.
    #[error("the charge was reduced by an amount before")]
    ReducedBefore,
    /// The tariff has no answer.
    #[error("the charge cannot be computed")]
    Charge(#[from] ChargeError),
}

/// The claims of a bill after a change.
pub fn correct(
    claims: &[AssessedClaim<'_>],
    change: &Change,
) -> Result<Correction, CorrectionError> {
    if claims.iter().any(|claim| claim.state.relief.is_some()) {
        return Err(CorrectionError::ReducedBefore);
    }
    let water = claims.iter().find(|claim| claim.tariff.claim == Claim::Water);
    let water = water.map_or(CubicMeters(0), |claim| claim.state.input.usage);
    let mut rated = Vec::with_capacity(claims.len());
    for claim in claims {
        let input = changed(claim, water, change)?;
        let amounts = claim.tariff.amounts(&input)?;
        rated.push(Rated { part: RatedPart { version: 0, input, amounts }, earlier: None });
    }
    let mut of_bill: Vec<(&[Tariff], &mut Rated)> = claims
        .iter()
        .zip(&mut rated)
        .map(|(claim, rated)| (std::slice::from_ref(claim.tariff), rated))
        .collect();
    put_bill_tax(&mut of_bill)?;
    let mut changes = Vec::with_capacity(claims.len());
    for (claim, rated) in claims.iter().zip(&rated) {
        changes.push(ClaimChange {
            claim: claim.tariff.claim,
            assessment: claim.assessment,
            tariff: claim.id,
            before: claim.state,
            after: relieved(claim, &rated.part, change)?,
            terms: None,
        });
    }
    Correction::of(changes)
}

/// What the tariff is asked; the tax of a whole bill is put on it afterwards.
fn changed(
    claim: &AssessedClaim<'_>,
    water_before: CubicMeters,
    change: &Change,
) -> Result<ChargeInput, CorrectionError> {
    let before = ChargeInput { bill_tax: None, ..claim.state.input };
    Ok(match change {
        Change::Volume(water) => {
            let more = water.0.saturating_sub(water_before.0);
            let less = water_before.0.saturating_sub(water.0);
            let usage = before.usage.0.saturating_add(more).saturating_sub(less);
            ChargeInput { usage: CubicMeters(usage), ..before }
        }
        Change::Facts { size, use_class, dwellings } => {
            ChargeInput { size: *size, use_class: *use_class, dwellings: *dwellings, ..before }
        }
        Change::Leak(_) => match leak_of(claim, change) {
            // A rule that reduces the volume leads to the charge of what is left; one that reduces
            // the charge, or stops at a bound in yen, leaves the volume as it was.
            Some(outcome) if volume_leads_to(claim, &before, outcome)? => {
                ChargeInput { usage: outcome.billed, ..before }
            }
            _ => before,
        },
    })
}

fn leak_of<'c>(claim: &AssessedClaim<'_>, change: &'c Change) -> Option<&'c LeakOutcome> {
    let Change::Leak(outcomes) = change else { return None };
    let found = outcomes.iter().find(|(of, _)| *of == claim.tariff.claim);
    found.map(|(_, outcome)| outcome)
}

fn volume_leads_to(
    claim: &AssessedClaim<'_>,
    before: &ChargeInput,
    outcome: &LeakOutcome,
) -> Result<bool, CorrectionError> {
    let less = ChargeInput { usage: outcome.billed, ..*before };
    let saved = claim.tariff.amounts(before)?.amount - claim.tariff.amounts(&less)?.amount;
    Ok(outcome.billed != before.usage && saved == outcome.reduction)
}

/// The new state, less what a leak adjustment takes off of the charge itself.
fn relieved(
    claim: &AssessedClaim<'_>,
    part: &RatedPart,
    change: &Change,
) -> Result<ClaimState, CorrectionError> {
    let RatedPart { input, amounts, .. } = *part;
    let whole = ClaimState { input, relief: None, amount: amounts.amount, tax: amounts.tax };
    let Some(outcome) = leak_of(claim, change)
        .filter(|outcome| input.usage == claim.state.input.usage && outcome.reduction > Yen(0))
    else {
        return Ok(whole);
    };
    Ok(reduced(claim.tariff, whole, outcome.reduction)?)
}

/// A charge less what a decision takes off of it; never below nothing.
pub fn reduced(
    tariff: &Tariff,
    whole: ClaimState,
    reduction: Yen,
) -> Result<ClaimState, ChargeError> {
    let relief = reduction.0.min(whole.amount.0);
    let charge = tariff.charge(&whole.input)?;
    let amount = Yen(whole.amount.0 - relief);
    let tax = contained_tax(amount, charge.tax_percent, charge.tax_mode).min(whole.tax);
    let relief = ClaimRelief { amount: Yen(relief), tax: whole.tax - tax };
    Ok(ClaimState { relief: Some(relief), amount, tax, ..whole })
}

/// The tax within an amount that has been reduced, rounded as the tariff rounds it.
fn contained_tax(amount: Yen, percent: u8, mode: RoundingMode) -> Yen {
    let (amount, percent) = (amount.0.unsigned_abs(), u64::from(percent));
    let tax = Fraction::of(amount.saturating_mul(percent), 100 + percent).rounded_whole(mode);
    Yen(i64::try_from(tax).unwrap_or(i64::MAX))
}

impl ClaimState {
    /// Whether it follows from its input and relief, to the yen.
    pub fn follows(&self, tariff: &Tariff) -> bool {
        let relief = self.relief.map_or((Yen(0), Yen(0)), |relief| (relief.amount, relief.tax));
        tariff.amounts(&self.input)
            == Ok(ChargeAmounts { amount: self.amount + relief.0, tax: self.tax + relief.1 })
    }
}

#[cfg(test)]
mod tests;
