//! Layouts of papers as data (帳票の様式): what the office may change without another program.
//!
//! A layout is a text of lines; `docs/slip.md` describes them. It is checked when it is entered and
//! again where it is drawn: whoever draws one has no fault left to meet.

use super::PaperKind;
use super::parse::{Fault, parse};
use super::record::Known;

/// A checked layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What is drawn, from the top.
    pub items: Vec<Item>,
}

impl Template {
    /// Reads and checks a layout; every fault with its line.
    pub fn parse(kind: PaperKind, text: &str) -> Result<Template, Vec<Fault>> {
        parse(text, Known::of(kind)).map(|items| Template { items })
    }

    /// The layout that travels with the programs.
    pub fn built_in(kind: PaperKind) -> Template {
        Template::parse(kind, built_in_text(kind)).expect("a test holds the layouts without fault")
    }
}

/// The text of the layout that travels with the programs.
pub fn built_in_text(kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::UsageNotice => include_str!("../../papers/usage_notice.layout"),
        PaperKind::Settlement | PaperKind::Receipt => include_str!("../../papers/money.layout"),
        PaperKind::CashTotal => include_str!("../../papers/cash_total.layout"),
        PaperKind::TestPrint => include_str!("../../papers/test_print.layout"),
        _ => include_str!("../../papers/plain.layout"),
    }
}

/// One thing on the paper, or a part with its condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A text of any length, broken into lines; in the first face in which it fits on one.
    Text {
        /// What.
        words: Words,
        /// From the wanted face to the last resort.
        faces: Vec<Face>,
        /// Where the lines stand.
        align: Align,
    },
    /// One line, made smaller until it fits.
    Fit {
        /// What.
        runs: Vec<Run>,
        /// Where it stands.
        align: Align,
    },
    /// Left and right on one line.
    Row {
        /// At the left edge.
        left: Vec<Run>,
        /// At the right edge.
        right: Vec<Run>,
    },
    /// White, in dots.
    Gap(i32),
    /// A line of so many dots.
    Rule(i32),
    /// A dotted line.
    Dots,
    /// The water line.
    Wave,
    /// A rounded frame around a part.
    Frame {
        /// Thickness.
        stroke: u8,
        /// White inside.
        padding: i32,
        /// What is inside.
        items: Vec<Item>,
    },
    /// A framed word at the right, and what stands beside it.
    Tag {
        /// The word.
        run: Run,
        /// What is beside it.
        items: Vec<Item>,
    },
    /// A part that depends on a field.
    If {
        /// Name of a field or list.
        name: String,
        /// Where it is filled.
        items: Vec<Item>,
        /// Where it is empty.
        otherwise: Vec<Item>,
    },
    /// A part on one width of paper only.
    Only {
        /// On 80 mm; else on 58.
        is_wide: bool,
        /// What.
        items: Vec<Item>,
    },
    /// A part for each row of a list.
    Each {
        /// The list.
        list: String,
        /// For each row.
        items: Vec<Item>,
    },
    /// Two parts side by side.
    Columns {
        /// Of the width, for the left one.
        percent: u8,
        /// At the left.
        left: Vec<Item>,
        /// At the right.
        right: Vec<Item>,
    },
    /// A list of `label`, `volume` and `figure` as bars.
    Bars {
        /// The list.
        list: String,
        /// How the words are set.
        face: Face,
    },
    /// A QR code at the left, and what stands beside it.
    Code {
        /// The field with its text.
        field: String,
        /// What is beside it.
        items: Vec<Item>,
    },
}

/// Where lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the left.
    Left,
    /// In the middle.
    Center,
    /// At the right.
    Right,
}

/// Weight and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Face {
    /// For what the resident looks for.
    pub is_bold: bool,
    /// Height.
    pub size: Size,
}

/// A size of type: named, so that it fits both widths, or in dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Explanations.
    Small,
    /// Labels and values.
    Body,
    /// Labels of what is large.
    Heading,
    /// The title.
    Title,
    /// The customer's name.
    Name,
    /// The volume: the largest digits.
    Volume,
    /// The amount.
    Amount,
    /// So many dots of 1/8 mm, even.
    Dots(u8),
}

/// A stretch of text in one face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What.
    pub words: Words,
    /// How.
    pub face: Face,
}

/// Text with fields in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(pub Vec<Piece>);

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Fixed(String),
    /// What the field holds.
    Field(String),
}

#[cfg(test)]
mod tests;
