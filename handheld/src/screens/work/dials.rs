//! Dials typed in the course of other work (指針の確認): screened like a reading, typed twice when odd.

use jiff::civil::Date;
use shared::metering::screening::{screen_period, sentence_of_period};
use shared::metering::{
    BackwardsReason, Finding, LowFlowIndicator, Observation, PeriodVolume, RegisterReading,
};

use crate::route::Stop;

/// Dials and what is known of them so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dials {
    pub register: RegisterReading,
    /// Typed twice, or nothing odd about them.
    pub is_sure: bool,
    /// Why they stand lower than before.
    pub reason: Option<BackwardsReason>,
}

/// What is still to be asked about dials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The same number once more.
    SecondEntry,
    /// Why it is lower than before.
    Backwards,
}

impl Dials {
    pub fn typed(text: &str, digits: u8) -> Result<Dials, String> {
        let value = text.parse().map_err(|_| "指針を入力してください。(H21)".to_owned())?;
        let register = RegisterReading::new(value, digits)
            .map_err(|_| format!("{digits}桁のメーターです。指針を確かめてください。(H20)"))?;
        Ok(Dials { register, is_sure: false, reason: None })
    }

    pub fn volume(&self, stop: &Stop) -> PeriodVolume {
        stop.volume(self.register, self.reason)
    }

    pub fn findings(&self, stop: &Stop, today: Date) -> Vec<Finding> {
        let limits = stop.planned.limits.into();
        let not_looked_at = LowFlowIndicator::NotChecked;
        screen_period(self.volume(stop), not_looked_at, &stop.history(today), limits)
    }

    /// What is odd, a sentence each.
    pub fn sentences(&self, stop: &Stop, today: Date) -> String {
        let low_flow = LowFlowIndicator::NotChecked;
        let seen = Observation { register: self.register, low_flow };
        let (history, limits) = (stop.history(today), stop.planned.limits.into());
        let findings = self.findings(stop, today).into_iter();
        findings
            .filter(|finding| finding.is_told_to_the_reader())
            .map(|finding| sentence_of_period(finding, seen, self.volume(stop), &history, limits))
            .collect()
    }

    /// What must be asked before the number is taken.
    pub fn doubt(&self, stop: &Stop, today: Date) -> Option<Doubt> {
        let findings = self.findings(stop, today);
        if !self.is_sure && findings.iter().any(|finding| finding.needs_second_entry()) {
            return Some(Doubt::SecondEntry);
        }
        let is_backwards = findings.contains(&Finding::WentBackwards);
        (is_backwards && self.reason.is_none()).then_some(Doubt::Backwards)
    }

    /// The second entry: the same number is believed, another one begins anew.
    pub fn again(self, text: &str) -> Result<Dials, String> {
        let second = Dials::typed(text, self.register.digits())?;
        Ok(if second.register == self.register { Dials { is_sure: true, ..self } } else { second })
    }

    /// The remark that the reason stands for.
    pub fn remarks(&self) -> Vec<u8> {
        self.reason.map(BackwardsReason::code).into_iter().collect()
    }
}

/// The reasons for lower dials, as a choice.
pub fn reasons() -> impl Iterator<Item = &'static str> {
    BackwardsReason::ALL.iter().map(|reason| reason.japanese())
}
