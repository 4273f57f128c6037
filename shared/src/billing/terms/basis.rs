//! The basis of a charge (算定の根拠), as it is stored with an assessment and told on its page.
//!
//! Stored as JSON: fields are only ever added, each with a default, so that what was stored before
//! is read as it was meant.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::SewageWorking;
use crate::billing::charge::ChargeInput;
use crate::billing::volume::{DifferenceTolerance, MasterDifference, master_difference};
use crate::calendar::japanese_date;
use crate::quantity::{CubicMeters, grouped};

/// What a charge was made by, besides its reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeBasis {
    /// The parts of a period that was cut, before the last one, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<BasisPart>,
    /// First and last day of the last part, where the period was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<(Date, Date)>,
    /// The meters of a period in which one was exchanged, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meters: Vec<MeterVolume>,
    /// What is billed of these meters' water, where estimates were settled with it (認定の精算).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<CubicMeters>,
    /// Master less submeters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master: Option<MasterBasis>,
    /// How the sewage was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sewage: Option<SewageWorking>,
    /// The reliefs that were taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reliefs: Vec<ReliefGround>,
    /// What came from the period before.
    #[serde(default)]
    pub carried_in: CubicMeters,
}

/// A part of a period that was cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasisPart {
    /// Key of the schedule that it was charged by.
    pub tariff: i64,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// What the schedule was asked.
    pub input: ChargeInput,
}

/// What went through one meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterVolume {
    /// Number on the meter.
    pub number: String,
    /// 口径 in mm.
    pub size_mm: u16,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The dials before.
    pub first: u32,
    /// The dials after.
    pub last: u32,
    /// 使用水量.
    pub usage: CubicMeters,
}

/// Master less submeters (差水量).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MasterBasis {
    /// What the master meter counted.
    pub master: CubicMeters,
    /// What each submeter counted.
    pub submeters: Vec<SubmeterVolume>,
    /// Up to which difference nobody is billed.
    pub tolerance: DifferenceTolerance,
}

/// What a submeter counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmeterVolume {
    /// 水栓番号.
    pub number: String,
    /// 使用水量.
    pub usage: CubicMeters,
}

/// A relief that was taken, and who decided it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReliefGround {
    /// Key of the grant.
    pub id: i64,
    /// Name of the relief.
    pub name: String,
    /// The decision in words.
    pub decision: String,
}

impl MasterBasis {
    /// What is billed; `None` when the submeters show more.
    pub fn billed(&self) -> Option<CubicMeters> {
        let submeters: Vec<CubicMeters> = self.submeters.iter().map(|sub| sub.usage).collect();
        match master_difference(self.master, &submeters, self.tolerance) {
            MasterDifference::Billed(volume) => Some(volume),
            MasterDifference::Tolerated => Some(CubicMeters(0)),
            MasterDifference::SubmetersAbove(_) => None,
        }
    }
}

impl ChargeBasis {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether its own figures lead to the volume that was charged.
    pub fn leads_to(&self, charged: CubicMeters) -> bool {
        let counted = self.meters.iter().map(|meter| meter.usage.0).sum::<u32>();
        let metered = self.settled.map_or(counted, |settled| settled.0);
        let tap = match &self.master {
            Some(master) => {
                if !self.meters.is_empty() && metered != master.master.0 {
                    return false;
                }
                master.billed()
            }
            None if self.meters.is_empty() => None,
            None => Some(CubicMeters(metered)),
        };
        let volume = match (&self.sewage, tap) {
            (Some(sewage), tap) => {
                if !sewage.adds_up() || tap.is_some_and(|tap| tap != sewage.tap) {
                    return false;
                }
                sewage.volume
            }
            (None, Some(tap)) => tap,
            // Nothing but the reading: the input is all there is.
            (None, None) => return self.master.is_none(),
        };
        volume.0.checked_add(self.carried_in.0) == Some(charged.0)
    }

    /// What the charge was made by, line by line.
    pub fn japanese(&self) -> Vec<String> {
        let m3 = |volume: CubicMeters| format!("{} m³", grouped(i64::from(volume.0)));
        let mut lines: Vec<String> = self.meters.iter().map(MeterVolume::japanese).collect();
        if let Some(settled) = self.settled {
            lines.push(format!("認定の精算などの後の水量 {}", m3(settled)));
        }
        if let Some(master) = &self.master {
            let submeters: u32 = master.submeters.iter().map(|sub| sub.usage.0).sum();
            lines.push(format!(
                "親メーター {} − 子メーター{}個の合計 {} ＝ 差水量",
                m3(master.master),
                master.submeters.len(),
                m3(CubicMeters(submeters)),
            ));
            if master.billed() == Some(CubicMeters(0)) && submeters != master.master.0 {
                let DifferenceTolerance { percent, m3 } = master.tolerance;
                lines.push(format!(
                    "差水量は許容の範囲内（親メーターの{percent}％まで、または{m3} m³まで）なので、0 m³として算定します"
                ));
            }
        }
        lines.extend(self.sewage.iter().flat_map(SewageWorking::japanese));
        if self.carried_in.0 > 0 {
            lines.push(format!("前期からの繰越水量 {} を含みます", m3(self.carried_in)));
        }
        for relief in &self.reliefs {
            lines.push(format!("減免: {}（{}）", relief.name, relief.decision));
        }
        lines
    }
}

impl MeterVolume {
    fn japanese(&self) -> String {
        format!(
            "メーター {}（口径{}mm）{}〜{}　指針 {} → {}　{} m³",
            self.number,
            self.size_mm,
            japanese_date(self.from),
            japanese_date(self.to),
            self.first,
            self.last,
            grouped(i64::from(self.usage.0)),
        )
    }
}
