//! The explanation in words (計算の内訳の文章): as somebody would work it out by hand.
//!
//! One list of rows serves the page, the text for the office and the check of a tariff file.

mod words;

use std::fmt::Write;

use super::charge::{Charge, ChargeLine, ChargePart, ChargeStep, LineKind, PartOf, StepKind};
use super::exact::Exact;
use super::tariff::{QuantityUnit, Ratio, Remainder, Tariff, VolumeSplit};
use crate::quantity::{CubicMeters, FineYen, grouped};
pub(super) use words::exact as written;
use words::{days, exact, mode_words, months_ja, quotient, ratio};

/// Finished words and figures; pages only set them in columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// 水道料金・下水道使用料.
    pub claim: &'static str,
    /// The name of the tariff.
    pub tariff_name: String,
    /// Where it was published.
    pub tariff_source: String,
    /// 口径φ20 ・ 一般用 ・ 45m³ ・ 2か月分.
    pub basis: String,
    /// What has to be said before the figures.
    pub notes: Vec<String>,
    /// In the order of the calculation.
    pub rows: Vec<ExplanationRow>,
}

/// One row of the calculation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplanationRow {
    /// How it is set.
    pub kind: RowKind,
    /// What it is.
    pub label: String,
    /// How it is worked out, or by which article.
    pub note: Option<String>,
    /// `12m³`.
    pub quantity: Option<String>,
    /// Yen per m³, without the word.
    pub unit_price: Option<String>,
    /// Yen, without the word.
    pub amount: String,
}

/// How a row is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// Over the rows of a month or a dwelling.
    Heading,
    /// Something that is added or taken off.
    Line,
    /// A sum of lines.
    Subtotal,
    /// What a sum becomes.
    Step,
    /// To pay.
    Total,
    /// The tax within the total.
    Tax,
}

/// Writes a charge out. The tariff has to be the one that it was computed by.
pub fn explain(charge: &Charge, tariff: &Tariff) -> Explanation {
    let mut writer = Writer { tariff, unit: unit_of(charge, tariff), rows: Vec::new() };
    writer.parts(charge);
    writer.claim(charge);
    Explanation {
        claim: charge.claim.japanese(),
        tariff_name: tariff.name.clone(),
        tariff_source: tariff.source.clone(),
        basis: basis(charge, tariff),
        notes: notes(charge, tariff),
        rows: writer.rows,
    }
}

impl Explanation {
    /// The whole explanation as lines of text.
    pub fn text(&self) -> String {
        let mut lines = vec![format!("{}（{}）", self.claim, self.basis)];
        lines.extend(self.notes.iter().cloned());
        for row in &self.rows {
            let indent = if row.kind == RowKind::Heading { "" } else { "  " };
            let mut line = format!("{indent}{}", row.label);
            if let (Some(quantity), Some(price)) = (&row.quantity, &row.unit_price) {
                let _ = write!(line, "  {quantity} × {price}円");
            } else if let Some(quantity) = &row.quantity {
                let _ = write!(line, "  {quantity}");
            }
            if !row.amount.is_empty() {
                let _ = write!(line, " ＝ {}円", row.amount);
            }
            if let Some(note) = &row.note {
                let _ = write!(line, "  〔{note}〕");
            }
            lines.push(line);
        }
        lines.push(format!("料金表: {}（{}）", self.tariff_name, self.tariff_source));
        lines.join("\n")
    }
}

/// What is counted in place of cubic meters.
fn unit_of<'t>(charge: &Charge, tariff: &'t Tariff) -> Option<&'t QuantityUnit> {
    let input = charge.input;
    let own = tariff.shared.and_then(|shared| shared.size).filter(|_| input.dwellings > 1);
    let rate = tariff.rate_for(own.unwrap_or(input.size), input.use_class, input.months);
    rate.and_then(|rate| rate.unit.as_ref())
}

fn basis(charge: &Charge, tariff: &Tariff) -> String {
    let input = charge.input;
    let mut words = vec![
        format!("口径φ{}", input.size.mm()),
        tariff.class_name(input.use_class),
        quantity(input.usage, unit_of(charge, tariff)),
        format!("{}か月分", input.months),
    ];
    if let Some(days) = input.days {
        words.push(format!("使用{days}日"));
    }
    if input.dwellings > 1 {
        words.push(format!("{}戸", input.dwellings));
    }
    words.join(" ・ ")
}

fn notes(charge: &Charge, tariff: &Tariff) -> Vec<String> {
    let mut notes = Vec::new();
    let usage = cubic_meters(charge.input.usage);
    if let Some(unit) = unit_of(charge, tariff) {
        if unit.each > 1 {
            notes
                .push(format!("{}{}ごとに数えます（端数は1つに数えます）。", unit.each, unit.name));
        }
        return notes;
    }
    let is_exact = tariff.shared.is_some_and(|shared| shared.remainder == Remainder::Exact);
    if charge.input.dwellings > 1 && is_exact {
        notes.push(format!(
            "{usage}を{0}戸が等しく使ったものとして、表の水量を{0}倍にして計算します。",
            charge.input.dwellings
        ));
    } else if charge.input.dwellings > 1 {
        notes.push(format!("{usage}を{}戸に等しく分けて計算します。", charge.input.dwellings));
    }
    if charge.carried > CubicMeters(0) {
        notes.push(format!(
            "割り切れない{}は、次回の水量に繰り越します。",
            cubic_meters(charge.carried)
        ));
    }
    let split: Vec<&ChargePart> = charge.parts.iter().filter(|part| part.of.has_volume()).collect();
    if split.len() > 1 && charge.input.dwellings == 1 {
        let volumes: Vec<String> = split.iter().map(|part| cubic_meters(part.usage)).collect();
        let odd = match tariff.split {
            VolumeSplit::First | VolumeSplit::Half => "割り切れない分は前の月に入れます",
            VolumeSplit::Last => "割り切れない分は後の月に入れます",
        };
        notes.push(format!(
            "{}の料金表のため、{usage}を {} に分けて計算します（{odd}）。",
            months_ja(tariff.table_months),
            volumes.join(" ＋ ")
        ));
    }
    for part in &charge.parts {
        if part.priced_usage != part.usage {
            notes.push(format!(
                "{}を{}で使ったので、1か月では{}として計算し、日割にします。",
                cubic_meters(part.usage),
                days(charge.input.days),
                cubic_meters(part.priced_usage)
            ));
        }
    }
    notes
}

struct Writer<'t> {
    tariff: &'t Tariff,
    unit: Option<&'t QuantityUnit>,
    rows: Vec<ExplanationRow>,
}

impl Writer<'_> {
    fn push(&mut self, kind: RowKind, label: impl Into<String>, amount: String) {
        self.rows.push(ExplanationRow {
            kind,
            label: label.into(),
            note: None,
            quantity: None,
            unit_price: None,
            amount,
        });
    }

    fn parts(&mut self, charge: &Charge) {
        let has_headings = charge.parts.len() > 1;
        let mut number = 0;
        let mut dwelling = Exact::ZERO;
        for (index, part) in charge.parts.iter().enumerate() {
            let is_same = index > 0 && charge.parts[index - 1].is_like(part);
            number = if is_same { number + 1 } else { 1 };
            if has_headings {
                let heading = heading(charge, part, number, self.unit);
                self.push(RowKind::Heading, heading, String::new());
            }
            for line in &part.lines {
                self.line(line);
            }
            let sum: Exact = part.lines.iter().map(|line| line.amount).sum();
            if has_headings || !part.steps.is_empty() {
                self.push(RowKind::Subtotal, "小計", exact(sum));
            }
            self.steps(&part.steps);
            dwelling = dwelling + part.sum;
            if !part.dwelling_steps.is_empty() {
                let label = if charge.input.dwellings > 1 { "1戸の合計" } else { "合計" };
                self.push(RowKind::Subtotal, label, exact(dwelling));
                self.steps(&part.dwelling_steps);
                if let (2.., Some(last)) = (part.dwellings, part.dwelling_steps.last()) {
                    let count = Ratio { numerator: u32::from(part.dwellings), denominator: 1 };
                    let label = format!("{}戸分", part.dwellings);
                    self.push(RowKind::Subtotal, label, exact(last.after.scaled(count)));
                }
                dwelling = Exact::ZERO;
            }
        }
    }

    fn line(&mut self, line: &ChargeLine) {
        let mut row = ExplanationRow {
            kind: RowKind::Line,
            label: String::new(),
            note: (line.amount != line.exact)
                .then(|| format!("端数処理前 {}円", exact(line.exact))),
            quantity: None,
            unit_price: None,
            amount: exact(line.amount),
        };
        match &line.kind {
            LineKind::Service { price, share } | LineKind::MeterRent { price, share } => {
                let is_rent = matches!(line.kind, LineKind::MeterRent { .. });
                row.label = if is_rent { "メーター使用料" } else { "基本料金" }.into();
                if *share != Ratio::ONE {
                    row.quantity = Some(format!("{}期分", ratio(*share)));
                    row.unit_price = Some(exact(Exact::from(*price)));
                }
            }
            LineKind::Tier { from_m3, to_m3, unit_price } => {
                row.label = match self.unit {
                    None => format!("従量料金　{}", range(*from_m3, *to_m3)),
                    Some(unit) if unit.each > 1 => format!("{}{}ごとの料金", unit.each, unit.name),
                    Some(unit) => format!("1{}ごとの料金", unit.name),
                };
                row.quantity = line.quantity().map(|volume| match self.unit {
                    Some(unit) if unit.each > 1 => grouped(i64::from(volume.0)),
                    unit => quantity(volume, unit),
                });
                if *unit_price == FineYen(0) {
                    row.note = Some("基本料金に含みます".into());
                } else {
                    row.unit_price = Some(exact(Exact::from(*unit_price)));
                }
            }
            LineKind::Minimum => row.label = "最低料金までの差額".into(),
            LineKind::Relief { place } => {
                let relief = self.tariff.reliefs.get(usize::from(*place));
                row.label = relief.map_or("減免".into(), |relief| relief.name.clone());
                row.note = relief.map(|relief| format!("根拠：{}", relief.article));
            }
        }
        self.rows.push(row);
    }

    fn steps(&mut self, steps: &[ChargeStep]) {
        for step in steps {
            let (label, note) = step_words(step);
            self.push(RowKind::Step, label, exact(step.after));
            if let Some(row) = self.rows.last_mut() {
                row.note = note;
            }
        }
    }

    fn claim(&mut self, charge: &Charge) {
        if let Some(first) = charge.steps.first() {
            self.push(RowKind::Subtotal, "合計", exact(first.before));
        }
        self.steps(&charge.steps);
        self.push(RowKind::Total, charge.claim.japanese(), charge.amount.grouped());
        let percent = i64::from(charge.tax_percent);
        let is_of_bill = charge.steps.iter().any(|s| matches!(s.kind, StepKind::BillTax(_)));
        let working = format!(
            "{}円 × {percent} ÷ {} ＝ {}円、1円未満{}",
            charge.amount.grouped(),
            100 + percent,
            quotient(charge.amount.0 * percent, 100 + percent),
            mode_words(charge.tax_mode)
        );
        self.push(RowKind::Tax, format!("うち消費税（{percent}％）"), charge.tax.grouped());
        if let Some(row) = self.rows.last_mut() {
            row.note = (!is_of_bill).then_some(working);
        }
    }
}

fn heading(
    charge: &Charge,
    part: &ChargePart,
    number: usize,
    unit: Option<&QuantityUnit>,
) -> String {
    let usage = quantity(part.usage, unit);
    let parts_of_one = charge.parts.iter().filter(|other| other.is_like(part));
    let months = parts_of_one.count();
    let of = kinds(part.of);
    match (charge.input.dwellings > 1, months > 1) {
        (false, _) if of.is_empty() => format!("{number}か月目（{usage}）"),
        (false, true) => format!("{of}・{number}か月目"),
        (false, false) => of.to_owned(),
        (true, false) => format!("{of}{}戸分、1戸あたり{usage}", part.dwellings),
        (true, true) => format!("{of}{}戸分、1戸あたり・{number}か月目（{usage}）", part.dwellings),
    }
}

/// What a part holds, where it is not everything.
fn kinds(of: PartOf) -> &'static str {
    match of {
        PartOf::All => "",
        PartOf::Service => "基本料金",
        PartOf::Volume => "従量料金",
        PartOf::Rent => "メーター使用料",
        PartOf::Rest(apart) => match (apart.service, apart.volume, apart.rent) {
            (false, false, _) => "基本料金・従量料金",
            (true, false, true) => "従量料金",
            (true, false, false) => "従量料金・メーター使用料",
            (false, true, true) => "基本料金",
            (false, true, false) => "基本料金・メーター使用料",
            (true, true, _) => "メーター使用料",
        },
    }
}

fn step_words(step: &ChargeStep) -> (String, Option<String>) {
    let before = exact(step.before);
    match &step.kind {
        StepKind::Share(share) => (
            format!("日割（× {}）", ratio(*share)),
            Some(format!("{before}円 × {}", ratio(*share))),
        ),
        StepKind::Times(ratio) if ratio.denominator > 1 => {
            (format!("1か月分（÷ {}）", ratio.denominator), None)
        }
        StepKind::Times(ratio) => (format!("{0}か月分（× {0}）", ratio.numerator), None),
        StepKind::Round(rounding) => (
            format!("端数処理（{}円未満{}）", rounding.step_yen, mode_words(rounding.mode)),
            Some(format!("根拠：{}", rounding.article)),
        ),
        StepKind::Tax { percent } => (
            format!("消費税（{percent}％）を加えた額"),
            Some(format!("{before}円 × {} ÷ 100", 100 + u32::from(*percent))),
        ),
        StepKind::BillTax(tax) => (
            "消費税を加えた額".into(),
            Some(format!("請求書の合計に対する消費税のうち、この請求の分 {}円", tax.grouped())),
        ),
        StepKind::AtLeast(minimum) => {
            ("最低額".into(), Some(format!("{}円以上", minimum.grouped())))
        }
    }
}

fn range(from_m3: u32, to_m3: u32) -> String {
    let (from, to) = (grouped(i64::from(from_m3)), grouped(i64::from(to_m3)));
    if from_m3 == to_m3 { format!("{from}m³目") } else { format!("{from}〜{to}m³") }
}

fn quantity(volume: CubicMeters, unit: Option<&QuantityUnit>) -> String {
    match unit {
        Some(unit) => format!("{}{}", grouped(i64::from(volume.0)), unit.name),
        None => cubic_meters(volume),
    }
}

fn cubic_meters(volume: CubicMeters) -> String {
    format!("{}m³", grouped(i64::from(volume.0)))
}

#[cfg(test)]
mod tests;
