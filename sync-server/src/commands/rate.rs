//! `minamo rate` (料金の一括計算): a CSV file of cases in, the same rows with their amounts out.
//!
//! Rows go through one by one, so that a file may be larger than memory.

mod quotes;
mod rows;

use std::fs::File;
use std::io;
use std::path::PathBuf;

use shared::billing::TariffFile;
use shared::billing::cases::CaseRater;

use super::tariff::read_tariff_file;
use crate::refusal::Refusal;
use rows::Table;

/// What `minamo rate` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct RateArguments {
    /// 料金表ファイル（TOML）
    #[arg(long, value_name = "FILE")]
    tariff: PathBuf,
    /// 計算する例の CSV ファイル
    #[arg(long, value_name = "FILE.csv")]
    cases: PathBuf,
    /// 計算の内訳（JSON）の列を付けます
    #[arg(long)]
    explain: bool,
}

/// How many rows went through, and how many of them were bad.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All rows.
    pub rows: u64,
    /// Those without amounts.
    pub bad: u64,
}

/// Carries the command out; 1 when some row was bad.
pub fn run(arguments: &RateArguments) -> Result<u8, Refusal> {
    let file = read_tariff_file(&arguments.tariff)?;
    let cases =
        File::open(&arguments.cases).map_err(|cause| Refusal::file(&arguments.cases, cause))?;
    let tally = rate_table(&file, cases, io::stdout().lock(), arguments.explain)?;
    if tally.bad > 0 {
        eprintln!(
            "{}行のうち{}行を計算できませんでした。error の列を確かめてください。",
            tally.rows, tally.bad
        );
    }
    Ok(u8::from(tally.bad > 0))
}

/// Rates each row of a table, in its order.
pub fn rate_table(
    file: &TariffFile,
    cases: impl io::Read,
    out: impl io::Write,
    explain: bool,
) -> Result<Tally, Refusal> {
    let rater = CaseRater::new(file);
    let mut table = Table::open(cases)?;
    match table.rate(&rater, out, explain) {
        // Whoever read the output has seen enough.
        Err(cause) if is_closed(&cause) => Ok(table.tally()),
        Err(cause) => {
            let text = "CSVを読み書きできません。ファイルと空き容量を確かめてください。";
            Err(Refusal::new("K88", text).because(cause))
        }
        Ok(()) => Ok(table.tally()),
    }
}

fn is_closed(error: &csv::Error) -> bool {
    matches!(error.kind(), csv::ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests;
