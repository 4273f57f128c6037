//! Published rules of leak adjustments (減免の規程集): the data files that the program carries.

use super::LeakRule;

const FILES: [&str; 13] = [
    include_str!("../../../rules/leak-kasai.toml"),
    include_str!("../../../rules/leak-nisisui.toml"),
    include_str!("../../../rules/leak-tomioka.toml"),
    include_str!("../../../rules/leak-expy-yoko.toml"),
    include_str!("../../../rules/leak-kasama.toml"),
    include_str!("../../../rules/leak-itako.toml"),
    include_str!("../../../rules/leak-kitaibaraki.toml"),
    include_str!("../../../rules/leak-tainai.toml"),
    include_str!("../../../rules/leak-osaka.toml"),
    include_str!("../../../rules/leak-kadogawa.toml"),
    include_str!("../../../rules/leak-miyazaki.toml"),
    include_str!("../../../rules/leak-rifu.toml"),
    include_str!("../../../rules/leak-half-underground.toml"),
];

/// All of them, in the order of the manual.
pub fn leak_rules() -> Vec<LeakRule> {
    let parse = |text: &str| toml::from_str(text).expect("a test parses every file of the program");
    FILES.into_iter().map(parse).collect()
}

/// The rule with a code.
pub fn leak_rule(code: &str) -> Option<LeakRule> {
    leak_rules().into_iter().find(|rule| rule.code == code)
}
