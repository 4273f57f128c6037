//! `minamo screen` (異常水量チェックの一括): a CSV file of readings in, the same rows with their
//! findings out. The rules are the terminal's own; `docs/screening.md` is the manual.

mod row;

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use csv::StringRecord;
use shared::metering::{Escalation, Finding, ScreeningLimits};

use crate::refusal::Refusal;
use row::{Columns, Row};

/// What is added to each row.
const ADDED: [&str; 6] = ["found_usage_m3", "findings", "level", "reason", "action", "error"];

/// What `minamo screen` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct ScreenArguments {
    /// 判定値ファイル（TOML）
    #[arg(long, value_name = "FILE")]
    limits: PathBuf,
    /// 検針の CSV ファイル
    #[arg(long, value_name = "FILE.csv")]
    readings: PathBuf,
}

/// Carries the command out; 1 when some row was bad.
pub fn run(arguments: &ScreenArguments) -> Result<u8, Refusal> {
    let path = &arguments.limits;
    let text = fs::read_to_string(path).map_err(|cause| Refusal::file(path, cause))?;
    let limits =
        ScreeningLimits::from_toml(&text).map_err(|fault| Refusal::new("C01", fault.japanese()))?;
    let readings = File::open(&arguments.readings)
        .map_err(|cause| Refusal::file(&arguments.readings, cause))?;
    let bad = screen_table(limits, readings, io::stdout().lock())?;
    if bad > 0 {
        eprintln!("{bad}行を判定できませんでした。error の列を確かめてください。");
    }
    Ok(u8::from(bad > 0))
}

/// Screens each row of a table, in its order; gives how many could not be screened.
pub fn screen_table(
    limits: ScreeningLimits,
    readings: impl io::Read,
    out: impl io::Write,
) -> Result<u64, Refusal> {
    let unusable =
        |cause: csv::Error| Refusal::new("C02", "検針のCSVを読み書きできません。").because(cause);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(readings);
    let names = reader.headers().map_err(unusable)?.clone();
    let columns = Columns::find(&names)?;
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
    writer.write_record(names.iter().chain(ADDED)).map_err(unusable)?;
    let mut bad = 0;
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(unusable)? {
        let added = StringRecord::from_byte_record(record.clone())
            .map_err(|_| "C03: UTF-8の文字ではありません。".to_owned())
            .and_then(|cells| columns.read(&cells))
            .map(|row| added_cells(&row, limits));
        bad += u64::from(added.is_err());
        let added = added.unwrap_or_else(|fault| {
            [const { String::new() }; 5].into_iter().chain([fault]).collect()
        });
        let kept = (0..names.len()).map(|place| record.get(place).unwrap_or_default());
        writer.write_record(kept.chain(added.iter().map(String::as_bytes))).map_err(unusable)?;
    }
    writer.flush().map_err(|cause| unusable(cause.into()))?;
    Ok(bad)
}

fn added_cells(row: &Row, limits: ScreeningLimits) -> Vec<String> {
    let limits = row.norm_m3.map_or(limits, |norm_m3| ScreeningLimits { norm_m3, ..limits });
    let findings = row.findings(limits);
    let keys: Vec<&str> = findings.iter().map(|finding| finding.key()).collect();
    let escalation = |finding: &Finding| Escalation::of(*finding, &row.history, limits);
    let level = findings.iter().map(|finding| escalation(finding).level()).max();
    let reasons: Vec<String> =
        findings.iter().map(|finding| row.sentence(*finding, limits)).collect();
    let mut actions: Vec<&str> =
        findings.iter().map(|finding| escalation(finding).action(*finding)).collect();
    actions.dedup();
    vec![
        row.usage().map_or(String::new(), |volume| volume.0.to_string()),
        keys.join(" "),
        level.map_or(String::new(), |level| level.to_string()),
        reasons.concat(),
        actions.concat(),
        String::new(),
    ]
}

#[cfg(test)]
mod tests;
