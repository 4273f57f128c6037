//! Progress (検針進捗): what is planned, done and left, by route and by connection.

use jiff::civil::Date;
use shared::ids::{DeviceId, RoundId, RouteId};
use sqlx::{PgExecutor, Row, postgres::PgRow};
use uuid::Uuid;

use crate::Backoffice;

/// How a route or round stands. The four never overlap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// 検針予定.
    pub planned: u32,
    /// 検針済み.
    pub read: u32,
    /// 検針不能.
    pub no_read: u32,
    /// 取下げ.
    pub withdrawn: u32,
}

impl Count {
    /// 未検針: what nobody has accounted for.
    pub fn remaining(self) -> u32 {
        self.planned.saturating_sub(self.read + self.no_read + self.withdrawn)
    }

    /// How much is accounted for, in whole percent; 100 only when nothing is left.
    pub fn percent(self) -> u32 {
        let done = u64::from(self.planned - self.remaining());
        let percent = (done * 100).checked_div(u64::from(self.planned)).unwrap_or(100);
        u32::try_from(percent).expect("a percentage of a part")
    }
}

impl std::iter::Sum for Count {
    fn sum<I: Iterator<Item = Count>>(counts: I) -> Count {
        counts.fold(Count::default(), |sum, count| Count {
            planned: sum.planned + count.planned,
            read: sum.read + count.read,
            no_read: sum.no_read + count.no_read,
            withdrawn: sum.withdrawn + count.withdrawn,
        })
    }
}

/// How a route stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteProgress {
    /// Key.
    pub id: RouteId,
    /// Of which round.
    pub round: RoundId,
    /// 順路番号.
    pub number: String,
    /// 町名.
    pub name: String,
    /// 定例日.
    pub planned_on: Date,
    /// 締め日.
    pub closed_on: Option<Date>,
    /// The terminal that it is assigned to, with its code.
    pub device: Option<(DeviceId, String)>,
    /// The counts.
    pub count: Count,
}

/// All routes of a round in the order of their numbers.
pub async fn round_progress(
    office: &Backoffice,
    round: RoundId,
) -> sqlx::Result<Vec<RouteProgress>> {
    sqlx::query(PROGRESS)
        .bind(office.utility.0)
        .bind(round.0)
        .bind(None::<i64>)
        .fetch_all(&office.pool)
        .await?
        .iter()
        .map(progress_of_row)
        .collect()
}

/// One route.
pub async fn route_progress(
    office: &Backoffice,
    route: RouteId,
) -> sqlx::Result<Option<RouteProgress>> {
    let round: Option<i64> = sqlx::query_scalar(
        "select round_id from metering.reading_route where utility_id = $1 and route_id = $2",
    )
    .bind(office.utility.0)
    .bind(route.0)
    .fetch_optional(&office.pool)
    .await?;
    let Some(round) = round else { return Ok(None) };
    let row = sqlx::query(PROGRESS)
        .bind(office.utility.0)
        .bind(round)
        .bind(route.0)
        .fetch_optional(&office.pool)
        .await?;
    row.as_ref().map(progress_of_row).transpose()
}

/// The same, counted from the readings and no-reads themselves.
pub(super) async fn progress_by_facts(
    db: impl PgExecutor<'_>,
    utility_id: i64,
    round_id: i64,
) -> sqlx::Result<Vec<RouteProgress>> {
    sqlx::query(PROGRESS_BY_FACTS)
        .bind(utility_id)
        .bind(round_id)
        .fetch_all(db)
        .await?
        .iter()
        .map(progress_of_row)
        .collect()
}

const PROGRESS: &str = "
    select r.route_id, r.round_id, r.number, r.name, r.planned_on, r.closed_on,
           r.device_id, d.code,
           count(s.connection_id) as planned,
           count(*) filter (where s.state = 'read') as read,
           count(*) filter (where s.state = 'no_read') as no_read,
           count(*) filter (where s.state = 'withdrawn') as withdrawn
    from metering.reading_route r
    left join devices.device d on d.device_id = r.device_id
    left join metering.planned_state s
        on s.utility_id = r.utility_id and s.round_id = r.round_id and s.route_id = r.route_id
    where r.utility_id = $1 and r.round_id = $2 and ($3::bigint is null or r.route_id = $3)
    group by r.utility_id, r.route_id, d.device_id
    order by r.number";

const PROGRESS_BY_FACTS: &str = "
    select r.route_id, r.round_id, r.number, r.name, r.planned_on, r.closed_on,
           r.device_id, d.code,
           count(p.connection_id) as planned,
           count(*) filter (where p.is_read) as read,
           count(*) filter (where not p.is_read and p.withdrawn is null and p.is_no_read)
               as no_read,
           count(*) filter (where not p.is_read and p.withdrawn is not null) as withdrawn
    from metering.reading_route r
    left join devices.device d on d.device_id = r.device_id
    left join lateral (
        select p.connection_id, p.withdrawn,
               exists (select from metering.reading f
                       where f.utility_id = p.utility_id and f.round_id = p.round_id
                         and f.connection_id = p.connection_id) as is_read,
               exists (select from metering.no_read f
                       where f.utility_id = p.utility_id and f.round_id = p.round_id
                         and f.connection_id = p.connection_id) as is_no_read
        from metering.planned_reading p
        where p.utility_id = r.utility_id and p.route_id = r.route_id
        offset 0
    ) p on true
    where r.utility_id = $1 and r.round_id = $2
    group by r.utility_id, r.route_id, d.device_id
    order by r.number";

fn progress_of_row(row: &PgRow) -> sqlx::Result<RouteProgress> {
    let device: Option<Uuid> = row.try_get("device_id")?;
    let code: Option<String> = row.try_get("code")?;
    Ok(RouteProgress {
        id: RouteId(row.try_get("route_id")?),
        round: RoundId(row.try_get("round_id")?),
        number: row.try_get("number")?,
        name: row.try_get("name")?,
        planned_on: row.try_get::<jiff_sqlx::Date, _>("planned_on")?.to_jiff(),
        closed_on: row
            .try_get::<Option<jiff_sqlx::Date>, _>("closed_on")?
            .map(jiff_sqlx::Date::to_jiff),
        device: device.map(DeviceId).zip(code),
        count: Count {
            planned: counted(row, "planned")?,
            read: counted(row, "read")?,
            no_read: counted(row, "no_read")?,
            withdrawn: counted(row, "withdrawn")?,
        },
    })
}

fn counted(row: &PgRow, column: &str) -> sqlx::Result<u32> {
    let count: i64 = row.try_get(column)?;
    u32::try_from(count).map_err(|error| sqlx::Error::Decode(error.into()))
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn a_hundred_percent_is_shown_only_when_nothing_is_left() {
        let nearly = Count { planned: 1_000, read: 990, no_read: 6, withdrawn: 3 };
        assert_eq!((nearly.remaining(), nearly.percent()), (1, 99));
        let done = Count { withdrawn: 4, ..nearly };
        assert_eq!((done.remaining(), done.percent()), (0, 100));
        assert_eq!(Count::default().percent(), 100);
        assert_eq!([nearly, done].into_iter().sum::<Count>().planned, 2_000);
    }
}
