//! What a password must be (パスワードの条件): long and hard to guess, and nothing else.
//!
//! After NIST SP 800-63B-4 §3.1.1.2: at least 15 characters where the password is the only factor,
//! no rules of composition, no change by calendar, and a comparison with what everybody tries
//! first: common passwords, rows of keys, dates, the user's and the utility's own names.

use unicode_normalization::UnicodeNormalization;
use zxcvbn::{Score, zxcvbn};

/// The fewest characters of a password that is the only factor.
pub const PASSWORD_CHARACTERS_MIN: usize = 15;

/// The most: hashing longer ones would only cost time.
pub const PASSWORD_CHARACTERS_MAX: usize = 200;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Fewer than [`PASSWORD_CHARACTERS_MIN`] characters.
    #[error("the password is too short")]
    Short,
    /// More than [`PASSWORD_CHARACTERS_MAX`] characters.
    #[error("the password is too long")]
    Long,
    /// Among the first that somebody would try.
    #[error("the password is easy to guess")]
    Guessable,
}

impl PasswordFault {
    /// The stable code, explained in [`crate::codes`].
    pub fn code(self) -> &'static str {
        match self {
            PasswordFault::Short | PasswordFault::Long => "A04",
            PasswordFault::Guessable => "A05",
        }
    }
}

/// Whether a password may be used. `context` are words that people around the user know: the login
/// name, the name on the slips, the utility's name.
pub fn check_password(password: &str, context: &[&str]) -> Result<(), PasswordFault> {
    let password = normalized(password);
    let count = password.chars().count();
    if count < PASSWORD_CHARACTERS_MIN {
        return Err(PasswordFault::Short);
    }
    if count > PASSWORD_CHARACTERS_MAX {
        return Err(PasswordFault::Long);
    }
    // A name twice in a row is as easy to guess as once: take the words out and look at the rest.
    let mut rest = password.to_lowercase();
    for word in context.iter().flat_map(|text| text.split_whitespace()) {
        let word = normalized(word).to_lowercase();
        if word.chars().count() >= 2 {
            rest = rest.replace(&word, "");
        }
    }
    let is_names = rest.chars().count() * 2 < count;
    let is_repetition = {
        let mut seen: Vec<char> = password.chars().collect();
        seen.sort_unstable();
        seen.dedup();
        seen.len() < 5
    };
    if is_names || is_repetition || zxcvbn(&password, context).score() < Score::Three {
        return Err(PasswordFault::Guessable);
    }
    Ok(())
}

/// The same password typed on another keyboard is the same (NFKC, as the standard asks).
pub(super) fn normalized(secret: &str) -> String {
    secret.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_the_first_to_be_tried() {
        let check = |password: &str| check_password(password, &["tanaka", "田中 一郎", "水面市"]);
        for good in [
            "朝の川辺をゆっくり歩いて家へ帰る",
            "correct horse battery staple",
            "Qx7 よるのとり mv2 あめ",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for short in ["", "tR5$kk9!aZ", "春の小川はさらさら", "朝の川辺をゆっくり歩いて帰る"]
        {
            assert_eq!(check(short), Err(PasswordFault::Short), "{short}");
        }
        for easy in [
            "passwordpassword",
            "123456789012345",
            "qwertyuiopasdfghjkl",
            "tanakatanakatanaka",
            "田中一郎田中一郎田中一郎田中一郎",
            "水面市水面市水面市水面市水面市",
            "ああああああああああああああああ",
        ] {
            assert_eq!(check(easy), Err(PasswordFault::Guessable), "{easy}");
        }
        assert_eq!(check(&"長".repeat(201)), Err(PasswordFault::Long));
    }

    #[test]
    fn width_does_not_matter() {
        assert_eq!(normalized("ｔａｎａｋａ１２"), "tanaka12");
        assert_eq!(normalized("ﾐｽﾞ"), "ミズ");
    }
}
