//! Independent judges: a decoder of codes and a renderer of printer bytes, neither of them ours.

use hardware::escpos::encode;
use hardware::printer::Printer;
use hardware::twin::loopback;
use rxing::BarcodeFormat;
use shared::metering::notice_seal::SealedFacts;

use super::samples::{MASTER, notice, sealed};
use super::*;

/// Reads the code out of a picture of light (255) and dark (0).
fn decode(light: Vec<u8>, width: u32) -> String {
    let height = u32::try_from(light.len()).unwrap() / width;
    rxing::helpers::detect_in_luma(light, width, height, Some(BarcodeFormat::QR_CODE))
        .expect("the code on the slip can be read")
        .getText()
        .to_owned()
}

fn light(raster: &Raster) -> Vec<u8> {
    let dots = (0..raster.height()).flat_map(|y| (0..raster.width()).map(move |x| (x, y)));
    dots.map(|(x, y)| if raster.is_black(x, y) { 0 } else { 255 }).collect()
}

#[test]
fn the_code_on_the_printed_paper_is_read_and_believed() {
    for width in [384, 576] {
        let notice = notice();
        let (mut driver, printer) = loopback(width);
        let drawing = draw(&notice, &sealed(&notice), width);
        driver.print(&drawing.raster, &mut |_, _| {}).unwrap();
        let paper = printer.lock().unwrap().take_pieces().remove(0).paper.with_margin(24);

        let text = decode(light(&paper), paper.width());
        assert_eq!(text, sealed(&notice));
        let facts = SealedFacts::verify(&text, MASTER).unwrap();
        assert_eq!(facts.amount, notice.total());
        assert_eq!(facts.connection_number, notice.connection_number);
    }
}

#[test]
fn another_renderer_accepts_the_bytes_and_shows_the_same_dots() {
    let profile = escpost_profiles::resolver::resolve("REFERENCE").unwrap();
    for width in [384, 576] {
        let notice = notice();
        let slip = draw(&notice, &sealed(&notice), width).raster;
        let result = escpost_render::render(&encode::slip(&slip), profile).unwrap();
        assert!(result.warnings.is_empty(), "{:?}", result.warnings);
        let seen = &result.sheets[0].surface;
        for y in 0..slip.height() {
            for x in 0..width {
                assert_eq!(seen.is_printed(x, y), slip.is_black(x, y), "dot {x}, {y}");
            }
        }
        let all = (0..seen.height()).flat_map(|y| (0..seen.width()).map(move |x| (x, y)));
        let light = all.map(|(x, y)| if seen.is_printed(x, y) { 0 } else { 255 }).collect();
        assert_eq!(decode(light, seen.width()), sealed(&notice));
    }
}
