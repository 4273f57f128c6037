//! `minamo staff add` (職員の登録): passwords come in by standard input, never as an argument.

use std::io::BufRead;

use backoffice::access::{
    AccessError, NewStaff, Role, SALT_BYTES, Secret, add_staff, check_password,
};

use crate::office::{DataArguments, Office};
use crate::outside::Outside;
use crate::refusal::Refusal;

/// What `minamo staff` can do.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum StaffCommand {
    /// 職員・検針員を登録します。パスワード（検針員は暗証番号）は標準入力から1行で渡します
    Add(AddArguments),
}

/// What `minamo staff add` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct AddArguments {
    #[command(flatten)]
    data: DataArguments,
    /// ログイン名（検針員は検針員番号）
    #[arg(long, value_name = "NAME")]
    login: String,
    /// 画面やお知らせ票に出る名前
    #[arg(long, value_name = "NAME")]
    name: String,
    /// 役割
    #[arg(long, value_enum)]
    role: RoleWord,
}

/// Roles as words of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum RoleWord {
    /// 料金担当
    Clerk,
    /// 検針員
    Reader,
    /// システム管理
    Operator,
}

const PIN_DIGITS: std::ops::RangeInclusive<usize> = 4..=8;

/// Carries the command out. `input` is where the password comes from.
pub async fn run(
    command: StaffCommand,
    input: impl BufRead,
    outside: &Outside,
) -> Result<(), Refusal> {
    let StaffCommand::Add(arguments) = command;
    let text = first_line(input)?;
    let is_reader = arguments.role == RoleWord::Reader;
    check(&text, is_reader, &[&arguments.login, &arguments.name])?;
    let salt = (outside.random)()[..SALT_BYTES].try_into().expect("16 of 32 bytes");
    let secret = Secret { text, salt };
    let (password, pin) = if is_reader { (None, Some(secret)) } else { (Some(secret), None) };
    let new = NewStaff {
        login_name: arguments.login.clone(),
        display_name: arguments.name,
        role: match arguments.role {
            RoleWord::Clerk => Role::Clerk,
            RoleWord::Reader => Role::Reader,
            RoleWord::Operator => Role::Operator,
        },
        password,
        pin,
    };
    let office = Office::open_beside(&arguments.data, outside.database_url.as_deref()).await?;
    let added = match office.utility().await {
        Ok(_) => add_staff(&office.backoffice, new).await.map_err(refusal),
        Err(refused) => Err(refused),
    };
    office.close().await;
    added?;
    println!("{} を登録しました。", arguments.login);
    Ok(())
}

fn first_line(mut input: impl BufRead) -> Result<String, Refusal> {
    let mut line = String::new();
    input.read_line(&mut line).map_err(|cause| {
        Refusal::new("R08", "標準入力からパスワードを読み取れません。").because(cause)
    })?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn check(secret: &str, is_reader: bool, context: &[&str]) -> Result<(), Refusal> {
    if is_reader {
        let count = secret.chars().count();
        let is_pin = PIN_DIGITS.contains(&count) && secret.bytes().all(|b| b.is_ascii_digit());
        return if is_pin {
            Ok(())
        } else {
            Err(Refusal::new("R08", "暗証番号は4～8桁の数字を、標準入力から1行で渡してください。"))
        };
    }
    check_password(secret, context).map_err(|fault| {
        let text = backoffice::codes::japanese(fault.code()).unwrap_or_default();
        Refusal::new(fault.code(), text).because(fault)
    })
}

fn refusal(error: AccessError) -> Refusal {
    let text = backoffice::codes::japanese(error.code()).unwrap_or_default();
    Refusal::new(error.code(), text).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_secrets_are_refused_before_anything_is_opened() {
        for (secret, is_reader, code) in [
            ("1234567", false, "A04"),
            ("", false, "A04"),
            ("passwordpassword", false, "A05"),
            ("123", true, "R08"),
            ("12a4", true, "R08"),
            ("123456789", true, "R08"),
        ] {
            assert_eq!(check(secret, is_reader, &[]).unwrap_err().code, code, "{secret}");
        }
        assert!(check("春の小川はさらさら流れて海へ", false, &[]).is_err(), "14 characters");
        assert!(check("春の小川はさらさら流れて海へゆく", false, &[]).is_ok());
        assert!(check("4649", true, &[]).is_ok());
    }

    #[test]
    fn the_password_is_one_line_without_its_end() {
        assert_eq!(first_line(&b"secret pass\r\nmore"[..]).unwrap(), "secret pass");
    }
}
