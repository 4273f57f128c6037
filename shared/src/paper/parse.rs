//! Reading a layout (様式の検査): every line is understood wholly or named as a fault.

mod fault;
mod line;

pub use fault::{Fault, FaultKind};

use line::{Line, Token};

use super::record::Known;
use super::template::{Align, Face, Item, Run, Size, Words};

/// The longest layout in lines; a paper of the longest built-in one has about a hundred.
pub const LINES_MAX: usize = 400;

/// Parts within parts.
const DEPTH_MAX: usize = 8;

/// Reads all lines; the faults of all of them at once.
pub(super) fn parse(text: &str, known: Known) -> Result<Vec<Item>, Vec<Fault>> {
    let mut reader = Reader { known, lists: Vec::new(), faults: Vec::new() };
    let count = text.lines().count();
    if count > LINES_MAX {
        return Err(vec![Fault { line: LINES_MAX + 1, kind: FaultKind::TooLong }]);
    }
    let mut lines = Vec::new();
    for (number, text) in (1..).zip(text.lines()) {
        match Line::read(number, text) {
            Ok(Some(line)) => lines.push(line),
            Ok(None) => {}
            Err(kind) => reader.faults.push(Fault { line: number, kind }),
        }
    }
    let mut rest = lines.iter().peekable();
    let mut items = Vec::new();
    loop {
        let (part, end) = reader.part(&mut rest, 0);
        items.extend(part);
        let Some(end) = end else { break };
        reader.faults.push(Fault { line: end.number, kind: FaultKind::EndWithoutPart });
    }
    reader.faults.sort_by_key(|fault| fault.line);
    if reader.faults.is_empty() { Ok(items) } else { Err(reader.faults) }
}

type Lines<'a> = std::iter::Peekable<std::slice::Iter<'a, Line>>;

struct Reader {
    known: Known,
    /// The lists whose rows are being laid out, the innermost last.
    lists: Vec<String>,
    faults: Vec<Fault>,
}

impl Reader {
    /// Reads up to the line that ends the part (`end`, `else`, `next`), which it hands out.
    fn part<'a>(&mut self, rest: &mut Lines<'a>, depth: usize) -> (Vec<Item>, Option<&'a Line>) {
        let mut items = Vec::new();
        while let Some(line) = rest.next() {
            if matches!(line.command.as_str(), "end" | "else" | "next") {
                return (items, Some(line));
            }
            if depth >= DEPTH_MAX {
                self.faults.push(Fault { line: line.number, kind: FaultKind::TooDeep });
                continue;
            }
            match self.item(line, rest, depth) {
                Ok(item) => items.push(item),
                Err(kind) => self.faults.push(Fault { line: line.number, kind }),
            }
        }
        (items, None)
    }

    fn item(&mut self, line: &Line, rest: &mut Lines, depth: usize) -> Result<Item, FaultKind> {
        match line.command.as_str() {
            "text" => self.text(line),
            "fit" => {
                let (align, tokens) = align(&line.tokens);
                Ok(Item::Fit { runs: self.runs(tokens)?, align })
            }
            "row" => {
                let middle = line.tokens.iter().position(|token| *token == Token::Bar);
                let middle = middle.ok_or(FaultKind::RowWithoutBar)?;
                let left = self.runs(&line.tokens[..middle])?;
                Ok(Item::Row { left, right: self.runs(&line.tokens[middle + 1..])? })
            }
            "gap" => line.done(1, Item::Gap(line.number_at(0, 0..=200)?)),
            "rule" => line.done(1, Item::Rule(line.number_at(0, 1..=12)?)),
            "dots" => line.done(0, Item::Dots),
            "wave" => line.done(0, Item::Wave),
            "bars" => {
                let list = self.list(line)?;
                Ok(Item::Bars { list, face: face(&line.tokens[1..])?.0 })
            }
            _ => self.part_item(line, rest, depth),
        }
    }

    /// What holds a part, up to its `end`. The part is read even where its head is at fault, so that
    /// one slip of the pen is one fault.
    fn part_item(
        &mut self,
        line: &Line,
        rest: &mut Lines,
        depth: usize,
    ) -> Result<Item, FaultKind> {
        let command = line.command.as_str();
        if !["if", "only", "each", "frame", "tag", "code", "columns"].contains(&command) {
            return Err(FaultKind::UnknownCommand(command.to_owned()));
        }
        let head = self.head(line);
        if let Ok(Head::Each(list)) = &head {
            self.lists.push(list.clone());
        }
        let (items, mut end) = self.part(rest, depth + 1);
        let mut second = Vec::new();
        let divider = match command {
            "if" => "else",
            "columns" => "next",
            _ => "end",
        };
        if divider != "end" && end.is_some_and(|end| end.command == divider) {
            (second, end) = self.part(rest, depth + 1);
        }
        if matches!(head, Ok(Head::Each(_))) {
            self.lists.pop();
        }
        match end {
            Some(end) if end.command == "end" => {}
            Some(end) => {
                self.faults.push(Fault { line: end.number, kind: FaultKind::EndWithoutPart });
            }
            None => return Err(FaultKind::NotEnded),
        }
        Ok(head?.with(items, second))
    }

    fn head(&self, line: &Line) -> Result<Head, FaultKind> {
        Ok(match line.command.as_str() {
            "if" => {
                let name = line.word_at(0)?;
                if !self.is_known(name) && !self.known.is_list(name) {
                    return Err(FaultKind::UnknownField(name.to_owned()));
                }
                line.done(1, Head::If(name.to_owned()))?
            }
            "only" => match line.word_at(0)? {
                "58" => line.done(1, Head::Only(false))?,
                "80" => line.done(1, Head::Only(true))?,
                other => return Err(FaultKind::UnknownWord(other.to_owned())),
            },
            "each" => line.done(1, Head::Each(self.list(line)?))?,
            "frame" => {
                let stroke = u8::try_from(line.number_at(0, 1..=8)?).unwrap_or(1);
                line.done(2, Head::Frame(stroke, line.number_at(1, 0..=40)?))?
            }
            "tag" => match self.runs(&line.tokens)?.pop() {
                Some(run) => Head::Tag(run),
                None => return Err(FaultKind::NoText),
            },
            "code" => {
                let name = line.word_at(0)?;
                if !self.is_known(name) {
                    return Err(FaultKind::UnknownField(name.to_owned()));
                }
                line.done(1, Head::Code(name.to_owned()))?
            }
            _ => {
                let percent = u8::try_from(line.number_at(0, 10..=90)?).unwrap_or(50);
                line.done(1, Head::Columns(percent))?
            }
        })
    }

    fn text(&self, line: &Line) -> Result<Item, FaultKind> {
        let (align, tokens) = align(&line.tokens);
        let Some((Token::Text(text), mut rest)) = tokens.split_first() else {
            return Err(FaultKind::NoText);
        };
        let words = self.words(text)?;
        let mut faces = Vec::new();
        loop {
            let (found, after) = face(rest)?;
            faces.push(found);
            match after.split_first() {
                None => return Ok(Item::Text { words, faces, align }),
                Some((Token::Word(word), more)) if word == "or" => rest = more,
                Some((token, _)) => return Err(FaultKind::UnknownWord(token.shown())),
            }
        }
    }

    fn runs(&self, mut tokens: &[Token]) -> Result<Vec<Run>, FaultKind> {
        let mut runs = Vec::new();
        while let Some((first, rest)) = tokens.split_first() {
            let Token::Text(text) = first else {
                return Err(FaultKind::UnknownWord(first.shown()));
            };
            let (face, after) = face(rest)?;
            runs.push(Run { words: self.words(text)?, face });
            tokens = after;
        }
        if runs.is_empty() { Err(FaultKind::NoText) } else { Ok(runs) }
    }

    fn words(&self, text: &str) -> Result<Words, FaultKind> {
        let words = line::words(text)?;
        let unknown = words.fields().find(|name| !self.is_known(name)).map(str::to_owned);
        unknown.map_or(Ok(words), |unknown| Err(FaultKind::UnknownField(unknown)))
    }

    fn list(&self, line: &Line) -> Result<String, FaultKind> {
        let name = line.word_at(0)?;
        if self.known.is_list(name) {
            Ok(name.to_owned())
        } else {
            Err(FaultKind::UnknownList(name.to_owned()))
        }
    }

    fn is_known(&self, name: &str) -> bool {
        self.known.is_field(name)
            || self.lists.iter().any(|list| name == "first" || self.known.is_field_of(list, name))
    }
}

/// The first line of a part.
enum Head {
    If(String),
    Only(bool),
    Each(String),
    Frame(u8, i32),
    Tag(Run),
    Code(String),
    Columns(u8),
}

impl Head {
    fn with(self, items: Vec<Item>, second: Vec<Item>) -> Item {
        match self {
            Head::If(name) => Item::If { name, items, otherwise: second },
            Head::Only(is_wide) => Item::Only { is_wide, items },
            Head::Each(list) => Item::Each { list, items },
            Head::Frame(stroke, padding) => Item::Frame { stroke, padding, items },
            Head::Tag(run) => Item::Tag { run, items },
            Head::Code(field) => Item::Code { field, items },
            Head::Columns(percent) => Item::Columns { percent, left: items, right: second },
        }
    }
}

fn align(tokens: &[Token]) -> (Align, &[Token]) {
    let Some((Token::Word(word), rest)) = tokens.split_first() else {
        return (Align::Left, tokens);
    };
    match word.as_str() {
        "left" => (Align::Left, rest),
        "center" => (Align::Center, rest),
        "right" => (Align::Right, rest),
        _ => (Align::Left, tokens),
    }
}

/// A size and `bold`, each at most once; body text where nothing is said.
fn face(mut tokens: &[Token]) -> Result<(Face, &[Token]), FaultKind> {
    let mut face = Face { is_bold: false, size: Size::Body };
    while let Some((Token::Word(word), rest)) = tokens.split_first() {
        match word.as_str() {
            "or" => break,
            "bold" => face.is_bold = true,
            "small" => face.size = Size::Small,
            "body" => face.size = Size::Body,
            "heading" => face.size = Size::Heading,
            "title" => face.size = Size::Title,
            "name" => face.size = Size::Name,
            "volume" => face.size = Size::Volume,
            "amount" => face.size = Size::Amount,
            dots => match dots.parse::<u8>() {
                Ok(dots @ 16..=160) if dots % 2 == 0 => face.size = Size::Dots(dots),
                Ok(_) => return Err(FaultKind::OutOfRange("16～160の偶数".to_owned())),
                Err(_) => return Err(FaultKind::UnknownWord(word.clone())),
            },
        }
        tokens = rest;
    }
    Ok((face, tokens))
}
