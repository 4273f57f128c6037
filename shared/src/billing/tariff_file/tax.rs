//! Tax and roundings (消費税・端数処理): what is put on where, and what has to become whole.

use std::ops::Range;

use super::Reader;
use super::fault::FaultKind;
use super::form::{
    BeforeAfterWord, PerWord, Placed, PricesWord, RoundingForm, ScheduleForm, StageWord, TaxForm,
    TaxRateForm,
};
use crate::billing::tariff::{Rounding, Roundings, Tax, TaxBasis, TaxPer, TaxRate, Transition};
use crate::quantity::RoundingMode;

/// No consumption tax was ever this high.
const PERCENT_MAX: u8 = 30;

impl Reader<'_> {
    pub(super) fn tax(&mut self, placed: &Placed<TaxForm>) -> Option<Tax> {
        let form = placed.get();
        let basis = basis(form);
        if let (PricesWord::Included, Some(per)) = (form.prices, &form.per) {
            let words = "per は税抜（excluded）のときだけ書きます。";
            self.fault(&per.span(), FaultKind::Tax(words));
        }
        let rates = match (&form.percent, &form.rates) {
            (Some(percent), None) => {
                vec![TaxRate { percent: self.percent(percent), from: None, transition: None }]
            }
            (None, Some(rates)) => self.tax_rates(rates)?,
            _ => {
                let words = "percent か rates のどちらか1つを書いてください。";
                self.fault(&placed.span(), FaultKind::Tax(words));
                return None;
            }
        };
        Some(Tax { basis, rates, mode: form.mode.unwrap_or(RoundingMode::Floor) })
    }

    fn percent(&mut self, placed: &Placed<u8>) -> u8 {
        self.expect(*placed.get() <= PERCENT_MAX, &placed.span(), || FaultKind::Range {
            field: "percent",
            expected: " 0 から 30 まで",
        });
        *placed.get()
    }

    fn tax_rates(&mut self, placed: &Placed<Vec<Placed<TaxRateForm>>>) -> Option<Vec<TaxRate>> {
        let mut rates: Vec<TaxRate> = Vec::with_capacity(placed.get().len());
        for rate in placed.get() {
            let form = rate.get();
            let continuing = form.continuing.as_ref().map(|word| *word.get());
            let transition = if continuing.is_some() || form.first_reading_from.is_some() {
                self.transition(continuing, form.first_reading_from.as_ref(), &rate.span())
            } else {
                None
            };
            self.expect(transition != Some(Transition::Days), &rate.span(), || {
                FaultKind::Tax("税率は日数で分けられません。")
            });
            let from = self.date(&form.from)?;
            self.expect(
                rates.last().is_none_or(|before| before.from < Some(from)),
                &rate.span(),
                || FaultKind::Tax("rates を from の早い順に並べてください。"),
            );
            let percent = self.percent(&form.percent);
            rates.push(TaxRate { percent, from: Some(from), transition });
        }
        self.expect(!rates.is_empty(), &placed.span(), || {
            FaultKind::Tax("rates に1行以上書いてください。")
        });
        Some(rates)
    }

    pub(super) fn roundings(&mut self, form: &ScheduleForm, span: Range<usize>) -> Roundings {
        let basis = basis(form.tax.get());
        let mut roundings = Roundings::default();
        for placed in &form.rounding {
            let rounding = self.rounding(placed);
            let stage = self.stage(placed, basis, &mut roundings);
            if let Some(stage) = stage {
                let is_double = stage.replace(rounding).is_some();
                self.expect(!is_double, &placed.span(), || {
                    FaultKind::RoundingUnfit("同じ段階の端数処理が2つあります。")
                });
            }
        }
        if let Some(missing) = missing(&roundings, basis) {
            let place = form.rounding.first().map_or(span, Placed::span);
            self.fault(&place, FaultKind::RoundingMissing(missing));
        }
        roundings
    }

    fn rounding(&mut self, placed: &Placed<RoundingForm>) -> Rounding {
        let form = placed.get();
        self.step(&form.step_yen);
        self.not_empty(&form.article);
        Rounding {
            mode: form.mode,
            step_yen: *form.step_yen.get(),
            article: form.article.get().clone(),
        }
    }

    pub(super) fn step(&mut self, placed: &Placed<i64>) {
        let is_usual = matches!(placed.get(), 1 | 5 | 10 | 50 | 100 | 500 | 1_000);
        self.expect(is_usual, &placed.span(), || FaultKind::Range {
            field: "step_yen",
            expected: " 1・5・10・50・100・500・1000 のどれか",
        });
    }

    fn stage<'r>(
        &mut self,
        placed: &Placed<RoundingForm>,
        basis: TaxBasis,
        roundings: &'r mut Roundings,
    ) -> Option<&'r mut Option<Rounding>> {
        let form = placed.get();
        let is_taxed = match (basis, form.tax) {
            (TaxBasis::Included, Some(_)) => {
                let words = "税込の表では tax を書きません。";
                self.fault(&placed.span(), FaultKind::RoundingUnfit(words));
                return None;
            }
            (TaxBasis::Included, None) | (_, Some(BeforeAfterWord::Before)) => false,
            (TaxBasis::Excluded(_), Some(BeforeAfterWord::After) | None) => true,
        };
        match (form.of, is_taxed) {
            (StageWord::Line, _) => Some(&mut roundings.line),
            (StageWord::Month, false) => Some(&mut roundings.month),
            (StageWord::Month, true) if basis == TaxBasis::Excluded(TaxPer::Month) => {
                Some(&mut roundings.month_taxed)
            }
            (StageWord::Month, true) => {
                let words = "税を月ごとに足す（per = \"month\"）ときだけ、月の税を足した後の端数処理ができます。";
                self.fault(&placed.span(), FaultKind::RoundingUnfit(words));
                None
            }
            (StageWord::Claim, false) if basis == TaxBasis::Excluded(TaxPer::Month) => {
                let words = "税を月ごとに足すので、請求の合計は税を足した後だけ端数処理できます。";
                self.fault(&placed.span(), FaultKind::RoundingUnfit(words));
                None
            }
            (StageWord::Claim, false) => Some(&mut roundings.claim),
            (StageWord::Claim, true) => Some(&mut roundings.claim_taxed),
        }
    }
}

fn basis(form: &TaxForm) -> TaxBasis {
    match form.prices {
        PricesWord::Included => TaxBasis::Included,
        PricesWord::Excluded => TaxBasis::Excluded(match form.per.as_ref().map(|per| *per.get()) {
            Some(PerWord::Month) => TaxPer::Month,
            Some(PerWord::Claim) | None => TaxPer::Claim,
            Some(PerWord::Bill) => TaxPer::Bill,
        }),
    }
}

/// The rounding without which fractions of a yen would remain.
fn missing(roundings: &Roundings, basis: TaxBasis) -> Option<&'static str> {
    let claim_taxed = "of = \"claim\"（税を足した後）";
    match basis {
        TaxBasis::Included => (roundings.month.is_none() && roundings.claim.is_none())
            .then_some("of = \"month\" か of = \"claim\""),
        TaxBasis::Excluded(TaxPer::Month) => (roundings.month_taxed.is_none()
            && roundings.claim_taxed.is_none())
        .then_some("of = \"month\" か of = \"claim\"（税を足した後）"),
        TaxBasis::Excluded(TaxPer::Bill) if roundings.claim.is_none() => {
            Some("of = \"claim\", tax = \"before\"")
        }
        TaxBasis::Excluded(TaxPer::Claim | TaxPer::Bill) => {
            roundings.claim_taxed.is_none().then_some(claim_taxed)
        }
    }
}
