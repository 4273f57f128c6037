//! Search on the route (検索): by order, connection, meter, kana, name, address or room.

use shared::search::fold;

use super::{Route, Stop};

/// The folded words of every connection, made once for a route.
pub struct SearchIndex {
    rows: Vec<String>,
}

impl SearchIndex {
    /// Of a route.
    pub fn of(route: &Route) -> SearchIndex {
        SearchIndex { rows: route.stops.iter().map(words).collect() }
    }

    /// Places whose words hold what is asked, in the order of the route. A number that is an order
    /// finds that one too.
    pub fn find(&self, route: &Route, asked: &str) -> Vec<usize> {
        let asked = fold(asked);
        if asked.is_empty() {
            return Vec::new();
        }
        let order: Option<u32> = asked.parse().ok();
        let stops = route.stops.iter().zip(&self.rows).enumerate();
        let hits = stops.filter(|(_, (stop, words))| {
            // A meter put in today is not among the words that came with the route.
            let exchange = stop.work.exchange.as_ref();
            words.contains(&asked)
                || Some(stop.planned.walk_order) == order
                || exchange.is_some_and(|new| fold(&new.installed_number).contains(&asked))
        });
        hits.map(|(place, _)| place).collect()
    }
}

/// Each on a line of its own, so that nothing is found across two of them.
fn words(stop: &Stop) -> String {
    let planned = &stop.planned;
    let of_place = format!("{}{}", planned.address, planned.building);
    [
        planned.connection_number.as_str(),
        &planned.meter_number,
        &planned.customer_kana,
        &planned.customer_name,
        &of_place,
    ]
    .map(fold)
    .join("\n")
}

impl Route {
    /// The names of towns and buildings on the route, as far as their first digit, in its order:
    /// whoever has no keyboard picks them.
    pub fn names_of_places(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut known = std::collections::HashSet::new();
        for stop in &self.stops {
            for words in [&stop.planned.address, &stop.planned.building] {
                let name = words.split(|c: char| c.is_ascii_digit() || c.is_whitespace()).next();
                let name = name.unwrap_or_default().trim_end_matches(['第', 'の']);
                if name.chars().count() > 1 && known.insert(name.to_owned()) {
                    names.push(name.to_owned());
                }
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::wire::WorkPackage;

    fn route() -> Route {
        let WorkPackage::V1(mut package) = crate::bench::package(3_000);
        let odd = &mut package.connections[1_234];
        odd.customer_kana = "ワタナベ　シヨウジ".into();
        odd.customer_name = "渡邊 正二".into();
        odd.meter_number = "25-987654".into();
        odd.building = "緑荘 203号室".into();
        Route::open(WorkPackage::V1(package)).unwrap()
    }

    #[test]
    fn one_connection_is_found_by_whatever_is_known_of_it() {
        let route = route();
        let index = SearchIndex::of(&route);
        for asked in
            ["987654", "7654", "00001235", "ワタナベ", "しょうじ", "渡邊", "緑荘203", "25-9876"]
        {
            assert_eq!(index.find(&route, asked), [1_234], "{asked}");
        }
        assert!(index.find(&route, "").is_empty());
        assert!(index.find(&route, "スズキ").is_empty());
        // The order of the route holds, and the order itself is found.
        let found = index.find(&route, "1235");
        assert!(found.contains(&1_234) && found.is_sorted());
        assert_eq!(route.names_of_places(), ["相生一丁目", "水面ハイツ", "緑荘"]);
    }
}
