//! Recent searches (最近の検索): what was typed stays in memory under a random key, so that no name or
//! address stands in an address bar, a history or a log, and going back still shows the results.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::ids::StaffId;

/// The oldest is forgotten beyond this: a day of a full office.
const SEARCHES_MAX: usize = 4_000;

/// The searches that can still be gone back to.
#[derive(Default)]
pub(crate) struct RecentSearches(Mutex<VecDeque<Search>>);

struct Search {
    key: String,
    staff: StaffId,
    query: String,
}

impl RecentSearches {
    /// Remembers a question under a key made of these random bytes.
    pub fn remember(&self, staff: StaffId, query: &str, random: [u8; 32]) -> String {
        let key = URL_SAFE_NO_PAD.encode(&random[..12]);
        let mut searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if searches.len() >= SEARCHES_MAX {
            searches.pop_front();
        }
        searches.push_back(Search { key: key.clone(), staff, query: query.to_owned() });
        key
    }

    /// What this member of staff asked under the key.
    pub fn recall(&self, staff: StaffId, key: &str) -> Option<String> {
        let searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = searches.iter().rev().find(|search| search.key == key)?;
        (found.staff == staff).then(|| found.query.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_recalled_by_whoever_asked_it_until_it_is_too_old() {
        let searches = RecentSearches::default();
        let key = searches.remember(StaffId(1), "佐藤", [7; 32]);
        assert_eq!(searches.recall(StaffId(1), &key).as_deref(), Some("佐藤"));
        assert_eq!(searches.recall(StaffId(2), &key), None);
        assert_eq!(searches.recall(StaffId(1), "nothing"), None);
        for _ in 0..SEARCHES_MAX {
            searches.remember(StaffId(1), "鈴木", [8; 32]);
        }
        assert_eq!(searches.recall(StaffId(1), &key), None);
    }
}
