//! The route list (順路の一覧): where the reader is, and what is left.

use super::present_frame::is_odd;
use super::{App, Effect, Key, Screen, entry};
use crate::route::{Outcome, Route, Stop};

/// Rows that fit the screen.
pub(super) const ROWS: usize = 7;

/// Which connections are shown (絞り込み).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Filter {
    /// 全件.
    #[default]
    All,
    /// 未検針.
    Open,
    /// 再訪問.
    Revisit,
    /// 要確認: odd, or without a slip.
    Odd,
    /// 異動: exchanged, started, stopped, or the office was told something.
    Changed,
}

impl Filter {
    pub fn japanese(self) -> &'static str {
        match self {
            Filter::All => "全件",
            Filter::Open => "未検針",
            Filter::Revisit => "再訪問",
            Filter::Odd => "要確認",
            Filter::Changed => "異動",
        }
    }

    /// What F1 turns to.
    pub fn next(self) -> Filter {
        match self {
            Filter::All => Filter::Open,
            Filter::Open => Filter::Revisit,
            Filter::Revisit => Filter::Odd,
            Filter::Odd => Filter::Changed,
            Filter::Changed => Filter::All,
        }
    }

    pub fn shows(self, stop: &Stop) -> bool {
        match self {
            Filter::All => true,
            Filter::Open => stop.outcome == Outcome::Open,
            Filter::Revisit => stop.outcome.comes_again(),
            Filter::Odd => match &stop.outcome {
                Outcome::Read { reading, printed, .. } => {
                    is_odd(reading) || (printed.is_none() && stop.planned.in_service)
                }
                _ => false,
            },
            Filter::Changed => {
                let work = &stop.work;
                let is_moved = matches!(stop.outcome, Outcome::Started(_) | Outcome::Stopped(_));
                is_moved || work.exchange.is_some() || !work.notes.is_empty()
            }
        }
    }
}

/// What part of the route is shown. Only the visible rows are ever made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct List {
    pub filter: Filter,
    /// From the end of the route to its start (逆順).
    pub is_reverse: bool,
    /// Place of the chosen connection.
    pub cursor: usize,
    /// How many rows of what is shown lie above the screen.
    pub top: usize,
}

impl List {
    /// Places that are shown under the filter, in the order in which one walks.
    pub fn shown(&self, route: &Route) -> Vec<usize> {
        let shows = |place: &usize| self.filter.shows(&route.stops[*place]);
        if self.is_reverse {
            (0..route.stops.len()).rev().filter(shows).collect()
        } else {
            (0..route.stops.len()).filter(shows).collect()
        }
    }

    /// The row of a place, or of the first one behind it.
    fn row_of(&self, shown: &[usize], place: usize) -> usize {
        let is_behind =
            |shown: &usize| if self.is_reverse { *shown <= place } else { *shown >= place };
        shown.iter().position(is_behind).unwrap_or(0)
    }

    /// Chooses a connection and scrolls so that it can be seen.
    pub fn point_to(&mut self, route: &Route, place: usize) {
        self.cursor = place;
        let shown = self.shown(route);
        let row = self.row_of(&shown, place);
        self.top = self.top.clamp(row.saturating_sub(ROWS - 1), row);
        self.top = self.top.min(shown.len().saturating_sub(ROWS));
    }

    /// The place that is marked: the cursor's, or the next one behind it that the filter shows.
    pub fn chosen(&self, route: &Route) -> Option<usize> {
        let shown = self.shown(route);
        shown.get(self.row_of(&shown, self.cursor)).copied()
    }

    fn step(&mut self, route: &Route, by: isize) {
        let shown = self.shown(route);
        if shown.is_empty() {
            return;
        }
        let row = self.row_of(&shown, self.cursor).saturating_add_signed(by).min(shown.len() - 1);
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
            Key::Function(1) => {
                self.list.filter = self.list.filter.next();
                self.list.top = 0;
                let cursor = self.list.cursor;
                self.list.point_to(route, cursor);
            }
            Key::Function(2) => self.open_search(None),
            // A number typed here is looked for at once.
            Key::Digit(digit) => self.open_search(Some(digit)),
            Key::Function(3) => self.open_terminal_menu(),
            Key::Function(4) => self.show_sync(),
            Key::Function(5) => self.open_orders(),
            Key::Row(row) => {
                if let Some(place) = self.list.shown(route).get(self.list.top + row) {
                    let place = *place;
                    self.list.cursor = place;
                    self.open_stop(place);
                }
            }
            Key::Enter => self.open_chosen(),
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

    /// The next open connection in the direction of walking.
    pub(super) fn next_open(&self, place: usize) -> Option<usize> {
        let route = self.route.as_ref()?;
        if self.kept.is_reverse { route.previous_open(place) } else { route.next_open(place) }
    }

    /// Where the reader goes on after a pause.
    pub(super) fn point_to_work(&mut self) {
        let Some(route) = &self.route else { return };
        let place = if self.kept.is_reverse { route.resume_back_at() } else { route.resume_at() };
        self.list.point_to(route, place);
    }

    pub(super) fn open_stop(&mut self, place: usize) {
        let is_read =
            self.route.as_ref().is_some_and(|route| route.stops[place].outcome.has_dials());
        let entry = if is_read { entry::Entry::saved(place) } else { entry::Entry::open(place) };
        self.screen = Screen::Entry(entry);
    }
}
