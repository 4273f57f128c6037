//! Taking a photo (撮影): on a thread, looked at before it is kept, sealed on the disk before it is said.

use std::sync::Arc;
use std::thread;

use hardware::camera::{CameraError, Photo};
use sha2::{Digest, Sha256};
use shared::calendar::to_unix_days;
use shared::wire::{EventV1, PhotoV1};

use super::{Report, Shell, lock, watching};

impl Shell {
    /// The screens ask for photos only where there is a camera; one may still be taken away.
    pub(super) fn take_photo(&mut self, place: usize) {
        if self.is_power_critical {
            return self.photo_failed(watching::TOO_LOW);
        }
        let Some(camera) = self.devices.camera.clone() else {
            return self.photo_failed(NO_CAMERA);
        };
        let post = self.post.clone();
        thread::spawn(move || {
            let photo = lock(&camera).take();
            post(Report::Photo { place, photo: Box::new(photo) });
        });
    }

    pub(super) fn hear_photo(&mut self, place: usize, photo: Result<Photo, CameraError>) {
        match photo {
            Ok(photo) => {
                self.photo = Some(photo.jpeg);
                self.app.photo_shown(place, Arc::new(photo.preview));
            }
            Err(error) if error.is_missing() => {
                tracing::warn!(%error, "no photo");
                self.photo_failed(NO_CAMERA);
            }
            Err(error) => {
                tracing::warn!(%error, "no photo");
                self.photo_failed(&format!("{}(H50)", error.message_ja()));
            }
        }
    }

    /// The reader has looked at it and wants it: the bytes first, then the entry of the log that tells
    /// of them, and only then the screen says so.
    pub(super) fn keep_photo(&mut self, place: usize) {
        let Some((jpeg, route)) = self.photo.take().zip(self.app.route()) else {
            return self.photo_failed("もう一度撮ってください。(H50)");
        };
        let event = PhotoV1 {
            id: (self.mint)(),
            package: route.package,
            connection: route.stops[place].planned.connection,
            sha256: Sha256::digest(&jpeg).into(),
            byte_count: u32::try_from(jpeg.len()).unwrap_or(u32::MAX),
            taken_on_unix_days: to_unix_days(self.app.today()),
            reader: self.app.reader_login().to_owned(),
        };
        let kept = lock(&self.store).keep_photo(event.id, &jpeg);
        if let Err(error) = kept {
            tracing::error!(code = error.code(), %error, "photo not stored");
            return self.photo_failed(&format!("{}({})", error.japanese(), error.code()));
        }
        if !self.keep(&EventV1::PhotoTaken(event)) {
            return self.photo_failed("端末に保存できません。(H02)");
        }
        self.count();
        if let Some(effect) = self.app.photo_ended(Ok(())) {
            self.carry_out(effect);
        }
    }

    fn photo_failed(&mut self, why: &str) {
        if let Some(effect) = self.app.photo_ended(Err(why.to_owned())) {
            self.carry_out(effect);
        }
    }
}

const NO_CAMERA: &str = "カメラがありません。写真なしで続けてください。(H40)";
