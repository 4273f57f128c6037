//! Watching battery and printer (電池とプリンターの見張り): on a thread, told in the bar of every screen.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use hardware::battery::{Charge, Level, PowerSupplies};
use hardware::printer::PrinterStatus;
use shared::calendar::japanese_date;

use super::{Report, Shell};
use crate::screens::Tone;

/// How often battery and printer are looked at.
const EVERY: Duration = Duration::from_secs(30);

/// What is known of battery and printer, and what the reader still has to hear.
#[derive(Debug, Default)]
pub(super) struct Watched {
    charge: Option<Charge>,
    printer: Option<Result<PrinterStatus, ()>>,
    /// The level that was warned of.
    warned: Level,
    /// Told as soon as nothing else is.
    owed: Vec<(Tone, String)>,
    /// The thread ends when this goes, and looks at once when it is told to.
    look: Option<Sender<()>>,
}

pub(super) const TOO_LOW: &str = "電池が切れかけているため、止めています。充電してください。(H48)";

impl Shell {
    pub(super) fn watch(&mut self, power: PowerSupplies) {
        let (look, looks) = channel();
        let (printer, post) = (self.printer.clone(), self.post.clone());
        thread::spawn(move || {
            loop {
                post(Report::Charge(power.charge()));
                // A printer at work is well, and tells of itself when it is done.
                if let Ok(mut printer) = printer.try_lock() {
                    let status = printer.status().map_err(drop);
                    drop(printer);
                    post(Report::Printer(status));
                }
                if looks.recv_timeout(EVERY) == Err(RecvTimeoutError::Disconnected) {
                    return;
                }
            }
        });
        self.watched.look = Some(look);
    }

    /// Something has just happened at the printer.
    pub(super) fn look_at_printer(&self) {
        // Where nobody watches, nobody is told.
        self.watched.look.as_ref().map(|look| look.send(()));
    }

    pub(super) fn hear_charge(&mut self, charge: Option<Charge>) {
        self.watched.charge = charge;
        let level = charge.map_or(Level::Well, Charge::level);
        let percent = charge.map_or(0, |charge| charge.percent);
        // Once a level: a warning that comes back is not read any more.
        if level > self.watched.warned {
            let told = match level {
                Level::Critical => format!(
                    "電池の残りが{percent}%です。印刷と写真を止めました。検針は保存されています。すぐに充電してください。(H48)"
                ),
                _ => format!("電池の残りが{percent}%です。早めに充電してください。(H47)"),
            };
            self.watched
                .owed
                .push((if level == Level::Critical { Tone::Bad } else { Tone::Warn }, told));
        }
        self.watched.warned = level;
        self.is_power_critical = level == Level::Critical;
        self.show_status();
    }

    pub(super) fn hear_printer(&mut self, status: Result<PrinterStatus, ()>) {
        self.watched.printer = Some(status);
        self.show_status();
    }

    fn show_status(&mut self) {
        let (mut words, mut tone) = (Vec::new(), Tone::Info);
        if let Some(charge) = self.watched.charge {
            let name = if charge.is_charging { "充電" } else { "電池" };
            words.push(format!("{name}{}%", charge.percent));
            if charge.level() != Level::Well {
                tone = Tone::Warn;
            }
        }
        if let Some(status) = self.watched.printer {
            let (word, is_well) = word(status);
            words.push(word.to_owned());
            if !is_well {
                tone = Tone::Warn;
            }
        }
        self.app.set_status(tone, words.join("・"));
    }

    /// The clock was set to another day while the terminal runs, or while it was off.
    pub(super) fn hear_clock(&mut self) {
        if let Some(jump) = self.trusted.take_jump() {
            tracing::warn!("the clock was set to another day");
            let told = format!(
                "端末の時計が {} に変わりました。{} のまま続けます。事務所に伝えてください。(H49)",
                japanese_date(jump.says),
                japanese_date(jump.stays),
            );
            self.watched.owed.push((Tone::Warn, told));
        }
    }

    /// Tells what is owed, once nothing else is told.
    pub(super) fn tell_owed(&mut self) {
        if !self.app.is_busy() && !self.app.is_telling() && !self.watched.owed.is_empty() {
            let (tone, told) = self.watched.owed.remove(0);
            self.app.tell(tone, told);
        }
    }
}

/// The printer's state in as many letters as the bar has room for, and whether all is well.
fn word(status: Result<PrinterStatus, ()>) -> (&'static str, bool) {
    match status {
        Ok(PrinterStatus::Ready) => ("印刷可", true),
        Ok(PrinterStatus::NearPaperEnd) => ("紙わずか", false),
        Ok(PrinterStatus::PaperEnd) => ("紙なし", false),
        Ok(PrinterStatus::CoverOpen) => ("カバー開", false),
        Ok(PrinterStatus::Error) => ("印刷異常", false),
        Ok(PrinterStatus::Offline) | Err(()) => ("印刷不可", false),
    }
}
