//! Devices (ハンディ端末): which terminals there are, when they were last in touch, what is held back.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use backoffice::access::Right;
use backoffice::devices::{DeviceSummary, QuarantinedEntry, devices as all_devices, quarantined};

use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::layout::{Area, Frame, html};
use crate::problem::{Problem, wrong_method};

pub(crate) fn routes() -> Router<Office> {
    Router::new().route("/devices", get(devices).fallback(wrong_method))
}

#[derive(Template)]
#[template(path = "devices/devices.html")]
struct DevicesPage {
    frame: Frame,
    devices: Vec<DeviceSummary>,
    quarantined: Vec<QuarantinedEntry>,
}

/// `GET /devices`.
async fn devices(State(office): State<Office>, staff: CurrentStaff) -> Result<Response, Problem> {
    staff.require(Right::ViewMetering)?;
    Ok(html(&DevicesPage {
        frame: Frame::new("ハンディ端末", Area::Devices, &staff),
        devices: all_devices(&office.backoffice).await?,
        quarantined: quarantined(&office.backoffice).await?,
    }))
}
