//! The commands that the virtual printer knows, read byte by byte.

/// What a command asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// NUL between commands.
    Nothing,
    /// DLE EOT n in its turn; it was answered on arrival.
    RealTimeQuestion,
    /// ESC @.
    Initialize,
    /// LF, ESC J n, ESC d n.
    Feed {
        /// Rows of dots.
        rows: u32,
    },
    /// GS v 0 without its dots.
    Picture {
        /// Bytes of one row.
        row_bytes: u16,
        /// Number of rows.
        rows: u16,
    },
    /// GS V or FF.
    EndSlip {
        /// Rows fed before the cut.
        feed_rows: u32,
    },
    /// GS r 1.
    AskPaper,
    /// GS r 2.
    AskDrawer,
    /// GS a n.
    SendAutomaticStatus(bool),
}

/// What the bytes so far are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parsed {
    /// The beginning of a command.
    Incomplete,
    /// A command.
    Complete(Command),
    /// Nothing that this printer knows.
    Unknown,
}

/// Rows of a line of text after ESC @: 1/6 inch.
const LINE_ROWS: u32 = 34;

/// Reads a command from its bytes; called again with each further byte.
pub fn parse(bytes: &[u8]) -> Parsed {
    use Command as C;
    let command = match *bytes {
        [0x00] => C::Nothing,
        [0x0A] => C::Feed { rows: LINE_ROWS },
        [0x10, 0x04, 1..=4] => C::RealTimeQuestion,
        [0x1B, b'@'] => C::Initialize,
        [0x1B, b'J', rows] => C::Feed { rows: u32::from(rows) },
        [0x1B, b'd', lines] => C::Feed { rows: u32::from(lines) * LINE_ROWS },
        [0x1D, b'v', b'0', 0 | 48, x_low, x_high, y_low, y_high] => C::Picture {
            row_bytes: u16::from_le_bytes([x_low, x_high]),
            rows: u16::from_le_bytes([y_low, y_high]),
        },
        [0x0C] | [0x1D, b'V', 0 | 1 | 48 | 49] => C::EndSlip { feed_rows: 0 },
        [0x1D, b'V', 65 | 66, rows] => C::EndSlip { feed_rows: u32::from(rows) },
        [0x1D, b'r', 1 | 49] => C::AskPaper,
        [0x1D, b'r', 2 | 50] => C::AskDrawer,
        [0x1D, b'a', kinds] => C::SendAutomaticStatus(kinds != 0),
        [0x10 | 0x1B | 0x1D]
        | [0x10, 0x04]
        | [0x1B, b'J' | b'd']
        | [0x1D, b'V' | b'r' | b'a' | b'v']
        | [0x1D, b'V', 65 | 66]
        | [0x1D, b'v', b'0']
        | [0x1D, b'v', b'0', 0 | 48, ..] => return Parsed::Incomplete,
        _ => return Parsed::Unknown,
    };
    Parsed::Complete(command)
}
