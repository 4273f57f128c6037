//! Signed updates (端末の更新): the real scripts in a folder, killed at every step and tampered with.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Every program that the updater calls: each call is a step at which the power may fail.
const STEPS: [&str; 9] = ["cp", "openssl", "mkdir", "tar", "chmod", "sync", "mv", "ln", "rm"];

struct Terminal {
    folder: tempfile::TempDir,
}

impl Terminal {
    /// A terminal on which version 1 runs and stays.
    fn new() -> Terminal {
        let terminal = Terminal { folder: tempfile::tempdir().unwrap() };
        for name in ["office", "thief"] {
            let key = terminal.path(&format!("{name}.pem"));
            openssl(&["genpkey", "-algorithm", "ed25519", "-out", key.to_str().unwrap()]);
            let public = terminal.path(&format!("{name}.pub"));
            let (key, public) = (key.to_str().unwrap(), public.to_str().unwrap());
            openssl(&["pkey", "-in", key, "-pubout", "-out", public]);
        }
        let bundle = terminal.bundle(1, "office");
        terminal.runs("install", Some(&bundle));
        terminal.runs("healthy", None);
        assert_eq!(terminal.started(), "program 1");
        terminal
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn bundle(&self, number: u32, signer: &str) -> PathBuf {
        self.bundle_for(number, signer, &machine())
    }

    fn bundle_for(&self, number: u32, signer: &str, machine: &str) -> PathBuf {
        let (program, bundle) =
            (self.path("program"), self.path(&format!("{number}-{signer}.tar")));
        fs::write(&program, format!("#!/bin/sh\necho program {number}\n")).unwrap();
        let outcome = script("minamo-bundle")
            .arg(&program)
            .args([&number.to_string(), &format!("0.{number}"), machine])
            .arg(self.path(&format!("{signer}.pem")))
            .arg(&bundle)
            .status()
            .unwrap();
        assert!(outcome.success());
        bundle
    }

    fn command(&self, word: &str, bundle: Option<&Path>) -> Command {
        let mut command = script("minamo-update");
        command
            .arg(word)
            .args(bundle)
            .env("MINAMO_SLOTS", self.path("slots"))
            .env("MINAMO_UPDATE_KEY", self.path("office.pub"));
        command
    }

    fn run(&self, word: &str, bundle: Option<&Path>) -> Output {
        self.command(word, bundle).output().unwrap()
    }

    #[track_caller]
    fn runs(&self, word: &str, bundle: Option<&Path>) -> String {
        let outcome = self.run(word, bundle);
        let told = String::from_utf8(outcome.stderr).unwrap();
        assert!(outcome.status.success(), "{word}: {told}");
        String::from_utf8(outcome.stdout).unwrap()
    }

    #[track_caller]
    fn is_refused(&self, bundle: &Path, code: &str) {
        let before = self.started();
        let outcome = self.run("install", Some(bundle));
        let told = String::from_utf8(outcome.stderr).unwrap();
        assert!(!outcome.status.success() && told.contains(code), "{told}");
        assert_eq!(self.started(), before, "what is refused changes nothing");
    }

    /// What the version in use says when it is started.
    #[track_caller]
    fn started(&self) -> String {
        let said = Command::new(self.path("slots/current/handheld")).output().unwrap();
        String::from_utf8(said.stdout).unwrap().trim().to_owned()
    }

    /// Kills the updater at its n-th step, before or behind it; whether it came that far.
    fn is_killed_at(&self, word: &str, bundle: Option<&Path>, nth: u32, behind: bool) -> bool {
        let tools = self.path("tools");
        drop(fs::remove_dir_all(&tools));
        fs::create_dir(&tools).unwrap();
        let (count, kill) = (tools.join("count"), "kill -9 $PPID; exit 1");
        let (before, after) = if behind { ("", kill) } else { (kill, "") };
        for step in STEPS {
            let text = format!(
                "#!/bin/sh\nPATH=/usr/bin:/bin\necho >>{count}\n\
                 if [ $(wc -l <{count}) -ne {nth} ]; then exec {step} \"$@\"; fi\n\
                 {before}\n{step} \"$@\"\n{after}\n",
                count = count.display(),
            );
            fs::write(tools.join(step), text).unwrap();
            fs::set_permissions(tools.join(step), fs::Permissions::from_mode(0o755)).unwrap();
        }
        let path = format!("{}:/usr/bin:/bin", tools.display());
        let outcome = self.command(word, bundle).env("PATH", path).output().unwrap();
        assert!(outcome.status.code().is_none_or(|code| code == 0), "{outcome:?}");
        outcome.status.code().is_none()
    }
}

fn script(name: &str) -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("terminal").join(name))
}

fn openssl(arguments: &[&str]) {
    assert!(Command::new("openssl").args(arguments).status().unwrap().success());
}

fn machine() -> String {
    let said = Command::new("uname").arg("-m").output().unwrap();
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_good_update_is_tried_and_stays() {
    let terminal = Terminal::new();
    let told = terminal.runs("install", Some(&terminal.bundle(2, "office")));
    assert!(told.contains("版 0.2 を入れました"), "{told}");
    assert_eq!(terminal.started(), "program 2");
    assert_eq!(terminal.runs("count", None), "");
    assert!(terminal.runs("show", None).contains("確認中 1回起動"));
    // The other slot is the way back while this one is on trial.
    terminal.is_refused(&terminal.bundle(3, "office"), "H74");
    terminal.runs("healthy", None);
    for _ in 0..5 {
        assert_eq!(terminal.runs("count", None), "");
    }
    assert_eq!(terminal.started(), "program 2");
    terminal.runs("install", Some(&terminal.bundle(3, "office")));
    assert_eq!(terminal.started(), "program 3");
}

#[test]
fn a_version_that_does_not_start_three_times_is_rolled_back() {
    let terminal = Terminal::new();
    let bundle = terminal.bundle(2, "office");
    terminal.runs("install", Some(&bundle));
    for _ in 0..3 {
        assert_eq!(terminal.runs("count", None), "");
        assert_eq!(terminal.started(), "program 2");
    }
    assert!(terminal.runs("count", None).contains("H70"));
    assert_eq!(terminal.started(), "program 1");
    for _ in 0..5 {
        assert_eq!(terminal.runs("count", None), "");
    }
    assert_eq!(terminal.started(), "program 1");
    // It may be mended and tried again.
    terminal.runs("install", Some(&bundle));
    assert_eq!(terminal.started(), "program 2");
}

#[test]
fn what_nobody_signed_what_is_older_and_what_is_for_another_machine_is_refused() {
    let terminal = Terminal::new();
    terminal.is_refused(&terminal.bundle(2, "thief"), "H72");
    let changed = terminal.bundle(2, "office");
    let mut bytes = fs::read(&changed).unwrap();
    let at = bytes.windows(9).position(|words| words == b"program 2").unwrap();
    bytes[at + 8] = b'9';
    fs::write(&changed, bytes).unwrap();
    terminal.is_refused(&changed, "H72");
    terminal.is_refused(&terminal.path("nothing.tar"), "H71");
    let unsigned = terminal.bundle(2, "office");
    fs::remove_file(unsigned.with_extension("tar.sig")).unwrap();
    terminal.is_refused(&unsigned, "H71");
    terminal.is_refused(&terminal.bundle(1, "office"), "H73");
    terminal.is_refused(&terminal.bundle_for(2, "office", "pdp11"), "H75");
    // Once a version has stayed, an older one is refused even after it.
    terminal.runs("install", Some(&terminal.bundle(5, "office")));
    terminal.runs("healthy", None);
    terminal.is_refused(&terminal.bundle(4, "office"), "H73");
}

#[test]
fn a_signed_bundle_with_a_link_in_it_is_refused() {
    let terminal = Terminal::new();
    let (folder, bundle) = (terminal.path("odd"), terminal.path("odd.tar"));
    fs::create_dir(&folder).unwrap();
    symlink("/etc/passwd", folder.join("handheld")).unwrap();
    fs::write(folder.join("manifest"), format!("9 {} 0.9\n", machine())).unwrap();
    let packed = Command::new("tar")
        .arg("-cf")
        .arg(&bundle)
        .arg("-C")
        .arg(&folder)
        .args(["handheld", "manifest"])
        .status();
    assert!(packed.unwrap().success());
    let (key, signature) = (terminal.path("office.pem"), terminal.path("odd.tar.sig"));
    openssl(&[
        "pkeyutl",
        "-sign",
        "-rawin",
        "-inkey",
        key.to_str().unwrap(),
        "-in",
        bundle.to_str().unwrap(),
        "-out",
        signature.to_str().unwrap(),
    ]);
    terminal.is_refused(&bundle, "H71");
}

#[test]
fn power_that_fails_at_any_step_of_an_update_leaves_a_version_that_starts() {
    let terminal = Terminal::new();
    let (mut number, mut kills) = (1, 0);
    for behind in [false, true] {
        for nth in 1.. {
            let before = terminal.started();
            number += 1;
            let bundle = terminal.bundle(number, "office");
            let was_killed = terminal.is_killed_at("install", Some(&bundle), nth, behind);
            let now = terminal.started();
            let new = format!("program {number}");
            assert!(now == before || now == new, "step {nth}: {now} after {before}");
            kills += u32::from(was_killed);
            // Whatever was left lying about, the same update can be installed now.
            if now == before {
                terminal.runs("install", Some(&bundle));
            }
            assert_eq!(terminal.started(), new);
            terminal.runs("count", None);
            terminal.runs("healthy", None);
            if !was_killed {
                break;
            }
        }
    }
    assert!(kills >= 30, "{kills} steps");
}

#[test]
fn power_that_fails_on_the_way_back_or_while_a_version_is_confirmed_loses_neither() {
    for behind in [false, true] {
        for word in ["count", "healthy"] {
            for nth in 1.. {
                let terminal = Terminal::new();
                terminal.runs("install", Some(&terminal.bundle(2, "office")));
                (0..3).for_each(|_| drop(terminal.runs("count", None)));
                let was_killed = terminal.is_killed_at(word, None, nth, behind);
                terminal.runs(word, None);
                let stays = if word == "count" { "program 1" } else { "program 2" };
                for _ in 0..4 {
                    terminal.runs("count", None);
                }
                assert_eq!(terminal.started(), stays, "{word}, step {nth}, behind {behind}");
                if !was_killed {
                    break;
                }
            }
        }
    }
}
