//! A hand on the panel (端末を操作する側): presses keys and waits until all that follows is done.

use std::io::{self, Read, Write};

use super::{Caption, PanelInput, PanelOutput, read_message, write_message};

/// Drives a headless handheld over the two ends of a pipe or of anything else that carries bytes.
#[derive(Debug)]
pub struct PanelClient<R, W> {
    screen: R,
    keys: W,
    size: (u16, u16),
    sent: u64,
    caption: Caption,
    picture: Vec<u8>,
}

impl<R: Read, W: Write> PanelClient<R, W> {
    /// Waits until the terminal is ready and has shown its first picture.
    pub fn connect(screen: R, keys: W) -> io::Result<Self> {
        let (caption, picture) = (Caption::default(), Vec::new());
        let mut client = Self { screen, keys, size: (0, 0), sent: 0, caption, picture };
        match client.receive()? {
            PanelOutput::Ready { width, height } => client.size = (width, height),
            PanelOutput::Frame { .. } => {
                return Err(io::Error::other("a picture came before the size of the screen"));
            }
        }
        client.send(&PanelInput::Look)?;
        client.settle()?;
        Ok(client)
    }

    /// Presses a key and waits until all that follows from it is done.
    pub fn press(&mut self, key: &str) -> io::Result<&Caption> {
        self.press_all(&[key])
    }

    /// Presses keys one after the other as fast as they go in, then waits.
    pub fn press_all(&mut self, keys: &[&str]) -> io::Result<&Caption> {
        for key in keys {
            self.send(&PanelInput::Key((*key).to_owned()))?;
        }
        self.settle()
    }

    /// Presses the digits of a number.
    pub fn type_digits(&mut self, digits: &str) -> io::Result<&Caption> {
        for digit in digits.chars() {
            self.send(&PanelInput::Key(digit.to_string()))?;
        }
        self.settle()
    }

    /// Puts a finger down and lifts it, then waits.
    pub fn touch(&mut self, x: u16, y: u16) -> io::Result<&Caption> {
        self.send(&PanelInput::PointerDown { x, y })?;
        self.send(&PanelInput::PointerUp { x, y })?;
        self.settle()
    }

    /// Sends one input and does not wait.
    pub fn send(&mut self, input: &PanelInput) -> io::Result<()> {
        write_message(&mut self.keys, input)?;
        self.sent += 1;
        Ok(())
    }

    /// Waits until every input has been seen and nothing runs behind the screen any more.
    pub fn settle(&mut self) -> io::Result<&Caption> {
        loop {
            let PanelOutput::Frame { input_seen, busy, caption, png } = self.receive()? else {
                return Err(io::Error::other("the screen changed its size"));
            };
            self.caption = caption;
            if let Some(png) = png {
                self.picture = png;
            }
            if input_seen >= self.sent && !busy {
                return Ok(&self.caption);
            }
        }
    }

    /// What a person reads off the screen.
    pub fn caption(&self) -> &Caption {
        &self.caption
    }

    /// The newest picture as PNG.
    pub fn picture(&self) -> &[u8] {
        &self.picture
    }

    /// Pixels across and down.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    fn receive(&mut self) -> io::Result<PanelOutput> {
        read_message(&mut self.screen)?
            .ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the terminal has ended"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(input_seen: u64, busy: bool, typed: &str, png: Option<Vec<u8>>) -> PanelOutput {
        let caption = Caption { typed: typed.into(), ..Caption::default() };
        PanelOutput::Frame { input_seen, busy, caption, png }
    }

    fn screen(outputs: &[PanelOutput]) -> io::Cursor<Vec<u8>> {
        let mut bytes = Vec::new();
        for output in outputs {
            write_message(&mut bytes, output).unwrap();
        }
        io::Cursor::new(bytes)
    }

    #[test]
    fn a_key_is_done_when_it_was_seen_and_nothing_runs() {
        let ready = PanelOutput::Ready { width: 480, height: 800 };
        let screen = screen(&[
            ready,
            frame(1, false, "", Some(vec![1])),
            frame(1, false, "old", None),
            frame(2, true, "busy", Some(vec![2])),
            frame(2, false, "done", None),
        ]);
        let mut client = PanelClient::connect(screen, Vec::new()).unwrap();
        assert_eq!(client.size(), (480, 800));
        assert_eq!(client.press("Return").unwrap().typed, "done");
        assert_eq!(client.picture(), [2]);
        assert!(client.press("Return").is_err(), "the terminal has ended");
    }

    #[test]
    fn a_picture_before_the_size_is_refused() {
        let screen = screen(&[frame(0, false, "", None)]);
        assert!(PanelClient::connect(screen, Vec::new()).is_err());
    }
}
