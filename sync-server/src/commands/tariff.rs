//! `minamo tariff` (料金表ファイル): is the file right, and what editors may know of its form.

mod summary;

use std::fs;
use std::path::{Path, PathBuf};

use shared::billing::cases::CaseRater;
use shared::billing::{TariffFile, tariff_schema};

use crate::refusal::Refusal;

/// What `minamo tariff` can do.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum TariffCommand {
    /// 料金表ファイルの誤りを行と桁で示し、計算例を計算します（終了コード 0: 正しい、1: 誤りがある、2: 読めない）
    Check(CheckArguments),
    /// 料金表ファイルの JSON Schema を出します（エディターの入力補助に使います）
    Schema,
}

/// What `minamo tariff check` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArguments {
    /// 料金表ファイル（TOML）
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Carries the command out; 1 when some file has a fault or disagrees with an example.
pub fn run(command: &TariffCommand) -> Result<u8, Refusal> {
    match command {
        TariffCommand::Check(arguments) => {
            let mut is_right = true;
            for path in &arguments.files {
                let checked = check(&path.display().to_string(), &text_of(path)?);
                print!("{}", checked.text);
                is_right &= checked.is_right;
            }
            Ok(u8::from(!is_right))
        }
        TariffCommand::Schema => {
            let schema = serde_json::to_string_pretty(&tariff_schema())
                .expect("a schema has only text keys");
            println!("{schema}");
            Ok(0)
        }
    }
}

/// What is told of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Checked {
    /// Lines for the person who asked.
    pub text: String,
    /// No fault, and all examples agree.
    pub is_right: bool,
}

/// Judges the text of a file.
pub fn check(name: &str, text: &str) -> Checked {
    match TariffFile::parse(text) {
        Err(faults) => {
            let count = faults.len();
            let faults = faults.iter().map(|fault| format!("{name}: {}\n", fault.japanese()));
            let text = faults.collect::<String>() + &format!("誤りが{count}件あります。\n");
            Checked { text, is_right: false }
        }
        Ok(file) => {
            let mut told = summary::of_file(name, &file);
            let rater = CaseRater::new(&file);
            let mut wrong = 0;
            for example in &file.examples {
                let (line, agrees) = summary::of_example(name, &file, &rater, example);
                told += &line;
                wrong += usize::from(!agrees);
            }
            told += &summary::verdict(file.examples.len(), wrong);
            Checked { text: told, is_right: wrong == 0 }
        }
    }
}

/// A tariff file without faults, or all of its faults.
pub(super) fn read_tariff_file(path: &Path) -> Result<TariffFile, Refusal> {
    TariffFile::parse(&text_of(path)?).map_err(|faults| {
        let faults: Vec<String> =
            faults.iter().map(|fault| format!("  {}", fault.japanese())).collect();
        let name = path.display();
        Refusal::new(
            "B02",
            format!("料金表ファイル {name} に誤りがあります。\n{}", faults.join("\n")),
        )
    })
}

fn text_of(path: &Path) -> Result<String, Refusal> {
    let bytes = fs::read(path).map_err(|cause| Refusal::file(path, cause))?;
    let text = String::from_utf8(bytes).map_err(|cause| {
        let good = &cause.as_bytes()[..cause.utf8_error().valid_up_to()];
        let line = good.split(|byte| *byte == b'\n').count();
        let text = format!(
            "{} の{line}行目に、UTF-8ではない文字があります。文字コードをUTF-8にして保存し直してください。",
            path.display()
        );
        Refusal::new("K87", text).because(cause.utf8_error())
    })?;
    // Some editors put a mark first; TOML has no place for it.
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

#[cfg(test)]
mod tests;
