//! Terms of a charge on a terminal (料金の条件): what the amount on a slip depends on besides the reading.

use serde::{Deserialize, Serialize};

use crate::billing::Claim;
use crate::billing::terms::{
    ChargeTerms, LeftToOffice, ReliefGrant, SewageSource, SourceKind, SourceMeasure, Validity,
};
use crate::calendar::{from_unix_days, to_unix_days};
use crate::quantity::CubicMeters;

/// What the charge depends on besides the reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeTermsV1 {
    /// Reliefs that were granted; those that hold are found from the day of the reading.
    pub reliefs: Vec<ReliefV1>,
    /// Water beside the tap, and water that does not reach the sewer.
    pub sources: Vec<SewageSourceV1>,
    /// What the last period of a shared tap left over: water, sewerage.
    pub carried_m3: [u32; 2],
    /// Code of [`LeftToOffice`]: why no amount can be told on the spot; 0 where it can.
    pub left_to_office: u8,
}

/// A relief that was granted (減免).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReliefV1 {
    /// Code of the claim.
    pub claim: u8,
    /// Key in the tariff file.
    pub key: String,
    /// First day.
    pub from_unix_days: i32,
    /// The day after the last.
    pub before_unix_days: Option<i32>,
}

/// Water beside the tap (井戸水等), or water that does not reach the sewer (減量).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SewageSourceV1 {
    /// Whether it is taken off.
    pub deducts: bool,
    /// 1 metered, 2 per head, 3 so much a month.
    pub measure: u8,
    /// What its meter counted in this round, its people, or its m³ a month; `None` where its meter
    /// was not read yet.
    pub figure: Option<u32>,
    /// First day.
    pub from_unix_days: i32,
    /// The day after the last.
    pub before_unix_days: Option<i32>,
}

impl ChargeTermsV1 {
    /// As the charge engine takes them; `None` where they hold what no terms have.
    pub fn terms(&self) -> Option<ChargeTerms> {
        Some(ChargeTerms {
            reliefs: self.reliefs.iter().map(ReliefV1::grant).collect::<Option<_>>()?,
            sources: self.sources.iter().map(SewageSourceV1::source).collect::<Option<_>>()?,
        })
    }

    /// Why no amount can be told on the spot.
    pub fn left_to_office(&self) -> Option<LeftToOffice> {
        LeftToOffice::from_code(self.left_to_office)
    }
}

impl ReliefV1 {
    fn grant(&self) -> Option<ReliefGrant> {
        Some(ReliefGrant {
            id: 0,
            claim: Claim::from_code(self.claim)?,
            key: self.key.clone(),
            validity: validity(self.from_unix_days, self.before_unix_days)?,
            decision: String::new(),
        })
    }
}

impl From<&ReliefGrant> for ReliefV1 {
    fn from(grant: &ReliefGrant) -> Self {
        Self {
            claim: grant.claim.code(),
            key: grant.key.clone(),
            from_unix_days: to_unix_days(grant.validity.from),
            before_unix_days: grant.validity.before.map(to_unix_days),
        }
    }
}

impl SewageSourceV1 {
    fn source(&self) -> Option<SewageSource> {
        let measure = match (self.measure, self.figure) {
            (1, read) => SourceMeasure::Metered(read.map(CubicMeters)),
            (2, Some(people)) => SourceMeasure::PerHead(u16::try_from(people).ok()?),
            (3, Some(monthly)) => SourceMeasure::PerMonth(CubicMeters(monthly)),
            _ => return None,
        };
        Some(SewageSource {
            id: 0,
            kind: if self.deducts { SourceKind::Deducts } else { SourceKind::Adds },
            name: String::new(),
            measure,
            validity: validity(self.from_unix_days, self.before_unix_days)?,
            decision: String::new(),
        })
    }
}

impl From<&SewageSource> for SewageSourceV1 {
    fn from(source: &SewageSource) -> Self {
        let (measure, figure) = match source.measure {
            SourceMeasure::Metered(read) => (1, read.map(|volume| volume.0)),
            SourceMeasure::PerHead(people) => (2, Some(u32::from(people))),
            SourceMeasure::PerMonth(monthly) => (3, Some(monthly.0)),
        };
        Self {
            deducts: source.kind == SourceKind::Deducts,
            measure,
            figure,
            from_unix_days: to_unix_days(source.validity.from),
            before_unix_days: source.validity.before.map(to_unix_days),
        }
    }
}

fn validity(from: i32, before: Option<i32>) -> Option<Validity> {
    let before = match before {
        Some(day) => Some(from_unix_days(day)?),
        None => None,
    };
    Some(Validity { from: from_unix_days(from)?, before })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_arrive_as_they_were_sent() {
        let sent = ChargeTermsV1 {
            reliefs: vec![ReliefV1 {
                claim: 2,
                key: "welfare".into(),
                from_unix_days: 20_000,
                before_unix_days: Some(20_400),
            }],
            sources: vec![
                SewageSourceV1 {
                    deducts: false,
                    measure: 2,
                    figure: Some(3),
                    from_unix_days: 20_000,
                    before_unix_days: None,
                },
                SewageSourceV1 {
                    deducts: true,
                    measure: 1,
                    figure: None,
                    from_unix_days: 20_000,
                    before_unix_days: None,
                },
            ],
            ..ChargeTermsV1::default()
        };
        let terms = sent.terms().unwrap();
        let reliefs: Vec<ReliefV1> = terms.reliefs.iter().map(ReliefV1::from).collect();
        let sources: Vec<SewageSourceV1> = terms.sources.iter().map(SewageSourceV1::from).collect();
        assert_eq!((reliefs, sources), (sent.reliefs.clone(), sent.sources.clone()));
        assert_eq!(sent.left_to_office(), None);
        let unknown = SewageSourceV1 { measure: 9, ..sent.sources[0].clone() };
        assert_eq!(ChargeTermsV1 { sources: vec![unknown], ..sent }.terms(), None);
    }
}
