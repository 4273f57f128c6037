//! The whole server on a port of its own, asked over TLS as a terminal asks.

use super::*;
use backoffice::access::{Utility, create_utility};
use backoffice::test_database::TestDatabase;
use jiff::Timestamp;
use shared::metering::notice_seal::SlipKey;
use shared::wire::{
    EnrolmentV1, SyncRequest, SyncRequestV1, SyncResponse, SyncResponseV1, decode, encode,
};
use tokio::sync::oneshot;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::commands::devices::{Terminal, enrol_terminal};
use crate::office::UTILITY;

/// A running server with one enrolled terminal.
struct Running {
    database: TestDatabase,
    folder: tempfile::TempDir,
    address: SocketAddr,
    enrolment: EnrolmentV1,
    stop: oneshot::Sender<()>,
    answering: tokio::task::JoinHandle<Result<(), Refusal>>,
}

#[expect(clippy::disallowed_methods, reason = "certificates are judged by the real clock")]
fn outside() -> Outside {
    Outside {
        now: Arc::new(Timestamp::now),
        random: Arc::new(rand::random),
        programs: "/nowhere".into(),
        hostname: "minamo-test".into(),
        database_url: None,
    }
}

fn arguments(data: PathBuf, url: String, listen: SocketAddr) -> ServeArguments {
    let data = DataArguments { data, database_url: Some(url) };
    ServeArguments { data, listen, names: vec!["minamo.example".into()], date: None }
}

impl Running {
    async fn start() -> Running {
        let database = TestDatabase::fresh().await;
        let folder = tempfile::tempdir().unwrap();
        let utility = Utility {
            id: UTILITY,
            name: "試験水道局".into(),
            registration_number: "T1234567890123".into(),
            contact: "055-000-0000".into(),
            slip_master_key: SlipKey([7; 32]),
        };
        create_utility(&database.pool, &utility).await.unwrap();
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let arguments = arguments(folder.path().into(), database.url(), any_port);
        let server = Server::prepare(arguments, &outside()).await.unwrap();
        let address = server.address();
        let file = folder.path().join("H01.enrolment");
        let url = format!("https://{address}");
        let terminal = Terminal { code: "H01", server: &url };
        enrol_terminal(&server.office, &terminal, folder.path(), &file, &outside()).await.unwrap();
        let enrolment = decode(&std::fs::read(&file).unwrap()).unwrap();
        let (stop, stopped) = oneshot::channel();
        let answering = tokio::spawn(server.answer(async { drop(stopped.await) }));
        Running { database, folder, address, enrolment, stop, answering }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.answering.await.unwrap().unwrap();
        drop(self.database);
        self.folder.close().unwrap();
    }

    /// Sends a body as the enrolled terminal would, with this token.
    async fn post(&self, token: [u8; 32], body: Vec<u8>) -> (u16, SyncResponse) {
        let agent = agent(&self.enrolment.authority);
        let url = format!("{}/sync", self.enrolment.server);
        let device = self.enrolment.device.to_string();
        let hex = token.map(|byte| format!("{byte:02x}")).concat();
        tokio::task::spawn_blocking(move || {
            let mut answer = agent
                .post(&url)
                .header("x-minamo-device", device)
                .header("authorization", format!("Bearer {hex}"))
                .send(&body[..])
                .unwrap();
            let bytes = answer.body_mut().read_to_vec().unwrap();
            (answer.status().as_u16(), decode(&bytes).unwrap())
        })
        .await
        .unwrap()
    }
}

/// A client that trusts this authority and nobody else.
fn agent(authority: &[u8]) -> ureq::Agent {
    let root = Certificate::from_der(authority).to_owned();
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[root])).build();
    ureq::Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .into()
}

fn refused(code: &str) -> SyncResponse {
    SyncResponse::V1(SyncResponseV1::Refused { code: code.into() })
}

fn status_request() -> Vec<u8> {
    encode(&SyncRequest::V1(SyncRequestV1::Status))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_talks_over_tls_and_a_stranger_does_not() {
    let running = Running::start().await;
    let token = running.enrolment.token;

    let (status, answer) = running.post(token, status_request()).await;
    let SyncResponse::V1(SyncResponseV1::Receipt(receipt)) = answer else { panic!("{answer:?}") };
    assert_eq!((status, receipt.stored_through), (200, 0));
    assert_eq!(receipt.device, running.enrolment.device);

    assert_eq!(running.post([9; 32], status_request()).await, (401, refused("S02")));
    assert_eq!(running.post(token, vec![0xff; 40]).await, (422, refused("S01")));
    let mut longer = status_request();
    longer.push(0);
    assert_eq!(running.post(token, longer).await, (422, refused("S01")));
    let too_long = vec![0; sync::BODY_BYTES_MAX + 1];
    assert_eq!(running.post(token, too_long).await, (413, refused("S10")));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_ask_for_a_login_and_carry_their_headers() {
    let running = Running::start().await;
    let agent = agent(&running.enrolment.authority);
    let url = format!("https://localhost:{}/practice", running.address.port());
    let (login, policy, id) = tokio::task::spawn_blocking(move || {
        let mut answer = agent.get(&url).call().unwrap();
        let header = |name| {
            let value = answer.headers().get(name).unwrap();
            value.to_str().unwrap().to_owned()
        };
        let (policy, id) = (header("content-security-policy"), header("x-request-id"));
        (answer.body_mut().read_to_string().unwrap(), policy, id)
    })
    .await
    .unwrap();
    assert!(login.contains("ログイン"), "the practice is behind the log-in");
    assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"));
    assert_eq!(id.len(), 36);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_trusts_another_authority_is_not_talked_to() {
    let running = Running::start().await;
    let folder = tempfile::tempdir().unwrap();
    let other = Authority::open(folder.path(), (outside().now)()).unwrap();
    let agent = agent(other.certificate());
    let url = running.enrolment.server.clone();
    let answer = tokio::task::spawn_blocking(move || agent.get(&url).call().map(drop)).await;
    assert!(answer.unwrap().is_err());
    running.stop().await;
}

#[tokio::test]
async fn a_busy_port_is_told_before_anything_is_started() {
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let arguments =
        arguments(data.clone(), "postgres://nowhere".into(), busy.local_addr().unwrap());
    let refused = Server::prepare(arguments, &outside()).await.err().unwrap();
    assert_eq!(refused.code, "R02");
    assert!(refused.to_string().contains("--listen"));
    assert!(!data.exists());
}

#[test]
fn the_certificate_names_everything_once() {
    let listen = "127.0.0.1:8443".parse().unwrap();
    let mut arguments = arguments("data".into(), String::new(), listen);
    arguments.names.push("localhost".into());
    assert_eq!(
        certificate_names(&arguments, "minamo-test"),
        ["localhost", "127.0.0.1", "minamo-test", "minamo.example"]
    );
}

#[test]
fn the_clock_runs_on_the_played_day_and_ids_stay_fresh() {
    let outside =
        Outside { now: Arc::new(|| "2026-11-23T20:00:00Z".parse().unwrap()), ..outside() };
    let real = played(None, &outside);
    assert_eq!((real.today)(), jiff::civil::date(2026, 11, 24), "it is morning in Japan");
    let other = played(Some(jiff::civil::date(2025, 4, 1)), &outside);
    assert_eq!((other.today)(), jiff::civil::date(2025, 4, 1));
    assert_eq!((other.now)().to_string(), "2025-03-31T20:00:00Z");
    assert_ne!(outside.fresh_id(), outside.fresh_id());
}
