//! Examples within a tariff file (公表された計算例).

use super::Reader;
use super::fault::FaultKind;
use super::form::FileForm;
use crate::billing::tariff::{Example, TariffFile};
use crate::billing::tariff_file::TariffFault;
use crate::connection::UsageClass;
use crate::quantity::{CubicMeters, Yen};

impl Reader<'_> {
    pub(super) fn examples(&mut self, form: &FileForm, file: &mut TariffFile) {
        for placed in &form.example {
            let example = placed.get();
            self.not_empty(&example.source);
            let amounts = [example.water_yen, example.sewer_yen, example.total_yen];
            self.expect(amounts.iter().any(Option::is_some), &placed.span(), || {
                FaultKind::Example("water_yen・sewer_yen・total_yen のどれかを書いてください。")
            });
            self.expect(
                matches!(example.period_months.get(), 1 | 2),
                &example.period_months.span(),
                || FaultKind::Range { field: "period_months", expected: " 1 か 2 " },
            );
            let size = self.size(&example.meter_mm);
            let use_class = UsageClass::from_key(example.use_class.get());
            self.expect(use_class.is_some(), &example.use_class.span(), || {
                FaultKind::Key(example.use_class.get().clone())
            });
            let (Some(size), Some(use_class)) = (size, use_class) else { continue };
            let [water, sewerage, total] = amounts.map(|yen| yen.map(Yen));
            file.examples.push(Example {
                size,
                use_class,
                months: *example.period_months.get(),
                usage: CubicMeters(example.usage_m3),
                water,
                sewerage,
                total,
                source: example.source.get().clone(),
                line: TariffFault::at(self.text, placed.span().start, FaultKind::SameAuthority)
                    .line,
            });
        }
    }
}
