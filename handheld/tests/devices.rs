//! The terminal's devices with real keys on the real screen: a meter over a pseudo terminal, a camera
//! of files, a battery of files, a clock that is set.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "devices/hand.rs"]
mod hand;

use hand::{Hand, photo_folder, put_battery};
use hardware::clock::Clock;
use hardware::meter::AlarmBits;
use hardware::twin::virtual_meter::Fault;
use shared::calendar::to_unix_days;
use shared::wire::EventV1;

const YEAR_SECONDS: i64 = 366 * 86_400;

#[test]
fn the_dials_come_by_cable_with_their_evidence() {
    let mut hand = Hand::start(|_, _| {});
    let (meter, telegram) = hand.plug_meter_of(0, 38, None);
    hand.log_in();
    let view = hand.keys("Return RightArrow");
    assert_eq!(view.screen, "reading");
    assert!(view.message.contains("指針を読みました"), "{}", view.message);
    assert_eq!(view.entry.typed, hand.dials_of(0, 38));
    assert!(view.has_meter_key);
    hand.picture("meter-read");
    let view = hand.keys("Return");
    assert!(view.entry.is_saved, "{}", view.message);
    drop(meter);
    let frames: Vec<_> = hand.readings().into_iter().map(|read| read.visit.meter_frame).collect();
    assert_eq!(frames, [Some(telegram)]);
}

#[test]
fn a_number_that_was_typed_carries_no_evidence_of_the_meter() {
    let mut hand = Hand::start(|_, _| {});
    let (_meter, _) = hand.plug_meter_of(0, 38, None);
    hand.log_in();
    let read = hand.keys("Return RightArrow").entry.typed;
    let last = read.chars().last().unwrap();
    let view = hand.keys(&format!("Backspace {last} Return"));
    assert!(view.entry.is_saved, "{}", view.message);
    assert_eq!(hand.readings()[0].visit.meter_frame, None);
}

#[test]
fn another_meter_is_refused_with_one_way_on() {
    let mut hand = Hand::start(|_, _| {});
    let (_meter, _) = hand.plug_meter_of(0, 38, Some(Fault::WrongNumber));
    hand.log_in();
    let view = hand.keys("Return RightArrow");
    assert!(view.message.contains("H43") && view.entry.typed.is_empty(), "{}", view.message);
    hand.picture("meter-of-another");
}

#[test]
fn a_meter_that_fails_leaves_the_reader_the_keys() {
    for (fault, code) in [
        (Fault::Silent, "H41"),
        (Fault::WrongChecksum, "H42"),
        (Fault::Collision, "H42"),
        (Fault::Negative, "H46"),
    ] {
        let mut hand = Hand::without_screen(|_, _| {});
        let (_meter, _) = hand.plug_meter_of(0, 38, Some(fault));
        hand.log_in();
        let view = hand.keys("Return RightArrow");
        assert!(view.message.contains(code), "{fault:?}: {}", view.message);
        let digits = hand.dials_of(0, 38).chars().map(String::from).collect::<Vec<_>>().join(" ");
        let view = hand.keys(&format!("{digits} Return"));
        assert!(view.entry.is_saved, "{fault:?}: {}", view.message);
    }
}

#[test]
fn noise_slow_bytes_and_tenths_are_read_all_the_same() {
    for fault in [Fault::Noise, Fault::SlowBytes, Fault::Tenths] {
        let mut hand = Hand::without_screen(|_, _| {});
        let (_meter, _) = hand.plug_meter_of(0, 38, Some(fault));
        hand.log_in();
        let view = hand.keys("Return RightArrow");
        assert_eq!(view.entry.typed, hand.dials_of(0, 38), "{fault:?}: {}", view.message);
    }
}

#[test]
fn the_alarms_of_a_meter_are_told_and_no_port_is_told_too() {
    let mut hand = Hand::start(|devices, _| {
        devices.meter_alarms = AlarmBits { leak: 1, backflow: 2 };
    });
    let (meter, _) = hand.plug_meter_of(0, 38, Some(Fault::Errors));
    hand.log_in();
    let view = hand.keys("Return RightArrow");
    assert!(view.message.contains("漏水・逆流・メーターの電池切れ間近"), "{}", view.message);
    hand.picture("meter-alarms");
    drop(meter);
    hand.plug("/dev/no-such-adapter".into());
    assert!(hand.keys("RightArrow").message.contains("H44"));
}

#[test]
fn a_photo_is_looked_at_kept_sealed_and_sent_after_the_readings() {
    let photos = photo_folder();
    let path = photos.path().to_owned();
    let mut hand = Hand::start(move |devices, package| {
        devices.camera = Some(Box::new(hardware::camera::FileCamera::new(path)));
        package.work.photo_percent = 100;
    });
    hand.log_in();
    let digits = hand.dials_of(0, 38).chars().map(String::from).collect::<Vec<_>>().join(" ");
    hand.keys(&format!("Return {digits} Return"));
    let view = hand.keys("Return");
    assert_eq!(view.screen, "photo", "{}", view.message);
    hand.picture("photo-preview");
    // Not sharp: once more, and this one is kept.
    assert_eq!(hand.keys("F2").screen, "photo");
    let view = hand.keys("Return");
    assert!(view.message.contains("写真を保存しました"), "{}", view.message);
    let taken: Vec<_> = hand.photos();
    assert_eq!(taken.len(), 1);
    let (main, second) = (hand.photo_files("."), hand.photo_files("second"));
    assert_eq!((main.len(), second.len()), (1, 1));
    assert!(!main[0].windows(4).any(|bytes| bytes == b"JFIF"), "it lies there in the clear");
    // After the sync nothing is left behind.
    hand.keys("F1 F4 Return");
    assert_eq!((hand.photo_files(".").len(), hand.photo_files("second").len()), (0, 0));
}

#[test]
fn a_camera_that_is_gone_ends_no_day() {
    let mut hand = Hand::start(|devices, package| {
        let gone = hardware::camera::StillCamera::new("/dev/no-such-camera");
        devices.camera = Some(Box::new(gone));
        package.work.photo_percent = 100;
    });
    hand.log_in();
    let digits = hand.dials_of(0, 38).chars().map(String::from).collect::<Vec<_>>().join(" ");
    let view = hand.keys(&format!("Return {digits} Return Return"));
    assert!(view.message.contains("H40"), "{}", view.message);
    let before = view.entry.number;
    assert_ne!(hand.keys("Return").entry.number, before);
}

#[test]
fn battery_and_printer_stand_in_the_bar_and_each_level_is_told_once() {
    let power = tempfile::tempdir().unwrap();
    put_battery(power.path(), 84);
    let root = power.path().to_owned();
    let mut hand = Hand::start(move |devices, _| {
        devices.power = Some(hardware::battery::PowerSupplies::under(root));
    });
    let view = hand.hear_until(|view| view.status.contains("印刷可"));
    assert_eq!(view.status, "電池84%・印刷可");
    hand.picture("battery");
    hand.log_in();
    let digits = hand.dials_of(0, 38).chars().map(String::from).collect::<Vec<_>>().join(" ");
    // Printing makes the watch look again: it finds the battery lower.
    put_battery(power.path(), 18);
    hand.keys(&format!("Return {digits} Return"));
    hand.hear_until(|view| view.status.contains("18%"));
    let view = hand.keys("Return");
    assert!(view.message.contains("H47"), "{}", view.message);
    hand.picture("battery-low");
    assert!(hand.keys("Escape Return").message.is_empty(), "a level is told once");
    put_battery(power.path(), 4);
    let digits = hand.dials_of(1, 38).chars().map(String::from).collect::<Vec<_>>().join(" ");
    hand.keys(&format!("{digits} Return"));
    hand.hear_until(|view| view.status.contains("4%・"));
    // The next reading is kept, and no paper comes.
    let view = hand.keys("Return");
    assert!(view.message.contains("H48"), "{}", view.message);
    let pieces = hand.pieces();
    let digits = hand.dials_of(2, 38).chars().map(String::from).collect::<Vec<_>>().join(" ");
    let view = hand.keys(&format!("{digits} Return"));
    assert!(
        view.message.contains("保存しました") && view.message.contains("H48"),
        "{}",
        view.message
    );
    assert_eq!((hand.readings().len(), hand.pieces()), (3, pieces));
}

#[test]
fn a_clock_set_a_year_on_or_back_changes_no_day_and_no_order() {
    for jump in [YEAR_SECONDS, -YEAR_SECONDS] {
        let mut hand = Hand::without_screen(|_, _| {});
        hand.log_in();
        let today = hand.clock.today();
        let types = |hand: &Hand, at| {
            hand.dials_of(at, 38).chars().map(String::from).collect::<Vec<_>>().join(" ")
        };
        let digits = types(&hand, 0);
        hand.keys(&format!("Return {digits} Return"));
        hand.clock.pass(60);
        hand.clock.jump(jump);
        let view = hand.keys("Return");
        assert!(view.message.contains("H49"), "{}", view.message);
        let digits = types(&hand, 1);
        let view = hand.keys(&format!("{digits} Return"));
        assert!(view.entry.is_saved, "{}", view.message);
        hand.clock.jump(-jump);
        let digits = types(&hand, 2);
        hand.keys(&format!("Return {digits} Return"));
        let days: Vec<i32> = hand.readings().iter().map(|read| read.read_on_unix_days).collect();
        assert_eq!(days, [to_unix_days(today); 3]);
        let log = hand.log();
        assert!(log.windows(2).all(|two| two[0].sequence + 1 == two[1].sequence));
        let times: Vec<i64> = log.iter().skip(1).map(|one| one.recorded_at_unix_seconds).collect();
        assert!(times.is_sorted(), "{times:?}");
        assert!(times.iter().all(|at| *at - times[0] < 3_600), "{times:?}");

        // Off and on with the clock set back: time is not before the last entry, and that is told.
        hand.clock.jump(-YEAR_SECONDS);
        hand.restart();
        let view = hand.log_in();
        assert_eq!(view.screen, "route", "{}", view.message);
        let told = view.message + &hand.keys("DownArrow").message + &hand.keys("UpArrow").message;
        assert!(told.contains("H49"), "{told}");
        assert_eq!(hand.shell().app().today(), today);
    }
}

#[test]
fn the_events_of_a_photo_name_its_hash() {
    let photos = photo_folder();
    let path = photos.path().to_owned();
    let mut hand = Hand::without_screen(move |devices, package| {
        devices.camera = Some(Box::new(hardware::camera::FileCamera::new(path)));
        package.work.photo_percent = 100;
    });
    hand.log_in();
    let digits = hand.dials_of(0, 38).chars().map(String::from).collect::<Vec<_>>().join(" ");
    hand.keys(&format!("Return {digits} Return Return Return"));
    let photo = hand.photos().remove(0);
    assert!(photo.byte_count > 0 && photo.byte_count <= 200_000);
    let order = hand.events().into_iter().filter_map(|event| match event {
        EventV1::Reading(_) => Some("reading"),
        EventV1::PhotoTaken(_) => Some("photo"),
        _ => None,
    });
    assert_eq!(order.collect::<Vec<_>>(), ["reading", "photo"]);
}
