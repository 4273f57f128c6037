//! Developing (写真の縮小): a camera's picture made small, upright and anonymous.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use super::CameraError;

/// The longer side of what is kept.
pub const LONGER_SIDE_MAX: u32 = 1_280;
/// The most bytes of what is kept: a route's photos fit on the card and through the line.
pub const BYTES_MAX: usize = 200_000;
/// Tried one after another; at the last one digits on a dial can still be read.
const QUALITIES: [u8; 5] = [85, 75, 65, 50, 35];
/// A camera of a handheld has no more dots on a side; a file that claims so is no photo of it.
const SIDE_MAX: u32 = 12_000;
const MEMORY_MAX: u64 = 256 * 1024 * 1024;
/// Below this nobody can read a dial.
const SIDE_MIN: u32 = 320;
/// The picture on the terminal's screen.
const PREVIEW_SIDES: (u32, u32) = (456, 560);

/// A photo as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// The JPEG: no longer side over 1,280 dots, at most 200 kB, and nothing in it but the picture.
    pub jpeg: Vec<u8>,
    /// The same for the screen.
    pub preview: Preview,
}

/// A picture for the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Dots from left to right.
    pub width: u32,
    /// Dots from top to bottom.
    pub height: u32,
    /// Red, green and blue, one byte each, row by row.
    pub rgb: Vec<u8>,
}

/// Makes a camera's picture small. The dots are written anew, so that position, time, owner and
/// serial number that a camera writes beside them (EXIF) stay behind; how it was held is applied first.
pub fn develop(bytes: &[u8]) -> Result<Photo, CameraError> {
    let picture = upright(bytes).map_err(CameraError::Unreadable)?;
    let (wide, high) = (picture.width(), picture.height());
    let mut side = LONGER_SIDE_MAX.min(wide.max(high));
    // A picture of nothing but noise may be too large at every quality; smaller it fits.
    loop {
        let small = shrunk(&picture, side);
        for quality in QUALITIES {
            let jpeg = written(&small, quality).map_err(CameraError::Unreadable)?;
            if jpeg.len() <= BYTES_MAX {
                return Ok(Photo { jpeg, preview: preview(&small) });
            }
        }
        side = side * 3 / 4;
        if side < SIDE_MIN {
            return Err(CameraError::TooLarge);
        }
    }
}

fn upright(bytes: &[u8]) -> image::ImageResult<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(DynamicImage::ImageRgb8(picture.into_rgb8()))
}

fn shrunk(picture: &DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side {
        return picture.clone();
    }
    picture.resize(side, side, FilterType::Triangle)
}

fn written(picture: &DynamicImage, quality: u8) -> image::ImageResult<Vec<u8>> {
    let mut jpeg = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, quality))?;
    Ok(jpeg)
}

fn preview(picture: &DynamicImage) -> Preview {
    let (wide, high) = PREVIEW_SIDES;
    let small = picture.resize(wide, high, FilterType::Triangle).into_rgb8();
    Preview { width: small.width(), height: small.height(), rgb: small.into_raw() }
}
