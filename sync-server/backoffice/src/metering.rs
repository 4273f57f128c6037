//! Metering (検針): rounds, routes, what was read and what is still to be read.

mod assign;
mod close_round;
mod error;
mod estimate;
mod estimated_since;
mod field;
mod field_setting;
mod follow_up;
mod limits;
mod master_refusal;
mod notice_facts;
mod on_site;
mod open_round;
mod paper_layout;
mod past;
mod planned_connections;
mod progress;
mod remark_table;
mod rounds;
#[cfg(test)]
mod tests;
mod withdraw;
mod work_package;

pub use assign::{assign_route, unassign_route};
pub use close_round::close_round;
pub use error::MeteringError;
pub use estimate::{
    EstimateBatch, EstimateCandidate, EstimateDecision, EstimateRefusal, EstimatedInARow,
    NewEstimate, ProposedBatch, StoredEstimate, approve_estimates, choose_estimate_rule,
    decide_estimate, estimate, estimate_candidate, estimate_candidates, estimate_practice,
    estimated_in_a_row, estimates_of_connection, estimates_of_round, propose_estimate,
    propose_estimates,
};
pub use field::{
    CashDay, DayLine, FieldDay, FieldNote, FieldRefusal, FieldService, HeldReading, HoldDecision,
    NewOrder, NewUser, StoredPhoto, WorkOrder, approve_day, begin_by_start, cancel_order,
    cash_days, decide_held, end_by_stop, field_days, field_notes, field_services, hand_over_cash,
    hazards_of, held_readings, orders_of_connection, photo_bytes, photos_of_connection,
    place_order, set_hazards, settle,
};
pub use field_setting::{
    FieldSetting, FieldSettingVersion, NewFieldSetting, ReceiptRange, SewerageIssuer,
    enter_field_setting, field_setting, field_settings, sewerage_authorities,
};
pub use follow_up::{OpenFollowUp, open_follow_ups, settled_follow_ups};
pub use limits::{
    LimitSet, LimitsRefusal, PastRound, add_limit_set, choose_limits, connection_limits,
    limit_sets, past_round, set_connection_limits, set_of_round,
};
pub use master_refusal::{MasterMistake, MasterRefusal};
pub use notice_facts::{DebitTold, is_notice_mailed, mail_notice, tell_debits};
pub use open_round::{NewRound, open_round};
pub use paper_layout::{
    LayoutRefusal, PaperLayout, approve_paper_layout, enter_paper_layout, paper_layouts,
};
pub use planned_connections::{
    PlannedConnection, PlannedState, round_findings, round_findings_count, route_connections,
    unread, unread_first,
};
pub use progress::{Count, RouteProgress, round_progress, route_progress};
pub use remark_table::{
    NewRemarkTable, RemarkLine, RemarkTableVersion, enter_remarks, remark_lines, remark_tables,
    used_remark_codes,
};
pub use rounds::{Round, round, rounds};
pub use withdraw::withdraw;
pub use work_package::work_package;

pub(crate) use estimate::ESTIMATED;
pub(crate) use estimated_since::estimated_since;
pub(crate) use limits::limits_of;
pub(crate) use past::{Past, past_of};
pub(crate) use planned_connections::finding_codes;
pub(crate) use remark_table::is_no_read_code;
