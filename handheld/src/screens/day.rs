//! The day's total (日計): counted from the log, looked at page by page, signed by the reader.

use shared::metering::{DayTotal, Finding};
use shared::quantity::{Yen, grouped};

use super::{App, Effect, Key, Screen, Tone};
use crate::route::Route;

/// Open connections that fit a page.
const OPEN_ROWS: usize = 12;

/// The total on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Day {
    pub total: Option<Box<DayTotal>>,
    pub page: usize,
    /// 確定 once more signs.
    pub is_asking: bool,
}

/// A page: its title and its names with values.
pub(super) type Page = (&'static str, Vec<(String, String)>);

impl App {
    pub(super) fn open_day(&mut self) -> Option<Effect> {
        self.route.as_ref()?;
        self.screen = Screen::Day(Day::default());
        Some(Effect::CountDay)
    }

    /// The log was counted.
    pub fn day_counted(&mut self, total: DayTotal) {
        if let Screen::Day(day) = &mut self.screen {
            day.total = Some(Box::new(total));
        }
    }

    /// The signed total is on the disk.
    pub fn day_signed(&mut self) {
        if let Screen::Day(day) = &mut self.screen {
            day.is_asking = false;
        }
        self.tell(Tone::Good, "日計を確認済みにしました。F4 で送受信してください。");
    }

    pub(super) fn press_day(&mut self, key: Key) -> Option<Effect> {
        let (Screen::Day(day), Some(route)) = (&mut self.screen, &self.route) else { return None };
        let Some(total) = &day.total else {
            self.screen = Screen::Route;
            return None;
        };
        let last = pages(total, route).len() - 1;
        match key {
            Key::Enter if day.is_asking => return Some(Effect::SignDay),
            Key::Enter => {
                day.is_asking = true;
                self.ask_to_sign();
            }
            Key::Cancel if day.is_asking => day.is_asking = false,
            Key::Cancel | Key::Function(1) => self.screen = Screen::Route,
            Key::Right | Key::Down => day.page = (day.page + 1).min(last),
            Key::Left | Key::Up => day.page = day.page.saturating_sub(1),
            Key::Function(4) => self.show_sync(),
            _ => {}
        }
        None
    }

    fn ask_to_sign(&mut self) {
        let Screen::Day(Day { total: Some(total), .. }) = &self.screen else { return };
        let told = match total.open.len() {
            0 => "この数で間違いなければ、もう一度確定を押してください。".to_owned(),
            open => format!("未検針が{open}件あります。よければ、もう一度確定を押してください。"),
        };
        self.tell(Tone::Warn, told);
    }

    /// Whether what was signed last is what is counted now.
    pub(super) fn is_signed(&self, day: &Day) -> bool {
        let (Some(total), Some(route)) = (&day.total, &self.route) else { return false };
        let today = shared::calendar::to_unix_days(self.today);
        route
            .signed
            .as_ref()
            .is_some_and(|signed| *signed == total.signed(route.package, today, &signed.reader))
    }
}

fn count(count: u32) -> String {
    format!("{}件", grouped(count.into()))
}

fn yen(amount: i64) -> String {
    format!("{}円", Yen(amount).grouped())
}

fn line(name: &str, value: String) -> (String, String) {
    (name.to_owned(), value)
}

/// The pages of a total; the ones with nothing on them are left out.
pub(super) fn pages(total: &DayTotal, route: &Route) -> Vec<Page> {
    let open = u32::try_from(total.open.len()).unwrap_or(u32::MAX);
    let usage = format!("{}m³", grouped(i64::try_from(total.usage_m3).unwrap_or(i64::MAX)));
    let mut pages = vec![(
        "今日の検針",
        vec![
            line("予定", count(total.planned)),
            line("検針済み", count(total.read)),
            line("検針不能", count(total.not_read)),
            line("　うち再訪問", count(total.revisits)),
            line("　うち認定の提案", count(total.estimated)),
            line("未検針", count(open)),
            line("使用水量", usage),
            line("金額", yen(total.amount_yen)),
            line("印刷した票", count(total.printed)),
            line("無効の票", count(total.voided)),
            line("現金", yen(total.cash_yen)),
        ],
    )];
    pages.push((
        "作業と現金",
        vec![
            line("メーター交換", count(total.exchanges)),
            line("開栓", count(total.starts)),
            line("中止精算", count(total.stops)),
            line("給水停止の作業", count(total.suspension_steps)),
            line("連絡", count(total.notes)),
            line("写真", count(total.photos)),
            line("訂正した検針", count(total.corrected)),
            line("金額は事務所で計算", count(total.without_amount)),
            line("有効な領収書", count(total.receipts)),
            line("取消した領収書", count(total.voided_receipts)),
        ],
    ));
    pages.extend(by_code("検針不能の理由", &total.by_reason, route));
    pages.extend(by_code("付けた備考", &total.by_remark, route));
    let findings = total.by_finding.iter();
    // A pattern of made-up readings is not told to who may make them.
    let findings = findings.filter(|(code, _)| **code != Finding::SameAgain { times: 0 }.code());
    let findings: Vec<_> = findings
        .filter_map(|(code, times)| Some((Finding::japanese_of_code(*code)?, *times)))
        .map(|(name, times)| line(name, count(times)))
        .collect();
    if !findings.is_empty() {
        pages.push(("確認の出た検針", findings));
    }
    let open: Vec<_> = total.open.iter().filter_map(|key| route.stop_of(*key)).collect();
    for page in open.chunks(OPEN_ROWS) {
        let rows = page.iter().map(|stop| {
            (format!("{}　{}", stop.planned.walk_order, stop.number), stop.user().to_owned())
        });
        pages.push(("未検針の水栓", rows.collect()));
    }
    pages
}

fn by_code(
    title: &'static str,
    counts: &std::collections::BTreeMap<u8, u32>,
    route: &Route,
) -> Option<Page> {
    let name = |code: u8| {
        let name = route.remark(code).map_or("（不明）", |remark| remark.name.as_str());
        format!("{code:02} {name}")
    };
    let rows = counts.iter().map(|(code, times)| (name(*code), count(*times)));
    (!counts.is_empty()).then(|| (title, rows.collect()))
}
