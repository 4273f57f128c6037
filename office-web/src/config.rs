//! What the pages get from outside: the clock, the business date and randomness are arguments.

use std::sync::Arc;

use backoffice::Backoffice;
use backoffice::billing::GoldenWatch;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::connection::RecentSearches;
use crate::jobs::OfficeJobs;

/// What the server passes in when it mounts the pages.
#[derive(Clone)]
pub struct OfficeConfig {
    /// The clock.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// The business date (業務日付): today, or the day that is played in a training environment.
    pub today: Arc<dyn Fn() -> Date + Send + Sync>,
    /// Fresh unpredictable bytes: session tokens and the addresses of search results.
    pub random: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
}

/// The state of every handler.
#[derive(Clone)]
pub(crate) struct Office {
    pub backoffice: Backoffice,
    pub searches: Arc<RecentSearches>,
    pub jobs: Arc<OfficeJobs>,
    /// What the nights' checks of the golden rows brought (毎晩の検算).
    pub golden: Arc<GoldenWatch>,
    config: OfficeConfig,
}

impl Office {
    pub fn new(backoffice: Backoffice, config: OfficeConfig) -> Office {
        let (searches, jobs, golden) = (Arc::default(), Arc::default(), Arc::default());
        Office { backoffice, searches, jobs, golden, config }
    }

    /// The same with the outcome of the nights, which the server looks after.
    #[must_use]
    pub fn watched(self, golden: Arc<GoldenWatch>) -> Office {
        Office { golden, ..self }
    }

    pub fn now(&self) -> Timestamp {
        (self.config.now)()
    }

    pub fn today(&self) -> Date {
        (self.config.today)()
    }

    pub fn random(&self) -> [u8; 32] {
        (self.config.random)()
    }
}
