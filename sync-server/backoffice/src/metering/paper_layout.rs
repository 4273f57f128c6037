//! Layouts of papers (帳票の様式): versions entered by one person, put into use from a day by another.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::ids::StaffId;
use shared::paper::{Fault, PaperKind, Template};
use shared::wire::LayoutV1;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use crate::Backoffice;

/// A version of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperLayout {
    /// Key.
    pub version: i64,
    /// What it lays out.
    pub kind: PaperKind,
    /// The layout.
    pub text: String,
    /// Why it was changed.
    pub reason: String,
    /// By whom.
    pub entered_by: String,
    /// When.
    pub entered_at: Timestamp,
    /// First day of use and who approved it; none for a draft.
    pub approved: Option<(Date, String)>,
}

/// Why a step was not taken. The codes are explained in [`crate::codes`].
#[derive(Debug, thiserror::Error)]
pub enum LayoutRefusal {
    /// It could not be drawn.
    #[error("the layout has {} faults", .0.len())]
    Faults(Vec<Fault>),
    /// Whoever entered it may not approve it.
    #[error("the same person entered it")]
    SamePerson,
    /// It is in use already.
    #[error("approved already")]
    Approved,
    /// No such version.
    #[error("no such version")]
    NotFound,
    /// It would begin before today.
    #[error("begins in the past")]
    BeginsInThePast,
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

impl LayoutRefusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            LayoutRefusal::Faults(_) => "P20",
            LayoutRefusal::SamePerson => "P21",
            LayoutRefusal::Approved => "P22",
            LayoutRefusal::NotFound => "P23",
            LayoutRefusal::BeginsInThePast => "P24",
            LayoutRefusal::Database(_) => "X90",
        }
    }
}

/// Keeps a new version; terminals do not get it before somebody else approves it.
pub async fn enter_paper_layout(
    office: &Backoffice,
    kind: PaperKind,
    (text, reason): (&str, &str),
    by: StaffId,
    at: Timestamp,
) -> Result<i64, LayoutRefusal> {
    Template::parse(kind, text).map_err(LayoutRefusal::Faults)?;
    let reason: String = reason.chars().take(200).collect();
    Ok(sqlx::query_scalar(
        "insert into metering.paper_layout (utility_id, kind, text, reason, entered_by, entered_at)
         values ($1, $2, $3, $4, $5, $6) returning layout_id",
    )
    .bind(office.utility.0)
    .bind(i16::from(kind.code()))
    .bind(text)
    .bind(reason)
    .bind(by.0)
    .bind(at.to_sqlx())
    .fetch_one(&office.pool)
    .await?)
}

/// Puts a version into use from a day on.
pub async fn approve_paper_layout(
    office: &Backoffice,
    version: i64,
    (valid_from, today): (Date, Date),
    by: StaffId,
    at: Timestamp,
) -> Result<(), LayoutRefusal> {
    if valid_from < today {
        return Err(LayoutRefusal::BeginsInThePast);
    }
    let entered_by: Option<i64> = sqlx::query_scalar(
        "select entered_by from metering.paper_layout where utility_id = $1 and layout_id = $2",
    )
    .bind(office.utility.0)
    .bind(version)
    .fetch_optional(&office.pool)
    .await?;
    match entered_by {
        None => return Err(LayoutRefusal::NotFound),
        Some(entered_by) if entered_by == by.0 => return Err(LayoutRefusal::SamePerson),
        Some(_) => {}
    }
    let done = sqlx::query(
        "insert into metering.paper_layout_approval
             (utility_id, layout_id, valid_from, approved_by, approved_at)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
    )
    .bind(office.utility.0)
    .bind(version)
    .bind(valid_from.to_sqlx())
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&office.pool)
    .await?;
    if done.rows_affected() == 0 { Err(LayoutRefusal::Approved) } else { Ok(()) }
}

/// All versions, the newest first.
pub async fn paper_layouts(office: &Backoffice) -> sqlx::Result<Vec<PaperLayout>> {
    let rows = sqlx::query(
        "select l.layout_id, l.kind, l.text, l.reason, l.entered_at, e.display_name as entered_by,
                a.valid_from, s.display_name as approved_by
         from metering.paper_layout l
         join access.staff e on e.utility_id = l.utility_id and e.staff_id = l.entered_by
         left join metering.paper_layout_approval a
             on a.utility_id = l.utility_id and a.layout_id = l.layout_id
         left join access.staff s on s.utility_id = a.utility_id and s.staff_id = a.approved_by
         where l.utility_id = $1
         order by l.layout_id desc",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?;
    rows.iter().filter_map(|row| layout_of_row(row).transpose()).collect()
}

/// Nothing for a kind of a newer program.
fn layout_of_row(row: &PgRow) -> sqlx::Result<Option<PaperLayout>> {
    let kind = u8::try_from(row.try_get::<i16, _>("kind")?).ok().and_then(PaperKind::from_code);
    let Some(kind) = kind else { return Ok(None) };
    let valid_from: Option<jiff_sqlx::Date> = row.try_get("valid_from")?;
    let approved_by: Option<String> = row.try_get("approved_by")?;
    Ok(Some(PaperLayout {
        version: row.try_get("layout_id")?,
        kind,
        text: row.try_get("text")?,
        reason: row.try_get("reason")?,
        entered_by: row.try_get("entered_by")?,
        entered_at: row.try_get::<jiff_sqlx::Timestamp, _>("entered_at")?.to_jiff(),
        approved: valid_from.map(jiff_sqlx::Date::to_jiff).zip(approved_by),
    }))
}

/// What terminals get on a day: the version in use of each kind, for both widths of paper.
pub(super) async fn layouts_on_wire(
    db: &mut PgConnection,
    utility: i64,
    on: Date,
) -> sqlx::Result<Vec<LayoutV1>> {
    let rows = sqlx::query(
        "select distinct on (l.kind) l.kind, l.layout_id, l.text
         from metering.paper_layout l
         join metering.paper_layout_approval a using (utility_id, layout_id)
         where utility_id = $1 and a.valid_from <= $2
         order by l.kind, a.valid_from desc, a.approved_at desc, l.layout_id desc",
    )
    .bind(utility)
    .bind(on.to_sqlx())
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            let kind = u8::try_from(row.try_get::<i16, _>("kind")?)
                .map_err(|error| sqlx::Error::Decode(error.into()))?;
            Ok(LayoutV1 {
                kind,
                width_dots: 0,
                version: row.try_get("layout_id")?,
                text: row.try_get("text")?,
            })
        })
        .collect()
}
