//! Terms of a charge (料金の条件の試験): reliefs, other water, cut periods, remainders.

use jiff::civil::{Date, date};

use super::*;
use crate::billing::{ChargeError, TariffFile};
use crate::connection::{MeterSize, UsageClass};
use crate::quantity::Yen;

const LAST: Date = date(2026, 9, 23);
const TODAY: Date = date(2026, 11, 22);

/// 600 yen at 20 mm and 1,200 at 25 mm for two months of 60 days; business pays double; 10 yen per m³.
fn file(rules: &str) -> Vec<Tariff> {
    let claim = "table_months = 2
        tax = { prices = \"included\", percent = 10 }
        rounding = [{ of = \"claim\", mode = \"floor\", step_yen = 1, article = \"第1条\" }]";
    let text = format!(
        "code = \"a\"\nname = \"例\"\nsource = \"例\"\nvalid_from = \"2020-04-01\"
        [water]\n{claim}
        shared = {{ remainder = \"carry\" }}\n{rules}
        relief = [{{ key = \"welfare\", name = \"福祉\", article = \"1\", of = \"service\", percent = 50 }}]
        [water.tiers]\nall = [{{ yen = \"10\" }}]
        [[water.rate]]\nsizes_mm = [20]\nuse_classes = [\"general\"]\nservice_yen = \"600\"\ntiers = \"all\"
        [[water.rate]]\nsizes_mm = [25]\nuse_classes = [\"general\"]\nservice_yen = \"1200\"\ntiers = \"all\"
        [[water.rate]]\nuse_classes = [\"business\"]\nservice_yen = \"2400\"\ntiers = \"all\"
        [[sewerage]]\n{claim}
        [sewerage.well]\nmonths = 1\nalone_more_m3 = 6\nwith_tap_more_m3 = 3
        [sewerage.deduction]\nfrom_percent = 10\nfrom_m3 = 20
        [sewerage.tiers]\nall = [{{ yen = \"5\" }}]
        [[sewerage.rate]]\nuse_classes = [\"general\", \"business\"]\nservice_yen = \"300\"\ntiers = \"all\""
    );
    TariffFile::parse(&text).unwrap().tariffs
}

const BY_DAYS: &str =
    "proration = { service = \"share\", volume = \"whole\", days_per_month = 30 }";

fn segment(from: Date, to: Date, mm: u16, use_class: UsageClass, usage: u32) -> Segment {
    Segment { from, to, size: MeterSize::new(mm).unwrap(), use_class, usage: CubicMeters(usage) }
}

fn plain(usage: u32) -> Vec<Segment> {
    vec![segment(LAST, TODAY, 20, UsageClass::GENERAL, usage)]
}

fn ever() -> Validity {
    Validity { from: date(2026, 1, 1), before: None }
}

fn relief(validity: Validity) -> ReliefGrant {
    let (key, decision) = ("welfare".into(), "第1号".into());
    ReliefGrant { id: 7, claim: Claim::Water, key, validity, decision }
}

fn source(kind: SourceKind, measure: SourceMeasure) -> SewageSource {
    let (name, decision) = ("井戸".into(), "第2号".into());
    SewageSource { id: 8, kind, name, measure, validity: ever(), decision }
}

fn rated(
    tariff: &Tariff,
    segments: &[Segment],
    dwellings: u16,
    terms: &ChargeTerms,
) -> Result<RatedByTerms, TermsError> {
    let supply = Supply { from: LAST, to: TODAY, started_on: None };
    let carried_in = CubicMeters(2);
    let asked = AskedClaim { segments, supply, months: 2, dwellings, carried_in };
    rate_by_terms(std::slice::from_ref(tariff), &asked, terms)
}

#[track_caller]
fn sewage(sources: Vec<SewageSource>, expected: Result<u32, TermsError>) {
    let terms = ChargeTerms { sources, ..ChargeTerms::default() };
    let found = rated(&file("")[1], &plain(40), 1, &terms);
    assert_eq!(found.map(|rated| rated.usage().0), expected);
}

#[test]
fn a_relief_holds_for_the_period_whose_last_day_it_holds_on() {
    let water = &file("")[0];
    let amount = |validity| {
        let terms = ChargeTerms { reliefs: vec![relief(validity)], ..ChargeTerms::default() };
        rated(water, &plain(40), 1, &terms).unwrap().amounts().amount
    };
    assert_eq!(amount(ever()), Yen(300 + 400));
    assert_eq!(amount(Validity { from: TODAY, before: None }), Yen(700));
    assert_eq!(amount(Validity { from: LAST, before: Some(TODAY) }), Yen(1_000));
    let mut terms = ChargeTerms { reliefs: vec![relief(ever())], ..ChargeTerms::default() };
    terms.reliefs[0].key = "disaster".into();
    let refused = rated(water, &plain(40), 1, &terms).unwrap_err();
    assert_eq!(refused, TermsError::Charge(ChargeError::NoRelief));
}

#[test]
fn other_water_is_added_and_what_stays_out_of_the_sewer_is_taken_off() {
    use SourceKind::{Adds, Deducts};
    use SourceMeasure::{Metered, PerHead, PerMonth};
    let m3 = |volume| Some(CubicMeters(volume));
    sewage(vec![source(Adds, Metered(m3(15)))], Ok(55));
    sewage(vec![source(Adds, Metered(None))], Err(TermsError::SourceUnread));
    sewage(vec![source(Adds, PerHead(4))], Ok(40 + 2 * 12));
    sewage(vec![source(Adds, PerMonth(CubicMeters(5)))], Ok(50));
    sewage(vec![source(Deducts, PerMonth(CubicMeters(10)))], Ok(20));
    sewage(vec![source(Deducts, Metered(m3(19)))], Ok(40));
    let both = vec![source(Adds, Metered(m3(100))), source(Deducts, Metered(m3(20)))];
    sewage(both, Ok(120));
    let mut ended = source(Adds, PerHead(4));
    ended.validity.before = Some(TODAY);
    sewage(vec![ended], Ok(40));
}

#[test]
fn a_change_of_size_cuts_the_period_and_each_part_pays_for_its_days() {
    let tariffs = file(BY_DAYS);
    let change = date(2026, 10, 23);
    let segments = [
        segment(LAST, change, 20, UsageClass::GENERAL, 10),
        segment(change, TODAY, 25, UsageClass::GENERAL, 30),
    ];
    let water = rated(&tariffs[0], &segments, 1, &ChargeTerms::default()).unwrap();
    let amounts: Vec<i64> = water.parts().map(|part| part.amounts.amount.0).collect();
    // 30 of 60 days of 600, and 10 m³; 30 of 60 days of 1,200, and 30 m³
    assert_eq!(amounts, [300 + 100, 600 + 300]);
    assert_eq!(water.amounts().amount, Yen(1_300));
    // Sewerage costs the same for both sizes: one whole period.
    let sewerage = rated(&tariffs[1], &segments, 1, &ChargeTerms::default()).unwrap();
    assert_eq!((sewerage.amounts().amount, sewerage.before.len()), (Yen(300 + 200), 0));
}

#[test]
fn without_a_rule_for_days_a_cut_period_is_refused() {
    let change = date(2026, 10, 23);
    let segments = [
        segment(LAST, change, 20, UsageClass::GENERAL, 10),
        segment(change, TODAY, 20, UsageClass::BUSINESS, 30),
    ];
    let refused = rated(&file("")[0], &segments, 1, &ChargeTerms::default()).unwrap_err();
    assert_eq!(refused.code(), "K61");
}

#[test]
fn a_part_of_no_days_gives_its_volume_to_its_neighbor() {
    let tariffs = file(BY_DAYS);
    let segments = [
        segment(LAST, LAST, 20, UsageClass::GENERAL, 1),
        segment(LAST, TODAY, 25, UsageClass::GENERAL, 30),
        segment(TODAY, TODAY, 20, UsageClass::GENERAL, 2),
    ];
    let water = rated(&tariffs[0], &segments, 1, &ChargeTerms::default()).unwrap();
    assert_eq!((water.usage().0, water.amounts().amount), (33, Yen(1_200 + 330)));
}

#[test]
fn what_cannot_be_divided_among_dwellings_comes_with_the_next_period() {
    let tariffs = file("");
    let water = rated(&tariffs[0], &plain(40), 4, &ChargeTerms::default()).unwrap();
    assert_eq!((water.carried_in.0, water.carried_out.0, water.usage().0), (2, 2, 42));
    assert_eq!(water.amounts().amount, Yen(4 * (600 + 100)));
    let alone = rated(&tariffs[0], &plain(40), 1, &ChargeTerms::default()).unwrap();
    assert_eq!((alone.carried_in.0, alone.carried_out.0), (0, 0));
}

#[test]
fn a_basis_is_told_and_has_to_lead_to_the_volume() {
    let terms = ChargeTerms {
        sources: vec![source(SourceKind::Adds, SourceMeasure::PerHead(2))],
        ..ChargeTerms::default()
    };
    let rated = rated(&file("")[1], &plain(40), 1, &terms).unwrap();
    let basis = ChargeBasis { sewage: rated.sewage.clone(), ..ChargeBasis::default() };
    assert!(basis.leads_to(rated.usage()));
    assert!(!basis.leads_to(CubicMeters(51)));
    assert_eq!(
        basis.japanese(),
        ["水道の使用水量 40 m³", "＋ 井戸 12 m³（人数による認定、2人。第2号）", "汚水量 52 m³",]
    );
    let stored = serde_json::to_string(&basis).unwrap();
    assert_eq!(serde_json::from_str::<ChargeBasis>(&stored).unwrap(), basis);
    assert_eq!(serde_json::from_str::<ChargeBasis>("{}").unwrap(), ChargeBasis::default());
}
