//! Character encoding of import files (文字コード): UTF-8 or CP932, found out and given back.

use encoding_rs::SHIFT_JIS;

use super::fault::Fault;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// How a file is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileEncoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte order mark, as spreadsheets write it.
    Utf8WithBom,
    /// Shift_JIS as Windows has it.
    Cp932,
}

impl FileEncoding {
    /// The name on screens.
    pub fn japanese(self) -> &'static str {
        match self {
            FileEncoding::Utf8 => "UTF-8",
            FileEncoding::Utf8WithBom => "UTF-8（BOM付き）",
            FileEncoding::Cp932 => "CP932（Shift_JIS）",
        }
    }

    /// Text that came from a file of this encoding, as bytes of it again.
    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            FileEncoding::Utf8 => text.as_bytes().to_vec(),
            FileEncoding::Utf8WithBom => [BOM, text.as_bytes()].concat(),
            FileEncoding::Cp932 => encode_cp932(text),
        }
    }
}

/// The text of a file and how it was encoded. Plain ASCII counts as UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Result<(FileEncoding, String), Fault> {
    let (encoding, rest) = match bytes.strip_prefix(BOM) {
        Some(rest) => (FileEncoding::Utf8WithBom, rest),
        None => (FileEncoding::Utf8, bytes),
    };
    let utf8_fault = match std::str::from_utf8(rest) {
        Ok(text) => return Ok((encoding, text.to_owned())),
        Err(error) => line_of(rest, error.valid_up_to()),
    };
    if encoding == FileEncoding::Utf8
        && let Some(text) = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes)
    {
        return Ok((FileEncoding::Cp932, text.into_owned()));
    }
    Err(Fault::of_row(
        utf8_fault,
        "I01",
        "この行に、UTF-8でもCP932（Shift_JIS）でも読み取れない文字があります。\
         どちらかの文字コードで保存し直してください。",
    ))
}

fn line_of(bytes: &[u8], offset: usize) -> u64 {
    let lines = bytes[..offset].split(|byte| *byte == b'\n').count();
    u64::try_from(lines).unwrap_or(u64::MAX)
}

/// The web's Shift_JIS reads the user-defined area (外字) but does not write it, and a file of
/// rejects must give back what it was given.
fn encode_cp932(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let is_user_defined = |c: char| ('\u{e000}'..='\u{e757}').contains(&c);
    for part in text.split_inclusive(is_user_defined) {
        let last = part.chars().next_back().filter(|c| is_user_defined(*c));
        let plain = last.map_or(part, |c| &part[..part.len() - c.len_utf8()]);
        out.extend_from_slice(&SHIFT_JIS.encode(plain).0);
        if let Some(c) = last {
            let cell = c as u32 - 0xe000;
            let trail = cell % 188;
            out.extend(u8::try_from(0xf0 + cell / 188).ok());
            out.extend(u8::try_from(trail + if trail < 0x3f { 0x40 } else { 0x41 }).ok());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_known_and_given_back() {
        let text = "水栓番号,髙橋 﨑 ①㈱～\r\n";
        let (cp932, _, had_errors) = SHIFT_JIS.encode(text);
        assert!(!had_errors);
        for (bytes, expected) in [
            (text.as_bytes().to_vec(), FileEncoding::Utf8),
            ([BOM, text.as_bytes()].concat(), FileEncoding::Utf8WithBom),
            (cp932.to_vec(), FileEncoding::Cp932),
        ] {
            let (encoding, decoded) = decode(&bytes).unwrap();
            assert_eq!((encoding, decoded.as_str()), (expected, text));
            assert_eq!(encoding.encode(&decoded), bytes);
        }
    }

    #[test]
    fn user_defined_characters_are_given_back() {
        let bytes = b"\x90\x85\xf0\x40\xf0\xfc\xf9\xfc,a";
        let (encoding, text) = decode(bytes).unwrap();
        assert_eq!(text, "水\u{e000}\u{e0bb}\u{e757},a");
        assert_eq!(encoding.encode(&text), bytes);
    }

    #[test]
    fn neither_encoding_is_told_with_the_line() {
        let fault = decode(b"a\r\nb\r\n\xff\xfe\r\n").unwrap_err();
        assert_eq!((fault.line, fault.code), (3, "I01"));
        assert_eq!(decode(b"\xef\xbb\xbfa\n\x90\x85").unwrap_err().line, 2);
    }
}
