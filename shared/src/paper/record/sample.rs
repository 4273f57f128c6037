//! Invented values (見本の内容): what the office sees in a layout before anybody's name stands in it.

use jiff::civil::date;

use crate::billing::TariffFile;
use crate::billing::charge::ChargeInput;
use crate::calendar::YearMonth;
use crate::connection::{MeterSize, PaymentMethod, UsageClass};
use crate::ids::ConnectionNumber;
use crate::metering::{Issuer, LastDebit, RegisterReading, UsageNotice};
use crate::paper::{Paper, PaperKind};
use crate::quantity::{CubicMeters, Yen};

use super::Record;

const WATER: &str = include_str!("../../../tariffs/takatsuki-water-2019.toml");
const SEWERAGE: &str = include_str!("../../../tariffs/yachiyo-sewerage-2019.toml");
const CODE: &str = "MINAMO1 00012345 2026-11 1238 38 8520 H01-000017 0000000000000000";

/// A paper of this kind on which every field has something to say.
pub fn sample(kind: PaperKind) -> Record {
    match kind {
        PaperKind::UsageNotice => Record::of_notice(&notice(), CODE),
        _ => Record::of_paper(&paper(kind)),
    }
}

fn notice() -> UsageNotice {
    let size = MeterSize::new(20).expect("a size that is made");
    let usage = CubicMeters(38);
    let input = ChargeInput::new(size, UsageClass::GENERAL, usage, 2);
    let charges = [WATER, SEWERAGE].into_iter().filter_map(|file| {
        let file = TariffFile::parse(file).ok()?;
        file.tariffs.first()?.charge(&input).ok()
    });
    let register = |value| RegisterReading::new(value, 4).expect("four digits");
    let month = |month| YearMonth::new(2026, month).expect("a month of the year");
    UsageNotice {
        issuer: "水面市上下水道局".to_owned(),
        registration_number: "T1234567890123".to_owned(),
        contact: "お客様センター 電話 055-000-0000（平日 8:30～17:15）".to_owned(),
        slip_number: "H01-000017".to_owned(),
        reissue_of: Some("H01-000016".to_owned()),
        connection_number: ConnectionNumber::parse("00012345").expect("eight digits"),
        customer_name: "髙橋 﨑子".to_owned(),
        address: "丸の内一丁目18-1 水面ハイツ203号室".to_owned(),
        period: month(11),
        read_on: date(2026, 11, 22),
        previous_read_on: date(2026, 9, 22),
        register: register(13),
        previous_register: register(0),
        is_new_meter: true,
        removed_meter: CubicMeters(55),
        estimated: CubicMeters(30),
        usage,
        last_period: Some(CubicMeters(41)),
        same_period_last_year: Some(CubicMeters(33)),
        meter_number: "26-000001".to_owned(),
        meter_size: size,
        use_class: UsageClass::GENERAL.japanese().to_owned(),
        payment_method: PaymentMethod::DirectDebit,
        charges: charges.collect(),
        messages: vec![
            "いつもより使用水量が増えています。漏水がないかご確認ください。".to_owned(),
            "前回までの認定水量を、今回の検針で精算しました。".to_owned(),
        ],
        reader_name: "山田 太郎".to_owned(),
        next_reading_on: Some(date(2027, 1, 22)),
        due_on: Some(date(2026, 12, 25)),
        debit_on: Some(date(2026, 12, 21)),
        last_debit: Some(LastDebit {
            period: month(9),
            debited_on: date(2026, 10, 20),
            amount: Yen(7_480),
        }),
        sewerage_issuer: Some(Issuer {
            name: "水面広域下水道組合".to_owned(),
            registration_number: "T9876543210987".to_owned(),
        }),
    }
}

fn paper(kind: PaperKind) -> Paper {
    let row = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Paper {
        kind,
        number: "H01-000018".to_owned(),
        reissue_of: Some("H01-000012".to_owned()),
        on: date(2026, 11, 22),
        customer_name: "髙橋 﨑子".to_owned(),
        address: "丸の内一丁目18-1 水面ハイツ203号室".to_owned(),
        rows: vec![row("水栓番号", "00012345"), row("名前の行", "内容")],
        total: Some(("金額".to_owned(), Yen(12_340))),
        words: vec!["ここに本文が入ります。本文は帳票ごとに決まっています。".to_owned()],
        issuer: "水面市上下水道局".to_owned(),
        registration_number: "T1234567890123".to_owned(),
        contact: "お客様センター 電話 055-000-0000（平日 8:30～17:15）".to_owned(),
        reader_name: "山田 太郎".to_owned(),
    }
}
