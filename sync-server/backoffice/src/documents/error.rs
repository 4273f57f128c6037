//! Why a paper could not be made. The codes are explained in [`crate::codes`].

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Nothing was to be printed.
    #[error("there is nothing to print")]
    Empty,
    /// The template could not be set, with typst's own words.
    #[error("typst refused the template: {0}")]
    Template(String),
}

impl DocumentError {
    /// The stable code, explained in [`crate::codes`].
    pub fn code(&self) -> &'static str {
        match self {
            DocumentError::Empty => "F01",
            DocumentError::Template(_) => "F02",
        }
    }
}
