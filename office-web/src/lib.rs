//! The office's pages (事務所の画面): server-rendered, usable by keyboard and without JavaScript.
//!
//! One module per area of the trade, with its templates in the folder of the same name. A page is a
//! handler, a struct and a template; handlers ask [`backoffice`] and decide nothing of the trade.

mod access;
mod assets;
mod billing;
mod config;
mod connection;
mod devices;
mod field;
mod form;
mod format;
mod help;
mod jobs;
pub mod layout;
mod metering;
mod papers;
mod problem;
mod reports;
mod security;
mod table_file;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use backoffice::Backoffice;
use backoffice::billing::GoldenWatch;

pub use access::session::{COOKIE, CurrentStaff};
use config::Office;
pub use config::OfficeConfig;
pub use problem::Problem;

/// The longest form that any page sends.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// All pages of the office, from `/` on.
pub fn router(backoffice: Backoffice, config: OfficeConfig) -> Router {
    router_with_nights(backoffice, config, Arc::default())
}

/// The same, showing what the nightly check of the golden rows brought (毎晩の検算).
pub fn router_with_nights(
    backoffice: Backoffice,
    config: OfficeConfig,
    golden: Arc<GoldenWatch>,
) -> Router {
    let office = Office::new(backoffice, config).watched(golden);
    let behind_login = Router::new()
        .merge(reports::routes())
        .merge(connection::routes())
        .merge(metering::routes())
        .merge(billing::routes())
        .merge(devices::routes())
        .merge(field::routes())
        .merge(papers::routes())
        .merge(help::routes())
        .merge(access::routes_behind_login())
        .with_state(office.clone());
    let open = Router::new()
        .merge(access::routes())
        .merge(assets::routes())
        .fallback(problem::no_such_page)
        .with_state(office.clone());
    secured(access::session::require_staff(behind_login, &office).merge(open))
}

/// Puts somebody else's routes behind the office's log-in, headers and error pages. Handlers within
/// take [`CurrentStaff`] to know who asks, and answer with [`layout::page`].
pub fn guarded(routes: Router, backoffice: Backoffice, config: OfficeConfig) -> Router {
    let office = Office::new(backoffice, config);
    secured(access::session::require_staff(routes, &office))
}

fn secured(routes: Router) -> Router {
    routes
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(axum::middleware::from_fn(security::refuse_foreign_origin))
        .layer(axum::middleware::from_fn(problem::render))
        .layer(axum::middleware::from_fn(security::set_headers))
}
