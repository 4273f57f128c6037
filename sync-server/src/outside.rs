//! What comes from outside (外から渡すもの): clock, date, randomness and the place of the programs.
//!
//! Read once in `main.rs` and passed on, so that a test can play any day.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use uuid::Uuid;

/// Japan has one zone and no summer time.
pub const JAPAN: Offset = Offset::constant(9);

/// Everything that a run takes from its surroundings.
#[derive(Clone)]
pub struct Outside {
    /// The clock.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Fresh unpredictable bytes.
    pub random: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
    /// The folder that holds `minamo`, `handheld` and `virtual-printer`.
    pub programs: PathBuf,
    /// The machine's name in the network.
    pub hostname: String,
    /// `DATABASE_URL`, if it is set.
    pub database_url: Option<String>,
}

impl Outside {
    /// The business date (業務日付): the given one, or today in Japan.
    pub fn today(&self, played: Option<Date>) -> Date {
        played.unwrap_or_else(|| JAPAN.to_datetime((self.now)()).date())
    }

    /// A fresh key.
    pub fn fresh_id(&self) -> Uuid {
        let bytes = (self.random)()[..16].try_into().expect("16 of 32 bytes");
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}
