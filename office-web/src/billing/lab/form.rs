//! What the lab's form sends (試算の指定): a version that is kept, or a text of one's own, and the year.

use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use backoffice::billing::{BillingError, tariff_version};
use serde::Deserialize;
use shared::ids::TariffVersionId;

use crate::config::Office;
use crate::form::Form;
use crate::problem::Problem;

/// The longest request: a tariff file of many pages, and the same text pasted beside it.
pub(crate) const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// What was asked for.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    /// Key of a version; empty for a text of one's own.
    #[serde(default)]
    pub draft: String,
    /// Typed or pasted, or the content of a file, which goes before.
    #[serde(default)]
    pub text: String,
    /// First calendar year of the fiscal year.
    #[serde(default)]
    pub year: i16,
}

impl Asked {
    /// The text that is to be tried: one's own if there is one, else the version's.
    pub async fn draft_text(&self, office: &Office) -> Result<String, Problem> {
        if !self.text.trim().is_empty() {
            return Ok(self.text.clone());
        }
        let nothing = || {
            Problem::BadRequest(
                "料金表を選ぶか、料金表ファイルの内容を貼り付けるか、ファイルを選んでください。"
                    .to_owned(),
            )
        };
        let id = TariffVersionId(self.draft.parse().map_err(|_| nothing())?);
        match tariff_version(&office.backoffice, id).await {
            Ok(version) => Ok(version.text),
            Err(BillingError::NoSuchVersion) => Err(nothing()),
            Err(error) => Err(Problem::of(&error)),
        }
    }
}

/// Reads the form in either way in which browsers send one.
pub(super) async fn asked(request: Request) -> Result<Asked, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        return Form::from_request(request, &()).await.map(|Form(asked)| asked);
    }
    let unreadable = || {
        Problem::BadRequest(
            "送られた内容を読み取れませんでした。ファイルは1MBまでのUTF-8の文字にしてください。"
                .to_owned(),
        )
    };
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| unreadable())?;
    let mut asked = Asked::default();
    while let Some(part) = parts.next_field().await.map_err(|_| unreadable())? {
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(|_| unreadable())?;
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| unreadable())?;
        match name.as_str() {
            "draft" => asked.draft = text,
            // Browsers send line ends of their own in typed text.
            "text" if asked.text.is_empty() => asked.text = text.replace("\r\n", "\n"),
            "file" if !text.is_empty() => {
                asked.text = text.trim_start_matches('\u{feff}').to_owned();
            }
            "year" => asked.year = text.parse().map_err(|_| unreadable())?,
            _ => {}
        }
    }
    Ok(asked)
}
