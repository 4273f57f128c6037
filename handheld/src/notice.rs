//! Filling in the usage notice (お知らせ票の記載): from a stop and its reading to what stands on paper.

use jiff::civil::Date;
use shared::billing::TermsError;
use shared::calendar::{YearMonth, from_unix_days};
use shared::connection::PaymentMethod::{DirectDebit, PaperBill};
use shared::metering::{Issuer, LastDebit, RegisterReading, UsageNotice};
use shared::quantity::{CubicMeters, Yen};
use shared::wire::{DebitV1, ReadingV1};

use crate::route::{Route, Stop};

/// Code of the finding that dials passed zero, and so on, as stored with the reading.
const HIGH: u8 = 3;
const VERY_HIGH: u8 = 4;
const LEAK: u8 = 8;
const ROLLED_OVER: u8 = 2;

/// The notice for a stored reading. A charge that cannot be computed here is left open on it.
pub fn usage_notice(
    route: &Route,
    stop: &Stop,
    reading: &ReadingV1,
    slip_number: &str,
    reissue_of: Option<String>,
) -> UsageNotice {
    let usage = CubicMeters(reading.usage_m3);
    let read_on = from_unix_days(reading.read_on_unix_days).unwrap_or(route.business_date);
    let history = stop.history(read_on);
    let basis = stop.basis();
    let reader = route.readers.iter().find(|reader| reader.login == reading.reader);
    let charges = route.charges(stop, usage, read_on);
    let mut messages = messages(&reading.findings);
    let left = charges.as_ref().err().and_then(TermsError::left_to_office);
    messages.extend(left.map(|reason| reason.japanese().to_owned()));
    UsageNotice {
        issuer: route.utility.name.clone(),
        registration_number: route.utility.registration_number.clone(),
        contact: route.utility.contact.clone(),
        slip_number: slip_number.to_owned(),
        reissue_of,
        connection_number: stop.number.clone(),
        customer_name: stop.planned.customer_name.clone(),
        address: stop.place(),
        period: route.period,
        read_on,
        previous_read_on: stop.supply(read_on).from,
        register: RegisterReading::new(reading.register_value, reading.register_digits)
            .unwrap_or(basis.previous),
        previous_register: basis.previous,
        is_new_meter: stop.is_new_meter(),
        removed_meter: basis.removed_meter,
        estimated: basis.estimated,
        usage,
        last_period: history.last_period,
        same_period_last_year: history.same_period_last_year,
        meter_number: stop.meter_number().to_owned(),
        meter_size: stop.meter_size(),
        use_class: route.name_of(&stop.use_class).to_owned(),
        payment_method: stop.payment_method,
        charges: charges.unwrap_or_default(),
        messages,
        reader_name: reader.map_or_else(String::new, |reader| reader.name.clone()),
        next_reading_on: day(route.work.next_reading_on_unix_days),
        due_on: day(route.work.due_on_unix_days).filter(|_| stop.payment_method == PaperBill),
        debit_on: day(route.work.debit_on_unix_days).filter(|_| stop.payment_method == DirectDebit),
        last_debit: stop.planned.on_site.last_debit.as_ref().and_then(last_debit),
        sewerage_issuer: stop.planned.sewerage.then(|| sewerage_issuer(route, stop)).flatten(),
    }
}

fn day(unix_days: Option<i32>) -> Option<Date> {
    unix_days.and_then(from_unix_days)
}

fn last_debit(debit: &DebitV1) -> Option<LastDebit> {
    Some(LastDebit {
        period: YearMonth::new(debit.year, debit.month).ok()?,
        debited_on: from_unix_days(debit.debited_on_unix_days)?,
        amount: Yen(debit.amount_yen),
    })
}

/// Who issues the sewerage charge of this connection, where it is not the utility itself.
fn sewerage_issuer(route: &Route, stop: &Stop) -> Option<Issuer> {
    let issuers = route.work.issuers.iter();
    let found = issuers
        .filter(|issuer| issuer.authority == stop.planned.sewerage_authority)
        .find(|issuer| issuer.registration_number != route.utility.registration_number)?;
    Some(Issuer {
        name: found.name.clone(),
        registration_number: found.registration_number.clone(),
    })
}

/// What the resident should know, in words for a letter box.
fn messages(findings: &[u8]) -> Vec<String> {
    let mut messages = Vec::new();
    if findings.contains(&LEAK) {
        messages.push(
            "蛇口をすべて閉めてもメーターが回っています。漏水の疑いがありますので、お早めに指定工事店へご相談ください。",
        );
    } else if findings.contains(&HIGH) || findings.contains(&VERY_HIGH) {
        messages.push("いつもより使用水量が増えています。漏水がないかご確認ください。");
    }
    if findings.contains(&ROLLED_OVER) {
        messages.push("メーターの指針が一巡したため、今回指針が前回指針より小さくなっています。");
    }
    messages.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::billing::terms::LeftToOffice;
    use shared::calendar::to_unix_days;
    use shared::wire::{
        ChargeTermsV1, EventV1, MeterExchangeV1, ReliefV1, SewageSourceV1, VisitV1, WorkPackage,
    };
    use uuid::Uuid;

    #[test]
    fn a_leak_is_told_before_a_high_volume() {
        assert_eq!(messages(&[]), Vec::<String>::new());
        assert!(messages(&[8, 3])[0].contains("指定工事店"));
        assert_eq!(messages(&[8, 3]).len(), 1);
        assert!(messages(&[3])[0].contains("増えています"));
        assert!(messages(&[2])[0].contains("一巡"));
    }

    /// A notice of 38 m³ at the first connection of the bench's route, with these terms.
    fn notice(terms: ChargeTermsV1) -> UsageNotice {
        let WorkPackage::V1(mut package) = crate::bench::package(1);
        package.tariffs[0].text += "\n[[water.relief]]\nkey = \"welfare\"\nname = \"福祉減免\"\n\
            article = \"1\"\nof = \"service\"\npercent = 50\n";
        package.connections[0].terms = terms;
        notice_on(&Route::open(WorkPackage::V1(package)).unwrap())
    }

    fn notice_on(route: &Route) -> UsageNotice {
        let reading = ReadingV1 {
            id: Uuid::from_u128(1),
            package: route.package,
            connection: route.stops[0].planned.connection,
            register_value: 1_238,
            register_digits: 4,
            first_typed_value: None,
            usage_m3: 38,
            findings: Vec::new(),
            low_flow: 0,
            read_on_unix_days: to_unix_days(route.business_date),
            water_yen: None,
            sewerage_yen: None,
            reader: String::new(),
            visit: VisitV1::default(),
        };
        usage_notice(route, &route.stops[0], &reading, "H01-000001", None)
    }

    #[test]
    fn a_notice_after_an_exchange_tells_of_the_meter_that_hangs_there() {
        let mut route = Route::open(crate::bench::package(1)).unwrap();
        let planned = &route.stops[0].planned;
        let (connection, old_value) = (planned.connection, planned.previous_value);
        let exchange = MeterExchangeV1 {
            id: Uuid::from_u128(2),
            package: route.package,
            connection,
            order: None,
            removed_number: planned.meter_number.clone(),
            removed_value: old_value + 38,
            installed_number: "26-000001".into(),
            installed_size_mm: 25,
            installed_digits: 4,
            installed_value: 0,
            reason: 1,
            seal: String::new(),
            exchanged_on_unix_days: to_unix_days(route.business_date),
            visit: VisitV1::default(),
            reader: String::new(),
        };
        route.note(&EventV1::MeterExchanged(exchange));
        let reading = ReadingV1 {
            id: Uuid::from_u128(1),
            package: route.package,
            connection,
            register_value: 3,
            register_digits: 4,
            first_typed_value: None,
            usage_m3: 41,
            findings: Vec::new(),
            low_flow: 0,
            read_on_unix_days: to_unix_days(route.business_date),
            water_yen: None,
            sewerage_yen: None,
            reader: String::new(),
            visit: VisitV1::default(),
        };
        let notice = usage_notice(&route, &route.stops[0], &reading, "H01-000001", None);
        assert_eq!((notice.register.value(), notice.previous_register.value()), (3, 0));
        assert_eq!((notice.removed_meter.0, notice.usage.0), (38, 41));
        assert_eq!((notice.meter_number.as_str(), notice.meter_size.mm()), ("26-000001", 25));
        assert!(notice.is_new_meter);
    }

    #[test]
    fn a_new_user_is_told_of_their_own_days() {
        let WorkPackage::V1(mut package) = crate::bench::package(1);
        let moved_in = package.business_date_unix_days - 20;
        package.connections[0].in_service_since_unix_days = Some(moved_in);
        let route = Route::open(WorkPackage::V1(package)).unwrap();
        let supply = route.stops[0].supply(route.business_date);
        assert_eq!(to_unix_days(supply.from), moved_in);
        let told = notice_on(&route);
        assert_eq!((told.previous_read_on, told.days_used()), (supply.from, 20));
    }

    #[test]
    fn terms_on_board_change_the_amount() {
        let from_unix_days = 18_000;
        let relief =
            ReliefV1 { claim: 1, key: "welfare".into(), from_unix_days, before_unix_days: None };
        let well = SewageSourceV1 {
            deducts: false,
            measure: 3,
            figure: Some(1),
            from_unix_days,
            before_unix_days: None,
        };
        let plain = notice(ChargeTermsV1::default());
        let both = ChargeTermsV1 {
            reliefs: vec![relief],
            sources: vec![well],
            ..ChargeTermsV1::default()
        };
        let by_terms = notice(both);
        // Half of 1,518 yen; 40 m³ of sewage instead of 38.
        assert_eq!(plain.charges[0].amount.0 - by_terms.charges[0].amount.0, 759);
        assert_eq!(by_terms.charges[1].input.usage.0, 40);
        assert_eq!(by_terms.usage.0, 38);
    }

    #[test]
    fn a_charge_that_only_the_office_knows_is_left_open_with_its_reason() {
        for reason in LeftToOffice::ALL {
            let left_to_office = reason.code();
            let left = notice(ChargeTermsV1 { left_to_office, ..ChargeTermsV1::default() });
            assert!(left.charges.is_empty());
            assert_eq!(left.messages, [reason.japanese()]);
        }
        let unread = SewageSourceV1 {
            deducts: false,
            measure: 1,
            figure: None,
            from_unix_days: 18_000,
            before_unix_days: None,
        };
        let left = notice(ChargeTermsV1 { sources: vec![unread], ..ChargeTermsV1::default() });
        assert_eq!(left.messages, [LeftToOffice::SourceUnread.japanese()]);
    }
}
