//! Cash on site (現金領収): what is due, what is handed over, what the bag may hold, and taking back.

use shared::calendar::to_unix_days;
use shared::metering::ReceiptVoidReason;
use shared::quantity::Yen;

use super::{Answer, Ask, CashDraft, Job, Next, Question, Scene, WorkDraft};
use crate::route::Outcome;

const DIGITS_MAX: usize = 7;

/// Cash for a stop that is stored already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cash {
    handed_over: Option<Yen>,
}

/// A receipt that is to count for nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Void {
    reason: Option<ReceiptVoidReason>,
}

/// Why no cash can be taken for this total, if so.
pub fn refusal(scene: &Scene, total: Yen) -> Option<String> {
    let limit = scene.route.work.cash_limit_yen;
    if limit == 0 {
        return Some("現地では受け取りません".to_owned());
    }
    if scene.route.next_receipt().is_none() {
        return Some("この端末の領収書番号を使い切ったため、受け取れません".to_owned());
    }
    let carried = scene.route.cash_yen(to_unix_days(scene.today));
    (carried + total.0 > limit).then(|| {
        let limit = Yen(limit).grouped();
        format!("持ち歩ける上限（{limit}円）を超えるため、受け取れません")
    })
}

/// Asks what the customer hands over.
pub fn handed_over(title: &str, total: Yen) -> Question {
    let ask = Ask::Digits { max: DIGITS_MAX, offered: total.0.to_string() };
    Question::new(title, "お預かりする金額（ちょうどなら、そのまま確定）", ask)
        .fact("精算金額", format!("{}円", total.grouped()))
}

/// The amount that was handed over, if it is enough.
pub fn enough(text: &str, total: Yen) -> Result<Yen, String> {
    let handed = text.parse().map(Yen).map_err(|_| "金額を入力してください。(H27)".to_owned())?;
    if handed < total {
        let missing = (total - handed).grouped();
        return Err(format!("{missing}円足りません。受け取った金額を入力してください。(H27)"));
    }
    Ok(handed)
}

fn total(scene: &Scene) -> Option<Yen> {
    let Outcome::Stopped(stop) = &scene.stop.outcome else { return None };
    stop.water_yen.map(|water| Yen(water + stop.sewerage_yen.unwrap_or(0)))
}

/// From the menu.
pub fn begin(scene: &Scene) -> Next {
    let Some(total) = total(scene).filter(|total| total.0 > 0) else {
        return Next::Refuse("金額は事務所で計算します。現金は受け取れません。(H28)".into());
    };
    match refusal(scene, total) {
        Some(why) => Next::Refuse(format!("{why}。(H28)")),
        None => Next::Ask(Job::Cash(Cash::default())),
    }
}

impl Cash {
    pub fn question(&self, scene: &Scene) -> Question {
        let total = total(scene).unwrap_or_default();
        let Some(handed) = self.handed_over else { return handed_over("現金領収", total) };
        Question::new("現金領収", "よければ確定を押してください。領収書を印刷します。", Ask::Look)
            .fact("精算金額", format!("{}円", total.grouped()))
            .fact("お預かり", format!("{}円", handed.grouped()))
            .fact("おつり", format!("{}円", (handed - total).grouped()))
    }

    pub fn answer(self, answer: Answer, scene: &Scene) -> Next {
        let total = total(scene).unwrap_or_default();
        match (answer, self.handed_over) {
            (Answer::Typed(text), _) => match enough(&text, total) {
                Ok(handed) => Next::Ask(Job::Cash(Cash { handed_over: Some(handed) })),
                Err(why) => Next::Refuse(why),
            },
            (Answer::Seen, Some(handed)) => Next::Save(WorkDraft::Cash(CashDraft {
                amount_yen: total.0,
                handed_over_yen: handed.0,
            })),
            _ => Next::Refuse(super::NOT_CHOSEN.into()),
        }
    }
}

impl Void {
    pub fn question(self, scene: &Scene) -> Question {
        let title = "領収書の取消";
        let Some(reason) = self.reason else {
            let options = ReceiptVoidReason::ALL.iter().map(|reason| reason.japanese());
            return Question::new(title, "取り消す理由", Ask::choice(options));
        };
        let mut question =
            Question::new(title, "取り消してよければ確定を押してください。", Ask::Look);
        if let Some(receipt) = scene.route.receipt_at(scene.place) {
            question = question
                .fact("領収書番号", receipt.taken.receipt_number.as_str())
                .fact("金額", format!("{}円", Yen(receipt.taken.amount_yen).grouped()));
        }
        question.fact("理由", reason.japanese())
    }

    pub fn answer(self, answer: &Answer, scene: &Scene) -> Next {
        match (answer, self.reason, scene.route.receipt_at(scene.place)) {
            (Answer::Chosen(row), None, _) => {
                let reason = ReceiptVoidReason::ALL.get(*row).copied();
                Next::Ask(Job::Void(Void { reason }))
            }
            (Answer::Seen, Some(reason), Some(receipt)) => Next::Save(WorkDraft::VoidReceipt {
                receipt: receipt.taken.id,
                number: receipt.taken.receipt_number.clone(),
                reason,
            }),
            _ => Next::Refuse(super::NOT_CHOSEN.into()),
        }
    }
}
