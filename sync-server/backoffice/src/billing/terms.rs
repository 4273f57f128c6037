//! Terms of a charge (料金の条件): what the office enters besides readings, with who decided it.

use jiff::civil::Date;
use shared::calendar::japanese_date;

/// A decision in words: the document and its day.
pub(crate) fn decision_words(document: &str, decided_on: Date) -> String {
    format!("{document}、{}決定", japanese_date(decided_on))
}
