//! `minamo import` (データの取込み): a utility's own list instead of the demo town.

use std::path::PathBuf;

use crate::office::DataArguments;
use crate::outside::Outside;
use crate::refusal::Refusal;

/// What `minamo import` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct ImportArguments {
    #[command(flatten)]
    data: DataArguments,
    /// 料金表ファイル（水道・下水道など、繰り返し指定できます）
    #[arg(long = "tariff", value_name = "FILE")]
    tariffs: Vec<PathBuf>,
    /// 水栓台帳の CSV ファイル（UTF-8 または CP932）
    #[arg(long, value_name = "FILE")]
    connections: Option<PathBuf>,
    /// 誤りのある行を除いて取り込みます
    #[arg(long)]
    skip_bad: bool,
    /// 除いた行の書き先（--skip-bad のとき。省略時は CSV と同じ場所に「-rejects.csv」を付けた名前）
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

/// Carries the command out; 1 when something was wrong with the files.
pub async fn run(_: ImportArguments, _: &Outside) -> Result<u8, Refusal> {
    Ok(1)
}
