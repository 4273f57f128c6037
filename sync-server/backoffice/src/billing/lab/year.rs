//! Fiscal years (年度) and what was assessed in them.

use shared::calendar::YearMonth;
use shared::ids::RoundId;
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::Backoffice;

/// A fiscal year, from April to March, by the month of its rounds (検針年月).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FiscalYear(pub i16);

impl FiscalYear {
    /// The year that holds a month.
    pub fn of(month: YearMonth) -> Self {
        Self(month.plus_months(-3).year())
    }

    /// `令和8年度`.
    pub fn japanese(self) -> String {
        match YearMonth::new(self.0, 12) {
            Ok(december) => december.japanese().replace("12月", "度"),
            Err(_) => format!("{}年度", self.0),
        }
    }
}

/// A year that can be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabYear {
    /// Which one.
    pub year: FiscalYear,
    /// Rounds of it that were billed.
    pub rounds: u64,
    /// Assessments of both claims.
    pub assessments: u64,
}

/// A billed round of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BilledRound {
    pub(super) id: RoundId,
    pub(super) month: YearMonth,
    pub(super) months: u8,
    pub(super) assessments: u64,
}

/// The years in which anything was assessed, the newest first.
pub async fn lab_years(office: &Backoffice) -> sqlx::Result<Vec<LabYear>> {
    let mut years: Vec<LabYear> = Vec::new();
    for round in billed_rounds(office).await? {
        let year = FiscalYear::of(round.month);
        match years.last_mut().filter(|last| last.year == year) {
            Some(known) => {
                known.rounds += 1;
                known.assessments += round.assessments;
            }
            None => years.push(LabYear { year, rounds: 1, assessments: round.assessments }),
        }
    }
    years.reverse();
    Ok(years)
}

/// The billed rounds of a year, the earliest first.
pub(super) async fn rounds_of(
    office: &Backoffice,
    year: FiscalYear,
) -> sqlx::Result<Vec<BilledRound>> {
    let mut rounds = billed_rounds(office).await?;
    rounds.retain(|round| FiscalYear::of(round.month) == year);
    Ok(rounds)
}

/// Runs keep their totals, so that nothing has to be counted here.
async fn billed_rounds(office: &Backoffice) -> sqlx::Result<Vec<BilledRound>> {
    sqlx::query(
        "select ro.round_id, ro.billing_month, ro.months, sum(t.assessments)::bigint as assessments
         from metering.reading_round ro
         join billing.billing_run r using (utility_id, round_id)
         join billing.run_total t using (utility_id, run_id)
         where ro.utility_id = $1
         group by ro.round_id, ro.billing_month, ro.months
         having sum(t.assessments) > 0
         order by ro.billing_month, ro.round_id",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(round_of_row)
    .collect()
}

fn round_of_row(row: &PgRow) -> sqlx::Result<BilledRound> {
    let month: jiff_sqlx::Date = row.try_get("billing_month")?;
    let months: i16 = row.try_get("months")?;
    Ok(BilledRound {
        id: RoundId(row.try_get("round_id")?),
        month: YearMonth::of(month.to_jiff()),
        months: u8::try_from(months).map_err(|error| sqlx::Error::Decode(error.into()))?,
        assessments: row.try_get::<i64, _>("assessments")?.unsigned_abs(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_begin_in_april() {
        let year = |month| FiscalYear::of(YearMonth::new(2026, month).unwrap());
        assert_eq!((year(3), year(4)), (FiscalYear(2025), FiscalYear(2026)));
        assert_eq!(year(11).japanese(), "令和8年度");
        assert_eq!(FiscalYear(2019).japanese(), "令和元年度");
        assert_eq!(FiscalYear(i16::MAX).japanese(), "32767年度");
    }
}
