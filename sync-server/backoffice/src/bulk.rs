//! Bulk loading (一括登録): rows go into the tables by binary COPY, one statement per table.
//!
//! The demo town and the import write through the same rows ([`rows`]); each table's columns are
//! named once, there.

mod row_reader;
mod row_writer;
pub(crate) mod rows;

use std::ops::{Deref, DerefMut};

use futures_util::TryStreamExt;
use shared::ids::UtilityId;
use sqlx::{Connection, PgConnection, PgPool, PgTransaction};

pub(crate) use row_reader::CopiedRow;
use row_reader::RowReader;
pub(crate) use row_writer::RowWriter;

/// Bytes that are gathered before they are sent on.
const CHUNK_BYTES: usize = 256 * 1024;

/// The signature, flags and extension length that begin every binary COPY.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// The field count that ends every binary COPY.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

/// A connection of one's own for COPY: closed at the end, never given back to the pool.
///
/// When a future that copies is dropped (a closed browser, a cancelled run), sqlx 0.9 forgets the
/// answer that PostgreSQL still owes. The next user of that connection would read it as its own.
pub(crate) struct BulkConnection(PgConnection);

impl BulkConnection {
    pub(crate) async fn open(pool: &PgPool) -> sqlx::Result<Self> {
        Ok(Self(pool.acquire().await?.detach()))
    }

    pub(crate) async fn begin(&mut self) -> sqlx::Result<BulkTransaction<'_>> {
        Ok(BulkTransaction(self.0.begin().await?))
    }
}

/// A transaction that may [`copy`].
pub(crate) struct BulkTransaction<'c>(PgTransaction<'c>);

impl BulkTransaction<'_> {
    pub(crate) async fn commit(self) -> sqlx::Result<()> {
        self.0.commit().await
    }

    pub(crate) async fn rollback(self) -> sqlx::Result<()> {
        self.0.rollback().await
    }
}

impl Deref for BulkTransaction<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for BulkTransaction<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// A row of one table, without `utility_id`, which comes first in every table.
pub(crate) trait BulkRow {
    /// With its schema.
    const TABLE: &'static str;
    /// In the order in which [`BulkRow::write`] writes them.
    const COLUMNS: &'static [&'static str];

    /// Writes one field per column.
    fn write(&self, out: &mut RowWriter<'_>);
}

/// Sends all rows and tells after each chunk how many are on their way.
pub(crate) async fn copy<R: BulkRow>(
    db: &mut BulkTransaction<'_>,
    utility: UtilityId,
    rows: impl Iterator<Item = R> + Send,
    mut sent: impl FnMut(u64) + Send,
) -> sqlx::Result<u64> {
    let columns = R::COLUMNS.join(", ");
    let statement = format!("copy {} (utility_id, {columns}) from stdin (format binary)", R::TABLE);
    let field_count = i16::try_from(R::COLUMNS.len() + 1).expect("tables have a few columns");
    #[expect(clippy::disallowed_methods, reason = "BulkTransaction is the connection for it")]
    let mut copy = db.copy_in_raw(&statement).await?;
    let mut buffer = Vec::with_capacity(CHUNK_BYTES + 4 * 1024);
    buffer.extend_from_slice(HEADER);
    let mut count = 0_u64;
    for row in rows {
        buffer.extend_from_slice(&field_count.to_be_bytes());
        let mut writer = RowWriter::new(&mut buffer);
        writer.bigint(utility.0);
        row.write(&mut writer);
        debug_assert_eq!(writer.fields(), field_count, "fields of {}", R::TABLE);
        count += 1;
        if buffer.len() >= CHUNK_BYTES {
            copy.send(buffer.as_slice()).await?;
            buffer.clear();
            sent(count);
        }
    }
    buffer.extend_from_slice(&TRAILER);
    copy.send(buffer.as_slice()).await?;
    let stored = copy.finish().await?;
    sent(stored);
    Ok(stored)
}

/// Reads the rows of a query by binary COPY, in its order, each as it comes. When `each` refuses, the
/// rest stays unread: the connection is then good for nothing but to be closed.
pub(crate) async fn copy_out<E: From<sqlx::Error>>(
    db: &mut BulkTransaction<'_>,
    query: &str,
    mut each: impl FnMut(CopiedRow<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let statement = format!("copy ({query}) to stdout (format binary)");
    let mut stream = db.copy_out_raw(&statement).await?;
    let mut reader = RowReader::default();
    while let Some(bytes) = stream.try_next().await? {
        reader.take(&bytes, &mut each)?;
    }
    Ok(reader.finish()?)
}

/// Reserves `count` keys of an identity column and returns the first of them.
pub(crate) async fn reserve_ids(
    db: &mut PgConnection,
    table: &'static str,
    column: &'static str,
    count: usize,
) -> sqlx::Result<i64> {
    if count == 0 {
        return Ok(0);
    }
    let count = i64::try_from(count).expect("rows in memory are fewer than keys");
    let last: i64 = sqlx::query_scalar(
        "select setval(pg_get_serial_sequence($1, $2),
                       nextval(pg_get_serial_sequence($1, $2)) + $3 - 1)",
    )
    .bind(table)
    .bind(column)
    .bind(count)
    .fetch_one(db)
    .await?;
    Ok(last - count + 1)
}
