//! Terms of the demo town (実演用の料金の条件): a few of each kind, on homes that are spread over the town.
//!
//! No home's present charge depends on a meter that the office has to read first: the town's next
//! round can be billed whole.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::postgres::PgConnection;

use super::staff::{DEMO_CLERK, DEMO_OPERATOR};
use crate::demo::town::Town;

/// How many kinds of terms there are: as many homes, and twice as many for reliefs, get one.
const HOMES: i64 = 16;

/// Writes the terms of a town that is loaded.
pub(super) async fn add(
    db: &mut PgConnection,
    utility: i64,
    town: &Town,
    round: i64,
) -> sqlx::Result<()> {
    let today = town.options.today;
    let granted = Date::constant(today.year() - 1, 4, 1);
    let last_month = today.saturating_sub(1.month());
    for statement in [RELIEFS, SOURCES, READINGS, CLASS_CHANGES] {
        sqlx::query(statement)
            .bind(utility)
            .bind(HOMES)
            .bind(granted.to_sqlx())
            .bind(last_month.to_sqlx())
            .bind(DEMO_CLERK)
            .bind(DEMO_OPERATOR)
            .bind(round)
            .execute(&mut *db)
            .await?;
    }
    sqlx::query(
        "update connection.service_agreement a set use_class = u.to_class
         from billing.use_class_change u
         where a.utility_id = $1 and u.utility_id = a.utility_id
           and u.agreement_id = a.agreement_id",
    )
    .bind(utility)
    .execute(db)
    .await?;
    Ok(())
}

/// Homes that have been lived in since before the terms, each at its place among the chosen ones;
/// the clerk and who decided. `$3` to `$7` are named once, so that each statement takes them all.
macro_rules! chosen {
    ($statement:literal) => {
        concat!(
            "with named as (select $3::date as granted, $4::date as last_month, $7::bigint as round),
             home as (
                 select c.connection_id, a.agreement_id, a.use_class,
                        row_number() over (order by c.connection_id) as number,
                        count(*) over () as homes
                 from connection.service_connection c
                 join connection.service_agreement a using (utility_id, connection_id)
                 where c.utility_id = $1 and c.has_sewerage and c.parent_connection_id is null
                   and c.dwellings = 1 and upper_inf(a.period) and lower(a.period) < $3
             ), place as (
                 select home.*, (number - 1) * $2 / homes as place from home
             ), chosen as (
                 select distinct on (place) * from place order by place, number
             ), clerk as (
                 select c.staff_id as clerk, d.staff_id as decider
                 from access.staff c, access.staff d
                 where c.utility_id = $1 and c.login_name = $5
                   and d.utility_id = $1 and d.login_name = $6
             ) ",
            $statement
        )
    };
}

/// Welfare for two homes, water and sewerage; a disaster relief that has ended.
const RELIEFS: &str = chosen!(
    "insert into billing.relief_grant (utility_id, agreement_id, claim, relief_key, starts_on,
         period, document, decided_on, decided_by, note, entered_by, entered_at)
     select $1, agreement_id, claim, case place when 11 then 'disaster' else 'welfare' end, granted,
            daterange(granted, case place when 11 then last_month end),
            case place when 11 then '水料災第3号' else '水料福第' || (10 + place) || '号' end,
            granted - 7, decider, case place when 11 then '床上浸水' else '' end, clerk,
            (granted + time '09:00') at time zone 'Asia/Tokyo'
     from chosen, clerk, named, generate_series(1, 2) claim
     where place in (1, 6) or (place = 11 and claim = 1)"
);

/// A well by heads, one by a meter that was taken out, rain by the month, and a deduction.
const SOURCES: &str = chosen!(
    "insert into billing.sewage_source (utility_id, connection_id, kind, measure, name, people,
         monthly_m3, meter_number, dial_digits, first_value, starts_on, period, document,
         decided_on, decided_by, entered_by, entered_at)
     select $1, connection_id, kind, measure, source.name, people, monthly, meter, digits, first,
            granted, daterange(granted, case measure when 1 then last_month end),
            '下使第' || (20 + chosen.place) || '号', granted - 10, decider, clerk,
            (granted + time '10:00') at time zone 'Asia/Tokyo'
     from chosen
     join (values (3::bigint, 1, 2, '井戸', 3, null::integer, null, null::integer, null::integer),
                  (5, 1, 1, '井戸', null, null, 'W-0001', 4, 120),
                  (8, 1, 3, '雨水利用', null, 4, null, null, null),
                  (10, 2, 3, '製氷機', null, 15, null, null, null))
          source(place, kind, measure, name, people, monthly, meter, digits, first)
         on source.place = chosen.place,
     clerk, named"
);

/// The well meter in the round that is closed.
const READINGS: &str = chosen!(
    "insert into billing.source_reading
     select s.utility_id, s.source_id, named.round, 1, r.read_on, s.first_value + 26, 26, clerk,
            (r.read_on + time '15:00') at time zone 'Asia/Tokyo'
     from billing.sewage_source s
     join named on true
     join clerk on true
     join metering.reading r
         on r.utility_id = s.utility_id and r.connection_id = s.connection_id
         and r.round_id = named.round
     where s.utility_id = $1 and s.measure = 1 and $2 > (select min(place) from chosen)"
);

/// A home that became a shop: both cost the same in the demo's tariffs, so nothing is cut.
const CLASS_CHANGES: &str = chosen!(
    "insert into billing.use_class_change (utility_id, agreement_id, changed_on, from_class,
         to_class, document, decided_on, decided_by, entered_by, entered_at)
     select $1, agreement_id, granted + 30, use_class, 'business', '水料用第4号', granted + 20,
            decider, clerk, (granted + 30 + time '11:00') at time zone 'Asia/Tokyo'
     from chosen, clerk, named where place = 13 and use_class = 'general'"
);
