//! The claims (請求の種類): water and sewerage, of their own law each, even on one bill.

use serde::{Deserialize, Serialize};

/// What is claimed: two claims of their own law, even on one bill (水道料金・下水道使用料).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// 水道料金, a claim under private law.
    Water,
    /// 下水道使用料, a claim under public law.
    Sewerage,
}

impl Claim {
    /// Both claims.
    pub const ALL: [Claim; 2] = [Claim::Water, Claim::Sewerage];

    /// The number stored and sent.
    pub fn code(self) -> u8 {
        match self {
            Claim::Water => 1,
            Claim::Sewerage => 2,
        }
    }

    /// The claim with this number.
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Claim::Water),
            2 => Some(Claim::Sewerage),
            _ => None,
        }
    }

    /// The word in files.
    pub fn key(self) -> &'static str {
        match self {
            Claim::Water => "water",
            Claim::Sewerage => "sewerage",
        }
    }

    /// The word on papers.
    pub fn japanese(self) -> &'static str {
        match self {
            Claim::Water => "水道料金",
            Claim::Sewerage => "下水道使用料",
        }
    }
}
