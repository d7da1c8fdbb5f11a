//! Bytes of a file as text, with what is not text marked.

use std::ops::Range;

/// The content of a file as text of the same length: a byte that is no part of valid UTF-8 became a
/// question mark, so that places in the text are places in the file.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// The text, without a byte order mark at its start.
    pub text: String,
    /// The stretches that were not UTF-8, in order.
    pub invalid: Vec<Range<usize>>,
    /// How many bytes of the file come before the text: those of the byte order mark.
    pub before: usize,
}

impl Text {
    pub fn new(mut bytes: Vec<u8>) -> Self {
        let before = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        bytes.drain(..before);
        let mut invalid = Vec::new();
        let text = loop {
            match String::from_utf8(bytes) {
                Ok(text) => break text,
                Err(error) => {
                    bytes = error.into_bytes();
                    mend(&mut bytes, &mut invalid);
                }
            }
        };
        Text { text, invalid, before }
    }

    /// The first stretch of a range that was not UTF-8, if there is one.
    pub fn invalid_in(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let next = self.invalid.partition_point(|bad| bad.end <= range.start);
        self.invalid.get(next).filter(|bad| bad.start < range.end).cloned()
    }
}

/// Puts question marks over everything that is not UTF-8.
fn mend(bytes: &mut [u8], invalid: &mut Vec<Range<usize>>) {
    let mut start = 0;
    while let Err(error) = std::str::from_utf8(&bytes[start..]) {
        let from = start + error.valid_up_to();
        let to = error.error_len().map_or(bytes.len(), |length| from + length);
        bytes[from..to].fill(b'?');
        match invalid.last_mut() {
            Some(last) if last.end == from => last.end = to,
            _ => invalid.push(from..to),
        }
        start = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_text_keep_their_places() {
        let text = Text::new(b"a\xFF\xFEb\xE2\x82 caf\xC3\xA9".to_vec());
        assert_eq!(text.text, "a??b?? café");
        assert_eq!(text.invalid, [1..3, 4..6]);
        assert_eq!(text.invalid_in(&(0..1)), None);
        assert_eq!(text.invalid_in(&(2..9)), Some(1..3));
        assert_eq!(text.invalid_in(&(3..5)), Some(4..6));
        assert_eq!(text.invalid_in(&(6..9)), None);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(Text::new(b"\xEF\xBB\xBFa".to_vec()).text, "a");
    }
}
