//! Connections (水栓・使用者・契約): finding one while the caller speaks, and all about it.

mod detail;
mod load_detail;
mod numbers;
mod search;
mod search_entries;
mod search_texts;
#[cfg(test)]
mod tests;
mod use_class;

pub use detail::{
    Agreement, ConnectionDetail, Customer, InstalledMeter, ReadingLine, RelatedConnection, Town,
};
pub use load_detail::connection_detail;
pub use numbers::connection_numbers;
pub use search::{SEARCH_CHARACTERS_MIN, SearchHit, SearchOutcome, search};
pub(crate) use search_entries::rebuild_search_entries;
pub use search_entries::{refresh_search_entries, refresh_search_entries_of};

pub(crate) use detail::joined_address;
pub(crate) use use_class::set_use_class;
