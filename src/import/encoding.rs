//! The encodings in which other systems save texts.

/// What the bytes from 0x80 to 0x9f mean in Windows-1252, a space where they mean nothing; the others are Unicode's.
const WINDOWS_1252: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/// A text that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// What it says.
    pub text: String,
    /// Its encoding, unless that was UTF-8, and the first byte of the text that shows it.
    pub other: Option<(&'static str, usize)>,
}

/// Reads UTF-8, UTF-16 that begins with its mark, and Windows-1252; `None` if it is none of them.
pub fn decode(bytes: &[u8]) -> Option<Decoded> {
    let (text, other) = match (bytes, std::str::from_utf8(bytes)) {
        ([0xff, 0xfe, rest @ ..], _) => (utf_16(rest, u16::from_le_bytes)?, Some(("UTF-16", 0))),
        ([0xfe, 0xff, rest @ ..], _) => (utf_16(rest, u16::from_be_bytes)?, Some(("UTF-16", 0))),
        (_, Ok(text)) => (text.to_owned(), None),
        (_, Err(error)) => (windows_1252(bytes)?, Some(("Windows-1252", error.valid_up_to()))),
    };
    (!text.contains('\0')).then_some(Decoded { text, other })
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok().filter(|_| rest.is_empty())
}

/// Text with letters that are UTF-8's is UTF-8 that was damaged.
fn windows_1252(bytes: &[u8]) -> Option<String> {
    if bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) {
        return None;
    }
    let character = |byte: &u8| match byte {
        0x80..=0x9f => WINDOWS_1252.chars().nth(usize::from(byte - 0x80)).filter(|c| *c != ' '),
        byte => Some(char::from(*byte)),
    };
    bytes.iter().map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_read_and_named() {
        let text = "Lüfter: „an“? 5 €";
        let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let other = |name, at| Some(Decoded { text: text.to_owned(), other: Some((name, at)) });
        assert_eq!(decode(text.as_bytes()), Some(Decoded { text: text.to_owned(), other: None }));
        assert_eq!(decode(&[&[0xff, 0xfe], &*wide(u16::to_le_bytes)].concat()), other("UTF-16", 0));
        assert_eq!(decode(&[&[0xfe, 0xff], &*wide(u16::to_be_bytes)].concat()), other("UTF-16", 0));
        assert_eq!(decode(b"L\xfcfter: \x84an\x93? 5 \x80"), other("Windows-1252", 1));
        for bytes in [&b"\xff\xfea"[..], b"\xff\xfe\x00\xd8", b"a\x81", b"L\xc3\xbcfter\xfc", b"a\0b"] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
    }
}
