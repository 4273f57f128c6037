//! Layouts that hold and layouts that do not.

use super::*;
use crate::paper::FaultKind;

#[track_caller]
fn faults(text: &str) -> Vec<(usize, FaultKind)> {
    let faults = Template::parse(PaperKind::UsageNotice, text).unwrap_err();
    faults.into_iter().map(|fault| (fault.line, fault.kind)).collect()
}

#[test]
fn the_built_in_layouts_have_no_fault() {
    for kind in PaperKind::ALL {
        let parsed = Template::parse(*kind, built_in_text(*kind));
        assert!(parsed.is_ok_and(|template| template.items.len() > 10), "{}", kind.key());
    }
}

#[test]
fn every_fault_is_named_with_its_line() {
    assert_eq!(
        faults("gap 4\ntxet \"a\"\n\n# nothing\ntext \"{nobody}\"\nrow \"a\" \"b\"\ngap 999"),
        [
            (2, FaultKind::UnknownCommand("txet".into())),
            (5, FaultKind::UnknownField("nobody".into())),
            (6, FaultKind::RowWithoutBar),
            (7, FaultKind::OutOfRange("0～200".into())),
        ]
    );
    assert_eq!(faults("text \"a"), [(1, FaultKind::QuoteNotEnded)]);
    assert_eq!(faults("text \"{usage\""), [(1, FaultKind::BraceNotEnded)]);
    assert_eq!(faults("text"), [(1, FaultKind::NoText)]);
    assert_eq!(faults("text \"a\" huge"), [(1, FaultKind::UnknownWord("huge".into()))]);
    assert_eq!(faults("text \"a\" 17"), [(1, FaultKind::OutOfRange("16～160の偶数".into()))]);
    assert_eq!(faults("each customers\nend"), [(1, FaultKind::UnknownList("customers".into()))]);
    assert_eq!(faults("gap"), [(1, FaultKind::WordMissing)]);
    assert_eq!(faults("gap 1 2"), [(1, FaultKind::UnknownWord("2".into()))]);
    assert_eq!(faults("wave\nend"), [(2, FaultKind::EndWithoutPart)]);
    assert_eq!(faults("frame 1 2\nwave"), [(1, FaultKind::NotEnded)]);
    assert_eq!(
        faults("if usage\nnext\nend"),
        [(2, FaultKind::EndWithoutPart), (3, FaultKind::EndWithoutPart)]
    );
    let deep = format!("{}{}", "if usage\n".repeat(9), "end\n".repeat(9));
    assert!(faults(&deep).iter().any(|(line, kind)| (*line, kind) == (9, &FaultKind::TooDeep)));
    assert_eq!(faults(&"wave\n".repeat(500)), [(401, FaultKind::TooLong)]);
}

#[test]
fn fields_of_a_row_are_known_in_its_list_only() {
    let inside = "each charges\n  text \"{name} {usage} {first}\"\nend";
    assert!(Template::parse(PaperKind::UsageNotice, inside).is_ok());
    assert_eq!(faults("text \"{tax}\""), [(1, FaultKind::UnknownField("tax".into()))]);
    assert_eq!(faults("text \"{first}\""), [(1, FaultKind::UnknownField("first".into()))]);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_fall(text in "(((if|each|text|row|end|else|frame|gap|\"|\\{|\\}|[|]|usage|charges|4| |\n)){0,60})") {
        let _ = Template::parse(PaperKind::UsageNotice, &text);
    }
}
