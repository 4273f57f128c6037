//! The tray (排紙): pieces of paper as files, each written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::virtual_printer::{Piece, PieceKind};

/// White around the paper in pictures, in dots: decoders want a quiet zone, eyes too.
const MARGIN_DOTS: u32 = 24;

/// A folder that receives `slip-0001.png`, `slip-0001.bin` and `torn-0001.png`.
#[derive(Debug)]
pub struct Tray {
    folder: PathBuf,
    slips: u32,
    torn: u32,
}

impl Tray {
    /// Uses a folder; numbering goes on after what already lies there.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut tray = Self { folder: folder.to_owned(), slips: 0, torn: 0 };
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            tray.slips = tray.slips.max(number_of(&name, "slip-"));
            tray.torn = tray.torn.max(number_of(&name, "torn-"));
        }
        Ok(tray)
    }

    /// Lays a piece down and tells its line: `slip 0001 slip-0001.png`.
    pub fn lay(&mut self, piece: &Piece) -> io::Result<String> {
        let (word, count) = match piece.kind {
            PieceKind::Slip => ("slip", &mut self.slips),
            PieceKind::Torn => ("torn", &mut self.torn),
        };
        *count += 1;
        let (number, picture) = (format!("{count:04}"), format!("{word}-{count:04}.png"));
        if piece.kind == PieceKind::Slip {
            self.write(&format!("{word}-{number}.bin"), &piece.raw)?;
        }
        // The picture last: who waits for it finds the bytes already there.
        self.write(&picture, &piece.paper.with_margin(MARGIN_DOTS).to_png())?;
        Ok(format!("{word} {number} {picture}"))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let half = self.folder.join(format!(".{name}.part"));
        let mut file = File::create(&half)?;
        file.write_all(bytes)?;
        fs::rename(half, self.folder.join(name))
    }
}

fn number_of(name: &str, prefix: &str) -> u32 {
    let digits = name.strip_prefix(prefix).and_then(|rest| rest.split('.').next());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
