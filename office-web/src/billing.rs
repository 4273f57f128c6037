//! Billing (調定・請求): assessments with their explanation, bills, and the run that makes them.

mod assessment;
mod assessment_file;
mod assessment_list;
mod bill;
mod correction;
mod estimate;
mod lab;
mod leak_adjustment;
mod run;
mod run_result;
mod sums;
mod tariff;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::config::Office;
use crate::problem::wrong_method;

use assessment_list::usual_due_date;
pub(crate) use run::{RunRow, last_run};

pub(crate) fn routes() -> Router<Office> {
    Router::new()
        .merge(tariff::routes())
        .merge(leak_adjustment::routes())
        .merge(correction::routes())
        .merge(estimate::routes())
        .route("/assessments", get(assessment_list::assessments).fallback(wrong_method))
        .route("/rounds/{round}/billing-run", post(run::run).fallback(wrong_method))
        .route("/billing-runs/{run}", get(run::show).fallback(wrong_method))
        .route("/billing-runs/{run}/cancel", post(run::cancel).fallback(wrong_method))
        .route(
            "/tariff-lab",
            get(lab::show_form)
                .post(lab::start)
                .layer(DefaultBodyLimit::max(lab::BODY_BYTES_MAX))
                .fallback(wrong_method),
        )
        .route("/tariff-lab/{trial}", get(lab::show).fallback(wrong_method))
        .route("/tariff-lab/{trial}/cancel", post(lab::cancel).fallback(wrong_method))
        .route("/rounds/{round}/assessments.csv", get(assessment_file::assessments))
        .route("/assessments/{assessment}", get(assessment::assessment).fallback(wrong_method))
        .route("/bills/{bill}", get(bill::bill).fallback(wrong_method))
}
