//! The commands besides `serve` (コマンド): each opens the office, does one thing, and says so.

pub mod bench;
pub mod demo_data;
pub mod devices;
pub mod import;
pub mod rate;
pub mod screen;
pub mod slip;
pub mod staff;
pub mod tariff;

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::refusal::Refusal;

/// Writes a file that only its owner may read, in one step.
fn write_secret_file(path: &Path, bytes: &[u8]) -> Result<(), Refusal> {
    let mut half = path.as_os_str().to_owned();
    half.push(".part");
    let half = Path::new(&half);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options
        .open(half)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(half, path))
        .map_err(|cause| Refusal::file(path, cause))
}
