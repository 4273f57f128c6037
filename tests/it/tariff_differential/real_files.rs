//! Every tariff of the project: engine and reference agree over it, and both with what was published.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use rand::Rng;
use tests::programs::repository;
use tests::tariff_reference::generate::{any_question, dice};
use tests::tariff_reference::rated::{Sources, sewage};
use tests::tariff_reference::run::{Case, compare};
use tests::tariff_reference::{Asked, amounts, read};

fn files() -> Vec<(PathBuf, String)> {
    let listed = fs::read_dir(repository().join("shared/tariffs")).unwrap();
    let mut paths: Vec<PathBuf> = listed
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn asked(size_mm: i128, use_class: &str, months: i128, usage: i128, reliefs: usize) -> Asked {
    Asked {
        size_mm,
        use_class: use_class.to_owned(),
        usage,
        months,
        days: None,
        dwellings: 1,
        reliefs: vec![false; reliefs],
        tax_percent: None,
    }
}

#[test]
fn every_tariff_of_the_project_agrees_with_the_reference() {
    let files = files();
    let listed =
        fs::read_to_string(repository().join("shared/src/billing/cases/tests.rs")).unwrap();
    for (path, _) in &files {
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(listed.contains(&format!("\"{name}\"")), "{name} is not tested in shared");
    }
    for (number, (path, text)) in files.iter().enumerate() {
        let case = Case::read(text).unwrap_or_else(|fault| panic!("{}\n{fault}", path.display()));
        let mut dice = dice(7, number as u64);
        for _ in 0..1_500 {
            let schedule = dice.random_range(0..case.tariffs.len());
            let asked = any_question(&mut dice, &case.tariffs[schedule].1);
            compare(&case, schedule, &asked).unwrap_or_else(|difference| panic!("{difference}"));
        }
    }
}

#[test]
fn every_small_volume_of_every_tariff_agrees_with_the_reference() {
    for (_, text) in files() {
        let case = Case::read(&text).unwrap_or_else(|fault| panic!("{fault}"));
        for (schedule, (_, table)) in case.tariffs.iter().enumerate() {
            let percent = table.tax.rates.last().map(|rate| rate.percent);
            for rate in &table.rates {
                let size_mm = rate.sizes_mm.first().copied().unwrap_or(20);
                for usage in 0..=130 {
                    let question =
                        asked(size_mm, &rate.use_classes[0], 2, usage, table.reliefs.len());
                    let question = Asked { tax_percent: percent, ..question };
                    compare(&case, schedule, &question)
                        .unwrap_or_else(|difference| panic!("{difference}"));
                }
            }
        }
    }
}

/// What the reference says to a published row: water and sewerage.
fn amounts_of(text: &str, asked: &Asked, well_people: i128) -> [Option<i128>; 2] {
    let tables = read(text);
    ["water", "sewerage"].map(|claim| {
        let table = tables.iter().find(|table| table.claim == claim)?;
        let sources = Sources {
            use_class: "general",
            tap: asked.usage,
            certified: None,
            well_people,
            deducted: 0,
            months: asked.months,
        };
        let question = Asked {
            usage: if claim == "water" { asked.usage } else { sewage(table, &sources)? },
            tax_percent: table.tax.rates.last().map(|rate| rate.percent),
            reliefs: vec![false; table.reliefs.len()],
            ..asked.clone()
        };
        amounts(table, &question).ok().map(|amounts| amounts.amount)
    })
}

/// The reference is not the engine's echo: it has to reach the published amounts by itself.
#[test]
fn the_reference_reaches_the_amounts_that_the_files_publish() {
    let mut reached = 0;
    for (path, text) in files() {
        let file: toml::Table = text.parse().unwrap();
        let examples = file.get("example").and_then(|list| list.as_array()).cloned();
        for example in examples.unwrap_or_default() {
            let number =
                |key: &str| example.get(key).and_then(toml::Value::as_integer).map(i128::from);
            let asked = |key: &str| number(key).unwrap();
            let class = example.get("use_class").and_then(|class| class.as_str());
            let class = class.unwrap_or("general");
            let question =
                self::asked(asked("meter_mm"), class, asked("period_months"), asked("usage_m3"), 0);
            let [water, sewerage] = amounts_of(&text, &question, 0);
            let total = water.unwrap_or(0) + sewerage.unwrap_or(0);
            for (key, reference) in
                [("water_yen", water), ("sewer_yen", sewerage), ("total_yen", Some(total))]
            {
                let Some(published) = number(key) else { continue };
                assert_eq!(reference, Some(published), "{}: {example}", path.display());
                reached += 1;
            }
        }
    }
    assert!(reached >= 10, "only {reached} published amounts");
}

#[test]
fn the_reference_reaches_every_published_row() {
    let folder = repository().join("shared/tariffs");
    let mut reached = 0;
    for entry in fs::read_dir(folder.join("published")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().replace("shiki-gun", "shikigun");
        let text = fs::read_to_string(folder.join(format!("{stem}.toml"))).unwrap();
        let mut rows = csv::Reader::from_path(&path).unwrap();
        for row in rows.deserialize::<HashMap<String, String>>() {
            let row = row.unwrap();
            let number = |key: &str| row.get(key).and_then(|text| text.parse::<i128>().ok());
            let asked = |key: &str| number(key).unwrap();
            let class = &row["use_class"];
            let question =
                self::asked(asked("meter_mm"), class, asked("period_months"), asked("usage_m3"), 0);
            let dwellings = number("dwellings").unwrap_or(1);
            let question = Asked { dwellings, ..question };
            let people = number("well_people").unwrap_or(0);
            let [water, sewerage] = amounts_of(&text, &question, people);
            let total = water.unwrap_or(0) + sewerage.unwrap_or(0);
            let named = [("water", water), ("sewer", sewerage), ("total", Some(total))];
            for (claim, reference) in named {
                let Some(published) = number(&format!("expected_{claim}_yen")) else { continue };
                assert_eq!(reference, Some(published), "{}: {row:?}", path.display());
                reached += 1;
            }
        }
    }
    assert!(reached >= 100, "only {reached} published amounts");
}
