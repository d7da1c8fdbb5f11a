//! What tests came to, as sections of an answer, and in the notations that build servers read.

use std::collections::BTreeMap;

use crate::answers::{plural, symbols, text};
use crate::report::{Heading, Section, Table};
use crate::value::{Constant, Primitive};

use super::{Coverage, ItemKind, Mutants, Outcome, Verdict};

/// How many expectations there are and which do not hold.
pub fn outcomes(outcomes: &[Outcome]) -> Section {
    let failed: Vec<&Outcome> = outcomes.iter().filter(|outcome| !outcome.holds).collect();
    let row = |outcome: &&Outcome| {
        let mut said = vec![outcome.text.clone()];
        said.extend((!outcome.label.is_empty()).then(|| outcome.label.clone()));
        let found = match outcome.answers.is_empty() {
            false => outcome.answers.join("\n"),
            true => bare(outcome).to_owned(),
        };
        let letter = if outcome.as_written { "\nas written" } else { "" };
        let place = format!("{}:{}{letter}", outcome.file, outcome.line);
        vec![text(place), text(said.join("\n")), text(found)]
    };
    let headings = [("place", "Place"), ("expected", "Expected"), ("found", "Found")];
    let rows = failed.iter().map(row).collect();
    let table =
        Table { name: "failed".into(), title: String::new(), columns: symbols(&headings), rows };
    let mut designs: Vec<&str> = outcomes.iter().map(|outcome| outcome.design.as_str()).collect();
    designs.sort_unstable();
    designs.dedup();
    let summary = format!(
        "{} in {}: {}.",
        plural(outcomes.len(), "expectation"),
        plural(designs.len(), "design"),
        match (outcomes.is_empty(), failed.len()) {
            (true, _) => "nothing was tested".to_owned(),
            (false, 0) => "all hold".to_owned(),
            (false, failed) => format!("{} hold, {failed} do not", outcomes.len() - failed),
        }
    );
    section("tests", "Tests", vec![summary], vec![table])
}

fn section(name: &str, title: &str, paragraphs: Vec<String>, tables: Vec<Table>) -> Section {
    Section { name: name.into(), title: title.into(), paragraphs, tables, ..Section::default() }
}

fn number(count: usize) -> Constant {
    Constant::Number(count as i64)
}

fn is_rule(kind: ItemKind) -> bool {
    kind == ItemKind::Fires
}

fn is_condition(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Decides(_))
}

fn is_row(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Chosen(_))
}

/// What the tests exercise, by file, and what they do not.
pub fn coverage(coverage: &Coverage) -> Section {
    let counts = [is_rule as fn(ItemKind) -> bool, is_condition, is_row];
    let [rules, conditions, rows] = counts.map(|of| coverage.count(of));
    let share = |(all, done): (usize, usize)| format!("{done} of {all}");
    let summary = format!(
        "Rules that conclude something: {}. Conditions that alone keep their rule from concluding: {}. \
         Rows of lists that are chosen: {}.",
        share(rules),
        share(conditions),
        share(rows)
    );
    let mut files: BTreeMap<&str, [(usize, usize); 3]> = BTreeMap::new();
    for item in &coverage.items {
        let file = files.entry(&item.file).or_default();
        for (count, of) in file.iter_mut().zip(counts) {
            if of(item.kind) {
                *count = (count.0 + 1, count.1 + usize::from(item.by.is_some()));
            }
        }
    }
    let row = |(file, counts): (&str, [(usize, usize); 3])| {
        let numbers = counts.into_iter().flat_map(|(all, done)| [number(done), number(all)]);
        std::iter::once(text(file)).chain(numbers).collect()
    };
    let count = |name: &str, title: &str| Heading::new(name, Primitive::Number).titled(title);
    let mut columns = symbols(&[("file", "File")]);
    columns.extend([
        count("rules_fired", "Rules fired"),
        count("rules", "of"),
        count("conditions_decided", "Conditions decided"),
        count("conditions", "of"),
        count("rows_chosen", "Rows chosen"),
        count("rows", "of"),
    ]);
    let rows = files.into_iter().map(row).collect();
    let by_file = Table { name: "coverage".into(), title: String::new(), columns, rows };
    section("coverage", "Coverage", vec![summary], vec![by_file, missing(coverage)])
}

fn missing(coverage: &Coverage) -> Table {
    let row = |item: &super::Covered| {
        let what = match item.kind {
            ItemKind::Fires => "concludes nothing".to_owned(),
            ItemKind::Decides(_) => format!("never decided by {}", item.text),
            ItemKind::Chosen(rank) => format!("row {rank} is never chosen"),
        };
        let place = format!("{}:{}", item.file, item.line);
        vec![text(place), text(&*item.rule), text(what)]
    };
    let columns =
        symbols(&[("place", "Place"), ("rule", "Rule"), ("missing", "What no test shows")]);
    let rows = coverage.missing().map(row).collect();
    Table { name: "not_exercised".into(), title: "Not exercised".into(), columns, rows }
}

/// Which mutants no test noticed.
pub fn mutants(mutants: &Mutants) -> Section {
    let count = |verdict| mutants.count(verdict);
    let counted = mutants.tried.len() - count(Verdict::Unsafe) - count(Verdict::Unstratified);
    let mut paragraphs = vec![format!(
        "{} of {counted} mutants were noticed; {} survived, and of {} nothing is expected at all.",
        count(Verdict::Noticed),
        count(Verdict::Survived),
        count(Verdict::OutOfSight),
    )];
    paragraphs.push(format!(
        "Not counted, since they mean nothing: {} with a variable that nothing binds, {} that depend \
         on themselves through negation.",
        count(Verdict::Unsafe),
        count(Verdict::Unstratified),
    ));
    if mutants.tried.len() < mutants.of {
        let left = mutants.of - mutants.tried.len();
        paragraphs.push(format!("Not tried, because a limit was hit: {left} of {}.", mutants.of));
    }
    let row = |(mutant, verdict): &(super::Mutant, Verdict)| {
        let seen = match verdict {
            Verdict::OutOfSight => "nothing is expected of it",
            _ => "survived",
        };
        let place = format!("{}:{}", mutant.file, mutant.line);
        let what = format!("{} {}", mutant.text, mutant.mutation);
        vec![text(place), text(&*mutant.rule), text(what), text(seen)]
    };
    let headings =
        [("place", "Place"), ("rule", "Rule"), ("mutant", "Mutant"), ("verdict", "Verdict")];
    let rows = mutants.survivors().map(row).collect();
    let table =
        Table { name: "survivors".into(), title: String::new(), columns: symbols(&headings), rows };
    section("mutants", "Mutants", paragraphs, vec![table])
}

/// The outcomes as JUnit's XML, a suite a design.
pub fn junit(outcomes: &[Outcome]) -> String {
    let mut suites: BTreeMap<(&str, &str), Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        suites.entry((&outcome.file, &outcome.design)).or_default().push(outcome);
    }
    let failed = |cases: &[&Outcome]| cases.iter().filter(|outcome| !outcome.holds).count();
    let all: Vec<&Outcome> = outcomes.iter().collect();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"archlog\" tests=\"{}\" failures=\"{}\">\n",
        all.len(),
        failed(&all)
    );
    for ((file, design), cases) in suites {
        out.push_str(&format!(
            "  <testsuite name=\"{}\" file=\"{}\" tests=\"{}\" failures=\"{}\">\n",
            xml(design),
            xml(file),
            cases.len(),
            failed(&cases)
        ));
        for case in cases {
            let letter = if case.as_written { " as written" } else { "" };
            let name = xml(&format!("{}{letter}", case.text));
            let place = format!(
                "classname=\"{}\" file=\"{}\" line=\"{}\"",
                xml(design),
                xml(file),
                case.line
            );
            if case.holds {
                out.push_str(&format!("    <testcase name=\"{name}\" {place}/>\n"));
                continue;
            }
            let found = xml(&found(case));
            out.push_str(&format!(
                "    <testcase name=\"{name}\" {place}>\n      <failure message=\"{found}\"/>\n    </testcase>\n"
            ));
        }
        out.push_str("  </testsuite>\n");
    }
    out + "</testsuites>\n"
}

fn found(case: &Outcome) -> String {
    match (case.answers.is_empty(), case.negated) {
        (true, _) => bare(case).to_owned(),
        (false, true) => format!("it holds, of {}", case.answers.join("; ")),
        (false, false) => format!("answered by {}", case.answers.join("; ")),
    }
}

/// What became of an expectation that does not hold, where there is nothing to name.
fn bare(case: &Outcome) -> &'static str {
    match case.negated {
        true => "it holds, and is expected not to",
        false => "nothing answers it",
    }
}

fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 has no way to write the others.
            control if control.is_control() => out.push(' '),
            plain => out.push(plain),
        }
    }
    out
}

/// The outcomes as the Test Anything Protocol has them.
pub fn tap(outcomes: &[Outcome]) -> String {
    let mut out = format!("TAP version 14\n1..{}\n", outcomes.len());
    for (number, case) in outcomes.iter().enumerate() {
        let not = if case.holds { "" } else { "not " };
        let letter = if case.as_written { " as written" } else { "" };
        // A `#` would start a directive of the protocol.
        let text = case.text.replace('\\', "\\\\").replace('#', "\\#");
        let place = format!("{}:{}", case.file, case.line);
        out.push_str(&format!("{not}ok {} - {place}{letter} {text}\n", number + 1));
        if !case.holds {
            out.push_str(&format!("  ---\n  found: {:?}\n  ...\n", found(case)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes() -> Vec<Outcome> {
        let outcome = |line, holds, answers: &[&str]| Outcome {
            case: 0,
            design: "a & b".into(),
            file: "t.dl".into(),
            line,
            label: String::new(),
            text: ".expect !p(\"#1\", X).".into(),
            as_written: false,
            negated: true,
            holds,
            answers: answers.iter().map(|answer| (*answer).to_owned()).collect(),
        };
        vec![outcome(3, true, &[]), outcome(4, false, &["X = \"<y>\""])]
    }

    #[test]
    fn build_servers_are_told_what_failed_and_where() {
        let xml = junit(&outcomes());
        assert!(
            xml.contains("<testsuite name=\"a &amp; b\" file=\"t.dl\" tests=\"2\" failures=\"1\">")
        );
        assert!(
            xml.contains("<failure message=\"it holds, of X = &quot;&lt;y&gt;&quot;\"/>"),
            "{xml}"
        );
        let tap = tap(&outcomes());
        assert!(
            tap.starts_with(
                "TAP version 14\n1..2\nok 1 - t.dl:3 .expect !p(\"\\#1\", X).\nnot ok 2"
            ),
            "{tap}"
        );
    }
}
