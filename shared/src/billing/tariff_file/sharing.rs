//! Shared meters, well water and charges that are settled apart (連用・井戸水・別計算).

use super::Reader;
use super::fault::FaultKind;
use super::form::{
    ApartWord, Placed, RemainderWord, RoundPerWord, ScheduleForm, SharedForm, SharedServiceWord,
    WellForm,
};
use crate::billing::tariff::{
    Apart, Rates, Relief, ReliefBasis, Remainder, RoundPer, SharedService, SharedTap,
};
use crate::billing::volume::WellRule;
use crate::connection::UsageClass;

impl Reader<'_> {
    pub(super) fn shared(
        &mut self,
        placed: &Placed<SharedForm>,
        schedule: &ScheduleForm,
        rates: &Rates,
    ) -> SharedTap {
        let form = placed.get();
        let shared = SharedTap {
            size: form.size_mm.as_ref().and_then(|mm| self.size(mm)),
            remainder: match form.remainder {
                RemainderWord::Spread => Remainder::Spread,
                RemainderWord::First => Remainder::First,
                RemainderWord::Carry => Remainder::Carry,
                RemainderWord::Exact => Remainder::Exact,
            },
            round_per: match form.round_per {
                RoundPerWord::Claim => RoundPer::Claim,
                RoundPerWord::Dwelling => RoundPer::Dwelling,
            },
            service: match form.service {
                SharedServiceWord::Dwelling => SharedService::Dwelling,
                SharedServiceWord::Meter => SharedService::Meter,
            },
        };
        let is_one = shared.remainder != Remainder::Exact || shared.round_per == RoundPer::Claim;
        self.expect(is_one, &placed.span(), || {
            FaultKind::Conflict(
                "remainder = \"exact\" では、1戸ごとの端数処理（round_per = \"dwelling\"）はできません。",
            )
        });
        // A share of the meter's service charge cannot be rounded by dwelling and stay one charge.
        let is_parted = shared.service == SharedService::Meter
            && shared.remainder != Remainder::Exact
            && (shared.round_per == RoundPer::Dwelling
                || schedule.rounding.iter().any(|rounding| rounding.get().is_below_claim()));
        self.expect(!is_parted, &placed.span(), || {
            FaultKind::Conflict(
                "基本料金をメーターに1つだけとる（service = \"meter\"）ときは、1行・月・1戸ごとの端数処理はできません。",
            )
        });
        let has_minimum = rates.all().iter().any(|rate| rate.minimum.is_some());
        let is_fit = shared.service == SharedService::Dwelling || !has_minimum;
        self.expect(is_fit, &placed.span(), || {
            FaultKind::Conflict(
                "基本料金をメーターに1つだけとる（service = \"meter\"）ときは、最低料金は使えません。",
            )
        });
        shared
    }

    pub(super) fn apart(
        &mut self,
        schedule: &ScheduleForm,
        rates: &Rates,
        reliefs: &[Relief],
    ) -> Apart {
        let mut apart = Apart::default();
        for word in &schedule.apart {
            let kind = match word.get() {
                ApartWord::Service => &mut apart.service,
                ApartWord::Volume => &mut apart.volume,
                ApartWord::Rent => &mut apart.rent,
            };
            *kind = true;
        }
        let Some(first) = schedule.apart.first() else { return apart };
        let by_dwelling =
            |shared: &Placed<SharedForm>| matches!(shared.get().round_per, RoundPerWord::Dwelling);
        let is_shared_fit = schedule.shared.as_ref().is_none_or(by_dwelling);
        self.expect(is_shared_fit, &first.span(), || {
            FaultKind::Conflict(
                "apart があるときは、連用の端数処理を1戸ごと（round_per = \"dwelling\"）にしてください。",
            )
        });
        let is_of_all = reliefs.iter().any(|relief| relief.basis == ReliefBasis::All);
        self.expect(!is_of_all, &first.span(), || {
            FaultKind::Conflict(
                "apart があるときは、全部から引く減免（of = \"all\"）は使えません。",
            )
        });
        let has_minimum = rates.all().iter().any(|rate| rate.minimum.is_some());
        let is_whole = !has_minimum || !(apart.service || apart.volume);
        self.expect(is_whole, &first.span(), || {
            FaultKind::Conflict("最低料金があるときは、apart に書けるのは \"rent\" だけです。")
        });
        let partial_minimum =
            schedule.proration.as_ref().is_some_and(|p| p.get().minimum_yen.is_some());
        self.expect(!partial_minimum, &first.span(), || {
            FaultKind::Conflict("apart があるときは、日割の最低額（minimum_yen）は使えません。")
        });
        apart
    }

    pub(super) fn wells(
        &mut self,
        schedule: &ScheduleForm,
        all_classes: &[UsageClass],
    ) -> Vec<WellRule> {
        let Some(placed) = &schedule.well else { return Vec::new() };
        let mut wells: Vec<WellRule> = Vec::new();
        for form in &placed.get().0 {
            let rule = self.well(form, all_classes);
            let is_double = wells.iter().any(|earlier| {
                earlier.use_classes.is_empty()
                    || rule.use_classes.is_empty()
                    || rule.use_classes.iter().any(|class| earlier.use_classes.contains(class))
            });
            let is_whole = form.use_classes.len() == rule.use_classes.len();
            self.expect(!is_double || !is_whole, &form.months.span(), || {
                FaultKind::Conflict("同じ用途の井戸水の決まりが2つあります。")
            });
            if is_whole {
                wells.push(rule);
            }
        }
        wells
    }

    fn well(&mut self, form: &WellForm, all_classes: &[UsageClass]) -> WellRule {
        self.expect((1..=12).contains(form.months.get()), &form.months.span(), || {
            FaultKind::Range { field: "months", expected: " 1 から 12 まで" }
        });
        WellRule {
            use_classes: self.classes(&form.use_classes, all_classes),
            months: *form.months.get(),
            alone_m3: form.alone_m3.clone(),
            alone_more_m3: form.alone_more_m3,
            with_tap_m3: form.with_tap_m3.clone(),
            with_tap_more_m3: form.with_tap_more_m3,
            at_least_alone: form.at_least_alone,
        }
    }
}
