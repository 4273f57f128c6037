//! How long a caller waits (検索の測定): what clerks really type, on a town of any size.

use std::time::{Duration, Instant};

use backoffice::Backoffice;
use backoffice::connection::{SearchOutcome, search};
use backoffice::demo::{DEMO_PASSWORD, DEMO_PIN, LoadOptions, Town, TownOptions, load};
use shared::metering::notice_seal::SlipKey;

use super::{Rows, scratch::Scratch};
use crate::office::database_failed;
use crate::outside::Outside;
use crate::refusal::Refusal;

/// Questions of each kind.
const QUESTIONS: usize = 100;

/// Hits on a page, as the office asks for.
const HITS: usize = 50;

/// A kind of question, and how it is made from somebody of the town.
struct Kind {
    label: &'static str,
    question: fn(&Town, usize) -> Option<String>,
}

const KINDS: [Kind; 5] = [
    Kind { label: "かなの一部（姓の先頭3文字）", question: kana },
    Kind { label: "氏名の一部（先頭2文字）", question: name },
    Kind { label: "住所の一部（町名と番地）", question: address },
    Kind { label: "電話番号の下4桁と市外局番", question: telephone },
    Kind { label: "メーター番号の一部（下5桁）", question: meter },
];

/// Makes a town, asks, and tells how long the answers took.
pub async fn measure(households: u32, outside: &Outside) -> Result<Rows, Refusal> {
    let scratch = Scratch::open().await?;
    let measured = measure_in(&scratch.office.backoffice, households, outside).await;
    scratch.close().await?;
    measured
}

async fn measure_in(
    office: &Backoffice,
    households: u32,
    outside: &Outside,
) -> Result<Rows, Refusal> {
    let today = outside.today(None);
    let town = Town::invent(TownOptions { households, seed: 1, today });
    let options = LoadOptions {
        password: DEMO_PASSWORD.into(),
        pin: DEMO_PIN.into(),
        slip_master_key: SlipKey((outside.random)()),
    };
    let started = Instant::now();
    load(office, &town, &options, &mut |_| {}).await.map_err(database_failed)?;
    let mut rows = vec![(
        format!("{households} 世帯の町を登録"),
        format!("{:.1} 秒", started.elapsed().as_secs_f64()),
    )];
    let (mut all, mut all_found) = (Vec::new(), 0);
    for kind in KINDS {
        let questions: Vec<String> = (0..QUESTIONS * 4)
            .filter_map(|order| (kind.question)(&town, spread(order, town.connections.len())))
            .take(QUESTIONS)
            .collect();
        // The first asks of a kind warm the cache, as the morning's first caller does.
        let mut times = Vec::with_capacity(questions.len());
        let mut found = 0;
        for question in &questions {
            let asked = Instant::now();
            let outcome = search(office, question, HITS, today).await.map_err(database_failed)?;
            times.push(asked.elapsed());
            found += usize::from(
                matches!(outcome, SearchOutcome::Found { hits, .. } if !hits.is_empty()),
            );
        }
        all.extend_from_slice(&times);
        all_found += found;
        rows.push((format!("検索: {}", kind.label), told(times, found)));
    }
    rows.push(("検索: すべて".into(), told(all, all_found)));
    Ok(rows)
}

/// Spreads the questions over the whole town.
fn spread(order: usize, size: usize) -> usize {
    order.wrapping_mul(7_919) % size.max(1)
}

fn told(mut times: Vec<Duration>, found: usize) -> String {
    times.sort_unstable();
    let milliseconds = |percent: usize| {
        let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    };
    format!(
        "p50 {:.1} ms・p95 {:.1} ms・最大 {:.1} ms（{} 問中 {found} 問に該当あり）",
        milliseconds(50),
        milliseconds(95),
        milliseconds(100),
        times.len()
    )
}

fn kana(town: &Town, at: usize) -> Option<String> {
    let customer = &town.connections[at].agreements.last()?.customer;
    Some(customer.kana.chars().take(3).collect())
}

fn name(town: &Town, at: usize) -> Option<String> {
    let customer = &town.connections[at].agreements.last()?.customer;
    Some(customer.name.chars().take(2).collect())
}

fn address(town: &Town, at: usize) -> Option<String> {
    let connection = &town.connections[at];
    let quarter = town.quarters.get(connection.quarter)?;
    Some(format!("{}{}", quarter.name, connection.block))
}

fn telephone(town: &Town, at: usize) -> Option<String> {
    let telephone = &town.connections[at].agreements.last()?.customer.telephone;
    let last = telephone.get(telephone.len().checked_sub(4)?..)?;
    Some(format!("{} {last}", telephone.get(..3)?))
}

fn meter(town: &Town, at: usize) -> Option<String> {
    let number = &town.connections[at].meter.number;
    Some(number.get(number.len().checked_sub(5)?..)?.to_owned())
}
