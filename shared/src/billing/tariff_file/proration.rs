//! Proration (日割・月割): the rule of partial periods.

use std::ops::Range;

use super::Reader;
use super::fault::FaultKind;
use super::form::{
    CountWord, Placed, ProrationForm, ProrationRoundingForm, ProrationStepForm, ScheduleForm,
    ServiceWord, SplitWord, VolumeWord,
};
use crate::billing::tariff::{
    DayCount, Proration, ProrationMonths, ProrationStep, Rounding, ServiceShare, VolumeShare,
};
use crate::connection::UsageClass;
use crate::quantity::{CubicMeters, RoundingMode};

/// Periods of at least this many days per month are whole, unless the file says otherwise.
const WHOLE_FROM_DAYS: u16 = 25;

impl Reader<'_> {
    pub(super) fn proration(
        &mut self,
        placed: &Placed<ProrationForm>,
        schedule: &ScheduleForm,
        all_classes: &[UsageClass],
    ) -> Option<Proration> {
        let form = placed.get();
        let months = self.proration_months(placed)?;
        let volume = match form.volume.get() {
            VolumeWord::Share => VolumeShare::Share,
            VolumeWord::Whole => VolumeShare::Whole,
            VolumeWord::Included => VolumeShare::Included,
            VolumeWord::Convert => VolumeShare::Convert,
        };
        let is_per_day = matches!(months, ProrationMonths::PerDay(_));
        if volume == VolumeShare::Convert {
            self.expect(is_per_day && *schedule.table_months.get() == 1, &form.volume.span(), || {
                FaultKind::Proration(
                    "volume = \"convert\" は、days_per_month があり、1か月の表のときだけ使えます。",
                )
            });
        }
        let refused = |words| move || FaultKind::Conflict(words);
        let is_split = matches!(volume, VolumeShare::Whole | VolumeShare::Included);
        self.expect(
            schedule.split != SplitWord::Half || !is_split,
            &placed.span(),
            refused("split = \"half\" では、日割・月割の volume は \"share\" か \"convert\" にしてください。"),
        );
        let whole_from_days = form.whole_from_days.as_ref().map_or(WHOLE_FROM_DAYS, |days| {
            self.expect((1..=31).contains(days.get()), &days.span(), || FaultKind::Range {
                field: "whole_from_days",
                expected: " 1 から 31 まで",
            });
            *days.get()
        });
        let rounding = self.one_rounding(&form.rounding, &placed.span());
        let service_rounding = self.one_rounding(&form.service_rounding, &placed.span());
        let service = share(form.service);
        Some(Proration {
            count: match form.count {
                Some(CountWord::Both) => DayCount::Both,
                Some(CountWord::Start) | None => DayCount::Start,
            },
            whole_from_days,
            months,
            sizes: self.sizes(&form.sizes_mm),
            use_classes: self.classes(&form.use_classes, all_classes),
            service,
            rent: form.rent.map_or(service, share),
            service_rounding,
            volume,
            volume_mode: form.volume_mode.unwrap_or(RoundingMode::Floor),
            minimum: form.minimum_yen.as_ref().and_then(|minimum| self.whole_yen(minimum)),
            rounding,
        })
    }

    fn one_rounding(
        &mut self,
        forms: &[Placed<ProrationRoundingForm>],
        span: &Range<usize>,
    ) -> Option<Rounding> {
        self.expect(forms.len() < 2, span, || {
            FaultKind::Proration("rounding と service_rounding は、それぞれ1つだけ書けます。")
        });
        let form = forms.first()?.get();
        self.step(&form.step_yen);
        self.not_empty(&form.article);
        Some(Rounding {
            mode: form.mode,
            step_yen: *form.step_yen.get(),
            article: form.article.get().clone(),
        })
    }

    fn proration_months(&mut self, placed: &Placed<ProrationForm>) -> Option<ProrationMonths> {
        let form = placed.get();
        match (&form.months, &form.days_per_month) {
            (Some(steps), None) => self.proration_steps(steps).map(ProrationMonths::Steps),
            (None, Some(days)) => {
                self.expect((28..=31).contains(days.get()), &days.span(), || FaultKind::Range {
                    field: "days_per_month",
                    expected: " 28 から 31 まで",
                });
                Some(ProrationMonths::PerDay(*days.get()))
            }
            _ => {
                let words = "months か days_per_month のどちらか1つを書いてください。";
                self.fault(&placed.span(), FaultKind::Proration(words));
                None
            }
        }
    }

    fn proration_steps(
        &mut self,
        placed: &Placed<Vec<Placed<ProrationStepForm>>>,
    ) -> Option<Vec<ProrationStep>> {
        let mut before: Option<&ProrationStepForm> = None;
        let mut steps = Vec::with_capacity(placed.get().len());
        for (index, row) in placed.get().iter().enumerate() {
            let is_last = index + 1 == placed.get().len();
            let form = row.get();
            let is_open = form.to_days.is_none() && !form.has_volume();
            let rises = before.is_none_or(|before| match (before.to_days, form.to_days) {
                (Some(before_days), Some(days)) if !before.has_volume() => days > before_days,
                (Some(before_days), Some(days)) => days >= before_days,
                _ => true,
            });
            self.expect(is_open == is_last && rises, &row.span(), || {
                FaultKind::Proration(
                    "months は to_days の小さい順に並べ、最後の行だけ to_days も to_m3 も書かないでください。",
                )
            });
            before = Some(form);
            steps.push(ProrationStep {
                to_days: form.to_days,
                to_m3: form.to_m3.map(CubicMeters),
                to_included: form.to_included.as_ref().and_then(|share| self.months(share)),
                months: self.months(&form.months)?,
            });
        }
        self.expect(!steps.is_empty(), &placed.span(), || {
            FaultKind::Proration("months に1行以上書いてください。")
        });
        Some(steps)
    }
}

fn share(word: ServiceWord) -> ServiceShare {
    match word {
        ServiceWord::Share => ServiceShare::Share,
        ServiceWord::Whole => ServiceShare::Whole,
    }
}
