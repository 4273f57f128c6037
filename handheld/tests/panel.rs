//! The real program without a display, driven by keys, printing on the real virtual printer.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use handheld::bench::{TODAY, package};
use shared::panel::{Caption, PanelInput, PanelOutput, read_message, write_message};
use shared::wire::{EnrolmentV1, encode};
use uuid::Uuid;

struct Terminal {
    child: Child,
    sent: u64,
    picture: Vec<u8>,
    caption: Caption,
}

impl Terminal {
    fn start(folder: &Path, printer: &str) -> Terminal {
        let child = Command::new(env!("CARGO_BIN_EXE_handheld"))
            .args(["--backend", "headless", "--practice", "--date", &TODAY.to_string()])
            .arg("--data")
            .arg(folder.join("data"))
            .arg("--enrolment")
            .arg(folder.join("enrolment"))
            .arg("--package")
            .arg(folder.join("package"))
            .args(["--printer", printer])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut terminal =
            Terminal { child, sent: 0, picture: Vec::new(), caption: Caption::default() };
        let ready: PanelOutput =
            read_message(terminal.child.stdout.as_mut().unwrap()).unwrap().unwrap();
        assert_eq!(ready, PanelOutput::Ready { width: 480, height: 800 });
        terminal.send(&PanelInput::Look);
        terminal.settle();
        terminal
    }

    fn send(&mut self, input: &PanelInput) {
        write_message(self.child.stdin.as_mut().unwrap(), input).unwrap();
        self.sent += 1;
    }

    fn settle(&mut self) {
        loop {
            let frame = read_message(self.child.stdout.as_mut().unwrap()).unwrap();
            let Some(PanelOutput::Frame { input_seen, busy, caption, png }) = frame else {
                panic!("the terminal ended");
            };
            self.caption = caption;
            if let Some(png) = png {
                self.picture = png;
            }
            if input_seen == self.sent && !busy {
                return;
            }
        }
    }

    fn keys(&mut self, keys: &[&str]) -> &Caption {
        for key in keys {
            self.send(&PanelInput::Key((*key).to_owned()));
        }
        self.settle();
        &self.caption
    }

    fn touch(&mut self, x: u16, y: u16) -> &Caption {
        self.send(&PanelInput::PointerDown { x, y });
        self.send(&PanelInput::PointerUp { x, y });
        self.settle();
        &self.caption
    }

    fn picture(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pictures/handheld");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), &self.picture).unwrap();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn prepare(folder: &Path, connections: u32) {
    let enrolment = EnrolmentV1 {
        device: Uuid::from_u128(1),
        device_code: "T01".into(),
        server: String::new(),
        token: [0; 32],
        slip_key: [0; 32],
        authority: Vec::new(),
    };
    std::fs::write(folder.join("enrolment"), encode(&enrolment)).unwrap();
    std::fs::write(folder.join("package"), encode(&package(connections))).unwrap();
}

fn printer(out: &Path) -> (Child, String) {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_handheld")).with_file_name("virtual-printer");
    assert!(program.is_file(), "build the workspace first: cargo build --workspace");
    let mut child = Command::new(program)
        .arg("--out")
        .arg(out)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    (child, first.trim().strip_prefix("ready ").unwrap().to_owned())
}

#[test]
fn a_route_is_walked_by_keys_and_survives_a_pulled_plug() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), 20);
    let (mut paper, line) = printer(&folder.path().join("paper"));
    let mut terminal = Terminal::start(folder.path(), &line);
    assert_eq!(terminal.caption.screen, "login");
    terminal.keys(&["1", "0", "1", "Return", "1", "2"]);
    terminal.picture("login");
    assert_eq!(terminal.keys(&["3", "4", "Return"]).screen, "route");
    terminal.picture("route");
    assert_eq!(terminal.keys(&["Return"]).connection_number.as_deref(), Some("00000001"));
    assert_eq!(terminal.keys(&["1", "2", "3", "8"]).typed, "1238");
    terminal.picture("reading");
    let message = terminal.keys(&["Return"]).message.clone().unwrap();
    assert!(message.contains("T01-000001") && message.contains("印刷しました"), "{message}");
    terminal.picture("saved");

    terminal.keys(&["Return", "1", "3", "2", "0", "Return"]);
    assert_eq!(terminal.caption.screen, "check");
    terminal.picture("check");
    terminal.keys(&["1", "3", "2", "0", "Return"]);
    terminal.picture("check-indicator");
    terminal.keys(&["2"]);
    assert!(terminal.caption.message.as_deref().unwrap().contains("T01-000002"));

    terminal.keys(&["Return", "F2", "7"]);
    terminal.picture("no-read");
    assert_eq!(terminal.keys(&["Return"]).progress, Some((3, 20)));
    terminal.keys(&["1", "1", "0", "0", "Return"]);
    terminal.picture("backwards");
    terminal.keys(&["Escape", "1", "2", "4"]);
    drop(terminal);

    let mut terminal = Terminal::start(folder.path(), &line);
    terminal.keys(&["1", "0", "1", "Return", "1", "2", "3", "4", "Return"]);
    assert_eq!(terminal.caption.progress, Some((3, 20)));
    terminal.picture("route-after-restart");
    terminal.keys(&["F4"]);
    terminal.picture("sync");
    let message = terminal.keys(&["Return"]).message.clone().unwrap();
    assert!(message.contains("送受信が終わりました"), "{message}");
    terminal.picture("sync-done");
    drop(terminal);
    drop(paper.stdin.take());
    paper.wait().unwrap();
    assert!(folder.path().join("paper/slip-0002.png").is_file());
}

#[test]
fn a_finger_does_what_a_key_does_and_a_missing_printer_is_told() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), 3);
    let mut terminal = Terminal::start(folder.path(), "/nowhere/printer");
    terminal.keys(&["1", "0", "1", "Return", "1", "2", "3", "4", "Return"]);
    // The second row of the list.
    assert_eq!(terminal.touch(200, 230).connection_number.as_deref(), Some("00000002"));
    terminal.keys(&["1", "2", "3", "8", "Return"]);
    let message = terminal.caption.message.clone().unwrap();
    assert!(message.starts_with("保存しました") && message.contains("P01"), "{message}");
    terminal.picture("printer-missing");
}
