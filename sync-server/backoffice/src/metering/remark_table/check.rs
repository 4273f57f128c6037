//! Checking a table of remarks (備考コード表の確認): every line that is wrong is named at once.

use jiff::civil::Date;
use shared::metering::Remark;

use super::{NewRemarkTable, RemarkLine};
use crate::metering::master_refusal::MasterMistake;

const CODE_MAX: u8 = 99;
/// What fits on a line of the slip and of the reader's list.
const NAME_MAX: usize = 20;
const REASON_MAX: usize = 200;

/// Every field that is wrong, and how. A line is named by its code.
pub(super) fn mistakes(
    new: &NewRemarkTable,
    used: &[u8],
    today: Date,
) -> Vec<(String, MasterMistake)> {
    let lines = &new.lines;
    let mut mistakes = Vec::new();
    if new.valid_from < today {
        mistakes.push(("valid_from".to_owned(), MasterMistake::BeginsInThePast));
    }
    if new.reason.chars().count() > REASON_MAX {
        mistakes.push(("reason".to_owned(), MasterMistake::OutOfRange));
    }
    for (place, line) in lines.iter().enumerate() {
        let code = line.remark.code;
        let is_twice = lines[..place].iter().any(|known| known.remark.code == code);
        let found = if is_twice { Some(MasterMistake::CodeTwice) } else { mistake_of(line) };
        mistakes.extend(found.map(|mistake| (format!("code-{code}"), mistake)));
    }
    let gone = used.iter().filter(|code| !lines.iter().any(|line| line.remark.code == **code));
    mistakes.extend(gone.map(|code| (format!("code-{code}"), MasterMistake::UsedCodeGone)));
    // Without a way to say that nothing could be read the reader stands still at a locked gate.
    let always = || lines.iter().filter(|line| line.valid_until.is_none());
    let is_whole = always().any(|line| line.remark.reads && line.remark.code == 0)
        && always().any(|line| !line.remark.reads && line.valid_from.is_none_or(|d| d <= today));
    if !is_whole {
        mistakes.push(("lines".to_owned(), MasterMistake::Incomplete));
    }
    mistakes
}

fn mistake_of(line: &RemarkLine) -> Option<MasterMistake> {
    let Remark { code, name, reads, may_estimate: _, revisit, .. } = &line.remark;
    let ends_early =
        line.valid_from.zip(line.valid_until).is_some_and(|(from, until)| until < from);
    if *code > CODE_MAX || ends_early {
        Some(MasterMistake::OutOfRange)
    } else if !(1..=NAME_MAX).contains(&name.chars().count()) {
        Some(MasterMistake::Name)
    } else if *reads && *revisit {
        // Who has read need not come again; the terminal would keep the connection open for ever.
        Some(MasterMistake::Flags)
    } else {
        None
    }
}
