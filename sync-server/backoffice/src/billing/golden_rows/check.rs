//! The check of a golden row (検算): what the tariffs of its day lead to, against what it says. Pure.

use std::collections::BTreeMap;

use shared::billing::{
    ChargeAmounts, ChargeError, ChargeInput, Claim, Supply, Tariff, bill_amounts,
};
use shared::calendar::japanese_date;
use shared::connection::UsageClass;
use shared::ids::{TariffId, TariffVersionId};
use shared::quantity::{Yen, grouped};

use super::{GoldenRow, NewGoldenRow};
use crate::billing::drafts::TariffVersion;
use crate::billing::tariffs::StoredTariff;
use crate::billing::use_class::name_of;

/// A row with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenCheck {
    /// The row.
    pub row: GoldenRow,
    /// The use class as the utility calls it.
    pub use_class_name: String,
    /// Names of the tariffs that it was checked against: water, sewerage.
    pub tariffs: Vec<String>,
    /// The versions of these.
    pub versions: Vec<TariffVersionId>,
    /// What came of it.
    pub verdict: GoldenVerdict,
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoldenVerdict {
    /// Every amount that the row says.
    Agrees,
    /// Another amount: water, sewerage, total, where they can be computed.
    Disagrees([Option<Yen>; 3]),
    /// Nothing can be computed.
    Fails(ChargeError),
    /// No tariff holds on the day.
    NoTariff,
}

impl GoldenCheck {
    /// Whether a tariff of the row's day leads to another amount, or to none.
    pub fn is_fault(&self) -> bool {
        matches!(self.verdict, GoldenVerdict::Disagrees(_) | GoldenVerdict::Fails(_))
    }

    /// Whether it was checked against a version.
    pub fn is_by(&self, version: TariffVersionId) -> bool {
        self.versions.contains(&version)
    }

    /// The row and what came of it, in one line.
    pub fn japanese(&self) -> String {
        let row = &self.row.row;
        format!(
            "口径{}mm・{}・{}m³・{}か月・{}: {}（出典: {}）",
            row.size.mm(),
            self.use_class_name,
            grouped(i64::from(row.usage.0)),
            row.months,
            japanese_date(row.on),
            self.verdict_japanese(),
            row.source
        )
    }

    /// What came of it: `水道料金 検算行 5,912円、計算 5,900円`.
    pub fn verdict_japanese(&self) -> String {
        match self.verdict {
            GoldenVerdict::Agrees => "一致".to_owned(),
            GoldenVerdict::NoTariff => "この日の料金表がありません".to_owned(),
            GoldenVerdict::Fails(error) => format!("{} {}", error.code(), error.japanese()),
            GoldenVerdict::Disagrees(computed) => {
                let words = ["水道料金", "下水道使用料", "合計"];
                let said = said(&self.row.row);
                let differing = words.iter().zip(said.iter().zip(&computed));
                let lines: Vec<String> = differing
                    .filter_map(|(word, (said, computed))| {
                        let said = (*said)?;
                        (Some(said) != *computed).then(|| {
                            let computed =
                                computed.map_or("なし".to_owned(), |yen| yen.grouped() + "円");
                            format!("{word} 検算行{}円、計算{computed}", said.grouped())
                        })
                    })
                    .collect();
                lines.join("・")
            }
        }
    }
}

fn said(row: &NewGoldenRow) -> [Option<Yen>; 3] {
    [row.water, row.sewerage, row.total]
}

/// The tariffs as they would be if a draft were approved.
pub(super) fn with_draft(stored: Vec<StoredTariff>, draft: &TariffVersion) -> Vec<StoredTariff> {
    let mut all = stored;
    for tariff in &draft.file.tariffs {
        let from = tariff.valid_from;
        let later = all.iter().filter(|one| one.follows(tariff) && one.valid_from > from);
        let valid_before = later.map(|one| one.valid_from).min();
        // A version with the same first day would be refused; here the draft takes its place.
        all.retain(|one| !(one.follows(tariff) && one.valid_from == from));
        for one in &mut all {
            if one.follows(tariff) && one.holds_on(from) {
                one.valid_before = Some(from);
            }
        }
        all.push(StoredTariff {
            id: TariffId(0),
            version: Some(draft.id),
            valid_from: from,
            valid_before,
            tariff: tariff.clone(),
            is_example: false,
        });
    }
    all
}

/// Checks a row against the tariffs that hold on its day.
pub(super) fn check(
    row: GoldenRow,
    stored: &[StoredTariff],
    names: &BTreeMap<UsageClass, String>,
) -> GoldenCheck {
    let asked = &row.row;
    let find = |claim, authority: &str| {
        stored.iter().find(|stored| {
            let of = stored.tariff.authority.as_deref().unwrap_or_default();
            stored.tariff.claim == claim && of == authority && stored.holds_on(asked.on)
        })
    };
    let needs_water = asked.water.is_some() || asked.total.is_some();
    let needs_sewerage = asked.sewerage.is_some() || asked.total.is_some();
    let water = find(Claim::Water, "").filter(|_| needs_water);
    let sewerage = find(Claim::Sewerage, &asked.authority).filter(|_| needs_sewerage);
    let used: Vec<&StoredTariff> = water.into_iter().chain(sewerage).collect();
    let is_missing =
        (needs_water && water.is_none()) || (asked.sewerage.is_some() && sewerage.is_none());
    let verdict = if is_missing {
        GoldenVerdict::NoTariff
    } else {
        match amounts(asked, water.map(|one| &one.tariff), sewerage.map(|one| &one.tariff)) {
            Err(error) => GoldenVerdict::Fails(error),
            Ok(computed) => {
                let pairs = said(asked).into_iter().zip(computed);
                let agrees =
                    pairs.into_iter().all(|(said, computed)| said.is_none() || said == computed);
                if agrees { GoldenVerdict::Agrees } else { GoldenVerdict::Disagrees(computed) }
            }
        }
    };
    GoldenCheck {
        use_class_name: name_of(asked.use_class, names.get(&asked.use_class).cloned()),
        tariffs: used.iter().map(|one| one.tariff.name.clone()).collect(),
        versions: used.iter().filter_map(|one| one.version).collect(),
        verdict,
        row,
    }
}

/// Water, sewerage and total; a claim that was not asked for is left out.
fn amounts(
    row: &NewGoldenRow,
    water: Option<&Tariff>,
    sewerage: Option<&Tariff>,
) -> Result<[Option<Yen>; 3], ChargeError> {
    let inputs = [water, sewerage].map(|tariff| tariff.map(|tariff| input(row, tariff)));
    let [water_input, sewerage_input] = inputs;
    let water = water.zip(water_input.transpose()?);
    let sewerage = sewerage.zip(sewerage_input.transpose()?);
    let claims: Vec<(&Tariff, &ChargeInput)> =
        water.iter().chain(&sewerage).map(|(tariff, input)| (*tariff, input)).collect();
    let amounts: Vec<ChargeAmounts> = bill_amounts(&claims)?;
    let mut each = amounts.iter().map(|amounts| amounts.amount);
    let water = water.and_then(|_| each.next());
    let sewerage = sewerage.and_then(|_| each.next());
    Ok([water, sewerage, Some(amounts.iter().map(|amounts| amounts.amount).sum())])
}

/// A whole period that begins on the row's day.
fn input(row: &NewGoldenRow, tariff: &Tariff) -> Result<ChargeInput, ChargeError> {
    let mut input = ChargeInput::new(row.size, row.use_class, row.usage, row.months);
    if tariff.tax.rates.len() > 1 {
        let supply = Supply { from: row.on, to: row.on, started_on: None };
        input.tax_percent = Some(tariff.tax_percent(&supply)?);
    }
    Ok(input)
}
