//! Running without a display (画面なしの実行): the panel protocol on standard input and output.
//!
//! One thread owns the screens. It waits for inputs and for reports from behind the screen on one
//! channel; everything that has arrived is carried out before a picture is made, so that fast
//! typing costs one picture and not ten.

use std::cell::RefCell;
use std::io::{Read, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use anyhow::{Context, Result};
use shared::panel::{PanelInput, PanelOutput, read_message, write_message};

use crate::shell::devices::Devices;
use crate::shell::{Parts, Report, Shell};
use crate::ui::Ui;
use crate::ui::headless::{Canvas, HEIGHT, WIDTH};

enum Arrival {
    Input(PanelInput),
    Report(Box<Report>),
    Closed,
}

/// Runs until the input says so or ends.
pub fn run(
    parts: Parts,
    devices: Devices,
    input: impl Read + Send + 'static,
    output: impl Write,
) -> Result<()> {
    let (sender, arrivals) = channel();
    let post = {
        let sender = sender.clone();
        // Nobody listens any more once the program ends.
        Arc::new(move |report| drop(sender.send(Arrival::Report(Box::new(report)))))
    };
    let shell = Shell::start(parts, post).context("the terminal's memory cannot be used")?;
    let shell = shell.with_devices(devices);
    let stage = Stage::set(shell)?;
    listen(input, sender);
    stage.play(&arrivals, output)
}

/// Reads inputs on a thread of its own.
fn listen(mut input: impl Read + Send + 'static, sender: Sender<Arrival>) {
    thread::spawn(move || {
        loop {
            let arrival = match read_message(&mut input) {
                Ok(Some(message)) => Arrival::Input(message),
                Ok(None) => Arrival::Closed,
                Err(error) => {
                    tracing::warn!(%error, "the panel's input is broken");
                    Arrival::Closed
                }
            };
            let is_last = matches!(arrival, Arrival::Closed);
            if sender.send(arrival).is_err() || is_last {
                return;
            }
        }
    });
}

/// The shell, the window and the picture.
pub struct Stage {
    shell: Rc<RefCell<Shell>>,
    ui: Ui,
    canvas: Canvas,
}

impl Stage {
    /// Switches the screen on.
    pub fn set(shell: Shell) -> Result<Stage> {
        let canvas = Canvas::prepare()?;
        let shell = Rc::new(RefCell::new(shell));
        let ui = Ui::open({
            let shell = shell.clone();
            move |key| shell.borrow_mut().press(key)
        })?;
        let mut stage = Stage { shell, ui, canvas };
        stage.show();
        stage.canvas.switch_on(&stage.ui)?;
        stage.canvas.draw();
        Ok(stage)
    }

    /// A key, as `shared::panel` names it.
    pub fn press(&mut self, name: &str) {
        self.canvas.press(name);
        self.show();
    }

    /// Draws what changed; returns whether anything did.
    pub fn draw(&mut self) -> bool {
        self.canvas.draw()
    }

    /// A report from behind the screen.
    pub fn hear(&mut self, report: Report) {
        self.shell.borrow_mut().hear(report);
        self.show();
    }

    /// The shell, for benches.
    pub fn shell(&self) -> &Rc<RefCell<Shell>> {
        &self.shell
    }

    /// The picture as PNG.
    pub fn png(&self) -> Result<Vec<u8>> {
        Ok(self.canvas.png()?)
    }

    fn show(&mut self) {
        let view = self.shell.borrow().app().view();
        self.ui.show(view);
    }

    fn play(mut self, arrivals: &Receiver<Arrival>, mut output: impl Write) -> Result<()> {
        write_message(&mut output, &PanelOutput::Ready { width: WIDTH, height: HEIGHT })?;
        let mut seen = 0;
        let mut wants_picture = true;
        loop {
            let Ok(first) = arrivals.recv() else { return Ok(()) };
            let mut next = Some(first);
            while let Some(arrival) = next {
                match arrival {
                    Arrival::Closed | Arrival::Input(PanelInput::Quit) => return Ok(()),
                    Arrival::Input(input) => {
                        seen += 1;
                        wants_picture |= input == PanelInput::Look;
                        self.take(&input);
                    }
                    Arrival::Report(report) => self.hear(*report),
                }
                next = arrivals.try_recv().ok();
            }
            wants_picture |= self.draw();
            let png = wants_picture.then(|| self.png()).transpose()?;
            wants_picture = false;
            let view = self.shell.borrow().app().view();
            let frame = PanelOutput::Frame {
                input_seen: seen,
                busy: view.is_busy,
                caption: view.caption(),
                png,
            };
            if write_message(&mut output, &frame).is_err() {
                return Ok(());
            }
        }
    }

    fn take(&mut self, input: &PanelInput) {
        match input {
            PanelInput::Key(name) => self.canvas.press(name),
            PanelInput::PointerDown { x, y } => self.canvas.pointer_down(*x, *y),
            PanelInput::PointerMove { x, y } => self.canvas.pointer_move(*x, *y),
            PanelInput::PointerUp { x, y } => self.canvas.pointer_up(*x, *y),
            PanelInput::Look | PanelInput::Quit => {}
        }
        self.show();
    }
}
