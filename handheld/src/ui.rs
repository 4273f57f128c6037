//! The user interface (画面表示): joins the screens to Slint; the only place that names a Slint type.

#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::todo,
    reason = "the markup's compiler writes this code"
)]

pub mod headless;

use std::rc::Rc;

use slint::{ComponentHandle, Image, Model, ModelRc, SharedPixelBuffer, SharedString, VecModel};

use crate::screens::{Key, Look as ViewLook, Tone as ViewTone, View};

slint::include_modules!();

/// The window and what it was last given.
pub struct Ui {
    window: HandheldWindow,
    shown: View,
    rows: Rc<VecModel<RowView>>,
}

impl Ui {
    /// Makes the window; `on_key` hears every key and touch.
    pub fn open(on_key: impl Fn(Key) + 'static) -> Result<Ui, slint::PlatformError> {
        let window = HandheldWindow::new()?;
        let adapter = window.global::<Adapter>();
        let on_key = Rc::new(on_key);
        adapter.on_row({
            let on_key = on_key.clone();
            move |row| on_key(Key::Row(row.try_into().unwrap_or(0)))
        });
        adapter.on_key(move |name| {
            if let Some(key) = key_named(&name) {
                on_key(key);
            }
        });
        let rows = Rc::new(VecModel::default());
        adapter.set_rows(rows.clone().into());
        Ok(Ui { window, shown: View::default(), rows })
    }

    /// Shows a view; what did not change is left alone.
    pub fn show(&mut self, view: View) {
        let adapter = self.window.global::<Adapter>();
        if view.keys != self.shown.keys || self.shown.screen.is_empty() {
            let keys: Vec<SharedString> = view.keys.iter().map(SharedString::from).collect();
            adapter.set_keys(model(keys));
        }
        self.show_rows(&view);
        if view.options != self.shown.options {
            let options = view.options.iter().map(|option| OptionView {
                key: (&option.key).into(),
                text: (&option.text).into(),
                is_chosen: option.is_chosen,
            });
            adapter.set_options(model(options.collect()));
        }
        if view.work.facts != self.shown.work.facts {
            let facts = view.work.facts.iter();
            let fact = |(name, value): &(String, String)| FactView {
                name: name.into(),
                value: value.into(),
            };
            adapter.set_facts(model(facts.map(fact).collect()));
        }
        let theme = self.window.global::<Theme>();
        theme.set_look(match view.look {
            ViewLook::Day => Look::Day,
            ViewLook::Sun => Look::Sun,
            ViewLook::Night => Look::Night,
        });
        theme.set_is_reverse(view.is_reverse);
        theme.set_is_left_handed(view.is_left_handed);
        if view.preview != self.shown.preview {
            adapter.set_photo(view.preview.as_deref().map_or_else(Image::default, picture));
        }
        if view != self.shown {
            adapter.set_view(screen(&view));
        }
        self.shown = view;
    }

    /// A row that did not change is not drawn again.
    fn show_rows(&self, view: &View) {
        if view.rows.len() != self.shown.rows.len() {
            return self.rows.set_vec(view.rows.iter().map(row).collect::<Vec<_>>());
        }
        let pairs = view.rows.iter().zip(&self.shown.rows).enumerate();
        for (at, (new, _)) in pairs.filter(|(_, (new, old))| new != old) {
            self.rows.set_row_data(at, row(new));
        }
    }

    /// The window alone, to be run while the rest stays in reach (desk and kiosk).
    pub fn handle(&self) -> Display {
        Display(self.window.clone_strong())
    }

    fn show_window(&self) -> Result<(), slint::PlatformError> {
        self.window.show()
    }
}

/// A window that can be run until it is closed.
pub struct Display(HandheldWindow);

impl Display {
    /// Runs until the window is closed.
    pub fn run(&self) -> Result<(), slint::PlatformError> {
        self.0.run()
    }
}

/// Runs something on the user interface's thread (desk and kiosk).
pub fn on_ui_thread(work: impl FnOnce() + Send + 'static) {
    if slint::invoke_from_event_loop(work).is_err() {
        tracing::info!("the window is closed already");
    }
}

/// Chooses the display: a window on a desk, or the terminal's own screen.
pub fn select_display(name: &str) -> Result<(), slint::PlatformError> {
    slint::BackendSelector::new()
        .backend_name(name.into())
        .renderer_name("software".into())
        .select()
}

/// The key that a name of `shared::panel` or a typed character stands for.
pub fn key_named(name: &str) -> Option<Key> {
    Some(match name {
        "Return" => Key::Enter,
        "Escape" => Key::Cancel,
        "Backspace" => Key::Erase,
        "UpArrow" => Key::Up,
        "DownArrow" => Key::Down,
        "LeftArrow" => Key::Left,
        "RightArrow" => Key::Right,
        "Tab" => Key::Dismiss,
        "F1" => Key::Function(1),
        "F2" => Key::Function(2),
        "F3" => Key::Function(3),
        "F4" => Key::Function(4),
        "F5" => Key::Function(5),
        digit => {
            let mut characters = digit.chars();
            let value = characters.next()?.to_digit(10)?;
            if characters.next().is_some() {
                return None;
            }
            Key::Digit(u8::try_from(value).ok()?)
        }
    })
}

fn model<T: Clone + 'static>(rows: Vec<T>) -> ModelRc<T> {
    ModelRc::new(VecModel::from(rows))
}

fn tone(tone: ViewTone) -> Tone {
    match tone {
        ViewTone::Info => Tone::Info,
        ViewTone::Good => Tone::Good,
        ViewTone::Warn => Tone::Warn,
        ViewTone::Bad => Tone::Bad,
    }
}

fn picture(preview: &hardware::camera::Preview) -> Image {
    Image::from_rgb8(SharedPixelBuffer::clone_from_slice(
        &preview.rgb,
        preview.width,
        preview.height,
    ))
}

fn row(row: &crate::screens::RowView) -> RowView {
    RowView {
        order: (&row.order).into(),
        number: (&row.number).into(),
        name: (&row.name).into(),
        address: (&row.address).into(),
        mark: (&row.mark).into(),
        hazard: (&row.hazard).into(),
        tone: tone(row.tone),
        is_chosen: row.is_chosen,
    }
}

fn screen(view: &View) -> ScreenView {
    let count = |count: u64| SharedString::from(format!("{count}件"));
    let share =
        if view.sync.total == 0 { 1.0 } else { view.sync.sent as f32 / view.sync.total as f32 };
    ScreenView {
        screen: view.screen.into(),
        title: (&view.title).into(),
        corner: (&view.corner).into(),
        date: (&view.date).into(),
        message: (&view.message).into(),
        tone: tone(view.tone),
        is_busy: view.is_busy,
        enter: (&view.enter).into(),
        has_keypad: view.has_keypad,
        login_number: (&view.login_number).into(),
        login_pin: (&view.login_pin).into(),
        is_on_pin: view.is_on_pin,
        list_position: (&view.list_position).into(),
        done: view.done.try_into().unwrap_or(i32::MAX),
        planned: view.planned.try_into().unwrap_or(i32::MAX),
        log_total: count(view.sync.total),
        log_sent: count(view.sync.sent),
        log_unsent: count(view.sync.unsent),
        log_share: share,
        log_before: view.sync.unsent_before.map_or_else(SharedString::new, |before| {
            format!("{before}件 → {}件", view.sync.unsent).into()
        }),
        log_checked: match (view.sync.unsent_before, view.sync.is_checked) {
            (None, _) => "".into(),
            (Some(_), true) => "一致しました".into(),
            (Some(_), false) if view.is_busy => "照合中".into(),
            (Some(_), false) => "まだです".into(),
        },
        last_contact: (&view.last_contact).into(),
        status: (&view.status).into(),
        status_tone: tone(view.status_tone),
        search_typed: (&view.search_typed).into(),
        is_kana: view.is_kana,
        has_meter_key: view.has_meter_key,
        entry: entry(&view.entry),
        work: WorkView {
            title: (&view.work.title).into(),
            text: (&view.work.text).into(),
            typed: (&view.work.typed).into(),
            offered: (&view.work.offered).into(),
            ask: view.work.ask.into(),
            pages: (&view.work.pages).into(),
        },
    }
}

fn entry(entry: &crate::screens::EntryView) -> EntryView {
    EntryView {
        number: (&entry.number).into(),
        name: (&entry.name).into(),
        address: (&entry.address).into(),
        meter: (&entry.meter).into(),
        position: (&entry.position).into(),
        caution: (&entry.caution).into(),
        hazards: (&entry.hazards).into(),
        previous: (&entry.previous).into(),
        last_period: (&entry.last_period).into(),
        last_year: (&entry.last_year).into(),
        typed: (&entry.typed).into(),
        usage: (&entry.usage).into(),
        now: (&entry.now).into(),
        previous_on: (&entry.previous_on).into(),
        field: (&entry.field).into(),
        slip: (&entry.slip).into(),
        is_unprinted: entry.is_unprinted,
        is_leaking: entry.is_leaking,
        is_saved: entry.is_saved,
        water: (&entry.water).into(),
        sewerage: (&entry.sewerage).into(),
        total: (&entry.total).into(),
        sentences: entry.sentences.join("\n").into(),
        question: (&entry.question).into(),
        step: entry.step.into(),
    }
}

#[cfg(test)]
mod tests;
