//! Access (利用者・権限): the utility, its staff, who is logged in, and what each may do.

mod login;
mod rights;
mod secret;
mod session;
mod staff;
#[cfg(test)]
mod tests;
mod utility;

pub use login::{Login, authenticate};
pub use rights::{Right, Role};
pub use secret::{SALT_BYTES, hash_secret};
pub use session::{SESSION_HOURS, SessionToken, close_session, open_session, staff_of_session};
pub use staff::{AccessError, NewStaff, Secret, Staff, add_staff, staff_list};
pub use utility::{Utility, create_utility, utility};
