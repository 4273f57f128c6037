//! A virtual water meter (模擬メーター): answers by M-Bus on a line, and fails as real ones do.
//!
//! Its answers come as what is to be said and how long to wait before it, so that whoever holds the
//! cable keeps the time. What is random comes from a seed.

mod fault;

use std::io;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::pseudo_terminal::PseudoTerminal;
use crate::meter::checked_sum;

use fault::Dice;
pub use fault::Fault;

/// Bytes that a meter says, after a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// How long it is silent before.
    pub after: Duration,
    /// What it says.
    pub bytes: Vec<u8>,
}

/// A water meter alone on its line.
#[derive(Debug, Clone)]
pub struct VirtualMeter {
    /// The eight digits of its number.
    pub number: u32,
    /// The register in liters.
    pub liters: u32,
    /// The status byte of the standard.
    pub status: u8,
    /// Error flags of its maker.
    pub error_flags: u16,
    fault: Option<Fault>,
    /// So many answers are spoilt; all of them where there is no number.
    spoilt_left: Option<u32>,
    dice: Dice,
    heard: Vec<u8>,
    answers: u32,
}

/// The bytes of a master's short frame.
const QUESTION: usize = 5;
const WAKE: u8 = 0x40;
const ASK: u8 = 0x5B;

impl VirtualMeter {
    /// A sound meter.
    pub fn new(number: u32, liters: u32, seed: u64) -> Self {
        Self {
            number,
            liters,
            status: 0,
            error_flags: 0,
            fault: None,
            spoilt_left: None,
            dice: Dice::new(seed),
            heard: Vec::new(),
            answers: 0,
        }
    }

    /// Spoils every answer from now on, or none.
    pub fn set_fault(&mut self, fault: Option<Fault>) {
        self.fault = fault;
        self.spoilt_left = None;
    }

    /// Spoils the next answers only.
    pub fn spoil_next(&mut self, fault: Fault, answers: u32) {
        self.fault = Some(fault);
        self.spoilt_left = Some(answers);
    }

    /// How many telegrams it was asked for.
    pub fn answers(&self) -> u32 {
        self.answers
    }

    /// Bytes have come; what it says to them.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Saying> {
        self.heard.extend_from_slice(bytes);
        let mut sayings = Vec::new();
        while let Some(start) = self.heard.iter().position(|byte| *byte == 0x10) {
            self.heard.drain(..start);
            let Some(frame) = self.heard.first_chunk::<QUESTION>().copied() else { break };
            let [_, control, address, sum, stop] = frame;
            if sum != control.wrapping_add(address) || stop != 0x16 {
                self.heard.drain(..1);
                continue;
            }
            self.heard.drain(..QUESTION);
            match control {
                WAKE if self.fault != Some(Fault::Silent) => {
                    sayings.push(Saying { after: Duration::ZERO, bytes: vec![0xE5] });
                }
                // The bits of the frame count are free.
                ask if ask & 0xDF == ASK => sayings.extend(self.answer()),
                _ => {}
            }
        }
        sayings
    }

    fn answer(&mut self) -> Vec<Saying> {
        self.answers += 1;
        let fault = self.fault;
        if let Some(left) = &mut self.spoilt_left {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.fault = None;
                self.spoilt_left = None;
            }
        }
        match fault {
            Some(fault) => fault::spoilt(fault, &self.clone(), &mut self.dice),
            None => vec![Saying { after: Duration::ZERO, bytes: self.telegram() }],
        }
    }

    /// The telegram of a sound meter of this state.
    pub fn telegram(&self) -> Vec<u8> {
        // Volume, eight decimal digits, liters.
        self.telegram_with(0x13, decimal(self.liters))
    }

    /// A telegram whose volume stands in another unit.
    fn telegram_with(&self, unit: u8, volume: [u8; 4]) -> Vec<u8> {
        // Answer of address 0 with a variable structure; maker `MNM`, version 1, cold water.
        let mut counted = vec![0x08, 0x00, 0x72];
        counted.extend(decimal(self.number));
        counted.extend([0xCD, 0x35, 0x01, 0x16, 0x00, self.status, 0x00, 0x00]);
        counted.extend([0x0C, unit]);
        counted.extend(volume);
        counted.extend([0x02, 0xFD, 0x17]);
        counted.extend(self.error_flags.to_le_bytes());
        framed(&counted)
    }
}

fn framed(counted: &[u8]) -> Vec<u8> {
    let length = u8::try_from(counted.len()).unwrap_or(u8::MAX);
    let head = [0x68, length, length, 0x68];
    [&head, counted, &[checked_sum(counted), 0x16]].concat()
}

/// Two digits a byte, least byte first.
fn decimal(value: u32) -> [u8; 4] {
    let mut rest = value;
    [(); 4].map(|()| {
        let pair = u8::try_from(rest % 100).unwrap_or(0);
        rest /= 100;
        ((pair / 10) << 4) | (pair % 10)
    })
}

/// What holds the cable of a virtual meter until it is told to stop.
pub fn serve(
    meter: &mut VirtualMeter,
    cable: &mut PseudoTerminal,
    stop: &AtomicBool,
) -> io::Result<()> {
    const LOOK: Duration = Duration::from_millis(20);
    let mut buffer = [0; 256];
    while !stop.load(Ordering::Relaxed) {
        if hears(cable, LOOK)? {
            let count = cable.receive(&mut buffer)?;
            say(cable, meter.feed(&buffer[..count]))?;
        }
    }
    Ok(())
}

/// Says it all, each after its pause, without listening meanwhile: a meter cannot do both.
pub fn say(cable: &mut PseudoTerminal, sayings: Vec<Saying>) -> io::Result<()> {
    for saying in sayings {
        let pause = PollTimeout::try_from(saying.after).unwrap_or(PollTimeout::MAX);
        // Waits for nothing but the time.
        match poll(&mut [], pause) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        cable.send(&saying.bytes)?;
    }
    Ok(())
}

/// Whether bytes have come in this time.
pub fn hears(cable: &PseudoTerminal, within: Duration) -> io::Result<bool> {
    let timeout = PollTimeout::try_from(within).unwrap_or(PollTimeout::MAX);
    match poll(&mut [PollFd::new(cable.as_fd(), PollFlags::POLLIN)], timeout) {
        Ok(count) => Ok(count > 0),
        Err(Errno::EINTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
