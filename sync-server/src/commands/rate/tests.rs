//! Tables as people send them.

use shared::billing::Charge;

use super::*;

const TAIWA: &str = include_str!("../../../../shared/tariffs/taiwa.toml");

#[track_caller]
fn rated(table: &[u8], explain: bool) -> (Vec<u8>, Tally) {
    let file = TariffFile::parse(TAIWA).unwrap();
    let mut out = Vec::new();
    let tally = rate_table(&file, table, &mut out, explain).unwrap();
    (out, tally)
}

#[track_caller]
fn check(table: &str, expected: &str, bad: u64) {
    let (out, tally) = rated(table.as_bytes(), false);
    assert_eq!(String::from_utf8(out).unwrap(), expected);
    assert_eq!(tally.bad, bad);
}

#[test]
fn rows_keep_their_order_and_their_columns() {
    check(
        "\u{feff}case,usage_m3,use_class,meter_mm,memo,period_months\r\n\
         b,25,general,13,\"森, 花\",1\r\n\
         a,0,general,20,\"\"\"甲\"\"\",2\r\n",
        "case,usage_m3,use_class,meter_mm,memo,period_months,\
         water_yen,sewer_yen,total_yen,tax_yen,error\n\
         b,25,general,13,\"森, 花\",1,4730,2860,7590,690,\n\
         a,0,general,20,\"\"\"甲\"\"\",2,2640,2200,4840,440,\n",
        0,
    );
}

#[test]
fn a_bad_row_says_why_and_the_others_go_on() {
    check(
        "meter_mm,use_class,period_months,usage_m3\n\
         14,general,1,5\n13,general,1,25\n13,general,1\n13,general,1,5,9\n",
        "meter_mm,use_class,period_months,usage_m3,water_yen,sewer_yen,total_yen,tax_yen,error\n\
         14,general,1,5,,,,,K76: meter_mm の「14」という口径のメーターはありません。13・16・20・25・30・40・50・65・75・80・100・125・150・200・250・300・350・400 から選んでください。\n\
         13,general,1,25,4730,2860,7590,690,\n\
         13,general,1,,,,,,K72: 列の数が3で、見出しの4と合いません。区切りのコンマと引用符を確かめてください。\n\
         13,general,1,5,,,,,K72: 列の数が5で、見出しの4と合いません。区切りのコンマと引用符を確かめてください。\n",
        3,
    );
}

#[test]
fn names_alone_are_no_rows_and_no_names_are_no_table() {
    let header = "meter_mm,use_class,period_months,usage_m3";
    check(header, &format!("{header},water_yen,sewer_yen,total_yen,tax_yen,error\n"), 0);
    let file = TariffFile::parse(TAIWA).unwrap();
    let refused =
        |table: &str| rate_table(&file, table.as_bytes(), Vec::new(), false).unwrap_err().code;
    assert_eq!(refused(""), "K70");
    assert_eq!(refused("meter_mm,usage_m3\n13,5\n"), "K70");
    assert_eq!(refused(&format!("{header},usage_m3\n13,general,1,5,5\n")), "K71");
    assert_eq!(refused(&format!("{header},\"memo\n13,general,1,5,x\n")), "K86");
}

#[test]
fn a_mark_that_stays_open_swallows_nothing_unseen() {
    let (out, tally) = rated(
        b"meter_mm,use_class,period_months,usage_m3,memo\n\
          13,general,1,25,a\n13,general,1,5,\"b\n13,general,1,6,c\n",
        false,
    );
    assert_eq!(tally, Tally { rows: 2, bad: 1 });
    assert!(String::from_utf8(out).unwrap().contains("K86"));
}

#[test]
fn foreign_bytes_pass_through_where_nothing_depends_on_them() {
    let (out, tally) = rated(
        b"meter_mm,use_class,period_months,usage_m3,memo\n\
          13,general,1,25,\x90\x85\n13,\x90\x85,1,25,x\n",
        false,
    );
    assert_eq!(tally, Tally { rows: 2, bad: 1 });
    assert!(out.windows(3).any(|bytes| bytes == b",\x90\x85"));
    assert!(String::from_utf8_lossy(&out).contains("K85"));
}

#[test]
fn an_explanation_is_one_object_that_leads_to_the_amount_again() {
    let table = "meter_mm,use_class,period_months,usage_m3\n13,general,1,25\n14,general,1,5\n";
    let (out, _) = rated(table.as_bytes(), true);
    let mut reader = csv::Reader::from_reader(out.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let explanation: serde_json::Value = serde_json::from_str(&rows[0][9]).unwrap();
    let tariffs = TariffFile::parse(TAIWA).unwrap().tariffs;
    for (claim, tariff, yen) in [("water", &tariffs[0], 4_730), ("sewerage", &tariffs[1], 2_860)] {
        let charge: Charge = serde_json::from_value(explanation[claim].clone()).unwrap();
        assert_eq!(charge.amount.0, yen);
        assert!(charge.is_reproduced_by(tariff));
        assert!(explanation[claim]["text"].as_str().unwrap().contains("端数処理"));
    }
    assert_eq!(&rows[1][9], "");
}
