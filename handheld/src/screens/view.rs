//! What a screen shows (画面の表示): finished words, nothing left for markup to decide.

use shared::calendar::japanese_month_day;
use shared::metering::{LowFlowIndicator, NoReadReason};
use shared::panel::Caption;
use shared::quantity::{CubicMeters, Yen, grouped};

use super::check::{Check, Step};
use super::entry::Entry;
use super::route_list::ROWS;
use super::{App, Busy, Screen};
use crate::route::{Outcome, Route, Stop};

/// How a word is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    #[default]
    Info,
    /// Done.
    Good,
    /// Look here.
    Warn,
    /// Not done.
    Bad,
}

/// A row of the route list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowView {
    pub order: String,
    pub number: String,
    pub name: String,
    pub address: String,
    pub mark: String,
    pub tone: Tone,
    pub is_chosen: bool,
}

/// One connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryView {
    pub number: String,
    pub name: String,
    pub address: String,
    pub meter: String,
    pub position: String,
    pub caution: String,
    pub previous: String,
    pub last_period: String,
    pub last_year: String,
    pub typed: String,
    pub usage: String,
    pub is_leaking: bool,
    pub is_saved: bool,
    /// Of a saved reading: 水道, 下水道, 合計.
    pub water: String,
    pub sewerage: String,
    pub total: String,
    /// Of a check: what is odd, what is asked.
    pub sentences: Vec<String>,
    pub question: String,
    pub asks_number: bool,
}

/// A choice in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OptionView {
    pub key: String,
    pub text: String,
    pub is_chosen: bool,
}

/// Counts of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SyncView {
    pub total: u64,
    pub sent: u64,
    pub unsent: u64,
}

/// Everything on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    pub screen: &'static str,
    pub title: String,
    pub corner: String,
    pub message: String,
    pub tone: Tone,
    pub is_busy: bool,
    pub keys: [String; 5],
    pub enter: String,
    pub has_keypad: bool,
    pub login_number: String,
    pub login_pin: String,
    pub is_on_pin: bool,
    pub rows: Vec<RowView>,
    pub list_position: String,
    pub done: usize,
    pub planned: usize,
    pub entry: EntryView,
    pub options: Vec<OptionView>,
    pub sync: SyncView,
}

impl View {
    /// The notice line; on a check what is odd and what is asked.
    fn words(&self) -> Option<String> {
        let words = format!("{}{}", self.message, self.entry.question);
        (!words.is_empty()).then_some(words)
    }

    /// What a person would read off the screen first.
    pub fn caption(&self) -> Caption {
        let shows_connection = !self.entry.number.is_empty();
        Caption {
            screen: self.screen.to_owned(),
            connection_number: shows_connection.then(|| self.entry.number.clone()),
            typed: self.entry.typed.clone(),
            message: self.words(),
            progress: (self.planned > 0).then(|| {
                let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
                (small(self.done), small(self.planned))
            }),
        }
    }
}

impl App {
    /// What is shown now.
    pub fn view(&self) -> View {
        let (tone, message) = self.message.clone().unwrap_or_default();
        let (done, planned) = self.route.as_ref().map(Route::progress).unwrap_or_default();
        let title = match &self.route {
            Some(route) => format!("順路 {}", route.title),
            None => "検針データなし".to_owned(),
        };
        let mut view = View {
            title,
            corner: if planned > 0 { format!("{done}／{planned}") } else { String::new() },
            message,
            tone,
            is_busy: self.busy.is_some(),
            done,
            planned,
            ..View::default()
        };
        match &self.screen {
            Screen::Login(login) => {
                view.screen = "login";
                view.has_keypad = true;
                view.login_number.clone_from(&login.number);
                view.login_pin = "●".repeat(login.pin.len());
                view.is_on_pin = login.is_on_pin;
                view.keys = keys(["", "", "", "送受信", ""]);
                view.enter = "確定".into();
            }
            Screen::Route => self.show_list(&mut view),
            Screen::Entry(entry) => self.show_entry(&mut view, entry),
            Screen::Check(check) => self.show_check(&mut view, check),
            Screen::NoRead(list) => {
                view.screen = "no_read";
                self.with_stop(list.place, |route, stop| {
                    view.entry = about(route, stop, self);
                });
                view.options = options(list.chosen);
                view.enter = "保存".into();
            }
            Screen::Sync => {
                view.screen = "sync";
                view.sync = self.sync;
                view.keys = keys(["戻る", "", "", "", ""]);
                view.enter = "送受信を始める".into();
            }
        }
        view
    }

    fn with_stop(&self, place: usize, show: impl FnOnce(&Route, &Stop)) {
        if let Some(route) = &self.route
            && let Some(stop) = route.stops.get(place)
        {
            show(route, stop);
        }
    }

    fn show_list(&self, view: &mut View) {
        view.screen = "route";
        view.keys = keys([
            if self.list.only_open { "全件" } else { "未検針" },
            "前の頁",
            "次の頁",
            "送受信",
            "",
        ]);
        view.enter = "検針する".into();
        let Some(route) = &self.route else { return };
        let shown = self.list.shown(route);
        let row_of_cursor = shown.iter().position(|place| *place >= self.list.cursor).unwrap_or(0);
        view.list_position = format!(
            "{}件中 {}件目{}",
            shown.len(),
            if shown.is_empty() { 0 } else { row_of_cursor + 1 },
            if self.list.only_open { "（未検針のみ）" } else { "" }
        );
        let chosen = shown.get(row_of_cursor).copied();
        let visible = shown.iter().skip(self.list.top).take(ROWS);
        view.rows = visible.map(|place| row(&route.stops[*place], Some(*place) == chosen)).collect();
    }

    fn show_entry(&self, view: &mut View, entry: &Entry) {
        view.screen = "reading";
        view.has_keypad = !entry.is_saved;
        self.with_stop(entry.place, |route, stop| {
            view.entry = about(route, stop, self);
            view.entry.typed.clone_from(&entry.typed);
            view.entry.is_leaking = entry.low_flow == LowFlowIndicator::TurningWithTapsShut;
            view.entry.usage = live_usage(stop, entry);
            if entry.is_saved {
                show_saved(&mut view.entry, route, stop);
            }
        });
        if entry.is_saved {
            let reprint = if self.busy == Some(Busy::Printing) { "" } else { "再印刷" };
            view.keys = keys(["一覧", "", reprint, "送受信", ""]);
            view.enter = if self.busy.is_some() { "印刷中".into() } else { "次へ".into() };
        } else {
            view.keys = keys(["一覧", "検針不能", "", "送受信", "漏水"]);
            view.enter = "確定".into();
        }
    }

    fn show_check(&self, view: &mut View, check: &Check) {
        view.screen = "check";
        view.has_keypad = check.step != Step::Refused;
        view.keys = keys(["", "検針不能", "", "", ""]);
        self.with_stop(check.draft.place, |route, stop| {
            view.entry = about(route, stop, self);
            view.entry.sentences = check.sentences(stop);
            view.entry.typed.clone_from(&check.typed);
        });
        view.entry.asks_number = check.step == Step::SecondEntry;
        (view.entry.question, view.enter) = match check.step {
            Step::Refused => {
                ("取消でもう一度入力するか、検針不能にしてください。".into(), String::new())
            }
            Step::SecondEntry => ("メーターを見直して、もう一度入力してください。".into(), "確定".into()),
            Step::LowFlow => (
                "蛇口をすべて閉めたとき、パイロットは？\n　1　止まっている\n　2　回っている".into(),
                String::new(),
            ),
            Step::Confirm => ("このまま保存してよければ、確定を押してください。".into(), "確定".into()),
        };
        if view.message.is_empty() {
            view.message = view.entry.sentences.join("");
            view.tone = Tone::Warn;
        }
    }
}

fn keys(labels: [&str; 5]) -> [String; 5] {
    labels.map(str::to_owned)
}

fn row(stop: &Stop, is_chosen: bool) -> RowView {
    let (mark, tone) = match &stop.outcome {
        Outcome::Open if stop.planned.in_service => ("未", Tone::Info),
        Outcome::Open => ("中止", Tone::Info),
        Outcome::Read { reading, printed: None } if stop.planned.in_service => {
            let _ = reading;
            ("未印刷", Tone::Warn)
        }
        Outcome::Read { reading, .. } if !reading.findings.is_empty() => ("要確認", Tone::Warn),
        Outcome::Read { .. } => ("済", Tone::Good),
        Outcome::NotRead(_) => ("不能", Tone::Bad),
    };
    RowView {
        order: stop.planned.walk_order.to_string(),
        number: stop.number.to_string(),
        name: stop.user().to_owned(),
        address: stop.place(),
        mark: mark.to_owned(),
        tone,
        is_chosen,
    }
}

fn about(_route: &Route, stop: &Stop, app: &App) -> EntryView {
    let history = stop.history(app.today);
    let volume = |usage: Option<CubicMeters>| {
        usage.map_or_else(|| "−".to_owned(), |usage| format!("{}m³", grouped(usage.0.into())))
    };
    EntryView {
        number: stop.number.to_string(),
        name: stop.user().to_owned(),
        address: stop.place(),
        meter: format!("{}　φ{}", stop.planned.meter_number, stop.size.mm()),
        position: stop.planned.meter_position.clone(),
        caution: stop.planned.caution.clone(),
        previous: format!(
            "{}（{}）",
            stop.previous.padded(),
            japanese_month_day(stop.previous_read_on)
        ),
        last_period: volume(history.last_period),
        last_year: volume(history.same_period_last_year),
        ..EntryView::default()
    }
}

fn live_usage(stop: &Stop, entry: &Entry) -> String {
    match entry.register(stop).map(|register| stop.previous.usage_until(register).volume()) {
        Some(Some(usage)) => format!("{}m³", grouped(usage.0.into())),
        Some(None) => "前回より小さい数字です".to_owned(),
        None => String::new(),
    }
}

fn show_saved(view: &mut EntryView, route: &Route, stop: &Stop) {
    let Outcome::Read { reading, .. } = &stop.outcome else { return };
    view.is_saved = true;
    view.typed = format!(
        "{:0width$}",
        reading.register_value,
        width = usize::from(reading.register_digits)
    );
    view.usage = format!("{}m³", grouped(reading.usage_m3.into()));
    view.is_leaking = reading.low_flow == 2;
    if !stop.planned.in_service {
        return;
    }
    let _ = route;
    view.water = format!("{}円", Yen(reading.water_yen).grouped());
    view.sewerage = reading
        .sewerage_yen
        .map_or_else(|| "接続なし".to_owned(), |yen| format!("{}円", Yen(yen).grouped()));
    let total = reading.water_yen + reading.sewerage_yen.unwrap_or(0);
    view.total = format!("{}円", Yen(total).grouped());
}

fn options(chosen: Option<usize>) -> Vec<OptionView> {
    NoReadReason::ALL
        .iter()
        .enumerate()
        .map(|(index, reason)| OptionView {
            key: (index + 1).to_string(),
            text: reason.japanese().to_owned(),
            is_chosen: chosen == Some(index),
        })
        .collect()
}
