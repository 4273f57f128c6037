//! Bills (請求) as the lab sees them: the claims of one agreement and round, before and after.

use shared::billing::{ChargeInput, Claim, Tariff, bill_amounts};
use shared::quantity::Yen;

use super::cases::{CaseNumber, Cases, Outcome};
use super::error::LabError;
use super::pricing::{Asked, Pricing};

/// One claim of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BilledClaim {
    pub(super) case: CaseNumber,
    pub(super) before: Yen,
    pub(super) before_tax: Yen,
    /// As `before`, until the bill is priced.
    pub(super) after: Yen,
    pub(super) after_tax: Yen,
}

/// A bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LabBill {
    pub(super) id: i64,
    pub(super) connection: i64,
    /// Place in the year's rounds.
    pub(super) round: usize,
    /// In the order of [`Claim::ALL`].
    pub(super) claims: [Option<BilledClaim>; 2],
}

/// Place of a claim in a bill.
pub(super) fn place_of(claim: Claim) -> usize {
    match claim {
        Claim::Water => 0,
        Claim::Sewerage => 1,
    }
}

impl LabBill {
    pub(super) fn claims(&self) -> impl Iterator<Item = &BilledClaim> {
        self.claims.iter().flatten()
    }

    pub(super) fn before(&self) -> Yen {
        self.claims().map(|claim| claim.before).sum()
    }

    pub(super) fn after(&self) -> Yen {
        self.claims().map(|claim| claim.after).sum()
    }

    /// Puts the draft's amounts in; what it does not touch or cannot price stays.
    pub(super) fn price(&mut self, cases: &Cases, pricing: &Pricing) -> Result<(), LabError> {
        for claim in self.claims.iter_mut().flatten() {
            if let Outcome::Priced(amounts) = cases.get(claim.case).outcome {
                (claim.after, claim.after_tax) = (amounts.amount, amounts.tax);
            }
        }
        if pricing.is_taxed_by_bill {
            self.tax_together(cases, pricing)?;
        }
        Ok(())
    }

    /// Where the tax is put on the whole bill, its claims are priced together.
    fn tax_together(&mut self, cases: &Cases, pricing: &Pricing) -> Result<(), LabError> {
        let mut asked: Vec<(&Tariff, ChargeInput)> = Vec::with_capacity(self.claims.len());
        for claim in self.claims.iter().flatten() {
            let case = cases.get(claim.case);
            match pricing.ask(pricing.stored(case.billed.tariff)?, &case.input) {
                Asked::Schedule(schedule, input) if matches!(case.outcome, Outcome::Priced(_)) => {
                    asked.push((schedule, input));
                }
                _ => return Ok(()),
            }
        }
        let inputs: Vec<_> = asked.iter().map(|(schedule, input)| (*schedule, input)).collect();
        // Each claim was priced alone before, so that there is nothing left to refuse together.
        let Ok(amounts) = bill_amounts(&inputs) else { return Ok(()) };
        for (claim, amounts) in self.claims.iter_mut().flatten().zip(amounts) {
            (claim.after, claim.after_tax) = (amounts.amount, amounts.tax);
        }
        Ok(())
    }
}
