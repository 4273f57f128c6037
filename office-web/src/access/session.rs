//! The session (ログイン状態): a cookie with a random token, asked for before every page.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;

use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use backoffice::access::{Origin, Right, SessionToken, Staff, staff_of_session};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::config::Office;
use crate::help;
use crate::problem::Problem;

/// Name of the session cookie. The prefix makes browsers insist on `Secure` and `Path=/`.
pub const COOKIE: &str = "__Host-minamo";

/// Who asks: the member of staff whose session the request carries.
#[derive(Debug, Clone)]
pub struct CurrentStaff {
    staff: Staff,
    /// The chapter of the manual about the page that is asked for.
    pub(crate) help: &'static str,
}

impl CurrentStaff {
    /// Refuses whoever does not hold the right.
    pub fn require(&self, right: Right) -> Result<(), Problem> {
        if self.staff.may(right) { Ok(()) } else { Err(Problem::Forbidden) }
    }
}

impl Deref for CurrentStaff {
    type Target = Staff;

    fn deref(&self) -> &Staff {
        &self.staff
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CurrentStaff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Only a route that was mounted outside `require_staff` has none: a fault of ours.
        parts.extensions.get::<CurrentStaff>().cloned().ok_or_else(|| {
            tracing::error!(path = parts.uri.path(), "a page for staff lies outside the log-in");
            Problem::Internal
        })
    }
}

/// Where a request comes from, as the listener saw it; nowhere when nobody listens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Peer(info.map(|info| info.0.ip().to_canonical())))
    }
}

/// What somebody recognises their session by. Headers that say where a request came from are not
/// believed: anybody can write them.
pub(crate) fn origin_of(peer: Peer, headers: &HeaderMap) -> Origin {
    let browser = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).map(browser_name);
    Origin {
        address: peer.0.map(|address| address.to_string()).unwrap_or_default(),
        browser: browser.unwrap_or_default().to_owned(),
    }
}

/// The browser's name out of the sentence that it sends.
fn browser_name(user_agent: &str) -> &'static str {
    let names =
        [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    names
        .into_iter()
        .find(|(sign, _)| user_agent.contains(sign))
        .map_or("その他のブラウザー", |(_, name)| name)
}

/// Puts the routes behind the log-in.
pub(crate) fn require_staff<S: Clone + Send + Sync + 'static>(
    routes: Router<S>,
    office: &Office,
) -> Router<S> {
    routes.route_layer(axum::middleware::from_fn_with_state(office.clone(), let_staff_pass))
}

async fn let_staff_pass(
    State(office): State<Office>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(staff) = who_asks(&office, request.headers()).await? else {
        return Ok(Redirect::to(&login_address(&request)).into_response());
    };
    let staff = CurrentStaff { help: help::chapter_about(request.uri().path()), ..staff };
    request.extensions_mut().insert(staff.clone());
    let mut response = next.run(request).await;
    // For error pages, which are drawn outside.
    response.extensions_mut().insert(staff);
    Ok(response)
}

/// Who is logged in with the request's cookie, if anybody.
pub(crate) async fn who_asks(
    office: &Office,
    headers: &HeaderMap,
) -> Result<Option<CurrentStaff>, Problem> {
    let Some(token) = token_of(headers) else { return Ok(None) };
    let staff = staff_of_session(&office.backoffice, token, office.now()).await?;
    Ok(staff.map(|staff| CurrentStaff { staff, help: help::CONTENTS }))
}

/// Back to where they wanted to go; a form that was sent is not repeated.
fn login_address(request: &Request) -> String {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    if *request.method() != Method::GET || path == "/" {
        return "/login".to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", path).finish();
    format!("/login?{query}")
}

/// The token that the request's cookie holds, if it has the form of one.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<SessionToken> {
    let jar = CookieJar::from_headers(headers);
    let bytes = URL_SAFE_NO_PAD.decode(jar.get(COOKIE)?.value()).ok()?;
    Some(SessionToken(bytes.try_into().ok()?))
}

/// The cookie of a new session. It ends with the browser, or when the server says so.
pub(crate) fn cookie(token: SessionToken) -> Cookie<'static> {
    cookie_with(URL_SAFE_NO_PAD.encode(token.0))
}

/// Makes the browser forget the session.
pub(crate) fn expired_cookie() -> Cookie<'static> {
    let mut cookie = cookie_with(String::new());
    cookie.make_removal();
    cookie
}

fn cookie_with(value: String) -> Cookie<'static> {
    Cookie::build((COOKIE, value))
        .path("/")
        .http_only(true)
        .secure(true)
        .same_site(SameSite::Strict)
        .build()
}
