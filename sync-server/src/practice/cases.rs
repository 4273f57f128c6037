//! The practice cases (練習問題): invented houses, each with something to learn.
//!
//! All of it is made up, and shows it: the town, the names and the numbers exist nowhere. The
//! table is the lesson plan; a test holds it against the screening that the terminal really does.

/// What the trainee finds at the meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Find {
    /// The dials say this.
    Dials(u32),
    /// A slip of the finger first, then what the dials really say.
    MistypedThenDials(u32, u32),
    /// The dials say this, and the indicator turns with the taps shut.
    DialsWithLeak(u32),
    /// The meter cannot be read.
    NoRead(shared::metering::NoReadReason),
}

/// One house of the practice route.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What there is to learn, in a word.
    pub title: &'static str,
    /// What to do, for the list beside the terminal.
    pub lesson: &'static str,
    /// What the trainee finds.
    pub find: Find,
    /// Name of the user and its reading; empty where service is stopped.
    pub customer: (&'static str, &'static str),
    /// House number and building.
    pub place: (&'static str, &'static str),
    /// Where the meter lies, and what to mind.
    pub hints: (&'static str, &'static str),
    /// 口径 and digits of the register.
    pub meter: (u16, u8),
    /// The dials at the reading before.
    pub previous: u32,
    /// Volume of a usual period; seasons are made from it.
    pub usual_m3: u32,
    /// 用途.
    pub use_class: UsageClass,
    /// Whether sewerage is charged.
    pub sewerage: bool,
}

impl Case {
    /// Whether service is agreed at the house.
    pub fn in_service(&self) -> bool {
        !self.customer.0.is_empty()
    }
}

use shared::connection::UsageClass;
use shared::metering::NoReadReason;

/// The route, in walking order.
pub const CASES: [Case; 12] = [
    Case {
        title: "ふつうの検針",
        lesson: "指針を打って確定し、お知らせ票を印刷します。",
        find: Find::Dials(1_238),
        customer: ("練習 一郎", "レンシュウ イチロウ"),
        place: ("1番1号", ""),
        hints: ("玄関右", ""),
        meter: (20, 4),
        previous: 1_200,
        usual_m3: 38,
        use_class: UsageClass::GENERAL,
        sewerage: true,
    },
    Case {
        title: "水量が多い",
        lesson: "「多い」の確認が出ます。同じ指針をもう一度打ち、パイロットが止まっていれば 1 を押します。",
        find: Find::Dials(2_465),
        customer: ("例題 さくら", "レイダイ サクラ"),
        place: ("1番3号", ""),
        hints: ("門の内側左", ""),
        meter: (20, 4),
        previous: 2_391,
        usual_m3: 32,
        use_class: UsageClass::GENERAL,
        sewerage: true,
    },
    Case {
        title: "打ち間違いに気づく",
        lesson: "わざと打ち間違えます。「非常に多い」の確認が出たら、正しい指針を打ちます。",
        find: Find::MistypedThenDials(3_871, 3_371),
        customer: ("髙﨑 見本", "タカサキ ミホン"),
        place: ("1番5号", ""),
        hints: ("勝手口横", ""),
        meter: (13, 4),
        previous: 3_347,
        usual_m3: 24,
        use_class: UsageClass::GENERAL,
        sewerage: true,
    },
    Case {
        title: "漏水の疑い",
        lesson: "蛇口を閉めてもパイロットが回っています。指針を打ち、F5 を押してから確定します。確認が出たら、もう一度確定します。",
        find: Find::DialsWithLeak(846),
        customer: ("仮名 みどり", "カメイ ミドリ"),
        place: ("1番8号", ""),
        hints: ("駐車場奥", ""),
        meter: (20, 4),
        previous: 801,
        usual_m3: 30,
        use_class: UsageClass::GENERAL,
        sewerage: true,
    },
    Case {
        title: "桁上がり",
        lesson: "指針が一回りして 0 に戻っています。確認が出たら、同じ指針をもう一度打ちます。",
        find: Find::Dials(21),
        customer: ("架空 太郎", "カクウ タロウ"),
        place: ("2番1号", ""),
        hints: ("玄関前の植込み", ""),
        meter: (20, 4),
        previous: 9_985,
        usual_m3: 36,
        use_class: UsageClass::GENERAL,
        sewerage: true,
    },
    Case {
        title: "逆進",
        lesson: "まず前回より小さい指針を打ちます。「逆進」では進めません。取消で戻り、正しい指針を打ちます。",
        find: Find::MistypedThenDials(445, 495),
        customer: ("試験 花", "シケン ハナ"),
        place: ("2番4号", ""),
        hints: ("門扉下", ""),
        meter: (20, 4),
        previous: 455,
        usual_m3: 42,
        use_class: UsageClass::GENERAL,
        sewerage: false,
    },
    Case {
        title: "使用なし",
        lesson: "指針が前回と同じです。確認が出たら、もう一度確定します。",
        find: Find::Dials(630),
        customer: ("留守 次郎", "ルス ジロウ"),
        place: ("2番6号", ""),
        hints: ("物置の陰", ""),
        meter: (13, 4),
        previous: 630,
        usual_m3: 18,
        use_class: UsageClass::GENERAL,
        sewerage: true,
    },
    Case {
        title: "水量が少ない",
        lesson: "「少ない」の確認が出ます。メーター番号を確かめて、同じ指針をもう一度打ちます。",
        find: Find::Dials(4_417),
        customer: ("少量 恵", "ショウリョウ メグミ"),
        place: ("2番9号", ""),
        hints: ("玄関左", ""),
        meter: (20, 4),
        previous: 4_412,
        usual_m3: 44,
        use_class: UsageClass::GENERAL,
        sewerage: true,
    },
    Case {
        title: "中止中の使用",
        lesson: "中止中の水栓で水が使われています。確認が出たら、同じ指針をもう一度打ちます。お知らせ票は出ません。",
        find: Find::Dials(815),
        customer: ("", ""),
        place: ("3番2号", ""),
        hints: ("空き家の門前", "中止中"),
        meter: (13, 4),
        previous: 812,
        usual_m3: 0,
        use_class: UsageClass::GENERAL,
        sewerage: true,
    },
    Case {
        title: "検針不能（犬）",
        lesson: "犬がいて近づけません。F2（検針不能）を押し、理由を選んで確定します。",
        find: Find::NoRead(NoReadReason::NoAccess),
        customer: ("番犬 五郎", "バンケン ゴロウ"),
        place: ("3番5号", ""),
        hints: ("庭の奥", "犬（放し飼い）"),
        meter: (20, 4),
        previous: 7_120,
        usual_m3: 40,
        use_class: UsageClass::GENERAL,
        sewerage: true,
    },
    Case {
        title: "検針不能（車）",
        lesson: "車がメーターの上に止まっています。F2（検針不能）を押し、理由を選んで確定します。",
        find: Find::NoRead(NoReadReason::Obstructed),
        customer: ("車庫 前子", "シャコ マエコ"),
        place: ("3番7号", "コーポれんしゅう 203号室"),
        hints: ("駐車場の入口", ""),
        meter: (13, 4),
        previous: 5_533,
        usual_m3: 14,
        use_class: UsageClass::GENERAL,
        sewerage: true,
    },
    Case {
        title: "大きいメーター",
        lesson: "口径50mm、6桁のメーターです。先に用紙切れを起こしておき、復帰させて F3 で再印刷します。",
        find: Find::Dials(104_982),
        customer: ("公衆浴場 れんしゅう湯", "コウシュウヨクジョウ レンシュウユ"),
        place: ("4番1号", ""),
        hints: ("ボイラー室横", "裏口から入る"),
        meter: (50, 6),
        previous: 103_760,
        usual_m3: 1_230,
        use_class: UsageClass::BATHHOUSE,
        sewerage: true,
    },
];
