//! Finding the machine's PostgreSQL (プログラムの場所).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ClusterError;

/// The oldest version that the SQL here is written for.
pub(crate) const VERSION_MIN: u32 = 15;

/// Where distributions put the programs; `*` stands for the version. Debian's place comes first.
const PLACES: [&str; 5] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/usr/local/bin",
    "/usr/bin",
];

/// The programs of one installed version.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    folder: PathBuf,
    version: u32,
}

impl Programs {
    /// The programs for a cluster: of its own version if it exists already, else the newest.
    pub fn for_cluster(cluster: &Path, given: Option<&Path>) -> Result<Programs, ClusterError> {
        let candidates = match given {
            Some(folder) => vec![folder.to_owned()],
            None => usual_folders(),
        };
        let found = candidates.iter().filter_map(|folder| Programs::in_folder(folder));
        let mut found: Vec<Programs> =
            found.filter(|programs| programs.version >= VERSION_MIN).collect();
        found.sort_by_key(|programs| programs.version);

        if let Some(made_by) = version_of_cluster(cluster) {
            return found
                .into_iter()
                .find(|programs| programs.version == made_by)
                .ok_or(ClusterError::VersionGone { made_by });
        }
        found.pop().ok_or_else(|| ClusterError::ProgramsMissing {
            looked_in: given
                .map_or_else(|| PLACES.join(", "), |folder| folder.display().to_string()),
        })
    }

    pub fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    pub fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    fn in_folder(folder: &Path) -> Option<Programs> {
        if !folder.join("initdb").is_file() {
            return None;
        }
        let told = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
        let version = parse_version(&String::from_utf8_lossy(&told.stdout))?;
        Some(Programs { folder: folder.to_owned(), version })
    }
}

fn usual_folders() -> Vec<PathBuf> {
    PLACES.iter().flat_map(|place| folders_like(place)).collect()
}

fn folders_like(place: &str) -> Vec<PathBuf> {
    let Some((before, after)) = place.split_once('*') else { return vec![PathBuf::from(place)] };
    let (parent, prefix) = before.rsplit_once('/').expect("the places are absolute");
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path().join(after.trim_start_matches('/')))
        .collect()
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` → 15.
fn parse_version(told: &str) -> Option<u32> {
    let number = told.split_once("(PostgreSQL)")?.1.trim_start();
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn version_of_cluster(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("PG_VERSION")).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_postgres_says_of_itself() {
        for (told, version) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 18beta1\n", Some(18)),
            ("sh: not found", None),
        ] {
            assert_eq!(parse_version(told), version, "{told}");
        }
    }

    #[test]
    fn a_cluster_of_a_version_that_is_gone_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("PG_VERSION"), "9\n").unwrap();
        let error = Programs::for_cluster(folder.path(), None).unwrap_err();
        assert_eq!(error.code(), "D07");
    }

    #[test]
    fn a_folder_without_programs_is_told_by_its_code() {
        let folder = tempfile::tempdir().unwrap();
        let error = Programs::for_cluster(folder.path(), Some(folder.path())).unwrap_err();
        assert_eq!(error.code(), "D03");
    }
}
