//! A schedule (1つの請求の料金表): prices by size and class, and the rules around them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Reader;
use super::fault::FaultKind;
use super::form::{
    BasisWord, FileForm, Placed, RateForm, ReliefForm, RemainderWord, RoundPerWord, ScheduleForm,
    ServiceStepForm, SharedForm, SplitWord, TierForm,
};
use crate::billing::claim::Claim;
use crate::billing::tariff::{
    MeterRent, Rate, Rates, Relief, ReliefBasis, ReliefTaken, Remainder, RoundPer, ServiceStep,
    SharedTap, Tariff, TariffFile, TaxBasis, TaxPer, Tier, Transition, VolumeSplit,
};
use crate::connection::UsageClass;
use crate::quantity::{CubicMeters, FineYen};

type TierTables<'f> = BTreeMap<&'f str, Vec<Tier>>;

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
            for (name, place) in [
                ("well", form.well.as_ref().map(Placed::span)),
                ("deduction", form.deduction.as_ref().map(Placed::span)),
            ] {
                self.expect(place.is_none(), &place.unwrap_or_default(), || {
                    FaultKind::SewerageOnly(name)
                });
            }
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
        let roundings = self.roundings(form, placed.span(), split);
        let proration = match &form.proration {
            None => None,
            // Without it, what is told would be another tariff.
            Some(proration) => Some(self.proration(proration, form)?),
        };
        let tax = tax?;
        let shared = form.shared.as_ref().map(|shared| self.shared(shared));
        if tax.basis == TaxBasis::Excluded(TaxPer::Bill) {
            let is_by_dwelling = shared.is_some_and(|s| s.round_per == RoundPer::Dwelling);
            let has_minimum = proration.as_ref().is_some_and(|p| p.minimum.is_some());
            self.expect(!is_by_dwelling && !has_minimum, &form.tax.span(), || {
                FaultKind::Conflict("税を請求書ごとに足す（per = \"bill\"）ときは、1戸ごとの端数処理と、日割の最低額は使えません。")
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
            reliefs: self.reliefs(&form.relief),
            well: form.well.as_ref().map(|well| well.get().clone()),
            deduction: form.deduction.as_ref().map(|deduction| *deduction.get()),
            class_names: file.use_classes.clone(),
            rates,
            rents: self.meter_rents(form),
            proration,
            tax,
            roundings,
        })
    }

    fn tier_tables<'f>(&mut self, form: &'f ScheduleForm) -> TierTables<'f> {
        let mut tables = BTreeMap::new();
        for (name, rows) in &form.tiers {
            let mut floor = 0;
            let mut tiers = Vec::with_capacity(rows.get().len());
            for (index, row) in rows.get().iter().enumerate() {
                let is_last = index + 1 == rows.get().len();
                let TierForm { to_m3, yen } = row.get();
                let fits = to_m3.map_or(is_last, |to| !is_last && to > floor);
                self.expect(fits, &row.span(), || FaultKind::Tiers {
                    name: name.clone(),
                    row: index + 1,
                });
                floor = to_m3.unwrap_or(floor);
                let unit_price = self.price(yen).unwrap_or_default();
                tiers.push(Tier { up_to: to_m3.map(CubicMeters), unit_price });
            }
            self.expect(!tiers.is_empty(), &rows.span(), || FaultKind::Tiers {
                name: name.clone(),
                row: 1,
            });
            tables.insert(name.as_str(), tiers);
        }
        tables
    }

    fn rates(
        &mut self,
        placed: &Placed<ScheduleForm>,
        tables: &TierTables<'_>,
        all_classes: &[UsageClass],
    ) -> Rates {
        let forms = &placed.get().rate;
        self.expect(!forms.is_empty(), &placed.span(), || {
            FaultKind::Empty("[[water.rate]] のような rate を書いてください。")
        });
        let rates: Vec<Rate> =
            forms.iter().map(|form| self.rate(form, tables, all_classes)).collect();
        self.refuse_overlap(&rates, forms);
        Rates::new(rates)
    }

    fn rate(
        &mut self,
        placed: &Placed<RateForm>,
        tables: &TierTables<'_>,
        all_classes: &[UsageClass],
    ) -> Rate {
        let form = placed.get();
        let mut use_classes: Vec<UsageClass> =
            form.use_classes.iter().filter_map(|key| UsageClass::from_key(key.get())).collect();
        if form.use_classes.is_empty() {
            use_classes = all_classes.to_vec();
        }
        let tiers_name = form.tiers.as_ref().map(|name| name.get().clone()).unwrap_or_default();
        let tiers = form.tiers.as_ref().and_then(|name| {
            let tiers = tables.get(name.get().as_str()).cloned();
            self.expect(tiers.is_some(), &name.span(), || {
                FaultKind::UnknownTiers(name.get().clone())
            });
            tiers
        });
        let (service_steps, included) = match &form.service_steps {
            Some(steps) => self.service_steps(steps, form),
            None => (Vec::new(), form.included_m3.as_ref().map_or(0, |volume| *volume.get())),
        };
        if form.service_steps.is_none() && form.service_yen.is_none() {
            self.fault(&placed.span(), FaultKind::MissingKey("service_yen".into()));
        }
        Rate {
            use_classes,
            sizes: self.sizes(&form.sizes_mm),
            service_charge: self.optional_price(form.service_yen.as_ref()).unwrap_or_default(),
            service_steps,
            included_volume: CubicMeters(included),
            minimum: self.optional_price(form.minimum_yen.as_ref()),
            tiers: tiers.unwrap_or_default(),
            tiers_name,
        }
    }

    fn optional_price(&mut self, price: Option<&Placed<String>>) -> Option<FineYen> {
        price.and_then(|price| self.price(price))
    }

    fn service_steps(
        &mut self,
        placed: &Placed<Vec<Placed<ServiceStepForm>>>,
        rate: &RateForm,
    ) -> (Vec<ServiceStep>, u32) {
        let mut steps: Vec<ServiceStep> = Vec::with_capacity(placed.get().len());
        let mut floor = 0;
        for step in placed.get() {
            let ServiceStepForm { to_m3, yen } = step.get();
            self.expect(*to_m3.get() > floor, &to_m3.span(), || {
                FaultKind::ServiceSteps("to_m3 を小さい順に並べてください。")
            });
            floor = *to_m3.get();
            let charge = self.price(yen).unwrap_or_default();
            steps.push(ServiceStep { up_to: CubicMeters(floor), charge });
        }
        self.expect(!steps.is_empty(), &placed.span(), || {
            FaultKind::ServiceSteps("1行以上書いてください。")
        });
        self.expect(
            rate.service_yen.is_none() && rate.included_m3.is_none(),
            &placed.span(),
            || FaultKind::ServiceSteps("service_yen・included_m3 と一緒には書けません。"),
        );
        (steps, floor)
    }

    fn meter_rents(&mut self, form: &ScheduleForm) -> Vec<MeterRent> {
        let mut rents: Vec<MeterRent> = Vec::with_capacity(form.meter_rent.len());
        for placed in &form.meter_rent {
            let rent = MeterRent {
                sizes: self.sizes(&placed.get().sizes_mm),
                charge: self.price(&placed.get().yen).unwrap_or_default(),
            };
            let is_double = rents.iter().any(|earlier| {
                earlier.sizes.is_empty()
                    || rent.sizes.is_empty()
                    || rent.sizes.iter().any(|size| earlier.holds_for(*size))
            });
            let is_whole = placed.get().sizes_mm.len() == rent.sizes.len();
            self.expect(!is_double || !is_whole, &placed.span(), || {
                FaultKind::Conflict("同じ口径のメーター使用料が2つあります。")
            });
            if is_whole {
                rents.push(rent);
            }
        }
        rents
    }

    fn shared(&mut self, placed: &Placed<SharedForm>) -> SharedTap {
        let form = placed.get();
        SharedTap {
            size: form.size_mm.as_ref().and_then(|mm| self.size(mm)),
            remainder: match form.remainder {
                RemainderWord::Spread => Remainder::Spread,
                RemainderWord::First => Remainder::First,
                RemainderWord::Carry => Remainder::Carry,
            },
            round_per: match form.round_per {
                RoundPerWord::Claim => RoundPer::Claim,
                RoundPerWord::Dwelling => RoundPer::Dwelling,
            },
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
