//! Where the programs under test lie: beside the test binary, in the same target folder.

use std::path::{Path, PathBuf};

/// The path of a built program (`minamo`, `handheld`, `virtual-printer`).
///
/// # Panics
/// When it has not been built: `./test` builds all programs before it runs a test.
pub fn program(name: &str) -> PathBuf {
    let test_binary = std::env::current_exe().expect("a running program knows its path");
    let folder = test_binary
        .ancestors()
        .find(|folder| folder.join(name).is_file())
        .unwrap_or_else(|| panic!("{name} is not built: run ./test, or cargo build --workspace"));
    folder.join(name)
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository")
}
