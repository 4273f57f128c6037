//! One row of readings (検針の1行): dials or a volume, and what is known from before.

use csv::StringRecord;
use shared::metering::screening::{screen_volume, sentence};
use shared::metering::{
    Finding, History, LowFlowIndicator, Observation, RegisterReading, ScreeningLimits, screen,
};
use shared::quantity::CubicMeters;

use crate::refusal::Refusal;

/// Digits of the register that stands in for a volume without dials.
const STAND_IN_DIGITS: u8 = 8;

const NAMES: [&str; 11] = [
    "previous",
    "present",
    "dial_digits",
    "usage_m3",
    "last_m3",
    "same_season_m3",
    "norm_m3",
    "in_service",
    "low_flow",
    "days",
    "equal_before",
];

/// Where the known columns stand; the others are handed on.
pub(super) struct Columns {
    places: [Option<usize>; NAMES.len()],
    width: usize,
}

/// A row that can be screened.
pub(super) struct Row {
    seen: Observation,
    pub history: History,
    pub norm_m3: Option<u32>,
    has_dials: bool,
}

impl Columns {
    pub fn find(names: &StringRecord) -> Result<Columns, Refusal> {
        let place = |wanted: &str| {
            names.iter().position(|name| name.trim_start_matches('\u{feff}').trim() == wanted)
        };
        let places = NAMES.map(place);
        let has_dials = places[..3].iter().all(Option::is_some);
        if !has_dials && places[3].is_none() {
            let text = "previous・present・dial_digits の3列か、usage_m3 の列が必要です。";
            return Err(Refusal::new("C04", text));
        }
        Ok(Columns { places, width: names.len() })
    }

    pub fn read(&self, cells: &StringRecord) -> Result<Row, String> {
        if cells.len() != self.width {
            return Err("C05: 列の数が見出しと合いません。".to_owned());
        }
        let cell = |name: &str| {
            let column = NAMES.iter().position(|known| *known == name)?;
            let text = cells.get(self.places[column]?)?.trim();
            (!text.is_empty()).then_some(text)
        };
        let number = |name: &str| cell(name).map(|text| whole(name, text)).transpose();
        let needed = |name: &str| number(name)?.ok_or_else(|| format!("C06: {name} が空です。"));
        let in_service = match cell("in_service") {
            None | Some("1" | "yes") => true,
            Some("0" | "no") => false,
            Some(_) => return Err(word("in_service", "1, 0, yes, no")),
        };
        let low_flow = match cell("low_flow") {
            None => LowFlowIndicator::NotChecked,
            Some("still") => LowFlowIndicator::Still,
            Some("turning") => LowFlowIndicator::TurningWithTapsShut,
            Some(_) => return Err(word("low_flow", "still, turning")),
        };
        let usage = number("usage_m3")?;
        let (previous, present) = if let Some(usage) = usage {
            (dials("usage_m3", 0, STAND_IN_DIGITS)?, dials("usage_m3", usage, STAND_IN_DIGITS)?)
        } else {
            let digits = u8::try_from(needed("dial_digits")?).unwrap_or(u8::MAX);
            let previous = dials("previous", needed("previous")?, digits)?;
            (previous, dials("present", needed("present")?, digits)?)
        };
        let small = |name: &str| Ok::<_, String>(number(name)?.map(saturated));
        let history = History {
            last_period: number("last_m3")?.map(CubicMeters),
            same_period_last_year: number("same_season_m3")?.map(CubicMeters),
            days_since_previous: small("days")?,
            equal_before: small("equal_before")?
                .map_or(1, |times| u8::try_from(times).unwrap_or(u8::MAX)),
            ..History::unknown(previous, in_service)
        };
        let seen = Observation { register: present, low_flow };
        Ok(Row { seen, history, norm_m3: number("norm_m3")?, has_dials: usage.is_none() })
    }
}

impl Row {
    pub fn usage(&self) -> Option<CubicMeters> {
        self.history.previous_register.usage_until(self.seen.register).volume()
    }

    pub fn findings(&self, limits: ScreeningLimits) -> Vec<Finding> {
        match self.usage() {
            Some(volume) if !self.has_dials => {
                let leak = self.seen.low_flow == LowFlowIndicator::TurningWithTapsShut;
                let mut findings: Vec<Finding> =
                    leak.then_some(Finding::LeakSuspected).into_iter().collect();
                findings.extend(screen_volume(volume, &self.history, limits));
                findings
            }
            _ => screen(self.seen, self.history, limits),
        }
    }

    pub fn sentence(&self, finding: Finding, limits: ScreeningLimits) -> String {
        sentence(finding, self.seen, &self.history, limits)
    }
}

fn whole(name: &str, text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("C07: {name} は0以上の半角の整数で書いてください。"))
}

fn dials(name: &str, value: u32, digits: u8) -> Result<RegisterReading, String> {
    RegisterReading::new(value, digits)
        .map_err(|_| format!("C08: {name} を{digits}桁のメーターでは表せません。桁数は4〜8です。"))
}

fn word(name: &str, words: &str) -> String {
    format!("C09: {name} は {words} のどれかで書いてください。")
}

fn saturated(number: u32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
