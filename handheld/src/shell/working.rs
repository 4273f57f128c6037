//! Saving work besides reading (現地作業の保存): exchange, start, stop, cash, notes, suspension.

use shared::calendar::to_unix_days;
use shared::metering::{CutMethod, SuspensionStep};
use shared::paper::PaperKind;
use shared::wire::{
    CashReceiptV1, CashVoidV1, EventV1, MeterExchangeV1, ServiceStartV1, ServiceStopV1,
    SuspensionStepV1, VisitV1,
};
use uuid::Uuid;

use super::Shell;
use crate::route::Outcome;
use crate::screens::{CashDraft, ExchangeDraft, StartDraft, StopDraft, SuspensionDraft, WorkDraft};

/// What every event of work carries.
struct Stamp {
    id: Uuid,
    package: Uuid,
    connection: i64,
    today: i32,
    reader: String,
}

fn visit(remarks: Vec<u8>) -> VisitV1 {
    VisitV1 { remarks, ..VisitV1::default() }
}

/// What is left at the door.
fn papers_of(draft: &WorkDraft) -> Vec<PaperKind> {
    match draft {
        WorkDraft::Stop(_, None) => vec![PaperKind::Settlement],
        WorkDraft::Stop(_, Some(_)) => vec![PaperKind::Settlement, PaperKind::Receipt],
        WorkDraft::Cash(_) => vec![PaperKind::Receipt],
        WorkDraft::Suspension(draft) if draft.step == SuspensionStep::NoticePosted => {
            vec![PaperKind::SuspensionNotice]
        }
        _ => Vec::new(),
    }
}

impl Shell {
    pub(super) fn save_work(&mut self, place: usize, draft: WorkDraft) {
        let Some(stamp) = self.stamp(place) else { return };
        let papers = papers_of(&draft);
        let told = match draft {
            WorkDraft::Exchange(draft) => {
                self.keep(&EventV1::MeterExchanged(exchange(stamp, draft))).then(|| {
                    "メーター交換を保存しました。新しいメーターの指針で検針できます。".to_owned()
                })
            }
            WorkDraft::Start(draft) => self
                .keep(&EventV1::ServiceStarted(start(stamp, draft)))
                .then(|| "開栓を保存しました。".to_owned()),
            WorkDraft::Stop(draft, cash) => self.save_stop(place, stamp, draft, cash),
            WorkDraft::Cash(draft) => self.save_cash(place, draft),
            WorkDraft::VoidReceipt { receipt, number, reason } => {
                let told = format!("領収書 {number} を取り消しました。");
                let event = CashVoidV1 {
                    receipt,
                    receipt_number: number,
                    reason: reason.code(),
                    reader: stamp.reader,
                };
                self.keep(&EventV1::CashVoided(event)).then_some(told)
            }
            WorkDraft::Note(draft) => {
                let note = self.note(Some(stamp.connection), draft.kind, draft.text);
                note.is_some_and(|note| self.keep(&EventV1::Noted(note)))
                    .then(|| "連絡を保存しました。次の送受信で事務所に届きます。".to_owned())
            }
            WorkDraft::Suspension(draft) => {
                let done_at = self.clock.now_unix_seconds();
                let told = format!("「{}」を保存しました。", draft.step.japanese());
                let step = suspension(stamp, draft, done_at);
                self.keep(&EventV1::SuspensionStepDone(step)).then_some(told)
            }
        };
        self.count();
        if let Some(told) = told
            && let Some(effect) = self.app.work_saved(place, told, papers)
        {
            self.carry_out(effect);
        }
    }

    fn stamp(&self, place: usize) -> Option<Stamp> {
        let route = self.app.route()?;
        Some(Stamp {
            id: (self.mint)(),
            package: route.package,
            connection: route.stops.get(place)?.planned.connection,
            today: to_unix_days(self.app.today()),
            reader: self.app.reader_login().to_owned(),
        })
    }

    /// The stop first, then the cash for it: a plug pulled between leaves a stop whose cash can be
    /// taken from the menu, never cash without a stop.
    fn save_stop(
        &mut self,
        place: usize,
        stamp: Stamp,
        draft: StopDraft,
        cash: Option<CashDraft>,
    ) -> Option<String> {
        if !self.keep(&EventV1::ServiceStopped(stop(stamp, draft))) {
            return None;
        }
        match cash {
            Some(cash) => self.save_cash(place, cash),
            None => Some("中止精算を保存しました。".to_owned()),
        }
    }

    fn save_cash(&mut self, place: usize, draft: CashDraft) -> Option<String> {
        let stamp = self.stamp(place)?;
        let route = self.app.route()?;
        let Outcome::Stopped(stop) = &route.stops[place].outcome else { return None };
        let receipt_number = route.next_receipt_number(&self.enrolment.device_code)?;
        let told = format!("現金を受け取りました。領収書 {receipt_number}");
        let taken = CashReceiptV1 {
            id: stamp.id,
            package: stamp.package,
            connection: stamp.connection,
            settles: stop.id,
            receipt_number,
            amount_yen: draft.amount_yen,
            handed_over_yen: draft.handed_over_yen,
            taken_on_unix_days: stamp.today,
            reader: stamp.reader,
        };
        self.keep(&EventV1::CashTaken(taken)).then_some(told)
    }
}

fn exchange(stamp: Stamp, draft: ExchangeDraft) -> MeterExchangeV1 {
    MeterExchangeV1 {
        id: stamp.id,
        package: stamp.package,
        connection: stamp.connection,
        order: draft.order,
        removed_number: draft.removed_number,
        removed_value: draft.removed.value(),
        installed_number: draft.installed_number,
        installed_size_mm: draft.installed_size_mm,
        installed_digits: draft.installed.digits(),
        installed_value: draft.installed.value(),
        reason: draft.reason.code(),
        seal: draft.seal,
        exchanged_on_unix_days: stamp.today,
        visit: visit(draft.remarks),
        reader: stamp.reader,
    }
}

fn start(stamp: Stamp, draft: StartDraft) -> ServiceStartV1 {
    ServiceStartV1 {
        id: stamp.id,
        package: stamp.package,
        connection: stamp.connection,
        order: draft.order,
        meter_number: draft.meter_number,
        register_value: draft.register.value(),
        was_opened: draft.was_opened,
        started_on_unix_days: stamp.today,
        visit: visit(draft.remarks),
        reader: stamp.reader,
    }
}

fn stop(stamp: Stamp, draft: StopDraft) -> ServiceStopV1 {
    ServiceStopV1 {
        id: stamp.id,
        package: stamp.package,
        connection: stamp.connection,
        order: draft.order,
        register_value: draft.register.value(),
        usage_m3: draft.usage.0,
        findings: draft.findings.iter().map(|finding| finding.code()).collect(),
        stopped_on_unix_days: stamp.today,
        water_yen: draft.amounts.water.map(|amount| amount.0),
        sewerage_yen: draft.amounts.sewerage.map(|amount| amount.0),
        payment: draft.payment.code(),
        was_closed: draft.was_closed,
        visit: visit(draft.remarks),
        reader: stamp.reader,
    }
}

fn suspension(stamp: Stamp, draft: SuspensionDraft, done_at: i64) -> SuspensionStepV1 {
    SuspensionStepV1 {
        id: stamp.id,
        package: stamp.package,
        connection: stamp.connection,
        order: draft.order,
        step: draft.step.code(),
        method: draft.method.map_or(0, CutMethod::code),
        register_value: draft.register.map(shared::metering::RegisterReading::value),
        seal: draft.seal,
        text: draft.text,
        done_at_unix_seconds: done_at,
        visit: VisitV1::default(),
        reader: stamp.reader,
    }
}
