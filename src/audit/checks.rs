//! Checks that are written as rules: a relation tagged `@check` holds what is odd, a row a finding.
//!
//! | tag | meaning |
//! | --- | --- |
//! | `@check CODE SEVERITY` | each row of the relation is a finding: `error`, `warning` or `note` |
//! | `@finding SENTENCE` | what is said of a row; `{column}` stands for its value |
//! | `@subject COLUMN ...` | the columns that name what it is about; without it, all |
//! | `@fix SENTENCE` | what to do |
//! | `@place FILE LINE` | the columns that hold where it is, where the facts do not say |
//!
//! A relation tagged `@record` holds findings that were written down by hand: the first printed
//! column (`@column`) is the group a row belongs to.
//!
//! A finding stands where the first fact of its proof stands: the row of a table, or the line of a
//! design; where the proof has no such fact, at the rule. The facts of the proof, with what they
//! cite, are its witness.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::analyze::program::{Program, Relation};
use crate::diag::{Diagnostic, OWN_CODES, Severity, SourceId, Sources, Span};
use crate::explain::{self, NodeKind, Origin, Why, show};
use crate::kb::Rulebook;
use crate::value::{Constant, RelationId, RuleId, Word, compare_tuples};

use super::{Finding, kinds, sieve};

/// More facts of a proof than these say nothing more.
const MOST_FACTS: usize = 8;

/// A relation whose rows are findings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// The relation.
    pub relation: RelationId,
    /// The code of its findings.
    pub code: String,
    /// How bad they are.
    pub severity: Severity,
    sentence: String,
    subject: Vec<usize>,
    fix: Option<String>,
    place: Option<(usize, usize)>,
}

/// The checks of a program. Those that cannot be read are left out; [`audit`](super::audit) says so.
pub fn checks(program: &Program) -> Vec<Check> {
    let relations = program.relations.iter().enumerate();
    relations.filter_map(|(index, it)| check(RelationId::from(index), it).ok().flatten()).collect()
}

/// The checks of a program that cannot be read.
pub fn unreadable(program: &Program) -> Vec<Finding> {
    let relations = program.relations.iter().enumerate();
    let wrong = relations.filter_map(|(index, relation)| {
        let why = check(RelationId::from(index), relation).err()?;
        Some(kinds::unreadable_check(relation, why))
    });
    wrong.collect()
}

/// What a relation's tags say of it as a check, or what is wrong with them.
pub(super) fn check(id: RelationId, relation: &Relation) -> Result<Option<Check>, String> {
    let Some(tag) = relation.doc.tag("check") else { return Ok(None) };
    let mut words = tag.split_whitespace();
    let (code, severity) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if !sieve::is_code(code) {
        let own = format!("a code of your own is letters and digits, not {OWN_CODES}");
        return Err(format!("`{code}` is no code: {own}"));
    }
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    let Some(severity) = severities.into_iter().find(|it| it.to_string() == severity) else {
        return Err(format!("`{severity}` is none of `error`, `warning` and `note`"));
    };
    let Some(sentence) = relation.doc.tag("finding") else {
        return Err("`@finding` is to say what a row means".to_owned());
    };
    let fix = relation.doc.tag("fix");
    for text in [Some(sentence), fix].into_iter().flatten() {
        for name in super::metadata::placeholders(text) {
            column(relation, name)?;
        }
    }
    let columns = |tag: &str| -> Result<Option<Vec<usize>>, String> {
        let Some(names) = relation.doc.tag(tag) else { return Ok(None) };
        names
            .split_whitespace()
            .map(|name| column(relation, name))
            .collect::<Result<_, _>>()
            .map(Some)
    };
    let place = columns("place")?;
    let place = match place.as_deref() {
        None => None,
        Some([file, line]) => Some((*file, *line)),
        Some(_) => return Err("`@place` names two columns: the file and the line".to_owned()),
    };
    let all = || (0..relation.arity()).collect();
    Ok(Some(Check {
        relation: id,
        code: code.to_owned(),
        severity,
        sentence: sentence.to_owned(),
        subject: columns("subject")?.unwrap_or_else(all),
        fix: fix.map(str::to_owned),
        place,
    }))
}

fn column(relation: &Relation, name: &str) -> Result<usize, String> {
    let found = relation.columns.iter().position(|column| column.name == name);
    found.ok_or_else(|| format!("`{}` has no column `{name}`", relation.name))
}

/// Whether this can be the code of a check of a user's own: letters and digits, and none of ours.
pub fn is_own_code(code: &str) -> bool {
    !code.starts_with(OWN_CODES) && sieve::is_code(code)
}

/// What the comments of the check with a code say of it, and where it is written; of a code of ours
/// there is a page instead. `named` says what the reader calls a file.
pub fn page(rulebook: &Rulebook, code: &str, named: &dyn Fn(&str) -> String) -> Option<String> {
    let (program, sources) = (&rulebook.program, &rulebook.sources);
    let check = checks(program).into_iter().find(|it| it.code == code && is_own_code(code))?;
    let relation = program.relations.get(check.relation.index())?;
    let place =
        |span: Span| format!("{}:{}", named(sources.name(span)), sources.position(span).line);
    let mut page = format!("# {code}: {}\n\n## What\n\n", check.sentence);
    if !relation.doc.text.is_empty() {
        page.push_str(&format!("{}\n\n", relation.doc.text));
    }
    let severity = check.severity;
    page.push_str(&format!(
        "Each row of `{}` is a finding ({severity}).\n\n## Where\n\n- `{}`: {}\n",
        relation.name,
        relation.name,
        place(relation.span)
    ));
    let own = program.rules.iter().filter(|rule| rule.head.relation == check.relation);
    let mut clauses: Vec<_> = own.map(|rule| rule.clause).collect();
    clauses.dedup();
    for clause in clauses.iter().filter_map(|clause| program.clauses.get(clause.index())) {
        let said = |tag: &str| clause.doc.tag(tag).unwrap_or_default();
        let (rule, title, source) = (said("rule"), said("title"), said("source"));
        let shown = match (rule, title) {
            ("", _) => "a rule".to_owned(),
            (rule, "") => format!("`{rule}`"),
            (rule, title) => format!("`{rule}`, {title}"),
        };
        let cited = if source.is_empty() { String::new() } else { format!(" ({source})") };
        page.push_str(&format!("- {shown}{cited}: {}\n", place(clause.span)));
    }
    if let Some(fix) = &check.fix {
        page.push_str(&format!("\n## What to do\n\n{fix}\n"));
    }
    page.push_str(&format!(
        "\n## Configure\n\n`--allow {code}` lets it pass everywhere, a comment `// archlog: allow {code} reason` in one\n\
         place, an entry of a file of accepted findings (`--accepted`) for one subject.\n"
    ));
    Some(page)
}

/// Whose checks are asked.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// The rulebook's own: what no design can change.
    Rulebook,
    /// Those of one design, by its number and its name.
    Design(usize, &'a str),
}

/// What the checks find. The texts of tables that findings point into are added to `sources`, a
/// layer over the texts of what is explained.
pub fn run(
    rulebook: &Rulebook,
    derived: &dyn explain::Subject,
    whose: Whose<'_>,
    sources: &mut Sources,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut run =
        Run { rulebook, derived, why: Why::new(derived), sources, kept: FxHashMap::default() };
    for check in checks(&rulebook.program) {
        let depends = rulebook.worlds.dependent[check.relation.index()];
        if depends == matches!(whose, Whose::Design(..)) {
            run.check(&check, whose, &mut findings);
        }
    }
    findings
}

/// Findings that were written down.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Record {
    /// What is said above them (`@note`).
    pub note: String,
    /// The headings of the columns.
    pub headings: Vec<String>,
    /// The rows, groups together.
    pub rows: Vec<Recorded>,
}

/// A finding that was written down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// The group it belongs to.
    pub group: String,
    /// Its cells.
    pub cells: Vec<String>,
}

/// What is on record in the relations that are tagged so.
pub fn records(rulebook: &Rulebook, derived: &dyn explain::Subject) -> Vec<Record> {
    let relations = rulebook.program.relations.iter().enumerate();
    let tagged = relations.filter(|(index, relation)| {
        relation.doc.tag("record").is_some() && !rulebook.worlds.dependent[*index]
    });
    let interner = derived.interner();
    let record = |(index, declared): (usize, &Arc<Relation>)| {
        let sheet = rulebook.sheet_of(RelationId::from(index));
        let relation = derived.database().relation(RelationId::from(index));
        let tuple = |row: usize| -> Vec<Constant> {
            let words = relation.row(row).zip(&declared.columns);
            words.map(|(word, column)| interner.constant(word, column.primitive)).collect()
        };
        let mut tuples: Vec<Vec<Constant>> = (0..relation.len()).map(tuple).collect();
        tuples.sort_by(|a, b| compare_tuples(a, b));
        let cell = |tuple: &[Constant], column: usize| {
            tuple.get(column).map(ToString::to_string).unwrap_or_default()
        };
        let row = |tuple: &Vec<Constant>| {
            let mut cells = sheet.columns.iter().map(|column| cell(tuple, column.column));
            Recorded { group: cells.next().unwrap_or_default(), cells: cells.collect() }
        };
        let headings = sheet.columns.iter().skip(1).map(|column| column.title.clone());
        let headings = headings.collect();
        Record { note: sheet.note, headings, rows: tuples.iter().map(row).collect() }
    };
    tagged.map(record).collect()
}

struct Run<'a, 's> {
    rulebook: &'a Rulebook,
    derived: &'a dyn explain::Subject,
    why: Why<'a>,
    sources: &'s mut Sources,
    /// The texts by name, as far as they were asked for.
    kept: FxHashMap<String, Option<SourceId>>,
}

/// A fact that a finding rests on.
struct Ground {
    /// As a program writes it, with what it cites.
    text: String,
    cites: String,
    place: Option<(String, u32)>,
    /// Whether somebody stated it.
    stated: bool,
}

impl Run<'_, '_> {
    fn check(&mut self, check: &Check, whose: Whose<'_>, findings: &mut Vec<Finding>) {
        let relation = self.derived.database().relation(check.relation);
        let mut pattern = vec![None; relation.arity()];
        if let (Whose::Design(number, _), Some(first)) = (whose, pattern.first_mut()) {
            *first = Some(Word(number as u32));
        }
        let interner = self.derived.interner();
        let columns = &self.rulebook.program.relations[check.relation.index()].columns;
        let hidden = self.derived.hidden(check.relation);
        let values = |row: usize| -> Vec<Constant> {
            let words = relation.row(row).skip(hidden).zip(columns);
            words.map(|(word, column)| interner.constant(word, column.primitive)).collect()
        };
        let mut rows: Vec<(Vec<Constant>, usize)> =
            relation.matching(&pattern).into_iter().map(|row| (values(row), row)).collect();
        rows.sort_by(|a, b| compare_tuples(&a.0, &b.0));
        for (values, row) in rows {
            findings.push(self.finding(check, whose, &values, row));
        }
    }

    fn finding(
        &mut self,
        check: &Check,
        whose: Whose<'_>,
        values: &[Constant],
        row: usize,
    ) -> Finding {
        let (grounds, rule) = self.grounds(check.relation, row);
        let sentence = self.filled(check.relation, &check.sentence, values);
        let mut problem = Diagnostic::new(check.severity, check.code.clone(), sentence);
        let stated = check.place.and_then(|(file, line)| {
            let line = values.get(line)?.to_string().parse().ok()?;
            Some((values.get(file)?.to_string(), line))
        });
        // What the sentence quotes; of an error else what it names.
        let told: Vec<String> =
            problem.message.split('"').skip(1).step_by(2).map(str::to_owned).collect();
        let named = (check.severity == Severity::Error).then(|| problem.message.clone());
        let mut places: Vec<(Span, &str)> = Vec::new();
        if let Some(span) = stated.and_then(|(file, line)| self.line(&file, line)) {
            places.push((span, ""));
        }
        for ground in &grounds {
            let Some((file, line)) = &ground.place else { continue };
            let Some(span) = self.line(file, *line) else { continue };
            let span = match ground.stated {
                true => self.quoted(span, &told, named.as_deref()),
                false => span,
            };
            if places.len() < 3 && places.iter().all(|(known, _)| *known != span) {
                places.push((span, &ground.cites));
            }
        }
        if places.is_empty() {
            let clause = rule.and_then(|rule| {
                let program = self.derived.program();
                let rule = program.rules.get(rule.index())?;
                program.clauses.get(rule.clause.index())
            });
            let declared = self.rulebook.program.relations[check.relation.index()].span;
            places.push((clause.map_or(declared, |clause| clause.span), "this rule finds it"));
        }
        for (span, text) in places {
            problem = problem.at(span, text);
        }
        if let Some(fix) = &check.fix {
            problem = problem.help(self.filled(check.relation, fix, values));
        }
        let named: Vec<String> = check
            .subject
            .iter()
            .filter_map(|at| values.get(*at))
            .map(ToString::to_string)
            .collect();
        let mut subject = named.join(", ");
        if let Whose::Design(_, design) = whose {
            subject = format!("{design}: {subject}");
        }
        let mut finding = Finding::new(subject, problem);
        for ground in &grounds {
            let more = finding.witness.len() < MOST_FACTS;
            if more && !finding.witness.contains(&ground.text) {
                finding = finding.witness(ground.text.clone());
            }
        }
        let mut citations: Vec<String> = grounds.into_iter().map(|ground| ground.cites).collect();
        citations.retain(|it| !it.is_empty());
        let mut seen = std::collections::BTreeSet::new();
        citations.retain(|it| seen.insert(it.clone()));
        finding.citations = citations;
        finding
    }

    /// The facts at the leaves of a row's proof, in the order of the rule, and the rule.
    fn grounds(&mut self, relation: RelationId, row: usize) -> (Vec<Ground>, Option<RuleId>) {
        let proof = self.why.proof(relation, row);
        let rule = match proof.node(proof.root()) {
            NodeKind::Derived { rule, .. } => Some(*rule),
            _ => None,
        };
        let (mut grounds, mut open) = (Vec::new(), vec![proof.root()]);
        let mut seen = vec![false; proof.nodes.len()];
        while let Some(id) = open.pop() {
            if std::mem::replace(&mut seen[id.0], true) {
                continue;
            }
            match proof.node(id) {
                NodeKind::Derived { premises, .. } => open.extend(premises.iter().rev()),
                NodeKind::Given { fact, origin } => {
                    let text = show::fact(self.derived, fact);
                    grounds.push(ground(text, origin));
                }
                NodeKind::Absent { fact, .. } => {
                    let text = format!("there is no {}", show::fact(self.derived, fact));
                    grounds.push(Ground { text, cites: String::new(), place: None, stated: false });
                }
                NodeKind::Aggregate(gathered) => {
                    let text = format!("{} is {}", gathered.written, gathered.result);
                    grounds.push(Ground { text, cites: String::new(), place: None, stated: false });
                }
                NodeKind::Unproved { .. } | NodeKind::Computed { .. } => {}
            }
        }
        (grounds, rule)
    }

    /// A sentence with the values of a row put in.
    fn filled(&self, relation: RelationId, sentence: &str, values: &[Constant]) -> String {
        let columns = &self.rulebook.program.relations[relation.index()].columns;
        let mut text = sentence.to_owned();
        for (column, value) in columns.iter().zip(values) {
            text = text.replace(&format!("{{{}}}", column.name), &value.to_string());
        }
        text
    }

    /// The first of some texts that stands in quotes on a line once, or the last in quotes that a sentence
    /// names; else the whole line.
    fn quoted(&self, line: Span, told: &[String], sentence: Option<&str>) -> Span {
        let text = self.sources.text(line);
        let place = |told: &str| {
            let quoted = format!("\"{told}\"");
            let start = line.start + text.find(&quoted)? as u32;
            let once = text.matches(&quoted).count() == 1;
            once.then(|| Span { start, end: start + quoted.len() as u32, ..line })
        };
        let named = || {
            let sentence = sentence?;
            let texts = text.split('"').skip(1).step_by(2);
            let is_named = |it: &&str| !it.is_empty() && names(sentence, it);
            texts.filter(is_named).last().and_then(place)
        };
        told.iter().find_map(|told| place(told)).or_else(named).unwrap_or(line)
    }

    /// The place of a line; nothing for a file that is not known.
    fn line(&mut self, file: &str, line: u32) -> Option<Span> {
        let source = self.source(file)?;
        let text = &self.sources.get(source)?.text;
        let start: usize =
            text.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum();
        let length = text.get(start..)?.lines().next().map_or(0, str::len);
        Some(Span { source, start: start as u32, end: (start + length) as u32 })
    }

    fn source(&mut self, file: &str) -> Option<SourceId> {
        if let Some(known) = self.kept.get(file) {
            return *known;
        }
        let ids = (0..self.sources.len() as u32).map(SourceId);
        let loaded = ids.rev().find(|id| self.sources.get(*id).is_some_and(|it| it.name == file));
        let found = loaded.or_else(|| {
            let text = self.rulebook.text(file)?;
            Some(self.sources.add(file, text))
        });
        self.kept.insert(file.to_owned(), found);
        found
    }
}

/// Whether a sentence has a text as words of its own.
fn names(sentence: &str, text: &str) -> bool {
    let is_word = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '_');
    sentence.match_indices(text).any(|(at, found)| {
        let (before, after) = (&sentence[..at], &sentence[at + found.len()..]);
        !is_word(before.chars().next_back()) && !is_word(after.chars().next())
    })
}

fn ground(text: String, origin: &Origin) -> Ground {
    let (place, cites) = match origin {
        Origin::Stated { file, line } => (Some((file.clone(), *line)), String::new()),
        Origin::Written { file, line, source } | Origin::File { file, line, source } => {
            (Some((file.clone(), *line)), source.clone())
        }
        Origin::Supposed | Origin::Unplaced => (None, String::new()),
    };
    let at = place.as_ref().map(|(file, line)| format!(" ({file}:{line}")).unwrap_or_default();
    let text = match (at.is_empty(), cites.is_empty()) {
        (true, _) => text,
        (false, true) => format!("{text}{at})"),
        (false, false) => format!("{text}{at}, {cites})"),
    };
    let stated = matches!(origin, Origin::Stated { .. });
    Ground { text, cites, place, stated }
}
