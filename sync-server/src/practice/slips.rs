//! The slips of a practice (練習で出た用紙): shown to the trainee whose terminal printed them.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use office_web::{CurrentStaff, Problem};

use super::Practice;

/// `GET /practice/slips/{token}/{picture}`
pub async fn slip_picture(
    State(practice): State<Practice>,
    staff: CurrentStaff,
    Path((token, picture)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let gone = || Problem::NotFound("この用紙はもうありません。練習が終わると消えます。".into());
    let tray = practice.tray(&token).filter(|tray| tray.trainee == staff.id).ok_or_else(gone)?;
    if !is_picture(&picture) {
        return Err(gone());
    }
    let png = tokio::fs::read(tray.folder.join(picture)).await.map_err(|_| gone())?;
    Ok(([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "private, max-age=1800")], png)
        .into_response())
}

/// `slip-0001.png` or `torn-0001.png`, and nothing that leads elsewhere.
fn is_picture(name: &str) -> bool {
    let number = name
        .strip_prefix("slip-")
        .or_else(|| name.strip_prefix("torn-"))
        .and_then(|rest| rest.strip_suffix(".png"));
    number.is_some_and(|digits| {
        (4..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_of_paper_can_be_asked_for() {
        assert!(is_picture("slip-0001.png"));
        assert!(is_picture("torn-0012.png"));
        for other in ["slip-0001.bin", "../slip-0001.png", "slip-.png", "slip-00a1.png", ""] {
            assert!(!is_picture(other), "{other}");
        }
    }
}
