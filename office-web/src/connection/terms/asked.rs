//! The forms of the terms (料金の条件の入力): as typed, and what they ask for.

use std::collections::HashMap;

use backoffice::billing::{NewClassChange, NewMeasure, NewTerm, TermDecision, TermEntry};
use jiff::civil::Date;
use shared::billing::Claim;
use shared::billing::terms::SourceKind;
use shared::billing::volume::DifferenceTolerance;
use shared::connection::UsageClass;
use shared::ids::{RoundId, StaffId};

/// As typed, by the names of the fields.
pub(super) struct Asked {
    typed: HashMap<String, String>,
    today: String,
}

impl Asked {
    pub fn new(typed: HashMap<String, String>, today: Date) -> Self {
        Self { typed, today: today.to_string() }
    }

    pub fn today(&self) -> &str {
        &self.today
    }

    /// Empty where nothing was typed.
    pub fn text(&self, name: &str) -> &str {
        self.typed.get(name).map_or("", |text| text.trim())
    }

    pub fn is(&self, name: &str, value: &str) -> bool {
        self.text(name) == value
    }

    pub fn into_typed(self) -> HashMap<String, String> {
        self.typed
    }

    /// Whether the clerk knows that what is assessed stays.
    pub fn accepts_assessed(&self) -> bool {
        self.is("accepts", "1")
    }

    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).replace(',', "").parse().ok()
    }

    pub fn round(&self) -> Option<RoundId> {
        self.number("round").map(RoundId)
    }

    fn decision(&self) -> Option<TermDecision> {
        Some(TermDecision {
            document: self.text("document").to_owned(),
            decided_on: self.number("decided_on")?,
            decided_by: StaffId(self.number("decided_by")?),
            note: self.text("note").to_owned(),
        })
    }

    /// A relief, a source or a tolerance; `None` where something cannot be read.
    pub fn entry(&self) -> Option<TermEntry> {
        let until = match self.text("until") {
            "" => None,
            _ => Some(self.number("until")?),
        };
        let term = match self.text("kind") {
            "relief" => self.relief()?,
            "source" => self.source()?,
            "tolerance" => {
                let (percent, m3) = (self.number("percent")?, self.number("m3")?);
                NewTerm::Tolerance(DifferenceTolerance { percent, m3 })
            }
            _ => return None,
        };
        Some(TermEntry { term, from: self.number("from")?, until, decision: self.decision()? })
    }

    /// `1:welfare`.
    fn relief(&self) -> Option<NewTerm> {
        let (claim, key) = self.text("relief").split_once(':')?;
        let claim = Claim::from_code(claim.parse().ok()?)?;
        Some(NewTerm::Relief { claim, key: key.to_owned() })
    }

    fn source(&self) -> Option<NewTerm> {
        let kind = match self.text("source_kind") {
            "adds" => SourceKind::Adds,
            "deducts" => SourceKind::Deducts,
            _ => return None,
        };
        let measure = match self.text("measure") {
            "metered" => NewMeasure::Metered {
                number: self.text("meter_number").to_owned(),
                digits: self.number("digits")?,
                first: self.number("first")?,
            },
            "per_head" => NewMeasure::PerHead(self.number("people")?),
            "per_month" => NewMeasure::PerMonth(self.number("monthly")?),
            _ => return None,
        };
        Some(NewTerm::Source { kind, name: self.text("name").to_owned(), measure })
    }

    /// A change of the use class; `None` where something cannot be read.
    pub fn class_change(&self) -> Option<NewClassChange> {
        let register = match self.text("register") {
            "" => None,
            _ => Some(self.number("register")?),
        };
        Some(NewClassChange {
            on: self.number("on")?,
            to: UsageClass::from_key(self.text("to"))?,
            register,
            decision: self.decision()?,
        })
    }
}
