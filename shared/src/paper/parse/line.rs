//! One line of a layout (様式の1行): a command, then words and texts in quotes.

use std::ops::RangeInclusive;

use super::FaultKind;
use crate::paper::template::{Piece, Words};

/// A line that says something.
#[derive(Debug)]
pub struct Line {
    /// From 1.
    pub number: usize,
    /// The first word.
    pub command: String,
    /// What follows it.
    pub tokens: Vec<Token>,
}

/// A word of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// Without quotes.
    Word(String),
    /// Within quotes.
    Text(String),
    /// `|`: left of it, right of it.
    Bar,
}

impl Token {
    /// As it stands in the line.
    pub fn shown(&self) -> String {
        match self {
            Token::Word(word) => word.clone(),
            Token::Text(text) => format!("\"{text}\""),
            Token::Bar => "|".to_owned(),
        }
    }
}

impl Line {
    /// Nothing for blank lines and remarks.
    pub fn read(number: usize, text: &str) -> Result<Option<Line>, FaultKind> {
        let mut rest = text.trim();
        if rest.is_empty() || rest.starts_with('#') {
            return Ok(None);
        }
        let mut tokens = Vec::new();
        while !rest.is_empty() {
            let (token, after) = if let Some(quoted) = rest.strip_prefix('"') {
                let (text, after) = quoted.split_once('"').ok_or(FaultKind::QuoteNotEnded)?;
                (Token::Text(text.to_owned()), after)
            } else if let Some(after) = rest.strip_prefix('|') {
                (Token::Bar, after)
            } else {
                let end = rest
                    .find(|at: char| at.is_whitespace() || at == '"' || at == '|')
                    .unwrap_or(rest.len());
                (Token::Word(rest[..end].to_owned()), &rest[end..])
            };
            tokens.push(token);
            rest = after.trim_start();
        }
        match tokens.remove(0) {
            Token::Word(command) => Ok(Some(Line { number, command, tokens })),
            other => Err(FaultKind::UnknownCommand(other.shown())),
        }
    }

    /// The word at a place.
    pub fn word_at(&self, at: usize) -> Result<&str, FaultKind> {
        match self.tokens.get(at) {
            Some(Token::Word(word)) => Ok(word),
            Some(other) => Err(FaultKind::UnknownWord(other.shown())),
            None => Err(FaultKind::WordMissing),
        }
    }

    /// The number at a place.
    pub fn number_at(&self, at: usize, range: RangeInclusive<i32>) -> Result<i32, FaultKind> {
        let word = self.word_at(at)?;
        let number = word.parse().map_err(|_| FaultKind::UnknownWord(word.to_owned()))?;
        let told = format!("{}～{}", range.start(), range.end());
        if range.contains(&number) { Ok(number) } else { Err(FaultKind::OutOfRange(told)) }
    }

    /// The thing, when nothing stands behind its words.
    pub fn done<T>(&self, words: usize, thing: T) -> Result<T, FaultKind> {
        match self.tokens.get(words) {
            Some(extra) => Err(FaultKind::UnknownWord(extra.shown())),
            None => Ok(thing),
        }
    }
}

/// Takes a text with `{fields}` apart.
pub fn words(text: &str) -> Result<Words, FaultKind> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((fixed, after)) = rest.split_once('{') {
        let (field, after) = after.split_once('}').ok_or(FaultKind::BraceNotEnded)?;
        if !fixed.is_empty() {
            pieces.push(Piece::Fixed(fixed.to_owned()));
        }
        pieces.push(Piece::Field(field.trim().to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Fixed(rest.to_owned()));
    }
    Ok(Words(pieces))
}

impl Words {
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Field(name) => Some(name.as_str()),
            Piece::Fixed(_) => None,
        })
    }
}
