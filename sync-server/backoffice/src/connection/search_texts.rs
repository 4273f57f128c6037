//! What the search knows of a connection (検索の対象): its texts, folded as a caller might say them.

use shared::search::{fold, row_tokens};

/// The texts of one connection, as stored.
#[derive(Debug, Clone, Default)]
pub(super) struct SearchTexts {
    pub number: String,
    pub town: String,
    pub town_kana: String,
    pub block: String,
    pub building: String,
    pub room: String,
    pub name: String,
    pub kana: String,
    pub telephone: String,
    pub meter_number: String,
}

impl SearchTexts {
    /// One folded text a line. The address stands three times: as written, with the chome in
    /// figures, and as people type it (相生一丁目3番12号, 相生1丁目3番12号, 相生1-3-12).
    pub fn folded_lines(&self) -> Vec<String> {
        let in_figures = chome_in_figures(&self.town);
        let place = format!("{}{}", self.building, self.room);
        let mut lines: Vec<String> = [
            self.name.clone(),
            self.kana.clone(),
            format!("{}{}{place}", self.town, self.block),
            format!("{in_figures}{}{place}", self.block),
            short_form(&format!("{in_figures}{}", self.block)),
            self.town_kana.clone(),
            self.telephone.clone(),
            self.meter_number.clone(),
            self.number.clone(),
        ]
        .iter()
        .map(|text| fold(text))
        .filter(|line| !line.is_empty())
        .collect();
        lines.dedup();
        lines
    }
}

/// The lines as one text, and the hashes of their pairs.
pub(super) fn entry_of(lines: &[String]) -> (String, Vec<i32>) {
    (lines.join("\n"), row_tokens(lines.iter().map(String::as_str)))
}

/// 相生一丁目 → 相生1丁目; names without a chome stay as they are.
fn chome_in_figures(town: &str) -> String {
    const FIGURES: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let Some((before, after)) = town.split_once("丁目") else { return town.to_owned() };
    let mut characters: Vec<char> = before.chars().collect();
    let mut chome = 0;
    let mut unit = 1;
    while let Some(&last) = characters.last() {
        if last == '十' {
            unit = 10;
            // A bare 十 is ten; a figure before it makes it that many tens.
            chome += if ends_in_figure(&characters, &FIGURES) { 0 } else { 10 };
        } else if let Some(figure) = FIGURES.iter().position(|known| *known == last) {
            chome += figure * unit;
        } else {
            break;
        }
        characters.pop();
    }
    if chome == 0 {
        return town.to_owned();
    }
    let name: String = characters.into_iter().collect();
    format!("{name}{chome}丁目{after}")
}

fn ends_in_figure(characters: &[char], figures: &[char]) -> bool {
    characters.iter().rev().nth(1).is_some_and(|before| figures.contains(before))
}

/// 相生1丁目3番12号 → 相生1-3-12 (whose hyphens fold away).
fn short_form(address: &str) -> String {
    let mut short = address.replace("丁目", "-");
    for word in ["番地の", "番地", "番"] {
        short = short.replace(word, "-");
    }
    short.replace('号', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_however_it_is_typed() {
        let texts = SearchTexts {
            town: "相生一丁目".into(),
            block: "3番12号".into(),
            building: "水面荘".into(),
            room: "101".into(),
            ..SearchTexts::default()
        };
        let (folded, _) = entry_of(&texts.folded_lines());
        for typed in ["相生一丁目3番", "相生１丁目３番１２号", "相生1-3-12", "水面荘１０１"]
        {
            assert!(folded.contains(&fold(typed)), "{typed} in {folded}");
        }
    }

    #[test]
    fn chome_are_read_up_to_ninety_nine() {
        for (town, expected) in [
            ("相生一丁目", "相生1丁目"),
            ("中央十丁目", "中央10丁目"),
            ("中央十二丁目", "中央12丁目"),
            ("中央二十丁目", "中央20丁目"),
            ("三吉二丁目", "三吉2丁目"),
            ("古府中町", "古府中町"),
        ] {
            assert_eq!(chome_in_figures(town), expected);
        }
    }
}
