//! The decision paper of a correction as PDF (更正伺), A4, set from `templates/correction.typ`.

use jiff::civil::Date;
use serde::Serialize;
use shared::billing::correction::{ChangeRow, EarlierReduction};
use shared::billing::{Charge, Tariff, explain};
use typst::foundations::Smart;
use typst_pdf::PdfOptions;

use super::bill::{Day, first_message, refused};
use super::error::DocumentError;
use super::world::Paper;
use crate::billing::{CorrectedClaim, StoredCorrection};

const TEMPLATE: &str = include_str!("../../templates/correction.typ");

/// What the paper says besides the correction itself.
#[derive(Debug, Clone)]
pub struct CorrectionPaper<'a> {
    /// The correction.
    pub correction: &'a StoredCorrection,
    /// Its charges before and after, claim by claim.
    pub charges: &'a [CorrectedClaim],
    /// The utility.
    pub issuer: String,
    /// Who proposed it and when.
    pub proposed: String,
    /// Who decided it and when; empty while nobody has.
    pub decided: String,
    /// The day of the paper.
    pub made_on: Date,
}

#[derive(Serialize)]
struct Data {
    title: String,
    issuer: String,
    date: Day,
    proposed: String,
    decided: String,
    facts: Vec<[String; 2]>,
    claims: Vec<Claim>,
    total: ChangeRow,
}

#[derive(Serialize)]
struct Claim {
    title: &'static str,
    rows: Vec<ChangeRow>,
    before: String,
    after: String,
}

/// Sets the paper. The same correction on the same day gives the same bytes.
pub fn correction_pdf(paper: &CorrectionPaper<'_>) -> Result<Vec<u8>, DocumentError> {
    let data = serde_json::to_vec(&data_of(paper)).map_err(|error| refused(error.to_string()))?;
    let world = Paper::new("correction.typ", TEMPLATE, data);
    let document = typst::compile(&world).output.map_err(|faults| first_message(&faults))?;
    let options = PdfOptions {
        creator: Smart::Custom(Some("Minamo".to_owned())),
        ident: Smart::Custom(format!("correction-{}", paper.correction.id)),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|faults| first_message(&faults))
}

fn data_of(paper: &CorrectionPaper<'_>) -> Data {
    let correction = paper.correction;
    let claims = correction.result.claims.iter().zip(paper.charges);
    Data {
        title: format!("更正 {}（{}）", correction.id, correction.reason.japanese()),
        issuer: paper.issuer.clone(),
        date: Day::of(paper.made_on),
        proposed: paper.proposed.clone(),
        decided: paper.decided.clone(),
        facts: facts(correction),
        claims: claims
            .map(|(change, charges)| Claim {
                title: change.claim.japanese(),
                rows: change.rows(),
                before: text_of(change.grounds().map(|[before, _]| before), &charges.before),
                after: text_of(change.grounds().map(|[_, after]| after), &charges.after),
            })
            .collect(),
        total: correction.result.total_row(),
    }
}

/// What the charge was made by, and the parts of its period one below the other.
fn text_of(grounds: Option<Vec<String>>, parts: &[(Tariff, Charge)]) -> String {
    let grounds = grounds.map(|lines| format!("算定の根拠\n{}", lines.join("\n")));
    let parts = parts.iter().map(|(tariff, charge)| explain(charge, tariff).text());
    grounds.into_iter().chain(parts).collect::<Vec<_>>().join("\n\n")
}

fn facts(correction: &StoredCorrection) -> Vec<[String; 2]> {
    let mut facts = vec![
        [
            "水栓番号・使用者".to_owned(),
            format!("{}　{}", correction.number, correction.customer_name),
        ],
        ["元の請求".to_owned(), correction.bill.to_string()],
    ];
    let mut add = |name: &str, words: Option<String>| {
        if let Some(words) = words {
            facts.push([name.to_owned(), words]);
        }
    };
    add("新しい請求", correction.new_bill.map(|bill| bill.to_string()));
    add("正しい指針", correction.register_value.map(|register| register.to_string()));
    add("漏水減免", correction.adjustment.map(|adjustment| format!("起案{adjustment}")));
    let earlier = correction.earlier_reduction.map(EarlierReduction::japanese);
    add("前の漏水減免", earlier.map(str::to_owned));
    add("更正後の書類", Some(correction.paper.japanese().to_owned()));
    add("更正の理由", Some(correction.grounds.clone()));
    add("決裁の意見", correction.decision.as_ref().map(|decision| decision.remark.clone()));
    facts
}
