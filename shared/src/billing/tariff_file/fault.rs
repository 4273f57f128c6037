//! Faults of a tariff file (料金表ファイルの誤り): what, where, and what to do.

mod words;

use std::fmt;

/// A fault with its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TariffFault {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub kind: FaultKind,
}

impl TariffFault {
    pub(super) fn at(text: &str, offset: usize, kind: FaultKind) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            line: count(before.matches('\n').count() + 1),
            column: count(before[line_start..].chars().count() + 1),
            kind,
        }
    }

    /// Stable, explained in `docs/codes.md`.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// What is wrong and what to do, with its place.
    pub fn japanese(&self) -> String {
        format!("{}行{}桁 {}: {}", self.line, self.column, self.code(), self.kind.japanese())
    }
}

impl fmt::Display for TariffFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {} {}", self.line, self.column, self.code(), self.kind)
    }
}

impl std::error::Error for TariffFault {}

/// What is wrong. `Display` is for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// Not TOML.
    #[error("not TOML: {0}")]
    Syntax(String),
    /// A key that the format does not know.
    #[error("unknown key: {0}")]
    UnknownKey(String),
    /// A key that has to be there.
    #[error("missing key: {0}")]
    MissingKey(String),
    /// A value of another type or outside of its words.
    #[error("unfit value: {0}")]
    UnfitValue(String),
    /// A date that no calendar has.
    #[error("{0} is no date")]
    Date(String),
    /// A key or code with other characters than allowed.
    #[error("{0} is no key")]
    Key(String),
    /// A size that no meter has.
    #[error("{0} mm is no meter size")]
    Size(u16),
    /// A price that is negative, too large or too fine.
    #[error("{0} is no price")]
    Price(String),
    /// A tier table that a rate names and the schedule lacks.
    #[error("there is no tier table named {0}")]
    UnknownTiers(String),
    /// Tiers that do not rise, or whose last is not open.
    #[error("tier table {name}, row {row}: must end above the row before it, the last without end")]
    Tiers {
        /// The table's name.
        name: String,
        /// Number of the row, from 1.
        row: usize,
    },
    /// Two rates for the same size and class.
    #[error("rates {first} and {second} both hold for {size} mm {use_class}")]
    Overlap {
        /// Number of the first rate.
        first: usize,
        /// Number of the second.
        second: usize,
        /// A size both hold for.
        size: u16,
        /// A class both hold for.
        use_class: String,
    },
    /// A number outside of what is supported.
    #[error("{field} must be {expected}")]
    Range {
        /// The field.
        field: &'static str,
        /// What it may be, as on the page.
        expected: &'static str,
    },
    /// No rounding leads to whole yen.
    #[error("no rounding leads to whole yen: {0} is missing")]
    RoundingMissing(&'static str),
    /// A rounding that stands twice, or at a stage that this tax has not.
    #[error("a rounding that does not fit: {0}")]
    RoundingUnfit(&'static str),
    /// A tax without a rate, with two kinds of rates, or with rates that do not rise.
    #[error("unfit tax: {0}")]
    Tax(&'static str),
    /// A class without a name.
    #[error("use class {0} has no name")]
    UnnamedClass(String),
    /// Nothing to charge by.
    #[error("nothing to charge by: {0}")]
    Empty(&'static str),
    /// Two schedules of one claim that cannot be told apart.
    #[error("two sewerage schedules of the same authority")]
    SameAuthority,
    /// A proration that does not lead to one result.
    #[error("unfit proration: {0}")]
    Proration(&'static str),
    /// A relief that does not lead to one result.
    #[error("unfit relief: {0}")]
    Relief(&'static str),
    /// Service steps that do not rise, or stand beside a service charge.
    #[error("unfit service steps: {0}")]
    ServiceSteps(&'static str),
    /// A transition that says two things or nothing.
    #[error("unfit transition: {0}")]
    Transition(&'static str),
    /// An example that no schedule can lead to.
    #[error("unfit example: {0}")]
    Example(&'static str),
    /// A rule of sewerage within water.
    #[error("{0} belongs to sewerage")]
    SewerageOnly(&'static str),
    /// A class that the file knows nowhere.
    #[error("there is no use class {0} in the file")]
    NoSuchClass(String),
    /// Rules that cannot hold together.
    #[error("rules that exclude each other: {0}")]
    Conflict(&'static str),
}

impl FaultKind {
    /// Stable, explained in `docs/codes.md`.
    pub fn code(&self) -> &'static str {
        match self {
            FaultKind::Syntax(_) => "K01",
            FaultKind::UnknownKey(_) => "K02",
            FaultKind::MissingKey(_) => "K03",
            FaultKind::UnfitValue(_) => "K04",
            FaultKind::Date(_) => "K05",
            FaultKind::Key(_) => "K06",
            FaultKind::Size(_) => "K07",
            FaultKind::Price(_) => "K08",
            FaultKind::UnknownTiers(_) => "K09",
            FaultKind::Tiers { .. } => "K10",
            FaultKind::Overlap { .. } => "K11",
            FaultKind::Range { .. } => "K12",
            FaultKind::RoundingMissing(_) => "K13",
            FaultKind::RoundingUnfit(_) => "K14",
            FaultKind::Tax(_) => "K15",
            FaultKind::UnnamedClass(_) => "K16",
            FaultKind::Empty(_) => "K17",
            FaultKind::SameAuthority => "K18",
            FaultKind::Proration(_) => "K19",
            FaultKind::Relief(_) => "K20",
            FaultKind::ServiceSteps(_) => "K21",
            FaultKind::Transition(_) => "K22",
            FaultKind::Example(_) => "K23",
            FaultKind::SewerageOnly(_) => "K24",
            FaultKind::Conflict(_) => "K25",
            FaultKind::NoSuchClass(_) => "K26",
        }
    }

    /// Whether it is wrong whatever stands elsewhere.
    pub(super) fn is_of_one_value(&self) -> bool {
        matches!(
            self,
            FaultKind::Date(_)
                | FaultKind::Key(_)
                | FaultKind::Size(_)
                | FaultKind::Price(_)
                | FaultKind::Range { .. }
        )
    }

    /// What is wrong and what to do.
    pub fn japanese(&self) -> String {
        match self {
            FaultKind::Syntax(detail) => format!(
                "TOML として読めません。引用符や括弧の閉じ忘れがないか確かめてください（{detail}）。"
            ),
            FaultKind::UnknownKey(key) => {
                format!("「{key}」という項目はありません。つづりと、書く場所を確かめてください。")
            }
            FaultKind::MissingKey(key) => format!("「{key}」がありません。書き足してください。"),
            FaultKind::UnfitValue(detail) => words::unfit(detail),
            FaultKind::Date(text) => {
                format!("「{text}」は日付ではありません。\"2026-04-01\" のように書いてください。")
            }
            FaultKind::Key(text) => format!(
                "「{text}」は記号として使えません。半角の英小文字で始め、英小文字・数字・下線（code はハイフン）だけで書いてください。"
            ),
            FaultKind::Size(mm) => {
                format!(
                    "口径{mm}mmのメーターはありません。13・16・20・25・30・40・50・65・75・80・100・125・150・200・250・300・350・400 から選んでください。"
                )
            }
            FaultKind::Price(text) => format!(
                "「{text}」は単価として使えません。0以上の円を、小数第4位までの数字で書いてください。"
            ),
            FaultKind::UnknownTiers(name) => {
                format!("「{name}」という段階の表が [tiers] にありません。名前を確かめてください。")
            }
            FaultKind::Tiers { name, row } => format!(
                "段階の表「{name}」の{row}行目が、前の行の上限を超えていないか、最後の行の書き方と違います。上限（to_m3）を小さい順に並べ、最後の行だけ to_m3 を書かないでください。"
            ),
            FaultKind::Overlap { first, second, size, use_class } => format!(
                "{first}番目と{second}番目の rate が、どちらも口径{size}mm・用途 {use_class} の料金になっています。どちらかを直してください。"
            ),
            FaultKind::Range { field, expected } => {
                format!("{field} は{expected}で書いてください。")
            }
            FaultKind::RoundingMissing(which) => format!(
                "端数処理が足りず、1円未満が残ります。[[rounding]] に {which} を書き足してください。"
            ),
            FaultKind::RoundingUnfit(what) => format!("端数処理が合いません。{what}"),
            FaultKind::Tax(what) => format!("消費税の書き方が合いません。{what}"),
            FaultKind::UnnamedClass(key) => format!(
                "用途「{key}」の名前がありません。[use_classes] に {key} = \"名前\" を書いてください。"
            ),
            FaultKind::Empty(what) => format!("料金を計算できるものがありません。{what}"),
            FaultKind::SameAuthority => {
                "同じ下水道事業者の表が2つあります。authority で区別してください。".into()
            }
            FaultKind::Proration(what) => format!("日割・月割の書き方が合いません。{what}"),
            FaultKind::Relief(what) => format!("減免の書き方が合いません。{what}"),
            FaultKind::ServiceSteps(what) => format!("基本料金の段階の書き方が合いません。{what}"),
            FaultKind::Transition(what) => format!("経過措置の書き方が合いません。{what}"),
            FaultKind::Example(what) => format!("計算例の書き方が合いません。{what}"),
            FaultKind::SewerageOnly(what) => {
                format!("{what} は下水道使用料だけの決まりです。[[sewerage]] に書いてください。")
            }
            FaultKind::NoSuchClass(key) => format!(
                "用途「{key}」は、[use_classes] にも rate にもありません。つづりを確かめてください。"
            ),
            FaultKind::Conflict(what) => format!("同時に使えない決まりです。{what}"),
        }
    }
}
