//! Sets the charge engine against its slow reference over millions of random cases (料金計算の検算).

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tests::tariff_reference::run::run_files;

/// Questions that each random file is asked.
const QUESTIONS: u32 = 25;

/// Random tariffs and random customers, engine against reference, to the yen.
#[derive(Parser)]
struct Options {
    /// How many cases.
    #[arg(long, default_value_t = 10_000_000)]
    cases: u64,
    /// What the dice start from; the same seed gives the same cases.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only the file with this number, to see a difference again.
    #[arg(long)]
    file: Option<u64>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let numbers = match options.file {
        Some(file) => file..file + 1,
        None => 0..options.cases.div_ceil(u64::from(QUESTIONS)),
    };
    let started = Instant::now();
    let files = numbers.end - numbers.start;
    let differences = run_files(options.seed, numbers, QUESTIONS);
    if let Some((number, first)) = differences.first() {
        println!("file {number} (--seed {} --file {number}):\n{first}", options.seed);
    }
    println!(
        "cases {}, seconds {:.1}, files that differ {}, seed {}",
        files * u64::from(QUESTIONS),
        started.elapsed().as_secs_f64(),
        differences.len(),
        options.seed,
    );
    if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
