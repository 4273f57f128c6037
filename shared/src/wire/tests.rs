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
        visit: visit(),
    }
}

fn visit() -> VisitV1 {
    VisitV1 {
        remarks: vec![5],
        position: Some(PositionV1 {
            latitude_e6: 35_664_000,
            longitude_e6: 138_568_000,
            accuracy_m: 8,
        }),
        meter_frame: Some(vec![0x68, 0x16]),
        taken_back: Some(1),
    }
}

fn on_site() -> OnSiteV1 {
    OnSiteV1 {
        hazards: vec![1, 3],
        last_remark: 1,
        no_reads_in_a_row: 2,
        estimated_m3: 30,
        removed_meter_m3: 4,
        is_new_meter: true,
        master: 11,
        tap: 1,
        latitude_e6: Some(35_664_000),
        longitude_e6: None,
        last_debit: Some(DebitV1 {
            year: 2026,
            month: 9,
            debited_on_unix_days: 20_750,
            amount_yen: 8_521,
        }),
        is_mailed: false,
    }
}

fn route_work() -> RouteWorkV1 {
    RouteWorkV1 {
        remarks: vec![RemarkV1 {
            code: 6,
            name: "漏水の疑い".into(),
            flags: 25,
            follow_up: "leak_survey".into(),
        }],
        orders: vec![WorkOrderV1 {
            order: 7,
            connection: 12_345,
            kind: 6,
            due_on_unix_days: 20_780,
            text: "予告書".into(),
            owed_yen: 12_000,
            customer_name: String::new(),
            meter_number: "26-000001".into(),
            meter_size_mm: 20,
        }],
        layouts: vec![LayoutV1 { kind: 1, width_dots: 384, version: 3, text: "[paper]".into() }],
        next_reading_on_unix_days: Some(20_840),
        debit_on_unix_days: Some(20_800),
        due_on_unix_days: None,
        photo_percent: 3,
        hides_previous: false,
        cash_limit_yen: 500_000,
        limits_version: 2,
        expires_on_unix_days: 20_800,
        issuers: vec![IssuerV1 {
            authority: String::new(),
            name: "水面市下水道局".into(),
            registration_number: "T9876543210987".into(),
        }],
        receipt_first: 1_001,
        receipt_last: 2_000,
        lock_minutes: 10,
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
            "ac02abababababababababababababababababababababababababababababababab80859db00d000210019300000000700080000000000000011000000000000000000000000000000002f2c001d6090401b00a26010301d8c40201fe4601943e0331303101050180c28122808593840108010268160101"
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
        comes_again: true,
        estimate_m3: Some(30),
        visit: VisitV1::default(),
    };
    frozen(
        &Event::V1(EventV1::NoRead(no_read)),
        &expect![
            "000310000000000000000000000000000000011000000000000000000000000000000002010ad8c4020331303101011e00000000"
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
            on_site: on_site(),
            terms: ChargeTermsV1 {
                reliefs: vec![ReliefV1 {
                    claim: 1,
                    key: "welfare".into(),
                    from_unix_days: 20_000,
                    before_unix_days: Some(20_900),
                }],
                sources: vec![SewageSourceV1 {
                    deducts: true,
                    measure: 3,
                    figure: Some(4),
                    from_unix_days: 20_000,
                    before_unix_days: None,
                }],
                carried_m3: [2, 3],
                left_to_office: 1,
            },
        }],
        work: route_work(),
    };
    frozen(
        &WorkPackage::V1(package),
        &expect![
            "001000000000000000000000000000000009d8c40218e6b0b4e99da2e5b882e4b88ae4b88be6b0b4e98193e5b1800e54313233343536373839303132330c3035352d3030302d3030303002d41f0b020a033031320fe79bb8e7949fe4b880e4b881e79bae01033130310de6a49ce9879d20e88ab1e5ad900a246172676f6e3269642401020a636f6465203d20226122010767656e6572616c09e4b880e888ace794a801f2c001083030303132333435010de4bd90e897a420e4baace5ad9016e382b5e38388e382a620e382ade383a7e382a6e382b317e79bb8e7949fe4b880e4b881e79bae31e795aa32e58fb7000932302d313233343536140409e78e84e996a2e58fb303e78aac0767656e6572616c010100010101a09902b009dec30201dec30228c80190030a190c001e00281404000002010301021e040116010180c281220001d41f099cc4029285010001010777656c66617265c0b80201c8c6020101030104c0b8020002030101060fe6bc8fe6b0b4e381aee79691e38184190b6c65616b5f737572766579010ef2c00106d8c40209e4ba88e5918ae69bb8c0bb01000932362d303030303031140101800306075b70617065725d01d0c5020180c502000300c0843d0480c502010015e6b0b4e99da2e5b882e4b88be6b0b4e98193e5b1800e5439383736353433323130393837e907d00f0a"
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
fn events_of_field_work_are_frozen() {
    let (id, package) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let (connection, order, reader) = (12_345, Some(7), "101".to_owned());
    let events = [
        EventV1::MeterExchanged(MeterExchangeV1 {
            id,
            package,
            connection,
            order,
            removed_number: "20-123456".into(),
            removed_value: 1_238,
            installed_number: "26-000001".into(),
            installed_size_mm: 20,
            installed_digits: 4,
            installed_value: 1,
            reason: 1,
            seal: "55".into(),
            exchanged_on_unix_days: 20_780,
            visit: VisitV1::default(),
            reader: reader.clone(),
        }),
        EventV1::ServiceStarted(ServiceStartV1 {
            id,
            package,
            connection,
            order,
            meter_number: "20-123456".into(),
            register_value: 1_238,
            was_opened: true,
            started_on_unix_days: 20_780,
            visit: VisitV1::default(),
            reader: reader.clone(),
        }),
        EventV1::ServiceStopped(ServiceStopV1 {
            id,
            package,
            connection,
            order: None,
            register_value: 1_238,
            usage_m3: 38,
            findings: vec![],
            stopped_on_unix_days: 20_780,
            water_yen: Some(4_543),
            sewerage_yen: None,
            payment: 2,
            was_closed: true,
            visit: VisitV1::default(),
            reader: reader.clone(),
        }),
        EventV1::CashTaken(CashReceiptV1 {
            id,
            package,
            connection,
            settles: id,
            receipt_number: "H01-R000003".into(),
            amount_yen: 4_543,
            handed_over_yen: 5_000,
            taken_on_unix_days: 20_780,
            reader: reader.clone(),
        }),
        EventV1::CashVoided(CashVoidV1 {
            receipt: id,
            receipt_number: "H01-R000003".into(),
            reason: 1,
            reader: reader.clone(),
        }),
        EventV1::Noted(NoteV1 {
            id,
            package,
            connection: None,
            kind: 2,
            text: "新築".into(),
            noted_on_unix_days: 20_780,
            position: None,
            reader: reader.clone(),
        }),
        EventV1::PhotoTaken(PhotoV1 {
            id,
            package,
            connection,
            sha256: [0xab; 32],
            byte_count: 80_000,
            taken_on_unix_days: 20_780,
            reader: reader.clone(),
        }),
        EventV1::SuspensionStepDone(SuspensionStepV1 {
            id,
            package,
            connection,
            order: 7,
            step: 2,
            method: 1,
            register_value: Some(1_238),
            seal: "55".into(),
            text: String::new(),
            done_at_unix_seconds: 1_795_400_000,
            visit: VisitV1::default(),
            reader: reader.clone(),
        }),
        EventV1::PaperPrinted(paper(id)),
        EventV1::PaperVoided(paper(id)),
        EventV1::DaySigned(DaySignedV1 {
            package,
            day_unix_days: 20_780,
            counts: [400, 390, 8, 2],
            usage_m3: 12_345,
            amount_yen: 3_456_789,
            papers: [395, 3],
            works: [1, 2, 3, 4, 5, 6],
            receipts: [2, 1],
            cash_yen: 9_086,
            reader: reader.clone(),
        }),
        EventV1::LoginRefused { reader, failures: 10 },
    ];
    let bytes: Vec<String> = events.iter().map(|event| hex(&encode(event))).collect();
    for (event, bytes) in events.iter().zip(&bytes) {
        let bytes: Vec<u8> = bytes
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        assert_eq!(&decode::<EventV1>(&bytes).unwrap(), event);
    }
    expect![[r"
        0610000000000000000000000000000000011000000000000000000000000000000002f2c001010e0932302d313233343536d6090932362d30303030303114040101023535d8c4020000000003313031
        0710000000000000000000000000000000011000000000000000000000000000000002f2c001010e0932302d313233343536d60901d8c4020000000003313031
        0810000000000000000000000000000000011000000000000000000000000000000002f2c00100d6092600d8c40201fe460002010000000003313031
        0910000000000000000000000000000000011000000000000000000000000000000002f2c00110000000000000000000000000000000010b4830312d52303030303033fe46904ed8c40203313031
        0a10000000000000000000000000000000010b4830312d523030303030330103313031
        0b10000000000000000000000000000000011000000000000000000000000000000002000206e696b0e7af89d8c4020003313031
        0c10000000000000000000000000000000011000000000000000000000000000000002f2c001abababababababababababababababababababababababababababababababab80f104d8c40203313031
        0d10000000000000000000000000000000011000000000000000000000000000000002f2c0010e020101d6090235350080859db00d0000000003313031
        0e0a4830312d30303030313804f2c00101100000000000000000000000000000000100fe46
        0f0a4830312d30303030313804f2c00101100000000000000000000000000000000100fe46
        101000000000000000000000000000000002d8c402900386030802b960aafca5038b03030102030405060201fc8d0103313031
        11033130310a"]].assert_eq(&bytes.join("\n"));
}

fn paper(subject: Uuid) -> PaperV1 {
    PaperV1 {
        paper_number: "H01-000018".into(),
        kind: 4,
        connection: 12_345,
        subject: Some(subject),
        reissue_of: None,
        amount_yen: 4_543,
    }
}

#[test]
fn photos_go_in_parts() {
    let id = Uuid::from_u128(1);
    frozen(
        &SyncRequest::V1(SyncRequestV1::UploadPhoto { id, offset: 300, part: vec![1, 2, 3] }),
        &expect!["00031000000000000000000000000000000001ac0203010203"],
    );
    frozen(
        &SyncResponse::V1(SyncResponseV1::PhotoStored { id, through: 303 }),
        &expect!["00041000000000000000000000000000000001af02"],
    );
}

#[test]
fn the_running_hash_binds_order_and_content() {
    let one = RunningHash::START.then(b"one").then(b"two");
    assert_ne!(one, RunningHash::START.then(b"two").then(b"one"));
    assert_ne!(one, RunningHash::START.then(b"onetwo"));
}
