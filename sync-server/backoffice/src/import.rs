//! Import (取り込み): a utility's own list of connections, from a documented CSV (`docs/import.md`).
//!
//! [`check`] is pure: it reads the whole file and finds every fault in it, so that a clerk mends the
//! file once and not row by row. [`load`] writes what was checked, in one transaction, and nothing
//! when a connection is registered already. Tariff files go through `billing::store_tariff`.

mod cells;
mod check;
mod columns;
mod dates;
mod duplicates;
mod encoding;
mod fault;
mod load;
mod parents;
mod report;
mod row;
mod table;

pub use check::check;
pub use columns::Column;
pub use encoding::FileEncoding;
pub use fault::Fault;
pub use load::{BadRows, ImportError, Imported, load};
pub use report::Report;
pub use row::{ImportedConnection, ImportedCustomer};

#[cfg(test)]
mod tests;
