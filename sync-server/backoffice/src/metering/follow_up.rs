//! What remarks leave to do (備考の事後処理): visits whose remark asks for something of the office.

use jiff::Timestamp;
use jiff::civil::Date;
use shared::metering::FollowUp;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::remark_table::{RemarkLine, follow_up_of, remark_lines};
use crate::Backoffice;

/// The most that one list shows.
const SHOWN_MAX: i64 = 500;

/// A visit whose remark asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFollowUp {
    /// Key of the visit; what is settled.
    pub visit: Uuid,
    /// 水栓番号.
    pub connection_number: String,
    /// Number of the route.
    pub route_number: String,
    /// Day.
    pub visited_on: Date,
    /// Code and name of each remark that asks for something, and for what.
    pub remarks: Vec<(u8, String, FollowUp)>,
    /// Who settled it, when, and the note.
    pub settled: Option<(String, Timestamp, String)>,
}

const VISITS: &str = "
    select v.visit_id, c.connection_number, c.route_number, v.visited_on, v.remarks,
           f.remark as note, f.settled_at, s.display_name as settled_by,
           exists (select from metering.current_reading r
                   where r.utility_id = $1 and r.connection_id = v.connection_id and r.kind = 1
                     and r.read_on >= v.visited_on and r.reading_id <> v.visit_id) as is_read_since
    from metering.visit v
    join connection.service_connection c using (utility_id, connection_id)
    left join metering.field_settled f
        on f.utility_id = v.utility_id and f.subject_id = v.visit_id
    left join access.staff s on s.utility_id = f.utility_id and s.staff_id = f.settled_by
    where v.utility_id = $1 and v.remarks && $2
      and (f.subject_id is null) = $3
      and ($4 = '' or c.connection_number = $4)
    order by v.visited_on desc, v.visit_id
    limit $5";

/// Follow-ups that nobody has dealt with, of one connection or, for an empty number, of all.
pub async fn open_follow_ups(
    office: &Backoffice,
    connection_number: &str,
    on: Date,
) -> sqlx::Result<Vec<OpenFollowUp>> {
    list(office, connection_number, on, true).await
}

/// Follow-ups that somebody has dealt with.
pub async fn settled_follow_ups(
    office: &Backoffice,
    connection_number: &str,
    on: Date,
) -> sqlx::Result<Vec<OpenFollowUp>> {
    list(office, connection_number, on, false).await
}

async fn list(
    office: &Backoffice,
    connection_number: &str,
    on: Date,
    is_open: bool,
) -> sqlx::Result<Vec<OpenFollowUp>> {
    let lines = remark_lines(office, on).await?;
    let asks = lines.iter().filter(|line| line.remark.follow_up != FollowUp::None);
    let codes: Vec<i16> = asks.map(|line| line.remark.code.into()).collect();
    let rows = sqlx::query(VISITS)
        .bind(office.utility.0)
        .bind(codes)
        .bind(is_open)
        .bind(connection_number)
        .bind(SHOWN_MAX)
        .fetch_all(&office.pool)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let follow_up = follow_up_of_row(row, &lines)?;
        // A visit in vain is over when the meter was read.
        let is_read: bool = row.try_get("is_read_since")?;
        let waits = |what: FollowUp| what != FollowUp::Revisit || !is_read;
        if !is_open || follow_up.remarks.iter().any(|(_, _, what)| waits(*what)) {
            found.push(follow_up);
        }
    }
    Ok(found)
}

fn follow_up_of_row(row: &PgRow, lines: &[RemarkLine]) -> sqlx::Result<OpenFollowUp> {
    let codes: Vec<i16> = row.try_get("remarks")?;
    let codes = codes.into_iter().filter_map(|code| u8::try_from(code).ok());
    let remarks = codes
        .map(|code| (code, name_of(lines, code), follow_up_of(lines, code)))
        .filter(|(_, _, what)| *what != FollowUp::None)
        .collect();
    let settled_at: Option<jiff_sqlx::Timestamp> = row.try_get("settled_at")?;
    let settled = match settled_at {
        Some(at) => Some((row.try_get("settled_by")?, at.to_jiff(), row.try_get("note")?)),
        None => None,
    };
    Ok(OpenFollowUp {
        visit: row.try_get("visit_id")?,
        connection_number: row.try_get("connection_number")?,
        route_number: row.try_get("route_number")?,
        visited_on: row.try_get::<jiff_sqlx::Date, _>("visited_on")?.to_jiff(),
        remarks,
        settled,
    })
}

fn name_of(lines: &[RemarkLine], code: u8) -> String {
    let line = lines.iter().find(|line| line.remark.code == code);
    line.map_or_else(String::new, |line| line.remark.name.clone())
}
