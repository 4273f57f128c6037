//! The check (確認): why a number is hard to believe, and what must be done before it is taken.

use jiff::civil::Date;
use shared::metering::screening::sentence;
use shared::metering::{LowFlowIndicator, Observation};

use super::{App, Draft, Effect, Key, Screen, Tone, entry, no_read};
use crate::route::Stop;

/// A number that needs a second look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    pub draft: Draft,
    /// The second entry so far.
    pub typed: String,
    pub step: Step,
    /// The day of the reading.
    pub today: Date,
}

/// What is asked at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The dials went backwards: nothing can be taken like this.
    Refused,
    /// Type the number again.
    SecondEntry,
    /// Does the indicator turn with the taps shut?
    LowFlow,
    /// 確定 takes it.
    Confirm,
}

impl Check {
    pub fn of(draft: Draft, was_typed_twice: bool, today: Date) -> Check {
        let step = if draft.findings.iter().any(|finding| finding.duties().refuses) {
            Step::Refused
        } else if draft.findings.iter().any(|f| f.needs_second_entry()) && !was_typed_twice {
            Step::SecondEntry
        } else {
            after_second_entry(&draft)
        };
        Check { draft, typed: String::new(), step, today }
    }

    /// What is odd, in one sentence a finding, with the numbers.
    pub fn sentences(&self, stop: &Stop) -> Vec<String> {
        let seen = Observation { register: self.draft.register, low_flow: self.draft.low_flow };
        let history = stop.history(self.today);
        let told = self.draft.findings.iter().filter(|finding| finding.is_told_to_the_reader());
        told.map(|finding| sentence(*finding, seen, &history, stop.planned.limits.into())).collect()
    }
}

fn after_second_entry(draft: &Draft) -> Step {
    let is_asked = draft.findings.iter().any(|finding| finding.duties().low_flow);
    if is_asked && draft.low_flow == LowFlowIndicator::NotChecked {
        Step::LowFlow
    } else {
        Step::Confirm
    }
}

impl App {
    pub(super) fn press_check(&mut self, key: Key) -> Option<Effect> {
        let Screen::Check(check) = &mut self.screen else { return None };
        let place = check.draft.place;
        match (key, check.step) {
            (Key::Cancel, _) => {
                let first = check.draft.register.value();
                let entry = entry::Entry { first_typed: Some(first), ..entry::Entry::open(place) };
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
            (Key::Digit(1), Step::LowFlow) => return self.answer_low_flow(LowFlowIndicator::Still),
            (Key::Digit(2), Step::LowFlow) => {
                return self.answer_low_flow(LowFlowIndicator::TurningWithTapsShut);
            }
            (Key::Enter, Step::Confirm) => return Some(Effect::SaveReading(check.draft.clone())),
            _ => {}
        }
        None
    }

    /// The same number again is believed; another one is looked at anew.
    fn confirm_second_entry(&mut self) -> Option<Effect> {
        let Screen::Check(check) = &mut self.screen else { return None };
        let first = check.draft.register.value();
        if check.typed.parse() == Ok(first) {
            check.step = after_second_entry(&check.draft);
            return (check.step == Step::Confirm).then(|| Effect::SaveReading(check.draft.clone()));
        }
        if check.typed.is_empty() {
            self.tell(Tone::Warn, "もう一度、指針を入力してください。(H22)");
            return None;
        }
        let entry = entry::Entry {
            place: check.draft.place,
            typed: check.typed.clone(),
            first_typed: Some(first),
            low_flow: check.draft.low_flow,
            is_saved: false,
        };
        self.screen = Screen::Entry(entry);
        self.press(Key::Enter, 0)
    }

    fn answer_low_flow(&mut self, low_flow: LowFlowIndicator) -> Option<Effect> {
        let Screen::Check(check) = &self.screen else { return None };
        let mut draft = check.draft.clone();
        draft.low_flow = low_flow;
        draft.findings = self.findings(draft.place, draft.register, low_flow);
        Some(Effect::SaveReading(draft))
    }
}
