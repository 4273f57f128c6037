//! House rules that a machine can hold: dependency direction, names, sizes, floats near money.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use tests::programs::repository;

/// Who may depend on whom inside the house. Anything else is a fault.
const MAY_DEPEND_ON: [(&str, &[&str]); 8] = [
    ("shared", &[]),
    ("hardware", &["shared"]),
    ("press", &["shared", "hardware"]),
    ("handheld", &["shared", "hardware", "press"]),
    ("backoffice", &["shared"]),
    ("office-web", &["shared", "backoffice", "press"]),
    ("sync-server", &["shared", "backoffice", "office-web"]),
    ("tests", &["shared", "hardware", "handheld", "backoffice", "office-web", "sync-server"]),
];

/// Libraries that only one corner of the house may name.
const ONLY_IN: [(&str, &[&str]); 4] = [
    ("slint", &["handheld"]),
    ("rusqlite", &["handheld"]),
    ("sqlx", &["backoffice"]),
    ("askama", &["office-web"]),
];

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;

/// Cut in two so that this file does not find itself.
const ROMAJI: [&str; 10] = [
    concat!("ken", "shin"),
    concat!("cho", "tei"),
    concat!("shu", "no_"),
    concat!("sui", "sen"),
    concat!("kai", "sen"),
    concat!("hei", "sen"),
    concat!("nin", "tei"),
    concat!("tai", "nou"),
    concat!("ket", "son"),
    concat!("ryou", "kin"),
];

const LEFT_OVERS: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("#[ig", "nore"),
];

fn tracked_files() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(listed.status.success(), "git ls-files failed");
    String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn text_of(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_default()
}

fn with_extension(extensions: &[&str]) -> Vec<String> {
    tracked_files()
        .into_iter()
        .filter(|path| {
            Path::new(path)
                .extension()
                .and_then(|extension| extension.to_str())
                .is_some_and(|extension| extensions.contains(&extension))
        })
        .collect()
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn dependencies_point_one_way() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(repository())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let allowed: BTreeMap<&str, &[&str]> = MAY_DEPEND_ON.into_iter().collect();
    let mut faults = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let Some(may) = allowed.get(name) else {
            faults.push(format!("{name}: a crate that the table of this test does not know"));
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            let on = dependency["name"].as_str().unwrap();
            // A crate's own tests may reach further; what ships may not.
            if dependency["kind"].as_str() == Some("dev") {
                continue;
            }
            if allowed.contains_key(on) && !may.contains(&on) {
                faults.push(format!("{name} must not depend on {on}"));
            }
            for (library, homes) in ONLY_IN {
                if on == library && !homes.contains(&name) && name != "tests" {
                    faults.push(format!("{name} must not name {library}"));
                }
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn the_trade_has_no_clock_no_io_and_no_floats() {
    let banned = ["std::fs", "std::net", "std::time::", "tokio", "rand::", "println!"];
    let mut faults = Vec::new();
    for path in with_extension(&["rs"]) {
        let is_trade = path.starts_with("shared/src");
        let is_money = is_trade
            || path.starts_with("sync-server/backoffice/src/billing")
            || path.starts_with("sync-server/backoffice/src/ledger")
            || path.starts_with("sync-server/backoffice/src/metering");
        for (number, line) in text_of(&path).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if is_trade && banned.iter().any(|word| code.contains(word)) {
                faults.push(format!("{path}:{}: {line}", number + 1));
            }
            if is_money
                && !path.contains("bench")
                && (has_word(code, "f64") || has_word(code, "f32"))
            {
                faults.push(format!("{path}:{}: floating point near money: {line}", number + 1));
            }
        }
    }
    assert_none(&faults);
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

#[test]
fn no_romaji_and_no_left_overs_stand_in_code() {
    let mut faults = Vec::new();
    for path in with_extension(&["rs", "slint", "sql", "html", "js", "typ", "css", "toml"]) {
        for (number, line) in text_of(&path).lines().enumerate() {
            let lower = line.to_lowercase();
            let is_address = lower.contains("http");
            if !is_address && ROMAJI.iter().any(|word| lower.contains(word)) {
                faults.push(format!("{path}:{}: romaji: {line}", number + 1));
            }
            if LEFT_OVERS.iter().any(|word| line.contains(word)) {
                faults.push(format!("{path}:{}: left over: {line}", number + 1));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn files_and_functions_stay_small() {
    let mut faults = Vec::new();
    for path in with_extension(&["rs", "slint", "html", "sql", "js", "css"]) {
        let text = text_of(&path);
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().count();
        if lines > FILE_LINES_MAX {
            faults.push(format!("{path}: {lines} lines"));
        }
        if has_extension(&path, "rs") {
            for (name, start, length) in functions(code) {
                if length > FUNCTION_LINES_MAX && !path.contains("/tests") {
                    faults.push(format!("{path}:{start}: fn {name} has {length} lines"));
                }
            }
        }
    }
    assert_none(&faults);
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// Name, first line and length of each function, by rustfmt's indentation of its closing brace.
fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let Some(at) = trimmed.find("fn ") else { continue };
        let before = &trimmed[..at];
        let is_function = before.is_empty()
            || before.split_whitespace().all(|word| {
                ["pub", "pub(crate)", "pub(super)", "async", "const", "extern"].contains(&word)
            });
        if !is_function {
            continue;
        }
        let indent = &line[..line.len() - trimmed.len()];
        let closing = format!("{indent}}}");
        if let Some(end) = lines[index..].iter().position(|line| *line == closing) {
            let name = trimmed[at + 3..].split(['(', '<']).next().unwrap_or_default();
            found.push((name.to_owned(), index + 1, end + 1));
        }
    }
    found
}

#[test]
fn every_rust_file_says_what_it_is_for() {
    let faults: Vec<String> = with_extension(&["rs"])
        .into_iter()
        .filter(|path| {
            let text = text_of(path);
            !path.ends_with("build.rs") && !text.is_empty() && !text.starts_with("//!")
        })
        .collect();
    assert_none(&faults);
}

#[test]
fn the_glossary_leads_to_each_identifier() {
    let glossary = text_of("shared/GLOSSARY.md");
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for row in glossary.lines().filter(|row| row.starts_with("| ") && row.contains(".rs |")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let identifier = cells[2].trim_matches('`');
        if !has_word(&text_of(cells[3]), identifier) {
            faults.push(format!("{identifier} does not stand in {}", cells[3]));
        }
        seen.insert(identifier.to_owned());
    }
    let schema: String =
        with_extension(&["sql"]).iter().map(|path| text_of(path)).collect::<Vec<_>>().join("\n");
    for row in glossary.lines().filter(|row| row.contains("| `") && !row.contains(".rs |")) {
        let table = row.split('`').nth(1).unwrap_or_default();
        if !schema.contains(&format!("create table {table} (")) {
            faults.push(format!("there is no table {table}"));
        }
        seen.insert(table.to_owned());
    }
    assert!(seen.len() > 40, "the glossary was not read: {} rows", seen.len());
    assert_none(&faults);
}

#[test]
fn every_table_is_in_the_glossary() {
    let glossary = text_of("shared/GLOSSARY.md");
    let technical =
        ["access.session", "access.login_attempt", "connection.search_entry", "ledger.account"];
    let mut faults = Vec::new();
    for path in with_extension(&["sql"]).iter().filter(|path| path.contains("migrations/postgres"))
    {
        for line in text_of(path).lines() {
            let Some(table) = line.strip_prefix("create table ") else { continue };
            let table = table.trim_end_matches(" (");
            if !technical.contains(&table) && !glossary.contains(&format!("`{table}`")) {
                faults.push(format!("{path}: {table} is not in shared/GLOSSARY.md"));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn nobody_switches_the_denial_of_unsafe_code_off() {
    let words = [concat!("allow(uns", "afe_code"), concat!("expect(uns", "afe_code")];
    let faults: Vec<String> = with_extension(&["rs"])
        .into_iter()
        .filter(|path| words.iter().any(|word| text_of(path).contains(word)))
        .collect();
    assert_none(&faults);
}

#[test]
fn nothing_private_to_a_machine_is_written_down() {
    let banned = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("index.cra", "tes.io")];
    let mut faults = Vec::new();
    for path in tracked_files() {
        if path.ends_with("Cargo.lock") {
            continue;
        }
        for (number, line) in text_of(&path).lines().enumerate() {
            if banned.iter().any(|word| line.contains(word)) {
                faults.push(format!("{path}:{}: {line}", number + 1));
            }
        }
    }
    assert_none(&faults);
}
