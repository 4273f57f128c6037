//! The tariff file (料金表ファイル): TOML as a clerk writes it, checked into a [`TariffFile`].
//!
//! All faults are told at once, each with its line and column.

mod check;
mod example;
mod fault;
mod form;
mod placed;
mod price;
mod proration;
mod rate;
mod schedule;
mod shape;
mod sharing;
mod tax;

use std::ops::Range;

use jiff::civil::Date;

use super::tariff::{TariffFile, Transition};
use crate::connection::{MeterSize, UsageClass};
pub use fault::{FaultKind, TariffFault};
use form::{ContinuingWord, FileForm, Placed, TransitionForm};

impl TariffFile {
    /// Reads the text of a tariff file (`docs/tariff.md`). All faults, by their place.
    pub fn parse(text: &str) -> Result<TariffFile, Vec<TariffFault>> {
        let (form, shape_faults) = shape::read(text);
        let Some(form) = form else { return Err(in_order(shape_faults)) };
        let mut reader = Reader { text, faults: Vec::new() };
        let file = reader.file(&form);
        let mut faults = reader.faults;
        if !shape_faults.is_empty() {
            // What does not fit may be all that is wrong between two lines.
            faults.retain(|fault| fault.kind.is_of_one_value());
            faults.extend(shape_faults);
        }
        if faults.is_empty() { Ok(file) } else { Err(in_order(faults)) }
    }
}

/// The JSON Schema of the file, for editors.
#[cfg(feature = "schema")]
pub fn tariff_schema() -> schemars::Schema {
    schemars::schema_for!(FileForm)
}

fn in_order(mut faults: Vec<TariffFault>) -> Vec<TariffFault> {
    faults.sort_by_key(|fault| (fault.line, fault.column));
    faults.dedup();
    faults
}

/// Turns forms into rules and gathers faults. A method that answers `None` has told a fault.
struct Reader<'t> {
    text: &'t str,
    faults: Vec<TariffFault>,
}

impl Reader<'_> {
    fn fault(&mut self, span: &Range<usize>, kind: FaultKind) {
        if span.start > self.text.len() {
            return; // Filled in for what does not fit, which is told by itself.
        }
        self.faults.push(TariffFault::at(self.text, span.start, kind));
    }

    /// Tells a fault unless `holds`.
    fn expect(&mut self, holds: bool, span: &Range<usize>, kind: impl FnOnce() -> FaultKind) {
        if !holds {
            self.fault(span, kind());
        }
    }

    fn file(&mut self, form: &FileForm) -> TariffFile {
        let is_code = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let code = form.code.get();
        self.expect(!code.is_empty() && code.chars().all(is_code), &form.code.span(), || {
            FaultKind::Key(code.clone())
        });
        for required in [&form.name, &form.source] {
            self.not_empty(required);
        }
        let valid_from = self.date(&form.valid_from);
        let read_on = form.read_on.as_ref().and_then(|day| self.date(day));
        let transition = form.transition.as_ref().and_then(|placed| {
            let TransitionForm { continuing, first_reading_from } = placed.get();
            self.transition(*continuing, first_reading_from.as_ref(), &placed.span())
        });
        let use_classes = self.class_names(form);
        let mut file = TariffFile {
            code: code.clone(),
            name: form.name.get().clone(),
            source: form.source.get().clone(),
            read_on,
            // Without a day the file is refused; the rest of it is told all the same.
            valid_from: valid_from.unwrap_or_default(),
            use_classes,
            tariffs: Vec::new(),
            examples: Vec::new(),
        };
        self.schedules(form, transition, &mut file);
        self.examples(form, &mut file);
        file
    }

    fn class_names(&mut self, form: &FileForm) -> Vec<(UsageClass, String)> {
        let mut names = Vec::with_capacity(form.use_classes.len());
        for (key, name) in &form.use_classes {
            self.not_empty(name);
            match UsageClass::from_key(key) {
                Some(class) => names.push((class, name.get().clone())),
                None => self.fault(&name.span(), FaultKind::Key(key.clone())),
            }
        }
        names
    }

    fn transition(
        &mut self,
        continuing: Option<ContinuingWord>,
        first_reading_from: Option<&Placed<String>>,
        span: &Range<usize>,
    ) -> Option<Transition> {
        match (continuing, first_reading_from) {
            (Some(_), Some(_)) | (None, None) => {
                let words = "continuing か first_reading_from のどちらか1つを書いてください。";
                self.fault(span, FaultKind::Transition(words));
                None
            }
            (Some(word), None) => Some(match word {
                ContinuingWord::ReadingDay => Transition::ReadingDay,
                ContinuingWord::WholeCycle => Transition::WholeCycle,
                ContinuingWord::Days => Transition::Days,
            }),
            (None, Some(day)) => self.date(day).map(Transition::FirstReadingFrom),
        }
    }

    fn date(&mut self, placed: &Placed<String>) -> Option<Date> {
        let date = placed.get().parse().ok();
        self.expect(date.is_some(), &placed.span(), || FaultKind::Date(placed.get().clone()));
        date
    }

    fn not_empty(&mut self, placed: &Placed<String>) {
        self.expect(!placed.get().trim().is_empty(), &placed.span(), || {
            FaultKind::UnfitValue("空です".into())
        });
    }

    /// Classes that the file names or that need no name.
    fn classes(&mut self, keys: &[Placed<String>], known: &[UsageClass]) -> Vec<UsageClass> {
        let mut classes = Vec::with_capacity(keys.len());
        for key in keys {
            let class = UsageClass::from_key(key.get()).filter(|class| known.contains(class));
            self.expect(class.is_some(), &key.span(), || FaultKind::NoSuchClass(key.get().clone()));
            classes.extend(class);
        }
        classes
    }

    fn sizes(&mut self, sizes_mm: &[Placed<u16>]) -> Vec<MeterSize> {
        sizes_mm.iter().filter_map(|mm| self.size(mm)).collect()
    }

    fn size(&mut self, mm: &Placed<u16>) -> Option<MeterSize> {
        let size = MeterSize::new(*mm.get()).ok();
        self.expect(size.is_some(), &mm.span(), || FaultKind::Size(*mm.get()));
        size
    }
}

#[cfg(test)]
mod tests;
