//! Proration (日割・月割): the rule of partial periods.

use super::Reader;
use super::fault::FaultKind;
use super::form::{
    CountWord, Placed, ProrationForm, ProrationStepForm, ScheduleForm, ServiceWord, SplitWord,
    VolumeWord,
};
use crate::billing::tariff::{
    DayCount, Proration, ProrationMonths, ProrationStep, Rounding, ServiceShare, VolumeShare,
};
use crate::quantity::RoundingMode;

/// Periods of at least this many days per month are whole, unless the file says otherwise.
const WHOLE_FROM_DAYS: u16 = 25;

impl Reader<'_> {
    pub(super) fn proration(
        &mut self,
        placed: &Placed<ProrationForm>,
        schedule: &ScheduleForm,
    ) -> Option<Proration> {
        let form = placed.get();
        let months = self.proration_months(placed)?;
        let volume = match form.volume.get() {
            VolumeWord::Share => VolumeShare::Share,
            VolumeWord::Whole => VolumeShare::Whole,
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
        self.expect(
            schedule.split != SplitWord::Half,
            &placed.span(),
            refused("split = \"half\" では日割・月割ができません。"),
        );
        let whole_from_days = form.whole_from_days.as_ref().map_or(WHOLE_FROM_DAYS, |days| {
            self.expect((1..=31).contains(days.get()), &days.span(), || FaultKind::Range {
                field: "whole_from_days",
                expected: " 1 から 31 まで",
            });
            *days.get()
        });
        let mut roundings = form.rounding.iter().map(|placed| {
            let rounding = placed.get();
            self.step(&rounding.step_yen);
            self.not_empty(&rounding.article);
            Rounding {
                mode: rounding.mode,
                step_yen: *rounding.step_yen.get(),
                article: rounding.article.get().clone(),
            }
        });
        let rounding = roundings.next();
        let has_more = roundings.next().is_some();
        drop(roundings);
        self.expect(!has_more, &placed.span(), || {
            FaultKind::Proration("rounding は1つだけ書けます。")
        });
        Some(Proration {
            count: match form.count {
                Some(CountWord::Both) => DayCount::Both,
                Some(CountWord::Start) | None => DayCount::Start,
            },
            whole_from_days,
            months,
            service: match form.service {
                ServiceWord::Share => ServiceShare::Share,
                ServiceWord::Whole => ServiceShare::Whole,
            },
            volume,
            volume_mode: form.volume_mode.unwrap_or(RoundingMode::Floor),
            minimum: form.minimum_yen.as_ref().and_then(|minimum| self.whole_yen(minimum)),
            rounding,
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
        let mut floor = 0;
        let mut steps = Vec::with_capacity(placed.get().len());
        for (index, row) in placed.get().iter().enumerate() {
            let is_last = index + 1 == placed.get().len();
            let ProrationStepForm { to_days, months } = row.get();
            let fits = to_days.map_or(is_last, |to| !is_last && to > floor);
            self.expect(fits, &row.span(), || {
                FaultKind::Proration(
                    "months は to_days の小さい順に並べ、最後の行だけ to_days を書かないでください。",
                )
            });
            floor = to_days.unwrap_or(floor);
            steps.push(ProrationStep { to_days: *to_days, months: self.months(months)? });
        }
        self.expect(!steps.is_empty(), &placed.span(), || {
            FaultKind::Proration("months に1行以上書いてください。")
        });
        Some(steps)
    }
}
