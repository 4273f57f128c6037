//! Prices of the draft (改定案による計算): from what was assessed to what the draft asks for it.

use std::collections::HashMap;

use shared::billing::tariff::{TaxBasis, TaxPer};
use shared::billing::{ChargeError, ChargeInput, Claim, Tariff, TariffFile};

use super::error::LabError;
use crate::Backoffice;
use crate::billing::StoredTariff;
use crate::billing::tariffs::tariffs;

/// The stored tariffs, and the draft.
pub(super) struct Pricing {
    stored: HashMap<i64, StoredTariff>,
    draft: TariffFile,
    /// Whether the draft puts the tax on whole bills, so that claims depend on each other.
    pub(super) is_taxed_by_bill: bool,
}

/// What the draft has for an assessment.
pub(super) enum Asked<'a> {
    /// A schedule, and the input in its terms.
    Schedule(&'a Tariff, ChargeInput),
    /// No schedule for this claim of this authority: it stays as it is.
    Nothing,
    /// It should price it and cannot.
    Refused(ChargeError),
}

impl Pricing {
    pub(super) async fn load(office: &Backoffice, draft: TariffFile) -> Result<Self, LabError> {
        let stored = tariffs(office).await?;
        let stored = stored.into_iter().map(|stored| (stored.id.0, stored)).collect();
        let of_bill = |tariff: &&Tariff| tariff.tax.basis == TaxBasis::Excluded(TaxPer::Bill);
        let is_taxed_by_bill = draft.tariffs.iter().filter(of_bill).count() > 1;
        Ok(Self { stored, draft, is_taxed_by_bill })
    }

    /// The tariff that an assessment names.
    pub(super) fn stored(&self, id: i64) -> Result<&Tariff, LabError> {
        self.stored.get(&id).map(|stored| &stored.tariff).ok_or(LabError::Unreadable)
    }

    /// What the draft has for an input that was priced by `old`.
    pub(super) fn ask(&self, old: &Tariff, input: &ChargeInput) -> Asked<'_> {
        let schedules = &self.draft.tariffs;
        let schedule =
            schedules.iter().find(|new| new.claim == old.claim && new.authority == old.authority);
        let Some(schedule) = schedule else { return Asked::Nothing };
        // Reliefs are numbered by the tariff that has them.
        let keys = (old.reliefs.iter().enumerate())
            .filter(|(place, _)| input.reliefs.holds(*place))
            .map(|(_, relief)| relief.key.as_str());
        match schedule.relief_set(keys) {
            Some(reliefs) => {
                // The tax rate of the time, so that what differs is the tariff alone.
                let tax_percent = input.tax_percent.or(only_percent(old));
                // The bill's own tax is put on anew, with the bill's other claim.
                let bill_tax = None;
                Asked::Schedule(schedule, ChargeInput { reliefs, tax_percent, bill_tax, ..*input })
            }
            None => Asked::Refused(ChargeError::NoRelief),
        }
    }

    /// The draft's schedules of a claim.
    pub(super) fn holds(&self, claim: Claim) -> bool {
        self.draft.tariffs.iter().any(|tariff| tariff.claim == claim)
    }
}

fn only_percent(tariff: &Tariff) -> Option<u8> {
    match tariff.tax.rates.as_slice() {
        [only] => Some(only.percent),
        _ => None,
    }
}
