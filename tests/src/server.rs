//! The real server on a data folder of its own, with a small demo town.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::programs::program;

/// A running `minamo serve`. Stopped cleanly with the value.
pub struct Server {
    child: Child,
    /// `https://127.0.0.1:PORT`.
    pub address: String,
    data: PathBuf,
    _folder: tempfile::TempDir,
}

impl Server {
    /// Makes a demo town of this size on this day and starts the server on it.
    pub fn with_demo_town(households: u32, date: &str) -> anyhow::Result<Server> {
        Server::with_tariffs(households, date, &[])
    }

    /// The same with tariffs of one's own, which the town's classes and reliefs must be in.
    pub fn with_tariffs(households: u32, date: &str, tariffs: &[String]) -> anyhow::Result<Server> {
        let folder = tempfile::Builder::new().prefix("minamo-journey").tempdir()?;
        let data = folder.path().join("data");
        let mut files = Vec::with_capacity(tariffs.len());
        for (number, text) in tariffs.iter().enumerate() {
            let file = folder.path().join(format!("tariff{number}.toml"));
            std::fs::write(&file, text)?;
            files.push(file);
        }
        let made = Command::new(program("minamo"))
            .args(["demo-data", "--seed", "1", "--date", date])
            .args(["--households", &households.to_string()])
            .arg("--data")
            .arg(&data)
            .args(
                files.iter().flat_map(|file| [std::ffi::OsStr::new("--tariff"), file.as_os_str()]),
            )
            .output()?;
        anyhow::ensure!(
            made.status.success(),
            "demo-data failed: {}{}",
            String::from_utf8_lossy(&made.stdout),
            String::from_utf8_lossy(&made.stderr)
        );
        let (child, address) = serve(&data)?;
        Ok(Server { child, address, data, _folder: folder })
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("process ids fit i32"));
        // Already ended is as good as ended.
        let _ = kill(pid, Signal::SIGTERM);
        let _ = self.child.wait();
    }
}

fn serve(data: &Path) -> anyhow::Result<(Child, String)> {
    let mut child = Command::new(program("minamo"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .arg("--data")
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().expect("the server's output is piped");
    let mut lines = BufReader::new(stdout).lines();
    for line in lines.by_ref() {
        let line = line?;
        if let Some(at) = line.find("https://") {
            let address = line[at..].split_whitespace().next().unwrap_or_default();
            let address = address.trim_end_matches('/').to_owned();
            // Keep the pipe empty, or the server would stall on a full one.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok((child, address));
        }
    }
    let status = child.wait()?;
    anyhow::bail!("the server ended at start: {status}")
}
