//! Kinds of premises (使用場所の種類): what stands there decides meter, class and volume.

use shared::connection::{MeterSize, UsageClass};

use super::dice::Dice;

/// What a connection supplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Premises {
    /// 戸建て.
    House,
    /// A flat with a meter of its own (子メーター where a master meter stands before it).
    Room,
    /// 親メーター: everything that runs into a building whose rooms have meters. Nobody is billed.
    MasterMeter,
    /// A block of flats with one meter, paid for by its manager.
    WholeBuilding,
    /// 商店.
    Shop,
    /// 事務所.
    Office,
    /// 工場.
    Works,
    /// 学校.
    School,
    /// 病院.
    Hospital,
    /// 旅館.
    Hotel,
    /// 公衆浴場.
    Bathhouse,
    /// 工事現場.
    BuildingSite,
}

/// Percent of the usual volume by the month of the reading, which covers the two months before.
#[rustfmt::skip]
const SEASONS: [(Season, [u32; 12]); 5] = [
    (Season::Home,      [ 98,  96,  96,  97,  98, 100, 103, 106, 108, 104, 100,  97]),
    (Season::Trade,     [103,  94,  95, 100, 103, 100, 102, 107, 105, 101,  98, 104]),
    (Season::School,    [ 90,  90,  95,  80,  95, 110, 150, 130,  80, 100, 100,  95]),
    (Season::Traveling, [ 90,  80,  80,  95, 110, 105, 100, 120, 130, 105, 120,  95]),
    (Season::Bath,      [110, 112, 110, 104, 100,  97,  94,  90,  90,  95, 100, 106]),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Season {
    Home,
    Trade,
    School,
    Traveling,
    Bath,
}

impl Premises {
    /// Places that every town has, and one more for so many connections.
    pub(super) const LANDMARKS: [(Premises, usize); 6] = [
        (Premises::Bathhouse, 15_000),
        (Premises::School, 1_500),
        (Premises::Hospital, 2_000),
        (Premises::Works, 700),
        (Premises::Hotel, 3_000),
        (Premises::BuildingSite, 400),
    ];

    /// 用途.
    pub fn use_class(self) -> UsageClass {
        match self {
            Premises::House | Premises::Room | Premises::MasterMeter | Premises::WholeBuilding => {
                UsageClass::GENERAL
            }
            Premises::Bathhouse => UsageClass::BATHHOUSE,
            Premises::BuildingSite => UsageClass::TEMPORARY,
            Premises::Shop
            | Premises::Office
            | Premises::Works
            | Premises::School
            | Premises::Hospital
            | Premises::Hotel => UsageClass::BUSINESS,
        }
    }

    /// Whether families live there, who move in and out.
    pub(super) fn is_home(self) -> bool {
        matches!(self, Premises::House | Premises::Room)
    }

    pub(super) fn meter_size(self, dice: &mut Dice) -> MeterSize {
        let mm = match self {
            Premises::House => dice.weighted(&[(42, 13), (53, 20), (5, 25)]),
            Premises::Room => dice.weighted(&[(70, 13), (30, 20)]),
            Premises::MasterMeter | Premises::WholeBuilding => {
                dice.weighted(&[(2, 30), (5, 40), (3, 50)])
            }
            Premises::Shop => dice.weighted(&[(35, 13), (50, 20), (15, 25)]),
            Premises::Office => dice.weighted(&[(45, 20), (35, 25), (20, 30)]),
            Premises::Works => dice.weighted(&[(5, 50), (3, 75)]),
            Premises::School => 75,
            Premises::Hospital | Premises::Hotel => 50,
            Premises::Bathhouse => 40,
            Premises::BuildingSite => dice.weighted(&[(1, 20), (1, 25)]),
        };
        MeterSize::new(mm).expect("all of these are sizes of meters")
    }

    /// The volume of two usual months, in m³.
    pub(super) fn usual_m3(self, dwellings: u32, dice: &mut Dice) -> u32 {
        match self {
            Premises::House => family(dice, &[(22, 1), (32, 2), (20, 3), (17, 4), (6, 5), (3, 6)]),
            Premises::Room => family(dice, &[(60, 1), (25, 2), (10, 3), (5, 4)]),
            Premises::WholeBuilding => (0..dwellings).map(|_| dice.between(9, 40)).sum(),
            Premises::MasterMeter => dice.between(1, 8),
            Premises::Shop => dice.between(8, 140),
            Premises::Office => dice.between(6, 60),
            Premises::Works => dice.between(150, 900),
            Premises::School => dice.between(400, 900),
            Premises::Hospital => dice.between(300, 800),
            Premises::Hotel => dice.between(250, 600),
            Premises::Bathhouse => dice.between(680, 1_050),
            Premises::BuildingSite => dice.between(5, 40),
        }
    }

    /// Percent of the usual volume that is read in this month (1 to 12).
    pub(super) fn season_percent(self, month: i8) -> u32 {
        let season = match self {
            Premises::House | Premises::Room | Premises::WholeBuilding | Premises::MasterMeter => {
                Season::Home
            }
            Premises::School => Season::School,
            Premises::Hotel => Season::Traveling,
            Premises::Bathhouse => Season::Bath,
            _ => Season::Trade,
        };
        let place = usize::from(month.unsigned_abs()) - 1;
        SEASONS
            .iter()
            .find(|(name, _)| *name == season)
            .map_or(100, |(_, percents)| percents[place])
    }
}

/// Two months of a family by its size (a person alone uses more than half of what two use), give
/// or take the habits of the house.
fn family(dice: &mut Dice, sizes: &[(u32, usize)]) -> u32 {
    const M3_BY_PERSONS: [u32; 6] = [16, 30, 40, 48, 56, 64];
    let persons = dice.weighted(sizes);
    M3_BY_PERSONS[persons - 1] * dice.between(70, 135) / 100
}
