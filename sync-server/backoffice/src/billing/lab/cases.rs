//! Cases (計算条件の種類): assessments with the very same input under the same tariff.
//!
//! A city's year has a million assessments and some thousand cases. Each is decoded and priced once.

use std::collections::HashMap;

use shared::billing::{ChargeAmounts, ChargeError, ChargeInput, Claim};
use shared::quantity::{CubicMeters, Yen};

use super::error::LabError;
use super::pricing::{Asked, Pricing};
use crate::bulk::CopiedRow;

/// What the draft makes of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It has a price.
    Priced(ChargeAmounts),
    /// The draft does not touch the claim.
    Untouched,
    /// The draft cannot price it.
    Unpriced(ChargeError),
}

/// What an assessment was computed from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Billed {
    pub(super) tariff: i64,
    pub(super) input: ChargeInput,
}

/// A case with the sums of its assessments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    pub(super) claim: Claim,
    pub(super) billed: Billed,
    /// By the version before, where the period was split by days.
    pub(super) earlier: Option<Billed>,
    /// The whole period, as it is asked of the draft.
    pub(super) input: ChargeInput,
    pub(super) outcome: Outcome,
    pub(super) count: u64,
    pub(super) before: Yen,
    pub(super) before_tax: Yen,
    pub(super) after: Yen,
    pub(super) after_tax: Yen,
}

impl Case {
    /// `fields` are tariff and input, then those of an earlier part or nulls, as the database sends
    /// them.
    fn of(fields: &[u8], pricing: &Pricing) -> Result<Self, LabError> {
        let mut row = CopiedRow::new(fields);
        let billed = Billed { tariff: row.bigint()?, input: input(row.bytes()?)? };
        let earlier = row.optional_bigint()?.zip(row.optional_bytes()?);
        let earlier = match earlier {
            Some((tariff, bytes)) => Some(Billed { tariff, input: input(bytes)? }),
            None => None,
        };
        let old = pricing.stored(billed.tariff)?;
        let input = whole(&billed, earlier.as_ref());
        let outcome = match pricing.ask(old, &input) {
            Asked::Schedule(schedule, input) => match schedule.amounts(&input) {
                Ok(amounts) => Outcome::Priced(amounts),
                Err(error) => Outcome::Unpriced(error),
            },
            Asked::Nothing => Outcome::Untouched,
            Asked::Refused(error) => Outcome::Unpriced(error),
        };
        Ok(Self {
            claim: old.claim,
            billed,
            earlier,
            input,
            outcome,
            count: 0,
            before: Yen(0),
            before_tax: Yen(0),
            after: Yen(0),
            after_tax: Yen(0),
        })
    }

    fn add(&mut self, other: &Case) {
        self.count += other.count;
        self.before = self.before + other.before;
        self.before_tax = self.before_tax + other.before_tax;
        self.after = self.after + other.after;
        self.after_tax = self.after_tax + other.after_tax;
    }
}

fn input(bytes: &[u8]) -> Result<ChargeInput, LabError> {
    match postcard::take_from_bytes(bytes) {
        Ok((input, [])) => Ok(input),
        _ => Err(LabError::Unreadable),
    }
}

/// The input of the whole period. Only whole periods of continuing users are split between
/// versions, and the draft is one version: it takes them whole again.
fn whole(billed: &Billed, earlier: Option<&Billed>) -> ChargeInput {
    let Some(earlier) = earlier else { return billed.input };
    let usage = CubicMeters(billed.input.usage.0 + earlier.input.usage.0);
    ChargeInput { usage, days: None, ..billed.input }
}

/// Place of a case in its table.
pub(super) type CaseNumber = u32;

/// All cases that were seen, by the bytes that they came as.
#[derive(Default)]
pub(super) struct Cases {
    numbers: HashMap<Box<[u8]>, CaseNumber>,
    cases: Vec<Case>,
}

impl Cases {
    /// The case of these fields; priced when it is the first of its kind.
    pub(super) fn number(
        &mut self,
        fields: &[u8],
        pricing: &Pricing,
    ) -> Result<CaseNumber, LabError> {
        if let Some(number) = self.numbers.get(fields) {
            return Ok(*number);
        }
        let case = Case::of(fields, pricing)?;
        Ok(self.push(fields.into(), case))
    }

    fn push(&mut self, fields: Box<[u8]>, case: Case) -> CaseNumber {
        let number = CaseNumber::try_from(self.cases.len()).expect("cases fit into memory");
        self.cases.push(case);
        self.numbers.insert(fields, number);
        number
    }

    pub(super) fn get(&self, number: CaseNumber) -> &Case {
        &self.cases[number as usize]
    }

    pub(super) fn get_mut(&mut self, number: CaseNumber) -> &mut Case {
        &mut self.cases[number as usize]
    }

    pub(super) fn all(&self) -> &[Case] {
        &self.cases
    }

    /// Takes in what another reader saw, and tells the new number of each of its cases.
    pub(super) fn merge(&mut self, other: Cases) -> Vec<CaseNumber> {
        let mut renumbered = vec![0; other.cases.len()];
        for (fields, number) in other.numbers {
            let case = other.cases[number as usize];
            let own = match self.numbers.get(&fields) {
                Some(own) => {
                    self.cases[*own as usize].add(&case);
                    *own
                }
                None => self.push(fields, case),
            };
            renumbered[number as usize] = own;
        }
        renumbered
    }
}
