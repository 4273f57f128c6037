//! A trial as a file (試算のCSV): every figure of the page, one table under the other in one form.

use backoffice::billing::lab::{
    Figures, Group, Histogram, LabReport, StrangeBill, TierRow, Unit, percent,
};
use shared::billing::Claim;
use shared::quantity::Yen;

use crate::table_file::TableFile;

const HEADER: [&str; 10] =
    ["表", "区分", "項目", "単価", "件数", "水量m3", "現行円", "改定案円", "増減円", "増減率%"];

/// Cells that are empty unless said.
#[derive(Default)]
struct Row {
    table: &'static str,
    claim: &'static str,
    item: String,
    unit_price: String,
    count: String,
    volume: String,
    before: Option<Yen>,
    after: Option<Yen>,
}

impl Row {
    fn cells(self) -> [String; 10] {
        let number = |amount: Option<Yen>| amount.map(|yen| yen.0.to_string()).unwrap_or_default();
        let both = self.before.zip(self.after);
        let change = number(both.map(|(before, after)| after - before));
        let percent = both.map(|(before, after)| plain(before, after)).unwrap_or_default();
        [
            self.table.to_owned(),
            self.claim.to_owned(),
            self.item,
            self.unit_price,
            self.count,
            self.volume,
            number(self.before),
            number(self.after),
            change,
            percent,
        ]
    }
}

/// A percent as programs read it: `12.3`, `-4.5`.
fn plain(before: Yen, after: Yen) -> String {
    let words = percent(before, after);
    match words.strip_suffix('%') {
        Some(number) => number.replace('−', "-").replace(['+', '±'], ""),
        None => String::new(),
    }
}

/// The file.
pub(super) fn table(report: &LabReport) -> TableFile {
    let mut file = TableFile::new(&HEADER);
    for row in rows(report) {
        file.row(&row.cells());
    }
    file
}

fn rows(report: &LabReport) -> Vec<Row> {
    let mut rows = Vec::new();
    for claim in &report.claims {
        let name = claim.claim.japanese();
        rows.push(figures("収入", name, "試算した調定".into(), &claim.priced));
        for (item, left) in
            [("試算できない調定", claim.unpriced), ("対象外の調定", claim.untouched)]
        {
            if left.assessments > 0 {
                rows.push(before_only("収入", name, item, &left));
            }
        }
    }
    rows.extend(report.cut.iter().map(|cut| Row {
        table: "収入",
        claim: cut.claim.japanese(),
        item: "期の途中で区分した調定（含めていません）".into(),
        count: cut.assessments.to_string(),
        volume: cut.usage_m3.to_string(),
        before: Some(cut.amount),
        ..Row::default()
    }));
    rows.extend(report.sizes.iter().map(|group| grouped("口径別", group)));
    rows.extend(report.use_classes.iter().map(|group| grouped("用途別", group)));
    for table in &report.tiers {
        rows.extend(table.before.iter().map(|row| tier("段階別（現行）", table.claim, row, true)));
        rows.extend(
            table.after.iter().map(|row| tier("段階別（改定案）", table.claim, row, false)),
        );
    }
    bins(&mut rows, "増減額の分布", &report.yen, Unit::Yen);
    bins(&mut rows, "増減率の分布", &report.percent, Unit::Percent);
    rows.extend(report.strangest.iter().map(strange));
    rows.extend(report.unpriced.iter().map(|reason| Row {
        table: "試算できない水栓",
        claim: reason.claim.japanese(),
        item: format!("{} {}", reason.code, reason.reason),
        count: reason.connections.to_string(),
        ..Row::default()
    }));
    rows
}

fn figures(table: &'static str, claim: &'static str, item: String, sum: &Figures) -> Row {
    Row {
        table,
        claim,
        item,
        count: sum.assessments.to_string(),
        volume: sum.usage_m3.to_string(),
        before: Some(sum.before),
        after: Some(sum.after),
        ..Row::default()
    }
}

/// What has no amount by the draft.
fn before_only(table: &'static str, claim: &'static str, item: &str, sum: &Figures) -> Row {
    Row { after: None, ..figures(table, claim, item.into(), sum) }
}

fn grouped<K>(table: &'static str, group: &Group<K>) -> Row {
    figures(table, group.claim.japanese(), group.name.clone(), &group.figures)
}

/// A table has one side only: the tiers before and after need not be the same.
fn tier(table: &'static str, claim: Claim, row: &TierRow, is_before: bool) -> Row {
    Row {
        table,
        claim: claim.japanese(),
        item: row.kind.japanese(),
        unit_price: row.kind.unit_price().unwrap_or_default(),
        volume: row.volume_m3.to_string(),
        before: is_before.then_some(row.amount),
        after: (!is_before).then_some(row.amount),
        ..Row::default()
    }
}

fn bins(rows: &mut Vec<Row>, table: &'static str, histogram: &Histogram, unit: Unit) {
    rows.extend(histogram.bins.iter().map(|bin| Row {
        table,
        item: bin.japanese(unit),
        count: bin.customers.to_string(),
        ..Row::default()
    }));
}

fn strange(bill: &StrangeBill) -> Row {
    let number = bill.connection_number.as_ref().map(ToString::to_string).unwrap_or_default();
    Row {
        table: "目立つ請求",
        claim: bill.oddity.japanese(),
        item: format!("水栓{number} {} {}mm {}", bill.month.iso(), bill.size.mm(), bill.use_class),
        count: "1".to_owned(),
        volume: bill.usage.0.to_string(),
        before: Some(bill.before),
        after: Some(bill.after),
        ..Row::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_numbers_to_a_program() {
        assert_eq!(plain(Yen(1_000), Yen(1_123)), "12.3");
        assert_eq!(plain(Yen(3), Yen(2)), "-33.3");
        assert_eq!(plain(Yen(7), Yen(7)), "0.0");
        assert_eq!(plain(Yen(0), Yen(7)), "");
    }
}
