//! One life of the terminal: it is started, worked with and killed at a chosen point.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use handheld::bench::TODAY;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use shared::panel::{Caption, PanelInput, PanelOutput, read_message, write_message};

use super::ledger::Shown;

/// How the program ends.
#[derive(Debug, Clone, Copy)]
pub enum Death {
    /// Killed by the kernel as it makes this call for the n-th time in a thread.
    AtCall { call: &'static str, nth: u32 },
    /// A file would grow beyond so many blocks: written up to there, killed at the next byte.
    TornWrite { blocks: u32 },
    /// Killed so many microseconds after the n-th key.
    AfterKey { nth: u32, micros: u64 },
}

/// What one life makes of these calls in its busiest thread, as strace counts them.
const CALLS: [(&str, u32); 7] = [
    ("pwrite64", 44),
    ("pwrite64", 44),
    ("fsync", 12),
    ("fsync", 12),
    ("ftruncate", 2),
    ("write", 70),
    ("openat", 125),
];

impl Death {
    pub fn draw(random: &mut ChaCha8Rng, has_strace: bool) -> Death {
        match random.random_range(0..4) {
            0 | 1 if has_strace => {
                let (call, most) = CALLS[random.random_range(0..CALLS.len())];
                Death::AtCall { call, nth: random.random_range(1..=most) }
            }
            2 => Death::TornWrite { blocks: random.random_range(60..500) },
            _ => Death::AfterKey {
                nth: random.random_range(1..28),
                // Printing takes longer than everything else.
                micros: random.random_range(0..40_000) * random.random_range(1..15),
            },
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Death::AtCall { .. } => "at a disk call",
            Death::TornWrite { .. } => "torn write",
            Death::AfterKey { .. } => "wall clock",
        }
    }

    fn command(self) -> Command {
        let program = env!("CARGO_BIN_EXE_handheld");
        match self {
            Death::AtCall { call, nth } => {
                let mut command = Command::new("strace");
                let trace = format!("trace={call}");
                let inject = format!("inject={call}:signal=SIGKILL:when={nth}");
                // -D: the program is our child, and strace watches from beside.
                command.args(["-D", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null"]);
                command.args(["-e", &trace, "-e", &inject, program]);
                command
            }
            Death::TornWrite { blocks } => {
                let mut command = Command::new("sh");
                command.args(["-c", "ulimit -f \"$0\" && exec \"$@\"", &blocks.to_string()]);
                command.arg(program);
                command
            }
            Death::AfterKey { .. } => Command::new(program),
        }
    }
}

pub fn has_strace() -> bool {
    Command::new("strace")
        .args([
            "-D",
            "-f",
            "-qq",
            "--seccomp-bpf",
            "-o",
            "/dev/null",
            "-e",
            "trace=pwrite64",
            "true",
        ])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The virtual printer on its pseudo terminal; outlives the terminals.
pub struct Printer {
    child: Child,
    path: String,
    slips: Arc<Mutex<usize>>,
}

impl Printer {
    pub fn start(out: &Path) -> Printer {
        let program =
            PathBuf::from(env!("CARGO_BIN_EXE_handheld")).with_file_name("virtual-printer");
        assert!(program.is_file(), "build the workspace first: cargo build --workspace");
        let mut child = Command::new(program)
            .arg("--out")
            .arg(out)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let slips = Arc::new(Mutex::new(0));
        let counted = slips.clone();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok).filter(|line| line.starts_with("slip ")) {
                drop(line);
                *counted.lock().unwrap() += 1;
            }
        });
        Printer { child, path: first.strip_prefix("ready ").unwrap().to_owned(), slips }
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whole slips that have come out. Waits for the printer to have laid down the last one.
    pub fn slips(&mut self) -> usize {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
        *self.slips.lock().unwrap()
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, the hand at its keys and what its screen has said.
pub struct Life {
    child: Arc<Mutex<Child>>,
    keys: ChildStdin,
    screen: ChildStdout,
    death: Death,
    sent: u64,
    seen: u64,
    busy: bool,
    caption: Caption,
    shown: Vec<Shown>,
}

/// The program is dead.
pub struct Dead;

impl Life {
    pub fn begin(folder: &Path, printer: &str, death: Death) -> Life {
        let mut child = death
            .command()
            .args(["--backend", "headless", "--practice", "--date", &TODAY.to_string()])
            .arg("--data")
            .arg(folder.join("data"))
            .arg("--second")
            .arg(folder.join("second"))
            .arg("--enrolment")
            .arg(folder.join("enrolment"))
            .arg("--package")
            .arg(folder.join("package"))
            .args(["--printer", printer])
            .env("RUST_LOG", "off")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (screen, keys) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
        Life {
            child: Arc::new(Mutex::new(child)),
            keys,
            screen,
            death,
            sent: 0,
            seen: 0,
            busy: false,
            caption: Caption::default(),
            shown: Vec::new(),
        }
    }

    /// Works until the plug is pulled or a little day is over; says what was under way.
    pub fn work(&mut self, random: &mut ChaCha8Rng) -> &'static str {
        let mut under_way = "starting";
        let _: Result<(), Dead> = (|| {
            self.hear_one()?;
            under_way = "logging in";
            self.keys("1 0 1 Return 1 2 3 4 Return")?;
            for _ in 0..2 {
                let deed = random.random_range(0..10);
                under_way = match deed {
                    0..=5 => "entering and printing",
                    6 => "no reading",
                    7 => "settling with cash",
                    8 => "reprinting",
                    _ => "syncing",
                };
                self.keys("F1 Return")?;
                match deed {
                    0..=5 => self.keys("1 2 3 8 Return")?,
                    6 => self.keys("F2 7 Return")?,
                    7 => self.keys("F4 4 1 1 2 3 8 Return 2 1 0 0 0 0 Return 1 Return")?,
                    8 => self.keys("1 2 3 8 Return F3")?,
                    _ => self.keys("F1 F4 Return")?,
                }
            }
            under_way = "being idle";
            Ok(())
        })();
        under_way
    }

    /// Pulls the plug if nothing else has, and gives what the screen had shown as saved.
    pub fn end(mut self) -> Vec<Shown> {
        // Dead already is as good.
        let _ = self.child.lock().unwrap().kill();
        let _ = self.child.lock().unwrap().wait();
        // What was still in the pipe had been shown as well.
        while self.hear_one().is_ok() {}
        std::mem::take(&mut self.shown)
    }

    fn keys(&mut self, names: &str) -> Result<(), Dead> {
        for name in names.split(' ') {
            let key = PanelInput::Key(name.to_owned());
            write_message(&mut self.keys, &key).map_err(|_| Dead)?;
            self.sent += 1;
            if let Death::AfterKey { nth, micros } = self.death
                && self.sent == u64::from(nth)
            {
                self.kill_in(Duration::from_micros(micros));
            }
            while self.seen < self.sent || self.busy {
                self.hear_one()?;
            }
        }
        Ok(())
    }

    fn kill_in(&self, delay: Duration) {
        let (child, at) = (self.child.clone(), Instant::now() + delay);
        thread::spawn(move || {
            while Instant::now() < at {
                thread::yield_now();
            }
            // Dead already is as good.
            let _ = child.lock().unwrap().kill();
        });
    }

    /// The next thing that the screen says; everything that it calls saved is noted.
    fn hear_one(&mut self) -> Result<(), Dead> {
        let message = read_message(&mut self.screen).ok().flatten().ok_or(Dead)?;
        if let PanelOutput::Frame { input_seen, busy, caption, .. } = message {
            (self.seen, self.busy) = (input_seen, busy);
            self.shown.extend(Shown::on(&self.caption, &caption));
            self.caption = caption;
        }
        Ok(())
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        // Dead already is as good.
        let _ = self.child.lock().unwrap().kill();
    }
}
