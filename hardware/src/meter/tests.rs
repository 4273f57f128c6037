//! The meter port (試験) against telegrams of real meters and a line that damages them.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

/// Telegrams of real meters with what libmbus (rscada/libmbus, test/test-frames) reads in them:
/// the telegram, the identification number and the present volume in milliliters.
const REAL: [(&str, &str, u64); 5] = [
    // ACW_Itron-BM-plus-m: 54.321 m³
    (
        "683C3C680808727803491177040E160A0000000C7878034911041331D40000426C000044130000000004\
      6D0B0BCD1302270000 09FD0E02 09FD0F06 0F00017513D316",
        "11490378",
        54_321_000,
    ),
    // GWF-MTKcoder: 269 m³
    (
        "681B1B680801720720180 0E61E35074C0000000C78072018000C16690200009616",
        "00182007",
        269_000_000,
    ),
    // itron_cyble_m-bus_v1.4_cold_water: 453.5 m³
    (
        "68565668080872800302107704 1416A10000000C78800302100D7C084449202E747375630A2020202020\
      2020202020046D270F791A027C09656D6974202E746162D20F0415B711000004957F000000004415B711\
      00000F00041F0D16",
        "10020380",
        453_500_000,
    ),
    // EFE_Engelmann-WaterStar: 0.332 m³
    (
        "6851516808 0B7254029904C51400060C27000004782E254C00046D0A0CCD1304134C01000044134B0100\
      008401134C010000426CBF1C026CDF1C043B00000000143B160800000223A70401FD1700049028080000\
      003F16",
        "04990254",
        332_000,
    ),
    // siemens_water: 0.101 m³
    (
        "685959680800728213020865329906EB0000000C13010100000B22520902046D38086E19326C00000C78\
      8213020806FD0C0A000100FA010DFD0B0531324846570 1FD0E000B3B0000000F37FD1700000000000000\
      00027A0D0002780D001116",
        "08021382",
        101_000,
    ),
];

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

/// A line at whose other end a meter answers each question with the next of these.
struct Answers(VecDeque<Vec<u8>>, VecDeque<u8>);

impl Line for Answers {
    fn write_all(&mut self, question: &[u8], _: Duration) -> io::Result<()> {
        match question {
            [0x10, 0x40, 0xFE, 0x3E, 0x16] => self.1.push_back(0xE5),
            [0x10, 0x7B, 0xFE, 0x79, 0x16] => self.1.extend(self.0.pop_front().unwrap_or_default()),
            other => panic!("no question of a master: {other:02X?}"),
        }
        Ok(())
    }

    /// Seven bytes at a time, as a slow line gives them.
    fn read(&mut self, buffer: &mut [u8], _: Duration) -> io::Result<usize> {
        let count = self.1.len().min(7).min(buffer.len());
        for (place, byte) in buffer.iter_mut().zip(self.1.drain(..count)) {
            *place = byte;
        }
        Ok(count)
    }

    fn discard_input(&mut self) -> io::Result<()> {
        self.1.clear();
        Ok(())
    }
}

fn read(answers: impl IntoIterator<Item = Vec<u8>>) -> Result<MeterReading, MeterError> {
    let line = Answers(answers.into_iter().collect(), VecDeque::new());
    MeterPort::over(Box::new(line), ANSWER_WITHIN).read()
}

#[test]
fn real_meters_are_read_as_others_read_them() {
    for (hex, number, milliliters) in REAL {
        let raw = bytes(hex);
        let reading = read([raw.clone()]).unwrap();
        assert_eq!((&*reading.meter_number, reading.register_milliliters), (number, milliliters));
        assert_eq!(reading.register_m3(), milliliters / 1_000_000);
        assert_eq!(reading.raw, raw);
    }
    let worn = MeterReading::from_telegram(&bytes(REAL[3].0)).unwrap().status;
    assert!(worn.has_low_battery() && !worn.has_fault(), "{worn:?}");
}

#[test]
fn a_damaged_answer_is_asked_for_again_and_an_echo_is_passed_over() {
    let whole = bytes(REAL[0].0);
    let mut damaged = whole.clone();
    damaged[30] ^= 1;
    let echoed = [telegram::ASK.to_vec(), whole.clone()].concat();
    assert_eq!(read([damaged.clone(), echoed]).unwrap().raw, whole);
    assert!(matches!(read([damaged.clone(), damaged.clone(), damaged]), Err(MeterError::Damaged)));
    assert!(matches!(read([]), Err(MeterError::NoAnswer)));
}

#[test]
fn what_is_not_an_open_water_meter_is_refused() {
    let changed = |at: usize, value: u8| {
        let mut raw = bytes(REAL[1].0);
        raw[at] = value;
        let sum = raw.len() - 2;
        raw[sum] = raw[4..sum].iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte));
        MeterReading::from_telegram(&raw)
    };
    assert!(matches!(changed(14, 0x04), Err(MeterError::NotWater(0x04))));
    assert!(matches!(changed(18, 0x05), Err(MeterError::Encrypted)));
    assert!(matches!(changed(27, 0xFA), Err(MeterError::NoRegister)), "no decimal digit");
    assert!(matches!(changed(25, 0x4C), Err(MeterError::NoRegister)), "a past volume");
}

proptest! {
    #[test]
    fn no_bytes_whatever_break_it(data in prop::collection::vec(any::<u8>(), 0..240)) {
        let _ = record::register_milliliters(&data);
        let _ = telegram::find(&data);
        let mut raw = bytes(REAL[1].0)[4..19].to_vec();
        raw.extend(&data);
        let length = u8::try_from(raw.len()).unwrap();
        let sum = raw.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte));
        let framed = [&[0x68, length, length, 0x68], &raw[..], &[sum, 0x16]].concat();
        prop_assert!(!matches!(MeterReading::from_telegram(&framed), Err(MeterError::Damaged)));
    }

    #[test]
    fn one_wrong_byte_is_never_a_reading(at in 0_usize..66, by in 1_u8..=255) {
        let mut raw = bytes(REAL[0].0);
        raw[at] ^= by;
        prop_assert!(MeterReading::from_telegram(&raw).is_err());
    }
}
