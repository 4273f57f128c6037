//! Reading entry (指針の入力): one connection, one number, and what follows from it.

use shared::metering::screening::screen_period;
use shared::metering::{BackwardsReason, Finding, LowFlowIndicator, RegisterReading};

use super::work::{Job, Origin};
use super::{App, Draft, Effect, Key, Screen, Tone, check, no_read};
use crate::route::{Outcome, Stop};

/// One connection on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Place on the route.
    pub place: usize,
    /// The digits so far.
    pub typed: String,
    /// What was typed before a check sent the reader back.
    pub first_typed: Option<u32>,
    /// What was typed first of all and cleared again: never lost (R-H7).
    pub taken_back: Option<u32>,
    /// The indicator, set with F5.
    pub low_flow: LowFlowIndicator,
    /// Codes of the remarks, chosen in the menu.
    pub remarks: Vec<u8>,
    /// The reading is stored; the result is shown.
    pub is_saved: bool,
    /// A photo of the stored reading is asked, by lot.
    pub owes_photo: bool,
    /// What the meter sent, as long as the digits are those that it told.
    pub meter_frame: Option<Vec<u8>>,
}

impl Entry {
    pub fn open(place: usize) -> Entry {
        Entry {
            place,
            typed: String::new(),
            first_typed: None,
            taken_back: None,
            low_flow: LowFlowIndicator::NotChecked,
            remarks: Vec::new(),
            is_saved: false,
            owes_photo: false,
            meter_frame: None,
        }
    }

    pub fn saved(place: usize) -> Entry {
        Entry { is_saved: true, ..Entry::open(place) }
    }

    /// The typed number, if the dials can show it.
    pub fn register(&self, stop: &Stop) -> Option<RegisterReading> {
        RegisterReading::new(self.typed.parse().ok()?, stop.dial_digits()).ok()
    }

    /// Keeps the number that is about to be cleared, if it is the first. What is typed from now on the
    /// meter did not say.
    pub(super) fn take_back(&mut self) {
        self.meter_frame = None;
        if self.taken_back.is_none() {
            self.taken_back = self.typed.parse().ok();
        }
    }
}

impl App {
    pub(super) fn press_entry(&mut self, key: Key) -> Option<Effect> {
        let (Screen::Entry(entry), Some(route)) = (&mut self.screen, &self.route) else {
            return None;
        };
        let place = entry.place;
        if entry.is_saved {
            return self.press_saved(key, place);
        }
        match key {
            Key::Digit(digit) => {
                if entry.typed.len() < usize::from(route.stops[place].dial_digits()) {
                    entry.typed.push(char::from(b'0' + digit));
                    entry.meter_frame = None;
                } else {
                    self.tell(Tone::Warn, "メーターの桁数より多い数字は入りません。(H20)");
                }
            }
            Key::Erase => {
                entry.take_back();
                entry.typed.pop();
            }
            Key::Cancel if !entry.typed.is_empty() => {
                entry.take_back();
                entry.typed.clear();
            }
            Key::Cancel | Key::Function(1) => self.back_to_list(place),
            Key::Function(2) => self.screen = Screen::NoRead(no_read::NoRead::at(place)),
            Key::Function(3) => {
                let last = route.last_read;
                return self.reprint(last);
            }
            Key::Function(4) => self.open_menu(place),
            Key::Function(5) => {
                entry.low_flow = toggled(entry.low_flow);
            }
            Key::Up => self.step_entry(place, false),
            Key::Down => self.step_entry(place, true),
            Key::Right => return self.ask_meter(place),
            Key::Enter => return self.confirm_entry(),
            _ => {}
        }
        None
    }

    fn press_saved(&mut self, key: Key, place: usize) -> Option<Effect> {
        let owes_photo = matches!(&self.screen, Screen::Entry(entry) if entry.owes_photo);
        match key {
            Key::Enter | Key::Down if owes_photo => return self.take_photo(place),
            Key::Enter | Key::Down => self.go_on_from(place),
            Key::Function(2) => self.correct(place),
            Key::Function(3) => {
                let is_stopped = self
                    .route
                    .as_ref()
                    .is_some_and(|route| matches!(route.stops[place].outcome, Outcome::Stopped(_)));
                let printed = if is_stopped {
                    self.print_papers_at(place)
                } else {
                    self.reprint(Some(place))
                };
                return printed;
            }
            Key::Cancel | Key::Function(1) => self.back_to_list(place),
            Key::Function(4) => self.open_menu(place),
            _ => {}
        }
        None
    }

    /// What is stored here is entered anew; the log keeps both.
    fn correct(&mut self, place: usize) {
        let Some(route) = &self.route else { return };
        let job = match &route.stops[place].outcome {
            _ if route.receipt_at(place).is_some() => {
                let told = "先にメニューで領収書を取り消してください。(H28)";
                self.tell(Tone::Warn, told);
                return;
            }
            Outcome::Stopped(_) => Job::stop(),
            Outcome::Started(_) => Job::start(),
            _ => {
                self.screen = Screen::Entry(Entry::open(place));
                self.tell(Tone::Info, "保存した指針を訂正します。正しい指針を入力してください。");
                return;
            }
        };
        self.begin_work(place, job, Origin::Entry(Box::new(Entry::saved(place))));
    }

    fn confirm_entry(&mut self) -> Option<Effect> {
        let (Screen::Entry(entry), Some(route)) = (&self.screen, &self.route) else { return None };
        let entry = entry.clone();
        let stop = &route.stops[entry.place];
        let Some(register) = entry.register(stop) else {
            self.tell(Tone::Warn, "指針を入力してください。(H21)");
            return None;
        };
        let draft = Draft {
            place: entry.place,
            register,
            first_typed: entry.first_typed.filter(|first| *first != register.value()),
            taken_back: entry.taken_back.filter(|first| *first != register.value()),
            findings: self.findings(entry.place, register, entry.low_flow, None),
            low_flow: entry.low_flow,
            reason: None,
            remarks: entry.remarks.clone(),
            without_photo: None,
            meter_frame: entry.meter_frame.clone(),
        };
        let is_typed_twice = entry.first_typed == Some(register.value());
        let check = check::Check::of(draft, is_typed_twice, self.today);
        self.go_on_checking(check)
    }

    pub(super) fn findings(
        &self,
        place: usize,
        register: RegisterReading,
        low_flow: LowFlowIndicator,
        reason: Option<BackwardsReason>,
    ) -> Vec<Finding> {
        let Some(route) = &self.route else { return Vec::new() };
        let stop = &route.stops[place];
        let (volume, history) = (stop.volume(register, reason), stop.history(self.today));
        screen_period(volume, low_flow, &history, stop.planned.limits.into())
    }

    pub(super) fn back_to_list(&mut self, place: usize) {
        self.screen = Screen::Route;
        if let Some(route) = &self.route {
            self.list.point_to(route, place);
        }
    }

    fn step_entry(&mut self, place: usize, forward: bool) {
        let Some(route) = &self.route else { return };
        let forward = forward != self.kept.is_reverse;
        let last = route.stops.len() - 1;
        let place = if forward { (place + 1).min(last) } else { place.saturating_sub(1) };
        self.list.point_to(route, place);
        self.open_stop(place);
    }
}

/// Not looked at or still, to turning and back.
pub(super) fn toggled(low_flow: LowFlowIndicator) -> LowFlowIndicator {
    match low_flow {
        LowFlowIndicator::TurningWithTapsShut => LowFlowIndicator::Still,
        _ => LowFlowIndicator::TurningWithTapsShut,
    }
}
