//! The meter port's key (メーター通信): the dials by cable instead of by eye, with their evidence.

use shared::metering::meter_port::{dials, is_same_meter};

use super::{App, Busy, Effect, Screen, Tone};

/// What a meter said, in the words of the screens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterAnswer {
    /// The number that it tells of itself.
    pub meter_number: String,
    /// Whole cubic meters.
    pub register_m3: u64,
    /// What it warns of.
    pub alarms: Vec<String>,
    /// Byte by byte as it came.
    pub frame: Vec<u8>,
}

impl App {
    /// There is a port, so that the key is shown.
    pub fn note_meter_port(&mut self) {
        self.fitted.meter_port = true;
    }

    pub(super) fn ask_meter(&mut self, place: usize) -> Option<Effect> {
        if !self.fitted.meter_port {
            return None;
        }
        self.busy = Some(Busy::Meter);
        self.tell(Tone::Info, "メーターと通信しています。そのままお待ちください。");
        Some(Effect::ReadMeter { place })
    }

    /// The meter has answered, or it is known why not. The dials go into the field as if typed: the
    /// reader sees them and takes them with 確定, and everything that is checked is checked.
    pub fn meter_answered(&mut self, place: usize, answer: Result<MeterAnswer, String>) {
        self.busy = None;
        let told = match answer.and_then(|answer| self.fill_in(place, answer)) {
            Ok(alarms) if alarms.is_empty() => (
                Tone::Good,
                "メーターから指針を読みました。よければ確定を押してください。".to_owned(),
            ),
            Ok(alarms) => {
                let alarms = alarms.join("・");
                (Tone::Warn, format!("メーターから指針を読みました。メーターの警報：{alarms}"))
            }
            Err(why) => (Tone::Bad, why),
        };
        self.tell(told.0, told.1);
    }

    fn fill_in(&mut self, place: usize, answer: MeterAnswer) -> Result<Vec<String>, String> {
        let (Screen::Entry(entry), Some(route)) = (&mut self.screen, &self.route) else {
            return Ok(Vec::new());
        };
        let stop = &route.stops[place];
        if !is_same_meter(stop.meter_number(), &answer.meter_number) {
            return Err(format!(
                "別のメーター（{}）の返事です。この水栓は {} です。線をつなぎ直して → を押すか、指針を打ってください。(H43)",
                answer.meter_number,
                stop.meter_number(),
            ));
        }
        let Some(register) = dials(answer.register_m3, stop.dial_digits()) else {
            return Err(format!(
                "メーターの指針 {} は、{}桁では表せません。メーターを見て、指針を打ってください。(H45)",
                answer.register_m3,
                stop.dial_digits(),
            ));
        };
        entry.take_back();
        entry.typed = register.padded();
        entry.meter_frame = Some(answer.frame);
        Ok(answer.alarms)
    }
}
