//! The album (写真帳): pictures beside those that were reviewed, kept as small as PNG makes them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Colors of a picture: enough for smooth letters on every ground of these screens.
const COLORS: usize = 64;

/// A picture as dots of red, green and blue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub dots: Vec<[u8; 3]>,
}

/// A folder of reviewed pictures, and what differs from them so far.
pub struct Album {
    folder: PathBuf,
    is_renewed: bool,
    faults: Vec<String>,
}

pub fn screens_folder() -> PathBuf {
    folder("terminal")
}

pub fn papers_folder() -> PathBuf {
    folder("paper")
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/manual/src/pictures").join(name)
}

pub fn files_in(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

impl Album {
    pub fn open(folder: PathBuf) -> Album {
        let is_renewed = std::env::var_os("UPDATE_PICTURES").is_some();
        Album { folder, is_renewed, faults: Vec::new() }
    }

    /// Dots are compared and not files: another compressor may write other bytes.
    pub fn compare(&mut self, name: &str, drawn: &Picture) {
        let file = self.folder.join(format!("{name}.png"));
        let reviewed = fs::read(&file).ok().and_then(|bytes| Picture::read(&bytes));
        if reviewed.as_ref() == Some(drawn) {
            return;
        }
        if self.is_renewed {
            return fs::write(&file, drawn.png()).unwrap();
        }
        let differing = reviewed.map_or("there is no such picture".to_owned(), |reviewed| {
            let dots = reviewed.dots.iter().zip(&drawn.dots);
            format!("{} dots differ", dots.filter(|(one, other)| one != other).count())
        });
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pictures/changed");
        fs::create_dir_all(&beside).unwrap();
        fs::write(beside.join(format!("{name}.png")), drawn.png()).unwrap();
        self.faults.push(format!("{name}: {differing}"));
    }

    /// Fails when something differed.
    #[track_caller]
    pub fn close(self) {
        assert!(
            self.faults.is_empty(),
            "look at target/pictures/changed, then renew with UPDATE_PICTURES=1:\n{}",
            self.faults.join("\n")
        );
    }
}

impl Picture {
    /// Of any PNG that this house writes; nothing when the file is none.
    pub fn read(file: &[u8]) -> Option<Picture> {
        let mut decoder = png::Decoder::new(Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().ok()?;
        let mut bytes = vec![0; reader.output_buffer_size()?];
        let info = reader.next_frame(&mut bytes).ok()?;
        let bytes = &bytes[..info.buffer_size()];
        let dots = match info.color_type {
            png::ColorType::Grayscale => bytes.iter().map(|gray| [*gray; 3]).collect(),
            png::ColorType::Rgb => {
                bytes.chunks_exact(3).map(|dot| [dot[0], dot[1], dot[2]]).collect()
            }
            png::ColorType::Rgba => {
                bytes.chunks_exact(4).map(|dot| [dot[0], dot[1], dot[2]]).collect()
            }
            _ => return None,
        };
        Some(Picture { width: info.width, height: info.height, dots })
    }

    /// The same with few colors: what is drawn most stays, what lies between on the edges of letters
    /// takes the nearest. Pictures stay small and what is compared stays exact.
    #[must_use]
    pub fn with_few_colors(mut self) -> Picture {
        let mut count: BTreeMap<[u8; 3], u32> = BTreeMap::new();
        for dot in &self.dots {
            *count.entry(*dot).or_default() += 1;
        }
        let mut colors: Vec<_> =
            count.iter().map(|(color, times)| (Reverse(*times), *color)).collect();
        colors.sort_unstable();
        let kept: Vec<[u8; 3]> = colors.iter().take(COLORS).map(|(_, color)| *color).collect();
        let nearest: BTreeMap<[u8; 3], [u8; 3]> = count
            .keys()
            .map(|color| {
                (*color, *kept.iter().min_by_key(|other| distance(*color, **other)).unwrap())
            })
            .collect();
        self.dots.iter_mut().for_each(|dot| *dot = nearest[dot]);
        self
    }

    pub fn png(&self) -> Vec<u8> {
        let colors: BTreeSet<[u8; 3]> = self.dots.iter().copied().collect();
        let palette: BTreeMap<[u8; 3], u8> = colors.iter().copied().zip(0..=u8::MAX).collect();
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_compression(png::Compression::High);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(colors.iter().flatten().copied().collect::<Vec<u8>>());
        encoder.set_filter(png::Filter::NoFilter);
        let depth = Depth::for_colors(colors.len());
        encoder.set_depth(depth.png);
        let indices: Vec<u8> = self.dots.iter().map(|dot| palette[dot]).collect();
        let bytes = depth.packed(&indices, self.width as usize);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&bytes).unwrap();
        writer.finish().unwrap();
        file
    }
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    one.into_iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
}

/// Paper has two colors: a bit a dot.
struct Depth {
    png: png::BitDepth,
    bits: usize,
}

impl Depth {
    fn for_colors(count: usize) -> Depth {
        match count {
            0..=2 => Depth { png: png::BitDepth::One, bits: 1 },
            3..=16 => Depth { png: png::BitDepth::Four, bits: 4 },
            _ => Depth { png: png::BitDepth::Eight, bits: 8 },
        }
    }

    fn packed(&self, indices: &[u8], width: usize) -> Vec<u8> {
        let in_a_byte = 8 / self.bits;
        let pack = |part: &[u8]| {
            let shifts = (0..in_a_byte).rev().map(|place| place * self.bits);
            part.iter().zip(shifts).fold(0, |byte, (index, shift)| byte | (index << shift))
        };
        indices.chunks(width).flat_map(|row| row.chunks(in_a_byte).map(pack)).collect()
    }
}
