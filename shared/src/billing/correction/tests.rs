//! Corrections by hand-computed amounts (更正の試験).

use super::*;
use crate::billing::TariffFile;
use crate::connection::UsageClass;

const TEXT: &str = "
code = \"a\"
name = \"例\"
source = \"例\"
valid_from = \"2020-04-01\"
[water]
table_months = 2
tax = { prices = \"included\", percent = 10 }
rounding = [{ of = \"claim\", mode = \"floor\", step_yen = 1, article = \"第1条\" }]
[water.tiers]
all = [{ yen = \"100\" }]
[[water.rate]]
sizes_mm = [13]
service_yen = \"600\"
tiers = \"all\"
[[water.rate]]
sizes_mm = [20]
service_yen = \"1000\"
tiers = \"all\"
";

fn tariff() -> Tariff {
    TariffFile::parse(TEXT).unwrap().tariffs.remove(0)
}

fn assessed(tariff: &Tariff, usage: u32) -> AssessedClaim<'_> {
    let size = MeterSize::new(13).unwrap();
    let input = ChargeInput::new(size, UsageClass::GENERAL, CubicMeters(usage), 2);
    let ChargeAmounts { amount, tax } = tariff.amounts(&input).unwrap();
    let state = ClaimState { input, relief: None, amount, tax };
    AssessedClaim { assessment: AssessmentId(7), id: TariffId(1), tariff, state }
}

fn leak(billed: u32, reduction: i64) -> Change {
    let outcome = LeakOutcome { billed: CubicMeters(billed), reduction: Yen(reduction) };
    Change::Leak(vec![(Claim::Water, outcome)])
}

#[track_caller]
fn check(change: &Change, amount: i64, tax: i64, relief: Option<(i64, i64)>) -> Correction {
    let tariff = tariff();
    let corrected = correct(&[assessed(&tariff, 50)], change).unwrap();
    let after = corrected.claims[0].after;
    let relief = relief.map(|(amount, tax)| ClaimRelief { amount: Yen(amount), tax: Yen(tax) });
    assert_eq!((after.amount, after.tax, after.relief), (Yen(amount), Yen(tax), relief));
    assert!(after.follows(&tariff));
    corrected
}

#[test]
fn a_volume_is_charged_anew() {
    // 600 + 50 × 100 = 5,600 before; 600 + 30 × 100 after, a tenth of 1.1 of it tax.
    let corrected = check(&Change::Volume(CubicMeters(30)), 3_600, 327, None);
    assert_eq!((corrected.before(), corrected.difference()), (Yen(5_600), Yen(-2_000)));
    let words = corrected.japanese();
    for line in ["水量: 50m³ → 30m³", "5,600円 → 3,600円（差額 -2,000円"] {
        assert!(words.contains(line), "{words}");
    }
    check(&Change::Volume(CubicMeters(80)), 8_600, 781, None);
}

#[test]
fn facts_are_charged_anew_and_said() {
    let size = MeterSize::new(20).unwrap();
    let facts = Change::Facts { size, use_class: UsageClass::GENERAL, dwellings: 1 };
    let corrected = check(&facts, 6_000, 545, None);
    assert!(corrected.japanese().contains("口径: 13mm → 20mm"));
}

#[test]
fn a_leak_takes_off_volume_or_yen() {
    // Twenty cubic meters less are 2,000 yen: the volume says it all.
    check(&leak(30, 2_000), 3_600, 327, None);
    // Three quarters of what leaked are 1,500 yen, which no volume says.
    check(&leak(50, 1_500), 4_100, 372, Some((1_500, 137)));
    // A bound in yen: the rule's volume would have taken off more.
    check(&leak(30, 900), 4_700, 427, Some((900, 82)));
}

#[test]
fn what_changes_nothing_is_refused() {
    let tariff = tariff();
    let same = correct(&[assessed(&tariff, 50)], &Change::Volume(CubicMeters(50)));
    assert_eq!(same, Err(CorrectionError::NothingChanges));
    let mut reduced = assessed(&tariff, 50);
    reduced.state.relief = Some(ClaimRelief { amount: Yen(1), tax: Yen(0) });
    let again = correct(&[reduced], &Change::Volume(CubicMeters(30)));
    assert_eq!(again, Err(CorrectionError::ReducedBefore));
    let size = MeterSize::new(300).unwrap();
    let facts = Change::Facts { size, use_class: UsageClass::GENERAL, dwellings: 1 };
    assert!(matches!(
        correct(&[assessed(&tariff, 50)], &facts),
        Err(CorrectionError::Charge(ChargeError::NoRate { .. }))
    ));
}
