//! `minamo demo-data` (架空の町): a town to try everything on, with an open round and two terminals.

use std::path::PathBuf;

use backoffice::billing::{
    BillingError, BillingOrder, CancelFlag, RunSummary, demo_tariffs, run_billing, store_tariff,
};
use backoffice::demo::{
    DEMO_CLERK, DEMO_OPERATOR, DEMO_PASSWORD, DEMO_PIN, DemoError, LoadOptions, Loaded, Progress,
    Town, TownOptions, load,
};
use backoffice::metering::{
    MeteringError, NewRound, assign_route, open_round, round, round_progress,
};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::ToSpan;
use jiff::civil::Date;
use shared::calendar::YearMonth;
use shared::ids::{DeviceId, RoundId};
use shared::metering::notice_seal::SlipKey;
use shared::quantity::grouped;

use super::devices::{Terminal, enrol_terminal};
use crate::office::{DataArguments, Office, database_failed};
use crate::outside::Outside;
use crate::refusal::Refusal;

/// The terminals that a demo town begins with; each gets one of the first routes.
const TERMINALS: [&str; 2] = ["H01", "H02"];

/// From the bill to its due date.
const DAYS_TO_PAY: i32 = 20;

/// Months that a round bills.
const ROUND_MONTHS: u8 = 2;

/// What `minamo demo-data` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct DemoDataArguments {
    #[command(flatten)]
    data: DataArguments,
    /// 世帯数（50～300000）
    #[arg(long, value_name = "N", default_value_t = 1_000,
          value_parser = clap::value_parser!(u32).range(50..=300_000))]
    households: u32,
    /// 乱数の種。同じ種からは同じ町ができます
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// 業務日付（省略時は今日）
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// 端末から見たサーバーのアドレス
    #[arg(long, value_name = "URL", default_value = "https://127.0.0.1:8443")]
    server: String,
    /// 架空の町で使う料金表（TOML）。くり返して指定できます。省略時は見本の料金表を使います。
    /// 用途は general・business・bathhouse、減免は welfare・disaster の記号で書いてあるものを使います
    #[arg(long, value_name = "FILE")]
    tariff: Vec<PathBuf>,
}

/// Carries the command out.
pub async fn run(arguments: DemoDataArguments, outside: &Outside) -> Result<(), Refusal> {
    let options = TownOptions {
        households: arguments.households,
        seed: arguments.seed,
        today: outside.today(arguments.date),
    };
    let office = Office::open(&arguments.data, outside.database_url.as_deref()).await?;
    let made = make(&office, options, &arguments, outside).await;
    office.close().await;
    println!("{}", made?.told());
    Ok(())
}

/// What was made.
struct Made {
    loaded: Loaded,
    billed: RunSummary,
    month: YearMonth,
    routes: usize,
    enrolments: Vec<String>,
}

impl Made {
    fn told(&self) -> String {
        let Loaded { connections, readings, readers, .. } = &self.loaded;
        let readers = match &readers[..] {
            [first, .., last] => format!("{first}～{last}"),
            readers => readers.concat(),
        };
        format!(
            "架空の町を作りました。\n  水栓: {connections} 件、これまでの検針: {readings} 件\n  \
             前の検針期の請求: {} 件、{} 円\n  \
             検針期: {} を開始（順路 {} 本）\n  \
             ログイン（画面）: {DEMO_CLERK} / {DEMO_PASSWORD}（料金担当）、{DEMO_OPERATOR} / {DEMO_PASSWORD}（システム管理）\n  \
             ログイン（端末）: {readers} / {DEMO_PIN}（暗証番号）\n  端末の登録ファイル（データフォルダの中）: {}",
            self.billed.bills,
            grouped(self.billed.amount.0),
            self.month.japanese(),
            self.routes,
            self.enrolments.join("、"),
        )
    }
}

async fn make(
    office: &Office,
    options: TownOptions,
    arguments: &DemoDataArguments,
    outside: &Outside,
) -> Result<Made, Refusal> {
    let town = tokio::task::spawn_blocking(move || Town::invent(options))
        .await
        .map_err(|cause| Refusal::new("X99", "町を作れませんでした。").because(cause))?;
    let loaded = load_town(office, &town, outside).await?;
    store_tariffs(office, &arguments.tariff).await?;
    let billed = bill_closed_round(office, &loaded).await?;
    let (round_id, month) = open_current_round(office, &town).await?;
    let routes = round_progress(&office.backoffice, round_id).await.map_err(database_failed)?;
    let folder = arguments.data.data.join("terminals");
    std::fs::create_dir_all(&folder).map_err(|cause| Refusal::file(&folder, cause))?;
    let mut enrolments = Vec::new();
    for (index, code) in TERMINALS.into_iter().enumerate() {
        let path = folder.join(format!("{code}.enrolment"));
        let terminal = Terminal { code, server: &arguments.server };
        let device: DeviceId =
            enrol_terminal(office, &terminal, &arguments.data.data, &path, outside).await?;
        if let Some(route) = routes.get(index) {
            assign_route(&office.backoffice, route.id, device).await.map_err(refused_round)?;
        }
        // Within the folder: ./run gives the folder its name when it is whole.
        enrolments.push(format!("terminals/{code}.enrolment"));
    }
    Ok(Made { loaded, billed, month, routes: routes.len(), enrolments })
}

async fn load_town(office: &Office, town: &Town, outside: &Outside) -> Result<Loaded, Refusal> {
    let options = LoadOptions {
        password: DEMO_PASSWORD.into(),
        pin: DEMO_PIN.into(),
        slip_master_key: SlipKey((outside.random)()),
    };
    let bar = ProgressBar::new(1).with_style(
        ProgressStyle::with_template("{bar:40} {percent:>3}% {msg}（残り {eta}）")
            .expect("the template is well formed"),
    );
    let mut show = |progress: Progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(progress.label);
    };
    let loaded = load(&office.backoffice, town, &options, &mut show).await;
    bar.finish_and_clear();
    loaded.map_err(refused_town)
}

/// The tariffs that were asked for, or the examples.
async fn store_tariffs(office: &Office, files: &[PathBuf]) -> Result<(), Refusal> {
    let mut texts = Vec::with_capacity(files.len().max(2));
    for file in files {
        texts.push(std::fs::read_to_string(file).map_err(|cause| Refusal::file(file, cause))?);
    }
    if texts.is_empty() {
        texts.extend(demo_tariffs().map(str::to_owned));
    }
    for text in texts {
        store_tariff(&office.backoffice, &text, None).await.map_err(refused_billing)?;
    }
    Ok(())
}

/// The round that was read two months ago, assessed on the day after it was closed.
async fn bill_closed_round(office: &Office, loaded: &Loaded) -> Result<RunSummary, Refusal> {
    let closed = round(&office.backoffice, loaded.closed_round).await.map_err(database_failed)?;
    let closed_on = closed.and_then(|round| round.closed_on).unwrap_or(Date::MIN);
    let assessed_on = closed_on.saturating_add(1.day());
    let due_on = assessed_on.saturating_add(DAYS_TO_PAY.days());
    let order = BillingOrder { round: loaded.closed_round, assessed_on, due_on };
    run_billing(&office.backoffice, &order, &mut |_| {}, &CancelFlag::default())
        .await
        .map_err(refused_billing)
}

/// The month of the business date is read: each route two months after it was read last.
async fn open_current_round(office: &Office, town: &Town) -> Result<(RoundId, YearMonth), Refusal> {
    let month = YearMonth::of(town.options.today);
    let planned_on = town
        .routes
        .iter()
        .map(|route| {
            (route.number.clone(), route.read_on.saturating_add(i32::from(ROUND_MONTHS).months()))
        })
        .collect();
    let new = NewRound { month, months: ROUND_MONTHS, opened_on: month.first_day(), planned_on };
    let round = open_round(&office.backoffice, &new).await.map_err(refused_round)?;
    Ok((round, month))
}

fn refused_town(error: DemoError) -> Refusal {
    let text = backoffice::codes::japanese(error.code()).unwrap_or_default();
    Refusal::new(error.code(), text).because(error)
}

fn refused_billing(error: BillingError) -> Refusal {
    let text = backoffice::codes::japanese(error.code()).unwrap_or_default();
    Refusal::new(error.code(), text).because(error)
}

fn refused_round(error: MeteringError) -> Refusal {
    let text = backoffice::codes::japanese(error.code()).unwrap_or_default();
    Refusal::new(error.code(), text).because(error)
}
