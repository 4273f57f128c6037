//! Slips looked at by decoders, by another renderer, and dot by dot.

mod judges;
mod pictures;
mod samples;

use proptest::prelude::*;
use shared::quantity::{CubicMeters, Yen};

use super::*;
use samples::{notice, sealed};

/// Dots at the edges that must stay white, whatever is printed.
const MARGIN_DOTS: u32 = 4;

#[track_caller]
fn check_layout(notice: &UsageNotice, width_dots: u32) {
    let template = Template::built_in(PaperKind::UsageNotice);
    let record = Record::of_notice(notice, &sealed(notice));
    let (raster, _, clashes) = compose(&template, &record, width_dots).finish();
    assert_eq!(raster.width(), width_dots);
    assert_eq!(clashes, 0, "dots on dots: parts of the slip overlap");
    for y in 0..raster.height() {
        for x in (0..MARGIN_DOTS).chain(width_dots - MARGIN_DOTS..width_dots) {
            assert!(!raster.is_black(x, y), "black in the margin at {x}, {y}");
        }
    }
    for y in (0..MARGIN_DOTS).chain(raster.height() - MARGIN_DOTS..raster.height()) {
        assert!((0..width_dots).all(|x| !raster.is_black(x, y)), "black in the margin, row {y}");
    }
}

#[test]
fn the_example_in_the_documentation_is_true() {
    let text = sealed(&notice());
    assert!(include_str!("../../docs/slip.md").contains(&text), "{text}");
}

#[test]
fn characters_outside_the_typeface_are_marked_and_told() {
    let mut notice = notice();
    assert!(draw(&notice, &sealed(&notice), 384).missing_glyphs.is_empty());
    // A character of the private use area (外字), twice, and a variant that nobody has drawn.
    notice.customer_name = "葛\u{E01EF}西 \u{E000}\u{E000}郎".to_owned();
    let drawing = draw(&notice, &sealed(&notice), 384);
    assert_eq!(drawing.missing_glyphs, ['\u{E01EF}', '\u{E000}']);
    check_layout(&notice, 384);
}

#[test]
fn variants_of_a_character_are_their_own_letters() {
    let dots = |name: &str, width| {
        let mut notice = notice();
        notice.customer_name = name.to_owned();
        let drawing = draw(&notice, "", width);
        assert!(drawing.missing_glyphs.is_empty(), "{name}: {:?}", drawing.missing_glyphs);
        check_layout(&notice, width);
        drawing.raster
    };
    for width in [384, 576] {
        for (plain, usual, other) in [
            ("辻 花子", "辻\u{E0101} 花子", "辻\u{E0100} 花子"),
            ("葛西 一郎", "葛\u{E0101}西 一郎", "葛\u{E0100}西 一郎"),
            ("祇園 太郎", "祇\u{E0101}園 太郎", "祇\u{E0100}園 太郎"),
        ] {
            let drawn = [plain, usual, other].map(|name| dots(name, width));
            // Of the two registered forms one is the usual one, and they differ.
            assert_ne!(drawn[1], drawn[2], "{plain}");
            assert!(drawn[0] == drawn[1] || drawn[0] == drawn[2], "{plain}");
        }
    }
    // Asking for plain text is no variant.
    assert_eq!(dots("水\u{FE0E}田", 384), dots("水田", 384));
}

#[test]
fn a_slip_without_amounts_promises_them_and_prints_no_zero() {
    let mut open = notice();
    open.charges.clear();
    for width in [384, 576] {
        check_layout(&open, width);
        assert_ne!(draw(&open, "", width).raster, draw(&notice(), "", width).raster);
    }
}

#[test]
fn a_new_meter_and_a_settled_estimate_stand_on_the_slip() {
    let mut exchanged = notice();
    exchanged.is_new_meter = true;
    exchanged.removed_meter = CubicMeters(25);
    exchanged.estimated = CubicMeters(30);
    for width in [384, 576] {
        check_layout(&exchanged, width);
        let rows = draw(&exchanged, "", width).raster.height();
        assert!(rows > draw(&notice(), "", width).raster.height(), "two lines more");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nothing_runs_off_the_paper_or_into_anything_else(
        customer_name in "[一-龠ァ-ヶA-Za-z ]{1,40}",
        address in "[一-龠ぁ-ん0-9ー（） -]{0,80}",
        issuer in "[一-龠]{1,24}",
        reader_name in "[一-龠A-Za-z ]{0,30}",
        meter_number in "[0-9A-Z-]{0,30}",
        contact in "[一-龠0-9（） -]{0,60}",
        messages in proptest::collection::vec("[一-龠ぁ-ん、。A-Za-z0-9\n]{0,80}", 0..4),
        amount in prop_oneof![Just(0), Just(1_i64 << 40), 0_i64..10_000_000],
        usage in prop_oneof![Just(0), Just(u32::MAX), 0_u32..10_000],
        last_period in proptest::option::of(0_u32..100_000_000),
        is_reissue in any::<bool>(),
        is_wide in any::<bool>(),
    ) {
        let mut notice = notice();
        notice.charges[0].amount = Yen(amount);
        let reissue_of = is_reissue.then(|| "H01-000016".to_owned());
        let notice = UsageNotice {
            customer_name, address, issuer, reader_name, meter_number, contact, messages,
            usage: CubicMeters(usage),
            last_period: last_period.map(CubicMeters),
            reissue_of,
            ..notice
        };
        check_layout(&notice, if is_wide { 576 } else { 384 });
    }
}
