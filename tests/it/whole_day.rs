//! A reader's whole day and the office (一日と事務室): what 400 gates gave is what the office took in,
//! line by line, and what the slips told is what is billed.

#[path = "../../handheld/tests/day/act.rs"]
#[allow(dead_code, reason = "a package that no office made is for the terminal's own test")]
mod act;
mod town;
#[path = "../../handheld/tests/day/walk.rs"]
#[allow(dead_code, reason = "a package that no office made is for the terminal's own test")]
mod walk;

use std::sync::Arc;

use backoffice::Backoffice;
use backoffice::billing::{BillingOrder, CancelFlag, run_billing};
use backoffice::devices::{Device, accept, quarantined};
use backoffice::metering::{
    HoldDecision, close_round, decide_held, end_by_stop, field_days, field_services,
    hand_over_cash, held_readings, round_progress,
};
use handheld::bench::TODAY;
use handheld::sync::{SyncError, Transport};
use jiff::civil::date;
use shared::quantity::CubicMeters;
use shared::wire::{SyncRequest, SyncResponse};
use tokio::runtime::{Handle, Runtime};
use uuid::Uuid;

use act::acts;
use town::{now, put_up};
use walk::{Line, Walk};

const SEED: u64 = 20_261_124;
const CONNECTIONS: u32 = 400;

/// The office, without a network between.
struct Counter {
    runtime: Handle,
    office: Backoffice,
    device: Device,
}

impl Transport for Counter {
    fn ask(&self, request: &SyncRequest) -> Result<SyncResponse, SyncError> {
        let SyncRequest::V1(request) = request.clone();
        let answer = accept(&self.office, &self.device, request, now());
        let answer = self.runtime.block_on(answer);
        answer.map(SyncResponse::V1).map_err(|error| SyncError::Line(Box::new(error)))
    }
}

#[test]
fn the_day_of_the_terminal_is_the_day_of_the_office() {
    let runtime = Runtime::new().unwrap();
    let acts = acts(SEED, CONNECTIONS);
    let town = runtime.block_on(put_up(&acts));
    let counter = Counter {
        runtime: runtime.handle().clone(),
        office: town.office.clone(),
        device: town.device.clone(),
    };

    let mut walk = Walk::with(Line::To(Arc::new(counter)));
    walk.send_and_receive();
    walk.log_in();
    walk.work_suspensions(&acts);
    walk.key("Return");
    for (place, act) in acts.iter().enumerate() {
        walk.play(place, *act);
    }
    walk.sign_day();
    walk.send_and_receive();
    let (seen, _card, _pieces) = walk.end();
    runtime.block_on(the_office_agrees(&town, &seen));
}

async fn the_office_agrees(town: &town::Town, seen: &walk::Seen) {
    let office = &town.office;
    assert_eq!(quarantined(office).await.unwrap(), [], "nothing is set aside");
    let [day] = field_days(office, town.round).await.unwrap().try_into().unwrap();
    let differing: Vec<_> = day.lines.iter().filter(|line| line.signed != line.office).collect();
    assert!(differing.is_empty(), "{differing:?}");
    let line = |label: &str| {
        let line = day.lines.iter().find(|line| line.label == label);
        line.unwrap_or_else(|| panic!("{label} is no line of the day")).office
    };
    let counted = [
        ("予定", i64::from(CONNECTIONS)),
        ("検針済み", seen.read.into()),
        ("検針不能", seen.not_read.into()),
        ("残り", 0),
        ("水量（m³）", i64::try_from(seen.usage_m3).unwrap()),
        ("金額（円）", seen.amount_yen),
        ("メーター交換", seen.exchanges.into()),
        ("開栓", seen.starts.into()),
        ("中止精算", seen.stops.into()),
        ("給水停止", seen.suspension_steps.into()),
        ("連絡", seen.notes.into()),
        ("領収書", seen.receipts.into()),
        ("取消した領収書", seen.voided_receipts.into()),
        ("現金（円）", seen.cash_yen),
    ];
    for (label, seen) in counted {
        assert_eq!(line(label), seen, "{label}");
    }
    the_round_is_billed(town, seen).await;
}

/// To its end: held volumes found, agreements ended, the cash counted, the round billed.
async fn the_round_is_billed(town: &town::Town, seen: &walk::Seen) {
    let office = &town.office;
    let count = round_progress(office, town.round).await.unwrap()[0].count;
    assert_eq!(count.read + count.no_read + count.withdrawn, CONNECTIONS);
    close_round(office, town.round, TODAY).await.unwrap();
    let order =
        || BillingOrder { round: town.round, assessed_on: TODAY, due_on: date(2026, 12, 15) };
    let run = async || {
        let cancel = CancelFlag::default();
        run_billing(office, &order(), &mut |_| {}, &cancel).await.unwrap()
    };
    let held = held_readings(office).await.unwrap();
    assert!(held.len() >= 4, "each reason but the rollover: {held:?}");
    let first = run().await;
    assert!(first.slips_compared > 500, "{}", first.slips_compared);
    assert_eq!(first.slips_different, 0, "{:?}", first.differences);
    assert!(first.unbilled.iter().all(|unbilled| unbilled.reason.code() == "B25"), "{first:?}");
    assert_eq!(first.unbilled_count, held.len() as u64);
    for reading in held {
        let note = "現地を確かめた".to_owned();
        let found = HoldDecision { reading: reading.id, usage: CubicMeters(38), note };
        decide_held(office, &found, Uuid::new_v4(), town.clerk, now()).await.unwrap();
    }
    let second = run().await;
    assert_eq!((second.unbilled_count, second.bills), (0, first.unbilled_count));

    for service in field_services(office).await.unwrap() {
        if service.is_stop {
            end_by_stop(office, service.id, town.clerk, now()).await.unwrap();
        }
    }
    hand_over_cash(office, "101", TODAY, seen.cash_yen, town.clerk, now()).await.unwrap();
    // Whoever paid at the gate paid exactly what is billed.
    let unequal: Vec<(String, i64, i64)> = sqlx::query_as(
        "select r.receipt_number, r.amount_yen, coalesce(sum(a.amount_yen), 0)::bigint
         from metering.cash_receipt r
         join metering.service_stop s using (utility_id, stop_id)
         left join billing.current_assessment a
             on a.utility_id = s.utility_id and a.reading_id = s.stop_id
         group by 1, 2 having r.amount_yen <> coalesce(sum(a.amount_yen), 0)",
    )
    .fetch_all(&office.pool)
    .await
    .unwrap();
    assert_eq!(unequal, []);
}
