//! What the reader meets at each gate (検針先のようす), from a seed.

use handheld::bench::package;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shared::calendar::to_unix_days;
use shared::metering::WorkOrderKind;
use shared::wire::{PlannedConnectionV1, WorkOrderV1, WorkPackage};

/// Something to do at a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// So many m³, and nothing odd.
    Usual(u32),
    /// A wrong number first, put right at the check.
    MistypedThenChecked,
    /// A wrong number, cleared before it is confirmed.
    TakenBack,
    /// Far more than usual, with the indicator still or turning.
    High { is_turning: bool },
    /// Far less than usual.
    Low,
    /// An empty house.
    Unused,
    /// A usual volume and a turning indicator.
    Leaking,
    /// A remark from the menu; its row.
    Remarked(u8),
    /// Dials that stand lower, for the reason at this place.
    Backwards(u8),
    /// The dials passed zero.
    RolledOver,
    /// Nobody there, nothing used.
    Closed,
    /// Nobody there, and yet.
    UsedWhileClosed,
    /// Cut, and yet.
    UsedWhileSuspended,
    /// After an estimate that was too low or too high.
    Settled { is_too_high: bool },
    /// Not read, for the reason at this row; the other way with F5.
    NoRead { row: u8, takes_other_way: bool },
    /// Exchanged by order, then read.
    Exchanged,
    /// A new user.
    Started,
    /// A user has left and gets a bill.
    StoppedForBill,
    /// A user has left and pays at once.
    StoppedForCash,
    /// The same, and the receipt has to be given a second time.
    StoppedForCashTwice,
    /// Something to tell the office, then a usual reading.
    Noted { kind: u8 },
    /// Cut in the morning; read later.
    Suspended,
    /// The paper ends in the middle of the slip.
    PaperEnds,
    /// The cover stands open; the slip is printed from the next stop's key.
    CoverOpen,
    /// A stored reading is put right.
    Corrected,
}

impl Act {
    /// How many kinds there are.
    pub const NAMES: usize = 25;

    pub fn name(self) -> &'static str {
        match self {
            Act::Usual(_) => "usual",
            Act::MistypedThenChecked => "mistyped",
            Act::TakenBack => "taken back",
            Act::High { .. } => "high",
            Act::Low => "low",
            Act::Unused => "unused",
            Act::Leaking => "leaking",
            Act::Remarked(_) => "remarked",
            Act::Backwards(_) => "backwards",
            Act::RolledOver => "rolled over",
            Act::Closed => "closed",
            Act::UsedWhileClosed => "used while closed",
            Act::UsedWhileSuspended => "used while suspended",
            Act::Settled { .. } => "settled",
            Act::NoRead { .. } => "not read",
            Act::Exchanged => "exchanged",
            Act::Started => "started",
            Act::StoppedForBill => "stopped for a bill",
            Act::StoppedForCash => "stopped for cash",
            Act::StoppedForCashTwice => "stopped for cash twice",
            Act::Noted { .. } => "noted",
            Act::Suspended => "suspended",
            Act::PaperEnds => "paper ends",
            Act::CoverOpen => "cover open",
            Act::Corrected => "corrected",
        }
    }

    /// Each kind in all its forms, once.
    fn every() -> Vec<Act> {
        let mut acts = vec![
            Act::MistypedThenChecked,
            Act::TakenBack,
            Act::High { is_turning: false },
            Act::High { is_turning: true },
            Act::Low,
            Act::Unused,
            Act::Leaking,
            Act::RolledOver,
            Act::Closed,
            Act::UsedWhileClosed,
            Act::UsedWhileSuspended,
            Act::Settled { is_too_high: false },
            Act::Settled { is_too_high: true },
            Act::Exchanged,
            Act::Started,
            Act::StoppedForBill,
            Act::StoppedForCash,
            Act::StoppedForCashTwice,
            Act::Suspended,
            Act::PaperEnds,
            Act::CoverOpen,
            Act::Corrected,
        ];
        acts.extend((0..11).map(Act::Remarked));
        acts.extend((1..5).map(Act::Backwards));
        acts.extend((0..9).map(|row| Act::NoRead { row, takes_other_way: false }));
        acts.extend([0, 1].map(|row| Act::NoRead { row, takes_other_way: true }));
        acts.extend((1..=5).map(|kind| Act::Noted { kind }));
        acts
    }
}

/// What happens where on a route: everything once, most of it usual.
pub fn acts(seed: u64, connections: u32) -> Vec<Act> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let every = Act::every();
    let mut acts: Vec<Act> = (0..connections as usize)
        .map(|place| match every.get(place) {
            Some(act) => *act,
            None if random.random_ratio(1, 8) => every[random.random_range(0..every.len())],
            None => Act::Usual(random.random_range(25..60)),
        })
        .collect();
    for place in (1..acts.len()).rev() {
        acts.swap(place, random.random_range(0..=place));
    }
    acts
}

/// The route with its acts, as a package that no office made.
pub fn town(seed: u64, connections: u32) -> (WorkPackage, Vec<Act>) {
    let acts = acts(seed, connections);
    let WorkPackage::V1(mut package) = package(connections);
    package.work.cash_limit_yen = 1_000_000;
    for (planned, act) in package.connections.iter_mut().zip(&acts) {
        prepare(planned, *act);
        package.work.orders.extend(order(planned, *act));
    }
    (WorkPackage::V1(package), acts)
}

fn prepare(planned: &mut PlannedConnectionV1, act: Act) {
    match act {
        Act::Closed | Act::UsedWhileClosed | Act::Started => {
            planned.in_service = false;
            planned.customer_name.clear();
            planned.on_site.tap = 2;
        }
        Act::UsedWhileSuspended => planned.on_site.tap = 3,
        Act::Settled { .. } => planned.on_site.estimated_m3 = 30,
        Act::RolledOver => planned.previous_value = 9_990,
        _ => {}
    }
}

fn order(planned: &PlannedConnectionV1, act: Act) -> Option<WorkOrderV1> {
    let kind = match act {
        Act::Exchanged => WorkOrderKind::MeterExchange,
        Act::Started => WorkOrderKind::Start,
        Act::StoppedForBill => WorkOrderKind::Stop,
        Act::Suspended => WorkOrderKind::Suspension,
        _ => return None,
    };
    Some(WorkOrderV1 {
        order: 1_000 + planned.connection,
        connection: planned.connection,
        kind: kind.code(),
        due_on_unix_days: to_unix_days(handheld::bench::TODAY),
        text: "午前中".into(),
        owed_yen: 0,
        customer_name: "新規 太郎".into(),
        meter_number: format!("26-{:06}", planned.connection),
        meter_size_mm: 0,
    })
}
