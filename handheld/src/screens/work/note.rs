//! Notes and reports of changes (連絡事項): a kind, a ready sentence, and a number where it helps.
//!
//! A terminal in the rain has ten keys and no letters: sentences are chosen, not typed.

use shared::metering::NoteKind;

use super::{Answer, Ask, Job, Next, NoteDraft, Question, WorkDraft};

const TITLE: &str = "連絡・変更の報告";
const NUMBER_MAX: usize = 12;

/// What has been answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    kind: Option<NoteKind>,
    phrase: Option<&'static str>,
    number: Option<String>,
}

/// Ready sentences of a kind.
fn phrases(kind: NoteKind) -> &'static [&'static str] {
    match kind {
        NoteKind::UserDiffers => &[
            "表札が名前と違う",
            "屋号・店名が違う",
            "部屋番号が違う",
            "業種が変わっている",
            "空き家になっている",
        ],
        NoteKind::NewBuilding => &[
            "一覧にない家が建っている",
            "一覧にないメーターがある",
            "工事中で水を使っている",
            "部屋が増えている",
        ],
        NoteKind::Demolished => &["更地になっている", "取り壊し中", "メーターが撤去されている"],
        NoteKind::MeterPosition => &[
            "玄関の右に移った",
            "玄関の左に移った",
            "駐車場に移った",
            "裏口に移った",
            "門の外に移った",
        ],
        NoteKind::Repair => &[
            "ふたが割れている",
            "ボックスが壊れている",
            "止水栓が固くて回らない",
            "メーターの手前で水が漏れている",
            "土砂で埋まりかけている",
        ],
        NoteKind::WalkOrder => &[
            "この家を先に回るほうが近い",
            "この家を後に回るほうが近い",
            "車を止める場所から逆に回るほうが近い",
        ],
        NoteKind::Hazard => {
            &["犬がいる", "ハチの巣がある", "足元が滑りやすい", "ふたが重い", "車の通りが多い"]
        }
        NoteKind::Request => &[
            "電話がほしい",
            "名義を変えたい",
            "支払方法を変えたい",
            "お知らせ票を郵送してほしい",
            "水の出が悪い",
        ],
        NoteKind::Other => {
            &["事務所から電話してほしい", "次回は呼び鈴を押してほしい", "写真を見てほしい"]
        }
    }
}

impl Note {
    pub fn question(&self) -> Question {
        let Some(kind) = self.kind else {
            let options = NoteKind::ALL.iter().map(|kind| kind.japanese());
            return Question::new(TITLE, "何の連絡ですか。", Ask::choice(options));
        };
        let Some(phrase) = self.phrase else {
            let options = phrases(kind).iter().copied();
            return Question::new(kind.japanese(), "どの内容ですか。", Ask::choice(options));
        };
        let Some(number) = &self.number else {
            let text = "番号があれば入力（部屋・電話・メーターなど。なければ、そのまま確定）";
            let ask = Ask::Number { max: NUMBER_MAX, offered: String::new() };
            return Question::new(kind.japanese(), text, ask).fact("内容", phrase);
        };
        let question = Question::new(TITLE, "よければ確定を押してください。", Ask::Look)
            .fact("種類", kind.japanese())
            .fact("内容", phrase);
        if number.is_empty() { question } else { question.fact("番号", number.as_str()) }
    }

    pub fn answer(mut self, answer: Answer) -> Next {
        match (answer, self.kind) {
            (Answer::Chosen(row), None) => self.kind = NoteKind::ALL.get(row).copied(),
            (Answer::Chosen(row), Some(kind)) => self.phrase = phrases(kind).get(row).copied(),
            (Answer::Typed(number), _) => self.number = Some(number),
            (Answer::Seen, kind) => {
                let (Some(kind), Some(phrase)) = (kind, self.phrase) else {
                    return Next::Refuse(super::NOT_CHOSEN.into());
                };
                let number = self.number.filter(|number| !number.is_empty());
                let text = match number {
                    Some(number) => format!("{phrase}（{number}）"),
                    None => phrase.to_owned(),
                };
                return Next::Save(WorkDraft::Note(NoteDraft { kind, text }));
            }
        }
        Next::Ask(Job::Note(self))
    }
}
