//! The seed table of remarks (検針備考) holds together.

use super::*;
use crate::metering::NoReadReason;

#[test]
fn each_code_stands_once_and_in_order() {
    let seed = Remark::seed();
    assert!(seed.iter().zip(0_u8..).all(|(remark, code)| remark.code == code));
    assert_eq!(seed[6].slip_line().as_deref(), Some("06 漏水の疑い（パイロット回転）"));
    assert_eq!(seed[12].slip_line(), None);
}

#[test]
fn every_reason_of_a_no_read_is_a_remark_that_does_not_read() {
    let seed = Remark::seed();
    for reason in NoReadReason::ALL {
        let remark = &seed[usize::from(reason.code())];
        let has_house = *reason != NoReadReason::Gone;
        assert!(!remark.reads && remark.may_estimate == has_house, "{}", remark.name);
        assert_eq!(remark.name, reason.japanese());
    }
}

#[test]
fn the_word_of_a_follow_up_is_the_one_that_is_stored() {
    for follow_up in FollowUp::ALL {
        let word: serde::de::value::StrDeserializer<'_, serde::de::value::Error> =
            serde::de::IntoDeserializer::into_deserializer(follow_up.key());
        assert_eq!(FollowUp::deserialize(word), Ok(follow_up));
        assert_eq!(FollowUp::from_key(follow_up.key()), Some(follow_up));
    }
    assert_eq!(FollowUp::from_key("nothing_known"), None);
}

#[test]
fn the_flags_decide_what_is_still_missing() {
    let seed = Remark::seed();
    let check = |code: usize, has_reading, has_photo| seed[code].check(has_reading, has_photo);
    assert_eq!(check(0, true, false), Ok(()));
    assert_eq!(check(0, false, false), Err(RemarkNeeds::Reading));
    assert_eq!(check(1, false, false), Ok(()));
    assert_eq!(check(1, true, false), Err(RemarkNeeds::NoReading));
    assert_eq!(check(3, false, true), Ok(()));
    assert_eq!(check(6, true, false), Err(RemarkNeeds::Photo));
    assert_eq!(check(6, true, true), Ok(()));
}

#[test]
fn what_explains_a_finding_lets_the_reading_through() {
    let seed = Remark::seed();
    let findings = [
        Finding::WentBackwards,
        Finding::RolledOver,
        Finding::NoUsage,
        Finding::UsedWhileStopped,
        Finding::LeakSuspected,
    ];
    for finding in findings {
        let codes = Remark::seed_codes_for(finding);
        assert!(codes.iter().all(|code| seed[usize::from(*code)].reads), "{finding:?}");
    }
}
