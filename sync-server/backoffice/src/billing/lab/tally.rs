//! What one reader of assessments has seen (集計): sums by case, histograms, the strangest bills.

use shared::billing::{ChargeError, Claim};
use shared::quantity::Yen;

use super::bills::{BilledClaim, LabBill, place_of};
use super::cases::{Cases, Outcome};
use super::customers::{Customers, RefusalNumber};
use super::error::LabError;
use super::histogram::Histogram;
use super::pricing::Pricing;
use super::strange::Strangest;
use crate::bulk::CopiedRow;

/// Why something has no price, and how many connections that concerns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal {
    pub(super) claim: Claim,
    pub(super) error: ChargeError,
    pub(super) connections: u64,
}

/// All sums.
pub(super) struct Tally {
    pub(super) cases: Cases,
    pub(super) bills: u64,
    pub(super) customers: u64,
    /// Customers of whom something has no price.
    pub(super) left_out: u64,
    /// Customers who paid nothing before and would pay: no percent can be said of them.
    pub(super) from_nothing: u64,
    pub(super) yen: Histogram,
    pub(super) percent: Histogram,
    pub(super) strangest: Strangest,
    pub(super) refusals: Vec<Refusal>,
    slice: Customers,
    /// The bill whose claims are being read.
    open_bill: Option<LabBill>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            cases: Cases::default(),
            bills: 0,
            customers: 0,
            left_out: 0,
            from_nothing: 0,
            yen: Histogram::of_yen(),
            percent: Histogram::of_percent(),
            strangest: Strangest::default(),
            refusals: Vec::new(),
            slice: Customers::default(),
            open_bill: None,
        }
    }
}

impl Tally {
    /// Takes an assessment in: connection, bill, amount, tax, and what makes its case. The claims
    /// of a bill come one after the other.
    pub(super) fn row(
        &mut self,
        mut row: CopiedRow<'_>,
        round: usize,
        pricing: &Pricing,
    ) -> Result<(), LabError> {
        let (connection, id) = (row.bigint()?, row.bigint()?);
        let (before, before_tax) = (Yen(row.bigint()?), Yen(row.bigint()?));
        let case = self.cases.number(row.rest(), pricing)?;
        let place = place_of(self.cases.get(case).claim);
        let is_same = |open: &LabBill| open.id == id && open.claims[place].is_none();
        if !self.open_bill.as_ref().is_some_and(is_same) {
            self.end_bill(pricing)?;
        }
        let claim = BilledClaim { case, before, before_tax, after: before, after_tax: before_tax };
        let new = LabBill { id, connection, round, claims: [None; 2] };
        self.open_bill.get_or_insert(new).claims[place] = Some(claim);
        Ok(())
    }

    /// Counts the bill whose claims are all read.
    pub(super) fn end_bill(&mut self, pricing: &Pricing) -> Result<(), LabError> {
        let Some(mut bill) = self.open_bill.take() else { return Ok(()) };
        bill.price(&self.cases, pricing)?;
        self.bills += 1;
        let mut refused = [None; 2];
        for claim in bill.claims() {
            let case = self.cases.get_mut(claim.case);
            case.count += 1;
            case.before = case.before + claim.before;
            case.before_tax = case.before_tax + claim.before_tax;
            let (claimed, outcome) = (case.claim, case.outcome);
            match outcome {
                Outcome::Priced(_) => {
                    case.after = case.after + claim.after;
                    case.after_tax = case.after_tax + claim.after_tax;
                }
                Outcome::Untouched => {}
                Outcome::Unpriced(error) => {
                    refused[place_of(claimed)] = Some(self.refusal(claimed, error));
                }
            }
        }
        let customer = self.slice.of(bill.connection);
        customer.before = customer.before + bill.before();
        customer.after = customer.after + bill.after();
        for (known, new) in customer.refused.iter_mut().zip(refused) {
            *known = new.or(*known);
        }
        if refused == [None; 2] {
            self.strangest.consider(&bill);
        }
        Ok(())
    }

    /// Counts the customers of a slice whose bills are all read.
    pub(super) fn end_slice(&mut self) {
        for customer in self.slice.drain() {
            self.customers += 1;
            if !customer.is_whole() {
                self.left_out += 1;
                for number in customer.refused.into_iter().flatten() {
                    self.refusals[usize::from(number)].connections += 1;
                }
                continue;
            }
            let change = (customer.after - customer.before).0;
            self.yen.count(change, 1, 1);
            if customer.before.0 > 0 || change == 0 {
                self.percent.count(change, 100, customer.before.0.max(1));
            } else {
                self.from_nothing += 1;
            }
        }
    }

    fn refusal(&mut self, claim: Claim, error: ChargeError) -> RefusalNumber {
        let is_known = |known: &Refusal| known.claim == claim && known.error == error;
        let number = self.refusals.iter().position(is_known).unwrap_or_else(|| {
            self.refusals.push(Refusal { claim, error, connections: 0 });
            self.refusals.len() - 1
        });
        RefusalNumber::try_from(number).expect("reasons are as few as sizes times classes")
    }

    /// Takes in what another reader saw of other slices.
    pub(super) fn merge(&mut self, other: Tally) {
        let renumbered = self.cases.merge(other.cases);
        self.bills += other.bills;
        self.customers += other.customers;
        self.left_out += other.left_out;
        self.from_nothing += other.from_nothing;
        self.yen.merge(&other.yen);
        self.percent.merge(&other.percent);
        self.strangest.merge(other.strangest, &renumbered);
        for refusal in other.refusals {
            let number = self.refusal(refusal.claim, refusal.error);
            self.refusals[usize::from(number)].connections += refusal.connections;
        }
    }
}
