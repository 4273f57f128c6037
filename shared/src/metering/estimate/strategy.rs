//! Strategies (認定の方法): how a volume is found, and when each of them may be used.

use serde::{Deserialize, Serialize};

use super::fraction::Fraction;
use super::history::{Basis, PastPeriod};

/// How a volume is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "use")]
pub enum Method {
    /// The mean of the last periods.
    MeanOfLast {
        /// How many at most.
        periods: u8,
        /// How many there have to be; the same number where nothing is said.
        #[serde(default)]
        at_least: Option<u8>,
    },
    /// 前年同期.
    SamePeriodLastYear,
    /// The daily mean of the last periods, times the days of this one.
    DailyMean {
        /// How many at most.
        periods: u8,
    },
    /// The daily mean of a stretch that was measured by itself, times the days of this period.
    Measured {
        /// How many days it has to have.
        days_min: u16,
    },
    /// From the next reading, by days.
    NextReading,
    /// The smallest of the last periods that is not above the present one; none: the present − 1.
    SmallestNotAbove {
        /// How many are compared.
        periods: u8,
    },
    /// Entered by the office.
    Manual,
}

/// A method and its conditions; where several are named, all of them have to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strategy {
    /// How.
    #[serde(flatten)]
    pub method: Method,
    /// Only from so many months of use on.
    #[serde(default)]
    pub months_in_use_min: Option<u16>,
    /// Only below so many months of use.
    #[serde(default)]
    pub months_in_use_below: Option<u16>,
    /// Only while the periods of a mean differ by no more than this, in percent of the mean.
    #[serde(default)]
    pub spread_percent_max: Option<u16>,
    /// Only for these reasons; none named: for all.
    #[serde(default)]
    pub reasons: Vec<String>,
}

/// What a strategy gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The method that held.
    pub method: Method,
    /// Not rounded.
    pub volume: Fraction,
    /// The numbers that it was found from, in words.
    pub inputs: Vec<String>,
}

/// By the first strategy whose conditions hold and whose numbers are known.
pub fn find(strategies: &[Strategy], reason: Option<&str>, basis: &Basis) -> Option<Found> {
    strategies
        .iter()
        .filter(|strategy| strategy.holds(reason, basis))
        .find_map(|strategy| strategy.method.find(basis))
}

impl Strategy {
    fn holds(&self, reason: Option<&str>, basis: &Basis) -> bool {
        let by_use = |bound: Option<u16>, holds: fn(u16, u16) -> bool| {
            bound.is_none_or(|bound| basis.months_in_use.is_some_and(|used| holds(used, bound)))
        };
        let by_reason = self.reasons.is_empty()
            || reason.is_some_and(|reason| self.reasons.iter().any(|known| known == reason));
        by_reason
            && by_use(self.months_in_use_min, |used, bound| used >= bound)
            && by_use(self.months_in_use_below, |used, bound| used < bound)
            && self.spread_percent_max.is_none_or(|most| !self.method.is_spread(basis, most))
    }
}

impl Method {
    fn periods(self, basis: &Basis) -> Option<&[PastPeriod]> {
        let (most, least) = match self {
            Method::MeanOfLast { periods, at_least } => (periods, at_least.unwrap_or(periods)),
            Method::DailyMean { periods } | Method::SmallestNotAbove { periods } => (periods, 1),
            _ => return None,
        };
        let last = &basis.history[..basis.history.len().min(usize::from(most))];
        (last.len() >= usize::from(least.max(1))).then_some(last)
    }

    /// Whether the periods of its mean differ too widely.
    fn is_spread(self, basis: &Basis, most_percent: u16) -> bool {
        let Some(periods) = self.periods(basis) else { return false };
        let volumes = || periods.iter().map(|period| u64::from(period.usage.0));
        let (Some(low), Some(high)) = (volumes().min(), volumes().max()) else { return false };
        let count = periods.len() as u64;
        (high - low) * 100 * count > u64::from(most_percent) * volumes().sum::<u64>()
    }

    fn find(self, basis: &Basis) -> Option<Found> {
        let (volume, inputs) = match self {
            Method::MeanOfLast { .. } => mean(self.periods(basis)?, basis)?,
            Method::SamePeriodLastYear => mean(&[*basis.last_year()?], basis)?,
            Method::DailyMean { .. } => {
                let periods = self.periods(basis)?;
                let days = periods.iter().map(|period| u64::from(period.days)).sum();
                if periods.iter().any(|period| period.days == 0) {
                    return None;
                }
                by_days(total(periods), days, basis, words_of(periods))
            }
            Method::Measured { days_min } => {
                let measured =
                    basis.measured.filter(|found| found.days >= days_min && found.days > 0)?;
                let words = format!("実測 {}日間で{}m³", measured.days, measured.usage.0);
                let usage = u64::from(measured.usage.0);
                by_days(usage, u64::from(measured.days), basis, vec![words])
            }
            Method::NextReading => {
                let next = basis.next.filter(|next| next.days >= basis.days && next.days > 0)?;
                let words = format!("次回検針まで{}日間で{}m³", next.days, next.usage.0);
                by_days(u64::from(next.usage.0), u64::from(next.days), basis, vec![words])
            }
            Method::SmallestNotAbove { .. } => smallest(self.periods(basis).unwrap_or(&[]), basis)?,
            Method::Manual => {
                let manual = basis.manual?;
                (manual.into(), vec![format!("事務所の入力 {}m³", manual.0)])
            }
        };
        Some(Found { method: self, volume, inputs })
    }

    /// In words.
    pub fn japanese(self) -> String {
        match self {
            Method::MeanOfLast { periods: 1, .. } => "直近の実績".into(),
            Method::MeanOfLast { periods, .. } => format!("直近{periods}回の平均"),
            Method::SamePeriodLastYear => "前年同期".into(),
            Method::DailyMean { .. } => "1日平均×日数".into(),
            Method::Measured { .. } => "実測の1日平均×日数".into(),
            Method::NextReading => "次回検針からの逆算".into(),
            Method::SmallestNotAbove { .. } => "今回を超えない最小の水量".into(),
            Method::Manual => "事務所の認定".into(),
        }
    }
}

fn total(periods: &[PastPeriod]) -> u64 {
    periods.iter().map(|period| u64::from(period.usage.0)).sum()
}

fn words_of(periods: &[PastPeriod]) -> Vec<String> {
    let words = |period: &PastPeriod| {
        format!("{}検針 {}m³（{}か月）", period.read_on, period.usage.0, period.months)
    };
    periods.iter().map(words).collect()
}

/// By the months of the periods, so that periods of one and two months can stand beside each other.
fn mean(periods: &[PastPeriod], basis: &Basis) -> Option<(Fraction, Vec<String>)> {
    let months: u64 = periods.iter().map(|period| u64::from(period.months)).sum();
    if months == 0 {
        return None;
    }
    let volume = Fraction::of(total(periods) * u64::from(basis.months), months);
    Some((volume, words_of(periods)))
}

fn by_days(
    usage: u64,
    days: u64,
    basis: &Basis,
    mut words: Vec<String>,
) -> (Fraction, Vec<String>) {
    words.push(format!("{usage}m³ ÷ {days}日 × {}日", basis.days));
    (Fraction::of(usage * u64::from(basis.days), days), words)
}

fn smallest(periods: &[PastPeriod], basis: &Basis) -> Option<(Fraction, Vec<String>)> {
    let current = basis.current?;
    let mut words = words_of(periods);
    words.push(format!("今回の水量 {}m³", current.0));
    let usages = periods.iter().map(|period| period.usage);
    let volume = match usages.filter(|usage| *usage <= current).min() {
        Some(usage) => usage.into(),
        None => Fraction::whole(current.0.saturating_sub(1)),
    };
    Some((volume, words))
}
