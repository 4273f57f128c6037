//! How fast bills become paper (納入通知書の測定): read from the database and set as PDF.

use std::time::Instant;

use backoffice::Backoffice;
use backoffice::billing::{BillView, Page, bill_views, bills_of_round};
use backoffice::documents::bill_pdf;
use shared::ids::{BillId, RoundId};

use super::Rows;
use crate::office::database_failed;
use crate::refusal::Refusal;

/// Bills that are set.
const BILLS: u32 = 400;

/// Bills of one file: small files keep memory flat.
const BILLS_PER_FILE: usize = 20;

/// Sets bills of a billed round, on one core and on all.
pub async fn measure(office: &Backoffice, round: RoundId) -> Result<Rows, Refusal> {
    let page = Page { number: 1, size: BILLS };
    let listed = bills_of_round(office, round, page).await.map_err(database_failed)?;
    let ids: Vec<BillId> = listed.iter().map(|line| line.id).collect();
    let loading = Instant::now();
    let bills = bill_views(office, &ids).await.map_err(|error| {
        Refusal::new(error.code(), backoffice::codes::japanese(error.code()).unwrap_or_default())
    })?;
    let mut rows = vec![("納入通知書の内容の読込み".to_owned(), told(bills.len(), loading))];
    // The first file loads the typeface.
    set(&bills[..bills.len().min(1)])?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    for threads in [1, cores] {
        let watch = Instant::now();
        let share = bills.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let working: Vec<_> =
                bills.chunks(share).map(|part| scope.spawn(move || set(part))).collect();
            working.into_iter().try_for_each(|thread| {
                thread.join().unwrap_or_else(|_| Err(Refusal::new("X99", "PDFを作れません。")))
            })
        })?;
        rows.push((
            format!("納入通知書のPDF（{threads}コア、1枚ずつ別の内容）"),
            told(bills.len(), watch),
        ));
        if cores == 1 {
            break;
        }
    }
    Ok(rows)
}

fn set(bills: &[BillView]) -> Result<(), Refusal> {
    for file in bills.chunks(BILLS_PER_FILE) {
        bill_pdf(file).map_err(|error| {
            let text = backoffice::codes::japanese(error.code()).unwrap_or_default();
            Refusal::new(error.code(), text).because(error)
        })?;
    }
    Ok(())
}

fn told(count: usize, watch: Instant) -> String {
    let time = watch.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
    let per_second = count as f64 / time.as_secs_f64().max(f64::MIN_POSITIVE);
    format!("毎秒 {per_second:.0} 枚（{count} 枚）")
}
