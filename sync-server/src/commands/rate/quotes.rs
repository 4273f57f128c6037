//! Quotation marks (引用符): whether a file opens one that it never closes.

use std::io;

/// Hands bytes on and remembers whether the marks among them come in pairs.
pub(super) struct QuotePairs<R> {
    inner: R,
    is_odd: bool,
}

impl<R> QuotePairs<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, is_odd: false }
    }

    /// Whether a mark is open, after all that was read so far.
    pub(super) fn is_open(&self) -> bool {
        self.is_odd
    }
}

impl<R: io::Read> io::Read for QuotePairs<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.is_odd ^= buffer[..count].iter().fold(false, |is_odd, byte| is_odd ^ (*byte == b'"'));
        Ok(count)
    }
}
