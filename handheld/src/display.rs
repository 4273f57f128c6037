//! Running on a display (画面での実行): a window on a desk, or the terminal's own screen.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::channel;

use anyhow::{Context, Result};

use crate::screens::Key;
use crate::shell::devices::Devices;
use crate::shell::{Parts, Shell};
use crate::ui::Ui;

/// Runs until the window is closed.
pub fn run(parts: Parts, devices: Devices) -> Result<()> {
    let (sender, reports) = channel();
    let stage: Rc<Shown> = Rc::new(RefCell::new(None));
    // Reports come from other threads; the screens' thread picks them up when it is woken.
    let post = Arc::new(move |report| {
        drop(sender.send(report));
        crate::ui::on_ui_thread(wake);
    });
    let shell = Shell::start(parts, post).context("the terminal's memory cannot be used")?;
    let shell = Rc::new(RefCell::new(shell.with_devices(devices)));
    let ui = Ui::open({
        let (shell, stage) = (shell.clone(), stage.clone());
        move |key: Key| {
            shell.borrow_mut().press(key);
            show_on(&stage);
        }
    })?;
    stage.replace(Some((shell.clone(), ui)));
    show_on(&stage);
    WAKE.with(|slot| {
        let (shell, stage) = (shell.clone(), stage.clone());
        slot.replace(Some(Box::new(move || {
            while let Ok(report) = reports.try_recv() {
                shell.borrow_mut().hear(report);
            }
            show_on(&stage);
        })));
    });
    let window = stage.borrow().as_ref().map(|(_, ui)| ui.handle());
    window.context("the window was just made")?.run()?;
    Ok(())
}

thread_local! {
    /// What the screens' thread does when a report has come.
    static WAKE: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
}

fn wake() {
    WAKE.with(|slot| {
        if let Some(wake) = slot.borrow().as_ref() {
            wake();
        }
    });
}

/// The shell and its window, once both are there.
type Shown = RefCell<Option<(Rc<RefCell<Shell>>, Ui)>>;

fn show_on(stage: &Shown) {
    if let Some((shell, ui)) = stage.borrow_mut().as_mut() {
        let view = shell.borrow().app().view();
        ui.show(view);
    }
}
