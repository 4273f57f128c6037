//! The program `virtual-printer` as another program meets it: lines, a device path and files.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use hardware::escpos::{SerialPrinter, Timing};
use hardware::printer::{Printer, PrinterError};
use hardware::raster::Raster;

struct Program {
    child: Child,
    hands: Option<ChildStdin>,
    says: Lines<BufReader<ChildStdout>>,
    device: PathBuf,
}

impl Program {
    fn start(out: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_virtual-printer"))
            .arg("--out")
            .arg(out)
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut says = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = says.next().unwrap().unwrap();
        let device = PathBuf::from(first.strip_prefix("ready ").unwrap());
        Self { hands: child.stdin.take(), child, says, device }
    }

    fn hand(&mut self, line: &str) {
        writeln!(self.hands.as_mut().unwrap(), "{line}").unwrap();
    }

    fn heard(&mut self) -> String {
        self.says.next().unwrap().unwrap()
    }

    fn end(mut self) {
        drop(self.hands.take());
        assert!(self.child.wait().unwrap().success());
        assert_eq!(self.says.next().transpose().unwrap(), None);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // After `end` there is nothing left to kill; after a failed test there is.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn slip() -> Raster {
    let mut slip = Raster::white(384, 0);
    for row in 0..200_u8 {
        slip.push_row(&[row | 0x80; 48]);
    }
    slip
}

fn print(device: &Path) -> Result<(), PrinterError> {
    SerialPrinter::new(device, 384, Timing::default()).print(&slip(), &mut |_, _| {})
}

#[test]
fn slips_come_out_as_files_and_hands_can_spoil_them() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("printer");
    let out = folder.path().join("out");
    let mut program = Program::start(&out, &["--link", link.to_str().unwrap()]);
    assert_eq!(program.device, link);

    print(&program.device).unwrap();
    assert_eq!(program.heard(), "slip 0001 slip-0001.png");
    assert_eq!(
        fs::read(out.join("slip-0001.bin")).unwrap(),
        hardware::escpos::encode::slip(&slip())
    );

    program.hand("sing\npaper-end-after 150");
    assert_eq!(program.heard(), "unknown sing");
    assert_eq!(print(&program.device).unwrap_err().code(), "P04");
    assert_eq!(program.heard(), "torn 0001 torn-0001.png");
    assert!(!out.join("torn-0001.bin").exists());

    program.hand("ok");
    // "ok" and the next slip go different ways; only an answer tells that the hand was there.
    program.hand("was-there");
    assert_eq!(program.heard(), "unknown was-there");
    print(&program.device).unwrap();
    assert_eq!(program.heard(), "torn 0002 torn-0002.png");
    assert_eq!(program.heard(), "slip 0002 slip-0002.png");
    let leftovers = fs::read_dir(&out)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".part"));
    assert_eq!(leftovers.count(), 0);
    program.end();
    assert!(fs::symlink_metadata(&link).is_err(), "the link goes with the program");
}

#[test]
fn numbers_go_on_after_a_restart() {
    let out = tempfile::tempdir().unwrap();
    for number in ["0001", "0002"] {
        let mut program = Program::start(out.path(), &[]);
        print(&program.device).unwrap();
        assert_eq!(program.heard(), format!("slip {number} slip-{number}.png"));
        program.hand("quit");
        program.end();
    }
}
