//! What the pages of the masters share (マスターの入力): what was typed, and which field is wrong.

use std::collections::HashMap;

use backoffice::metering::{MasterMistake, MasterRefusal};

use crate::problem::Problem;

/// Names and texts of a form.
pub(super) type Typed = HashMap<String, String>;

/// What the form shows: what was typed, else what holds.
#[derive(Default)]
pub(super) struct Sheet {
    pub values: Typed,
    pub mistakes: Vec<(String, MasterMistake)>,
}

/// A mistake as the page says it.
pub(super) struct Said {
    pub field: String,
    pub code: &'static str,
    pub text: &'static str,
}

impl Sheet {
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |text| text.trim())
    }

    pub fn is_checked(&self, name: &str) -> bool {
        self.value(name) == "yes"
    }

    #[expect(clippy::needless_pass_by_value, reason = "numbers, days and texts alike")]
    pub fn set(&mut self, name: impl Into<String>, value: impl ToString) {
        self.values.insert(name.into(), value.to_string());
    }

    pub fn check(&mut self, name: impl Into<String>, is_checked: bool) {
        if is_checked {
            self.set(name, "yes");
        }
    }

    /// The number in a field; empty is 0, anything else is a mistake of the field.
    pub fn number<N: std::str::FromStr + Default>(&mut self, name: &str, field: &str) -> N {
        let text = self.value(name).replace([',', '，'], "");
        if text.is_empty() {
            return N::default();
        }
        text.parse().unwrap_or_else(|_| {
            self.mistakes.push((field.to_owned(), MasterMistake::OutOfRange));
            N::default()
        })
    }

    pub fn is_wrong(&self, field: &str) -> bool {
        self.mistakes.iter().any(|(wrong, _)| wrong == field)
    }

    /// Every mistake with the label of its field.
    pub fn said(&self, label: impl Fn(&str) -> String) -> Vec<Said> {
        let said = self.mistakes.iter().map(|(field, mistake)| Said {
            field: label(field),
            code: mistake.code(),
            text: backoffice::codes::japanese(mistake.code()).unwrap_or("正しくありません。"),
        });
        said.collect()
    }
}

/// The mistakes of a refusal; what nobody on the page can mend becomes an error page.
pub(super) fn mistakes_of(error: MasterRefusal) -> Result<Vec<(String, MasterMistake)>, Problem> {
    match error {
        MasterRefusal::Mistakes(mistakes) => Ok(mistakes),
        error @ MasterRefusal::Database(_) => Err(Problem::of(&error)),
    }
}
