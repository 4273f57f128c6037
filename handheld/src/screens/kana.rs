//! Kana from ten keys (かな入力): あかさたなはまやらわ, the same key again for the next in its row.

/// What each digit writes, from 0 on.
const ROWS: [&str; 10] = [
    "ワヲン",
    "アイウエオ",
    "カキクケコ",
    "サシスセソ",
    "タチツテト",
    "ナニヌネノ",
    "ハヒフヘホ",
    "マミムメモ",
    "ヤユヨ",
    "ラリルレロ",
];

/// Each with its marks, in the order in which the key goes through them.
const MARKED: [&str; 20] = [
    "カガ",
    "キギ",
    "クグ",
    "ケゲ",
    "コゴ",
    "サザ",
    "シジ",
    "スズ",
    "セゼ",
    "ソゾ",
    "タダ",
    "チヂ",
    "ツヅ",
    "テデ",
    "トド",
    "ハバパ",
    "ヒビピ",
    "フブプ",
    "ヘベペ",
    "ホボポ",
];

/// Text under way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kana {
    /// The digit whose row the last character still runs through.
    turning: Option<u8>,
}

impl Kana {
    /// A digit: a new character, or the next of the row in place of the last one.
    pub fn press(&mut self, digit: u8, text: &mut String) {
        let row: Vec<char> = ROWS[usize::from(digit) % 10].chars().collect();
        let last = text.chars().last();
        let place = row.iter().position(|kana| Some(*kana) == last);
        match (self.turning == Some(digit), place) {
            (true, Some(place)) => {
                text.pop();
                text.push(row[(place + 1) % row.len()]);
            }
            _ => text.push(row[0]),
        }
        self.turning = Some(digit);
    }

    /// ゛゜ on the last character, and off again.
    pub fn mark(&mut self, text: &mut String) {
        let Some(last) = text.chars().last() else { return };
        let Some(forms) = MARKED.iter().find(|forms| forms.contains(last)) else { return };
        let forms: Vec<char> = forms.chars().collect();
        let place = forms.iter().position(|form| *form == last).unwrap_or(0);
        text.pop();
        text.push(forms[(place + 1) % forms.len()]);
        self.turning = None;
    }

    /// The last character is as it should be.
    pub fn settle(&mut self) {
        self.turning = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits, `*` for ゛゜, `>` for the next character.
    fn typed(keys: &str) -> String {
        let (mut kana, mut text) = (Kana::default(), String::new());
        for key in keys.chars() {
            match key {
                '*' => kana.mark(&mut text),
                '>' => kana.settle(),
                digit => kana.press(digit as u8 - b'0', &mut text),
            }
        }
        text
    }

    #[test]
    fn names_are_written_with_ten_keys() {
        assert_eq!(typed("34444411122222"), "サトウコ");
        assert_eq!(typed("1>1"), "アア", "the same row twice");
        assert_eq!(typed("22*866*"), "ギヤビ");
        assert_eq!(typed("6*"), "バ");
        assert_eq!(typed("6**"), "パ");
        assert_eq!(typed("6***"), "ハ");
        assert_eq!(typed("111111"), "ア", "a row goes round");
        assert_eq!(typed("000"), "ン");
        assert_eq!(typed("*"), "");
    }
}
