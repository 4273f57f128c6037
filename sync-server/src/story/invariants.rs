//! The invariants of the main job (不変条件): what must hold at the end, or the story fails.

/// One thing that was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What must hold.
    pub claim: &'static str,
    /// The numbers that were compared.
    pub found: String,
    /// Whether it holds.
    pub holds: bool,
}

/// All that was looked at, in order.
#[derive(Debug, Default)]
pub struct Checks(Vec<Check>);

impl Checks {
    /// Two numbers that must be equal.
    pub fn equal<T: PartialEq + std::fmt::Display>(
        &mut self,
        claim: &'static str,
        left: &T,
        right: &T,
    ) {
        let holds = left == right;
        let sign = if holds { "＝" } else { "≠" };
        self.0.push(Check { claim, found: format!("{left} {sign} {right}"), holds });
    }

    /// A list of exceptions that must be empty.
    pub fn none(&mut self, claim: &'static str, exceptions: &[String]) {
        let holds = exceptions.is_empty();
        let found = if holds { "例外なし".to_owned() } else { exceptions.join("、") };
        self.0.push(Check { claim, found, holds });
    }

    /// Something that was counted and must not be zero: a check of nothing proves nothing.
    pub fn some(&mut self, claim: &'static str, count: u64) {
        self.0.push(Check { claim, found: count.to_string(), holds: count > 0 });
    }

    /// Whether everything holds and anything was looked at.
    pub fn hold(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|check| check.holds)
    }

    /// Everything, in order.
    pub fn all(&self) -> &[Check] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_broken_invariant_fails_the_whole() {
        let mut checks = Checks::default();
        assert!(!checks.hold(), "nothing was looked at");
        checks.equal("計", &1, &1);
        checks.some("件数", 3);
        assert!(checks.hold());
        checks.none("差", &["H01-000001".to_owned()]);
        assert!(!checks.hold());
    }
}
