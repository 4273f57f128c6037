//! What follows when an oddity goes on (続いたときの扱い): one step further in each period.

use super::{Finding, History, ScreeningLimits};

/// How far a finding has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Escalation {
    /// For the first time: the reader tells the user.
    First,
    /// For the second time in a row: the office asks.
    Second,
    /// For the third time or longer: somebody goes and looks.
    Third,
}

impl Escalation {
    /// Of a finding, from the periods before.
    pub fn of(finding: Finding, history: &History, limits: ScreeningLimits) -> Escalation {
        match history.periods_in_a_row(finding, limits) {
            0 | 1 => Escalation::First,
            2 => Escalation::Second,
            _ => Escalation::Third,
        }
    }

    /// 1, 2 or 3.
    pub fn level(self) -> u8 {
        match self {
            Escalation::First => 1,
            Escalation::Second => 2,
            Escalation::Third => 3,
        }
    }

    /// What is done. A survey always tests the meter too: a faulty one was once taken for a leak
    /// for a year (requirements 2.6).
    pub fn action(self, finding: Finding) -> &'static str {
        match (self, finding) {
            (_, Finding::WentBackwards) => "指針を確かめ、理由のコードを付けて事務室が判断します。",
            (_, Finding::UsedWhileStopped) => {
                "写真を撮り、無届使用・停水中使用として事務室が調べます。"
            }
            (_, Finding::SameAgain { .. }) => "事務室が写真と記録を確かめます。",
            (
                Escalation::First,
                Finding::High(_) | Finding::VeryHigh(_) | Finding::LeakSuspected,
            ) => "その場で使用者に知らせます。",
            (Escalation::Second, Finding::High(_) | Finding::VeryHigh(_)) => {
                "事務室が使用者に連絡します。"
            }
            (_, Finding::High(_) | Finding::VeryHigh(_) | Finding::LeakSuspected) => {
                "漏水調査とメーターの試験をします。"
            }
            (Escalation::First, Finding::NoUsage) => "空き家か、メーターが動くかを確かめます。",
            (Escalation::Second, Finding::NoUsage) => "使用なしの一覧に載せます。",
            (Escalation::Third, Finding::NoUsage | Finding::Low(_)) => {
                "現地でメーターを試験します。"
            }
            _ => "備考を残します。",
        }
    }
}
