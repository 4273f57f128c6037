//! Metering (検針): what the dials say, whether it can be believed, and the notice that is left.

pub mod day_total;
pub mod estimate;
pub mod estimate_proposal;
pub mod field_work;
pub mod meter_port;
pub mod no_read;
pub mod notice_seal;
pub mod period_volume;
pub mod photo_draw;
pub mod register;
pub mod remark;
pub mod screening;
pub mod usage_notice;

pub use day_total::DayTotal;
pub use estimate_proposal::proposed_estimate;
pub use field_work::{
    CutMethod, ExchangeReason, Hazard, NoteKind, ReceiptVoidReason, SettlementPayment,
    SuspensionStep, WorkOrderKind,
};
pub use no_read::NoReadReason;
pub use period_volume::{BackwardsReason, PeriodBasis, PeriodVolume};
pub use register::{RegisterError, RegisterReading, Usage};
pub use remark::{FollowUp, Remark, RemarkNeeds};
pub use screening::{
    BackTest, Escalation, Finding, History, LimitsError, LowFlowIndicator, Observation,
    PastReading, ScreeningLimits, Trial, screen, screen_period,
};
pub use usage_notice::{Issuer, LastDebit, UsageNotice};
