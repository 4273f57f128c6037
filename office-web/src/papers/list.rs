//! `/papers`: every paper with its version in use, and the pictures.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use backoffice::access::Right;
use backoffice::metering::{PaperLayout, paper_layouts};
use jiff::civil::Date;
use shared::paper::{PaperKind, Template, sample};

use super::kind_of;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(askama::Template)]
#[template(path = "papers/list.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
}

struct Row {
    kind: PaperKind,
    in_use: Option<PaperLayout>,
    drafts: usize,
}

/// `GET /papers`.
pub(super) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let all = paper_layouts(&office.backoffice).await?;
    let row = |kind: &PaperKind| Row {
        kind: *kind,
        in_use: in_use(&all, *kind, office.today()).cloned(),
        drafts: all.iter().filter(|one| one.kind == *kind && one.approved.is_none()).count(),
    };
    let rows = PaperKind::ALL.iter().map(row).collect();
    Ok(html(&ListPage { frame: Frame::new("帳票の様式", Area::Metering, &staff), rows }))
}

/// The version that terminals get on a day; none for the built-in one.
pub(super) fn in_use(all: &[PaperLayout], kind: PaperKind, on: Date) -> Option<&PaperLayout> {
    let begun = all.iter().filter_map(|one| {
        let (from, _) = one.approved.as_ref().filter(|_| one.kind == kind)?;
        (*from <= on).then_some((*from, one.version, one))
    });
    begun.max_by_key(|(from, version, _)| (*from, *version)).map(|(_, _, one)| one)
}

/// `GET /papers/{kind}/{version}/{width}`: the paper as the terminal prints it; version 0 is built in.
pub(super) async fn picture(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path((kind, version, width)): Path<(String, i64, String)>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let kind = kind_of(&kind)?;
    let missing = || Problem::NotFound("その版の見本はありません。".to_owned());
    let dots = match width.as_str() {
        "58.png" => 384,
        "80.png" => 576,
        _ => return Err(missing()),
    };
    let template = if version == 0 {
        Template::built_in(kind)
    } else {
        let all = paper_layouts(&office.backoffice).await?;
        let stored = all.iter().find(|one| one.version == version && one.kind == kind);
        Template::parse(kind, &stored.ok_or_else(missing)?.text).map_err(|_| missing())?
    };
    let png = press::draw_by(&template, &sample(kind), dots).raster.with_margin(16).to_png();
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}
