//! Billing (調定・請求): tariffs as data and the charges that follow from them.

pub mod cases;
pub mod charge;
pub mod claim;
pub mod correction;
pub mod exact;
pub mod explanation;
pub mod leak_adjustment;
pub mod rating;
pub mod supply;
pub mod tariff;
mod tariff_file;
pub mod terms;
pub mod volume;

pub use charge::{
    Charge, ChargeAmounts, ChargeError, ChargeInput, ChargeLine, ChargePart, ChargeStep, LineKind,
    StepKind, bill_amounts,
};
pub use claim::Claim;
pub use exact::Exact;
pub use explanation::{Explanation, ExplanationRow, RowKind, explain};
pub use rating::{Rated, RatedPart, put_bill_tax, rate};
pub use supply::{Choice, Supply, choose, split_by_days};
pub use tariff::{Tariff, TariffFile};
#[cfg(feature = "schema")]
pub use tariff_file::tariff_schema;
pub use tariff_file::{FaultKind, TariffFault};
pub use terms::{
    AskedClaim, ChargeBasis, ChargeTerms, RatedByTerms, Segment, TermsError, rate_by_terms,
};
