//! What was received for a bill (領収額), and which paper of a correction follows from it. Pure.

use super::Paper;
use crate::quantity::Yen;

/// What the books say of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// 未収金 of the bill by the ledger.
    pub receivable: Yen,
    /// What was taken for it, less what earlier corrections gave back.
    pub taken: Yen,
}

/// Which paper the customer may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperChoice {
    /// This one and no other.
    Only(Paper),
    /// This one, as far as the books know; who knows of a payment that is not in them may choose.
    Usually(Paper),
}

impl Received {
    /// What is still to be paid; negative where more was taken than is owed.
    pub fn open(self) -> Yen {
        self.receivable - self.taken
    }

    /// More was taken than is owed after the correction: that is given back, on a paper of its own.
    /// What is owed after it is told by a revised bill.
    pub fn paper(self, difference: Yen) -> PaperChoice {
        if self.taken > Yen(0) && self.taken > self.receivable + difference {
            PaperChoice::Only(Paper::CreditNote)
        } else if self.taken > Yen(0) || difference >= Yen(0) {
            PaperChoice::Only(Paper::RevisedBill)
        } else {
            PaperChoice::Usually(Paper::RevisedBill)
        }
    }
}

impl PaperChoice {
    /// The one to begin with.
    pub fn paper(self) -> Paper {
        let (PaperChoice::Only(paper) | PaperChoice::Usually(paper)) = self;
        paper
    }

    /// Whether that one may be given.
    pub fn allows(self, paper: Paper) -> bool {
        match self {
            PaperChoice::Only(only) => only == paper,
            PaperChoice::Usually(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_books_choose_the_paper_where_they_know() {
        let choice = |taken, difference| {
            Received { receivable: Yen(5_000), taken: Yen(taken) }.paper(Yen(difference))
        };
        let [bill, note] = [Paper::RevisedBill, Paper::CreditNote].map(PaperChoice::Only);
        assert_eq!(choice(5_000, -1), note);
        assert_eq!(choice(5_000, 1), bill);
        assert_eq!(choice(5_000, 0), bill);
        // A part was taken: what is left is billed, what is too much goes back.
        assert_eq!(choice(3_000, -1_000), bill);
        assert_eq!(choice(3_000, -2_001), note);
        assert_eq!(choice(0, 1), bill);
        let unknown = choice(0, -1);
        assert_eq!(unknown.paper(), Paper::RevisedBill);
        assert!(unknown.allows(Paper::CreditNote) && !note.allows(Paper::RevisedBill));
        assert_eq!(Received { receivable: Yen(3), taken: Yen(5) }.open(), Yen(-2));
    }
}
