//! Terms of a charge (料金の条件): what the office enters besides readings, with who decided it.

mod class_change;
mod enter;
mod list;
mod on_site;
mod refusal;
mod source_reading;

use jiff::civil::Date;
use shared::calendar::japanese_date;

pub use class_change::{NewClassChange, change_use_class, withdraw_class_change};
pub use enter::{EntryBy, NewMeasure, NewTerm, TermDecision, TermEntry, end_term, enter_term};
pub use list::{
    ClassChangeLine, ConnectionTerms, ReliefChoice, SourceReadingLine, TermLine, TermState,
    connection_terms,
};
pub(crate) use on_site::{exchange_on_site, on_site_terms};
pub use refusal::TermRefusal;
pub use source_reading::enter_source_reading;

/// What a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermKind {
    /// 減免.
    Relief,
    /// 井戸水等・減量.
    Source,
    /// 親メーターの差水量.
    Tolerance,
}

impl TermKind {
    /// The word in addresses.
    pub fn key(self) -> &'static str {
        match self {
            TermKind::Relief => "relief",
            TermKind::Source => "source",
            TermKind::Tolerance => "tolerance",
        }
    }

    /// The kind with this word.
    pub fn from_key(key: &str) -> Option<Self> {
        [TermKind::Relief, TermKind::Source, TermKind::Tolerance]
            .into_iter()
            .find(|kind| kind.key() == key)
    }
}

/// A decision in words: the document and its day.
pub(crate) fn decision_words(document: &str, decided_on: Date) -> String {
    format!("{document}、{}決定", japanese_date(decided_on))
}
