//! Without a display (画面なし): Slint draws into memory; keys come in and pictures go out as
//! `shared::panel` says. For the practice page, the story and the tests.

use std::rc::Rc;
use std::time::Duration;

use slint::PhysicalSize;
use slint::platform::software_renderer::{
    MinimalSoftwareWindow, PremultipliedRgbaColor, RepaintBufferType,
};
use slint::platform::{Key as SlintKey, Platform, PointerEventButton, WindowAdapter, WindowEvent};

use super::Ui;

/// Pixels across.
pub const WIDTH: u16 = 480;
/// Pixels down.
pub const HEIGHT: u16 = 800;

struct InMemory {
    window: Rc<MinimalSoftwareWindow>,
}

impl Platform for InMemory {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, slint::PlatformError> {
        Ok(self.window.clone())
    }

    /// Nothing on these screens moves by itself.
    fn duration_since_start(&self) -> Duration {
        Duration::ZERO
    }
}

/// A screen in memory.
pub struct Canvas {
    window: Rc<MinimalSoftwareWindow>,
    pixels: Vec<PremultipliedRgbaColor>,
}

impl Canvas {
    /// Makes Slint draw into memory. Once per process, before [`Ui::open`].
    pub fn prepare() -> Result<Canvas, slint::PlatformError> {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        slint::platform::set_platform(Box::new(InMemory { window: window.clone() }))
            .map_err(|error| slint::PlatformError::Other(error.to_string()))?;
        window.set_size(PhysicalSize::new(WIDTH.into(), HEIGHT.into()));
        let pixels =
            vec![PremultipliedRgbaColor::default(); usize::from(WIDTH) * usize::from(HEIGHT)];
        Ok(Canvas { window, pixels })
    }

    /// Switches the screen on.
    pub fn switch_on(&self, ui: &Ui) -> Result<(), slint::PlatformError> {
        ui.show_window()?;
        self.window.dispatch_event(WindowEvent::WindowActiveChanged(true));
        Ok(())
    }

    /// A key is pressed and let go. Unknown names do nothing.
    pub fn press(&self, name: &str) {
        let Some(text) = slint_text(name) else { return };
        self.window.dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
        self.window.dispatch_event(WindowEvent::KeyReleased { text });
    }

    /// A finger comes down.
    pub fn pointer_down(&self, x: u16, y: u16) {
        let (position, button) = (position(x, y), PointerEventButton::Left);
        self.window.dispatch_event(WindowEvent::PointerMoved { position });
        self.window.dispatch_event(WindowEvent::PointerPressed { position, button });
    }

    /// The finger moves.
    pub fn pointer_move(&self, x: u16, y: u16) {
        self.window.dispatch_event(WindowEvent::PointerMoved { position: position(x, y) });
    }

    /// The finger is lifted.
    pub fn pointer_up(&self, x: u16, y: u16) {
        let (position, button) = (position(x, y), PointerEventButton::Left);
        self.window.dispatch_event(WindowEvent::PointerReleased { position, button });
        self.window.dispatch_event(WindowEvent::PointerExited);
    }

    /// Draws what changed. Returns whether anything did.
    pub fn draw(&mut self) -> bool {
        slint::platform::update_timers_and_animations();
        let pixels = &mut self.pixels;
        self.window.draw_if_needed(|renderer| {
            renderer.render(pixels, WIDTH.into());
        })
    }

    /// The whole picture as PNG.
    pub fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, WIDTH.into(), HEIGHT.into());
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let rgb: Vec<u8> =
            self.pixels.iter().flat_map(|pixel| [pixel.red, pixel.green, pixel.blue]).collect();
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&rgb)?;
        writer.finish()?;
        Ok(bytes)
    }
}

fn position(x: u16, y: u16) -> slint::LogicalPosition {
    slint::LogicalPosition::new(x.into(), y.into())
}

fn slint_text(name: &str) -> Option<slint::SharedString> {
    let key = match name {
        "Return" => SlintKey::Return,
        "Escape" => SlintKey::Escape,
        "Backspace" => SlintKey::Backspace,
        "Tab" => SlintKey::Tab,
        "UpArrow" => SlintKey::UpArrow,
        "DownArrow" => SlintKey::DownArrow,
        "LeftArrow" => SlintKey::LeftArrow,
        "RightArrow" => SlintKey::RightArrow,
        "F1" => SlintKey::F1,
        "F2" => SlintKey::F2,
        "F3" => SlintKey::F3,
        "F4" => SlintKey::F4,
        "F5" => SlintKey::F5,
        character if character.chars().count() == 1 => return Some(character.into()),
        _ => return None,
    };
    Some(key.into())
}
