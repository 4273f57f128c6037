//! The practice work package (練習用の検針データ): what a terminal carries when nothing is real.

use std::collections::BTreeSet;

use backoffice::access::hash_secret;
use jiff::civil::Date;
use shared::calendar::{YearMonth, to_unix_days};
use shared::connection::{PaymentMethod, UsageClass};
use shared::metering::{Hazard, ScreeningLimits, WorkOrderKind};
use shared::wire::{
    EnrolmentV1, OnSiteV1, PastUsageV1, PlannedConnectionV1, ReaderV1, RoundV1, RouteV1,
    RouteWorkV1, TariffV1, UseClassV1, UtilityV1, WorkOrderV1, WorkPackage, WorkPackageV1,
};
use uuid::Uuid;

use super::cases::{CASES, Case};

/// What the trainee logs in with; shown on the page.
pub const LOGIN: &str = "901";
/// Nothing is behind it: the page shows it to whoever practises.
pub const PIN: &str = "1234";

const WATER: &str = include_str!("../../../shared/tariffs/takatsuki-water-2019.toml");
const SEWERAGE: &str = include_str!("../../../shared/tariffs/yachiyo-sewerage-2019.toml");

/// Two months between readings.
const PERIOD_DAYS: i32 = 61;
/// A year and one period, so that the same season of last year is among them.
const PERIODS: i32 = 7;

/// Where the orders are to be carried out, in the order of `WorkOrderKind::ALL`: the start at the
/// house without a user, the rest where somebody lives.
const ORDERED_AT: [i64; 6] = [9, 1, 8, 2, 4, 3];
/// The house whose meter could not be read last time either.
const NOT_READ_BEFORE: u32 = 10;

/// The package for a practice on that day.
pub fn work_package(today: Date, random: [u8; 32]) -> WorkPackage {
    let salt = random[..16].try_into().expect("16 of 32 bytes");
    let month = YearMonth::of(today);
    WorkPackage::V1(WorkPackageV1 {
        id: fresh_id(random, 1),
        business_date_unix_days: to_unix_days(today),
        utility: UtilityV1 {
            name: "練習市上下水道局（練習用）".into(),
            registration_number: "T0000000000000".into(),
            contact: "練習用のため電話番号はありません".into(),
        },
        round: RoundV1 { id: 1, year: month.year(), month: month.month(), months: 2 },
        route: RouteV1 { id: 1, number: "901".into(), name: "練習町".into() },
        readers: vec![ReaderV1 {
            login: LOGIN.into(),
            name: "練習 花子".into(),
            pin_hash: hash_secret(PIN, salt),
        }],
        tariffs: vec![
            TariffV1 { id: 1, text: WATER.into() },
            TariffV1 { id: 2, text: SEWERAGE.into() },
        ],
        use_classes: use_classes(),
        work: work(to_unix_days(today)),
        connections: CASES
            .iter()
            .zip(1..)
            .map(|(case, order)| connection(case, order, to_unix_days(today)))
            .collect(),
    })
}

/// One order of every kind, and cash up to a limit, so that everything can be tried.
fn work(today: i32) -> RouteWorkV1 {
    let orders = WorkOrderKind::ALL.iter().zip(ORDERED_AT).zip(1..).map(|((kind, at), order)| {
        let is_start = *kind == WorkOrderKind::Start;
        let is_exchange = *kind == WorkOrderKind::MeterExchange;
        WorkOrderV1 {
            order,
            connection: at,
            kind: kind.code(),
            due_on_unix_days: today,
            text: format!("練習用の指示：{}", kind.japanese()),
            owed_yen: if *kind == WorkOrderKind::Suspension { 12_340 } else { 0 },
            customer_name: if is_start { "入居 花子".into() } else { String::new() },
            meter_number: if is_exchange { "99-900001".into() } else { String::new() },
            meter_size_mm: 0,
        }
    });
    RouteWorkV1 { orders: orders.collect(), cash_limit_yen: 100_000, ..RouteWorkV1::default() }
}

/// What stands beside the meter: the hazards that the case's own words name, and the tap.
fn on_site(case: &Case, order: u32) -> OnSiteV1 {
    let told = |word: &str| case.hints.1.contains(word);
    let hazards =
        [(Hazard::Dog, told("犬")), (Hazard::Key, told("鍵")), (Hazard::CallFirst, told("呼"))];
    OnSiteV1 {
        hazards: hazards.iter().filter(|(_, is_told)| *is_told).map(|(h, _)| h.code()).collect(),
        no_reads_in_a_row: u8::from(order == NOT_READ_BEFORE),
        last_remark: if order == NOT_READ_BEFORE { 10 } else { 0 },
        tap: if case.in_service() { 1 } else { 2 },
        ..OnSiteV1::default()
    }
}

/// What makes the program a terminal for practice: it has no server to talk to.
pub fn enrolment(random: [u8; 32]) -> EnrolmentV1 {
    EnrolmentV1 {
        device: fresh_id(random, 2),
        device_code: "P01".into(),
        server: String::new(),
        token: random,
        slip_key: random,
        authority: Vec::new(),
    }
}

/// The number of the case with this place in the route: shown on the page too.
pub fn connection_number(order: u32) -> String {
    format!("999{order:05}")
}

fn use_classes() -> Vec<UseClassV1> {
    let classes: BTreeSet<UsageClass> = CASES.iter().map(|case| case.use_class).collect();
    classes
        .iter()
        .map(|class| UseClassV1 { key: class.key().into(), name: class.japanese().into() })
        .collect()
}

fn fresh_id(random: [u8; 32], kind: u8) -> Uuid {
    let mut bytes: [u8; 16] = random[16..].try_into().expect("16 of 32 bytes");
    bytes[0] ^= kind;
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

fn connection(case: &Case, order: u32, today: i32) -> PlannedConnectionV1 {
    let (size_mm, digits) = case.meter;
    PlannedConnectionV1 {
        connection: i64::from(order),
        connection_number: connection_number(order),
        walk_order: order,
        customer_name: case.customer.0.into(),
        customer_kana: case.customer.1.into(),
        address: format!("練習町{}", case.place.0),
        building: case.place.1.into(),
        meter_number: format!("99-{:06}", 100_000 + order * 37),
        meter_size_mm: size_mm,
        dial_digits: digits,
        meter_position: case.hints.0.into(),
        caution: case.hints.1.into(),
        use_class: case.use_class.key().into(),
        payment_method: PaymentMethod::ALL[order as usize % PaymentMethod::ALL.len()].code(),
        sewerage: case.sewerage,
        sewerage_authority: String::new(),
        dwellings: 1,
        in_service: case.in_service(),
        in_service_since_unix_days: None,
        previous_value: case.previous,
        previous_read_on_unix_days: today - PERIOD_DAYS,
        past_usage: past_usage(case, today),
        limits: ScreeningLimits::STANDARD.into(),
        on_site: on_site(case, order),
        terms: shared::wire::ChargeTermsV1::default(),
    }
}

/// A little more in one season and less in the other, but a year ago exactly the usual.
fn past_usage(case: &Case, today: i32) -> Vec<PastUsageV1> {
    const SEASON_PERCENT: [u32; PERIODS as usize] = [98, 105, 112, 103, 96, 100, 97];
    SEASON_PERCENT
        .iter()
        .zip(1..)
        .map(|(percent, period)| PastUsageV1 {
            read_on_unix_days: today - PERIOD_DAYS * period,
            usage_m3: case.usual_m3 * percent / 100,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::cases::Find;
    use super::*;
    use jiff::civil::date;
    use shared::metering::{Finding, LowFlowIndicator, Observation, RegisterReading, screen};

    fn planned() -> Vec<PlannedConnectionV1> {
        let WorkPackage::V1(package) = work_package(date(2026, 11, 24), [7; 32]);
        package.connections
    }

    fn findings(planned: &PlannedConnectionV1, dials: u32, low_flow: LowFlowIndicator) -> Vec<u8> {
        let today = to_unix_days(date(2026, 11, 24));
        let register = RegisterReading::new(dials, planned.dial_digits).unwrap();
        let found = screen(
            Observation { register, low_flow },
            planned.history(today).unwrap(),
            planned.limits.into(),
        );
        found.into_iter().map(Finding::code).collect()
    }

    #[test]
    fn every_case_shows_what_its_title_says() {
        let still = LowFlowIndicator::Still;
        let shown: Vec<_> = CASES
            .iter()
            .zip(planned())
            .map(|(case, planned)| match case.find {
                Find::Dials(dials) => (case.title, findings(&planned, dials, still)),
                Find::MistypedThenDials(wrong, dials) => {
                    assert!(findings(&planned, dials, still).is_empty(), "{}", case.title);
                    (case.title, findings(&planned, wrong, still))
                }
                Find::DialsWithLeak(dials) => {
                    (case.title, findings(&planned, dials, LowFlowIndicator::TurningWithTapsShut))
                }
                Find::NoRead(_) => (case.title, vec![]),
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("ふつうの検針", vec![]),
                ("水量が多い", vec![3]),
                ("打ち間違いに気づく", vec![4]),
                ("漏水の疑い", vec![8]),
                ("桁上がり", vec![2]),
                ("逆進", vec![1]),
                ("使用なし", vec![6]),
                ("水量が少ない", vec![5]),
                ("中止中の使用", vec![7]),
                ("検針不能（犬）", vec![]),
                ("検針不能（車）", vec![]),
                ("大きいメーター", vec![]),
            ]
        );
    }

    #[test]
    fn the_package_is_one_that_a_terminal_can_read() {
        let package = work_package(date(2026, 11, 24), [7; 32]);
        let bytes = shared::wire::encode(&package);
        assert_eq!(shared::wire::decode::<WorkPackage>(&bytes).unwrap(), package);
        for planned in planned() {
            assert!(shared::ids::ConnectionNumber::parse(&planned.connection_number).is_ok());
        }
    }

    #[test]
    fn there_is_an_order_of_every_kind_where_it_can_be_carried_out() {
        let WorkPackage::V1(package) = work_package(date(2026, 11, 24), [7; 32]);
        assert_eq!(package.work.orders.len(), WorkOrderKind::ALL.len());
        for order in &package.work.orders {
            let at =
                package.connections.iter().find(|planned| planned.connection == order.connection);
            let is_start = order.kind == WorkOrderKind::Start.code();
            assert_eq!(at.unwrap().in_service, !is_start, "order {}", order.order);
        }
        assert!(package.connections.iter().any(|planned| !planned.on_site.hazards.is_empty()));
    }

    #[test]
    fn two_trainees_are_two_terminals() {
        assert_ne!(enrolment([1; 32]).device, enrolment([2; 32]).device);
    }
}
