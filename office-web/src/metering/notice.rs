//! What a page says after something was done or refused (お知らせ欄).

use backoffice::metering::{Count, MeteringError};
use serde::Deserialize;

use crate::problem::Problem;

/// Routes that a refusal names; the table below it shows all.
const ROUTES_NAMED: usize = 12;

/// What was done just before; stands in the address after a redirect, so that a reload is harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Done {
    Closed,
    Assigned,
    Unassigned,
}

#[derive(Deserialize)]
pub(crate) struct DoneQuery {
    pub done: Option<Done>,
}

impl Done {
    pub fn japanese(self) -> &'static str {
        match self {
            Done::Closed => "検針期を締めました。続けて調定処理を行えます。",
            Done::Assigned => "端末に割り当てました。端末で受信すると検針データが届きます。",
            Done::Unassigned => "割当を取り消しました。",
        }
    }
}

/// Why something was refused, in plain words, with the code to read out.
pub(crate) struct Refusal {
    pub code: &'static str,
    pub text: &'static str,
    /// One line for each route that falls short.
    pub details: Vec<String>,
}

impl Refusal {
    /// A refusal that the clerk can act on; what they cannot becomes an error page.
    pub fn of(error: MeteringError) -> Result<Refusal, Problem> {
        let code = error.code();
        let details = match error {
            MeteringError::NotFound => return Err(not_found()),
            MeteringError::Database(_) => return Err(error.into()),
            MeteringError::NotAccountedFor(routes) => shortfalls(&routes),
            _ => Vec::new(),
        };
        let text = backoffice::codes::japanese(code).unwrap_or("受け付けられませんでした。");
        Ok(Refusal { code, text, details })
    }
}

fn shortfalls(routes: &[(String, Count)]) -> Vec<String> {
    let mut lines: Vec<String> = routes
        .iter()
        .take(ROUTES_NAMED)
        .map(|(number, count)| {
            format!(
                "順路 {number}：予定 {} ＝ 検針済み {} ＋ 検針不能 {} ＋ 取下げ {} ＋ 未検針 {}",
                count.planned,
                count.read,
                count.no_read,
                count.withdrawn,
                count.remaining()
            )
        })
        .collect();
    if routes.len() > ROUTES_NAMED {
        lines.push(format!("ほか {}本の順路", routes.len() - ROUTES_NAMED));
    }
    lines
}

pub(super) fn not_found() -> Problem {
    Problem::NotFound("検針期または順路がありません。検針の一覧から開き直してください。".to_owned())
}
