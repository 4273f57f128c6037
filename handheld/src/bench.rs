//! How fast the terminal is (端末の速さ): start, key to screen, picture, durable save.
//!
//! Prints `name value unit` lines. A bare write and fsync of the same size runs beside the saves,
//! so that the figure says what the store adds to the disk.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hardware::clock::FixedClock;
use hardware::twin::loopback;
use jiff::civil::{Date, date};
use shared::calendar::to_unix_days;
use shared::metering::ScreeningLimits;
use shared::wire::{
    EnrolmentV1, EventV1, OnSiteV1, PastUsageV1, PlannedConnectionV1, RoundV1, RouteV1,
    RouteWorkV1, TariffV1, UseClassV1, UtilityV1, WorkPackage, WorkPackageV1,
};
use uuid::Uuid;

use crate::headless::Stage;
use crate::kept::KeptFile;
use crate::screens::Key;
use crate::shell::{Parts, Report, Shell, open_store};
use crate::store::{DataKey, Store, StoreError};
use crate::sync::Practice;

const SAVES: usize = 500;
const FRAMES: usize = 300;
/// The day of the invented route.
pub const TODAY: Date = date(2026, 11, 23);

/// Measures and prints.
pub fn run(connections: u32) -> Result<()> {
    let folder = tempfile::tempdir()?;
    open(folder.path())?.take_package(1, &package(connections))?;

    let begun = Instant::now();
    let mut stage = stage(folder.path())?;
    tell("start_to_first_picture", millis(begun.elapsed()), "ms");
    stage.press("1");
    stage.draw();
    tell("start_to_first_input", millis(begun.elapsed()), "ms");
    tell("connections_on_board", connections.into(), "connections");

    // The slow hash of a PIN is no matter of the terminal's speed; what comes after it is.
    let key = open_keyring(&stage)?;
    let begun = Instant::now();
    stage.hear(Report::Unlocked { login: "101".into(), key: Some(key) });
    stage.draw();
    tell("pin_to_route", millis(begun.elapsed()), "ms");
    measure_keys(&mut stage, "list", |step| if step % 40 < 30 { "DownArrow" } else { "UpArrow" });
    scroll(&mut stage, connections);
    // Every key looks through all connections again.
    stage.press("F2");
    measure_keys(&mut stage, "search", |step| match step % 8 {
        0..=3 => ["1", "2", "0", "7"][step % 4],
        _ => "Backspace",
    });
    stage.press("F1");
    stage.shell().borrow_mut().press(Key::Enter);
    measure_keys(&mut stage, "entry", |step| if step % 8 < 4 { "7" } else { "Backspace" });
    drop(stage);
    saves()?;
    tell("memory_resident_peak", resident_peak_kib() / 1_024, "MiB");
    Ok(())
}

/// From the key to the finished picture, and the drawing of the picture alone.
fn measure_keys(stage: &mut Stage, screen: &str, key: impl Fn(usize) -> &'static str) {
    let (mut whole, mut drawing) = (Vec::with_capacity(FRAMES), Vec::with_capacity(FRAMES));
    for step in 0..FRAMES {
        let begun = Instant::now();
        stage.press(key(step));
        let decided = Instant::now();
        stage.draw();
        drawing.push(decided.elapsed());
        whole.push(begun.elapsed());
    }
    tell_quantiles(&format!("{screen}_key_to_screen"), &mut whole);
    tell_quantiles(&format!("{screen}_frame"), &mut drawing);
}

/// Down the whole route with the key held: a frame that is not ready after a thirtieth of a second
/// is dropped.
fn scroll(stage: &mut Stage, connections: u32) {
    const FRAME: Duration = Duration::from_micros(33_333);
    let mut frames = Vec::with_capacity(connections as usize);
    for _ in 0..connections {
        let begun = Instant::now();
        stage.press("DownArrow");
        stage.draw();
        frames.push(begun.elapsed());
    }
    let dropped = frames.iter().filter(|frame| **frame > FRAME).count();
    tell("scroll_frames", frames.len() as u128, "frames");
    tell("scroll_dropped_at_30_fps", dropped as u128, "frames");
    tell_quantiles("scroll_frame", &mut frames);
}

fn saves() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut store: Store = open(folder.path())?;
    store.let_in(&[reader()])?;
    let mut bare = OpenOptions::new().create(true).append(true).open(folder.path().join("bare"))?;
    let (mut stored, mut synced) = (Vec::with_capacity(SAVES), Vec::with_capacity(SAVES));
    for number in 0..SAVES {
        let begun = Instant::now();
        store.append(1, EventV1::LoggedIn { reader: format!("{number:050}") })?;
        stored.push(begun.elapsed());
        let begun = Instant::now();
        bare.write_all(&[7; 128])?;
        bare.sync_data()?;
        synced.push(begun.elapsed());
    }
    tell_quantiles("durable_save", &mut stored);
    tell_quantiles("bare_write_and_fsync", &mut synced);
    let ratio = stored[SAVES / 2].as_micros() * 100 / synced[SAVES / 2].as_micros().max(1);
    println!("durable_save_to_bare_fsync_p50 {}.{:02} ratio", ratio / 100, ratio % 100);
    Ok(())
}

fn stage(data: &Path) -> Result<Stage> {
    let (printer, _paper) = loopback(384);
    let parts = Parts {
        enrolment: enrolment(),
        store: open(data)?,
        clock: Arc::new(FixedClock::on(TODAY)),
        printer: Box::new(printer),
        transport: Arc::new(Practice::new(Uuid::from_u128(1))),
        mint: Uuid::new_v4,
        kept: KeptFile::in_folder(data, &enrolment()),
        is_practice: false,
    };
    Stage::set(Shell::start(parts, Arc::new(|_| {}))?)
}

/// Both copies, as on a terminal; here on one disk.
fn open(data: &Path) -> Result<Store, StoreError> {
    open_store(data, Some(&data.join("second")), &enrolment())
}

fn open_keyring(stage: &Stage) -> Result<DataKey> {
    let keyring = stage.shell().borrow().keyring();
    keyring.open("101", "1234").context("the PIN of the bench does not open its store")
}

/// An invented terminal.
pub fn enrolment() -> EnrolmentV1 {
    EnrolmentV1 {
        device: Uuid::from_u128(1),
        device_code: "B01".into(),
        server: String::new(),
        token: [0; 32],
        slip_key: [0; 32],
        authority: Vec::new(),
    }
}

/// The PIN 1234, hashed with the weakest parameters there are: nobody is kept out by it.
const PIN_HASH: &str =
    "$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$m1ZDzCI9dqnwaJeX4uJS3L04dgJFSfxDnDiSNg6qWks";

/// The reader 101 with the PIN 1234.
pub fn reader() -> shared::wire::ReaderV1 {
    shared::wire::ReaderV1 {
        login: "101".into(),
        name: "検針 花子".into(),
        pin_hash: PIN_HASH.into(),
    }
}

/// An invented route of this many equal connections. The reader 101 has the PIN 1234.
pub fn package(connections: u32) -> WorkPackage {
    let today = to_unix_days(TODAY);
    let tariffs = [
        include_str!("../../shared/tariffs/takatsuki-water-2019.toml"),
        include_str!("../../shared/tariffs/yachiyo-sewerage-2019.toml"),
    ];
    WorkPackage::V1(WorkPackageV1 {
        id: Uuid::from_u128(9),
        business_date_unix_days: today,
        utility: UtilityV1 {
            name: "水面市上下水道局".into(),
            registration_number: "T1234567890123".into(),
            contact: "055-000-0000".into(),
        },
        round: RoundV1 { id: 1, year: 2026, month: 11, months: 2 },
        route: RouteV1 { id: 1, number: "012".into(), name: "相生一丁目".into() },
        readers: vec![reader()],
        tariffs: tariffs
            .iter()
            .zip(1..)
            .map(|(text, id)| TariffV1 { id, text: (*text).to_owned() })
            .collect(),
        use_classes: vec![UseClassV1 { key: "general".into(), name: "一般用".into() }],
        work: RouteWorkV1::default(),
        connections: (1..=connections).map(|order| planned(order, today)).collect(),
    })
}

fn planned(order: u32, today: i32) -> PlannedConnectionV1 {
    PlannedConnectionV1 {
        connection: order.into(),
        connection_number: format!("{order:08}"),
        walk_order: order,
        customer_name: format!(
            "{} {order}番",
            ["髙橋", "山﨑", "佐藤", "株式会社水面製作所"][order as usize % 4]
        ),
        customer_kana: "ソクテイ".into(),
        address: format!("相生一丁目{}番{}号", order / 20 + 1, order % 20 + 1),
        building: "水面ハイツ101号室".into(),
        meter_number: format!("20-{order:06}"),
        meter_size_mm: 20,
        dial_digits: 4,
        meter_position: "玄関の右".into(),
        caution: if order.is_multiple_of(4) {
            "犬がいます（放し飼い）".into()
        } else {
            String::new()
        },
        use_class: "general".into(),
        payment_method: 1,
        sewerage: true,
        sewerage_authority: String::new(),
        dwellings: 1,
        in_service: true,
        in_service_since_unix_days: None,
        previous_value: 1_200,
        previous_read_on_unix_days: today - 61,
        past_usage: (1..=13)
            .map(|period| PastUsageV1 { read_on_unix_days: today - 61 * period, usage_m3: 38 })
            .collect(),
        limits: ScreeningLimits::STANDARD.into(),
        on_site: OnSiteV1::default(),
        terms: shared::wire::ChargeTermsV1::default(),
    }
}

fn tell(name: &str, value: u128, unit: &str) {
    println!("{name} {value} {unit}");
}

fn tell_quantiles(name: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    for percent in [50, 95, 99] {
        let micros = at(percent).as_micros();
        println!("{name}_p{percent} {}.{:03} ms", micros / 1_000, micros % 1_000);
    }
}

fn millis(duration: Duration) -> u128 {
    duration.as_millis()
}

/// What the kernel says of this process, in KiB.
fn resident_peak_kib() -> u128 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|words| words.trim().trim_end_matches(" kB").trim().parse().ok())
        .unwrap_or(0)
}
