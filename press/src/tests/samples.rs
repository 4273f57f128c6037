//! Invented notices.

use jiff::civil::date;
use shared::billing::charge::ChargeInput;
use shared::billing::{Claim, TariffFile};
use shared::calendar::YearMonth;
use shared::connection::{MeterSize, PaymentMethod, UsageClass};
use shared::ids::ConnectionNumber;
use shared::metering::notice_seal::SlipKey;
use shared::metering::{RegisterReading, UsageNotice};
use shared::quantity::CubicMeters;

/// The key of the utility in these tests.
pub const MASTER: SlipKey = SlipKey([7; 32]);

/// A household of two months.
pub fn notice() -> UsageNotice {
    let size = MeterSize::new(20).unwrap();
    let use_class = UsageClass::GENERAL;
    let usage = CubicMeters(38);
    let input = ChargeInput::new(size, use_class, usage, 2);
    let charges = [TAKATSUKI_WATER, YACHIYO_SEWERAGE]
        .map(|file| TariffFile::parse(file).unwrap().tariffs[0].charge(&input).unwrap())
        .to_vec();
    assert_eq!(charges.iter().map(|charge| charge.claim).collect::<Vec<_>>(), Claim::ALL);
    UsageNotice {
        issuer: "水面市上下水道局".to_owned(),
        registration_number: "T1234567890123".to_owned(),
        contact: "お客様センター 電話 055-000-0000（平日 8:30～17:15）".to_owned(),
        slip_number: "H01-000017".to_owned(),
        reissue_of: None,
        connection_number: ConnectionNumber::parse("00012345").unwrap(),
        customer_name: "髙橋 﨑子".to_owned(),
        address: "丸の内一丁目18-1 水面ハイツ203号室".to_owned(),
        period: YearMonth::new(2026, 11).unwrap(),
        read_on: date(2026, 11, 22),
        previous_read_on: date(2026, 9, 22),
        register: RegisterReading::new(1_238, 4).unwrap(),
        previous_register: RegisterReading::new(1_200, 4).unwrap(),
        is_new_meter: false,
        removed_meter: CubicMeters(0),
        estimated: CubicMeters(0),
        usage,
        last_period: Some(CubicMeters(41)),
        same_period_last_year: Some(CubicMeters(33)),
        meter_number: "20-415926".to_owned(),
        meter_size: size,
        use_class: use_class.japanese().to_owned(),
        payment_method: PaymentMethod::DirectDebit,
        charges,
        messages: vec![
            "前年同期より使用水量が増えています。漏水がないかご確認ください。".to_owned(),
        ],
        reader_name: "山田 太郎".to_owned(),
        next_reading_on: None,
        due_on: None,
        debit_on: None,
        last_debit: None,
        sewerage_issuer: None,
    }
}

/// A shop with everything long, printed again.
pub fn long_notice() -> UsageNotice {
    UsageNotice {
        customer_name: "医療法人社団水面会みなも中央総合リハビリテーション病院".to_owned(),
        address: "中央二丁目1234番地の56 みなもスカイビルディング東館地下1階から12階".to_owned(),
        reissue_of: Some("H01-000016".to_owned()),
        payment_method: PaymentMethod::PaperBill,
        last_period: None,
        messages: vec![
            "検針時に蛇口を閉めてもメーターのパイロットが回っていました。漏水の疑いがありますので、\
             指定給水装置工事事業者へご相談ください。"
                .to_owned(),
            "メーターの検定有効期間が近づいています。後日、取替に伺います。".to_owned(),
        ],
        ..notice()
    }
}

/// The text of its code.
pub fn sealed(notice: &UsageNotice) -> String {
    notice.seal(SlipKey::for_device(MASTER, "H01"))
}

const TAKATSUKI_WATER: &str = include_str!("../../../shared/tariffs/takatsuki-water-2019.toml");
const YACHIYO_SEWERAGE: &str = include_str!("../../../shared/tariffs/yachiyo-sewerage-2019.toml");
