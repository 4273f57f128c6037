//! A slip as ESC/POS bytes: raster in bands, each followed by a question that is answered in order.
//!
//! Bands keep a cut line from losing much, and let the driver know how far the paper has come.
//! Byte values: Epson's ESC/POS command reference.

use crate::raster::Raster;

/// ESC @: forget the half line, the styles and the settings of whoever printed before.
pub const INITIALIZE: [u8; 2] = [0x1B, 0x40];

/// GS r 1: send the paper status when everything before has been printed. This is the check that
/// a band is on paper; the real-time question DLE EOT overtakes the data.
pub const ASK_WHEN_PRINTED: [u8; 3] = [0x1D, 0x72, 0x01];

/// GS V 66 0: feed to the cutting (or tearing) edge and cut there, which ends a slip. Printers
/// without a cutter only feed.
pub const FEED_AND_CUT: [u8; 4] = [0x1D, 0x56, 66, 0];

/// Rows in one raster command.
pub const BAND_ROWS_MAX: u32 = 128;

/// Bytes of a raster command before its dots.
pub const BAND_HEAD_BYTES: usize = 8;

/// Blank rows below the picture, so that the tearing edge does not touch it: 6 mm.
pub const FEED_AFTER_SLIP_DOTS: u8 = 48;

/// The four real-time questions, DLE EOT n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Is it on line?
    Printer = 1,
    /// Why is it off line?
    OfflineCause = 2,
    /// What has failed?
    ErrorCause = 3,
    /// What of the paper?
    Paper = 4,
}

impl Question {
    /// DLE EOT n.
    pub fn bytes(self) -> [u8; 3] {
        [0x10, 0x04, self as u8]
    }
}

/// A part of the slip that is printed by one raster command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// GS v 0 with its data.
    pub bytes: Vec<u8>,
    /// Rows in this band.
    pub rows: u32,
}

/// The bands of a picture, from the top.
pub fn bands(slip: &Raster) -> impl Iterator<Item = Band> {
    let row_bytes = slip.row_bytes();
    let band_bytes = row_bytes.max(1) * BAND_ROWS_MAX as usize;
    slip.as_bytes().chunks(band_bytes).map(move |data| band(data, row_bytes))
}

/// ESC J n: feed `dots` rows.
pub fn feed(dots: u8) -> [u8; 3] {
    [0x1B, 0x4A, dots]
}

/// A whole slip without questions, as a file for other programs that know ESC/POS.
pub fn slip(picture: &Raster) -> Vec<u8> {
    let mut bytes = INITIALIZE.to_vec();
    for band in bands(picture) {
        bytes.extend_from_slice(&band.bytes);
    }
    bytes.extend_from_slice(&feed(FEED_AFTER_SLIP_DOTS));
    bytes.extend_from_slice(&FEED_AND_CUT);
    bytes
}

fn band(data: &[u8], row_bytes: usize) -> Band {
    let rows = data.len() / row_bytes;
    let [x_low, x_high] = u16::try_from(row_bytes).unwrap_or(u16::MAX).to_le_bytes();
    let [y_low, y_high] = u16::try_from(rows).unwrap_or(u16::MAX).to_le_bytes();
    let mut bytes = vec![0x1D, 0x76, 0x30, 0, x_low, x_high, y_low, y_high];
    bytes.extend_from_slice(data);
    defuse(&mut bytes[BAND_HEAD_BYTES..]);
    Band { bytes, rows: u32::from(y_low) | u32::from(y_high) << 8 }
}

/// Whether three bytes are a real-time command of any printer: DLE EOT n, DLE ENQ n, DLE DC4 n.
fn is_real_time_command(bytes: &[u8]) -> bool {
    matches!(bytes, [0x10, 0x04, 1..=8 | 18] | [0x10, 0x05, 0..=2] | [0x10, 0x14, 1..=8])
}

/// Takes the dot out of the first byte of what a printer would read as a real-time command.
///
/// Printers look for these in everything that arrives, pictures included, and would answer, skip
/// or even switch off in the middle of a slip. One dot less is not seen. From the end, so that a
/// byte that is changed cannot complete a command before it unnoticed.
pub fn defuse(data: &mut [u8]) {
    for start in (0..data.len().saturating_sub(2)).rev() {
        if is_real_time_command(&data[start..start + 3]) {
            data[start] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slip_is_bands_of_at_most_128_rows() {
        let picture = Raster::white(384, 300);
        let rows: Vec<u32> = bands(&picture).map(|band| band.rows).collect();
        assert_eq!(rows, [128, 128, 44]);
        let first = bands(&picture).next().unwrap();
        assert_eq!(first.bytes[..8], [0x1D, 0x76, 0x30, 0, 48, 0, 128, 0]);
        assert_eq!(first.bytes.len(), 8 + 48 * 128);
        assert_eq!(bands(&Raster::white(384, 0)).count(), 0);
    }

    proptest! {
        #[test]
        fn no_picture_holds_a_real_time_command(
            data in proptest::collection::vec(
                proptest::sample::select(vec![0x10_u8, 0x04, 0x05, 0x14, 0x01]), 48..480)
        ) {
            let mut picture = Raster::white(384, 0);
            for row in data.chunks(48) {
                picture.push_row(row);
            }
            for band in bands(&picture) {
                let mut triples = band.bytes[BAND_HEAD_BYTES..].windows(3);
                prop_assert!(!triples.any(is_real_time_command));
            }
        }
    }
}
