//! Terms of a charge (料金の条件): what the office enters besides readings, with who decided it.

mod on_site;

use jiff::civil::Date;
use shared::calendar::japanese_date;

pub(crate) use on_site::{exchange_on_site, on_site_terms};

/// A decision in words: the document and its day.
pub(crate) fn decision_words(document: &str, decided_on: Date) -> String {
    format!("{document}、{}決定", japanese_date(decided_on))
}
