//! Stable codes (コード一覧): what a person reads out over the telephone when something was refused.
//!
//! A code's meaning never changes; a code that is no longer given stays in the list. The same
//! list stands in `docs/codes.md`, and a test holds them together.

/// Code and text of everything that may be refused.
#[rustfmt::skip]
pub const CODES: &[(&str, &str)] = &[
    ("A01", "ログイン名またはパスワードが違います。"),
    ("A02", "続けて5回間違えたため、ログインを止めています。5分ほどおいてからお試しください。"),
    ("A03", "このログイン名はすでに使われています。"),
    ("M01", "検針の終わっていない水栓があります。検針・検針不能・取下げのどれかになるまで、検針期を締められません。"),
    ("M02", "この年月の検針期はすでに開かれています。"),
    ("M03", "検針期・順路・水栓が見つかりません。"),
    ("M04", "この検針期は締め済みです。"),
    ("M05", "検針済みの水栓は取り下げられません。"),
    ("M06", "端末が見つからないか、使用停止になっています。"),
    ("M07", "検針する水栓がありません。"),
    ("S01", "送信内容を読み取れません。端末とサーバーの版を確認してください。"),
    ("S02", "端末を確認できません。端末の登録を確認してください。"),
    ("S03", "この端末コードはすでに使われています。"),
    ("S04", "端末コードは英数字1〜8文字で付けてください。"),
    ("S05", "事業体が登録されていません。"),
    ("S10", "一度に送信できる件数を超えています。"),
    ("S11", "送信記録に抜けがあります。"),
    ("S12", "送信記録のつながりが、サーバーの記録と合いません。"),
    ("S13", "送信記録を読み取れません。"),
    ("S14", "同じ番号で内容の違う送信記録があります。"),
    ("S20", "この版のサーバーが知らない種類の記録です。"),
    ("S21", "この端末に渡していない検針データの記録です。"),
    ("S22", "水栓が見つかりません。"),
    ("S23", "この順路で検針する予定のない水栓です。"),
    ("S24", "取り下げた水栓の記録です。"),
    ("S25", "メーターの桁数に合わない指針です。"),
    ("S26", "使用水量が、サーバーの計算と合いません。"),
    ("S27", "指針が前回より小さくなっています（逆進）。"),
    ("S28", "締め済みの検針期の記録です。"),
    ("S29", "同じ検針番号で内容の違う検針があります。"),
    ("S30", "検針不能の理由コードがわかりません。"),
    ("S31", "お知らせ票のもとになる検針がありません。"),
    ("S32", "同じお知らせ票番号で内容の違う票があります。"),
    ("S33", "日付が正しくありません。"),
    ("S34", "お知らせ票の金額が、検針の金額と合いません。"),
    ("S39", "データベースの決まりに合わない記録です。"),
    ("S90", "サーバーが一時的に受け取れません。あとでもう一度送信してください。"),
    ("X90", "データベースが応答しません。しばらくしてからお試しください。"),
];

/// The text of a code.
pub fn japanese(code: &str) -> Option<&'static str> {
    CODES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_once_in_order_and_in_the_document() {
        assert!(CODES.is_sorted_by(|one, next| one.0 < next.0));
        let document = include_str!("../../../docs/codes.md");
        for (code, text) in CODES {
            assert!(document.contains(&format!("| {code} | {text} |")), "{code} in docs/codes.md");
        }
    }
}
