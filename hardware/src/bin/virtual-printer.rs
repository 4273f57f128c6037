//! `virtual-printer`: a slip printer on a pseudo terminal, whose paper comes out as PNG files.
//!
//! It prints `ready PATH`, then one line for each piece of paper. Lines on its standard input are
//! the hands at the printer; it ends with `quit` or when the input ends.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Parser;
use hardware::printer::PrinterStatus;
use hardware::twin::VirtualPrinter;
use hardware::twin::pseudo_terminal::PseudoTerminal;
use hardware::twin::tray::Tray;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

const HANDS: &str = "Lines on standard input: paper-end, paper-end-after ROWS, near-end, \
                     cover-open, offline, error, ok, quit.";

/// A virtual ESC/POS slip printer on a pseudo terminal
#[derive(Debug, Parser)]
#[command(version, after_help = HANDS)]
struct Arguments {
    /// Folder for slip-0001.png, slip-0001.bin and torn-0001.png
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Width of the print head: 384 (58 mm paper) or 576 (80 mm)
    #[arg(long, default_value_t = 384, value_parser = head_width)]
    dots: u32,
    /// Also make the device reachable under this path
    #[arg(long, value_name = "PATH")]
    link: Option<PathBuf>,
}

fn head_width(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(dots @ (384 | 576)) => Ok(dots),
        _ => Err("a head has 384 or 576 dots".to_owned()),
    }
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut cable = PseudoTerminal::open().context("cannot make a pseudo terminal")?;
    let mut tray = Tray::open(&arguments.out)
        .with_context(|| format!("cannot use the folder {}", arguments.out.display()))?;
    let mut printer = VirtualPrinter::new(arguments.dots);
    let address = match &arguments.link {
        Some(link) => {
            point(link, cable.path()).with_context(|| format!("cannot link {}", link.display()))?;
            link.as_path()
        }
        None => cable.path(),
    };
    say(&format!("ready {}", address.display()))?;
    let outcome = serve(&mut printer, &mut cable, &mut tray);
    if let Some(link) = &arguments.link {
        // A newer printer may have taken the link over; then it is not ours to remove.
        if fs::read_link(link).is_ok_and(|target| target == cable.path()) {
            fs::remove_file(link).context("cannot remove the link")?;
        }
    }
    outcome
}

fn serve(
    printer: &mut VirtualPrinter,
    cable: &mut PseudoTerminal,
    tray: &mut Tray,
) -> anyhow::Result<()> {
    let mut hands = Hands::at_standard_input()?;
    let mut buffer = [0; 16 * 1024];
    loop {
        let (from_cable, from_hands) = wait(cable, &hands.input)?;
        if from_cable {
            let count = cable.receive(&mut buffer).context("the pseudo terminal broke")?;
            let answers = printer.feed(&buffer[..count]);
            cable.send(&answers).context("the pseudo terminal broke")?;
        }
        if from_hands {
            let Some(lines) = hands.take_lines().context("cannot read the input")? else {
                return Ok(());
            };
            for line in lines {
                match obey(printer, line.trim()) {
                    Ok(answers) => cable.send(&answers).context("the pseudo terminal broke")?,
                    Err(Refusal::Quit) => return Ok(()),
                    Err(Refusal::Unknown) => say(&format!("unknown {line}"))?,
                }
            }
        }
        for piece in printer.take_pieces() {
            say(&tray.lay(&piece).context("cannot write the paper's picture")?)?;
        }
        for fault in printer.take_faults() {
            say(&format!("fault {fault}"))?;
        }
    }
}

/// The lines on standard input. Read without the standard buffer, behind which poll(2) cannot see.
struct Hands {
    input: File,
    half_line: Vec<u8>,
}

impl Hands {
    fn at_standard_input() -> anyhow::Result<Self> {
        let input = io::stdin().as_fd().try_clone_to_owned().context("no standard input")?;
        Ok(Self { input: File::from(input), half_line: Vec::new() })
    }

    /// The lines that have arrived; none at all when the input has ended.
    fn take_lines(&mut self) -> io::Result<Option<Vec<String>>> {
        let mut buffer = [0; 1024];
        let count = self.input.read(&mut buffer)?;
        if count == 0 {
            return Ok(None);
        }
        self.half_line.extend_from_slice(&buffer[..count]);
        let end = self.half_line.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let lines: Vec<u8> = self.half_line.drain(..end).collect();
        Ok(Some(String::from_utf8_lossy(&lines).lines().map(str::to_owned).collect()))
    }
}

/// Why a line was not carried out.
enum Refusal {
    Quit,
    Unknown,
}

/// Carries out one line of the hands; gives back what the printer says by itself.
fn obey(printer: &mut VirtualPrinter, line: &str) -> Result<Vec<u8>, Refusal> {
    let status = match line {
        "" => return Ok(Vec::new()),
        "quit" => return Err(Refusal::Quit),
        "ok" => PrinterStatus::Ready,
        "near-end" => PrinterStatus::NearPaperEnd,
        "paper-end" => PrinterStatus::PaperEnd,
        "cover-open" => PrinterStatus::CoverOpen,
        "offline" => PrinterStatus::Offline,
        "error" => PrinterStatus::Error,
        _ => {
            let rows = line.strip_prefix("paper-end-after ").and_then(|rows| rows.parse().ok());
            printer.end_paper_after(rows.ok_or(Refusal::Unknown)?);
            return Ok(Vec::new());
        }
    };
    Ok(printer.set_status(status))
}

/// Waits for bytes or hands: which of the two has something.
fn wait(cable: &PseudoTerminal, hands: &File) -> anyhow::Result<(bool, bool)> {
    let mut fds = [
        PollFd::new(cable.as_fd(), PollFlags::POLLIN),
        PollFd::new(hands.as_fd(), PollFlags::POLLIN),
    ];
    match poll(&mut fds, PollTimeout::NONE) {
        Ok(_) | Err(Errno::EINTR) => {}
        Err(error) => return Err(error).context("cannot wait for bytes"),
    }
    Ok((fds[0].any().unwrap_or(true), fds[1].any().unwrap_or(true)))
}

/// Makes or turns a link in one step, so that it is never missing.
fn point(link: &Path, target: &Path) -> io::Result<()> {
    let mut half = link.as_os_str().to_owned();
    half.push(".part");
    match fs::remove_file(&half) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    symlink(target, &half)?;
    fs::rename(half, link)
}

fn say(line: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("nobody listens any more")
}
