//! One row of the import file (1行の確認): what it says about one connection.

use jiff::civil::Date;
use shared::connection::{MeterSize, PaymentMethod, UsageClass};
use shared::ids::ConnectionNumber;
use shared::metering::RegisterReading;

use super::cells::Cells;
use super::columns::Column;
use super::fault::{Fault, Wrong};
use super::table::{RawRow, Table};

/// A connection as the file has it, every value possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedConnection {
    /// Line in the file.
    pub line: u64,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// 親水栓番号: the master meter before this one.
    pub parent: Option<ConnectionNumber>,
    /// Who uses the water; `None` where service is stopped.
    pub customer: Option<ImportedCustomer>,
    /// With its hyphen.
    pub postcode: String,
    /// 町名.
    pub town: String,
    /// May be empty.
    pub town_kana: String,
    /// 番地.
    pub block: String,
    /// May be empty.
    pub building: String,
    /// May be empty.
    pub room: String,
    /// 口径.
    pub size: MeterSize,
    /// メーター番号.
    pub meter_number: String,
    /// 指針桁数.
    pub dial_digits: u8,
    /// 検定満期.
    pub verification_expires_on: Date,
    /// 前回指針.
    pub previous_value: u32,
    /// 前回検針日.
    pub previous_read_on: Date,
    /// 前回使用水量.
    pub previous_usage: Option<u32>,
    /// 前年同期使用水量.
    pub last_year_usage: Option<u32>,
    /// 下水道.
    pub has_sewerage: bool,
    /// 世帯数.
    pub dwellings: u32,
    /// 検針順路.
    pub route: String,
    /// 検針順.
    pub walk_order: u32,
    /// May be empty.
    pub meter_position: String,
    /// May be empty.
    pub caution: String,
}

/// The user of a connection and what is agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedCustomer {
    /// 使用者名.
    pub name: String,
    /// 使用者カナ.
    pub kana: String,
    /// May be empty.
    pub telephone: String,
    /// 用途.
    pub use_class: UsageClass,
    /// 支払方法.
    pub payment_method: PaymentMethod,
    /// 使用開始日.
    pub starts_on: Option<Date>,
}

/// Reads one row, or finds everything that is wrong with it.
pub(super) fn read(
    table: &Table,
    row: &RawRow,
    today: Date,
) -> Result<ImportedConnection, Vec<Fault>> {
    if row.cells.len() != table.columns.len() {
        let (has, wants) = (row.cells.len(), table.columns.len());
        let reason = format!("見出しは{wants}列ですが、この行は{has}列です。");
        return Err(vec![Fault::of_row(row.line, "I05", reason)]);
    }
    let mut cells = Cells::new(table, row);
    let connection = connection(&mut cells, row.line, today);
    let mut faults = cells.into_faults();
    match connection {
        Some(connection) if faults.is_empty() => Ok(connection),
        _ => {
            faults.sort_by_key(|fault| Column::from_heading(&fault.column));
            Err(faults)
        }
    }
}

/// `None` only where a fault has been noted. Every cell is read before anything is given up.
fn connection(cells: &mut Cells<'_>, line: u64, today: Date) -> Option<ImportedConnection> {
    let number = cells.read(Column::ConnectionNumber, connection_number);
    let parent = cells.read(Column::Parent, connection_number);
    let customer = customer(cells, today);
    let postcode = cells.read(Column::Postcode, postcode);
    let town_kana = cells.read(Column::TownKana, kana).unwrap_or_default();
    let size = cells.read(Column::MeterSize, meter_size);
    let meter_number = cells.read(Column::MeterNumber, |text| Ok(text.to_owned()));
    let dial_digits = dial_digits(cells, size);
    let verification = cells.verification_end(Column::VerificationExpiresOn, today);
    let previous_value = register_value(cells, dial_digits);
    let previous_read_on = cells.past_date(Column::PreviousReadOn, today);
    let (previous_usage, last_year_usage) = usages(cells, dial_digits);
    let has_sewerage = cells.read(Column::Sewerage, sewerage);
    let dwellings = cells.number(Column::Dwellings, 1, 3_000).unwrap_or(1);
    let route = cells.read(Column::Route, route);
    let walk_order = cells.number(Column::WalkOrder, 1, 100_000);
    Some(ImportedConnection {
        line,
        number: number?,
        parent,
        customer,
        postcode: postcode?,
        town: cells.text(Column::Town),
        town_kana,
        block: cells.text(Column::Block),
        building: cells.text(Column::Building),
        room: cells.text(Column::Room),
        size: size?,
        meter_number: meter_number?,
        dial_digits: dial_digits?,
        verification_expires_on: verification?,
        previous_value: previous_value?,
        previous_read_on: previous_read_on?,
        previous_usage,
        last_year_usage,
        has_sewerage: has_sewerage?,
        dwellings,
        route: route?,
        walk_order: walk_order?,
        meter_position: cells.text(Column::MeterPosition),
        caution: cells.text(Column::Caution),
    })
}

fn customer(cells: &mut Cells<'_>, today: Date) -> Option<ImportedCustomer> {
    let kana = cells.read(Column::CustomerKana, kana);
    let telephone = cells.read(Column::Telephone, telephone);
    let use_class = cells.read(Column::UseClass, use_class);
    let payment_method = cells.read(Column::PaymentMethod, payment_method);
    let starts_on = cells.past_date(Column::StartsOn, today);
    match (cells.is_empty(Column::CustomerName), cells.is_empty(Column::CustomerKana)) {
        (true, true) => return None,
        (true, false) => cells.fault(
            Column::CustomerName,
            Wrong::new("I06", "使用者カナがあるのに、使用者名がありません。"),
        ),
        (false, true) => cells.fault(
            Column::CustomerKana,
            Wrong::new("I06", "使用者名があるのに、使用者カナがありません。"),
        ),
        (false, false) => {}
    }
    Some(ImportedCustomer {
        name: cells.text(Column::CustomerName),
        kana: kana?,
        telephone: telephone.unwrap_or_default(),
        use_class: use_class.unwrap_or(UsageClass::GENERAL),
        payment_method: payment_method.unwrap_or(PaymentMethod::PaperBill),
        starts_on,
    })
}

fn dial_digits(cells: &mut Cells<'_>, size: Option<MeterSize>) -> Option<u8> {
    if cells.is_empty(Column::DialDigits) {
        return size.map(MeterSize::usual_dial_digits);
    }
    cells.number(Column::DialDigits, 4, 8).and_then(|digits| u8::try_from(digits).ok())
}

fn register_value(cells: &mut Cells<'_>, dial_digits: Option<u8>) -> Option<u32> {
    let value = cells.number(Column::PreviousValue, 0, 99_999_999)?;
    let digits = dial_digits?;
    if RegisterReading::new(value, digits).is_err() {
        let reason =
            format!("{digits}桁のメーターでは表せない指針です。桁数か指針を確かめてください。");
        cells.fault(Column::PreviousValue, Wrong::new("I09", reason));
        return None;
    }
    Some(value)
}

/// Volumes; none is larger than what the dials can count.
fn usages(cells: &mut Cells<'_>, dial_digits: Option<u8>) -> (Option<u32>, Option<u32>) {
    let max = dial_digits.map_or(99_999_999, |digits| 10_u32.pow(u32::from(digits)) - 1);
    let previous = cells.number(Column::PreviousUsage, 0, max);
    let last_year = cells.number(Column::LastYearUsage, 0, max);
    if last_year.is_some() && cells.is_empty(Column::PreviousUsage) {
        cells.fault(
            Column::PreviousUsage,
            Wrong::new("I06", "前年同期使用水量を入れるときは、前回使用水量も必要です。"),
        );
    }
    (previous, last_year)
}

fn connection_number(text: &str) -> Result<ConnectionNumber, Wrong> {
    ConnectionNumber::parse(text)
        .map_err(|_| Wrong::new("I13", "水栓番号は、数字とハイフンで13文字までです。"))
}

pub(super) fn postcode(text: &str) -> Result<String, Wrong> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | '〒' | ' ')).collect();
    if digits.len() == 7 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(format!("{}-{}", &digits[..3], &digits[3..]))
    } else {
        Err(Wrong::new("I13", "郵便番号は7桁の数字です（400-0858）。"))
    }
}

fn telephone(text: &str) -> Result<String, Wrong> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_allowed = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '(' | ')'));
    if is_allowed && matches!(digits, 10 | 11) && text.starts_with(['0', '(']) {
        Ok(text.to_owned())
    } else {
        Err(Wrong::new("I13", "電話番号は、市外局番から10桁か11桁です（055-000-0000）。"))
    }
}

fn kana(text: &str) -> Result<String, Wrong> {
    let is_allowed = |c: char| {
        ('ァ'..='ヶ').contains(&c) || c.is_ascii_alphanumeric() || "ー・ ()-.&'".contains(c)
    };
    if text.chars().all(is_allowed) {
        Ok(text.to_owned())
    } else {
        Err(Wrong::new("I13", "カタカナで入れてください（半角カナも使えます）。"))
    }
}

fn meter_size(text: &str) -> Result<MeterSize, Wrong> {
    let digits = text.trim_start_matches(['φ', 'Φ']).trim_end_matches("mm");
    let mm: u16 =
        digits.parse().map_err(|_| Wrong::new("I07", "口径をmmの数字で入れてください。"))?;
    MeterSize::new(mm).map_err(|_| {
        let known = MeterSize::ALL_MM.map(|mm| mm.to_string()).join("・");
        Wrong::new("I08", format!("口径{mm}mmのメーターはありません（{known}）。"))
    })
}

fn sewerage(text: &str) -> Result<bool, Wrong> {
    match text {
        "あり" | "有" | "接続" | "1" => Ok(true),
        "なし" | "無" | "未接続" | "0" => Ok(false),
        _ => Err(Wrong::new("I12", "「あり」か「なし」を入れてください。")),
    }
}

fn use_class(text: &str) -> Result<UsageClass, Wrong> {
    UsageClass::from_japanese(text).or_else(|| UsageClass::from_key(text)).ok_or_else(|| {
        let known: Vec<&str> = UsageClass::WELL_KNOWN.iter().map(UsageClass::japanese).collect();
        let known = known.join("」「");
        Wrong::new(
            "I12",
            format!(
                "「{known}」のどれか、または料金表の用途のキー（半角英数字）を入れてください。"
            ),
        )
    })
}

fn payment_method(text: &str) -> Result<PaymentMethod, Wrong> {
    PaymentMethod::from_japanese(text).ok_or_else(|| {
        let known: Vec<&str> = PaymentMethod::ALL.iter().map(|way| way.japanese()).collect();
        Wrong::new("I12", format!("「{}」のどれかを入れてください。", known.join("」「")))
    })
}

fn route(text: &str) -> Result<String, Wrong> {
    if text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        Ok(text.to_owned())
    } else {
        Err(Wrong::new("I13", "検針順路は、英数字とハイフンで入れてください。"))
    }
}
