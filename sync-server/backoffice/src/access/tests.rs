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
    let Login::Welcome(staff) = authenticate(office, "tanaka", "ひみつの水", now()).await.unwrap()
    else {
        panic!("the right password is refused")
    };
    assert_eq!((staff.display_name.as_str(), staff.role), ("田中 一郎", Role::Clerk));
    assert!(staff.may(Right::RunBilling) && !staff.may(Right::ManageDevices));

    let token = SessionToken([9; 32]);
    open_session(office, staff.id, token, now()).await.unwrap();
    let at = async |minutes| staff_of_session(office, token, minutes_later(minutes)).await.unwrap();
    assert_eq!(at(8 * 60 - 1).await, Some(staff));
    assert_eq!(at(8 * 60).await, None);
    assert_eq!(staff_of_session(office, SessionToken([8; 32]), now()).await.unwrap(), None);

    close_session(office, token).await.unwrap();
    assert_eq!(at(1).await, None);
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_name_for_five_minutes() {
    let town = Town::new().await;
    clerk(&town).await;
    let attempt = async |password: &str, minutes| {
        authenticate(&town.office, "tanaka", password, minutes_later(minutes)).await.unwrap()
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
    let attempt = async || authenticate(&town.office, "nobody", "x", now()).await.unwrap();
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
        tries.spawn(async move { authenticate(&office, "tanaka", "x", now()).await.unwrap() });
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
