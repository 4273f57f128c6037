//! Start of service (開栓): the meter is the right one, its dials, and the tap is open.

use shared::metering::{Remark, WorkOrderKind};

use super::dials::{Dials, Doubt, reasons};
use super::{Answer, Ask, Job, Next, Question, Scene, StartDraft, WorkDraft};
use shared::metering::{BackwardsReason, Finding};

const TITLE: &str = "開栓";
const NUMBER_MAX: usize = 12;
/// メーター番号相違.
const OTHER_METER: u8 = 14;

/// What has been answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Start {
    is_right_meter: Option<bool>,
    other_number: Option<String>,
    dials: Option<Dials>,
    /// Water had passed: which of the uses it was.
    used: Option<usize>,
    was_opened: Option<bool>,
}

/// 無届使用 and 停水中使用, as far as the utility's table has them, and work on the pipes.
fn uses(scene: &Scene) -> Vec<(Option<u8>, String)> {
    let codes = Remark::seed_codes_for(Finding::UsedWhileStopped).iter();
    let known = codes.filter_map(|code| scene.route.remark(*code));
    let mut uses: Vec<(Option<u8>, String)> =
        known.map(|remark| (Some(remark.code), remark.name.clone())).collect();
    uses.push((None, "工事・洗管・検査で使われた".to_owned()));
    uses
}

impl Start {
    /// The dials moved although nobody was supplied.
    fn has_used(&self, scene: &Scene) -> bool {
        self.dials.is_some_and(|dials| {
            dials.reason.is_none()
                && dials.volume(scene.stop).billed().is_some_and(|volume| volume.0 > 0)
        })
    }

    pub fn question(&self, scene: &Scene) -> Question {
        let order = scene.route.open_order(scene.place, WorkOrderKind::Start);
        let digits = usize::from(scene.stop.dial_digits());
        if self.is_right_meter.is_none() {
            let ask = Ask::choice(["合っている", "番号が違う"]);
            let mut question = Question::new(TITLE, "メーターの番号は合っていますか。", ask)
                .fact("メーター番号", scene.stop.meter_number());
            if let Some(order) = order {
                question = question
                    .fact("使用者", format!("{} 様", order.order.customer_name))
                    .fact("作業指示", order.order.text.as_str());
            }
            return question;
        }
        if self.is_right_meter == Some(false) && self.other_number.is_none() {
            let ask = Ask::Number { max: NUMBER_MAX, offered: String::new() };
            return Question::new(TITLE, "付いているメーターの番号", ask);
        }
        let previous = scene.stop.basis().previous.padded();
        let Some(dials) = self.dials else {
            return Question::new(TITLE, "開栓するときの指針", Ask::digits(digits))
                .fact("前回指針", previous);
        };
        match dials.doubt(scene.stop, scene.today) {
            Some(Doubt::SecondEntry) => {
                let text = format!(
                    "前回 {previous}、今回 {} です。よく見て、もう一度入力してください。",
                    dials.register.padded()
                );
                return Question::new(TITLE, text, Ask::digits(digits));
            }
            Some(Doubt::Backwards) => {
                let text = "前回より小さい数字です。理由はどれですか。";
                return Question::new(TITLE, text, Ask::choice(reasons()));
            }
            None => {}
        }
        if self.has_used(scene) && self.used.is_none() {
            let volume = dials.volume(scene.stop).billed().map_or(0, |volume| volume.0);
            let text =
                format!("止まっているあいだに {volume}m³ 使われています。理由はどれですか。");
            return Question::new(TITLE, text, Ask::choice(uses(scene).into_iter().map(|u| u.1)));
        }
        if self.was_opened.is_none() {
            let ask = Ask::choice(["止水栓を開けた", "はじめから開いていた"]);
            return Question::new(TITLE, "止水栓", ask);
        }
        let opened = if self.was_opened == Some(true) { "開けた" } else { "はじめから開" };
        Question::new(TITLE, "よければ確定を押してください。", Ask::Look)
            .fact("メーター番号", self.number(scene))
            .fact("開栓の指針", dials.register.padded())
            .fact("止水栓", opened)
    }

    fn number(&self, scene: &Scene) -> String {
        self.other_number.clone().unwrap_or_else(|| scene.stop.meter_number().to_owned())
    }

    pub fn answer(mut self, answer: Answer, scene: &Scene) -> Next {
        let doubt = self.dials.and_then(|dials| dials.doubt(scene.stop, scene.today));
        match answer {
            Answer::Typed(text)
                if self.is_right_meter == Some(false) && self.other_number.is_none() =>
            {
                if text.is_empty() {
                    return Next::Refuse("メーターの番号を入力してください。(H26)".into());
                }
                self.other_number = Some(text);
            }
            Answer::Typed(text) => {
                let dials = match self.dials {
                    Some(dials) => dials.again(&text),
                    None => Dials::typed(&text, scene.stop.dial_digits()),
                };
                match dials {
                    Ok(dials) => self.dials = Some(dials),
                    Err(why) => return Next::Refuse(why),
                }
            }
            Answer::Chosen(row) => match self.dials {
                None => self.is_right_meter = Some(row == 0),
                Some(dials) if doubt.is_some() => {
                    let reason = BackwardsReason::ALL.get(row).copied();
                    self.dials = Some(Dials { reason, ..dials });
                }
                Some(_) if self.has_used(scene) && self.used.is_none() => {
                    self.used = Some(row);
                }
                Some(_) => self.was_opened = Some(row == 0),
            },
            Answer::Seen => return self.draft(scene),
        }
        Next::Ask(Job::Start(self))
    }

    fn draft(self, scene: &Scene) -> Next {
        let order = scene.route.open_order(scene.place, WorkOrderKind::Start);
        let (Some(dials), Some(was_opened)) = (self.dials, self.was_opened) else {
            return Next::Refuse(super::NOT_CHOSEN.into());
        };
        let mut remarks = dials.remarks();
        let used = self.used.and_then(|row| uses(scene).into_iter().nth(row));
        remarks.extend(used.and_then(|(code, _)| code));
        remarks.extend(self.other_number.is_some().then_some(OTHER_METER));
        Next::Save(WorkDraft::Start(StartDraft {
            order: order.map(|order| order.order.order),
            meter_number: self.number(scene),
            register: dials.register,
            was_opened,
            remarks,
        }))
    }
}
