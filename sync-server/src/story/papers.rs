//! The papers of the story (物語の書類): lists, bills, slips and what is told of it all.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use backoffice::Backoffice;
use backoffice::billing::{
    BillView, EXPORT_HEADER, ExportRow, Page, bill_views, bills_of_round, export_assessments,
};
use backoffice::documents::bill_pdf;
use backoffice::ledger::{LEDGER_HEADER, LedgerRow, export_postings};
use futures_util::TryStreamExt;
use shared::ids::{BillId, RoundId};

use super::invariants::Check;

/// Bills in one PDF where there are many.
const BILLS_PER_FILE: u32 = 50;
/// Up to so many bills, each gets a file of its own.
const SINGLE_FILES_MAX: u64 = 120;

/// Writes `assessments.csv` and returns its rows.
pub async fn assessments(
    office: &Backoffice,
    round: RoundId,
    out: &Path,
) -> Result<Vec<ExportRow>> {
    let rows: Vec<ExportRow> = export_assessments(office, round).try_collect().await?;
    let lines = rows.iter().map(|row| row.fields().to_vec());
    csv(&out.join("assessments.csv"), &EXPORT_HEADER, lines)?;
    Ok(rows)
}

/// Writes `ledger.csv` and returns its rows.
pub async fn ledger(office: &Backoffice, out: &Path) -> Result<Vec<LedgerRow>> {
    let rows: Vec<LedgerRow> = export_postings(office).try_collect().await?;
    let lines = rows.iter().map(|row| row.fields().to_vec());
    csv(&out.join("ledger.csv"), &LEDGER_HEADER, lines)?;
    Ok(rows)
}

fn csv(path: &Path, header: &[&str], lines: impl Iterator<Item = Vec<String>>) -> Result<()> {
    let mut writer = csv::Writer::from_path(path).with_context(|| path.display().to_string())?;
    writer.write_record(header)?;
    for line in lines {
        writer.write_record(line)?;
    }
    Ok(writer.flush()?)
}

/// Writes every bill of the round as PDF and returns them.
pub async fn bills(
    office: &Backoffice,
    round: RoundId,
    count: u64,
    out: &Path,
) -> Result<Vec<BillView>> {
    std::fs::create_dir_all(out)?;
    let mut all = Vec::new();
    for number in 1.. {
        let lines = bills_of_round(office, round, Page { number, size: BILLS_PER_FILE }).await?;
        if lines.is_empty() {
            break;
        }
        let ids: Vec<BillId> = lines.iter().map(|line| line.id).collect();
        let views = bill_views(office, &ids).await?;
        let single = count <= SINGLE_FILES_MAX;
        let files: Vec<(PathBuf, Vec<BillView>)> = if single {
            views
                .iter()
                .map(|v| (out.join(format!("{:06}.pdf", v.id.0)), vec![v.clone()]))
                .collect()
        } else {
            vec![(out.join(format!("bills-{number:04}.pdf")), views.clone())]
        };
        tokio::task::spawn_blocking(move || {
            files.into_iter().try_for_each(|(path, bills)| {
                std::fs::write(path, bill_pdf(&bills)?)?;
                anyhow::Ok(())
            })
        })
        .await??;
        all.extend(views);
    }
    Ok(all)
}

/// Puts the slips of each printer into one folder: `H01-0001.png` and its bytes beside it.
/// Returns how many came out whole, and how many were torn.
pub fn slips(printers: &[(String, PathBuf)], out: &Path) -> Result<(u64, u64)> {
    let (mut whole, mut torn) = (0, 0);
    for (code, folder) in printers {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let plain = name.replacen("slip-", "", 1);
            std::fs::rename(&path, out.join(format!("{code}-{plain}")))?;
            if Path::new(name).extension().is_some_and(|extension| extension == "png") {
                if name.starts_with("torn") { torn += 1 } else { whole += 1 }
            }
        }
        std::fs::remove_dir(folder)?;
    }
    Ok((whole, torn))
}

/// One line of the report: what was done, how much, how long it took.
pub struct Chapter {
    /// What was done.
    pub title: &'static str,
    /// What came of it.
    pub outcome: String,
    /// Milliseconds.
    pub took_ms: u128,
}

/// Writes `story.md`.
pub fn tell(out: &Path, head: &str, chapters: &[Chapter], checks: &[Check]) -> Result<String> {
    let mut text = format!("# 検針から請求まで\n\n{head}\n\n## あらすじ\n\n");
    text.push_str("| # | できごと | 結果 | 時間 |\n|---|---|---|---|\n");
    for (number, chapter) in chapters.iter().enumerate() {
        let seconds = format!("{}.{:03}秒", chapter.took_ms / 1_000, chapter.took_ms % 1_000);
        writeln!(text, "| {} | {} | {} | {seconds} |", number + 1, chapter.title, chapter.outcome)?;
    }
    text.push_str("\n## 成り立っていなければならないこと\n\n| 結果 | こと | 数 |\n|---|---|---|\n");
    for check in checks {
        let mark = if check.holds { "○" } else { "**×**" };
        writeln!(text, "| {mark} | {} | {} |", check.claim, check.found)?;
    }
    text.push_str(
        "\n## このフォルダーの中身\n\n\
         - `screens/`: 端末の画面（起きた順）\n\
         - `slips/`: お知らせ票と、プリンターに送ったバイト列（`*.bin`）。`torn` は途中で切れた票\n\
         - `bills/`: 納入通知書（PDF）\n\
         - `assessments.csv`: 調定、`ledger.csv`: 仕訳\n",
    );
    std::fs::write(out.join("story.md"), &text)?;
    Ok(text)
}
