//! Outages (データベースの停止): whether an error means that the database is away, and not that it said no.

use std::error::Error;

/// Whether the database could not be reached, at any depth of the error's causes. Trying again
/// later may help then; with any other error it will not.
pub fn is_outage(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<sqlx::Error>().is_some_and(is_away) {
            return true;
        }
        next = error.source();
    }
    false
}

fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // Classes of PostgreSQL's own: no connection, no resources, shutting down or starting up.
        sqlx::Error::Database(answer) => answer
            .code()
            .is_some_and(|code| ["08", "53", "57"].iter().any(|class| code.starts_with(class))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn being_away_is_not_saying_no() {
        assert!(is_outage(&sqlx::Error::PoolTimedOut));
        assert!(is_outage(&crate::metering::MeteringError::Database(sqlx::Error::PoolClosed)));
        assert!(!is_outage(&sqlx::Error::RowNotFound));
        assert!(!is_outage(&crate::metering::MeteringError::RoundClosed));
    }
}
