//! A schedule (料金表) as the file says it, word for word, with the defaults of the manual filled in.

use toml::{Table, Value};

use super::calendar::{Day, day};
use super::fraction::{Fraction, Mode, Step, decimal, whole};

#[derive(Debug, Clone)]
pub struct Schedule {
    pub claim: String,
    pub authority: Option<String>,
    pub valid_from: Day,
    pub transition: Change,
    pub table_months: i128,
    pub split: String,
    pub tax: Tax,
    pub line: Option<Step>,
    pub month_before: Option<Step>,
    pub month_after: Option<Step>,
    pub claim_before: Option<Step>,
    pub claim_after: Option<Step>,
    pub rates: Vec<Rate>,
    pub rents: Vec<Rent>,
    pub proration: Option<Proration>,
    pub shared: Option<Shared>,
    pub reliefs: Vec<Relief>,
    pub wells: Vec<Well>,
    /// service, volume, rent: what is taxed and rounded by itself.
    pub apart: Vec<String>,
    /// From this percentage, and from this many m³ in two months.
    pub deduction: Option<(i128, i128)>,
}

/// What of a period that began before a change (経過措置).
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub continuing: Option<String>,
    pub first_reading_from: Option<Day>,
}

#[derive(Debug, Clone)]
pub struct Tax {
    /// included, month, claim or bill.
    pub put_on: String,
    pub rates: Vec<TaxRate>,
    pub mode: Mode,
}

#[derive(Debug, Clone)]
pub struct TaxRate {
    pub percent: i128,
    pub from: Option<Day>,
    pub change: Change,
}

#[derive(Debug, Clone)]
pub struct Tier {
    pub to_m3: Option<i128>,
    pub yen: Fraction,
}

#[derive(Debug, Clone)]
pub struct Rate {
    pub use_classes: Vec<String>,
    /// Empty: every size.
    pub sizes_mm: Vec<i128>,
    /// At least one; without steps in the file one that holds every volume.
    pub service_steps: Vec<Tier>,
    pub included_m3: i128,
    pub minimum: Fraction,
    pub tiers: Vec<Tier>,
    pub period_months: Option<i128>,
    pub by_last_tier: bool,
    pub unit: Option<Unit>,
}

/// What is counted in place of cubic meters.
#[derive(Debug, Clone)]
pub struct Unit {
    pub each: i128,
    pub is_monthly: bool,
}

#[derive(Debug, Clone)]
pub struct Rent {
    pub sizes_mm: Vec<i128>,
    pub yen: Fraction,
}

/// Last day, last m³, last share of the included volume, months.
pub type MonthsStep = (Option<i128>, Option<i128>, Option<Fraction>, Fraction);

#[derive(Debug, Clone)]
pub struct Proration {
    pub counts_both: bool,
    pub whole_from_days: i128,
    pub days_per_month: Option<i128>,
    pub months: Vec<MonthsStep>,
    pub sizes_mm: Vec<i128>,
    pub use_classes: Vec<String>,
    pub service: String,
    pub rent: String,
    pub service_rounding: Option<Step>,
    pub volume: String,
    pub volume_mode: Mode,
    pub minimum: Fraction,
    pub rounding: Option<Step>,
}

#[derive(Debug, Clone)]
pub struct Shared {
    pub size_mm: Option<i128>,
    pub remainder: String,
    pub per_dwelling: bool,
    /// Service charge and rent are the meter's, once.
    pub is_of_meter: bool,
}

#[derive(Debug, Clone)]
pub struct Relief {
    pub key: String,
    pub of: String,
    pub percent: Option<i128>,
    pub yen: Option<Fraction>,
    pub free_m3: Option<i128>,
    pub cap: Option<Fraction>,
}

/// Sewage of well water by people.
#[derive(Debug, Clone)]
pub struct Well {
    pub use_classes: Vec<String>,
    pub months: i128,
    pub alone_m3: Vec<i128>,
    pub alone_more_m3: i128,
    pub with_tap_m3: Vec<i128>,
    pub with_tap_more_m3: i128,
    pub at_least_alone: bool,
}

/// Every schedule of a file that is right; water first.
pub fn read(text: &str) -> Vec<Schedule> {
    let file: Table = text.parse().expect("TOML");
    let every_class = every_class(&file);
    let water = file.get("water").into_iter().map(|water| ("water", water));
    let sewerage = list(&file, "sewerage").map(|sewerage| ("sewerage", sewerage));
    water
        .chain(sewerage)
        .map(|(claim, table)| {
            schedule(&file, claim, table.as_table().expect("a table"), &every_class)
        })
        .collect()
}

fn schedule(file: &Table, claim: &str, table: &Table, every_class: &[String]) -> Schedule {
    let tax = tax(table["tax"].as_table().expect("a table"));
    let stage = |of: &str, when: &str| {
        list(table, "rounding").find_map(|rounding| {
            let rounding = rounding.as_table().expect("a table");
            let default = if tax.put_on == "included" { "before" } else { "after" };
            let is_it = word(rounding, "of", "") == of
                && (of == "line" || word(rounding, "tax", default) == when);
            is_it.then(|| step(rounding))
        })
    };
    Schedule {
        claim: claim.to_owned(),
        authority: table.get("authority").map(|name| name.as_str().expect("words").to_owned()),
        valid_from: day(file["valid_from"].as_str().expect("a day")),
        transition: file.get("transition").map(change).unwrap_or_default(),
        table_months: number(table, "table_months").expect("months"),
        split: word(table, "split", "first"),
        line: stage("line", ""),
        month_before: stage("month", "before"),
        month_after: stage("month", "after"),
        claim_before: stage("claim", "before"),
        claim_after: stage("claim", "after"),
        rates: list(table, "rate").map(|form| rate(form, table, every_class)).collect(),
        rents: list(table, "meter_rent")
            .map(|form| form.as_table().expect("a table"))
            .map(|form| Rent { sizes_mm: numbers(form, "sizes_mm"), yen: price(form, "yen") })
            .collect(),
        proration: table.get("proration").map(proration),
        shared: table.get("shared").map(|form| {
            let form = form.as_table().expect("a table");
            Shared {
                size_mm: number(form, "size_mm"),
                remainder: word(form, "remainder", ""),
                per_dwelling: word(form, "round_per", "") == "dwelling",
                is_of_meter: word(form, "service", "") == "meter",
            }
        }),
        reliefs: list(table, "relief").map(relief).collect(),
        wells: match table.get("well") {
            Some(Value::Array(all)) => all.iter().map(well).collect(),
            one => one.map(well).into_iter().collect(),
        },
        apart: words(table, "apart"),
        deduction: table.get("deduction").map(|form| {
            let form = form.as_table().expect("a table");
            let [percent, m3] =
                ["from_percent", "from_m3"].map(|key| number(form, key).expect("a number"));
            (percent, m3)
        }),
        tax,
    }
}

/// "every class that the file names ([use_classes] or any rate); none named: general only"
fn every_class(file: &Table) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    if let Some(names) = file.get("use_classes") {
        named.extend(names.as_table().expect("a table").keys().cloned());
    }
    let schedules = file.get("water").into_iter().chain(list(file, "sewerage"));
    for schedule in schedules {
        for rate in list(schedule.as_table().expect("a table"), "rate") {
            named.extend(words(rate.as_table().expect("a table"), "use_classes"));
        }
    }
    if named.is_empty() { vec!["general".to_owned()] } else { named }
}

fn tax(form: &Table) -> Tax {
    let rates: Vec<TaxRate> = match number(form, "percent") {
        Some(percent) => vec![TaxRate { percent, from: None, change: Change::default() }],
        None => list(form, "rates")
            .map(|rate| {
                let rate_form = rate.as_table().expect("a table");
                TaxRate {
                    percent: number(rate_form, "percent").expect("a percentage"),
                    from: date(rate_form, "from"),
                    change: change(rate),
                }
            })
            .collect(),
    };
    let put_on = match word(form, "prices", "").as_str() {
        "included" => "included".to_owned(),
        _ => word(form, "per", "claim"),
    };
    Tax { put_on, rates, mode: Mode::from_word(&word(form, "mode", "floor")) }
}

fn rate(form: &Value, table: &Table, every_class: &[String]) -> Rate {
    let form = form.as_table().expect("a table");
    let steps: Vec<Tier> = list(form, "service_steps").map(tier).collect();
    let has_steps = !steps.is_empty();
    let named = words(form, "use_classes");
    Rate {
        use_classes: if named.is_empty() { every_class.to_vec() } else { named },
        sizes_mm: numbers(form, "sizes_mm"),
        included_m3: number(form, "included_m3")
            .unwrap_or_else(|| steps.iter().rev().find_map(|step| step.to_m3).unwrap_or(0)),
        service_steps: if has_steps {
            steps
        } else {
            vec![Tier { to_m3: None, yen: price(form, "service_yen") }]
        },
        minimum: form.get("minimum_yen").map_or(whole(0), |_| price(form, "minimum_yen")),
        tiers: match form.get("tiers") {
            Some(name) => {
                let name = name.as_str().expect("a name");
                list(table["tiers"].as_table().expect("a table"), name).map(tier).collect()
            }
            None => vec![Tier { to_m3: None, yen: whole(0) }],
        },
        period_months: number(form, "period_months"),
        by_last_tier: is_true(form, "by_last_tier"),
        unit: form.get("unit").map(|unit| {
            let unit = unit.as_table().expect("a table");
            Unit {
                each: number(unit, "each").unwrap_or(1),
                is_monthly: word(unit, "per", "") == "month",
            }
        }),
    }
}

fn is_true(form: &Table, key: &str) -> bool {
    form.get(key).is_some_and(|word| word.as_bool() == Some(true))
}

fn tier(form: &Value) -> Tier {
    let form = form.as_table().expect("a table");
    Tier { to_m3: number(form, "to_m3"), yen: price(form, "yen") }
}

fn proration(form: &Value) -> Proration {
    let form = form.as_table().expect("a table");
    Proration {
        counts_both: word(form, "count", "start") == "both",
        whole_from_days: number(form, "whole_from_days").unwrap_or(25),
        days_per_month: number(form, "days_per_month"),
        months: list(form, "months")
            .map(|step| step.as_table().expect("a table"))
            .map(|step| {
                let share = step.get("to_included").map(|_| price(step, "to_included"));
                (number(step, "to_days"), number(step, "to_m3"), share, price(step, "months"))
            })
            .collect(),
        sizes_mm: numbers(form, "sizes_mm"),
        use_classes: words(form, "use_classes"),
        service: word(form, "service", "share"),
        rent: word(form, "rent", &word(form, "service", "share")),
        service_rounding: first_step(form, "service_rounding"),
        volume: word(form, "volume", "share"),
        volume_mode: Mode::from_word(&word(form, "volume_mode", "floor")),
        minimum: form.get("minimum_yen").map_or(whole(0), |_| price(form, "minimum_yen")),
        rounding: first_step(form, "rounding"),
    }
}

fn first_step(form: &Table, key: &str) -> Option<Step> {
    list(form, key).next().map(|form| step(form.as_table().expect("a table")))
}

fn relief(form: &Value) -> Relief {
    let form = form.as_table().expect("a table");
    let yen = |key: &str| form.get(key).map(|_| price(form, key));
    Relief {
        key: word(form, "key", ""),
        of: word(form, "of", ""),
        percent: number(form, "percent"),
        yen: yen("yen"),
        free_m3: number(form, "free_m3"),
        cap: yen("cap_yen"),
    }
}

fn well(form: &Value) -> Well {
    let form = form.as_table().expect("a table");
    let needed = |key: &str| number(form, key).expect("a number");
    Well {
        use_classes: words(form, "use_classes"),
        months: needed("months"),
        alone_m3: numbers(form, "alone_m3"),
        alone_more_m3: needed("alone_more_m3"),
        with_tap_m3: numbers(form, "with_tap_m3"),
        with_tap_more_m3: needed("with_tap_more_m3"),
        at_least_alone: is_true(form, "at_least_alone"),
    }
}

fn change(form: &Value) -> Change {
    let form = form.as_table().expect("a table");
    Change {
        continuing: form.get("continuing").map(|_| word(form, "continuing", "")),
        first_reading_from: date(form, "first_reading_from"),
    }
}

fn step(form: &Table) -> Step {
    Step {
        mode: Mode::from_word(&word(form, "mode", "")),
        yen: number(form, "step_yen").expect("1 or 10"),
    }
}

fn list<'t>(table: &'t Table, key: &str) -> impl Iterator<Item = &'t Value> {
    table.get(key).into_iter().flat_map(|list| list.as_array().expect("a list"))
}

fn word(table: &Table, key: &str, default: &str) -> String {
    table.get(key).map_or(default, |word| word.as_str().expect("a word")).to_owned()
}

fn words(table: &Table, key: &str) -> Vec<String> {
    list(table, key).map(|word| word.as_str().expect("a word").to_owned()).collect()
}

fn number(table: &Table, key: &str) -> Option<i128> {
    table.get(key).map(|number| i128::from(number.as_integer().expect("a whole number")))
}

fn numbers(table: &Table, key: &str) -> Vec<i128> {
    list(table, key).map(|number| i128::from(number.as_integer().expect("a number"))).collect()
}

fn price(table: &Table, key: &str) -> Fraction {
    decimal(table[key].as_str().expect("a price in quotes"))
}

fn date(table: &Table, key: &str) -> Option<Day> {
    table.get(key).map(|date| day(date.as_str().expect("a day in quotes")))
}
