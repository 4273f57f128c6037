//! A suspension step by step (給水停止): notice, cut, release, or why not.
//!
//! What is owed is shown here and nowhere else (requirements 2.10).

use shared::metering::{CutMethod, RegisterReading, SuspensionStep, WorkOrderKind};
use shared::quantity::Yen;

use super::dials::Dials;
use super::{Answer, Ask, Job, Next, Question, Scene, SuspensionDraft, WorkDraft};

const TITLE: &str = "給水停止";
const SEAL_MAX: usize = 8;
const NOT_CUT: [&str; 5] = [
    "その場で支払の約束があった",
    "支払済みの領収書を見た",
    "病気・医療機器の使用がある",
    "乳幼児・高齢者だけの世帯だった",
    "止水栓が操作できない",
];

/// What has been answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suspension {
    step: Option<SuspensionStep>,
    method: Option<CutMethod>,
    register: Option<RegisterReading>,
    seal: Option<String>,
    why_not: Option<&'static str>,
}

fn has_dials(step: SuspensionStep) -> bool {
    matches!(step, SuspensionStep::Cut | SuspensionStep::Released)
}

impl Suspension {
    pub fn question(&self, scene: &Scene) -> Question {
        let order = scene.route.orders_at(scene.place);
        let order = order.into_iter().find(|order| order.kind == WorkOrderKind::Suspension);
        let Some(step) = self.step else {
            let options = SuspensionStep::ALL.iter().map(|step| step.japanese());
            let mut question = Question::new(TITLE, "何をしましたか。", Ask::choice(options));
            if let Some(order) = order {
                question = question
                    .fact("使用者", scene.stop.user())
                    .fact("未納額", format!("{}円", Yen(order.order.owed_yen).grouped()))
                    .fact("作業指示", order.order.text.as_str());
            }
            return question;
        };
        if step == SuspensionStep::NotCut && self.why_not.is_none() {
            return Question::new(step.japanese(), "執行しない理由", Ask::choice(NOT_CUT));
        }
        if step == SuspensionStep::Cut && self.method.is_none() {
            let options = CutMethod::ALL.iter().map(|method| method.japanese());
            return Question::new(step.japanese(), "停水の方法", Ask::choice(options));
        }
        if has_dials(step) && self.register.is_none() {
            let digits = scene.stop.dial_digits();
            return Question::new(step.japanese(), "いまの指針", Ask::digits(digits.into()))
                .fact("前回指針", scene.stop.basis().previous.padded());
        }
        if step == SuspensionStep::Cut && self.seal.is_none() {
            let text = "キャップ・封印の番号（なければ、そのまま確定）";
            return Question::new(step.japanese(), text, Ask::digits(SEAL_MAX));
        }
        self.summary(scene, step)
    }

    fn summary(&self, scene: &Scene, step: SuspensionStep) -> Question {
        let mut question = Question::new(TITLE, "よければ確定を押してください。", Ask::Look)
            .fact("水栓番号", scene.stop.number.to_string())
            .fact("作業", step.japanese());
        if let Some(method) = self.method {
            question = question.fact("方法", method.japanese());
        }
        if let Some(register) = self.register {
            question = question.fact("指針", register.padded());
        }
        if let Some(seal) = self.seal.as_ref().filter(|seal| !seal.is_empty()) {
            question = question.fact("封印", seal.as_str());
        }
        if let Some(why) = self.why_not {
            question = question.fact("理由", why);
        }
        question
    }

    pub fn answer(mut self, answer: Answer, scene: &Scene) -> Next {
        match (answer, self.step) {
            (Answer::Chosen(row), None) => self.step = SuspensionStep::ALL.get(row).copied(),
            (Answer::Chosen(row), Some(SuspensionStep::NotCut)) => {
                self.why_not = NOT_CUT.get(row).copied();
            }
            (Answer::Chosen(row), Some(_)) => self.method = CutMethod::ALL.get(row).copied(),
            (Answer::Typed(text), _) if self.register.is_none() => {
                match Dials::typed(&text, scene.stop.dial_digits()) {
                    Ok(dials) => self.register = Some(dials.register),
                    Err(why) => return Next::Refuse(why),
                }
            }
            (Answer::Typed(text), _) => self.seal = Some(text),
            (Answer::Seen, step) => return self.draft(step, scene),
        }
        Next::Ask(Job::Suspension(self))
    }

    fn draft(self, step: Option<SuspensionStep>, scene: &Scene) -> Next {
        let mut orders = scene.route.orders_at(scene.place);
        let order = orders.find(|order| order.kind == WorkOrderKind::Suspension);
        let (Some(step), Some(order)) = (step, order) else {
            return Next::Refuse(super::NOT_CHOSEN.into());
        };
        Next::Save(WorkDraft::Suspension(SuspensionDraft {
            order: order.order.order,
            step,
            method: self.method,
            register: self.register,
            seal: self.seal.unwrap_or_default(),
            text: self.why_not.unwrap_or_default().to_owned(),
        }))
    }
}
