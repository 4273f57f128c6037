//! The reference by itself, on amounts that were worked out by hand.

use tests::tariff_reference::calendar::{Period, day};
use tests::tariff_reference::rated::{Sources, rated, sewage};
use tests::tariff_reference::{Asked, Schedule, amounts, read};

fn table(rules: &str, rate: &str) -> Schedule {
    let text = format!(
        "code = \"hand\"\nname = \"例\"\nsource = \"例\"\nvalid_from = \"2020-04-01\"
        [[sewerage]]\n{rules}
        [sewerage.tiers]
        t = [{{ to_m3 = 10, yen = \"100\" }}, {{ to_m3 = 20, yen = \"150.5\" }}, {{ yen = \"200\" }}]
        [[sewerage.rate]]\n{rate}\ntiers = \"t\"\n"
    );
    read(&text).remove(0)
}

fn question(usage: i128, months: i128) -> Asked {
    Asked {
        size_mm: 13,
        use_class: "general".to_owned(),
        usage,
        months,
        days: None,
        dwellings: 1,
        reliefs: Vec::new(),
        tax_percent: None,
    }
}

const INCLUDED: &str = "table_months = 1
    tax = { prices = \"included\", percent = 10 }
    rounding = [{ of = \"claim\", mode = \"floor\", step_yen = 1, article = \"例\" }]\n";

#[track_caller]
fn check(rules: &str, rate: &str, question: &Asked, amount: i128, tax: i128) {
    let amounts = amounts(&table(rules, rate), question).unwrap();
    assert_eq!((amounts.amount, amounts.tax), (amount, tax));
}

#[test]
fn tiers_and_months_are_added() {
    let rate = "service_yen = \"500\"";
    // 500 + 10 × 100 + 5 × 150.5 = 2,252.5
    check(INCLUDED, rate, &question(15, 1), 2_252, 204);
    // 16 and 15 m³: 500 + 1,000 + 903 and 2,252.5
    check(INCLUDED, rate, &question(31, 2), 4_655, 423);
    // Both months have 15.5 m³: 2 × (500 + 1,000 + 5.5 × 150.5) = 4,655.5
    let half = format!("{INCLUDED}split = \"half\"");
    check(&half, rate, &question(31, 2), 4_655, 423);
    // 20.5 m³ each: 2 × (500 + 1,000 + 1,505 + 0.5 × 200)
    check(&half, rate, &question(41, 2), 6_210, 564);
    // The service charge pays for 8: 500 + 2 × 100 + 752.5
    let included = "service_yen = \"500\"\nincluded_m3 = 8";
    check(INCLUDED, included, &question(15, 1), 1_452, 132);
    check(INCLUDED, included, &question(8, 1), 500, 45);
}

#[test]
fn tax_is_put_on_where_the_table_says() {
    let excluded = |per: &str, roundings: &str| {
        format!(
            "table_months = 1
            tax = {{ prices = \"excluded\", per = \"{per}\", percent = 8 }}\nrounding = [{roundings}]"
        )
    };
    let stage = |of: &str, tax: &str, step: u8| {
        format!(
            "{{ of = \"{of}\", tax = \"{tax}\", mode = \"floor\", step_yen = {step}, article = \"例\" }}"
        )
    };
    let rate = "service_yen = \"500\"";
    // 2,403 × 1.08 = 2,595.24 and 2,252.5 × 1.08 = 2,432.7
    check(&excluded("month", &stage("month", "after", 10)), rate, &question(31, 2), 5_020, 371);
    // 4,655.5 × 1.08 = 5,027.94
    check(&excluded("claim", &stage("claim", "after", 1)), rate, &question(31, 2), 5_027, 372);
    // 4,650 × 1.08 = 5,022
    let both = format!("{}, {}", stage("claim", "before", 10), stage("claim", "after", 1));
    check(&excluded("claim", &both), rate, &question(31, 2), 5_022, 372);
}

#[test]
fn partial_periods_take_their_share() {
    let days = |days| Asked { days: Some(days), ..question(15, 1) };
    let rate = "service_yen = \"500\"";
    let rule = |words: &str| format!("{INCLUDED}proration = {{ {words} }}");
    // Half a month: 250; bounds 5 and 10: 5 × 100 + 5 × 150.5 + 5 × 200
    let share = rule("days_per_month = 30, service = \"share\", volume = \"share\"");
    check(&share, rate, &days(15), 2_502, 227);
    // Half a month's service, the table as it is: 250 + 1,752.5
    let whole = rule(
        "months = [{ to_days = 15, months = \"0.5\" }, { months = \"1\" }], service = \"share\", volume = \"whole\"",
    );
    check(&whole, rate, &days(15), 2_002, 182);
    // 30 m³ in a month: 500 + 1,000 + 1,505 + 2,000 = 5,005, and half of it
    let convert = rule("days_per_month = 30, service = \"share\", volume = \"convert\"");
    check(&convert, rate, &days(15), 2_502, 227);
}

#[test]
fn dwellings_share_the_volume() {
    let dwellings = Asked { dwellings: 2, ..question(31, 1) };
    let rate = "service_yen = \"500\"";
    let rule = |words: &str| format!("{INCLUDED}shared = {{ {words} }}");
    // 16 and 15 m³: 2,403 + 2,252.5
    let claim = rule("remainder = \"spread\", round_per = \"claim\"");
    check(&claim, rate, &dwellings, 4_655, 423);
    let of_three = Asked { dwellings: 3, ..question(47, 1) };
    // 17 + 15 + 15 m³: 2,553.5 + 2 × 2,252.5, each floored
    let dwelling = rule("remainder = \"first\", round_per = \"dwelling\"");
    check(&dwelling, rate, &of_three, 2_553 + 2 * 2_252, 641);
    // 3 × 15 m³; two are carried
    let carry = rule("remainder = \"carry\", round_per = \"claim\"");
    check(&carry, rate, &of_three, 6_757, 614);
}

#[test]
fn reliefs_take_no_more_than_there_is() {
    let held = |usage| Asked { reliefs: vec![true, true], ..question(usage, 1) };
    let relief = |of: &str, what: &str| {
        format!("{{ key = \"k\", name = \"例\", article = \"例\", of = \"{of}\", {what} }}")
    };
    let rule = |first: &str, second: &str| format!("{INCLUDED}relief = [{first}, {second}]");
    let rate = "service_yen = \"500\"";
    // 2,252.5 − 250 − the price of the first 12 m³ (1,301)
    let both = rule(&relief("service", "percent = 50"), &relief("volume", "free_m3 = 12"));
    check(&both, rate, &held(15), 701, 63);
    // 1,300 − 1,000, then 600 of the 300 that are left
    let more = rule(&relief("all", "yen = \"1000\""), &relief("volume", "yen = \"600\""));
    check(&more, rate, &held(8), 0, 0);
}

#[test]
fn a_change_by_days_has_two_charges() {
    let rules = format!(
        "{INCLUDED}proration = {{ days_per_month = 30, service = \"share\", volume = \"share\" }}"
    );
    let old = table(&rules, "service_yen = \"300\"");
    let mut new = table(&rules, "service_yen = \"600\"");
    new.valid_from = day("2026-10-01");
    new.transition.continuing = Some("days".to_owned());
    let period = Period {
        from: day("2026-09-11"),
        to: day("2026-11-10"),
        started_on: Some(day("2020-05-01")),
    };
    // 20 of 60 days: 2/3 month, 10 m³ (6 × 100 + 4 × 150.5); 40 days: 4/3 months, 20 m³
    // (13 × 100 + 7 × 150.5)
    let amounts = rated(&[old, new], &question(30, 2), &period).unwrap();
    assert_eq!(amounts.amount, (200 + 600 + 602) + (800 + 1_300 + 1_053));
}

#[test]
fn wells_are_counted_by_people() {
    let well = "well = { months = 1, alone_m3 = [9, 15, 20], alone_more_m3 = 4, \
        with_tap_m3 = [], with_tap_more_m3 = 3, at_least_alone = true }
        deduction = { from_percent = 10, from_m3 = 20 }\n";
    let table = table(&format!("{INCLUDED}{well}"), "service_yen = \"0\"");
    let sources = Sources {
        use_class: "general",
        tap: 0,
        certified: None,
        well_people: 4,
        deducted: 0,
        months: 2,
    };
    assert_eq!(sewage(&table, &sources), Some(48));
    assert_eq!(sewage(&table, &Sources { tap: 10, ..sources }), Some(48));
    assert_eq!(sewage(&table, &Sources { tap: 30, ..sources }), Some(54));
    assert_eq!(sewage(&table, &Sources { tap: 30, deducted: 20, ..sources }), Some(34));
    assert_eq!(sewage(&table, &Sources { tap: 30, deducted: 19, ..sources }), Some(54));
    assert_eq!(sewage(&table, &Sources { certified: Some(70), ..sources }), Some(70));
}
