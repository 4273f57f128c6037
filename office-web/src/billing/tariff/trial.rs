//! A trial calculation (試し計算) by one version, with its whole explanation.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::billing::TariffVersion;
use jiff::civil::Date;
use serde::Deserialize;
use shared::billing::{
    ChargeError, ChargeInput, Explanation, RowKind, Supply, Tariff, bill_amounts, explain,
};
use shared::connection::{MeterSize, UsageClass};
use shared::ids::TariffVersionId;
use shared::quantity::{CubicMeters, Yen};

use super::schedule::{class_name, title};
use super::{find, state_words};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Path, Query};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/tariff_trial.html")]
struct TrialPage {
    frame: Frame,
    version: TariffVersion,
    state: (&'static str, &'static str),
    asked: Asked,
    sizes: Vec<u16>,
    classes: Vec<(String, String)>,
    explanations: Vec<Explanation>,
    /// Title, code and words of what cannot be computed.
    failures: Vec<(String, &'static str, String)>,
    total: Option<Yen>,
    fault: Option<&'static str>,
}

/// As typed; empty fields are left out of the calculation.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    size: String,
    #[serde(default)]
    use_class: String,
    #[serde(default)]
    usage: String,
    #[serde(default)]
    months: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    dwellings: String,
}

struct Question {
    input: ChargeInput,
    supply: Option<Supply>,
}

impl Asked {
    fn question(&self) -> Result<Question, &'static str> {
        let size = self.size.parse().ok().and_then(|mm| MeterSize::new(mm).ok());
        let size = size.ok_or("口径を選んでください。")?;
        let use_class = UsageClass::from_key(&self.use_class).ok_or("用途を選んでください。")?;
        let usage: u32 =
            self.usage.trim().parse().map_err(|_| "水量を0以上の整数で入れてください。")?;
        let months = self.months.parse().map_err(|_| "月数を選んでください。")?;
        let mut input = ChargeInput::new(size, use_class, CubicMeters(usage), months);
        if !self.dwellings.trim().is_empty() {
            input.dwellings =
                self.dwellings.trim().parse().map_err(|_| "戸数を1以上の整数で入れてください。")?;
        }
        let day = |text: &str| -> Result<Option<Date>, &'static str> {
            if text.is_empty() {
                return Ok(None);
            }
            text.parse().map(Some).map_err(|_| "日付を読み取れません。")
        };
        let supply = match (day(&self.from)?, day(&self.to)?) {
            (Some(from), Some(to)) => Some(Supply { from, to, started_on: None }),
            (None, None) => None,
            _ => return Err("期間は、初日と最終日の両方を入れてください。"),
        };
        Ok(Question { input, supply })
    }
}

impl Question {
    fn input(&self, tariff: &Tariff) -> Result<ChargeInput, ChargeError> {
        let mut input = self.input;
        if let Some(supply) = &self.supply {
            input.days = tariff.partial_days(supply, input.months);
            input.tax_percent = Some(tariff.tax_percent(supply)?);
        } else {
            // Without days, the rate that came last.
            input.tax_percent = tariff.tax.rates.last().map(|rate| rate.percent);
        }
        Ok(input)
    }
}

/// `GET /tariffs/{version}/trial`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<TariffVersionId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let version = find(&office, id).await?;
    let file = &version.file;
    let (mut explanations, mut failures) = (Vec::new(), Vec::new());
    let (mut total, mut fault) = (None, None);
    if !asked.size.is_empty() {
        match asked.question() {
            Err(words) => fault = Some(words),
            Ok(question) => {
                let mut claims = Vec::new();
                for tariff in &file.tariffs {
                    let charged = question
                        .input(tariff)
                        .and_then(|input| Ok((tariff.charge(&input)?, input)));
                    match charged {
                        Ok((charge, input)) => {
                            explanations.push(explain(&charge, tariff));
                            claims.push((tariff, input));
                        }
                        Err(error) => {
                            failures.push((title(tariff), error.code(), error.japanese()));
                        }
                    }
                }
                total = total_of(&claims);
            }
        }
    }
    let mut classes: Vec<UsageClass> = Vec::new();
    for class in file.tariffs.iter().flat_map(Tariff::use_classes) {
        if !classes.contains(class) {
            classes.push(*class);
        }
    }
    let classes = classes.iter().map(|class| (class.key().into(), class_name(file, class).into()));
    Ok(html(&TrialPage {
        frame: Frame::new("試し計算", Area::Billing, &staff),
        state: state_words(version.state),
        sizes: MeterSize::ALL_MM.to_vec(),
        classes: classes.collect(),
        asked,
        explanations,
        failures,
        total,
        fault,
        version,
    }))
}

/// Of one bill: water and one authority's sewerage; of several authorities there is no one total.
fn total_of(claims: &[(&Tariff, ChargeInput)]) -> Option<Yen> {
    let [first, second] = claims else { return None };
    if first.0.claim == second.0.claim {
        return None;
    }
    let amounts = bill_amounts(&[(first.0, &first.1), (second.0, &second.1)]).ok()?;
    Some(amounts.iter().map(|amounts| amounts.amount).sum())
}
