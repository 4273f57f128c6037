//! Search keys (検索キー): how a name, address, number or kana typed at the desk finds its row.
//!
//! Text is folded (width, case, kana size and voicing marks of the long vowel aside) and cut into
//! pairs of characters; a row holds the hashes of all its pairs, a question asks for rows that
//! hold all of its own. The hashes come from a keyed function later; the cut stays the same.

use unicode_normalization::UnicodeNormalization;

/// Folds a text so that different ways of typing the same thing are equal.
///
/// NFKC, hiragana to katakana, small kana to large, no blanks, hyphens or long-vowel marks.
pub fn fold(text: &str) -> String {
    text.nfkc().filter_map(fold_char).collect()
}

fn fold_char(c: char) -> Option<char> {
    let c = match c {
        'ぁ'..='ゖ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        _ => c,
    };
    Some(match c {
        ' ' | '\u{3000}' | '-' | '‐' | '−' | '–' | '—' | 'ー' | '・' | '(' | ')' => {
            return None;
        }
        'ァ' => 'ア',
        'ィ' | 'ヰ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' | 'ヱ' => 'エ',
        'ォ' | 'ヲ' => 'オ',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ヮ' => 'ワ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        'ヂ' => 'ジ',
        'ヅ' => 'ズ',
        'A'..='Z' => c.to_ascii_lowercase(),
        _ => c,
    })
}

/// The pair hashes of one folded text, sorted and without repeats. Empty below two characters.
pub fn pair_tokens(folded: &str) -> Vec<i32> {
    let characters: Vec<char> = folded.chars().collect();
    let mut tokens: Vec<i32> = characters.windows(2).map(|pair| token(pair[0], pair[1])).collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

/// All tokens of a row: the pairs of each of its texts, never across two texts.
pub fn row_tokens<'a>(folded_texts: impl IntoIterator<Item = &'a str>) -> Vec<i32> {
    let mut tokens: Vec<i32> = folded_texts.into_iter().flat_map(pair_tokens).collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

/// FNV-1a over the two code points. A collision costs one needless comparison, nothing more.
fn token(first: char, second: char) -> i32 {
    let mut hash: u32 = 0x811c_9dc5;
    for byte in (first as u32).to_le_bytes().into_iter().chain((second as u32).to_le_bytes()) {
        hash ^= u32::from(byte);
        hash = hash.wrapping_mul(0x0100_0193);
    }
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_of_typing_fold_to_one() {
        for typed in ["キョウコ", "きょうこ", "ｷｮｳｺ", "キヨウコ", " きょう こ"]
        {
            assert_eq!(fold(typed), "キヨウコ", "{typed}");
        }
        assert_eq!(fold("055-235-１１１１"), "0552351111");
        assert_eq!(fold("サトー"), "サト");
    }

    #[test]
    fn a_part_has_a_subset_of_the_tokens() {
        let row = row_tokens([fold("佐藤 京子").as_str(), &fold("サトウキョウコ")]);
        for part in ["藤京", "きょう", "サトウ"] {
            assert!(pair_tokens(&fold(part)).iter().all(|t| row.contains(t)), "{part}");
        }
        assert!(!pair_tokens(&fold("鈴木")).iter().all(|t| row.contains(t)));
    }
}
