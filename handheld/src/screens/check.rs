//! The check (確認): why a number is hard to believe, and what must be done before it is taken.

use jiff::civil::Date;
use shared::metering::screening::{Escalation, sentence_of_period};
use shared::metering::{BackwardsReason, Finding, LowFlowIndicator, Observation, Remark};

use super::{App, Draft, Effect, Key, Screen, Tone, entry, no_read};
use crate::route::{Route, Stop, Tap};

/// A number that needs a second look.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "questions that were answered, each on its own")]
pub(super) struct Check {
    pub draft: Draft,
    /// The second entry so far.
    pub typed: String,
    pub step: Step,
    /// The choice that is offered, in steps with choices.
    pub chosen: usize,
    /// The day of the reading.
    pub today: Date,
    /// The number was typed twice.
    is_sure: bool,
    /// A remark was asked for.
    is_remarked: bool,
    /// A photo was taken, or it is said why not.
    has_photo: bool,
    /// Something was asked: nothing more needs to be confirmed.
    was_asked: bool,
}

/// What is asked at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Type the number again.
    SecondEntry,
    /// Why do the dials stand lower than before? Without a reason nothing is taken (R-H3).
    Backwards,
    /// Does the indicator turn with the taps shut?
    LowFlow,
    /// What is to be said of it?
    Remark,
    /// The dials are photographed.
    Photo,
    /// 確定 takes it.
    Confirm,
}

/// Why there is no photo, besides a terminal without a camera.
pub(super) const WITHOUT_PHOTO: [&str; 3] =
    ["暗い・曇って写らない", "カメラが動かない", "使用者に断られた"];

/// Codes of 漏水の疑い, 桁上がり and 増減大.
const LEAK: u8 = 6;
const ROLLED_OVER: u8 = 12;
const USE_CHECKED: u8 = 5;

impl Check {
    pub fn of(draft: Draft, was_typed_twice: bool, today: Date) -> Check {
        Check {
            draft,
            typed: String::new(),
            step: Step::Confirm,
            chosen: 0,
            today,
            is_sure: was_typed_twice,
            is_remarked: false,
            has_photo: false,
            was_asked: false,
        }
    }

    fn told(&self) -> impl Iterator<Item = Finding> {
        self.draft.findings.iter().copied().filter(|finding| finding.is_told_to_the_reader())
    }

    fn has_duty(&self, duty: impl Fn(Finding) -> bool) -> bool {
        self.draft.findings.iter().any(|finding| duty(*finding))
    }

    /// What comes next; nothing when the number can be taken.
    fn next_step(&self, stop: &Stop, route: &Route, has_camera: bool) -> Option<Step> {
        if !self.is_sure && self.has_duty(Finding::needs_second_entry) {
            return Some(Step::SecondEntry);
        }
        if self.draft.reason.is_none() && self.has_duty(|finding| finding.duties().refuses) {
            return Some(Step::Backwards);
        }
        let is_unseen = self.draft.low_flow == LowFlowIndicator::NotChecked;
        if is_unseen && self.has_duty(|finding| finding.duties().low_flow) {
            return Some(Step::LowFlow);
        }
        if !self.is_remarked && !self.remarks(stop, route).is_empty() {
            return Some(Step::Remark);
        }
        if has_camera && !self.has_photo && self.needs_photo(route) {
            return Some(Step::Photo);
        }
        (!self.was_asked && self.told().next().is_some()).then_some(Step::Confirm)
    }

    /// By a finding, or by the flag of a remark.
    fn needs_photo(&self, route: &Route) -> bool {
        let by_remark = self.draft.remarks.iter().filter_map(|code| route.remark(*code));
        self.has_duty(|finding| finding.duties().photo)
            || by_remark.into_iter().any(|remark| remark.photo)
    }

    /// The remarks that can explain what is odd, the likeliest first; none where one is given
    /// already or none is needed.
    pub fn remarks<'r>(&self, stop: &Stop, route: &'r Route) -> Vec<&'r Remark> {
        let asks = |finding: &Finding| {
            let is_odd_volume = matches!(
                finding,
                Finding::High(_)
                    | Finding::VeryHigh(_)
                    | Finding::Low(_)
                    | Finding::NoUsage
                    | Finding::UsedWhileStopped
            );
            is_odd_volume
        };
        let Some(finding) = self.draft.findings.iter().find(|finding| asks(finding)) else {
            return Vec::new();
        };
        let mut codes = Remark::seed_codes_for(*finding).to_vec();
        if codes.iter().any(|code| self.draft.remarks.contains(code)) {
            return Vec::new();
        }
        let is_leaking = self.draft.low_flow == LowFlowIndicator::TurningWithTapsShut;
        let likeliest = match finding {
            Finding::UsedWhileStopped if stop.tap() == Tap::Suspended => Some(16),
            Finding::High(_) | Finding::VeryHigh(_) if is_leaking => Some(LEAK),
            Finding::High(_) | Finding::VeryHigh(_) => Some(USE_CHECKED),
            _ => None,
        };
        codes.sort_by_key(|code| Some(*code) != likeliest);
        codes.into_iter().filter_map(|code| route.remark(code)).collect()
    }

    /// What the reader has said in another way needs no question: a turning indicator, a rollover.
    fn say_what_is_known(&mut self, route: &Route) {
        let is_leaking = self.draft.low_flow == LowFlowIndicator::TurningWithTapsShut;
        let has_rolled_over = self.draft.findings.contains(&Finding::RolledOver);
        for (code, is_known) in [(LEAK, is_leaking), (ROLLED_OVER, has_rolled_over)] {
            let is_new = !self.draft.remarks.contains(&code) && route.remark(code).is_some();
            self.draft.remarks.extend((is_known && is_new).then_some(code));
        }
    }

    /// Whether it can be left without a remark: an empty house needs none.
    pub fn may_go_unremarked(&self) -> bool {
        !self.has_duty(|finding| {
            matches!(finding, Finding::High(_) | Finding::VeryHigh(_) | Finding::UsedWhileStopped)
        })
    }

    /// What is odd, in one sentence a finding, with the numbers; what follows when it goes on.
    pub fn sentences(&self, stop: &Stop) -> Vec<String> {
        let draft = &self.draft;
        let seen = Observation { register: draft.register, low_flow: draft.low_flow };
        let (history, limits) = (stop.history(self.today), stop.planned.limits.into());
        let volume = stop.volume(draft.register, draft.reason);
        let sentence = |finding: Finding| {
            let told = sentence_of_period(finding, seen, volume, &history, limits);
            let told = match (finding, stop.tap()) {
                (Finding::UsedWhileStopped, Tap::Suspended) => told.replace("中止中", "停水中"),
                _ => told,
            };
            match Escalation::of(finding, &history, limits) {
                Escalation::First => told,
                further => format!("{told}{}", further.action(finding)),
            }
        };
        self.told().map(sentence).collect()
    }

    /// Whether the user is to be told on the spot (R-H10).
    pub fn asks_to_tell_the_user(&self) -> bool {
        self.has_duty(|finding| finding.duties().contact)
    }

    /// The choices of the step, in order.
    pub fn labels(&self, route: &Route) -> Vec<String> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match self.step {
            Step::Backwards => {
                BackwardsReason::ALL.iter().map(|reason| reason.japanese().to_owned()).collect()
            }
            Step::LowFlow => owned(&["止まっている", "回っている"]),
            Step::Remark => {
                let remarks = self.remarks(&route.stops[self.draft.place], route).into_iter();
                let named = remarks.map(|remark| format!("{:02} {}", remark.code, remark.name));
                let none = self.may_go_unremarked().then(|| "備考なし".to_owned());
                named.chain(none).collect()
            }
            Step::Photo => {
                let mut labels: Vec<String> = owned(&["写真を撮る"]);
                labels.extend(WITHOUT_PHOTO.iter().map(|why| format!("撮れない：{why}")));
                labels
            }
            Step::SecondEntry | Step::Confirm => Vec::new(),
        }
    }

    /// Whether 確定 takes a choice that is offered. Either answer about the indicator is as likely as
    /// the other, and a reason is not to be guessed.
    pub fn offers(&self) -> bool {
        matches!(self.step, Step::Remark | Step::Photo)
    }
}

impl App {
    /// To the next question, or to the disk.
    pub(super) fn go_on_checking(&mut self, mut check: Check) -> Option<Effect> {
        let route = self.route.as_ref()?;
        let stop = &route.stops[check.draft.place];
        let Some(step) = check.next_step(stop, route, self.fitted.camera) else {
            check.say_what_is_known(route);
            let draft = check.draft.clone();
            if !matches!(self.screen, Screen::Entry(_)) {
                self.screen = Screen::Check(check);
            }
            return Some(Effect::SaveReading(draft));
        };
        check.step = step;
        // 確定 alone leaves an empty house without a remark; elsewhere it takes the likeliest.
        let is_optional = step == Step::Remark && check.may_go_unremarked();
        check.chosen = if is_optional { check.remarks(stop, route).len() } else { 0 };
        check.typed.clear();
        self.screen = Screen::Check(check);
        None
    }

    pub(super) fn press_check(&mut self, key: Key) -> Option<Effect> {
        let (Screen::Check(check), Some(route)) = (&mut self.screen, &self.route) else {
            return None;
        };
        let place = check.draft.place;
        let choices = check.labels(route).len();
        match (key, check.step) {
            (Key::Cancel, _) => {
                let first = check.draft.register.value();
                let entry = entry::Entry {
                    first_typed: Some(check.draft.first_typed.unwrap_or(first)),
                    taken_back: check.draft.taken_back,
                    remarks: check.draft.remarks.clone(),
                    ..entry::Entry::open(place)
                };
                self.screen = Screen::Entry(entry);
            }
            (Key::Function(2), _) => self.screen = Screen::NoRead(no_read::NoRead::at(place)),
            (Key::Digit(digit), Step::SecondEntry)
                if check.typed.len() < usize::from(check.draft.register.digits()) =>
            {
                check.typed.push(char::from(b'0' + digit));
            }
            (Key::Erase, Step::SecondEntry) => {
                check.typed.pop();
            }
            (Key::Enter, Step::SecondEntry) => return self.confirm_second_entry(),
            (Key::Enter, Step::Confirm) => {
                let check = Check { was_asked: true, ..check.clone() };
                return self.go_on_checking(check);
            }
            (Key::Enter, Step::LowFlow | Step::Backwards) => {
                self.tell(Tone::Warn, "番号で選んでください。(H29)");
            }
            (Key::Digit(digit), _) if (1..=choices).contains(&usize::from(digit)) => {
                return self.answer_check(usize::from(digit) - 1);
            }
            (Key::Row(row), _) if row < choices => return self.answer_check(row),
            (Key::Enter, Step::Remark | Step::Photo) => {
                let chosen = check.chosen;
                return self.answer_check(chosen);
            }
            (Key::Up, _) => check.chosen = check.chosen.saturating_sub(1),
            (Key::Down, _) => {
                check.chosen = (check.chosen + 1).min(choices.saturating_sub(1));
            }
            _ => {}
        }
        None
    }

    /// The same number again is believed; another one is looked at anew.
    fn confirm_second_entry(&mut self) -> Option<Effect> {
        let Screen::Check(check) = &mut self.screen else { return None };
        let first = check.draft.register.value();
        if check.typed.parse() == Ok(first) {
            let check = Check { is_sure: true, was_asked: true, ..check.clone() };
            return self.go_on_checking(check);
        }
        if check.typed.is_empty() {
            self.tell(Tone::Warn, "もう一度、指針を入力してください。(H22)");
            return None;
        }
        let entry = entry::Entry {
            typed: check.typed.clone(),
            first_typed: Some(check.draft.first_typed.unwrap_or(first)),
            taken_back: check.draft.taken_back,
            low_flow: check.draft.low_flow,
            remarks: check.draft.remarks.clone(),
            ..entry::Entry::open(check.draft.place)
        };
        self.screen = Screen::Entry(entry);
        self.press_unlocked(Key::Enter, 0)
    }

    fn answer_check(&mut self, row: usize) -> Option<Effect> {
        let (Screen::Check(check), Some(route)) = (&self.screen, &self.route) else { return None };
        let mut check = Check { was_asked: true, ..check.clone() };
        let stop = &route.stops[check.draft.place];
        match check.step {
            Step::Backwards => {
                let reason = BackwardsReason::ALL.get(row).copied();
                check.draft.reason = reason;
                check.draft.remarks.extend(reason.map(BackwardsReason::code));
            }
            Step::LowFlow => {
                check.draft.low_flow = match row {
                    0 => LowFlowIndicator::Still,
                    _ => LowFlowIndicator::TurningWithTapsShut,
                };
            }
            Step::Remark => {
                let remark = check.remarks(stop, route).get(row).map(|remark| remark.code);
                check.draft.remarks.extend(remark);
                check.is_remarked = true;
            }
            Step::Photo => {
                check.has_photo = true;
                if row == 0 {
                    let place = check.draft.place;
                    self.screen = Screen::Check(check);
                    return self.take_photo(place);
                }
                check.draft.without_photo = WITHOUT_PHOTO.get(row - 1).copied();
            }
            Step::SecondEntry | Step::Confirm => {}
        }
        let Draft { place, register, low_flow, reason, .. } = check.draft;
        check.draft.findings = self.findings(place, register, low_flow, reason);
        self.go_on_checking(check)
    }

    /// The photo that a check had asked for is there, or it is known why not.
    pub(super) fn photo_of_check_ended(&mut self, is_taken: bool) -> Option<Effect> {
        let Screen::Check(check) = &self.screen else { return None };
        let mut check = check.clone();
        if !is_taken {
            check.has_photo = false;
            self.screen = Screen::Check(check);
            return None;
        }
        self.go_on_checking(check)
    }
}
