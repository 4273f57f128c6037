//! Cannot read (検針不能): choose the reason, confirm, go on.
//!
//! The reasons are the utility's remarks with which no dials can be read; their flags decide whether
//! the reader comes again or a volume is proposed (認定). F5 takes the other way where both are open.

use shared::metering::Remark;
use shared::quantity::CubicMeters;

use super::{App, Effect, Key, NoReadDraft, Screen, Tone};
use crate::route::{Route, Stop};

/// The list of reasons at a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoRead {
    pub place: usize,
    pub chosen: Option<usize>,
    /// The reader takes the way that is not the first one of the reason.
    pub takes_other_way: bool,
    /// A photo was tried.
    pub has_photo: bool,
}

/// Reasons on one page.
pub(super) const PAGE: usize = 7;

/// What becomes of a connection that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// 再訪問.
    ComesAgain,
    /// 認定, with the volume that is proposed where one can be.
    Estimate(Option<CubicMeters>),
    /// Neither: there is nothing to read any more.
    Closed,
}

impl NoRead {
    pub fn at(place: usize) -> NoRead {
        NoRead { place, chosen: None, takes_other_way: false, has_photo: false }
    }

    /// The first reason that is shown.
    pub fn top(&self) -> usize {
        self.chosen.unwrap_or(0) / PAGE * PAGE
    }

    pub fn reasons(route: &Route) -> Vec<&Remark> {
        route.remarks.iter().filter(|remark| !remark.reads).collect()
    }

    fn choose(&mut self, row: usize, bottom: usize) {
        if row <= bottom {
            *self = NoRead { chosen: Some(row), ..NoRead::at(self.place) };
        }
    }

    /// Of the chosen reason.
    pub fn way(&self, app: &App) -> Option<(Remark, Way)> {
        let route = app.route.as_ref()?;
        let remark = NoRead::reasons(route).get(self.chosen?).copied()?.clone();
        let stop = &route.stops[self.place];
        let estimate = || Way::Estimate(stop.estimate(app.today));
        let way = match (remark.revisit, remark.may_estimate && stop.planned.in_service) {
            (true, true) if self.takes_other_way => estimate(),
            (true, _) => Way::ComesAgain,
            (false, true) => estimate(),
            (false, false) => Way::Closed,
        };
        Some((remark, way))
    }
}

/// How often in a row it could not be read, this time included, and what to do about it.
pub(super) fn again(stop: &Stop) -> Option<String> {
    let times = stop.planned.on_site.no_reads_in_a_row.saturating_add(1);
    match times {
        0 | 1 => None,
        2 => Some("2回続けて検針できません。訪問のお願いを残してください。".to_owned()),
        times => Some(format!(
            "{times}回続けて検針できません。使用者に連絡し、事務所にも報告してください。"
        )),
    }
}

impl App {
    pub(super) fn press_no_read(&mut self, key: Key) -> Option<Effect> {
        let (Screen::NoRead(list), Some(route)) = (&mut self.screen, &self.route) else {
            return None;
        };
        let count = NoRead::reasons(route).len();
        let (place, bottom) = (list.place, count.saturating_sub(1));
        match key {
            Key::Digit(digit) if (1..=PAGE).contains(&usize::from(digit)) => {
                list.choose(list.top() + usize::from(digit) - 1, bottom);
            }
            Key::Row(row) if row < PAGE => list.choose(list.top() + row, bottom),
            // The other page, and from the last one the first again.
            Key::Right | Key::Left => {
                let next = list.top() + PAGE;
                list.choose(if next <= bottom { next } else { 0 }, bottom);
            }
            Key::Up => list.chosen = Some(list.chosen.unwrap_or(1).saturating_sub(1)),
            Key::Down => list.chosen = Some(list.chosen.map_or(0, |row| (row + 1).min(bottom))),
            Key::Function(5) => list.takes_other_way = !list.takes_other_way,
            Key::Enter => return self.confirm_no_read(),
            Key::Cancel | Key::Function(1) => self.open_stop(place),
            _ => {}
        }
        None
    }

    fn confirm_no_read(&mut self) -> Option<Effect> {
        let (Screen::NoRead(list), Some(route)) = (&self.screen, &self.route) else { return None };
        let place = list.place;
        let Some((remark, way)) = list.way(self) else {
            self.tell(Tone::Warn, "理由を選んでください。(H23)");
            return None;
        };
        if route.stops[place].outcome.has_dials() {
            self.tell(Tone::Warn, "検針済みの水栓です。(H24)");
            return None;
        }
        if remark.photo && self.fitted.camera && !list.has_photo {
            return self.take_photo(place);
        }
        Some(Effect::SaveNoRead(NoReadDraft {
            place,
            reason: remark.code,
            comes_again: way == Way::ComesAgain,
            estimate: match way {
                Way::Estimate(volume) => volume,
                Way::ComesAgain | Way::Closed => None,
            },
        }))
    }

    /// The photo was tried: with it or without it the no-read is stored.
    pub(super) fn photo_of_no_read_ended(&mut self) -> Option<Effect> {
        let Screen::NoRead(list) = &mut self.screen else { return None };
        list.has_photo = true;
        self.confirm_no_read()
    }
}
