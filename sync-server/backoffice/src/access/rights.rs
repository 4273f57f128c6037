//! Rights and roles (権限): what a page or an action asks for, and who has it.
//!
//! Callers ask for a [`Right`], never for a [`Role`], so that finer roles change this file only.

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Search and open connections with their users (水栓・使用者の照会).
    ViewConnections,
    /// See rounds, routes and readings (検針の照会).
    ViewMetering,
    /// Open and close rounds, assign routes, withdraw connections (検針の管理).
    ManageRounds,
    /// See assessments and bills (調定・請求の照会).
    ViewBilling,
    /// Start a billing run (調定処理).
    RunBilling,
    /// Enter and end reliefs, wells, deductions and the like (料金の条件の管理).
    ManageTerms,
    /// Approve what somebody else proposed: estimates, leak adjustments, corrections (決裁).
    ApproveBilling,
    /// Write, approve and withdraw tariffs, enter golden rows (料金表の管理).
    ManageTariffs,
    /// Enrol and revoke terminals (端末の管理).
    ManageDevices,
    /// Use the practice terminal (操作練習).
    Practise,
}

/// What somebody is employed for (役割).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Works at the office (窓口・料金担当).
    Clerk,
    /// Reads meters (検針員).
    Reader,
    /// Looks after the system (システム管理担当).
    Operator,
}

impl Role {
    /// Whether the role holds the right.
    pub fn may(self, right: Right) -> bool {
        match self {
            Role::Operator => true,
            Role::Clerk => right != Right::ManageDevices,
            Role::Reader => matches!(right, Right::ViewMetering | Right::Practise),
        }
    }

    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            Role::Clerk => "clerk",
            Role::Reader => "reader",
            Role::Operator => "operator",
        }
    }

    /// The role with this word.
    pub fn from_key(key: &str) -> Option<Self> {
        [Role::Clerk, Role::Reader, Role::Operator].into_iter().find(|role| role.key() == key)
    }

    /// The word on pages.
    pub fn japanese(self) -> &'static str {
        match self {
            Role::Clerk => "料金担当",
            Role::Reader => "検針員",
            Role::Operator => "システム管理",
        }
    }
}
