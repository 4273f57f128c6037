//! Journeys (画面の通し): a clerk's and a trainee's way through the real pages in a real Chromium.

mod charge;
mod correction;
mod lab;
mod leak_adjustment;
mod manual;
mod office;
mod practice;
mod tariff;

/// The day on which the demo towns of these tests live.
const TODAY: &str = "2026-11-23";

/// Runs a journey on a runtime of its own, so that a failing step tells its page.
fn travel(journey: impl Future<Output = anyhow::Result<()>>) {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(journey)
        .unwrap();
}
