//! Metering (検針): what the dials say, whether it can be believed, and the notice that is left.

pub mod estimate;
pub mod no_read;
pub mod notice_seal;
pub mod register;
pub mod screening;
pub mod usage_notice;

pub use no_read::NoReadReason;
pub use register::{RegisterError, RegisterReading, Usage};
pub use screening::{Finding, History, LowFlowIndicator, Observation, ScreeningLimits, screen};
pub use usage_notice::UsageNotice;
