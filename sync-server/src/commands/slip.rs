//! `minamo slip verify` (お知らせ票の照合): is this QR text ours, unchanged?

use shared::metering::notice_seal::{SealError, SealedFacts, SlipKey};

use crate::office::{DataArguments, Office};
use crate::outside::Outside;
use crate::refusal::Refusal;

/// What `minamo slip` can do.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum SlipCommand {
    /// お知らせ票の二次元コードの文字列を確かめます（終了コード 0: 正しい、1: 変えられている、2: お知らせ票ではない、3: 確かめられなかった）
    Verify(VerifyArguments),
}

/// What `minamo slip verify` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct VerifyArguments {
    /// 二次元コードから読み取った文字列
    text: String,
    #[command(flatten)]
    data: DataArguments,
}

/// What was found, in words and as the program's exit code.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    /// For the person who asked.
    pub text: String,
    /// 0 true, 1 changed, 2 no notice.
    pub exit_code: u8,
}

/// Carries the command out.
pub async fn run(command: SlipCommand, outside: &Outside) -> Result<u8, Refusal> {
    let SlipCommand::Verify(arguments) = command;
    let office = Office::open_beside(&arguments.data, outside.database_url.as_deref()).await?;
    let utility = office.utility().await;
    office.close().await;
    let verdict = verify(&arguments.text, utility?.slip_master_key);
    println!("{}", verdict.text);
    Ok(verdict.exit_code)
}

/// Judges a text.
pub fn verify(text: &str, master: SlipKey) -> Verdict {
    match SealedFacts::verify(text, master) {
        Ok(facts) => Verdict {
            text: format!(
                "正しいお知らせ票です。\n  水栓番号: {}\n  検針年月: {}\n  指針: {}\n  使用水量: {} m³\n  金額: {} 円\n  お知らせ票番号: {}",
                facts.connection_number,
                facts.period.japanese(),
                facts.register_value,
                facts.usage.0,
                facts.amount.0,
                facts.slip_number,
            ),
            exit_code: 0,
        },
        Err(SealError::Changed) => Verdict {
            text: "内容が変えられているか、この水道事業体のお知らせ票ではありません。".into(),
            exit_code: 1,
        },
        Err(SealError::NotANotice) => Verdict {
            text: "お知らせ票の文字列ではありません。".into(),
            exit_code: 2,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::calendar::YearMonth;
    use shared::ids::ConnectionNumber;
    use shared::quantity::{CubicMeters, Yen};

    #[test]
    fn a_true_slip_is_told_from_a_changed_one_and_from_no_slip() {
        let master = SlipKey([7; 32]);
        let facts = SealedFacts {
            connection_number: ConnectionNumber::parse("00012345").unwrap(),
            period: YearMonth::new(2026, 11).unwrap(),
            register_value: 1_238,
            usage: CubicMeters(38),
            amount: Yen(6_543),
            slip_number: "H01-000017".into(),
        };
        let text = facts.seal(SlipKey::for_device(master, "H01"));
        assert_eq!(verify(&text, master).exit_code, 0);
        assert!(verify(&text, master).text.contains("6543 円"));
        assert_eq!(verify(&text.replace(" 6543 ", " 5543 "), master).exit_code, 1);
        assert_eq!(verify("https://example.jp/", master).exit_code, 2);
    }
}
