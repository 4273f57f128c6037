//! Stop of service with its settlement on the spot (中止精算): last dials, charge, payment, tap.

use shared::connection::PaymentMethod;
use shared::metering::{BackwardsReason, SettlementPayment, WorkOrderKind};
use shared::quantity::{CubicMeters, Yen, grouped};

use super::dials::{Dials, Doubt, reasons};
use super::{Answer, Ask, CashDraft, Job, Next, Question, Scene, StopDraft, WorkDraft, cash};
use crate::route::Amounts;

const TITLE: &str = "中止精算";

/// What has been answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StopJob {
    dials: Option<Dials>,
    payment: Option<SettlementPayment>,
    handed_over: Option<Yen>,
    was_closed: Option<bool>,
}

impl StopJob {
    fn usage(&self, scene: &Scene) -> Option<CubicMeters> {
        self.dials.and_then(|dials| dials.volume(scene.stop).billed())
    }

    fn amounts(&self, scene: &Scene) -> Amounts {
        self.usage(scene).map_or(Amounts { water: None, sewerage: None }, |usage| {
            scene.route.amounts(scene.stop, usage, scene.today)
        })
    }

    /// How it can be paid: in cash only what is known and what the bag may hold.
    fn payments(&self, scene: &Scene) -> Vec<SettlementPayment> {
        let mut payments = vec![SettlementPayment::Billed];
        let total = self.amounts(scene).total();
        if total.is_some_and(|total| total.0 > 0 && cash::refusal(scene, total).is_none()) {
            payments.push(SettlementPayment::Cash);
        }
        if scene.stop.payment_method == PaymentMethod::DirectDebit {
            payments.push(SettlementPayment::Debited);
        }
        payments
    }

    pub fn question(&self, scene: &Scene) -> Question {
        let digits = usize::from(scene.stop.dial_digits());
        let Some(dials) = self.dials else {
            return Question::new(TITLE, "最後の指針", Ask::digits(digits))
                .fact("使用者", scene.stop.user())
                .fact("前回指針", scene.stop.basis().previous.padded());
        };
        let why = || dials.sentences(scene.stop, scene.today);
        match dials.doubt(scene.stop, scene.today) {
            Some(Doubt::SecondEntry) => {
                let text = format!("{}よく見て、もう一度入力してください。", why());
                return Question::new(TITLE, text, Ask::digits(digits));
            }
            Some(Doubt::Backwards) => {
                let text = format!("{}理由はどれですか。", why());
                return Question::new(TITLE, text, Ask::choice(reasons()));
            }
            None => {}
        }
        let amounts = self.amounts(scene);
        let Some(payment) = self.payment else {
            let payments = self.payments(scene);
            let options = payments.iter().map(|payment| payment.japanese());
            let question = Question::new(TITLE, "精算の支払方法", Ask::choice(options));
            let question = self.with_amounts(question, scene);
            let refusal = amounts.total().and_then(|total| cash::refusal(scene, total));
            return match refusal {
                Some(why) => question.fact("現金", why),
                None => question,
            };
        };
        if payment == SettlementPayment::Cash && self.handed_over.is_none() {
            return cash::handed_over(TITLE, amounts.total().unwrap_or_default());
        }
        if self.was_closed.is_none() {
            let ask = Ask::choice(["止水栓を閉めた", "開けたままにした"]);
            return Question::new(TITLE, "止水栓", ask);
        }
        self.summary(scene, payment)
    }

    fn with_amounts(&self, question: Question, scene: &Scene) -> Question {
        let amounts = self.amounts(scene);
        let yen = |amount: Option<Yen>| {
            amount
                .map_or("後日お知らせ".to_owned(), |amount| format!("{}円", amount.grouped()))
        };
        let usage = self.usage(scene).map_or("事務所で確認".to_owned(), |usage| {
            format!("{}m³", grouped(usage.0.into()))
        });
        let mut question = question.fact("使用水量", usage).fact("水道料金", yen(amounts.water));
        if scene.stop.planned.sewerage {
            question = question.fact("下水道使用料", yen(amounts.sewerage));
        }
        question.fact("精算金額", yen(amounts.total()))
    }

    fn summary(&self, scene: &Scene, payment: SettlementPayment) -> Question {
        let mut question =
            Question::new(TITLE, "よければ確定を押してください。精算書を印刷します。", Ask::Look)
                .fact("最後の指針", self.dials.map_or(String::new(), |d| d.register.padded()));
        question = self.with_amounts(question, scene).fact("支払方法", payment.japanese());
        if let (Some(handed), Some(total)) = (self.handed_over, self.amounts(scene).total()) {
            question = question
                .fact("お預かり", format!("{}円", handed.grouped()))
                .fact("おつり", format!("{}円", (handed - total).grouped()));
        }
        let tap = if self.was_closed == Some(true) { "閉めた" } else { "開けたまま" };
        question.fact("止水栓", tap)
    }

    pub fn answer(mut self, answer: Answer, scene: &Scene) -> Next {
        let doubt = self.dials.and_then(|dials| dials.doubt(scene.stop, scene.today));
        match answer {
            Answer::Typed(text) if self.payment == Some(SettlementPayment::Cash) => {
                let total = self.amounts(scene).total().unwrap_or_default();
                match cash::enough(&text, total) {
                    Ok(handed) => self.handed_over = Some(handed),
                    Err(why) => return Next::Refuse(why),
                }
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
            Answer::Chosen(row) => match (&mut self.dials, doubt) {
                (Some(dials), Some(_)) => dials.reason = BackwardsReason::ALL.get(row).copied(),
                _ if self.payment.is_none() => {
                    self.payment = self.payments(scene).get(row).copied();
                }
                _ => self.was_closed = Some(row == 0),
            },
            Answer::Seen => return self.draft(scene),
        }
        Next::Ask(Job::Stop(self))
    }

    fn draft(self, scene: &Scene) -> Next {
        let order = scene.route.open_order(scene.place, WorkOrderKind::Stop);
        let amounts = self.amounts(scene);
        let usage = self.usage(scene).unwrap_or_default();
        let (Some(dials), Some(payment), Some(was_closed)) =
            (self.dials, self.payment, self.was_closed)
        else {
            return Next::Refuse(super::NOT_CHOSEN.into());
        };
        let cash = self
            .handed_over
            .zip(amounts.total())
            .map(|(handed, total)| CashDraft { amount_yen: total.0, handed_over_yen: handed.0 });
        let draft = StopDraft {
            order: order.map(|order| order.order.order),
            register: dials.register,
            usage,
            findings: dials.findings(scene.stop, scene.today),
            amounts,
            payment,
            was_closed,
            remarks: dials.remarks(),
        };
        Next::Save(WorkDraft::Stop(draft, cash))
    }
}
