//! How long a demo town takes (実演用の町の所要時間): `cargo run -p backoffice --example demo_timing -- N`.
//!
//! Works on a throw-away database of the tests' server.

use std::time::Instant;

use backoffice::Backoffice;
use backoffice::demo::{DEMO_PASSWORD, DEMO_PIN, LoadOptions, Town, TownOptions, load};
use backoffice::test_database::TestDatabase;
use shared::ids::UtilityId;
use shared::metering::notice_seal::SlipKey;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let households = std::env::args().nth(1).map_or(Ok(1_000), |text| text.parse())?;
    let today = jiff::civil::date(2026, 11, 23);
    let start = Instant::now();
    let town = Town::invent(TownOptions { households, seed: 42, today });
    println!("{:>8.2?}  invented", start.elapsed());
    let database = TestDatabase::fresh().await;
    let office = Backoffice { pool: database.pool.clone(), utility: UtilityId(1) };
    let options = LoadOptions {
        password: DEMO_PASSWORD.into(),
        pin: DEMO_PIN.into(),
        slip_master_key: SlipKey([0; 32]),
    };
    let start = Instant::now();
    let mut label = "";
    let loaded = load(&office, &town, &options, &mut |step| {
        if step.label != label {
            label = step.label;
            println!("{:>8.2?}  {:>9}/{}  {label}", start.elapsed(), step.done, step.total);
        }
    })
    .await?;
    println!("{:>8.2?}  {} connections, {} readings", start.elapsed(), loaded.connections, loaded.readings);
    let status = std::fs::read_to_string("/proc/self/status")?;
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
    Ok(())
}
