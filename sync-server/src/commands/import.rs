//! `minamo import` (データの取込み): a utility's own tariffs and connections instead of the demo town.

use std::error::Error;
use std::path::{Path, PathBuf};

use backoffice::Backoffice;
use backoffice::access::{Utility, create_utility, utility};
use backoffice::billing::{BillingError, store_tariff};
use backoffice::import::{BadRows, ImportError, Report, check, load};
use shared::billing::TariffFile;
use shared::metering::notice_seal::SlipKey;
use shared::quantity::grouped;

use crate::office::{DataArguments, Office, database_failed};
use crate::outside::Outside;
use crate::refusal::Refusal;

/// What `minamo import` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct ImportArguments {
    #[command(flatten)]
    data: DataArguments,
    /// 料金表ファイル（水道・下水道など、繰り返し指定できます）
    #[arg(long = "tariff", value_name = "FILE", num_args = 1.., required_unless_present = "connections")]
    tariffs: Vec<PathBuf>,
    /// 水栓台帳の CSV ファイル（UTF-8 または CP932）
    #[arg(long, value_name = "FILE")]
    connections: Option<PathBuf>,
    /// 誤りのある行を除いて取り込みます
    #[arg(long)]
    skip_bad: bool,
    /// 除いた行の書き先（省略時は CSV と同じ場所の「元の名前-rejects.csv」）
    #[arg(long, value_name = "FILE", requires = "skip_bad")]
    rejects: Option<PathBuf>,
    /// 事業体の名前（はじめて取り込むとき）
    #[arg(long, value_name = "NAME", default_value = "水道事業体（名称未設定）")]
    utility: String,
    /// 適格請求書発行事業者の登録番号（はじめて取り込むとき）
    #[arg(long, value_name = "T...", default_value = "T0000000000000", value_parser = registration_number)]
    registration_number: String,
    /// お問い合わせ先（はじめて取り込むとき）
    #[arg(long, value_name = "TEXT", default_value = "（お問い合わせ先未設定）")]
    contact: String,
}

fn registration_number(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('T').unwrap_or_default();
    if digits.len() == 13 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("T のあとに13桁の数字を付けてください".into())
    }
}

/// Carries the command out; 1 when something was wrong with the files and nothing was taken in.
pub async fn run(arguments: ImportArguments, outside: &Outside) -> Result<u8, Refusal> {
    let input = Input::read(&arguments, outside)?;
    print!("{}", input.told());
    if !input.can_be_taken_in(arguments.skip_bad) {
        println!("誤りがあるため、何も取り込みませんでした。");
        return Ok(1);
    }
    input.write_rejects(&arguments)?;
    let office = Office::open_beside(&arguments.data, outside.database_url.as_deref()).await?;
    let taken_in = take_in(&office.backoffice, &arguments, &input, outside).await;
    office.close().await;
    let (text, exit_code) = taken_in?;
    println!("{}", text.trim_end());
    Ok(exit_code)
}

/// The files, read and checked.
struct Input {
    tariffs: Vec<TariffInput>,
    connections: Option<(String, Report)>,
}

struct TariffInput {
    name: String,
    text: String,
    checked: Result<TariffFile, BillingError>,
}

impl Input {
    fn read(arguments: &ImportArguments, outside: &Outside) -> Result<Input, Refusal> {
        let tariffs = arguments.tariffs.iter().map(|path| {
            let text = String::from_utf8_lossy(&bytes_of(path)?).into_owned();
            let checked = TariffFile::parse(&text).map_err(BillingError::TariffFile);
            Ok(TariffInput { name: path.display().to_string(), text, checked })
        });
        let tariffs = tariffs.collect::<Result<_, Refusal>>()?;
        let connections = match &arguments.connections {
            Some(path) => {
                let report = check(&bytes_of(path)?, outside.today(None));
                Some((path.display().to_string(), report))
            }
            None => None,
        };
        Ok(Input { tariffs, connections })
    }

    fn told(&self) -> String {
        let tariffs = self.tariffs.iter().map(|file| match &file.checked {
            Ok(tariff) => {
                let claims: Vec<_> = tariff.tariffs.iter().map(|t| t.claim.japanese()).collect();
                let claims = claims.join("・");
                format!("{}: {}（{claims}、{}から）\n", file.name, tariff.name, tariff.valid_from)
            }
            Err(error) => format!("{}: {}\n", file.name, words(error)),
        });
        let connections = self.connections.iter().map(|(name, report)| report.japanese(name));
        tariffs.chain(connections).collect()
    }

    fn can_be_taken_in(&self, skip_bad: bool) -> bool {
        let is_acceptable = |report: &Report| report.is_clean() || skip_bad;
        self.tariffs.iter().all(|file| file.checked.is_ok())
            && self.connections.as_ref().is_none_or(|(_, report)| is_acceptable(report))
    }

    /// Before anything is taken in: rows that are in neither place would be lost.
    fn write_rejects(&self, arguments: &ImportArguments) -> Result<(), Refusal> {
        let (Some(path), Some((_, report))) = (&arguments.connections, &self.connections) else {
            return Ok(());
        };
        if report.rejected_rows() == 0 {
            return Ok(());
        }
        let out = arguments.rejects.clone().unwrap_or_else(|| rejects_path(path));
        std::fs::write(&out, report.rejects_file()).map_err(|cause| Refusal::file(&out, cause))?;
        println!("誤りのある行を {} に書きました。", out.display());
        Ok(())
    }
}

async fn take_in(
    office: &Backoffice,
    arguments: &ImportArguments,
    input: &Input,
    outside: &Outside,
) -> Result<(String, u8), Refusal> {
    ensure_utility(office, arguments, outside).await?;
    for file in &input.tariffs {
        if let Err(error) = store_tariff(office, &file.text, None).await {
            return match error {
                BillingError::Database(cause) => Err(database_failed(cause)),
                error => Ok((format!("{}: {}", file.name, words(&error)), 1)),
            };
        }
    }
    let stored = match input.tariffs.len() {
        0 => String::new(),
        count => format!("料金表を {count} 件取り込みました。\n"),
    };
    let Some((name, report)) = &input.connections else { return Ok((stored, 0)) };
    let bad_rows = if arguments.skip_bad { BadRows::Skip } else { BadRows::Refuse };
    match load(office, report, bad_rows).await {
        Ok(imported) => {
            let count = |count: u64| grouped(i64::try_from(count).unwrap_or(i64::MAX));
            let text = format!(
                "{stored}水栓 {} 件（使用中 {} 件）と検針 {} 件を取り込みました。",
                count(imported.connections),
                count(imported.agreements),
                count(imported.readings),
            );
            Ok((text, 0))
        }
        Err(ImportError::Database(cause)) => Err(database_failed(cause)),
        Err(error) => {
            let (lines, code) = (error.japanese_lines(name), error.code());
            let words = backoffice::codes::japanese(code).unwrap_or_default();
            Ok((format!("{stored}{lines}{name}: {code} {words}"), 1))
        }
    }
}

async fn ensure_utility(
    office: &Backoffice,
    arguments: &ImportArguments,
    outside: &Outside,
) -> Result<(), Refusal> {
    if utility(office).await.map_err(database_failed)?.is_some() {
        return Ok(());
    }
    let new = Utility {
        id: office.utility,
        name: arguments.utility.clone(),
        registration_number: arguments.registration_number.clone(),
        contact: arguments.contact.clone(),
        slip_master_key: SlipKey((outside.random)()),
    };
    create_utility(&office.pool, &new).await.map_err(database_failed)?;
    println!("事業体を登録しました: {}", new.name);
    Ok(())
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Refusal> {
    std::fs::read(path).map_err(|cause| Refusal::file(path, cause))
}

/// `台帳.csv` → `台帳-rejects.csv`
fn rejects_path(connections: &Path) -> PathBuf {
    let mut name = connections.file_stem().unwrap_or_default().to_owned();
    name.push("-rejects.csv");
    connections.with_file_name(name)
}

fn words(error: &BillingError) -> String {
    let text = backoffice::codes::japanese(error.code()).unwrap_or_default();
    let details = error.details_ja().map(|details| format!("（{details}）")).unwrap_or_default();
    // Where in the file, if the reader of TOML could tell.
    let place = error.source().and_then(Error::source).map(ToString::to_string);
    let place = place.as_deref().and_then(|place| place.lines().next()).unwrap_or_default();
    format!("{} {text}{details} {place}", error.code()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use backoffice::test_database::TestDatabase;

    use crate::office::UTILITY;

    fn outside() -> Outside {
        Outside {
            now: Arc::new(|| "2026-11-23T00:00:00Z".parse().unwrap()),
            random: Arc::new(|| [7; 32]),
            programs: PathBuf::new(),
            hostname: String::new(),
            database_url: None,
        }
    }

    fn sample(connections: &str, skip_bad: bool) -> ImportArguments {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        ImportArguments {
            data: DataArguments { data: PathBuf::new(), database_url: None },
            tariffs: ["takatsuki-water-2019.toml", "yachiyo-sewerage-2019.toml"]
                .map(|name| repository.join("shared/tariffs").join(name))
                .into(),
            connections: Some(repository.join("tests/data/import").join(connections)),
            skip_bad,
            rejects: None,
            utility: "試験水道局".into(),
            registration_number: "T1234567890123".into(),
            contact: "055-000-0000".into(),
        }
    }

    #[tokio::test]
    async fn a_clean_list_is_taken_in_once() {
        let database = TestDatabase::fresh().await;
        let office = Backoffice { pool: database.pool.clone(), utility: UTILITY };
        let arguments = sample("connections_cp932.csv", false);
        let input = Input::read(&arguments, &outside()).unwrap();
        assert!(input.can_be_taken_in(false), "{}", input.told());
        let (text, code) = take_in(&office, &arguments, &input, &outside()).await.unwrap();
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("料金表を 2 件") && text.contains("水栓 20 件"), "{text}");

        let (text, code) = take_in(&office, &arguments, &input, &outside()).await.unwrap();
        assert_eq!(code, 1, "{text}");
        assert!(text.contains("I20"), "{text}");
    }

    #[test]
    fn a_faulty_list_waits_until_it_is_mended_or_its_faults_are_left_out() {
        let input = Input::read(&sample("connections_every_fault.csv", false), &outside()).unwrap();
        assert!(!input.can_be_taken_in(false));
        assert!(input.can_be_taken_in(true));
    }

    #[test]
    fn a_file_that_is_no_tariff_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("料金.toml");
        std::fs::write(&file, "これは料金表ではありません").unwrap();
        let arguments = ImportArguments {
            tariffs: vec![file],
            connections: None,
            ..sample("connections_cp932.csv", true)
        };
        let input = Input::read(&arguments, &outside()).unwrap();
        assert!(!input.can_be_taken_in(true));
        assert!(
            input.told().contains("B02") && input.told().contains("1行14桁 K01"),
            "{}",
            input.told()
        );
    }

    #[test]
    fn rejects_lie_beside_the_file() {
        assert_eq!(rejects_path(Path::new("in/台帳.csv")), Path::new("in/台帳-rejects.csv"));
    }

    #[test]
    fn a_registration_number_is_t_and_13_digits() {
        assert!(registration_number("T1234567890123").is_ok());
        for bad in ["", "1234567890123", "T123456789012", "T123456789012x", "Ｔ1234567890123"] {
            assert!(registration_number(bad).is_err(), "{bad}");
        }
    }
}
