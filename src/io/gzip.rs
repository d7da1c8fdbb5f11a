//! Texts that are kept compressed.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// The two bytes that every gzip file starts with; no text does.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The content of a file that may be compressed. What would be larger than 4 GiB is cut behind
/// that, so that it is refused for its size.
pub(super) fn unpacked(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    if !bytes.starts_with(&MAGIC) {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).take(1 << 32).read_to_end(&mut plain)?;
    Ok(plain)
}

/// Compresses what `fill` writes.
pub(super) fn packed(
    to: &mut dyn Write,
    fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut encoder = GzEncoder::new(to, Compression::default());
    fill(&mut encoder)?;
    encoder.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_again() -> io::Result<()> {
        let mut bytes = Vec::new();
        packed(&mut bytes, &mut |to| to.write_all(b"a\tb\n"))?;
        assert_ne!(bytes, b"a\tb\n");
        assert_eq!(unpacked(bytes.clone())?, b"a\tb\n");
        // Two files put together are one file.
        assert_eq!(unpacked([bytes.clone(), bytes.clone()].concat())?, b"a\tb\na\tb\n");
        assert!(unpacked(bytes[..12].to_vec()).is_err());
        assert_eq!(unpacked(b"plain".to_vec())?, b"plain");
        Ok(())
    }
}
