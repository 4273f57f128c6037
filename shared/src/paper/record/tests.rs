//! The list of fields is what the records hold.

use std::collections::BTreeSet;

use super::*;

#[test]
fn records_hold_exactly_the_fields_that_layouts_may_name() {
    for kind in PaperKind::ALL {
        let (known, record) = (Known::of(*kind), sample(*kind));
        let named: BTreeSet<&str> = known.fields.iter().map(|(name, _)| *name).collect();
        assert_eq!(record.texts.keys().copied().collect::<BTreeSet<_>>(), named);
        assert_eq!(record.lists.len(), known.lists.len());
        for (list, _, fields) in known.lists {
            let fields: BTreeSet<&str> = fields.iter().map(|(name, _)| *name).collect();
            for row in record.rows(list) {
                assert_eq!(row.texts.keys().copied().collect::<BTreeSet<_>>(), fields, "{list}");
            }
        }
    }
}

#[test]
fn a_row_is_read_with_what_stands_around_it() {
    let record = sample(PaperKind::UsageNotice);
    let row = record.around(&record.rows("bars")[1], false);
    assert_eq!((row.text("label"), row.has("first")), ("前回", false));
    assert!(row.has("customer") && row.has("charges"));
}
