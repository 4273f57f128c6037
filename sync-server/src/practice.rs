//! The practice page (操作練習): the real terminal in the browser, with paper, for whoever learns it.
//!
//! Each trainee gets a room with programs of their own: `handheld` without a window and
//! `virtual-printer`. Nothing in it is real and nothing of it reaches the database. The room ends
//! with the page.

mod cases;
mod package;
mod page;
mod panel_stream;
mod room;
mod slips;
mod socket;
mod tasks;
mod words;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use backoffice::access::Right;
use jiff::civil::Date;
use office_web::{CurrentStaff, Problem};
use shared::ids::StaffId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use uuid::Uuid;

pub use cases::{CASES, Case, Find};
pub use room::RoomError;
pub use tasks::{TASKS, Task};

use room::{Furnishing, Room};
use words::ToPage;

/// How many may practise at once: each has two programs of their own.
pub const SEATS: usize = 8;

/// The longest message that the page sends.
const PAGE_MESSAGE_BYTES_MAX: usize = 1024;

/// How long rooms may take to clear up when the server stops.
const CLEAR_UP_MAX: Duration = Duration::from_secs(5);

/// What the practice needs from the server.
#[derive(Clone)]
pub struct PracticeConfig {
    /// The folder of `handheld` and `virtual-printer`.
    pub programs: PathBuf,
    /// Where rooms are made; emptied at start.
    pub rooms: PathBuf,
    /// The business date.
    pub today: Arc<dyn Fn() -> Date + Send + Sync>,
    /// Fresh unpredictable bytes.
    pub random: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
    /// Turns true when the server stops.
    pub stopping: watch::Receiver<bool>,
}

/// All practice rooms of a server.
#[derive(Clone)]
pub struct Practice {
    config: PracticeConfig,
    seats: Arc<Semaphore>,
    trays: Arc<Mutex<HashMap<String, Tray>>>,
}

/// Where a trainee's slips lie, and whose they are.
#[derive(Clone)]
struct Tray {
    trainee: StaffId,
    folder: PathBuf,
}

impl Practice {
    /// Opens the practice. Rooms that a killed server left behind are removed.
    pub fn open(config: PracticeConfig) -> Practice {
        if let Err(error) = std::fs::remove_dir_all(&config.rooms)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "old practice rooms could not be removed");
        }
        Practice { config, seats: Arc::new(Semaphore::new(SEATS)), trays: Arc::default() }
    }

    /// The pages, to be put behind the office's log-in.
    pub fn routes(&self) -> Router {
        Router::new()
            .route("/practice", get(page::practice_page))
            .route("/practice/socket", get(open_socket))
            .route("/practice/slips/{token}/{picture}", get(slips::slip_picture))
            .route(page::SCRIPT_ADDRESS, get(page::script))
            .route(page::STYLE_ADDRESS, get(page::style))
            .with_state(self.clone())
    }

    /// Waits until every room is cleared up; the server has said that it stops.
    pub async fn closed(&self) {
        let all = u32::try_from(SEATS).expect("a handful of seats");
        if timeout(CLEAR_UP_MAX, self.seats.acquire_many(all)).await.is_err() {
            tracing::warn!("a practice room did not end in time");
        }
    }

    fn take_seat(&self) -> Option<OwnedSemaphorePermit> {
        self.seats.clone().try_acquire_owned().ok()
    }

    fn tray(&self, token: &str) -> Option<Tray> {
        self.trays.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }

    fn put_tray(&self, token: &str, tray: Tray) -> TrayInUse {
        let trays = self.trays.clone();
        trays.lock().unwrap_or_else(PoisonError::into_inner).insert(token.to_owned(), tray);
        TrayInUse { trays, token: token.to_owned() }
    }
}

/// Takes the tray away when the practice ends, in whatever way.
struct TrayInUse {
    trays: Arc<Mutex<HashMap<String, Tray>>>,
    token: String,
}

impl Drop for TrayInUse {
    fn drop(&mut self) {
        self.trays.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.token);
    }
}

/// `GET /practice/socket`: begins a practice that lasts as long as the line.
async fn open_socket(
    State(practice): State<Practice>,
    staff: CurrentStaff,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    staff.require(Right::Practise)?;
    if !is_own_origin(&headers) {
        return Err(Problem::ForeignOrigin);
    }
    Ok(upgrade
        .max_message_size(PAGE_MESSAGE_BYTES_MAX)
        .on_upgrade(move |page| practise(practice, staff.id, page)))
}

async fn practise(practice: Practice, trainee: StaffId, page: WebSocket) {
    let Some(seat) = practice.take_seat() else {
        tracing::info!("a practice was refused: all seats are taken");
        let text = "いま練習できる台数（8台）がすべて使われています。ほかの方の練習が終わってから、もう一度始めてください。";
        return socket::say_goodbye(page, &ToPage::Ended { code: "R10", text }).await;
    };
    let config = &practice.config;
    let furnishing = Furnishing {
        programs: &config.programs,
        rooms: &config.rooms,
        today: (config.today)(),
        random: (config.random)(),
    };
    match Room::open(furnishing).await {
        Ok((room, panel)) => {
            let token = fresh_token((config.random)());
            let tray = practice.put_tray(&token, Tray { trainee, folder: room.paper() });
            let addresses = format!("/practice/slips/{token}");
            tracing::info!(staff.id = trainee.0, "practice begun");
            socket::practise(page, (room, panel), &addresses, config.stopping.clone()).await;
            drop(tray);
        }
        Err(error) => {
            tracing::error!(error = error_chain(&error), "a practice could not begin");
            let text = "練習用の端末を始められませんでした。しばらくしてからもう一度始めてください。続くときは、システム管理担当へコードをお伝えください。";
            socket::say_goodbye(page, &ToPage::Ended { code: "R11", text }).await;
        }
    }
    drop(seat);
}

/// Browsers send the session with a socket that a foreign page opens: only `Origin` tells.
fn is_own_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, own)| own.eq_ignore_ascii_case(host))
        }
        // A program, not a browser: it carries no stolen session.
        (None, _) => true,
        (Some(_), None) => false,
    }
}

/// Not to be guessed by another trainee, who would still be refused.
fn fresh_token(random: [u8; 32]) -> String {
    let bytes = random[..16].try_into().expect("16 of 32 bytes");
    Uuid::from_bytes(bytes).simple().to_string()
}

fn error_chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests;
