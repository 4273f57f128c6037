//! Photos (試験): small, upright, anonymous; and cameras that are not there, silent or broken.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use image::{ImageFormat, Rgb, RgbImage};

use super::develop::{BYTES_MAX, LONGER_SIDE_MAX};
use super::*;

/// A picture whose left half is red, with noise that does not compress.
fn picture(width: u32, height: u32) -> RgbImage {
    let mut seed = 7_u32;
    RgbImage::from_fn(width, height, |x, y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = seed.to_be_bytes()[0];
        if x < width / 2 { Rgb([220, grain / 8, y.to_le_bytes()[0] / 8]) } else { Rgb([grain; 3]) }
    })
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = io::Cursor::new(Vec::new());
    picture(width, height).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// The same JPEG with EXIF beside it: held on its side, and a maker's name.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    exif.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
    exif.extend(b"\x01\x0f\0\x02\0\0\0\x07\0\0\0\x26\0\0\0\0");
    exif.extend(b"SECRET\0");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_large_photo_becomes_small_and_anonymous_and_stands_upright() {
    let taken = with_exif(&jpeg(2_000, 1_500));
    assert!(taken.windows(6).any(|bytes| bytes == b"SECRET") && taken.len() > BYTES_MAX);
    let photo = develop(&taken).unwrap();
    assert!(photo.jpeg.len() <= BYTES_MAX, "{}", photo.jpeg.len());
    for tag in [&b"Exif"[..], b"SECRET"] {
        assert!(!photo.jpeg.windows(tag.len()).any(|bytes| bytes == tag));
    }
    let kept = image::load_from_memory(&photo.jpeg).unwrap().into_rgb8();
    assert!(kept.width().max(kept.height()) <= LONGER_SIDE_MAX);
    // A quarter turned to the right: higher than wide, and what was at the left is now on top.
    assert!(kept.height() > kept.width());
    let (top, bottom) =
        (kept.get_pixel(kept.width() / 2, 20), kept.get_pixel(20, kept.height() - 20));
    assert!(top[0] > 180 && top[1] < 90, "{top:?}");
    assert!(bottom[0].abs_diff(bottom[1]) < 60, "{bottom:?}");
    assert_eq!(photo.preview.rgb.len(), (photo.preview.width * photo.preview.height * 3) as usize);
    assert!(photo.preview.width <= 456 && photo.preview.height <= 560);
}

#[test]
fn what_is_no_picture_is_told() {
    for bytes in [&b""[..], b"not a picture", &jpeg(64, 64)[..200]] {
        assert!(matches!(develop(bytes), Err(CameraError::Unreadable(_))));
    }
}

#[test]
fn a_folder_gives_its_pictures_in_turn_and_an_empty_one_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut camera = FileCamera::new(folder.path());
    assert!(camera.take().unwrap_err().is_missing());
    fs::write(folder.path().join("a.jpg"), jpeg(64, 48)).unwrap();
    fs::write(folder.path().join("b.jpg"), jpeg(48, 64)).unwrap();
    let shapes: Vec<bool> = (0..3)
        .map(|_| camera.take().unwrap().preview)
        .map(|preview| preview.width > preview.height)
        .collect();
    assert_eq!(shapes, [true, false, true]);
    assert!(FileCamera::new(folder.path().join("none")).take().unwrap_err().is_missing());
}

/// A program in the place of `v4l2-ctl` that does what the script says.
fn camera_that(folder: &Path, script: &str, within: Duration) -> StillCamera {
    let program = folder.join("v4l2-ctl");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.join("video0"), "").unwrap();
    StillCamera::through(program, folder.join("video0"), within)
}

#[test]
fn the_driver_takes_one_picture_and_asks_for_jpeg() {
    let folder = tempfile::tempdir().unwrap();
    let (picture, asked) = (folder.path().join("picture.jpg"), folder.path().join("asked"));
    fs::write(&picture, jpeg(640, 480)).unwrap();
    let script = format!("echo \"$@\" > {}; cat {}", asked.display(), picture.display());
    let mut camera = camera_that(folder.path(), &script, Duration::from_secs(20));
    let photo = camera.take().unwrap();
    assert!(photo.preview.width > photo.preview.height);
    let asked = fs::read_to_string(asked).unwrap();
    assert!(asked.contains("video0") && asked.contains("pixelformat=MJPG"), "{asked}");
    assert!(asked.contains("--stream-count=1 --stream-to=-"), "{asked}");
}

#[test]
fn a_camera_that_hangs_ends_in_time_and_a_missing_one_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut hanging = camera_that(
        folder.path(),
        "exec cat /dev/zero | head -c 10; exec tail -f /dev/null",
        Duration::from_millis(300),
    );
    let begun = Instant::now();
    assert!(matches!(hanging.take(), Err(CameraError::NoPicture)));
    assert!(begun.elapsed() < Duration::from_secs(10));
    let mut silent = camera_that(folder.path(), "exit 1", Duration::from_secs(20));
    assert!(matches!(silent.take(), Err(CameraError::NoPicture)));
    let gone = folder.path().join("video9");
    assert!(StillCamera::new(&gone).take().unwrap_err().is_missing());
    let no_program = folder.path().join("no-such-program");
    let device = folder.path().join("video0");
    let mut untooled = StillCamera::through(no_program, device, Duration::from_secs(1));
    assert!(untooled.take().unwrap_err().is_missing());
}
