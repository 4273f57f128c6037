//! Billing (調定・請求): tariffs, the run that assesses a round, and what it made.

mod assessments;
pub mod bench;
mod bill_view;
mod bills;
mod error;
mod explanation;
mod export;
pub mod lab;
mod run;
mod runs;
mod tariffs;
#[cfg(test)]
mod tests;
pub(crate) mod use_class;

pub use assessments::{
    AssessmentLine, ClaimTotal, Page, assessment_count, assessments_of_round, totals_of_round,
};
pub use bill_view::{BillClaim, BillView, Issuer, PastUsage, bill, bill_views};
pub use bills::{BillLine, bills_of_connection, bills_of_round};
pub use error::BillingError;
pub use explanation::{AssessmentView, assessment, assessment_explanation};
pub use export::{EXPORT_HEADER, ExportRow, export_assessments};
pub use run::{
    BillingOrder, CancelFlag, Difference, RunProgress, RunSummary, Unbilled, UnbilledReason,
    run_billing,
};
pub use runs::{BillingRun, last_run, runs};
pub use tariffs::{StoredTariff, demo_tariffs, end_tariff, store_tariff, tariff_on, tariffs};
pub use use_class::use_classes;
