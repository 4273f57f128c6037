//! How fast a round is billed (調定の測定): charges on one core, and whole runs against a plain COPY.

use backoffice::billing::bench::{charges, compare, prepare, run};

use super::{Rows, papers, scratch::Scratch};
use crate::refusal::Refusal;

/// Some ten million charges: long enough to be told from noise.
const PASSES: u32 = 1_500;

/// Connections of the towns that are billed.
const SIZES: [u32; 2] = [10_000, 100_000];

/// Charges a second.
pub fn measure_charges() -> Result<Rows, Refusal> {
    let figures = charges(PASSES).map_err(refused)?;
    let millions = figures.per_second() / 1e6;
    Ok(vec![("料金計算（1コア、水道と下水道）".into(), format!("毎秒 {millions:.2} 百万件"))])
}

/// Bills a second, and how many times as long as a plain COPY of the same rows.
pub async fn measure_runs() -> Result<Rows, Refusal> {
    let mut rows = Rows::new();
    for connections in SIZES {
        let scratch = Scratch::open().await?;
        let measured = measure_size(&scratch, connections, &mut rows).await;
        scratch.close().await?;
        measured?;
    }
    Ok(rows)
}

async fn measure_size(scratch: &Scratch, connections: u32, rows: &mut Rows) -> Result<(), Refusal> {
    let office = &scratch.office.backoffice;
    let prepared = prepare(office, connections).await.map_err(refused)?;
    let figures = compare(office, &prepared).await.map_err(refused)?;
    let of = |what: &str| format!("{connections} 水栓の{what}");
    rows.push((
        of("調定処理（請求・調定・仕訳、確定まで）"),
        format!(
            "{:.2} 秒・毎秒 {:.0} 件の請求（{} 行）",
            figures.run.as_secs_f64(),
            figures.bills_per_second(),
            figures.rows
        ),
    ));
    rows.push((
        of("同じ行のCOPYだけ（同じ表・索引、確定まで）"),
        format!("{:.2} 秒", figures.plain_copy.as_secs_f64()),
    ));
    rows.push((of("調定処理 ÷ COPY"), format!("{:.2} 倍", figures.ratio())));
    if connections == SIZES[0] {
        // The last COPY left no run behind that papers could be made of.
        run(office, &prepared).await.map_err(refused)?;
        rows.extend(papers::measure(office, prepared.round).await?);
    }
    Ok(())
}

fn refused(error: backoffice::billing::BillingError) -> Refusal {
    let text = backoffice::codes::japanese(error.code()).unwrap_or_default();
    Refusal::new(error.code(), text).because(error)
}
