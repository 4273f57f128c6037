//! Why a connection cannot be charged by its terms (料金の条件で算定できない理由). Nothing is guessed.

use serde::{Deserialize, Serialize};

use crate::billing::charge::ChargeError;
use crate::connection::coded;

coded! {
    /// Why a terminal tells no amount (現地で金額を出さない理由).
    LeftToOffice {
        /// Its submeters are not all read yet.
        MasterMeter = 1, "master_meter", "金額は、子メーターの検針がそろってから計算し、後日お知らせします。";
        /// Size or class changed in the period.
        Changed = 2, "changed", "期間の途中で口径か用途が変わったため、金額は後日お知らせします。";
        /// The last dials of a meter that was taken out are not known.
        RemovedDials = 3, "removed_dials", "取り替えたメーターの水量を確かめてから、後日お知らせします。";
        /// Other water is not read yet.
        SourceUnread = 4, "source_unread", "井戸水などの水量を確かめてから、金額を後日お知らせします。";
    }
}

/// Why a connection cannot be charged by its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// The tariff leads to no charge.
    #[error(transparent)]
    Charge(#[from] ChargeError),
    /// There is nothing to charge.
    #[error("the period has no part")]
    NoSegment,
    /// A meter of other water was not read in this round.
    #[error("the meter of a sewage source was not read")]
    SourceUnread,
    /// People use a well, and the tariff has no rule for it.
    #[error("the tariff has no rule for wells")]
    NoWellRule,
    /// Water is to be deducted, and the tariff has no rule for it.
    #[error("the tariff has no rule for deductions")]
    NoDeductionRule,
    /// Size or class changed, and the sewage is not the tap's: nobody says how it is divided.
    #[error("other water cannot be divided among the parts of the period")]
    SourcesInSegments,
    /// A submeter was not read in this round.
    #[error("a submeter was not read")]
    SubmeterUnread,
    /// The submeters show more than their master.
    #[error("the submeters show more than their master")]
    SubmetersAbove,
    /// A meter was taken out, and nobody wrote its last dials down.
    #[error("the last dials of a removed meter are not known")]
    RemovedDialsUnknown,
    /// A terminal cannot know; the office computes it.
    #[error("the amount is left to the office")]
    LeftToOffice(LeftToOffice),
    /// The dials at a change lie outside what the meter showed before and after.
    #[error("the dials at a change do not fit")]
    DialsDoNotFit,
}

impl TermsError {
    /// Stable, explained in `docs/codes.md`.
    pub fn code(&self) -> &'static str {
        match self {
            TermsError::Charge(error) => error.code(),
            TermsError::NoSegment => "K60",
            TermsError::SourceUnread => "K62",
            TermsError::NoWellRule => "K63",
            TermsError::NoDeductionRule => "K64",
            TermsError::SourcesInSegments => "K65",
            TermsError::SubmeterUnread => "K66",
            TermsError::SubmetersAbove => "K67",
            TermsError::RemovedDialsUnknown => "K68",
            TermsError::DialsDoNotFit => "K69",
            TermsError::LeftToOffice(_) => "H30",
        }
    }

    /// What a slip without an amount says about it.
    pub fn left_to_office(&self) -> Option<LeftToOffice> {
        match self {
            TermsError::LeftToOffice(reason) => Some(*reason),
            TermsError::SourceUnread => Some(LeftToOffice::SourceUnread),
            TermsError::SourcesInSegments => Some(LeftToOffice::Changed),
            _ => None,
        }
    }

    /// What is wrong and what to do.
    pub fn japanese(&self) -> String {
        match self {
            TermsError::Charge(error) => error.japanese(),
            TermsError::NoSegment => ChargeError::Unbalanced.japanese(),
            TermsError::SourceUnread => {
                "井戸メーター等の今期の検針値が入っていません。料金の条件の画面で入力してください。".into()
            }
            TermsError::NoWellRule => {
                "料金表に井戸水の認定の決まり（well）がありません。料金表に書くか、認定の方法を変えてください。".into()
            }
            TermsError::NoDeductionRule => {
                "料金表に減量認定の決まり（deduction）がありません。料金表に書いてください。".into()
            }
            TermsError::SourcesInSegments => {
                "期の途中で口径か用途が変わり、井戸水等か減量もあります。分け方の決まりがないため、算定しません。".into()
            }
            TermsError::SubmeterUnread => {
                "今期の検針がない子メーターがあります。子メーターを検針するか、認定してください。".into()
            }
            TermsError::SubmetersAbove => {
                "子メーターの水量の合計が、親メーターの水量を超えています。メーターを調べてください。".into()
            }
            TermsError::RemovedDialsUnknown => {
                "期の途中で外したメーターの取外し指針がありません。取替の記録に入力してください。".into()
            }
            TermsError::LeftToOffice(reason) => reason.japanese().into(),
            TermsError::DialsDoNotFit => {
                "変更した日の指針が、前後の指針と合いません。変更の記録を確かめてください。".into()
            }
        }
    }
}
