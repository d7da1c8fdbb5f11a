//! The open questions as a form that somebody fills in who never runs the program, and a form that was
//! filled in read back as facts.
//!
//! A question is known by what it is about, so that a form can be filled in while the design goes on.

use std::collections::BTreeMap;

use crate::change::{Base, Choice, Choices, Ledger, Limits, Question, Setting};
use crate::diag::nearest;
use crate::eval::Stopped;
use crate::report;
use crate::report::Table;
use crate::session::Session;

use super::given::{Given, given, plain};
use super::{plural, symbols, text, to_copy};

/// The word before an answer on a page.
const ANSWER: &str = "Answer:";

/// What stands before the name of a question on a page.
const NAME: &str = "Question `";

/// Questions to be put to people.
#[derive(Clone, Debug, Default)]
pub struct Form {
    title: String,
    asked: Vec<Asked>,
    /// All choices of the design, which the numbers of the questions refer to.
    choices: Choices,
}

/// A question with its answers.
#[derive(Clone, Debug, Default)]
struct Asked {
    /// Its number among the choices.
    choice: usize,
    /// What it is known by.
    id: String,
    text: String,
    /// What it is about, in the words of the design, where it has some.
    about: String,
    /// How many open conclusions depend on it.
    waiting: usize,
    /// The values it can take, and how many conclusions each changes.
    values: Vec<(String, usize)>,
}

/// What a form says that was filled in.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// The answers as facts, a line each.
    pub facts: String,
    /// How many questions were left open.
    pub open: usize,
    /// How many were answered.
    pub answered: usize,
    /// Answers that cannot be read, a sentence each, with the line they stand in, from 1.
    pub problems: Vec<(usize, String)>,
}

impl Filled {
    /// What is to be said of a form that adds nothing, though nothing in it is wrong.
    pub fn nothing_new(&self) -> Option<String> {
        if !self.facts.is_empty() || !self.problems.is_empty() {
            return None;
        }
        Some(match (self.answered, self.open) {
            (0, 0) => "there is no question of a form in it; `questions` writes a form".to_owned(),
            (0, open) => format!(
                "no answer is in it, so {} left open: write the number or the words of an answer behind \
                 `{ANSWER}`, or into the column `answer` of a table",
                if open == 1 {
                    "1 question is".to_owned()
                } else {
                    format!("{open} questions are")
                }
            ),
            _ => "all its answers are stated already".to_owned(),
        })
    }
}

/// The text of a form: UTF-8, or UTF-16 as spreadsheets write it. Else a sentence says what is wanted.
pub fn form_text(bytes: &[u8]) -> Result<String, String> {
    let (rest, little) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, true),
        [0xfe, 0xff, rest @ ..] => (rest, false),
        _ => {
            let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
            let wanted =
                "it is no text in UTF-8: save it as that, in a spreadsheet as \"CSV UTF-8\"";
            return text.map(str::to_owned).ok_or_else(|| wanted.to_owned());
        }
    };
    let units = rest.chunks_exact(2).map(|pair| match little {
        true => u16::from_le_bytes([pair[0], pair[1]]),
        false => u16::from_be_bytes([pair[0], pair[1]]),
    });
    char::decode_utf16(units)
        .collect::<Result<String, _>>()
        .map_err(|_| "it begins as UTF-16 and does not go on so: save it as UTF-8".to_owned())
}

/// An answer as it stands in a form.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Entry {
    line: usize,
    id: String,
    answer: String,
}

/// What a choice is known by.
fn id(choice: &Choice) -> String {
    match choice.subject == choice.field {
        true => choice.field.clone(),
        false => format!("{} / {}", choice.subject, choice.field),
    }
}

impl Form {
    /// The open questions of a design, in the order they are given in.
    pub fn of(session: &Session, design: usize, questions: &[Question], ledger: &Ledger) -> Form {
        let title = session.designs().get(design).map(|it| it.title.clone()).unwrap_or_default();
        let asked = questions.iter().map(|question| {
            let choice = &ledger.choices.choices[question.choice];
            let values = choice.values.iter().enumerate().map(|(at, value)| {
                let answer = question.answers.iter().find(|answer| answer.value == at);
                (value.clone(), answer.map_or(0, |it| it.added.len() + it.removed.len()))
            });
            Asked {
                choice: question.choice,
                id: id(choice),
                text: choice.text.clone(),
                about: words_of(session, design, &choice.subject).unwrap_or_default(),
                waiting: question.waiting,
                values: values.collect(),
            }
        });
        Form { title, asked: asked.collect(), choices: ledger.choices.clone() }
    }

    /// The form as a page.
    pub fn markdown(&self) -> String {
        let mut out = format!("# Open questions: {}\n\n", self.title);
        if self.asked.is_empty() {
            out.push_str("None: every question that can make a difference is answered.\n");
            return out;
        }
        out.push_str(&format!(
            "The first one settles most: the questions stand in the order of how many open conclusions depend \
             on them. Write behind `{ANSWER}` the number or the words of an answer; \"don't know\" and `?` are \
             answers too, and nothing leaves a question open. Leave everything else as it is.\n"
        ));
        for (at, asked) in self.asked.iter().enumerate() {
            let text = if asked.text.is_empty() { &asked.id } else { &asked.text };
            out.push_str(&format!("\n## {}. {}\n\n", at + 1, capital(text)));
            let about = match asked.about.as_str() {
                "" => String::new(),
                about => format!(" about \"{about}\""),
            };
            let depend = depend(asked.waiting);
            out.push_str(&format!("{NAME}{}`{about}; {depend}.\n\n", asked.id));
            for (at, (value, changes)) in asked.values.iter().enumerate() {
                let changes = match changes {
                    0 => String::new(),
                    more => format!(" (changes {})", plural(*more, "conclusion")),
                };
                out.push_str(&format!("{}. {value}{changes}\n", at + 1));
            }
            out.push_str(&format!("\n{ANSWER}\n"));
        }
        out
    }

    /// The form as a table.
    pub fn csv(&self) -> String {
        let rows = self.asked.iter().map(|asked| {
            let values: Vec<&str> = asked.values.iter().map(|(value, _)| value.as_str()).collect();
            let (id, about, waiting) = (&asked.id, &asked.about, asked.waiting.to_string());
            vec![
                text(id),
                text(&asked.text),
                text(about),
                text(waiting),
                text(values.join(" | ")),
                text(""),
            ]
        });
        let names = ["question", "text", "about", "depend", "answers", "answer"];
        let (columns, rows) = (symbols(&names.map(|name| (name, name))), rows.collect());
        report::csv(&Table { name: "questions".into(), title: String::new(), columns, rows })
    }

    /// What a form says that was filled in, a page or a table. Fails only where a limit is hit.
    pub fn filled(
        &self,
        session: &Session,
        design: usize,
        text: &str,
        limits: &Limits<'_>,
    ) -> Result<Filled, Stopped> {
        let mut filled = Filled::default();
        let entries = match is_page(text) {
            true => of_page(text),
            false => match of_table(text) {
                Ok(entries) => entries,
                Err(problem) => {
                    filled.problems.push(problem);
                    return Ok(filled);
                }
            },
        };
        let mut settings: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for Entry { line, id, answer } in entries {
            match self.setting(&id, &answer) {
                Ok(None) => filled.open += 1,
                Ok(Some(Setting { choice, value })) => {
                    let (first, other) = *settings.entry(choice).or_insert((line, value));
                    if other != value {
                        let problem = format!("`{id}` has another answer in line {first}");
                        filled.problems.push((line, problem));
                    }
                }
                Err(problem) => filled.problems.push((line, problem)),
            }
        }
        filled.answered = settings.len();
        if settings.is_empty() {
            return Ok(filled);
        }
        // Together, because several may change one fact.
        let stated = session.designs().get(design).map(|design| design.facts.as_slice());
        let mut base = Base::new(session.rulebook(), stated.unwrap_or_default(), limits)?;
        let choices = Choices::of(&mut base);
        for (&choice, &(line, value)) in &settings {
            let asked = self.asked.iter().any(|asked| asked.choice == choice);
            let edit = choices.edit(&base, &[Setting { choice, value }]);
            if !asked && !edit.remove.is_empty() {
                let id = id(&choices.choices[choice]);
                let problem = format!("`{id}` is answered already, and not like this");
                filled.problems.push((line, problem));
            }
        }
        if !filled.problems.is_empty() {
            return Ok(filled);
        }
        let settings: Vec<Setting> =
            settings.into_iter().map(|(choice, (_, value))| Setting { choice, value }).collect();
        for line in to_copy(session, &choices.change(&base, &settings)) {
            filled.facts.push_str(&format!("{line}\n"));
        }
        Ok(filled)
    }

    /// What an answer to a question of this name sets; nothing where it leaves the question open.
    fn setting(&self, id: &str, answer: &str) -> Result<Option<Setting>, String> {
        let name = plain(id);
        let found = self.asked.iter().find(|asked| plain(&asked.id) == name);
        let Some(choice) = found.map(|asked| asked.choice).or_else(|| self.answered(&name)) else {
            if given(answer, &[]) == Given::Open {
                return Ok(None);
            }
            let near = nearest(id, self.asked.iter().map(|asked| asked.id.as_str()));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("`{id}` is no open question{hint}"));
        };
        let values = &self.choices.choices[choice].values;
        match given(answer, values) {
            Given::Open => Ok(None),
            Given::Value(value) => Ok(Some(Setting { choice, value })),
            Given::Other => {
                let near = nearest(answer, values.iter().map(String::as_str));
                let hint = near
                    .map(|near| format!("did you mean `{near}`? It"))
                    .unwrap_or_else(|| "it".to_owned());
                let (last, others) =
                    values.split_last().map_or(("", [].as_slice()), |it| (it.0, it.1));
                let all = match others {
                    [] => last.to_owned(),
                    others => format!("{} or {last}", others.join(", ")),
                };
                Err(format!(
                    "`{answer}` is no answer to `{id}`; {hint} takes {all}, a number up to {}, or `?`",
                    values.len()
                ))
            }
        }
    }

    /// The choice of a name that is made already, or is no longer asked.
    fn answered(&self, name: &str) -> Option<usize> {
        self.choices.choices.iter().position(|choice| plain(&id(choice)) == name)
    }
}

/// How many open conclusions depend on a question, in words.
pub fn depend(waiting: usize) -> String {
    match waiting {
        0 => "no open conclusion depends on it".to_owned(),
        1 => "1 open conclusion depends on it".to_owned(),
        more => format!("{more} open conclusions depend on it"),
    }
}

/// What a design says of a subject in plain words: the column `text` of a fact about it.
pub fn words_of(session: &Session, design: usize, subject: &str) -> Option<String> {
    let relations = &session.rulebook().program.relations;
    session.designs().get(design)?.facts.iter().find_map(|fact| {
        let columns = &relations[fact.relation.index()].columns;
        let text = columns.iter().position(|column| column.name == "text")?;
        let about = fact.values.first().filter(|_| text > 0)?.to_string() == subject;
        about.then(|| fact.values.get(text).map(ToString::to_string))?
    })
}

/// A text with a capital at its beginning.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether a form is a page: it has headings.
fn is_page(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    text.trim_start().starts_with('#') || text.lines().any(|line| line.starts_with("## "))
}

/// What stands behind the word for an answer, however it is written.
fn behind_answer(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches(['*', '_', '>', '-', ' ']);
    let word = line.get(..ANSWER.len()).filter(|word| word.eq_ignore_ascii_case(ANSWER))?;
    let behind = line.get(word.len()..).unwrap_or_default().trim_start();
    Some(behind.trim_start_matches("**").trim_start_matches("__").trim())
}

/// The answers on a page: what stands behind the word, or below it, under the heading of a question.
fn of_page(page: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut id = String::new();
    let mut waits = false;
    for (at, line) in page.lines().enumerate() {
        if let Some(heading) = line.strip_prefix("## ") {
            let heading = heading.split_once(". ").map_or(heading, |(_, rest)| rest);
            (id, waits) = (heading.trim().to_owned(), false);
        } else if let (false, Some(named)) = (id.is_empty(), line.trim().strip_prefix(NAME)) {
            id = named.split('`').next().unwrap_or_default().to_owned();
        } else if let (false, Some(answer)) = (id.is_empty(), behind_answer(line)) {
            let (id, answer) = (std::mem::take(&mut id), answer.to_owned());
            waits = answer.is_empty();
            entries.push(Entry { line: at + 1, id, answer });
        } else if waits && !line.trim().is_empty() {
            if let Some(last) = entries.last_mut() {
                (last.line, last.answer) = (at + 1, line.trim().to_owned());
            }
            waits = false;
        }
    }
    entries
}

/// The answers in a table, by the names of its columns, which commas, semicolons or tabs part.
fn of_table(table: &str) -> Result<Vec<Entry>, (usize, String)> {
    // Ends of lines of one kind, so that lines are counted as people do.
    let table = &table.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let first = table.lines().next().unwrap_or_default();
    let often = |sign: &u8| first.bytes().filter(|byte| byte == sign).count();
    let delimiter = [b',', b';', b'\t'].into_iter().rev().max_by_key(often).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.flexible(true).delimiter(delimiter).from_reader(table.as_bytes());
    let headers = reader.headers().map_err(|problem| (1, problem.to_string()))?.clone();
    let place = |name: &str| headers.iter().position(|header| plain(header) == name);
    let (Some(question), Some(answer)) = (place("question"), place("answer")) else {
        return Err((1, "a form has the columns `question` and `answer`".to_owned()));
    };
    let mut entries = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|problem| {
            let line = problem.position().map_or(1, |position| position.line() as usize);
            (line, problem.to_string())
        })?;
        let line = record.position().map_or(1, |position| position.line() as usize);
        let field = |at: usize| record.get(at).unwrap_or_default().trim().to_owned();
        if record.iter().any(|field| !field.trim().is_empty()) {
            entries.push(Entry { line, id: field(question), answer: field(answer) });
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(line: usize, id: &str, answer: &str) -> Entry {
        Entry { line, id: id.to_owned(), answer: answer.to_owned() }
    }

    #[test]
    fn a_page_and_a_table_say_the_same() {
        let page =
            "# Open questions: D\n\n## 1. a / b\n\n1. Yes\n\nAnswer: 1\n\n## 2. c. d\n\nAnswer:\n";
        assert_eq!(of_page(page), [entry(7, "a / b", "1"), entry(11, "c. d", "")]);
        let table = "question,answer\na / b,1\nc. d,\n";
        let read = [entry(2, "a / b", "1"), entry(3, "c. d", "")];
        assert_eq!(of_table(table).unwrap(), read);
        assert_eq!(of_table(&format!("\u{feff}{}", table.replace(',', ";"))).unwrap(), read);
        assert!(of_table("a,b\n").is_err());
    }

    #[test]
    fn a_form_of_a_spreadsheet_is_read_whatever_it_is_encoded_in() {
        let units: Vec<u16> = "question\tanswer\r\nä\tYes\r\n".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|it| it.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|it| it.to_be_bytes()).collect();
        let read = |mark: &[u8], bytes: &[u8]| form_text(&[mark, bytes].concat());
        for text in [read(&[0xff, 0xfe], &little), read(&[0xfe, 0xff], &big)] {
            assert_eq!(of_table(&text.unwrap()).unwrap(), [entry(2, "ä", "Yes")]);
        }
        assert!(read(&[], &little).unwrap_err().contains("CSV UTF-8"));
        assert!(read(&[], b"question,answer\n\xe4,Yes\n").unwrap_err().contains("UTF-8"));
    }

    #[test]
    fn a_page_that_was_reworked_is_read() {
        let page = "## 1. Is it so?\n\nQuestion `a / b` about \"A\".\n\n**answer:** Yes\n\n## 2. c\n\nANSWER:\n\nNo\n";
        assert_eq!(of_page(page), [entry(5, "a / b", "Yes"), entry(11, "c", "No")]);
        assert!(is_page(page) && !is_page("question,answer\n"));
    }
}
