//! All versions of the tariffs (料金表の一覧), as a list and along the years.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::billing::{
    BillingError, GoldenNight, TariffVersion, VersionState, begin_draft, check_golden_rows,
    tariff_versions,
};
use jiff::civil::{Date, date};
use serde::Deserialize;
use shared::calendar::to_unix_days;
use shared::ids::TariffVersionId;

use super::schedule::title;
use super::{Refusal, state_words};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Form;
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/tariff_list.html")]
struct ListPage {
    frame: Frame,
    may_manage: bool,
    rows: Vec<VersionRow>,
    timeline: Timeline,
    golden_rows: usize,
    golden_faults: usize,
    night: Option<GoldenNight>,
    refusal: Option<Refusal>,
    text: String,
}

struct VersionRow {
    id: TariffVersionId,
    name: String,
    code: String,
    claims: String,
    state: (&'static str, &'static str),
    holds_now: bool,
    validity: String,
    /// What was done, and by whom and when.
    last: (&'static str, String),
}

/// Who holds when: a line for each claim and authority.
struct Timeline {
    width: i64,
    height: i64,
    base: i64,
    years: Vec<(i64, String)>,
    today_x: i64,
    lines: Vec<Line>,
}

struct Line {
    title: String,
    y: i64,
    bars: Vec<Bar>,
}

struct Bar {
    x: i64,
    width: i64,
    y: i64,
    label_y: i64,
    class: &'static str,
    label: String,
    title: String,
    address: String,
}

/// `GET /tariffs`.
pub(crate) async fn tariffs(
    State(office): State<Office>,
    staff: CurrentStaff,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    draw(&office, &staff, None, String::new()).await
}

#[derive(Deserialize)]
pub(crate) struct BeginForm {
    text: String,
}

/// `POST /tariffs`: a draft from a text.
pub(crate) async fn begin(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(form): Form<BeginForm>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTariffs)?;
    let text = form.text.replace("\r\n", "\n");
    match begin_draft(&office.backoffice, &text, staff.id, office.now()).await {
        Ok(id) => Ok(Redirect::to(&format!("/tariffs/{id}")).into_response()),
        Err(error @ BillingError::TariffFile(_)) => {
            let mut page = draw(&office, &staff, Some(Refusal::of(&error)?), text).await?;
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
        Err(error) => Err(Problem::of(&error)),
    }
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    refusal: Option<Refusal>,
    text: String,
) -> Result<Response, Problem> {
    let versions = tariff_versions(&office.backoffice).await?;
    let checks = check_golden_rows(&office.backoffice).await?;
    let today = office.today();
    Ok(html(&ListPage {
        frame: Frame::new("料金表", Area::Billing, staff),
        may_manage: staff.may(Right::ManageTariffs),
        rows: versions.iter().map(|version| row(version, today)).collect(),
        timeline: timeline(&versions, today),
        golden_rows: checks.len(),
        golden_faults: checks.iter().filter(|check| check.is_fault()).count(),
        night: office.golden.last(),
        refusal,
        text,
    }))
}

fn row(version: &TariffVersion, today: Date) -> VersionRow {
    let claims: Vec<String> = version.file.tariffs.iter().map(title).collect();
    let last = version.steps.last().map(|step| {
        let who = step.staff.as_ref().map_or("コマンド", |(_, name)| name);
        (step.japanese(), format!("{who} {}", format::minute(step.at)))
    });
    VersionRow {
        id: version.id,
        name: version.file.name.clone(),
        code: version.file.code.clone(),
        claims: claims.join("、"),
        state: state_words(version.state),
        holds_now: version.holds_on(today),
        validity: validity(version),
        last: last.unwrap_or_default(),
    }
}

/// `2019/10/01〜2027/03/31`.
pub(super) fn validity(version: &TariffVersion) -> String {
    let from = format::day(version.file.valid_from);
    let ends: Option<Vec<Date>> = version.placed.iter().map(|placed| placed.before).collect();
    let end = ends.and_then(|ends| ends.into_iter().max()).and_then(|end| end.yesterday().ok());
    let end = end.map(format::day).unwrap_or_default();
    if version.placed.is_empty() {
        format!("{from}から（予定）")
    } else {
        format!("{from}〜{end}")
    }
}

const WIDTH: i64 = 1_100;
const LEFT: i64 = 170;
const ROW: i64 = 44;
const TOP: i64 = 24;
/// For the word under the line of today.
const BOTTOM: i64 = 22;

fn timeline(versions: &[TariffVersion], today: Date) -> Timeline {
    let year = today.year();
    let froms = versions.iter().map(|version| version.file.valid_from.year());
    let first = froms.clone().min().unwrap_or(year).clamp(year - 9, year);
    let last = froms.max().unwrap_or(year).clamp(year, year + 5) + 2;
    let (start, end) = (day(date(first, 1, 1)), day(date(last, 1, 1)));
    let x_of = |at: i64| LEFT + (at.clamp(start, end) - start) * (WIDTH - LEFT) / (end - start);
    let mut titles: Vec<String> = Vec::new();
    for version in versions {
        for tariff in &version.file.tariffs {
            let title = title(tariff);
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
    }
    titles.sort_by_key(|title| !title.starts_with("水道"));
    let lines: Vec<Line> = titles
        .into_iter()
        .zip(0_i64..)
        .map(|(title, place)| {
            let y = TOP + place * ROW;
            let bars = versions.iter().flat_map(|version| bars(version, &title, y, &x_of));
            Line { bars: bars.collect(), title, y: y + 21 }
        })
        .collect();
    Timeline {
        width: WIDTH,
        base: TOP + ROW * i64::try_from(lines.len()).unwrap_or(0),
        height: TOP + ROW * i64::try_from(lines.len()).unwrap_or(0) + BOTTOM,
        years: (first..last)
            .map(|year| (x_of(day(date(year, 1, 1))), format!("{year}年")))
            .collect(),
        today_x: x_of(day(today)),
        lines,
    }
}

fn bars(version: &TariffVersion, of: &str, y: i64, x_of: &impl Fn(i64) -> i64) -> Vec<Bar> {
    let name = &version.file.name;
    let bar = |from: Date, before: Option<Date>, class| {
        let x = x_of(day(from));
        let width = (x_of(before.map_or(i64::MAX, day)) - x - 2).max(4);
        // A Japanese letter of this size is 12 wide; what does not fit stands in the table.
        let fits = usize::try_from(width / 12).unwrap_or(0);
        let label = if name.chars().count() < fits {
            name.clone()
        } else {
            name.chars().take(fits.saturating_sub(2)).chain(['…']).collect()
        };
        Bar {
            x,
            width,
            y: y + 4,
            label_y: y + 22,
            class,
            label: if fits < 5 { String::new() } else { label },
            title: format!("{name} {}", validity(version)),
            address: format!("/tariffs/{}", version.id),
        }
    };
    let matching = version.file.tariffs.iter().filter(|tariff| title(tariff) == of);
    matching
        .filter_map(|tariff| match version.state {
            VersionState::Approved => version
                .placed
                .iter()
                .find(|placed| {
                    placed.claim == tariff.claim
                        && placed.authority == tariff.authority.as_deref().unwrap_or_default()
                })
                .map(|placed| bar(placed.from, placed.before, "approved")),
            VersionState::Draft => Some(bar(tariff.valid_from, None, "draft")),
            VersionState::Withdrawn => None,
        })
        .collect()
}

fn day(date: Date) -> i64 {
    i64::from(to_unix_days(date))
}
