//! Taking a photo (撮影): the terminal's camera, where there is one.

use super::Shell;

impl Shell {
    /// The screens ask for photos only where there is a camera; one may still be taken away.
    pub(super) fn take_photo(&mut self, _place: usize) {
        let told = "カメラがありません。写真なしで続けてください。(H40)";
        if let Some(effect) = self.app.photo_ended(Err(told.to_owned())) {
            self.carry_out(effect);
        }
    }
}
