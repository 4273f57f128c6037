//! What the terminal has besides its printer (端末の機器): meter port, camera, battery.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

use hardware::battery::PowerSupplies;
use hardware::camera::Camera;
use hardware::meter::{AlarmBits, MeterError, MeterPort, MeterReading};

use super::{Report, Shell};
use crate::screens::MeterAnswer;

/// The devices; none of them has to be there.
#[derive(Default)]
pub struct Devices {
    /// The serial adapter of the meter port.
    pub meter_port: Option<PathBuf>,
    /// What this utility's meters mean by their error flags.
    pub meter_alarms: AlarmBits,
    /// The camera.
    pub camera: Option<Box<dyn Camera>>,
    /// Where the battery is told of; printer and battery are watched where it is.
    pub power: Option<PowerSupplies>,
}

/// The devices as the shell holds them.
#[derive(Default)]
pub(super) struct Held {
    pub meter_port: Option<PathBuf>,
    pub meter_alarms: AlarmBits,
    pub camera: Option<Arc<Mutex<Box<dyn Camera>>>>,
}

impl Shell {
    /// With these devices.
    #[must_use]
    pub fn with_devices(mut self, devices: Devices) -> Shell {
        if devices.meter_port.is_some() {
            self.app.note_meter_port();
        }
        if devices.camera.is_some() {
            self.app.note_camera();
        }
        self.devices = Held {
            meter_port: devices.meter_port,
            meter_alarms: devices.meter_alarms,
            camera: devices.camera.map(|camera| Arc::new(Mutex::new(camera))),
        };
        if let Some(power) = devices.power {
            self.watch(power);
        }
        self
    }

    /// An adapter was plugged in while the terminal runs.
    pub fn plug_meter(&mut self, port: PathBuf) {
        self.devices.meter_port = Some(port);
        self.app.note_meter_port();
    }

    /// Asks the meter on a thread of its own: a silent one takes seconds.
    pub(super) fn read_meter(&mut self, place: usize) {
        let Some(path) = self.devices.meter_port.clone() else { return };
        let (bits, post) = (self.devices.meter_alarms, self.post.clone());
        thread::spawn(move || {
            // Opened anew each time: an adapter may be plugged in at the first meter that has a port.
            let read = MeterPort::open(&path).map_err(MeterError::Line);
            let answer = read.and_then(|mut port| port.read());
            let answer = answer.map(|reading| in_words(reading, bits)).map_err(|error| {
                tracing::warn!(%error, "the meter was not read");
                why_not(&error)
            });
            post(Report::Meter { place, answer });
        });
    }
}

fn in_words(reading: MeterReading, bits: AlarmBits) -> MeterAnswer {
    MeterAnswer {
        register_m3: reading.register_m3(),
        alarms: reading.alarms(bits).into_iter().map(hardware::meter::Alarm::japanese).collect(),
        meter_number: reading.meter_number,
        frame: reading.raw,
    }
}

/// What the reader is told, with the one way on: the dials can always be typed.
fn why_not(error: &MeterError) -> String {
    match error {
        MeterError::Line(_) => {
            "メーター通信の線がありません。つなぎ直して → を押すか、指針を打ってください。(H44)"
        }
        MeterError::NoAnswer => {
            "メーターから返事がありません。線を確かめて → を押すか、指針を打ってください。(H41)"
        }
        MeterError::Damaged => {
            "メーターの返事が乱れています。もう一度 → を押すか、指針を打ってください。(H42)"
        }
        MeterError::Encrypted | MeterError::NotWater(_) | MeterError::NoRegister => {
            "メーターの返事から指針を読めません。メーターを見て、指針を打ってください。(H46)"
        }
    }
    .to_owned()
}
