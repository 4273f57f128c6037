//! The picture of a slip (印字イメージ): one bit per dot, the form in which every printer takes it.

use embedded_graphics::Pixel;
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{DrawTarget, OriginDimensions, Size};

/// A canvas of black and white dots. Rows are whole bytes, the leftmost dot in the highest bit,
/// 1 is black. What is drawn outside is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Raster {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

impl Raster {
    /// A white canvas. The width is rounded up to a multiple of 8.
    pub fn white(width: u32, height: u32) -> Self {
        let width = width.next_multiple_of(8);
        let len = (width / 8) as usize * height as usize;
        Self { width, height, bytes: vec![0; len] }
    }

    /// Dots per row, a multiple of 8.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Number of rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Bytes of one row.
    pub fn row_bytes(&self) -> usize {
        (self.width / 8) as usize
    }

    /// All rows from the top, `row_bytes` bytes each.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.row_bytes().max(1))
    }

    /// All rows in one piece.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the dot is black; outside is white.
    pub fn is_black(&self, x: u32, y: u32) -> bool {
        self.place(x, y).is_some_and(|(index, bit)| self.bytes[index] & bit != 0)
    }

    /// Makes a dot black or white.
    pub fn set(&mut self, x: u32, y: u32, color: BinaryColor) {
        if let Some((index, bit)) = self.place(x, y) {
            match color {
                BinaryColor::On => self.bytes[index] |= bit,
                BinaryColor::Off => self.bytes[index] &= !bit,
            }
        }
    }

    /// Appends rows below, as paper comes out of a printer. A short row is white at its end, a
    /// long one is cut.
    pub fn push_row(&mut self, row: &[u8]) {
        let row_bytes = self.row_bytes();
        let taken = row.len().min(row_bytes);
        self.bytes.extend_from_slice(&row[..taken]);
        self.bytes.resize(self.bytes.len() + row_bytes - taken, 0);
        self.height += 1;
    }

    /// Takes out the few dots that a printer on a serial line would read as a real-time command, so
    /// that this picture and the printed one are the same.
    #[must_use]
    pub fn safe_on_the_line(mut self) -> Self {
        crate::escpos::encode::defuse(&mut self.bytes);
        self
    }

    /// The same picture with only its first `height` rows.
    #[must_use]
    pub fn cropped(mut self, height: u32) -> Self {
        self.height = self.height.min(height);
        self.bytes.truncate(self.row_bytes() * self.height as usize);
        self
    }

    /// The same picture with a white border of `margin` dots (rounded up to a multiple of 8).
    #[must_use]
    pub fn with_margin(&self, margin: u32) -> Self {
        let margin = margin.next_multiple_of(8);
        let mut framed = Self::white(self.width + 2 * margin, self.height + 2 * margin);
        let (row_bytes, inset) = (framed.row_bytes(), (margin / 8) as usize);
        for (y, row) in self.rows().enumerate() {
            let start = (y + margin as usize) * row_bytes + inset;
            framed.bytes[start..start + row.len()].copy_from_slice(row);
        }
        framed
    }

    /// The picture as a PNG of one bit per dot, with the resolution of the paper (203 dpi).
    pub fn to_png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width.max(1), self.height.max(1));
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: DOTS_PER_METER,
            yppu: DOTS_PER_METER,
            unit: png::Unit::Meter,
        }));
        // In a PNG 1 is white; an empty picture becomes one white dot, for PNG knows no empty one.
        let mut inverted: Vec<u8> = self.bytes.iter().map(|byte| !byte).collect();
        inverted.resize(inverted.len().max(1), 0xFF);
        let mut writer = encoder.write_header().expect("a header of positive size into memory");
        writer.write_image_data(&inverted).expect("the data has the size of the header");
        writer.finish().expect("writing into memory does not fail");
        file
    }
}

/// 8 dots per millimeter.
const DOTS_PER_METER: u32 = 8_000;

impl Raster {
    fn place(&self, x: u32, y: u32) -> Option<(usize, u8)> {
        let inside = x < self.width && y < self.height;
        inside.then(|| (y as usize * self.row_bytes() + (x / 8) as usize, 0x80 >> (x % 8)))
    }
}

impl std::fmt::Debug for Raster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raster({} x {})", self.width, self.height)
    }
}

impl OriginDimensions for Raster {
    fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }
}

impl DrawTarget for Raster {
    type Color = BinaryColor;
    type Error = std::convert::Infallible;

    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Self::Error>
    where
        I: IntoIterator<Item = Pixel<Self::Color>>,
    {
        for Pixel(point, color) in pixels {
            if let (Ok(x), Ok(y)) = (u32::try_from(point.x), u32::try_from(point.y)) {
                self.set(x, y, color);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_graphics::prelude::*;
    use embedded_graphics::primitives::{Line, PrimitiveStyle};

    #[test]
    fn the_leftmost_dot_is_the_highest_bit_and_outside_is_dropped() {
        let mut raster = Raster::white(12, 2);
        assert_eq!((raster.width(), raster.row_bytes()), (16, 2));
        Line::new(Point::new(-3, 1), Point::new(2, 1))
            .into_styled(PrimitiveStyle::with_stroke(BinaryColor::On, 1))
            .draw(&mut raster)
            .unwrap();
        raster.set(99, 99, BinaryColor::On);
        assert_eq!(raster.as_bytes(), [0, 0, 0b1110_0000, 0]);
        assert!(raster.is_black(2, 1) && !raster.is_black(3, 1));
    }

    #[test]
    fn a_png_has_the_same_dots() {
        let mut raster = Raster::white(8, 1);
        raster.set(7, 0, BinaryColor::On);
        let file = raster.with_margin(8).to_png();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut dots = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut dots).unwrap();
        assert_eq!((info.width, info.height, info.bit_depth), (24, 17, png::BitDepth::One));
        assert_eq!(dots[8 * 3..9 * 3], [0xFF, 0xFE, 0xFF]);
        assert!(dots[..8 * 3].iter().all(|byte| *byte == 0xFF));
    }

    #[test]
    fn paper_grows_and_is_cut() {
        let mut paper = Raster::white(16, 0);
        paper.push_row(&[1, 2, 3]);
        paper.push_row(&[4]);
        assert_eq!(paper.as_bytes(), [1, 2, 4, 0]);
        assert_eq!(paper.cropped(1).as_bytes(), [1, 2]);
    }
}
