//! Who listens to a calculation (計算の記録): nobody, or the writer of its explanation.

use super::record::{ChargeLine, ChargePart, ChargeStep, LineKind, PartOf, StepKind};
use crate::billing::exact::Exact;
use crate::quantity::CubicMeters;

/// Hears every line and step of a calculation, in order. What nobody hears costs nothing.
pub(super) trait Journal {
    /// A table period of so many like dwellings begins.
    fn begin_part(&mut self, of: PartOf, dwellings: u16, usage: CubicMeters, priced: CubicMeters);
    /// A line of the part.
    fn line(&mut self, kind: LineKind, exact: Exact, amount: Exact);
    /// A step of the part.
    fn part_step(&mut self, kind: impl FnOnce() -> StepKind, before: Exact, after: Exact);
    /// The part ends with this sum.
    fn end_part(&mut self, sum: Exact);
    /// A step of a dwelling, after its last part.
    fn dwelling_step(&mut self, kind: impl FnOnce() -> StepKind, before: Exact, after: Exact);
    /// A step of the claim.
    fn claim_step(&mut self, kind: impl FnOnce() -> StepKind, before: Exact, after: Exact);
    /// Volume that is left for the next period.
    fn carried(&mut self, volume: CubicMeters);
}

/// Nobody listens.
pub(super) struct Silent;

impl Journal for Silent {
    fn begin_part(&mut self, _: PartOf, _: u16, _: CubicMeters, _: CubicMeters) {}
    fn line(&mut self, _: LineKind, _: Exact, _: Exact) {}
    fn part_step(&mut self, _: impl FnOnce() -> StepKind, _: Exact, _: Exact) {}
    fn end_part(&mut self, _: Exact) {}
    fn dwelling_step(&mut self, _: impl FnOnce() -> StepKind, _: Exact, _: Exact) {}
    fn claim_step(&mut self, _: impl FnOnce() -> StepKind, _: Exact, _: Exact) {}
    fn carried(&mut self, _: CubicMeters) {}
}

/// Writes the explanation.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) parts: Vec<ChargePart>,
    pub(super) claim_steps: Vec<ChargeStep>,
    pub(super) carried: CubicMeters,
}

impl Writer {
    fn part(&mut self) -> Option<&mut ChargePart> {
        self.parts.last_mut()
    }
}

impl Journal for Writer {
    fn begin_part(&mut self, of: PartOf, dwellings: u16, usage: CubicMeters, priced: CubicMeters) {
        self.parts.push(ChargePart {
            of,
            dwellings,
            usage,
            priced_usage: priced,
            lines: Vec::new(),
            steps: Vec::new(),
            sum: Exact::ZERO,
            dwelling_steps: Vec::new(),
        });
    }

    fn line(&mut self, kind: LineKind, exact: Exact, amount: Exact) {
        if let Some(part) = self.part() {
            part.lines.push(ChargeLine { kind, exact, amount });
        }
    }

    fn part_step(&mut self, kind: impl FnOnce() -> StepKind, before: Exact, after: Exact) {
        if let Some(part) = self.part() {
            part.steps.push(ChargeStep { kind: kind(), before, after });
        }
    }

    fn end_part(&mut self, sum: Exact) {
        if let Some(part) = self.part() {
            part.sum = sum;
        }
    }

    fn dwelling_step(&mut self, kind: impl FnOnce() -> StepKind, before: Exact, after: Exact) {
        if let Some(part) = self.part() {
            part.dwelling_steps.push(ChargeStep { kind: kind(), before, after });
        }
    }

    fn claim_step(&mut self, kind: impl FnOnce() -> StepKind, before: Exact, after: Exact) {
        self.claim_steps.push(ChargeStep { kind: kind(), before, after });
    }

    fn carried(&mut self, volume: CubicMeters) {
        self.carried = volume;
    }
}
