//! The panel's messages over a child process's pipes (画面と鍵盤の通り道), without blocking a thread.

use std::io;

use shared::panel::{PanelInput, PanelOutput, read_message, write_message};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Larger than any picture of the screen.
const MESSAGE_BYTES_MAX: u32 = 16 * 1024 * 1024;

/// Sends one input.
pub async fn send(pipe: &mut (impl AsyncWrite + Unpin), input: &PanelInput) -> io::Result<()> {
    let mut bytes = Vec::new();
    write_message(&mut bytes, input)?;
    pipe.write_all(&bytes).await?;
    pipe.flush().await
}

/// Receives one output; `None` when the terminal has ended.
pub async fn receive(pipe: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<PanelOutput>> {
    let mut length = [0; 4];
    match pipe.read_exact(&mut length).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let count = u32::from_le_bytes(length);
    if count > MESSAGE_BYTES_MAX {
        return Err(io::Error::other("the message is too long"));
    }
    // The codec of `shared` reads whole messages with their length in front.
    let mut message = length.to_vec();
    message.resize(4 + usize::try_from(count).map_err(io::Error::other)?, 0);
    pipe.read_exact(&mut message[4..]).await?;
    read_message(&mut message.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::panel::Caption;

    #[tokio::test]
    async fn messages_come_out_as_they_went_in() {
        let (mut near, mut far) = tokio::io::duplex(64);
        let output = PanelOutput::Frame {
            input_seen: 3,
            busy: false,
            caption: Caption { screen: "login".into(), ..Caption::default() },
            png: Some(vec![9; 500]),
        };
        let mut bytes = Vec::new();
        write_message(&mut bytes, &output).unwrap();
        let writing = tokio::spawn(async move { far.write_all(&bytes).await.unwrap() });
        assert_eq!(receive(&mut near).await.unwrap(), Some(output));
        writing.await.unwrap();
        assert_eq!(receive(&mut near).await.unwrap(), None, "the far end is gone");
    }

    #[tokio::test]
    async fn a_length_that_no_picture_has_is_refused() {
        let mut bytes: &[u8] = &u32::MAX.to_le_bytes();
        assert!(receive(&mut bytes).await.is_err());
    }

    #[tokio::test]
    async fn inputs_are_framed_as_the_terminal_expects() {
        let mut sent = Vec::new();
        send(&mut sent, &PanelInput::Key("F1".into())).await.unwrap();
        let read = read_message::<PanelInput>(&mut sent.as_slice()).unwrap();
        assert_eq!(read, Some(PanelInput::Key("F1".into())));
    }
}
