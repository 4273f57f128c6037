//! Columns of a table of cases (算定例の列): found by their names, in any order.

use super::fault::CaseFault;

/// Names that have to be there, in the order of [`CaseColumns::required`].
const REQUIRED: [&str; 4] = ["meter_mm", "use_class", "period_months", "usage_m3"];

/// Names that may be there, in the order of [`CaseColumns::optional`].
const OPTIONAL: [&str; 8] =
    ["sewer_m3", "dwellings", "from", "to", "started_on", "tax_rate", "well_people", "authority"];

/// Where each column of a table stands. Others are none of our business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseColumns {
    required: [usize; 4],
    optional: [Option<usize>; 8],
    width: usize,
}

impl CaseColumns {
    /// Finds the columns in a row of names.
    pub fn find<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, CaseFault> {
        let names: Vec<&str> = names.into_iter().map(str::trim).collect();
        for name in REQUIRED.into_iter().chain(OPTIONAL) {
            if names.iter().filter(|known| **known == name).count() > 1 {
                return Err(CaseFault::DoubleColumn(name));
            }
        }
        let place = |name: &str| names.iter().position(|known| *known == name);
        let missing: Vec<&str> =
            REQUIRED.into_iter().filter(|name| place(name).is_none()).collect();
        if !missing.is_empty() {
            return Err(CaseFault::MissingColumns(missing.join("、")));
        }
        let required = REQUIRED.map(|name| place(name).unwrap_or_default());
        Ok(Self { required, optional: OPTIONAL.map(place), width: names.len() })
    }

    /// How many columns a row has.
    pub fn width(&self) -> usize {
        self.width
    }

    pub(super) fn meter_mm(&self) -> (usize, &'static str) {
        (self.required[0], REQUIRED[0])
    }

    pub(super) fn use_class(&self) -> (usize, &'static str) {
        (self.required[1], REQUIRED[1])
    }

    pub(super) fn period_months(&self) -> (usize, &'static str) {
        (self.required[2], REQUIRED[2])
    }

    pub(super) fn usage_m3(&self) -> (usize, &'static str) {
        (self.required[3], REQUIRED[3])
    }

    pub(super) fn optional(&self, name: &'static str) -> Option<(usize, &'static str)> {
        let place = OPTIONAL.iter().position(|known| *known == name)?;
        self.optional[place].map(|column| (column, name))
    }
}
