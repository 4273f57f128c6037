//! A virtual printer joined to the real driver inside one program, without any device.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::VirtualPrinter;
use crate::escpos::{SerialPrinter, Timing};
use crate::line::Line;

/// A driver, and the printer at its other end to look at and to spoil.
pub fn loopback(width_dots: u32) -> (SerialPrinter, Arc<Mutex<VirtualPrinter>>) {
    let printer = Arc::new(Mutex::new(VirtualPrinter::new(width_dots)));
    let far_end = Arc::clone(&printer);
    let open = move || {
        let line = Loopback { printer: Arc::clone(&far_end), answers: VecDeque::new() };
        Ok(Box::new(line) as Box<dyn Line>)
    };
    (SerialPrinter::over(Box::new(open), width_dots, Timing::default()), printer)
}

struct Loopback {
    printer: Arc<Mutex<VirtualPrinter>>,
    answers: VecDeque<u8>,
}

impl Line for Loopback {
    fn write_all(&mut self, bytes: &[u8], _: Duration) -> io::Result<()> {
        // A test that failed while it held the printer has already said so.
        let mut printer = self.printer.lock().unwrap_or_else(PoisonError::into_inner);
        self.answers.extend(printer.feed(bytes));
        Ok(())
    }

    fn read(&mut self, buffer: &mut [u8], _: Duration) -> io::Result<usize> {
        let count = buffer.len().min(self.answers.len());
        for (place, byte) in buffer.iter_mut().zip(self.answers.drain(..count)) {
            *place = byte;
        }
        Ok(count)
    }

    fn discard_input(&mut self) -> io::Result<()> {
        self.answers.clear();
        Ok(())
    }
}
