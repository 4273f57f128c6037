//! Help (ヘルプ): the manual of `docs/manual`, served behind the log-in with search, and the way from
//! each page to its chapter.

pub(crate) mod book;
mod markup;
mod pages;
pub(crate) mod search;
pub(crate) mod sources;

use axum::Router;
use axum::routing::get;

use crate::config::Office;
use crate::problem::wrong_method;

pub(crate) fn routes() -> Router<Office> {
    Router::new()
        .route("/help", get(pages::contents).fallback(wrong_method))
        .route("/help/pictures/{folder}/{picture}", get(pages::picture).fallback(wrong_method))
        .route("/help/{part}/{chapter}", get(pages::chapter).fallback(wrong_method))
}

/// Where the ？ of pages leads that belong to no chapter.
pub(crate) const CONTENTS: &str = "/help";

/// Beginnings of addresses and the chapter that tells of them, the more exact ones first. `*` stands for
/// one part of an address.
const CHAPTERS: [(&str, &str); 31] = [
    ("/connections/*/terms", "/help/office/terms"),
    ("/connections/*/field", "/help/office/field-work"),
    ("/connections", "/help/office/connections"),
    ("/rounds/*/estimates", "/help/office/estimates"),
    ("/rounds/*/billing-run", "/help/office/billing"),
    ("/rounds/*/assessments.csv", "/help/office/billing"),
    ("/rounds", "/help/office/rounds"),
    ("/estimates", "/help/office/estimates"),
    ("/assessments", "/help/office/billing"),
    ("/billing-runs", "/help/office/billing"),
    ("/bills", "/help/office/billing"),
    ("/settlements", "/help/office/estimates"),
    ("/corrections", "/help/office/corrections"),
    ("/leak-adjustments", "/help/office/leak-adjustments"),
    ("/tariffs", "/help/office/tariffs"),
    ("/golden-rows", "/help/office/tariffs"),
    ("/tariff-lab", "/help/office/lab"),
    ("/devices", "/help/office/devices"),
    ("/field-work", "/help/office/field-work"),
    ("/photos", "/help/office/field-work"),
    ("/field-settings", "/help/office/settings"),
    ("/follow-ups", "/help/office/settings"),
    ("/follow-ups.csv", "/help/office/settings"),
    ("/papers", "/help/office/settings"),
    ("/remarks", "/help/office/settings"),
    ("/screening", "/help/office/settings"),
    ("/screening.csv", "/help/office/settings"),
    ("/practice", "/help/office/practice"),
    ("/account", "/help/office/account"),
    ("/logout", "/help/office/account"),
    ("/help", CONTENTS),
];

/// The chapter about the page at this address.
pub(crate) fn chapter_about(path: &str) -> &'static str {
    if path == "/" {
        return "/help/office/home";
    }
    let known = CHAPTERS.iter().find(|(beginning, _)| begins_with(path, beginning));
    known.map_or(CONTENTS, |(_, chapter)| chapter)
}

fn begins_with(path: &str, beginning: &str) -> bool {
    let mut parts = path.split('/');
    beginning
        .split('/')
        .all(|wanted| parts.next().is_some_and(|part| wanted == "*" || wanted == part))
}
