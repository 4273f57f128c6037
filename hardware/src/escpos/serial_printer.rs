//! The driver: a slip is printed when the printer has said of its last row that it is on paper.
//!
//! Bands go out two ahead of the confirmed one, so that the motor does not stop between them.
//! Before each band the printer is asked whether it is still on line; when it falls silent it is
//! asked why. A deadline stands over every step.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::encode::{self, Question};
use super::reply::{self, RealTimeStatus, Reply, ReplyReader};
use crate::line::{Line, SerialLine};
use crate::printer::{Printed, Printer, PrinterError, PrinterStatus};
use crate::raster::Raster;

/// How long each step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Until a real-time question is answered.
    pub answer: Duration,
    /// Until one band is taken by the line, or confirmed after the one before it.
    pub band: Duration,
    /// How long the printer may be silent before it is asked what it is doing.
    pub silence: Duration,
}

impl Default for Timing {
    /// For 115,200 baud, where a band of 128 rows at 576 dots takes 0.8 s, and a slow print head.
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(1),
            band: Duration::from_secs(10),
            silence: Duration::from_millis(300),
        }
    }
}

/// How many bands may be on their way unconfirmed.
const BANDS_AHEAD_MAX: u32 = 2;

type Opener = Box<dyn FnMut() -> io::Result<Box<dyn Line>> + Send>;

/// A printer at the end of a serial line. The line is opened when first needed and again after
/// it broke, so that a printer may be switched on late or plugged in anew.
pub struct SerialPrinter {
    open: Opener,
    line: Option<Box<dyn Line>>,
    width_dots: u32,
    timing: Timing,
    /// Whether every question in the data so far is answered.
    is_settled: bool,
}

impl SerialPrinter {
    /// A printer at a device such as `/dev/ttyUSB0` or `/dev/rfcomm0`.
    pub fn new(path: impl Into<PathBuf>, width_dots: u32, timing: Timing) -> Self {
        let path = path.into();
        let open = move || Ok(Box::new(SerialLine::open(&path)?) as Box<dyn Line>);
        Self::over(Box::new(open), width_dots, timing)
    }

    /// A printer over any line; `open` is called whenever there is none.
    pub fn over(open: Opener, width_dots: u32, timing: Timing) -> Self {
        Self { open, line: None, width_dots, timing, is_settled: false }
    }

    /// Runs one job on the open line and forgets the line when it broke.
    fn with_session<T>(
        &mut self,
        rows: u32,
        job: impl FnOnce(&mut Session) -> Result<T, PrinterError>,
    ) -> Result<T, PrinterError> {
        let mut line = match self.line.take() {
            Some(line) => line,
            None => (self.open)().map_err(PrinterError::CannotOpen)?,
        };
        let mut session = Session {
            line: line.as_mut(),
            timing: self.timing,
            replies: ReplyReader::default(),
            real_time: None,
            printed_questions: 0,
            printed_answers: 0,
            printed: Printed { rows: 0, of: rows },
            width_dots: self.width_dots,
            is_settled: self.is_settled,
        };
        let outcome = job(&mut session);
        self.is_settled = session.is_settled && outcome.is_ok();
        if !matches!(outcome, Err(PrinterError::Unplugged(_))) {
            self.line = Some(line);
        }
        outcome
    }
}

impl Printer for SerialPrinter {
    fn status(&mut self) -> Result<PrinterStatus, PrinterError> {
        self.with_session(0, |session| {
            session.begin()?;
            session.ask_status()
        })
    }

    fn print(
        &mut self,
        slip: &Raster,
        progress: &mut dyn FnMut(u32, u32),
    ) -> Result<(), PrinterError> {
        if slip.width() > self.width_dots {
            let (slip_dots, head_dots) = (slip.width(), self.width_dots);
            return Err(PrinterError::TooWide { slip_dots, head_dots });
        }
        self.with_session(slip.height(), |session| session.print(slip, progress))
    }

    fn width_dots(&self) -> u32 {
        self.width_dots
    }
}

/// One job on an open line.
struct Session<'a> {
    line: &'a mut dyn Line,
    timing: Timing,
    replies: ReplyReader,
    real_time: Option<u8>,
    /// Questions in the data that were sent, and how many of them are answered.
    printed_questions: u32,
    printed_answers: u32,
    printed: Printed,
    width_dots: u32,
    is_settled: bool,
}

impl Session<'_> {
    fn print(
        &mut self,
        slip: &Raster,
        progress: &mut dyn FnMut(u32, u32),
    ) -> Result<(), PrinterError> {
        self.begin()?;
        self.require_ready()?;
        if !self.is_settled {
            self.settle()?;
        }
        self.send(&encode::INITIALIZE)?;

        let bands: Vec<encode::Band> = encode::bands(slip).collect();
        let rows_after: Vec<u32> = bands
            .iter()
            .scan(0, |rows, band| {
                *rows += band.rows;
                Some(*rows)
            })
            .collect();
        for band in bands {
            self.require_on_line()?;
            self.send_band(&band.bytes)?;
            self.ask_when_printed()?;
            while self.printed_questions - self.printed_answers > BANDS_AHEAD_MAX {
                self.wait_for_next_answer()?;
            }
            self.note_progress(&rows_after, progress);
        }
        while self.printed_answers < self.printed_questions {
            self.wait_for_next_answer()?;
            self.note_progress(&rows_after, progress);
        }
        self.end_slip()
    }

    /// Feeds past the tearing edge and waits until that, too, has happened.
    fn end_slip(&mut self) -> Result<(), PrinterError> {
        self.send(&encode::feed(encode::FEED_AFTER_SLIP_DOTS))?;
        self.send(&encode::FEED_AND_CUT)?;
        self.ask_when_printed()?;
        self.wait_for_next_answer()
    }

    fn ask_when_printed(&mut self) -> Result<(), PrinterError> {
        self.printed_questions += 1;
        self.send(&encode::ASK_WHEN_PRINTED)
    }

    /// Forgets old answers, and ends what a killed program may have left of a command's head.
    /// Otherwise the first question would become the size of a huge picture.
    fn begin(&mut self) -> Result<(), PrinterError> {
        self.line.discard_input().map_err(|error| self.broken(&error))?;
        if self.is_settled { Ok(()) } else { self.send(&[0; encode::BAND_HEAD_BYTES]) }
    }

    /// Brings a printer of unknown past to the end of whatever it is doing.
    ///
    /// A program that was killed, or a slip that broke off, may have left half a picture and
    /// questions behind. Zeros complete the picture as white dots and mean nothing elsewhere;
    /// without them the next slip's head would be taken for dots. Then everything up to one
    /// question must be printed, and answers to older ones are let pass until there is quiet.
    fn settle(&mut self) -> Result<(), PrinterError> {
        // A whole band and its head: more than can be missing.
        let band_bytes = (self.width_dots / 8 * encode::BAND_ROWS_MAX) as usize;
        let zeros = vec![0; band_bytes + encode::BAND_HEAD_BYTES];
        self.send_band(&zeros)?;
        self.ask_when_printed()?;
        self.wait_for_next_answer()?;
        while self.listen(self.timing.silence)? {}
        (self.printed_questions, self.printed_answers) = (0, 0);
        self.is_settled = true;
        Ok(())
    }

    fn send_band(&mut self, bytes: &[u8]) -> Result<(), PrinterError> {
        match self.line.write_all(bytes, self.timing.band) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(self.cause_of_silence()),
            Err(_) => Err(PrinterError::Unplugged(self.printed)),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), PrinterError> {
        self.line.write_all(bytes, self.timing.answer).map_err(|error| self.broken(&error))
    }

    fn broken(&self, error: &io::Error) -> PrinterError {
        match error.kind() {
            io::ErrorKind::TimedOut => PrinterError::NoAnswer(self.printed),
            _ => PrinterError::Unplugged(self.printed),
        }
    }

    fn note_progress(&mut self, rows_after: &[u32], progress: &mut dyn FnMut(u32, u32)) {
        let index = (self.printed_answers as usize).min(rows_after.len());
        let rows = index.checked_sub(1).map_or(0, |last| rows_after[last]);
        if rows > self.printed.rows {
            self.printed.rows = rows;
            progress(rows, self.printed.of);
        }
    }

    /// Waits until one more question in the data is answered. A silent printer is asked why.
    fn wait_for_next_answer(&mut self) -> Result<(), PrinterError> {
        let wanted = self.printed_answers + 1;
        let until = Instant::now() + self.timing.band;
        while self.printed_answers < wanted {
            if Instant::now() >= until {
                return Err(self.cause_of_silence());
            }
            if !self.listen(self.timing.silence)? && self.printed_answers < wanted {
                self.require_on_line()?;
            }
        }
        Ok(())
    }

    fn require_ready(&mut self) -> Result<(), PrinterError> {
        match self.ask_status()? {
            PrinterStatus::Ready | PrinterStatus::NearPaperEnd => Ok(()),
            PrinterStatus::PaperEnd => Err(PrinterError::PaperEnd(self.printed)),
            PrinterStatus::CoverOpen => Err(PrinterError::CoverOpen(self.printed)),
            PrinterStatus::Error => Err(PrinterError::Fault(self.printed)),
            PrinterStatus::Offline => Err(PrinterError::Offline(self.printed)),
        }
    }

    fn require_on_line(&mut self) -> Result<(), PrinterError> {
        let answer = self.ask(Question::Printer)?;
        if reply::is_off_line(answer) { self.require_ready() } else { Ok(()) }
    }

    fn cause_of_silence(&mut self) -> PrinterError {
        match self.require_ready() {
            Err(cause) => cause,
            Ok(()) => PrinterError::NoAnswer(self.printed),
        }
    }

    fn ask_status(&mut self) -> Result<PrinterStatus, PrinterError> {
        let status = RealTimeStatus {
            printer: self.ask(Question::Printer)?,
            offline_cause: self.ask(Question::OfflineCause)?,
            error_cause: self.ask(Question::ErrorCause)?,
            paper: self.ask(Question::Paper)?,
        };
        Ok(status.meaning())
    }

    fn ask(&mut self, question: Question) -> Result<u8, PrinterError> {
        self.real_time = None;
        self.send(&question.bytes())?;
        let until = Instant::now() + self.timing.answer;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let heard = self.listen(left)?;
            if let Some(answer) = self.real_time.take() {
                return Ok(answer);
            }
            if !heard || left.is_zero() {
                return Err(PrinterError::NoAnswer(self.printed));
            }
        }
    }

    /// Takes in what the printer says; whether it said anything.
    fn listen(&mut self, within: Duration) -> Result<bool, PrinterError> {
        let mut buffer = [0; 64];
        let count = self.line.read(&mut buffer, within).map_err(|error| self.broken(&error))?;
        for byte in &buffer[..count] {
            match self.replies.push(*byte) {
                Some(Reply::RealTime(answer)) => self.real_time = Some(answer),
                // An answer to nothing is noise that looks like one.
                Some(Reply::Printed) if self.printed_answers < self.printed_questions => {
                    self.printed_answers += 1;
                }
                Some(Reply::Printed) | None => {}
            }
        }
        Ok(count > 0)
    }
}

#[cfg(test)]
mod tests;
