//! A practice room (練習室): one trainee's terminal and printer, two real programs in a folder that
//! disappears with them.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use jiff::civil::Date;
use shared::panel::PanelOutput;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::package::{enrolment, work_package};
use super::panel_stream;

/// How long the two programs may take to start on a busy machine.
const START_MAX: Duration = Duration::from_secs(20);

/// Dots of the printer's head: paper of 58 mm.
const PAPER_DOTS: &str = "384";

/// Why a practice cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum RoomError {
    /// `handheld` or `virtual-printer` does not lie beside `minamo`.
    #[error("{} is missing", .0.display())]
    ProgramMissing(PathBuf),
    /// A folder, file or program could not be made ready.
    #[error("the practice could not be made ready")]
    Io(#[from] io::Error),
    /// A program ended or said something else than expected.
    #[error("{0} did not start")]
    NotStarted(&'static str),
}

/// What a room is furnished with.
pub struct Furnishing<'a> {
    /// The folder of the programs.
    pub programs: &'a Path,
    /// Where rooms are made.
    pub rooms: &'a Path,
    /// The day that is practised.
    pub today: Date,
    /// Fresh unpredictable bytes.
    pub random: [u8; 32],
}

/// A terminal and a printer at work. Both end with the value.
pub struct Room {
    handheld: Child,
    /// The printer.
    pub printer: Printer,
    folder: TempDir,
}

/// Keys and screen of a room's terminal.
pub struct Panel {
    /// What is typed goes in here.
    pub keys: ChildStdin,
    /// Pictures come out here.
    pub screen: ChildStdout,
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
}

/// The virtual printer's program.
pub struct Printer {
    child: Child,
    hands: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Room {
    /// Makes the folder and starts both programs.
    pub async fn open(furnishing: Furnishing<'_>) -> Result<(Room, Panel), RoomError> {
        timeout(START_MAX, Room::start(furnishing))
            .await
            .unwrap_or(Err(RoomError::NotStarted("the practice terminal")))
    }

    /// Where slips come out.
    pub fn paper(&self) -> PathBuf {
        paper_folder(self.folder.path())
    }

    /// Ends both programs and waits for them, so that nothing stays behind.
    pub async fn close(mut self) {
        for child in [&mut self.handheld, &mut self.printer.child] {
            if let Err(error) = child.kill().await {
                tracing::warn!(%error, "a practice program could not be ended");
            }
        }
        if let Err(error) = self.folder.close() {
            tracing::warn!(%error, "a practice folder could not be removed");
        }
    }

    async fn start(furnishing: Furnishing<'_>) -> Result<(Room, Panel), RoomError> {
        let printer_program = find(furnishing.programs, "virtual-printer")?;
        let handheld_program = find(furnishing.programs, "handheld")?;
        tokio::fs::create_dir_all(furnishing.rooms).await?;
        let folder = tempfile::Builder::new().prefix("room-").tempdir_in(furnishing.rooms)?;
        let (today, random) = (furnishing.today, furnishing.random);
        // Hashing the PIN takes a while.
        let package = tokio::task::spawn_blocking(move || work_package(today, random))
            .await
            .map_err(io::Error::other)?;
        let package_path = folder.path().join("package");
        let enrolment_path = folder.path().join("enrolment");
        tokio::fs::write(&package_path, shared::wire::encode(&package)).await?;
        tokio::fs::write(&enrolment_path, shared::wire::encode(&enrolment(random))).await?;

        let (printer, line) =
            Printer::start(&printer_program, &paper_folder(folder.path())).await?;
        let mut handheld = Command::new(handheld_program)
            .args(["--backend", "headless", "--practice", "--paper", PAPER_DOTS])
            .args(["--date", &today.to_string()])
            .arg("--data")
            .arg(folder.path().join("terminal"))
            .arg("--enrolment")
            .arg(enrolment_path)
            .arg("--package")
            .arg(package_path)
            .arg("--printer")
            .arg(line)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let keys = handheld.stdin.take().expect("the input is piped");
        let mut screen = handheld.stdout.take().expect("the output is piped");
        let Some(PanelOutput::Ready { width, height }) = panel_stream::receive(&mut screen).await?
        else {
            return Err(RoomError::NotStarted("handheld"));
        };
        Ok((Room { handheld, printer, folder }, Panel { keys, screen, width, height }))
    }
}

impl Printer {
    async fn start(program: &Path, paper: &Path) -> Result<(Printer, PathBuf), RoomError> {
        let mut child = Command::new(program)
            .arg("--out")
            .arg(paper)
            .args(["--dots", PAPER_DOTS])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let hands = child.stdin.take().expect("the input is piped");
        let output = child.stdout.take().expect("the output is piped");
        let mut lines = BufReader::new(output).lines();
        let first = lines.next_line().await?.unwrap_or_default();
        let line = first.strip_prefix("ready ").ok_or(RoomError::NotStarted("virtual-printer"))?;
        Ok((Printer { child, hands, lines }, line.into()))
    }

    /// Does something to the printer: `paper-end`, `cover-open`, `ok`.
    pub async fn touch(&mut self, hand: &str) -> io::Result<()> {
        self.hands.write_all(format!("{hand}\n").as_bytes()).await?;
        self.hands.flush().await
    }

    /// What the printer says next; `None` when it has ended.
    pub async fn next_line(&mut self) -> io::Result<Option<String>> {
        self.lines.next_line().await
    }
}

fn paper_folder(room: &Path) -> PathBuf {
    room.join("paper")
}

fn find(programs: &Path, name: &str) -> Result<PathBuf, RoomError> {
    let path = programs.join(name);
    if path.is_file() { Ok(path) } else { Err(RoomError::ProgramMissing(path)) }
}
