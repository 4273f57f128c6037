//! Searching the manual (手引きの検索): every word must stand in a section; kana, width and case do not
//! matter.

use shared::search::fold;

use super::book::{BOOK, Book, Chapter};
use super::markup::Section;

const HITS_MAX: usize = 30;
/// Letters shown before and after what was found.
const AROUND: usize = 36;

/// A section in which all words stand.
pub(crate) struct Hit {
    pub chapter: &'static str,
    pub heading: String,
    pub address: String,
    /// Before, what was found, after.
    pub text: (String, String, String),
}

/// Sections that hold the words, those with a word in their heading first.
pub(crate) fn search(query: &str) -> Vec<Hit> {
    let words: Vec<String> =
        query.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let book: &'static Book = &BOOK;
    let mut found: Vec<(u8, Hit)> = Vec::new();
    for chapter in &book.chapters {
        for section in &chapter.drawn.sections {
            found.extend(hit(chapter, section, &words));
        }
    }
    // Stable: within a rank the order of the book.
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, hit)| hit).take(HITS_MAX).collect()
}

fn hit(chapter: &'static Chapter, section: &Section, words: &[String]) -> Option<(u8, Hit)> {
    let title = fold(chapter.title);
    let heading = fold(&section.heading);
    let text = Folded::of(&section.text);
    let is_in =
        |word: &String| title.contains(word) || heading.contains(word) || text.find(word).is_some();
    if !words.iter().all(is_in) {
        return None;
    }
    let is_headed = words.iter().all(|word| heading.contains(word) || title.contains(word));
    // A chapter is found once by its name, at its head, and not by each of its sections.
    let is_first = section.heading == chapter.title || section.id == chapter.drawn.sections[0].id;
    let is_told = words.iter().any(|word| heading.contains(word) || text.find(word).is_some());
    if !is_told && !is_first {
        return None;
    }
    let place = words.iter().find_map(|word| text.find(word)).unwrap_or(0..0);
    let hit = Hit {
        chapter: chapter.title,
        heading: if section.heading.is_empty() {
            chapter.title.to_owned()
        } else {
            section.heading.clone()
        },
        address: format!("{}#{}", chapter.address, section.id),
        text: around(&section.text, place),
    };
    Some((u8::from(!is_headed), hit))
}

fn around(text: &str, place: std::ops::Range<usize>) -> (String, String, String) {
    let letters: Vec<char> = text.chars().collect();
    let from = place.start.saturating_sub(AROUND);
    let to = (place.end + AROUND).min(letters.len());
    let piece = |range: std::ops::Range<usize>| letters[range].iter().collect::<String>();
    let mut before = piece(from..place.start);
    let mut after = piece(place.end..to);
    if from > 0 {
        before.insert(0, '…');
    }
    if to < letters.len() {
        after.push('…');
    }
    (before, piece(place), after)
}

/// A folded text that knows from which letter each of its own came.
struct Folded {
    text: String,
    /// For each byte of `text` the place of its letter.
    places: Vec<usize>,
}

impl Folded {
    fn of(text: &str) -> Folded {
        let mut folded = Folded { text: String::new(), places: Vec::new() };
        let mut buffer = [0; 4];
        for (place, letter) in text.chars().enumerate() {
            let one = fold(letter.encode_utf8(&mut buffer));
            folded.places.resize(folded.places.len() + one.len(), place);
            folded.text.push_str(&one);
        }
        folded
    }

    /// The letters of the unfolded text among which the word stands.
    fn find(&self, word: &str) -> Option<std::ops::Range<usize>> {
        let at = self.text.find(word)?;
        let last = at + word.len() - 1;
        Some(self.places[at]..self.places[last] + 1)
    }
}
