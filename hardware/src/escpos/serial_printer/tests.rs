//! The driver at one end of a real pseudo terminal, the virtual printer at the other.

use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use embedded_graphics::pixelcolor::BinaryColor;
use nix::poll::{PollFd, PollFlags, poll};

use super::*;
use crate::twin::VirtualPrinter;
use crate::twin::pseudo_terminal::PseudoTerminal;
use crate::twin::virtual_printer::PieceKind;

/// For what must succeed, on a busy machine too.
const PATIENT: Timing = Timing {
    answer: Duration::from_secs(10),
    band: Duration::from_secs(20),
    silence: Duration::from_millis(40),
};

/// For what must be given up.
const IMPATIENT: Timing = Timing {
    answer: Duration::from_millis(500),
    band: Duration::from_millis(1_500),
    silence: Duration::from_millis(40),
};

/// How the far end behaves.
#[derive(Clone, Copy)]
struct Manner {
    /// Bytes taken at once, and the pause after them.
    chunk: usize,
    pause: Duration,
    /// Sent before every answer.
    noise: &'static [u8],
    /// The cable is pulled out after so many bytes.
    bytes_until_unplugged: usize,
    /// The printer hangs after so many bytes: the cable is in, nothing is read.
    bytes_until_hung: usize,
}

const HONEST: Manner = Manner {
    chunk: 4_096,
    pause: Duration::ZERO,
    noise: &[],
    bytes_until_unplugged: usize::MAX,
    bytes_until_hung: usize::MAX,
};

/// A virtual printer on a pseudo terminal, served by a thread until it is dropped.
struct Bench {
    printer: Arc<Mutex<VirtualPrinter>>,
    path: PathBuf,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Bench {
    fn with(manner: Manner) -> Self {
        let printer = Arc::new(Mutex::new(VirtualPrinter::new(384)));
        let cable = PseudoTerminal::open().unwrap();
        let path = cable.path().to_owned();
        let (stop, stopped) = mpsc::channel();
        let served = Arc::clone(&printer);
        let thread = thread::spawn(move || serve(cable, &served, manner, &stopped));
        Self { printer, path, stop: Some(stop), thread: Some(thread) }
    }

    fn driver(&self) -> SerialPrinter {
        SerialPrinter::new(&self.path, 384, PATIENT)
    }

    fn printer(&self) -> std::sync::MutexGuard<'_, VirtualPrinter> {
        self.printer.lock().unwrap()
    }

    /// What has come out: heights of torn pieces, and the slips without the feed at their end.
    fn pieces(&self) -> (Vec<u32>, Vec<Raster>) {
        let (torn, slips): (Vec<_>, Vec<_>) = self
            .printer()
            .take_pieces()
            .into_iter()
            .partition(|piece| piece.kind == PieceKind::Torn);
        let feed = u32::from(encode::FEED_AFTER_SLIP_DOTS);
        let whole = |paper: Raster| {
            let height = paper.height() - feed;
            paper.cropped(height)
        };
        (
            torn.iter().map(|piece| piece.paper.height()).collect(),
            slips.into_iter().map(|piece| whole(piece.paper)).collect(),
        )
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn serve(
    mut cable: PseudoTerminal,
    printer: &Mutex<VirtualPrinter>,
    manner: Manner,
    stopped: &Receiver<()>,
) {
    let mut buffer = vec![0; manner.chunk];
    let mut taken = 0;
    while stopped.recv_timeout(manner.pause) == Err(RecvTimeoutError::Timeout) {
        if taken >= manner.bytes_until_unplugged {
            return;
        }
        if taken >= manner.bytes_until_hung {
            let _ = stopped.recv();
            return;
        }
        let mut fds = [PollFd::new(cable.as_fd(), PollFlags::POLLIN)];
        if poll(&mut fds, 20_u8).unwrap() == 0 {
            continue;
        }
        let count = cable.receive(&mut buffer).unwrap();
        taken += count;
        let answers = printer.lock().unwrap().feed(&buffer[..count]);
        if !answers.is_empty() {
            cable.send(manner.noise).unwrap();
            cable.send(&answers).unwrap();
        }
    }
}

/// 300 rows of a pattern in which a lost or moved byte shows.
fn slip() -> Raster {
    let mut slip = Raster::white(384, 300);
    for y in 0..300 {
        for x in 0..384 {
            if (x * 7 + y * 13) % 31 < 9 {
                slip.set(x, y, BinaryColor::On);
            }
        }
    }
    slip
}

fn print(driver: &mut SerialPrinter) -> Result<Vec<u32>, PrinterError> {
    let mut heard = Vec::new();
    driver.print(&slip(), &mut |rows, of| {
        assert_eq!(of, 300);
        heard.push(rows);
    })?;
    Ok(heard)
}

#[test]
fn a_slip_is_printed_dot_by_dot_and_confirmed() {
    let bench = Bench::with(HONEST);
    let mut driver = bench.driver();
    assert_eq!(driver.status().unwrap(), PrinterStatus::Ready);
    let heard = print(&mut driver).unwrap();
    assert_eq!(heard.last(), Some(&300));
    print(&mut driver).unwrap();
    let (torn, slips) = bench.pieces();
    assert_eq!((torn, slips), (vec![], vec![slip(), slip()]));
    assert!(bench.printer().take_faults().is_empty());
}

#[test]
fn a_slow_printer_is_waited_for() {
    let slow = Manner { chunk: 96, pause: Duration::from_millis(1), ..HONEST };
    let bench = Bench::with(slow);
    assert_eq!(print(&mut bench.driver()).unwrap().last(), Some(&300));
    assert_eq!(bench.pieces().1, [slip()]);
}

#[test]
fn noise_and_automatic_status_are_no_answers() {
    let noise = &[0xFF, 0x11, 0x80, 0x10, 0x00, 0x00, 0x00, 0x95, 0x13, 0x01];
    let bench = Bench::with(Manner { noise, ..HONEST });
    bench.printer().feed(&[0x1D, b'a', 0xFF]);
    assert_eq!(print(&mut bench.driver()).unwrap().last(), Some(&300));
    assert_eq!(bench.pieces().1, [slip()]);
}

#[test]
fn nothing_is_sent_to_a_printer_that_is_not_ready() {
    for (status, code) in [
        (PrinterStatus::PaperEnd, "P04"),
        (PrinterStatus::CoverOpen, "P05"),
        (PrinterStatus::Error, "P06"),
        (PrinterStatus::Offline, "P07"),
    ] {
        let bench = Bench::with(HONEST);
        bench.printer().set_status(status);
        let mut driver = bench.driver();
        assert_eq!(driver.status().unwrap(), status);
        let error = print(&mut driver).unwrap_err();
        assert_eq!((error.code(), error.printed().rows), (code, 0));
        bench.printer().set_status(PrinterStatus::NearPaperEnd);
        print(&mut driver).unwrap();
        assert_eq!(bench.pieces(), (vec![], vec![slip()]));
    }
}

#[test]
fn paper_that_ends_within_the_slip_is_told_with_the_confirmed_rows() {
    let bench = Bench::with(HONEST);
    bench.printer().end_paper_after(200);
    let mut driver = bench.driver();
    let error = print(&mut driver).unwrap_err();
    assert!(matches!(error, PrinterError::PaperEnd(Printed { rows: 128, of: 300 })), "{error}");

    bench.printer().set_status(PrinterStatus::Ready);
    print(&mut driver).unwrap();
    // The rest of the broken slip comes out first, on a piece of its own.
    let (torn, slips) = bench.pieces();
    assert_eq!((torn[0], slips), (200, vec![slip()]));
}

#[test]
fn a_cover_opened_within_the_slip_stops_it() {
    let bench = Bench::with(Manner { chunk: 256, ..HONEST });
    let mut driver = bench.driver();
    let printer = Arc::clone(&bench.printer);
    let error = driver
        .print(&slip(), &mut |_, _| {
            printer.lock().unwrap().set_status(PrinterStatus::CoverOpen);
        })
        .unwrap_err();
    assert!(matches!(error, PrinterError::CoverOpen(Printed { rows: 128.., of: 300 })), "{error}");
    bench.printer().set_status(PrinterStatus::Ready);
    print(&mut driver).unwrap();
    assert_eq!(bench.pieces().1, [slip()]);
}

#[test]
fn a_cable_pulled_out_is_told_and_so_is_a_missing_device() {
    let bench = Bench::with(Manner { bytes_until_unplugged: 9_000, chunk: 512, ..HONEST });
    let mut driver = bench.driver();
    assert_eq!(print(&mut driver).unwrap_err().code(), "P02");
    assert_eq!(driver.status().unwrap_err().code(), "P01");
}

#[test]
fn a_hung_printer_is_given_up_in_time() {
    for bytes_until_hung in [0, 9_000] {
        let bench = Bench::with(Manner { bytes_until_hung, chunk: 512, ..HONEST });
        let mut driver = SerialPrinter::new(&bench.path, 384, IMPATIENT);
        let begun = Instant::now();
        assert_eq!(print(&mut driver).unwrap_err().code(), "P03");
        let bound = IMPATIENT.band * 2 + IMPATIENT.answer * 5;
        assert!(begun.elapsed() < bound, "{:?}", begun.elapsed());
    }
}

#[test]
fn half_a_slip_of_a_killed_program_does_not_spoil_the_next_one() {
    let bytes = encode::slip(&slip());
    for cut in [3, 6, 9, 10 + 48 * 100 + 7, 10 + 48 * 128 + 2, 10 + 48 * 128 + 9] {
        let bench = Bench::with(HONEST);
        let mut killed = SerialLine::open(&bench.path).unwrap();
        killed.write_all(&bytes[..cut], PATIENT.band).unwrap();
        drop(killed);
        print(&mut bench.driver()).unwrap();
        let (torn, slips) = bench.pieces();
        assert!(torn.len() <= 1, "{torn:?}");
        assert_eq!(slips, [slip()], "cut after {cut} bytes");
    }
}

#[test]
fn a_slip_that_is_too_wide_is_refused() {
    let bench = Bench::with(HONEST);
    let error = bench.driver().print(&Raster::white(576, 8), &mut |_, _| {}).unwrap_err();
    assert_eq!(error.code(), "P08");
}
