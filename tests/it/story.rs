//! The main job without a person (`minamo story`), and judges of its papers that nobody here wrote.

use std::path::{Path, PathBuf};
use std::process::Command;

use tests::programs::program;

fn play(arguments: &[&str], out: &Path) -> String {
    let played = Command::new(program("minamo"))
        .arg("story")
        .arg("--out")
        .arg(out)
        .args(arguments)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&played.stdout).into_owned();
    assert!(
        played.status.success(),
        "{told}\n{}\n{}",
        String::from_utf8_lossy(&played.stderr),
        std::fs::read_to_string(out.join("story.md")).unwrap_or_default()
    );
    told
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    found.sort();
    found
}

fn rows(path: &Path) -> Vec<csv::StringRecord> {
    csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect()
}

#[test]
fn the_main_job_runs_from_route_to_bill() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("story");
    play(&["--households", "50"], &out);

    let assessments = rows(&out.join("assessments.csv"));
    assert!(assessments.len() > 20, "{} assessments", assessments.len());
    for row in &assessments {
        assert_eq!(row[4], row[6], "slip and assessment differ: {row:?}");
    }
    the_books_are_balanced(&rows(&out.join("ledger.csv")));
    assert!(files(&out.join("screens"), "png").len() > 10);
    assert!(!files(&out.join("bills"), "pdf").is_empty());
    the_slips_are_read_by_strangers(&out.join("slips"), &assessments);
}

fn the_books_are_balanced(ledger: &[csv::StringRecord]) {
    let mut sums = std::collections::BTreeMap::<String, i64>::new();
    for row in ledger {
        let debit: i64 = row[3].parse().unwrap();
        let credit: i64 = row[4].parse().unwrap();
        *sums.entry(row[0].to_owned()).or_default() += debit - credit;
    }
    assert!(sums.len() > 20);
    assert!(sums.values().all(|sum| *sum == 0), "{sums:?}");
}

/// An independent decoder reads the code in each picture, and what it says is what was assessed.
/// (That an independent renderer takes our bytes is tested beside the slip.)
fn the_slips_are_read_by_strangers(slips: &Path, assessments: &[csv::StringRecord]) {
    let pictures = files(slips, "png");
    let bytes = files(slips, "bin");
    assert_eq!(pictures.len(), bytes.len());
    let mut read = 0;
    for picture in &pictures {
        let Some(text) = qr_text(picture) else { continue };
        let words: Vec<&str> = text.split(' ').collect();
        let amount: i64 = words[5].parse().unwrap();
        let assessed: i64 = assessments
            .iter()
            .filter(|row| &row[0] == words[1])
            .map(|row| row[4].parse::<i64>().unwrap())
            .sum();
        assert_eq!(amount, assessed, "{text}");
        read += 1;
    }
    assert!(read * 10 >= pictures.len() * 9, "{read} of {} codes were read", pictures.len());
    assert!(read > 10);
}

fn qr_text(picture: &Path) -> Option<String> {
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(picture).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    let luma = match (info.color_type, info.bit_depth) {
        (png::ColorType::Grayscale, png::BitDepth::Eight) => bytes,
        (png::ColorType::Grayscale, png::BitDepth::One) => {
            unpacked(&bytes, info.width, info.line_size)
        }
        other => panic!("the virtual printer writes gray pictures, not {other:?}"),
    };
    let format = Some(rxing::BarcodeFormat::QR_CODE);
    rxing::helpers::detect_in_luma(luma, info.width, info.height, format)
        .ok()
        .map(|found| found.getText().to_owned())
}

fn unpacked(bytes: &[u8], width: u32, line: usize) -> Vec<u8> {
    let width = usize::try_from(width).unwrap();
    bytes
        .chunks(line)
        .flat_map(|row| (0..width).map(move |x| (row[x / 8] >> (7 - x % 8) & 1) * 255))
        .collect()
}
