//! Reading remarks (検針備考): codes whose flags decide what becomes of a visit.
//!
//! The table is the utility's own master data; [`Remark::seed`] is what a town can start from
//! (requirements 2.5). Nothing here asks which code it is: only the flags decide.

use serde::{Deserialize, Serialize};

use super::screening::Finding;

/// What the office does after a remark (その後の扱い).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUp {
    /// Nothing.
    None,
    /// The route is walked once more for it (再訪問).
    Revisit,
    /// The meter is repaired or exchanged (メーター故障).
    MeterFailure,
    /// The office looks at it (事務室の確認).
    OfficeCheck,
    /// Somebody looks for the leak and tests the meter (漏水調査・メーター試験).
    LeakSurvey,
    /// Somebody looks for the meter (位置の調査).
    PositionSurvey,
    /// Settled when the snow is gone (春の精算).
    SpringSettlement,
    /// The box is cleaned (ボックスの清掃).
    BoxCleaning,
    /// A letter to the user (文書).
    Letter,
    /// The office acts the same day (至急).
    Urgent,
    /// The records are put right (台帳の確認).
    RecordCheck,
}

impl FollowUp {
    /// All, in the order of lists.
    pub const ALL: [FollowUp; 11] = [
        FollowUp::None,
        FollowUp::Revisit,
        FollowUp::MeterFailure,
        FollowUp::OfficeCheck,
        FollowUp::LeakSurvey,
        FollowUp::PositionSurvey,
        FollowUp::SpringSettlement,
        FollowUp::BoxCleaning,
        FollowUp::Letter,
        FollowUp::Urgent,
        FollowUp::RecordCheck,
    ];

    /// The word on the wire and in forms; serde writes the same.
    pub fn key(self) -> &'static str {
        self.words().0
    }

    /// The follow-up with this word.
    pub fn from_key(key: &str) -> Option<FollowUp> {
        FollowUp::ALL.into_iter().find(|follow_up| follow_up.key() == key)
    }

    /// The word on pages.
    pub fn japanese(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            FollowUp::None => ("none", "なし"),
            FollowUp::Revisit => ("revisit", "再訪問"),
            FollowUp::MeterFailure => ("meter_failure", "メーターの修理・交換"),
            FollowUp::OfficeCheck => ("office_check", "事務室で確認"),
            FollowUp::LeakSurvey => ("leak_survey", "漏水調査"),
            FollowUp::PositionSurvey => ("position_survey", "位置の調査"),
            FollowUp::SpringSettlement => ("spring_settlement", "春の精算"),
            FollowUp::BoxCleaning => ("box_cleaning", "ボックスの清掃"),
            FollowUp::Letter => ("letter", "文書で依頼"),
            FollowUp::Urgent => ("urgent", "至急（当日）"),
            FollowUp::RecordCheck => ("record_check", "台帳の確認"),
        }
    }
}

/// A remark code and its flags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the flags of the table, each on its own")]
pub struct Remark {
    /// 0 to 99; printed with two digits.
    pub code: u8,
    /// On slips and in lists.
    pub name: String,
    /// 読取: the dials can be read with it.
    pub reads: bool,
    /// 認定: the volume may be estimated.
    pub may_estimate: bool,
    /// 再訪: the connection stays on the reader's list.
    pub revisit: bool,
    /// 要写真: without a photo it is not taken.
    pub photo: bool,
    /// 印字: it stands on the slip.
    pub prints: bool,
    /// Of the office.
    pub follow_up: FollowUp,
}

/// Why a visit cannot be closed with a remark as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RemarkNeeds {
    /// The code asks for a photo.
    #[error("the remark needs a photo")]
    Photo,
    /// The code says that the dials were read, and no number was entered.
    #[error("the remark needs a reading")]
    Reading,
    /// The code says that the dials could not be read, and a number was entered.
    #[error("the remark leaves no room for a reading")]
    NoReading,
}

impl Remark {
    /// Whether a visit with this remark can be closed.
    pub fn check(&self, has_reading: bool, has_photo: bool) -> Result<(), RemarkNeeds> {
        match (self.reads, has_reading) {
            // A meter that stands still or turns backwards shows a number that counts for nothing.
            (true, false) if !self.may_estimate => Err(RemarkNeeds::Reading),
            (false, true) => Err(RemarkNeeds::NoReading),
            _ if self.photo && !has_photo => Err(RemarkNeeds::Photo),
            _ => Ok(()),
        }
    }

    /// The line on the slip, where it is printed: `06 漏水の疑い`.
    pub fn slip_line(&self) -> Option<String> {
        self.prints.then(|| format!("{:02} {}", self.code, self.name))
    }

    /// The codes of the seed table that explain a finding, the likeliest first (R-H3, C5 to C7).
    pub fn seed_codes_for(finding: Finding) -> &'static [u8] {
        match finding {
            Finding::WentBackwards => &[12, 19, 11, 14, 5],
            Finding::RolledOver => &[12],
            Finding::High(_) | Finding::VeryHigh(_) => &[5, 6, 14],
            Finding::Low(_) | Finding::Changed { .. } => &[5, 3],
            Finding::NoUsage => &[17, 3],
            Finding::UsedWhileStopped => &[15, 16],
            Finding::LeakSuspected => &[6],
            Finding::SameAgain { .. } | Finding::UnusualInterval { .. } => &[],
        }
    }

    /// The table of requirements 2.5.
    pub fn seed() -> Vec<Remark> {
        SEED.iter()
            .map(|(code, name, flags, follow_up)| {
                let [reads, may_estimate, revisit, photo, prints] = flags.map(|flag| flag == 1);
                let (code, name, follow_up) = (*code, (*name).to_owned(), *follow_up);
                Remark { code, name, reads, may_estimate, revisit, photo, prints, follow_up }
            })
            .collect()
    }
}

/// Code, name, the flags 読取 認定 再訪 要写真 印字, follow-up.
#[rustfmt::skip]
const SEED: [(u8, &str, [u8; 5], FollowUp); 21] = [
    ( 0, "正常",                             [1, 0, 0, 0, 0], FollowUp::None),
    ( 1, "不在（屋内メーター）",             [0, 1, 1, 0, 1], FollowUp::Revisit),
    ( 2, "車・物が上にある",                 [0, 1, 1, 1, 1], FollowUp::Revisit),
    ( 3, "不回転・遅感",                     [1, 1, 0, 1, 1], FollowUp::MeterFailure),
    ( 4, "クモリ・文字不明",                 [0, 1, 0, 1, 1], FollowUp::MeterFailure),
    ( 5, "増減大（使用状況確認済）",         [1, 0, 0, 1, 1], FollowUp::OfficeCheck),
    ( 6, "漏水の疑い（パイロット回転）",     [1, 0, 0, 1, 1], FollowUp::LeakSurvey),
    ( 7, "埋没・位置不明",                   [0, 1, 1, 1, 1], FollowUp::PositionSurvey),
    ( 8, "積雪・凍結",                       [0, 1, 0, 1, 1], FollowUp::SpringSettlement),
    ( 9, "泥・冠水",                         [0, 1, 1, 1, 1], FollowUp::BoxCleaning),
    (10, "犬・施錠・立入拒否",               [0, 1, 1, 0, 1], FollowUp::Letter),
    (11, "逆転・逆付け",                     [1, 1, 0, 1, 0], FollowUp::Urgent),
    (12, "桁上がり（一巡）",                 [1, 0, 0, 1, 0], FollowUp::OfficeCheck),
    (13, "メーター破損・盗難・亡失",         [0, 1, 0, 1, 0], FollowUp::Urgent),
    (14, "メーター番号相違",                 [1, 0, 0, 1, 0], FollowUp::RecordCheck),
    (15, "無届使用（中止栓で回進）",         [1, 0, 0, 1, 0], FollowUp::OfficeCheck),
    (16, "停水中使用",                       [1, 0, 0, 1, 0], FollowUp::OfficeCheck),
    (17, "空家・使用なし（リットル針記録）", [1, 0, 0, 0, 0], FollowUp::OfficeCheck),
    (18, "家屋なし・撤去済",                 [0, 0, 0, 1, 0], FollowUp::RecordCheck),
    (19, "メーター交換あり（未登録）",       [1, 0, 0, 1, 0], FollowUp::RecordCheck),
    (20, "使用者・屋号相違",                 [1, 0, 0, 0, 0], FollowUp::RecordCheck),
];

#[cfg(test)]
mod tests;
