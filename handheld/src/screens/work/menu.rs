//! The menu of a connection (作業メニュー): what can be done here besides reading.

use shared::metering::{SettlementPayment, WorkOrderKind};
use shared::paper::PaperKind;

use super::{Answer, Ask, Job, Next, Question, Scene, cash, exchange, note, start, stop};
use crate::papers::papers_at;
use crate::route::{Outcome, Tap};

/// A line of the menu. Arrears stand in their own list and never here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Remark,
    Note,
    Photo,
    Exchange,
    Start,
    Stop,
    Cash,
    Void,
    Print,
    PrintLeak,
}

impl Item {
    fn japanese(self) -> &'static str {
        match self {
            Item::Remark => "備考コードを付ける",
            Item::Note => "連絡・変更の報告",
            Item::Photo => "写真を撮る",
            Item::Exchange => "メーター交換",
            Item::Start => "開栓",
            Item::Stop => "中止精算",
            Item::Cash => "現金を受け取る",
            Item::Void => "領収書を取り消す",
            Item::Print => "不在・認定のお知らせを印刷",
            Item::PrintLeak => "漏水のお知らせを印刷",
        }
    }
}

fn items(scene: &Scene) -> Vec<Item> {
    let mut items = Vec::new();
    if !scene.stop.outcome.has_dials() {
        items.push(Item::Remark);
    }
    items.push(Item::Note);
    items.extend(scene.has_camera.then_some(Item::Photo));
    items.push(Item::Exchange);
    let is_supplied = scene.stop.tap() == Tap::Open;
    let has_start = scene.route.open_order(scene.place, WorkOrderKind::Start).is_some();
    match &scene.stop.outcome {
        Outcome::Stopped(_) if scene.route.receipt_at(scene.place).is_some() => {
            items.push(Item::Void);
        }
        // A stop that is billed is paid by its bill; with F2 it is settled anew.
        Outcome::Stopped(stop) if stop.payment == SettlementPayment::Cash.code() => {
            items.push(Item::Cash);
        }
        Outcome::Stopped(_) | Outcome::Started(_) => {}
        Outcome::Open | Outcome::Read { .. } | Outcome::NotRead(_) => {
            if matches!(scene.stop.outcome, Outcome::NotRead(_)) {
                items.push(Item::Print);
            }
            if has_start || !scene.stop.planned.in_service {
                items.push(Item::Start);
            }
            if is_supplied && scene.stop.planned.in_service {
                items.push(Item::Stop);
            }
            if papers_at(scene.route, scene.place).contains(&PaperKind::LeakNotice) {
                items.push(Item::PrintLeak);
            }
        }
    }
    items
}

pub(super) fn question(scene: &Scene) -> Question {
    let ask = Ask::choice(items(scene).into_iter().map(Item::japanese));
    let mut question = Question::new("作業メニュー", "何をしますか。", ask);
    for order in scene.route.orders_at(scene.place) {
        if order.kind != WorkOrderKind::Suspension && !scene.route.is_done(order) {
            question = question.fact(order.kind.japanese(), order.order.text.as_str());
        }
    }
    question
}

pub(super) fn answer(answer: &Answer, scene: &Scene) -> Next {
    let items = items(scene);
    let Answer::Chosen(row) = answer else { return Next::Refuse(super::NOT_CHOSEN.into()) };
    let Some(item) = items.get(*row) else { return Next::Refuse(super::NOT_CHOSEN.into()) };
    match item {
        Item::Remark => Next::Ask(Job::Remark),
        Item::Note => Next::Ask(Job::Note(note::Note::default())),
        Item::Photo => Next::Photo,
        Item::Exchange => Next::Ask(Job::Exchange(exchange::Exchange::default())),
        Item::Start => Next::Ask(Job::Start(start::Start::default())),
        Item::Stop => Next::Ask(Job::Stop(stop::StopJob::default())),
        Item::Cash => cash::begin(scene),
        Item::Void => Next::Ask(Job::Void(cash::Void::default())),
        Item::Print | Item::PrintLeak => Next::Print,
    }
}
