//! Leak adjustments (漏水減免): computed on a page, proposed, and decided by a second person.

mod form;
mod list;
mod proposal;
mod trial;

use axum::Router;
use axum::routing::{get, post};
use backoffice::billing::LeakRefusal;
use shared::billing::leak_adjustment::{ClaimAdjustment, LeakAdjustment};

use crate::config::Office;
use crate::problem::{Problem, wrong_method};

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route(
            "/leak-adjustments",
            get(list::proposals).post(trial::propose).fallback(wrong_method),
        )
        .route("/leak-adjustments/new", get(trial::show).fallback(wrong_method))
        .route("/leak-adjustments/{id}", get(proposal::show).fallback(wrong_method))
        .route("/leak-adjustments/{id}/json", get(proposal::json).fallback(wrong_method))
        .route("/leak-adjustments/{id}/decision", post(proposal::decide).fallback(wrong_method))
}

/// Why something was not done, with the code to read out.
struct Refusal {
    code: &'static str,
    text: &'static str,
    details: Option<String>,
}

impl Refusal {
    /// What the page says; what nobody on the page can mend becomes an error page.
    fn of(error: &LeakRefusal) -> Result<Refusal, Problem> {
        match error {
            LeakRefusal::Database(_) | LeakRefusal::Unreadable(_) => Err(Problem::of(error)),
            _ => {
                let code = error.code();
                tracing::info!(code, %error, "leak adjustment refused");
                Ok(Refusal {
                    code,
                    text: backoffice::codes::japanese(code).unwrap_or("受け付けられませんでした。"),
                    details: error.details_ja(),
                })
            }
        }
    }

    fn of_input(text: &'static str) -> Refusal {
        Refusal { code: "W05", text, details: None }
    }
}

/// The computation as the page shows it, water and sewerage apart.
struct ResultView {
    rule_name: String,
    rule_source: String,
    reason: String,
    metered_m3: u32,
    standard_m3: u32,
    standard: Vec<String>,
    claims: Vec<ClaimView>,
    difference: String,
}

struct ClaimView {
    title: &'static str,
    bands: Vec<[String; 4]>,
    exact: String,
    rounding: String,
    /// Empty where the charge itself is reduced.
    reduced: String,
    billed_m3: u32,
    before: String,
    after: String,
    difference: String,
    tariff: String,
    lines: Vec<String>,
}

impl ResultView {
    fn of(result: &LeakAdjustment) -> ResultView {
        ResultView {
            rule_name: result.rule_name.clone(),
            rule_source: result.source.clone(),
            reason: result.reason.clone(),
            metered_m3: result.claims.first().map_or(0, |claim| claim.metered.0),
            standard_m3: result.standard.volume.0,
            standard: result.standard.japanese(),
            claims: result.claims.iter().map(ClaimView::of).collect(),
            difference: result.difference().grouped(),
        }
    }
}

impl ClaimView {
    fn of(claim: &ClaimAdjustment) -> ClaimView {
        use shared::billing::leak_adjustment::ReductionBasis;
        let reduction = &claim.reduction;
        let bands = reduction.bands.iter().map(|band| {
            [
                format!("{}m³を超え{}m³まで", band.from, band.to),
                (band.to - band.from).to_string(),
                band.share.to_string(),
                band.reduced.to_string(),
            ]
        });
        ClaimView {
            title: claim.claim.japanese(),
            bands: bands.collect(),
            exact: reduction.exact.to_string(),
            rounding: reduction.rounding.japanese(),
            reduced: match reduction.basis {
                ReductionBasis::Volume => reduction.volume.0.to_string(),
                ReductionBasis::Charge => String::new(),
            },
            billed_m3: claim.billed.0,
            before: claim.before.grouped(),
            after: claim.after.grouped(),
            difference: claim.difference().grouped(),
            tariff: claim.tariff.clone(),
            lines: claim.japanese(),
        }
    }
}
