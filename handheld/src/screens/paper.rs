//! Papers besides the usage notice (帳票の印刷): begun by what was stored, printed again with F3.

use shared::paper::PaperKind;

use super::{App, Busy, Effect, Tone};
use crate::papers::papers_at;

impl App {
    /// Whatever belongs to what is stored at a place.
    pub(super) fn print_papers_at(&mut self, place: usize) -> Option<Effect> {
        let kinds = self.route.as_ref().map_or_else(Vec::new, |route| papers_at(route, place));
        if kinds.is_empty() {
            self.tell(Tone::Warn, "印刷できる帳票がありません。(H25)");
        }
        self.start_papers(place, kinds)
    }

    pub(super) fn start_papers(&mut self, place: usize, kinds: Vec<PaperKind>) -> Option<Effect> {
        if kinds.is_empty() {
            return None;
        }
        self.busy = Some(Busy::Printing);
        let told = self.message.take().map_or(String::new(), |(_, told)| format!("{told}\n"));
        self.tell(Tone::Info, format!("{told}印刷中です…"));
        Some(Effect::PrintPapers { place, kinds })
    }

    /// The last paper has come out, or one has not.
    pub fn papers_ended(&mut self, result: Result<String, String>) {
        self.busy = None;
        match result {
            Ok(names) => self.tell(Tone::Good, format!("保存しました。{names}を印刷しました。")),
            Err(why) => {
                let told =
                    format!("保存しました。印刷できません。{why}直してから F3 で印刷します。");
                self.tell(Tone::Bad, told);
            }
        }
    }
}
