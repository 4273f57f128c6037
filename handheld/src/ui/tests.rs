//! What can be measured on the pages: contrast of the colors, size and name of what is touched.

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use shared::wire::WorkPackage;
use slint::{Color, ComponentHandle, LogicalSize};

use super::*;
use crate::bench::{TODAY, package, reader};
use crate::route::Route;
use crate::screens::{App, Look as Looks};

/// The terminal's panel has 8 pixels a millimetre (203 dpi: 480 × 800 on 4.6 inches), so 9 mm are:
const FINGER: f32 = 72.0;
/// WCAG 2.2, 1.4.3: text on its ground.
const AA: f64 = 4.5;
/// WCAG 2.2, 1.4.11: the frame that marks what is chosen.
const AA_FRAME: f64 = 3.0;

/// The definition of WCAG 2.2 (relative luminance).
fn luminance(color: Color) -> f64 {
    let part = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(color.red()) + 0.7152 * part(color.green()) + 0.0722 * part(color.blue())
}

fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn contrast_is_that_of_the_definition() {
    let gray = Color::from_rgb_u8(0x77, 0x77, 0x77);
    let white = Color::from_rgb_u8(255, 255, 255);
    assert!((contrast(white, Color::from_rgb_u8(0, 0, 0)) - 21.0).abs() < 1e-9);
    // The well-known gray that just fails.
    assert!((contrast(gray, white) - 4.48).abs() < 0.01);
}

/// Every pair of colors that the markup puts on each other.
fn pairs(theme: &Theme) -> Vec<(&'static str, Color, Color, f64)> {
    let (ground, paper, ink) = (theme.get_ground(), theme.get_paper(), theme.get_ink());
    let (quiet, line, water) = (theme.get_quiet(), theme.get_line(), theme.get_water());
    let water_pale = theme.get_water_pale();
    vec![
        ("ink on ground", ink, ground, AA),
        ("ink on paper", ink, paper, AA),
        ("ink on a pressed key", ink, line, AA),
        ("ink on a function key", ink, water_pale, AA),
        ("quiet on ground", quiet, ground, AA),
        ("quiet on paper", quiet, paper, AA),
        ("quiet on a chosen row", quiet, water_pale, AA),
        ("a heading on ground", water, ground, AA),
        ("a heading on paper", water, paper, AA),
        ("information", water, water_pale, AA),
        ("good", theme.get_good(), theme.get_good_pale(), AA),
        ("good on ground", theme.get_good(), ground, AA),
        ("warning", theme.get_warn(), theme.get_warn_pale(), AA),
        ("warning on ground", theme.get_warn(), ground, AA),
        ("warning on paper", theme.get_warn(), paper, AA),
        ("bad", theme.get_bad(), theme.get_bad_pale(), AA),
        ("a strong key", theme.get_on_key(), theme.get_key(), AA),
        ("a strong key when pressed", paper, ink, AA),
        ("a hazard", paper, theme.get_bad(), AA),
        ("the bar", theme.get_on_bar(), theme.get_bar(), AA),
        ("the frame of what is chosen", water, ground, AA_FRAME),
        ("the frame on its row", water, water_pale, AA_FRAME),
    ]
}

#[test]
fn every_text_has_contrast_in_every_look_and_direction() {
    i_slint_backend_testing::init_no_event_loop();
    let window = HandheldWindow::new().unwrap();
    let theme = window.global::<Theme>();
    let mut faults = Vec::new();
    for look in [Look::Day, Look::Sun, Look::Night] {
        for is_reverse in [false, true] {
            theme.set_look(look);
            theme.set_is_reverse(is_reverse);
            for (name, one, other, least) in pairs(&theme) {
                let found = contrast(one, other);
                if found < least {
                    faults.push(format!("{look:?} reverse {is_reverse}: {name} {found:.2}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn app() -> App {
    let WorkPackage::V1(mut package) = package(30);
    package.connections[0].on_site.hazards = vec![1, 2];
    let mut app = App::new(TODAY, Some(Route::open(WorkPackage::V1(package)).unwrap()));
    for key in "101".chars() {
        app.press(key_named(&key.to_string()).unwrap(), 0);
    }
    app.press(Key::Enter, 0);
    app
}

fn press(app: &mut App, keys: &[&str]) {
    for key in keys {
        app.press(key_named(key).unwrap(), 0);
    }
}

/// The pages that are reached by keys alone, each with its name.
fn pages() -> Vec<(&'static str, View)> {
    let walks: [(&str, &[&str]); 14] = [
        ("route", &[]),
        ("search", &["F2", "1", "2"]),
        ("search-kana", &["F2", "F5", "1"]),
        ("names", &["F2", "F3"]),
        ("menu", &["F3"]),
        ("sync", &["F4"]),
        ("orders", &["F5"]),
        ("reading", &["Return", "1", "2"]),
        ("reading-told", &["Return", "Return"]),
        ("check", &["Return", "1", "3", "2", "0", "Return"]),
        (
            "check-indicator",
            &["Return", "1", "3", "2", "0", "Return", "1", "3", "2", "0", "Return"],
        ),
        ("no-read", &["Return", "F2", "1"]),
        ("work-menu", &["Return", "F4"]),
        ("exchange", &["Return", "F4", "3"]),
    ];
    let mut pages = vec![("login", app().view())];
    for (name, keys) in walks {
        let mut app = app();
        app.pin_checked(reader(), true, 0);
        press(&mut app, keys);
        pages.push((name, app.view()));
    }
    let mut app = app();
    app.pin_checked(reader(), true, 0);
    press(&mut app, &["F3", "3"]);
    app.day_counted(shared::metering::DayTotal::default());
    pages.push(("day", app.view()));
    pages
}

fn touched(element: &ElementHandle) -> bool {
    let is_control = matches!(
        element.accessible_role(),
        Some(AccessibleRole::Button | AccessibleRole::RadioButton | AccessibleRole::Checkbox)
    );
    is_control && element.accessible_enabled() != Some(false)
}

/// Kana, kanji, digits or a key cap: no word of another language stands on a control.
fn is_japanese(label: &str) -> bool {
    !label.chars().any(|c| c.is_ascii_lowercase())
}

#[test]
fn everything_that_is_touched_has_a_name_and_room_for_a_finger() {
    i_slint_backend_testing::init_no_event_loop();
    let mut ui = Ui::open(|_| {}).unwrap();
    ui.window.window().set_size(LogicalSize::new(480.0, 800.0));
    ui.show_window().unwrap();
    let (mut faults, mut counted) = (Vec::new(), 0);
    for look in [Looks::Day, Looks::Sun] {
        for is_left_handed in [false, true] {
            for (name, view) in pages() {
                let screen = view.screen;
                ui.show(View { look, is_left_handed, ..view });
                let found = ElementQuery::from_root(&ui.window).match_descendants().find_all();
                let controls: Vec<_> = found.iter().filter(|element| touched(element)).collect();
                if controls.len() < 3 {
                    faults.push(format!("{name} ({screen}): {} controls", controls.len()));
                }
                for element in controls {
                    counted += 1;
                    let label = element.accessible_label().unwrap_or_default();
                    let (size, at) = (element.size(), element.absolute_position());
                    let is_seen = at.x >= 0.0
                        && at.x + size.width <= 480.5
                        && at.y >= 0.0
                        && at.y + size.height <= 800.5;
                    let has_room = size.width >= FINGER - 0.5 && size.height >= FINGER - 0.5;
                    if label.trim().is_empty() || !is_japanese(&label) || !is_seen || !has_room {
                        faults.push(format!(
                            "{name}: 「{label}」 {}×{} at {},{}",
                            size.width, size.height, at.x, at.y
                        ));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(counted > 500, "only {counted} controls were found");
}
