//! Meter exchange (メーター交換): the last dials of the old meter, the new one, and a look at both.

use shared::connection::MeterSize;
use shared::metering::{BackwardsReason, ExchangeReason, RegisterReading, WorkOrderKind};
use shared::quantity::grouped;

use super::dials::{Dials, Doubt, reasons};
use super::{Answer, Ask, ExchangeDraft, Job, Next, Question, Scene, WorkDraft};

const TITLE: &str = "メーター交換";
const NUMBER_MAX: usize = 12;
const SEAL_MAX: usize = 8;

/// What has been answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    removed: Option<Dials>,
    number: Option<String>,
    size: Option<MeterSize>,
    digits: Option<u8>,
    installed: Option<RegisterReading>,
    reason: Option<ExchangeReason>,
    seal: Option<String>,
}

/// Sizes that one reader can put in by hand.
fn sizes() -> Vec<MeterSize> {
    MeterSize::ALL_MM
        .iter()
        .filter(|mm| **mm <= 75)
        .filter_map(|mm| MeterSize::new(*mm).ok())
        .collect()
}

impl Exchange {
    pub fn question(&self, scene: &Scene) -> Question {
        let order = scene.route.open_order(scene.place, WorkOrderKind::MeterExchange);
        let digits = scene.stop.planned.dial_digits;
        let Some(removed) = self.removed else {
            return Question::new(TITLE, "外すメーターの最後の指針", Ask::digits(digits.into()))
                .fact("外すメーター", scene.stop.meter_number())
                .fact("前回指針", scene.stop.previous.padded());
        };
        match removed.doubt(scene.stop, scene.today) {
            Some(Doubt::SecondEntry) => {
                let why = removed.sentences(scene.stop, scene.today);
                let text = format!("{why}よく見て、もう一度入力してください。");
                return Question::new(TITLE, text, Ask::digits(digits.into()));
            }
            Some(Doubt::Backwards) => {
                let why = removed.sentences(scene.stop, scene.today);
                return Question::new(
                    TITLE,
                    format!("{why}理由はどれですか。"),
                    Ask::choice(reasons()),
                );
            }
            None => {}
        }
        if self.number.is_none() {
            let offered = order.map(|order| order.order.meter_number.clone()).unwrap_or_default();
            let hint = if offered.is_empty() { "" } else { "（違うときは入力）" };
            return Question::new(
                TITLE,
                format!("付けるメーターの番号{hint}"),
                Ask::Number { max: NUMBER_MAX, offered },
            );
        }
        let Some(size) = self.size else {
            let ordered = order.map_or(0, |order| order.order.meter_size_mm);
            let wanted = if ordered == 0 { scene.stop.size.mm() } else { ordered };
            let offered = sizes().iter().position(|size| size.mm() == wanted).unwrap_or(0);
            let options = sizes().iter().map(|size| format!("{}mm", size.mm())).collect();
            let ask = Ask::Choice { options, offered };
            return Question::new(TITLE, "付けるメーターの口径", ask);
        };
        let Some(new_digits) = self.digits else {
            let offered = usize::from(size.usual_dial_digits().saturating_sub(4));
            let options = (4..=8).map(|digits| format!("{digits}桁")).collect();
            return Question::new(TITLE, "付けるメーターの桁数", Ask::Choice { options, offered });
        };
        if self.installed.is_none() {
            let text = "付けるメーターの最初の指針（取付指針）";
            return Question::new(TITLE, text, Ask::digits(new_digits.into()));
        }
        if self.reason.is_none() {
            let options = ExchangeReason::ALL.iter().map(|reason| reason.japanese());
            return Question::new(TITLE, "交換の理由", Ask::choice(options));
        }
        if self.seal.is_none() {
            let text = "封印の番号（なければ、そのまま確定）";
            return Question::new(TITLE, text, Ask::digits(SEAL_MAX));
        }
        self.summary(scene, removed)
    }

    fn summary(&self, scene: &Scene, removed: Dials) -> Question {
        let volume = removed.volume(scene.stop).passed.volume();
        let old = volume
            .map_or("事務所で確認".to_owned(), |m3| format!("{}m³", grouped(m3.0.into())));
        let size = self.size.map_or(0, MeterSize::mm);
        Question::new(TITLE, "メーターと見比べて、よければ確定を押してください。", Ask::Look)
            .fact("外したメーター", scene.stop.meter_number())
            .fact("最後の指針", removed.register.padded())
            .fact("旧メーター水量", old)
            .fact("付けたメーター", self.number.clone().unwrap_or_default())
            .fact("口径・桁数", format!("{size}mm・{}桁", self.digits.unwrap_or(0)))
            .fact("取付指針", self.installed.map_or(String::new(), RegisterReading::padded))
            .fact("理由", self.reason.map_or("", |reason| reason.japanese()))
            .fact(
                "封印",
                self.seal.clone().filter(|seal| !seal.is_empty()).unwrap_or("なし".into()),
            )
    }

    pub fn answer(mut self, answer: Answer, scene: &Scene) -> Next {
        let digits = scene.stop.planned.dial_digits;
        let doubt = self.removed.and_then(|removed| removed.doubt(scene.stop, scene.today));
        match answer {
            Answer::Typed(text) => {
                if let Err(why) = self.take_typed(&text, digits, doubt) {
                    return Next::Refuse(why);
                }
            }
            Answer::Chosen(row) => match (&mut self.removed, doubt) {
                (Some(removed), Some(_)) => removed.reason = BackwardsReason::ALL.get(row).copied(),
                _ if self.size.is_none() => self.size = sizes().get(row).copied(),
                _ if self.digits.is_none() => self.digits = u8::try_from(row + 4).ok(),
                _ => self.reason = ExchangeReason::ALL.get(row).copied(),
            },
            Answer::Seen => return self.draft(scene),
        }
        Next::Ask(Job::Exchange(self))
    }

    fn take_typed(&mut self, text: &str, digits: u8, doubt: Option<Doubt>) -> Result<(), String> {
        match (self.removed, doubt) {
            (None, _) => self.removed = Some(Dials::typed(text, digits)?),
            (Some(removed), Some(_)) => self.removed = Some(removed.again(text)?),
            (Some(_), None) if self.number.is_none() => {
                if text.is_empty() {
                    return Err("付けるメーターの番号を入力してください。(H26)".into());
                }
                self.number = Some(text.to_owned());
            }
            (Some(_), None) if self.installed.is_none() => {
                self.installed = Some(Dials::typed(text, self.digits.unwrap_or(digits))?.register);
            }
            (Some(_), None) => self.seal = Some(text.to_owned()),
        }
        Ok(())
    }

    fn draft(self, scene: &Scene) -> Next {
        let order = scene.route.open_order(scene.place, WorkOrderKind::MeterExchange);
        let (Some(removed), Some(installed_number), Some(size), Some(installed), Some(reason)) =
            (self.removed, self.number, self.size, self.installed, self.reason)
        else {
            return Next::Refuse(super::NOT_CHOSEN.into());
        };
        Next::Save(WorkDraft::Exchange(ExchangeDraft {
            order: order.map(|order| order.order.order),
            removed_number: scene.stop.meter_number().to_owned(),
            removed: removed.register,
            installed_number,
            installed_size_mm: size.mm(),
            installed,
            reason,
            seal: self.seal.unwrap_or_default(),
            remarks: removed.remarks(),
        }))
    }
}
