//! Faults of a layout (様式の誤り): the line, what is wrong, and what to do.

/// A fault and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// What.
    pub kind: FaultKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The line begins with an unknown word.
    UnknownCommand(String),
    /// A word that means nothing at its place.
    UnknownWord(String),
    /// A word or number is missing.
    WordMissing,
    /// A text in quotes is missing.
    NoText,
    /// No closing quote.
    QuoteNotEnded,
    /// No closing brace.
    BraceNotEnded,
    /// The paper has no such field.
    UnknownField(String),
    /// The paper has no such list.
    UnknownList(String),
    /// The number is too small or too large; between what it may lie.
    OutOfRange(String),
    /// `row` without `|`.
    RowWithoutBar,
    /// A part without `end`.
    NotEnded,
    /// `end`, `else` or `next` without a part.
    EndWithoutPart,
    /// Too many parts within parts.
    TooDeep,
    /// Too many lines.
    TooLong,
}

impl Fault {
    /// For a page: the line, what is wrong, what to do.
    pub fn japanese(&self) -> String {
        format!("{}行目：{}", self.line, self.kind.japanese())
    }
}

impl FaultKind {
    /// What is wrong and what to do.
    pub fn japanese(&self) -> String {
        match self {
            Self::UnknownCommand(word) => {
                format!(
                    "「{word}」という命令はありません。行のはじめの語を命令の一覧から選んでください。"
                )
            }
            Self::UnknownWord(word) => {
                format!("「{word}」はここに書けません。取り除くか、書き方を確かめてください。")
            }
            Self::WordMissing => "命令のあとに、名前か数字が要ります。書き足してください。".into(),
            Self::NoText => "文字がありません。\" \" で囲んで書いてください。".into(),
            Self::QuoteNotEnded => {
                "\" が閉じていません。文字の終わりに \" を付けてください。".into()
            }
            Self::BraceNotEnded => {
                "{ が閉じていません。項目名の終わりに } を付けてください。".into()
            }
            Self::UnknownField(name) => {
                format!(
                    "「{name}」という項目はこの帳票にありません。項目の一覧から選んでください。"
                )
            }
            Self::UnknownList(name) => {
                format!(
                    "「{name}」という一覧はこの帳票にありません。項目の一覧から選んでください。"
                )
            }
            Self::OutOfRange(range) => format!("数字は{range}で書いてください。"),
            Self::RowWithoutBar => {
                "row には | が要ります。左と右の間に | を書いてください。".into()
            }
            Self::NotEnded => "この命令の終わりがありません。end の行を書き足してください。".into(),
            Self::EndWithoutPart => {
                "ここで終わる命令がありません。この行を取り除くか、はじめの行を書いてください。"
                    .into()
            }
            Self::TooDeep => "命令の入れ子が深すぎます。8段までにしてください。".into(),
            Self::TooLong => "行が多すぎます。400行までにしてください。".into(),
        }
    }
}
