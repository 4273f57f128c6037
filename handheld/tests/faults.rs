//! Storage that fails under the real program (記憶装置の故障): full, read-only, gone.
//!
//! The full disk is a real one: a small tmpfs in a mount namespace of the program's own, filled to
//! the last byte. What the reader is told is read off the screen; what is kept is read off the
//! copies.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use handheld::bench::{TODAY, enrolment, package};
use handheld::shell::open_store;
use shared::panel::PanelClient;
use shared::wire::{Event, EventV1, encode};

struct Terminal {
    child: Child,
    hand: PanelClient<ChildStdout, ChildStdin>,
}

impl Terminal {
    /// The program behind these words of a shell, which see the folder as `$F`.
    fn start(folder: &Path, before: &str, second: &Path) -> Terminal {
        let mut child = Command::new("unshare")
            .args(["-rm", "sh", "-ec", &format!("{before}\nexec \"$@\""), "sh"])
            .arg(env!("CARGO_BIN_EXE_handheld"))
            .args(["--backend", "headless", "--practice", "--date", &TODAY.to_string()])
            .arg("--data")
            .arg(folder.join("data"))
            .arg("--second")
            .arg(second)
            .arg("--enrolment")
            .arg(folder.join("enrolment"))
            .arg("--package")
            .arg(folder.join("package"))
            .args(["--printer", "/nowhere/printer"])
            .env("F", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (screen, keys) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
        let hand = PanelClient::connect(screen, keys).unwrap();
        Terminal { child, hand }
    }

    /// A path as the program sees it, behind its own mounts.
    fn inside(&self, path: &Path) -> PathBuf {
        Path::new(&format!("/proc/{}/root", self.child.id())).join(path.strip_prefix("/").unwrap())
    }

    fn keys(&mut self, keys: &str) -> String {
        let names: Vec<&str> = keys.split(' ').collect();
        self.hand.press_all(&names).unwrap().message.clone().unwrap_or_default()
    }

    fn log_in(&mut self) -> String {
        self.keys("1 0 1 Return 1 2 3 4 Return")
    }

    #[track_caller]
    fn says(&self, words: &[&str]) {
        let message = self.hand.caption().message.clone().unwrap_or_default();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn prepare(folder: &Path) {
    std::fs::create_dir_all(folder.join("data")).unwrap();
    std::fs::create_dir_all(folder.join("second")).unwrap();
    std::fs::write(folder.join("enrolment"), encode(&enrolment())).unwrap();
    std::fs::write(folder.join("package"), encode(&package(60))).unwrap();
}

/// Containers may forbid mounts; then there is no disk to fill.
fn may_mount() -> bool {
    let may = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !may {
        println!("no mounts here: nothing is tested");
    }
    may
}

/// Fills the disk under this folder to the last byte.
fn fill(folder: &Path) {
    let mut ballast = File::create(folder.join("ballast")).unwrap();
    for block in [65_536, 512, 1] {
        let bytes = vec![b'x'; block];
        let error = loop {
            if let Err(error) = ballast.write_all(&bytes) {
                break error;
            }
        };
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    }
}

/// The register values in the log of these copies.
fn readings(data: &Path, second: Option<&Path>) -> Vec<u32> {
    let mut store = open_store(data, second, &enrolment()).unwrap();
    let key = store.keyring().open("101", "1234").unwrap();
    store.unlock(key);
    let value = |event| match event {
        Event::V1(EventV1::Reading(reading)) => Some(reading.register_value),
        Event::V1(_) => None,
    };
    store.events().unwrap().into_iter().filter_map(|entry| value(entry.event)).collect()
}

#[test]
fn a_full_card_lets_the_work_go_on_with_the_other_and_is_healed() {
    if !may_mount() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let (data, second) = (folder.path().join("data"), folder.path().join("second"));
    let small = "mount -t tmpfs -o size=3m none \"$F/data\"";
    let mut terminal = Terminal::start(folder.path(), small, &second);
    terminal.log_in();
    terminal.keys("Return 1 2 3 8 Return");
    terminal.says(&["保存しました"]);
    fill(&terminal.inside(&data));
    let mut is_told = false;
    for _ in 0..30 {
        terminal.keys("Return 1 2 3 8 Return");
        let message = terminal.hand.caption().message.clone().unwrap_or_default();
        is_told |= message.contains("H06") && message.contains("検針は続けられます");
    }
    assert!(is_told, "the reader was never told");
    assert_eq!(terminal.hand.caption().progress.map(|progress| progress.0), Some(31));
    drop(terminal);

    // The card of that day is gone with its mount; the other alone makes it anew.
    let mut terminal = Terminal::start(folder.path(), ":", &second);
    terminal.says(&["H05"]);
    assert_eq!(terminal.log_in(), "");
    assert_eq!(terminal.hand.caption().progress.map(|progress| progress.0), Some(31));
    drop(terminal);
    assert_eq!(readings(&data, None), vec![1_238; 31]);
    assert_eq!(readings(&data, Some(&second)), vec![1_238; 31]);
}

#[test]
fn two_full_cards_save_nothing_say_so_and_take_the_same_entry_when_there_is_room() {
    if !may_mount() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let small = "mount -t tmpfs -o size=4m none \"$F/data\"";
    let (data, second) = (folder.path().join("data"), folder.path().join("data/second"));
    let mut terminal = Terminal::start(folder.path(), small, &second);
    terminal.log_in();
    let ballast = terminal.inside(&data);
    fill(&ballast);
    let mut saved = 0;
    terminal.keys("Return");
    while saved < 40 {
        terminal.keys("1 2 3 8 Return");
        let message = terminal.hand.caption().message.clone().unwrap_or_default();
        if message.contains("H01") {
            assert!(!message.contains("保存しました"), "{message}");
            break;
        }
        saved += 1;
        terminal.keys("Return");
    }
    terminal.says(&["H01", "保存していません", "事務所に連絡"]);
    let refused = terminal.hand.caption().clone();
    std::fs::remove_file(ballast.join("ballast")).unwrap();
    // The digits are still in the field: one key is enough.
    terminal.keys("Return");
    terminal.says(&["保存しました"]);
    assert_eq!(terminal.hand.caption().connection_number, refused.connection_number);
    assert_eq!(terminal.hand.caption().progress.map(|progress| progress.0), Some(saved + 1));
    let (copied, both) = (folder.path().join("copied"), ["", "second"]);
    for inside in both {
        std::fs::create_dir_all(copied.join(inside)).unwrap();
        for entry in std::fs::read_dir(ballast.join(inside)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_file() {
                let target = copied.join(inside).join(entry.file_name());
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    for copy in [copied.as_path(), &copied.join("second")] {
        assert_eq!(readings(copy, None).len(), usize::try_from(saved + 1).unwrap());
    }
}

#[test]
fn a_read_only_card_and_a_card_that_is_gone_are_told_and_the_other_takes_the_work() {
    if !may_mount() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let (data, second) = (folder.path().join("data"), folder.path().join("second"));
    let mut terminal = Terminal::start(folder.path(), ":", &second);
    terminal.log_in();
    terminal.keys("Return 1 2 3 8 Return");
    drop(terminal);

    let read_only = "mount --bind \"$F/data\" \"$F/data\"\nmount -o remount,bind,ro \"$F/data\"";
    let mut terminal = Terminal::start(folder.path(), read_only, &second);
    terminal.says(&["H06"]);
    terminal.log_in();
    assert_eq!(terminal.hand.caption().progress.map(|progress| progress.0), Some(1));
    terminal.keys("Return 1 2 3 9 Return");
    terminal.says(&["保存しました"]);
    drop(terminal);

    // In the place of the internal card there is nothing that a folder could be made in.
    std::fs::write(folder.path().join("no-card"), "").unwrap();
    let gone = folder.path().join("no-card/second");
    let mut terminal = Terminal::start(folder.path(), ":", &second);
    terminal.log_in();
    drop(terminal);
    let mut terminal = Terminal::start(folder.path(), ":", &gone);
    terminal.says(&["H06"]);
    terminal.log_in();
    terminal.keys("Return 1 2 4 0 Return");
    terminal.says(&["保存しました"]);
    drop(terminal);
    let mut terminal = Terminal::start(folder.path(), ":", &second);
    terminal.log_in();
    drop(terminal);
    assert_eq!(readings(&data, None), [1_238, 1_239, 1_240]);
    assert_eq!(readings(&data, Some(&second)), [1_238, 1_239, 1_240]);
}
