//! Published amounts, row by row, and what rows can be wrong about.

use super::*;

macro_rules! texts {
    ($folder:literal, $extension:literal: $($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../../../", $folder, "/", $file, $extension)))),*]
    };
}

/// Every tariff of the project. A test over the folder finds one that is not listed.
const TARIFFS: &[(&str, &str)] = texts![
    "tariffs", ".toml":
    "chikugo-5pct",
    "example-half-months-otawara",
    "example-manual",
    "example-proration-kobe",
    "example-shared-kawasaki",
    "example-transition-kai",
    "example-transition-motosu",
    "example-well-nirasaki",
    "fujimi",
    "fukuoka-8pct",
    "kasai-sewerage",
    "kawabe-sewerage",
    "kitaibaraki-sewerage",
    "kumamoto-2014",
    "masaki-2014",
    "meter-rent-town",
    "midori-2014",
    "misawa-agri",
    "mobara-sewerage",
    "nishio-2014",
    "noheji",
    "osaka-10pct",
    "shikigun-a",
    "taiwa",
    "takatsuki-water-2019",
    "tatebayashi",
    "tokyo-10pct",
    "tono",
    "tono-agri",
    "tsukigata",
    "yachiyo-sewerage-2019",
    "yanai-agri",
];

/// Amounts that utilities published, by the tariff file they belong to.
const PUBLISHED: &[(&str, &str)] = texts![
    "tariffs/published", ".csv":
    "chikugo-5pct",
    "example-shared-kawasaki",
    "kasai-sewerage",
    "kitaibaraki-sewerage",
    "kumamoto-2014",
    "masaki-2014",
    "meter-rent-town",
    "midori-2014",
    "misawa-agri",
    "nishio-2014",
    "noheji",
    "shiki-gun-a",
    "taiwa",
    "tono-agri",
    "tsukigata",
    "yanai-agri",
];

fn rater(text: &str) -> CaseRater {
    CaseRater::new(&TariffFile::parse(text).unwrap_or_else(|faults| panic!("{faults:#?}")))
}

/// Rates each row of a table.
fn rated(text: &str, table: &str) -> Vec<(csv::StringRecord, Result<CaseAmounts, CaseFault>)> {
    let rater = rater(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(table.as_bytes());
    let columns = CaseColumns::find(reader.headers().unwrap()).unwrap();
    let rate = |row: csv::StringRecord| {
        let amounts =
            Case::read(&columns, |place| row.get(place)).and_then(|case| rater.amounts(&case));
        (row, amounts)
    };
    reader.records().map(Result::unwrap).map(rate).collect()
}

#[test]
fn every_published_amount_agrees_to_the_yen() {
    let (mut rows, mut amounts_agreed) = (0, 0);
    for (name, table) in PUBLISHED {
        let of = if *name == "shiki-gun-a" { "shikigun-a" } else { name };
        let (_, tariff) = TARIFFS.iter().find(|(tariff, _)| *tariff == of).unwrap();
        let names = csv::Reader::from_reader(table.as_bytes()).headers().unwrap().clone();
        for (row, amounts) in rated(tariff, table) {
            let amounts = amounts.unwrap_or_else(|fault| panic!("{name} {row:?}: {fault}"));
            let paid = |claim: Option<ChargeAmounts>| claim.map(|amounts| amounts.amount);
            let computed = [paid(amounts.water), paid(amounts.sewerage), Some(amounts.total())];
            for (claim, computed) in ["water", "sewer", "total"].into_iter().zip(computed) {
                let column = format!("expected_{claim}_yen");
                let place = names.iter().position(|name| name == column).unwrap();
                let published: Option<Yen> = row[place].parse().ok().map(Yen);
                let agrees = published.is_none() || published == computed;
                assert!(agrees, "{name} {row:?}: {computed:?}");
                amounts_agreed += u32::from(published.is_some());
            }
            rows += 1;
        }
    }
    assert!(rows >= 77 + 26 && amounts_agreed > 200, "{rows} rows, {amounts_agreed} amounts");
}

#[test]
fn every_file_agrees_with_its_own_examples() {
    for (name, text) in TARIFFS {
        let file = TariffFile::parse(text).unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
        assert!(file.code.starts_with(name.split("-20").next().unwrap()), "{name}: {}", file.code);
        assert!(file.read_on.is_some(), "{name}: when was the source read?");
        let rater = CaseRater::new(&file);
        for example in &file.examples {
            let outcome = rater.example(example);
            assert!(outcome.as_ref().is_ok_and(ExampleOutcome::agrees), "{name}: {outcome:?}");
        }
    }
}

#[test]
fn five_cubic_meters_in_ten_days_cost_650_yen_in_kobe() {
    let table = "meter_mm,use_class,period_months,usage_m3,from,to\n\
                 20,general,1,5,2026-01-27,2026-02-06\n\
                 20,general,1,0,2026-01-27,2026-01-28\n";
    let rows = rated(include_str!("../../../tariffs/example-proration-kobe.toml"), table);
    let water = |row: usize| rows[row].1.as_ref().unwrap().water.unwrap();
    assert_eq!(water(0), ChargeAmounts { amount: Yen(650), tax: Yen(59) });
    assert_eq!(water(1).amount, Yen(220), "never below the minimum");
}

/// One row under all columns is refused with this code.
#[track_caller]
fn refused(row: &str, code: &str) {
    let header = "meter_mm,use_class,period_months,usage_m3,sewer_m3,dwellings,from,to,tax_rate,\
                  well_people,authority\n";
    let text = include_str!("../../../tariffs/taiwa.toml");
    let rows = rated(text, &format!("{header}{row}\n"));
    let fault = rows[0].1.as_ref().expect_err(row);
    assert_eq!(fault.code(), code, "{row}: {fault}");
    assert!(fault.japanese().starts_with(&format!("{code}: ")));
}

#[test]
fn every_fault_of_a_row_has_its_code() {
    refused(",general,1,5,,,,,,,", "K73");
    refused("20,general,1,,,,,,,,", "K73");
    refused("x,general,1,5,,,,,,,", "K74");
    refused("20,general,1,5.5,,,,,,,", "K74");
    refused("20,general,1,２３,,,,,,,", "K74");
    refused("20,general,1,-5,,,,,,,", "K75");
    refused("20,general,-1,5,,,,,,,", "K75");
    refused("21,general,1,5,,,,,,,", "K76");
    refused("99999999999999999999,general,1,5,,,,,,,", "K76");
    refused("20,bathhouse,1,5,,,,,,,", "K77");
    refused("20,一般用,1,5,,,,,,,", "K77");
    refused("20,general,3,5,,,,,,,", "K78");
    refused("20,general,0,5,,,,,,,", "K78");
    refused("20,general,1,10000,,,,,,,", "K79");
    refused("50,general,1,1000000,,,,,,,", "K79");
    refused("20,general,1,5,100000000,,,,,,", "K79");
    refused("20,general,1,5,,,2026-02-30,2026-03-01,,,", "K80");
    refused("20,general,1,5,,,2026-02-01,,,,", "K81");
    refused("20,general,1,5,,,,2026-02-01,,,", "K81");
    refused("20,general,1,5,,,,,31,,", "K82");
    refused("20,general,1,5,,,,,,,隣の市", "K83");
    refused("20,general,1,5,,,,,,2,", "K84");
    refused("150,general,1,5,,,,,,,", "K50");
    refused("20,general,1,5,,2,,,,,", "K52");
    refused("20,general,1,5,,0,,,,,", "K53");
    refused("20,general,1,5,,,2019-09-11,2019-11-10,,,", "K56");
    refused("20,general,1,5,,,2019-07-11,2019-09-10,,,", "K57");
    refused("20,general,1,5,,,2026-07-11,2026-07-10,,,", "K58");
}

#[test]
fn a_table_needs_its_columns_once() {
    let code = |names: &[&str]| CaseColumns::find(names.iter().copied()).unwrap_err().code();
    assert_eq!(code(&["meter_mm", "usage_m3"]), "K70");
    assert_eq!(code(&[]), "K70");
    let twice = ["usage_m3", "meter_mm", "use_class", "period_months", "note", "note", "usage_m3"];
    assert_eq!(code(&twice), "K71");
}

#[test]
fn a_new_user_pays_by_the_new_table_before_others_do() {
    let table = "meter_mm,use_class,period_months,usage_m3,from,to,started_on\n\
                 13,general,1,10,2025-04-10,2025-05-10,2025-04-10\n\
                 13,general,1,10,2025-04-10,2025-05-10,2019-05-01\n\
                 13,general,1,10,2025-05-10,2025-06-10,2019-05-01\n";
    let rows = rated(include_str!("../../../tariffs/example-transition-kai.toml"), table);
    let paid = |row: usize| rows[row].1.as_ref().map(CaseAmounts::total).map_err(CaseFault::code);
    assert_eq!([paid(0), paid(1), paid(2)], [Ok(Yen(1_166)), Err("K57"), Ok(Yen(1_166))]);
}

#[test]
fn sewage_and_rates_of_tax_are_taken_from_the_row() {
    let table = "usage_m3,use_class,period_months,meter_mm,sewer_m3,tax_rate\n\
                 25,general,1,13,,\n\
                 25,general,1,13,10,\n\
                 25,general,1,13,,8\n";
    let rows = rated(include_str!("../../../tariffs/taiwa.toml"), table);
    let paid = |row: usize| {
        let amounts = rows[row].1.as_ref().unwrap();
        let [water, sewerage] = [amounts.water, amounts.sewerage].map(|claim| claim.unwrap());
        (water.amount.0, sewerage.amount.0, amounts.total().0, amounts.tax().0)
    };
    assert_eq!(paid(0), (4_730, 2_860, 7_590, 690));
    assert_eq!(paid(1), (4_730, 1_100, 5_830, 530));
    assert_eq!(paid(2), (4_644, 2_808, 7_452, 552));
}

#[test]
fn charges_are_the_amounts_with_their_explanation() {
    let text = include_str!("../../../tariffs/kumamoto-2014.toml");
    let rater = rater(text);
    let size = crate::connection::MeterSize::new(13).unwrap();
    let class = crate::connection::UsageClass::GENERAL;
    let case = Case::whole(size, class, 2, crate::quantity::CubicMeters(71));
    let amounts = rater.amounts(&case).unwrap();
    let [water, sewerage] = rater.charges(&case).unwrap().map(|claim| claim.unwrap().1);
    assert_eq!(water.amount, Yen(5_518 + 5_319));
    assert_eq!(Some(water.amount), amounts.water.map(|claim| claim.amount));
    assert_eq!(Some(sewerage.amount), amounts.sewerage.map(|claim| claim.amount));
}

#[test]
fn the_tax_of_a_bill_is_put_on_both_claims_together() {
    let schedule = |head: &str, yen: &str| {
        format!(
            "{head}\ntable_months = 1\ntax = {{ prices = \"excluded\", per = \"bill\", percent = 10 }}
            rounding = [
                {{ of = \"claim\", tax = \"before\", mode = \"floor\", step_yen = 1, article = \"第1条\" }},
                {{ of = \"claim\", mode = \"floor\", step_yen = 1, article = \"第2条\" }},
            ]
            rate = [{{ service_yen = \"{yen}\" }}]\n"
        )
    };
    let text = format!(
        "code = \"a\"\nname = \"例\"\nsource = \"例\"\nvalid_from = \"2024-04-01\"\n{}{}",
        schedule("[water]", "105"),
        schedule("[[sewerage]]", "105")
    );
    let rater = rater(&text);
    let size = crate::connection::MeterSize::new(13).unwrap();
    let class = crate::connection::UsageClass::GENERAL;
    let case = Case::whole(size, class, 1, crate::quantity::CubicMeters(0));
    let amounts = rater.amounts(&case).unwrap();
    assert_eq!((amounts.total(), amounts.tax()), (Yen(231), Yen(21)));
    let charges = rater.charges(&case).unwrap().map(|claim| claim.unwrap().1.amount);
    assert_eq!(charges, [Yen(116), Yen(115)]);
}
