//! The day's end and the terminal's settings (日計・設定): counted from the log, kept beside it.

use shared::calendar::to_unix_days;
use shared::metering::DayTotal;
use shared::wire::EventV1;

use super::{Shell, lock};
use crate::screens::Tone;
use crate::store::StoreError;

impl Shell {
    pub(super) fn count_day(&mut self) {
        match self.day_total() {
            Ok(Some(total)) => self.app.day_counted(total),
            Ok(None) => {}
            Err(error) => self.refuse(&error),
        }
    }

    /// What is signed is counted at that moment, not what stood on the screen a while ago.
    pub(super) fn sign_day(&mut self) {
        let total = match self.day_total() {
            Ok(Some(total)) => total,
            Ok(None) => return,
            Err(error) => return self.refuse(&error),
        };
        let Some(route) = self.app.route() else { return };
        let today = to_unix_days(self.app.today());
        let signed = total.signed(route.package, today, self.app.reader_login());
        if self.keep(&EventV1::DaySigned(signed)) {
            self.app.day_counted(total);
            self.app.day_signed();
            self.count();
        }
    }

    fn day_total(&self) -> Result<Option<DayTotal>, StoreError> {
        let Some(route) = self.app.route() else { return Ok(None) };
        let planned: Vec<i64> = route.stops.iter().map(|stop| stop.planned.connection).collect();
        let log = lock(&self.store).events()?;
        Ok(Some(DayTotal::of(&log, route.package, &planned, to_unix_days(self.app.today()))))
    }

    /// Keeps what outlives a restart besides the log.
    pub(super) fn keep_settings(&mut self) {
        if let Err(error) = self.kept.save(&self.app.kept(), &self.refused_login) {
            tracing::warn!(%error, "the settings cannot be kept");
            self.app.tell(
                Tone::Warn,
                "端末の設定を残せません。電源を入れ直すと、もとに戻ります。(H33)",
            );
        }
    }

    /// Counts a wrong PIN, over a restart too.
    pub(super) fn pin_was_wrong(&mut self) {
        self.refused_login = self.app.typed_login().to_owned();
        self.app.pin_was_wrong(self.clock.steady_seconds());
        if let Err(error) = self.kept.save(&self.app.kept(), &self.refused_login) {
            tracing::warn!(%error, "the wrong PIN is not counted over a restart");
        }
    }

    /// Writes down how often a PIN was wrong before this one was right: only now can the log be
    /// written.
    pub(super) fn note_refused(&mut self, failures: u32) {
        if failures == 0 {
            return;
        }
        let reader = std::mem::take(&mut self.refused_login);
        let failures = u16::try_from(failures).unwrap_or(u16::MAX);
        let event = EventV1::LoginRefused { reader, failures };
        let noted = lock(&self.store).append(self.clock.now_unix_seconds(), event);
        if let Err(error) = noted {
            tracing::warn!(code = error.code(), %error, "wrong PINs are not written down");
        }
        self.keep_settings();
    }
}
