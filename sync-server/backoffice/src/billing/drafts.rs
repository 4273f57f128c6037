//! Versions of a tariff (料金表の版): drafts, their approval by a second person, and their history.

mod form;
mod steps;

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use shared::billing::{Claim, TariffFault, TariffFile};
use shared::ids::{StaffId, TariffVersionId};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::assessments::claim;
use super::error::BillingError;
use crate::Backoffice;

pub use form::{DraftForm, DraftRate, DraftSchedule, DraftTiers, edit_draft};
pub(super) use steps::lock_tariffs;
pub use steps::{approve_draft, begin_draft, copy_version, withdraw_draft, write_draft};

/// What a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionState {
    /// 案.
    Draft,
    /// 承認済み; it holds by its dates.
    Approved,
    /// 取下げ.
    Withdrawn,
}

/// Somebody did something to a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionStep {
    /// From 1.
    pub number: i32,
    /// `written`, `imported`, `approved` or `withdrawn`.
    pub kind: String,
    /// Who; `None` for what was taken in by command.
    pub staff: Option<(StaffId, String)>,
    /// When.
    pub at: Timestamp,
}

impl VersionStep {
    /// The word on pages.
    pub fn japanese(&self) -> &'static str {
        match (self.kind.as_str(), self.number) {
            ("written", 1) => "案の作成",
            ("written", _) => "案の変更",
            ("imported", _) => "取込み",
            ("approved", _) => "承認",
            _ => "取下げ",
        }
    }
}

/// A schedule of an approved version, with the days on which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedSchedule {
    /// What it claims.
    pub claim: Claim,
    /// Empty for the utility's own.
    pub authority: String,
    /// First day.
    pub from: Date,
    /// The day after the last.
    pub before: Option<Date>,
}

/// A version of a whole tariff file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TariffVersion {
    /// Key.
    pub id: TariffVersionId,
    /// The version that it began as a copy of.
    pub copied_from: Option<TariffVersionId>,
    /// What it is.
    pub state: VersionState,
    /// The text as it was last written.
    pub text: String,
    /// What the text says; without schedules where it has faults.
    pub file: TariffFile,
    /// Empty unless the rules for tariff files became stricter since it was written.
    pub faults: Vec<TariffFault>,
    /// Its history, the first step first.
    pub steps: Vec<VersionStep>,
    /// Who wrote the text; `None` for what was taken in by command.
    pub author: Option<StaffId>,
    /// Empty unless it was approved.
    pub placed: Vec<PlacedSchedule>,
}

impl TariffVersion {
    /// Number of the last step: what a change or an approval is based on.
    pub fn last_step(&self) -> i32 {
        self.steps.last().map_or(0, |step| step.number)
    }

    /// Whether some schedule holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.placed
            .iter()
            .any(|placed| placed.from <= day && placed.before.is_none_or(|before| day < before))
    }
}

/// All versions, the one with the latest first day first.
pub async fn tariff_versions(office: &Backoffice) -> Result<Vec<TariffVersion>, BillingError> {
    let mut db = office.pool.acquire().await?;
    let mut versions = load(&mut db, office.utility.0, None).await?;
    versions.sort_by_key(|version| std::cmp::Reverse((version.file.valid_from, version.id)));
    Ok(versions)
}

/// One version.
pub async fn tariff_version(
    office: &Backoffice,
    id: TariffVersionId,
) -> Result<TariffVersion, BillingError> {
    let mut db = office.pool.acquire().await?;
    load_one(&mut db, office.utility.0, id).await
}

async fn load_one(
    db: &mut PgConnection,
    utility: i64,
    id: TariffVersionId,
) -> Result<TariffVersion, BillingError> {
    load(db, utility, Some(id)).await?.pop().ok_or(BillingError::NoSuchVersion)
}

async fn load(
    db: &mut PgConnection,
    utility: i64,
    only: Option<TariffVersionId>,
) -> Result<Vec<TariffVersion>, BillingError> {
    let rows = sqlx::query(
        "select v.version_id, v.copied_from, s.step_number, s.kind, s.staff_id, s.text, p.display_name,
                floor(extract(epoch from s.taken_at))::bigint as at
         from billing.tariff_version v
         join billing.tariff_step s using (utility_id, version_id)
         left join access.staff p on p.utility_id = v.utility_id and p.staff_id = s.staff_id
         where v.utility_id = $1 and ($2::bigint is null or v.version_id = $2)
         order by v.version_id, s.step_number",
    )
    .bind(utility)
    .bind(only.map(|id| id.0))
    .fetch_all(&mut *db)
    .await?;
    let mut placed = placed(db, utility, only).await?;
    rows.chunk_by(|one, next| version_id(one).ok() == version_id(next).ok())
        .map(|rows| {
            let mut version = version_of_rows(rows)?;
            version.placed = placed.remove(&version.id).unwrap_or_default();
            Ok(version)
        })
        .collect()
}

fn version_id(row: &PgRow) -> sqlx::Result<TariffVersionId> {
    row.try_get("version_id").map(TariffVersionId)
}

/// The steps of one version, the first first.
fn version_of_rows(rows: &[PgRow]) -> Result<TariffVersion, BillingError> {
    let first = rows.first().ok_or(BillingError::NoSuchVersion)?;
    let copied_from: Option<i64> = first.try_get("copied_from")?;
    let mut steps = Vec::with_capacity(rows.len());
    let (mut text, mut author) = (String::new(), None);
    for row in rows {
        let staff: Option<i64> = row.try_get("staff_id")?;
        let name: Option<String> = row.try_get("display_name")?;
        let seconds: i64 = row.try_get("at")?;
        if let Some(written) = row.try_get("text")? {
            (text, author) = (written, staff.map(StaffId));
        }
        steps.push(VersionStep {
            number: row.try_get("step_number")?,
            kind: row.try_get("kind")?,
            staff: staff.map(StaffId).zip(name),
            at: Timestamp::from_second(seconds)
                .map_err(|error| sqlx::Error::Decode(error.into()))?,
        });
    }
    let state = match steps.last().map(|step| step.kind.as_str()) {
        Some("withdrawn") => VersionState::Withdrawn,
        Some("approved" | "imported") => VersionState::Approved,
        _ => VersionState::Draft,
    };
    let (file, faults) = match TariffFile::parse(&text) {
        Ok(file) => (file, Vec::new()),
        Err(faults) => (form::outline(&text), faults),
    };
    Ok(TariffVersion {
        id: version_id(first)?,
        copied_from: copied_from.map(TariffVersionId),
        state,
        file,
        faults,
        text,
        steps,
        author,
        placed: Vec::new(),
    })
}

async fn placed(
    db: &mut PgConnection,
    utility: i64,
    only: Option<TariffVersionId>,
) -> Result<HashMap<TariffVersionId, Vec<PlacedSchedule>>, BillingError> {
    let rows = sqlx::query(
        "select version_id, claim, authority,
                lower(validity) as valid_from, upper(validity) as valid_before
         from billing.tariff
         where utility_id = $1 and version_id is not null
               and ($2::bigint is null or version_id = $2)
         order by claim, authority",
    )
    .bind(utility)
    .bind(only.map(|id| id.0))
    .fetch_all(&mut *db)
    .await?;
    let mut placed: HashMap<_, Vec<PlacedSchedule>> = HashMap::new();
    for row in &rows {
        let from: Option<jiff_sqlx::Date> = row.try_get("valid_from")?;
        let before: Option<jiff_sqlx::Date> = row.try_get("valid_before")?;
        placed.entry(version_id(row)?).or_default().push(PlacedSchedule {
            claim: claim(row)?,
            authority: row.try_get("authority")?,
            from: from.map_or(Date::MIN, jiff_sqlx::Date::to_jiff),
            before: before.map(jiff_sqlx::Date::to_jiff),
        });
    }
    Ok(placed)
}

#[cfg(test)]
mod tests;
