//! An office with a few households, and a browser that remembers its cookie.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use backoffice::Backoffice;
use backoffice::access::{NewStaff, Right, Role, Secret, Utility, add_staff, create_utility};
use backoffice::devices::{NewDevice, enrol};
use backoffice::metering::{NewRound, open_round, round_progress};
use backoffice::test_database::TestDatabase;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use shared::calendar::YearMonth;
use shared::ids::{DeviceId, RoundId, UtilityId};
use shared::metering::notice_seal::SlipKey;
use tower::ServiceExt;
use uuid::Uuid;

use crate::layout::{self, Area};
use crate::{CurrentStaff, OfficeConfig, Problem, guarded, router};

pub(super) const TODAY: Date = date(2026, 11, 23);
pub(super) const PASSWORD: &str = "みなもの鍵 2026";
pub(super) const HOST: &str = "minamo.example";
pub(super) const HOSTILE_NAME: &str = "<script>alert('水')</script>";
pub(super) const TERMINAL: DeviceId = DeviceId(Uuid::from_u128(0x101));

pub(super) struct TestOffice {
    pub backoffice: Backoffice,
    pub router: Router,
    pub round: RoundId,
    database: TestDatabase,
}

/// What came back.
pub(super) struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Page {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    #[track_caller]
    pub fn assert_has(&self, words: &str) {
        assert!(self.text().contains(words), "{words} is not on the page:\n{}", self.text());
    }

    #[track_caller]
    pub fn assert_lacks(&self, words: &str) {
        assert!(!self.text().contains(words), "{words} is on the page:\n{}", self.text());
    }
}

impl TestOffice {
    pub async fn new() -> TestOffice {
        let database = TestDatabase::fresh().await;
        let backoffice = Backoffice { pool: database.pool.clone(), utility: UtilityId(1) };
        put_up(&backoffice).await;
        let round = RoundId(open(&backoffice).await);
        let router = router(backoffice.clone(), config()).merge(guarded(
            practice(),
            backoffice.clone(),
            config(),
        ));
        TestOffice { backoffice, router, round, database }
    }

    /// Runs statements that no use case offers: the past, and what a test needs to be odd.
    pub async fn sql(&self, statements: &'static str) {
        sqlx::raw_sql(statements).execute(&self.database.pool).await.unwrap();
    }

    pub async fn clerk(&self) -> Browser<'_> {
        self.logged_in("clerk").await
    }

    pub async fn logged_in(&self, login_name: &str) -> Browser<'_> {
        let mut browser = self.stranger();
        let form = [("login_name", login_name), ("password", PASSWORD)];
        let page = browser.post("/login", &form).await;
        assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/"));
        browser.cookie = Some(session_cookie(&page));
        browser
    }

    pub fn stranger(&self) -> Browser<'_> {
        Browser { office: self, cookie: None }
    }
}

/// `name=value` of the cookie that was set.
pub(super) fn session_cookie(page: &Page) -> String {
    let cookie = page.header(SET_COOKIE.as_str());
    cookie.split(';').next().unwrap().to_owned()
}

pub(super) struct Browser<'a> {
    office: &'a TestOffice,
    pub cookie: Option<String>,
}

impl Browser<'_> {
    pub async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path), Body::empty()).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        self.post_from(&format!("https://{HOST}"), path, form).await
    }

    pub async fn post_from(&self, origin: &str, path: &str, form: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(path)
            .header(ORIGIN, origin)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body)).await
    }

    /// Sends a form as browsers do when it may hold files.
    pub async fn post_parts(&self, path: &str, parts: &[(&str, &str)]) -> Page {
        let mut body = String::new();
        for (name, content) in parts {
            let file = if *name == "file" { "; filename=\"draft.toml\"" } else { "" };
            write!(
                body,
                "--part\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n"
            )
            .unwrap();
        }
        body.push_str("--part--\r\n");
        let request = Request::post(path)
            .header(ORIGIN, format!("https://{HOST}"))
            .header(CONTENT_TYPE, "multipart/form-data; boundary=part");
        self.send(request, Body::from(body)).await
    }

    /// Looks at the page of a job until it is over. Each look waits a little by itself.
    pub async fn watch(&self, path: &str) -> Page {
        for _ in 0..200 {
            let page = self.get(path).await;
            if page.status != StatusCode::OK || !page.text().contains("http-equiv=\"refresh\"") {
                return page;
            }
        }
        panic!("{path} does not come to an end")
    }

    async fn send(&self, request: axum::http::request::Builder, body: Body) -> Page {
        let mut request = request.header("host", HOST);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let request = request.body(body).unwrap();
        let response = self.office.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 50_000_000).await.unwrap().to_vec();
        Page { status: parts.status, headers: parts.headers, bytes }
    }
}

pub(super) fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn config() -> OfficeConfig {
    let random = AtomicU8::new(1);
    OfficeConfig {
        now: Arc::new(now),
        today: Arc::new(|| TODAY),
        random: Arc::new(move || [random.fetch_add(1, Ordering::Relaxed); 32]),
    }
}

/// A page of somebody else's, as the server mounts its own.
fn practice() -> Router {
    let page = |staff: CurrentStaff| async move {
        staff.require(Right::Practise)?;
        let body = "<h1>操作練習の画面</h1>";
        Ok::<_, Problem>(layout::page(
            "操作練習",
            Area::Practice,
            &staff,
            body,
            &["/practice/x.js"],
        ))
    };
    Router::new().route("/practice", axum::routing::get(page))
}

async fn put_up(office: &Backoffice) {
    let utility = Utility {
        id: UtilityId(1),
        name: "水面市上下水道局".into(),
        registration_number: "T1234567890123".into(),
        contact: "055-000-0000".into(),
        slip_master_key: SlipKey([7; 32]),
    };
    create_utility(&office.pool, &utility).await.unwrap();
    for (login_name, role) in [("clerk", Role::Clerk), ("reader", Role::Reader)] {
        let new = NewStaff {
            login_name: login_name.into(),
            display_name: "窓口 花子".into(),
            role,
            password: Some(Secret { text: PASSWORD.into(), salt: [3; 16] }),
            pin: None,
        };
        add_staff(office, new).await.unwrap();
    }
    sqlx::raw_sql(HOUSEHOLDS).execute(&office.pool).await.unwrap();
    backoffice::connection::refresh_search_entries(office).await.unwrap();
    let terminal = NewDevice {
        id: TERMINAL,
        code: "H01".into(),
        server_url: "https://minamo.example:8443".into(),
        token: [9; 32],
        authority_der: vec![0x30],
    };
    enrol(office, terminal, now()).await.unwrap();
}

async fn open(office: &Backoffice) -> i64 {
    let new = NewRound {
        month: YearMonth::of(TODAY),
        months: 2,
        opened_on: TODAY,
        planned_on: [("001".to_owned(), TODAY)].into(),
    };
    let round = open_round(office, &new).await.unwrap();
    assert_eq!(round_progress(office, round).await.unwrap().len(), 1);
    round.0
}

/// Four connections: 00000001 佐藤, 00000002 with a hostile name, 00000003 a master meter and
/// 00000004 behind it; each with a meter and readings of 40 m³ every two months.
const HOUSEHOLDS: &str = "
    insert into connection.town (utility_id, town_id, name, kana, postcode)
        overriding system value values (1, 1, '相生一丁目', 'アイオイ', '4000858');
    insert into connection.service_connection
        (utility_id, connection_id, connection_number, town_id, block, building, room,
         latitude_e6, longitude_e6, has_sewerage, dwellings, parent_connection_id,
         route_number, walk_order)
        overriding system value
        values
        (1, 1, '00000001', 1, '3番1号', '', '', 35662000, 138568000, true, 1, null, '001', 1),
        (1, 2, '00000002', 1, '3番2号', '', '', null, null, true, 1, null, '001', 2),
        (1, 3, '00000003', 1, '3番3号', '相生ハイツ', '', null, null, true, 1, null, '001', 3),
        (1, 4, '00000004', 1, '3番3号', '相生ハイツ', '101', null, null, true, 1, 3, '001', 4);
    insert into connection.customer
        (utility_id, customer_id, customer_number, name, kana, telephone)
        overriding system value
        values
        (1, 1, 'C1', '佐藤 京子', 'サトウ キョウコ', '055-235-1111'),
        (1, 2, 'C2', '<script>alert(''水'')</script>', 'スクリプト', '055-235-2222'),
        (1, 3, 'C3', '相生不動産', 'アイオイフドウサン', ''),
        (1, 4, 'C4', '鈴木 一郎', 'スズキ イチロウ', '');
    select setval(pg_get_serial_sequence('connection.customer', 'customer_id'), 4);
    insert into connection.service_agreement
        (utility_id, connection_id, customer_id, period, use_class, payment_method)
        select 1, n, n, daterange('2023-04-01', null), 'general', 3 from generate_series(1, 4) n;
    insert into metering.meter
        (utility_id, meter_id, meter_number, size_mm, dial_digits, verification_expires_on)
        overriding system value
        select 1, n, '20-00000' || n, 20, 4, '2031-03-31' from generate_series(1, 4) n;
    insert into metering.meter_installation
        (utility_id, meter_id, connection_id, period, installed_value)
        select 1, n, n, daterange('2023-04-01', null), 0 from generate_series(1, 4) n;
    insert into metering.reading
        (utility_id, reading_id, connection_id, meter_id, read_on, register_value, usage_m3, kind)
        select 1, gen_random_uuid(), n, n,
               ('2026-09-20'::date - make_interval(months => 2 * p))::date, 1200 - 40 * p,
               case p when 0 then 46 else 40 end, 2
        from generate_series(1, 4) n, generate_series(0, 8) p;";
