//! Dates as people write them (日付): 2026-09-15, 2026/9/15, 20260915, 令和8年9月15日, R8.9.15.

use jiff::civil::Date;

/// First year of each era less one, with the words and letter it goes by.
const ERAS: [(&str, char, i16); 3] =
    [("令和", 'R', 2018), ("平成", 'H', 1988), ("昭和", 'S', 1925)];

/// A date as typed, in half-width characters.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    let parts = parts(text)?;
    match parts.as_slice() {
        [year, month, day] => {
            Date::new(*year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok()
        }
        _ => None,
    }
}

/// The last day of a month as typed (2031-05, 令和13年5月); a whole date stays what it is.
pub(super) fn parse_month_end(text: &str) -> Option<Date> {
    let parts = parts(text)?;
    match parts.as_slice() {
        [year, month] => {
            Date::new(*year, i8::try_from(*month).ok()?, 1).ok().map(Date::last_of_month)
        }
        _ => parse_date(text),
    }
}

/// Year of the common era, month, and day where there is one.
fn parts(text: &str) -> Option<Vec<i16>> {
    let (years_before, rest) = era(text);
    if years_before == 0 && rest.len() == 8 && rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return [&rest[..4], &rest[4..6], &rest[6..]]
            .iter()
            .map(|part| part.parse().ok())
            .collect();
    }
    let rest = rest.strip_suffix('日').or_else(|| rest.strip_suffix('月')).unwrap_or(rest);
    let mut parts = Vec::with_capacity(3);
    for part in rest.split(['-', '/', '.', '年', '月']) {
        let is_first = parts.is_empty();
        if is_first && part == "元" && years_before > 0 {
            parts.push(1);
        } else if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            parts.push(part.parse().ok()?);
        } else {
            return None;
        }
    }
    let year = parts.first_mut()?;
    // A year of two digits without its era could be any.
    let is_plain = if years_before == 0 { *year >= 1000 } else { (1..100).contains(year) };
    *year += years_before;
    is_plain.then_some(parts)
}

fn era(text: &str) -> (i16, &str) {
    for (word, letter, years_before) in ERAS {
        let rest = text
            .strip_prefix(word)
            .or_else(|| text.strip_prefix(letter))
            .or_else(|| text.strip_prefix(letter.to_ascii_lowercase()));
        if let Some(rest) = rest {
            return (years_before, rest);
        }
    }
    (0, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_usual_ways_to_write_a_date_are_understood() {
        for text in [
            "2026-09-15",
            "2026/9/15",
            "20260915",
            "2026年9月15日",
            "令和8年9月15日",
            "R8.9.15",
            "r08/09/15",
        ] {
            assert_eq!(parse_date(text), Some(date(2026, 9, 15)), "{text}");
        }
        assert_eq!(parse_date("令和元年5月1日"), Some(date(2019, 5, 1)));
        assert_eq!(parse_date("S63.12.31"), Some(date(1988, 12, 31)));
        assert_eq!(parse_month_end("2031-02"), Some(date(2031, 2, 28)));
        assert_eq!(parse_month_end("令和13年5月"), Some(date(2031, 5, 31)));
        assert_eq!(parse_month_end("2031/5/10"), Some(date(2031, 5, 10)));
    }

    #[test]
    fn anything_else_is_not_guessed() {
        for text in [
            "",
            "8.9.15",
            "26/9/15",
            "2026-02-30",
            "2026-13-01",
            "9月15日",
            "令和8年",
            "2026-9",
            "45550",
            "2026-9-15-1",
            "元年1月1日",
            "99999999",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }
}
