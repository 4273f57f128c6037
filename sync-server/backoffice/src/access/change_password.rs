//! Changing one's own password (パスワードの変更): the old one is asked, the other sessions end.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::login::{Login, authenticate};
use super::password::{PasswordFault, check_password};
use super::session::{SessionToken, end_other_sessions};
use super::staff::{Secret, Staff};
use super::utility::utility;
use crate::Backoffice;

/// What came of changing a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangePassword {
    /// The new one holds; so many other sessions were ended.
    Changed {
        /// How many.
        ended: u64,
    },
    /// The old one is wrong. Code A06.
    WrongOld,
    /// Too many wrong ones. Code A02.
    Locked,
    /// The new one cannot be used.
    Fault(PasswordFault),
}

impl ChangePassword {
    /// The stable code of a refusal, explained in [`crate::codes`].
    pub fn code(self) -> Option<&'static str> {
        match self {
            ChangePassword::Changed { .. } => None,
            ChangePassword::WrongOld => Some("A06"),
            ChangePassword::Locked => Some("A02"),
            ChangePassword::Fault(fault) => Some(fault.code()),
        }
    }
}

/// Changes the password of whoever asks. Wrong old ones count as wrong log-ins do: an unlocked
/// screen is no way to try passwords.
pub async fn change_password(
    office: &Backoffice,
    staff: &Staff,
    own: SessionToken,
    old: &str,
    new: Secret,
    now: Timestamp,
) -> sqlx::Result<ChangePassword> {
    let utility = utility(office).await?;
    let utility = utility.as_ref().map_or("", |utility| &utility.name);
    let context = [staff.login_name.as_str(), staff.display_name.as_str(), utility];
    if let Err(fault) = check_password(&new.text, &context) {
        return Ok(ChangePassword::Fault(fault));
    }
    match authenticate(office, &staff.login_name, old, "", now).await? {
        Login::Wrong => return Ok(ChangePassword::WrongOld),
        Login::Locked => return Ok(ChangePassword::Locked),
        Login::Welcome(_) => {}
    }
    let hash = new.hash().await;
    sqlx::query(
        "update access.staff set password_hash = $3, password_changed_at = $4
         where utility_id = $1 and staff_id = $2",
    )
    .bind(office.utility.0)
    .bind(staff.id.0)
    .bind(hash)
    .bind(now.to_sqlx())
    .execute(&office.pool)
    .await?;
    let ended = end_other_sessions(office, staff.id, own).await?;
    Ok(ChangePassword::Changed { ended })
}
