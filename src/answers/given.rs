//! An answer as somebody wrote it, read as they meant it: in any case, with the quotes and dashes of a
//! word processor, with the number in front or what a form says behind it.

/// What an answer comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Given {
    /// The question is left open.
    Open,
    /// A value, by its number among those that were offered, from 0.
    Value(usize),
    /// None of the values.
    Other,
}

/// Answers that leave a question open.
const OPEN: [&str; 15] = [
    "",
    "?",
    "-",
    "unknown",
    "don't know",
    "don't know yet",
    "dont know",
    "dont know yet",
    "do not know",
    "do not know yet",
    "not known",
    "not known yet",
    "no idea",
    "open",
    "skip",
];

/// Reads an answer against the values that were offered. What is a value is never taken as "don't know".
pub fn given(answer: &str, values: &[String]) -> Given {
    let answer = &plain(answer);
    if let Some(at) = named(answer, values).or_else(|| numbered(answer, values)) {
        return Given::Value(at);
    }
    // A line of a list, or one that somebody ticked.
    let bare = answer.trim_start_matches(['-', '+', '•', '·', '>', ':', '=', ' ']);
    let bare = bare.strip_prefix("[x]").unwrap_or(bare).trim_start();
    if bare.len() < answer.len() && !bare.is_empty() {
        return given(bare, values);
    }
    let said = answer.strip_prefix("i ").unwrap_or(answer);
    if OPEN.contains(&said) || answer.starts_with('?') {
        return Given::Open;
    }
    Given::Other
}

/// The value of a name, whatever a form says of it in addition.
fn named(answer: &str, values: &[String]) -> Option<usize> {
    let find = |wanted: &str| values.iter().position(|value| plain(value) == wanted);
    let short = match answer {
        "y" => "yes",
        "n" => "no",
        other => other,
    };
    find(short).or_else(|| find(&plain(without_count(answer)?)))
}

/// The value of a number, which its name may follow.
fn numbered(answer: &str, values: &[String]) -> Option<usize> {
    let answer = answer.trim_start_matches(['(', '#']);
    let end = answer.find(|it: char| !it.is_ascii_digit()).unwrap_or(answer.len());
    let (number, rest) = answer.split_at(end);
    let at = number.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < values.len())?;
    let rest = rest.trim_start_matches(['.', ')', ':', '-', ' ']);
    (rest.is_empty() || named(rest, values) == Some(at)).then_some(at)
}

/// An answer without what stands in parentheses behind it, or with what a prompt says of it.
fn without_count(answer: &str) -> Option<&str> {
    let told = answer.strip_suffix(')').and_then(|it| it.rfind('(').map(|at| &it[..at]));
    told.or_else(|| {
        let (before, behind) = answer.rsplit_once(" changes ")?;
        behind.starts_with(|it: char| it.is_ascii_digit()).then_some(before)
    })
}

/// A text in small letters, with plain quotes, dashes and blanks, and without marks around it.
pub fn plain(text: &str) -> String {
    let sign = |it: char| match it {
        '’' | '‘' | '‛' | 'ʼ' | '′' | '´' | '`' => '\'',
        '“' | '”' | '„' | '‟' | '«' | '»' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
        '\u{feff}' => ' ',
        it if it.is_whitespace() => ' ',
        it => it,
    };
    let text: String = text.chars().map(sign).flat_map(char::to_lowercase).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let marks = ['*', '_', '"', '\'', ' '];
    let text = text.trim_matches(marks).trim_end_matches(['.', ',', ';', '!']);
    text.trim_matches(marks).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: &str) -> Given {
        let values = ["Yes", "No", "last one stands (any)", "writer – owner"].map(str::to_owned);
        given(answer, &values)
    }

    #[test]
    fn the_words_of_a_form_are_answers() {
        let yes = [
            "Yes",
            "yes",
            " YES ",
            "y",
            "1",
            "1.",
            "1)",
            "(1)",
            "1. Yes",
            "Yes (changes 3 conclusions)",
            "1. Yes (changes 3 conclusions)",
            "Yes  changes 1 conclusion",
            "**Yes**",
            "“Yes”",
            "`Yes`",
            "Yes.",
            "Yes\u{a0}(changes 3\u{a0}conclusions)",
            "- Yes",
            "-yes",
            "• Yes",
            "[x] Yes",
            "- [x] 1. Yes",
            ": Yes",
            "> yes",
        ];
        for answer in yes {
            assert_eq!(read(answer), Given::Value(0), "{answer}");
        }
        assert_eq!(read("Last one stands (any)"), Given::Value(2));
        assert_eq!(read("writer - owner"), Given::Value(3));
        assert_eq!(read("Writer — Owner"), Given::Value(3));
    }

    #[test]
    fn not_knowing_is_an_answer_in_many_words() {
        for answer in [
            "",
            "?",
            "? don’t know yet",
            "I do not know",
            "don't know",
            "Don’t know yet.",
            "unknown",
            "–",
            "- ?",
            "- don't know",
        ] {
            assert_eq!(read(answer), Given::Open, "{answer}");
        }
    }

    #[test]
    fn a_number_and_another_name_contradict() {
        for answer in ["2. Yes", "5", "0", "perhaps", "yes and no", "12", "- maybe", "[ ] Yes"] {
            assert_eq!(read(answer), Given::Other, "{answer}");
        }
    }
}
