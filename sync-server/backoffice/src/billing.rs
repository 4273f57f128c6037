//! Billing (調定・請求): tariffs, the run that assesses a round, and what it made.

mod assessments;
pub mod bench;
mod bill_marks;
mod bill_view;
mod bills;
mod correction;
mod drafts;
mod error;
mod explanation;
mod export;
mod golden_rows;
pub mod lab;
mod leak_adjustment;
mod run;
mod runs;
mod settlement;
mod tariffs;
pub(crate) mod terms;
#[cfg(test)]
mod tests;
pub(crate) mod use_class;

pub use assessments::{
    AssessmentLine, ClaimTotal, Page, assessment_count, assessments_of_round, totals_of_round,
};
pub use bill_marks::{BillMarks, ReplacedBill, bill_marks};
pub use bill_view::{BillClaim, BillView, Issuer, PastUsage, bill, bill_views};
pub use bills::{BillLine, bills_of_connection, bills_of_round};
pub use correction::{
    BillToCorrect, CorrectedClaim, CorrectedFacts, CorrectedReading, CorrectedTotal,
    CorrectionDecision, CorrectionDecisionOrder, CorrectionFilter, CorrectionRefusal,
    CorrectionState, CorrectionTrial, DriftedBill, LaterPeriod, NewCorrection, PaidOnSite,
    ReceivedForBill, RelatedBill, Replacement, RoundSums, StoredCorrection, bill_replacements,
    bill_to_correct, correction, correction_charges, corrections, corrections_of_connection,
    decide_correction, drifted_bills, propose_correction, round_sums, try_correction,
};
pub use drafts::{
    DraftForm, DraftRate, DraftSchedule, DraftTiers, TariffVersion, VersionState, VersionStep,
    approve_draft, begin_draft, copy_version, edit_draft, tariff_version, tariff_versions,
    withdraw_draft, write_draft,
};
pub use error::BillingError;
pub use explanation::{AssessmentView, assessment, assessment_explanation};
pub use export::{EXPORT_HEADER, ExportRow, export_assessments};
pub use golden_rows::{
    GoldenCheck, GoldenNight, GoldenRow, GoldenVerdict, GoldenWatch, NewGoldenRow,
    check_golden_rows, check_golden_rows_with, enter_golden_row, withdraw_golden_row,
};
pub use leak_adjustment::{
    LeakDecision, LeakDecisionOrder, LeakProposal, LeakQuestion, LeakRefusal, LeakSite,
    compute_leak_adjustment, decide_leak_adjustment, leak_adjustment, leak_adjustments, leak_site,
    propose_leak_adjustment,
};
pub use run::{
    BillingOrder, CancelFlag, Difference, RunProgress, RunSummary, Unbilled, UnbilledReason,
    run_billing,
};
pub use runs::{BillingRun, last_run, runs};
pub use settlement::{Settlement, open_settlements, settlement_of_assessment};
pub use tariffs::{StoredTariff, demo_tariffs, end_tariff, store_tariff, tariff_on, tariffs};
pub use terms::{
    ClassChangeLine, ConnectionTerms, EntryBy, NewClassChange, NewMeasure, NewTerm, ReliefChoice,
    SourceReadingLine, TermDecision, TermEntry, TermKind, TermLine, TermRefusal, TermState,
    change_use_class, connection_terms, end_term, enter_source_reading, enter_term,
    withdraw_class_change,
};
pub use use_class::use_classes;
