//! Why the metering office's work was refused. The codes are explained in [`crate::codes`].

use super::progress::Count;

/// Why something was refused.
#[derive(Debug, thiserror::Error)]
pub enum MeteringError {
    /// A route still has connections that nobody accounted for.
    #[error("{} routes are not accounted for", .0.len())]
    NotAccountedFor(Vec<(String, Count)>),
    /// There is a round of this month already.
    #[error("a round of this month exists")]
    RoundExists,
    /// No such round, route or connection in it.
    #[error("no such round, route or planned connection")]
    NotFound,
    /// The round is closed.
    #[error("the round is closed")]
    RoundClosed,
    /// What was read cannot be withdrawn.
    #[error("the connection has been read")]
    AlreadyRead,
    /// No such terminal, or it was revoked.
    #[error("no such terminal in use")]
    NoSuchDevice,
    /// No connection with a meter to plan.
    #[error("there is no connection to read")]
    NothingToRead,
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[source] sqlx::Error),
}

impl MeteringError {
    /// The stable code, explained in [`crate::codes`].
    pub fn code(&self) -> &'static str {
        match self {
            MeteringError::NotAccountedFor(_) => "M01",
            MeteringError::RoundExists => "M02",
            MeteringError::NotFound => "M03",
            MeteringError::RoundClosed => "M04",
            MeteringError::AlreadyRead => "M05",
            MeteringError::NoSuchDevice => "M06",
            MeteringError::NothingToRead => "M07",
            MeteringError::Database(_) => "X90",
        }
    }
}

impl From<sqlx::Error> for MeteringError {
    fn from(error: sqlx::Error) -> Self {
        let constraint = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
        match constraint {
            Some("reading_round_month_unique") => MeteringError::RoundExists,
            _ => MeteringError::Database(error),
        }
    }
}
