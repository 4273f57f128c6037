//! A hand on a terminal with devices (操作役): keys on the real screen, twins at real cables.

use std::cell::{Ref, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use handheld::bench::{TODAY, enrolment, package};
use handheld::headless::Stage;
use handheld::kept::KeptFile;
use handheld::screens::View;
use handheld::shell::devices::Devices;
use handheld::shell::{Parts, Report, Shell, open_store};
use handheld::sync::Practice;
use handheld::ui::key_named;
use hardware::clock::FixedClock;
use hardware::twin::pseudo_terminal::PseudoTerminal;
use hardware::twin::virtual_meter::{Fault, serve};
use hardware::twin::{VirtualMeter, VirtualPrinter, loopback};
use image::{ImageFormat, Rgb, RgbImage};
use shared::wire::{
    Event, EventV1, LogEntry, PhotoV1, PlannedConnectionV1, ReadingV1, WorkPackage, WorkPackageV1,
};
use tempfile::TempDir;
use uuid::Uuid;

enum Front {
    Screen(Box<Stage>),
    None(Rc<RefCell<Shell>>),
}

pub struct Hand {
    front: Option<Front>,
    reports: Receiver<Report>,
    printer: Arc<Mutex<VirtualPrinter>>,
    pub clock: Arc<FixedClock>,
    planned: Vec<PlannedConnectionV1>,
    pieces: usize,
    folder: TempDir,
}

/// A meter at the other end of a cable; it goes when this is dropped.
pub struct Plugged {
    stop: Arc<AtomicBool>,
    far_end: Option<JoinHandle<()>>,
}

impl Drop for Plugged {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.far_end.take().map(JoinHandle::join);
    }
}

/// A folder with two photos of dials.
pub fn photo_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, ink) in [("1.jpg", 40), ("2.jpg", 90)] {
        let dials = RgbImage::from_fn(1_600, 1_200, |x, y| {
            let (x, y) = (x.abs_diff(800), y.abs_diff(600));
            if x * x + y * y > 250_000 {
                Rgb([120, 130, 140])
            } else if y < 90 && x < 380 && x % 150 < 120 {
                Rgb([ink; 3])
            } else {
                Rgb([235, 238, 240])
            }
        });
        dials.save_with_format(folder.path().join(name), ImageFormat::Jpeg).unwrap();
    }
    folder
}

pub fn put_battery(root: &Path, percent: u8) {
    let battery = root.join("BAT0");
    std::fs::create_dir_all(&battery).unwrap();
    let percent = percent.to_string();
    for (name, text) in [("type", "Battery"), ("status", "Discharging"), ("capacity", &*percent)] {
        std::fs::write(battery.join(name), text).unwrap();
    }
}

impl Hand {
    pub fn start(furnish: impl FnOnce(&mut Devices, &mut WorkPackageV1)) -> Hand {
        let mut hand = Hand::without_screen(furnish);
        let Some(Front::None(shell)) = hand.front.take() else { unreachable!() };
        let shell = Rc::into_inner(shell).unwrap().into_inner();
        hand.front = Some(Front::Screen(Box::new(Stage::set(shell).unwrap())));
        hand
    }

    pub fn without_screen(furnish: impl FnOnce(&mut Devices, &mut WorkPackageV1)) -> Hand {
        let folder = tempfile::tempdir().unwrap();
        let WorkPackage::V1(mut package) = package(10);
        let mut devices = Devices::default();
        furnish(&mut devices, &mut package);
        let planned = package.connections.clone();
        let clock = Arc::new(FixedClock::on(TODAY));
        drop(KeptFile::in_folder(folder.path(), &enrolment()));
        open(folder.path()).take_package(1, &WorkPackage::V1(package)).unwrap();
        let (shell, reports, printer) = shell(folder.path(), &clock);
        let shell = shell.with_devices(devices);
        let front = Some(Front::None(Rc::new(RefCell::new(shell))));
        Hand { front, reports, printer, clock, planned, pieces: 0, folder }
    }

    /// Off and on again.
    pub fn restart(&mut self) {
        self.front = None;
        let (shell, reports, printer) = shell(self.folder.path(), &self.clock);
        self.front = Some(Front::None(Rc::new(RefCell::new(shell))));
        (self.reports, self.printer) = (reports, printer);
    }

    fn handle(&self) -> &Rc<RefCell<Shell>> {
        match self.front.as_ref().unwrap() {
            Front::Screen(stage) => stage.shell(),
            Front::None(shell) => shell,
        }
    }

    pub fn shell(&self) -> Ref<'_, Shell> {
        self.handle().borrow()
    }

    fn view(&self) -> View {
        self.shell().app().view()
    }

    fn hear(&mut self) {
        let report = self.reports.recv().unwrap();
        match self.front.as_mut().unwrap() {
            Front::Screen(stage) => stage.hear(report),
            Front::None(shell) => shell.borrow_mut().hear(report),
        }
    }

    pub fn keys(&mut self, keys: &str) -> View {
        for key in keys.split_whitespace() {
            match self.front.as_mut().unwrap() {
                Front::Screen(stage) => stage.press(key),
                Front::None(shell) => shell.borrow_mut().press(key_named(key).unwrap()),
            }
            while self.view().is_busy {
                self.hear();
            }
        }
        self.view()
    }

    /// Listens to what comes from behind the screen until this is shown.
    pub fn hear_until(&mut self, is_shown: impl Fn(&View) -> bool) -> View {
        while !is_shown(&self.view()) {
            self.hear();
        }
        self.view()
    }

    pub fn log_in(&mut self) -> View {
        let view = self.keys("1 0 1 Return 1 2 3 4 Return");
        assert_eq!(view.screen, "route", "{}", view.message);
        view
    }

    /// The dials of a connection so many cubic meters later.
    pub fn dials_of(&self, at: usize, usage: u32) -> String {
        let planned = &self.planned[at];
        let width = usize::from(planned.dial_digits);
        format!("{:0width$}", planned.previous_value + usage)
    }

    /// Joins the terminal to the meter of a connection, so many cubic meters later.
    pub fn plug_meter_of(
        &mut self,
        at: usize,
        usage: u32,
        fault: Option<Fault>,
    ) -> (Plugged, Vec<u8>) {
        let planned = &self.planned[at];
        let digits = planned.meter_number.chars().filter(char::is_ascii_digit).collect::<String>();
        let liters = (planned.previous_value + usage) * 1_000 + 678;
        let mut meter = VirtualMeter::new(digits.parse().unwrap(), liters, 7);
        meter.set_fault(fault);
        let telegram = meter.telegram();
        let mut cable = PseudoTerminal::open().unwrap();
        self.plug(cable.path().to_owned());
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let far_end = thread::spawn(move || serve(&mut meter, &mut cable, &told).unwrap());
        (Plugged { stop, far_end: Some(far_end) }, telegram)
    }

    pub fn plug(&mut self, port: PathBuf) {
        self.handle().borrow_mut().plug_meter(port);
    }

    /// Leaves the picture where a person can look at it.
    pub fn picture(&mut self, name: &str) {
        let Some(Front::Screen(stage)) = &mut self.front else { return };
        stage.draw();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("devices");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), stage.png().unwrap()).unwrap();
    }

    pub fn pieces(&mut self) -> usize {
        self.pieces += self.printer.lock().unwrap().take_pieces().len();
        self.pieces
    }

    pub fn photo_files(&self, copy: &str) -> Vec<Vec<u8>> {
        let folder = self.folder.path().join(copy).join("photos");
        std::fs::read_dir(folder)
            .map(|files| files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect())
            .unwrap_or_default()
    }

    /// The log as it lies on the second card; the running terminal keeps its own to itself.
    pub fn log(&self) -> Vec<LogEntry> {
        let card = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.folder.path().join("second")).unwrap() {
            let file = file.unwrap();
            if file.file_type().unwrap().is_file() {
                std::fs::copy(file.path(), card.path().join(file.file_name())).unwrap();
            }
        }
        let mut store = open_store(card.path(), None, &enrolment()).unwrap();
        let key = store.keyring().open("101", "1234").unwrap();
        store.unlock(key);
        store.events().unwrap()
    }

    pub fn events(&self) -> Vec<EventV1> {
        self.log()
            .into_iter()
            .map(|entry| match entry.event {
                Event::V1(event) => event,
            })
            .collect()
    }

    pub fn readings(&self) -> Vec<ReadingV1> {
        let events = self.events().into_iter();
        events
            .filter_map(|event| match event {
                EventV1::Reading(reading) => Some(reading),
                _ => None,
            })
            .collect()
    }

    pub fn photos(&self) -> Vec<PhotoV1> {
        let events = self.events().into_iter();
        events
            .filter_map(|event| match event {
                EventV1::PhotoTaken(photo) => Some(photo),
                _ => None,
            })
            .collect()
    }
}

fn open(folder: &Path) -> handheld::store::Store {
    let second = folder.join("second");
    std::fs::create_dir_all(&second).unwrap();
    open_store(folder, Some(&second), &enrolment()).unwrap()
}

fn shell(
    folder: &Path,
    clock: &Arc<FixedClock>,
) -> (Shell, Receiver<Report>, Arc<Mutex<VirtualPrinter>>) {
    let (printer, far_end) = loopback(384);
    let (sender, reports) = channel();
    let parts = Parts {
        enrolment: enrolment(),
        store: open(folder),
        clock: clock.clone(),
        printer: Box::new(printer),
        transport: Arc::new(Practice::new(Uuid::from_u128(1))),
        mint: Uuid::new_v4,
        kept: KeptFile::in_folder(folder, &enrolment()),
        is_practice: false,
    };
    let post = Arc::new(move |report| drop(sender.send(report)));
    (Shell::start(parts, post).unwrap(), reports, far_end)
}
