//! The differential run: the engine of the product against the reference, case by case.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use shared::billing::tariff::ReliefSet;
use shared::billing::{ChargeAmounts, ChargeError, ChargeInput, Supply, Tariff, TariffFile, rate};
use shared::connection::{MeterSize, UsageClass};
use shared::quantity::CubicMeters;

use super::calendar::{Period, written};
use super::claim::{Amounts, Asked, Refusal, amounts};
use super::generate::{any_file, any_question, dice};
use super::rated::rated;
use super::schedule::{Schedule, read};

/// A schedule as both sides read it.
#[derive(Debug, Clone)]
pub struct Case {
    pub text: String,
    pub tariffs: Vec<(Tariff, Schedule)>,
}

/// Where engine and reference part: all that is needed to see it again.
#[derive(Debug, Clone)]
pub struct Difference {
    pub text: String,
    pub schedule: usize,
    pub asked: String,
    pub engine: String,
    pub reference: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, schedule, asked, engine, reference } = self;
        writeln!(out, "{text}\nschedule {schedule}: {asked}")?;
        writeln!(out, "engine:    {engine}\nreference: {reference}")
    }
}

impl Case {
    /// Both readers have to take the file.
    pub fn read(text: &str) -> Result<Case, Box<Difference>> {
        let file = TariffFile::parse(text).map_err(|faults| {
            Box::new(Difference {
                text: text.to_owned(),
                schedule: 0,
                asked: "is the file right?".to_owned(),
                engine: faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
                reference: "yes".to_owned(),
            })
        })?;
        let tariffs = file.tariffs.into_iter().zip(read(text)).collect();
        Ok(Case { text: text.to_owned(), tariffs })
    }

    /// The random file with this number.
    pub fn any(dice: &mut ChaCha8Rng) -> Result<Case, Box<Difference>> {
        Case::read(&any_file(dice))
    }
}

/// Asks the engine what the reference is asked.
pub fn input(asked: &Asked) -> ChargeInput {
    let number = |number: i128| u16::try_from(number).expect("a small number");
    let size = MeterSize::new(number(asked.size_mm)).expect("a size that meters have");
    let use_class = UsageClass::from_key(&asked.use_class).expect("a key");
    let usage = CubicMeters(u32::try_from(asked.usage).expect("a volume"));
    let months = u8::try_from(asked.months).expect("a few months");
    let held = asked.reliefs.iter().enumerate().filter(|(_, held)| **held);
    ChargeInput {
        days: asked.days.map(number),
        dwellings: number(asked.dwellings),
        reliefs: held.fold(ReliefSet::default(), |set, (place, _)| set.with(place)),
        tax_percent: asked.tax_percent.map(|percent| u8::try_from(percent).expect("a percentage")),
        ..ChargeInput::new(size, use_class, usage, months)
    }
}

/// The period as the engine takes it.
pub fn supply(period: &Period) -> Supply {
    let date = |day| written(day).parse().expect("a day of this century");
    Supply { from: date(period.from), to: date(period.to), started_on: period.started_on.map(date) }
}

/// Both answers in the words of the reference.
pub fn answer(answer: Result<ChargeAmounts, ChargeError>) -> Result<Amounts, Refusal> {
    let words = |error| match error {
        ChargeError::NoRate { .. } => Refusal::NoRate,
        ChargeError::Period { .. } => Refusal::Period,
        ChargeError::NoSharing { .. } => Refusal::NoSharing,
        ChargeError::NoDwelling => Refusal::NoDwelling,
        ChargeError::TaxRate => Refusal::TaxRate,
        ChargeError::AcrossTariffs => Refusal::AcrossTariffs,
        ChargeError::NoTariff => Refusal::NoTariff,
        ChargeError::NoProration => Refusal::NoProration,
        ChargeError::Backwards => Refusal::Backwards,
        other => panic!("the engine fails: {other}"),
    };
    answer.map_err(words).map(|amounts| Amounts {
        amount: i128::from(amounts.amount.0),
        tax: i128::from(amounts.tax.0),
    })
}

/// The engine's two ways and the reference, to the yen and the tax.
pub fn compare(case: &Case, schedule: usize, asked: &Asked) -> Result<(), Box<Difference>> {
    let (tariff, table) = &case.tariffs[schedule];
    let input = input(asked);
    let expected = amounts(table, asked);
    let differs = |engine: String| {
        Box::new(Difference {
            text: case.text.clone(),
            schedule,
            asked: format!("{asked:?}"),
            engine,
            reference: format!("{expected:?}"),
        })
    };
    let fast = tariff.amounts(&input);
    // Which of two reasons is given first is the engine's own affair.
    let same = match (&fast, &expected) {
        (Err(ChargeError::Unbalanced | ChargeError::TooLarge), Err(_)) => false,
        (Err(_), Err(_)) => true,
        (Ok(_), Ok(_)) => answer(fast) == expected,
        _ => false,
    };
    if !same {
        let explained = tariff.charge(&input).map(|charge| charge.parts);
        return Err(differs(format!("{fast:?}\n{explained:#?}")));
    }
    match (fast, tariff.charge(&input)) {
        (Ok(fast), Ok(charge)) if fast.amount == charge.amount && fast.tax == charge.tax => Ok(()),
        (Err(fast), Err(explained)) if fast == explained => Ok(()),
        (fast, explained) => Err(differs(format!("{fast:?} but explained {explained:?}"))),
    }
}

/// The engine and the reference among three versions of a table, for a period of supply.
pub fn compare_versions(
    tariffs: &[Tariff],
    schedules: &[Schedule],
    asked: &Asked,
    period: &Period,
) -> Result<(), String> {
    let supply = supply(period);
    let engine = answer(rate(tariffs, &input(asked), &supply).map(|rated| rated.amounts()));
    let reference = rated(schedules, asked, period);
    if engine == reference || (engine.is_err() && reference.is_err()) {
        return Ok(());
    }
    Err(format!("{asked:?}\n{supply:?}\nengine:    {engine:?}\nreference: {reference:?}"))
}

/// Asks one random file `questions` times; the number and the seed are all that it depends on.
pub fn run_file(seed: u64, number: u64, questions: u32) -> Result<(), Box<Difference>> {
    let mut dice = dice(seed, number);
    let case = Case::any(&mut dice)?;
    for _ in 0..questions {
        let schedule = dice.random_range(0..case.tariffs.len());
        let asked = any_question(&mut dice, &case.tariffs[schedule].1);
        compare(&case, schedule, &asked)?;
    }
    Ok(())
}

/// Asks every random file of these numbers, on all cores; the numbers of those that differ.
pub fn run_files(seed: u64, numbers: Range<u64>, questions: u32) -> Vec<(u64, Box<Difference>)> {
    let next = AtomicU64::new(numbers.start);
    let work = || {
        let mut differences = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end {
                return differences;
            }
            if let Err(difference) = run_file(seed, number, questions) {
                differences.push((number, difference));
            }
        }
    };
    let mut differences = std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let ended = started.into_iter().flat_map(|thread| thread.join().expect("no panic"));
        ended.collect::<Vec<_>>()
    });
    differences.sort_by_key(|(number, _)| *number);
    differences
}
