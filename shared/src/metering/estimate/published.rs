//! Published rules of estimates (認定の規程集): the data files that the program carries.

use super::EstimateRule;

const FILES: [&str; 12] = [
    include_str!("../../../rules/estimate-kasama.toml"),
    include_str!("../../../rules/estimate-sakatsuru.toml"),
    include_str!("../../../rules/estimate-kitaibaraki.toml"),
    include_str!("../../../rules/estimate-noda.toml"),
    include_str!("../../../rules/estimate-osaka.toml"),
    include_str!("../../../rules/estimate-echizen.toml"),
    include_str!("../../../rules/estimate-tainai.toml"),
    include_str!("../../../rules/estimate-nogata.toml"),
    include_str!("../../../rules/estimate-iwate-chubu.toml"),
    include_str!("../../../rules/estimate-suzuka.toml"),
    include_str!("../../../rules/estimate-mean-correct.toml"),
    include_str!("../../../rules/estimate-manual.toml"),
];

/// All of them, in the order of the manual.
pub fn estimate_rules() -> Vec<EstimateRule> {
    let parse = |text: &str| toml::from_str(text).expect("a test parses every file of the program");
    FILES.into_iter().map(parse).collect()
}

/// The rule with a code.
pub fn estimate_rule(code: &str) -> Option<EstimateRule> {
    estimate_rules().into_iter().find(|rule| rule.code == code)
}
