//! The tariff lab (料金改定シミュレーション): a draft tariff over a year of real assessments.
//!
//! Two connections read the year's assessments, slice by slice of connections, in one snapshot.
//! Nothing is written. A year holds few inputs that differ ([`cases`]), so that a row costs a
//! look-up; what is kept of it are sums, histograms and the strangest bills.

mod bills;
mod cases;
mod customers;
mod error;
mod histogram;
mod pricing;
mod report;
mod scan;
mod strange;
mod tally;
mod tiers;
mod words;
mod year;

use shared::billing::{TariffFault, TariffFile};
use shared::connection::UsageClass;

use crate::Backoffice;
use crate::jobs::JobControl;

pub use error::LabError;
pub use histogram::{Bin, Histogram};
pub use report::{ClaimFigures, Figures, Group, LabReport, LabRound, StrangeBill, Unpriced};
pub use scan::CutPeriods;
pub use strange::Oddity;
pub use tiers::{TierKind, TierRow, TierTable};
pub use words::{Unit, percent, signed};
pub use year::{FiscalYear, LabYear, lab_years};

/// A draft that can be tried: any tariff file without faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabDraft {
    /// What it says.
    pub file: TariffFile,
}

impl LabDraft {
    /// Reads the text of a tariff file; refused with all its faults.
    pub fn parse(text: &str) -> Result<LabDraft, Vec<TariffFault>> {
        Ok(LabDraft { file: TariffFile::parse(text)? })
    }
}

/// Words of a tariff file for what it names itself.
struct TariffNames<'f>(&'f TariffFile);

impl TariffNames<'_> {
    fn of_class(&self, class: UsageClass) -> String {
        let named = self.0.use_classes.iter().find(|(known, _)| *known == class);
        named.map_or_else(|| class.japanese().to_owned(), |(_, name)| name.clone())
    }
}

/// What is to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabOrder {
    /// The draft.
    pub draft: LabDraft,
    /// The year whose assessments are priced again.
    pub year: FiscalYear,
}

/// Prices a year's assessments by the draft. Reads only; ends with [`LabError::Cancelled`] soon
/// after somebody asked for it.
pub async fn run_lab(
    office: &Backoffice,
    order: &LabOrder,
    control: &JobControl,
) -> Result<LabReport, LabError> {
    let rounds = year::rounds_of(office, order.year).await?;
    if rounds.is_empty() {
        return Err(LabError::NothingBilled);
    }
    let pricing = pricing::Pricing::load(office, order.draft.file.clone()).await?;
    let pricing = std::sync::Arc::new(pricing);
    let (tally, cut) = scan::scan(office, &rounds, &pricing, control).await?;
    let report = report::report(office, order, rounds, &pricing, tally, cut).await?;
    tracing::info!(
        draft = order.draft.file.code,
        bills = report.bills,
        customers = report.customers,
        "a draft tariff was tried"
    );
    Ok(report)
}
