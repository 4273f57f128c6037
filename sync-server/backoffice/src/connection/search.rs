//! Search (検索): part of a name, kana, address, telephone, meter or connection number finds the
//! connection while the caller is still speaking.

use shared::ids::{ConnectionId, ConnectionNumber};
use shared::search::{fold, pair_tokens};
use sqlx::{Row, postgres::PgRow};

use crate::Backoffice;

/// Characters a question needs, counted after folding.
pub const SEARCH_CHARACTERS_MIN: usize = 2;

/// How many matches are put in order before the first of them are shown. A question that matches
/// more is too wide to be answered well in any order.
const MATCHES_SORTED_MAX: i64 = 500;

/// A connection that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// Key.
    pub id: ConnectionId,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// Present user, or the last one; empty when there was none.
    pub customer_name: String,
    /// Reading of the name.
    pub customer_kana: String,
    /// Town, block, building and room.
    pub address: String,
    /// Number on the present meter; may be empty.
    pub meter_number: String,
    /// Of the same user; may be empty.
    pub telephone: String,
    /// Whether service is agreed today (使用中); else stopped (中止中).
    pub in_service: bool,
}

/// What a search brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchOutcome {
    /// Fewer than [`SEARCH_CHARACTERS_MIN`] characters that count.
    TooShort,
    /// The matches, those in service first.
    Found {
        /// At most as many as were asked for.
        hits: Vec<SearchHit>,
        /// There are more than are shown.
        has_more: bool,
    },
}
