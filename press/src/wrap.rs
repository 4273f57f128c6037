//! Breaking lines (改行・禁則): no figure is torn apart, no line begins with a closing mark.

/// Must not begin a line. The blank is here so that it stays behind at the end of the one before.
const NOT_FIRST: &str =
    " 、。，．,.・：；:;？！?!）)」』】〕］}ー～々ゝゞぁぃぅぇぉっゃゅょァィゥェォッャュョ％%様";

/// Must not end a line.
const NOT_LAST: &str = "（(「『【〔［{¥〒～";

/// Stay with the figure before them.
const COUNTERS: &str = "丁番号階室年月日時分円";

/// Breaks a text into lines of at most `width_max`, as `width` measures.
///
/// Breaks at a blank, a bracket or the end of a sentence are taken where the line is well filled
/// already. A piece that fits no line by itself is broken anywhere: nothing runs off the paper.
pub fn wrap(text: &str, width_max: i32, width: impl Fn(&str) -> i32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut rest = paragraph.trim_end();
        while width(rest) > width_max {
            let end = line_end(rest, width_max, &width);
            lines.push(rest[..end].trim_end().to_owned());
            rest = rest[end..].trim_start();
        }
        lines.push(rest.to_owned());
    }
    lines
}

/// Where the first line of a text ends that is too long for one. Never zero.
fn line_end(text: &str, width_max: i32, width: impl Fn(&str) -> i32) -> usize {
    let fits = |end: &usize| width(text[..*end].trim_end()) <= width_max;
    let is_well_filled = |end: &usize| width(text[..*end].trim_end()) * 2 >= width_max;
    let breaks: Vec<(usize, bool)> = breaks(text).take_while(|(end, _)| fits(end)).collect();
    let good = breaks.iter().rev().find(|(end, is_good)| *is_good && is_well_filled(end));
    if let Some((end, _)) = good.or(breaks.last()) {
        return *end;
    }
    let characters = text.char_indices().map(|(at, character)| at + character.len_utf8());
    characters.clone().take_while(fits).last().or(characters.min()).unwrap_or(text.len())
}

/// The places where a line may end, and whether a reader would pause there.
fn breaks(text: &str) -> impl Iterator<Item = (usize, bool)> {
    let mut depth = 0_u32;
    let pairs = text.char_indices().zip(text.chars().skip(1));
    pairs.filter_map(move |((at, before), after)| {
        match before {
            '（' | '(' | '「' => depth += 1,
            '）' | ')' | '」' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_pause = before == ' ' || before == '。' || "（(「".contains(after);
        may_break(before, after).then_some((at + before.len_utf8(), is_pause && depth == 0))
    })
}

fn may_break(before: char, after: char) -> bool {
    let is_selector = matches!(after, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}');
    let is_one_word = before.is_ascii_graphic() && after.is_ascii_graphic();
    let is_counted = before.is_ascii_digit() && COUNTERS.contains(after);
    !is_selector
        && !is_one_word
        && !is_counted
        && !NOT_FIRST.contains(after)
        && !NOT_LAST.contains(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn half_widths(text: &str) -> i32 {
        text.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum()
    }

    #[track_caller]
    fn check(text: &str, width_max: i32, expected: &[&str]) {
        assert_eq!(wrap(text, width_max, half_widths), expected);
    }

    #[test]
    fn lines_break_between_words_and_not_before_closing_marks() {
        check("丸の内1-18-10号", 10, &["丸の内", "1-18-10号"]);
        check("中央1丁目 青葉ビル203号室", 18, &["中央1丁目", "青葉ビル203号室"]);
        check("水面会みなも病院 様", 16, &["水面会みなも病", "院 様"]);
        check("漏水です。", 8, &["漏水で", "す。"]);
        check("住所（地番）", 8, &["住所", "（地番）"]);
        check("電話 00-00（平日 8～17）", 20, &["電話 00-00", "（平日 8～17）"]);
        check("一行\n\n三行", 8, &["一行", "", "三行"]);
        check("A B C", 3, &["A B", "C"]);
    }

    #[test]
    fn what_fits_no_line_is_broken_anywhere() {
        check("12345678", 3, &["123", "456", "78"]);
        check("。。。。", 4, &["。。", "。。"]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_and_nothing_is_lost(
            text in "[ a-z0-9（）、。あ-ん亜-漢-]{0,60}", width_max in 4_i32..30,
        ) {
            let lines = wrap(&text, width_max, half_widths);
            for line in &lines {
                prop_assert!(half_widths(line) <= width_max, "{line}");
            }
            let ink = |text: &str| text.replace(' ', "");
            prop_assert_eq!(ink(&lines.concat()), ink(&text));
        }
    }
}
