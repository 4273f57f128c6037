//! What the screens had shown as saved, and how the log is held against it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use handheld::bench::enrolment;
use handheld::shell::open_store;
use shared::panel::Caption;
use shared::wire::{Event, EventV1};

/// Something that a screen called saved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    Reading { connection: i64, typed: String },
    NoRead { connection: i64 },
    Cash { receipt: String },
}

impl Shown {
    /// What this screen, after the one before it, calls saved.
    pub fn on(before: &Caption, caption: &Caption) -> Option<Shown> {
        let message = caption.message.as_deref()?;
        if let Some((_, receipt)) = message.split_once("領収書 ") {
            let end = receipt.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
            let receipt = receipt[..end.unwrap_or(receipt.len())].to_owned();
            return message.contains("現金を受け取りました").then_some(Shown::Cash { receipt });
        }
        if message.contains("検針不能を保存しました") {
            // The screen has gone on to the next connection by then.
            let connection = before.connection_number.as_deref()?.parse().unwrap();
            return (before.screen == "no_read").then_some(Shown::NoRead { connection });
        }
        let connection = caption.connection_number.as_deref()?.parse().unwrap();
        (caption.screen == "reading"
            && message.contains("保存しました")
            && !caption.typed.is_empty())
        .then(|| Shown::Reading { connection, typed: caption.typed.clone() })
    }
}

/// Everything shown in the lives of one terminal so far.
#[derive(Default)]
pub struct Ledger {
    pub shown: BTreeSet<Shown>,
    /// How many papers the log calls printed.
    pub printed: usize,
    /// How far the log reached, and how far the receipts did, at the last look.
    reached: (u64, u64),
}

impl Ledger {
    /// Opens both copies as the next start does and holds them against what was shown.
    #[track_caller]
    pub fn check(&mut self, folder: &Path, point: &str) {
        let places = (folder.join("data"), folder.join("second"));
        std::fs::create_dir_all(&places.0).unwrap();
        let mut store = open_store(&places.0, Some(&places.1), &enrolment()).unwrap();
        assert_eq!(store.take_troubles(), [], "a pulled plug damages nothing; {point}");
        let reached = (store.head().sequence, store.receipt_through());
        assert!(reached.0 >= self.reached.0 && reached.1 >= self.reached.1, "{point}");
        self.reached = reached;
        let Some(key) = store.keyring().open("101", "1234") else {
            assert!(self.shown.is_empty(), "the envelopes are gone; {point}");
            return;
        };
        store.unlock(key);
        let mut found = Found::default();
        for entry in store.events().unwrap() {
            let Event::V1(event) = entry.event;
            found.note(event);
        }
        for shown in &self.shown {
            assert_eq!(found.saved.get(shown), Some(&1), "{shown:?} is missing or twice; {point}");
        }
        for (saved, times) in &found.saved {
            assert_eq!(*times, 1, "{saved:?} twice; {point}");
        }
        let end = if store.has_slip_under_way() { "one is under way" } else { "none is" };
        for (kind, numbers) in [("paper", &found.papers), ("receipt", &found.receipts)] {
            let running: Vec<usize> = numbers.iter().map(|number| running(number)).collect();
            let expected: Vec<usize> = (1..=numbers.len()).collect();
            assert_eq!(running, expected, "{kind} numbers have a hole ({end}); {point}");
        }
        self.printed = found.printed;
    }
}

/// `B01-000012`, `B01-R000012` → 12.
fn running(number: &str) -> usize {
    let digits = number.rsplit('-').next().unwrap();
    digits.trim_start_matches(|letter: char| !letter.is_ascii_digit()).parse().unwrap()
}

/// What the log holds.
#[derive(Default)]
struct Found {
    saved: BTreeMap<Shown, u32>,
    /// Numbers of slips and papers, in the order of their ends.
    papers: Vec<String>,
    receipts: Vec<String>,
    printed: usize,
}

impl Found {
    fn note(&mut self, event: EventV1) {
        match event {
            EventV1::Reading(reading) => {
                let width = usize::from(reading.register_digits);
                let typed = format!("{:0width$}", reading.register_value);
                self.count(Shown::Reading { connection: reading.connection, typed });
            }
            EventV1::NoRead(no_read) => {
                self.count(Shown::NoRead { connection: no_read.connection });
            }
            EventV1::CashTaken(cash) => {
                self.receipts.push(cash.receipt_number.clone());
                self.count(Shown::Cash { receipt: cash.receipt_number });
            }
            EventV1::SlipPrinted(slip) => {
                self.printed += 1;
                self.papers.push(slip.slip_number);
            }
            EventV1::SlipVoided(slip) => self.papers.push(slip.slip_number),
            EventV1::PaperPrinted(paper) => {
                self.printed += 1;
                self.papers.push(paper.paper_number);
            }
            EventV1::PaperVoided(paper) => self.papers.push(paper.paper_number),
            _ => {}
        }
    }

    fn count(&mut self, saved: Shown) {
        *self.saved.entry(saved).or_insert(0) += 1;
    }
}
