//! What is done to a draft (案の作成・変更・承認・取下げ). Each step is a fact with its author.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff_sqlx::ToSqlx;
use shared::billing::TariffFile;
use shared::calendar::japanese_date;
use shared::ids::{StaffId, TariffVersionId};
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::{TariffVersion, VersionState, form, load, load_one};
use crate::Backoffice;
use crate::billing::error::BillingError;
use crate::billing::golden_rows::refuse_disagreement;
use crate::billing::tariffs::place;

/// Two people at once: the second waits and then sees what the first one did.
pub(in crate::billing) async fn lock_tariffs(
    db: &mut PgConnection,
    utility: i64,
) -> sqlx::Result<()> {
    sqlx::query("select from access.utility where utility_id = $1 for no key update")
        .bind(utility)
        .execute(&mut *db)
        .await?;
    Ok(())
}

/// Begins a draft with a text of one's own. The text has to be a tariff, if only a poor one.
pub async fn begin_draft(
    office: &Backoffice,
    text: &str,
    by: StaffId,
    at: Timestamp,
) -> Result<TariffVersionId, BillingError> {
    TariffFile::parse(text).map_err(BillingError::TariffFile)?;
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    let id = insert_version(&mut db, office.utility.0, None).await?;
    insert_step(&mut db, office.utility.0, id, &Step { number: 1, by, at, what: Written(text) })
        .await?;
    db.commit().await?;
    Ok(id)
}

/// Begins a draft as a copy of a version, for the next fiscal year. Its code and name say so: that it
/// is a draft is no part of its name, which stands on bills once it is approved.
pub async fn copy_version(
    office: &Backoffice,
    id: TariffVersionId,
    by: StaffId,
    at: Timestamp,
    today: Date,
) -> Result<TariffVersionId, BillingError> {
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    let utility = office.utility.0;
    lock_tariffs(&mut db, utility).await?;
    let versions = load(&mut db, utility, None).await?;
    let version = versions.iter().find(|version| version.id == id);
    let version = version.ok_or(BillingError::NoSuchVersion)?;
    let from = next_april(today.max(version.file.valid_from));
    let code = free_code(&version.file.code, &versions);
    let name = name_from(&version.file.name, from);
    let text = form::renamed(&version.text, &code, &name, from)?;
    let copy = insert_version(&mut db, utility, Some(id)).await?;
    insert_step(&mut db, utility, copy, &Step { number: 1, by, at, what: Written(&text) }).await?;
    db.commit().await?;
    Ok(copy)
}

/// `水道料金（令和元年10月1日から）` → `水道料金（令和9年4月1日から）`.
fn name_from(name: &str, from: Date) -> String {
    let stem = name.rsplit_once('（').filter(|(_, end)| end.ends_with("から）"));
    format!("{}（{}から）", stem.map_or(name, |(stem, _)| stem), japanese_date(from))
}

fn next_april(after: Date) -> Date {
    let year = if after.month() < 4 { after.year() } else { after.year() + 1 };
    date(year, 4, 1)
}

/// `kofu-2014` → `kofu-2014-2` → `kofu-2014-3`, the first one that no version has.
fn free_code(code: &str, versions: &[TariffVersion]) -> String {
    let is_number = |end: &str| end.len() < 3 && end.bytes().all(|byte| byte.is_ascii_digit());
    let stem = code.rsplit_once('-').filter(|(_, end)| is_number(end)).map(|(stem, _)| stem);
    let code = stem.unwrap_or(code);
    let is_free = |code: &String| versions.iter().all(|version| version.file.code != *code);
    // One of so many numbers is free: there is one more than versions.
    let mut numbers = 2..=versions.len() + 2;
    let numbered = numbers.find_map(|number| Some(format!("{code}-{number}")).filter(is_free));
    numbered.unwrap_or_else(|| code.to_owned())
}

/// Writes a draft anew. `base` is the step that the writer had before the eyes.
pub async fn write_draft(
    office: &Backoffice,
    id: TariffVersionId,
    base: i32,
    text: &str,
    by: StaffId,
    at: Timestamp,
) -> Result<(), BillingError> {
    TariffFile::parse(text).map_err(BillingError::TariffFile)?;
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    let draft = lock_draft(&mut db, office.utility.0, id, base).await?;
    if draft.text == text {
        return Ok(());
    }
    let step = Step { number: base + 1, by, at, what: Written(text) };
    insert_step(&mut db, office.utility.0, id, &step).await?;
    db.commit().await?;
    tracing::info!(version.id = id.0, staff.id = by.0, "tariff draft written");
    Ok(())
}

/// Takes a draft back. It stays in the history.
pub async fn withdraw_draft(
    office: &Backoffice,
    id: TariffVersionId,
    base: i32,
    by: StaffId,
    at: Timestamp,
) -> Result<(), BillingError> {
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    lock_draft(&mut db, office.utility.0, id, base).await?;
    let step = Step { number: base + 1, by, at, what: Withdrawn };
    insert_step(&mut db, office.utility.0, id, &step).await?;
    db.commit().await?;
    tracing::info!(version.id = id.0, staff.id = by.0, "tariff draft withdrawn");
    Ok(())
}

/// Approves a draft: it holds from its first day on, and the version before ends the day before.
///
/// Refused when whoever wrote it last approves, when days would change that were billed, and
/// while a golden row disagrees.
pub async fn approve_draft(
    office: &Backoffice,
    id: TariffVersionId,
    base: i32,
    by: StaffId,
    at: Timestamp,
) -> Result<(), BillingError> {
    let utility = office.utility.0;
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    let draft = lock_draft(&mut db, utility, id, base).await?;
    if draft.author == Some(by) {
        return Err(BillingError::SamePerson);
    }
    if !draft.faults.is_empty() {
        return Err(BillingError::TariffFile(draft.faults));
    }
    refuse_taken_code(&mut db, utility, &draft.file.code).await?;
    insert_step(&mut db, utility, id, &Step { number: base + 1, by, at, what: Approved }).await?;
    place(&mut db, utility, id, &draft.file, &draft.text).await?;
    refuse_disagreement(&mut db, utility, id).await?;
    db.commit().await?;
    tracing::info!(version.id = id.0, staff.id = by.0, "tariff approved");
    Ok(())
}

async fn refuse_taken_code(
    db: &mut PgConnection,
    utility: i64,
    code: &str,
) -> Result<(), BillingError> {
    let is_taken: bool = sqlx::query_scalar(
        "select exists (select from billing.tariff where utility_id = $1 and code = $2)",
    )
    .bind(utility)
    .bind(code)
    .fetch_one(&mut *db)
    .await?;
    if is_taken { Err(BillingError::CodeTaken(code.to_owned())) } else { Ok(()) }
}

/// The draft as the caller saw it.
async fn lock_draft(
    db: &mut PgConnection,
    utility: i64,
    id: TariffVersionId,
    base: i32,
) -> Result<TariffVersion, BillingError> {
    lock_tariffs(db, utility).await?;
    let version = load_one(db, utility, id).await?;
    if version.state != VersionState::Draft {
        return Err(BillingError::NotADraft);
    }
    if version.last_step() != base {
        return Err(BillingError::DraftChanged);
    }
    Ok(version)
}

use What::{Approved, Withdrawn, Written};

enum What<'t> {
    Written(&'t str),
    Approved,
    Withdrawn,
}

struct Step<'t> {
    number: i32,
    by: StaffId,
    at: Timestamp,
    what: What<'t>,
}

async fn insert_version(
    db: &mut PgConnection,
    utility: i64,
    copied_from: Option<TariffVersionId>,
) -> sqlx::Result<TariffVersionId> {
    sqlx::query_scalar(
        "insert into billing.tariff_version (utility_id, copied_from) values ($1, $2)
         returning version_id",
    )
    .bind(utility)
    .bind(copied_from.map(|id| id.0))
    .fetch_one(db)
    .await
    .map(TariffVersionId)
}

async fn insert_step(
    db: &mut PgConnection,
    utility: i64,
    version: TariffVersionId,
    step: &Step<'_>,
) -> sqlx::Result<()> {
    let (kind, text) = match step.what {
        Written(text) => ("written", Some(text)),
        Approved => ("approved", None),
        Withdrawn => ("withdrawn", None),
    };
    sqlx::query(
        "insert into billing.tariff_step
             (utility_id, version_id, step_number, kind, staff_id, taken_at, text)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(utility)
    .bind(version.0)
    .bind(step.number)
    .bind(kind)
    .bind(step.by.0)
    .bind(step.at.to_sqlx())
    .bind(text)
    .execute(db)
    .await?;
    Ok(())
}
