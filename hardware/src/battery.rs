//! The battery (電池): what the kernel says of it under `/sys/class/power_supply`.
//!
//! Its twin is a tree of the same files in another folder.

use std::fs;
use std::path::{Path, PathBuf};

/// From here on the reader is warned. Levels as in UPower's `UPower.conf` (PercentageLow=20,
/// PercentageCritical=5), which desks and telephones on Linux go by.
pub const LOW_PERCENT: u8 = 20;
/// From here on what draws much current stops; readings are kept to the last.
pub const CRITICAL_PERCENT: u8 = 5;

/// How full the terminal's battery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// 0 to 100.
    pub percent: u8,
    /// It is being filled, or hangs on the mains.
    pub is_charging: bool,
}

/// How urgent a charge is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing to say.
    #[default]
    Well,
    /// 残りが少ない.
    Low,
    /// 切れかけている.
    Critical,
}

impl Charge {
    /// How urgent it is; nothing is while it is being filled.
    pub fn level(self) -> Level {
        match self.percent {
            _ if self.is_charging => Level::Well,
            percent if percent <= CRITICAL_PERCENT => Level::Critical,
            percent if percent <= LOW_PERCENT => Level::Low,
            _ => Level::Well,
        }
    }
}

/// Where the kernel tells of power supplies.
#[derive(Debug, Clone)]
pub struct PowerSupplies {
    root: PathBuf,
}

impl PowerSupplies {
    /// The machine's own.
    pub fn of_the_machine() -> Self {
        Self::under("/sys/class/power_supply")
    }

    /// Those of a tree of the same files.
    pub fn under(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The charge of the terminal's battery; the emptiest counts where there are two. Nothing on a
    /// machine without one. Batteries of a mouse or a headset (`scope` is `Device`) do not count.
    pub fn charge(&self) -> Option<Charge> {
        let supplies = fs::read_dir(&self.root).ok()?.filter_map(Result::ok);
        supplies.filter_map(|supply| charge_of(&supply.path())).min_by_key(|charge| charge.percent)
    }
}

fn charge_of(supply: &Path) -> Option<Charge> {
    let word = |name: &str| Some(fs::read_to_string(supply.join(name)).ok()?.trim().to_owned());
    if word("type")? != "Battery" || word("scope").is_some_and(|scope| scope == "Device") {
        return None;
    }
    let percent = word("capacity")?.parse::<u8>().ok()?.min(100);
    let is_charging = word("status").is_some_and(|status| status != "Discharging");
    Some(Charge { percent, is_charging })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(root: &Path, supply: &str, files: &[(&str, &str)]) {
        fs::create_dir_all(root.join(supply)).unwrap();
        for (name, text) in files {
            fs::write(root.join(supply).join(name), format!("{text}\n")).unwrap();
        }
    }

    #[test]
    fn the_emptiest_battery_of_the_terminal_counts() {
        let root = tempfile::tempdir().unwrap();
        let supplies = PowerSupplies::under(root.path());
        assert_eq!(supplies.charge(), None);
        put(root.path(), "AC", &[("type", "Mains"), ("online", "0")]);
        put(root.path(), "mouse", &[("type", "Battery"), ("scope", "Device"), ("capacity", "3")]);
        assert_eq!(supplies.charge(), None);
        let battery = [("type", "Battery"), ("capacity", "84"), ("status", "Discharging")];
        put(root.path(), "BAT0", &battery);
        put(root.path(), "BAT1", &[("type", "Battery"), ("capacity", "ninety")]);
        assert_eq!(supplies.charge(), Some(Charge { percent: 84, is_charging: false }));
        put(root.path(), "BAT1", &[("capacity", "19"), ("status", "Charging")]);
        assert_eq!(supplies.charge(), Some(Charge { percent: 19, is_charging: true }));
        assert_eq!(PowerSupplies::under(root.path().join("gone")).charge(), None);
    }

    #[test]
    fn levels_begin_where_they_say_and_end_at_the_plug() {
        let level = |percent| Charge { percent, is_charging: false }.level();
        assert_eq!(
            [100, 21, 20, 6, 5, 0].map(level),
            [Level::Well, Level::Well, Level::Low, Level::Low, Level::Critical, Level::Critical]
        );
        assert_eq!(Charge { percent: 1, is_charging: true }.level(), Level::Well);
    }
}
