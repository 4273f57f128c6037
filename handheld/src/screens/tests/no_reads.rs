//! Meters that cannot be read: reason, revisit or estimate, and what is said of it.

use super::*;

#[track_caller]
fn no_read(effect: Option<&Effect>) -> NoReadDraft {
    let Some(Effect::SaveNoRead(draft)) = effect else { panic!("not saved: {effect:?}") };
    *draft
}

#[test]
fn a_meter_out_of_reach_is_one_reason_away() {
    let mut app = logged_in();
    assert_eq!(type_keys(&mut app, "eBe"), None);
    assert!(app.view().message.contains("H23"));
    let effect = type_keys(&mut app, "7e");
    let draft = NoReadDraft { place: 0, reason: 10, comes_again: true, estimate: None };
    assert_eq!(no_read(effect.as_ref()), draft);
    app.no_read_saved(0);
    assert_eq!(app.view().screen, "reading");
}

#[test]
fn the_flags_of_the_reason_decide_and_f5_takes_the_other_way() {
    let mut app = logged_in();
    type_keys(&mut app, "eB1");
    let view = app.view();
    assert!(view.entry.question.contains("再訪問"));
    assert_eq!(view.keys[4], "認定にする");
    type_keys(&mut app, "E");
    assert!(app.view().entry.question.contains("38m³"));
    let draft = no_read(type_keys(&mut app, "e").as_ref());
    assert_eq!((draft.comes_again, draft.estimate), (false, Some(CubicMeters(38))));

    // Fogged glass: nothing is gained by coming again.
    let draft = no_read(type_keys(&mut logged_in(), "eB3e").as_ref());
    assert_eq!(
        (draft.reason, draft.comes_again, draft.estimate),
        (4, false, Some(CubicMeters(38)))
    );
}

#[test]
fn rarer_reasons_stand_on_the_next_page() {
    let mut app = logged_in();
    type_keys(&mut app, "eB");
    app.press(Key::Right, 0);
    let names: Vec<String> = app.view().options.into_iter().map(|option| option.text).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let draft = no_read(type_keys(&mut app, "2e").as_ref());
    assert_eq!((draft.reason, draft.comes_again, draft.estimate), (18, false, None));
}

#[test]
fn how_often_it_was_in_vain_is_told() {
    let WorkPackage::V1(mut package) = package();
    package.connections[0].on_site.no_reads_in_a_row = 2;
    let mut app = App::new(TODAY, Some(Route::open(WorkPackage::V1(package)).unwrap()));
    type_keys(&mut app, "101e");
    app.pin_checked(reader(), true, 0);
    type_keys(&mut app, "eB");
    assert!(app.view().entry.sentences[0].starts_with("3回続けて"));
}
