//! The stylesheet and the one script, served from the binary. The address holds a hash of the
//! content, so that a browser may keep a file for a year and still sees every new version at once.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use sha2::{Digest, Sha256};

const STYLESHEET: &str = include_str!("../assets/office.css");
const HELP_STYLESHEET: &str = include_str!("../assets/help.css");
const SCRIPT: &str = include_str!("../assets/office.js");
const ICON: &str = include_str!("../assets/icon.svg");

static STYLESHEET_ADDRESS: LazyLock<String> =
    LazyLock::new(|| address("office", "css", STYLESHEET));
static HELP_STYLESHEET_ADDRESS: LazyLock<String> =
    LazyLock::new(|| address("help", "css", HELP_STYLESHEET));
static SCRIPT_ADDRESS: LazyLock<String> = LazyLock::new(|| address("office", "js", SCRIPT));
static ICON_ADDRESS: LazyLock<String> = LazyLock::new(|| address("icon", "svg", ICON));

pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(&STYLESHEET_ADDRESS, get(async || serve("text/css; charset=utf-8", STYLESHEET)))
        .route(
            &HELP_STYLESHEET_ADDRESS,
            get(async || serve("text/css; charset=utf-8", HELP_STYLESHEET)),
        )
        .route(&SCRIPT_ADDRESS, get(async || serve("text/javascript; charset=utf-8", SCRIPT)))
        .route(&ICON_ADDRESS, get(async || serve("image/svg+xml", ICON)))
}

pub(crate) fn stylesheet_address() -> &'static str {
    &STYLESHEET_ADDRESS
}

pub(crate) fn help_stylesheet_address() -> &'static str {
    &HELP_STYLESHEET_ADDRESS
}

pub(crate) fn script_address() -> &'static str {
    &SCRIPT_ADDRESS
}

pub(crate) fn icon_address() -> &'static str {
    &ICON_ADDRESS
}

/// `/assets/office.1f2e3d4c5b6a7988.css`
fn address(name: &str, extension: &str, content: &str) -> String {
    let hash = Sha256::digest(content.as_bytes());
    let hash = u64::from_be_bytes(hash[..8].try_into().expect("eight of 32 bytes"));
    format!("/assets/{name}.{hash:016x}.{extension}")
}

fn serve(content_type: &'static str, content: &'static str) -> impl IntoResponse {
    (
        [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "public, max-age=31536000, immutable")],
        content,
    )
}
