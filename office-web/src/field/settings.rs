//! `/field-settings`: how terminals are used (検針の設定), in versions.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::devices::devices;
use backoffice::metering::{
    FieldSettingVersion, enter_field_setting, field_setting, field_settings, sewerage_authorities,
};
use shared::calendar::DayRule;

use super::Refusal;
use super::masters::{Said, Sheet, Typed, mistakes_of};
use super::settings_form::{fill, read};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Form;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "field/settings.html")]
struct SettingsPage {
    frame: Frame,
    sheet: Sheet,
    said: Vec<Said>,
    authorities: Vec<String>,
    devices: Vec<String>,
    versions: Vec<FieldSettingVersion>,
    /// The version that holds today.
    current: Option<i64>,
}

impl SettingsPage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    fn at(&self, list: &str, row: &usize, part: &str) -> &str {
        self.sheet.value(&format!("{list}-{row}-{part}"))
    }

    fn rule_part(&self, name: &str, part: &str) -> &str {
        self.sheet.value(&format!("{name}_{part}"))
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    fn is_current(&self, version: &i64) -> bool {
        self.current == Some(*version)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    fn is_wrong_row(&self, list: &str, row: &usize) -> bool {
        self.sheet.is_wrong(&format!("{list}-{row}"))
    }
}

/// `納付期限`の欄 in a list of versions.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
fn rule_japanese(rule: &DayRule) -> String {
    match rule {
        DayRule::Untold => "載せない".to_owned(),
        DayRule::DaysAfter(days) => format!("検針日の{days}日後"),
        DayRule::DayOfNextMonth(31) => "翌月末日".to_owned(),
        DayRule::DayOfNextMonth(day) => format!("翌月{day}日"),
    }
}

/// `GET /field-settings`.
pub(super) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let (authorities, codes) = rows(&office).await?;
    let setting = field_setting(&office.backoffice, office.today()).await?;
    let mut sheet = fill(&setting, &authorities, &codes);
    sheet.set("valid_from", office.today());
    draw(&office, &staff, sheet).await
}

/// What the page has a row for: sewerage bodies, and terminals in use.
async fn rows(office: &Office) -> Result<(Vec<String>, Vec<String>), Problem> {
    let mut authorities = sewerage_authorities(&office.backoffice).await?;
    if authorities.is_empty() {
        authorities.push(String::new());
    }
    let known = devices(&office.backoffice).await?.into_iter();
    let codes = known.filter(|device| device.revoked_at.is_none()).map(|device| device.code);
    Ok((authorities, codes.collect()))
}

/// `POST /field-settings`: a new version, or the same page with what is wrong.
pub(super) async fn enter(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let (authorities, codes) = rows(&office).await?;
    let mut sheet = Sheet { values: typed, mistakes: Vec::new() };
    let (new, places) = read(&mut sheet, &authorities, &codes);
    if sheet.mistakes.is_empty() {
        let (by, at, today) = (staff.id, office.now(), office.today());
        match enter_field_setting(&office.backoffice, &new, by, at, today).await {
            Ok(version) => {
                tracing::info!(staff.id = by.0, version, "field settings entered");
                return Ok(Redirect::to("/field-settings").into_response());
            }
            Err(error) => {
                let mistakes = mistakes_of(error)?.into_iter();
                sheet.mistakes = mistakes
                    .map(|(field, mistake)| (places.get(&field).cloned().unwrap_or(field), mistake))
                    .collect();
            }
        }
    }
    Ok(Refusal::on(draw(&office, &staff, sheet).await?))
}

async fn draw(office: &Office, staff: &CurrentStaff, sheet: Sheet) -> Result<Response, Problem> {
    let (authorities, devices) = rows(office).await?;
    let versions = field_settings(&office.backoffice).await?;
    let today = office.today();
    let current = versions.iter().find(|version| version.valid_from <= today);
    Ok(html(&SettingsPage {
        frame: Frame::new("検針の設定", Area::Metering, staff),
        said: sheet.said(|field| label(field, &authorities, &devices)),
        current: current.map(|version| version.id),
        sheet,
        authorities,
        devices,
        versions,
    }))
}

fn label(field: &str, authorities: &[String], devices: &[String]) -> String {
    let row = |prefix: &str| field.strip_prefix(prefix).and_then(|row| row.parse::<usize>().ok());
    if let Some(authority) = row("issuer-").and_then(|row| authorities.get(row)) {
        return format!("下水道使用料の発行者（{}）", authority_name(authority));
    }
    if let Some(device) = row("range-").and_then(|row| devices.get(row)) {
        return format!("領収書番号（端末 {device}）");
    }
    let label = match field {
        "cash_limit" => "現地で持ち歩ける現金",
        "photo_percent" => "抜取り写真",
        "due" => "納付期限",
        "debit" => "振替予定日",
        "kept_days" => "検針データを端末で見られる日数",
        "lock_minutes" => "自動ロックまでの時間",
        "contact" => "問合せ先",
        "valid_from" => "適用開始日",
        _ => "変更の理由",
    };
    label.to_owned()
}

fn authority_name(authority: &str) -> &str {
    if authority.is_empty() { "この事業体の下水道" } else { authority }
}
