//! The table of fields (料金表の編集の試験): what was typed stands in the text, and nothing else moved.

use super::*;

const TEXT: &str = r#"# 水道料金の表
code = "a-1"   # 記号
name = "表"
source = "条例"
valid_from = "2026-04-01"

[water]
table_months = 1

[water.tax]
prices = "excluded"
percent = 10 # 令和元年から

[[water.rounding]]
of = "claim"
mode = "floor"
step_yen = 1
article = "第1条"

[water.tiers]
# 一般の段階
small = [
  { to_m3 = 10, yen = "16.2" }, # 最初
  { to_m3 = 20, yen = "145.8" },
  { yen = "172.8" },
]

[[water.rate]]
use_classes = ["general"]
sizes_mm = [13, 20]
service_yen = "972"
tiers = "small"
"#;

fn edited(fields: &[(&str, &str)]) -> String {
    let fields: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    edit_draft(TEXT, &fields).unwrap()
}

/// The lines of the text that differ.
#[track_caller]
fn check(fields: &[(&str, &str)], gone: &[&str], new: &[&str]) {
    let after = edited(fields);
    let missing = |from: &str, of: &str| -> Vec<String> {
        let lines: Vec<&str> = of.lines().collect();
        from.lines().filter(|line| !lines.contains(line)).map(str::to_owned).collect()
    };
    assert_eq!(missing(TEXT, &after), gone, "{after}");
    assert_eq!(missing(&after, TEXT), new, "{after}");
}

#[test]
fn fields_are_read_out_of_the_text() {
    let form = DraftForm::of(TEXT).unwrap();
    let water = &form.schedules[0];
    assert_eq!((form.code.as_str(), water.title.as_str()), ("a-1", "水道料金"));
    assert_eq!(water.percents, [(String::new(), "10".to_owned())]);
    assert_eq!(
        (water.rates[0].sizes.as_str(), water.rates[0].use_classes.as_str()),
        ("13・20mm", "一般用")
    );
    assert_eq!(water.tiers[0].rows[1], ("20".to_owned(), "145.8".to_owned()));
    assert_eq!(water.tiers[0].rows[2], (String::new(), "172.8".to_owned()));
    assert_eq!(water.tiers[0].used_by, "一般用 13・20mm");
}

#[test]
fn only_what_changed_is_written_and_comments_stay() {
    check(
        &[("code", "a-1"), ("w.rate.0.service_yen", "972"), ("w.rate.0.minimum_yen", "")],
        &[],
        &[],
    );
    check(
        &[("code", "a-2"), ("w.percent.0", "１２")],
        &["code = \"a-1\"   # 記号", "percent = 10 # 令和元年から"],
        &["code = \"a-2\"   # 記号", "percent = 12 # 令和元年から"],
    );
    check(
        &[("w.tier.0.0.to_m3", "12"), ("w.rate.0.service_yen", "1,000.5")],
        &["  { to_m3 = 10, yen = \"16.2\" }, # 最初", "service_yen = \"972\""],
        &["  { to_m3 = 12, yen = \"16.2\" }, # 最初", "service_yen = \"1000.5\""],
    );
    check(&[("w.rate.0.included_m3", "8")], &[], &["included_m3 = 8"]);
}

#[test]
fn rows_of_a_tier_table_come_and_go() {
    check(&[("action", "add w 0")], &[], &["  { yen = \"\" },"]);
    check(&[("action", "remove w 0 1")], &["  { to_m3 = 20, yen = \"145.8\" },"], &[]);
    check(&[("action", "remove w 0 2")], &[], &[]);
    check(
        &[("action", "add w 7"), ("x.tier.0.0.yen", "1"), ("w.rate.9.service_yen", "1")],
        &[],
        &[],
    );
}

#[test]
fn what_is_no_number_is_told_with_its_place() {
    let text = edited(&[("w.tier.0.0.to_m3", "十"), ("w.rate.0.service_yen", "千円")]);
    let faults = TariffFile::parse(&text).unwrap_err();
    assert!(!faults.is_empty());
    let text = edited(&[("w.rate.0.service_yen", "千円")]);
    let faults = TariffFile::parse(&text).unwrap_err();
    assert_eq!(text.lines().nth(faults[0].line as usize - 1), Some("service_yen = \"千円\""));
}

#[test]
fn a_copy_has_another_code_name_and_first_day() {
    let text = renamed(TEXT, "a-2", "改定案", "2027-04-01".parse().unwrap()).unwrap();
    let file = TariffFile::parse(&text).unwrap();
    assert_eq!((file.code.as_str(), file.name.as_str()), ("a-2", "改定案"));
    assert_eq!(file.valid_from.to_string(), "2027-04-01");
    assert!(text.starts_with("# 水道料金の表\ncode = \"a-2\"   # 記号\n"));
}

#[test]
fn rates_tables_and_roundings_come_and_go_and_nothing_else_moves() {
    // As the page sends them: every field, and the action of the button.
    check(&[("w.rate.0.sizes_mm", "13・20"), ("w.rate.0.use_classes", "一般用")], &[], &[]);
    check(
        &[("w.rate.0.sizes_mm", "１３、20 mm、25"), ("w.rate.0.use_classes", "")],
        &["use_classes = [\"general\"]", "sizes_mm = [13, 20]"],
        &["sizes_mm = [13, 20, 25]"],
    );
    let two = edited(&[("action", "add-rate w")]);
    let added = edit_draft(
        &two,
        &[
            ("w.rate.1.sizes_mm".into(), "25".into()),
            ("w.rate.1.service_yen".into(), "1500".into()),
            ("w.rate.1.use_classes".into(), "一般用・業務用".into()),
        ],
    )
    .unwrap();
    let file = TariffFile::parse(&added).unwrap_or_else(|faults| panic!("{faults:?}\n{added}"));
    assert_eq!(file.tariffs[0].use_classes().len(), 2, "{added}");
    let form = DraftForm::of(&added).unwrap();
    assert_eq!(form.schedules[0].rates[1].sizes_typed, "25");
    assert_eq!(form.schedules[0].rates[1].classes_typed, "一般用・業務用");
    let back = edit_draft(&added, &[("action".into(), "remove-rate w 1".into())]).unwrap();
    assert_eq!(back, TEXT);
    assert_eq!(edited(&[("action", "remove-rate w 0")]), TEXT, "the last one stays");

    let with_table = edited(&[("w.new-table", "large"), ("action", "add-table w")]);
    let form = DraftForm::of(&with_table).unwrap();
    assert_eq!(form.schedules[0].tiers[1].rows, [(String::new(), String::new())]);
    let used = edit_draft(
        &with_table,
        &[("w.tier.1.0.yen".into(), "9".into()), ("w.rate.0.tiers".into(), "large".into())],
    )
    .unwrap();
    assert!(used.contains("tiers = \"large\""), "{used}");
    let gone = edit_draft(&with_table, &[("action".into(), "remove-table w 1".into())]).unwrap();
    assert_eq!(gone, TEXT);

    check(
        &[("w.rounding.0.mode", "half_up"), ("w.rounding.0.step_yen", "10"), ("w.months", "2")],
        &["table_months = 1", "mode = \"floor\"", "step_yen = 1"],
        &["table_months = 2", "mode = \"half_up\"", "step_yen = 10"],
    );
    let more = edited(&[("action", "add-rounding w")]);
    assert_eq!(DraftForm::of(&more).unwrap().schedules[0].roundings.len(), 2);
    let less = edit_draft(&more, &[("action".into(), "remove-rounding w 1".into())]).unwrap();
    assert_eq!(less, TEXT);
    // What is no number is told with its place, not lost.
    let odd = edited(&[("w.rate.0.sizes_mm", "十三")]);
    assert!(odd.contains("十三") && TariffFile::parse(&odd).is_err(), "{odd}");
}
