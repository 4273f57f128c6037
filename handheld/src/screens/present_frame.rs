//! What the screens around the reading show (枠の画面の組み立て): list, search, menu, day, sync.

use jiff::Timestamp;
use jiff::tz::Offset;
use shared::calendar::japanese_month_day;
use shared::metering::{Finding, Hazard};
use shared::wire::ReadingV1;

use super::day::{self, Day};
use super::menu::Menu;
use super::present::{keys, options};
use super::route_list::ROWS;
use super::search::{self, Search};
use super::{App, RowView, Tone, View};
use crate::route::{Outcome, Stop, Tap};

impl App {
    pub(super) fn show_list(&self, view: &mut View) {
        view.screen = "route";
        let next = self.list.filter.next().japanese();
        view.keys = keys([next, "検索", "メニュー", "送受信", "作業"]);
        view.enter = "検針する".into();
        let Some(route) = &self.route else { return };
        let due = super::orders::due(route, self.today);
        if due > 0 {
            view.keys[4] = format!("作業 {due}");
        }
        let shown = self.list.shown(route);
        let chosen = self.list.chosen(route);
        let row_of_cursor = shown.iter().position(|place| Some(*place) == chosen);
        let row_number = row_of_cursor.map_or(0, |row| row + 1);
        let filter = self.list.filter.japanese();
        let to_revisit = match route.revisits() {
            0 => String::new(),
            revisits => format!("　再訪問 {revisits}件"),
        };
        view.list_position = format!("{filter}　{}件中 {row_number}件目{to_revisit}", shown.len());
        let visible = shown.iter().skip(self.list.top).take(ROWS);
        view.rows =
            visible.map(|place| row(&route.stops[*place], Some(*place) == chosen)).collect();
    }

    pub(super) fn show_search(&self, view: &mut View, search: &Search) {
        let Some(route) = &self.route else { return };
        if let Some((names, chosen)) = &search.names {
            view.screen = "menu";
            let top = chosen / search::NAMES * search::NAMES;
            view.work.title = "地名・建物名から選ぶ".into();
            view.work.pages = match names.len().div_ceil(search::NAMES) {
                0 | 1 => String::new(),
                pages => format!("{}／{pages}頁", top / search::NAMES + 1),
            };
            let shown = names.iter().skip(top).take(search::NAMES).cloned().collect();
            view.options = options(shown, chosen - top, true);
            view.keys = keys(["戻る", "", "", "", ""]);
            view.enter = "選ぶ".into();
            return;
        }
        view.screen = "search";
        view.has_keypad = true;
        view.search_typed.clone_from(&search.typed);
        view.is_kana = search.is_kana;
        view.list_position = match (search.typed.is_empty(), search.found.len()) {
            (true, _) => "順路・水栓・メーターの番号、氏名のかな、住所、部屋".to_owned(),
            (false, 0) => "見つかりません".to_owned(),
            (false, found) => format!("{found}件中 {}件目", search.cursor + 1),
        };
        view.keys = if search.is_kana {
            keys(["一覧", "濁点", "地名", "次の字", "数字"])
        } else {
            keys(["一覧", "", "地名", "", "かな"])
        };
        view.enter = "開く".into();
        let visible = search.found.iter().enumerate().skip(search.top).take(search::ROWS);
        view.rows =
            visible.map(|(at, place)| row(&route.stops[*place], at == search.cursor)).collect();
    }

    pub(super) fn show_menu(&self, view: &mut View, menu: &Menu) {
        view.screen = "menu";
        view.work.title = "端末メニュー".into();
        let words = self.menu_items().iter().map(|item| self.menu_words(*item)).collect();
        view.options = options(words, menu.chosen, true);
        view.keys = keys(["戻る", "", "", "", ""]);
        view.enter = "選ぶ".into();
    }

    pub(super) fn show_day(&self, view: &mut View, day: &Day) {
        view.screen = "day";
        view.keys = keys(["一覧", "", "", "送受信", ""]);
        let (Some(route), Some(total)) = (&self.route, &day.total) else { return };
        let pages = day::pages(total, route);
        let (title, facts) = pages[day.page.min(pages.len() - 1)].clone();
        view.work.title = format!("日計　{}", japanese_month_day(self.today));
        title.clone_into(&mut view.work.text);
        view.work.pages = format!("{}／{}頁", day.page + 1, pages.len());
        view.work.facts = facts;
        let is_signed = self.is_signed(day);
        view.work.typed = match &route.signed {
            Some(_) if is_signed => "確認済み".to_owned(),
            Some(_) => "確認のあとに変わりました".to_owned(),
            None => String::new(),
        };
        view.enter = match (day.is_asking, is_signed) {
            (true, _) => "この日計で間違いない".into(),
            (false, true) => "もう一度確認する".into(),
            (false, false) => "日計を確認する".into(),
        };
    }

    pub(super) fn show_sync_counts(&self, view: &mut View) {
        view.screen = "sync";
        view.sync = self.sync;
        view.last_contact =
            self.kept.last_contact_unix_seconds.map_or_else(|| "まだありません".to_owned(), moment);
        view.keys = keys(["戻る", "", "", "", ""]);
        view.enter = "送受信を始める".into();
    }
}

/// `11月23日 17時05分`, in Japan.
fn moment(unix_seconds: i64) -> String {
    let at = Timestamp::from_second(unix_seconds).unwrap_or_default();
    let at = Offset::constant(9).to_datetime(at);
    format!("{} {}時{:02}分", japanese_month_day(at.date()), at.hour(), at.minute())
}

/// What must be known before the gate is opened, as short as it goes.
pub(super) fn hazards(stop: &Stop) -> Vec<String> {
    let codes = stop.planned.on_site.hazards.iter();
    let known = codes.filter_map(|code| Hazard::from_code(*code));
    let mut words: Vec<String> = known.map(|hazard| hazard.japanese().to_owned()).collect();
    // An office that keeps the warning in words only.
    let caution = &stop.planned.caution;
    let in_words = [("犬", "犬"), ("鍵", "鍵"), ("カギ", "鍵"), ("立会", "立会い")];
    for (word, label) in in_words {
        if caution.contains(word) && !words.iter().any(|known| known == label) {
            words.push(label.to_owned());
        }
    }
    if words.is_empty() && !caution.is_empty() {
        words.push("注意".to_owned());
    }
    words
}

pub(super) fn row(stop: &Stop, is_chosen: bool) -> RowView {
    let (mark, tone) = match (&stop.outcome, stop.tap()) {
        (Outcome::Open, Tap::Suspended) => ("停水", Tone::Bad),
        (Outcome::Open, _) if stop.planned.in_service => ("未", Tone::Info),
        (Outcome::Open, _) => ("中止", Tone::Info),
        (Outcome::Read { printed: None, .. }, _)
            if stop.has_slip() && !stop.planned.on_site.is_mailed =>
        {
            ("未印刷", Tone::Warn)
        }
        (Outcome::Read { reading, .. }, _) if is_odd(reading) => ("要確認", Tone::Warn),
        (Outcome::Read { .. }, _) => ("済", Tone::Good),
        (Outcome::NotRead(no_read), _) if no_read.comes_again => ("再訪", Tone::Warn),
        (Outcome::NotRead(no_read), _) if no_read.reason == GONE => ("対象外", Tone::Info),
        (Outcome::NotRead(_), _) => ("不能", Tone::Bad),
        (Outcome::Started(_), _) => ("開栓", Tone::Good),
        (Outcome::Stopped(_), _) => ("精算", Tone::Good),
    };
    // Whoever has been there needs no warning any more.
    let is_ahead = stop.outcome == Outcome::Open || stop.outcome.comes_again();
    RowView {
        order: stop.planned.walk_order.to_string(),
        number: stop.number.to_string(),
        name: stop.user().to_owned(),
        address: stop.place(),
        mark: mark.to_owned(),
        hazard: if is_ahead { short(&hazards(stop)) } else { String::new() },
        tone,
        is_chosen,
    }
}

/// Whether anything is odd that the reader is told of: a pattern of made-up readings is not.
pub(super) fn is_odd(reading: &ReadingV1) -> bool {
    let hidden = Finding::SameAgain { times: 0 }.code();
    reading.findings.iter().any(|code| *code != hidden)
}

/// Remark 18 (家屋なし・撤去済): there is nothing to read any more.
const GONE: u8 = 18;

/// As much as a row has room for.
fn short(hazards: &[String]) -> String {
    match hazards {
        [] => String::new(),
        [one] => one.chars().take(2).collect(),
        [one, more @ ..] => {
            let first: String = one.chars().take(2).collect();
            format!("{first}+{}", more.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_japanese_time() {
        assert_eq!(moment(1_795_392_300), "11月23日 9時05分");
    }

    #[test]
    fn a_row_has_room_for_one_hazard_and_the_number_of_others() {
        let words =
            |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(short(&words(&[])), "");
        assert_eq!(short(&words(&["立会い"])), "立会");
        assert_eq!(short(&words(&["犬", "鍵", "足元注意"])), "犬+2");
    }
}
