//! `minamo serve` (サーバーの起動と停止): database, certificate, pages, terminals, and a clean end.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use backoffice::Backoffice;
use backoffice::billing::GoldenWatch;
use jiff::civil::Date;
use office_web::OfficeConfig;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::interval;

use crate::office::{DataArguments, Office};
use crate::outside::{JAPAN, Outside};
use crate::practice::{Practice, PracticeConfig};
use crate::refusal::Refusal;
use crate::tls::{Authority, RENEWAL, TlsError, server_config};
use crate::{sync, telemetry};

/// How long requests may take to finish when the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// How often the server looks whether a night has ended.
const NIGHT_LOOK: Duration = Duration::from_mins(10);

/// How long a client may take to say what it wants.
const HEADERS_MAX: Duration = Duration::from_secs(20);

/// What `minamo serve` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeArguments {
    #[command(flatten)]
    pub data: DataArguments,
    /// 待ち受けるアドレスとポート（ポート 0 は空いている番号）
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8443")]
    pub listen: SocketAddr,
    /// 証明書に載せる、このサーバーの名前や IP アドレス（繰り返し指定できます）
    #[arg(long = "name", value_name = "NAME")]
    pub names: Vec<String>,
    /// 業務日付（研修・実演用。省略時は今日）
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub date: Option<Date>,
}

/// A server that listens and has not begun to answer.
pub struct Server {
    listener: TcpListener,
    tls: RustlsConfig,
    authority: Authority,
    names: Vec<String>,
    address: SocketAddr,
    office: Office,
    practice: Practice,
    stop: watch::Sender<bool>,
    routes: Router,
    now: Clock,
    golden: Arc<GoldenWatch>,
    /// The clock of the trade.
    played: Clock,
}

type Clock = Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>;

/// Runs until SIGINT or SIGTERM.
pub async fn run(arguments: ServeArguments, outside: &Outside) -> Result<(), Refusal> {
    let signals = StopSignals::listen().map_err(|cause| {
        Refusal::new("R03", "停止の合図を受け取る準備ができません。").because(cause)
    })?;
    let server = Server::prepare(arguments, outside).await?;
    println!("{}", server.start_message());
    server.answer(signals.arrive()).await
}

impl Server {
    /// Takes the port, opens the office, makes the certificate.
    pub async fn prepare(arguments: ServeArguments, outside: &Outside) -> Result<Server, Refusal> {
        // The port first: what is refused for a busy port should not start a database.
        let listener = TcpListener::bind(arguments.listen)
            .map_err(|cause| cannot_listen(arguments.listen, cause))?;
        let address =
            listener.local_addr().map_err(|cause| cannot_listen(arguments.listen, cause))?;
        let office = Office::open(&arguments.data, outside.database_url.as_deref()).await?;
        let names = certificate_names(&arguments, &outside.hostname);
        let authority =
            Authority::open(&tls_folder(&arguments), (outside.now)()).map_err(no_tls)?;
        let config = server_config(&authority, &names, (outside.now)()).map_err(no_tls)?;

        let (stop, stopping) = watch::channel(false);
        let times = played(arguments.date, outside);
        let practice = Practice::open(PracticeConfig {
            programs: outside.programs.clone(),
            rooms: arguments.data.data.join("practice"),
            today: times.today.clone(),
            random: times.random.clone(),
            stopping,
        });
        let golden = Arc::new(GoldenWatch::default());
        let routes = routes(&office.backoffice, &times, &practice, &golden);
        Ok(Server {
            listener,
            tls: RustlsConfig::from_config(config),
            authority,
            names,
            address,
            office,
            practice,
            stop,
            routes,
            now: outside.now.clone(),
            golden,
            played: times.now.clone(),
        })
    }

    /// Where the server is reached.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The office that it serves.
    pub fn office(&self) -> &Office {
        &self.office
    }

    /// The certificate that clients must trust, DER.
    pub fn authority_certificate(&self) -> &[u8] {
        self.authority.certificate()
    }

    /// What the operator wants to know.
    pub fn start_message(&self) -> String {
        format!(
            "水面 Minamo を開始しました。\n  事務所の画面: {}\n  証明書: ブラウザーの警告を出さないようにするには、\
             {} を信頼する認証局に加えてください。\n  停止するには Ctrl-C を押してください。",
            self.urls(),
            self.authority.pem_path().display(),
        )
    }

    fn urls(&self) -> String {
        let port = self.address.port();
        if !self.address.ip().is_unspecified() {
            return format!("https://{}/", self.address);
        }
        // Listening everywhere: the machine's own names tell where.
        let urls: Vec<String> =
            self.names.iter().map(|name| format!("https://{name}:{port}/")).collect();
        urls.join("  ")
    }

    /// Answers until `stop` arrives, then finishes what is under way and ends everything.
    pub async fn answer(self, stop: impl Future<Output = ()>) -> Result<(), Refusal> {
        let handle = Handle::new();
        let mut server = axum_server::from_tcp_rustls(self.listener, self.tls.clone())
            .map_err(|cause| cannot_listen(self.address, cause))?
            .handle(handle.clone())
            .first_request_timeout(HEADERS_MAX);
        server.http_builder().http1().header_read_timeout(HEADERS_MAX);
        let renewing = tokio::spawn(renew(self.tls, self.authority, self.names, self.now));
        let office = self.office.backoffice.clone();
        let checking = tokio::spawn(check_each_night(office, self.golden, self.played));
        let answering = tokio::spawn(
            server.serve(self.routes.into_make_service_with_connect_info::<SocketAddr>()),
        );
        tokio::pin!(answering);
        let outcome = tokio::select! {
            ended = &mut answering => ended,
            () = stop => {
                tracing::info!("stopping");
                self.stop.send_replace(true);
                handle.graceful_shutdown(Some(GRACE));
                self.practice.closed().await;
                answering.await
            }
        };
        renewing.abort();
        checking.abort();
        self.office.close().await;
        match outcome {
            Ok(Ok(())) => Ok(()),
            Ok(Err(cause)) => Err(cannot_listen(self.address, cause)),
            Err(cause) => Err(Refusal::new("X99", "サーバーが途中で止まりました。").because(cause)),
        }
    }
}

/// Pages, practice and terminals, as one.
pub fn routes(
    office: &Backoffice,
    times: &OfficeConfig,
    practice: &Practice,
    golden: &Arc<GoldenWatch>,
) -> Router {
    let practice_pages = office_web::guarded(practice.routes(), office.clone(), times.clone());
    let pages = office_web::router_with_nights(office.clone(), times.clone(), golden.clone())
        .merge(practice_pages)
        .merge(sync::routes(office.clone(), times.now.clone()));
    telemetry::observed(pages)
}

/// The clock of the trade: the real one, or the real one on another day. TLS always goes by the
/// real one, or no client would believe its certificate.
fn played(date: Option<Date>, outside: &Outside) -> OfficeConfig {
    let real = outside.now.clone();
    let today = JAPAN.to_datetime(real()).date();
    let shift = date.map_or(jiff::SignedDuration::ZERO, |date| date.duration_since(today));
    let now: Clock = Arc::new(move || real().saturating_add(shift).unwrap_or(jiff::Timestamp::MAX));
    let clock = now.clone();
    OfficeConfig {
        now,
        today: Arc::new(move || JAPAN.to_datetime(clock()).date()),
        random: outside.random.clone(),
    }
}

/// Rates the golden rows again at the start and after each night (毎晩の検算). A check that fails is
/// tried again at the next look.
async fn check_each_night(office: Backoffice, golden: Arc<GoldenWatch>, now: Clock) {
    let mut every = interval(NIGHT_LOOK);
    loop {
        every.tick().await;
        if golden.is_due(now())
            && let Err(error) = golden.check(&office, now()).await
        {
            tracing::error!(%error, "golden rows could not be checked");
        }
    }
}

async fn renew(tls: RustlsConfig, authority: Authority, names: Vec<String>, now: Clock) {
    let mut every = interval(RENEWAL);
    every.tick().await;
    loop {
        every.tick().await;
        match server_config(&authority, &names, now()) {
            Ok(config) => tls.reload_from_config(config),
            Err(error) => tracing::error!(%error, "the certificate could not be renewed"),
        }
    }
}

fn certificate_names(arguments: &ServeArguments, hostname: &str) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), Ipv4Addr::LOCALHOST.to_string()];
    let listen: IpAddr = arguments.listen.ip();
    if !listen.is_unspecified() {
        names.push(listen.to_string());
    }
    if !hostname.is_empty() {
        names.push(hostname.to_owned());
    }
    names.extend(arguments.names.iter().cloned());
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// `DATA/tls`
fn tls_folder(arguments: &ServeArguments) -> PathBuf {
    arguments.data.data.join("tls")
}

fn no_tls(error: TlsError) -> Refusal {
    Refusal::new("R04", "サーバーの証明書を用意できません。データフォルダの tls フォルダと、--name に指定した名前を確認してください。")
        .because(error)
}

fn cannot_listen(address: SocketAddr, cause: io::Error) -> Refusal {
    if cause.kind() == io::ErrorKind::AddrInUse {
        let text = format!(
            "ポート {} はほかのプログラムが使っています。--listen で別のポートを指定するか、使っているプログラムを止めてください。",
            address.port()
        );
        return Refusal::new("R02", text).because(cause);
    }
    Refusal::new(
        "R03",
        format!("{address} で待ち受けできません。アドレスと権限を確認してください。"),
    )
    .because(cause)
}

/// SIGINT and SIGTERM, caught from the start on: one that comes while PostgreSQL starts counts.
struct StopSignals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl StopSignals {
    fn listen() -> io::Result<StopSignals> {
        Ok(StopSignals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn arrive(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests;
