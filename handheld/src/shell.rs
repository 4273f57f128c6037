//! The shell (実行部): carries out what the screens ask, on the disk, at the printer, over the line.
//!
//! The disk is written at once, because the screen may say "saved" only afterwards. Printing,
//! sending and the slow PIN hash run on threads of their own and report back as [`Report`]s.

mod daily;
pub mod devices;
mod papers;
mod photographing;
mod printing;
mod saving;
mod unlocking;
mod watching;
mod working;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use hardware::battery::Charge;
use hardware::camera::{CameraError, Photo};
use hardware::clock::{Clock, TrustedClock};
use hardware::printer::{Printer, PrinterStatus};
use shared::wire::{EnrolmentV1, EventV1, PaperV1, ReaderV1, SlipV1, WorkPackage};
use uuid::Uuid;

use crate::kept::KeptFile;
use crate::route::Route;
use unlocking::open_route;

use crate::screens::{App, Effect, Key, MeterAnswer, Tone};
use crate::store::{DataKey, DeviceSecret, Places, Store, StoreError};
use crate::sync::{self, Synced, Transport};

/// What a thread behind the screen has to say.
pub enum Report {
    /// The PIN was compared.
    Pin {
        /// Who wants in.
        reader: ReaderV1,
        /// Whether it fits.
        is_right: bool,
    },
    /// The PIN was tried on the store.
    Unlocked {
        /// Who wants in.
        login: String,
        /// The key, if it fits.
        key: Option<DataKey>,
    },
    /// The printer is done with a slip.
    Slip {
        /// Place on the route.
        place: usize,
        /// The slip.
        slip: SlipV1,
        /// What the reader is told when it did not come out.
        failure: Option<String>,
    },
    /// The printer is done with another paper.
    Paper {
        /// The paper.
        paper: PaperV1,
        /// What the reader is told when it did not come out.
        failure: Option<String>,
    },
    /// The camera is done.
    Photo {
        /// Place on the route.
        place: usize,
        /// The photo.
        photo: Box<Result<Photo, CameraError>>,
    },
    /// The meter's port is done.
    Meter {
        /// Place on the route.
        place: usize,
        /// What the meter said, or what the reader is told.
        answer: Result<MeterAnswer, String>,
    },
    /// How full the battery is.
    Charge(Option<Charge>),
    /// How the printer is; nothing when it does not answer.
    Printer(Result<PrinterStatus, ()>),
    /// Entries are on the server's disk up to here, out of so many.
    Sent {
        /// Receipt.
        through: u64,
        /// Length of the log.
        of: u64,
    },
    /// The sync is over.
    Synced(Box<Result<Synced, String>>),
}

/// How a report reaches the thread of the screens.
pub type Post = Arc<dyn Fn(Report) + Send + Sync>;

/// What the shell works with.
pub struct Parts {
    /// Makes this program a terminal.
    pub enrolment: EnrolmentV1,
    /// Memory.
    pub store: Store,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The printer.
    pub printer: Box<dyn Printer>,
    /// The way to the server.
    pub transport: Arc<dyn Transport>,
    /// Mints ids.
    pub mint: fn() -> Uuid,
    /// What outlives a restart besides the log.
    pub kept: KeptFile,
    /// Nothing here counts, and every screen says so.
    pub is_practice: bool,
}

/// The running program: the screens and everything around them.
pub struct Shell {
    app: App,
    enrolment: Arc<EnrolmentV1>,
    store: Arc<Mutex<Store>>,
    clock: Arc<dyn Clock>,
    /// The same clock, for what it has to tell.
    trusted: Arc<TrustedClock>,
    printer: Arc<Mutex<Box<dyn Printer>>>,
    transport: Arc<dyn Transport>,
    mint: fn() -> Uuid,
    post: Post,
    kept: KeptFile,
    /// The number with which a PIN was wrong last.
    refused_login: String,
    papers: papers::Queue,
    devices: devices::Held,
    watched: watching::Watched,
    /// The battery is about to end: nothing that draws much current is begun.
    is_power_critical: bool,
    /// The photo that is looked at.
    photo: Option<Vec<u8>>,
}

impl Shell {
    /// Starts from what is in memory.
    pub fn start(mut parts: Parts, post: Post) -> Result<Shell, StoreError> {
        let trusted = Arc::new(TrustedClock::over(parts.clock));
        let clock: Arc<dyn Clock> = trusted.clone();
        let has_slip_under_way = parts.store.has_slip_under_way();
        let troubles = parts.store.take_troubles();
        let (route, trouble) = if parts.store.is_locked() {
            (None, None)
        } else {
            parts.store.void_slip_under_way(clock.now_unix_seconds())?;
            open_route(&parts.store)?
        };
        let (kept, refused_login) = parts.kept.load();
        let mut app = App::new(clock.today(), route).with_kept(kept, clock.steady_seconds());
        if parts.is_practice {
            app = app.for_practice();
        }
        if parts.store.is_locked() {
            app = app.with_sealed_route();
        }
        if let Some(trouble) = trouble {
            app.tell(Tone::Bad, trouble);
        } else if let Some(trouble) = troubles.last() {
            app.tell(Tone::Warn, format!("{}({})", trouble.japanese(), trouble.code()));
        } else if has_slip_under_way {
            app.tell(
                Tone::Warn,
                "前回、印刷の途中で電源が切れました。お知らせ票を再印刷してください。",
            );
        }
        let shell = Shell {
            app,
            enrolment: Arc::new(parts.enrolment),
            store: Arc::new(Mutex::new(parts.store)),
            clock,
            trusted,
            printer: Arc::new(Mutex::new(parts.printer)),
            transport: parts.transport,
            mint: parts.mint,
            post,
            kept: parts.kept,
            refused_login,
            papers: papers::Queue::default(),
            devices: devices::Held::default(),
            watched: watching::Watched::default(),
            is_power_critical: false,
            photo: None,
        };
        Ok(shell.counted())
    }

    /// The screens.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// A key was pressed.
    pub fn press(&mut self, key: Key) {
        self.app.turn_to(self.clock.today());
        let effect = self.app.press(key, self.clock.steady_seconds());
        if let Some(effect) = effect {
            self.carry_out(effect);
        }
        self.tell_troubles();
    }

    /// A thread reports.
    pub fn hear(&mut self, report: Report) {
        match report {
            Report::Unlocked { login, key } => self.hear_unlocked(&login, key),
            Report::Pin { reader, is_right } => self.hear_pin(reader, is_right),
            Report::Slip { place, slip, failure } => self.hear_slip(place, slip, failure),
            Report::Paper { paper, failure } => self.hear_paper(paper, failure),
            Report::Photo { place, photo } => self.hear_photo(place, *photo),
            Report::Meter { place, answer } => self.app.meter_answered(place, answer),
            Report::Charge(charge) => self.hear_charge(charge),
            Report::Printer(status) => self.hear_printer(status),
            Report::Sent { through, of } => self.app.sync_told(through, of.saturating_sub(through)),
            Report::Synced(result) => self.hear_synced(*result),
        }
        self.tell_troubles();
    }

    /// What happened to a copy of the log meanwhile, once nothing else is about to be told.
    fn tell_troubles(&mut self) {
        self.hear_clock();
        if self.app.is_busy() {
            return;
        }
        if let Some(trouble) = lock(&self.store).take_troubles().last() {
            self.app.tell(Tone::Warn, format!("{}({})", trouble.japanese(), trouble.code()));
        }
        self.tell_owed();
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::VerifyPin { reader, pin } => self.verify_pin(reader, pin),
            Effect::Unlock { login, pin } => self.unlock(login, pin),
            Effect::SaveReading(draft) => self.save_reading(&draft),
            Effect::SaveNoRead(draft) => self.save_no_read(draft),
            Effect::SaveWork { place, draft } => self.save_work(place, *draft),
            Effect::PrintPapers { place, kinds } => self.print_papers(place, kinds),
            Effect::TakePhoto { place } => self.take_photo(place),
            Effect::KeepPhoto { place } => self.keep_photo(place),
            Effect::ReadMeter { place } => self.read_meter(place),
            Effect::Print { place } => self.print(place),
            Effect::CountDay => self.count_day(),
            Effect::SignDay => self.sign_day(),
            Effect::Keep => self.keep_settings(),
            Effect::Sync => self.sync(),
        }
    }

    fn verify_pin(&self, reader: ReaderV1, pin: String) {
        let post = self.post.clone();
        thread::spawn(move || {
            let is_right = PasswordHash::new(&reader.pin_hash)
                .is_ok_and(|hash| Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok());
            post(Report::Pin { reader, is_right });
        });
    }

    fn hear_pin(&mut self, reader: ReaderV1, is_right: bool) {
        if !is_right {
            return self.pin_was_wrong();
        }
        let now = self.clock.now_unix_seconds();
        let failures = self.app.kept().failures;
        let event = EventV1::LoggedIn { reader: reader.login.clone() };
        self.app.pin_checked(reader, true, self.clock.steady_seconds());
        self.note_refused(failures);
        // A full disk must not keep the reader from sending what is on it.
        let noted = lock(&self.store).append(now, event);
        if let Err(error) = noted {
            self.refuse(&error);
        }
        self.count();
    }

    fn sync(&mut self) {
        let (store, transport, post) =
            (self.store.clone(), self.transport.clone(), self.post.clone());
        thread::spawn(move || {
            let tell = |through, of| post(Report::Sent { through, of });
            let result = sync::run(transport.as_ref(), &store, &tell)
                .map_err(|error| format!("{}({})", error.japanese(), error.code()));
            post(Report::Synced(Box::new(result)));
        });
    }

    fn hear_synced(&mut self, result: Result<Synced, String>) {
        if result.is_ok() {
            self.app.contacted(self.clock.now_unix_seconds());
        }
        let outcome = result.and_then(|synced| {
            // A package that is on board already is no new route.
            let route = synced.package.map(|package| self.take_package(&package)).transpose()?;
            Ok((route.flatten(), synced.set_aside))
        });
        let was_reached = outcome.is_ok();
        self.app.sync_ended(outcome);
        self.count();
        if was_reached {
            self.keep_settings();
        }
    }

    fn take_package(&mut self, package: &WorkPackage) -> Result<Option<Route>, String> {
        let WorkPackage::V1(v1) = package;
        if self.app.route().is_some_and(|route| route.package == v1.id) {
            return Ok(None);
        }
        let faulty = "検針データを読み取れません。事務所に連絡してください。(H13)";
        let mut route = Route::open(package.clone()).map_err(|error| {
            tracing::error!(%error, "the package cannot be used");
            faulty.to_owned()
        })?;
        let mut store = lock(&self.store);
        let told = |error: StoreError| format!("{}({})", error.japanese(), error.code());
        store.take_package(self.clock.now_unix_seconds(), package).map_err(told)?;
        route.replay(&store.events().map_err(told)?);
        Ok(Some(route))
    }

    fn refuse(&mut self, error: &StoreError) {
        tracing::error!(code = error.code(), %error, "not stored");
        self.app.tell(Tone::Bad, format!("{}({})", error.japanese(), error.code()));
    }

    fn counted(mut self) -> Shell {
        self.count();
        self
    }

    fn count(&mut self) {
        let store = lock(&self.store);
        let through = store.receipt_through();
        self.app.count_log(store.head().sequence, through);
    }
}

/// Opens the memory: in the data folder, and its second copy in the other.
pub fn open_store(
    data: &Path,
    second: Option<&Path>,
    enrolment: &EnrolmentV1,
) -> Result<Store, StoreError> {
    let places =
        Places { main: data.join("log.db"), second: second.map(|folder| folder.join("log.db")) };
    Store::open(&places, DeviceSecret::of(enrolment))
}

/// A thread that panicked leaves the store and the printer as usable as before.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
