//! The practice tasks (作業の練習): everything besides a reading that a terminal can do, with the keys that
//! do it.
//!
//! The keys stand beside the words so that a test can play each task on the real page.

/// Something to try, beginning at the list of the route.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    /// What there is to learn, in a word.
    pub title: &'static str,
    /// What to do, for the list beside the terminal.
    pub lesson: &'static str,
    /// The keys that do it, as `shared::panel` names them.
    pub keys: &'static str,
    /// What the terminal says then; empty where it only shows something else.
    pub told: &'static str,
    /// How many pieces of paper come out.
    pub papers: u32,
}

const fn task(
    title: &'static str,
    lesson: &'static str,
    keys: &'static str,
    told: &'static str,
    papers: u32,
) -> Task {
    Task { title, lesson, keys, told, papers }
}

/// In the order of a day.
pub const TASKS: [Task; 17] = [
    task(
        "検索",
        "一覧で F2 を押し、F5 でかなにします。2 を1回（カ）で、カから始まる方が出ます。F1 で一覧に戻ります。",
        "F2 F5 2 F1",
        "",
        0,
    ),
    task(
        "予告書の投函",
        "一覧で F5 を2回押すと、給水停止の一覧です。確定で開き、1 を選んで確定します。給水停止予告書が出ます。",
        "F5 F5 Return 1 Return",
        "給水停止予告書",
        1,
    ),
    task(
        "停水の執行",
        "続けて確定で開き、2、方法の 1、指針 3347、封印の番号 77 の順に入れます。F1 で一覧に戻ります。",
        "Return 2 1 3 3 4 7 Return 7 7 Return Return",
        "停水を執行",
        0,
    ),
    task(
        "メーター交換",
        "8番の水栓を開き、F4 の 3 です。最後の指針 4455、新しい番号・口径・桁数はそのまま確定、始めの指針 2、理由 1、封印なしで確定します。",
        "F1 9 9 9 0 0 0 0 8 Return F4 3 4 4 5 5 Return Return Return Return 2 Return 1 Return Return",
        "メーター交換を保存しました",
        0,
    ),
    task(
        "開栓",
        "9番の水栓を開き、F4 の 4 です。メーター番号は 1（合っている）、指針 812、止水栓は 1（開けた）で確定します。",
        "F1 9 9 9 0 0 0 0 9 Return F4 4 1 8 1 2 Return 1 Return",
        "開栓を保存しました",
        0,
    ),
    task(
        "中止精算と現金",
        "1番の水栓を開き、F4 の 4 です。指針 1220、支払いは 2（現金）、お預かり 10000、止水栓は 1（閉めた）で確定します。精算書と領収書が出ます。",
        "F1 9 9 9 0 0 0 0 1 Return F4 4 1 2 2 0 Return 2 1 0 0 0 0 Return 1 Return",
        "領収書",
        2,
    ),
    task(
        "領収書の取消",
        "続けて F4 の 3 です。理由 1 を選んで確定します。",
        "F4 3 1 Return",
        "取り消しました",
        0,
    ),
    task(
        "領収書の出し直し",
        "続けて F4 の 3「現金を受け取る」です。ちょうどを預かったので、確定を2回押します。新しい番号の領収書が出ます。",
        "F4 3 Return Return",
        "領収書",
        1,
    ),
    task(
        "検針不能の保存",
        "11番の水栓を開き、F2 で理由 2 を選んで確定します。",
        "F1 9 9 9 0 0 0 1 1 Return F2 2 Return",
        "検針不能を保存しました",
        0,
    ),
    task(
        "訪問のお知らせ",
        "11番の水栓をもう一度開き、F4 の 4 です。検針訪問のお知らせが出ます。",
        "F1 9 9 9 0 0 0 1 1 Return F4 4",
        "印刷しました",
        1,
    ),
    task(
        "連絡の報告",
        "5番の水栓を開き、F4 の 2、種類 5、文 1 を選び、確定を2回押します。",
        "F1 F1 9 9 9 0 0 0 0 5 Return F4 2 5 1 Return Return",
        "連絡を保存しました",
        0,
    ),
    task("大きな数字", "一覧で F3 の 5 です。もう一度選ぶと元に戻ります。", "F1 F3 5", "", 0),
    task("夜間の表示", "一覧で F3 の 6 です。", "F3 6", "", 0),
    task("左手用の配置", "一覧で F3 の 7 です。", "F3 7", "", 0),
    task(
        "逆順",
        "一覧で F3 の 4 です。上の帯が紫になり、終わりの水栓から並びます。",
        "F3 4",
        "",
        0,
    ),
    task(
        "日計と確認",
        "一覧で F3 の 3 です。← → で頁を見て、確定を2回押します。",
        "F3 3 Return Return",
        "日計を確認済みにしました",
        0,
    ),
    task(
        "送受信",
        "F4 を押し、確定します。練習では、どこにも送りません。",
        "F1 F4 Return",
        "送受信が終わりました",
        0,
    ),
];
