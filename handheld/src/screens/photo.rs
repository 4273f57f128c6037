//! Photos of the dials (写真): asked for by a finding, a remark or the lot, taken by the shell.

use shared::metering::photo_draw::is_drawn;

use super::{App, Busy, Effect, Screen, Tone};
use crate::route::Outcome;

impl App {
    /// Whether a photo of the reading that was just stored is drawn (抜取り写真).
    pub(super) fn owes_photo(&self, place: usize) -> bool {
        let Some(route) = self.route.as_ref().filter(|_| self.has_camera) else { return false };
        let Outcome::Read { reading, .. } = &route.stops[place].outcome else { return false };
        let is_there = route.stops[place].work.photos.iter();
        let mut is_there =
            is_there.filter(|photo| photo.taken_on_unix_days == reading.read_on_unix_days);
        is_there.next().is_none() && is_drawn(reading.id, route.work.photo_percent)
    }

    pub(super) fn take_photo(&mut self, place: usize) -> Option<Effect> {
        if !self.has_camera {
            self.tell(Tone::Warn, "この端末にはカメラがありません。(H40)");
            return None;
        }
        self.busy = Some(Busy::Photo);
        self.tell(Tone::Info, "写真を撮っています。動かさないでください。");
        Some(Effect::TakePhoto { place })
    }

    /// The photo is on the disk, or it is known why not.
    pub fn photo_ended(&mut self, result: Result<(), String>) -> Option<Effect> {
        self.busy = None;
        let is_taken = result.is_ok();
        match result {
            Ok(()) => self.tell(Tone::Good, "写真を保存しました。"),
            Err(why) => self.tell(Tone::Bad, format!("写真を撮れません。{why}")),
        }
        match &mut self.screen {
            Screen::Check(_) => self.photo_of_check_ended(is_taken),
            Screen::NoRead(_) => self.photo_of_no_read_ended(),
            // One try is asked for; a camera that does not work must not end the day.
            Screen::Entry(entry) => {
                entry.owes_photo = false;
                None
            }
            _ => None,
        }
    }
}
