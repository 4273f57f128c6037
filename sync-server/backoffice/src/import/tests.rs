//! The samples of `tests/data/import`, and what becomes of them.

use expect_test::{Expect, expect};
use jiff::civil::{Date, date};
use shared::connection::UsageClass;
use shared::ids::UtilityId;
use shared::metering::notice_seal::SlipKey;

use super::*;
use crate::Backoffice;
use crate::access::{Utility, create_utility};
use crate::connection::{SearchOutcome, search};
use crate::test_database::TestDatabase;

const TODAY: Date = date(2026, 11, 23);
const UTF8: &[u8] = include_bytes!("../../../../tests/data/import/connections_utf8.csv");
const CP932: &[u8] = include_bytes!("../../../../tests/data/import/connections_cp932.csv");
const EVERY_FAULT: &[u8] =
    include_bytes!("../../../../tests/data/import/connections_every_fault.csv");

const HEADING: &str = "水栓番号,郵便番号,町名,番地,口径,メーター番号,検定満期,前回指針,前回検針日,下水道,検針順路,検針順";

#[track_caller]
fn check_text(text: &str, expected: &Expect) {
    expected.assert_eq(&check(text.as_bytes(), TODAY).japanese("a.csv"));
}

#[test]
fn a_clean_file_of_each_encoding_is_read_wholly() {
    let utf8 = check(UTF8, TODAY);
    assert!(utf8.is_clean(), "{}", utf8.japanese("utf8"));
    assert_eq!((utf8.encoding, utf8.connections.len()), (FileEncoding::Utf8WithBom, 40));
    let quoted = utf8.connections[3].customer.as_ref().unwrap();
    assert_eq!(quoted.name, "株式会社\"みなも\"商事, 本店");
    assert_eq!(quoted.use_class, UsageClass::BUSINESS);
    assert!(utf8.connections[11].customer.is_none(), "no name: stopped");
    assert_eq!(utf8.connections[24].postcode, "400-0031");

    let cp932 = check(CP932, TODAY);
    assert!(cp932.is_clean(), "{}", cp932.japanese("cp932"));
    assert_eq!((cp932.encoding, cp932.connections.len()), (FileEncoding::Cp932, 20));
    let first = &cp932.connections[0];
    let customer = first.customer.as_ref().unwrap();
    assert_eq!(customer.kana, "モチヅキ ケンイチ", "half-width kana become full");
    assert_eq!(first.previous_read_on, date(2026, 9, 15));
    assert_eq!(first.verification_expires_on, date(2031, 5, 31));
    assert!(
        cp932.connections.iter().any(|c| c
            .customer
            .as_ref()
            .unwrap_or(customer)
            .name
            .contains('髙'))
    );
}

#[test]
fn every_fault_is_told_at_once_with_its_place() {
    let report = check(EVERY_FAULT, TODAY);
    expect![["
        水栓一覧.csv 2行目 口径「14」 I08 口径14mmのメーターはありません（13・16・20・25・30・40・50・65・75・80・100・125・150・200・250・300・350・400）。
        水栓一覧.csv 3行目 前回指針「10000」 I09 4桁のメーターでは表せない指針です。桁数か指針を確かめてください。
        水栓一覧.csv 4行目 前回検針日「2027-01-15」 I11 今日より後の日付です。
        水栓一覧.csv 5行目 前回検針日「2026-02-30」 I10 暦にある日付を、2026-09-15、2026/9/15、20260915、令和8年9月15日のどれかの形で入れてください。
        水栓一覧.csv 6行目 用途「家庭用」 I12 「一般用」「家事用」「業務用」「団体用」「公衆浴場用」「臨時用」「プール用」「工事用」「私設消火栓」「共用」「官公署用」「学校用」「病院用」「工業用」「船舶用」のどれか、または料金表の用途のキー（半角英数字）を入れてください。
        水栓一覧.csv 7行目 水栓番号「AB-12」 I13 水栓番号は、数字とハイフンで13文字までです。
        水栓一覧.csv 8行目 郵便番号「400-08」 I13 郵便番号は7桁の数字です（400-0858）。
        水栓一覧.csv 9行目 電話番号「内線5」 I13 電話番号は、市外局番から10桁か11桁です（055-000-0000）。
        水栓一覧.csv 10行目 使用者カナ「さとう きょうこ」 I13 カタカナで入れてください（半角カナも使えます）。
        水栓一覧.csv 11行目 町名（空） I06 必ず入れる列です。
        水栓一覧.csv 12行目 検針順「0」 I08 1から100,000までの数を入れてください。
        水栓一覧.csv 14行目 水栓番号「00900140」 I14 15行目と同じ値です。
        水栓一覧.csv 15行目 水栓番号「00900140」 I14 14行目と同じ値です。
        水栓一覧.csv 16行目 メーター番号「20-009016」 I14 17行目と同じ値です。
        水栓一覧.csv 17行目 メーター番号「20-009016」 I14 16行目と同じ値です。
        水栓一覧.csv 18行目 検針順「009の18」 I14 検針順路と検針順の組が19行目と同じです。
        水栓一覧.csv 19行目 検針順「009の18」 I14 検針順路と検針順の組が18行目と同じです。
        水栓一覧.csv 20行目 使用者名「橋 誠」 I16 外字（U+E000）があります。通常の文字に置き換えてください。
        水栓一覧.csv 21行目 郵便番号「400-9999」 I17 同じ町名の2行目では「400-0867」です。1つの町名には1つだけ登録できます。
        水栓一覧.csv 22行目 前回使用水量「3.5」 I07 0以上の整数を入れてください。
        水栓一覧.csv 23行目 世帯数「0」 I08 1から3,000までの数を入れてください。
        水栓一覧.csv 24行目 支払方法「現金」 I12 「口座振替」「クレジットカード」「納入通知書」のどれかを入れてください。
        水栓一覧.csv 25行目 使用者カナ（空） I06 使用者名があるのに、使用者カナがありません。
        水栓一覧.csv 26行目 前回使用水量（空） I06 前年同期使用水量を入れるときは、前回使用水量も必要です。
        水栓一覧.csv 27行目 検定満期「2099-01」 I08 検定の有効期間は8年です。1990年から9年後までの年月を入れてください。
        水栓一覧.csv 28行目 注意事項「犬に␣注意」 I15 改行などの使えない文字が入っています。
        水栓一覧.csv 30行目 下水道「不明」 I12 「あり」か「なし」を入れてください。
        水栓一覧.csv 31行目 使用開始日「26/4/1」 I10 暦にある日付を、2026-09-15、2026/9/15、20260915、令和8年9月15日のどれかの形で入れてください。
        水栓一覧.csv 32行目 建物名「ああああああああああああああああああああああああああああああ…」 I15 61文字あります。60文字までです。
        水栓一覧.csv 33行目 I05 見出しは27列ですが、この行は25列です。
        水栓一覧.csv 34行目 口径「二十」 I07 口径をmmの数字で入れてください。
        水栓一覧.csv 34行目 前回指針「-5」 I07 0以上の整数を入れてください。
        水栓一覧.csv 34行目 検針順路「第九」 I13 検針順路は、英数字とハイフンで入れてください。
        水栓一覧.csv: UTF-8、32行中、取り込める行 1、誤りのある行 31、誤り 33件
    "]].assert_eq(&report.japanese("水栓一覧.csv"));
    assert_eq!(report.connections.len() + report.rejected_rows(), report.rows);
    assert!(report.faults.iter().all(|fault| crate::codes::japanese(fault.code).is_some()));
}

#[test]
fn faults_of_the_heading_stop_everything() {
    check_text(
        "",
        &expect![["
            a.csv I19 ファイルが空です。
            a.csv: 読み取れませんでした。誤り 1件
        "]],
    );
    check_text(
        HEADING,
        &expect![["
            a.csv I19 見出しだけで、取り込む行がありません。
            a.csv: 読み取れませんでした。誤り 1件
        "]],
    );
    check_text(
        &HEADING.replace("郵便番号,", "町名,電話,"),
        &expect![["
            a.csv 1行目 I04 左から3番目の見出し「電話」は知らない列です。
            a.csv 1行目 I03 見出し「町名」が2つ以上あります。
            a.csv 1行目 I02 見出しに「郵便番号」の列がありません。
            a.csv: 読み取れませんでした。誤り 3件
        "]],
    );
    check_text(
        &format!("{HEADING}\n1,\"4000858,a\n"),
        &expect![[r#"
            a.csv 2行目 I18 この行で開いた引用符（"）が閉じていません。引用符を閉じるか、除いてください。
            a.csv: 読み取れませんでした。誤り 1件
        "#]],
    );
    let neither = check(b"\xff\xfe", TODAY).japanese("a.csv");
    expect![["
        a.csv 1行目 I01 この行に、UTF-8でもCP932（Shift_JIS）でも読み取れない文字があります。どちらかの文字コードで保存し直してください。
        a.csv: 読み取れませんでした。誤り 1件
    "]]
    .assert_eq(&neither);
}

#[test]
fn rejected_rows_come_back_with_their_reasons_in_the_same_encoding() {
    let rows = "1,4000858,髙町,1番1号,14,m1,2031-05,1,2026-09-15,あり,001,1\r\n\
                2,4000858,髙町,\"1番,2号\",13,m2,2031-05,1,2026-09-15,あり,001,2\r\n\
                3,,髙町,\"1番,3号\",13,m3,2031-05,1,2026-09-15,あり,001,\r\n";
    let file = format!("{HEADING}\r\n{rows}");
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(&file);
    let report = check(&bytes, TODAY);
    assert_eq!((report.connections.len(), report.rejected_rows()), (1, 2));
    let rejects = report.rejects_file();
    let (text, _, had_errors) = encoding_rs::SHIFT_JIS.decode(&rejects);
    assert!(!had_errors);
    let expected = format!(
        "{HEADING},取り込めない理由\r\n\
         1,4000858,髙町,1番1号,14,m1,2031-05,1,2026-09-15,あり,001,1,\
         I08 口径: 口径14mmのメーターはありません\
         （13・16・20・25・30・40・50・65・75・80・100・125・150・200・250・300・350・400）。\r\n\
         3,,髙町,\"1番,3号\",13,m3,2031-05,1,2026-09-15,あり,001,,\
         I06 郵便番号: 必ず入れる列です。 / I06 検針順: 必ず入れる列です。\r\n"
    );
    assert_eq!(text, expected);
}

#[tokio::test]
async fn a_submeter_needs_its_master_meter_in_the_file() {
    let row = |number: u32, parent: &str, size: u32| {
        format!(
            "{number},4000858,青葉町,1番地{number},{size},m{number},2031-05,1,2026-09-15,あり,001,{number},{parent}"
        )
    };
    let rows = [row(1, "", 40), row(2, "1", 13), row(3, "9", 13), row(4, "4", 13)];
    let rejected_parent = [row(5, "", 14), row(6, "5", 13), row(7, "6", 13)];
    let file = format!("{HEADING},親水栓番号\n{}\n{}", rows.join("\n"), rejected_parent.join("\n"));
    let report = check(file.as_bytes(), TODAY);
    let told: Vec<(u64, &str)> =
        report.faults.iter().map(|fault| (fault.line, fault.code)).collect();
    assert_eq!(told, [(4, "I23"), (5, "I23"), (6, "I08"), (7, "I23"), (8, "I23")]);
    assert_eq!(report.connections.len(), 2);

    let database = TestDatabase::fresh().await;
    let office = office(&database).await;
    load(&office, &report, BadRows::Skip).await.unwrap();
    let parents: Vec<Option<String>> = sqlx::query_scalar(
        "select p.connection_number from connection.service_connection c
         left join connection.service_connection p on p.connection_id = c.parent_connection_id
         order by c.connection_number",
    )
    .fetch_all(&office.pool)
    .await
    .unwrap();
    assert_eq!(parents, [None, Some("1".to_owned())]);
}

#[test]
fn mended_rejects_are_taken_in_as_they_are() {
    let row = "1,4000858,青葉町,1番地1,14,m1,2031-05,1,2026-09-15,あり,001,1";
    let rejects = check(format!("{HEADING}\n{row}").as_bytes(), TODAY).rejects_file();
    let mended = String::from_utf8(rejects).unwrap().replace(",14,", ",13,");
    let report = check(mended.as_bytes(), TODAY);
    assert!(report.is_clean(), "{}", report.japanese("a.csv"));
}

async fn office(database: &TestDatabase) -> Backoffice {
    let office = Backoffice { pool: database.pool.clone(), utility: UtilityId(1) };
    let utility = Utility {
        id: UtilityId(1),
        name: "水面市上下水道局".into(),
        registration_number: "T9000000000000".into(),
        contact: "055-000-0000".into(),
        slip_master_key: SlipKey([5; 32]),
    };
    create_utility(&office.pool, &utility).await.unwrap();
    office
}

#[tokio::test]
async fn a_clean_file_is_taken_in_once() {
    let database = TestDatabase::fresh().await;
    let office = office(&database).await;
    let report = check(UTF8, TODAY);
    let imported = load(&office, &report, BadRows::Refuse).await.unwrap();
    assert_eq!(imported, Imported { connections: 40, agreements: 37, readings: 80, towns: 2 });

    let again = load(&office, &report, BadRows::Skip).await.unwrap_err();
    assert_eq!(again.code(), "I20");
    let ImportError::AlreadyRegistered(faults) = &again else { panic!("{again:?}") };
    assert_eq!(faults.len(), 120, "number, meter and place of each row");
    assert!(again.japanese_lines("a.csv").starts_with("a.csv 2行目 水栓番号「00100014」 I20 "));

    load(&office, &check(CP932, TODAY), BadRows::Refuse).await.unwrap();
    let found = search(&office, "タカハシ", 100, TODAY).await.unwrap();
    let SearchOutcome::Found { hits, .. } = found else { panic!("{found:?}") };
    assert!(hits.len() > 3, "of both files");
}

#[tokio::test]
async fn bad_rows_stop_the_file_or_are_left_out() {
    let database = TestDatabase::fresh().await;
    let office = office(&database).await;
    let report = check(EVERY_FAULT, TODAY);
    let refused = load(&office, &report, BadRows::Refuse).await.unwrap_err();
    assert_eq!(refused.code(), "I30");
    let imported = load(&office, &report, BadRows::Skip).await.unwrap();
    assert_eq!(imported.connections, u64::try_from(report.connections.len()).unwrap());
}

#[tokio::test]
async fn without_a_utility_nothing_is_taken_in() {
    let database = TestDatabase::fresh().await;
    let office = Backoffice { pool: database.pool.clone(), utility: UtilityId(1) };
    let error = load(&office, &check(UTF8, TODAY), BadRows::Refuse).await.unwrap_err();
    assert_eq!(error.code(), "I31");
}
