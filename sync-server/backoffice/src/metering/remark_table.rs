//! The master of remark codes (検針の備考コード): whole tables in versions; none means the seed.

mod check;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use shared::ids::StaffId;
use shared::metering::{FollowUp, Remark};
use shared::wire::RemarkV1;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::types::Json;

use super::master_refusal::MasterRefusal;
use crate::Backoffice;

/// A remark in the table, with the days on which readers may choose it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemarkLine {
    /// Code, name and flags.
    pub remark: Remark,
    /// First day; none: always was.
    #[serde(default)]
    pub valid_from: Option<Date>,
    /// Last day; none: no end.
    #[serde(default)]
    pub valid_until: Option<Date>,
}

impl RemarkLine {
    /// Whether readers may choose it on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|first| first <= day)
            && self.valid_until.is_none_or(|last| day <= last)
    }
}

/// A table to be entered, in the order in which readers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRemarkTable {
    /// First day on which terminals get it.
    pub valid_from: Date,
    /// In order.
    pub lines: Vec<RemarkLine>,
    /// Why, at most 200 characters.
    pub reason: String,
}

/// A table as it was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemarkTableVersion {
    /// Key.
    pub version: i64,
    /// First day on which terminals get it.
    pub valid_from: Date,
    /// In order.
    pub lines: Vec<RemarkLine>,
    /// Why.
    pub reason: String,
    /// Who entered it.
    pub entered_by: String,
    /// And when.
    pub entered_at: Timestamp,
}

const VERSIONS: &str = "
    select r.version, r.valid_from, r.remarks, r.reason, s.display_name as entered_by, r.entered_at
    from metering.remark r
    join access.staff s on s.utility_id = r.utility_id and s.staff_id = r.entered_by
    where r.utility_id = $1 and r.valid_from <= $2
    order by r.valid_from desc, r.version desc
    limit $3";

/// The most versions that the history shows.
const SHOWN_MAX: i64 = 50;
/// Later than any version begins.
const LAST_DAY: Date = jiff::civil::date(9999, 1, 1);

/// The table that holds on a day, with lines that hold on other days only.
pub async fn remark_lines(office: &Backoffice, on: Date) -> sqlx::Result<Vec<RemarkLine>> {
    let mut db = office.pool.acquire().await?;
    lines_on(&mut db, office.utility.0, on).await
}

async fn lines_on(db: &mut PgConnection, utility: i64, on: Date) -> sqlx::Result<Vec<RemarkLine>> {
    let row = sqlx::query(VERSIONS)
        .bind(utility)
        .bind(on.to_sqlx())
        .bind(1_i64)
        .fetch_optional(db)
        .await?;
    row.as_ref().map_or_else(|| Ok(seed()), lines_of_row)
}

fn seed() -> Vec<RemarkLine> {
    let lines = Remark::seed().into_iter();
    lines.map(|remark| RemarkLine { remark, valid_from: None, valid_until: None }).collect()
}

/// All tables that were entered, the one that begins last first. The seed stands behind them all.
pub async fn remark_tables(office: &Backoffice) -> sqlx::Result<Vec<RemarkTableVersion>> {
    sqlx::query(VERSIONS)
        .bind(office.utility.0)
        .bind(LAST_DAY.to_sqlx())
        .bind(SHOWN_MAX)
        .fetch_all(&office.pool)
        .await?
        .iter()
        .map(|row| {
            Ok(RemarkTableVersion {
                version: row.try_get("version")?,
                valid_from: row.try_get::<jiff_sqlx::Date, _>("valid_from")?.to_jiff(),
                lines: lines_of_row(row)?,
                reason: row.try_get("reason")?,
                entered_by: row.try_get("entered_by")?,
                entered_at: row.try_get::<jiff_sqlx::Timestamp, _>("entered_at")?.to_jiff(),
            })
        })
        .collect()
}

fn lines_of_row(row: &PgRow) -> sqlx::Result<Vec<RemarkLine>> {
    Ok(row.try_get::<Json<Vec<RemarkLine>>, _>("remarks")?.0)
}

/// What terminals get: the remarks that hold on the day, in order.
pub(super) async fn remarks_on_wire(
    db: &mut PgConnection,
    utility: i64,
    on: Date,
) -> sqlx::Result<Vec<RemarkV1>> {
    let lines = lines_on(db, utility, on).await?;
    Ok(lines.into_iter().filter(|line| line.holds_on(on)).map(|line| wired(line.remark)).collect())
}

fn wired(remark: Remark) -> RemarkV1 {
    let flags = [
        (remark.reads, 1),
        (remark.may_estimate, 2),
        (remark.revisit, 4),
        (remark.photo, 8),
        (remark.prints, 16),
    ];
    RemarkV1 {
        code: remark.code,
        name: remark.name,
        flags: flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).sum(),
        follow_up: remark.follow_up.key().to_owned(),
    }
}

/// Codes that some visit or no-read names: they stay in the table for good.
pub async fn used_remark_codes(office: &Backoffice) -> sqlx::Result<Vec<u8>> {
    let codes: Vec<i16> = sqlx::query_scalar(
        "select distinct unnest(remarks) from metering.visit where utility_id = $1
         union select distinct reason from metering.no_read where utility_id = $1",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?;
    Ok(codes.into_iter().filter_map(|code| u8::try_from(code).ok()).collect())
}

/// Whether some table that ever was says that nothing can be read with this code.
pub(crate) async fn is_no_read_code(
    db: &mut PgConnection,
    utility: i64,
    code: u8,
) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (
             select from metering.remark r, jsonb_array_elements(r.remarks) line
             where r.utility_id = $1 and line->'remark'->'code' = to_jsonb($2::integer)
               and line->'remark'->'reads' = 'false')",
    )
    .bind(utility)
    .bind(i32::from(code))
    .fetch_one(db)
    .await
}

/// Enters a table, or names every field that is wrong.
pub async fn enter_remarks(
    office: &Backoffice,
    new: &NewRemarkTable,
    by: StaffId,
    at: Timestamp,
    today: Date,
) -> Result<i64, MasterRefusal> {
    let mistakes = check::mistakes(new, &used_remark_codes(office).await?, today);
    if !mistakes.is_empty() {
        return Err(MasterRefusal::Mistakes(mistakes));
    }
    Ok(sqlx::query_scalar(
        "insert into metering.remark (utility_id, valid_from, remarks, reason, entered_by, entered_at)
         values ($1, $2, $3, $4, $5, $6)
         returning version",
    )
    .bind(office.utility.0)
    .bind(new.valid_from.to_sqlx())
    .bind(Json(&new.lines))
    .bind(&new.reason)
    .bind(by.0)
    .bind(at.to_sqlx())
    .fetch_one(&office.pool)
    .await?)
}

/// Codes that lead to something at the office, with what.
pub(super) fn follow_up_of(lines: &[RemarkLine], code: u8) -> FollowUp {
    let line = lines.iter().find(|line| line.remark.code == code);
    line.map_or(FollowUp::OfficeCheck, |line| line.remark.follow_up)
}
