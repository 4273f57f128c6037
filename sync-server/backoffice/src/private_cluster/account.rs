//! Whose account PostgreSQL runs under (実行利用者): never root.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{Gid, Uid, User, getegid, geteuid};

use super::error::ClusterError;

/// Accounts to run under when the server is started as root, best first.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// What the kernel does to a process when the thread that started it ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OnOrphaned {
    /// Goes on alone.
    Lives,
    /// Gets this signal, as `setpriv --pdeathsig` names it.
    Gets(&'static str),
}

/// The account that owns the cluster and runs its programs.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub uid: Uid,
    gid: Gid,
    pub name: String,
    /// Whether we are root and become this account.
    is_switched: bool,
}

impl Account {
    /// Our own account, or an unprivileged one when we are root.
    pub fn unprivileged() -> Result<Account, ClusterError> {
        if !geteuid().is_root() {
            return Ok(Account::own());
        }
        UNPRIVILEGED
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Account {
                uid: user.uid,
                gid: user.gid,
                name: user.name,
                is_switched: true,
            })
            .ok_or_else(|| ClusterError::ProgramsMissing {
                looked_in: "no account named postgres or nobody".into(),
            })
    }

    /// The account that owns an existing cluster when we are root, or else as for a new one.
    ///
    /// A cluster made by an ordinary user can so be run by root, and by that user again later.
    pub fn owner_of(cluster: &Path) -> Result<Account, ClusterError> {
        if geteuid().is_root()
            && let Ok(found) = fs::metadata(cluster)
            && found.uid() != 0
        {
            let uid = Uid::from_raw(found.uid());
            let name = User::from_uid(uid).ok().flatten();
            let name = name.map_or_else(|| uid.to_string(), |user| user.name);
            return Ok(Account { uid, gid: Gid::from_raw(found.gid()), name, is_switched: true });
        }
        Account::unprivileged()
    }

    fn own() -> Account {
        let uid = geteuid();
        let name = User::from_uid(uid).ok().flatten();
        let name = name.map_or_else(|| uid.to_string(), |user| user.name);
        Account { uid, gid: getegid(), name, is_switched: false }
    }

    /// A program to be run under this account, in a clean environment and in a process group of
    /// its own: Ctrl-C at the terminal is for the server, which then stops PostgreSQL itself.
    ///
    /// `setpriv` (util-linux) becomes the program, so the process id is the program's own.
    pub fn command(&self, program: impl AsRef<OsStr>, orphaned: OnOrphaned) -> Command {
        let mut command = Command::new("setpriv");
        if self.is_switched {
            command
                .arg(format!("--reuid={}", self.uid))
                .arg(format!("--regid={}", self.gid))
                .arg("--clear-groups");
        }
        if let OnOrphaned::Gets(signal) = orphaned {
            command.args(["--pdeathsig", signal]);
        }
        command
            .arg("--no-new-privs")
            .arg("--")
            .arg(program)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin")
            .env("LC_ALL", "C.UTF-8")
            .env("LC_MESSAGES", "C")
            .current_dir("/")
            .stdin(Stdio::null())
            .process_group(0);
        command
    }

    /// Makes a folder that only this account can enter, or checks that an existing one is that.
    pub fn make_folder(&self, path: &Path) -> Result<(), ClusterError> {
        let failed = |source| ClusterError::io(path, source);
        match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => self.give(path).map_err(failed),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // Not following a link: under /tmp somebody else may have put one there.
                let found = fs::symlink_metadata(path).map_err(failed)?;
                if !found.is_dir() || found.uid() != self.uid.as_raw() {
                    return Err(failed(io::Error::new(
                        io::ErrorKind::PermissionDenied,
                        format!("not a folder of the account {}", self.name),
                    )));
                }
                fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Hands a file or folder to this account.
    pub fn give(&self, path: &Path) -> io::Result<()> {
        if !self.is_switched {
            return Ok(());
        }
        chown(path, Some(self.uid.as_raw()), Some(self.gid.as_raw()))
    }

    /// Checks that this account can reach the folder; an error names the first that bars the way.
    pub fn can_enter(&self, folder: &Path) -> Result<(), ClusterError> {
        if self.enters(folder)? {
            return Ok(());
        }
        let mut way: Vec<&Path> = folder.ancestors().collect();
        way.reverse();
        let mut barred: PathBuf = folder.to_owned();
        for step in way {
            if !self.enters(step)? {
                step.clone_into(&mut barred);
                break;
            }
        }
        Err(ClusterError::NotEnterable { folder: barred, account: self.name.clone() })
    }

    /// Asks the kernel through a process of that account: modes alone know nothing of ACLs.
    fn enters(&self, folder: &Path) -> Result<bool, ClusterError> {
        let status =
            self.command("test", OnOrphaned::Gets("KILL")).arg("-x").arg(folder).status().map_err(
                |error| ClusterError::ProgramsMissing {
                    looked_in: format!("setpriv of util-linux: {error}"),
                },
            )?;
        Ok(status.success())
    }
}
