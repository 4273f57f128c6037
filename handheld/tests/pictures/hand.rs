//! A hand on the real terminal in memory (操作役): keys, the printer's troubles, and what is seen.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use handheld::bench::{TODAY, enrolment};
use handheld::headless::Stage;
use handheld::kept::KeptFile;
use handheld::screens::View;
use handheld::shell::{Parts, Report, Shell, open_store};
use handheld::sync::Practice;
use hardware::clock::FixedClock;
use hardware::printer::PrinterStatus;
use hardware::twin::{VirtualPrinter, loopback};
use tempfile::TempDir;
use uuid::Uuid;

use super::album::Picture;
use super::script::Step;

/// Rows after which the paper ends in the middle of a slip.
const ROWS_LEFT: u32 = 200;

pub struct Hand {
    stage: Stage,
    reports: Receiver<Report>,
    printer: Arc<Mutex<VirtualPrinter>>,
    _folder: TempDir,
}

/// Ids in a row and not by lot, so that the same day is the same to the last dot.
fn mint() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u128(NEXT.fetch_add(1, Ordering::Relaxed).into())
}

impl Hand {
    pub fn with_paper(width: u32) -> Hand {
        let folder = tempfile::tempdir().unwrap();
        let open = || {
            open_store(folder.path(), Some(&folder.path().join("second")), &enrolment()).unwrap()
        };
        let kept = KeptFile::in_folder(folder.path(), &enrolment());
        open().take_package(1, &super::town::package()).unwrap();
        let (printer, far_end) = loopback(width);
        let (sender, reports) = channel();
        let parts = Parts {
            enrolment: enrolment(),
            store: open(),
            kept,
            clock: Arc::new(FixedClock::on(TODAY)),
            printer: Box::new(printer),
            transport: Arc::new(Practice::new(Uuid::from_u128(1))),
            mint,
            is_practice: false,
        };
        let post = Arc::new(move |report| drop(sender.send(report)));
        let stage = Stage::set(Shell::start(parts, post).unwrap()).unwrap();
        Hand { stage, reports, printer: far_end, _folder: folder }
    }

    fn view(&self) -> View {
        self.stage.shell().borrow().app().view()
    }

    /// Names of keys; words with `!` are for the printer.
    pub fn keys(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            match key {
                "!paper-ends" => self.printer.lock().unwrap().end_paper_after(ROWS_LEFT),
                "!cover-opens" => self.put_printer(PrinterStatus::CoverOpen),
                "!printer-is-well" => self.put_printer(PrinterStatus::Ready),
                key => self.press(key),
            }
        }
    }

    fn put_printer(&mut self, status: PrinterStatus) {
        drop(self.printer.lock().unwrap().set_status(status));
    }

    fn press(&mut self, key: &str) {
        self.stage.press(key);
        while self.view().is_busy {
            let report = self.reports.recv().unwrap();
            self.stage.hear(report);
        }
    }

    #[track_caller]
    pub fn play(&mut self, step: &Step) {
        self.keys(step.keys);
        let view = self.view();
        assert_eq!(view.screen, step.screen, "{}: {} {:?}", step.name, view.message, view.work);
        let told = format!("{} {} {:?}", view.message, view.work.text, view.entry.sentences);
        assert!(told.contains(step.words), "{}: {told}", step.name);
    }

    pub fn screen(&mut self) -> Picture {
        self.stage.draw();
        Picture::read(&self.stage.png().unwrap()).unwrap().with_few_colors()
    }

    pub fn take_papers(&mut self) -> Vec<Picture> {
        let pieces = self.printer.lock().unwrap().take_pieces();
        pieces.iter().map(|piece| Picture::read(&piece.paper.to_png()).unwrap()).collect()
    }
}
