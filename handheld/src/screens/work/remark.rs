//! Remarks of a reading (検針備考): chosen before the number is confirmed.

use shared::metering::Remark;

use super::{Answer, Ask, Next, Question, Scene};

/// Remarks with which the dials can be read; nothing to remark comes last.
fn remarks<'a>(scene: &'a Scene) -> Vec<&'a Remark> {
    scene.route.remarks.iter().filter(|remark| remark.reads && remark.code > 0).collect()
}

/// One choice and back to the reading.
pub(super) fn question(scene: &Scene) -> Question {
    let mut options: Vec<String> =
        remarks(scene).iter().map(|remark| format!("{:02} {}", remark.code, remark.name)).collect();
    options.push("備考なし".to_owned());
    Question::new("備考コード", "この検針に付ける備考を選んでください。", Ask::choice(options))
}

pub(super) fn answer(answer: &Answer, scene: &Scene) -> Next {
    let Answer::Chosen(row) = answer else { return Next::Refuse(super::NOT_CHOSEN.into()) };
    let chosen = remarks(scene).get(*row).map(|remark| remark.code);
    Next::Remarks(chosen.into_iter().collect())
}
