//! What the explanation says, word by word.

use expect_test::{Expect, expect};

use super::*;
use crate::billing::{ChargeInput, TariffFile};
use crate::connection::{MeterSize, UsageClass};

#[track_caller]
fn explained(text: &str, change: impl Fn(&mut ChargeInput), expected: &Expect) {
    let file = TariffFile::parse(text).unwrap();
    let tariff = &file.tariffs[0];
    let size = MeterSize::new(20).unwrap();
    let mut input = ChargeInput::new(size, UsageClass::GENERAL, CubicMeters(45), 2);
    change(&mut input);
    let charge = tariff.charge(&input).unwrap();
    expected.assert_eq(&explain(&charge, tariff).text());
}

#[test]
fn a_water_charge_reads_like_a_hand_calculation() {
    let file = include_str!("../../../tariffs/takatsuki-water-2019.toml");
    explained(
        file,
        |_| {},
        &expect![[r"
        水道料金（口径φ20 ・ 一般用 ・ 45m³ ・ 2か月分）
          基本料金 ＝ 1,518円
          従量料金　1〜12m³  12m³ × 11円 ＝ 132円
          従量料金　13〜20m³  8m³ × 27.5円 ＝ 220円
          従量料金　21〜40m³  20m³ × 148.5円 ＝ 2,970円
          従量料金　41〜45m³  5m³ × 214.5円 ＝ 1,072.5円
          合計 ＝ 5,912.5円
          端数処理（1円未満切捨て） ＝ 5,912円  〔根拠：1円未満切捨て（高槻市 水道料金表）〕
          水道料金 ＝ 5,912円
          うち消費税（10％） ＝ 537円  〔5,912円 × 10 ÷ 110 ＝ 537.45…円、1円未満切捨て〕
        料金表: 高槻市水道料金（令和元年10月1日から）（https://www.city.takatsuki.osaka.jp/soshiki/75/5111.html）"]],
    );
}

#[test]
fn a_month_table_shows_both_months() {
    let file = include_str!("../../../tariffs/yachiyo-sewerage-2019.toml");
    explained(
        file,
        |_| {},
        &expect![[r"
        下水道使用料（口径φ20 ・ 一般用 ・ 45m³ ・ 2か月分）
        1か月ごとの料金表のため、45m³を 23m³ ＋ 22m³ に分けて計算します（割り切れない分は前の月に入れます）。
        1か月目（23m³）
          基本料金 ＝ 627円
          従量料金　1〜10m³  10m³ × 35.2円 ＝ 352円
          従量料金　11〜20m³  10m³ × 112.2円 ＝ 1,122円
          従量料金　21〜23m³  3m³ × 146.3円 ＝ 438.9円
          小計 ＝ 2,539.9円
        2か月目（22m³）
          基本料金 ＝ 627円
          従量料金　1〜10m³  10m³ × 35.2円 ＝ 352円
          従量料金　11〜20m³  10m³ × 112.2円 ＝ 1,122円
          従量料金　21〜22m³  2m³ × 146.3円 ＝ 292.6円
          小計 ＝ 2,393.6円
          合計 ＝ 4,933.5円
          端数処理（1円未満切捨て） ＝ 4,933円  〔根拠：1円未満切捨て（2か月分の合計に対して1回）〕
          下水道使用料 ＝ 4,933円
          うち消費税（10％） ＝ 448円  〔4,933円 × 10 ÷ 110 ＝ 448.45…円、1円未満切捨て〕
        料金表: 八千代市下水道使用料（令和元年10月1日から）（https://www.city.yachiyo.chiba.jp/801000/page000014.html）"]],
    );
}

const TOWN: &str = "
    code = \"a\"\nname = \"例町水道料金\"\nsource = \"例町給水条例\"\nvalid_from = \"2026-04-01\"
    [water]
    table_months = 1
    tax = { prices = \"excluded\", percent = 10 }
    proration = { service = \"share\", volume = \"convert\", days_per_month = 31 }
    shared = { remainder = \"carry\", round_per = \"dwelling\" }
    relief = [{ key = \"a\", name = \"福祉減免\", article = \"減免要綱第3条\", of = \"service\", percent = 50 }]
    rounding = [{ of = \"claim\", mode = \"floor\", step_yen = 10, article = \"条例第25条\" }]
    [water.tiers]
    all = [{ to_m3 = 10, yen = \"50\" }, { yen = \"100\" }]
    [[water.rate]]
    service_yen = \"1000\"\ntiers = \"all\"";

#[test]
fn a_partial_period_shows_its_share() {
    let change = |input: &mut ChargeInput| {
        input.days = Some(10);
        input.usage = CubicMeters(5);
    };
    explained(
        TOWN,
        change,
        &expect![[r"
        水道料金（口径φ20 ・ 一般用 ・ 5m³ ・ 2か月分 ・ 使用10日）
        5m³を10日で使ったので、1か月では15m³として計算し、日割にします。
          基本料金 ＝ 1,000円
          従量料金　1〜10m³  10m³ × 50円 ＝ 500円
          従量料金　11〜15m³  5m³ × 100円 ＝ 500円
          小計 ＝ 2,000円
          日割（× 10/31） ＝ 645 5/31円  〔2,000円 × 10/31〕
          合計 ＝ 645 5/31円
          消費税（10％）を加えた額 ＝ 709 21/31円  〔645 5/31円 × 110 ÷ 100〕
          端数処理（10円未満切捨て） ＝ 700円  〔根拠：条例第25条〕
          水道料金 ＝ 700円
          うち消費税（10％） ＝ 63円  〔700円 × 10 ÷ 110 ＝ 63.63…円、1円未満切捨て〕
        料金表: 例町水道料金（例町給水条例）"]],
    );
}

#[test]
fn dwellings_and_reliefs_are_named() {
    let change = |input: &mut ChargeInput| {
        input.dwellings = 3;
        input.reliefs = input.reliefs.with(0);
        input.months = 1;
    };
    explained(
        TOWN,
        change,
        &expect![[r"
        水道料金（口径φ20 ・ 一般用 ・ 45m³ ・ 1か月分 ・ 3戸）
        45m³を3戸に等しく分けて計算します。
          基本料金 ＝ 1,000円
          従量料金　1〜10m³  10m³ × 50円 ＝ 500円
          従量料金　11〜15m³  5m³ × 100円 ＝ 500円
          福祉減免 ＝ −500円  〔根拠：減免要綱第3条〕
          1戸の合計 ＝ 1,500円
          消費税（10％）を加えた額 ＝ 1,650円  〔1,500円 × 110 ÷ 100〕
          端数処理（10円未満切捨て） ＝ 1,650円  〔根拠：条例第25条〕
          3戸分 ＝ 4,950円
          水道料金 ＝ 4,950円
          うち消費税（10％） ＝ 450円  〔4,950円 × 10 ÷ 110 ＝ 450円、1円未満切捨て〕
        料金表: 例町水道料金（例町給水条例）"]],
    );
}
