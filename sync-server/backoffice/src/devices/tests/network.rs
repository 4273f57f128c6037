//! Uploads over a network that loses, doubles, cuts and delays, and closing in the middle of one.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

/// A network that loses, doubles, cuts and delays, played from a few seeds.
#[tokio::test]
async fn a_bad_network_loses_nothing_and_doubles_nothing() {
    for seed in 0..4 {
        let mut walk = Walk::start().await;
        let mut entries = walk.day();
        for value in 0..30 {
            let again = walk.reading(walk.sato, 1_240 + value, 40 + value);
            entries.push(walk.entry(EventV1::Reading(again)));
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut known_through = 0_usize;
        while known_through < entries.len() {
            // The terminal may have missed receipts: it begins where it knows, or even earlier.
            let from = random.random_range(0..=known_through);
            let to = random.random_range(from..=entries.len());
            let receipt = walk.upload(&entries[from..to]).await.unwrap();
            assert!(receipt.stored_through >= to as u64, "seed {seed}");
            if random.random_bool(0.5) {
                known_through = usize::try_from(receipt.stored_through).unwrap();
            }
        }
        let end = walk.status().await;
        assert_eq!((end.stored_through, end.running_hash), (36, walk.hash), "seed {seed}");
        let counts: (i64, i64, i64, i64) = sqlx::query_as(
            "select (select count(*) from devices.log_entry),
                    (select count(*) from metering.reading where round_id is not null),
                    (select count(*) from metering.current_reading where round_id is not null),
                    (select count(*) from metering.slip)",
        )
        .fetch_one(&walk.town.office.pool)
        .await
        .unwrap();
        assert_eq!(counts, (36, 31, 1, 2), "seed {seed}");
    }
}

#[tokio::test]
async fn a_round_that_is_closed_while_readings_arrive_counts_them_all_or_refuses_them() {
    for _ in 0..3 {
        let mut walk = Walk::start().await;
        let office = walk.town.office.clone();
        withdraw(&office, walk.round, walk.tanaka, "工事中").await.unwrap();
        withdraw(&office, walk.round, walk.suzuki, "工事中").await.unwrap();
        let first = walk.reading(walk.sato, 1_238, 38);
        let first = walk.entry(EventV1::Reading(first));
        walk.upload(&[first]).await.unwrap();
        let second = walk.reading(walk.sato, 1_239, 39);
        let second = [walk.entry(EventV1::Reading(second))];
        let (closed, receipt) =
            tokio::join!(close_round(&office, walk.round, TODAY), walk.upload(&second));
        closed.unwrap();
        let quarantined = receipt.unwrap().quarantined;
        let read: i64 =
            sqlx::query_scalar("select count(*) from metering.reading where round_id is not null")
                .fetch_one(&office.pool)
                .await
                .unwrap();
        assert_eq!(read, if quarantined.is_empty() { 2 } else { 1 });
        assert!(quarantined.iter().all(|entry| entry.code == "S28"));
    }
}
