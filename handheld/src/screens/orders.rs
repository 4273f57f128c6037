//! The lists of orders (作業一覧): what is due today, and apart from it what is about money (停水).

use jiff::civil::Date;
use shared::metering::WorkOrderKind;

use super::work::{Job, Origin};
use super::{App, Effect, Key, Screen, Tone};
use crate::route::{Order, Route};

/// Rows that fit the screen.
pub(super) const ROWS: usize = 7;

/// Which list is shown, and where one stands in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Orders {
    /// Suspensions only; they stand in no other list.
    pub is_suspensions: bool,
    pub cursor: usize,
    pub top: usize,
}

impl Orders {
    /// Open ones first, by the day they are due, then in walking order.
    pub fn shown<'r>(&self, route: &'r Route) -> Vec<&'r Order> {
        let belongs =
            |order: &&Order| (order.kind == WorkOrderKind::Suspension) == self.is_suspensions;
        let mut orders: Vec<&Order> = route.orders.iter().filter(belongs).collect();
        orders.sort_by_key(|order| (route.is_done(order), order.due_on, order.place));
        orders
    }

    fn step(&mut self, by: isize, count: usize) {
        self.cursor = self.cursor.saturating_add_signed(by).min(count.saturating_sub(1));
        self.top = self.top.clamp(self.cursor.saturating_sub(ROWS - 1), self.cursor);
    }
}

/// Open orders that are due by that day, of both lists.
pub(super) fn due(route: &Route, today: Date) -> usize {
    route.orders.iter().filter(|order| order.due_on <= today && !route.is_done(order)).count()
}

impl App {
    pub(super) fn open_orders(&mut self) {
        let orders = match &self.screen {
            Screen::Work(work) => {
                let is_suspensions = work.is_suspension();
                Orders { is_suspensions, ..self.orders }
            }
            _ => Orders::default(),
        };
        self.orders = orders;
        self.screen = Screen::Orders(orders);
    }

    pub(super) fn press_orders(&mut self, key: Key) -> Option<Effect> {
        let (Screen::Orders(list), Some(route)) = (&mut self.screen, &self.route) else {
            return None;
        };
        let count = list.shown(route).len();
        match key {
            Key::Up => list.step(-1, count),
            Key::Down => list.step(1, count),
            Key::Left => list.step(-ROWS.cast_signed(), count),
            Key::Right => list.step(ROWS.cast_signed(), count),
            Key::Function(5) => {
                let is_suspensions = !list.is_suspensions;
                *list = Orders { is_suspensions, ..Orders::default() };
            }
            Key::Row(row) => {
                let row = list.top + row;
                self.open_order_at(row);
            }
            Key::Enter => {
                let row = list.cursor;
                self.open_order_at(row);
            }
            Key::Cancel | Key::Function(1) => self.screen = Screen::Route,
            _ => {}
        }
        None
    }

    fn open_order_at(&mut self, row: usize) {
        let (Screen::Orders(list), Some(route)) = (&mut self.screen, &self.route) else { return };
        let Some(order) = list.shown(route).get(row).copied().cloned() else {
            self.tell(Tone::Info, "作業はありません。");
            return;
        };
        list.cursor = row;
        self.orders = *list;
        let job = match order.kind {
            WorkOrderKind::Start => Job::start(),
            WorkOrderKind::Stop => Job::stop(),
            WorkOrderKind::MeterExchange => Job::exchange(),
            WorkOrderKind::Suspension => Job::suspension(),
            WorkOrderKind::ReadAgain | WorkOrderKind::LeakSurvey => {
                self.open_stop(order.place);
                self.tell(Tone::Info, order.order.text);
                return;
            }
        };
        if route.is_done(&order) && order.kind != WorkOrderKind::Suspension {
            self.tell(Tone::Info, "この作業は終わっています。");
            return;
        }
        self.begin_work(order.place, job, Origin::Orders);
    }
}
