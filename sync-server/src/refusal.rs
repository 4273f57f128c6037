//! What a command says when it cannot go on (中止の理由): a stable code, plain Japanese, the cause.

use std::error::Error;
use std::fmt;

/// Why a command ended without having done its work. Not an [`Error`] itself, so that it can be
/// made from any error that knows its code.
#[derive(Debug)]
pub struct Refusal {
    /// Stable; explained in `docs/codes.md`.
    pub code: &'static str,
    /// What happened and what helps.
    pub text: String,
    /// For those who look deeper.
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Refusal {
    /// A refusal that needs no deeper cause.
    pub fn new(code: &'static str, text: impl Into<String>) -> Refusal {
        Refusal { code, text: text.into(), cause: None }
    }

    /// With the error behind it.
    #[must_use]
    pub fn because(self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Refusal {
        Refusal { cause: Some(cause.into()), ..self }
    }

    /// A file or folder that cannot be used.
    pub fn file(path: &std::path::Path, cause: std::io::Error) -> Refusal {
        let text = format!("{} を使えません。場所と権限を確認してください。", path.display());
        Refusal::new("R05", text).because(cause)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "エラー {}: {}", self.code, self.text)?;
        let mut cause: Option<&(dyn Error + 'static)> =
            self.cause.as_deref().map(|cause| cause as _);
        while let Some(error) = cause {
            write!(f, "\n  ({error})")?;
            cause = error.source();
        }
        Ok(())
    }
}
