//! Faults of cases (算定例の誤り): what is wrong in which column, and what to do.

use crate::billing::charge::ChargeError;
use crate::billing::claim::Claim;

/// Why a table or a row of it cannot be rated. `Display` is for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseFault {
    /// The table lacks columns.
    #[error("columns are missing: {0}")]
    MissingColumns(String),
    /// A column stands twice.
    #[error("the column {0} stands twice")]
    DoubleColumn(&'static str),
    /// A row is longer or shorter than the names.
    #[error("the row has {found} cells, the names {expected}")]
    Width {
        /// Cells of the row.
        found: usize,
        /// Columns of the table.
        expected: usize,
    },
    /// A cell that has to be filled.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// No whole number.
    #[error("{column}: {text:?} is no whole number")]
    Number {
        /// Where.
        column: &'static str,
        /// What stands there.
        text: String,
    },
    /// Below zero.
    #[error("{column}: {text:?} is negative")]
    Negative {
        /// Where.
        column: &'static str,
        /// What stands there.
        text: String,
    },
    /// No size of a meter.
    #[error("{0:?} mm is no meter size")]
    UnknownSize(String),
    /// A class that the file has no price for.
    #[error("use class {0:?} is unknown")]
    UnknownClass(String),
    /// Neither one month nor two.
    #[error("{0:?} is no period of 1 or 2 months")]
    UnknownMonths(String),
    /// More than the meter can show.
    #[error("{column}: {text} m3 is more than a meter of {digits} digits shows")]
    BeyondDial {
        /// Where.
        column: &'static str,
        /// What stands there.
        text: String,
        /// Digits of the dial.
        digits: u8,
    },
    /// No date.
    #[error("{column}: {text:?} is no date")]
    Date {
        /// Where.
        column: &'static str,
        /// What stands there.
        text: String,
    },
    /// Only one end of the period.
    #[error("{0} is missing to the other end of the period")]
    HalfPeriod(&'static str),
    /// A tax rate beyond all that was.
    #[error("{0:?} is no tax rate")]
    TaxRate(String),
    /// Nobody whose sewerage is in the file.
    #[error("there is no sewerage of {0:?}")]
    UnknownAuthority(String),
    /// People at a well, and no rule for them.
    #[error("the tariff has no rule for wells")]
    NoWellRule,
    /// Bytes that are no UTF-8.
    #[error("{0} is not UTF-8")]
    Encoding(&'static str),
    /// A quotation mark that swallows the rest of the file.
    #[error("a quotation mark is not closed")]
    OpenQuote,
    /// A charge that cannot be computed.
    #[error("{claim:?}: {error}")]
    Charge {
        /// Of which claim.
        claim: Claim,
        /// Why.
        error: ChargeError,
    },
}

impl CaseFault {
    /// Names the claim that a charge was refused for.
    pub(super) fn charge(claim: Claim) -> impl Fn(ChargeError) -> CaseFault + Copy {
        move |error| CaseFault::Charge { claim, error }
    }

    /// Stable, explained in `docs/codes.md`.
    pub fn code(&self) -> &'static str {
        match self {
            CaseFault::MissingColumns(_) => "K70",
            CaseFault::DoubleColumn(_) => "K71",
            CaseFault::Width { .. } => "K72",
            CaseFault::Empty(_) => "K73",
            CaseFault::Number { .. } => "K74",
            CaseFault::Negative { .. } => "K75",
            CaseFault::UnknownSize(_) => "K76",
            CaseFault::UnknownClass(_) => "K77",
            CaseFault::UnknownMonths(_) => "K78",
            CaseFault::BeyondDial { .. } => "K79",
            CaseFault::Date { .. } => "K80",
            CaseFault::HalfPeriod(_) => "K81",
            CaseFault::TaxRate(_) => "K82",
            CaseFault::UnknownAuthority(_) => "K83",
            CaseFault::NoWellRule => "K84",
            CaseFault::Encoding(_) => "K85",
            CaseFault::OpenQuote => "K86",
            CaseFault::Charge { error, .. } => error.code(),
        }
    }

    /// The code, what is wrong, where, and what to do.
    pub fn japanese(&self) -> String {
        format!("{}: {}", self.code(), self.words())
    }

    fn words(&self) -> String {
        match self {
            CaseFault::MissingColumns(names) => {
                format!("見出しに {names} の列がありません。1行目に列の名前を書いてください。")
            }
            CaseFault::DoubleColumn(name) => {
                format!("見出しに {name} の列が2つ以上あります。1つにしてください。")
            }
            CaseFault::Width { found, expected } => format!(
                "列の数が{found}で、見出しの{expected}と合いません。区切りのコンマと引用符を確かめてください。"
            ),
            CaseFault::Empty(column) => format!("{column} が空です。値を入れてください。"),
            CaseFault::Number { column, text } => format!(
                "{column} の「{text}」は使えません。半角の整数で書いてください。"
            ),
            CaseFault::Negative { column, text } => {
                format!("{column} の「{text}」は負の数です。0以上にしてください。")
            }
            CaseFault::UnknownSize(text) => format!(
                "meter_mm の「{text}」という口径のメーターはありません。13・16・20・25・30・40・50・65・75・80・100・125・150・200・250・300・350・400 から選んでください。"
            ),
            CaseFault::UnknownClass(text) => format!(
                "use_class の「{text}」は料金表にない用途です。料金表の use_classes に書いたキーを使ってください。"
            ),
            CaseFault::UnknownMonths(text) => {
                format!("period_months の「{text}」は使えません。1 か 2 にしてください。")
            }
            CaseFault::BeyondDial { column, text, digits } => format!(
                "{column} の{text}m³は、{digits}桁の指針で表せる水量を超えています。水量と口径を確かめてください。"
            ),
            CaseFault::Date { column, text } => format!(
                "{column} の「{text}」は日付ではありません。2026-04-01 のように書いてください。"
            ),
            CaseFault::HalfPeriod(missing) => {
                format!("{missing} が空です。from と to は両方書くか、両方空けてください。")
            }
            CaseFault::TaxRate(text) => {
                format!("tax_rate の「{text}」は使えません。0 から 30 までの整数（％）にしてください。")
            }
            CaseFault::UnknownAuthority(text) => format!(
                "authority の「{text}」の下水道は料金表にありません。料金表の authority と同じ言葉にしてください。"
            ),
            CaseFault::NoWellRule => {
                "料金表に井戸水の決まり（well）がありません。well_people を空けるか、料金表に書いてください。".into()
            }
            CaseFault::Encoding(column) => {
                format!("{column} の文字コードがUTF-8ではありません。半角の英数字で書いてください。")
            }
            CaseFault::OpenQuote => {
                "引用符（\"）が閉じていないため、この行から後ろを読み取れません。引用符を確かめてください。".into()
            }
            CaseFault::Charge { claim, error } => {
                format!("{}を計算できません。{}", claim.japanese(), error.japanese())
            }
        }
    }
}
