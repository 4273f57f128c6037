//! Customers (使用者) over the year: what each paid, and would pay, at one connection.

use std::collections::HashMap;

use shared::quantity::Yen;

/// Place of a reason why something has no price.
pub(super) type RefusalNumber = u16;

/// One customer's year.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Customer {
    pub(super) before: Yen,
    pub(super) after: Yen,
    /// Why a claim of it has no price, in the order of the claims.
    pub(super) refused: [Option<RefusalNumber>; 2],
}

impl Customer {
    /// Whether all of the year has a price.
    pub(super) fn is_whole(&self) -> bool {
        self.refused == [None, None]
    }
}

/// The customers of one slice of connections.
#[derive(Default)]
pub(super) struct Customers(HashMap<i64, Customer>);

impl Customers {
    pub(super) fn of(&mut self, connection: i64) -> &mut Customer {
        self.0.entry(connection).or_default()
    }

    /// All of them, to start the next slice with none.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Customer> {
        self.0.drain().map(|(_, customer)| customer)
    }
}
