//! Slips beside their accepted pictures in `golden/`. After a wanted change, look at the pictures
//! that a run with `UPDATE_EXPECT=1` leaves there.

use std::fs;
use std::path::{Path, PathBuf};

use shared::metering::RegisterReading;
use shared::quantity::CubicMeters;

use shared::paper::sample;

use super::samples::{long_notice, notice, sealed};
use super::*;

#[track_caller]
fn check(name: &str, notice: &UsageNotice, width_dots: u32) {
    check_picture(name, &draw(notice, &sealed(notice), width_dots).raster.to_png(), width_dots);
}

#[track_caller]
fn check_picture(name: &str, drawn: &[u8], width_dots: u32) {
    let golden = folder().join(format!("{name}-{width_dots}.png"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(folder()).unwrap();
        fs::write(&golden, drawn).unwrap();
    }
    let accepted = fs::read(&golden).unwrap_or_default();
    assert!(
        dots(&accepted) == dots(drawn),
        "{} differs; UPDATE_EXPECT=1 replaces it, then look at it",
        golden.display()
    );
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/golden")
}

/// The dots and not the file: another version of the compressor may write other bytes.
fn dots(file: &[u8]) -> Option<(u32, Vec<u8>)> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().ok()?;
    let mut dots = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut dots).ok()?;
    Some((info.width, dots))
}

#[test]
fn the_usual_slip_looks_as_accepted() {
    check("usual", &notice(), 384);
    check("usual", &notice(), 576);
}

#[test]
fn the_long_slip_looks_as_accepted() {
    check("long", &long_notice(), 384);
    check("long", &long_notice(), 576);
}

#[test]
fn the_slip_after_an_exchange_looks_as_accepted() {
    let mut exchanged = notice();
    exchanged.previous_register = RegisterReading::new(0, 4).unwrap();
    exchanged.register = RegisterReading::new(13, 4).unwrap();
    exchanged.is_new_meter = true;
    exchanged.removed_meter = CubicMeters(55);
    exchanged.estimated = CubicMeters(30);
    exchanged.meter_number = "26-000001".to_owned();
    check("exchanged", &exchanged, 384);
    check("exchanged", &exchanged, 576);
}

/// Each layout with something in every field, as the office sees it.
#[test]
fn every_built_in_layout_looks_as_accepted() {
    for kind in PaperKind::ALL {
        for width_dots in [384, 576] {
            let template = Template::built_in(*kind);
            let (raster, missing, clashes) =
                compose(&template, &sample(*kind), width_dots).finish();
            assert_eq!((missing.len(), clashes), (0, 0), "{}", kind.key());
            let name = format!("sample-{}", kind.key().replace('_', "-"));
            check_picture(&name, &raster.safe_on_the_line().to_png(), width_dots);
        }
    }
}
