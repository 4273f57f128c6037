//! The run beside the engine (調定処理と料金計算の突合): a random town with terms of all kinds, each charge
//! computed once more by plain calls of the engine, from what the test itself has put up.

mod corrected;

use std::fmt::Write;

use shared::billing::volume::SewageSources;
use shared::billing::{ChargeInput, Tariff, TariffFile};
use shared::connection::{MeterSize, UsageClass};
use shared::quantity::CubicMeters;

use super::terms::{SEWERAGE, STAFF, own_water};
use super::*;

/// A home as the test knows it.
#[derive(Debug, Clone, Copy, Default)]
struct Home {
    /// What went through the meter that is read.
    usage: u32,
    reliefs: [bool; 2],
    /// 1 heads, 2 a month, 3 metered, 4 deducted a month; and how much.
    source: Option<(u8, u32)>,
    /// Volume of the old meter, days until the exchange, size of the new meter.
    exchange: Option<(u32, u16, u16)>,
    /// Days until the class changed, and the volume until then where it was read.
    class_change: Option<(u16, Option<u32>)>,
    dwellings: u16,
    /// Days of supply of a user who is new.
    started: Option<u16>,
    /// What submeters used, where there are two.
    submeters: Option<[u32; 2]>,
}

struct Dice(u64);

impl Dice {
    /// Below `bound`, by a linear congruence.
    fn below(&mut self, bound: u32) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap() % bound
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    fn home(&mut self) -> Home {
        let mut home = Home { usage: self.below(120), dwellings: 1, ..Home::default() };
        home.reliefs = [self.chance(30), self.chance(30)];
        if self.chance(60) {
            let figure = self.below(12) + 1;
            home.source = Some((u8::try_from(self.below(4) + 1).unwrap(), figure));
        }
        match self.below(6) {
            0 => {
                let size = [20, 25][usize::try_from(self.below(2)).unwrap()];
                let days = u16::try_from(self.below(59) + 1).unwrap();
                home.exchange = Some((self.below(60), days, size));
            }
            1 => {
                let read = self.chance(50).then(|| self.below(home.usage + 1));
                home.class_change = Some((u16::try_from(self.below(59) + 1).unwrap(), read));
            }
            2 => home.started = Some(u16::try_from(self.below(60) + 1).unwrap()),
            3 => home.dwellings = 3,
            4 => {
                let submeters = [self.below(50), self.below(50)];
                home.usage = submeters.iter().sum::<u32>() + self.below(40);
                home.submeters = Some(submeters);
            }
            _ => {}
        }
        home
    }
}

/// The last reading before, and the reading.
const LAST: Date = date(2026, 9, 23);
const DAYS: u16 = 61;

fn after(days: u16) -> Date {
    LAST.saturating_add(jiff::Span::new().days(i64::from(days)))
}

/// Rates for businesses too.
fn tariffs() -> [String; 2] {
    let both = own_water()
        .replace("sizes_mm = [13, 20]", "sizes_mm = [13, 20]\nuse_classes = [\"general\"]")
        .replace("sizes_mm = [25]", "sizes_mm = [25]\nuse_classes = [\"general\"]")
        .replace(
            "[[water.relief]]",
            "[[water.rate]]\nuse_classes = [\"business\"]\nservice_yen = \"6000\"\ntiers = \"all\"\n[[water.relief]]",
        );
    let sewerage = SEWERAGE.replace(
        "[[sewerage.rate]]",
        "[[sewerage.rate]]\nuse_classes = [\"general\", \"business\"]",
    );
    [both, sewerage]
}

/// Statements that put the home's terms up.
fn set_up(home: &Home, id: i64, round: i64) -> String {
    let mut sql = String::new();
    let decision = "'第1号', '2026-01-01', 50, 50, now()";
    for (claim, _) in [1, 2].into_iter().zip(home.reliefs).filter(|(_, holds)| *holds) {
        write!(
            sql,
            "insert into billing.relief_grant (utility_id, agreement_id, claim, relief_key,
            starts_on, period, document, decided_on, decided_by, entered_by, entered_at)
            select 1, agreement_id, {claim}, 'welfare', '2026-01-01', daterange('2026-01-01', null),
            {decision} from connection.service_agreement where connection_id = {id};"
        )
        .unwrap();
    }
    if let Some((what, figure)) = home.source {
        let (kind, measure) = match what {
            1 => (1, format!("2, '水', {figure}, null, null, null, null")),
            2 => (1, format!("3, '水', null, {figure}, null, null, null")),
            3 => (1, "1, '水', null, null, 'W', 4, 0".to_owned()),
            _ => (2, format!("3, '水', null, {figure}, null, null, null")),
        };
        write!(sql, "insert into billing.sewage_source (utility_id, connection_id, kind, measure,
            name, people, monthly_m3, meter_number, dial_digits, first_value, starts_on, period,
            document, decided_on, decided_by, entered_by, entered_at)
            values (1, {id}, {kind}, {measure}, '2026-01-01', daterange('2026-01-01', null), {decision});
            insert into billing.source_reading
            select 1, source_id, {round}, 1, '2026-11-23', {figure}, {figure}, 50, now()
            from billing.sewage_source where connection_id = {id} and measure = 1;").unwrap();
    }
    if let Some((old, days, size)) = home.exchange {
        let (on, last) = (after(days), 1_200 + old);
        write!(sql, "update metering.meter_installation
            set period = daterange(lower(period), '{on}'), removed_value = {last}
            where connection_id = {id};
            with new as (insert into metering.meter (utility_id, meter_number, size_mm, dial_digits,
                verification_expires_on) values (1, 'N{id}', {size}, 4, '2034-10-31') returning meter_id),
            hung as (insert into metering.meter_installation (utility_id, meter_id, connection_id,
                period, installed_value) select 1, meter_id, {id}, daterange('{on}', null), 7 from new)
            update metering.reading set meter_id = new.meter_id, register_value = 7 + usage_m3
            from new where connection_id = {id} and round_id is not null;").unwrap();
    }
    if let Some((days, read)) = home.class_change {
        let register = read.map_or("null".to_owned(), |read| (1_200 + read).to_string());
        write!(sql, "insert into billing.use_class_change (utility_id, agreement_id, changed_on,
            from_class, to_class, register_value, document, decided_on, decided_by, entered_by, entered_at)
            select 1, agreement_id, '{}', 'general', 'business', {register}, {decision}
            from connection.service_agreement where connection_id = {id};
            update connection.service_agreement set use_class = 'business' where connection_id = {id};",
            after(days)).unwrap();
    }
    if let Some(days) = home.started {
        write!(
            sql,
            "update connection.service_agreement set period = daterange('{}', null)
            where connection_id = {id};",
            after(DAYS - days)
        )
        .unwrap();
    }
    write!(
        sql,
        "update connection.service_connection set charged_dwellings = {}
        where connection_id = {id};",
        home.dwellings
    )
    .unwrap();
    sql
}

fn input(mm: u16, class: UsageClass, usage: u32, days: Option<u16>, home: &Home) -> ChargeInput {
    let size = MeterSize::new(mm).unwrap();
    let plain = ChargeInput::new(size, class, CubicMeters(usage), 2);
    ChargeInput { days, dwellings: home.dwellings, ..plain }
}

/// Below 50 days a period of two months is partial; one that is cut always is.
fn partial(days: u16) -> Option<u16> {
    (days < 50).then_some(days)
}

/// The parts that water is asked for.
fn water_parts(home: &Home) -> Vec<ChargeInput> {
    let (general, business) = (UsageClass::GENERAL, UsageClass::from_key("business").unwrap());
    if let Some((old, days, mm)) = home.exchange {
        if mm == 20 {
            return vec![input(20, general, home.usage + old, None, home)];
        }
        return vec![
            input(20, general, old, Some(days), home),
            input(mm, general, home.usage, Some(DAYS - days), home),
        ];
    }
    if let Some((days, read)) = home.class_change {
        let by_days = home.usage * u32::from(days) / u32::from(DAYS);
        let before = read.unwrap_or(by_days);
        return vec![
            input(20, general, before, Some(days), home),
            input(20, business, home.usage - before, Some(DAYS - days), home),
        ];
    }
    vec![input(20, general, tap(home), home.started.and_then(partial), home)]
}

/// What the tap is charged for in all.
fn tap(home: &Home) -> u32 {
    let old = home.exchange.map_or(0, |(old, ..)| old);
    home.usage + old - home.submeters.map_or(0, |used| used.iter().sum())
}

fn expected(home: &Home, [water, sewerage]: &[Tariff; 2]) -> [i64; 2] {
    let reliefs = |tariff: &Tariff, holds: bool| {
        let keys = if holds { vec!["welfare"] } else { Vec::new() };
        tariff.relief_set(keys).unwrap()
    };
    let of_water = water_parts(home).into_iter().map(|part| {
        let asked = ChargeInput { reliefs: reliefs(water, home.reliefs[0]), ..part };
        water.amounts(&asked).unwrap().amount.0
    });
    let none = CubicMeters(0);
    let tap = CubicMeters(tap(home));
    let mut sources = SewageSources {
        tap,
        certified: None,
        well_people: 0,
        deducted: none,
        months: 2,
        use_class: UsageClass::GENERAL,
    };
    match home.source {
        Some((1, people)) => sources.well_people = u16::try_from(people).unwrap(),
        Some((2, monthly)) => sources.certified = Some(CubicMeters(tap.0 + 2 * monthly)),
        Some((3, read)) => sources.certified = Some(CubicMeters(tap.0 + read)),
        Some((_, monthly)) => sources.deducted = CubicMeters(2 * monthly),
        None => {}
    }
    let volume = sewerage.sewage_volume(&sources).unwrap();
    let asked = input(20, UsageClass::GENERAL, volume.0, None, home);
    let asked = ChargeInput { reliefs: reliefs(sewerage, home.reliefs[1]), ..asked };
    [of_water.sum(), sewerage.amounts(&asked).unwrap().amount.0]
}

/// A town that was billed, and what the test knows of it.
struct RandomTown {
    walked: Walked,
    homes: Vec<Home>,
    /// Their connections, in the same order.
    ids: Vec<i64>,
    schedules: [Tariff; 2],
}

impl RandomTown {
    async fn billed(dice: &mut Dice, count: usize) -> RandomTown {
        let homes: Vec<Home> = (0..count).map(|_| dice.home()).collect();
        let walked = Walked::with(&houses_of(&homes)).await;
        let pool = &walked.office().pool;
        let texts = tariffs().map(|text| text.replace("volume = \"whole\"", "volume = \"share\""));
        for text in &texts {
            store_tariff(walked.office(), text, None).await.unwrap();
        }
        let all: Vec<i64> = sqlx::query_scalar(
            "select connection_id from connection.service_connection order by connection_number",
        )
        .fetch_all(pool)
        .await
        .unwrap();
        let mut sql =
            STAFF.to_owned() + ";alter table metering.reading disable trigger reading_is_a_fact;";
        let mut places = all.iter();
        let mut ids = Vec::new();
        for home in &homes {
            let id = *places.next().unwrap();
            sql += &set_up(home, id, walked.round.0);
            for _ in home.submeters.into_iter().flatten() {
                let submeter = places.next().unwrap();
                write!(
                    sql,
                    "update connection.service_connection set parent_connection_id = {id}
                    where connection_id = {submeter};"
                )
                .unwrap();
            }
            ids.push(id);
        }
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(pool).await.unwrap();
        close_round(walked.office(), walked.round, TODAY).await.unwrap();
        let summary = walked.run().await.unwrap();
        let bills = u64::try_from(all.len()).unwrap();
        assert_eq!((summary.unbilled_count, summary.bills), (0, bills), "{summary:?}");
        let schedules = texts.map(|text| TariffFile::parse(&text).unwrap().tariffs.remove(0));
        RandomTown { walked, homes, ids, schedules }
    }
}

fn houses_of(homes: &[Home]) -> Vec<(Household, &'static str, Sight)> {
    let mut houses = Vec::new();
    let mut house = |usage: u32| {
        let number = i32::try_from(houses.len()).unwrap() + 1;
        let sight = Sight { usage: i32::try_from(usage).unwrap(), slip: None };
        houses.push((Household { number, ..SATO }, "", sight));
    };
    for home in homes {
        house(home.usage);
        home.submeters.into_iter().flatten().for_each(&mut house);
    }
    houses
}

#[tokio::test]
async fn a_random_town_is_billed_as_the_engine_says() {
    let town = RandomTown::billed(&mut Dice(20_261_123), 48).await;
    let amounts = town.walked.amounts().await;
    for (home, id) in town.homes.iter().zip(&town.ids) {
        let billed: Vec<i64> =
            amounts.iter().filter(|line| line.0 == *id).map(|line| line.2).collect();
        assert_eq!(billed, expected(home, &town.schedules), "{home:?}");
    }
    let page = Page { number: 1, size: 500 };
    let office = town.walked.office();
    let lines = assessments_of_round(office, town.walked.round, page).await.unwrap();
    assert_eq!(lines.len(), amounts.len());
    let mut cut = 0;
    for line in lines {
        let view = assessment(office, line.id).await.unwrap().unwrap();
        cut += usize::from(!view.earlier.is_empty());
    }
    assert!(cut >= 4, "the town has hardly any period that was cut: {cut}");
}
