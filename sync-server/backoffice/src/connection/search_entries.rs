//! Keeping the search up to date (検索用データの更新): one entry per connection, made anew.

use std::fmt::Write;

use shared::ids::{ConnectionId, UtilityId};
use shared::search::fold;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Executor, Row};

use super::search_texts::{SearchTexts, entry_of};
use crate::Backoffice;

/// Connections that are read and written at a time; bounds the memory.
const CHUNK: i64 = 5_000;

/// Makes all entries anew, as after bulk loading, and tells how many there are.
pub async fn refresh_search_entries(office: &Backoffice) -> sqlx::Result<u64> {
    let mut db = office.pool.begin().await?;
    let written = refresh(&mut db, office.utility, None, &mut |_| {}).await?;
    db.commit().await?;
    // Else the first searches would pay for what the bulk has left in the index's waiting list.
    let mut db = office.pool.acquire().await?;
    db.execute("select gin_clean_pending_list('connection.search_entry_tokens')").await?;
    db.execute("analyze connection.search_entry").await?;
    Ok(written)
}

/// Makes all entries anew within the transaction of a bulk load, and tells how far it has come.
///
/// The large index is away meanwhile: building it once takes a fraction of the time that growing
/// it row by row takes.
pub(crate) async fn rebuild_search_entries(
    db: &mut PgConnection,
    utility: UtilityId,
    written_so_far: &mut (dyn FnMut(u64) + Send),
) -> sqlx::Result<u64> {
    let index: String =
        sqlx::query_scalar("select pg_get_indexdef('connection.search_entry_tokens'::regclass)")
            .fetch_one(&mut *db)
            .await?;
    db.execute("drop index connection.search_entry_tokens").await?;
    let written = refresh(db, utility, None, written_so_far).await?;
    db.execute("set local maintenance_work_mem = '256MB'").await?;
    // The text is PostgreSQL's own, of the index as the migrations made it.
    db.execute(AssertSqlSafe(index)).await?;
    db.execute("analyze connection.search_entry").await?;
    Ok(written)
}

/// Makes the entries of a few connections anew, within the transaction that changed them.
pub async fn refresh_search_entries_of(
    db: &mut PgConnection,
    utility: UtilityId,
    connections: &[ConnectionId],
) -> sqlx::Result<u64> {
    refresh(db, utility, Some(connections.iter().map(|id| id.0).collect()), &mut |_| {}).await
}

async fn refresh(
    db: &mut PgConnection,
    utility: UtilityId,
    only: Option<Vec<i64>>,
    written_so_far: &mut (dyn FnMut(u64) + Send),
) -> sqlx::Result<u64> {
    sqlx::query(
        "delete from connection.search_entry
         where utility_id = $1 and ($2::bigint[] is null or connection_id = any ($2))",
    )
    .bind(utility.0)
    .bind(&only)
    .execute(&mut *db)
    .await?;
    let mut written = 0;
    let mut after = i64::MIN;
    loop {
        let rows = sqlx::query(TEXTS)
            .bind(utility.0)
            .bind(&only)
            .bind(after)
            .bind(CHUNK)
            .fetch_all(&mut *db)
            .await?;
        let Some(last) = rows.last() else { return Ok(written) };
        after = last.try_get("connection_id")?;
        written += write_entries(db, utility, &rows).await?;
        written_so_far(written);
    }
}

// The latest agreement and meter of each connection, whether they still hold or not: a caller who
// has moved out still asks about the last bill.
const TEXTS: &str = "
    select c.connection_id, c.connection_number, t.name as town, t.kana as town_kana, c.block,
           c.building, c.room, coalesce(u.name, '') as name, coalesce(u.kana, '') as kana,
           coalesce(u.telephone, '') as telephone, coalesce(m.meter_number, '') as meter_number
    from connection.service_connection c
    join connection.town t using (utility_id, town_id)
    left join lateral (
        select cu.name, cu.kana, cu.telephone
        from connection.service_agreement a
        join connection.customer cu using (utility_id, customer_id)
        where a.utility_id = c.utility_id and a.connection_id = c.connection_id
        order by a.period desc
        limit 1
    ) u on true
    left join lateral (
        select me.meter_number
        from metering.meter_installation i
        join metering.meter me using (utility_id, meter_id)
        where i.utility_id = c.utility_id and i.connection_id = c.connection_id
        order by i.period desc
        limit 1
    ) m on true
    where c.utility_id = $1 and ($2::bigint[] is null or c.connection_id = any ($2))
      and c.connection_id > $3
    order by c.connection_id
    limit $4";

async fn write_entries(
    db: &mut PgConnection,
    utility: UtilityId,
    rows: &[PgRow],
) -> sqlx::Result<u64> {
    let mut connections: Vec<i64> = Vec::with_capacity(rows.len());
    let mut folded_texts = Vec::with_capacity(rows.len());
    let mut token_lists = Vec::with_capacity(rows.len());
    let mut kanas = Vec::with_capacity(rows.len());
    for row in rows {
        let texts = texts_of_row(row)?;
        let (folded, tokens) = entry_of(&texts.folded_lines());
        let mut list = String::with_capacity(tokens.len() * 11 + 2);
        for token in tokens {
            let _ = write!(list, "{}{token}", if list.is_empty() { '{' } else { ',' });
        }
        list.push_str(if list.is_empty() { "{}" } else { "}" });
        connections.push(row.try_get("connection_id")?);
        folded_texts.push(folded);
        token_lists.push(list);
        kanas.push(fold(&texts.kana));
    }
    let written = sqlx::query(
        "insert into connection.search_entry
             (utility_id, connection_id, folded, tokens, sort_kana)
         select $1, entry.connection_id, entry.folded, entry.tokens::integer[], entry.sort_kana
         from unnest($2::bigint[], $3::text[], $4::text[], $5::text[])
              as entry (connection_id, folded, tokens, sort_kana)",
    )
    .bind(utility.0)
    .bind(&connections)
    .bind(&folded_texts)
    .bind(&token_lists)
    .bind(&kanas)
    .execute(db)
    .await?;
    Ok(written.rows_affected())
}

fn texts_of_row(row: &PgRow) -> sqlx::Result<SearchTexts> {
    let text = |column: &str| row.try_get::<String, _>(column);
    Ok(SearchTexts {
        number: text("connection_number")?,
        town: text("town")?,
        town_kana: text("town_kana")?,
        block: text("block")?,
        building: text("building")?,
        room: text("room")?,
        name: text("name")?,
        kana: text("kana")?,
        telephone: text("telephone")?,
        meter_number: text("meter_number")?,
    })
}
