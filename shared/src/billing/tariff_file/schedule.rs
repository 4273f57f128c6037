//! A schedule (1つの請求の料金表): prices by size and class, and the rules around them.

use std::ops::Range;

use super::Reader;
use super::fault::FaultKind;
use super::form::{BasisWord, FileForm, Placed, ReliefForm, ScheduleForm, SplitWord};
use crate::billing::claim::Claim;
use crate::billing::tariff::{
    Relief, ReliefBasis, ReliefTaken, RoundPer, Tariff, TariffFile, TaxBasis, TaxPer, Transition,
    VolumeSplit,
};
use crate::connection::UsageClass;
use crate::quantity::CubicMeters;

/// Most reliefs that a set can name.
const RELIEFS_MAX: usize = 32;

impl Reader<'_> {
    pub(super) fn schedules(
        &mut self,
        form: &FileForm,
        transition: Option<Transition>,
        file: &mut TariffFile,
    ) {
        let all_classes = self.all_classes(form);
        let water = form.water.iter().map(|schedule| (Claim::Water, schedule));
        let sewerage = form.sewerage.iter().map(|schedule| (Claim::Sewerage, schedule));
        for (claim, placed) in water.chain(sewerage) {
            let schedule = self.schedule(claim, placed, &all_classes, transition, file);
            file.tariffs.extend(schedule);
        }
        self.expect(form.water.is_some() || !form.sewerage.is_empty(), &(0..0), || {
            FaultKind::Empty("[water] か [[sewerage]] を書いてください。")
        });
        let authority = |placed: &Placed<ScheduleForm>| {
            placed.get().authority.as_ref().map(|authority| authority.get().clone())
        };
        for (place, schedule) in form.sewerage.iter().enumerate() {
            let is_double = form.sewerage[..place]
                .iter()
                .any(|earlier| authority(earlier) == authority(schedule));
            self.expect(!is_double, &schedule.span(), || FaultKind::SameAuthority);
        }
    }

    /// What a rate without classes holds for.
    fn all_classes(&mut self, form: &FileForm) -> Vec<UsageClass> {
        let mut classes: Vec<UsageClass> =
            form.use_classes.keys().filter_map(|key| UsageClass::from_key(key)).collect();
        let schedules = form.water.iter().chain(&form.sewerage);
        for key in schedules.flat_map(|s| &s.get().rate).flat_map(|r| &r.get().use_classes) {
            match UsageClass::from_key(key.get()) {
                Some(class) if classes.contains(&class) => {}
                Some(class) => {
                    let is_known = class.well_known_japanese().is_some();
                    self.expect(is_known, &key.span(), || {
                        FaultKind::UnnamedClass(key.get().clone())
                    });
                    classes.push(class);
                }
                None => self.fault(&key.span(), FaultKind::Key(key.get().clone())),
            }
        }
        if classes.is_empty() {
            classes.push(UsageClass::GENERAL);
        }
        classes
    }

    fn schedule(
        &mut self,
        claim: Claim,
        placed: &Placed<ScheduleForm>,
        all_classes: &[UsageClass],
        transition: Option<Transition>,
        file: &TariffFile,
    ) -> Option<Tariff> {
        let form = placed.get();
        if claim == Claim::Water {
            self.refuse_sewerage_rules(form);
        }
        self.expect(matches!(form.table_months.get(), 1 | 2), &form.table_months.span(), || {
            FaultKind::Range { field: "table_months", expected: " 1 か 2 " }
        });
        let split = match form.split {
            SplitWord::First => VolumeSplit::First,
            SplitWord::Last => VolumeSplit::Last,
            SplitWord::Half => VolumeSplit::Half,
        };
        let tables = self.tier_tables(form);
        let rates = self.rates(placed, &tables, all_classes);
        let tax = self.tax(&form.tax);
        let roundings = self.roundings(form, placed.span());
        let proration = match &form.proration {
            None => None,
            // Without it, what is told would be another tariff.
            Some(proration) => Some(self.proration(proration, form, all_classes)?),
        };
        let tax = tax?;
        let shared = form.shared.as_ref().map(|shared| self.shared(shared, form, &rates));
        let reliefs = self.reliefs(&form.relief);
        let apart = self.apart(form, &rates, &reliefs);
        if tax.basis == TaxBasis::Excluded(TaxPer::Bill) {
            let is_by_dwelling = shared.is_some_and(|s| s.round_per == RoundPer::Dwelling);
            let has_minimum = proration.as_ref().is_some_and(|p| p.minimum.is_some());
            let is_one = !is_by_dwelling && !has_minimum && apart.is_none();
            self.expect(is_one, &form.tax.span(), || {
                FaultKind::Conflict("税を請求書ごとに足す（per = \"bill\"）ときは、1戸ごとの端数処理と、日割の最低額と、apart は使えません。")
            });
        }
        Some(Tariff {
            code: file.code.clone(),
            name: file.name.clone(),
            source: file.source.clone(),
            claim,
            authority: form.authority.as_ref().map(|authority| authority.get().clone()),
            article: form.article.clone(),
            valid_from: file.valid_from,
            transition,
            table_months: *form.table_months.get(),
            split,
            shared,
            reliefs,
            apart,
            wells: self.wells(form, all_classes),
            deduction: form.deduction.as_ref().map(|deduction| *deduction.get()),
            class_names: file.use_classes.clone(),
            rates,
            rents: self.meter_rents(form),
            proration,
            tax,
            roundings,
        })
    }

    fn refuse_sewerage_rules(&mut self, form: &ScheduleForm) {
        for (name, place) in [
            ("well", form.well.as_ref().map(Placed::span)),
            ("deduction", form.deduction.as_ref().map(Placed::span)),
        ] {
            let is_absent = place.is_none();
            self.expect(is_absent, &place.unwrap_or_default(), || FaultKind::SewerageOnly(name));
        }
    }

    fn reliefs(&mut self, forms: &[Placed<ReliefForm>]) -> Vec<Relief> {
        let mut reliefs: Vec<Relief> = Vec::with_capacity(forms.len());
        for placed in forms {
            if let Some(relief) = self.relief(placed) {
                let is_double = reliefs.iter().any(|earlier| earlier.key == relief.key);
                self.expect(!is_double, &placed.span(), || {
                    FaultKind::Relief("同じ key の減免が2つあります。")
                });
                reliefs.push(relief);
            }
        }
        let place = forms.get(RELIEFS_MAX).map(Placed::span);
        self.expect(place.is_none(), &place.unwrap_or_default(), || {
            FaultKind::Relief("減免は32個までです。")
        });
        reliefs
    }

    fn relief(&mut self, placed: &Placed<ReliefForm>) -> Option<Relief> {
        let form = placed.get();
        let key = form.key.get();
        self.expect(UsageClass::from_key(key).is_some(), &form.key.span(), || {
            FaultKind::Key(key.clone())
        });
        self.not_empty(&form.name);
        self.not_empty(&form.article);
        let basis = match form.of {
            BasisWord::Service => ReliefBasis::Service,
            BasisWord::Volume => ReliefBasis::Volume,
            BasisWord::Rent => ReliefBasis::Rent,
            BasisWord::All => ReliefBasis::All,
        };
        let taken = self.relief_taken(form, basis, &placed.span())?;
        let cap = self.optional_price(form.cap_yen.as_ref());
        Some(Relief {
            key: key.clone(),
            name: form.name.get().clone(),
            article: form.article.get().clone(),
            basis,
            taken,
            cap,
        })
    }

    fn relief_taken(
        &mut self,
        form: &ReliefForm,
        basis: ReliefBasis,
        span: &Range<usize>,
    ) -> Option<ReliefTaken> {
        match (&form.percent, &form.yen, &form.free_m3) {
            (Some(percent), None, None) => {
                self.expect((1..=100).contains(percent.get()), &percent.span(), || {
                    FaultKind::Range { field: "percent", expected: " 1 から 100 まで" }
                });
                Some(ReliefTaken::Percent(*percent.get()))
            }
            (None, Some(yen), None) => self.price(yen).map(ReliefTaken::Amount),
            (None, None, Some(volume)) => {
                self.expect(basis == ReliefBasis::Volume, &volume.span(), || {
                    FaultKind::Relief("free_m3 は of = \"volume\" のときだけ書けます。")
                });
                Some(ReliefTaken::FreeVolume(CubicMeters(*volume.get())))
            }
            _ => {
                let words = "percent・yen・free_m3 のどれか1つを書いてください。";
                self.fault(span, FaultKind::Relief(words));
                None
            }
        }
    }
}
