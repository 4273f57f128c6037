//! Logging in, the lock, and sessions, on a real database.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::test_town::{Town, now};

async fn clerk(town: &Town) {
    let password = Secret { text: "ひみつの水".into(), salt: [1; SALT_BYTES] };
    let new = NewStaff {
        login_name: "tanaka".into(),
        display_name: "田中 一郎".into(),
        role: Role::Clerk,
        password: Some(password),
        pin: None,
    };
    add_staff(&town.office, new).await.unwrap();
}

fn minutes_later(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

#[tokio::test]
async fn the_right_password_opens_a_session_for_eight_hours() {
    let town = Town::new().await;
    clerk(&town).await;
    let office = &town.office;
    let Login::Welcome(staff) =
        authenticate(office, "tanaka", "ひみつの水", "", now()).await.unwrap()
    else {
        panic!("the right password is refused")
    };
    assert_eq!((staff.display_name.as_str(), staff.role), ("田中 一郎", Role::Clerk));
    assert!(staff.may(Right::RunBilling) && !staff.may(Right::ManageDevices));

    let token = SessionToken([9; 32]);
    open_session(office, staff.id, token, Origin::default(), now()).await.unwrap();
    let at = async |minutes| staff_of_session(office, token, minutes_later(minutes)).await.unwrap();
    for minutes in (0..8 * 60).step_by(50) {
        assert_eq!(at(minutes).await.as_ref(), Some(&staff), "busy");
    }
    assert_eq!(at(8 * 60 - 1).await, Some(staff));
    assert_eq!(at(8 * 60).await, None);
    assert_eq!(staff_of_session(office, SessionToken([8; 32]), now()).await.unwrap(), None);

    close_session(office, token).await.unwrap();
    assert_eq!(at(8 * 60 - 1).await, None);
}

#[tokio::test]
async fn a_session_ends_after_an_hour_without_work() {
    let town = Town::new().await;
    clerk(&town).await;
    let office = &town.office;
    let staff = staff_list(office).await.unwrap().remove(0);
    let token = SessionToken([9; 32]);
    open_session(office, staff.id, token, Origin::default(), now()).await.unwrap();
    let at = async |minutes| staff_of_session(office, token, minutes_later(minutes)).await.unwrap();
    assert!(at(59).await.is_some());
    assert!(at(118).await.is_some());
    assert!(at(178).await.is_none());
    assert!(at(119).await.is_some(), "and only looking does not end it");
}

#[tokio::test]
async fn somebody_sees_and_ends_their_own_sessions_only() {
    let town = Town::new().await;
    clerk(&town).await;
    let office = &town.office;
    let [one, two, foreign] = [1, 2, 3].map(|byte| SessionToken([byte; 32]));
    let staff = staff_list(office).await.unwrap();
    let clerk = staff.iter().find(|staff| staff.login_name == "tanaka").unwrap();
    let other = add_staff(
        office,
        NewStaff {
            login_name: "suzuki".into(),
            display_name: "鈴木".into(),
            role: Role::Clerk,
            password: None,
            pin: None,
        },
    )
    .await
    .unwrap();
    let origin = Origin { address: "10.0.0.7".into(), browser: "Edge".into() };
    open_session(office, clerk.id, one, origin.clone(), now()).await.unwrap();
    open_session(office, clerk.id, two, Origin::default(), minutes_later(1)).await.unwrap();
    open_session(office, other, foreign, Origin::default(), now()).await.unwrap();
    let listed = open_sessions(office, clerk.id, two, minutes_later(2)).await.unwrap();
    assert_eq!(listed.iter().map(|session| session.is_own).collect::<Vec<_>>(), [true, false]);
    assert_eq!(listed[1].origin, origin);
    let theirs = open_sessions(office, other, foreign, now()).await.unwrap()[0].id;
    assert!(!end_session(office, clerk.id, theirs).await.unwrap(), "not one's own");
    assert!(end_session(office, clerk.id, listed[1].id).await.unwrap());
    assert!(staff_of_session(office, one, now()).await.unwrap().is_none());
    assert!(staff_of_session(office, two, minutes_later(2)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_new_password_asks_for_the_old_one_and_ends_the_other_sessions() {
    let town = Town::new().await;
    clerk(&town).await;
    let office = &town.office;
    let staff = staff_list(office).await.unwrap();
    let staff = staff.iter().find(|staff| staff.login_name == "tanaka").unwrap();
    let [own, elsewhere] = [1, 2].map(|byte| SessionToken([byte; 32]));
    for token in [own, elsewhere] {
        open_session(office, staff.id, token, Origin::default(), now()).await.unwrap();
    }
    let change = async |old: &str, new: &str| {
        let new = Secret { text: new.into(), salt: [3; SALT_BYTES] };
        change_password(office, staff, own, old, new, now()).await.unwrap()
    };
    let good = "朝の川辺をゆっくり歩いて家へ帰る";
    assert_eq!(change("ひみつの水", "short").await.code(), Some("A04"));
    assert_eq!(change("ひみつの水", "田中一郎田中一郎田中一郎田中").await.code(), Some("A04"));
    assert_eq!(change("ひみつの水", "tanaka tanaka tanaka").await.code(), Some("A05"));
    assert_eq!(change("ちがう", good).await, ChangePassword::WrongOld);
    assert!(staff_of_session(office, elsewhere, now()).await.unwrap().is_some());
    assert_eq!(change("ひみつの水", good).await, ChangePassword::Changed { ended: 1 });
    assert!(staff_of_session(office, elsewhere, now()).await.unwrap().is_none());
    assert!(staff_of_session(office, own, now()).await.unwrap().is_some());
    let log_in =
        async |password| authenticate(office, "tanaka", password, "", now()).await.unwrap();
    assert_eq!(log_in("ひみつの水").await, Login::Wrong);
    assert!(matches!(log_in(good).await, Login::Welcome(_)));
}

#[tokio::test]
async fn one_address_cannot_try_one_password_on_everybody() {
    let town = Town::new().await;
    clerk(&town).await;
    let from = async |name: &str, password: &str, address: &str, minutes| {
        authenticate(&town.office, name, password, address, minutes_later(minutes)).await.unwrap()
    };
    for number in 0..30 {
        assert_eq!(from(&format!("name{number}"), "x", "10.0.0.7", 0).await, Login::Wrong);
    }
    assert_eq!(from("tanaka", "ひみつの水", "10.0.0.7", 1).await, Login::Locked);
    assert!(matches!(from("tanaka", "ひみつの水", "10.0.0.8", 1).await, Login::Welcome(_)));
    assert!(matches!(from("tanaka", "ひみつの水", "10.0.0.7", 6).await, Login::Welcome(_)));
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_name_for_five_minutes() {
    let town = Town::new().await;
    clerk(&town).await;
    let attempt = async |password: &str, minutes| {
        authenticate(&town.office, "tanaka", password, "", minutes_later(minutes)).await.unwrap()
    };
    for _ in 0..4 {
        assert_eq!(attempt("x", 0).await, Login::Wrong);
    }
    assert!(matches!(attempt("ひみつの水", 0).await, Login::Welcome(_)), "four are forgiven");
    for _ in 0..5 {
        assert_eq!(attempt("x", 1).await, Login::Wrong);
    }
    assert_eq!(attempt("ひみつの水", 2).await, Login::Locked);
    assert_eq!(attempt("ひみつの水", 5).await, Login::Locked);
    assert!(matches!(attempt("ひみつの水", 6).await, Login::Welcome(_)), "tries while locked");
}

#[tokio::test]
async fn an_unknown_name_is_answered_like_a_wrong_password() {
    let town = Town::new().await;
    let attempt = async || authenticate(&town.office, "nobody", "x", "", now()).await.unwrap();
    for _ in 0..5 {
        assert_eq!(attempt().await, Login::Wrong);
    }
    assert_eq!(attempt().await, Login::Locked);
}

#[tokio::test]
async fn many_tries_at_the_same_moment_count_as_many() {
    let town = Town::new().await;
    clerk(&town).await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let office = town.office.clone();
        tries.spawn(async move { authenticate(&office, "tanaka", "x", "", now()).await.unwrap() });
    }
    let outcomes = tries.join_all().await;
    let wrong = outcomes.iter().filter(|outcome| **outcome == Login::Wrong).count();
    assert_eq!((wrong, outcomes.len()), (5, 12));
}

#[tokio::test]
async fn nothing_but_hashes_reaches_the_database() {
    let town = Town::new().await;
    clerk(&town).await;
    let taken = NewStaff {
        login_name: "tanaka".into(),
        display_name: "別人".into(),
        role: Role::Reader,
        password: None,
        pin: Some(Secret { text: "2468".into(), salt: [2; SALT_BYTES] }),
    };
    let refused = add_staff(&town.office, taken).await.unwrap_err();
    assert_eq!(refused.code(), "A03");
    let dump = town.dump().await.join("\n");
    assert!(dump.contains("$argon2id$") && !dump.contains("ひみつの水"));
}
