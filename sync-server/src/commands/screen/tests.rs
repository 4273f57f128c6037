//! `minamo screen` (異常水量チェックの一括) by example.

use super::*;
use expect_test::{Expect, expect};

#[track_caller]
fn check(readings: &str, bad: u64, expected: &Expect) {
    let mut out = Vec::new();
    let found = screen_table(ScreeningLimits::STANDARD, readings.as_bytes(), &mut out).unwrap();
    expected.assert_eq(&String::from_utf8(out).unwrap());
    assert_eq!(found, bad);
}

#[test]
fn each_row_gets_its_findings_and_bad_rows_their_error() {
    check(
        "id,previous,present,dial_digits,last_m3,same_season_m3,low_flow\n\
         1,1200,1238,4,40,38,\n2,1200,1320,4,40,38,turning\n3,9990,15,4,25,,\n\
         4,1200,1199,4,40,,\n5,1200,x,4,40,,\n6,1200,12000,4,40,,\n7,1200,1238\n",
        3,
        &expect![[r"
            id,previous,present,dial_digits,last_m3,same_season_m3,low_flow,found_usage_m3,findings,level,reason,action,error
            1,1200,1238,4,40,38,,38,,,,,
            2,1200,1320,4,40,38,turning,120,leak_suspected high,1,蛇口を閉めてもパイロットが回っています（漏水の疑い）。120m³ は、前年同期（38m³）の3.1倍で、多い水量です。,その場で使用者に知らせます。,
            3,9990,15,4,25,,,25,rolled_over,1,前回 9990 から今回 0015 へ、指針が一巡した計算で 25m³ です。,備考を残します。,
            4,1200,1199,4,40,,,,went_backwards,1,今回 1199 は、前回 1200 より小さい数字（逆進）です。,指針を確かめ、理由のコードを付けて事務室が判断します。,
            5,1200,x,4,40,,,,,,,,C07: present は0以上の半角の整数で書いてください。
            6,1200,12000,4,40,,,,,,,,C08: present を4桁のメーターでは表せません。桁数は4〜8です。
            7,1200,1238,,,,,,,,,,C05: 列の数が見出しと合いません。
        "]],
    );
}

#[test]
fn a_volume_without_dials_is_enough() {
    check(
        "usage_m3,same_season_m3,in_service\n160,38,1\n3,,no\n0,38,\n",
        0,
        &expect![[r"
        usage_m3,same_season_m3,in_service,found_usage_m3,findings,level,reason,action,error
        160,38,1,160,very_high,1,160m³ は、前年同期（38m³）の4.2倍で、非常に多い水量です。,その場で使用者に知らせます。,
        3,,no,3,used_while_stopped,1,中止中の水栓で 3m³ 使われています。,写真を撮り、無届使用・停水中使用として事務室が調べます。,
        0,38,,0,no_usage,1,使用水量が 0m³ です。空き家ですか。メーターは動いていますか。,空き家か、メーターが動くかを確かめます。,
    "]],
    );
}

#[test]
fn a_table_without_its_columns_is_refused() {
    let refusal = screen_table(ScreeningLimits::STANDARD, &b"previous\n1\n"[..], Vec::new());
    assert_eq!(refusal.unwrap_err().code, "C04");
}
