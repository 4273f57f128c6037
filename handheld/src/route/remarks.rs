//! The remark codes on board (検針備考): the utility's own table, else the seed.

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use shared::metering::{FollowUp, Remark};
use shared::wire::RemarkV1;

pub(super) fn open(remarks: Vec<RemarkV1>) -> Vec<Remark> {
    if remarks.is_empty() { Remark::seed() } else { remarks.into_iter().map(remark).collect() }
}

fn remark(from: RemarkV1) -> Remark {
    let has = |flag: u8| from.flags & flag != 0;
    Remark {
        code: from.code,
        reads: has(1),
        may_estimate: has(2),
        revisit: has(4),
        photo: has(8),
        prints: has(16),
        follow_up: follow_up(&from.follow_up),
        name: from.name,
    }
}

/// A word that this program does not know yet: the office looks at it in any case.
fn follow_up(word: &str) -> FollowUp {
    let word: StrDeserializer<Error> = word.into_deserializer();
    FollowUp::deserialize(word).unwrap_or(FollowUp::OfficeCheck)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_come_as_they_were_sent_and_the_seed_stands_in_for_none() {
        let sent = |flags, follow_up: &str| RemarkV1 {
            code: 9,
            name: "泥・冠水".into(),
            flags,
            follow_up: follow_up.into(),
        };
        let seed = Remark::seed();
        assert_eq!(open(vec![sent(2 + 4 + 8 + 16, "box_cleaning")]), [seed[9].clone()]);
        assert_eq!(open(vec![sent(1, "of_a_later_version")])[0].follow_up, FollowUp::OfficeCheck);
        assert_eq!(open(Vec::new()), seed);
    }
}
