//! `/screening`: limits are tried on a round of the past before one goes out (判定値の試算).

mod chart;
mod form;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::metering::{
    LimitSet, LimitsRefusal, PastRound, Round, add_limit_set, choose_limits, limit_sets,
    past_round, rounds, set_of_round,
};
use shared::ids::RoundId;
use shared::metering::{BackTest, Finding, ScreeningLimits, Trial};

use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Query};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;
use crate::table_file::TableFile;
use chart::Curve;
use form::Typed;

/// Levels of "high" that the curve is drawn for.
const LEVELS: std::ops::RangeInclusive<u16> = 120..=400;
const LEVEL_STEP: usize = 20;

#[derive(Template)]
#[template(path = "metering/screening.html")]
struct ScreeningPage {
    frame: Frame,
    /// Closed rounds, the newest first.
    past: Vec<Round>,
    tried_on: Option<Round>,
    /// Rounds that are still open, with the set that they go by.
    open: Vec<(Round, LimitSet)>,
    sets: Vec<LimitSet>,
    typed: Typed,
    compared: Option<Compared>,
    refusal: Option<(&'static str, String)>,
    may_manage: bool,
}

/// The set of now beside the one that is tried.
struct Compared {
    names: [String; 2],
    trials: [Trial; 2],
    /// Finding and how often, by both.
    findings: Vec<(&'static str, [u64; 2])>,
    curve: Curve,
}

/// `GET /screening`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Query(typed): Query<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    Ok(html(&page(&office, &staff, typed, None).await?))
}

/// `GET /screening.csv`: the figures of both.
pub(crate) async fn file(
    State(office): State<Office>,
    staff: CurrentStaff,
    Query(typed): Query<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let page = page(&office, &staff, typed, None).await?;
    let Some(compared) = page.compared else { return Err(Problem::NoSuchPage) };
    let [now, tried] = &compared.names;
    let mut file = TableFile::new(&["項目", now.as_str(), tried.as_str()]);
    for (name, figures) in compared.rows() {
        file.row(&[name, figures[0].clone(), figures[1].clone()]);
    }
    for (finding, counts) in &compared.findings {
        file.row(&[(*finding).to_owned(), counts[0].to_string(), counts[1].to_string()]);
    }
    for point in &compared.curve.points {
        let level = format!("「多い」を{}％にしたときの1人1日あたり", point.percent);
        file.row(&[level, String::new(), hundredths(point.per_day_hundredths)]);
    }
    Ok(file.download("screening.csv"))
}

/// `POST /screening`: the tried limits become a set.
pub(crate) async fn save(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(mut typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    typed.fill(&ScreeningLimits::STANDARD);
    let done = match typed.limits() {
        Ok(limits) => {
            add_limit_set(&office.backoffice, &typed.name, limits, staff.id, office.now()).await
        }
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(_) => Ok(Redirect::to("/screening#sets").into_response()),
        Err(error) => refused(&office, &staff, typed, &error).await,
    }
}

/// `POST /screening/choose`: the set of a round that is not on its way yet.
pub(crate) async fn choose(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let done = match (typed.round.trim().parse(), typed.set.trim().parse()) {
        (Ok(round), Ok(set)) => {
            let (round, at) = (RoundId(round), office.now());
            choose_limits(&office.backoffice, round, set, staff.id, at).await
        }
        _ => Err(LimitsRefusal::NotFound),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/screening#sets").into_response()),
        // The round of the choice is no round to try on.
        Err(error) => refused(&office, &staff, Typed::default(), &error).await,
    }
}

async fn refused(
    office: &Office,
    staff: &CurrentStaff,
    typed: Typed,
    error: &LimitsRefusal,
) -> Result<Response, Problem> {
    if let LimitsRefusal::Database(_) = error {
        return Err(Problem::of(error));
    }
    let words = backoffice::codes::japanese(error.code()).unwrap_or_default().to_owned();
    let page = page(office, staff, typed, Some((error.code(), words))).await?;
    let mut response = html(&page);
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

async fn page(
    office: &Office,
    staff: &CurrentStaff,
    mut typed: Typed,
    refusal: Option<(&'static str, String)>,
) -> Result<ScreeningPage, Problem> {
    let backoffice = &office.backoffice;
    let (open, past): (Vec<Round>, Vec<Round>) =
        rounds(backoffice).await?.into_iter().partition(Round::is_open);
    let asked = typed.round.trim().parse().ok().map(RoundId);
    let place = past.iter().position(|round| Some(round.id) == asked).unwrap_or(0);
    let tried_on = past.get(place).cloned();
    let mut with_sets = Vec::with_capacity(open.len());
    for round in open {
        let set = set_of_round(&backoffice.pool, backoffice.utility, round.id).await?;
        with_sets.push((round, set));
    }
    let now = with_sets.first().map_or_else(LimitSet::standard, |(_, set)| set.clone());
    typed.fill(&now.limits);
    let (mut compared, mut refusal) = (None, refusal);
    match (&tried_on, typed.limits()) {
        (Some(round), Ok(tried)) => {
            let past = past_round(backoffice, round.id).await?;
            // Trying a set for each level takes long enough to hold up the others on this thread.
            compared =
                Some(tokio::task::spawn_blocking(move || compare(&past, &now, tried)).await?);
        }
        (_, Err(error)) => {
            let code = LimitsRefusal::from(error).code();
            let words = backoffice::codes::japanese(code).unwrap_or_default().to_owned();
            refusal = refusal.or(Some((code, words)));
        }
        (None, Ok(_)) => {}
    }
    Ok(ScreeningPage {
        frame: Frame::new("判定値の試算", Area::Metering, staff),
        past,
        tried_on,
        open: with_sets,
        sets: limit_sets(backoffice).await?,
        typed,
        compared,
        refusal,
        may_manage: staff.may(Right::ManageRounds),
    })
}

fn tried(past: &PastRound, limits: ScreeningLimits) -> Trial {
    let mut test = BackTest::default();
    for (reading, dwellings) in &past.readings {
        let norm_m3 = limits.norm_m3.saturating_mul(*dwellings);
        test.add(reading, ScreeningLimits { norm_m3, ..limits });
    }
    test.trial()
}

fn compare(past: &PastRound, now: &LimitSet, limits: ScreeningLimits) -> Compared {
    let trials = [tried(past, now.limits), tried(past, limits)];
    let count = |trial: &Trial, code: u8| {
        trial.by_code.iter().find(|(known, _)| *known == code).map_or(0, |(_, count)| *count)
    };
    let findings = (1..=Finding::LAST_CODE).filter_map(|code| {
        let counts = [count(&trials[0], code), count(&trials[1], code)];
        let name = Finding::japanese_of_code(code)?;
        (counts != [0, 0]).then_some((name, counts))
    });
    let findings = findings.collect();
    let levels = LEVELS.step_by(LEVEL_STEP).map(|high_percent| {
        let very_high_percent = limits.very_high_percent.max(high_percent);
        let limits = ScreeningLimits { high_percent, very_high_percent, ..limits };
        (high_percent, tried(past, limits))
    });
    let curve = chart::draw(&levels.collect::<Vec<_>>(), limits.high_percent);
    let names = [format!("いまの判定値（{}）", now.name), "試す判定値".to_owned()];
    Compared { names, trials, findings, curve }
}

impl Compared {
    /// Names and figures of both.
    fn rows(&self) -> Vec<(String, [String; 2])> {
        let row = |name: &str, figure: &dyn Fn(&Trial) -> String| {
            (name.to_owned(), [figure(&self.trials[0]), figure(&self.trials[1])])
        };
        let number = |value: u64| crate::format::number(value);
        vec![
            row("検針", &|trial| number(trial.readings)),
            row("確認を求める検針", &|trial| number(trial.alarms)),
            row("検針員1人1日あたり", &|trial| {
                hundredths(trial.alarms_per_reader_day_hundredths)
            }),
            row("いちばん多い日", &|trial| number(trial.alarms_on_worst_day)),
            row("わかっている漏水", &|trial| number(trial.leaks_known)),
            row("そのうち見つけられるもの", &|trial| number(trial.leaks_caught)),
            row("見つけられる割合", &|trial| {
                trial.leaks_caught_percent().map_or_else(|| "−".to_owned(), |p| format!("{p}％"))
            }),
        ]
    }
}

/// `1.25`.
fn hundredths(value: u64) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}
