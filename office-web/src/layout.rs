//! The frame around every page (画面の枠): menu, search box, who is logged in, and the wave.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use backoffice::access::Right;

use crate::access::session::CurrentStaff;

/// An area of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Today's work (ホーム).
    Home,
    /// 水栓・使用者.
    Connection,
    /// 検針.
    Metering,
    /// 調定・請求.
    Billing,
    /// ハンディ端末.
    Devices,
    /// 操作練習.
    Practice,
    /// ヘルプ.
    Help,
    /// Pages that belong to none, such as errors.
    None,
}

/// Everything but the page's own content.
pub struct Frame {
    pub(crate) title: String,
    pub(crate) menu: Vec<MenuItem>,
    pub(crate) staff_name: Option<String>,
    pub(crate) can_search: bool,
    /// The chapter about this page.
    pub(crate) help: &'static str,
    pub(crate) is_help: bool,
}

pub(crate) struct MenuItem {
    pub address: &'static str,
    pub label: &'static str,
    pub is_active: bool,
}

/// The menu in its order, with the right that each area asks for.
const MENU: [(Area, &str, &str, Option<Right>); 6] = [
    (Area::Home, "/", "ホーム", None),
    (Area::Connection, "/connections", "水栓・使用者", Some(Right::ViewConnections)),
    (Area::Metering, "/rounds", "検針", Some(Right::ViewMetering)),
    (Area::Billing, "/assessments", "調定・請求", Some(Right::ViewBilling)),
    (Area::Devices, "/devices", "ハンディ端末", Some(Right::ViewMetering)),
    (Area::Practice, "/practice", "操作練習", Some(Right::Practise)),
];

impl Frame {
    /// The frame for somebody who is logged in; the menu shows what they may use.
    pub fn new(title: impl Into<String>, active: Area, staff: &CurrentStaff) -> Frame {
        let menu = MENU
            .into_iter()
            .filter(|(_, _, _, right)| right.is_none_or(|right| staff.may(right)))
            .map(|(area, address, label, _)| MenuItem { address, label, is_active: area == active })
            .collect();
        Frame {
            title: title.into(),
            menu,
            staff_name: Some(staff.display_name.clone()),
            can_search: staff.may(Right::ViewConnections),
            help: staff.help,
            is_help: active == Area::Help,
        }
    }

    /// The frame before log-in.
    pub(crate) fn without_staff(title: impl Into<String>) -> Frame {
        Frame {
            title: title.into(),
            menu: Vec::new(),
            staff_name: None,
            can_search: false,
            help: crate::help::CONTENTS,
            is_help: false,
        }
    }

    /// For pages that have a search box of their own: two of them would only confuse.
    pub(crate) fn without_search(mut self) -> Frame {
        self.can_search = false;
        self
    }
}

#[derive(Template)]
#[template(path = "page.html")]
struct BarePage<'a> {
    frame: &'a Frame,
    body_html: &'a str,
    scripts: &'a [&'a str],
}

/// A whole page around finished HTML, for routes that live outside this crate. `body_html` is put
/// in as it is: escape what comes from people. `scripts` are addresses on this server.
pub fn page(
    title: &str,
    active: Area,
    staff: &CurrentStaff,
    body_html: &str,
    scripts: &[&str],
) -> Response {
    html(&BarePage { frame: &Frame::new(title, active, staff), body_html, scripts })
}

/// Draws a template. Writing into memory fails only when a template's own code does.
pub(crate) fn html(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
