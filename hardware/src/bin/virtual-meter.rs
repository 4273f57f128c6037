//! `virtual-meter`: a water meter with M-Bus on a pseudo terminal, for the terminal's meter port.
//!
//! It prints `ready PATH`. Lines on its standard input change the meter; it ends with `quit` or when
//! the input ends.

use std::io::{self, BufRead, Write};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use hardware::twin::VirtualMeter;
use hardware::twin::pseudo_terminal::PseudoTerminal;
use hardware::twin::virtual_meter::{Fault, hears, say};

const HANDS: &str = "Lines on standard input: fault NAME, fault NAME ANSWERS, ok, liters N, number N, \
                     status N, flags N, quit. Faults: silent, noise, wrong-checksum, collision, \
                     slow-bytes, wrong-number, tenths, negative, errors.";

/// A virtual water meter with M-Bus on a pseudo terminal
#[derive(Debug, Parser)]
#[command(version, after_help = HANDS)]
struct Arguments {
    /// The meter's number, up to eight digits
    #[arg(long, default_value_t = 26_000_001, value_parser = clap::value_parser!(u32).range(..100_000_000))]
    number: u32,
    /// The register in liters
    #[arg(long, default_value_t = 1_234_567, value_parser = clap::value_parser!(u32).range(..100_000_000))]
    liters: u32,
    /// What is random in its faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A fault from the start
    #[arg(long, value_parser = fault)]
    fault: Option<Fault>,
    /// Also make the device reachable under this path
    #[arg(long, value_name = "PATH")]
    link: Option<PathBuf>,
}

fn fault(word: &str) -> Result<Fault, String> {
    Fault::from_key(word).ok_or_else(|| "no such fault".to_owned())
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut cable = PseudoTerminal::open().context("cannot make a pseudo terminal")?;
    let mut meter = VirtualMeter::new(arguments.number, arguments.liters, arguments.seed);
    meter.set_fault(arguments.fault);
    if let Some(link) = &arguments.link {
        symlink(cable.path(), link).with_context(|| format!("cannot link {}", link.display()))?;
    }
    tell(&format!("ready {}", arguments.link.as_deref().unwrap_or(cable.path()).display()))?;
    let outcome = serve(&mut meter, &mut cable, &hands());
    if let Some(link) = &arguments.link {
        std::fs::remove_file(link).context("cannot remove the link")?;
    }
    outcome
}

fn serve(
    meter: &mut VirtualMeter,
    cable: &mut PseudoTerminal,
    hands: &Receiver<String>,
) -> anyhow::Result<()> {
    let mut buffer = [0; 256];
    loop {
        if hears(cable, Duration::from_millis(20)).context("the pseudo terminal broke")? {
            let count = cable.receive(&mut buffer).context("the pseudo terminal broke")?;
            say(cable, meter.feed(&buffer[..count])).context("the pseudo terminal broke")?;
        }
        match hands.try_recv() {
            Ok(line) if line.trim() == "quit" => return Ok(()),
            Ok(line) => {
                let word = if obey(meter, line.trim()).is_some() { "done" } else { "unknown" };
                tell(&format!("{word} {line}"))?;
            }
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return Ok(()),
        }
    }
}

/// The lines on standard input.
fn hands() -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

fn obey(meter: &mut VirtualMeter, line: &str) -> Option<()> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        [] => {}
        ["ok"] => meter.set_fault(None),
        ["fault", word] => meter.set_fault(Some(Fault::from_key(word)?)),
        ["fault", word, answers] => meter.spoil_next(Fault::from_key(word)?, answers.parse().ok()?),
        ["liters", value] => {
            meter.liters = value.parse().ok().filter(|value| *value < 100_000_000)?;
        }
        ["number", value] => {
            meter.number = value.parse().ok().filter(|value| *value < 100_000_000)?;
        }
        ["status", value] => meter.status = value.parse().ok()?,
        ["flags", value] => meter.error_flags = value.parse().ok()?,
        _ => return None,
    }
    Some(())
}

fn tell(line: &str) -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}").and_then(|()| output.flush()).context("nobody reads the output")
}
