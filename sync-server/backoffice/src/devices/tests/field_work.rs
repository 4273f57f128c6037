//! The reader's work besides reading: taken in once, refused where it makes no sense, nothing blocked.

use sha2::{Digest, Sha256};
use shared::wire::sync::PHOTO_PART_BYTES_MAX;
use shared::wire::{
    CashReceiptV1, CashVoidV1, MeterExchangeV1, NoteV1, PaperV1, PhotoV1, ServiceStartV1,
    ServiceStopV1, SuspensionStepV1,
};
use sqlx::Row;

use super::*;

const TODAY_UNIX: fn() -> i32 = || to_unix_days(TODAY);

impl Walk {
    fn exchange(&self) -> MeterExchangeV1 {
        MeterExchangeV1 {
            id: Uuid::new_v4(),
            package: self.package,
            connection: self.sato.0,
            order: None,
            removed_number: "20-000001".into(),
            removed_value: 1_225,
            installed_number: "26-777777".into(),
            installed_size_mm: 20,
            installed_digits: 4,
            installed_value: 3,
            reason: 1,
            seal: "A-12".into(),
            exchanged_on_unix_days: TODAY_UNIX(),
            visit: VisitV1::default(),
            reader: "101".into(),
        }
    }

    fn stop(&self) -> ServiceStopV1 {
        ServiceStopV1 {
            id: Uuid::new_v4(),
            package: self.package,
            connection: self.sato.0,
            order: None,
            register_value: 1_230,
            usage_m3: 30,
            findings: vec![],
            stopped_on_unix_days: TODAY_UNIX(),
            water_yen: Some(3_000),
            sewerage_yen: Some(2_000),
            payment: 2,
            was_closed: true,
            visit: VisitV1 { remarks: vec![5], ..VisitV1::default() },
            reader: "101".into(),
        }
    }

    fn receipt(&self, stop: &ServiceStopV1, number: &str) -> CashReceiptV1 {
        CashReceiptV1 {
            id: Uuid::new_v4(),
            package: self.package,
            connection: stop.connection,
            settles: stop.id,
            receipt_number: number.into(),
            amount_yen: 5_000,
            handed_over_yen: 10_000,
            taken_on_unix_days: TODAY_UNIX(),
            reader: "101".into(),
        }
    }

    fn photo(&self, jpeg: &[u8]) -> PhotoV1 {
        PhotoV1 {
            id: Uuid::new_v4(),
            package: self.package,
            connection: self.sato.0,
            sha256: Sha256::digest(jpeg).into(),
            byte_count: u32::try_from(jpeg.len()).unwrap(),
            taken_on_unix_days: TODAY_UNIX(),
            reader: "101".into(),
        }
    }

    async fn send_part(&self, id: Uuid, offset: usize, part: &[u8]) -> Result<u32, String> {
        let offset = u32::try_from(offset).unwrap();
        let request = SyncRequestV1::UploadPhoto { id, offset, part: part.to_vec() };
        match accept(&self.town.office, &self.device, request, now()).await.unwrap() {
            SyncResponseV1::PhotoStored { through, .. } => Ok(through),
            SyncResponseV1::Refused { code } => Err(code),
            other => panic!("{other:?} answers no photo"),
        }
    }

    async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.town.office.pool).await.unwrap()
    }
}

#[tokio::test]
async fn after_an_exchange_a_reading_counts_both_meters() {
    let mut walk = Walk::start().await;
    let exchange = walk.exchange();
    let reading = walk.reading(walk.sato, 13, 35);
    let without_old_meter = walk.reading(walk.sato, 13, 10);
    let again = MeterExchangeV1 { removed_number: "26-777777".into(), ..exchange.clone() };
    let codes = walk
        .quarantine_codes(vec![
            EventV1::MeterExchanged(exchange),
            EventV1::Reading(without_old_meter),
            EventV1::Reading(reading),
            EventV1::MeterExchanged(again),
        ])
        .await;
    // Hung today, it cannot be taken out today.
    assert_eq!(codes, ["S26", "S43"]);
    let hung = sqlx::query(
        "select m.meter_number, i.installed_value, o.removed_value
         from metering.meter_installation i
         join metering.meter m using (utility_id, meter_id)
         join metering.meter_installation o using (utility_id, connection_id)
         where upper_inf(i.period) and upper(o.period) = lower(i.period)",
    )
    .fetch_one(&walk.town.office.pool)
    .await
    .unwrap();
    assert_eq!(hung.get::<String, _>(0), "26-777777");
    assert_eq!((hung.get::<i32, _>(1), hung.get::<i32, _>(2)), (3, 1_225));
    let count = round_progress(&walk.town.office, walk.round).await.unwrap()[0].count;
    assert_eq!((count.read, count.remaining()), (1, 1));
}

#[tokio::test]
async fn exchanges_that_cannot_be_are_kept_aside() {
    let mut walk = Walk::start().await;
    let good = walk.exchange();
    let codes = walk
        .quarantine_codes(vec![
            EventV1::MeterExchanged(MeterExchangeV1 { reason: 77, ..good.clone() }),
            EventV1::MeterExchanged(MeterExchangeV1 { order: Some(4), ..good.clone() }),
            EventV1::MeterExchanged(MeterExchangeV1 { removed_number: "9".into(), ..good.clone() }),
            EventV1::MeterExchanged(MeterExchangeV1 { removed_value: 1_100, ..good.clone() }),
            EventV1::MeterExchanged(MeterExchangeV1 { removed_value: 99_999, ..good.clone() }),
            EventV1::MeterExchanged(MeterExchangeV1 { installed_size_mm: 21, ..good.clone() }),
            EventV1::MeterExchanged(MeterExchangeV1 { installed_value: 10_000, ..good.clone() }),
            // It hangs at another house.
            EventV1::MeterExchanged(MeterExchangeV1 {
                installed_number: "20-000002".into(),
                ..good.clone()
            }),
            EventV1::MeterExchanged(good),
        ])
        .await;
    assert_eq!(codes, ["S45", "S42", "S43", "S27", "S25", "S44", "S44", "S44"]);
    assert_eq!(walk.number("select count(*) from metering.meter_exchange").await, 1);
}

#[tokio::test]
async fn cash_is_taken_for_what_was_settled_and_once() {
    let mut walk = Walk::start().await;
    let stop = walk.stop();
    let first = walk.receipt(&stop, "H01-R000001");
    let second = walk.receipt(&stop, "H01-R000002");
    let void = CashVoidV1 {
        receipt: first.id,
        receipt_number: first.receipt_number.clone(),
        reason: 1,
        reader: "101".into(),
    };
    let codes = walk
        .quarantine_codes(vec![
            EventV1::CashTaken(first.clone()),
            EventV1::ServiceStopped(ServiceStopV1 { usage_m3: 31, ..stop.clone() }),
            EventV1::ServiceStopped(ServiceStopV1 { payment: 9, ..stop.clone() }),
            EventV1::ServiceStopped(stop.clone()),
            EventV1::CashTaken(CashReceiptV1 { amount_yen: 4_999, ..first.clone() }),
            EventV1::CashTaken(CashReceiptV1 { handed_over_yen: 4_000, ..first.clone() }),
            EventV1::CashTaken(CashReceiptV1 { receipt_number: "R1".into(), ..first.clone() }),
            EventV1::CashTaken(first),
            EventV1::CashTaken(second.clone()),
            EventV1::CashVoided(void.clone()),
            EventV1::CashVoided(void),
            EventV1::CashTaken(second),
        ])
        .await;
    assert_eq!(codes, ["S46", "S26", "S45", "S47", "S47", "S48", "S49", "S49"]);
    assert_eq!(
        walk.number("select sum(amount_yen)::bigint from metering.cash_receipt").await,
        10_000
    );
    let count = round_progress(&walk.town.office, walk.round).await.unwrap()[0].count;
    assert_eq!(count.read, 1);
    // The agreement goes on until a clerk has looked.
    let open = "select count(*) from connection.service_agreement
                where connection_id = 1 and upper_inf(period)";
    assert_eq!(walk.number(open).await, 1);
}

#[tokio::test]
async fn a_start_is_noted_and_not_billed() {
    let mut walk = Walk::start().await;
    let start = ServiceStartV1 {
        id: Uuid::new_v4(),
        package: walk.package,
        connection: walk.sato.0,
        order: None,
        meter_number: "20-000001".into(),
        register_value: 1_201,
        was_opened: true,
        started_on_unix_days: TODAY_UNIX(),
        visit: VisitV1::default(),
        reader: "101".into(),
    };
    let other_meter = ServiceStartV1 { meter_number: "1".into(), ..start.clone() };
    let backwards = ServiceStartV1 { register_value: 900, ..start.clone() };
    let codes = walk
        .quarantine_codes(vec![
            EventV1::ServiceStarted(other_meter),
            EventV1::ServiceStarted(backwards),
            EventV1::ServiceStarted(start),
        ])
        .await;
    assert_eq!(codes, ["S43", "S27"]);
    let in_round = "select count(*) from metering.reading where round_id is not null";
    assert_eq!(walk.number(in_round).await, 0);
    let count = round_progress(&walk.town.office, walk.round).await.unwrap()[0].count;
    assert_eq!((count.withdrawn, count.remaining()), (1, 1));
}

#[tokio::test]
async fn notes_papers_steps_and_days_have_their_places() {
    let mut walk = Walk::start().await;
    let note = NoteV1 {
        id: Uuid::new_v4(),
        package: walk.package,
        connection: None,
        kind: 2,
        text: "3軒目の奥に新しい家".into(),
        noted_on_unix_days: TODAY_UNIX(),
        position: None,
        reader: "101".into(),
    };
    let step = SuspensionStepV1 {
        id: Uuid::new_v4(),
        package: walk.package,
        connection: walk.sato.0,
        order: 9,
        step: 1,
        method: 0,
        register_value: None,
        seal: String::new(),
        text: String::new(),
        done_at_unix_seconds: now().as_second(),
        visit: VisitV1::default(),
        reader: "101".into(),
    };
    let paper = PaperV1 {
        paper_number: "H01-000003".into(),
        kind: 1,
        connection: 0,
        subject: None,
        reissue_of: None,
        amount_yen: 0,
    };
    let no_read =
        NoReadV1 { comes_again: true, estimate_m3: Some(41), ..walk.no_read(walk.suzuki) };
    let signed = shared::metering::DayTotal::default().signed(walk.package, TODAY_UNIX(), "101");
    let codes = walk
        .quarantine_codes(vec![
            EventV1::Noted(NoteV1 { kind: 50, ..note.clone() }),
            EventV1::Noted(NoteV1 { connection: Some(-1), ..note.clone() }),
            EventV1::Noted(NoteV1 { text: "長".repeat(201), ..note.clone() }),
            EventV1::Noted(note.clone()),
            EventV1::Noted(note),
            EventV1::SuspensionStepDone(SuspensionStepV1 { step: 2, ..step.clone() }),
            EventV1::SuspensionStepDone(step),
            EventV1::PaperPrinted(paper.clone()),
            EventV1::PaperVoided(paper),
            EventV1::NoRead(no_read),
            EventV1::DaySigned(signed),
            EventV1::LoginRefused { reader: "0000".into(), failures: 3 },
        ])
        .await;
    assert_eq!(codes, ["S45", "S22", "S39", "S41", "S45", "S42", "S32"]);
    let again = "select count(*) from metering.no_read where comes_again and estimate_m3 = 41";
    assert_eq!(walk.number(again).await, 1);
    assert_eq!(walk.number("select count(*) from metering.day_signed").await, 1);
    assert_eq!(walk.number("select failures::bigint from devices.login_refused").await, 3);
    // What was typed as a name may be a PIN.
    let dump = walk.town.dump().await.join("\n");
    assert!(!dump.contains("login_refused(0000"));
}

#[tokio::test]
async fn a_photo_comes_in_parts_is_resumed_and_must_be_the_one_that_was_taken() {
    let mut walk = Walk::start().await;
    let jpeg: Vec<u8> = (0..70_000_u32).map(|at| (at % 251) as u8).collect();
    let (photo, spoilt) = (walk.photo(&jpeg), walk.photo(&jpeg));
    let too_large = PhotoV1 { byte_count: 6_000_000, ..walk.photo(&jpeg) };
    assert_eq!(walk.send_part(photo.id, 0, &jpeg[..10]).await, Err("S50".into()));
    let events = [photo.clone(), spoilt.clone(), too_large].map(EventV1::PhotoTaken).to_vec();
    assert_eq!(walk.quarantine_codes(events).await, ["S54"]);

    let step = PHOTO_PART_BYTES_MAX;
    assert_eq!(walk.send_part(photo.id, 0, &jpeg[..step]).await, Ok(32_768));
    // The answer was lost: the same part again, then one from somewhere else.
    assert_eq!(walk.send_part(photo.id, 0, &jpeg[..step]).await, Ok(32_768));
    assert_eq!(walk.send_part(photo.id, 66_000, &jpeg[66_000..]).await, Ok(32_768));
    assert_eq!(walk.send_part(photo.id, step, &jpeg[step..]).await, Err("S51".into()));
    assert_eq!(walk.send_part(photo.id, step, &jpeg[step..2 * step]).await, Ok(65_536));
    assert_eq!(walk.send_part(photo.id, 2 * step, &jpeg[2 * step..]).await, Ok(70_000));
    assert_eq!(walk.send_part(photo.id, 0, &jpeg[..step]).await, Ok(70_000));

    let wrong = vec![0; 70_000];
    assert_eq!(walk.send_part(spoilt.id, 0, &wrong[..step]).await, Ok(32_768));
    assert_eq!(walk.send_part(spoilt.id, step, &wrong[step..2 * step]).await, Ok(65_536));
    let last = walk.send_part(spoilt.id, 2 * step, &wrong[2 * step..]).await;
    assert_eq!(last, Err("S52".into()));
    assert_eq!(walk.send_part(spoilt.id, 0, &[]).await, Ok(0));
}
