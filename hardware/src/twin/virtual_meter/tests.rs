//! The real port against the virtual meter (試験) over a real pseudo terminal, faults by seed.

use std::sync::Arc;
use std::thread;

use super::*;
use crate::line::SerialLine;
use crate::meter::{Alarm, AlarmBits, MeterError, MeterPort, MeterReading};

const NUMBER: u32 = 26_000_123;
const LITERS: u32 = 1_234_567;
/// Long enough for a loaded machine, short enough for many silent meters.
const PATIENCE: Duration = Duration::from_millis(400);

/// What the port makes of this meter; the meter is given back as it is afterwards.
fn read(mut meter: VirtualMeter) -> (Result<MeterReading, MeterError>, VirtualMeter) {
    let mut cable = PseudoTerminal::open().unwrap();
    let path = cable.path().to_owned();
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    let far_end = thread::spawn(move || {
        serve(&mut meter, &mut cable, &told).unwrap();
        meter
    });
    let line = SerialLine::open_meter(&path).unwrap();
    let outcome = MeterPort::over(Box::new(line), PATIENCE).read();
    stop.store(true, Ordering::Relaxed);
    (outcome, far_end.join().unwrap())
}

fn spoilt(fault: Fault, seed: u64) -> Result<MeterReading, MeterError> {
    let mut meter = VirtualMeter::new(NUMBER, LITERS, seed);
    meter.set_fault(Some(fault));
    read(meter).0
}

#[test]
fn a_sound_meter_is_read_with_its_evidence() {
    let (outcome, meter) = read(VirtualMeter::new(NUMBER, LITERS, 1));
    let reading = outcome.unwrap();
    assert_eq!((&*reading.meter_number, reading.register_m3()), ("26000123", 1_234));
    assert_eq!(reading.raw, meter.telegram());
    assert_eq!(MeterReading::from_telegram(&reading.raw).unwrap(), reading);
    assert_eq!(meter.answers(), 1);
}

#[test]
fn a_line_that_spoils_one_answer_is_asked_again() {
    for (seed, fault) in [(1, Fault::WrongChecksum), (2, Fault::Collision), (3, Fault::Silent)] {
        let mut meter = VirtualMeter::new(NUMBER, LITERS, seed);
        meter.spoil_next(fault, 1);
        let (outcome, meter) = read(meter);
        assert_eq!(outcome.unwrap().register_m3(), 1_234, "{fault:?}");
        assert_eq!(meter.answers(), 2, "{fault:?}");
    }
}

#[test]
fn each_fault_is_what_it_is_and_never_a_wrong_number() {
    for seed in 0..3 {
        for fault in Fault::ALL {
            let outcome = spoilt(fault, seed);
            let told = format!("{fault:?} {seed} {outcome:?}");
            match fault {
                Fault::Silent => assert!(matches!(outcome, Err(MeterError::NoAnswer)), "{told}"),
                Fault::WrongChecksum | Fault::Collision => {
                    assert!(matches!(outcome, Err(MeterError::Damaged)), "{told}");
                }
                Fault::Negative => {
                    assert!(matches!(outcome, Err(MeterError::NoRegister)), "{told}");
                }
                Fault::WrongNumber => assert_eq!(outcome.unwrap().meter_number, "26000124"),
                Fault::Noise | Fault::SlowBytes | Fault::Errors => {
                    assert_eq!(outcome.unwrap().register_milliliters, 1_234_567_000, "{told}");
                }
                Fault::Tenths => {
                    assert_eq!(outcome.unwrap().register_milliliters, 1_234_500_000, "{told}");
                }
            }
        }
    }
}

#[test]
fn a_meter_tells_of_leak_backflow_and_battery() {
    let bits = AlarmBits { leak: 1, backflow: 2 };
    let alarms = spoilt(Fault::Errors, 5).unwrap().alarms(bits);
    assert_eq!(alarms, [Alarm::Leak, Alarm::Backflow, Alarm::LowBattery]);
}

#[test]
fn every_fault_can_be_drawn_and_named() {
    for fault in Fault::ALL {
        assert_eq!(Fault::from_key(fault.key()), Some(fault));
        assert!((0..200).any(|seed| Fault::from_seed(seed) == fault), "{fault:?}");
    }
}
