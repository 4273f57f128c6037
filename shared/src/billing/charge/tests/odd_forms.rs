//! Forms that only some ordinances have (めずらしい料金表), each worked out by hand.

use super::*;

fn with_rate(rules: &str, rate: &str) -> Tariff {
    only(&format!(
        "code = \"a\"\nname = \"例\"\nsource = \"例\"\nvalid_from = \"2026-04-01\"\n[water]
        table_months = 1
        tax = {{ prices = \"excluded\", percent = 10 }}
        {rules}
        [[water.rounding]]
        of = \"claim\"\nmode = \"floor\"\nstep_yen = 1\narticle = \"第1条\"
        [water.tiers]
        all = [{{ to_m3 = 10, yen = \"50\" }}, {{ yen = \"100\" }}]
        [[water.rate]]\ntiers = \"all\"\n{rate}"
    ))
}

#[test]
fn a_drill_is_charged_by_begun_tens_of_minutes() {
    let town = only(include_str!("../../../../tariffs/midori-2014.toml"));
    let drill = |minutes, months| ChargeInput {
        use_class: UsageClass::HYDRANT,
        ..general(50, minutes, months)
    };
    // 3 × 2,500, taxed at 8 %
    check(&town, &drill(25, 1), 8_100, 600);
    check(&town, &drill(30, 1), 8_100, 600);
    check(&town, &drill(31, 2), 10_800, 800);
    check(&town, &drill(0, 1), 0, 0);
}

#[test]
fn people_are_charged_in_each_month() {
    let sewerage = only(include_str!("../../../../tariffs/misawa-agri.toml"));
    let flat = UsageClass::from_key("flat").unwrap();
    let household = |people, months| ChargeInput { use_class: flat, ..general(20, people, months) };
    // 1,130 + 4 × 743
    check(&sewerage, &household(4, 1), 4_102, 372);
    check(&sewerage, &household(4, 2), 8_204, 745);
}

#[test]
fn half_the_service_charge_needs_few_days_and_little_water() {
    let town = only(include_str!("../../../../tariffs/tsukigata.toml"));
    let home = UsageClass::HOUSEHOLD;
    let input =
        |usage, days| ChargeInput { use_class: home, days: Some(days), ..general(20, usage, 1) };
    check(&town, &input(4, 15), 880, 80);
    check(&town, &input(5, 15), 1_760, 160);
    check(&town, &input(4, 16), 1_760, 160);
    check(&town, &input(10, 15), 2_244, 204);
}

#[test]
fn beyond_31_days_kobe_takes_two_months_of_the_table() {
    let kobe = only(include_str!("../../../../tariffs/example-proration-kobe.toml"));
    let input = |usage, days| ChargeInput { days: Some(days), ..general(20, usage, 2) };
    // 20 m³ in 36 days are 34 in 62: (2 × 960 + 20 × 10 + 14 × 155) × 36 ÷ 62 = 2,490, taxed 2,739
    check(&kobe, &input(20, 36), 2_739, 249);
    check(&kobe, &input(5, 10), 650, 59);
}

#[test]
fn only_some_sizes_have_partial_periods() {
    let otawara = only(include_str!("../../../../tariffs/example-half-months-otawara.toml"));
    let input = |mm| ChargeInput { days: Some(10), ..general(mm, 0, 1) };
    check(&otawara, &input(13), 770, 70);
    check(&otawara, &input(25), 2_860, 260);
}

#[test]
fn the_included_volume_shrinks_and_the_tiers_stay() {
    let rule = "proration = { service = \"share\", volume = \"included\",
        months = [{ to_days = 15, months = \"0.5\" }, { months = \"1\" }] }";
    let town = with_rate(rule, "service_yen = \"1000\"\nincluded_m3 = 8");
    // 500 + 6 × 50 + 2 × 100
    let input = ChargeInput { days: Some(10), ..general(13, 12, 1) };
    check(&town, &input, 1_100, 100);
}

#[test]
fn all_water_has_the_price_of_the_last_tier() {
    let town = with_rate("", "service_yen = \"1000\"\nby_last_tier = true");
    check(&town, &general(13, 10, 1), 1_650, 150);
    check(&town, &general(13, 11, 1), 2_310, 210);
    // 11 and 10 m³: (1,000 + 1,100) + (1,000 + 500)
    check(&town, &general(13, 21, 2), 3_960, 360);
}

#[test]
fn one_month_and_two_have_tables_of_their_own() {
    let town = with_rate(
        "",
        "service_yen = \"1000\"\nperiod_months = 1
        [[water.rate]]\nservice_yen = \"1900\"\nincluded_m3 = 10\nperiod_months = 2\ntiers = \"all\"
        [[water.meter_rent]]\nyen = \"70\"",
    );
    check(&town, &general(13, 5, 1), 1_452, 132);
    // 1,900 + 5 × 100 + 2 × 70
    check(&town, &general(13, 15, 2), 2_794, 254);
}

#[test]
fn the_rent_is_taxed_and_floored_by_itself() {
    let rent = "[[water.meter_rent]]\nyen = \"75\"";
    let rate = format!("service_yen = \"1005\"\n{rent}");
    // 1,080 × 1.1 = 1,188 in one sum; 1,105.5 and 82.5 apart
    check(&with_rate("", &rate), &general(13, 0, 1), 1_188, 108);
    check(&with_rate("apart = [\"rent\"]", &rate), &general(13, 0, 1), 1_105 + 82, 107);
    let all = with_rate("apart = [\"rent\", \"service\", \"volume\"]", &rate);
    check(&all, &general(13, 3, 2), 2_211 + 165 + 165, 231);
}

#[test]
fn an_apartment_house_pays_the_service_charge_of_its_meter() {
    let rule = |remainder| {
        format!("shared = {{ size_mm = 13, remainder = \"{remainder}\", service = \"meter\" }}")
    };
    let rates = "sizes_mm = [13]\nservice_yen = \"1000\"
        [[water.rate]]\nsizes_mm = [40]\nservice_yen = \"7000\"\ntiers = \"all\"";
    let house = ChargeInput { dwellings: 3, ..general(40, 32, 1) };
    // 7,000 and 11, 11 and 10 m³: 600 + 600 + 500
    check(&with_rate(&rule("spread"), rates), &house, 9_570, 870);
    // 7,000 and 30 m³ at 50, 2 at 100
    check(&with_rate(&rule("exact"), rates), &house, 9_570, 870);
    let odd = ChargeInput { dwellings: 3, ..general(40, 31, 1) };
    check(&with_rate(&rule("exact"), rates), &odd, 9_460, 860);
}

#[test]
fn halves_may_be_rounded_month_by_month() {
    let rule = "split = \"half\"
        [[water.rounding]]\nof = \"month\"\ntax = \"before\"\nmode = \"floor\"\nstep_yen = 10\narticle = \"第2条\"";
    let town = with_rate(rule, "service_yen = \"1000\"");
    // Each month has 6.5 m³: 1,325, floored to 1,320
    check(&town, &general(13, 13, 2), 2_904, 264);
}

#[test]
fn a_table_of_two_months_is_halved_for_one() {
    let table =
        only(&TAKATSUKI.replacen("table_months = 2", "table_months = 2\nsplit = \"half\"", 1));
    // 759 + 6 × 11 + 4 × 27.5 + 5 × 148.5 = 1,677.5
    check(&table, &general(20, 15, 1), 1_677, 152);
    check(&table, &general(20, 35, 2), 4_097, 372);
}
