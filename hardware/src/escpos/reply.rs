//! What the printer answers: three kinds of status bytes on one line, told apart by fixed bits.
//!
//! | kind | fixed bits | when |
//! |---|---|---|
//! | answer to DLE EOT n | bits 7 0, 4 1, 1 1, 0 0 | at once, overtaking the data |
//! | answer to GS r 1 | bits 7 0, 4 0 | when everything before it is printed |
//! | automatic status, 4 bytes | first: bits 7 0, 4 1, 1 0, 0 0; others: bits 7 0, 4 0 | at any time |
//!
//! Everything else is noise and is dropped. Bits: Epson's ESC/POS command reference.

use crate::printer::PrinterStatus;

/// One meaningful thing that the printer said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// To the real-time question asked last.
    RealTime(u8),
    /// To a question in the data: everything before it is on paper.
    Printed,
}

/// Sorts arriving bytes. Keeps only how much of an automatic status is still to come.
#[derive(Debug, Default)]
pub struct ReplyReader {
    automatic_bytes_due: u8,
}

impl ReplyReader {
    /// Takes the next byte from the line.
    pub fn push(&mut self, byte: u8) -> Option<Reply> {
        let looks_like_data = byte & 0b1001_0000 == 0;
        if self.automatic_bytes_due > 0 && looks_like_data {
            self.automatic_bytes_due -= 1;
            return None;
        }
        self.automatic_bytes_due = 0;
        if byte & 0b1001_0011 == 0b0001_0010 {
            return Some(Reply::RealTime(byte));
        }
        if byte & 0b1001_0011 == 0b0001_0000 {
            self.automatic_bytes_due = 3;
            return None;
        }
        (looks_like_data && has_paired_sensors(byte)).then_some(Reply::Printed)
    }
}

/// In a GS r 1 answer two bits each tell of the near-end and of the end sensor, always the same.
fn has_paired_sensors(byte: u8) -> bool {
    matches!(byte & 0b0000_0011, 0 | 0b0011) && matches!(byte & 0b0000_1100, 0 | 0b1100)
}

/// The four real-time answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RealTimeStatus {
    /// To DLE EOT 1.
    pub printer: u8,
    /// To DLE EOT 2.
    pub offline_cause: u8,
    /// To DLE EOT 3.
    pub error_cause: u8,
    /// To DLE EOT 4.
    pub paper: u8,
}

impl RealTimeStatus {
    /// What the four answers mean together, the cause that the reader must remove first at first.
    pub fn meaning(self) -> PrinterStatus {
        let is_off_line = is_off_line(self.printer);
        if self.offline_cause & 1 << 2 != 0 {
            PrinterStatus::CoverOpen
        } else if self.offline_cause & 1 << 5 != 0 || self.paper & 0b0110_0000 != 0 {
            PrinterStatus::PaperEnd
        } else if self.offline_cause & 1 << 6 != 0 || self.error_cause & 0b0110_1000 != 0 {
            PrinterStatus::Error
        } else if is_off_line {
            PrinterStatus::Offline
        } else if self.paper & 0b0000_1100 != 0 {
            PrinterStatus::NearPaperEnd
        } else {
            PrinterStatus::Ready
        }
    }
}

/// Whether the answer to DLE EOT 1 says that the printer is off line.
pub fn is_off_line(printer: u8) -> bool {
    printer & 1 << 3 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &[Reply]) {
        let mut reader = ReplyReader::default();
        let replies: Vec<Reply> = bytes.iter().filter_map(|byte| reader.push(*byte)).collect();
        assert_eq!(replies, expected, "{bytes:02x?}");
    }

    #[test]
    fn answers_are_told_from_automatic_status_and_noise() {
        check(&[0x12], &[Reply::RealTime(0x12)]);
        check(&[0x00, 0x0F, 0x03], &[Reply::Printed; 3]);
        // An automatic status of four bytes looks like GS r answers after its first byte.
        check(&[0x10, 0, 0x03, 0, 0x00], &[Reply::Printed]);
        // One that is cut short by a real-time answer.
        check(&[0x30, 0, 0x1A], &[Reply::RealTime(0x1A)]);
        check(&[0xFF, 0x11, 0x13, 0x80, 0x95, 0x01, 0x08], &[]);
    }

    #[test]
    fn the_gravest_cause_is_named() {
        let idle =
            RealTimeStatus { printer: 0x12, offline_cause: 0x12, error_cause: 0x12, paper: 0x12 };
        assert_eq!(idle.meaning(), PrinterStatus::Ready);
        let near = RealTimeStatus { paper: 0x1E, ..idle };
        assert_eq!(near.meaning(), PrinterStatus::NearPaperEnd);
        let off_line = RealTimeStatus { printer: 0x1A, ..near };
        assert_eq!(off_line.meaning(), PrinterStatus::Offline);
        let no_paper = RealTimeStatus { paper: 0x7E, ..off_line };
        assert_eq!(no_paper.meaning(), PrinterStatus::PaperEnd);
        let cutter = RealTimeStatus { error_cause: 0x1A, offline_cause: 0x52, ..off_line };
        assert_eq!(cutter.meaning(), PrinterStatus::Error);
        let open = RealTimeStatus { offline_cause: 0x16, ..no_paper };
        assert_eq!(open.meaning(), PrinterStatus::CoverOpen);
    }
}
