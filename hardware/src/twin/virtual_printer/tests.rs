//! The virtual printer is as strict as a real one, and never falls over.

use super::*;
use crate::escpos::encode;
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// Eight rows: a black bar at the left.
fn small_slip() -> Raster {
    let mut slip = Raster::white(384, 0);
    for _ in 0..8 {
        slip.push_row(&[0xF0]);
    }
    slip
}

#[track_caller]
fn check_answers(status: PrinterStatus, expected: &Expect) {
    let mut printer = VirtualPrinter::new(384);
    printer.set_status(status);
    let answers: Vec<u8> =
        (1..=4).flat_map(|question| printer.feed(&[0x10, 0x04, question])).collect();
    expected.assert_eq(&format!("{answers:02x?}"));
}

#[test]
fn each_condition_is_told_in_its_bits() {
    check_answers(PrinterStatus::Ready, &expect!["[12, 12, 12, 12]"]);
    check_answers(PrinterStatus::NearPaperEnd, &expect!["[12, 12, 12, 1e]"]);
    check_answers(PrinterStatus::PaperEnd, &expect!["[1a, 32, 12, 7e]"]);
    check_answers(PrinterStatus::CoverOpen, &expect!["[1a, 16, 12, 12]"]);
    check_answers(PrinterStatus::Offline, &expect!["[1a, 12, 12, 12]"]);
    check_answers(PrinterStatus::Error, &expect!["[1a, 52, 32, 12]"]);
}

#[test]
fn a_slip_comes_out_as_it_was_sent_with_its_raw_bytes() {
    let mut printer = VirtualPrinter::new(384);
    let bytes = encode::slip(&small_slip());
    assert!(printer.feed(&bytes).is_empty());
    let pieces = printer.take_pieces();
    assert_eq!(pieces.len(), 1);
    assert_eq!(pieces[0].kind, PieceKind::Slip);
    assert_eq!(pieces[0].raw, bytes);
    assert_eq!(pieces[0].paper.height(), 8 + u32::from(encode::FEED_AFTER_SLIP_DOTS));
    assert_eq!(pieces[0].paper.clone().cropped(8), small_slip());
    assert!(printer.take_faults().is_empty());
}

#[test]
fn questions_in_the_data_wait_for_the_paper_and_are_no_part_of_the_slip() {
    let mut printer = VirtualPrinter::new(384);
    printer.set_status(PrinterStatus::PaperEnd);
    let mut bytes = encode::slip(&small_slip());
    bytes.extend(encode::ASK_WHEN_PRINTED);
    assert!(printer.feed(&bytes).is_empty());
    assert_eq!(printer.feed(&[0x10, 0x04, 1]), [0x1A]);
    assert_eq!(printer.set_status(PrinterStatus::NearPaperEnd), [0x03]);
    assert_eq!(printer.take_pieces()[0].raw, encode::slip(&small_slip()));
}

#[test]
fn paper_that_ends_in_a_picture_leaves_a_torn_piece_and_the_rest_on_the_next_roll() {
    let mut printer = VirtualPrinter::new(384);
    printer.feed(&[0x1D, b'a', 0xFF]);
    printer.end_paper_after(5);
    let answers = printer.feed(&encode::slip(&small_slip()));
    assert_eq!(answers, [0x18, 0, 0x0F, 0]);
    assert_eq!(printer.status(), PrinterStatus::PaperEnd);
    let torn = printer.take_pieces();
    assert_eq!((torn.len(), torn[0].kind, torn[0].paper.height()), (1, PieceKind::Torn, 5));

    printer.set_status(PrinterStatus::Ready);
    printer.feed(&encode::slip(&small_slip()));
    let kinds: Vec<PieceKind> = printer.take_pieces().iter().map(|piece| piece.kind).collect();
    assert_eq!(kinds, [PieceKind::Slip, PieceKind::Slip]);
}

#[test]
fn a_slip_that_another_one_interrupts_is_torn() {
    let mut printer = VirtualPrinter::new(384);
    let bytes = encode::slip(&small_slip());
    printer.feed(&bytes[..10 + 48 * 3]);
    printer.feed(&[0; 48 * 5]);
    assert_eq!(printer.rows_under_way(), 8);
    printer.feed(&[0; 100]);
    printer.feed(&bytes);
    let pieces = printer.take_pieces();
    assert_eq!(
        pieces.iter().map(|piece| piece.kind).collect::<Vec<_>>(),
        [PieceKind::Torn, PieceKind::Slip]
    );
    assert_eq!(pieces[1].raw, bytes);
}

#[test]
fn what_it_does_not_know_is_a_fault() {
    let mut printer = VirtualPrinter::new(384);
    printer.feed(b"A\x1B!\x1D\x76\x30\x00\x31\x00\x01\x00");
    assert_eq!(
        printer.take_faults(),
        [Fault::Unknown(vec![b'A']), Fault::Unknown(vec![0x1B, b'!']), Fault::TooWide(392)]
    );
}

#[test]
fn a_full_buffer_loses_bytes_and_says_so() {
    let mut printer = VirtualPrinter::new(384);
    printer.set_status(PrinterStatus::CoverOpen);
    printer.feed(&vec![0; BUFFER_BYTES_MAX + 7]);
    assert_eq!(printer.take_faults(), [Fault::Overflow(7)]);
}

proptest! {
    #[test]
    fn garbage_never_stops_it_and_its_pieces_do_not_depend_on_how_bytes_arrive(
        bytes in proptest::collection::vec(
            prop_oneof![
                any::<u8>(),
                proptest::sample::select(vec![0x1B_u8, 0x1D, 0x10, 4, 1, b'@', b'v', b'0', b'V', 0])
            ], 0..400),
        cut in 0_usize..400,
    ) {
        let mut whole = VirtualPrinter::new(384);
        let at_once = whole.feed(&bytes);
        let mut split = VirtualPrinter::new(384);
        let cut = cut.min(bytes.len());
        let mut in_two = split.feed(&bytes[..cut]);
        in_two.extend(split.feed(&bytes[cut..]));
        prop_assert_eq!(at_once, in_two);
        prop_assert_eq!(whole.take_pieces(), split.take_pieces());
        prop_assert_eq!(whole.take_faults(), split.take_faults());
    }
}
