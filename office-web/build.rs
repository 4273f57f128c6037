//! Puts the manual (手引き) into the program: its pages and pictures lie in `docs/manual/src`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let manual = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("../docs/manual/src")
        .canonicalize()
        .expect("the manual lies beside the program");
    println!("cargo::rerun-if-changed={}", manual.display());
    let mut files = Vec::new();
    collect(&manual, &mut files);
    files.sort();
    let (mut pages, mut pictures) = (String::new(), String::new());
    for file in &files {
        let name =
            file.strip_prefix(&manual).expect("found below it").to_str().expect("plain names");
        let place = file.to_str().expect("plain names");
        let (list, include) = match file.extension().and_then(|kind| kind.to_str()) {
            Some("md") => (&mut pages, "include_str"),
            Some("png") => (&mut pictures, "include_bytes"),
            _ => continue,
        };
        writeln!(list, "    ({name:?}, {include}!({place:?})),").expect("a text takes everything");
    }
    let text = format!(
        "pub(crate) const PAGES: &[(&str, &str)] = &[\n{pages}];\n\
         pub(crate) const PICTURES: &[(&str, &[u8])] = &[\n{pictures}];\n"
    );
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("manual.rs");
    fs::write(out, text).expect("cargo's folder can be written");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder).expect("a folder of the manual") {
        let path = entry.expect("a file of the manual").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
