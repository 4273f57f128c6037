//! Estimates from the proposal to the bill (認定の試験), and their settlement by the next reading (精算).

use super::*;
use crate::access::{NewStaff, Role, add_staff};
use crate::metering::{
    EstimateRefusal, NewEstimate, approve_estimates, choose_estimate_rule, decide_estimate,
    estimate_candidate, estimated_in_a_row, estimates_of_round, propose_estimate,
    propose_estimates, round_progress,
};
use crate::test_town::now;
use shared::ids::StaffId;
use shared::metering::NoReadReason;
use shared::quantity::CubicMeters;

/// Two people who work at the office.
pub(super) async fn two_clerks(office: &Backoffice) -> [StaffId; 2] {
    let mut clerks = Vec::new();
    for (login, name) in [("first", "起案 花子"), ("second", "決裁 太郎")] {
        let new = NewStaff {
            login_name: login.into(),
            display_name: name.into(),
            role: Role::Clerk,
            password: None,
            pin: None,
        };
        clerks.push(add_staff(office, new).await.unwrap());
    }
    [clerks[0], clerks[1]]
}

/// Someone stood in front of the meter in vain.
pub(super) async fn not_read(walked: &Walked, connection: ConnectionId, reason: NoReadReason) {
    sqlx::query(
        "insert into metering.no_read (utility_id, no_read_id, round_id, connection_id, reason,
             visited_on, reader_login, device_id, device_sequence)
         values (1, $1, $2, $3, $4, $5, 'reader', $1, 1)",
    )
    .bind(Uuid::new_v4())
    .bind(walked.round.0)
    .bind(connection.0)
    .bind(i16::from(reason.code()))
    .bind(TODAY.to_sqlx())
    .execute(&walked.office().pool)
    .await
    .unwrap();
}

/// A closed round in which nobody but the last household was read.
pub(super) async fn unread(
    houses: &[Household],
    rule: &str,
) -> (Walked, Vec<ConnectionId>, [StaffId; 2]) {
    let read = Household { number: 90, ..SATO };
    let walked = Walked::with(&[(read, "", Sight { usage: 20, slip: None })]).await;
    let mut connections = Vec::new();
    for house in houses {
        let connection = walked.town.household(*house).await;
        sqlx::query(
            "insert into metering.planned_reading
                 (utility_id, round_id, connection_id, route_id, walk_order)
             select 1, round_id, $2, route_id, $2 from metering.reading_route where round_id = $1",
        )
        .bind(walked.round.0)
        .bind(connection.0)
        .execute(&walked.office().pool)
        .await
        .unwrap();
        not_read(&walked, connection, NoReadReason::Absent).await;
        connections.push(connection);
    }
    for text in demo_tariffs() {
        store_tariff(walked.office(), text, None).await.unwrap();
    }
    let clerks = two_clerks(walked.office()).await;
    if !rule.is_empty() {
        choose_estimate_rule(walked.office(), rule, clerks[0], now()).await.unwrap();
    }
    (walked, connections, clerks)
}

fn asked(walked: &Walked, connection: ConnectionId) -> NewEstimate {
    NewEstimate {
        round: walked.round,
        connection,
        reason: "absence".into(),
        usage: None,
        change_reason: String::new(),
        measured: None,
    }
}

#[tokio::test]
async fn a_round_is_proposed_at_once_and_billed_after_a_second_person_approved() {
    let stopped = Household { number: 4, in_service: false, ..SATO };
    let (walked, connections, [first, second]) =
        unread(&[SATO, SUZUKI, TANAKA, stopped], "kasama").await;
    let office = walked.office();
    let candidate =
        estimate_candidate(office, walked.round, connections[0]).await.unwrap().unwrap();
    assert_eq!((candidate.basis.history.len(), candidate.in_a_row), (13, 0));
    assert_eq!((candidate.basis.days, candidate.basis.history[0].months), (61, 2));

    let batch = propose_estimates(office, walked.round, first, now()).await.unwrap();
    assert_eq!((batch.proposed, batch.without_user, batch.by_hand), (3, 1, 0));
    let again = propose_estimates(office, walked.round, first, now()).await.unwrap();
    assert_eq!((again.proposed, again.known), (0, 3));
    let early = approve_estimates(office, walked.round, "", second, now()).await;
    assert_eq!(early.unwrap_err().code(), "M21");
    close_round(office, walked.round, TODAY).await.unwrap();

    // One is changed with a reason; the proposal before it is taken back and stays to be seen.
    let changed = NewEstimate { usage: Some(CubicMeters(12)), ..asked(&walked, connections[1]) };
    let refused = propose_estimate(office, &changed, first, now()).await.unwrap_err();
    assert_eq!(refused.code(), "M25");
    let changed = NewEstimate { change_reason: "長期の不在と確認".into(), ..changed };
    let changed = propose_estimate(office, &changed, first, now()).await.unwrap();
    let own = decide_estimate(office, changed, true, "", first, now()).await.unwrap_err();
    assert_eq!(own.code(), "M26");
    let none = approve_estimates(office, walked.round, "", first, now()).await.unwrap();
    assert_eq!((none.approved, none.own), (0, 3));
    let all = approve_estimates(office, walked.round, "適当と認める", second, now()).await.unwrap();
    assert_eq!((all.approved, all.own, all.refused), (3, 0, 0));
    let twice = decide_estimate(office, changed, true, "", second, now()).await.unwrap_err();
    assert!(matches!(twice, EstimateRefusal::Decided), "{twice:?}");
    let after = propose_estimate(office, &asked(&walked, connections[0]), first, now()).await;
    let known = decide_estimate(office, after.unwrap(), true, "", second, now()).await;
    assert_eq!(known.unwrap_err().code(), "M22");

    let listed = estimates_of_round(office, walked.round).await.unwrap();
    let states: Vec<_> = listed.iter().map(|one| (one.usage.0, one.state_japanese())).collect();
    assert_eq!(
        states,
        [
            (40, "決裁待ち"),
            (12, "認定済み"),
            (40, "認定済み"),
            (40, "取下げ・差戻し"),
            (40, "認定済み"),
        ]
    );
    assert!(listed[1].explanation.contains("直近3回の平均＝40m³"), "{}", listed[1].explanation);
    assert!(listed[1].explanation.contains("長期の不在と確認"));

    // Estimated is not read: progress goes on telling the truth.
    let counts = round_progress(office, walked.round).await.unwrap()[0].count;
    assert_eq!((counts.read, counts.no_read), (1, 4));
    let summary = walked.run().await.unwrap();
    assert_eq!((summary.bills, summary.unbilled_count), (4, 0));
    let volumes: Vec<i32> = sqlx::query_scalar(
        "select usage_m3 from billing.assessment where claim = 1 order by usage_m3",
    )
    .fetch_all(&office.pool)
    .await
    .unwrap();
    assert_eq!(volumes, [12, 20, 40, 40]);
    let in_a_row = estimated_in_a_row(office, 1).await.unwrap();
    assert_eq!((in_a_row.len(), in_a_row[0].times), (3, 1));
    assert!(estimated_in_a_row(office, 2).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_leads_to_no_estimate_is_refused_with_its_code() {
    let stopped = Household { number: 4, in_service: false, ..SATO };
    let (walked, connections, [first, _]) = unread(&[SATO, stopped], "").await;
    let office = walked.office();
    let none = propose_estimates(office, walked.round, first, now()).await.unwrap_err();
    assert_eq!(none.code(), "M29");
    let unknown = choose_estimate_rule(office, "nowhere", first, now()).await.unwrap_err();
    assert_eq!(unknown.code(), "M20");
    choose_estimate_rule(office, "kasama", first, now()).await.unwrap();
    let cases = [
        (NewEstimate { reason: "flood".into(), ..asked(&walked, connections[0]) }, "M23"),
        (asked(&walked, connections[1]), "M28"),
        (asked(&walked, ConnectionId(-1)), "M20"),
        (
            NewEstimate { usage: Some(CubicMeters(u32::MAX)), ..asked(&walked, connections[0]) },
            "M30",
        ),
    ];
    for (new, code) in cases {
        let refused = propose_estimate(office, &new, first, now()).await.unwrap_err();
        assert_eq!(refused.code(), code, "{new:?}");
    }
    // The rule that knows only the office's own word leaves it to the clerk.
    choose_estimate_rule(office, "manual", first, now()).await.unwrap();
    let batch = propose_estimates(office, walked.round, first, now()).await.unwrap();
    assert_eq!((batch.proposed, batch.by_hand), (0, 1));
    let nothing = propose_estimate(office, &asked(&walked, connections[0]), first, now()).await;
    assert_eq!(nothing.unwrap_err().code(), "M24");
    let by_hand = NewEstimate {
        usage: Some(CubicMeters(8)),
        change_reason: "入居直後のため".into(),
        ..asked(&walked, connections[0])
    };
    propose_estimate(office, &by_hand, first, now()).await.unwrap();
    let listed = estimates_of_round(office, walked.round).await.unwrap();
    assert_eq!((listed[0].by_rule, listed[0].usage.0), (None, 8));
}
