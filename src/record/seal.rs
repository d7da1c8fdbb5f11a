//! A number for a text, by which one sees that somebody changed it.

use crate::kb::hash;

/// How many digits of the number are kept: enough to see a slip, no protection against malice.
const DIGITS: usize = 8;

/// The number of a text; how its lines end does not count, nor do blanks at its ends.
pub fn seal(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let text = lines.join("\n");
    let number = hash::of_files(std::iter::once(("", text.trim().as_bytes())));
    number.chars().take(DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_lines_do_not_count_and_what_stands_on_them_does() {
        assert_eq!(seal("a\nb\n"), seal("a \r\nb"));
        assert_ne!(seal("a\nb"), seal("a\nc"));
        assert_ne!(seal("a\nb"), seal("a\n\nb"));
    }
}
