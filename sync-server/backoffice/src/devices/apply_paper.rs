//! Applying papers, signed days and wrong PINs (帳票・日計・ログイン失敗の反映).

use jiff_sqlx::ToSqlx;
use shared::wire::{DaySignedV1, PaperV1};
use sqlx::postgres::PgConnection;

use super::apply::{IsVoid, NotApplied, Source, stored_once};
use super::place_of_visit::handed_over;

/// Writes a paper down, whole or void.
pub(super) async fn apply_paper(
    db: &mut PgConnection,
    source: &Source<'_>,
    paper: PaperV1,
    is_void: IsVoid,
) -> Result<(), NotApplied> {
    if paper.amount_yen < 0 {
        return Err(NotApplied::Quarantine("S34"));
    }
    let stored = sqlx::query(
        "insert into metering.paper
             (utility_id, paper_number, kind, connection_id, subject_id, reissue_of, amount_yen,
              is_void, device_id, device_sequence)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
         -- Papers and slips share one row of numbers.
         where not exists (select from metering.slip
                           where utility_id = $1 and slip_number = $2)
         on conflict (utility_id, paper_number) do nothing",
    )
    .bind(source.office.utility.0)
    .bind(paper.paper_number)
    .bind(i16::from(paper.kind))
    .bind((paper.connection != 0).then_some(paper.connection))
    .bind(paper.subject)
    .bind(paper.reissue_of)
    .bind(paper.amount_yen)
    .bind(is_void == IsVoid::Yes)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .execute(db)
    .await?;
    if stored.rows_affected() == 1 { Ok(()) } else { Err(NotApplied::Quarantine("S32")) }
}

/// Writes down that a reader signed a day. Its numbers stay in the log's entry, where they are
/// compared from: whether they agree can change while entries are still under way.
pub(super) async fn apply_day_signed(
    db: &mut PgConnection,
    source: &Source<'_>,
    signed: DaySignedV1,
) -> Result<(), NotApplied> {
    let place = handed_over(db, source, signed.package).await?;
    let day = place.day_of_visit(signed.day_unix_days, source.today)?;
    let stored = sqlx::query(
        "insert into metering.day_signed
             (utility_id, device_id, device_sequence, package_id, route_id, day, reader_login)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict do nothing",
    )
    .bind(source.office.utility.0)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .bind(signed.package)
    .bind(place.route.0)
    .bind(day.to_sqlx())
    .bind(signed.reader)
    .execute(db)
    .await?;
    stored_once(&stored)
}

/// Writes down that somebody tried PINs.
pub(super) async fn apply_login_refused(
    db: &mut PgConnection,
    source: &Source<'_>,
    failures: u16,
) -> Result<(), NotApplied> {
    let stored = sqlx::query(
        "insert into devices.login_refused (device_id, device_sequence, failures, recorded_at)
         values ($1, $2, $3, $4)
         on conflict do nothing",
    )
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .bind(i32::from(failures))
    .bind(source.now.to_sqlx())
    .execute(db)
    .await?;
    stored_once(&stored)
}
