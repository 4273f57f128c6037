//! A random table (料金表) of one claim, with every rule that the manual knows.

use std::fmt::Write as _;

use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::{SIZES_MM, any_change, any_price, one_of, pick, rising};

/// What the rules of one table have to agree on.
struct Frame {
    claim: &'static str,
    table_months: i128,
    is_half: bool,
    /// included, month, claim or bill.
    put_on: &'static str,
    sizes_mm: Vec<i128>,
    /// What is taxed and rounded by itself.
    apart: Vec<&'static str>,
    /// Whether the file names the common classes, so that rules may be limited to them.
    is_named: bool,
    /// Dwellings that share a meter pay its service charge once.
    is_of_meter: bool,
}

impl Frame {
    /// A minimum is of a sum, and of one dwelling.
    fn may_have_minimum(&self) -> bool {
        !self.is_of_meter && !self.apart.iter().any(|kind| *kind != "rent")
    }
}

pub fn any_table(
    dice: &mut ChaCha8Rng,
    text: &mut String,
    (claim, authority): (&'static str, Option<&str>),
    classes: &[&str],
    is_named: bool,
) {
    let split = pick(dice, &["", "first", "last", "half"]);
    let mut sizes_mm = SIZES_MM.to_vec();
    sizes_mm.shuffle(dice);
    let put_on = pick(dice, &["included", "included", "month", "claim", "claim", "bill"]);
    let is_apart = put_on != "bill" && dice.random_bool(0.15);
    let frame = Frame {
        claim,
        table_months: dice.random_range(1..=2),
        is_half: split == "half",
        put_on,
        sizes_mm,
        apart: if is_apart { any_apart(dice) } else { Vec::new() },
        is_named,
        is_of_meter: !is_apart && dice.random_bool(0.2),
    };
    let header = if claim == "water" { "[water]" } else { "[[sewerage]]" };
    let _ = writeln!(text, "{header}\ntable_months = {}", frame.table_months);
    if let Some(authority) = authority {
        let _ = writeln!(text, "authority = \"{authority}\"");
    }
    if !split.is_empty() {
        let _ = writeln!(text, "split = \"{split}\"");
    }
    if !frame.apart.is_empty() {
        let _ = writeln!(text, "apart = {:?}", frame.apart);
    }
    frame.tax(dice, text);
    frame.roundings(dice, text);
    frame.shared(dice, text);
    if dice.random_bool(0.6) {
        frame.proration(dice, text);
    }
    if claim == "sewerage" && dice.random_bool(0.3) {
        any_wells(dice, text, is_named);
    }
    frame.rates(dice, text, classes);
    frame.rents(dice, text);
    frame.reliefs(dice, text);
}

impl Frame {
    fn tax(&self, dice: &mut ChaCha8Rng, text: &mut String) {
        let mut keys = match self.put_on {
            "included" => "prices = \"included\"".to_owned(),
            "claim" if dice.random_bool(0.5) => "prices = \"excluded\"".to_owned(),
            per => format!("prices = \"excluded\", per = \"{per}\""),
        };
        if dice.random_bool(0.6) {
            let _ = write!(keys, ", percent = {}", one_of(dice, &[0, 3, 5, 8, 10, 10]));
        } else {
            let change = any_change(dice, false);
            let comma = if change.is_empty() { "" } else { ", " };
            let _ = write!(
                keys,
                ", rates = [{{ percent = 8, from = \"2014-04-01\" }}, {{ percent = 10, from = \"2019-10-01\"{comma}{change} }}]"
            );
        }
        if dice.random_bool(0.4) {
            let _ = write!(keys, ", mode = \"{}\"", any_mode(dice));
        }
        let _ = writeln!(text, "tax = {{ {keys} }}");
    }

    fn roundings(&self, dice: &mut ChaCha8Rng, text: &mut String) {
        let is_excluded = self.put_on != "included";
        let mut stages = Vec::new();
        if !self.is_of_meter && dice.random_bool(0.3) {
            stages.push(("line", ""));
        }
        let has_month = !self.is_of_meter && dice.random_bool(0.4);
        if has_month {
            stages.push(("month", if is_excluded { "before" } else { "" }));
        }
        match self.put_on {
            "included" => {
                if !has_month || dice.random_bool(0.5) {
                    stages.push(("claim", ""));
                }
            }
            "month" => {
                let has_after = !self.is_of_meter && dice.random_bool(0.6);
                if has_after {
                    stages.push(("month", "after"));
                }
                if !has_after || dice.random_bool(0.4) {
                    stages.push(("claim", "after"));
                }
            }
            per => {
                if per == "bill" || dice.random_bool(0.4) {
                    stages.push(("claim", "before"));
                }
                stages.push(("claim", "after"));
            }
        }
        let written: Vec<String> = stages
            .into_iter()
            .map(|(of, tax)| {
                let tax = match tax {
                    "" => String::new(),
                    "after" if dice.random_bool(0.5) => String::new(),
                    tax => format!("tax = \"{tax}\", "),
                };
                let mode = any_mode(dice);
                let step = one_of(dice, &[1, 1, 1, 10, 10, 5, 100]);
                format!("{{ of = \"{of}\", {tax}mode = \"{mode}\", step_yen = {step}, article = \"第1条\" }}")
            })
            .collect();
        let _ = writeln!(text, "rounding = [{}]", written.join(", "));
    }

    fn shared(&self, dice: &mut ChaCha8Rng, text: &mut String) {
        if dice.random_bool(0.5) {
            return;
        }
        let remainder = if self.apart.is_empty() {
            pick(dice, &["spread", "first", "carry", "exact"])
        } else {
            pick(dice, &["spread", "first", "carry"])
        };
        // A bill has one rounding, so that its tariffs have none for each dwelling.
        let per = match () {
            () if !self.apart.is_empty() => "dwelling",
            () if self.put_on == "bill" || remainder == "exact" || self.is_of_meter => "claim",
            () => pick(dice, &["claim", "dwelling"]),
        };
        let size = if dice.random_bool(0.4) {
            format!("size_mm = {}, ", self.sizes_mm[0])
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "shared = {{ {size}remainder = \"{remainder}\", round_per = \"{per}\", service = \"{}\" }}",
            if self.is_of_meter { "meter" } else { "dwelling" }
        );
    }

    fn proration(&self, dice: &mut ChaCha8Rng, text: &mut String) {
        let mut keys = Vec::new();
        if dice.random_bool(0.5) {
            keys.push(format!("count = \"{}\"", pick(dice, &["start", "both"])));
        }
        if dice.random_bool(0.5) {
            keys.push(format!("whole_from_days = {}", one_of(dice, &[16, 20, 25, 28, 30])));
        }
        let is_converted = self.table_months == 1 && dice.random_bool(0.3);
        if is_converted || dice.random_bool(0.5) {
            keys.push(format!("days_per_month = {}", one_of(dice, &[28, 30, 30, 31])));
        } else {
            keys.push(format!("months = [{}]", any_months(dice)));
        }
        if is_converted {
            keys.push("service = \"share\", volume = \"convert\"".to_owned());
            if dice.random_bool(0.6) {
                keys.push(format!("volume_mode = \"{}\"", any_mode(dice)));
            }
        } else {
            let words: &[_] =
                if self.is_half { &["share"] } else { &["share", "whole", "included"] };
            keys.push(format!("volume = \"{}\"", pick(dice, words)));
            keys.push(format!("service = \"{}\"", pick(dice, &["share", "whole"])));
            if dice.random_bool(0.3) {
                keys.push(format!("rent = \"{}\"", pick(dice, &["share", "whole"])));
            }
            if dice.random_bool(0.3) {
                keys.push(format!("volume_mode = \"{}\"", any_mode(dice)));
            }
        }
        if dice.random_bool(0.2) {
            keys.push(format!("sizes_mm = {:?}", &self.sizes_mm[..6]));
        }
        if self.is_named && dice.random_bool(0.3) {
            keys.push("use_classes = [\"general\"]".to_owned());
        }
        if !self.is_of_meter && dice.random_bool(0.2) {
            let (mode, step) = (any_mode(dice), one_of(dice, &[1, 10]));
            keys.push(format!(
                "service_rounding = [{{ mode = \"{mode}\", step_yen = {step}, article = \"第2条\" }}]"
            ));
        }
        if self.put_on != "bill" && self.apart.is_empty() && dice.random_bool(0.3) {
            keys.push(format!("minimum_yen = \"{}\"", dice.random_range(0..2_000)));
        }
        if dice.random_bool(0.4) {
            let (mode, step) = (any_mode(dice), one_of(dice, &[1, 10]));
            keys.push(format!(
                "rounding = [{{ mode = \"{mode}\", step_yen = {step}, article = \"第2条\" }}]"
            ));
        }
        let _ = writeln!(text, "proration = {{ {} }}", keys.join(", "));
    }

    /// Groups of classes times groups of sizes, so that no two rates can meet.
    fn rates(&self, dice: &mut ChaCha8Rng, text: &mut String, classes: &[&str]) {
        let tables = dice.random_range(1..=3);
        let mut lists = Vec::new();
        for number in 0..tables {
            lists.push(format!("t{number} = [{}]", any_tiers(dice)));
        }
        let _ = writeln!(text, "tiers = {{ {} }}", lists.join(", "));
        let mut classes = classes.to_vec();
        classes.shuffle(dice);
        let class_groups: Vec<Vec<&str>> = match dice.random_range(0..3) {
            0 => vec![Vec::new()],
            1 => vec![classes[..2].to_vec()],
            _ => vec![classes[..1].to_vec(), classes[1..3].to_vec(), classes[3..].to_vec()],
        };
        for group in class_groups {
            let size_groups = match dice.random_range(0..3) {
                0 => vec![Vec::new()],
                1 => vec![self.sizes_mm.clone()],
                _ => vec![self.sizes_mm[..4].to_vec(), self.sizes_mm[4..9].to_vec()],
            };
            for sizes in size_groups {
                let by_period = dice.random_bool(0.15);
                let periods: &[Option<u8>] = if by_period { &[Some(1), Some(2)] } else { &[None] };
                for months in periods {
                    let _ = writeln!(text, "[[{}.rate]]", self.claim);
                    if !group.is_empty() {
                        let _ = writeln!(text, "use_classes = {group:?}");
                    }
                    if !sizes.is_empty() {
                        let _ = writeln!(text, "sizes_mm = {sizes:?}");
                    }
                    if let Some(months) = months {
                        let _ = writeln!(text, "period_months = {months}");
                    }
                    any_rate(dice, text, tables, self.may_have_minimum());
                }
            }
        }
    }

    fn rents(&self, dice: &mut ChaCha8Rng, text: &mut String) {
        let groups = match dice.random_range(0..4) {
            0 => vec![Vec::new()],
            1 => vec![self.sizes_mm[..3].to_vec(), self.sizes_mm[3..7].to_vec()],
            _ => return,
        };
        for sizes in groups {
            let _ = writeln!(text, "[[{}.meter_rent]]", self.claim);
            if !sizes.is_empty() {
                let _ = writeln!(text, "sizes_mm = {sizes:?}");
            }
            let _ = writeln!(text, "yen = {}", any_price(dice, 500));
        }
    }

    fn reliefs(&self, dice: &mut ChaCha8Rng, text: &mut String) {
        if dice.random_bool(0.5) {
            return;
        }
        for number in 0..dice.random_range(1..=4) {
            let last = if self.apart.is_empty() { "all" } else { "rent" };
            let of = pick(dice, &["service", "volume", "rent", last]);
            let _ =
                writeln!(text, "[[{}.relief]]\nkey = \"r{number}\"\nname = \"減免\"", self.claim);
            let _ = writeln!(text, "article = \"第3条\"\nof = \"{of}\"");
            let _ = match dice.random_range(0..3) {
                0 => writeln!(text, "yen = {}", any_price(dice, 3_000)),
                1 if of == "volume" => writeln!(text, "free_m3 = {}", dice.random_range(1..=30)),
                _ => writeln!(text, "percent = {}", one_of(dice, &[1, 25, 33, 50, 100])),
            };
            if dice.random_bool(0.3) {
                let _ = writeln!(text, "cap_yen = {}", any_price(dice, 1_500));
            }
        }
    }
}

fn any_mode(dice: &mut ChaCha8Rng) -> &'static str {
    pick(dice, &["floor", "floor", "half_up", "ceiling"])
}

fn any_tiers(dice: &mut ChaCha8Rng) -> String {
    let count = dice.random_range(0..=6);
    let mut tiers: Vec<String> = rising(dice, count, 40)
        .into_iter()
        .map(|to_m3| format!("{{ to_m3 = {to_m3}, yen = {} }}", any_price(dice, 400)))
        .collect();
    tiers.push(format!("{{ yen = {} }}", any_price(dice, 400)));
    tiers.join(", ")
}

fn any_rate(dice: &mut ChaCha8Rng, text: &mut String, tables: usize, may_have_minimum: bool) {
    if dice.random_bool(0.2) {
        let count = dice.random_range(1..=4);
        let mut bounds = rising(dice, count, 15);
        if dice.random_bool(0.3) {
            bounds.insert(0, 0);
        }
        let mut steps: Vec<String> = bounds
            .into_iter()
            .map(|to_m3| format!("{{ to_m3 = {to_m3}, yen = {} }}", any_price(dice, 5_000)))
            .collect();
        if dice.random_bool(0.3) {
            steps.push(format!("{{ yen = {} }}", any_price(dice, 5_000)));
        }
        let _ = writeln!(text, "service_steps = [{}]", steps.join(", "));
        if dice.random_bool(0.3) {
            let _ = writeln!(text, "included_m3 = {}", one_of(dice, &[0, 5, 10]));
        }
    } else {
        let _ = writeln!(text, "service_yen = {}", any_price(dice, 9_000));
        if dice.random_bool(0.5) {
            let _ = writeln!(text, "included_m3 = {}", one_of(dice, &[0, 5, 8, 10, 16, 20]));
        }
    }
    if may_have_minimum && dice.random_bool(0.2) {
        let _ = writeln!(text, "minimum_yen = {}", any_price(dice, 4_000));
    }
    if dice.random_bool(0.1) {
        text.push_str("by_last_tier = true\n");
    }
    if dice.random_bool(0.1) {
        let (each, per) = (one_of(dice, &[1, 1, 5, 10]), pick(dice, &["month", "claim"]));
        let _ = writeln!(text, "unit = {{ name = \"人\", each = {each}, per = \"{per}\" }}");
    }
    if dice.random_bool(0.95) {
        let _ = writeln!(text, "tiers = \"t{}\"", dice.random_range(0..tables));
    }
}

/// One rule for all classes, or rules that differ by class.
fn any_wells(dice: &mut ChaCha8Rng, text: &mut String, is_named: bool) {
    let classes: &[&str] = match dice.random_range(0..2) {
        0 => &[""],
        _ if !is_named => &[""],
        _ => &["use_classes = [\"general\"], ", "use_classes = [\"household\", \"business\"], "],
    };
    let rules: Vec<String> =
        classes.iter().map(|classes| format!("{{ {classes}{} }}", any_well(dice))).collect();
    let _ = match rules.as_slice() {
        [one] => writeln!(text, "well = {one}"),
        more => writeln!(text, "well = [{}]", more.join(", ")),
    };
    if dice.random_bool(0.7) {
        let (percent, m3) = (dice.random_range(0..30), dice.random_range(0..40));
        let _ = writeln!(text, "deduction = {{ from_percent = {percent}, from_m3 = {m3} }}");
    }
}

fn any_apart(dice: &mut ChaCha8Rng) -> Vec<&'static str> {
    let mut kinds = vec!["rent", "service", "volume"];
    kinds.truncate(dice.random_range(1..=3));
    kinds
}

fn any_well(dice: &mut ChaCha8Rng) -> String {
    let months = dice.random_range(1..=2);
    let people = dice.random_range(0..=3);
    let alone = rising(dice, people, 9);
    let people = dice.random_range(0..=2);
    let with_tap = rising(dice, people, 5);
    let [alone_more, with_tap_more] = [dice.random_range(0..6), dice.random_range(0..4)];
    format!(
        "months = {months}, alone_m3 = {alone:?}, alone_more_m3 = {alone_more}, \
         with_tap_m3 = {with_tap:?}, with_tap_more_m3 = {with_tap_more}, at_least_alone = {}",
        dice.random_bool(0.5),
    )
}

/// From days, and perhaps the volume, to months.
fn any_months(dice: &mut ChaCha8Rng) -> &'static str {
    match dice.random_range(0..5) {
        3 => "{ to_days = 15, to_included = \"0.5\", months = \"0.5\" }, { months = \"1\" }",
        0 => {
            "{ to_days = 15, months = \"0.5\" }, { to_days = 31, months = \"1\" }, { months = \"2\" }"
        }
        1 => {
            "{ to_days = 15, months = \"0.5\" }, { to_days = 30, months = \"1\" }, { to_days = 45, months = \"1.5\" }, { months = \"2\" }"
        }
        2 => {
            "{ to_days = 15, to_m3 = 5, months = \"0.5\" }, { to_days = 15, to_m3 = 12, months = \"0.75\" }, { to_m3 = 8, months = \"0.9\" }, { months = \"1\" }"
        }
        _ => {
            "{ to_days = 10, months = \"0.25\" }, { to_days = 40, months = \"0.75\" }, { months = \"1.25\" }"
        }
    }
}
