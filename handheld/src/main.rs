//! The program `handheld` (検針端末): composition only.

use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use handheld::kept::KeptFile;
use handheld::shell::devices::Devices;
use handheld::shell::{Parts, open_store};
use handheld::sync::{Https, Practice, Transport};
use handheld::watchdog::Watchdog;
use handheld::{display, headless};
use hardware::battery::PowerSupplies;
use hardware::camera::{Camera, FileCamera, StillCamera};
use hardware::clock::{Clock, PlayedClock, SystemClock};
use hardware::console::SilentConsole;
use hardware::escpos::{SerialPrinter, Timing};
use hardware::meter::AlarmBits;
use jiff::civil::Date;
use shared::wire::{EnrolmentV1, WorkPackage, decode};
use uuid::Uuid;

/// 水面の検針端末
#[derive(Parser)]
#[command(name = "handheld", version)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Option<RunArguments>,
}

#[derive(Subcommand)]
enum Command {
    /// 起動・描画・保存の速さを測ります
    Bench {
        /// 端末に載せる水栓の数
        #[arg(long, value_name = "N", default_value_t = 3_000)]
        connections: u32,
    },
}

#[derive(clap::Args)]
struct RunArguments {
    /// 端末の記録を置くフォルダ
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// 記録の控えを置くフォルダ（内蔵カードなど、--data と別の場所）
    #[arg(long, value_name = "DIR")]
    second: Option<PathBuf>,
    /// 端末の登録ファイル
    #[arg(long, value_name = "FILE")]
    enrolment: PathBuf,
    /// 画面の出し方
    #[arg(long, value_enum, default_value = "window")]
    backend: Backend,
    /// プリンターのシリアル回線
    #[arg(long, value_name = "PATH", default_value = "/dev/ttyUSB0")]
    printer: PathBuf,
    /// 印字幅（ドット）
    #[arg(long, default_value = "384", value_parser = ["384", "576"])]
    paper: String,
    /// メーター通信のシリアル回線
    #[arg(long, value_name = "PATH")]
    meter_port: Option<PathBuf>,
    /// メーターのエラーフラグのうち、漏水を表すビット（メーターの仕様書による。例 0x0010）
    #[arg(long, value_name = "BITS", default_value = "0", value_parser = bits)]
    meter_leak_bits: u64,
    /// メーターのエラーフラグのうち、逆流を表すビット
    #[arg(long, value_name = "BITS", default_value = "0", value_parser = bits)]
    meter_backflow_bits: u64,
    /// カメラ（/dev/video0 など）。写真のファイルかフォルダを指定すると、その写真を使います
    #[arg(long, value_name = "PATH")]
    camera: Option<PathBuf>,
    /// 電池の情報がある場所
    #[arg(long, value_name = "DIR", default_value = "/sys/class/power_supply")]
    power: PathBuf,
    /// 業務日付（試験・練習用。省略時は今日）
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// 練習用。サーバーには何も送りません
    #[arg(long)]
    practice: bool,
    /// 練習用の検針データ
    #[arg(long, value_name = "FILE", requires = "practice")]
    package: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Backend {
    /// 画面なし（標準入出力で操作）
    Headless,
    /// 机上のウィンドウ
    Window,
    /// 端末の画面そのもの
    Kiosk,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).init();
    let arguments = Arguments::parse();
    let outcome = match (arguments.command, arguments.run) {
        (Some(Command::Bench { connections }), _) => handheld::bench::run(connections),
        (None, Some(run_arguments)) => run(&run_arguments),
        (None, None) => {
            eprintln!("--data と --enrolment を指定してください。--help で使い方を表示します。");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("検針端末を起動できません (H90): {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &RunArguments) -> Result<()> {
    std::fs::create_dir_all(&arguments.data).context("the data folder cannot be made")?;
    keep_private(&arguments.enrolment);
    let enrolment: EnrolmentV1 = read(&arguments.enrolment)?;
    let clock: Arc<dyn Clock> = match arguments.date {
        Some(date) => Arc::new(PlayedClock::nine_on(date, SystemClock.now_unix_seconds())),
        None => Arc::new(SystemClock),
    };
    let kept = KeptFile::in_folder(&arguments.data, &enrolment);
    let mut store = open_store(&arguments.data, arguments.second.as_deref(), &enrolment)
        .context("the log cannot be opened")?;
    if let Some(file) = &arguments.package {
        let package: WorkPackage = read(file)?;
        if !store.is_locked() && store.package()?.is_none() {
            store.take_package(clock.now_unix_seconds(), &package)?;
        }
    }
    let transport: Arc<dyn Transport> = if arguments.practice {
        Arc::new(Practice::new(enrolment.device))
    } else {
        Arc::new(Https::new(&enrolment))
    };
    let dots = arguments.paper.parse().context("the width of the paper")?;
    let printer = SerialPrinter::new(&arguments.printer, dots, Timing::default());
    let parts = Parts {
        enrolment,
        store,
        clock,
        printer: Box::new(printer),
        transport,
        mint: mint_id,
        kept,
        is_practice: arguments.practice,
    };
    let devices = devices(arguments);
    match arguments.backend {
        Backend::Headless => headless::run(parts, devices, io::stdin(), io::stdout().lock()),
        Backend::Window => on_display("winit", parts, devices),
        Backend::Kiosk => {
            let _console = SilentConsole::over(&io::stdin()).context("the console behind")?;
            on_display("linuxkms", parts, devices)
        }
    }
}

/// The devices that were named, each of which may be missing.
fn devices(arguments: &RunArguments) -> Devices {
    let is_device = |path: &Path| {
        std::fs::metadata(path).is_ok_and(|found| found.file_type().is_char_device())
            || path.starts_with("/dev")
    };
    let camera = arguments.camera.as_ref().map(|path| -> Box<dyn Camera> {
        if is_device(path) {
            Box::new(StillCamera::new(path))
        } else {
            Box::new(FileCamera::new(path))
        }
    });
    Devices {
        meter_port: arguments.meter_port.clone(),
        meter_alarms: AlarmBits {
            leak: arguments.meter_leak_bits,
            backflow: arguments.meter_backflow_bits,
        },
        camera,
        power: Some(PowerSupplies::under(&arguments.power)),
    }
}

/// `0x0010` or `16`.
fn bits(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| "0x0010 のように指定してください".to_owned())
}

fn on_display(name: &str, parts: Parts, devices: Devices) -> Result<()> {
    handheld::ui::select_display(name).with_context(|| {
        format!("この画面の出し方（{name}）は、このプログラムに組み込まれていません (H91)")
    })?;
    if let Some(name) = std::env::var("NOTIFY_SOCKET").ok().filter(|name| !name.is_empty()) {
        let watchdog = Watchdog::at(&name).context("the watchdog cannot be reached")?;
        watchdog.attend(handheld::ui::on_ui_thread);
    }
    display::run(parts, devices)
}

/// The enrolment holds the terminal's secret: nobody else on the machine needs to read it.
fn keep_private(path: &Path) {
    let Ok(found) = std::fs::metadata(path) else { return };
    let mut permissions = found.permissions();
    if permissions.mode().is_multiple_of(0o100) {
        return;
    }
    permissions.set_mode(0o600);
    if let Err(error) = std::fs::set_permissions(path, permissions) {
        tracing::warn!(%error, "the enrolment file can be read by others");
    }
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let bytes = std::fs::read(path).with_context(|| format!("{} を読めません", path.display()))?;
    decode(&bytes).with_context(|| format!("{} は正しいファイルではありません", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "ids are minted here and passed in from here")]
fn mint_id() -> Uuid {
    Uuid::now_v7()
}
