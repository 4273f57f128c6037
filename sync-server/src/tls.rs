//! TLS (通信の暗号化): the server's own small authority, and certificates that renew themselves.
//!
//! The authority is made once per data folder and is what terminals are enrolled with. The server's
//! certificate lives in memory only: it is made at start and again every month, so that nothing
//! runs out however long the server runs.

mod authority;
mod certificate;

pub use authority::{Authority, TlsError};
pub use certificate::{RENEWAL, server_config};

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_authority_is_made_once_and_its_key_is_nobody_elses_business() {
        let folder = tempfile::tempdir().unwrap();
        let now = "2026-11-24T00:00:00Z".parse().unwrap();
        let later = "2036-11-24T00:00:00Z".parse().unwrap();
        let made = Authority::open(folder.path(), now).unwrap();
        let opened = Authority::open(folder.path(), later).unwrap();
        assert_eq!(made.certificate(), opened.certificate());
        let key = std::fs::metadata(folder.path().join("ca.key")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        server_config(&opened, &names, later).unwrap();
    }

    #[test]
    fn a_name_that_is_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let now = "2026-11-24T00:00:00Z".parse().unwrap();
        let authority = Authority::open(folder.path(), now).unwrap();
        assert!(server_config(&authority, &["水面".to_owned()], now).is_err());
    }
}
