//! Cannot read (検針不能): choose the reason, confirm, go on.

use shared::metering::NoReadReason;

use super::{App, Effect, Key, Screen, Tone};
use crate::route::Outcome;

/// The list of reasons at a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoRead {
    pub place: usize,
    pub chosen: Option<usize>,
}

impl NoRead {
    pub fn at(place: usize) -> NoRead {
        NoRead { place, chosen: None }
    }
}

impl App {
    pub(super) fn press_no_read(&mut self, key: Key) -> Option<Effect> {
        let Screen::NoRead(list) = &mut self.screen else { return None };
        let bottom = NoReadReason::ALL.len() - 1;
        let place = list.place;
        match key {
            Key::Digit(digit) if (1..=NoReadReason::ALL.len()).contains(&usize::from(digit)) => {
                list.chosen = Some(usize::from(digit) - 1);
            }
            Key::Row(row) if row <= bottom => list.chosen = Some(row),
            Key::Up => list.chosen = Some(list.chosen.unwrap_or(1).saturating_sub(1)),
            Key::Down => list.chosen = Some(list.chosen.map_or(0, |row| (row + 1).min(bottom))),
            Key::Enter => {
                let Some(row) = list.chosen else {
                    self.tell(Tone::Warn, "理由を選んでください。(H23)");
                    return None;
                };
                let is_read = self.route.as_ref().is_some_and(|route| {
                    matches!(route.stops[place].outcome, Outcome::Read { .. })
                });
                if is_read {
                    self.tell(Tone::Warn, "検針済みの水栓です。(H24)");
                    return None;
                }
                return Some(Effect::SaveNoRead { place, reason: NoReadReason::ALL[row] });
            }
            Key::Cancel | Key::Function(1) => self.open_stop(place),
            _ => {}
        }
        None
    }
}
