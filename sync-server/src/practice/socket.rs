//! The line between page and practice room (練習画面との通信): one WebSocket, one room, one end.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use shared::panel::{Caption, PanelInput, PanelOutput};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::panel_stream;
use super::room::{Panel, Printer, Room};
use super::words::{FromPage, ToPage};

/// After so long without a hand at the terminal the room is given to others.
pub const IDLE_MAX: Duration = Duration::from_mins(30);

/// A page that takes nothing in for so long is gone.
const SEND_MAX: Duration = Duration::from_secs(30);

/// Touches that wait for a busy terminal; more than that is a cat on the keyboard.
const WAITING_INPUTS_MAX: usize = 256;

/// Pictures that wait for a slow page.
const WAITING_PICTURES_MAX: usize = 4;

/// How a practice ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The page was closed.
    PageClosed,
    /// Nobody touched it.
    Idle,
    /// The server stops.
    ServerStops,
    /// The terminal's or the printer's program ended.
    ProgramEnded,
}

impl End {
    fn words(self) -> Option<ToPage<'static>> {
        let (code, text) = match self {
            End::PageClosed => return None,
            End::Idle => {
                ("R12", "30分間操作がなかったため、練習を終わりました。もう一度始めてください。")
            }
            End::ServerStops => ("R13", "サーバーを停止するため、練習を終わりました。"),
            End::ProgramEnded => ("R14", "練習用の端末が止まりました。もう一度始めてください。"),
        };
        Some(ToPage::Ended { code, text })
    }
}

/// Carries a practice from its first picture to its end, and clears the room up.
pub async fn practise(
    mut page: WebSocket,
    (room, panel): (Room, Panel),
    slip_addresses: &str,
    mut stopping: watch::Receiver<bool>,
) {
    let end = run(&mut page, (room, panel), slip_addresses, &mut stopping).await;
    tracing::info!(?end, "practice ended");
    if let Some(words) = end.words() {
        say_goodbye(page, &words).await;
    }
}

/// Tells the page why it is over and closes the line.
pub async fn say_goodbye(mut page: WebSocket, words: &ToPage<'_>) {
    // A page that is gone already needs no farewell.
    let _ = send(&mut page, words).await;
    let close = CloseFrame { code: close_code::NORMAL, reason: "".into() };
    let _ = timeout(SEND_MAX, page.send(Message::Close(Some(close)))).await;
}

async fn run(
    page: &mut WebSocket,
    (mut room, panel): (Room, Panel),
    slip_addresses: &str,
    stopping: &mut watch::Receiver<bool>,
) -> End {
    let (inputs, waiting_inputs) = mpsc::channel(WAITING_INPUTS_MAX);
    let (pictures, mut waiting_pictures) = mpsc::channel(WAITING_PICTURES_MAX);
    let Panel { keys, screen, width, height } = panel;
    // Each direction has a task of its own: a terminal that waits for us to look at a picture
    // could otherwise wait for ever while we wait for it to take a key.
    let writer = tokio::spawn(write_inputs(keys, waiting_inputs));
    let reader = tokio::spawn(read_pictures(screen, pictures));
    let line = Line { page, inputs, slip_addresses };
    let end = match send(line.page, &ToPage::Ready { width, height }).await {
        Ok(()) => line.carry(&mut room, &mut waiting_pictures, stopping).await,
        Err(end) => end,
    };
    writer.abort();
    reader.abort();
    room.close().await;
    end
}

async fn write_inputs(mut keys: ChildStdin, mut waiting: mpsc::Receiver<PanelInput>) {
    while let Some(input) = waiting.recv().await {
        if panel_stream::send(&mut keys, &input).await.is_err() {
            return;
        }
    }
}

async fn read_pictures(mut screen: ChildStdout, pictures: mpsc::Sender<Picture>) {
    loop {
        match panel_stream::receive(&mut screen).await {
            Ok(Some(PanelOutput::Frame { busy, caption, png, .. })) => {
                if pictures.send(Picture { busy, caption, png }).await.is_err() {
                    return;
                }
            }
            Ok(Some(PanelOutput::Ready { .. })) => {}
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "the practice terminal cannot be understood");
                return;
            }
        }
    }
}

/// What the terminal shows.
struct Picture {
    busy: bool,
    caption: Caption,
    png: Option<Vec<u8>>,
}

impl Picture {
    /// A later one takes the place of this; a picture that did not change stays.
    fn replaced_by(self, later: Picture) -> Picture {
        Picture { png: later.png.or(self.png), ..later }
    }
}

struct Line<'a> {
    page: &'a mut WebSocket,
    inputs: mpsc::Sender<PanelInput>,
    slip_addresses: &'a str,
}

impl Line<'_> {
    async fn carry(
        mut self,
        room: &mut Room,
        pictures: &mut mpsc::Receiver<Picture>,
        stopping: &mut watch::Receiver<bool>,
    ) -> End {
        self.pass_on(PanelInput::Look);
        let mut touched = Instant::now();
        loop {
            let outcome = tokio::select! {
                message = self.page.recv() => {
                    touched = Instant::now();
                    match message {
                        Some(Ok(message)) => self.hear(message, &mut room.printer).await,
                        Some(Err(_)) | None => Err(End::PageClosed),
                    }
                }
                picture = pictures.recv() => match picture {
                    Some(picture) => self.show(picture, pictures).await,
                    None => Err(End::ProgramEnded),
                },
                line = room.printer.next_line() => match line {
                    Ok(Some(line)) => self.lay_paper(&line).await,
                    Ok(None) | Err(_) => Err(End::ProgramEnded),
                },
                () = server_stops(stopping) => Err(End::ServerStops),
                () = sleep_until(touched + IDLE_MAX) => Err(End::Idle),
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    async fn hear(&mut self, message: Message, printer: &mut Printer) -> Result<(), End> {
        let text = match message {
            Message::Text(text) => text,
            Message::Close(_) => return Err(End::PageClosed),
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => return Ok(()),
        };
        match serde_json::from_str::<FromPage>(&text) {
            Ok(FromPage::Printer { hand }) => {
                printer.touch(hand.line()).await.map_err(|_| End::ProgramEnded)?;
                send(self.page, &ToPage::Printer { hand }).await
            }
            Ok(words) => {
                if let Some(input) = words.panel_input() {
                    self.pass_on(input);
                }
                Ok(())
            }
            // Not from our page: it sends nothing else.
            Err(_) => Err(End::PageClosed),
        }
    }

    fn pass_on(&self, input: PanelInput) {
        if self.inputs.try_send(input).is_err() {
            tracing::debug!("the practice terminal is busy: a touch was dropped");
        }
    }

    /// Shows the newest of the pictures that wait.
    async fn show(
        &mut self,
        first: Picture,
        waiting: &mut mpsc::Receiver<Picture>,
    ) -> Result<(), End> {
        let mut picture = first;
        while let Ok(later) = waiting.try_recv() {
            picture = picture.replaced_by(later);
        }
        if let Some(png) = picture.png {
            send_message(self.page, Message::Binary(png.into())).await?;
        }
        let words = ToPage::Screen { busy: picture.busy, caption: (&picture.caption).into() };
        send(self.page, &words).await
    }

    /// `slip 0001 slip-0001.png`, `torn 0001 torn-0001.png`; anything else is for the log.
    async fn lay_paper(&mut self, line: &str) -> Result<(), End> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [kind @ ("slip" | "torn"), _, picture] = words[..] else {
            tracing::debug!(line, "the practice printer speaks");
            return Ok(());
        };
        let address = format!("{}/{picture}", self.slip_addresses);
        send(self.page, &ToPage::Slip { address, torn: kind == "torn" }).await
    }
}

async fn server_stops(stopping: &mut watch::Receiver<bool>) {
    // A server that is gone without a word stops as well.
    drop(stopping.wait_for(|stopping| *stopping).await);
}

async fn send(page: &mut WebSocket, words: &ToPage<'_>) -> Result<(), End> {
    let json = serde_json::to_string(words).expect("texts and numbers are always JSON");
    send_message(page, Message::Text(json.into())).await
}

async fn send_message(page: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(SEND_MAX, page.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::PageClosed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(typed: &str, png: Option<Vec<u8>>) -> Picture {
        let caption = Caption { typed: typed.into(), ..Caption::default() };
        Picture { busy: false, caption, png }
    }

    #[test]
    fn a_slow_page_sees_the_newest_words_and_the_newest_picture() {
        let shown = picture("1", Some(vec![1])).replaced_by(picture("12", None));
        assert_eq!((shown.caption.typed.as_str(), shown.png), ("12", Some(vec![1])));
        let shown = picture("1", Some(vec![1])).replaced_by(picture("12", Some(vec![2])));
        assert_eq!(shown.png, Some(vec![2]));
    }

    #[test]
    fn whoever_still_looks_is_told_why_it_is_over() {
        assert_eq!(End::PageClosed.words(), None);
        for end in [End::Idle, End::ServerStops, End::ProgramEnded] {
            assert!(end.words().is_some());
        }
    }
}
