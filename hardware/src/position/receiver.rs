//! A satellite receiver (測位受信機) that is listened to on a thread of its own.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Place, place_in};
use crate::line::{Line, SerialLine};

/// A fix that is older says where the reader was and not where he is.
const FRESH: Duration = Duration::from_secs(30);
/// How soon the thread notices that nobody wants to know any more.
const LOOK: Duration = Duration::from_millis(500);
/// The longest line of the standard has 82 characters.
const LINE_MAX: usize = 256;

/// The last place that a receiver told.
#[derive(Debug, Clone, Default)]
pub struct Receiver {
    last: Arc<Mutex<Option<(Place, Instant)>>>,
    gone: Arc<Gone>,
}

/// Ends the thread when the last of the clones goes.
#[derive(Debug, Default)]
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Receiver {
    /// Listens at this port from now on. A port that is not there yet, or goes, is tried again.
    pub fn listen(port: &Path) -> Receiver {
        let receiver = Receiver::default();
        let (last, gone, port) = (receiver.last.clone(), receiver.gone.0.clone(), port.to_owned());
        thread::spawn(move || listen(&port, &last, &gone));
        receiver
    }

    /// Where the terminal is, if that is known now. Never waits.
    pub fn place(&self) -> Option<Place> {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.filter(|(_, at)| at.elapsed() <= FRESH).map(|(place, _)| place)
    }
}

fn listen(port: &Path, last: &Mutex<Option<(Place, Instant)>>, gone: &AtomicBool) {
    while !gone.load(Ordering::Relaxed) {
        let Ok(mut line) = SerialLine::open_receiver(port) else {
            thread::park_timeout(LOOK);
            continue;
        };
        let mut half = Vec::new();
        let mut buffer = [0; 512];
        while !gone.load(Ordering::Relaxed) {
            let Ok(count) = line.read(&mut buffer, LOOK) else {
                thread::park_timeout(LOOK);
                break;
            };
            half.extend_from_slice(&buffer[..count]);
            while let Some(end) = half.iter().position(|byte| *byte == b'\n') {
                let whole: Vec<u8> = half.drain(..=end).collect();
                if let Some(place) = place_in(&String::from_utf8_lossy(&whole)) {
                    *last.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some((place, Instant::now()));
                }
            }
            // Noise without an end of line must not fill the memory.
            if half.len() > LINE_MAX {
                half.clear();
            }
        }
    }
}
