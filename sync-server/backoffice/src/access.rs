//! Access (利用者・権限): the utility, its staff, who is logged in, and what each may do.

mod change_password;
mod login;
mod password;
mod rights;
mod secret;
mod session;
mod staff;
#[cfg(test)]
mod tests;
mod utility;

pub use change_password::{ChangePassword, change_password};
pub use login::{Login, authenticate};
pub use password::{
    PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN, PasswordFault, check_password,
};
pub use rights::{Right, Role};
pub use secret::{SALT_BYTES, hash_secret};
pub use session::{
    IDLE_MINUTES, OpenSession, Origin, SESSION_HOURS, SessionToken, close_session,
    end_other_sessions, end_session, open_session, open_sessions, staff_of_session,
};
pub use staff::{AccessError, NewStaff, Secret, Staff, add_staff, staff_list};
pub use utility::{Utility, create_utility, utility};
