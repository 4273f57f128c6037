//! Fitting text to its place (文字の大きさの調整): long names get smaller before they get cut.

/// The smallest size that is still read without glasses by most.
const POINTS_MIN: u8 = 6;

/// Half em of a letter in hundredths of a millimeter, per point: 25.4 mm ÷ 72 ÷ 2.
const HALF_EM_E2_MM: u32 = 18;

/// The largest size, at most `points_max`, in which `text` takes no more than `lines_max` lines of
/// `width_mm`.
pub(super) fn size_that_fits(text: &str, width_mm: u32, lines_max: u32, points_max: u8) -> u8 {
    let halves: u32 = text.chars().map(halves).sum();
    (POINTS_MIN..=points_max)
        .rev()
        .find(|points| lines(halves, width_mm, *points) <= lines_max)
        .unwrap_or(POINTS_MIN)
}

/// In the typeface, ASCII and half-width kana take half an em, everything else a whole one.
fn halves(letter: char) -> u32 {
    if letter.is_ascii() || ('\u{ff61}'..='\u{ff9f}').contains(&letter) { 1 } else { 2 }
}

fn lines(halves: u32, width_mm: u32, points: u8) -> u32 {
    let per_line = (width_mm * 100 / (HALF_EM_E2_MM * u32::from(points))).max(2);
    // One letter may be carried over at each line's end, where it may not stand.
    let used = if halves > per_line { per_line - 2 } else { per_line };
    halves.div_ceil(used.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_gets_smaller_and_never_below_the_smallest() {
        assert_eq!(size_that_fits("佐藤 京子　様", 82, 1, 14), 14);
        let firm = "独立行政法人水面地域医療機能推進機構水面中央総合病院附属看護専門学校学生寮　様";
        let size = size_that_fits(firm, 82, 2, 14);
        assert!((6..14).contains(&size), "{size}");
        assert_eq!(size_that_fits(&"長".repeat(1_000), 82, 1, 14), POINTS_MIN);
    }
}
