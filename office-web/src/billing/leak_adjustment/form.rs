//! The form of a leak adjustment (減免の入力): as typed, and what it asks for.

use std::collections::HashMap;

use backoffice::billing::{LeakQuestion, LeakSite};
use jiff::civil::Date;
use shared::billing::leak_adjustment::{LeakCase, LeakRule};
use shared::connection::{MeterSize, UsageClass};
use shared::metering::estimate::{Basis, Fraction, Stretch};
use shared::quantity::CubicMeters;

/// As typed, by the names of the fields.
#[derive(Default)]
pub(super) struct Asked(pub HashMap<String, String>);

type Fault = &'static str;

impl Asked {
    /// Empty where nothing was typed.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    pub fn is(&self, name: &str, value: impl AsRef<str>) -> bool {
        self.text(name) == value.as_ref()
    }

    pub fn has(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// Whether the box of a list is ticked.
    pub fn ticked(&self, kind: &str, index: impl std::fmt::Display) -> bool {
        self.has(&format!("{kind}_{index}"))
    }

    /// Whether the calculation was asked for, and not only the form.
    pub fn is_complete(&self) -> bool {
        self.has("metered") && self.has("reason")
    }

    /// Puts what the connection's history says into fields that were never shown.
    pub fn fill_from(&mut self, site: Option<&LeakSite>, today: Date) {
        let mut fill = |name: &str, value: String| {
            self.0.entry(name.to_owned()).or_insert(value);
        };
        fill("months", site.map_or(2, |site| site.basis.months).to_string());
        fill("days", site.map_or(61, |site| site.basis.days).to_string());
        fill("read_on", site.map_or(today, |site| site.basis.read_on).to_string());
        fill("period_number", "1".into());
        fill("into_sewer", "0".into());
        let Some(site) = site else {
            fill("standard", "hand".into());
            return;
        };
        fill("standard", "rule".into());
        if let Some(newest) = &site.newest {
            fill("metered", newest.usage.0.to_string());
        }
        if let Some(meter) = site.connection.meters.first() {
            fill("size", meter.size.mm().to_string());
        }
        if let Some(agreement) = site.connection.current_agreement() {
            fill("use_class", agreement.use_class.key().into());
        }
        if site.connection.has_sewerage && !self.has("reason") {
            self.0.insert("sewerage".into(), "1".into());
        }
    }

    fn number<T: std::str::FromStr>(&self, name: &str, fault: Fault) -> Result<T, Fault> {
        self.text(name).replace(',', "").parse().map_err(|_| fault)
    }

    fn optional<T: std::str::FromStr>(&self, name: &str, fault: Fault) -> Result<Option<T>, Fault> {
        if self.has(name) { self.number(name, fault).map(Some) } else { Ok(None) }
    }

    /// What is asked, or what is wrong with it in plain words.
    pub fn question(
        &self,
        rule: &LeakRule,
        site: Option<&LeakSite>,
    ) -> Result<LeakQuestion, Fault> {
        let size = MeterSize::new(self.number("size", "口径を選んでください。")?);
        let metered = self.number("metered", "算定した水量を0以上の整数で入れてください。")?;
        Ok(LeakQuestion {
            rule: rule.code.clone(),
            metered: CubicMeters(metered),
            size: size.map_err(|_| "口径を選んでください。")?,
            use_class: UsageClass::from_key(self.text("use_class"))
                .ok_or("用途を選んでください。")?,
            months: self.number("months", "月数を選んでください。")?,
            has_sewerage: self.is("sewerage", "1"),
            case: self.case(rule, site)?,
        })
    }

    fn case(&self, rule: &LeakRule, site: Option<&LeakSite>) -> Result<LeakCase, Fault> {
        let by_hand = if self.is("standard", "hand") {
            let words = "標準水量を0以上の整数で入れてください。";
            Some(CubicMeters(self.number("standard_m3", words)?))
        } else {
            None
        };
        let ticked = |kind: &str, names: Vec<&String>| -> Vec<String> {
            let ticked = names
                .into_iter()
                .enumerate()
                .filter(|(index, _)| self.has(&format!("{kind}_{index}")));
            ticked.map(|(_, name)| name.clone()).collect()
        };
        let percent: Option<u64> =
            self.optional("granted", "減じる割合を0から100までの整数で入れてください。")?;
        Ok(LeakCase {
            reason: self.text("reason").to_owned(),
            causes: ticked("cause", rule.refused_causes.iter().map(|cause| &cause.key).collect()),
            evidence: ticked("evidence", evidence_of(rule)),
            basis: self.basis(site)?,
            standard_by_hand: by_hand,
            into_sewer: CubicMeters(
                self.number("into_sewer", "下水道に流れ込んだ漏水量を整数で入れてください。")?,
            ),
            granted: percent.map(|percent| Fraction::of(percent, 100)),
            period_number: self
                .number("period_number", "何期目かを1以上の整数で入れてください。")?,
            is_extended: self.has("is_extended"),
            last_relief_on: self
                .optional("last_relief_on", "前回の減免の日付を読み取れません。")?,
        })
    }

    fn basis(&self, site: Option<&LeakSite>) -> Result<Basis, Fault> {
        let read_on: Date = self.number("read_on", "検針日を入れてください。")?;
        let days = self.number("days", "日数を1以上の整数で入れてください。")?;
        let months: u8 = self.number("months", "月数を選んでください。")?;
        if days == 0 || !(1..=2).contains(&months) {
            return Err("日数は1以上、月数は1か2にしてください。");
        }
        let mut basis = Basis::new(read_on, days, months);
        if let Some(site) = site {
            basis.months_in_use = site.basis.months_in_use;
            basis.history.clone_from(&site.basis.history);
            basis.history.retain(|period| period.read_on < read_on);
        }
        let words = "修繕後の実測は、日数と水量の両方を整数で入れてください。";
        basis.measured =
            match (self.optional("measured_days", words)?, self.optional("measured_m3", words)?) {
                (Some(days), Some(usage)) => Some(Stretch { days, usage: CubicMeters(usage) }),
                (None, None) => None,
                _ => return Err(words),
            };
        Ok(basis)
    }
}

/// Everything that some reason of the rule asks for, each once.
pub(super) fn evidence_of(rule: &LeakRule) -> Vec<&String> {
    let mut names: Vec<&String> = Vec::new();
    for name in rule.reasons.iter().flat_map(|reason| &reason.evidence) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
