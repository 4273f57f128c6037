//! Tables of remarks in versions, and what they leave to do, on a real database.

use jiff::civil::date;
use uuid::Uuid;

use super::*;
use crate::metering::{
    MasterRefusal, assign_route, open_follow_ups, settle, settled_follow_ups, work_package,
};
use crate::test_town::{SATO, TODAY, Town, now};

async fn clerk(town: &Town) -> StaffId {
    let id = sqlx::query_scalar(
        "insert into access.staff (utility_id, login_name, display_name, role, password_hash)
         values (1, 'desk', '窓口 花子', 'clerk', 'none') returning staff_id",
    );
    StaffId(id.fetch_one(&town.office.pool).await.unwrap())
}

async fn visit(town: &Town, connection: i64, number: u128, remarks: Vec<i16>) -> Uuid {
    let id = Uuid::from_u128(number);
    sqlx::query(
        "insert into metering.visit (utility_id, visit_id, connection_id, visited_on, remarks)
         values (1, $1, $2, '2026-11-23', $3)",
    )
    .bind(id)
    .bind(connection)
    .bind(remarks)
    .execute(&town.office.pool)
    .await
    .unwrap();
    id
}

fn bees() -> RemarkLine {
    let remark = Remark {
        code: 40,
        name: "蜂の巣".into(),
        reads: false,
        may_estimate: true,
        revisit: true,
        photo: true,
        prints: true,
        follow_up: FollowUp::Letter,
    };
    RemarkLine { remark, valid_from: Some(TODAY), valid_until: None }
}

fn table(lines: Vec<RemarkLine>) -> NewRemarkTable {
    NewRemarkTable { valid_from: TODAY, lines, reason: String::new() }
}

#[tokio::test]
async fn a_new_code_reaches_the_terminal_in_its_place_and_while_it_holds() {
    let town = Town::new().await;
    town.household(SATO).await;
    let by = clerk(&town).await;
    let office = &town.office;
    let round = town.round().await;
    let device = town.device("H01").await;
    assign_route(office, town.route(round).await, device.id).await.unwrap();
    let mut lines = remark_lines(office, TODAY).await.unwrap();
    assert_eq!(lines, seed());
    lines.insert(1, bees());
    lines.last_mut().unwrap().valid_until = Some(date(2026, 11, 22));
    enter_remarks(office, &table(lines.clone()), by, now(), TODAY).await.unwrap();
    assert_eq!(remark_lines(office, TODAY).await.unwrap(), lines);
    let package = work_package(office, device.id, TODAY).await.unwrap().unwrap();
    let sent = &package.work.remarks;
    assert_eq!(sent.len(), 21, "one came, one ended the day before");
    assert_eq!((sent[1].code, sent[1].flags, sent[1].follow_up.as_str()), (40, 30, "letter"));
    assert!(sent.iter().all(|remark| remark.code != 20));
    let mut db = office.pool.acquire().await.unwrap();
    assert!(is_no_read_code(&mut db, 1, 40).await.unwrap());
    assert!(!is_no_read_code(&mut db, 1, 6).await.unwrap(), "it can be read with it");
    assert!(!is_no_read_code(&mut db, 1, 77).await.unwrap());
}

#[tokio::test]
async fn wrong_lines_are_named_and_a_used_code_stays() {
    let town = Town::new().await;
    let sato = town.household(SATO).await;
    let by = clerk(&town).await;
    visit(&town, sato.0, 1, vec![6]).await;
    let mut lines = seed();
    lines.retain(|line| line.remark.code != 6 && line.remark.code != 0);
    lines.push(RemarkLine { remark: Remark { name: String::new(), ..bees().remark }, ..bees() });
    lines.push(bees());
    let mut wrong = table(lines);
    wrong.lines[1].remark.revisit = true;
    wrong.lines[1].remark.reads = true;
    wrong.valid_from = date(2026, 11, 22);
    let refused = enter_remarks(&town.office, &wrong, by, now(), TODAY).await;
    let Err(MasterRefusal::Mistakes(mistakes)) = refused else { panic!("{refused:?}") };
    let codes: Vec<(&str, &str)> =
        mistakes.iter().map(|(field, mistake)| (field.as_str(), mistake.code())).collect();
    let expected = [
        ("valid_from", "S64"),
        ("code-2", "S68"),
        ("code-40", "S67"),
        ("code-40", "S65"),
        ("code-6", "S66"),
        ("lines", "S69"),
    ];
    assert_eq!(codes, expected);
    assert!(remark_tables(&town.office).await.unwrap().is_empty());
}

#[tokio::test]
async fn follow_ups_wait_until_somebody_is_done_or_the_meter_was_read() {
    let town = Town::new().await;
    let sato = town.household(SATO).await;
    let by = clerk(&town).await;
    let office = &town.office;
    let leak = visit(&town, sato.0, 1, vec![6]).await;
    let absent = visit(&town, sato.0, 2, vec![1]).await;
    visit(&town, sato.0, 3, vec![0]).await;
    let open = open_follow_ups(office, "", TODAY).await.unwrap();
    let visits: Vec<Uuid> = open.iter().map(|follow_up| follow_up.visit).collect();
    assert_eq!(visits, [leak, absent], "code 0 asks for nothing");
    assert_eq!(open[0].remarks[0].2, FollowUp::LeakSurvey);

    sqlx::query(
        "insert into metering.reading (utility_id, reading_id, connection_id, meter_id, read_on,
             register_value, usage_m3, kind)
         select 1, $1, connection_id, meter_id, '2026-11-23', 1260, 60, 1
         from metering.meter_installation where connection_id = $2",
    )
    .bind(Uuid::from_u128(9))
    .bind(sato.0)
    .execute(&office.pool)
    .await
    .unwrap();
    settle(office, leak, "漏水調査を依頼した", by, now()).await.unwrap();
    assert!(open_follow_ups(office, "00000001", TODAY).await.unwrap().is_empty());
    let done = settled_follow_ups(office, "00000001", TODAY).await.unwrap();
    assert_eq!(done[0].settled.as_ref().unwrap().2, "漏水調査を依頼した");
    assert_eq!(settle(office, leak, "", by, now()).await.unwrap_err().code(), "M42");
    assert!(open_follow_ups(office, "99999999", TODAY).await.unwrap().is_empty());
}
