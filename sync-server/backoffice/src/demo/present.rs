//! The present (今日の指針): what a reader finds at each meter when the next round is walked.

use std::collections::BTreeMap;

use shared::calendar::YearMonth;
use shared::ids::ConnectionNumber;
use shared::metering::{LowFlowIndicator, NoReadReason, RegisterReading};
use shared::quantity::CubicMeters;

use super::connection::InventedConnection;
use super::dice::{Dice, Matter};
use super::occupancy::{Span, occupied_percent};
use super::premises::Premises;
use super::town::{PERIODS, Town};

/// What is to be seen at a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// What the reader sees.
    pub seen: Seen,
    /// What lies behind it.
    pub twist: Twist,
}

/// What the reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The dials.
    Dial {
        /// What they show.
        register: RegisterReading,
        /// What the small star does with the taps shut.
        low_flow: LowFlowIndicator,
        /// What the reader types first by mistake, before looking again.
        typed_first: Option<u32>,
    },
    /// No way to the meter.
    NoRead(NoReadReason),
}

/// Why a connection is worth a word in the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Twist {
    /// As ever.
    Nothing,
    /// The meter cannot be read.
    Unreadable,
    /// Water escapes behind the meter.
    Leak,
    /// More than twice the usual.
    High,
    /// Many times the usual.
    VeryHigh,
    /// A small part of the usual.
    Low,
    /// Moved out without a word.
    Zero,
    /// The dials passed zero.
    Rollover,
    /// Two digits swapped on the keypad.
    Mistyped,
    /// Water where service is stopped.
    UsedWhileStopped,
}

/// What happens somewhere in every town, however small.
const ALWAYS: [Twist; 7] = [
    Twist::Unreadable,
    Twist::High,
    Twist::VeryHigh,
    Twist::Low,
    Twist::Zero,
    Twist::Mistyped,
    Twist::Unreadable,
];

impl Town {
    /// What the dials show today, by connection number. As pure as the town itself.
    pub fn present(&self) -> BTreeMap<ConnectionNumber, Sight> {
        let arranged = self.arranged_twists();
        let mut registers: Vec<Option<RegisterReading>> = vec![None; self.connections.len()];
        let mut sights: Vec<Sight> = Vec::with_capacity(self.connections.len());
        let mut behind = vec![0_u32; self.connections.len()];
        for (index, connection) in self.connections.iter().enumerate() {
            let mut dice = Dice::new(self.options.seed, Matter::Present, index);
            let twist =
                arranged.get(&index).copied().unwrap_or_else(|| rolled(connection, &mut dice));
            let (sight, volume) = self.sight(connection, twist, &mut dice);
            if let Some(parent) = connection.parent {
                behind[parent] += volume;
            }
            registers[index] = Some(connection.newest_register().after(CubicMeters(volume)));
            sights.push(sight);
        }
        for (index, volume) in behind.into_iter().enumerate().filter(|(_, volume)| *volume > 0) {
            if let (Seen::Dial { register, .. }, Some(own)) =
                (&mut sights[index].seen, registers[index])
            {
                *register = own.after(CubicMeters(volume));
            }
        }
        sights.into_iter().map(|sight| (sight.number.clone(), sight)).collect()
    }

    /// One of each kind, spread over the homes of the town.
    fn arranged_twists(&self) -> BTreeMap<usize, Twist> {
        let homes: Vec<usize> = self
            .plain_homes()
            .into_iter()
            .filter(|home| !about_to_roll_over(&self.connections[*home]))
            .collect();
        let place = |order: usize| homes.get((2 * order + 1) * homes.len() / (2 * ALWAYS.len()));
        let arranged = ALWAYS.iter().enumerate();
        arranged.filter_map(|(order, twist)| Some((*place(order)?, *twist))).collect()
    }

    fn sight(
        &self,
        connection: &InventedConnection,
        twist: Twist,
        dice: &mut Dice,
    ) -> (Sight, u32) {
        let usual = self.usual_volume(connection, dice);
        let volume = match twist {
            Twist::High => usual * dice.between(22, 32) / 10 + 12,
            Twist::VeryHigh => usual * dice.between(45, 80) / 10 + 20,
            Twist::Low => usual * dice.between(8, 20) / 100,
            Twist::Zero => 0,
            Twist::UsedWhileStopped => dice.between(1, 4),
            _ => usual,
        };
        let is_leaking =
            twist == Twist::Nothing && volume > 0 && connection.habit.leaks_in(PERIODS);
        let before = connection.newest_register();
        let register = before.after(CubicMeters(volume));
        let twist = match twist {
            Twist::Nothing if is_leaking => Twist::Leak,
            Twist::Nothing if register.value() < before.value() => Twist::Rollover,
            other => other,
        };
        let low_flow = if is_leaking {
            LowFlowIndicator::TurningWithTapsShut
        } else {
            LowFlowIndicator::Still
        };
        let typed_first =
            (twist == Twist::Mistyped).then(|| with_two_digits_swapped(register)).flatten();
        let seen = if twist == Twist::Unreadable {
            Seen::NoRead(reason(connection, dice))
        } else {
            Seen::Dial { register, low_flow, typed_first }
        };
        (Sight { number: connection.number.clone(), seen, twist }, volume)
    }

    fn usual_volume(&self, connection: &InventedConnection, dice: &mut Dice) -> u32 {
        let days = &self.routes[connection.route].days;
        let spans: Vec<Span> = connection
            .agreements
            .iter()
            .map(|agreement| Span {
                starts_on: agreement.starts_on,
                ends_before: agreement.ends_before,
            })
            .collect();
        let occupied = if connection.premises == Premises::MasterMeter {
            100
        } else {
            occupied_percent(&spans, days.newest(), self.options.today)
        };
        let month = YearMonth::of(self.options.today).month();
        connection.habit.volume_m3(connection.premises, PERIODS, month, occupied, dice)
    }
}

fn about_to_roll_over(connection: &InventedConnection) -> bool {
    let capacity = 10_u32.pow(u32::from(connection.meter.dial_digits));
    connection.newest_register().value() >= capacity / 10 * 9
}

/// What happens to a connection of itself: to most of them, nothing.
fn rolled(connection: &InventedConnection, dice: &mut Dice) -> Twist {
    if dice.chance(20, 1_000) {
        return Twist::Unreadable;
    }
    let is_occupied = connection.agreements.last().is_some_and(|last| last.ends_before.is_none());
    if !is_occupied {
        let is_used = connection.premises.is_home() && dice.chance(12, 100);
        return if is_used { Twist::UsedWhileStopped } else { Twist::Nothing };
    }
    let may_vary = connection.premises.is_home()
        && !connection.habit.is_empty()
        && !about_to_roll_over(connection);
    if !may_vary {
        return Twist::Nothing;
    }
    dice.weighted(&[
        (970, Twist::Nothing),
        (7, Twist::High),
        (2, Twist::VeryHigh),
        (6, Twist::Low),
        (6, Twist::Zero),
        (9, Twist::Mistyped),
    ])
}

/// The last two digits that differ change places, as they do on a keypad.
fn with_two_digits_swapped(register: RegisterReading) -> Option<u32> {
    let mut digits: Vec<char> = register.padded().chars().collect();
    let place = (1..digits.len()).rev().find(|place| digits[*place] != digits[place - 1])?;
    digits.swap(place, place - 1);
    digits.iter().collect::<String>().parse().ok()
}

fn reason(connection: &InventedConnection, dice: &mut Dice) -> NoReadReason {
    match connection.caution {
        "犬に注意" => NoReadReason::NoAccess,
        "車の下になることあり" => NoReadReason::Obstructed,
        _ => dice.weighted(&[
            (30, NoReadReason::Absent),
            (30, NoReadReason::Obstructed),
            (12, NoReadReason::Illegible),
            (8, NoReadReason::Buried),
            (8, NoReadReason::Submerged),
            (12, NoReadReason::NoAccess),
        ]),
    }
}
