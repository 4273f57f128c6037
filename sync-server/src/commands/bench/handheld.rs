//! The terminal's own benches (端末の測定): `handheld bench`, beside this program.

use std::path::Path;

use tokio::process::Command;

use crate::refusal::Refusal;

/// Runs them; they print for themselves.
pub async fn run(programs: &Path) -> Result<(), Refusal> {
    let program = programs.join("handheld");
    println!("### ハンディ端末\n");
    let status = Command::new(&program)
        .arg("bench")
        .kill_on_drop(true)
        .status()
        .await
        .map_err(|cause| Refusal::file(&program, cause))?;
    if status.success() {
        return Ok(());
    }
    Err(Refusal::new("R09", format!("端末の測定が途中で終わりました（{status}）。")))
}
