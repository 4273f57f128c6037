//! The panel (端末の画面と鍵盤): how a headless handheld is seen and touched from outside.
//!
//! The practice page, the story and the tests drive the real program through this: keys and
//! touches in, pictures out, over its standard input and output. Each message is postcard behind
//! its length in four bytes, little-endian. Every input is answered by at least one
//! [`PanelOutput::Frame`] whose `input_seen` counts it; `busy` tells that work still runs behind
//! the screen (saving, printing, sending) and that another frame will follow when it ends.

mod client;

use std::io::{self, Read, Write};

pub use client::PanelClient;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What a hand does to the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PanelInput {
    /// A key is pressed and let go: one character, or a name of [`KEY_NAMES`].
    Key(String),
    /// A finger comes down, in screen pixels.
    PointerDown {
        /// From the left.
        x: u16,
        /// From the top.
        y: u16,
    },
    /// The finger moves.
    PointerMove {
        /// From the left.
        x: u16,
        /// From the top.
        y: u16,
    },
    /// The finger is lifted.
    PointerUp {
        /// From the left.
        x: u16,
        /// From the top.
        y: u16,
    },
    /// Send the whole picture now.
    Look,
    /// Save what is to save and end.
    Quit,
}

/// Keys that are no character.
pub const KEY_NAMES: [&str; 13] = [
    "Return",
    "Escape",
    "Backspace",
    "Tab",
    "UpArrow",
    "DownArrow",
    "LeftArrow",
    "RightArrow",
    "F1",
    "F2",
    "F3",
    "F4",
    "F5",
];

/// What the terminal shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PanelOutput {
    /// First of all: the size of the screen.
    Ready {
        /// Pixels across.
        width: u16,
        /// Pixels down.
        height: u16,
    },
    /// The screen after a change.
    Frame {
        /// How many inputs were carried out before this picture.
        input_seen: u64,
        /// Whether work still runs behind the screen.
        busy: bool,
        /// What a person would read off the screen first.
        caption: Caption,
        /// The picture as PNG; `None` when it did not change.
        png: Option<Vec<u8>>,
    },
}

/// The words on the screen that tell where one is.
///
/// | screen | connection_number | typed | message, besides refusals with their code |
/// |---|---|---|---|
/// | `login` | – | reader's number, then `●` a digit of the PIN | wrong PIN, lock |
/// | `route` | – | – | the route is finished |
/// | `reading` | the connection | digits so far; the stored ones once saved | 保存しました… with the slip's number and 印刷しました, or the printer's P code |
/// | `check` | the connection | second entry so far | what is odd, one sentence a finding |
/// | `no_read` | the connection | – | – |
/// | `work` | the connection | digits so far | what is asked |
/// | `search` | – | what is looked for | – |
/// | `menu` | – | – | – |
/// | `day` | – | – | what is still open, signed |
/// | `sync` | – | – | 送受信が終わりました…, or the S code |
///
/// `progress` is set as soon as a route is on board. A message stays until the next key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caption {
    /// The screen: `login`, `route`, `reading`, `check`, `no_read`, `work`, `search`, `menu`, `day`,
    /// `sync`.
    pub screen: String,
    /// The connection number shown large, on screens about one connection.
    pub connection_number: Option<String>,
    /// The digits in the entry field.
    pub typed: String,
    /// The notice line or dialog text, if one is shown.
    pub message: Option<String>,
    /// Connections done and planned, where the screen shows them.
    pub progress: Option<(u32, u32)>,
}

/// Largest message that is read: a picture of any screen is far below it.
const MESSAGE_BYTES_MAX: u32 = 16 * 1024 * 1024;

/// Writes one message and flushes it.
pub fn write_message<T: Serialize>(out: &mut impl Write, message: &T) -> io::Result<()> {
    let bytes = crate::wire::encode(message);
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&bytes)?;
    out.flush()
}

/// Reads one message; `None` when the other side has closed the stream between two messages.
pub fn read_message<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes(length);
    if length > MESSAGE_BYTES_MAX {
        return Err(io::Error::other("the message is too long"));
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    input.read_exact(&mut bytes)?;
    crate::wire::decode(&bytes).map(Some).map_err(io::Error::other)
}
