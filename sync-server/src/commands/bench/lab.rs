//! How fast a year is priced again (料金改定の試算の測定), and how much memory that takes.

use std::fs;

use backoffice::billing::bench::{measure_lab, prepare_year, revised_draft};
use backoffice::billing::lab::{LabDraft, LabReport};
use shared::billing::Claim;

use super::{Rows, scratch::Scratch};
use crate::refusal::Refusal;

/// Six rounds of as many connections make the 739,814 water assessments of Kofu's year.
const CONNECTIONS: u32 = 123_303;

/// Makes a city, bills its year, and tries a draft on it.
pub async fn measure() -> Result<Rows, Refusal> {
    let scratch = Scratch::open().await?;
    let measured = measure_in(&scratch).await;
    scratch.close().await?;
    measured
}

async fn measure_in(scratch: &Scratch) -> Result<Rows, Refusal> {
    let office = &scratch.office.backoffice;
    prepare_year(office, CONNECTIONS).await.map_err(|error| refused(error.code(), error))?;
    let draft = LabDraft::parse(&revised_draft()).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Refusal::new("B02", faults.join("\n"))
    })?;
    forget_peak_memory();
    let figures = measure_lab(office, draft).await.map_err(|error| refused(error.code(), error))?;
    let peak_mib =
        peak_memory_kib().map_or_else(|| "不明".to_owned(), |kib| format!("{} MiB", kib / 1_024));
    let ratio = figures.trial.as_secs_f64() / figures.plain_copy.as_secs_f64();
    Ok(vec![
        (
            format!("1年分の試算（{}）", assessments(&figures.report)),
            format!("{:.2} 秒", figures.trial.as_secs_f64()),
        ),
        (
            "同じ行のCOPY（読み捨て、1接続）".into(),
            format!("{:.2} 秒", figures.plain_copy.as_secs_f64()),
        ),
        ("試算 ÷ COPY".into(), format!("{ratio:.2} 倍")),
        ("試算の間の最大メモリ（サーバーのプロセス）".into(), peak_mib),
    ])
}

fn assessments(report: &LabReport) -> String {
    let of = |claim: Claim| {
        let figures = report.claims.iter().find(|figures| figures.claim == claim);
        figures.map_or(0, |figures| figures.priced.assessments)
    };
    format!("水道 {} 件・下水道 {} 件", of(Claim::Water), of(Claim::Sewerage))
}

/// Linux keeps the highest memory of a process; 5 makes it begin anew. Where that is refused, the
/// figure holds the making of the city as well, which is no less honest for a limit.
fn forget_peak_memory() {
    if let Err(refused) = fs::write("/proc/self/clear_refs", "5") {
        tracing::debug!(%refused, "the peak of memory stays");
    }
}

fn peak_memory_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}

fn refused(code: &'static str, error: impl std::error::Error + Send + Sync + 'static) -> Refusal {
    Refusal::new(code, backoffice::codes::japanese(code).unwrap_or_default()).because(error)
}
