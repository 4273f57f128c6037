//! The slip printer (プリンター): what it can do, what it can say, and how it can fail.
//!
//! "Printed" means that the printer said so. Every failure says how much of the slip is known to
//! be on paper, so that the program can tell the reader to tear off the piece and print again.

use crate::raster::Raster;

/// A printer of slips.
pub trait Printer: Send {
    /// Asks the printer how it is. Returns within the driver's deadline, whatever happens.
    fn status(&mut self) -> Result<PrinterStatus, PrinterError>;

    /// Prints one whole slip and comes back when the printer has confirmed its end.
    ///
    /// `progress` hears how many rows are known to be on paper, of how many.
    fn print(
        &mut self,
        slip: &Raster,
        progress: &mut dyn FnMut(u32, u32),
    ) -> Result<(), PrinterError>;

    /// The width of the print head: 384 dots (58 mm paper) or 576 dots (80 mm).
    fn width_dots(&self) -> u32;
}

/// What the printer says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrinterStatus {
    /// Ready to print.
    Ready,
    /// Ready, and the roll is nearly used up.
    NearPaperEnd,
    /// No paper.
    PaperEnd,
    /// The cover stands open.
    CoverOpen,
    /// The cutter, the head or something else inside has failed.
    Error,
    /// The printer answers that it is off line and gives no cause.
    Offline,
}

impl PrinterStatus {
    /// Whether a slip can be started.
    pub fn can_print(self) -> bool {
        matches!(self, PrinterStatus::Ready | PrinterStatus::NearPaperEnd)
    }

    /// What the reader is told.
    pub fn message_ja(self) -> &'static str {
        match self {
            PrinterStatus::Ready => "印刷できます。",
            PrinterStatus::NearPaperEnd => "用紙の残りが少なくなっています。",
            PrinterStatus::PaperEnd => "用紙がありません。",
            PrinterStatus::CoverOpen => "プリンターのカバーが開いています。",
            PrinterStatus::Error => "プリンターに異常があります。",
            PrinterStatus::Offline => "プリンターがオフラインです。",
        }
    }
}

/// How much of a slip is known to be on paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Printed {
    /// Rows that the printer has confirmed.
    pub rows: u32,
    /// Rows of the whole slip.
    pub of: u32,
}

/// Why a slip is not, or not certainly, on paper.
///
/// `Display` is for the log; [`PrinterError::message_ja`] is for the reader.
#[derive(Debug, thiserror::Error)]
pub enum PrinterError {
    /// The line to the printer cannot be opened.
    #[error("the printer's line cannot be opened")]
    CannotOpen(#[source] std::io::Error),
    /// The line broke: cable out, adapter gone, radio link lost.
    #[error("the printer's line broke after {} of {} rows", .0.rows, .0.of)]
    Unplugged(Printed),
    /// The printer does not answer, or takes no more bytes, within the deadline.
    #[error("the printer did not answer in time after {} of {} rows", .0.rows, .0.of)]
    NoAnswer(Printed),
    /// No paper, before or within the slip.
    #[error("paper end after {} of {} rows", .0.rows, .0.of)]
    PaperEnd(Printed),
    /// The cover is open, before or within the slip.
    #[error("cover open after {} of {} rows", .0.rows, .0.of)]
    CoverOpen(Printed),
    /// Cutter, head or another fault of the printer.
    #[error("printer fault after {} of {} rows", .0.rows, .0.of)]
    Fault(Printed),
    /// The printer says it is off line and gives no cause.
    #[error("printer off line after {} of {} rows", .0.rows, .0.of)]
    Offline(Printed),
    /// The picture is wider than the head: a programming mistake, told instead of cut off.
    #[error("a slip of {slip_dots} dots does not fit a head of {head_dots} dots")]
    TooWide {
        /// Width of the picture.
        slip_dots: u32,
        /// Width of the print head.
        head_dots: u32,
    },
}

impl PrinterError {
    /// Shown to the reader and read out over the telephone. A code never changes its meaning.
    pub fn code(&self) -> &'static str {
        match self {
            PrinterError::CannotOpen(_) => "P01",
            PrinterError::Unplugged(_) => "P02",
            PrinterError::NoAnswer(_) => "P03",
            PrinterError::PaperEnd(_) => "P04",
            PrinterError::CoverOpen(_) => "P05",
            PrinterError::Fault(_) => "P06",
            PrinterError::Offline(_) => "P07",
            PrinterError::TooWide { .. } => "P08",
        }
    }

    /// How much of the slip is known to be on paper; nothing where printing never began.
    pub fn printed(&self) -> Printed {
        match self {
            PrinterError::CannotOpen(_) | PrinterError::TooWide { .. } => Printed::default(),
            PrinterError::Unplugged(printed)
            | PrinterError::NoAnswer(printed)
            | PrinterError::PaperEnd(printed)
            | PrinterError::CoverOpen(printed)
            | PrinterError::Fault(printed)
            | PrinterError::Offline(printed) => *printed,
        }
    }

    /// What the reader is told: what is wrong, what to do, and what became of the slip.
    pub fn message_ja(&self) -> String {
        let (wrong, remedy) = match self {
            PrinterError::CannotOpen(_) => {
                ("プリンターに接続できません。", "電源とケーブルを確認してください。")
            }
            PrinterError::Unplugged(_) => {
                ("プリンターとの接続が切れました。", "電源とケーブルを確認してください。")
            }
            PrinterError::NoAnswer(_) => {
                ("プリンターから応答がありません。", "電源が入っているか確認してください。")
            }
            PrinterError::PaperEnd(_) => ("用紙がありません。", "用紙を交換してください。"),
            PrinterError::CoverOpen(_) => {
                ("プリンターのカバーが開いています。", "カバーを閉じてください。")
            }
            PrinterError::Fault(_) => {
                // A head that has run hot mends itself; a jam or the cutter does not.
                (
                    "プリンターに異常があります。",
                    "しばらく待って、直らなければ電源を入れ直してください。",
                )
            }
            PrinterError::Offline(_) => {
                ("プリンターがオフラインです。", "プリンターの状態を確認してください。")
            }
            PrinterError::TooWide { .. } => {
                ("用紙の幅に合いません。", "プリンターの設定を確認してください。")
            }
        };
        let torn = if self.printed().rows > 0 {
            "途中まで印刷された用紙は破棄し、もう一度印刷してください。"
        } else {
            ""
        };
        format!("{wrong}{remedy}{torn}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_printed_slip_is_to_be_thrown_away() {
        let nothing = PrinterError::PaperEnd(Printed { rows: 0, of: 900 });
        assert_eq!(nothing.message_ja(), "用紙がありません。用紙を交換してください。");
        let half = PrinterError::PaperEnd(Printed { rows: 384, of: 900 });
        assert_eq!(half.code(), "P04");
        assert_eq!(half.to_string(), "paper end after 384 of 900 rows");
        assert!(half.message_ja().contains("破棄"), "{}", half.message_ja());
    }
}
