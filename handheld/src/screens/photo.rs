//! Photos of the dials (写真): asked for by a finding, a remark or the lot, taken by the shell.

use std::sync::Arc;

use hardware::camera::Preview;
use shared::metering::photo_draw::is_drawn;

use super::present::keys;
use super::{App, Busy, Effect, Key, Screen, Tone, View};
use crate::route::Outcome;

impl App {
    /// There is a camera, so that photos are asked for.
    pub fn note_camera(&mut self) {
        self.fitted.camera = true;
    }

    /// A photo was taken: it is looked at before it is kept.
    pub fn photo_shown(&mut self, place: usize, preview: Arc<Preview>) {
        self.busy = None;
        self.message = None;
        self.preview = Some((place, preview));
    }

    pub(super) fn press_preview(&mut self, key: Key, place: usize) -> Option<Effect> {
        match key {
            Key::Enter => {
                self.preview = None;
                self.busy = Some(Busy::Photo);
                Some(Effect::KeepPhoto { place })
            }
            Key::Function(2) => {
                self.preview = None;
                self.take_photo(place)
            }
            Key::Cancel => {
                self.preview = None;
                self.photo_ended(Err("写真を残しませんでした。".to_owned()))
            }
            _ => None,
        }
    }

    pub(super) fn show_preview(&self, view: &mut View) {
        let Some((place, preview)) = &self.preview else { return };
        view.screen = "photo";
        view.preview = Some(preview.clone());
        self.with_stop(*place, |stop| {
            view.entry.number = stop.number.to_string();
            stop.meter_number().clone_into(&mut view.entry.meter);
        });
        view.has_keypad = false;
        view.keys = keys(["", "撮り直す", "", "", ""]);
        view.enter = "この写真を残す".into();
    }

    /// Whether a photo of the reading that was just stored is drawn (抜取り写真).
    pub(super) fn owes_photo(&self, place: usize) -> bool {
        let Some(route) = self.route.as_ref().filter(|_| self.fitted.camera) else { return false };
        let Outcome::Read { reading, .. } = &route.stops[place].outcome else { return false };
        let is_there = route.stops[place].work.photos.iter();
        let mut is_there =
            is_there.filter(|photo| photo.taken_on_unix_days == reading.read_on_unix_days);
        is_there.next().is_none() && is_drawn(reading.id, route.work.photo_percent)
    }

    pub(super) fn take_photo(&mut self, place: usize) -> Option<Effect> {
        if !self.fitted.camera {
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
            Err(why) => self.tell(Tone::Bad, why),
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
