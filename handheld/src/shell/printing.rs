//! Printing a slip (お知らせ票の印刷): number first, paper second, and what became of it third.

use std::thread;

use shared::metering::notice_seal::SlipKey;
use shared::paper::{PaperKind, Record};
use shared::wire::{EventV1, SlipV1};

use super::{Report, Shell, lock, watching};
use crate::notice::usage_notice;
use crate::papers;
use crate::route::Outcome;

impl Shell {
    /// The number is given out and on the disk before the first dot.
    pub(super) fn print(&mut self, place: usize) {
        if self.is_power_critical {
            return self.app.print_ended(Err(watching::TOO_LOW.to_owned()));
        }
        let Some(route) = self.app.route() else { return };
        let stop = &route.stops[place];
        let Outcome::Read { reading, printed, corrects } = &stop.outcome else { return };
        let slip = SlipV1 {
            slip_number: String::new(),
            reading: reading.id,
            reissue_of: printed.clone().or(corrects.clone()),
            amount_yen: reading.water_yen.unwrap_or(0) + reading.sewerage_yen.unwrap_or(0),
        };
        let slip = match lock(&self.store).begin_slip(&self.enrolment.device_code, slip) {
            Ok(slip) => slip,
            Err(error) => {
                let told = format!("{}({})", error.japanese(), error.code());
                self.app.print_ended(Err(told));
                return;
            }
        };
        let notice = usage_notice(route, stop, reading, &slip.slip_number, slip.reissue_of.clone());
        let text = notice.seal(SlipKey(self.enrolment.slip_key));
        let layouts = papers::layouts_of(route, PaperKind::UsageNotice);
        let (printer, post) = (self.printer.clone(), self.post.clone());
        thread::spawn(move || {
            let mut printer = lock(&printer);
            let width = printer.width_dots();
            let template = papers::template(&layouts, PaperKind::UsageNotice, width);
            let drawing = press::draw_by(&template, &Record::of_notice(&notice, &text), width);
            if !drawing.missing_glyphs.is_empty() {
                // How many, never which: they come out of people's names.
                tracing::warn!(
                    slip.missing_glyphs = drawing.missing_glyphs.len(),
                    "font lacks letters"
                );
            }
            let failure = match printer.print(&drawing.raster, &mut |_, _| {}) {
                Ok(()) => None,
                Err(error) => {
                    tracing::warn!(code = error.code(), %error, "slip not printed");
                    Some(format!("{}({})", error.message_ja(), error.code()))
                }
            };
            post(Report::Slip { place, slip, failure });
        });
    }

    pub(super) fn hear_slip(&mut self, place: usize, slip: SlipV1, failure: Option<String>) {
        let event = match failure {
            None => EventV1::SlipPrinted(slip.clone()),
            Some(_) => EventV1::SlipVoided(slip.clone()),
        };
        self.look_at_printer();
        let ended = lock(&self.store).end_slip(self.clock.now_unix_seconds(), event);
        if let (None, Some(route)) = (&failure, self.app.route_mut()) {
            route.note_printed(place, &slip);
        }
        self.app.print_ended(failure.map_or(Ok(slip.slip_number), Err));
        if let Err(error) = ended {
            self.refuse(&error);
        }
        self.count();
    }
}
