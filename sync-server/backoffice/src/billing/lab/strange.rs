//! The strangest bills (目立つ請求): those that a draft changes most, and those that it makes odd.
//!
//! Bills with the same inputs, or of the same connection, would fill the list with one bill over and
//! over: the strangest of them, and of equals the one with the smallest number, stands for all.

use std::cmp::Reverse;

use shared::quantity::Yen;

use super::bills::LabBill;
use super::cases::CaseNumber;

/// Bills that are shown.
const SHOWN: usize = 10;

/// Bills kept of each kind: as many as are shown, should the other kinds have none.
const KEPT_MAX: usize = SHOWN;

/// Percents are compared in hundred-thousandths.
const PERCENT_SCALE: i64 = 100_000;

/// What is strange about a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// Nothing is left to pay.
    BecomesFree,
    /// Something is to pay where nothing was.
    FromNothing,
    /// The largest rise in yen.
    Rise,
    /// The largest rise in percent.
    RisePercent,
    /// The largest fall in yen.
    Fall,
    /// The largest fall in percent.
    FallPercent,
}

/// With how many of each are shown, if there are as many.
const KINDS: [(Oddity, usize); 6] = [
    (Oddity::BecomesFree, 1),
    (Oddity::FromNothing, 1),
    (Oddity::Rise, 3),
    (Oddity::RisePercent, 2),
    (Oddity::Fall, 2),
    (Oddity::FallPercent, 1),
];

impl Oddity {
    /// The words on pages.
    pub fn japanese(self) -> &'static str {
        match self {
            Oddity::BecomesFree => "0円になる",
            Oddity::FromNothing => "0円からかかる",
            Oddity::Rise => "増える額が大きい",
            Oddity::RisePercent => "増える率が大きい",
            Oddity::Fall => "減る額が大きい",
            Oddity::FallPercent => "減る率が大きい",
        }
    }

    /// The higher, the stranger; `None` when it is not strange in this way at all.
    fn score(self, before: Yen, after: Yen) -> Option<i64> {
        let change = (after - before).0;
        let percent = || (before.0 > 0).then(|| change.saturating_mul(PERCENT_SCALE) / before.0);
        let score = match self {
            Oddity::BecomesFree => (after.0 == 0).then_some(before.0),
            Oddity::FromNothing => (before.0 == 0).then_some(after.0),
            Oddity::Rise => Some(change),
            Oddity::RisePercent => percent(),
            Oddity::Fall => Some(-change),
            Oddity::FallPercent => percent().map(|percent| -percent),
        };
        score.filter(|score| *score > 0)
    }
}

/// The strangest of one kind, the strangest first.
#[derive(Default)]
struct Top(Vec<(i64, LabBill)>);

impl Top {
    /// Bills come in the order of their numbers or nearly so: of most, the first look is the last.
    fn consider(&mut self, score: i64, bill: &LabBill) {
        let rank = |score: i64, bill: &LabBill| (Reverse(score), bill.id);
        let is_worse = |known: &(i64, LabBill)| rank(known.0, &known.1) <= rank(score, bill);
        if self.0.len() == KEPT_MAX && self.0.last().is_some_and(is_worse) {
            return;
        }
        if self.0.iter().any(|known| is_alike(&known.1, bill) && is_worse(known)) {
            return;
        }
        self.0.retain(|known| !is_alike(&known.1, bill));
        self.0.push((score, *bill));
        self.0.sort_by_key(|(score, bill)| rank(*score, bill));
        self.0.truncate(KEPT_MAX);
    }
}

/// Of the same connection, or with the same inputs under the same tariffs.
fn is_alike(one: &LabBill, other: &LabBill) -> bool {
    one.connection == other.connection || one.claims == other.claims
}

/// The strangest of each kind so far.
#[derive(Default)]
pub(super) struct Strangest([Top; KINDS.len()]);

impl Strangest {
    pub(super) fn consider(&mut self, bill: &LabBill) {
        let (before, after) = (bill.before(), bill.after());
        if before == after {
            return;
        }
        for ((oddity, _), top) in KINDS.into_iter().zip(&mut self.0) {
            if let Some(score) = oddity.score(before, after) {
                top.consider(score, bill);
            }
        }
    }

    /// Takes in what another reader found, whose cases have these numbers here.
    pub(super) fn merge(&mut self, other: Strangest, renumbered: &[CaseNumber]) {
        for (own, others) in self.0.iter_mut().zip(other.0) {
            for (score, mut bill) in others.0 {
                for claim in bill.claims.iter_mut().flatten() {
                    claim.case = renumbered[claim.case as usize];
                }
                own.consider(score, &bill);
            }
        }
    }

    /// Ten bills: of each kind its share, then more of those kinds that have more. None stands twice.
    pub(super) fn shown(&self) -> Vec<(Oddity, LabBill)> {
        let mut taken = [0; KINDS.len()];
        let mut ids = Vec::with_capacity(SHOWN);
        for asks_more in [false, true] {
            loop {
                let before = ids.len();
                for (kind, (_, share)) in KINDS.into_iter().enumerate() {
                    let may_take = ids.len() < SHOWN && (asks_more || taken[kind] < share);
                    let next = self.0[kind].0.iter().find(|(_, bill)| !ids.contains(&bill.id));
                    if let (true, Some((_, bill))) = (may_take, next) {
                        ids.push(bill.id);
                        taken[kind] += 1;
                    }
                }
                if ids.len() == before {
                    break;
                }
            }
        }
        self.in_order(&ids)
    }

    /// The chosen ones kind by kind, each under the first kind that has it.
    fn in_order(&self, chosen: &[i64]) -> Vec<(Oddity, LabBill)> {
        let mut shown: Vec<(Oddity, LabBill)> = Vec::with_capacity(chosen.len());
        for ((oddity, _), top) in KINDS.into_iter().zip(&self.0) {
            for (_, bill) in &top.0 {
                let is_new = shown.iter().all(|(_, known)| known.id != bill.id);
                if is_new && chosen.contains(&bill.id) {
                    shown.push((oddity, *bill));
                }
            }
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::super::bills::BilledClaim;
    use super::*;

    fn bill(id: i64, case: CaseNumber, before: i64, after: i64) -> LabBill {
        let claim = BilledClaim {
            case,
            before: Yen(before),
            before_tax: Yen(0),
            after: Yen(after),
            after_tax: Yen(0),
        };
        LabBill { id, connection: id, round: 0, claims: [Some(claim), None] }
    }

    #[test]
    fn each_kind_has_its_share_and_no_bill_stands_twice() {
        let mut strangest = Strangest::default();
        for id in 1..=40 {
            let case = CaseNumber::try_from(id).unwrap();
            strangest.consider(&bill(id, case, 1_000, 1_000 + 10 * id));
            strangest.consider(&bill(100 + id, 100 + case, 10_000, 10_000 - 10 * id));
            // The same as bill 40, under a higher number.
            strangest.consider(&bill(1_000 + id, 40, 1_000, 1_400));
        }
        strangest.consider(&bill(500, 500, 800, 0));
        strangest.consider(&bill(501, 501, 0, 5));
        let shown: Vec<_> =
            strangest.shown().into_iter().map(|(oddity, bill)| (oddity, bill.id)).collect();
        assert_eq!(shown.len(), SHOWN);
        assert_eq!(shown[0], (Oddity::BecomesFree, 500));
        assert_eq!(shown[1], (Oddity::FromNothing, 501));
        assert_eq!(shown[2], (Oddity::Rise, 40));
        assert!(shown.contains(&(Oddity::Fall, 140)));
        let mut ids: Vec<i64> = shown.iter().map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), SHOWN);
    }

    #[test]
    fn what_does_not_change_is_not_strange() {
        let mut strangest = Strangest::default();
        strangest.consider(&bill(1, 1, 1_000, 1_000));
        strangest.consider(&bill(2, 2, 0, 0));
        assert!(strangest.shown().is_empty());
    }
}
