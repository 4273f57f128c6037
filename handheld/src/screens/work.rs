//! Work step by step (現地作業の進行): one question after another, each answered by digits or a choice.
//!
//! 取消 goes one question back, and at the first one out again. A digit that picks a choice goes on
//! at once; what is stored is always looked at first and stored with 確定.

mod cash;
mod dials;
mod draft;
mod exchange;
mod menu;
mod note;
mod remark;
mod start;
mod stop;
mod suspension;

use jiff::civil::Date;

use super::{App, Effect, Key, Screen, Tone};
use crate::route::{Route, Stop};

pub use draft::{
    CashDraft, ExchangeDraft, NoteDraft, StartDraft, StopDraft, SuspensionDraft, WorkDraft,
};

/// Work that is under way at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Work {
    pub place: usize,
    job: Job,
    /// What had been answered before each question, for 取消.
    before: Vec<Job>,
    pub typed: String,
    pub chosen: usize,
    /// Where 取消 leads out to.
    pub origin: Origin,
}

/// Where work was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// At the connection.
    Entry(Box<super::entry::Entry>),
    /// In the list of orders.
    Orders,
}

/// The kinds of work, with what has been answered so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Job {
    Menu,
    Remark,
    Exchange(exchange::Exchange),
    Start(start::Start),
    Stop(stop::StopJob),
    Cash(cash::Cash),
    Void(cash::Void),
    Note(note::Note),
    Suspension(suspension::Suspension),
}

/// An answer that does not fit its question: the keys do not lead here.
const NOT_CHOSEN: &str = "番号で選んでください。(H29)";

/// What a question may look at.
pub(super) struct Scene<'a> {
    pub route: &'a Route,
    pub stop: &'a Stop,
    pub place: usize,
    pub today: Date,
    pub has_camera: bool,
}

/// What is asked at the moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Question {
    /// What kind of work this is.
    pub title: String,
    /// What is asked.
    pub text: String,
    /// What one should know to answer.
    pub facts: Vec<(String, String)>,
    pub ask: Ask,
}

/// How a question is answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Ask {
    /// 確定, after a look.
    #[default]
    Look,
    /// With digits, at most so many.
    Digits {
        max: usize,
        /// Offered; 確定 alone takes it.
        offered: String,
    },
    /// A number with a dash in it (F5).
    Number {
        max: usize,
        /// Offered; 確定 alone takes it.
        offered: String,
    },
    /// One of these; the one at the place is offered.
    Choice { options: Vec<String>, offered: usize },
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Seen,
    Typed(String),
    Chosen(usize),
}

/// What an answer leads to.
pub(super) enum Next {
    /// To the next question.
    Ask(Job),
    /// Not like this; the words say why and what to do.
    Refuse(String),
    /// It is complete.
    Save(WorkDraft),
    /// The remarks of the reading are these.
    Remarks(Vec<u8>),
    /// A photo is taken.
    Photo,
    /// What belongs to the connection is printed.
    Print,
}

impl<'a> Scene<'a> {
    pub fn at(route: &'a Route, place: usize, today: Date, has_camera: bool) -> Scene<'a> {
        Scene { route, stop: &route.stops[place], place, today, has_camera }
    }
}

impl Question {
    pub fn new(title: &str, text: impl Into<String>, ask: Ask) -> Question {
        Question { title: title.to_owned(), text: text.into(), facts: Vec::new(), ask }
    }

    /// How many choices stand on one page, each a finger high: two facts are as high as one.
    pub fn page(&self) -> usize {
        5_usize.saturating_sub(self.facts.len().saturating_sub(1) / 2).max(2)
    }

    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<String>) -> Question {
        self.facts.push((name.to_owned(), value.into()));
        self
    }
}

impl Ask {
    pub fn digits(max: usize) -> Ask {
        Ask::Digits { max, offered: String::new() }
    }

    pub fn choice<T: Into<String>>(options: impl IntoIterator<Item = T>) -> Ask {
        let options = options.into_iter().map(Into::into).collect();
        Ask::Choice { options, offered: 0 }
    }
}

impl Job {
    pub fn start() -> Job {
        Job::Start(start::Start::default())
    }

    pub fn stop() -> Job {
        Job::Stop(stop::StopJob::default())
    }

    pub fn exchange() -> Job {
        Job::Exchange(exchange::Exchange::default())
    }

    pub fn suspension() -> Job {
        Job::Suspension(suspension::Suspension::default())
    }

    pub fn question(&self, scene: &Scene) -> Question {
        match self {
            Job::Menu => menu::question(scene),
            Job::Remark => remark::question(scene),
            Job::Exchange(job) => job.question(scene),
            Job::Start(job) => job.question(scene),
            Job::Stop(job) => job.question(scene),
            Job::Cash(job) => job.question(scene),
            Job::Void(job) => job.question(scene),
            Job::Note(job) => job.question(),
            Job::Suspension(job) => job.question(scene),
        }
    }

    fn answer(&self, answer: Answer, scene: &Scene) -> Next {
        match self.clone() {
            Job::Menu => menu::answer(&answer, scene),
            Job::Remark => remark::answer(&answer, scene),
            Job::Exchange(job) => job.answer(answer, scene),
            Job::Start(job) => job.answer(answer, scene),
            Job::Stop(job) => job.answer(answer, scene),
            Job::Cash(job) => job.answer(answer, scene),
            Job::Void(job) => job.answer(&answer, scene),
            Job::Note(job) => job.answer(answer),
            Job::Suspension(job) => job.answer(answer, scene),
        }
    }
}

impl Work {
    pub fn begin(place: usize, job: Job, origin: Origin) -> Work {
        Work { place, job, before: Vec::new(), typed: String::new(), chosen: 0, origin }
    }

    pub fn question(&self, scene: &Scene) -> Question {
        self.job.question(scene)
    }

    /// Whether it belongs to the list of suspensions.
    pub fn is_suspension(&self) -> bool {
        matches!(self.job, Job::Suspension(_))
    }

    /// Moves among the choices; the row that a digit or a finger has picked, on any page.
    fn choose(&mut self, key: Key, page: usize, count: usize) -> Option<usize> {
        let (top, last) = (self.chosen / page * page, count.saturating_sub(1));
        let picked = match key {
            Key::Digit(digit) => usize::from(digit).checked_sub(1),
            Key::Row(row) => Some(row),
            _ => None,
        };
        self.chosen = match key {
            Key::Up => self.chosen.saturating_sub(1),
            Key::Down => (self.chosen + 1).min(last),
            // From the last page the first again.
            Key::Right if top + page > last => 0,
            Key::Right => top + page,
            Key::Left => top.saturating_sub(page),
            _ => self.chosen,
        };
        let picked = picked.filter(|row| *row < page).map(|row| top + row);
        picked.filter(|row| *row <= last)
    }

    fn go(&mut self, job: Job, scene: &Scene) {
        self.before.push(std::mem::replace(&mut self.job, job));
        self.show(scene);
    }

    /// Begins the question that is asked now: nothing typed, what is offered chosen.
    fn show(&mut self, scene: &Scene) {
        self.typed.clear();
        self.chosen = match self.question(scene).ask {
            Ask::Choice { offered, .. } => offered,
            _ => 0,
        };
    }
}

impl App {
    /// Opens what can be done at a place besides reading it.
    pub(super) fn open_menu(&mut self, place: usize) {
        let origin = match &self.screen {
            Screen::Entry(entry) => entry.clone(),
            _ => super::entry::Entry::open(place),
        };
        self.begin_work(place, Job::Menu, Origin::Entry(Box::new(origin)));
    }

    pub(super) fn scene(&self, place: usize) -> Option<Scene<'_>> {
        Some(Scene::at(self.route.as_ref()?, place, self.today, self.fitted.camera))
    }

    pub(super) fn begin_work(&mut self, place: usize, job: Job, origin: Origin) {
        let mut work = Work::begin(place, job, origin);
        let Some(scene) = self.scene(place) else { return };
        work.show(&scene);
        self.screen = Screen::Work(work);
    }

    pub(super) fn press_work(&mut self, key: Key) -> Option<Effect> {
        let (Screen::Work(work), Some(route)) = (&mut self.screen, &self.route) else {
            return None;
        };
        let scene = Scene::at(route, work.place, self.today, self.fitted.camera);
        let question = work.question(&scene);
        match (key, &question.ask) {
            (Key::Function(1), _) => self.leave_work(),
            (Key::Cancel, _) if !work.typed.is_empty() => work.typed.clear(),
            (Key::Cancel, _) => match work.before.pop() {
                Some(job) => {
                    work.job = job;
                    work.show(&scene);
                }
                None => self.leave_work(),
            },
            (Key::Digit(digit), Ask::Digits { max, .. } | Ask::Number { max, .. }) => {
                if work.typed.len() < *max {
                    work.typed.push(char::from(b'0' + digit));
                } else {
                    self.tell(Tone::Warn, "これより多い桁は入りません。(H20)");
                }
            }
            (Key::Function(5), Ask::Number { max, .. })
                if (1..*max).contains(&work.typed.len()) =>
            {
                work.typed.push('-');
            }
            (Key::Erase, _) => {
                work.typed.pop();
            }
            (_, Ask::Choice { options, .. }) if key != Key::Enter => {
                if let Some(row) = work.choose(key, question.page(), options.len()) {
                    return self.answer_work(Answer::Chosen(row));
                }
            }
            (Key::Enter, Ask::Choice { .. }) => {
                let chosen = work.chosen;
                return self.answer_work(Answer::Chosen(chosen));
            }
            (Key::Enter, Ask::Digits { offered, .. } | Ask::Number { offered, .. }) => {
                let typed = if work.typed.is_empty() { offered } else { &work.typed };
                let answer = Answer::Typed(typed.clone());
                return self.answer_work(answer);
            }
            (Key::Enter, Ask::Look) => return self.answer_work(Answer::Seen),
            _ => {}
        }
        None
    }

    fn answer_work(&mut self, answer: Answer) -> Option<Effect> {
        let (Screen::Work(work), Some(route)) = (&mut self.screen, &self.route) else {
            return None;
        };
        let place = work.place;
        let scene = Scene::at(route, place, self.today, self.fitted.camera);
        match work.job.answer(answer, &scene) {
            Next::Ask(job) => work.go(job, &scene),
            Next::Refuse(why) => {
                work.typed.clear();
                self.tell(Tone::Warn, why);
            }
            Next::Save(draft) => return Some(Effect::SaveWork { place, draft: Box::new(draft) }),
            Next::Photo => return self.take_photo(place),
            Next::Print => return self.print_papers_at(place),
            Next::Remarks(remarks) => {
                let origin = work.origin.clone();
                if let Origin::Entry(mut entry) = origin {
                    entry.remarks = remarks;
                    self.screen = Screen::Entry(*entry);
                }
            }
        }
        None
    }

    /// Back to where the work was begun.
    pub(super) fn leave_work(&mut self) {
        let Screen::Work(work) = &self.screen else { return };
        match work.origin.clone() {
            Origin::Entry(entry) => {
                let place = entry.place;
                let has_outcome =
                    self.route.as_ref().is_some_and(|route| route.stops[place].outcome.has_dials());
                // What was stored meanwhile is shown as stored, unless it is being corrected.
                if has_outcome && entry.typed.is_empty() {
                    self.open_stop(place);
                } else {
                    self.screen = Screen::Entry(*entry);
                }
            }
            Origin::Orders => self.open_orders(),
        }
    }
}
