//! The route list (順路の一覧): where the reader is, and what is left.

use super::{App, Effect, Key, Screen, entry};
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
            Key::Function(2) => self.list.step(route, -ROWS.cast_signed()),
            Key::Function(3) => self.list.step(route, ROWS.cast_signed()),
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
            Key::Function(4) => self.show_sync(),
            Key::Cancel => {
                self.reader = None;
                self.message = None;
                self.screen = Screen::Login(super::login::Login::default());
            }
            _ => {}
        }
        None
    }

    /// The chosen connection; an open one behind it when that is done already.
    fn open_chosen(&mut self) {
        let Some(route) = &self.route else { return };
        let cursor = self.list.cursor;
        let place = if self.list.shown(route).contains(&cursor) {
            cursor
        } else {
            route.next_open(cursor).unwrap_or(cursor)
        };
        self.open_stop(place);
    }

    fn open_stop(&mut self, place: usize) {
        self.message = None;
        let is_read = self
            .route
            .as_ref()
            .is_some_and(|route| matches!(route.stops[place].outcome, Outcome::Read { .. }));
        let entry = if is_read { entry::Entry::saved(place) } else { entry::Entry::open(place) };
        self.screen = Screen::Entry(entry);
    }
}
