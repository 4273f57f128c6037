//! The shape of a tariff file (項目と値の形): all that does not fit, told at once.
//!
//! serde stops at the first thing that does not fit. So each is told, taken out or filled in, and
//! the file is read again, until it has a shape or cannot be helped. What was filled in lies behind
//! the end of the text, so that nothing is told of it.

use std::ops::Range;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{FaultKind, TariffFault};
use super::form::FileForm;

/// More things that do not fit than anybody corrects in one go.
const REPAIRS_MAX: usize = 2_000;

/// What a filled-in value may be, tried one after the other.
const FILLINGS: [&str; 4] = ["\"1\"", "1", "{}", "[]"];

/// The form, as far as one can be made of the text, and all that does not fit in it.
pub(super) fn read(text: &str) -> (Option<FileForm>, Vec<TariffFault>) {
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return (None, syntax(text, &errors));
    }
    let mut repair = Repair { text, root, faults: Vec::new(), filled: Vec::new() };
    for _ in 0..REPAIRS_MAX {
        match FileForm::deserialize(repair.root.clone().into_deserializer()) {
            Ok(form) => return (Some(form), repair.faults),
            Err(error) if repair.mend(&error) => {}
            Err(_) => break,
        }
    }
    (None, repair.faults)
}

/// The first fault of each line: what follows on it only follows from it.
fn syntax(text: &str, errors: &[toml::de::Error]) -> Vec<TariffFault> {
    let mut faults: Vec<TariffFault> = Vec::new();
    for error in errors {
        let kind = FaultKind::Syntax(error.message().trim().replace('\n', " "));
        let fault = TariffFault::at(text, error.span().map_or(0, |span| span.start), kind);
        if faults.iter().all(|told| told.line != fault.line) {
            faults.push(fault);
        }
    }
    faults
}

struct Repair<'t> {
    text: &'t str,
    root: Spanned<DeTable<'t>>,
    faults: Vec<TariffFault>,
    /// How many fillings were tried at each place behind the text.
    filled: Vec<usize>,
}

impl<'t> Repair<'t> {
    /// Tells the error and changes the tree so that it does not come back; `false` if it cannot.
    fn mend(&mut self, error: &toml::de::Error) -> bool {
        let span = error.span().unwrap_or_else(|| self.root.span());
        let kind = kind_of(error.message());
        let is_ours = span.start > self.text.len();
        let mended = match &kind {
            FaultKind::UnknownKey(_) => remove_key(self.root.get_mut(), &span),
            FaultKind::MissingKey(key) => self.fill_in(key, &span),
            _ if is_ours => self.fill_again(&span, error.message()),
            _ => {
                let filling = self.filling();
                replace(self.root.get_mut(), &span, &filling)
            }
        };
        if !is_ours {
            self.faults.push(TariffFault::at(self.text, span.start, kind));
        }
        mended
    }

    /// A first filling at a place of its own, behind the text.
    fn filling(&mut self) -> Spanned<DeValue<'t>> {
        let place = self.text.len() + 1 + 2 * self.filled.len();
        self.filled.push(0);
        Spanned::new(place..place + 1, value(FILLINGS[0]))
    }

    fn fill_in(&mut self, key: &str, span: &Range<usize>) -> bool {
        let filling = self.filling();
        let key = Spanned::new(filling.span(), key.to_owned().into());
        let is_root = self.root.span() == *span && !self.root.get_ref().contains_key(&key);
        let table = if is_root {
            Some(self.root.get_mut())
        } else {
            table_at(self.root.get_mut(), span, &key)
        };
        table.is_some_and(|table| table.insert(key, filling).is_none())
    }

    /// The next filling of a place; a word that the message offers comes first.
    fn fill_again(&mut self, span: &Range<usize>, message: &str) -> bool {
        let place = (span.start - self.text.len() - 1) / 2;
        let Some(tried) = self.filled.get_mut(place) else { return false };
        let offered = message.starts_with("unknown variant").then(|| message.split('`').nth(3));
        let filling = if let Some(word) = offered.flatten() {
            DeValue::String(word.to_owned().into())
        } else {
            *tried += 1;
            let Some(next) = FILLINGS.get(*tried) else { return false };
            value(next)
        };
        replace(self.root.get_mut(), span, &Spanned::new(span.clone(), filling))
    }
}

fn value(text: &'static str) -> DeValue<'static> {
    DeValue::parse(text).expect("the fillings are TOML").into_inner()
}

/// What serde says, in our words.
fn kind_of(message: &str) -> FaultKind {
    let quoted = || message.split('`').nth(1).unwrap_or_default().to_owned();
    if message.starts_with("unknown field") {
        FaultKind::UnknownKey(quoted())
    } else if message.starts_with("missing field") {
        FaultKind::MissingKey(quoted())
    } else {
        FaultKind::UnfitValue(message.trim().replace('\n', " "))
    }
}

/// The values of a table or list, however deep, until one is done with.
fn any_value<'v, 't>(
    table: &'v mut DeTable<'t>,
    done: &mut dyn FnMut(&mut Spanned<DeValue<'t>>) -> bool,
) -> bool {
    table.iter_mut().any(|(_, value)| any_below(value, done))
}

fn any_below<'t>(
    value: &mut Spanned<DeValue<'t>>,
    done: &mut dyn FnMut(&mut Spanned<DeValue<'t>>) -> bool,
) -> bool {
    if done(value) {
        return true;
    }
    match value.get_mut() {
        DeValue::Table(table) => any_value(table, done),
        DeValue::Array(list) => list.iter_mut().any(|value| any_below(value, done)),
        _ => false,
    }
}

fn replace<'t>(
    root: &mut DeTable<'t>,
    span: &Range<usize>,
    filling: &Spanned<DeValue<'t>>,
) -> bool {
    any_value(root, &mut |value| {
        let is_it = value.span() == *span;
        if is_it {
            *value = filling.clone();
        }
        is_it
    })
}

fn remove_key(root: &mut DeTable<'_>, span: &Range<usize>) -> bool {
    fn remove(table: &mut DeTable<'_>, span: &Range<usize>) -> bool {
        let key = table.keys().find(|key| key.span() == *span).cloned();
        key.is_some_and(|key| table.remove(&key).is_some())
    }
    remove(root, span)
        || any_value(root, &mut |value| match value.get_mut() {
            DeValue::Table(table) => remove(table, span),
            _ => false,
        })
}

/// The table at a place that lacks a key.
fn table_at<'r, 't>(
    root: &'r mut DeTable<'t>,
    span: &Range<usize>,
    key: &Spanned<std::borrow::Cow<'t, str>>,
) -> Option<&'r mut DeTable<'t>> {
    for (_, value) in root.iter_mut() {
        if let Some(table) = table_in(value, span, key) {
            return Some(table);
        }
    }
    None
}

fn table_in<'r, 't>(
    value: &'r mut Spanned<DeValue<'t>>,
    span: &Range<usize>,
    key: &Spanned<std::borrow::Cow<'t, str>>,
) -> Option<&'r mut DeTable<'t>> {
    let is_here = value.span() == *span;
    match value.get_mut() {
        DeValue::Table(table) => {
            if is_here && !table.contains_key(key) {
                Some(table)
            } else {
                table_at(table, span, key)
            }
        }
        DeValue::Array(list) => list.iter_mut().find_map(|value| table_in(value, span, key)),
        _ => None,
    }
}
