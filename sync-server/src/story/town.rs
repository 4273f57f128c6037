//! The town of the story (物語の町): invented, or a utility's own lists, with a round to be walked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use backoffice::access::{
    NewStaff, Role, Secret, Utility, add_staff, create_utility, staff_list, utility,
};
use backoffice::billing::{demo_tariffs, store_tariff};
use backoffice::demo::{
    DEMO_PASSWORD, DEMO_PIN, LoadOptions, Seen, Sight, Town, TownOptions, Twist,
};
use backoffice::import::{BadRows, check};
use backoffice::metering::{
    NewRound, assign_route, open_round, round_progress, unassign_route, work_package,
};
use jiff::civil::Date;
use shared::calendar::YearMonth;
use shared::ids::{ConnectionNumber, DeviceId, RoundId};
use shared::metering::notice_seal::SlipKey;
use shared::metering::{LowFlowIndicator, RegisterReading};
use shared::quantity::CubicMeters;
use shared::wire::PlannedConnectionV1;

use crate::office::{Office, UTILITY};
use crate::outside::Outside;

/// Months that the round bills.
const MONTHS: u8 = 2;

/// Invents the town and loads it; returns what the dials show today.
pub async fn invent(
    office: &Office,
    options: TownOptions,
    outside: &Outside,
) -> Result<BTreeMap<String, Sight>> {
    let town = tokio::task::spawn_blocking(move || Town::invent(options)).await?;
    let load = LoadOptions {
        password: DEMO_PASSWORD.into(),
        pin: DEMO_PIN.into(),
        slip_master_key: SlipKey((outside.random)()),
    };
    backoffice::demo::load(&office.backoffice, &town, &load, &mut |_| {}).await?;
    for text in demo_tariffs() {
        store_tariff(&office.backoffice, text, None).await?;
    }
    Ok(town.present().into_iter().map(|(number, sight)| (number.to_string(), sight)).collect())
}

/// Takes in the lists of a folder: every `*.toml` is a tariff, every `*.csv` connections.
pub async fn take_in(office: &Office, folder: &Path, today: Date, outside: &Outside) -> Result<()> {
    if utility(&office.backoffice).await?.is_none() {
        let new = Utility {
            id: UTILITY,
            name: "取り込んだ水道事業体".into(),
            registration_number: "T0000000000000".into(),
            contact: "（お問い合わせ先未設定）".into(),
            slip_master_key: SlipKey((outside.random)()),
        };
        create_utility(&office.backoffice.pool, &new).await?;
    }
    for path in files(folder, "toml")? {
        let text = std::fs::read_to_string(&path)?;
        store_tariff(&office.backoffice, &text, None)
            .await
            .with_context(|| format!("{} を取り込めません", path.display()))?;
    }
    for path in files(folder, "csv")? {
        let report = check(&std::fs::read(&path)?, today);
        if !report.is_clean() {
            bail!("{}", report.japanese(&path.display().to_string()));
        }
        backoffice::import::load(&office.backoffice, &report, BadRows::Refuse)
            .await
            .with_context(|| format!("{} を取り込めません", path.display()))?;
    }
    Ok(())
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|its| its == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A reader with the demo PIN, where the utility has none yet. Returns a login name.
pub async fn a_reader(office: &Office, outside: &Outside) -> Result<String> {
    let staff = staff_list(&office.backoffice).await?;
    if let Some(reader) = staff.iter().find(|person| person.role == Role::Reader) {
        return Ok(reader.login_name.clone());
    }
    let salt = (outside.random)()[..16].try_into().context("16 of 32 bytes")?;
    let reader = NewStaff {
        login_name: "101".into(),
        display_name: "検針 花子".into(),
        role: Role::Reader,
        password: None,
        pin: Some(Secret { text: DEMO_PIN.into(), salt }),
    };
    add_staff(&office.backoffice, reader).await?;
    Ok("101".into())
}

/// Opens this month's round.
pub async fn open(office: &Office, today: Date) -> Result<RoundId> {
    let month = YearMonth::of(today);
    let planned_on = BTreeMap::new();
    let new = NewRound { month, months: MONTHS, opened_on: today, planned_on };
    Ok(open_round(&office.backoffice, &new).await?)
}

/// Shares the routes out to the terminals, one after the other.
pub async fn share_out(office: &Office, round: RoundId, devices: &[DeviceId]) -> Result<usize> {
    let routes = round_progress(&office.backoffice, round).await?;
    for (route, device) in routes.iter().zip(devices.iter().cycle()) {
        assign_route(&office.backoffice, route.id, *device).await?;
    }
    Ok(routes.len())
}

/// What the dials of imported connections show today: nobody told, so each has used about what it
/// used before. The same seed gives the same dials.
pub async fn imagine(
    office: &Office,
    round: RoundId,
    device: DeviceId,
    today: Date,
    seed: u64,
) -> Result<BTreeMap<String, Sight>> {
    let mut sights = BTreeMap::new();
    for route in round_progress(&office.backoffice, round).await? {
        assign_route(&office.backoffice, route.id, device).await?;
        let package = work_package(&office.backoffice, device, today).await?;
        for planned in package.context("the route was just assigned")?.connections {
            let sight = imagined(&planned, seed)?;
            sights.insert(planned.connection_number, sight);
        }
        unassign_route(&office.backoffice, route.id).await?;
    }
    Ok(sights)
}

fn imagined(planned: &PlannedConnectionV1, seed: u64) -> Result<Sight> {
    let number = ConnectionNumber::parse(&planned.connection_number)?;
    let usual = planned.past_usage.first().map_or(20, |past| past.usage_m3);
    let usage =
        if planned.in_service { varied(usual, &planned.connection_number, seed) } else { 0 };
    let previous = RegisterReading::new(planned.previous_value, planned.dial_digits)?;
    let register = previous.after(CubicMeters(usage));
    let low_flow = LowFlowIndicator::Still;
    Ok(Sight {
        number,
        seen: Seen::Dial { register, low_flow, typed_first: None },
        twist: Twist::Nothing,
    })
}

/// Between 80 and 120 percent of the usual, by the number's own dice.
fn varied(usual: u32, number: &str, seed: u64) -> u32 {
    let dice = number.bytes().fold(seed.wrapping_add(0xcbf2_9ce4_8422_2325), |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let percent = 80 + u32::try_from(dice >> 33).unwrap_or(0) % 41;
    u32::try_from(u64::from(usual) * u64::from(percent) / 100).unwrap_or(usual)
}
