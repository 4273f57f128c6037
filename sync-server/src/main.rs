//! `minamo` (水面): the server and everything that is done beside it. Reads clock, randomness and
//! environment, and leaves the rest to the library.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use sync_server::commands::{bench, demo_data, devices, import, rate, screen, slip, staff, tariff};
use sync_server::outside::Outside;
use sync_server::refusal::Refusal;
use sync_server::telemetry::Talk;
use sync_server::{serve, story, telemetry};

/// 水面 Minamo - 水道の検針から請求まで
#[derive(Debug, Parser)]
#[command(version, name = "minamo", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// サーバーを動かします
    Serve(serve::ServeArguments),
    /// 架空の町を作ります（実演・試験用）
    DemoData(demo_data::DemoDataArguments),
    /// 料金表と水栓台帳のファイルを取り込みます
    Import(import::ImportArguments),
    /// CSV の例の料金を、料金表ファイルで計算します（終了コード 0: すべて計算した、1: 計算できない行がある、2: 使い方かファイルの誤り）
    Rate(rate::RateArguments),
    /// 検針の CSV を異常水量の規則で判定します（終了コード 0: すべて判定、1: 判定できない行がある、2: 使えないファイル）
    Screen(screen::ScreenArguments),
    /// 料金表ファイルを確かめます
    #[command(subcommand)]
    Tariff(tariff::TariffCommand),
    /// ハンディ端末を管理します
    #[command(subcommand)]
    Devices(devices::DevicesCommand),
    /// お知らせ票を照合します
    #[command(subcommand)]
    Slip(slip::SlipCommand),
    /// 職員・検針員を管理します
    #[command(subcommand)]
    Staff(staff::StaffCommand),
    /// 処理の速さを測ります
    Bench(bench::BenchArguments),
    /// 検針から請求までを、人の手なしに通して行います
    Story(story::StoryArguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let talk = match arguments.command {
        Command::Serve(_) => Talk::Running,
        _ => Talk::Brief,
    };
    telemetry::start(std::env::var("RUST_LOG").ok().as_deref(), talk);
    // 1 and 2 are verdicts on a slip, 1 is one on a tariff: not having come to one is something else.
    let failed = match arguments.command {
        Command::Slip(_) => ExitCode::from(3),
        Command::Rate(_) | Command::Screen(_) | Command::Tariff(_) => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    };
    run(arguments.command).unwrap_or_else(|refusal| {
        eprintln!("{refusal}");
        failed
    })
}

fn run(command: Command) -> Result<ExitCode, Refusal> {
    let outside = outside()?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|cause| Refusal::new("R01", "プログラムを開始できません。").because(cause))?;
    runtime.block_on(async {
        match command {
            Command::Serve(arguments) => serve::run(arguments, &outside).await?,
            Command::DemoData(arguments) => demo_data::run(arguments, &outside).await?,
            Command::Import(arguments) => {
                return import::run(arguments, &outside).await.map(ExitCode::from);
            }
            Command::Rate(arguments) => return rate::run(&arguments).map(ExitCode::from),
            Command::Screen(arguments) => return screen::run(&arguments).map(ExitCode::from),
            Command::Tariff(command) => return tariff::run(&command).map(ExitCode::from),
            Command::Devices(command) => devices::run(command, &outside).await?,
            Command::Slip(command) => {
                return slip::run(command, &outside).await.map(ExitCode::from);
            }
            Command::Staff(command) => {
                staff::run(command, std::io::stdin().lock(), &outside).await?;
            }
            Command::Bench(arguments) => bench::run(arguments, &outside).await?,
            Command::Story(arguments) => story::run(arguments, &outside).await?,
        }
        Ok(ExitCode::SUCCESS)
    })
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
fn outside() -> Result<Outside, Refusal> {
    let cannot = |cause| Refusal::new("R01", "プログラムを開始できません。").because(cause);
    let program = std::env::current_exe().map_err(cannot)?;
    let programs = program.parent().map(std::path::Path::to_owned).unwrap_or_default();
    let hostname = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    Ok(Outside {
        now: Arc::new(jiff::Timestamp::now),
        random: Arc::new(rand::random),
        programs,
        hostname: hostname.trim().to_owned(),
        database_url: std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()),
    })
}
