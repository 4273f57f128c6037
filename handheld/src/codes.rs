//! The terminal's own codes (端末のコード): what is read out over the telephone.
//!
//! A code never changes its meaning; a retired one stays listed. `docs/handheld.md` shows the same
//! list to people, a test holds the two and the program together.

/// Every H code with its meaning. P codes come from the printer's driver, S codes from the server.
pub const ALL: [(&str, &str); 40] = [
    ("H01", "端末の空きがないため保存していません。"),
    ("H02", "端末に保存できません。"),
    ("H03", "端末の記録が壊れています。"),
    ("H04", "ログインするまで、記録は読めません。"),
    ("H05", "記録の一方が壊れているか古かったため、もう一方から作り直しました。"),
    ("H06", "記録の一方に書き込めません。もう一方だけに保存しています。"),
    ("H07", "記録の一部が両方とも壊れ、読めません。"),
    ("H10", "検針員番号または暗証番号が違います。"),
    ("H11", "暗証番号を続けて5回間違えるたびに、1分、5分、30分とログインを止めます。"),
    ("H12", "検針データがまだありません。"),
    ("H13", "検針データを読み取れません。"),
    ("H14", "しばらく操作がなかったため、ロックしました。"),
    ("H15", "検針データを端末で見られる期限が過ぎました。"),
    ("H20", "メーターの桁数より多い数字は入りません。"),
    ("H21", "指針が入力されていません。"),
    ("H22", "2回目の指針が入力されていません。"),
    ("H23", "検針不能の理由が選ばれていません。"),
    ("H24", "検針済みの水栓は検針不能にできません。"),
    ("H25", "印刷できるお知らせ票がありません。"),
    ("H26", "メーターの番号が入力されていません。"),
    ("H27", "受け取った金額が入力されていないか、足りません。"),
    ("H28", "現金は受け取れません。"),
    ("H29", "番号で選んでください。"),
    ("H30", "料金を計算できません。検針は保存され、料金は事務所で計算します。"),
    ("H31", "探す番号も、かなも入力されていません。"),
    ("H32", "探した水栓が見つかりません。"),
    ("H33", "端末の設定を残せません。電源を入れ直すと、もとに戻ります。"),
    ("H40", "カメラがありません。"),
    ("H41", "メーターから返事がありません。"),
    ("H42", "メーターの返事が乱れています。"),
    ("H43", "つながっているのは別の水栓のメーターです。"),
    ("H44", "メーター通信の線がありません。"),
    ("H45", "メーターの指針が、登録されている桁数では表せません。"),
    ("H46", "メーターの返事から指針を読めません。"),
    ("H47", "電池の残りが少なくなっています。"),
    ("H48", "電池が切れかけているため、印刷と写真を止めています。"),
    ("H49", "端末の時計が別の日に変わりました。"),
    ("H50", "カメラから写真が届かないか、読めません。"),
    ("H90", "検針端末を起動できません。"),
    ("H91", "画面の出し方が、このプログラムに組み込まれていません。"),
];

#[cfg(test)]
mod tests {
    use super::ALL;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn codes_in(text: &str) -> BTreeSet<String> {
        text.match_indices('H')
            .filter_map(|(at, _)| text.get(at..at + 3))
            .filter(|word| word[1..].bytes().all(|byte| byte.is_ascii_digit()))
            .map(str::to_owned)
            .collect()
    }

    /// Codes stand in quotes or in round brackets; slip numbers like `H01-000017` do not.
    fn codes_in_sources(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                codes_in_sources(&path, found);
            } else if path.extension().is_some_and(|kind| kind == "rs")
                && !path.ends_with("codes.rs")
                && !path.ends_with("tests.rs")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                let quoted = text
                    .split(['(', '"'])
                    .filter(|rest| rest.get(3..4).is_some_and(|end| end == ")" || end == "\""));
                quoted.for_each(|rest| found.extend(codes_in(&rest[..3])));
            }
        }
    }

    #[test]
    fn the_program_the_list_and_the_page_agree() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let listed: BTreeSet<String> = ALL.iter().map(|(code, _)| (*code).to_owned()).collect();
        let mut used = BTreeSet::new();
        codes_in_sources(&root.join("src"), &mut used);
        assert!(used.is_subset(&listed), "not listed: {:?}", used.difference(&listed));

        let page = std::fs::read_to_string(root.join("../docs/handheld.md")).unwrap();
        for (code, meaning) in ALL {
            let line = format!("| {code} | {meaning} |");
            assert!(page.contains(&line), "docs/handheld.md lacks: {line}");
        }
    }
}
