//! Golden bytes: what has been shipped must decode for ever.

use super::*;
use expect_test::{Expect, expect};
use uuid::Uuid;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[track_caller]
fn frozen<T>(message: &T, golden: &Expect)
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let bytes = encode(message);
    golden.assert_eq(&hex(&bytes));
    assert_eq!(&decode::<T>(&bytes).unwrap(), message);
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(matches!(decode::<T>(&longer), Err(WireError::TrailingBytes(1))));
    for shorter in 0..bytes.len() {
        assert!(decode::<T>(&bytes[..shorter]).is_err(), "cut after {shorter} bytes");
    }
}

fn reading() -> ReadingV1 {
    ReadingV1 {
        id: Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001),
        package: Uuid::from_u128(2),
        connection: 12_345,
        register_value: 1_238,
        register_digits: 4,
        first_typed_value: Some(1_328),
        usage_m3: 38,
        findings: vec![3],
        low_flow: 1,
        read_on_unix_days: 20_780,
        water_yen: Some(4_543),
        sewerage_yen: Some(3_978),
        reader: "101".into(),
    }
}

#[test]
fn a_log_entry_of_version_1_is_frozen() {
    let entry = LogEntry {
        sequence: 300,
        previous: RunningHash([0xab; 32]),
        recorded_at_unix_seconds: 1_795_400_000,
        event: Event::V1(EventV1::Reading(reading())),
    };
    frozen(
        &entry,
        &expect![
            "ac02abababababababababababababababababababababababababababababababab80859db00d000210019300000000700080000000000000011000000000000000000000000000000002f2c001d6090401b00a26010301d8c40201fe4601943e03313031"
        ],
    );
}

#[test]
fn other_events_of_version_1_are_frozen() {
    let no_read = NoReadV1 {
        id: Uuid::from_u128(1),
        package: Uuid::from_u128(2),
        connection: -1,
        reason: 10,
        visited_on_unix_days: 20_780,
        reader: "101".into(),
    };
    frozen(
        &Event::V1(EventV1::NoRead(no_read)),
        &expect![
            "000310000000000000000000000000000000011000000000000000000000000000000002010ad8c40203313031"
        ],
    );
    let slip = SlipV1 {
        slip_number: "H01-000017".into(),
        reading: Uuid::from_u128(1),
        reissue_of: None,
        amount_yen: 8_521,
    };
    frozen(
        &Event::V1(EventV1::SlipPrinted(slip.clone())),
        &expect!["00040a4830312d303030303137100000000000000000000000000000000100928501"],
    );
    frozen(
        &Event::V1(EventV1::SlipVoided(slip)),
        &expect!["00050a4830312d303030303137100000000000000000000000000000000100928501"],
    );
    frozen(&Event::V1(EventV1::LoggedIn { reader: "101".into() }), &expect!["000103313031"]);
    frozen(
        &Event::V1(EventV1::PackageReceived { package: Uuid::from_u128(9) }),
        &expect!["00001000000000000000000000000000000009"],
    );
}

#[test]
fn requests_and_answers_of_version_1_are_frozen() {
    frozen(&SyncRequest::V1(SyncRequestV1::Status), &expect!["0000"]);
    frozen(&SyncRequest::V1(SyncRequestV1::FetchPackage), &expect!["0001"]);
    frozen(
        &SyncRequest::V1(SyncRequestV1::Upload { entries: vec![vec![1, 2], vec![]] }),
        &expect!["00020202010200"],
    );
    let receipt = ReceiptV1 {
        device: Uuid::from_u128(3),
        stored_through: 300,
        running_hash: RunningHash([0xcd; 32]),
        newly_stored: 2,
        quarantined: vec![QuarantinedV1 { sequence: 299, code: "S11".into() }],
    };
    frozen(
        &SyncResponse::V1(SyncResponseV1::Receipt(receipt)),
        &expect![
            "00001000000000000000000000000000000003ac02cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd0201ab0203533131"
        ],
    );
    frozen(&SyncResponse::V1(SyncResponseV1::NoPackage), &expect!["0002"]);
    frozen(
        &SyncResponse::V1(SyncResponseV1::Refused { code: "S02".into() }),
        &expect!["000303533032"],
    );
}

#[test]
fn a_work_package_of_version_1_is_frozen() {
    let package = WorkPackageV1 {
        id: Uuid::from_u128(9),
        business_date_unix_days: 20_780,
        utility: UtilityV1 {
            name: "水面市上下水道局".into(),
            registration_number: "T1234567890123".into(),
            contact: "055-000-0000".into(),
        },
        round: RoundV1 { id: 1, year: 2026, month: 11, months: 2 },
        route: RouteV1 { id: 5, number: "012".into(), name: "相生一丁目".into() },
        readers: vec![ReaderV1 {
            login: "101".into(),
            name: "検針 花子".into(),
            pin_hash: "$argon2id$".into(),
        }],
        tariffs: vec![TariffV1 { id: 1, text: "code = \"a\"".into() }],
        use_classes: vec![UseClassV1 { key: "general".into(), name: "一般用".into() }],
        connections: vec![PlannedConnectionV1 {
            connection: 12_345,
            connection_number: "00012345".into(),
            walk_order: 1,
            customer_name: "佐藤 京子".into(),
            customer_kana: "サトウ キョウコ".into(),
            address: "相生一丁目1番2号".into(),
            building: String::new(),
            meter_number: "20-123456".into(),
            meter_size_mm: 20,
            dial_digits: 4,
            meter_position: "玄関右".into(),
            caution: "犬".into(),
            use_class: "general".into(),
            payment_method: 1,
            sewerage: true,
            sewerage_authority: String::new(),
            dwellings: 1,
            in_service: true,
            in_service_since_unix_days: Some(18_000),
            previous_value: 1_200,
            previous_read_on_unix_days: 20_719,
            past_usage: vec![PastUsageV1 { read_on_unix_days: 20_719, usage_m3: 40 }],
            limits: crate::metering::ScreeningLimits::STANDARD.into(),
        }],
    };
    frozen(
        &WorkPackage::V1(package),
        &expect![
            "001000000000000000000000000000000009d8c40218e6b0b4e99da2e5b882e4b88ae4b88be6b0b4e98193e5b1800e54313233343536373839303132330c3035352d3030302d3030303002d41f0b020a033031320fe79bb8e7949fe4b880e4b881e79bae01033130310de6a49ce9879d20e88ab1e5ad900a246172676f6e3269642401020a636f6465203d20226122010767656e6572616c09e4b880e888ace794a801f2c001083030303132333435010de4bd90e897a420e4baace5ad9016e382b5e38388e382a620e382ade383a7e382a6e382b317e79bb8e7949fe4b880e4b881e79bae31e795aa32e58fb7000932302d313233343536140409e78e84e996a2e58fb303e78aac0767656e6572616c010100010101a09902b009dec30201dec30228c80190030a190c001e002814040000"
        ],
    );
}

#[test]
fn an_enrolment_of_version_1_is_frozen() {
    let enrolment = EnrolmentV1 {
        device: Uuid::from_u128(3),
        device_code: "H01".into(),
        server: "https://minamo.example:8443".into(),
        token: [1; 32],
        slip_key: [2; 32],
        authority: vec![0x30, 0x82],
    };
    frozen(
        &enrolment,
        &expect![
            "1000000000000000000000000000000003034830311b68747470733a2f2f6d696e616d6f2e6578616d706c653a3834343301010101010101010101010101010101010101010101010101010101010101010202020202020202020202020202020202020202020202020202020202020202023082"
        ],
    );
}

#[test]
fn the_running_hash_binds_order_and_content() {
    let one = RunningHash::START.then(b"one").then(b"two");
    assert_ne!(one, RunningHash::START.then(b"two").then(b"one"));
    assert_ne!(one, RunningHash::START.then(b"onetwo"));
}
