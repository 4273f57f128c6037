//! Streets (街区): plots in walking order with their address, position and what stands on them.

use std::collections::VecDeque;

use super::dice::{Dice, Matter};
use super::names;
use super::premises::Premises;
use super::quarter::Quarter;

/// Plots along the sides of a block, about.
const PLOTS_PER_BLOCK: usize = 14;
/// From block to block: some 70 meters each way.
const BLOCK_E6: (i32, i32) = (620, 760);
/// A block without its streets.
const BLOCK_BUILT_E6: (i32, i32) = (480, 590);

/// The place of one connection.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) premises: Premises,
    pub(super) quarter: usize,
    pub(super) block: String,
    pub(super) building: String,
    pub(super) room: String,
    pub(super) position_e6: (i32, i32),
    pub(super) has_sewerage: bool,
    pub(super) dwellings: u32,
    /// How many places back the master meter stands.
    pub(super) behind: Option<usize>,
    /// The period in which it was built; 0 for everything older.
    pub(super) built_in: usize,
}

/// Bathhouse, school and the like, with the places at which they stand: spread over the town.
pub(super) fn landmarks(connections: usize) -> VecDeque<(usize, Premises)> {
    let mut places: Vec<(usize, Premises)> = Vec::new();
    let kinds = Premises::LANDMARKS.len();
    for (order, (premises, per)) in Premises::LANDMARKS.into_iter().enumerate() {
        let count = (connections / per).max(1);
        // Each kind is a step aside of the one before, or they would all meet in the middle.
        let place = |i: usize| (i * (kinds + 1) + order + 1) * connections / (count * (kinds + 1));
        places.extend((0..count).map(|i| (place(i), premises)));
    }
    places.sort_unstable();
    places.into()
}

/// All sites of a quarter in walking order, exactly as many as it has connections.
pub(super) fn sites(
    quarter: &Quarter,
    place: usize,
    first: usize,
    landmarks: &mut VecDeque<(usize, Premises)>,
    seed: u64,
) -> Vec<Site> {
    let mut sites: Vec<Site> = Vec::with_capacity(quarter.connections);
    let mut walk = Walk::new(quarter, place, seed);
    while sites.len() < quarter.connections {
        let left = quarter.connections - sites.len();
        let next = first + sites.len();
        let plot = walk.next_plot();
        if landmarks.front().is_some_and(|(at, _)| *at <= next) {
            let (_, premises) = landmarks.pop_front().expect("it was just looked at");
            sites.push(landmark(plot, premises, &mut walk.dice));
        } else if left >= 9 && walk.dice.chance(48, 1_000) {
            build_flats(&mut sites, &plot, left, &mut walk.dice);
        } else {
            let premises = walk.dice.weighted(&[
                (900, Premises::House),
                (70, Premises::Shop),
                (30, Premises::Office),
            ]);
            sites.push(Site { premises, ..plot });
        }
    }
    sites
}

fn landmark(plot: Site, premises: Premises, dice: &mut Dice) -> Site {
    // A building site is gone after a while; this one began lately.
    let built_in = if premises == Premises::BuildingSite {
        usize::try_from(dice.between(8, 11)).expect("a period")
    } else {
        0
    };
    Site { premises, built_in, ..plot }
}

/// A block of flats: rooms with meters, behind a master meter or not, or one meter for all.
fn build_flats(sites: &mut Vec<Site>, plot: &Site, left: usize, dice: &mut Dice) {
    let floors = dice.between(2, 4);
    let per_floor = dice.between(3, 6);
    let building = building_name(dice);
    let plot = Site { building, ..plot.clone() };
    let dwellings = floors * per_floor;
    if dice.chance(15, 100) {
        sites.push(Site { premises: Premises::WholeBuilding, dwellings, ..plot });
        return;
    }
    let has_master = dice.chance(45, 100);
    if has_master {
        sites.push(Site { premises: Premises::MasterMeter, ..plot.clone() });
    }
    let room_count = left - usize::from(has_master);
    let rooms = (1..=floors).flat_map(|floor| (1..=per_floor).map(move |door| floor * 100 + door));
    for (index, room) in rooms.take(room_count).enumerate() {
        sites.push(Site {
            premises: Premises::Room,
            room: format!("{room}号室"),
            behind: has_master.then_some(index + 1),
            ..plot.clone()
        });
    }
}

fn building_name(dice: &mut Dice) -> String {
    let (word, _) = dice.pick(names::PROPER);
    if dice.chance(1, 2) {
        format!("{}{word}", dice.pick(names::BUILDING_PREFIXES))
    } else {
        format!("{word}{}", dice.pick(names::BUILDING_SUFFIXES))
    }
}

/// Goes around block after block, row after row, there and back.
struct Walk<'a> {
    quarter: &'a Quarter,
    place: usize,
    dice: Dice,
    columns: i32,
    rows: i32,
    block: i32,
    plot: u32,
    plots_in_block: u32,
    first_lot: u32,
}

impl<'a> Walk<'a> {
    fn new(quarter: &'a Quarter, place: usize, seed: u64) -> Self {
        let mut dice = Dice::new(seed, Matter::Streets, place);
        let blocks = i32::try_from(quarter.connections / PLOTS_PER_BLOCK + 1)
            .expect("a quarter has a few thousand connections");
        let columns = blocks.isqrt().max(1);
        let first_lot = dice.between(40, 600);
        Self {
            quarter,
            place,
            dice,
            columns,
            rows: blocks / columns + 1,
            block: -1,
            plot: 0,
            plots_in_block: 0,
            first_lot,
        }
    }

    /// The next plot with everything but what stands on it.
    fn next_plot(&mut self) -> Site {
        if self.plot == self.plots_in_block {
            self.block += 1;
            self.plot = 0;
            self.plots_in_block = self.dice.between(10, 20);
        }
        self.plot += 1;
        let block_number = self.block.unsigned_abs();
        let block = if self.quarter.has_blocks() {
            format!("{}番{}号", block_number + 1, self.plot)
        } else {
            format!("{}番地{}", self.first_lot + block_number, self.plot)
        };
        let is_new = self.dice.chance(25, 1_000);
        let built_in =
            if is_new { usize::try_from(self.dice.between(1, 12)).expect("a period") } else { 0 };
        Site {
            premises: Premises::House,
            quarter: self.place,
            block,
            building: String::new(),
            room: String::new(),
            position_e6: self.position_e6(),
            has_sewerage: self.dice.chance(89, 100),
            dwellings: 1,
            behind: None,
            built_in,
        }
    }

    /// On one of the four sides of the block, a little beside the line.
    fn position_e6(&mut self) -> (i32, i32) {
        let row = self.block / self.columns;
        let column = match (row % 2, self.block % self.columns) {
            (0, column) => column,
            (_, column) => self.columns - 1 - column,
        };
        let around = i32::try_from((self.plot - 1) * 400 / self.plots_in_block).unwrap_or(0);
        let along = around % 100;
        let (north, east) = match around / 100 {
            0 => (0, along),
            1 => (along, 100),
            2 => (100, 100 - along),
            _ => (100 - along, 0),
        };
        let offset = |index: i32, count: i32, step: i32, percent: i32, built: i32| {
            (2 * index - count + 1) * step / 2 + (percent - 50) * built / 100
        };
        let latitude = self.quarter.middle_e6.0
            + offset(row, self.rows, BLOCK_E6.0, north, BLOCK_BUILT_E6.0)
            + self.dice.offset(-15, 15);
        let longitude = self.quarter.middle_e6.1
            + offset(column, self.columns, BLOCK_E6.1, east, BLOCK_BUILT_E6.1)
            + self.dice.offset(-15, 15);
        (latitude, longitude)
    }
}
