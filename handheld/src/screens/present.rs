//! From the state of the screens to what is shown (表示内容の組み立て).

use shared::calendar::{japanese_date, japanese_month_day};
use shared::metering::LowFlowIndicator;
use shared::quantity::{CubicMeters, Yen, grouped};

use super::check::{Check, Step};
use super::entry::Entry;
use super::login::Login;
use super::present_frame::hazards;
use super::{App, Busy, EntryView, OptionView, Screen, Tone, View};
use crate::route::{Outcome, Route, Stop};

impl App {
    /// What is shown now.
    pub fn view(&self) -> View {
        let (tone, message) = self.message.clone().unwrap_or_default();
        let (done, planned) = self.route.as_ref().map(Route::progress).unwrap_or_default();
        let title = match &self.route {
            Some(route) => format!("順路 {}", route.title),
            None if self.has_sealed_route => "順路はログインすると出ます".to_owned(),
            None => "検針データなし".to_owned(),
        };
        let mut view = View {
            title: if self.is_practice { format!("【練習】{title}") } else { title },
            corner: if planned > 0 { format!("{done}／{planned}") } else { String::new() },
            date: japanese_date(self.today),
            look: self.kept.look,
            is_left_handed: self.kept.is_left_handed,
            is_reverse: self.kept.is_reverse,
            status: self.status.1.clone(),
            status_tone: self.status.0,
            message,
            tone,
            is_busy: self.busy.is_some(),
            done,
            planned,
            ..View::default()
        };
        match &self.screen {
            Screen::Login(login) => show_login(&mut view, login),
            Screen::Route => self.show_list(&mut view),
            Screen::Entry(entry) => self.show_entry(&mut view, entry),
            Screen::Check(check) => self.show_check(&mut view, check),
            Screen::NoRead(list) => self.show_no_read(&mut view, *list),
            Screen::Work(work) => self.show_work(&mut view, work),
            Screen::Orders(list) => self.show_orders(&mut view, *list),
            Screen::Search(search) => self.show_search(&mut view, search),
            Screen::Menu(menu) => self.show_menu(&mut view, menu),
            Screen::Day(day) => self.show_day(&mut view, day),
            Screen::Sync => self.show_sync_counts(&mut view),
        }
        if self.preview.is_some() {
            self.show_preview(&mut view);
        }
        view
    }

    pub(super) fn with_stop(&self, place: usize, show: impl FnOnce(&Stop)) {
        if let Some(stop) = self.route.as_ref().and_then(|route| route.stops.get(place)) {
            show(stop);
        }
    }

    fn show_entry(&self, view: &mut View, entry: &Entry) {
        view.screen = "reading";
        view.has_keypad = !entry.is_saved;
        view.has_meter_key = self.fitted.meter_port && !entry.is_saved;
        self.with_stop(entry.place, |stop| {
            view.entry = about(stop, self);
            view.entry.typed.clone_from(&entry.typed);
            view.entry.is_leaking = entry.low_flow == LowFlowIndicator::TurningWithTapsShut;
            let hides = self.route.as_ref().is_some_and(|route| route.work.hides_previous);
            view.entry.usage = if hides { String::new() } else { live_usage(stop, entry) };
            let is_correction = matches!(stop.outcome, Outcome::Read { .. });
            let field = if is_correction { "訂正する指針" } else { "今回の指針" };
            field.clone_into(&mut view.entry.field);
            if entry.is_saved {
                show_saved(&mut view.entry, stop);
            }
        });
        if !entry.is_saved {
            let leak = if view.entry.is_leaking { "漏水なし" } else { "漏水" };
            view.keys = keys(["一覧", "検針不能", "再印刷", "メニュー", leak]);
            view.enter = "確定".into();
        } else if self.busy == Some(Busy::Printing) {
            view.entry.slip = "印刷中".into();
            view.entry.is_unprinted = false;
            view.enter = "印刷中".into();
        } else {
            view.keys = keys(["一覧", "指針訂正", "再印刷", "メニュー", ""]);
            let without =
                if view.entry.is_unprinted { "印刷しないで次へ" } else { "次へ" };
            let without = if entry.owes_photo { "写真を撮る（抜取り）" } else { without };
            view.enter = without.into();
        }
    }

    fn show_check(&self, view: &mut View, check: &Check) {
        view.screen = "check";
        view.has_keypad = check.step == Step::SecondEntry;
        let is_choice = !matches!(check.step, Step::SecondEntry | Step::Confirm);
        // A long list of choices leaves no room for the keys' row; its key stands beside 取消.
        view.keys = keys(["", if is_choice { "" } else { "検針不能" }, "", "", ""]);
        self.with_stop(check.draft.place, |stop| {
            view.entry = about(stop, self);
            view.entry.previous = stop.basis().previous.padded();
            view.entry.sentences = check.sentences(stop);
            view.entry.usage =
                usage(stop.volume(check.draft.register, check.draft.reason).billed());
        });
        view.entry.typed.clone_from(&check.typed);
        view.entry.field = "もう一度".into();
        if check.step != Step::SecondEntry {
            view.entry.now = check.draft.register.padded();
        }
        let (step, question) = match check.step {
            Step::SecondEntry => ("again", "よく見て、もう一度入力してください。"),
            Step::Backwards => ("choice", "理由はどれですか。違うときは取消でもう一度入力します。"),
            Step::LowFlow => ("choice", "蛇口を全部閉めると、パイロットは？"),
            Step::Remark if check.asks_to_tell_the_user() => {
                ("choice", "使用者に知らせ、備考を選んでください。")
            }
            Step::Remark => ("choice", "備考を選んでください。"),
            Step::Photo => ("choice", "メーターの写真を撮ってください。"),
            Step::Confirm => ("confirm", "よければ確定を押してください。"),
        };
        view.entry.step = step;
        question.clone_into(&mut view.entry.question);
        if let Some(route) = &self.route {
            view.options = options(check.labels(route), check.chosen, check.offers());
        }
        if matches!(check.step, Step::SecondEntry | Step::Confirm) || check.offers() {
            view.enter = "確定".into();
        }
        // What was refused a moment ago stands where the question stood.
        let refusal = std::mem::replace(&mut view.message, view.entry.sentences.concat());
        view.tone = Tone::Warn;
        if !refusal.is_empty() {
            view.entry.question = refusal;
        }
    }
}

fn show_login(view: &mut View, login: &Login) {
    view.screen = "login";
    view.has_keypad = true;
    view.login_number.clone_from(&login.number);
    view.login_pin = "●".repeat(login.pin.len());
    view.is_on_pin = login.is_on_pin;
    view.keys = keys(["", "", "メニュー", "送受信", ""]);
    view.enter = "確定".into();
}

pub(super) fn keys(labels: [&str; 5]) -> [String; 5] {
    labels.map(str::to_owned)
}

pub(super) fn about(stop: &Stop, app: &App) -> EntryView {
    let history = stop.history(app.today);
    // Where the office wants it, a reader who does not look cannot copy (前回指針を隠す).
    let hides = matches!(app.screen, Screen::Entry(_))
        && stop.outcome == Outcome::Open
        && app.route.as_ref().is_some_and(|route| route.work.hides_previous);
    EntryView {
        number: stop.number.to_string(),
        name: stop.user().to_owned(),
        address: stop.place(),
        meter: format!("{}　口径{}mm", stop.meter_number(), stop.size.mm()),
        position: stop.planned.meter_position.clone(),
        caution: stop.planned.caution.clone(),
        hazards: hazards(stop).join("・"),
        previous: if hides { "入力後".to_owned() } else { stop.basis().previous.padded() },
        previous_on: if stop.is_new_meter() {
            "取付指針".to_owned()
        } else {
            japanese_month_day(stop.previous_read_on)
        },
        last_period: if hides { "−".to_owned() } else { usage(history.last_period) },
        last_year: if hides { "−".to_owned() } else { usage(history.same_period_last_year) },
        ..EntryView::default()
    }
}

pub(super) fn usage(volume: Option<CubicMeters>) -> String {
    volume.map_or_else(|| "−".to_owned(), |volume| format!("{}m³", grouped(volume.0.into())))
}

fn live_usage(stop: &Stop, entry: &Entry) -> String {
    match entry.register(stop).map(|register| stop.volume(register, None).billed()) {
        Some(Some(volume)) => usage(Some(volume)),
        Some(None) => "−".to_owned(),
        None => String::new(),
    }
}

fn show_saved(view: &mut EntryView, stop: &Stop) {
    view.is_saved = true;
    let (value, usage_m3, amounts) = match &stop.outcome {
        Outcome::Read { reading, printed, .. } => {
            view.is_leaking = reading.low_flow == 2;
            let is_mailed = stop.planned.on_site.is_mailed;
            view.is_unprinted = printed.is_none() && stop.has_slip() && !is_mailed;
            view.slip = match printed {
                _ if !stop.planned.in_service => "なし（中止中）".to_owned(),
                _ if !stop.has_slip() => "なし（事務所で確認）".to_owned(),
                Some(number) => number.clone(),
                None if is_mailed => "郵送".to_owned(),
                None => "未印刷".to_owned(),
            };
            let amounts = [reading.water_yen, reading.sewerage_yen];
            (reading.register_value, Some(reading.usage_m3), amounts)
        }
        Outcome::Stopped(stopped) => {
            view.slip = "中止精算済み".into();
            let amounts = [stopped.water_yen, stopped.sewerage_yen];
            (stopped.register_value, Some(stopped.usage_m3), amounts)
        }
        Outcome::Started(started) => {
            view.slip = "開栓済み".into();
            (started.register_value, None, [None, None])
        }
        Outcome::Open | Outcome::NotRead(_) => return,
    };
    view.typed = format!("{value:0width$}", width = usize::from(stop.dial_digits()));
    view.usage = usage(usage_m3.map(CubicMeters));
    if usage_m3.is_none() || !stop.planned.in_service {
        return;
    }
    let [Some(water), sewerage] = amounts else {
        // The terminal could not compute it; the office will.
        for amount in [&mut view.water, &mut view.sewerage, &mut view.total] {
            "後日お知らせ".clone_into(amount);
        }
        return;
    };
    view.water = yen(Yen(water));
    view.sewerage = sewerage.map_or_else(|| "接続なし".to_owned(), |amount| yen(Yen(amount)));
    view.total = yen(Yen(water + sewerage.unwrap_or(0)));
}

fn yen(amount: Yen) -> String {
    format!("{}円", amount.grouped())
}

/// Choices with the digit that picks each; `chosen` is marked where 確定 takes it.
pub(super) fn options(labels: Vec<String>, chosen: usize, marks: bool) -> Vec<OptionView> {
    let options = labels.into_iter().enumerate().map(|(index, text)| OptionView {
        key: (index + 1).to_string(),
        text,
        is_chosen: marks && index == chosen,
    });
    options.collect()
}
