//! What the screens of work show (作業画面の組み立て): questions, choices, lists of orders.

use jiff::civil::Date;
use shared::metering::WorkOrderKind;
use shared::quantity::Yen;

use super::no_read::{self, NoRead, Way};
use super::orders::{Orders, ROWS};
use super::present::{about, keys, options, usage};
use super::work::{Ask, Work};
use super::{App, Busy, RowView, Tone, View, WorkView};
use crate::route::{Order, Route};

impl App {
    pub(super) fn show_no_read(&self, view: &mut View, list: NoRead) {
        view.screen = "no_read";
        let Some(route) = &self.route else { return };
        let stop = &route.stops[list.place];
        view.entry = about(stop, self);
        let shown = NoRead::reasons(route).into_iter().skip(list.top()).take(no_read::PAGE);
        let names = shown.map(|remark| remark.name.clone()).collect();
        let row = list.chosen.unwrap_or(0) - list.top();
        view.options = options(names, row, list.chosen.is_some());
        view.enter = "保存".into();
        view.entry.sentences.extend(no_read::again(stop));
        let mut other = "";
        if let Some((remark, way)) = list.way(self) {
            let has_other = remark.revisit && remark.may_estimate && stop.planned.in_service;
            view.entry.question = match way {
                Way::ComesAgain => "あとで再訪問します。".to_owned(),
                Way::Estimate(Some(volume)) => {
                    format!("認定 {} を提案します。", usage(Some(volume)))
                }
                Way::Estimate(None) => "認定の水量は事務所で決めます。".to_owned(),
                Way::Closed => "事務所が確認します。".to_owned(),
            };
            if has_other {
                other =
                    if way == Way::ComesAgain { "認定にする" } else { "再訪問にする" };
            }
        }
        view.keys = keys(["戻る", "", "", "", other]);
    }

    pub(super) fn show_work(&self, view: &mut View, work: &Work) {
        view.screen = "work";
        let Some(route) = &self.route else { return };
        let Some(scene) = self.scene(work.place) else { return };
        let question = work.question(&scene);
        view.entry = about(&route.stops[work.place], self);
        view.entry.question.clear();
        let page = question.page();
        let mut shown = WorkView {
            title: question.title,
            text: question.text,
            facts: question.facts,
            typed: work.typed.clone(),
            ..WorkView::default()
        };
        let mut dash = "";
        match question.ask {
            Ask::Look => shown.ask = "look",
            Ask::Digits { offered, .. } => {
                shown.ask = "digits";
                shown.offered = offered;
            }
            Ask::Number { offered, .. } => {
                shown.ask = "digits";
                shown.offered = offered;
                dash = "−";
            }
            Ask::Choice { options: labels, .. } => {
                shown.ask = "choice";
                let top = work.chosen / page * page;
                if labels.len() > page {
                    let (now, pages) = (top / page + 1, labels.len().div_ceil(page));
                    shown.pages = format!("{now}／{pages}頁");
                }
                let labels = labels.into_iter().skip(top).take(page).collect();
                view.options = options(labels, work.chosen - top, true);
            }
        }
        view.has_keypad = shown.ask == "digits";
        view.work = shown;
        view.keys = keys(["戻る", "", "", "", dash]);
        view.enter = match self.busy {
            Some(Busy::Photo) => "撮影中".into(),
            _ => "確定".into(),
        };
    }

    pub(super) fn show_orders(&self, view: &mut View, list: Orders) {
        view.screen = "route";
        let other = if list.is_suspensions { "作業一覧" } else { "停水一覧" };
        view.keys = keys(["戻る", "", "", "", other]);
        view.enter = "開く".into();
        let Some(route) = &self.route else { return };
        let orders = list.shown(route);
        let open = orders.iter().filter(|order| !route.is_done(order)).count();
        let name = if list.is_suspensions { "給水停止" } else { "作業" };
        view.list_position = format!("{name} {}件（残り {open}件）", orders.len());
        let rows = orders.into_iter().enumerate().skip(list.top).take(ROWS);
        view.rows =
            rows.map(|(index, order)| self.order_row(route, order, index == list.cursor)).collect();
    }

    fn order_row(&self, route: &Route, order: &Order, is_chosen: bool) -> RowView {
        let stop = &route.stops[order.place];
        let is_late = order.due_on < self.today;
        let (mark, tone) = match route.is_done(order) {
            true => ("済".to_owned(), Tone::Good),
            false if is_late => ("遅れ".to_owned(), Tone::Bad),
            false if order.due_on == self.today => ("今日".to_owned(), Tone::Warn),
            false => (short_day(order.due_on), Tone::Info),
        };
        // What is owed stands in the list of suspensions only.
        let address = if order.kind == WorkOrderKind::Suspension {
            format!("未納 {}円　{}", Yen(order.order.owed_yen).grouped(), stop.place())
        } else {
            stop.place()
        };
        RowView {
            order: stop.planned.walk_order.to_string(),
            number: stop.number.to_string(),
            name: format!("{}　{}", order.kind.japanese(), stop.user()),
            address,
            mark,
            hazard: String::new(),
            tone,
            is_chosen,
        }
    }
}

/// `11/24`, for a mark in a list.
fn short_day(day: Date) -> String {
    format!("{}/{}", day.month(), day.day())
}
