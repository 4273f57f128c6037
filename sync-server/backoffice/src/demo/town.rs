//! The town as a whole (町): quarters, routes, and everybody in them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use shared::calendar::YearMonth;

use super::connection::{InventedConnection, Standing, connection};
use super::quarter::{Quarter, quarters};
use super::reading_days::{PERIOD_MONTHS, ReadingDays};
use super::streets::{Site, landmarks, sites};

/// How many two-month periods have been read.
pub const PERIODS: usize = 13;

/// A route is walked in a day: at most so many connections.
const CONNECTIONS_PER_ROUTE_MAX: usize = 116;

/// The smallest town that has a bit of everything, and the largest that keeps its numbers apart.
const HOUSEHOLDS: std::ops::RangeInclusive<u32> = 50..=300_000;

/// What a town is made from. The same options make the same town.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TownOptions {
    /// How many connections it has; held between 50 and 300,000.
    pub households: u32,
    /// Where the dice start.
    pub seed: u64,
    /// The business date: history ends two months before its month.
    pub today: Date,
}

/// An invented town.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Town {
    /// What it was made from.
    pub options: TownOptions,
    /// In the order of their reading.
    pub quarters: Vec<Quarter>,
    /// In the order of their number.
    pub routes: Vec<InventedRoute>,
    /// In walking order.
    pub connections: Vec<InventedConnection>,
}

/// A reading route (検針順路).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventedRoute {
    /// Three digits.
    pub number: String,
    /// Named after the town that most of it lies in.
    pub name: String,
    /// The day of the newest reading.
    pub read_on: Date,
    pub(super) days: ReadingDays,
}

impl Town {
    /// Makes the town. Takes about a second and 300 MB for all of Kofu's 113,942.
    pub fn invent(options: TownOptions) -> Town {
        let (low, high) = (*HOUSEHOLDS.start(), *HOUSEHOLDS.end());
        let households = options.households.clamp(low, high);
        let options = TownOptions { households, ..options };
        let count = usize::try_from(households).expect("at most 300,000");
        let quarters = quarters(count, options.seed);
        let sites = all_sites(&quarters, count, options.seed);
        let routes = routes(&quarters, &sites, options.today);
        let mut within = vec![0; quarters.len()];
        let connections = sites
            .into_iter()
            .enumerate()
            .map(|(index, site)| {
                let route = route_of(index, count);
                let first_on_route = (0..=index).rev().take_while(|i| route_of(*i, count) == route);
                let standing = Standing {
                    index,
                    within: within[site.quarter],
                    route,
                    walk_order: u32::try_from(first_on_route.count()).expect("a day's walk"),
                };
                within[site.quarter] += 1;
                connection(&options, site, &standing, &routes[route].days)
            })
            .collect();
        let mut town = Town { options, quarters, routes, connections };
        town.sum_up_master_meters();
        town.set_up_leak_and_rollovers();
        town
    }

    /// 検針年月 of the newest period that has been read.
    pub fn newest_month(&self) -> YearMonth {
        YearMonth::of(self.options.today).plus_months(-PERIOD_MONTHS)
    }

    /// Homes in service with a plain history: where something may happen today.
    pub(super) fn plain_homes(&self) -> Vec<usize> {
        let is_plain = |connection: &InventedConnection| {
            connection.premises.is_home()
                && connection.parent.is_none()
                && connection.agreements.len() == 1
                && connection.is_in_service(self.options.today)
                && connection.first_period() == 0
                && !connection.habit.is_empty()
                && !connection.habit.leaks_in(PERIODS)
                && !connection.habit.leaks_in(PERIODS - 1)
                && connection.habit.usual_m3 >= 20
        };
        let all = self.connections.iter().enumerate();
        all.filter(|(_, connection)| is_plain(connection)).map(|(index, _)| index).collect()
    }

    /// A master meter shows what its rooms used and a little for the building itself.
    fn sum_up_master_meters(&mut self) {
        let mut behind: BTreeMap<usize, [u32; PERIODS]> = BTreeMap::new();
        for connection in &self.connections {
            let Some(parent) = connection.parent else { continue };
            let first = connection.first_period();
            let sums = behind.entry(parent).or_default();
            for (sum, reading) in sums[first..].iter_mut().zip(&connection.readings) {
                *sum += reading.usage_m3;
            }
        }
        for (parent, sums) in behind {
            let master = &mut self.connections[parent];
            let first = master.first_period();
            for (reading, sum) in master.readings.iter_mut().zip(&sums[first..]) {
                reading.usage_m3 += sum;
            }
            let start = if first > 0 { 0 } else { sums[PERIODS - 1] * 24 };
            master.read_from(start);
        }
    }

    /// At least one house leaks today, and some dials are about to pass zero.
    fn set_up_leak_and_rollovers(&mut self) {
        let homes = self.plain_homes();
        let Some(leaking) = homes.get(homes.len() / 5) else { return };
        self.connections[*leaking].habit.begin_leak();
        let count = (self.connections.len() / 1_500).max(1);
        for place in 0..count {
            let home = homes[((2 * place + 1) * homes.len() / (2 * count)).min(homes.len() - 1)];
            if home == *leaking {
                continue;
            }
            let connection = &mut self.connections[home];
            let total: u32 = connection.readings.iter().map(|reading| reading.usage_m3).sum();
            let capacity = 10_u32.pow(u32::from(connection.meter.dial_digits));
            let margin = connection.habit.usual_m3 / 3;
            let start = capacity - margin - total % (capacity - margin);
            connection.meter.installed_value = start / 2;
            connection.read_from(start);
        }
    }
}

fn all_sites(quarters: &[Quarter], count: usize, seed: u64) -> Vec<Site> {
    let mut landmarks = landmarks(count);
    let mut all = Vec::with_capacity(count);
    for (place, quarter) in quarters.iter().enumerate() {
        let next = sites(quarter, place, all.len(), &mut landmarks, seed);
        all.extend(next);
    }
    all
}

/// Routes of equal length, one after the other.
fn route_of(index: usize, connections: usize) -> usize {
    // Even the smallest town has two walks, so that two readers can share it.
    let routes = connections.div_ceil(CONNECTIONS_PER_ROUTE_MAX).max(2);
    index * routes / connections
}

fn routes(quarters: &[Quarter], sites: &[Site], today: Date) -> Vec<InventedRoute> {
    let mut quarter_counts: Vec<BTreeMap<usize, usize>> = Vec::new();
    for (index, site) in sites.iter().enumerate() {
        let route = route_of(index, sites.len());
        if route == quarter_counts.len() {
            quarter_counts.push(BTreeMap::new());
        }
        *quarter_counts[route].entry(site.quarter).or_default() += 1;
    }
    let name_of = |counts: &BTreeMap<usize, usize>| {
        let most = counts.iter().max_by_key(|(_, count)| **count);
        most.map_or_else(String::new, |(quarter, _)| quarters[*quarter].name.to_owned())
    };
    quarter_counts
        .iter()
        .enumerate()
        .map(|(place, counts)| {
            let days = ReadingDays::of_route(place, today);
            let number = format!("{:03}", place + 1);
            InventedRoute { number, name: name_of(counts), read_on: days.newest(), days }
        })
        .collect()
}
