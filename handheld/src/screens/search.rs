//! Search (検索): one field for numbers and kana, with the hits below it as they narrow.

use super::kana::Kana;
use super::{App, Effect, Key, Screen, Tone};
use crate::route::SearchIndex;

/// Hits that fit above the keypad.
pub(super) const ROWS: usize = 3;
/// Names of places that fit a page.
pub(super) const NAMES: usize = 7;
/// Enough for every address.
const CHARACTERS_MAX: usize = 30;

/// What is looked for and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Search {
    pub typed: String,
    /// The ten keys write kana.
    pub is_kana: bool,
    kana: Kana,
    /// Places, in the order of walking.
    pub found: Vec<usize>,
    pub cursor: usize,
    pub top: usize,
    /// Towns and buildings to pick from, while they are shown, and the chosen one.
    pub names: Option<(Vec<String>, usize)>,
}

impl Search {
    fn step(&mut self, by: isize) {
        let last = self.found.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
        self.top = self.top.clamp(self.cursor.saturating_sub(ROWS - 1), self.cursor);
    }

    fn digit(&mut self, digit: u8) {
        if self.typed.chars().count() >= CHARACTERS_MAX {
            return;
        }
        if self.is_kana {
            self.kana.press(digit, &mut self.typed);
        } else {
            self.typed.push(char::from(b'0' + digit));
        }
    }
}

impl App {
    pub(super) fn open_search(&mut self, digit: Option<u8>) {
        let Some(route) = &self.route else { return };
        if self.search_index.is_none() {
            self.search_index = Some(SearchIndex::of(route));
        }
        self.screen = Screen::Search(Search::default());
        if let Some(digit) = digit {
            self.press_search(Key::Digit(digit));
        }
    }

    pub(super) fn press_search(&mut self, key: Key) -> Option<Effect> {
        let Screen::Search(search) = &mut self.screen else { return None };
        if search.names.is_some() {
            return self.press_names(key);
        }
        let rows = ROWS.cast_signed();
        match key {
            Key::Digit(digit) => search.digit(digit),
            Key::Erase => {
                search.kana.settle();
                search.typed.pop();
            }
            Key::Cancel if !search.typed.is_empty() => {
                search.kana.settle();
                search.typed.clear();
            }
            Key::Cancel | Key::Function(1) => {
                self.screen = Screen::Route;
                return None;
            }
            Key::Function(2) if search.is_kana => search.kana.mark(&mut search.typed),
            Key::Function(3) => return self.open_names(),
            Key::Function(5) => {
                search.kana.settle();
                search.is_kana = !search.is_kana;
            }
            // With kana → and F4 end the character, so that the next may be of the same row.
            Key::Right | Key::Function(4) if search.is_kana => search.kana.settle(),
            Key::Right => search.step(rows),
            Key::Left => search.step(-rows),
            Key::Up => search.step(-1),
            Key::Down => search.step(1),
            Key::Row(row) => return self.open_hit(row, true),
            Key::Enter => return self.open_hit(0, false),
            Key::Dismiss | Key::Function(_) => {}
        }
        if matches!(key, Key::Digit(_) | Key::Erase | Key::Cancel | Key::Function(2)) {
            self.look_for();
        }
        None
    }

    fn look_for(&mut self) {
        let Screen::Search(search) = &mut self.screen else { return };
        let (Some(index), Some(route)) = (&self.search_index, &self.route) else { return };
        search.found = index.find(route, &search.typed);
        if self.kept.is_reverse {
            search.found.reverse();
        }
        (search.cursor, search.top) = (0, 0);
        // A number that is an order on the route most likely means that.
        let order: Option<u32> = search.typed.parse().ok();
        let is_order = |place: &usize| Some(route.stops[*place].planned.walk_order) == order;
        if let Some(row) = search.found.iter().position(is_order) {
            search.step(row.cast_signed());
        }
    }

    /// Opens a hit: a row of what is shown, or the chosen one.
    fn open_hit(&mut self, row: usize, was_touched: bool) -> Option<Effect> {
        let (Screen::Search(search), Some(route)) = (&self.screen, &self.route) else {
            return None;
        };
        let at = if was_touched { search.top + row } else { search.cursor };
        let Some(place) = search.found.get(at).copied() else {
            let told = if search.typed.is_empty() {
                "探す番号か、かなを入れてください。(H31)"
            } else {
                "見つかりません。言葉を短くするか、別の番号で探してください。(H32)"
            };
            self.tell(Tone::Warn, told);
            return None;
        };
        self.list.point_to(route, place);
        self.open_stop(place);
        None
    }

    fn open_names(&mut self) -> Option<Effect> {
        let names = self.route.as_ref()?.names_of_places();
        if let Screen::Search(search) = &mut self.screen {
            search.names = Some((names, 0));
        }
        None
    }

    fn press_names(&mut self, key: Key) -> Option<Effect> {
        let Screen::Search(search) = &mut self.screen else { return None };
        let (names, chosen) = search.names.as_mut()?;
        let (last, top) = (names.len().saturating_sub(1), *chosen / NAMES * NAMES);
        let picked = match key {
            Key::Digit(digit) => usize::from(digit).checked_sub(1).map(|row| top + row),
            Key::Row(row) => Some(top + row),
            Key::Enter => Some(*chosen),
            _ => None,
        };
        match key {
            Key::Up => *chosen = chosen.saturating_sub(1),
            Key::Down => *chosen = (*chosen + 1).min(last),
            Key::Right => *chosen = (top + NAMES).min(last),
            Key::Left => *chosen = top.saturating_sub(NAMES),
            Key::Cancel | Key::Function(1) => search.names = None,
            _ => {}
        }
        if let Some(name) = picked.and_then(|at| search.names.as_ref()?.0.get(at).cloned()) {
            *search = Search { typed: name, ..Search::default() };
            self.look_for();
        }
        None
    }
}
