//! Printing papers (帳票の印刷): one after another, each with its number, each to its end in the log.

use std::thread;

use shared::paper::{PaperKind, Record};
use shared::wire::{EventV1, PaperV1};

use super::{Report, Shell, lock, watching};
use crate::papers;
use crate::route::Outcome;

/// Papers that wait for the one before them.
#[derive(Debug, Default)]
pub(super) struct Queue {
    place: usize,
    waiting: Vec<PaperKind>,
    /// What has come out, for the message at the end.
    done: Vec<String>,
}

impl Shell {
    pub(super) fn print_papers(&mut self, place: usize, kinds: Vec<PaperKind>) {
        if self.is_power_critical {
            return self.app.papers_ended(Err(watching::TOO_LOW.to_owned()));
        }
        let waiting = kinds.into_iter().rev().collect();
        self.papers = Queue { place, waiting, done: Vec::new() };
        self.print_next_paper();
    }

    fn print_next_paper(&mut self) {
        let Some(kind) = self.papers.waiting.pop() else {
            let names = std::mem::take(&mut self.papers.done).join("と");
            self.app.papers_ended(Ok(names));
            return;
        };
        let place = self.papers.place;
        let Some((mut paper, event)) = self.paper_and_event(place, kind) else {
            // Nothing is stored that it could tell of.
            return self.print_next_paper();
        };
        let event = match lock(&self.store).begin_paper(&self.enrolment.device_code, event) {
            Ok(event) => event,
            Err(error) => {
                let told = format!("{}({})", error.japanese(), error.code());
                return self.app.papers_ended(Err(told));
            }
        };
        paper.number.clone_from(&event.paper_number);
        let layouts =
            self.app.route().map_or_else(Vec::new, |route| papers::layouts_of(route, kind));
        let (printer, post) = (self.printer.clone(), self.post.clone());
        thread::spawn(move || {
            let mut printer = lock(&printer);
            let width = printer.width_dots();
            let template = papers::template(&layouts, kind, width);
            let drawing = press::draw_by(&template, &Record::of_paper(&paper), width);
            if !drawing.missing_glyphs.is_empty() {
                // How many, never which: they come out of people's names.
                tracing::warn!(
                    paper.missing_glyphs = drawing.missing_glyphs.len(),
                    "font lacks letters"
                );
            }
            let printed = printer.print(&drawing.raster, &mut |_, _| {});
            let failure = printed.err().map(|error| {
                tracing::warn!(code = error.code(), %error, "paper not printed");
                format!("{}({})", error.message_ja(), error.code())
            });
            post(Report::Paper { paper: event, failure });
        });
    }

    fn paper_and_event(
        &self,
        place: usize,
        kind: PaperKind,
    ) -> Option<(shared::paper::Paper, PaperV1)> {
        let route = self.app.route()?;
        let mut paper = papers::paper(route, place, kind, self.app.today())?;
        let reader = route.readers.iter().find(|reader| reader.login == self.app.reader_login());
        paper.reader_name = reader.map_or_else(String::new, |reader| reader.name.clone());
        let is_same = |printed: &&crate::route::Paper| {
            printed.kind == Some(kind.code()) && printed.place == Some(place) && !printed.is_void
        };
        let before = route.papers.iter().rev().find(is_same);
        // A receipt that takes the place of a voided one repeats nothing.
        let is_repeated = kind != PaperKind::Receipt
            || route.receipt_at(place).is_some_and(|receipt| receipt.is_printed);
        paper.reissue_of = before.filter(|_| is_repeated).map(|printed| printed.number.clone());
        let subject = match (kind, &route.stops[place].outcome) {
            (PaperKind::Receipt, _) => route.receipt_at(place).map(|receipt| receipt.taken.id),
            (_, Outcome::Stopped(stop)) => Some(stop.id),
            (_, Outcome::NotRead(no_read)) => Some(no_read.id),
            _ => None,
        };
        let event = PaperV1 {
            paper_number: String::new(),
            kind: kind.code(),
            connection: route.stops[place].planned.connection,
            subject,
            reissue_of: paper.reissue_of.clone(),
            amount_yen: paper.total.as_ref().map_or(0, |(_, total)| total.0),
        };
        Some((paper, event))
    }

    pub(super) fn hear_paper(&mut self, paper: PaperV1, failure: Option<String>) {
        let name = PaperKind::from_code(paper.kind).map_or("", PaperKind::japanese);
        let event = match failure {
            None => EventV1::PaperPrinted(paper),
            Some(_) => EventV1::PaperVoided(paper),
        };
        self.look_at_printer();
        let ended = lock(&self.store).end_slip(self.clock.now_unix_seconds(), event.clone());
        if let Some(route) = self.app.route_mut() {
            route.note(&event);
        }
        match failure {
            None => {
                self.papers.done.push(name.to_owned());
                self.print_next_paper();
            }
            Some(why) => {
                self.papers = Queue::default();
                self.app.papers_ended(Err(why));
            }
        }
        if let Err(error) = ended {
            self.refuse(&error);
        }
        self.count();
    }
}
