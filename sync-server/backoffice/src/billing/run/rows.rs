//! The rows that a run writes (調定・請求・仕訳の行), as they are copied.

use jiff::civil::Date;
use shared::billing::ChargeInput;
use shared::ids::{RoundId, TariffId};
use shared::ledger::Transfer;
use shared::quantity::Yen;
use uuid::Uuid;

use super::rating::{RatedClaim, RatedInput};
use crate::bulk::{BulkRow, RowWriter};

/// The longest postcard form of a charge's input: size 2, class 16, volume 5, months 1, days 4,
/// dwellings 3, reliefs 5, percent 2, tax 11.
const CHARGE_INPUT_BYTES_MAX: usize = 49;

/// A bill (納入通知書).
pub(super) struct BillRow {
    pub(super) id: i64,
    pub(super) run: i64,
    pub(super) agreement: i64,
    pub(super) connection: i64,
    pub(super) amount: Yen,
    pub(super) issued_on: Date,
    pub(super) due_on: Date,
    pub(super) payment_method: i16,
}

impl BulkRow for BillRow {
    const TABLE: &'static str = "billing.bill";
    const COLUMNS: &'static [&'static str] = &[
        "bill_id",
        "run_id",
        "agreement_id",
        "connection_id",
        "amount_yen",
        "issued_on",
        "due_on",
        "payment_method",
    ];

    fn write(&self, out: &mut RowWriter<'_>) {
        out.bigint(self.id);
        out.bigint(self.run);
        out.bigint(self.agreement);
        out.bigint(self.connection);
        out.bigint(self.amount.0);
        out.date(self.issued_on);
        out.date(self.due_on);
        out.smallint(self.payment_method);
    }
}

/// An assessment (調定).
pub(super) struct AssessmentRow<'r> {
    pub(super) id: i64,
    pub(super) bill: i64,
    pub(super) round: RoundId,
    pub(super) connection: i64,
    pub(super) reading: Uuid,
    pub(super) assessed_on: Date,
    pub(super) rated: &'r RatedClaim,
}

impl BulkRow for AssessmentRow<'_> {
    const TABLE: &'static str = "billing.assessment";
    const COLUMNS: &'static [&'static str] = &[
        "assessment_id",
        "bill_id",
        "round_id",
        "connection_id",
        "tariff_id",
        "amount_yen",
        "tax_yen",
        "reading_id",
        "usage_m3",
        "assessed_on",
        "claim",
        "charge_input",
        "earlier_tariff_id",
        "earlier_charge_input",
        "basis",
        "carried_m3",
    ];

    fn write(&self, out: &mut RowWriter<'_>) {
        let TariffId(tariff) = self.rated.by.tariff;
        out.bigint(self.id);
        out.bigint(self.bill);
        out.bigint(self.round.0);
        out.bigint(self.connection);
        out.bigint(tariff);
        out.bigint(self.rated.amounts.amount.0);
        out.bigint(self.rated.amounts.tax.0);
        out.uuid(self.reading);
        out.unsigned(self.rated.usage.0);
        out.date(self.assessed_on);
        out.smallint(i16::from(self.rated.claim.code()));
        charge_input(out, &self.rated.by.input);
        if let Some(RatedInput { tariff, input }) = &self.rated.earlier {
            out.bigint(tariff.0);
            charge_input(out, input);
        } else {
            out.null();
            out.null();
        }
        let terms = self.rated.terms.as_deref();
        match terms.map(|terms| terms.basis.as_str()).filter(|basis| !basis.is_empty()) {
            Some(basis) => out.text(basis),
            None => out.null(),
        }
        match terms.map_or(0, |terms| terms.carried.0) {
            0 => out.null(),
            carried => out.unsigned(carried),
        }
    }
}

fn charge_input(out: &mut RowWriter<'_>, input: &ChargeInput) {
    let mut bytes = [0; CHARGE_INPUT_BYTES_MAX];
    let bytes = postcard::to_slice(input, &mut bytes);
    out.bytes(bytes.expect("the longest form fits"));
}

/// A transfer of the ledger (仕訳) that posts an assessment.
pub(super) struct TransferRow {
    /// The transaction has the assessment's number.
    pub(super) transaction: i64,
    pub(super) line: i16,
    pub(super) posted_on: Date,
    pub(super) transfer: Transfer,
}

impl BulkRow for TransferRow {
    const TABLE: &'static str = "ledger.transfer";
    const COLUMNS: &'static [&'static str] =
        &["transaction_id", "amount_yen", "posted_on", "line", "kind", "debit", "credit"];

    fn write(&self, out: &mut RowWriter<'_>) {
        out.bigint(self.transaction);
        out.bigint(self.transfer.amount.0);
        out.date(self.posted_on);
        out.smallint(self.line);
        out.smallint(crate::ledger::KIND_ASSESSMENT);
        out.smallint(i16::from(self.transfer.debit.code()));
        out.smallint(i16::from(self.transfer.credit.code()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::billing::tariff::ReliefSet;
    use shared::connection::{MeterSize, UsageClass};
    use shared::quantity::CubicMeters;

    #[test]
    fn the_longest_charge_input_fits() {
        let longest = UsageClass::from_key("a23456789012345").unwrap();
        let input = ChargeInput {
            days: Some(u16::MAX),
            dwellings: u16::MAX,
            reliefs: ReliefSet(u32::MAX),
            tax_percent: Some(10),
            bill_tax: Some(Yen(i64::MAX)),
            ..ChargeInput::new(MeterSize::new(300).unwrap(), longest, CubicMeters(u32::MAX), 2)
        };
        let bytes = postcard::to_stdvec(&input).unwrap();
        assert_eq!(bytes.len(), CHARGE_INPUT_BYTES_MAX);
        assert_eq!(postcard::from_bytes::<ChargeInput>(&bytes).unwrap(), input);
    }
}
