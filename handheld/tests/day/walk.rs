//! The reader's walk (検針の一日): looks at the screen, presses keys, and counts along.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use handheld::bench::{TODAY, enrolment};
use handheld::headless::Stage;
use handheld::kept::KeptFile;
use handheld::screens::View;
use handheld::shell::{Parts, Report, Shell, open_store};
use handheld::sync::{Practice, Transport};
use hardware::clock::FixedClock;
use hardware::printer::PrinterStatus;
use hardware::twin::{VirtualPrinter, loopback};
use shared::metering::day_total::DayTotal;
use shared::wire::WorkPackage;
use tempfile::TempDir;
use uuid::Uuid;

use super::act::Act;

/// What the reader saw and did, counted without looking at the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub read: u32,
    pub not_read: u32,
    pub revisits: u32,
    pub estimated: u32,
    pub corrected: u32,
    pub usage_m3: u64,
    pub amount_yen: i64,
    pub exchanges: u32,
    pub starts: u32,
    pub stops: u32,
    pub suspension_steps: u32,
    pub notes: u32,
    pub receipts: u32,
    pub voided_receipts: u32,
    pub cash_yen: i64,
    pub slips: u32,
    pub spoiled: u32,
}

impl Seen {
    /// The same of a total; slips alone are counted, since other papers may follow a stop.
    pub fn of(&self, total: &DayTotal) -> Seen {
        Seen {
            read: total.read,
            not_read: total.not_read,
            revisits: total.revisits,
            estimated: total.estimated,
            corrected: total.corrected,
            usage_m3: total.usage_m3,
            amount_yen: total.amount_yen,
            exchanges: total.exchanges,
            starts: total.starts,
            stops: total.stops,
            suspension_steps: total.suspension_steps,
            notes: total.notes,
            receipts: total.receipts,
            voided_receipts: total.voided_receipts,
            cash_yen: total.cash_yen,
            slips: self.slips,
            spoiled: total.voided,
        }
    }
}

/// Where the terminal's messages go.
pub enum Line<'a> {
    /// The route is on board, and nobody answers for it.
    Nowhere(&'a WorkPackage),
    /// An office, which has the route.
    To(Arc<dyn Transport>),
}

/// The terminal in the reader's hand.
pub struct Walk {
    stage: Stage,
    reports: Receiver<Report>,
    printer: Arc<Mutex<VirtualPrinter>>,
    clock: Arc<FixedClock>,
    folder: TempDir,
    seen: Seen,
    keys: u32,
}

impl Walk {
    pub fn begin(package: &WorkPackage) -> Walk {
        Walk::with(Line::Nowhere(package))
    }

    pub fn with(line: Line<'_>) -> Walk {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptFile::in_folder(folder.path(), &enrolment());
        let transport = match line {
            Line::Nowhere(package) => {
                open(folder.path()).take_package(1, package).unwrap();
                Arc::new(Practice::new(Uuid::from_u128(1)))
            }
            Line::To(transport) => transport,
        };
        let (printer, far_end) = loopback(384);
        let (sender, reports) = channel();
        let clock = Arc::new(FixedClock::on(TODAY));
        let parts = Parts {
            enrolment: enrolment(),
            store: open(folder.path()),
            kept,
            clock: clock.clone(),
            printer: Box::new(printer),
            transport,
            mint: Uuid::new_v4,
            is_practice: false,
        };
        let post = Arc::new(move |report| drop(sender.send(report)));
        let stage = Stage::set(Shell::start(parts, post).unwrap()).unwrap();
        let seen = Seen::default();
        Walk { stage, reports, printer: far_end, clock, folder, seen, keys: 0 }
    }

    /// What was seen, the card with the second copy of the log as it lies there, and how many pieces
    /// of paper came out.
    pub fn end(self) -> (Seen, TempDir, usize) {
        let pieces = self.printer.lock().unwrap().take_pieces().len();
        // The running terminal keeps its own files to itself.
        let card = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.folder.path().join("second")).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), card.path().join(file.file_name())).unwrap();
        }
        (self.seen, card, pieces)
    }

    pub fn view(&self) -> View {
        self.stage.shell().borrow().app().view()
    }

    /// A key, and whatever runs behind the screen until it is done.
    pub fn key(&mut self, name: &str) {
        self.keys += 1;
        self.stage.press(name);
        while self.view().is_busy {
            let report = self.reports.recv().unwrap();
            self.stage.hear(report);
        }
    }

    /// Digits as they stand, `e`nter, `c`ancel, `r`ight, `A` to `E` for F1 to F5.
    pub fn keys(&mut self, keys: &str) {
        for key in keys.chars() {
            match key {
                'e' => self.key("Return"),
                'c' => self.key("Escape"),
                'r' => self.key("RightArrow"),
                'A'..='E' => self.key(&format!("F{}", key as u8 - b'A' + 1)),
                digit => self.key(&digit.to_string()),
            }
        }
    }

    pub fn log_in(&mut self) {
        self.keys("101e1234e");
        assert_eq!(self.view().screen, "route");
    }

    /// Everything goes to the office and its route comes back.
    pub fn send_and_receive(&mut self) {
        self.keys("De");
        self.told("送受信が終わりました");
        self.keys("c");
    }

    /// Looks at the day's total and signs it.
    pub fn sign_day(&mut self) {
        self.keys("C3ee");
        self.told("日計を確認済みにしました");
        self.keys("c");
    }

    /// The list of suspensions comes first: whoever pays in the morning is not cut.
    pub fn work_suspensions(&mut self, acts: &[Act]) {
        let count = acts.iter().filter(|act| **act == Act::Suspended).count();
        for _ in 0..count {
            self.keys("EEe");
            // Cut at the stop tap, the dials, no seal, stored.
            self.keys("211200eee");
            self.told("停水を執行");
            self.seen.suspension_steps += 1;
            self.keys("c");
        }
    }

    #[track_caller]
    fn told(&self, words: &str) {
        let view = self.view();
        assert!(view.message.contains(words), "{words}: {} {:?}", view.message, view.work);
    }

    /// The reading is stored and shown, its slip printed; on to the next.
    #[track_caller]
    fn saved(&mut self) {
        let view = self.view();
        assert!(view.entry.is_saved, "{} {:?}", view.message, view.entry);
        self.count_saved(&view);
        self.key("Return");
    }

    #[track_caller]
    fn count_saved(&mut self, view: &View) {
        self.seen.read += 1;
        self.seen.usage_m3 += u64::from(m3(&view.entry.usage));
        self.seen.amount_yen += yen(&view.entry.total);
        if view.entry.slip.starts_with("B01-") {
            self.seen.slips += 1;
        }
    }

    pub fn play(&mut self, place: usize, act: Act) {
        let number = format!("{:08}", place + 1);
        let view = self.view();
        assert_eq!((view.screen, view.entry.number), ("reading", number), "{act:?}");
        // The clock is wrong now and then; nothing may hang on it.
        self.clock.jump(if place.is_multiple_of(7) { 3_600 } else { -600 });
        match act {
            Act::Usual(volume) => {
                let before = self.keys;
                self.keys(&format!("{:04}e", 1_200 + volume));
                self.saved();
                assert_eq!(self.keys - before, 4 + 2, "digits and two keys");
            }
            Act::MistypedThenChecked => self.read("1999e1240e"),
            Act::TakenBack => self.read("1999c1240e"),
            Act::High { is_turning: false } => self.read("1320e1320e1e"),
            Act::High { is_turning: true } => self.read("1320e1320e2e"),
            Act::Low => self.read("1202e1202ee"),
            Act::Unused => self.read("1200e1e"),
            Act::Leaking => self.read("E1240ee"),
            Act::Remarked(row) => self.remarked(row),
            Act::Backwards(row) => self.read(&format!("1100e1100e{}", row + 1)),
            Act::RolledOver => self.read("0028e0028e"),
            // Nobody supplied, or cut in the morning, and nothing used since.
            Act::Closed | Act::Suspended => self.read("1200e"),
            Act::UsedWhileClosed | Act::UsedWhileSuspended => self.read("1203e1203ee"),
            Act::Settled { is_too_high: false } => self.read("1270e"),
            Act::Settled { is_too_high: true } => self.read("1225e"),
            Act::NoRead { row, takes_other_way } => self.no_read(row, takes_other_way),
            Act::Exchanged => self.exchange(),
            Act::Started => self.start(),
            Act::StoppedForBill => self.stop("1"),
            Act::StoppedForCash => self.stop("2"),
            Act::StoppedForCashTwice => self.stop_twice(),
            Act::Noted { kind } => self.note(kind),
            Act::PaperEnds | Act::CoverOpen => self.spoil(act),
            Act::Corrected => self.correct(),
        }
    }

    #[track_caller]
    fn read(&mut self, keys: &str) {
        self.keys(keys);
        self.saved();
    }

    fn remarked(&mut self, row: u8) {
        self.keys("D1");
        let page = u8::try_from(self.view().options.len()).unwrap();
        let (pages, row) = (row / page, row % page);
        self.keys(&"r".repeat(pages.into()));
        self.keys(&format!("{}", row + 1));
        self.read("1240e");
    }

    fn no_read(&mut self, row: u8, takes_other_way: bool) {
        self.keys("B");
        let (page, row) = (row / 7, row % 7);
        self.keys(&"r".repeat(page.into()));
        self.keys(&format!("{}", row + 1));
        if takes_other_way {
            self.keys("E");
        }
        let says = self.view().entry.question;
        self.keys("e");
        self.told("検針不能を保存しました");
        self.seen.not_read += 1;
        self.seen.revisits += u32::from(says.contains("再訪問"));
        self.seen.estimated += u32::from(says.contains("38m³"));
    }

    fn exchange(&mut self) {
        self.choose("メーター交換");
        // Old dials, the ordered number, size and digits as offered, first dials, expired, a seal.
        self.keys("1230eeee0002e177ee");
        self.told("メーター交換を保存しました");
        self.seen.exchanges += 1;
        self.read("0010e");
    }

    fn start(&mut self) {
        self.choose("開栓");
        self.keys("11200e1e");
        self.told("開栓を保存しました");
        self.seen.starts += 1;
        self.seen.read += 1;
        self.key("Return");
    }

    fn choose(&mut self, words: &str) {
        self.keys("D");
        let options = self.view().options;
        let option = options.iter().find(|option| option.text.contains(words));
        let key = option.unwrap_or_else(|| panic!("{words}: {options:?}")).key.clone();
        self.keys(&key);
    }

    fn settle(&mut self, payment: &str) -> i64 {
        self.choose("中止精算");
        self.keys("1220e");
        let facts = self.view().work.facts;
        let total = facts.iter().find(|(name, _)| name == "精算金額").unwrap();
        let total = yen(&total.1);
        self.keys(payment);
        if payment == "2" {
            self.keys(&format!("{}e", total + 500));
            self.seen.receipts += 1;
            self.seen.cash_yen += total;
        }
        self.keys("1e");
        self.seen.stops += 1;
        self.seen.read += 1;
        self.seen.usage_m3 += 20;
        self.seen.amount_yen += total;
        total
    }

    fn stop(&mut self, payment: &str) {
        self.settle(payment);
        assert!(self.view().entry.is_saved);
        self.key("Return");
    }

    fn stop_twice(&mut self) {
        self.settle("2");
        self.choose("取り消す");
        self.keys("1e");
        self.told("取り消しました");
        self.seen.voided_receipts += 1;
        self.choose("現金");
        self.keys("ee");
        self.told("領収書");
        self.key("Return");
    }

    fn note(&mut self, kind: u8) {
        self.choose("連絡");
        self.keys(&format!("{kind}1ee"));
        self.told("連絡を保存しました");
        self.seen.notes += 1;
        self.read("1240e");
    }

    fn spoil(&mut self, act: Act) {
        {
            let mut printer = self.printer.lock().unwrap();
            match act {
                Act::PaperEnds => printer.end_paper_after(200),
                _ => drop(printer.set_status(PrinterStatus::CoverOpen)),
            }
        }
        self.keys("1240e");
        let view = self.view();
        assert!(view.message.contains("印刷できません") && view.entry.is_unprinted);
        self.seen.spoiled += 1;
        drop(self.printer.lock().unwrap().set_status(PrinterStatus::Ready));
        self.keys("C");
        self.saved();
    }

    fn correct(&mut self) {
        self.keys("1240e");
        assert!(self.view().entry.is_saved);
        self.seen.slips += 1;
        self.keys("B1241e");
        self.seen.corrected += 1;
        self.saved();
    }
}

fn open(folder: &Path) -> handheld::store::Store {
    open_store(folder, Some(&folder.join("second")), &enrolment()).unwrap()
}

fn m3(text: &str) -> u32 {
    text.trim_end_matches("m³").replace(',', "").parse().unwrap_or(0)
}

fn yen(text: &str) -> i64 {
    text.trim_end_matches('円').replace(',', "").parse().unwrap_or(0)
}
