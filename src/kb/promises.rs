//! What the declarations of tables promise of their rows.
//!
//! The rows of the rulebook's own files are held to it when the rulebook is checked; where an
//! overlay added or replaced a file, all rows are, those that rule files state among them:
//!
//! - `@key COLUMN ...`: no two rows have the same values there; of several keys, each holds;
//! - `@refers COLUMN RELATION.COLUMN`: a value stands in the other table, or is empty. Of several
//!   columns (`@refers A B RELATION.A B`) the values stand there in one row, or the last is empty;
//!   with `where COLUMN = VALUE` behind it, in a row that has the value there;
//! - `@one_of COLUMN VALUE, VALUE ...`: a value is one of these, or empty;
//! - what a row cites, a column `source` that the relation need not have, is a document of
//!   `sources.csv`.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::program::{Program, Relation};
use crate::diag::{Diagnostic, Span, nearest};
use crate::io::Loaded;
use crate::syntax::operators::DirectiveKind;
use crate::value::{Primitive, RelationId, Word};

use super::tables::{Tables, header};

/// At most this many bad rows of one file are reported one by one.
const MOST_FAULTS: usize = 20;

/// The column of a fact file that names the document a row is from.
const CITES: &str = "source";

/// Where each value of a key was first seen.
type Seen = FxHashMap<(RelationId, usize, Vec<Word>), String>;

/// Rows of one relation that come from one place.
struct Held<'t> {
    relation: RelationId,
    columns: &'t [Vec<Word>],
    from: From<'t>,
}

/// Where rows come from.
enum From<'t> {
    File(&'t Loaded),
    /// Rule files; where each row is written.
    Rules(&'t [Span]),
}

impl Held<'_> {
    fn len(&self) -> usize {
        match self.from {
            From::File(table) => table.len(),
            From::Rules(spans) => spans.len(),
        }
    }

    fn words(&self, columns: &[usize], row: usize) -> Vec<Word> {
        columns.iter().map(|column| self.columns[*column][row]).collect()
    }
}

/// The facts of one relation that stand in rule files.
#[derive(Default)]
struct Written {
    columns: Vec<Vec<Word>>,
    spans: Vec<Span>,
}

impl Tables<'_> {
    /// Holds tables to what their declarations promise, once everything that does not depend on
    /// designs is concluded.
    pub fn check(
        &mut self,
        program: &Program,
        read: &[(RelationId, Loaded)],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let written = self.written(program);
        let files = read.iter().map(|(relation, table)| Held {
            relation: *relation,
            columns: &table.columns,
            from: From::File(table),
        });
        let rules = written.iter().map(|(relation, written)| Held {
            relation: *relation,
            columns: &written.columns,
            from: From::Rules(&written.spans),
        });
        let mut seen = Seen::default();
        for held in files.chain(rules) {
            let relation = &program.relations[held.relation.index()];
            for (place, names) in relation.doc.all("key").enumerate() {
                self.check_key(relation, (place, names), &held, &mut seen, diagnostics);
            }
            for reference in relation.doc.all("refers") {
                self.check_reference(program, relation, reference, &held, diagnostics);
            }
            for list in relation.doc.all("one_of") {
                self.check_list(relation, list, &held, diagnostics);
            }
        }
        self.check_sources(&self.files.documents(), diagnostics);
    }

    /// The facts of tables that stand in rule files, by relation.
    fn written(&mut self, program: &Program) -> Vec<(RelationId, Written)> {
        let inputs = program.directives.iter().filter(|it| it.kind == DirectiveKind::Input);
        let tables: FxHashSet<RelationId> = inputs.map(|directive| directive.relation).collect();
        let mut written: Vec<(RelationId, Written)> = Vec::new();
        for fact in program.facts.iter().filter(|fact| tables.contains(&fact.relation)) {
            let at = written.iter().position(|(relation, _)| *relation == fact.relation);
            let at = at.unwrap_or_else(|| {
                let columns = vec![Vec::new(); fact.values.len()];
                written.push((fact.relation, Written { columns, spans: Vec::new() }));
                written.len() - 1
            });
            let (_, rows) = &mut written[at];
            for (column, value) in rows.columns.iter_mut().zip(&fact.values) {
                column.push(self.interner.intern(value));
            }
            rows.spans.push(program.clauses[fact.clause.index()].span);
        }
        written
    }

    fn check_key(
        &mut self,
        relation: &Relation,
        (place, names): (usize, &str),
        held: &Held<'_>,
        seen: &mut Seen,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(key) = places(relation, names.split_whitespace()) else { return };
        let mut faults = 0;
        for row in 0..held.len() {
            let words = held.words(&key, row);
            let here = self.called(held, row);
            let Some(there) = seen.insert((held.relation, place, words), here) else { continue };
            faults += 1;
            if faults <= MOST_FAULTS {
                let span = self.fields(held, row, &key);
                diagnostics.push(same_key(relation, names, span, &there));
            }
        }
        and_more(faults, diagnostics);
    }

    fn check_reference(
        &mut self,
        program: &Program,
        relation: &Relation,
        reference: &str,
        held: &Held<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(Reference { from, target, to, only }) =
            self::reference(program, relation, reference)
        else {
            return;
        };
        let Some(last) = from.last().copied() else { return };
        let symbol = relation.columns[last].primitive == Primitive::Symbol;
        let meant = |row: &[Word]| {
            only.as_ref().is_none_or(|(column, value)| {
                row.get(*column).is_some_and(|word| self.interner.symbol(*word) == value)
            })
        };
        let rows = self.base.relation(target).rows().filter(|row| meant(row));
        let known: FxHashSet<Vec<Word>> = rows
            .filter_map(|row| to.iter().map(|column| row.get(*column).copied()).collect())
            .collect();
        let mut faults = 0;
        for row in 0..held.len() {
            let words = held.words(&from, row);
            let word = held.columns[last][row];
            if known.contains(&words) || symbol && self.interner.symbol(word).is_empty() {
                continue;
            }
            faults += 1;
            if faults <= MOST_FAULTS {
                let place = self.fields(held, row, &[last]);
                let text = |at: &usize, word: &Word| match relation.columns[*at].primitive {
                    Primitive::Symbol => self.interner.symbol(*word).to_owned(),
                    primitive => self.interner.constant(*word, primitive).to_string(),
                };
                let named = text(&last, &word);
                let (of, _) = words.split_at(words.len() - 1);
                let alike = known.iter().filter(|it| symbol && it.starts_with(of));
                let mut names: Vec<&str> =
                    alike.filter_map(|it| Some(self.interner.symbol(*it.last()?))).collect();
                names.sort_unstable();
                let near = nearest(&named, names).map(str::to_owned);
                let of: Vec<String> =
                    from.iter().zip(of).map(|(at, word)| text(at, word)).collect();
                let of = (!of.is_empty()).then(|| of.join(", "));
                let table = program.relations[target.index()].name.as_str();
                let list = only.as_ref().map(|(_, value)| value.as_str());
                let holder = Holder { table, list };
                let column = &relation.columns[last].name;
                diagnostics.push(unknown_reference(column, &named, of, holder, near, place));
            }
        }
        and_more(faults, diagnostics);
    }

    fn check_list(
        &mut self,
        relation: &Relation,
        list: &str,
        held: &Held<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some((name, values)) = list.split_once(char::is_whitespace) else { return };
        let Some([column]) = places(relation, std::iter::once(name)).as_deref().map(|it| [it[0]])
        else {
            return;
        };
        if relation.columns[column].primitive != Primitive::Symbol {
            return;
        }
        let values: Vec<&str> = values.split(',').map(str::trim).collect();
        let mut faults = 0;
        for row in 0..held.len() {
            let value = self.interner.symbol(held.columns[column][row]);
            if value.is_empty() || values.contains(&value) {
                continue;
            }
            faults += 1;
            if faults <= MOST_FAULTS {
                let value = value.to_owned();
                let place = self.fields(held, row, &[column]);
                diagnostics.push(none_of(name, &value, &values, place));
            }
        }
        and_more(faults, diagnostics);
    }

    /// Holds what the rows of a user's own files cite to the documents that there are.
    fn check_sources(&mut self, documents: &BTreeSet<String>, diagnostics: &mut Vec<Diagnostic>) {
        let cited: Vec<(String, Vec<(u32, String)>)> = self
            .files
            .overlaid_facts()
            .filter_map(|(_, shown)| Some((shown.to_owned(), cited(self.files.shown_as(shown)?)?)))
            .collect();
        for (name, rows) in cited {
            let unknown: Vec<&(u32, String)> = rows
                .iter()
                .filter(|(_, document)| !document.is_empty() && !documents.contains(document))
                .collect();
            for (line, document) in unknown.iter().take(MOST_FAULTS) {
                let near = nearest(document, documents.iter().map(String::as_str));
                let near = near.map(str::to_owned);
                let place = self.line((&name, *line));
                let holder = Holder { table: "sources.csv", list: None };
                diagnostics.push(unknown_reference(CITES, document, None, holder, near, place));
            }
            and_more(unknown.len(), diagnostics);
        }
    }

    /// The place of some fields of a row, or of the fact in a rule file.
    fn fields(&mut self, held: &Held<'_>, row: usize, columns: &[usize]) -> Option<Span> {
        match held.from {
            From::Rules(spans) => spans.get(row).copied(),
            From::File(table) => match columns {
                [column] => self.field(table, row, *column),
                _ => self.line((&table.name, *table.lines.get(row)?)),
            },
        }
    }

    /// A row's file and line.
    fn called(&self, held: &Held<'_>, row: usize) -> String {
        match held.from {
            From::File(table) => format!("{}:{}", table.name, table.lines[row]),
            From::Rules(spans) => self.written_at(spans[row]),
        }
    }
}

/// What columns refer to.
struct Reference {
    from: Vec<usize>,
    target: RelationId,
    to: Vec<usize>,
    /// The rows that are meant: a column of the target, and its value there.
    only: Option<(usize, String)>,
}

/// `COLUMN ... RELATION.COLUMN ... [where COLUMN = VALUE]`, as many columns on either side, as places.
fn reference(program: &Program, relation: &Relation, text: &str) -> Option<Reference> {
    let (text, only) = match text.split_once(" where ") {
        Some((text, only)) => (text, Some(only.split_once('=')?)),
        None => (text, None),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().position(|word| word.contains('.'))?;
    let (own, other) = words.split_at(at);
    let (name, first) = other.first()?.split_once('.')?;
    let target = program.relations.iter().position(|it| it.name == name)?;
    let referred = &program.relations[target];
    let from = places(relation, own.iter().copied())?;
    let to = places(referred, std::iter::once(first).chain(other.iter().skip(1).copied()))?;
    let only = match only {
        Some((column, value)) => {
            let at = *places(referred, std::iter::once(column.trim()))?.first()?;
            let symbol = referred.columns[at].primitive == Primitive::Symbol;
            Some((at, symbol.then(|| value.trim().to_owned())?))
        }
        None => None,
    };
    (from.len() == to.len()).then(|| Reference { from, target: RelationId::from(target), to, only })
}

/// The places of columns; nothing where there is none of a name, or no name.
fn places<'n>(relation: &Relation, names: impl Iterator<Item = &'n str>) -> Option<Vec<usize>> {
    let place = |name: &str| relation.columns.iter().position(|it| it.name == name);
    names.map(place).collect::<Option<Vec<usize>>>().filter(|it| !it.is_empty())
}

/// What the rows of a CSV text cite, and the lines they are in; none where it has no such column.
fn cited(bytes: &[u8]) -> Option<Vec<(u32, String)>> {
    let column = header(bytes).iter().position(|name| name == CITES)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let rows = reader.records().flatten().filter_map(|row| {
        let line = row.position().map_or(1, csv::Position::line) as u32;
        Some((line, row.get(column)?.to_owned()))
    });
    Some(rows.collect())
}

/// Says with the last problem how many are not shown.
fn and_more(faults: usize, diagnostics: &mut [Diagnostic]) {
    if let (true, Some(last)) = (faults > MOST_FAULTS, diagnostics.last_mut()) {
        last.help
            .push(format!("{} more rows of the file have the same fault", faults - MOST_FAULTS));
    }
}

fn same_key(relation: &Relation, key: &str, place: Option<Span>, first: &str) -> Diagnostic {
    let key = key.split_whitespace().collect::<Vec<_>>().join(" and ");
    let message = format!("two rows of `{}` have the same {key}", relation.name);
    let problem = Diagnostic::error("AL0033", message);
    let problem = match place {
        Some(span) => problem.at(span, "this row"),
        None => problem,
    };
    problem.help(format!("the first is {first}; change one of them or take one away"))
}

/// What a value should stand in: a table, or one of the lists in it.
struct Holder<'a> {
    table: &'a str,
    list: Option<&'a str>,
}

fn unknown_reference(
    column: &str,
    text: &str,
    of: Option<String>,
    holder: Holder<'_>,
    near: Option<String>,
    place: Option<Span>,
) -> Diagnostic {
    let of = of.map(|of| format!(" of `{of}`")).unwrap_or_default();
    let table = holder.table;
    let message = match holder.list {
        None => format!("`{column}` names `{text}`{of}, which `{table}` does not hold"),
        Some(list) => {
            format!("`{column}` names `{text}`{of}, which `{table}` does not hold for `{list}`")
        }
    };
    let problem = named_here(message, place);
    match near {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("add a row to `{table}` first")),
    }
}

fn none_of(column: &str, text: &str, values: &[&str], place: Option<Span>) -> Diagnostic {
    let listed: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    let listed = listed.join(", ");
    let problem =
        named_here(format!("`{column}` is `{text}`, and has to be one of {listed}"), place);
    match nearest(text, values.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("write one of {listed}")),
    }
}

fn named_here(message: String, place: Option<Span>) -> Diagnostic {
    let problem = Diagnostic::error("AL0034", message);
    match place {
        Some(span) => problem.at(span, "named in this row"),
        None => problem,
    }
}
