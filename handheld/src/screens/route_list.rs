//! The route list (順路の一覧): where the reader is, and what is left.

use super::{App, Effect, Key, Screen, entry, no_read};
use crate::route::{Outcome, Route};

/// Rows that fit the screen.
pub(super) const ROWS: usize = 7;

/// What part of the route is shown. Only the visible rows are ever made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct List {
    /// Only what is open.
    pub only_open: bool,
    /// Place of the chosen connection.
    pub cursor: usize,
    /// How many rows of what is shown lie above the screen.
    pub top: usize,
}

impl List {
    /// Places that are shown under the filter, in order.
    pub fn shown(&self, route: &Route) -> Vec<usize> {
        (0..route.stops.len())
            .filter(|place| !self.only_open || route.stops[*place].outcome == Outcome::Open)
            .collect()
    }

    /// Chooses a connection and scrolls so that it can be seen.
    pub fn point_to(&mut self, route: &Route, place: usize) {
        self.cursor = place;
        let row = self.shown(route).iter().position(|shown| *shown >= place).unwrap_or(0);
        if row < self.top {
            self.top = row;
        } else if row >= self.top + ROWS {
            self.top = row + 1 - ROWS;
        }
    }

    /// The place that is marked: the cursor's, or the next one behind it that the filter shows.
    pub fn chosen(&self, route: &Route) -> Option<usize> {
        let shown = self.shown(route);
        shown.iter().copied().find(|place| *place >= self.cursor).or(shown.first().copied())
    }

    fn step(&mut self, route: &Route, by: isize) {
        let shown = self.shown(route);
        if shown.is_empty() {
            return;
        }
        let row = shown.iter().position(|place| *place >= self.cursor).unwrap_or(0);
        let row = row.saturating_add_signed(by).min(shown.len() - 1);
        self.point_to(route, shown[row]);
    }
}

impl App {
    pub(super) fn press_route(&mut self, key: Key) -> Option<Effect> {
        let Some(route) = &self.route else {
            if key == Key::Function(4) {
                self.show_sync();
            }
            return None;
        };
        match key {
            Key::Up => self.list.step(route, -1),
            Key::Down => self.list.step(route, 1),
            Key::Left => self.list.step(route, -ROWS.cast_signed()),
            Key::Right => self.list.step(route, ROWS.cast_signed()),
            Key::Function(2) => {
                if let Some(place) = self.list.chosen(route) {
                    self.screen = Screen::NoRead(no_read::NoRead::at(place));
                }
            }
            Key::Function(3) => {
                let place = self.list.chosen(route);
                return self.reprint(place);
            }
            Key::Function(1) => {
                self.list.only_open = !self.list.only_open;
                self.list.top = 0;
                let cursor = self.list.cursor;
                self.list.point_to(route, cursor);
            }
            Key::Row(row) => {
                if let Some(place) = self.list.shown(route).get(self.list.top + row) {
                    let place = *place;
                    self.list.cursor = place;
                    self.open_stop(place);
                }
            }
            Key::Enter => self.open_chosen(),
            Key::Function(5) => self.open_orders(),
            Key::Function(4) => self.show_sync(),
            Key::Cancel => {
                self.reader = None;
                self.screen = Screen::Login(super::login::Login::default());
            }
            _ => {}
        }
        None
    }

    /// Opens the connection that the list shows as chosen.
    fn open_chosen(&mut self) {
        let chosen = self.route.as_ref().and_then(|route| self.list.chosen(route));
        if let Some(place) = chosen {
            self.open_stop(place);
        }
    }

    pub(super) fn open_stop(&mut self, place: usize) {
        let is_read = self
            .route
            .as_ref()
            .is_some_and(|route| matches!(route.stops[place].outcome, Outcome::Read { .. }));
        let entry = if is_read { entry::Entry::saved(place) } else { entry::Entry::open(place) };
        self.screen = Screen::Entry(entry);
    }
}
