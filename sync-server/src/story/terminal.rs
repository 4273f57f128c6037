//! A terminal with its printer (端末とプリンター): the real programs, seen and touched from outside.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use shared::panel::{Caption, PanelClient, PanelInput};

use super::album::Album;

/// Which programs stand beside this one.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The terminal's program.
    pub handheld: PathBuf,
    /// The printer's twin.
    pub virtual_printer: PathBuf,
}

impl Programs {
    /// Looks for the programs in the folder of the running one.
    pub fn beside(folder: &Path) -> Result<Programs> {
        let find = |name: &str| {
            let path = folder.join(name);
            if path.is_file() {
                Ok(path)
            } else {
                bail!(
                    "{} がありません。cargo build --workspace で作ってください (R22)",
                    path.display()
                )
            }
        };
        Ok(Programs { handheld: find("handheld")?, virtual_printer: find("virtual-printer")? })
    }
}

/// A printer at the other end of a pseudo terminal. Ends with the value.
pub struct PaperPrinter {
    child: Child,
    line: PathBuf,
}

impl PaperPrinter {
    /// Loads paper of `dots` across; slips go to `out` as PNG with their bytes beside.
    pub fn start(programs: &Programs, out: &Path, dots: u32) -> Result<PaperPrinter> {
        let mut child = Command::new(&programs.virtual_printer)
            .arg("--out")
            .arg(out)
            .args(["--dots", &dots.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the virtual printer did not start")?;
        let stdout = child.stdout.take().context("the printer's output is piped")?;
        let mut lines = BufReader::new(stdout).lines();
        let first = lines.next().context("the printer ended at once")??;
        let line = first.strip_prefix("ready ").context("the printer said no line")?.into();
        // Its reports are not needed here, but the pipe must not fill up.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(PaperPrinter { child, line })
    }

    /// The serial line that leads to it.
    pub fn line(&self) -> &Path {
        &self.line
    }
}

impl Drop for PaperPrinter {
    fn drop(&mut self) {
        // Closing its input ends it after the last slip is on disk; waiting leaves no zombie.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// How one terminal is set up.
#[derive(Debug, Clone)]
pub struct TerminalSetup {
    /// `H01`.
    pub code: String,
    /// Its data folder.
    pub data: PathBuf,
    /// Its enrolment file.
    pub enrolment: PathBuf,
    /// The printer's line.
    pub printer: PathBuf,
    /// Width of its paper.
    pub dots: u32,
    /// The business date.
    pub date: String,
}

type Panel = PanelClient<ChildStdout, ChildStdin>;

/// A running handheld without a window. Killed with the value.
pub struct Terminal {
    setup: TerminalSetup,
    programs: Programs,
    child: Child,
    panel: Panel,
}

impl Terminal {
    /// Switches it on and waits for its first picture.
    pub fn switch_on(programs: &Programs, setup: TerminalSetup) -> Result<Terminal> {
        let (child, panel) = spawn(programs, &setup)?;
        Ok(Terminal { setup, programs: programs.clone(), child, panel })
    }

    /// Pulls the plug (`kill -9`) in the middle of whatever it does, and switches it on again.
    pub fn pull_plug_and_restart(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        (self.child, self.panel) = spawn(&self.programs, &self.setup)?;
        Ok(())
    }

    /// Presses a key and waits until all that follows from it is done.
    pub fn press(&mut self, key: &str) -> Result<&Caption> {
        self.panel.press(key).with_context(|| format!("{}: the terminal ended", self.setup.code))
    }

    /// Presses a key and does not wait.
    pub fn send_key(&mut self, key: &str) -> Result<()> {
        Ok(self.panel.send(&PanelInput::Key(key.to_owned()))?)
    }

    /// Presses the digits of a number one after the other.
    pub fn type_digits(&mut self, digits: &str) -> Result<&Caption> {
        Ok(self.panel.type_digits(digits)?)
    }

    /// What a person reads off the screen.
    pub fn caption(&self) -> &Caption {
        self.panel.caption()
    }

    /// Puts a picture of the screen into the album.
    pub fn photograph(&self, album: &Album, name: &str) -> Result<()> {
        album.keep(&format!("{}-{name}", self.setup.code), self.panel.picture())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Nothing is lost by it: what counts is on disk before the screen says so.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(programs: &Programs, setup: &TerminalSetup) -> Result<(Child, Panel)> {
    let mut child = Command::new(&programs.handheld)
        .args(["--backend", "headless"])
        .arg("--data")
        .arg(&setup.data)
        .arg("--enrolment")
        .arg(&setup.enrolment)
        .arg("--printer")
        .arg(&setup.printer)
        .args(["--paper", &setup.dots.to_string(), "--date", &setup.date])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{}: the handheld did not start", setup.code))?;
    let keys = child.stdin.take().context("the terminal's input is piped")?;
    let screen = child.stdout.take().context("the terminal's output is piped")?;
    let panel = PanelClient::connect(screen, keys)
        .with_context(|| format!("{}: the terminal ended at its start", setup.code))?;
    Ok((child, panel))
}
