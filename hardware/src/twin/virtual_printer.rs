//! The virtual printer (仮想プリンター): a mobile ESC/POS printer as a pure state machine.
//!
//! Bytes in, answers out, paper as a picture. It is stricter than a real printer: whatever it
//! does not know is recorded as a fault. And it is as awkward as one: it answers real-time
//! questions ahead of the data, stops in the middle of a picture when its paper ends, keeps what
//! it has received, and prints the rest of it on the next roll.

mod command;

use std::collections::VecDeque;

use command::{Command, Parsed};

use crate::printer::PrinterStatus;
use crate::raster::Raster;

/// Bytes that it can hold while it is not printing. More are lost, as on a line without flow
/// control.
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// Faults kept; a stream of garbage must not fill the memory.
const FAULTS_MAX: usize = 100;

/// Longest piece of paper: 2 m. A real roll is longer, but a slip is not.
const PIECE_ROWS_MAX: u32 = 16_000;

/// A piece of paper that has left the printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Whether it was ended by a cut, or is only the part of a slip.
    pub kind: PieceKind,
    /// What is on it.
    pub paper: Raster,
    /// The bytes that printed it, without the questions of the status protocol.
    pub raw: Vec<u8>,
}

/// How a piece of paper ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// With a cut or form feed: a slip.
    Slip,
    /// The paper ran out, or another slip began: not to be given to anybody.
    Torn,
}

/// Something that a real printer would have printed as garbage, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No command that this printer knows.
    #[error("unknown command {0:02x?}")]
    Unknown(Vec<u8>),
    /// A picture wider than the head; its right part is lost.
    #[error("a picture of {0} dots is wider than the head")]
    TooWide(u32),
    /// The buffer was full.
    #[error("{0} bytes were lost: the buffer was full")]
    Overflow(usize),
}

/// The printer. See the module's documentation.
#[derive(Debug)]
pub struct VirtualPrinter {
    dots: u32,
    status: PrinterStatus,
    rows_until_paper_end: Option<u32>,
    sends_automatic_status: bool,
    last_two: [u8; 2],
    received: VecDeque<u8>,
    command: Vec<u8>,
    picture: Option<PictureUnderWay>,
    paper: Raster,
    raw: Vec<u8>,
    pieces: Vec<Piece>,
    faults: Vec<Fault>,
}

/// A raster command whose dots are still arriving.
#[derive(Debug)]
struct PictureUnderWay {
    row_bytes: usize,
    rows_left: u32,
    row: Vec<u8>,
}

impl VirtualPrinter {
    /// A printer with paper, ready, whose head has so many dots.
    pub fn new(dots: u32) -> Self {
        Self {
            dots,
            status: PrinterStatus::Ready,
            rows_until_paper_end: None,
            sends_automatic_status: false,
            last_two: [0; 2],
            received: VecDeque::new(),
            command: Vec::new(),
            picture: None,
            paper: Raster::white(dots, 0),
            raw: Vec::new(),
            pieces: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Takes bytes from the line and gives back what the printer answers.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut answers = Vec::new();
        let mut lost = 0;
        for byte in bytes {
            // On arrival and not in turn: that is what makes these questions real-time ones.
            if let [0x10, 0x04] = self.last_two
                && let Some(answer) = self.real_time_answer(*byte)
            {
                answers.push(answer);
            }
            self.last_two = [self.last_two[1], *byte];
            if self.received.len() < BUFFER_BYTES_MAX {
                self.received.push_back(*byte);
            } else {
                lost += 1;
            }
            self.work(&mut answers);
        }
        if lost > 0 {
            self.note(Fault::Overflow(lost));
        }
        answers
    }

    /// Puts the printer into a state, as a hand would: `Ready` closes the cover, puts in a roll.
    /// Gives back what the printer says by itself.
    pub fn set_status(&mut self, status: PrinterStatus) -> Vec<u8> {
        self.status = status;
        self.rows_until_paper_end = None;
        if status == PrinterStatus::PaperEnd {
            self.tear();
        }
        let mut answers = self.automatic_status();
        self.work(&mut answers);
        answers
    }

    /// Lets the paper end after so many more rows.
    pub fn end_paper_after(&mut self, rows: u32) {
        self.rows_until_paper_end = Some(rows);
    }

    /// How the printer is.
    pub fn status(&self) -> PrinterStatus {
        self.status
    }

    /// The pieces of paper that have come out since the last call.
    pub fn take_pieces(&mut self) -> Vec<Piece> {
        std::mem::take(&mut self.pieces)
    }

    /// What was wrong with the bytes, since the last call.
    pub fn take_faults(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.faults)
    }

    /// Rows on the piece that is still in the printer.
    pub fn rows_under_way(&self) -> u32 {
        self.paper.height()
    }

    fn work(&mut self, answers: &mut Vec<u8>) {
        while self.status.can_print()
            && let Some(byte) = self.received.pop_front()
        {
            if self.picture.is_some() {
                self.take_dots(byte, answers);
            } else {
                self.take_command_byte(byte, answers);
            }
        }
    }

    fn take_dots(&mut self, byte: u8, answers: &mut Vec<u8>) {
        self.raw.push(byte);
        let Some(picture) = &mut self.picture else { return };
        picture.row.push(byte);
        if picture.row.len() < picture.row_bytes {
            return;
        }
        let row = std::mem::take(&mut picture.row);
        picture.rows_left -= 1;
        if picture.rows_left == 0 {
            self.picture = None;
        }
        self.print_row(&row, answers);
    }

    fn take_command_byte(&mut self, byte: u8, answers: &mut Vec<u8>) {
        self.command.push(byte);
        match command::parse(&self.command) {
            Parsed::Incomplete => {}
            Parsed::Unknown => {
                let bytes = std::mem::take(&mut self.command);
                self.raw.extend_from_slice(&bytes);
                self.note(Fault::Unknown(bytes));
            }
            Parsed::Complete(command) => {
                let bytes = std::mem::take(&mut self.command);
                self.execute(command, &bytes, answers);
            }
        }
    }

    fn execute(&mut self, command: Command, bytes: &[u8], answers: &mut Vec<u8>) {
        match command {
            Command::Nothing | Command::RealTimeQuestion => return,
            Command::AskPaper => {
                answers.push(self.paper_answer());
                return;
            }
            Command::AskDrawer => {
                answers.push(0);
                return;
            }
            Command::SendAutomaticStatus(wanted) => {
                self.sends_automatic_status = wanted;
                answers.extend(self.automatic_status());
                return;
            }
            Command::Initialize => {
                self.tear();
                self.raw.clear();
            }
            _ => {}
        }
        self.raw.extend_from_slice(bytes);
        match command {
            Command::Feed { rows } => self.feed_rows(rows, answers),
            Command::Picture { row_bytes, rows } => self.begin_picture(row_bytes, rows),
            Command::EndSlip { feed_rows } => {
                self.feed_rows(feed_rows, answers);
                self.finish(PieceKind::Slip);
            }
            _ => {}
        }
    }

    fn begin_picture(&mut self, row_bytes: u16, rows: u16) {
        let dots = u32::from(row_bytes) * 8;
        if dots > self.dots {
            self.note(Fault::TooWide(dots));
        }
        if row_bytes > 0 && rows > 0 {
            self.picture = Some(PictureUnderWay {
                row_bytes: usize::from(row_bytes),
                rows_left: u32::from(rows),
                row: Vec::with_capacity(usize::from(row_bytes)),
            });
        }
    }

    fn feed_rows(&mut self, rows: u32, answers: &mut Vec<u8>) {
        for _ in 0..rows {
            self.print_row(&[], answers);
        }
    }

    /// One row onto the paper, if there is paper for it.
    fn print_row(&mut self, row: &[u8], answers: &mut Vec<u8>) {
        if self.rows_until_paper_end == Some(0) {
            self.rows_until_paper_end = None;
            self.status = PrinterStatus::PaperEnd;
            self.tear();
            answers.extend(self.automatic_status());
        }
        if let Some(rows) = &mut self.rows_until_paper_end {
            *rows -= 1;
        }
        if self.paper.height() == PIECE_ROWS_MAX {
            self.tear();
        }
        self.paper.push_row(row);
    }

    fn tear(&mut self) {
        if self.paper.height() > 0 {
            self.finish(PieceKind::Torn);
        }
    }

    fn finish(&mut self, kind: PieceKind) {
        let paper = std::mem::replace(&mut self.paper, Raster::white(self.dots, 0));
        self.pieces.push(Piece { kind, paper, raw: std::mem::take(&mut self.raw) });
    }

    fn note(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }
}

/// What it says. Bits: Epson's ESC/POS command reference, DLE EOT, GS r and GS a.
impl VirtualPrinter {
    fn real_time_answer(&self, question: u8) -> Option<u8> {
        const FIXED: u8 = 0b0001_0010;
        let bits = match question {
            1 => u8::from(!self.status.can_print()) << 3,
            2 => match self.status {
                PrinterStatus::CoverOpen => 1 << 2,
                PrinterStatus::PaperEnd => 1 << 5,
                PrinterStatus::Error => 1 << 6,
                _ => 0,
            },
            3 => u8::from(self.status == PrinterStatus::Error) << 5,
            4 => match self.status {
                PrinterStatus::NearPaperEnd => 0b0000_1100,
                PrinterStatus::PaperEnd => 0b0110_1100,
                _ => 0,
            },
            _ => return None,
        };
        Some(FIXED | bits)
    }

    fn paper_answer(&self) -> u8 {
        match self.status {
            PrinterStatus::NearPaperEnd => 0b0011,
            PrinterStatus::PaperEnd => 0b1111,
            _ => 0,
        }
    }

    fn automatic_status(&self) -> Vec<u8> {
        if !self.sends_automatic_status {
            return Vec::new();
        }
        let first = 0b0001_0000
            | u8::from(!self.status.can_print()) << 3
            | u8::from(self.status == PrinterStatus::CoverOpen) << 5;
        let second = u8::from(self.status == PrinterStatus::Error) << 5;
        vec![first, second, self.paper_answer(), 0]
    }
}

#[cfg(test)]
mod tests;
