//! The screens (画面): keys in, a view and effects out. Knows nothing of Slint, disk or network.

mod check;
mod day;
mod entry;
mod idle;
mod kana;
mod lock;
mod login;
mod menu;
mod meter_port;
mod no_read;
mod orders;
mod paper;
mod photo;
mod present;
mod present_frame;
mod present_work;
mod route_list;
mod search;
mod settings;
mod sync;
mod view;
mod work;

use std::sync::Arc;

use hardware::camera::Preview;
use jiff::civil::Date;
use shared::metering::{BackwardsReason, Finding, LowFlowIndicator, RegisterReading};
use shared::paper::PaperKind;
use shared::quantity::CubicMeters;
use shared::wire::ReaderV1;

use crate::route::{Route, SearchIndex, Stop};

pub use meter_port::MeterAnswer;
pub use settings::{Kept, Look};
pub use view::{EntryView, OptionView, RowView, SyncView, Tone, View, WorkView};
pub use work::{
    CashDraft, ExchangeDraft, NoteDraft, StartDraft, StopDraft, SuspensionDraft, WorkDraft,
};

/// A key, on the terminal's keyboard or touched on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// 0 to 9.
    Digit(u8),
    /// 確定.
    Enter,
    /// 取消.
    Cancel,
    /// 訂正.
    Erase,
    /// ↑.
    Up,
    /// ↓.
    Down,
    /// ←: a page back in a list.
    Left,
    /// →: a page on in a list.
    Right,
    /// Takes the message away; opens the terminal's menu where there is none.
    Dismiss,
    /// F1 to F5.
    Function(u8),
    /// A row of a list was touched, counted from the top of what is shown.
    Row(usize),
}

/// What the shell is to do. It answers by calling the method named in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Compare the PIN with the reader's hash; answer [`App::pin_checked`].
    VerifyPin {
        /// The reader who wants in.
        reader: ReaderV1,
        /// As typed.
        pin: String,
    },
    /// Open the sealed route; answer [`App::unsealed`] or [`App::pin_was_wrong`].
    Unlock {
        /// Number as typed.
        login: String,
        /// As typed.
        pin: String,
    },
    /// Store a reading; answer [`App::reading_saved`], then print if a slip is due.
    SaveReading(Draft),
    /// Store a no-read; answer [`App::no_read_saved`].
    SaveNoRead(NoReadDraft),
    /// Store what was done besides reading; answer [`App::work_saved`].
    SaveWork {
        /// Place on the route.
        place: usize,
        /// What was done.
        draft: Box<WorkDraft>,
    },
    /// Print these papers of a place, one after another; answer [`App::papers_ended`].
    PrintPapers {
        /// Place on the route.
        place: usize,
        /// In this order.
        kinds: Vec<PaperKind>,
    },
    /// Take a photo at this place and store it; answer [`App::photo_ended`].
    TakePhoto {
        /// Place on the route.
        place: usize,
    },
    /// Store the photo that was looked at; answer [`App::photo_ended`].
    KeepPhoto {
        /// Place on the route.
        place: usize,
    },
    /// Ask the meter at this place over its port; answer [`App::meter_answered`].
    ReadMeter {
        /// Place on the route.
        place: usize,
    },
    /// Print the slip of the reading at this place; answer [`App::print_ended`].
    Print {
        /// Place on the route.
        place: usize,
    },
    /// Count the day from the log; answer [`App::day_counted`].
    CountDay,
    /// Count the day once more and store that as signed; answer [`App::day_signed`].
    SignDay,
    /// Keep [`App::kept`] over a restart.
    Keep,
    /// Send the log and fetch the package; answer [`App::sync_told`] and [`App::sync_ended`].
    Sync,
}

/// A reading before it has an id and a place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Place on the route.
    pub place: usize,
    /// The dials.
    pub register: RegisterReading,
    /// What was typed first, when the check made the reader look again.
    pub first_typed: Option<u32>,
    /// What was typed first of all and cleared before anything was confirmed.
    pub taken_back: Option<u32>,
    /// What screening found.
    pub findings: Vec<Finding>,
    /// The indicator.
    pub low_flow: LowFlowIndicator,
    /// Why the dials stand lower than before.
    pub reason: Option<BackwardsReason>,
    /// Codes of the remarks.
    pub remarks: Vec<u8>,
    /// Why there is no photo although one was asked for.
    pub without_photo: Option<&'static str>,
    /// What the meter sent, where the dials came over its port and were not changed.
    pub meter_frame: Option<Vec<u8>>,
}

/// A connection that could not be read, before that has an id and a place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoReadDraft {
    /// Place on the route.
    pub place: usize,
    /// Code of the remark that says why.
    pub reason: u8,
    /// The reader comes again.
    pub comes_again: bool,
    /// The volume that is proposed.
    pub estimate: Option<CubicMeters>,
}

/// Which screen is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Screen {
    Login(login::Login),
    Route,
    Entry(entry::Entry),
    Check(check::Check),
    NoRead(no_read::NoRead),
    Work(work::Work),
    Orders(orders::Orders),
    Search(search::Search),
    Menu(menu::Menu),
    Day(day::Day),
    Sync,
}

/// Work behind the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Busy {
    Pin,
    Printing,
    Syncing,
    Photo,
    Meter,
}

/// What is fitted to this terminal besides its screen and keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Fitted {
    camera: bool,
    meter_port: bool,
}

/// The terminal's program between two keys.
pub struct App {
    today: Date,
    is_practice: bool,
    route: Option<Route>,
    /// There is a route on board that only a PIN opens.
    has_sealed_route: bool,
    fitted: Fitted,
    /// The photo that is looked at before it is kept, and its place on the route.
    preview: Option<(usize, Arc<Preview>)>,
    reader: Option<ReaderV1>,
    screen: Screen,
    list: route_list::List,
    /// Where one stood in the lists of orders.
    orders: orders::Orders,
    busy: Option<Busy>,
    message: Option<(Tone, String)>,
    sync: SyncView,
    /// The state of the battery, the printer and so on, for the bar.
    status: (Tone, String),
    lock: lock::Lock,
    idle: idle::Idle,
    kept: Kept,
    /// Made when something is first looked for.
    search_index: Option<SearchIndex>,
}

impl App {
    /// Switched on, on this day, with what is on board.
    pub fn new(today: Date, route: Option<Route>) -> App {
        App {
            today,
            is_practice: false,
            route,
            has_sealed_route: false,
            fitted: Fitted::default(),
            preview: None,
            reader: None,
            screen: Screen::Login(login::Login::default()),
            list: route_list::List::default(),
            orders: orders::Orders::default(),
            busy: None,
            message: None,
            sync: SyncView::default(),
            status: (Tone::Info, String::new()),
            lock: lock::Lock::default(),
            idle: idle::Idle::default(),
            kept: Kept::default(),
            search_index: None,
        }
    }

    /// Says on every screen that nothing here counts.
    #[must_use]
    pub fn for_practice(self) -> App {
        App { is_practice: true, ..self }
    }

    /// The route on board waits for a PIN.
    #[must_use]
    pub fn with_sealed_route(self) -> App {
        App { has_sealed_route: true, ..self }
    }

    /// There is a camera, so that photos are asked for.
    #[must_use]
    pub fn with_camera(self) -> App {
        App { fitted: Fitted { camera: true, ..self.fitted }, ..self }
    }

    /// Does what a key means on the screen that is shown. It has been seen: the message goes.
    /// Seconds are those of a clock that nobody can set.
    pub fn press(&mut self, key: Key, now_steady_seconds: i64) -> Option<Effect> {
        if self.busy.is_some() {
            return None;
        }
        if self.locks_before(now_steady_seconds) {
            return None;
        }
        self.press_unlocked(key, now_steady_seconds)
    }

    /// A key that nobody waited with, or one that follows from another.
    fn press_unlocked(&mut self, key: Key, now_steady_seconds: i64) -> Option<Effect> {
        let was_told = self.message.take().is_some();
        let has_no_menu = matches!(self.screen, Screen::Menu(_)) || self.preview.is_some();
        if key == Key::Dismiss && !has_no_menu {
            if !was_told {
                self.open_terminal_menu();
            }
            return None;
        }
        if let Some((place, _)) = self.preview {
            return self.press_preview(key, place);
        }
        match &self.screen {
            Screen::Login(_) => self.press_login(key, now_steady_seconds),
            Screen::Route => self.press_route(key),
            Screen::Entry(_) => self.press_entry(key),
            Screen::Check(_) => self.press_check(key),
            Screen::NoRead(_) => self.press_no_read(key),
            Screen::Work(_) => self.press_work(key),
            Screen::Orders(_) => self.press_orders(key),
            Screen::Search(_) => self.press_search(key),
            Screen::Menu(_) => self.press_menu(key),
            Screen::Day(_) => self.press_day(key),
            Screen::Sync => self.press_sync(key),
        }
    }

    /// The route, for the shell.
    pub fn route(&self) -> Option<&Route> {
        self.route.as_ref()
    }

    /// The route, for what the shell has stored.
    pub fn route_mut(&mut self) -> Option<&mut Route> {
        self.route.as_mut()
    }

    /// Login name of the reader who is logged in.
    pub fn reader_login(&self) -> &str {
        self.reader.as_ref().map_or("", |reader| &reader.login)
    }

    /// The day of readings.
    pub fn today(&self) -> Date {
        self.today
    }

    /// Another day has begun.
    pub fn turn_to(&mut self, today: Date) {
        self.today = today;
    }

    /// Whether work runs behind the screen.
    pub fn is_busy(&self) -> bool {
        self.busy.is_some()
    }

    /// Whether something is told that has not been seen yet.
    pub fn is_telling(&self) -> bool {
        self.message.is_some()
    }

    /// Tells the reader something that is no answer to a key.
    pub fn tell(&mut self, tone: Tone, text: impl Into<String>) {
        self.message = Some((tone, text.into()));
    }

    /// What the bar says of battery and printer.
    pub fn set_status(&mut self, tone: Tone, text: impl Into<String>) {
        self.status = (tone, text.into());
    }

    /// The PIN was compared.
    pub fn pin_checked(&mut self, reader: ReaderV1, is_right: bool, now_steady_seconds: i64) {
        self.busy = None;
        if is_right {
            self.lock = lock::Lock::default();
            self.message = None;
            self.let_in(reader, now_steady_seconds);
            return;
        }
        self.pin_was_wrong(now_steady_seconds);
    }

    /// A PIN has opened what was sealed.
    pub fn unsealed(&mut self, route: Option<Route>) {
        self.busy = None;
        self.has_sealed_route = false;
        self.route = route;
        self.search_index = None;
    }

    /// Nobody has this number and this PIN.
    pub fn pin_was_wrong(&mut self, now_steady_seconds: i64) {
        self.busy = None;
        self.screen = Screen::Login(login::Login::default());
        if let Some(wait) = self.lock.fail(now_steady_seconds) {
            let (times, wait) = (self.lock.failures, lock::japanese_wait(wait));
            let told =
                format!("続けて{times}回間違えました。{wait}たってからお試しください。(H11)");
            self.tell(Tone::Bad, told);
        } else {
            self.tell(Tone::Bad, "検針員番号または暗証番号が違います。(H10)");
        }
    }

    /// The reading is on the disk.
    pub fn reading_saved(&mut self, place: usize) -> Option<Effect> {
        let owes_photo = self.owes_photo(place);
        self.screen = Screen::Entry(entry::Entry { owes_photo, ..entry::Entry::saved(place) });
        let stop = self.route.as_ref().map(|route| &route.stops[place])?;
        let is_mailed = stop.planned.on_site.is_mailed;
        if stop.has_slip() && !is_mailed {
            return Some(self.start_print(place));
        }
        let why = if stop.has_slip() {
            "お知らせ票は郵送します。ここでは印刷しません。"
        } else if stop.planned.in_service {
            "水量は事務所で確認するため、お知らせ票はありません。"
        } else {
            "中止中のため、お知らせ票はありません。"
        };
        self.tell(Tone::Good, format!("保存しました。{why}"));
        None
    }

    /// The no-read is on the disk: on to the next connection.
    pub fn no_read_saved(&mut self, place: usize) {
        self.go_on_from(place);
        let comes_again =
            self.route.as_ref().is_some_and(|route| route.stops[place].outcome.comes_again());
        let told = if comes_again {
            "検針不能を保存しました。あとで再訪問します。"
        } else {
            "検針不能を保存しました。"
        };
        self.tell(Tone::Good, told);
    }

    /// The work is on the disk.
    pub fn work_saved(
        &mut self,
        place: usize,
        told: impl Into<String>,
        papers: Vec<PaperKind>,
    ) -> Option<Effect> {
        self.leave_work();
        // A meter that was just exchanged is read next, with nothing left from before.
        if let Screen::Entry(entry) = &mut self.screen {
            entry.typed.clear();
        }
        self.tell(Tone::Good, told);
        self.start_papers(place, papers)
    }

    /// The printer has said how it went.
    pub fn print_ended(&mut self, result: Result<String, String>) {
        self.busy = None;
        match result {
            Ok(number) => {
                self.tell(
                    Tone::Good,
                    format!("保存しました。\nお知らせ票 {number} を印刷しました。"),
                );
            }
            Err(why) => self.tell(Tone::Bad, format!("保存しました。印刷できません。{why}")),
        }
    }

    fn start_print(&mut self, place: usize) -> Effect {
        self.busy = Some(Busy::Printing);
        self.tell(Tone::Info, "保存しました。お知らせ票を印刷中です…");
        Effect::Print { place }
    }

    /// Prints the slip of a stored reading once more, with its result on the screen.
    fn reprint(&mut self, place: Option<usize>) -> Option<Effect> {
        let route = self.route.as_ref()?;
        let place = place.filter(|place| route.stops.get(*place).is_some_and(Stop::has_slip));
        let Some(place) = place else {
            self.tell(Tone::Warn, "印刷できるお知らせ票がありません。(H25)");
            return None;
        };
        self.list.point_to(route, place);
        self.screen = Screen::Entry(entry::Entry::saved(place));
        Some(self.start_print(place))
    }

    /// On to the next open connection, or to the list when none is left.
    fn go_on_from(&mut self, place: usize) {
        let next = self.next_open(place);
        if let (Some(next), Some(route)) = (next, &self.route) {
            self.list.point_to(route, next);
            self.screen = Screen::Entry(entry::Entry::open(next));
        } else {
            self.screen = Screen::Route;
            let revisits = self.route.as_ref().map_or(0, Route::revisits);
            if revisits > 0 {
                let told = format!("ひととおり終わりました。再訪問が{revisits}件残っています。");
                self.tell(Tone::Warn, told);
            } else {
                let told = "この順路の検針はすべて終わりました。F4 で送受信してください。";
                self.tell(Tone::Good, told);
            }
        }
    }
}

#[cfg(test)]
mod tests;
