//! Rows in, rows out (1行ずつの計算): every cell is handed on as it came, bytes and all.

use std::io;

use csv::ByteRecord;
use serde::Serialize;
use shared::billing::cases::{Case, CaseAmounts, CaseColumns, CaseFault, CaseRater};
use shared::billing::{Charge, ChargeAmounts, explain};

use super::Tally;
use super::quotes::QuotePairs;
use crate::refusal::Refusal;

/// What is added to each row.
const ADDED: [&str; 5] = ["water_yen", "sewer_yen", "total_yen", "tax_yen", "error"];
const EXPLANATION: &str = "explanation";

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A table of cases, read as far as its names.
pub(super) struct Table<R> {
    reader: csv::Reader<QuotePairs<R>>,
    names: ByteRecord,
    columns: CaseColumns,
    tally: Tally,
}

impl<R: io::Read> Table<R> {
    pub(super) fn open(cases: R) -> Result<Self, Refusal> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(QuotePairs::new(cases));
        let mut names = ByteRecord::new();
        reader.read_byte_record(&mut names).map_err(|cause| {
            let text = "CSVを読み取れません。ファイルの場所と権限を確かめてください。";
            Refusal::new("K88", text).because(cause)
        })?;
        if reader.get_ref().is_open() && has_line_break(&names) {
            return Err(refusal(&CaseFault::OpenQuote));
        }
        let names = without_mark(&names);
        let texts: Vec<_> = names.iter().map(String::from_utf8_lossy).collect();
        let columns = CaseColumns::find(texts.iter().map(AsRef::as_ref));
        let columns = columns.map_err(|fault| refusal(&fault))?;
        Ok(Self { reader, names, columns, tally: Tally::default() })
    }

    pub(super) fn tally(&self) -> Tally {
        self.tally
    }

    pub(super) fn rate(
        &mut self,
        rater: &CaseRater,
        out: impl io::Write,
        with_explanation: bool,
    ) -> Result<(), csv::Error> {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
        for name in self.names.iter().chain(ADDED.map(str::as_bytes)) {
            writer.write_field(name)?;
        }
        if with_explanation {
            writer.write_field(EXPLANATION)?;
        }
        writer.write_record(None::<&[u8]>)?;
        let (mut row, mut next) = (ByteRecord::new(), ByteRecord::new());
        let mut has_row = self.reader.read_byte_record(&mut row)?;
        while has_row {
            // One row ahead: whether a mark stays open is only known at the end of the file.
            has_row = self.reader.read_byte_record(&mut next)?;
            let is_cut = !has_row && self.reader.get_ref().is_open() && has_line_break(&row);
            let amounts =
                if is_cut { Err(CaseFault::OpenQuote) } else { self.amounts(rater, &row) };
            self.tally.rows += 1;
            self.tally.bad += u64::from(amounts.is_err());
            for place in 0..self.columns.width() {
                writer.write_field(row.get(place).unwrap_or_default())?;
            }
            write_amounts(&mut writer, &amounts)?;
            if with_explanation {
                let explanation = amounts.and_then(|_| self.explanation(rater, &row));
                writer.write_field(explanation.unwrap_or_default())?;
            }
            writer.write_record(None::<&[u8]>)?;
            std::mem::swap(&mut row, &mut next);
        }
        writer.flush()?;
        Ok(())
    }

    fn case<'r>(&self, row: &'r ByteRecord) -> Result<Case<'r>, CaseFault> {
        let expected = self.columns.width();
        if row.len() != expected {
            return Err(CaseFault::Width { found: row.len(), expected });
        }
        Case::read(&self.columns, |place| std::str::from_utf8(row.get(place)?).ok())
    }

    fn amounts(&self, rater: &CaseRater, row: &ByteRecord) -> Result<CaseAmounts, CaseFault> {
        rater.amounts(&self.case(row)?)
    }

    fn explanation(&self, rater: &CaseRater, row: &ByteRecord) -> Result<String, CaseFault> {
        let [water, sewerage] = rater.charges(&self.case(row)?)?.map(|claim| {
            claim.map(|(tariff, charge)| {
                let text = explain(&charge, tariff).text();
                ClaimExplanation { charge, text }
            })
        });
        let explanation = CaseExplanation { water, sewerage };
        Ok(serde_json::to_string(&explanation).expect("a charge has only text keys"))
    }
}

/// The explanation of a case, as one object.
#[derive(Serialize)]
struct CaseExplanation {
    water: Option<ClaimExplanation>,
    sewerage: Option<ClaimExplanation>,
}

/// The charge as it is stored, from which it can be computed again, and the same in words.
#[derive(Serialize)]
struct ClaimExplanation {
    #[serde(flatten)]
    charge: Charge,
    text: String,
}

fn write_amounts<W: io::Write>(
    writer: &mut csv::Writer<W>,
    amounts: &Result<CaseAmounts, CaseFault>,
) -> Result<(), csv::Error> {
    let mut yen =
        |yen: Option<i64>| writer.write_field(yen.map_or(String::new(), |yen| yen.to_string()));
    match amounts {
        Ok(amounts) => {
            let paid = |claim: Option<ChargeAmounts>| claim.map(|claim| claim.amount.0);
            yen(paid(amounts.water))?;
            yen(paid(amounts.sewerage))?;
            yen(Some(amounts.total().0))?;
            yen(Some(amounts.tax().0))?;
            writer.write_field("")
        }
        Err(fault) => {
            for _ in 0..4 {
                yen(None)?;
            }
            writer.write_field(fault.japanese())
        }
    }
}

fn refusal(fault: &CaseFault) -> Refusal {
    let code = fault.code();
    let text = fault.japanese();
    Refusal::new(code, text.strip_prefix(&format!("{code}: ")).unwrap_or(&text))
}

/// Spreadsheets put a mark before the first name.
fn without_mark(names: &ByteRecord) -> ByteRecord {
    names.iter().map(|name| name.strip_prefix(BYTE_ORDER_MARK).unwrap_or(name)).collect()
}

fn has_line_break(row: &ByteRecord) -> bool {
    row.as_slice().contains(&b'\n')
}
