//! Search (検索): part of a name, kana, address, telephone, meter or connection number finds the
//! connection while the caller is still speaking.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
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

/// Finds connections by any part of their texts. Words between blanks must all be found.
pub async fn search(
    office: &Backoffice,
    query: &str,
    limit: usize,
    today: Date,
) -> sqlx::Result<SearchOutcome> {
    let words: Vec<String> =
        query.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect();
    let mut tokens: Vec<i32> = words.iter().flat_map(|word| pair_tokens(word)).collect();
    tokens.sort_unstable();
    tokens.dedup();
    if tokens.is_empty() {
        return Ok(SearchOutcome::TooShort);
    }
    let limit = i64::try_from(limit).unwrap_or(MATCHES_SORTED_MAX).min(MATCHES_SORTED_MAX);
    let patterns: Vec<String> = words.iter().map(|word| containing(word)).collect();
    let mut hits = sqlx::query(SEARCH)
        .bind(office.utility.0)
        .bind(tokens)
        .bind(patterns)
        .bind(words)
        .bind(MATCHES_SORTED_MAX)
        .bind(limit + 1)
        .bind(today.to_sqlx())
        .fetch_all(&office.pool)
        .await?
        .iter()
        .map(hit_of_row)
        .collect::<sqlx::Result<Vec<_>>>()?;
    let shown = usize::try_from(limit).expect("a limit between 0 and 500");
    let has_more = hits.len() > shown;
    hits.truncate(shown);
    Ok(SearchOutcome::Found { hits, has_more })
}

// Hashes of pairs find the candidates in the index, the texts themselves decide. Only so many
// matches are sorted and only the shown ones are joined with their details: the time is bounded
// however wide the question is. A whole line that equals a word comes first (a number, a name).
const SEARCH: &str = "
    with matching as materialized (
        select connection_id, folded, sort_kana
        from connection.search_entry
        where utility_id = $1 and tokens @> $2 and folded like all ($3)
        limit $5
    ), shown as materialized (
        select e.connection_id, e.sort_kana,
               string_to_array(e.folded, E'\\n') && $4 as is_exact,
               exists (select from connection.service_agreement a
                       where a.utility_id = $1 and a.connection_id = e.connection_id
                         and a.period @> $7) as in_service
        from matching e
        order by is_exact desc, in_service desc, sort_kana, connection_id
        limit $6
    )
    select s.connection_id, s.in_service, c.connection_number, t.name as town, c.block,
           c.building, c.room, coalesce(m.meter_number, '') as meter_number,
           coalesce(u.name, '') as name, coalesce(u.kana, '') as kana,
           coalesce(u.telephone, '') as telephone
    from shown s
    join connection.service_connection c
        on c.utility_id = $1 and c.connection_id = s.connection_id
    join connection.town t on t.utility_id = $1 and t.town_id = c.town_id
    left join lateral (
        select cu.name, cu.kana, cu.telephone
        from connection.service_agreement a
        join connection.customer cu using (utility_id, customer_id)
        where a.utility_id = $1 and a.connection_id = s.connection_id
        order by a.period desc
        limit 1
    ) u on true
    left join lateral (
        select me.meter_number
        from metering.meter_installation i
        join metering.meter me using (utility_id, meter_id)
        where i.utility_id = $1 and i.connection_id = s.connection_id
        order by i.period desc
        limit 1
    ) m on true
    order by s.is_exact desc, s.in_service desc, s.sort_kana, s.connection_id";

/// A LIKE pattern for texts that hold the word.
fn containing(word: &str) -> String {
    let mut pattern = String::with_capacity(word.len() + 2);
    pattern.push('%');
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn hit_of_row(row: &PgRow) -> sqlx::Result<SearchHit> {
    let text = |column: &str| row.try_get::<String, _>(column);
    Ok(SearchHit {
        id: ConnectionId(row.try_get("connection_id")?),
        number: ConnectionNumber::parse(&text("connection_number")?)
            .map_err(|error| sqlx::Error::Decode(error.into()))?,
        customer_name: text("name")?,
        customer_kana: text("kana")?,
        address: super::joined_address(
            &text("town")?,
            &text("block")?,
            &text("building")?,
            &text("room")?,
        ),
        meter_number: text("meter_number")?,
        telephone: text("telephone")?,
        in_service: row.try_get("in_service")?,
    })
}
