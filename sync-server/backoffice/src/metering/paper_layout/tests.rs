//! Layouts on a real database: entered by one, used after another's approval.

use shared::paper::built_in_text;

use super::*;
use crate::test_town::{TODAY, Town, now};

async fn person(town: &Town, login: &str) -> StaffId {
    let id = sqlx::query_scalar(
        "insert into access.staff (utility_id, login_name, display_name, role, password_hash)
         values (1, $1, '窓口 花子', 'clerk', 'none') returning staff_id",
    );
    StaffId(id.bind(login).fetch_one(&town.office.pool).await.unwrap())
}

#[tokio::test]
async fn a_layout_is_used_from_the_day_that_a_second_person_names() {
    let town = Town::new().await;
    let (one, two) = (person(&town, "one").await, person(&town, "two").await);
    let kind = PaperKind::LeakNotice;
    let text = format!("{}\ngap 8", built_in_text(kind));
    let version =
        enter_paper_layout(&town.office, kind, (&text, "余白"), one, now()).await.unwrap();
    let days = (TODAY.tomorrow().unwrap(), TODAY);
    let approve = |days, by| approve_paper_layout(&town.office, version, days, by, now());
    assert_eq!(approve(days, one).await.unwrap_err().code(), "P21");
    let past = (TODAY.yesterday().unwrap(), TODAY);
    assert_eq!(approve(past, two).await.unwrap_err().code(), "P24");
    approve(days, two).await.unwrap();
    assert_eq!(approve(days, two).await.unwrap_err().code(), "P22");

    let mut db = town.office.pool.acquire().await.unwrap();
    assert_eq!(layouts_on_wire(&mut db, 1, TODAY).await.unwrap(), []);
    let sent = layouts_on_wire(&mut db, 1, days.0).await.unwrap();
    assert_eq!((sent.len(), sent[0].kind, &sent[0].text), (1, 4, &text));
    let all = paper_layouts(&town.office).await.unwrap();
    assert_eq!(all[0].approved.as_ref().map(|(day, _)| *day), Some(days.0));
}

#[tokio::test]
async fn a_layout_with_a_fault_is_not_kept() {
    let town = Town::new().await;
    let by = person(&town, "one").await;
    let kind = PaperKind::UsageNotice;
    let refused = enter_paper_layout(&town.office, kind, ("gap 4\nrow", ""), by, now()).await;
    let Err(LayoutRefusal::Faults(faults)) = refused else { panic!("it was kept") };
    assert_eq!(faults[0].line, 2);
    assert!(paper_layouts(&town.office).await.unwrap().is_empty());
}
