//! The tables of the knowledge base: what `.input` directives of the rulebook name, read, and held
//! to what their declarations promise.
//!
//! An overlay adds rows to a table with a file of the same path that ends in `.add.csv`. Rows of
//! the table itself are the rulebook's own and were checked when it was made; where an overlay
//! added or replaced a file, three promises are checked:
//!
//! - `@key COLUMN ...`: no two rows have the same values there;
//! - `@refers COLUMN RELATION.COLUMN`: a value stands in the other table, or is empty. Of several
//!   columns (`@refers A B RELATION.A B`) the values stand there in one row, or the last is empty;
//! - what a row cites, a column `source` that the relation need not have, is a document of
//!   `sources.csv`.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::program::{Literal, Program, Relation};
use crate::analyze::worlds::Worlds;
use crate::diag::{Diagnostic, SourceId, Sources, Span, nearest};
use crate::io::{self, Loaded};
use crate::store::Database;
use crate::syntax::operators::DirectiveKind;
use crate::value::{Interner, Primitive, RelationId, Word};

use super::Part;
use super::files::{Addition, FactFiles, RulebookFiles};

/// Where each key was first seen.
type Seen<'t> = FxHashMap<(RelationId, Vec<Word>), (&'t str, u32)>;

/// At most this many bad rows of one file are reported one by one.
const MOST_FAULTS: usize = 20;

/// The column of a fact file that names the document a row is from.
const CITES: &str = "source";

/// The file and line that a row of a relation was read from.
pub(super) type Lines = FxHashMap<(RelationId, usize), (Arc<str>, u32)>;

/// Where tables are read from and go to.
pub(super) struct Tables<'a> {
    files: &'a RulebookFiles,
    base: &'a mut Database,
    interner: &'a mut Interner,
    sources: &'a mut Sources,
    /// The files that messages point into.
    kept: FxHashMap<String, SourceId>,
}

impl<'a> Tables<'a> {
    pub fn new(
        files: &'a RulebookFiles,
        base: &'a mut Database,
        interner: &'a mut Interner,
        sources: &'a mut Sources,
    ) -> Self {
        Tables { files, base, interner, sources, kept: FxHashMap::default() }
    }

    /// Reads every table that the part needs: the lines of their rows, and the tables.
    pub fn load(
        &mut self,
        worlds: &Worlds,
        part: Part,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> (Lines, Vec<(RelationId, Loaded)>) {
        let program = &worlds.program;
        let needed = needed(program);
        let mut lines = Lines::default();
        let mut read = Vec::new();
        for directive in &program.directives {
            let (id, relation) =
                (directive.relation, &program.relations[directive.relation.index()]);
            if directive.kind != DirectiveKind::Input {
                continue;
            }
            if worlds.dependent[id.index()] {
                diagnostics.push(depends_on_designs(relation, directive.span));
                continue;
            }
            let overlaid = self.files.overlaid();
            if part == Part::Derivation && !overlaid && !needed[id.index()] {
                continue;
            }
            let (sources, interner) = (&mut *self.sources, &mut *self.interner);
            let files = FactFiles(self.files);
            if let Some(table) =
                io::input(&files, relation, directive, interner, sources, diagnostics)
            {
                self.insert(id, &table, &mut lines);
                read.push((id, table));
            }
            let Some((_, name)) = directive.parameters.iter().find(|(name, _)| name == "filename")
            else {
                continue;
            };
            let additions: Vec<Addition<'_>> = self.files.additions(name).collect();
            for addition in additions {
                let (sources, interner) = (&mut *self.sources, &mut *self.interner);
                let mut found = Vec::new();
                let added =
                    io::input(&addition, relation, directive, interner, sources, &mut found);
                // A quote that is never closed swallows lines, so what is said of columns is wrong.
                let unclosed = found.iter().any(|it| it.code == io::open_quote_code());
                if let Some(problem) = self.other_columns(name, &addition).filter(|_| !unclosed) {
                    diagnostics.push(problem);
                    continue;
                }
                diagnostics.append(&mut found);
                if let Some(table) = added {
                    self.insert(id, &table, &mut lines);
                    read.push((id, table));
                }
            }
        }
        diagnostics.extend(self.unread(program));
        (lines, read)
    }

    /// Files of an overlay that nothing reads: most often a slip in a name or a folder.
    fn unread(&self, program: &Program) -> Vec<Diagnostic> {
        let inputs = program.directives.iter().filter(|it| it.kind == DirectiveKind::Input);
        let named = inputs.flat_map(|directive| &directive.parameters);
        let read: Vec<&str> =
            named.filter(|(name, _)| name == "filename").map(|(_, value)| value.as_str()).collect();
        let unread = self.files.overlaid_facts().filter(|(name, _)| !read.contains(&name.as_str()));
        unread
            .map(|(name, shown)| unread_file(&name, shown, nearest(&name, read.iter().copied())))
            .collect()
    }

    /// A file that adds rows has the columns of the file it adds to, in their order.
    fn other_columns(&mut self, name: &str, addition: &Addition<'_>) -> Option<Diagnostic> {
        let wanted = header(&self.files.get(&format!("facts/{name}")).ok()?);
        let found = header(addition.bytes());
        if found == wanted {
            return self.ragged(addition.path(), wanted.len());
        }
        let place = self.line((addition.path(), 1));
        let message = format!("`{}` has other columns than `{name}`", addition.path());
        let help = format!("the first line is to be `{}`", wanted.join(","));
        Some(misfit(message, place, help))
    }

    /// The first row of a file with more or fewer fields than its first line.
    fn ragged(&mut self, name: &str, fields: usize) -> Option<Diagnostic> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(self.files.shown_as(name).unwrap_or_default());
        let row = reader.records().flatten().find(|record| record.len() != fields)?;
        let line = row.position().map_or(1, csv::Position::line) as u32;
        let place = self.line((name, line));
        let found = row.len();
        let message = format!("a row of `{name}` has {found} fields, and its first line {fields}");
        let help = "a field may be empty, and has its comma all the same".to_owned();
        Some(misfit(message, place, help))
    }

    fn insert(&mut self, relation: RelationId, table: &Loaded, lines: &mut Lines) {
        let name: Arc<str> = Arc::from(table.name.as_str());
        let mut row = Vec::new();
        for index in 0..table.len() {
            table.row(index, &mut row);
            let at = self.base.relation(relation).len();
            if self.base.insert(relation, &row) {
                lines.insert((relation, at), (Arc::clone(&name), table.lines[index]));
            }
        }
    }

    /// Holds tables to the keys and references that their declarations promise, once everything
    /// that does not depend on designs is concluded.
    pub fn check(
        &mut self,
        program: &Program,
        read: &[(RelationId, Loaded)],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let mut seen = Seen::default();
        for (id, table) in read {
            let relation = &program.relations[id.index()];
            self.check_key(*id, relation, table, &mut seen, diagnostics);
            for reference in relation.doc.all("refers") {
                self.check_reference(program, relation, reference, table, diagnostics);
            }
        }
        self.check_sources(&self.files.documents(), diagnostics);
    }

    fn check_key<'t>(
        &mut self,
        id: RelationId,
        relation: &Relation,
        table: &'t Loaded,
        seen: &mut Seen<'t>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let column = |name: &str| relation.columns.iter().position(|it| it.name == name);
        let Some(names) = relation.doc.tag("key") else { return };
        let key: Vec<usize> = names.split_whitespace().filter_map(column).collect();
        let mut faults = 0;
        for row in 0..table.len() {
            let words: Vec<Word> = key.iter().map(|column| table.columns[*column][row]).collect();
            let here = (table.name.as_str(), table.lines[row]);
            let Some(there) = seen.insert((id, words), here) else { continue };
            faults += 1;
            if faults <= MOST_FAULTS {
                let place = self.line(here);
                diagnostics.push(same_key(relation, names, place, there));
            }
        }
        and_more(faults, diagnostics);
    }

    fn check_reference(
        &mut self,
        program: &Program,
        relation: &Relation,
        reference: &str,
        table: &Loaded,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(Reference { from, target, to }) = self::reference(program, relation, reference)
        else {
            return;
        };
        let symbols = |at: &usize| relation.columns[*at].primitive == Primitive::Symbol;
        let (Some(last), true) = (from.last().copied(), from.iter().all(symbols)) else { return };
        let rows = self.base.relation(target).rows();
        let known: FxHashSet<Vec<Word>> = rows
            .filter_map(|row| to.iter().map(|column| row.get(*column).copied()).collect())
            .collect();
        let mut faults = 0;
        for row in 0..table.len() {
            let words: Vec<Word> = from.iter().map(|column| table.columns[*column][row]).collect();
            let word = table.columns[last][row];
            if known.contains(&words) || self.interner.symbol(word).is_empty() {
                continue;
            }
            faults += 1;
            if faults <= MOST_FAULTS {
                let place = self.line((table.name.as_str(), table.lines[row]));
                let text = |word: &Word| self.interner.symbol(*word);
                let (of, name) = words.split_at(words.len() - 1);
                let alike = known.iter().filter(|it| it.starts_with(of));
                let mut names: Vec<&str> = alike.filter_map(|it| it.last().map(text)).collect();
                names.sort_unstable();
                let named = name.first().map(text).unwrap_or_default();
                let near = nearest(named, names).map(str::to_owned);
                let of: Vec<&str> = of.iter().map(text).collect();
                let target = &program.relations[target.index()];
                let column = &relation.columns[last].name;
                let of = (!of.is_empty()).then(|| of.join(", "));
                diagnostics.push(unknown_reference(column, named, of, &target.name, near, place));
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
                let files = "sources.csv";
                let problem = unknown_reference(CITES, document, None, files, near, place);
                diagnostics.push(problem);
            }
            and_more(unknown.len(), diagnostics);
        }
    }

    /// The place of a line, its file kept as a text for the message.
    fn line(&mut self, (name, line): (&str, u32)) -> Option<Span> {
        let bytes = self.files.shown_as(name)?;
        let text = String::from_utf8_lossy(bytes);
        let start: usize =
            text.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum();
        let length = text.get(start..)?.lines().next().map_or(0, str::len);
        let source = match self.kept.get(name) {
            Some(source) => *source,
            None => self.sources.add(name, text.into_owned()),
        };
        self.kept.insert(name.to_owned(), source);
        Some(Span { source, start: start as u32, end: (start + length) as u32 })
    }
}

/// The fields of the first line of a CSV text.
fn header(bytes: &[u8]) -> Vec<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let first = reader.records().next().and_then(Result::ok);
    first.map(|record| record.iter().map(str::to_owned).collect()).unwrap_or_default()
}

/// Whether a rule or a directive reads each relation.
fn needed(program: &Program) -> Vec<bool> {
    let mut needed = vec![false; program.relations.len()];
    for rule in &program.rules {
        reads(&rule.body, &mut needed);
    }
    for directive in &program.directives {
        needed[directive.relation.index()] |= directive.kind != DirectiveKind::Input;
    }
    for (index, relation) in program.relations.iter().enumerate() {
        needed[index] |= relation.doc.tag("reference").is_some();
    }
    needed
}

fn reads(body: &[Literal], needed: &mut [bool]) {
    for literal in body {
        match literal {
            Literal::Positive(atom) | Literal::Negative(atom) => {
                needed[atom.relation.index()] = true;
            }
            Literal::Aggregate(aggregate) => reads(&aggregate.body, needed),
            Literal::Compare { .. }
            | Literal::Test { .. }
            | Literal::Truth(_)
            | Literal::Range { .. } => {}
        }
    }
}

/// What columns refer to.
struct Reference {
    from: Vec<usize>,
    target: RelationId,
    to: Vec<usize>,
}

/// `COLUMN ... RELATION.COLUMN ...`, as many columns on either side, as places.
fn reference(program: &Program, relation: &Relation, text: &str) -> Option<Reference> {
    let place = |of: &Relation, name: &str| of.columns.iter().position(|it| it.name == name);
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().position(|word| word.contains('.'))?;
    let (own, other) = words.split_at(at);
    let (name, first) = other.first()?.split_once('.')?;
    let target = program.relations.iter().position(|it| it.name == name)?;
    let columns = std::iter::once(first).chain(other.iter().skip(1).copied());
    let from: Vec<usize> = own.iter().map(|name| place(relation, name)).collect::<Option<_>>()?;
    let to: Vec<usize> =
        columns.map(|name| place(&program.relations[target], name)).collect::<Option<_>>()?;
    (from.len() == to.len()).then(|| Reference { from, target: RelationId::from(target), to })
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

fn unread_file(name: &str, shown: &str, near: Option<&str>) -> Diagnostic {
    let problem =
        Diagnostic::warning("AL0035", format!("no `.input` of the rulebook reads `{shown}`"));
    match near {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem
            .help(format!("a rule file of yours reads it with `.input name(filename=\"{name}\")`")),
    }
}

fn depends_on_designs(relation: &Relation, at: Span) -> Diagnostic {
    let message = format!("`{}` depends on designs, so no file can hold it", relation.name);
    Diagnostic::error("AL0031", message)
        .at(at, "read from a file here")
        .help("read the file into a relation of its own and conclude this one from it")
}

/// A line that does not fit the columns of its table.
fn misfit(message: String, place: Option<Span>, help: String) -> Diagnostic {
    let problem = Diagnostic::error("AL0036", message);
    let problem = match place {
        Some(span) => problem.at(span, "in this line"),
        None => problem,
    };
    problem.help(help)
}

/// Says with the last problem how many are not shown.
fn and_more(faults: usize, diagnostics: &mut [Diagnostic]) {
    if let (true, Some(last)) = (faults > MOST_FAULTS, diagnostics.last_mut()) {
        last.help
            .push(format!("{} more rows of the file have the same fault", faults - MOST_FAULTS));
    }
}

fn same_key(
    relation: &Relation,
    key: &str,
    place: Option<Span>,
    (name, line): (&str, u32),
) -> Diagnostic {
    let key = key.split_whitespace().collect::<Vec<_>>().join(" and ");
    let message = format!("two rows of `{}` have the same {key}", relation.name);
    let problem = Diagnostic::error("AL0033", message);
    let problem = match place {
        Some(span) => problem.at(span, "this row"),
        None => problem,
    };
    problem.help(format!("the first is {name}:{line}; change one of them or take one away"))
}

fn unknown_reference(
    column: &str,
    text: &str,
    of: Option<String>,
    target: &str,
    near: Option<String>,
    place: Option<Span>,
) -> Diagnostic {
    let of = of.map(|of| format!(" of `{of}`")).unwrap_or_default();
    let message = format!("`{column}` names `{text}`{of}, which `{target}` does not hold");
    let problem = Diagnostic::error("AL0034", message);
    let problem = match place {
        Some(span) => problem.at(span, "named in this row"),
        None => problem,
    };
    match near {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("add a row to `{target}` first")),
    }
}
