//! Password and PIN hashes (パスワードの保管): argon2id in PHC form and nothing else.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};
use argon2::{Algorithm, Argon2, Params, Version};

use super::password::normalized;

/// Bytes of salt that each hash needs; they come from the caller's random source.
pub const SALT_BYTES: usize = 16;

/// What an unknown user's password is held against, so that it takes as long as a known one's.
/// Nobody's password: its hash part is zeros.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// OWASP's recommendation for argon2id: 19 MiB, two passes, one lane.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("OWASP's parameters are within bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The PHC text of a password or PIN. Takes tens of milliseconds: call it off the async threads.
pub fn hash_secret(secret: &str, salt: [u8; SALT_BYTES]) -> String {
    let hash: phc::PasswordHash = hasher()
        .hash_password_with_salt(normalized(secret).as_bytes(), &salt)
        .expect("the salt has a length that argon2 takes, and secrets are bounded by their forms");
    hash.to_string()
}

/// Whether the secret is the one behind `stored`. Does the same work when there is none.
pub(super) fn is_secret(secret: &str, stored: Option<&str>) -> bool {
    let parsed = phc::PasswordHash::new(stored.unwrap_or(NOBODY))
        .or_else(|_| phc::PasswordHash::new(NOBODY));
    let Ok(parsed) = parsed else { return false };
    let is_equal = hasher().verify_password(normalized(secret).as_bytes(), &parsed).is_ok();
    is_equal && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_again_and_only_that() {
        let stored = hash_secret("春の小川", [7; SALT_BYTES]);
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(is_secret("春の小川", Some(&stored)));
        assert!(!is_secret("春の小川 ", Some(&stored)));
        let half = hash_secret("ﾐｽﾞ12", [7; SALT_BYTES]);
        assert!(is_secret("ミズ１２", Some(&half)), "the same on another keyboard");
        assert!(!is_secret("春の小川", None));
        assert!(!is_secret("", Some("no hash at all")));
        assert!(phc::PasswordHash::new(NOBODY).is_ok(), "or unknown users would answer faster");
    }
}
