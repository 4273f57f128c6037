//! `minamo bench` (性能測定): how fast it is here, as lines for docs/benchmarks.md.
//!
//! What needs a database gets a private one in a throw-away folder: nothing real is touched.

mod billing;
mod handheld;
mod lab;
mod papers;
mod scratch;
mod search;

use clap::ValueEnum;

use crate::outside::Outside;
use crate::refusal::Refusal;

/// What `minamo bench` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct BenchArguments {
    /// 何を測るか
    #[arg(value_enum, default_value = "all")]
    what: What,
    /// 検索を測る町の世帯数
    #[arg(long, value_name = "N", default_value_t = 113_942,
          value_parser = clap::value_parser!(u32).range(50..=300_000))]
    households: u32,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// 料金計算
    Charges,
    /// 調定・請求の一括処理
    Billing,
    /// 水栓・使用者の検索
    Search,
    /// 料金改定の試算
    Lab,
    /// ハンディ端末
    Handheld,
    /// すべて
    All,
}

impl What {
    fn holds(self, other: What) -> bool {
        self == other || self == What::All
    }
}

/// Carries the command out.
pub async fn run(arguments: BenchArguments, outside: &Outside) -> Result<(), Refusal> {
    let what = arguments.what;
    if what.holds(What::Charges) {
        print_table("料金計算", &billing::measure_charges()?);
    }
    if what.holds(What::Billing) {
        print_table("調定処理", &billing::measure_runs().await?);
    }
    if what.holds(What::Search) {
        print_table("検索", &search::measure(arguments.households, outside).await?);
    }
    if what.holds(What::Lab) {
        print_table("料金改定の試算", &lab::measure().await?);
    }
    if what.holds(What::Handheld) {
        handheld::run(&outside.programs).await?;
    }
    Ok(())
}

/// Rows of a table as they stand in the document: what was measured, and the figure.
type Rows = Vec<(String, String)>;

fn print_table(title: &str, rows: &Rows) {
    println!("### {title}\n\n| 測定 | 値 |\n|---|---|");
    for (what, figure) in rows {
        println!("| {what} | {figure} |");
    }
    println!();
}
