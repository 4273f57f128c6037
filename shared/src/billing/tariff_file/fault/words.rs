//! What serde says of a value, in the words of the manual (値の形の誤りの言葉).

/// `invalid type: floating point `62.5`, expected a string` in words that a clerk can follow.
pub(super) fn unfit(detail: &str) -> String {
    let (found, expected) = detail.split_once(", expected ").unwrap_or((detail, ""));
    let value = found.split(['`', '"']).nth(1).unwrap_or_default();
    let value = if value.is_empty() { "値".to_owned() } else { format!("「{value}」") };
    let what = if found.starts_with("unknown variant") {
        let words: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        format!("{value}という言葉は使えません。{} から選んでください。", words.join("・"))
    } else if expected.contains("string") {
        format!("{value}は引用符で囲んで、\"62.5\" や \"2026-04-01\" のように書いてください。")
    } else if expected.starts_with(['u', 'i']) && expected.len() <= 4 {
        format!(
            "{value}は使えません。引用符で囲まない、0以上の整数（大きすぎないもの）で書いてください。"
        )
    } else if expected.contains("sequence") || expected.contains("list of tables") {
        format!("{value}は並び（[ ] で囲む）か、決まった表で書いてください。")
    } else if expected.contains("bool") {
        format!("{value}は true か false で書いてください。")
    } else if expected.contains("struct") || expected.contains("map") {
        format!("{value}は表（{{ }} で囲むか、[ ] の見出し）で書いてください。")
    } else {
        format!("{detail}。")
    };
    format!("値の形が違います。{what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serde_says_is_put_in_words() {
        for (detail, words) in [
            ("invalid type: floating point `62.5`, expected a string", "「62.5」は引用符で囲んで"),
            ("invalid value: integer `-1`, expected u8", "「-1」は使えません"),
            ("unknown variant `x`, expected one of `a`, `b`", "「x」という言葉は使えません。a・b"),
            ("invalid type: string \"13\", expected a sequence", "「13」は並び"),
            ("invalid type: integer `1`, expected a boolean", "true か false"),
        ] {
            assert!(unfit(detail).contains(words), "{}", unfit(detail));
        }
        assert_eq!(unfit("空です"), "値の形が違います。空です。");
    }
}
