//! The town is always the same, believable, and whole.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use sha2::{Digest, Sha256};
use shared::connection::{PaymentMethod, UsageClass};
use shared::ids::{RoundId, UtilityId};
use shared::metering::notice_seal::SlipKey;
use shared::metering::{LowFlowIndicator, RegisterReading};
use shared::quantity::CubicMeters;

use super::*;
use crate::Backoffice;
use crate::billing::{
    BillingOrder, CancelFlag, RunSummary, demo_tariffs, run_billing, store_tariff,
};
use crate::connection::{SearchOutcome, search};
use crate::metering::round_progress;
use crate::test_database::TestDatabase;

const TODAY: Date = date(2026, 11, 23);

fn options(households: u32, seed: u64) -> TownOptions {
    TownOptions { households, seed, today: TODAY }
}

fn town(households: u32) -> Town {
    Town::invent(options(households, 42))
}

fn hash(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}

#[test]
fn the_same_seed_gives_the_same_town_and_the_same_present() {
    let everything = |seed| {
        let town = Town::invent(options(300, seed));
        hash(&format!("{town:?}{:?}", town.present()))
    };
    assert_eq!(everything(42), everything(42));
    assert_ne!(everything(42), everything(43));
}

#[test]
fn no_seed_and_no_day_breaks_a_town() {
    for seed in 0..24 {
        for today in [date(2026, 11, 23), date(2027, 1, 1), date(2028, 2, 29), date(2029, 12, 31)] {
            let town =
                Town::invent(TownOptions { households: 60 + 10 * seed, seed: seed.into(), today });
            assert_eq!(town.present().len(), town.connections.len());
            for c in &town.connections {
                let newest = c.readings.last().unwrap().read_on;
                assert!(newest < today && c.meter.hung_on < newest, "{seed} {today} {c:?}");
                assert!(c.meter.verification_expires_on >= today, "{seed} {today} {c:?}");
            }
        }
    }
}

#[test]
fn a_town_has_exactly_as_many_connections_as_asked_for() {
    for households in [50, 300, 777, 1_000] {
        assert_eq!(town(households).connections.len(), usize::try_from(households).unwrap());
    }
}

#[test]
fn numbers_and_places_in_routes_are_unique() {
    let town = town(3_000);
    let mut numbers = BTreeSet::new();
    let mut meters = BTreeSet::new();
    let mut customers = BTreeSet::new();
    let mut places = BTreeSet::new();
    let mut addresses = BTreeSet::new();
    for c in &town.connections {
        assert!(numbers.insert(&c.number));
        assert!(meters.insert(&c.meter.number));
        assert!(places.insert((c.route, c.walk_order)));
        assert!(addresses.insert((c.quarter, &c.block, &c.room, c.premises)), "{:?}", c.block);
        for agreement in &c.agreements {
            assert!(customers.insert(&agreement.customer.number));
        }
    }
    let on_route = |route| town.connections.iter().filter(|c| c.route == route).count();
    assert!((0..town.routes.len()).all(|route| (100..=120).contains(&on_route(route))));
    assert_eq!(town.routes[0].number, "001");
}

#[test]
fn volumes_lie_between_the_dials() {
    for c in &town(3_000).connections {
        let digits = c.meter.dial_digits;
        for pair in c.readings.windows(2) {
            let [before, after] =
                [pair[0], pair[1]].map(|r| RegisterReading::new(r.register_value, digits).unwrap());
            let volume = before.usage_until(after).volume();
            assert_eq!(volume, Some(CubicMeters(pair[1].usage_m3)), "{:?} {pair:?}", c.number);
        }
        assert!(c.meter.hung_on < c.readings[0].read_on);
    }
}

#[test]
fn agreements_follow_each_other_and_empty_times_use_nothing() {
    let town = town(2_000);
    let mut changed = 0;
    let mut stopped = 0;
    for c in &town.connections {
        changed += usize::from(c.agreements.len() > 1);
        stopped += usize::from(!c.agreements.is_empty() && !c.is_in_service(town.options.today));
        for pair in c.agreements.windows(2) {
            assert!(pair[0].ends_before.unwrap() <= pair[1].starts_on);
        }
        for a in &c.agreements {
            assert!(a.ends_before.is_none_or(|end| a.starts_on < end), "{a:?}");
            assert!(a.starts_on <= town.options.today);
        }
        let newest = c.readings.last().unwrap();
        if let [only] = c.agreements.as_slice()
            && only.ends_before.is_some_and(|end| end < town.routes[c.route].days.start_of(12))
        {
            assert_eq!(newest.usage_m3, 0);
        }
    }
    assert!((200..500).contains(&changed), "{changed}");
    assert!((40..200).contains(&stopped), "{stopped}");
}

#[test]
fn shares_are_near_those_of_a_real_city() {
    let town = town(4_000);
    let count = |is: &dyn Fn(&InventedConnection) -> bool| {
        town.connections.iter().filter(|c| is(c)).count()
    };
    let percent = |part: usize| part * 100 / town.connections.len();
    assert!((85..=93).contains(&percent(count(&|c| c.has_sewerage))));
    assert!((20..=45).contains(&percent(count(&|c| c.premises == Premises::Room))));
    assert!((45..=70).contains(&percent(count(&|c| c.premises == Premises::House))));
    let mut payment: BTreeMap<PaymentMethod, usize> = BTreeMap::new();
    let mut classes: BTreeSet<UsageClass> = BTreeSet::new();
    let agreements: Vec<_> = town.connections.iter().flat_map(|c| &c.agreements).collect();
    for agreement in &agreements {
        *payment.entry(agreement.payment_method).or_default() += 1;
        classes.insert(agreement.use_class);
    }
    let share = |method| payment[&method] * 100 / agreements.len();
    assert!((66..=72).contains(&share(PaymentMethod::DirectDebit)));
    assert!((8..=12).contains(&share(PaymentMethod::CreditCard)));
    assert!((19..=23).contains(&share(PaymentMethod::PaperBill)));
    assert_eq!(
        classes.into_iter().collect::<Vec<_>>(),
        [UsageClass::BATHHOUSE, UsageClass::BUSINESS, UsageClass::GENERAL, UsageClass::TEMPORARY]
    );
    let homes: Vec<u32> = town
        .connections
        .iter()
        .filter(|c| c.premises == Premises::House && c.is_in_service(town.options.today))
        .map(|c| c.readings.last().unwrap().usage_m3)
        .collect();
    let mean = homes.iter().sum::<u32>() / u32::try_from(homes.len()).unwrap();
    assert!((28..=45).contains(&mean), "{mean} m³ in two months");
}

#[test]
fn even_a_small_town_has_a_bit_of_everything() {
    for households in [300, 1_000] {
        let town = town(households);
        let sizes: BTreeSet<u16> = town.connections.iter().map(|c| c.meter.size.mm()).collect();
        assert!([13, 20, 25, 40, 50, 75].iter().all(|mm| sizes.contains(mm)), "{sizes:?}");
        let kinds: BTreeSet<Premises> = town.connections.iter().map(|c| c.premises).collect();
        for premises in [Premises::Bathhouse, Premises::MasterMeter, Premises::Room, Premises::Shop]
        {
            assert!(kinds.contains(&premises), "{premises:?} in a town of {households}");
        }
        for c in town.connections.iter().filter(|c| c.parent.is_some()) {
            let master = &town.connections[c.parent.unwrap()];
            assert_eq!(master.premises, Premises::MasterMeter);
            assert_eq!((&master.block, &master.building), (&c.block, &c.building));
            assert!(
                master.readings.last().unwrap().usage_m3 >= c.readings.last().unwrap().usage_m3
            );
        }
        for c in &town.connections {
            let end = c.meter.verification_expires_on;
            assert!(end >= town.options.today && end.year() <= 2034, "{end}");
        }
    }
}

#[test]
fn the_present_has_every_twist_and_fits_the_dials() {
    for households in [300, 1_000, 5_000] {
        let town = town(households);
        let present = town.present();
        assert_eq!(present.len(), town.connections.len());
        let mut twists: BTreeMap<Twist, usize> = BTreeMap::new();
        for c in &town.connections {
            let sight = &present[&c.number];
            *twists.entry(sight.twist).or_default() += 1;
            let Seen::Dial { register, low_flow, typed_first } = sight.seen else { continue };
            assert_eq!(register.digits(), c.meter.dial_digits);
            let usage = c.newest_register().usage_until(register);
            assert!(usage.volume().is_some(), "{sight:?}");
            let is_turning = low_flow == LowFlowIndicator::TurningWithTapsShut;
            assert_eq!(is_turning, sight.twist == Twist::Leak, "{sight:?}");
            assert!(typed_first.is_none_or(|typed| typed != register.value()));
        }
        for twist in [
            Twist::Unreadable,
            Twist::Leak,
            Twist::High,
            Twist::VeryHigh,
            Twist::Low,
            Twist::Zero,
            Twist::Rollover,
            Twist::Mistyped,
        ] {
            assert!(twists.contains_key(&twist), "{twist:?} in {twists:?}");
        }
        let unreadable = twists[&Twist::Unreadable] * 1_000 / town.connections.len();
        assert!((8..=40).contains(&unreadable), "{twists:?}");
        assert!(twists[&Twist::Nothing] * 10 > town.connections.len() * 9, "{twists:?}");
    }
}

#[tokio::test]
async fn the_town_is_loaded_whole_and_can_be_worked_with() {
    let database = TestDatabase::fresh().await;
    let office = Backoffice { pool: database.pool.clone(), utility: UtilityId(1) };
    let town = town(300);
    let options = LoadOptions {
        password: DEMO_PASSWORD.into(),
        pin: DEMO_PIN.into(),
        slip_master_key: SlipKey([3; 32]),
    };
    let mut steps: Vec<Progress> = Vec::new();
    let loaded = load(&office, &town, &options, &mut |step| steps.push(step)).await.unwrap();

    assert_eq!(loaded.connections, 300);
    assert!(steps.windows(2).all(|pair| pair[0].done <= pair[1].done));
    assert_eq!(steps.last().map(|step| step.done), steps.last().map(|step| step.total));
    let routes = round_progress(&office, loaded.closed_round).await.unwrap();
    assert_eq!(routes.len(), town.routes.len());
    assert!(routes.iter().all(|route| route.count.planned == route.count.read));
    assert_eq!(routes.iter().map(|route| route.count.read).sum::<u32>(), 300);

    let summary = bill(&office, loaded.closed_round).await;
    let in_service = |c: &&InventedConnection| c.is_in_service(town.routes[c.route].read_on);
    let billed = town.connections.iter().filter(in_service).count();
    assert_eq!(summary.bills, u64::try_from(billed).unwrap());
    assert_eq!((summary.unbilled_count, summary.bills + summary.without_agreement), (0, 300));

    let house = town.connections.iter().find(|c| c.is_in_service(TODAY)).unwrap();
    let customer = &house.agreements.last().unwrap().customer;
    let found = search(&office, &customer.kana, 100, TODAY).await.unwrap();
    let SearchOutcome::Found { hits, .. } = found else { panic!("{found:?}") };
    assert!(hits.iter().any(|hit| hit.number == house.number));

    let terms: Vec<i64> = sqlx::query_scalar(
        "select count(*) from billing.relief_grant union all
         select count(*) from billing.sewage_source union all
         select count(*) from billing.source_reading union all
         select count(*) from billing.use_class_change union all
         select count(*) from billing.assessment where basis is not null",
    )
    .fetch_all(&office.pool)
    .await
    .unwrap();
    assert_eq!(terms[..4], [5, 4, 1, 1], "{terms:?}");
    assert!(terms[4] >= 7, "{terms:?}");

    let again = load(&office, &town, &options, &mut |_| {}).await;
    assert!(matches!(again, Err(DemoError::NotEmpty)));
}

async fn bill(office: &Backoffice, round: RoundId) -> RunSummary {
    for text in demo_tariffs() {
        store_tariff(office, text, None).await.unwrap();
    }
    let order = BillingOrder { round, assessed_on: TODAY, due_on: date(2026, 12, 15) };
    run_billing(office, &order, &mut |_| {}, &CancelFlag::default()).await.unwrap()
}
