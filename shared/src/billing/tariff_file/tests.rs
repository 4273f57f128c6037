//! Faults of tariff files, each with its place.

mod hostile;

use super::*;

const TAKATSUKI: &str = include_str!("../../../tariffs/takatsuki-water-2019.toml");

#[track_caller]
fn refused(old: &str, new: &str, code: &str, words: &str) {
    assert!(TAKATSUKI.contains(old), "{old}");
    let text = TAKATSUKI.replacen(old, new, 1);
    let faults = TariffFile::parse(&text).unwrap_err();
    let fault = faults.iter().find(|fault| fault.code() == code);
    let fault = fault.unwrap_or_else(|| panic!("{faults:#?}"));
    assert!(fault.to_string().contains(words), "{fault}");
    assert!(fault.japanese().contains(code));
    let line = text.lines().nth(fault.line as usize - 1).unwrap_or_default();
    assert!(fault.column as usize <= line.chars().count() + 1, "{fault}");
}

#[test]
fn every_fault_has_its_code_and_words() {
    refused("[water]", "[water", "K01", "");
    refused("table_months", "tables", "K02", "tables");
    refused("table_months = 2\n", "", "K03", "table_months");
    refused("\"27.5\"", "27.5", "K04", "27.5");
    refused("\"2019-10-01\"", "\"2019-13-01\"", "K05", "2019-13-01");
    refused("takatsuki-water", "Takatsuki", "K06", "Takatsuki");
    refused("sizes_mm = [30]", "sizes_mm = [31]", "K07", "31 mm");
    refused("\"148.5\"", "\"-148.5\"", "K08", "-148.5");
    refused("tiers = \"large\"", "tiers = \"huge\"", "K09", "huge");
    refused("to_m3 = 20,", "to_m3 = 12,", "K10", "small, row 2");
    refused(
        "sizes_mm = [30]",
        "sizes_mm = [25]",
        "K11",
        "rates 1 and 2 both hold for 25 mm general",
    );
    refused("step_yen = 1", "step_yen = 3", "K12", "step_yen");
    refused("of = \"claim\"", "of = \"line\"", "K13", "");
    refused("of = \"claim\"", "of = \"claim\"\ntax = \"after\"", "K14", "");
    refused("percent = 10", "", "K15", "");
    refused("\"temporary\"]", "\"ski_lift\"]", "K16", "ski_lift");
    refused(
        "table_months = 2",
        "table_months = 2\nwell = { months = 1, alone_more_m3 = 6, with_tap_more_m3 = 3 }",
        "K24",
        "well",
    );
}

#[test]
fn all_faults_are_told_at_once_by_their_place() {
    let text = TAKATSUKI
        .replacen("sizes_mm = [30]", "sizes_mm = [31]", 1)
        .replacen("\"148.5\"", "\"x\"", 1)
        .replacen("step_yen = 1", "step_yen = 2", 1);
    let faults = TariffFile::parse(&text).unwrap_err();
    let codes: Vec<_> = faults.iter().map(TariffFault::code).collect();
    assert_eq!(codes, ["K12", "K08", "K07"]);
    let price = &faults[1];
    let line = text.lines().nth(price.line as usize - 1).unwrap();
    let from_there: String = line.chars().skip(price.column as usize - 1).collect();
    assert!(from_there.starts_with("\"x\""), "{from_there}");
}
