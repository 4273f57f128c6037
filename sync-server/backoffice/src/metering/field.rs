//! The office's side of the reader's day (現地作業の管理): orders, days, notes, cash, photos.

mod agreement;
mod cash;
mod day;
mod held;
mod note;
mod order;
mod photo;
mod service;

pub use agreement::{NewUser, begin_by_start, end_by_stop};
pub use cash::{CashDay, cash_days, hand_over_cash};
pub use day::{DayLine, FieldDay, approve_day, field_days};
pub use held::{HeldReading, HoldDecision, decide_held, held_readings};
pub use note::{FieldNote, field_notes, settle};
pub use order::{
    NewOrder, WorkOrder, cancel_order, hazards_of, orders_of_connection, place_order, set_hazards,
};
pub use photo::{StoredPhoto, photo_bytes, photos_of_connection};
pub use service::{FieldService, field_services};

/// Why something was refused.
#[derive(Debug, thiserror::Error)]
pub enum FieldRefusal {
    /// No such order, note, day or photo.
    #[error("no such thing")]
    NotFound,
    /// The totals differ and nobody said why they hold.
    #[error("the totals differ")]
    NeedsRemark,
    /// It was dealt with before.
    #[error("it was settled before")]
    Settled,
    /// What was entered is not enough.
    #[error("the entry is not complete")]
    Incomplete,
    /// There is no agreement that ends with the stop.
    #[error("no open agreement ends with the stop")]
    NoSuchAgreement,
    /// Somebody else uses the water on that day.
    #[error("the connection is in use")]
    InUse,
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

impl FieldRefusal {
    /// The stable code, explained in [`crate::codes`].
    pub fn code(&self) -> &'static str {
        match self {
            FieldRefusal::NotFound => "M40",
            FieldRefusal::NeedsRemark => "M41",
            FieldRefusal::Settled => "M42",
            FieldRefusal::Incomplete => "M43",
            FieldRefusal::NoSuchAgreement => "M44",
            FieldRefusal::InUse => "M45",
            FieldRefusal::Database(_) => "X90",
        }
    }
}
