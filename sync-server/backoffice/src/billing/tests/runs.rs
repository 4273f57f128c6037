//! The run itself (調定処理の試験): what it makes, made twice, stopped and killed.

use super::*;
use crate::billing::run::run_in_chunks;
use crate::demo::{DEMO_PASSWORD, DEMO_PIN, LoadOptions, Town as DemoTown, TownOptions, load};
use crate::ledger::{balances, check_balanced};
use crate::test_database::TestDatabase;
use shared::billing::Claim;
use shared::ids::UtilityId;
use shared::ledger::Account;
use shared::metering::notice_seal::SlipKey;
use shared::quantity::Yen;
use sqlx::{Connection, PgConnection};

const NO_SEWER: &str =
    "update connection.service_connection set has_sewerage = false where connection_id = $1";
const BATHHOUSE: &str =
    "update connection.service_agreement set use_class = 'bathhouse' where connection_id = $1";
const TOO_LARGE: &str = "update metering.meter set size_mm = 250 where meter_id in
    (select meter_id from metering.meter_installation where connection_id = $1)";

fn used(usage: i32) -> Sight {
    Sight { usage, slip: None }
}

#[tokio::test]
async fn every_kind_of_connection_is_billed_by_the_published_tables() {
    let house = |number| Household { number, ..SATO };
    let stopped = Household { in_service: false, ..house(6) };
    let walked = Walked::closed(&[
        (house(1), "", used(35)),
        (house(2), "", used(0)),
        (house(3), NO_SEWER, used(35)),
        (house(4), BATHHOUSE, used(700)),
        (house(5), "", used(150_000)),
        (stopped, "", used(3)),
        (house(7), TOO_LARGE, used(10)),
    ])
    .await;
    let summary = walked.run().await.unwrap();
    let first = walked.amounts().await[0].0;
    let amounts: Vec<_> = walked
        .amounts()
        .await
        .into_iter()
        .map(|(connection, claim, amount, tax)| (connection - first + 1, claim, amount, tax))
        .collect();
    // Water by hand as in the rule's tests; 150,000 m³: 132 + 220 + 2,970 + 4,290 + 9,460
    // + 148,500 + 492,800 + 148,000 × 374 + 1,518; sewerage: 75,000 m³ a month.
    let huge_water = 132 + 220 + 2_970 + 4_290 + 9_460 + 148_500 + 492_800 + 148_000 * 374 + 1_518;
    let huge_month = 62_700 + 35_200 + 112_200 + 146_300 + 400_400 + 1_353_000 + 74_900 * 34_870;
    let huge_sewerage = huge_month * 2 / 100;
    assert_eq!(
        amounts,
        [
            (1, 1, 4_097, 372),
            (1, 2, 3_641, 331),
            (2, 1, 1_518, 138),
            (2, 2, 1_254, 114),
            (3, 1, 4_097, 372),
            (4, 1, 24_708, 2_246),
            (4, 2, 9_240, 840),
            (5, 1, huge_water, huge_water * 10 / 110),
            (5, 2, huge_sewerage, huge_sewerage * 10 / 110),
        ]
    );
    assert_eq!((summary.bills, summary.without_agreement, summary.unbilled_count), (5, 1, 1));
    assert_eq!(summary.unbilled[0].reason.code(), "B20");
    let total: i64 = amounts.iter().map(|line| line.2).sum();
    assert_eq!(summary.amount, Yen(total));
}

#[tokio::test]
async fn a_repeated_run_changes_nothing_and_a_corrected_reading_counts() {
    let no_sewerage = Sight { usage: 20, slip: Some((1_870, None)) };
    let walked = Walked::with(&[(SATO, "", used(90)), (SUZUKI, "", no_sewerage)]).await;
    let office = walked.office();
    let (sato, mistyped): (i64, Uuid) = sqlx::query_as(
        "select connection_id, reading_id from metering.reading where usage_m3 = 90",
    )
    .fetch_one(&office.pool)
    .await
    .unwrap();
    let slip = Some((4_097, Some(3_640)));
    walked.read(ConnectionId(sato), Sight { usage: 35, slip }, Some(mistyped)).await;
    for text in demo_tariffs() {
        store_tariff(office, text, None).await.unwrap();
    }
    close_round(office, walked.round, TODAY).await.unwrap();

    let summary = walked.run().await.unwrap();
    assert_eq!((summary.bills, summary.slips_compared, summary.slips_different), (2, 4, 2));
    let difference = summary.differences[0];
    assert_eq!((difference.claim, difference.slip), (Claim::Sewerage, Yen(3_640)));
    assert_eq!(summary.differences[1].slip, Yen(0), "the slip named no sewerage");
    assert_eq!(walked.amounts().await[0].2, 4_097);

    let before = walked.town.dump().await;
    let again = walked.run().await.unwrap();
    assert_eq!(again.bills, 0);
    assert_eq!(walked.town.dump().await, before, "a repeated run leaves no trace");
    assert_eq!(runs(office).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_books_agree_with_the_bills() {
    let town = Demo::new(300).await;
    let summary = town.run().await.unwrap();
    assert!(summary.bills > 200, "{summary:?}");
    assert!(summary.without_agreement > 0, "the demo town has empty houses");
    assert_eq!(summary.unbilled_count, 0);

    let sums = check_balanced(&town.office).await.unwrap();
    assert!(sums.is_balanced());
    assert_eq!(sums.debit, summary.amount);
    let of = |balances: &[crate::ledger::Balance], account| {
        balances.iter().find(|balance| balance.account == account).unwrap().net()
    };
    let books = balances(&town.office).await.unwrap();
    let totals = totals_of_round(&town.office, town.round).await.unwrap();
    assert_eq!(totals, summary.claims);
    assert_eq!(of(&books, Account::WaterReceivable), totals[0].amount);
    assert_eq!(of(&books, Account::SewerageReceivable), totals[1].amount);
    assert_eq!(of(&books, Account::WaterTax), Yen(0) - totals[0].tax);

    // A later run counts apart, and two runs at once bill everything once.
    let (one, other) = tokio::join!(town.run(), town.run());
    assert_eq!((one.unwrap().bills, other.unwrap().bills), (0, 0));
    let bills: (i64, i64) =
        sqlx::query_as("select count(*), count(distinct bill_id) from billing.bill")
            .fetch_one(&town.office.pool)
            .await
            .unwrap();
    assert_eq!(bills.0.unsigned_abs(), summary.bills);
    assert_eq!(bills.0, bills.1);
}

#[tokio::test]
async fn a_run_that_is_dropped_cancelled_or_killed_leaves_nothing() {
    let town = Demo::new(200).await;
    let chunk = 20;

    let (told, hears) = tokio::sync::oneshot::channel();
    let mut told = Some(told);
    let mut progress = |_| {
        if let Some(told) = told.take() {
            told.send(()).unwrap();
        }
    };
    let cancel = CancelFlag::default();
    let order = town.order();
    tokio::select! {
        biased;
        _ = hears => {}
        _ = run_in_chunks(&town.office, &order, &mut progress, &cancel, chunk) => {
            panic!("the run ended before it was dropped")
        }
    }
    town.assert_nothing_billed().await;

    let stop = cancel.clone();
    let mut progress = |_| stop.cancel();
    let cancelled = run_in_chunks(&town.office, &town.order(), &mut progress, &cancel, chunk).await;
    let cancelled = cancelled.unwrap_err();
    assert_eq!(cancelled.code(), "B13", "{cancelled:?}");
    town.assert_nothing_billed().await;

    let mut victims = Some(town.database.connect_options());
    let mut progress = |_| {
        if let Some(options) = victims.take() {
            std::thread::spawn(move || end_backends(&options)).join().unwrap();
        }
    };
    let fresh = CancelFlag::default();
    let killed = run_in_chunks(&town.office, &town.order(), &mut progress, &fresh, chunk).await;
    assert_eq!(killed.unwrap_err().code(), "X90");
    town.assert_nothing_billed().await;

    let summary = town.run().await.unwrap();
    assert!(summary.bills > 100, "what was stopped can be run again");
}

#[tokio::test]
async fn what_cannot_be_billed_is_refused() {
    let walked = Walked::with(&[(SATO, "", used(35))]).await;
    assert_eq!(walked.run().await.unwrap_err().code(), "B10");
    let nowhere = BillingOrder { round: RoundId(-1), ..walked.order() };
    let cancel = CancelFlag::default();
    let refused = run_billing(walked.office(), &nowhere, &mut |_| {}, &cancel).await;
    assert_eq!(refused.unwrap_err().code(), "B11");
    close_round(walked.office(), walked.round, TODAY).await.unwrap();
    assert_eq!(walked.run().await.unwrap_err().code(), "B03");
    let early = BillingOrder { due_on: date(2026, 11, 22), ..walked.order() };
    let refused = run_billing(walked.office(), &early, &mut |_| {}, &cancel).await;
    assert_eq!(refused.unwrap_err().code(), "B12");
}

#[tokio::test]
async fn what_was_billed_is_never_changed() {
    let walked = Walked::closed(&[(SATO, "", used(35))]).await;
    walked.run().await.unwrap();
    for statement in [
        "update billing.assessment set amount_yen = 0",
        "delete from billing.assessment",
        "update billing.bill set amount_yen = 0",
        "delete from ledger.transfer",
    ] {
        let refused = sqlx::query(statement).execute(&walked.office().pool).await.unwrap_err();
        assert!(refused.to_string().contains("facts"), "{statement}: {refused}");
    }
}

#[tokio::test]
async fn a_run_that_does_not_add_up_is_not_kept() {
    let walked = Walked::closed(&[(SATO, "", used(35)), (SUZUKI, "", used(0))]).await;
    let pool = &walked.office().pool;
    let before = walked.town.dump().await;
    // 7,738 and 2,772 yen: exchanged, the bills have the same sum, but each is another's.
    for (table, fault, words) in [
        ("ledger.transfer", "if new.amount_yen = 372 then return null; end if", "transfers:"),
        ("billing.bill", "new.amount_yen := 7738 + 2772 - new.amount_yen", "of each bill:"),
    ] {
        for statement in [
            format!(
                "create or replace function spoil() returns trigger language plpgsql as
                 $$ begin {fault}; return new; end $$"
            ),
            format!(
                "create trigger spoils before insert on {table} for each row execute function spoil()"
            ),
        ] {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(pool).await.unwrap();
        }
        let refused = walked.run().await.unwrap_err();
        assert_eq!(refused.code(), "B14");
        assert!(refused.to_string().contains(words), "{refused}");
        assert_eq!(walked.town.dump().await, before);
        let drop = format!("drop trigger spoils on {table}");
        sqlx::query(sqlx::AssertSqlSafe(drop)).execute(pool).await.unwrap();
    }
    assert_eq!(walked.run().await.unwrap().bills, 2);
}

/// A demo town with its closed round and the tariffs that it bills by.
struct Demo {
    office: Backoffice,
    round: RoundId,
    database: TestDatabase,
}

impl Demo {
    async fn new(households: u32) -> Demo {
        let database = TestDatabase::fresh().await;
        let office = Backoffice { pool: database.pool.clone(), utility: UtilityId(1) };
        let town = DemoTown::invent(TownOptions { households, seed: 7, today: TODAY });
        let options = LoadOptions {
            password: DEMO_PASSWORD.into(),
            pin: DEMO_PIN.into(),
            slip_master_key: SlipKey([7; 32]),
        };
        let loaded = load(&office, &town, &options, &mut |_| {}).await.unwrap();
        for text in demo_tariffs() {
            store_tariff(&office, text, None).await.unwrap();
        }
        Demo { office, round: loaded.closed_round, database }
    }

    fn order(&self) -> BillingOrder {
        BillingOrder { round: self.round, assessed_on: TODAY, due_on: DUE }
    }

    async fn run(&self) -> Result<RunSummary, BillingError> {
        run_billing(&self.office, &self.order(), &mut |_| {}, &CancelFlag::default()).await
    }

    async fn assert_nothing_billed(&self) {
        let rows: i64 = sqlx::query_scalar(
            "select (select count(*) from billing.bill)
                  + (select count(*) from billing.assessment)
                  + (select count(*) from billing.billing_run)
                  + (select count(*) from billing.run_total)
                  + (select count(*) from ledger.transfer)",
        )
        .fetch_one(&self.office.pool)
        .await
        .unwrap();
        assert_eq!(rows, 0);
    }
}

/// What a crash of PostgreSQL looks like from here.
fn end_backends(options: &sqlx::postgres::PgConnectOptions) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut db = PgConnection::connect_with(options).await.unwrap();
        sqlx::query(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()",
        )
        .execute(&mut db)
        .await
        .unwrap();
    });
}
