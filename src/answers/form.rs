//! The open questions as a form that somebody fills in who never runs the program, and a form that was
//! filled in read back as facts.
//!
//! A question is known by what it is about, so that a form can be filled in while the design goes on.

use crate::change::{Answer, Ledger, Question};
use crate::diag::nearest;
use crate::report;
use crate::report::Table;
use crate::session::Session;

use super::{plural, symbols, text, to_copy};

/// The word before an answer on a page.
const ANSWER: &str = "Answer:";

/// Answers that leave a question open, in small letters.
const OPEN: [&str; 6] = ["", "?", "-", "unknown", "don't know", "don't know yet"];

/// Questions to be put to people.
#[derive(Clone, Debug, Default)]
pub struct Form {
    title: String,
    asked: Vec<Asked>,
}

/// A question with its answers.
#[derive(Clone, Debug, Default)]
struct Asked {
    /// What it is known by.
    id: String,
    text: String,
    /// The values it can take, and how many conclusions each changes.
    values: Vec<(String, usize)>,
    answers: Vec<Answer>,
}

/// What a form says that was filled in.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// The answers as facts, a line each.
    pub facts: String,
    /// How many questions were left open.
    pub open: usize,
    /// Answers that cannot be read, a sentence each.
    pub problems: Vec<String>,
}

impl Form {
    /// The open questions of a design, the one that settles most first.
    pub fn of(session: &Session, design: usize, questions: &[Question], ledger: &Ledger) -> Form {
        let title = session.designs().get(design).map(|it| it.title.clone()).unwrap_or_default();
        let asked = questions.iter().map(|question| {
            let choice = &ledger.choices.choices[question.choice];
            let values = choice.values.iter().enumerate().map(|(at, value)| {
                let answer = question.answers.iter().find(|answer| answer.value == at);
                (value.clone(), answer.map_or(0, |it| it.added.len() + it.removed.len()))
            });
            Asked {
                id: match choice.subject == choice.field {
                    true => choice.field.clone(),
                    false => format!("{} / {}", choice.subject, choice.field),
                },
                text: choice.text.clone(),
                values: values.collect(),
                answers: question.answers.clone(),
            }
        });
        Form { title, asked: asked.collect() }
    }

    /// The form as a page.
    pub fn markdown(&self) -> String {
        let mut out = format!("# Open questions: {}\n\n", self.title);
        if self.asked.is_empty() {
            out.push_str("None: every question that can make a difference is answered.\n");
            return out;
        }
        out.push_str(&format!(
            "The first one settles most. Write behind `{ANSWER}` the number or the words of an answer; \
             \"don't know\" is one too. Leave everything else as it is.\n"
        ));
        for (at, asked) in self.asked.iter().enumerate() {
            out.push_str(&format!("\n## {}. {}\n\n", at + 1, asked.id));
            if !asked.text.is_empty() {
                out.push_str(&format!("{}\n\n", asked.text));
            }
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
            vec![text(&asked.id), text(&asked.text), text(values.join(" | ")), text("")]
        });
        let names = ["question", "text", "answers", "answer"].map(|name| (name, name));
        let (columns, rows) = (symbols(&names), rows.collect());
        report::csv(&Table { name: "questions".into(), title: String::new(), columns, rows })
    }

    /// What a form says that was filled in, a page or a table.
    pub fn filled(&self, session: &Session, text: &str) -> Filled {
        let mut filled = Filled::default();
        let given = match text.trim_start().starts_with('#') {
            true => of_page(text),
            false => match of_table(text) {
                Ok(given) => given,
                Err(problem) => {
                    filled.problems.push(problem);
                    return filled;
                }
            },
        };
        for (id, answer) in given {
            if OPEN.contains(&answer.to_lowercase().as_str()) {
                filled.open += 1;
                continue;
            }
            match self.change(&id, &answer) {
                Ok(change) => {
                    for line in to_copy(session, &change.change) {
                        filled.facts.push_str(&format!("{line}\n"));
                    }
                }
                Err(problem) => filled.problems.push(problem),
            }
        }
        filled
    }

    /// The answer that was given to a question.
    fn change(&self, id: &str, given: &str) -> Result<&Answer, String> {
        let Some(asked) = self.asked.iter().find(|asked| asked.id == id) else {
            let near = nearest(id, self.asked.iter().map(|asked| asked.id.as_str()));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("`{id}` is no open question{hint}"));
        };
        let number = given.trim_end_matches('.').parse::<usize>().ok();
        let number = number.and_then(|number| number.checked_sub(1));
        let known = asked.values.iter().map(|(value, _)| value.as_str());
        let named = || known.clone().position(|value| value.eq_ignore_ascii_case(given));
        let at = number.filter(|at| *at < asked.values.len()).or_else(named);
        let found = at.and_then(|at| asked.answers.iter().find(|answer| answer.value == at));
        found.ok_or_else(|| {
            let hint = match nearest(given, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
            };
            format!("`{given}` is no answer to `{id}`; {hint}")
        })
    }
}

/// The answers on a page: what stands behind the word, below the heading of a question.
fn of_page(page: &str) -> Vec<(String, String)> {
    let mut given = Vec::new();
    let mut id = String::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            let heading = heading.split_once(". ").map_or(heading, |(_, rest)| rest);
            id = heading.trim().to_owned();
        } else if let (false, Some(answer)) = (id.is_empty(), line.trim().strip_prefix(ANSWER)) {
            given.push((std::mem::take(&mut id), answer.trim().to_owned()));
        }
    }
    given
}

/// The answers in a table, by the names of its columns.
fn of_table(table: &str) -> Result<Vec<(String, String)>, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(table.as_bytes());
    let headers = reader.headers().map_err(|problem| problem.to_string())?.clone();
    let place = |name: &str| headers.iter().position(|header| header.trim() == name);
    let (Some(question), Some(answer)) = (place("question"), place("answer")) else {
        return Err("a form has the columns `question` and `answer`".to_owned());
    };
    let mut given = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|problem| problem.to_string())?;
        let field = |at: usize| record.get(at).unwrap_or_default().trim().to_owned();
        given.push((field(question), field(answer)));
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_and_a_table_say_the_same() {
        let page =
            "# Open questions: D\n\n## 1. a / b\n\n1. Yes\n\nAnswer: 1\n\n## 2. c. d\n\nAnswer:\n";
        let table = "question,answer\na / b,1\nc. d,\n";
        let given = [("a / b", "1"), ("c. d", "")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(of_page(page), given);
        assert_eq!(of_table(table).unwrap(), given);
        assert!(of_table("a,b\n").is_err());
    }
}
