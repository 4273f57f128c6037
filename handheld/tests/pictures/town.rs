//! The route of the pictures (写真用の順路): invented people, one house for each thing to be seen.

use handheld::bench;
use shared::calendar::to_unix_days;
use shared::metering::WorkOrderKind;
use shared::wire::{PlannedConnectionV1, WorkOrderV1, WorkPackage};

/// Name, reading and house number of whoever lives there; nobody where the name is empty.
const HOUSES: [(&str, &str, &str); 14] = [
    ("水野 一郎", "ミズノ イチロウ", "1番1号"),
    ("泉 さくら", "イズミ サクラ", "1番2号"),
    ("沢田 実", "サワダ ミノル", "1番3号"),
    ("髙﨑 光", "タカサキ ヒカル", "1番5号"),
    ("清水 花子", "シミズ ハナコ", "2番1号"),
    ("", "", "2番2号"),
    ("川島 進", "カワシマ ススム", "2番4号"),
    ("滝本 恵", "タキモト メグミ", "2番6号"),
    ("井上 茂", "イノウエ シゲル", "3番1号"),
    ("池田 和子", "イケダ カズコ", "3番2号"),
    ("", "", "3番4号"),
    ("江口 次郎", "エグチ ジロウ", "3番7号"),
    ("浜田 みどり", "ハマダ ミドリ", "4番1号"),
    ("株式会社水面製作所", "ミナモセイサクショ", "4番3号"),
];

const ROLLS_OVER_AT: usize = 8;
const CLOSED_AT: usize = 10;

pub fn package() -> WorkPackage {
    let count = u32::try_from(HOUSES.len()).unwrap();
    let WorkPackage::V1(mut package) = bench::package(count);
    for (planned, house) in package.connections.iter_mut().zip(HOUSES) {
        furnish(planned, house);
    }
    package.connections[0].on_site.hazards = vec![1, 4];
    package.connections[0].caution = "犬がいます（放し飼い）".into();
    package.connections[ROLLS_OVER_AT].previous_value = 9_990;
    package.connections[9].on_site.estimated_m3 = 30;
    package.connections[11].on_site.no_reads_in_a_row = 2;
    package.work.cash_limit_yen = 100_000;
    package.work.orders = [
        (WorkOrderKind::MeterExchange, 5, 0, "検定満期"),
        (WorkOrderKind::Start, 6, 0, "本人が立会い"),
        (WorkOrderKind::Stop, 7, 0, "午前10時に立会い"),
        (WorkOrderKind::LeakSurvey, 2, 1, "前回も多かった水栓です"),
        (WorkOrderKind::Suspension, 8, 0, "9月分が未納"),
        (WorkOrderKind::Suspension, 13, 1, "9月分が未納"),
    ]
    .map(|(kind, connection, days, text)| WorkOrderV1 {
        order: 500 + connection,
        connection,
        kind: kind.code(),
        due_on_unix_days: to_unix_days(bench::TODAY) + days,
        text: text.into(),
        owed_yen: if kind == WorkOrderKind::Suspension { 23_456 } else { 0 },
        customer_name: if kind == WorkOrderKind::Start {
            "新規 太郎".into()
        } else {
            String::new()
        },
        meter_number: if kind == WorkOrderKind::MeterExchange {
            "26-004711".into()
        } else {
            String::new()
        },
        meter_size_mm: 0,
    })
    .into();
    WorkPackage::V1(package)
}

fn furnish(planned: &mut PlannedConnectionV1, house: (&str, &str, &str)) {
    let (name, kana, number) = house;
    planned.customer_name = name.into();
    planned.customer_kana = kana.into();
    planned.address = format!("相生一丁目{number}");
    planned.building = String::new();
    planned.caution = String::new();
    if name.is_empty() {
        planned.in_service = false;
        planned.on_site.tap = 2;
    }
    // Somebody left this house without telling: the tap still stands open.
    if planned.connection == i64::try_from(CLOSED_AT).unwrap() + 1 {
        planned.caution = "空き家".into();
    }
}
