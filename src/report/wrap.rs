//! Lines that end between words: of prose, and of the columns of a table.

use unicode_width::UnicodeWidthStr;

/// A text in lines that are no wider than `width`.
pub(super) fn wrapped(text: &str, width: Option<usize>) -> Vec<String> {
    match width {
        Some(width) => wrapped_from(text, width, 0, 0),
        None => vec![text.to_owned()],
    }
}

/// A text behind a head, in lines that end before `width` and begin at column `at`. A head that reaches
/// further has a line of its own.
pub fn hanging(head: &str, text: &str, at: usize, width: Option<usize>) -> String {
    let room = width.map_or(usize::MAX, |width| width.saturating_sub(at).max(20));
    let lines = wrapped(text, Some(room));
    let own = !head.is_empty() && head.width() + 2 > at;
    let mut out = if own { format!("{head}\n") } else { String::new() };
    for (row, line) in lines.iter().enumerate() {
        let before = if row == 0 && !own { head } else { "" };
        let gap = at.saturating_sub(before.width());
        out.push_str(&format!("{before}{:gap$}{line}\n", ""));
    }
    out
}

/// As much of a text as fits into `width`, whole words, with a sign that there is more.
pub fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let part = &text[..fitting(text, width.saturating_sub(2).max(1))];
    let end = part.rfind(' ').filter(|end| *end > part.len() / 2).unwrap_or(part.len());
    format!("{} …", part[..end].trim_end())
}

/// A text in lines that end before `width`, the first of which starts at column `first` and the
/// others at column `rest`. A word that is wider than a line is broken.
pub(super) fn wrapped_from(text: &str, width: usize, first: usize, rest: usize) -> Vec<String> {
    let room = |row: usize| width.saturating_sub(if row == 0 { first } else { rest }).max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let mut word = word;
        let gap = usize::from(used > 0);
        if used + gap + word.width() <= room(lines.len() - 1) {
            if gap > 0 {
                push(&mut lines, " ");
            }
            push(&mut lines, word);
            used += gap + word.width();
            continue;
        }
        // What does not fit behind a long head starts on a line of its own.
        if used > 0 || (lines.len() == 1 && rest < first) {
            lines.push(String::new());
        }
        while word.width() > room(lines.len() - 1) {
            let cut = fitting(word, room(lines.len() - 1));
            push(&mut lines, &word[..cut]);
            lines.push(String::new());
            word = &word[cut..];
        }
        push(&mut lines, word);
        used = word.width();
    }
    lines
}

fn push(lines: &mut [String], text: &str) {
    if let Some(last) = lines.last_mut() {
        last.push_str(text);
    }
}

/// How many bytes of a word fit into a width; at least one character.
pub(super) fn fitting(word: &str, width: usize) -> usize {
    let mut end = 0;
    for (at, character) in word.char_indices() {
        let next = at + character.len_utf8();
        if end > 0 && word[..next].width() > width {
            break;
        }
        end = next;
    }
    end
}

/// The widths of columns that share `width`, each given by its widest line and its widest word.
/// None loses a word while another has more than its words need, and a narrow one grows first.
pub(super) fn shared(columns: &[(usize, usize)], width: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|(line, word)| *line.min(word)).collect();
    let mut free = width.saturating_sub(widths.iter().sum());
    let mut over = widths.iter().sum::<usize>().saturating_sub(width);
    while over > 0 {
        let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > 1) else { break };
        *widest -= 1;
        over -= 1;
    }
    while free > 0 {
        let grows = widths.iter_mut().zip(columns).filter(|(width, (line, _))| **width < *line);
        let Some((narrowest, _)) = grows.min_by_key(|(width, _)| **width) else { break };
        *narrowest += 1;
        free -= 1;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_wraps_at_words_below_its_heads() {
        let text = hanging(":a [B]", "one two three four five six seven", 8, Some(30));
        assert_eq!(text, ":a [B]  one two three four\n        five six seven\n");
        assert_eq!(hanging(":long-one", "two", 8, None), ":long-one\n        two\n");
        assert_eq!(shortened("one two three", 9), "one two …");
        assert_eq!(shortened("one two", 9), "one two");
    }

    #[test]
    fn a_line_ends_between_words() {
        assert_eq!(wrapped("one two three", Some(8)), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable", Some(4)), ["unbr", "eaka", "ble"]);
        assert_eq!(wrapped_from("one two three", 8, 4, 2), ["one", "two", "three"]);
    }

    #[test]
    fn columns_share_a_width_and_keep_their_words() {
        assert_eq!(shared(&[(5, 5), (40, 14), (6, 6)], 60), [5, 40, 6]);
        assert_eq!(shared(&[(50, 4), (40, 14)], 30), [15, 15]);
        assert_eq!(shared(&[(50, 20), (40, 5)], 30), [20, 10]);
        assert_eq!(shared(&[(50, 30), (40, 5)], 20), [15, 5]);
        assert_eq!(shared(&[(9, 9), (9, 9)], 1), [1, 1]);
    }
}
