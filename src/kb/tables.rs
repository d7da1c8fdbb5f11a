//! The tables of the knowledge base: what `.input` directives of the rulebook name, read.
//!
//! An overlay adds rows to a table with a file of the same path that ends in `.add.csv`. What the
//! rows of a table are held to is in `promises`.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::analyze::program::{Literal, Program, Relation};
use crate::analyze::worlds::Worlds;
use crate::diag::{Diagnostic, SourceId, Sources, Span, nearest};
use crate::eval::{Limits, StopReason};
use crate::io::{self, Loaded};
use crate::store::Database;
use crate::syntax::operators::DirectiveKind;
use crate::value::{Interner, RelationId};

use super::Part;
use super::files::{ADDED, AddedFile, Addition, FactFiles, RulebookFiles};

/// The file and line that a row of a relation was read from.
pub(super) type Lines = FxHashMap<(RelationId, usize), (Arc<str>, u32)>;

/// The lines of all rows, and the tables as they were read.
pub(super) type Read = (Lines, Vec<(RelationId, Loaded)>);

/// Where tables are read from and go to.
pub(super) struct Tables<'a> {
    pub(super) files: &'a RulebookFiles,
    pub(super) base: &'a mut Database,
    pub(super) interner: &'a mut Interner,
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

    /// Reads every table that the part needs: the lines of their rows, and the tables. `memory` is how
    /// many bytes all of them may take where a user laid files over them.
    pub fn load(
        &mut self,
        worlds: &Worlds,
        part: Part,
        (limits, memory): (&Limits<'_>, usize),
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Read, StopReason> {
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
            let read_elsewhere = match part {
                Part::Derivation => !needed[id.index()],
                part => part == Part::Texts,
            };
            if read_elsewhere && !self.files.overlaid() {
                continue;
            }
            let (sources, interner) = (&mut *self.sources, &mut *self.interner);
            let files = FactFiles { files: self.files, limits };
            if let Some(table) =
                io::input(&files, relation, directive, interner, sources, diagnostics)
            {
                self.insert(id, &table, &mut lines);
                read.push((id, table));
            }
            let Some(name) = directive.parameter("filename") else { continue };
            for addition in self.files.additions(name) {
                let (sources, interner) = (&mut *self.sources, &mut *self.interner);
                let mut found = Vec::new();
                let file = AddedFile(&addition, limits);
                let added = io::input(&file, relation, directive, interner, sources, &mut found);
                limits.check()?;
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
            limits.check()?;
            if self.files.overlaid() && memory < usize::MAX && self.memory() > memory {
                return Err(StopReason::Memory(memory));
            }
        }
        // Without the user's own rules nobody knows what those would read.
        let without = matches!(part, Part::Knowledge | Part::Texts) && self.files.own_rules();
        if !without {
            diagnostics.extend(self.unread(program));
        }
        Ok((lines, read))
    }

    fn memory(&self) -> usize {
        self.base.memory() + self.interner.memory()
    }

    /// Files of an overlay that nothing reads: most often a slip in a name or a folder.
    fn unread(&self, program: &Program) -> Vec<Diagnostic> {
        let inputs = program.directives.iter().filter(|it| it.kind == DirectiveKind::Input);
        let read: Vec<&str> = inputs.filter_map(|it| it.parameter("filename")).collect();
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

    /// The place of a line.
    pub(super) fn line(&mut self, (name, line): (&str, u32)) -> Option<Span> {
        let (source, text) = self.kept(name)?;
        let start: usize =
            text.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum();
        let length = text.get(start..)?.lines().next().map_or(0, str::len);
        Some(Span { source, start: start as u32, end: (start + length) as u32 })
    }

    /// The place of a field of a row, the line where the field is empty or cannot be found.
    pub(super) fn field(&mut self, table: &Loaded, row: usize, column: usize) -> Option<Span> {
        let line = *table.lines.get(row)?;
        let (source, text) = self.kept(&table.name)?;
        let marked = text.len() - text.trim_start_matches('\u{feff}').len();
        let range = table.field(text.get(marked..)?, row, column);
        match range.filter(|it| !it.is_empty()) {
            Some(at) => {
                let (start, end) = ((at.start + marked) as u32, (at.end + marked) as u32);
                Some(Span { source, start, end })
            }
            None => self.line((&table.name, line)),
        }
    }

    /// The file and line of a place in a rule file.
    pub(super) fn written_at(&self, span: Span) -> String {
        format!("{}:{}", self.sources.name(span), self.sources.position(span).line)
    }

    /// The text of a file, kept for messages.
    fn kept(&mut self, name: &str) -> Option<(SourceId, &str)> {
        let source = match self.kept.get(name) {
            Some(source) => *source,
            None => {
                let text = String::from_utf8_lossy(self.files.shown_as(name)?).into_owned();
                let source = self.sources.add(name, text);
                self.kept.insert(name.to_owned(), source);
                source
            }
        };
        Some((source, &self.sources.get(source)?.text))
    }
}

/// The fields of the first line of a CSV text.
pub(super) fn header(bytes: &[u8]) -> Vec<String> {
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

/// A file that nothing reads. Rows that were meant to be added somewhere, or are named nearly as a table,
/// would be missed by whoever laid them over.
fn unread_file(name: &str, shown: &str, near: Option<&str>) -> Diagnostic {
    let missed = near.is_some() || shown.ends_with(ADDED);
    let new = if missed { Diagnostic::error } else { Diagnostic::warning };
    let problem = new("AL0035", format!("no `.input` of the rulebook reads `{shown}`"));
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
