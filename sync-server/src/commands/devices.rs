//! `minamo devices enrol` (端末の登録): makes the file that turns a program into our terminal.

use std::path::{Path, PathBuf};

use backoffice::devices::{EnrolError, NewDevice, enrol};
use shared::ids::DeviceId;

use super::write_secret_file;
use crate::office::{DataArguments, Office};
use crate::outside::Outside;
use crate::refusal::Refusal;
use crate::tls::Authority;

/// What `minamo devices` can do.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum DevicesCommand {
    /// 端末を登録し、端末に渡すファイルを作ります
    Enrol(EnrolArguments),
}

/// What `minamo devices enrol` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct EnrolArguments {
    #[command(flatten)]
    data: DataArguments,
    /// 端末コード（英数字1～8文字。例: H01）
    #[arg(long, value_name = "CODE")]
    code: String,
    /// 端末から見たサーバーのアドレス
    #[arg(long, value_name = "URL", default_value = "https://127.0.0.1:8443")]
    server: String,
    /// 登録ファイルの書き先（このファイルは端末以外に渡さないでください）
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Carries the command out.
pub async fn run(command: DevicesCommand, outside: &Outside) -> Result<(), Refusal> {
    let DevicesCommand::Enrol(arguments) = command;
    let office = Office::open_beside(&arguments.data, outside.database_url.as_deref()).await?;
    let terminal = Terminal { code: &arguments.code, server: &arguments.server };
    let enrolled =
        enrol_terminal(&office, &terminal, &arguments.data.data, &arguments.out, outside).await;
    office.close().await;
    enrolled?;
    println!("端末 {} を登録しました。登録ファイル: {}", arguments.code, arguments.out.display());
    Ok(())
}

/// A terminal to be.
pub struct Terminal<'a> {
    /// H01.
    pub code: &'a str,
    /// Where it finds the server.
    pub server: &'a str,
}

/// Enrols a terminal and writes its file.
pub async fn enrol_terminal(
    office: &Office,
    terminal: &Terminal<'_>,
    data: &Path,
    out: &Path,
    outside: &Outside,
) -> Result<DeviceId, Refusal> {
    if !terminal.server.starts_with("https://") {
        let text =
            format!("サーバーのアドレスは https:// で始めてください（{}）。", terminal.server);
        return Err(Refusal::new("R07", text));
    }
    let authority = Authority::open(&data.join("tls"), (outside.now)()).map_err(|cause| {
        Refusal::new("R04", "サーバーの証明書を用意できません。").because(cause)
    })?;
    let id = DeviceId(outside.fresh_id());
    let new = NewDevice {
        id,
        code: terminal.code.to_owned(),
        server_url: terminal.server.trim_end_matches('/').to_owned(),
        token: (outside.random)(),
        authority_der: authority.certificate().to_vec(),
    };
    let enrolment = enrol(&office.backoffice, new, (outside.now)()).await.map_err(refusal)?;
    write_secret_file(out, &shared::wire::encode(&enrolment))?;
    Ok(id)
}

fn refusal(error: EnrolError) -> Refusal {
    let text = backoffice::codes::japanese(error.code()).unwrap_or_default();
    Refusal::new(error.code(), text).because(error)
}
