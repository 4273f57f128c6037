//! What is told of right and wrong files.

use super::*;

const TAIWA: &str = include_str!("../../../../shared/tariffs/taiwa.toml");

#[test]
fn a_right_file_is_summed_up_with_its_examples() {
    let checked = check("taiwa.toml", TAIWA);
    assert!(checked.is_right);
    for words in
        ["記号 taiwa", "1か月の表", "水道料金 4,730円、下水道使用料 2,860円", "1件がすべて一致"]
    {
        assert!(checked.text.contains(words), "{}", checked.text);
    }
}

#[test]
fn faults_are_told_with_line_and_column() {
    let text = TAIWA.replacen("yen = \"160\"", "yen = \"x\"", 1).replacen("[13]", "[14]", 1);
    let checked = check("taiwa.toml", &text);
    assert!(!checked.is_right);
    let lines: Vec<&str> = checked.text.lines().collect();
    let line = text.lines().position(|line| line.contains("\"x\"")).unwrap() + 1;
    assert!(lines[0].starts_with(&format!("taiwa.toml: {line}行23桁 K08: ")), "{}", lines[0]);
    assert!(lines[1].contains("K07"));
    assert_eq!(lines[2], "誤りが2件あります。");
}

#[test]
fn an_example_that_disagrees_is_a_fault() {
    let text = TAIWA.replacen("water_yen = 4730", "water_yen = 4731", 1);
    let checked = check("taiwa.toml", &text);
    assert!(!checked.is_right);
    assert!(checked.text.contains("K89"), "{}", checked.text);
    assert!(checked.text.contains("公表 4,731円・計算 4,730円"), "{}", checked.text);
    let other = TAIWA.replacen("usage_m3 = 25\n", "usage_m3 = 10000\n", 1);
    assert!(!check("taiwa.toml", &other).is_right);
}

#[test]
fn the_schema_names_every_part_of_the_file() {
    let schema = serde_json::to_value(tariff_schema()).unwrap();
    let parts = schema["properties"].as_object().unwrap();
    for part in ["code", "valid_from", "transition", "use_classes", "water", "sewerage", "example"]
    {
        assert!(parts.contains_key(part), "{part}");
    }
}
