//! Golden rows (検算行): entered, listed with what comes of them, and withdrawn.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::billing::{
    BillingError, GoldenCheck, GoldenNight, GoldenVerdict, NewGoldenRow, check_golden_rows,
    enter_golden_row, tariffs, use_classes, withdraw_golden_row,
};
use serde::Deserialize;
use shared::billing::Claim;
use shared::connection::{MeterSize, UsageClass};
use shared::ids::GoldenRowId;
use shared::quantity::{CubicMeters, Yen};

use super::Refusal;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Path};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/tariff_golden.html")]
struct GoldenPage {
    frame: Frame,
    may_manage: bool,
    checks: Vec<GoldenCheck>,
    faults: usize,
    night: Option<GoldenNight>,
    form: GoldenForm,
    sizes: Vec<u16>,
    classes: Vec<(String, String)>,
    authorities: Vec<String>,
    refusal: Option<Refusal>,
}

/// As typed.
#[derive(Default, Deserialize)]
pub(crate) struct GoldenForm {
    #[serde(default)]
    size: String,
    #[serde(default)]
    use_class: String,
    #[serde(default)]
    usage: String,
    #[serde(default)]
    months: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    authority: String,
    #[serde(default)]
    water: String,
    #[serde(default)]
    sewerage: String,
    #[serde(default)]
    total: String,
    #[serde(default)]
    source: String,
}

impl GoldenForm {
    fn row(&self) -> Option<NewGoldenRow> {
        let plain = |text: &str| text.trim().replace(',', "");
        let yen = |text: &str| -> Option<Option<Yen>> {
            let text = plain(text);
            if text.is_empty() { Some(None) } else { text.parse().ok().map(|yen| Some(Yen(yen))) }
        };
        Some(NewGoldenRow {
            size: MeterSize::new(self.size.parse().ok()?).ok()?,
            use_class: UsageClass::from_key(&self.use_class)?,
            usage: CubicMeters(plain(&self.usage).parse().ok()?),
            months: self.months.parse().ok()?,
            on: self.on.parse().ok()?,
            authority: self.authority.clone(),
            water: yen(&self.water)?,
            sewerage: yen(&self.sewerage)?,
            total: yen(&self.total)?,
            source: self.source.clone(),
        })
    }
}

/// `GET /golden-rows`.
pub(crate) async fn rows(
    State(office): State<Office>,
    staff: CurrentStaff,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    draw(&office, &staff, GoldenForm::default(), None).await
}

/// `POST /golden-rows`. A row that the tariff of its day disagrees with is kept all the same: that
/// is what it is for.
pub(crate) async fn enter(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(form): Form<GoldenForm>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTariffs)?;
    let entered = match form.row() {
        Some(row) => enter_golden_row(&office.backoffice, &row, staff.id, office.now()).await,
        None => Err(BillingError::GoldenRowIncomplete),
    };
    match entered {
        Ok(_) => Ok(Redirect::to("/golden-rows").into_response()),
        Err(error) => {
            let refusal = Some(Refusal::of(&error)?);
            let mut page = draw(&office, &staff, form, refusal).await?;
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
    }
}

/// `POST /golden-rows/{row}/withdraw`. Withdrawn twice is withdrawn.
pub(crate) async fn withdraw(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(row): Path<GoldenRowId>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTariffs)?;
    match withdraw_golden_row(&office.backoffice, row, staff.id, office.now()).await {
        Ok(()) | Err(BillingError::NoSuchVersion) => {
            Ok(Redirect::to("/golden-rows").into_response())
        }
        Err(error) => Err(Problem::of(&error)),
    }
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    mut form: GoldenForm,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let checks = check_golden_rows(&office.backoffice).await?;
    let classes = use_classes(&office.backoffice).await?;
    let stored = tariffs(&office.backoffice).await?;
    let mut authorities: Vec<String> = stored
        .iter()
        .filter(|stored| stored.tariff.claim == Claim::Sewerage)
        .filter_map(|stored| stored.tariff.authority.clone())
        .collect();
    authorities.sort();
    authorities.dedup();
    if form.on.is_empty() {
        form.on = office.today().to_string();
    }
    Ok(html(&GoldenPage {
        frame: Frame::new("検算行", Area::Billing, staff),
        may_manage: staff.may(Right::ManageTariffs),
        faults: checks.iter().filter(|check| check.is_fault()).count(),
        checks,
        night: office.golden.last(),
        form,
        sizes: MeterSize::ALL_MM.to_vec(),
        classes: classes.into_iter().map(|(class, name)| (class.key().into(), name)).collect(),
        authorities,
        refusal,
    }))
}

/// An amount that the row may not say.
fn amount(yen: Option<&Yen>) -> String {
    yen.map(|yen| yen.grouped()).unwrap_or_default()
}
