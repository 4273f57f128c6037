//! Saving what was read (検針の保存): one durable entry of the log, and only then the route knows it.

use shared::calendar::to_unix_days;
use shared::metering::{LowFlowIndicator, NoteKind};
use shared::quantity::CubicMeters;
use shared::wire::{EventV1, NoReadV1, NoteV1, ReadingV1, VisitV1};

use super::{Shell, lock};
use crate::screens::{Draft, NoReadDraft};

impl Shell {
    /// Stores an event and lets the route know. Whether it is on the disk; if not, the reader has
    /// been told.
    pub(super) fn keep(&mut self, event: &EventV1) -> bool {
        let saved = lock(&self.store).append(self.clock.now_unix_seconds(), event.clone());
        if let Err(error) = saved {
            self.refuse(&error);
            return false;
        }
        if let Some(route) = self.app.route_mut() {
            route.note(event);
        }
        true
    }

    pub(super) fn save_reading(&mut self, draft: &Draft) {
        let Some(reading) = self.reading(draft) else { return };
        let connection = reading.connection;
        if !self.keep(&EventV1::Reading(reading)) {
            return;
        }
        if let Some(why) = draft.without_photo {
            let text = format!("写真なし：{why}");
            let note = self.note(Some(connection), NoteKind::Other, text);
            // The reading counts whether or not this is kept.
            note.map(|note| self.keep(&EventV1::Noted(note)));
        }
        if let Some(effect) = self.app.reading_saved(draft.place) {
            self.carry_out(effect);
        }
    }

    fn reading(&self, draft: &Draft) -> Option<ReadingV1> {
        let route = self.app.route()?;
        let stop = &route.stops[draft.place];
        let usage = stop.volume(draft.register, draft.reason).billed();
        // The reading is kept whatever its charge: the office computes what the terminal cannot.
        let amounts = usage.map(|usage| route.amounts(stop, usage, self.app.today()));
        let amount = |of: fn(&crate::route::Amounts) -> Option<shared::quantity::Yen>| {
            amounts.as_ref().and_then(of).map(|amount| amount.0)
        };
        Some(ReadingV1 {
            id: (self.mint)(),
            package: route.package,
            connection: stop.planned.connection,
            register_value: draft.register.value(),
            register_digits: draft.register.digits(),
            first_typed_value: draft.first_typed,
            usage_m3: usage.unwrap_or(CubicMeters(0)).0,
            findings: draft.findings.iter().map(|finding| finding.code()).collect(),
            low_flow: match draft.low_flow {
                LowFlowIndicator::NotChecked => 0,
                LowFlowIndicator::Still => 1,
                LowFlowIndicator::TurningWithTapsShut => 2,
            },
            read_on_unix_days: to_unix_days(self.app.today()),
            water_yen: amount(|amounts| amounts.water),
            sewerage_yen: amount(|amounts| amounts.sewerage),
            reader: self.app.reader_login().to_owned(),
            visit: VisitV1 {
                remarks: draft.remarks.clone(),
                taken_back: draft.taken_back,
                meter_frame: draft.meter_frame.clone(),
                ..VisitV1::default()
            },
        })
    }

    pub(super) fn save_no_read(&mut self, draft: NoReadDraft) {
        let Some(route) = self.app.route() else { return };
        let no_read = NoReadV1 {
            id: (self.mint)(),
            package: route.package,
            connection: route.stops[draft.place].planned.connection,
            reason: draft.reason,
            visited_on_unix_days: to_unix_days(self.app.today()),
            reader: self.app.reader_login().to_owned(),
            comes_again: draft.comes_again,
            estimate_m3: draft.estimate.map(|volume| volume.0),
            visit: VisitV1::default(),
        };
        if self.keep(&EventV1::NoRead(no_read)) {
            self.app.no_read_saved(draft.place);
        }
    }

    pub(super) fn note(
        &self,
        connection: Option<i64>,
        kind: NoteKind,
        text: String,
    ) -> Option<NoteV1> {
        Some(NoteV1 {
            id: (self.mint)(),
            package: self.app.route()?.package,
            connection,
            kind: kind.code(),
            text,
            noted_on_unix_days: to_unix_days(self.app.today()),
            position: None,
            reader: self.app.reader_login().to_owned(),
        })
    }
}
