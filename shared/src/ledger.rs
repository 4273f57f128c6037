//! The ledger (仕訳): accounts, and transfers that cannot be out of balance.
//!
//! A transfer names the account it debits, the account it credits and a positive amount. Debits
//! and credits are thus equal by construction; a transaction is any number of transfers.

use serde::{Deserialize, Serialize};

use crate::billing::{ChargeAmounts, Claim};
use crate::connection::coded;
use crate::quantity::Yen;

coded! {
    /// An account (勘定科目) of the utility's books.
    Account {
        /// 未収金 for water.
        WaterReceivable = 11, "water_receivable", "未収水道料金";
        /// 未収金 for sewerage.
        SewerageReceivable = 12, "sewerage_receivable", "未収下水道使用料";
        /// 給水収益.
        WaterRevenue = 41, "water_revenue", "給水収益";
        /// 下水道使用料収益.
        SewerageRevenue = 42, "sewerage_revenue", "下水道使用料収益";
        /// 仮受消費税 of the water works.
        WaterTax = 21, "water_tax", "仮受消費税（水道）";
        /// 仮受消費税 of the sewerage works.
        SewerageTax = 22, "sewerage_tax", "仮受消費税（下水道）";
    }
}

/// One movement of money between two accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// 借方.
    pub debit: Account,
    /// 貸方.
    pub credit: Account,
    /// Always above zero.
    pub amount: Yen,
}

impl Transfer {
    /// A movement, or `None` for nothing to move. Negative amounts swap the sides.
    pub fn new(debit: Account, credit: Account, amount: Yen) -> Option<Transfer> {
        match amount.0 {
            0 => None,
            1.. => Some(Transfer { debit, credit, amount }),
            _ => Some(Transfer { debit: credit, credit: debit, amount: Yen(-amount.0) }),
        }
    }
}

/// The postings of an assessment (調定): receivable to revenue without tax, receivable to tax.
pub fn assess(claim: Claim, charged: ChargeAmounts) -> [Option<Transfer>; 2] {
    let (receivable, revenue, tax) = match claim {
        Claim::Water => (Account::WaterReceivable, Account::WaterRevenue, Account::WaterTax),
        Claim::Sewerage => {
            (Account::SewerageReceivable, Account::SewerageRevenue, Account::SewerageTax)
        }
    };
    [
        Transfer::new(receivable, revenue, charged.amount - charged.tax),
        Transfer::new(receivable, tax, charged.tax),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assessment_moves_its_whole_amount_out_of_the_receivable() {
        let charged = ChargeAmounts { amount: Yen(4_097), tax: Yen(372) };
        let moved: Yen =
            assess(Claim::Water, charged).into_iter().flatten().map(|t| t.amount).sum();
        assert_eq!(moved, charged.amount);
        let nothing = ChargeAmounts { amount: Yen(0), tax: Yen(0) };
        assert_eq!(assess(Claim::Sewerage, nothing), [None, None]);
    }

    #[test]
    fn a_negative_amount_swaps_the_sides() {
        let back = Transfer::new(Account::WaterReceivable, Account::WaterRevenue, Yen(-5));
        assert_eq!(
            back,
            Some(Transfer {
                debit: Account::WaterRevenue,
                credit: Account::WaterReceivable,
                amount: Yen(5)
            })
        );
    }
}
