//! `/remarks`: the master of remark codes (検針の備考コード), in versions.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::metering::{
    MasterMistake, NewRemarkTable, RemarkLine, RemarkTableVersion, enter_remarks, remark_lines,
    remark_tables, used_remark_codes,
};
use jiff::civil::Date;
use shared::metering::{FollowUp, Remark};

use super::Refusal;
use super::masters::{Said, Sheet, Typed, mistakes_of};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Form;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

/// Empty lines at the end for new codes.
const NEW_LINES: usize = 2;
/// No form has more lines: there are 100 codes.
const LINES_MAX: usize = 102;

/// The flags with their labels, in the order of the table.
const FLAGS: [(&str, &str); 5] = [
    ("reads", "読取"),
    ("estimate", "認定"),
    ("revisit", "再訪"),
    ("photo", "要写真"),
    ("prints", "印字"),
];

#[derive(Template)]
#[template(path = "field/remarks.html")]
struct RemarksPage {
    frame: Frame,
    sheet: Sheet,
    said: Vec<Said>,
    rows: usize,
    used: BTreeSet<String>,
    versions: Vec<RemarkTableVersion>,
    /// The version that holds today; none for the seed.
    current: Option<i64>,
}

impl RemarksPage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    fn at(&self, row: &usize, part: &str) -> &str {
        self.sheet.value(&format!("row-{row}-{part}"))
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    fn is_current(&self, version: &i64) -> bool {
        self.current == Some(*version)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    fn is_set(&self, row: &usize, part: &str) -> bool {
        self.sheet.is_checked(&format!("row-{row}-{part}"))
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    fn is_wrong(&self, row: &usize) -> bool {
        let code = self.at(row, "code");
        !code.is_empty() && self.sheet.is_wrong(&format!("code-{}", code.trim_start_matches('0')))
            || code.trim_matches('0').is_empty()
                && !code.is_empty()
                && self.sheet.is_wrong("code-0")
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    fn is_used(&self, row: &usize) -> bool {
        self.used.contains(self.at(row, "code"))
    }
}

/// `GET /remarks`.
pub(super) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let lines = remark_lines(&office.backoffice, office.today()).await?;
    let mut sheet = Sheet::default();
    for (row, line) in lines.iter().enumerate() {
        fill(&mut sheet, row, line);
    }
    sheet.set("valid_from", office.today());
    draw(&office, &staff, sheet, lines.len() + NEW_LINES).await
}

fn fill(sheet: &mut Sheet, row: usize, line: &RemarkLine) {
    let remark = &line.remark;
    let name = |part: &str| format!("row-{row}-{part}");
    sheet.set(name("order"), (row + 1) * 10);
    sheet.set(name("code"), format!("{:02}", remark.code));
    sheet.set(name("name"), &remark.name);
    let flags = [remark.reads, remark.may_estimate, remark.revisit, remark.photo, remark.prints];
    for ((part, _), is_set) in FLAGS.iter().zip(flags) {
        sheet.check(name(part), is_set);
    }
    sheet.set(name("follow_up"), remark.follow_up.key());
    sheet.set(name("from"), line.valid_from.map_or_else(String::new, |day| day.to_string()));
    sheet.set(name("until"), line.valid_until.map_or_else(String::new, |day| day.to_string()));
}

/// `POST /remarks`: a new version of the whole table, or the same page with what is wrong.
pub(super) async fn enter(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let mut sheet = Sheet { values: typed, mistakes: Vec::new() };
    let rows = (0..LINES_MAX)
        .take_while(|row| sheet.values.contains_key(&format!("row-{row}-name")))
        .count();
    let new = read(&mut sheet, rows);
    if sheet.mistakes.is_empty() {
        let (by, at, today) = (staff.id, office.now(), office.today());
        match enter_remarks(&office.backoffice, &new, by, at, today).await {
            Ok(version) => {
                tracing::info!(staff.id = by.0, version, "remarks entered");
                return Ok(Redirect::to("/remarks").into_response());
            }
            Err(error) => sheet.mistakes = mistakes_of(error)?,
        }
    }
    Ok(Refusal::on(draw(&office, &staff, sheet, rows).await?))
}

fn read(sheet: &mut Sheet, rows: usize) -> NewRemarkTable {
    let valid_from = day(sheet, "valid_from", "valid_from").unwrap_or(Date::MAX);
    let mut lines: Vec<(u32, RemarkLine)> = Vec::with_capacity(rows);
    for row in 0..rows {
        let name = |part: &str| format!("row-{row}-{part}");
        let is_empty = ["code", "name"].iter().all(|part| sheet.value(&name(part)).is_empty());
        if is_empty || sheet.is_checked(&name("remove")) {
            continue;
        }
        let field = format!("code-{}", sheet.value(&name("code")));
        let code = sheet.number(&name("code"), &field);
        if sheet.value(&name("code")).is_empty() {
            sheet.mistakes.push((field, MasterMistake::OutOfRange));
        }
        let field = format!("code-{code}");
        let flag = |part: &str| sheet.is_checked(&name(part));
        let remark = Remark {
            code,
            name: sheet.value(&name("name")).to_owned(),
            reads: flag("reads"),
            may_estimate: flag("estimate"),
            revisit: flag("revisit"),
            photo: flag("photo"),
            prints: flag("prints"),
            follow_up: FollowUp::from_key(sheet.value(&name("follow_up")))
                .unwrap_or(FollowUp::None),
        };
        let valid_from = day(sheet, &name("from"), &field);
        let valid_until = day(sheet, &name("until"), &field);
        let order = sheet.number(&name("order"), &field);
        lines.push((order, RemarkLine { remark, valid_from, valid_until }));
    }
    // Lines with the same number stay as they stood.
    lines.sort_by_key(|(order, _)| *order);
    let reason = sheet.value("reason").to_owned();
    NewRemarkTable { valid_from, lines: lines.into_iter().map(|(_, line)| line).collect(), reason }
}

/// The day in a field, or none for an empty one; anything else is a mistake of `field`.
fn day(sheet: &mut Sheet, name: &str, field: &str) -> Option<Date> {
    let text = sheet.value(name);
    if text.is_empty() {
        return None;
    }
    let day = text.parse().ok();
    if day.is_none() {
        sheet.mistakes.push((field.to_owned(), MasterMistake::OutOfRange));
    }
    day
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    sheet: Sheet,
    rows: usize,
) -> Result<Response, Problem> {
    let versions = remark_tables(&office.backoffice).await?;
    let today = office.today();
    let used = used_remark_codes(&office.backoffice).await?;
    Ok(html(&RemarksPage {
        frame: Frame::new("検針の備考コード", Area::Metering, staff),
        said: sheet.said(label),
        rows,
        used: used.into_iter().map(|code| format!("{code:02}")).collect(),
        current: versions.iter().find(|table| table.valid_from <= today).map(|table| table.version),
        sheet,
        versions,
    }))
}

fn label(field: &str) -> String {
    match field.strip_prefix("code-") {
        Some("") => "コードのない行".to_owned(),
        Some(code) => format!("コード {code:0>2}"),
        None if field == "valid_from" => "適用開始日".to_owned(),
        None if field == "reason" => "変更の理由".to_owned(),
        None => "備考の表".to_owned(),
    }
}
