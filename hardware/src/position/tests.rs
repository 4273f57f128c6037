//! Places from a receiver's lines (試験), good and damaged, and over a real pseudo terminal.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::twin::pseudo_terminal::PseudoTerminal;

fn line(body: &str) -> String {
    let sum = body.bytes().fold(0, |sum: u8, byte| sum ^ byte);
    format!("${body}*{sum:02X}\r\n")
}

#[test]
fn a_fix_is_read_to_the_millionth_of_a_degree() {
    // The example of the NMEA 0183 handbooks: 48° 07.038' N, 11° 31.000' E.
    let place = place_in("$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47");
    let known = Place { latitude_e6: 48_117_300, longitude_e6: 11_516_667, accuracy_m: 5 };
    assert_eq!(place, Some(known));
    let south = line("GNGGA,000000,3539.5000,S,13944.2500,W,2,12,1.45,,,,,,");
    let known = Place { latitude_e6: -35_658_333, longitude_e6: -139_737_500, accuracy_m: 7 };
    assert_eq!(place_in(&south), Some(known));
}

#[test]
fn what_is_damaged_or_knows_no_place_is_passed_over() {
    let damaged = "$GPGGA,123519,4807.039,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47";
    assert_eq!(place_in(damaged), None);
    for body in [
        "GPGGA,123519,,,,,0,00,,,M,,M,,",
        "GPGGA,123519,4807.038,N,01131.000,E,0,08,0.9,545.4,M,46.9,M,,",
        "GPGGA,123519,4807.038,N,01131.000,E,8,08,0.9,545.4,M,46.9,M,,",
        "GPGGA,123519,9907.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,",
        "GPGGA,123519,4861.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,",
        "GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W",
    ] {
        assert_eq!(place_in(&line(body)), None, "{body}");
    }
}

#[test]
fn a_receiver_is_heard_over_a_cable_and_its_noise_is_not() {
    let mut cable = PseudoTerminal::open().unwrap();
    let receiver = Receiver::listen(cable.path());
    assert_eq!(receiver.place(), None);
    let fix = line("GNGGA,000000,3539.5000,N,13944.2500,E,1,12,1.0,,,,,,");
    let until = Instant::now() + Duration::from_secs(20);
    while receiver.place().is_none() && Instant::now() < until {
        cable.send(&[0xFF; 40]).unwrap();
        cable.send(b"\r\n$GPGGA,broken*00\r\n").unwrap();
        cable.send(fix.as_bytes()).unwrap();
        std::thread::yield_now();
    }
    let known = Place { latitude_e6: 35_658_333, longitude_e6: 139_737_500, accuracy_m: 5 };
    assert_eq!(receiver.place(), Some(known));
}

proptest! {
    #[test]
    fn no_line_whatever_breaks_it(body in "\\PC{0,120}", numbers in "[0-9.,NSEW]{0,80}") {
        let _ = place_in(&body);
        let _ = place_in(&line(&body));
        let _ = place_in(&line(&format!("GPGGA,{numbers}")));
    }
}
