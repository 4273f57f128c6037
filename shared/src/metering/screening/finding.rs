//! What is odd about a reading (異常の種類), and what the reader must then do.

use serde::{Deserialize, Serialize};

use super::expectation::Expectation;
use crate::quantity::CubicMeters;

/// What is odd about a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The dials went backwards (逆進): a reading cannot be taken without clearing this.
    WentBackwards,
    /// The dials passed zero (桁上がり).
    RolledOver,
    /// Clearly more than expected.
    High(Expectation),
    /// Far more than expected.
    VeryHigh(Expectation),
    /// Clearly less than expected.
    Low(Expectation),
    /// No water at all where some was used before.
    NoUsage,
    /// Water passed although service is stopped (中止中の使用).
    UsedWhileStopped,
    /// The indicator turns with the taps shut (漏水の疑い).
    LeakSuspected,
    /// Far from the period before, although not from what was expected (前回との差).
    Changed {
        /// The period before.
        last: CubicMeters,
    },
    /// The very same volume again and again (同じ水量の続き); only the office hears of it.
    SameAgain {
        /// How many periods, this one included.
        times: u8,
    },
    /// Read much earlier or later than the cycle has it (検針間隔).
    UnusualInterval {
        /// Days since the reading before.
        days: u16,
    },
}

/// What a finding asks of the reader before the reading is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "five duties that do not depend on each other")]
pub struct Duties {
    /// Nothing can be taken like this.
    pub refuses: bool,
    /// The number must be typed a second time (R-H6).
    pub second_entry: bool,
    /// The indicator must be looked at (パイロット).
    pub low_flow: bool,
    /// The dial must be photographed.
    pub photo: bool,
    /// The user must be told on the spot (R-H10).
    pub contact: bool,
}

impl Finding {
    /// The number stored and sent.
    pub fn code(self) -> u8 {
        // The last one is [`Finding::LAST_CODE`].
        match self {
            Finding::WentBackwards => 1,
            Finding::RolledOver => 2,
            Finding::High(_) => 3,
            Finding::VeryHigh(_) => 4,
            Finding::Low(_) => 5,
            Finding::NoUsage => 6,
            Finding::UsedWhileStopped => 7,
            Finding::LeakSuspected => 8,
            Finding::Changed { .. } => 9,
            Finding::SameAgain { .. } => 10,
            Finding::UnusualInterval { .. } => 11,
        }
    }

    /// The highest code there is.
    pub const LAST_CODE: u8 = 11;

    /// The word for files.
    pub fn key(self) -> &'static str {
        match self {
            Finding::WentBackwards => "went_backwards",
            Finding::RolledOver => "rolled_over",
            Finding::High(_) => "high",
            Finding::VeryHigh(_) => "very_high",
            Finding::Low(_) => "low",
            Finding::NoUsage => "no_usage",
            Finding::UsedWhileStopped => "used_while_stopped",
            Finding::LeakSuspected => "leak_suspected",
            Finding::Changed { .. } => "changed",
            Finding::SameAgain { .. } => "same_again",
            Finding::UnusualInterval { .. } => "unusual_interval",
        }
    }

    /// A few words for lists.
    pub fn japanese_of_code(code: u8) -> Option<&'static str> {
        Some(match code {
            1 => "逆進",
            2 => "桁上がり",
            3 => "多い",
            4 => "非常に多い",
            5 => "少ない",
            6 => "使用なし",
            7 => "中止中の使用",
            8 => "漏水の疑い",
            9 => "前回との差",
            10 => "同じ水量の続き",
            11 => "検針間隔",
            _ => return None,
        })
    }

    /// What the reader must do.
    pub fn duties(self) -> Duties {
        let none = Duties::default();
        match self {
            Finding::WentBackwards => Duties { refuses: true, ..none },
            Finding::RolledOver | Finding::UsedWhileStopped => {
                Duties { second_entry: true, photo: true, ..none }
            }
            Finding::High(_) | Finding::VeryHigh(_) => {
                Duties { second_entry: true, low_flow: true, photo: true, contact: true, ..none }
            }
            Finding::Low(_) => Duties { second_entry: true, ..none },
            Finding::Changed { .. } => Duties { second_entry: true, low_flow: true, ..none },
            // Nobody home, or a meter that stands still: the indicator tells them apart.
            Finding::NoUsage => Duties { low_flow: true, ..none },
            Finding::LeakSuspected => Duties { photo: true, contact: true, ..none },
            Finding::SameAgain { .. } | Finding::UnusualInterval { .. } => none,
        }
    }

    /// Whether the number must be typed a second time before it is taken.
    pub fn needs_second_entry(self) -> bool {
        let duties = self.duties();
        duties.second_entry || duties.refuses
    }

    /// Whether the reader sees it. A pattern of made-up readings is not told to who may make them.
    pub fn is_told_to_the_reader(self) -> bool {
        !matches!(self, Finding::SameAgain { .. })
    }

    /// Whether both are the same oddity, were one of them graver.
    pub(super) fn is_like(self, other: Finding) -> bool {
        let kind = |finding| match finding {
            Finding::VeryHigh(_) => 3,
            other => other.code(),
        };
        kind(self) == kind(other)
    }
}
