//! The whole as one thing: a rulebook, designs, and what derives from them.
//!
//! A [`Session`] takes designs in, derives all of them in one run, each in a world of its own, and
//! answers with tables. It reads designs from where [`Session::open`] is told and prints nothing.

mod derived;
mod edit;
mod unknown;

use std::path::Path;
use std::sync::Arc;

use derived::{Derived, Run};
pub use edit::Kept;

use crate::analyze::facts::{StatedFact, pattern, stated_facts};
use crate::analyze::program::Program;
use crate::analyze::{analyze_goal, has_errors};
use crate::change::{self, Achieved, Change, Ledger, Question, WhatIf};
use crate::diag::{Diagnostic, SourceId, Sources, Span, reason};
use crate::eval::{Options as EvalOptions, Stopped, Warning, evaluate};
use crate::explain::{Origin, Subject};
use crate::io::{self, Directory, Files};
use crate::kb::{Rulebook, Sheet, graph, is_stated};
use crate::plan::Plan;
use crate::report::diagram::Graph;
use crate::report::{Heading, Stamp, Table};
use crate::store::Database;
use crate::syntax::load::tree_of;
use crate::syntax::parse_goal;
use crate::syntax::tree::{Expectation, Item};
use crate::value::{Constant, Interner, Primitive, RelationId, Word, compare_tuples};

/// A design as stated.
#[derive(Clone, Debug)]
pub struct Design {
    /// Its id: from its own fact, else the name of its file.
    pub id: String,
    /// Its title; the id where none is stated.
    pub title: String,
    /// The path it was read from.
    pub path: String,
    /// Its facts.
    pub facts: Vec<StatedFact>,
    /// The text that it is written in, where that is not the one it was read from.
    pub text: Option<SourceId>,
    /// What it expects to follow, for [`crate::testing`].
    pub expectations: Vec<Expectation>,
}

/// Designs over one rulebook.
#[derive(Clone, Debug)]
pub struct Session {
    rulebook: Arc<Rulebook>,
    sources: Sources,
    designs: Vec<Design>,
    diagnostics: Vec<Diagnostic>,
    derived: Option<Derived>,
}

impl Session {
    /// A session without designs.
    pub fn new(rulebook: Arc<Rulebook>) -> Self {
        let sources = Sources::over(Arc::clone(&rulebook.sources));
        Session { rulebook, sources, designs: Vec::new(), diagnostics: Vec::new(), derived: None }
    }

    /// The rulebook.
    pub fn rulebook(&self) -> &Rulebook {
        &self.rulebook
    }

    /// The rulebook, for another session.
    pub fn shared(&self) -> Arc<Rulebook> {
        Arc::clone(&self.rulebook)
    }

    /// The designs, in the order they were opened.
    pub fn designs(&self) -> &[Design] {
        &self.designs
    }

    /// All texts, those of the rulebook included.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// What is wrong with the designs' texts. What is right of them is in the session all the same.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Everything that derived together with a design, in words, each design in the world of its
    /// number; nothing before [`Session::derive`].
    pub fn derived(&self, design: usize) -> Option<(&Arc<Database>, &Arc<Interner>)> {
        self.derived.as_ref()?.run_of(design).map(|run| (&run.database, &run.interner))
    }

    /// What made the answers.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            archlog: env!("CARGO_PKG_VERSION").to_owned(),
            rulebook: self.rulebook.version.clone(),
            hash: self.rulebook.hash.clone(),
        }
    }

    /// Reads a design: a `.dl` file, a `.json` file, or a folder of CSV files. Problems are kept;
    /// gives whether anything was stated.
    pub fn open(&mut self, path: &Path) -> bool {
        let shown = path.display().to_string();
        let reported = self.diagnostics.len();
        let Rulebook { statable, program, .. } = &*self.rulebook;
        let (relations, problems) = (&program.relations, &mut self.diagnostics);
        let facts = if path.is_dir() {
            let files = Directory::new(path);
            io::design_of_folder(&files, statable, relations, &mut self.sources, problems)
        } else {
            let bytes = match Directory::new(".").read(&shown) {
                Ok(bytes) => bytes,
                Err(problem) => {
                    problems.push(unreadable(&shown, &problem));
                    return false;
                }
            };
            if path.extension().is_none_or(|end| end != "json") {
                return self.state_text(&shown, bytes);
            }
            io::design_of_json(&shown, bytes, statable, relations, &mut self.sources, problems)
        };
        self.add(shown, facts, Vec::new(), reported)
    }

    /// Takes a design that is already in memory, in the notation of a `.dl` file.
    pub fn state_text(&mut self, name: &str, bytes: Vec<u8>) -> bool {
        let reported = self.diagnostics.len();
        let (tree, problems) = tree_of(name, bytes, &mut self.sources);
        self.diagnostics.extend(problems);
        let program = &self.rulebook.program;
        let facts = stated_facts(&self.rulebook.statable, program, &tree, &mut self.diagnostics);
        let expectations = tree.items.into_iter().filter_map(|item| match item {
            Item::Expectation(expectation) => Some(expectation),
            _ => None,
        });
        self.add(name.to_owned(), facts, expectations.collect(), reported)
    }

    /// Adds what a text states; the problems from `reported` on are those of the text.
    fn add(
        &mut self,
        path: String,
        facts: Vec<StatedFact>,
        expectations: Vec<Expectation>,
        reported: usize,
    ) -> bool {
        let named = facts.iter().find(|fact| Some(fact.relation) == self.rulebook.design);
        let text = |index: usize| match named.and_then(|fact| fact.values.get(index)) {
            Some(Constant::Symbol(text)) => text.to_string(),
            _ => String::new(),
        };
        let (mut id, mut title) = (text(0), text(1));
        if facts.is_empty() {
            // Where all that it states is wrong, that was said.
            if !has_errors(&self.diagnostics[reported..]) {
                self.diagnostics.push(states_nothing(&path));
            }
            return false;
        }
        if named.is_none() {
            let first = facts.first().map(|fact| fact.span);
            self.diagnostics.push(unnamed(&path, first, self.rulebook.naming()));
            let stem = Path::new(&path).file_stem();
            id = stem.map_or_else(|| path.clone(), |stem| stem.to_string_lossy().into_owned());
        }
        if title.is_empty() {
            title.clone_from(&id);
        }
        if let (Some(fact), Some(other)) =
            (named, self.designs.iter().find(|design| design.id == id))
        {
            self.diagnostics.push(same_id(&id, Some(fact.span), &path, &other.path));
        }
        self.designs.push(Design { id, title, path, facts, text: None, expectations });
        self.touch(self.designs.len() - 1);
        true
    }

    /// Derives everything from all designs at once. A limit that is hit leaves the session as it
    /// was before.
    pub fn derive(&mut self, options: &EvalOptions<'_>) -> Result<(), Stopped> {
        let mut derived = self.derived.take().unwrap_or_default();
        let facts: Vec<&[StatedFact]> =
            self.designs.iter().map(|design| design.facts.as_slice()).collect();
        let done = derived.refresh(&self.rulebook, &facts, options);
        self.derived = Some(derived);
        let warnings = done?;
        self.diagnostics.extend(warnings.iter().map(Warning::diagnostic));
        Ok(())
    }

    /// A design is not what it was when it was derived.
    fn touch(&mut self, design: usize) {
        if let Some(derived) = &mut self.derived {
            derived.touch(design);
        }
    }

    /// The run that has a design.
    fn run_of(&self, design: usize) -> Option<&Run> {
        self.derived.as_ref()?.run_of(design)
    }

    /// The printed tables of one derived design, in order.
    pub fn sheets(&self, design: usize) -> Vec<Table> {
        self.rulebook.sheets.iter().map(|sheet| self.sheet(sheet, design)).collect()
    }

    /// One printed table of one derived design.
    pub fn sheet(&self, sheet: &Sheet, design: usize) -> Table {
        sheet.table(&self.rulebook.program, self.rows(sheet.relation, design))
    }

    /// The diagram of a sheet whose rows are boxes: label, kind, note; with the arrows of its
    /// relation of edges: from, to, label. Nothing for a sheet that is a table.
    pub fn drawing(&self, sheet: &Sheet, design: usize) -> Option<Graph> {
        let edges = sheet.edges?;
        let (boxes, arrows) = (self.rows(sheet.relation, design), self.rows(edges, design));
        Some(graph(&sheet.title, &boxes, &arrows, 0))
    }

    /// How many rows a relation has in one derived design.
    pub fn count(&self, relation: RelationId, design: usize) -> usize {
        let Some(run) = self.run_of(design) else { return 0 };
        run.database.relation(relation).matching(&self.pattern_of(relation, design)).len()
    }

    /// What is known of the hidden columns of a relation in one design.
    fn pattern_of(&self, relation: RelationId, design: usize) -> Vec<Option<Word>> {
        let relations = &self.rulebook.worlds.program.relations;
        let mut pattern = vec![None; relations[relation.index()].arity()];
        if self.rulebook.worlds.dependent[relation.index()]
            && let Some(first) = pattern.first_mut()
        {
            *first = Some(Word(design as u32));
        }
        pattern
    }

    /// The tuples of a relation in one derived design, sorted, without the hidden column.
    pub fn rows(&self, relation: RelationId, design: usize) -> Vec<Vec<Constant>> {
        let Some(run) = self.run_of(design) else { return Vec::new() };
        let rows = run.database.relation(relation);
        let declared = &self.rulebook.program.relations[relation.index()];
        let skipped = usize::from(self.rulebook.worlds.dependent[relation.index()]);
        let mut tuples: Vec<Vec<Constant>> = rows
            .matching(&self.pattern_of(relation, design))
            .into_iter()
            .map(|row| {
                let words = rows.row(row).skip(skipped);
                words
                    .zip(&declared.columns)
                    .map(|(word, column)| run.interner.constant(word, column.primitive))
                    .collect()
            })
            .collect();
        tuples.sort_by(|a, b| compare_tuples(a, b));
        tuples
    }

    /// The answers to a goal in all derived designs, sorted: a column a named variable. With
    /// several designs the first column says which.
    pub fn query(&self, goal: &str) -> Result<Table, QueryFailure> {
        self.query_within(goal, &EvalOptions::default())
    }

    /// As [`Session::query`], but not at any price.
    pub fn query_within(
        &self,
        goal: &str,
        options: &EvalOptions<'_>,
    ) -> Result<Table, QueryFailure> {
        let mut sources = Sources::over(Arc::new(self.sources.clone()));
        let source = sources.add("<goal>", goal);
        let wrong = |diagnostics, sources: &Sources| QueryFailure::Wrong {
            diagnostics,
            sources: sources.clone(),
        };
        let body = parse_goal(source, goal).map_err(|problems| wrong(problems, &sources))?;
        let program = analyze_goal(&self.rulebook.program, &body)
            .map_err(|problems| wrong(problems, &sources))?;
        let Some(derived) = &self.derived else { return Ok(Table::default()) };
        let (program, dependent) = self.rulebook.worlds.goal(&program);
        let Some(answers) = program.relations.last() else { return Ok(Table::default()) };
        let several = dependent && self.designs.len() > 1;
        let skipped = usize::from(dependent);
        let mut columns: Vec<Heading> = answers.columns[skipped..]
            .iter()
            .map(|column| Heading::new(&column.name, column.primitive))
            .collect();
        if several {
            columns.insert(0, Heading::new("design", Primitive::Symbol));
        }
        let mut rows: Vec<Vec<Constant>> = Vec::new();
        // What no design changes is the same in all runs.
        let runs = derived.runs().take(if dependent { usize::MAX } else { 1 });
        for (run, has) in runs {
            let mut interner = Interner::over(Arc::clone(&run.interner));
            let mut database = Database::over(Arc::clone(&run.database));
            let relation = database.add_relation(answers.arity());
            let plan = Plan::new(&program, &mut interner);
            evaluate(&plan, &mut database, &mut interner, options)
                .map_err(QueryFailure::Stopped)?;
            let found = database.relation(relation);
            for row in 0..found.len() {
                let words: Vec<Word> = found.row(row).collect();
                let world = words.first().filter(|_| dependent).map(|world| world.0 as usize);
                if world.is_some_and(|world| !has(world)) {
                    continue;
                }
                let values = words[skipped..].iter().zip(&answers.columns[skipped..]);
                let values =
                    values.map(|(word, column)| interner.constant(*word, column.primitive));
                let design = world.filter(|_| several).map(|world| {
                    let id = self.designs.get(world).map_or("", |design| &design.id);
                    Constant::Symbol(Arc::from(id))
                });
                rows.push(design.into_iter().chain(values).collect());
            }
        }
        rows.sort_by(|a, b| compare_tuples(a, b));
        rows.dedup();
        Ok(Table { name: "answers".to_owned(), title: String::new(), columns, rows })
    }
}

/// A goal that is one atom.
#[derive(Debug)]
pub struct Pattern {
    /// The relation.
    pub relation: RelationId,
    /// What is known of its columns.
    pub values: Vec<Option<Constant>>,
    /// What is odd about it.
    pub warnings: Vec<Diagnostic>,
    /// All texts, the goal's among them.
    pub sources: Sources,
}

/// A derived session as something to be explained.
#[derive(Debug)]
pub struct Explained<'a> {
    session: &'a Session,
    run: &'a Run,
}

impl Session {
    /// What derived from a design, to be explained; nothing before [`Session::derive`].
    pub fn explained(&self, design: usize) -> Option<Explained<'_>> {
        Some(Explained { session: self, run: self.run_of(design)? })
    }

    /// A goal that is one atom, as a relation and what is known of its columns; and warnings about
    /// texts in it that occur nowhere.
    pub fn pattern(&self, goal: &str) -> Result<Pattern, QueryFailure> {
        let mut sources = Sources::over(Arc::new(self.sources.clone()));
        let source = sources.add("<goal>", goal);
        let wrong = |diagnostics| QueryFailure::Wrong { diagnostics, sources: sources.clone() };
        let body = parse_goal(source, goal).map_err(wrong)?;
        let (relation, values) = pattern(&self.rulebook.program, &body).map_err(wrong)?;
        let warnings = self.unknown_constants(&body);
        Ok(Pattern { relation, values, warnings, sources })
    }

    /// The rows that answer a pattern in one design: a relation and a constant or anything for
    /// each column.
    pub fn matching(
        &self,
        design: usize,
        relation: RelationId,
        values: &[Option<Constant>],
    ) -> Vec<usize> {
        let Some(run) = self.run_of(design) else { return Vec::new() };
        let mut pattern: Vec<Option<Word>> = Vec::with_capacity(values.len() + 1);
        if self.rulebook.worlds.dependent[relation.index()] {
            pattern.push(Some(Word(design as u32)));
        }
        for value in values {
            match value {
                None => pattern.push(None),
                Some(value) => match run.interner.find(value) {
                    Some(word) => pattern.push(Some(word)),
                    None => return Vec::new(),
                },
            }
        }
        run.database.relation(relation).matching(&pattern)
    }
}

impl Explained<'_> {
    /// What is known of the columns of a relation in one design, the hidden ones included, for
    /// [`crate::explain::Why::why_not`]; new words go to the interner given.
    pub fn words(
        &self,
        design: usize,
        relation: RelationId,
        values: &[Option<Constant>],
        interner: &mut Interner,
    ) -> Vec<Option<Word>> {
        let world = self.session.rulebook.worlds.dependent[relation.index()];
        let world = world.then_some(Some(Word(design as u32)));
        let values = values.iter().map(|value| value.as_ref().map(|value| interner.intern(value)));
        world.into_iter().chain(values).collect()
    }
}

impl Subject for Explained<'_> {
    fn program(&self) -> &Program {
        &self.session.rulebook.worlds.program
    }

    fn database(&self) -> &Database {
        &self.run.database
    }

    fn interner(&self) -> Interner {
        Interner::over(Arc::clone(&self.run.interner))
    }

    fn hidden(&self, relation: RelationId) -> usize {
        usize::from(self.session.rulebook.worlds.dependent[relation.index()])
    }

    fn is_stated(&self, relation: RelationId) -> bool {
        is_stated(&self.session.rulebook.program.relations[relation.index()])
    }

    fn origin(&self, relation: RelationId, row: usize) -> Origin {
        let origins = self.run.origins.get(relation.index());
        if let Some(span) = origins.and_then(|origins| origins.get(row)).copied() {
            let (file, line) = self.place(span);
            return Origin::Stated { file, line };
        }
        let rulebook = &self.session.rulebook;
        if let Some((file, line)) = rulebook.line(relation, row) {
            let source = rulebook.citation(file, line);
            return Origin::File { file: file.to_owned(), line, source };
        }
        let words = self.run.database.relation(relation).row(row);
        let columns = &rulebook.worlds.program.relations[relation.index()].columns;
        let values: Vec<Constant> = words
            .zip(columns)
            .map(|(word, column)| self.run.interner.constant(word, column.primitive))
            .collect();
        let facts = &rulebook.worlds.program.facts;
        let written = facts.iter().find(|fact| fact.relation == relation && fact.values == values);
        match written {
            Some(fact) => {
                let clause = &rulebook.program.clauses[fact.clause.index()];
                let (file, line) = self.place(clause.span);
                let source = clause.doc.tag("source").unwrap_or_default().to_owned();
                Origin::Written { file, line, source }
            }
            None => Origin::Unplaced,
        }
    }

    fn place(&self, span: Span) -> (String, u32) {
        let sources = &self.session.sources;
        (sources.name(span).to_owned(), sources.position(span).line)
    }
}

/// What becomes of a design when it is changed, and how to get somewhere. Nothing here changes the
/// session, and nothing needs it derived.
impl Session {
    /// Reads `+fact -fact ...` as a change of a design.
    pub fn change(&self, design: usize, text: &str) -> Result<Change, QueryFailure> {
        let mut sources = Sources::over(Arc::new(self.sources.clone()));
        let source = sources.add("<change>", text);
        change::parse_change(&self.rulebook, self.stated(design), source, text)
            .map_err(|diagnostics| QueryFailure::Wrong { diagnostics, sources })
    }

    /// The difference a change of a design makes in everything derived, to be explained.
    pub fn what_if(
        &self,
        design: usize,
        change: &Change,
        options: &EvalOptions<'_>,
    ) -> Result<WhatIf<'_>, Stopped> {
        let limits = change::Limits::from_options(options);
        change::what_if(&self.rulebook, &self.sources, self.stated(design), change, &limits)
    }

    /// All minimal changes of a design that make a goal of one atom true, up to a size.
    pub fn achieve(
        &self,
        design: usize,
        goal: &str,
        search: &change::Search<'_>,
    ) -> Result<Achieved, QueryFailure> {
        let mut sources = Sources::over(Arc::new(self.sources.clone()));
        let source = sources.add("<goal>", goal);
        let goal = change::parse_goal_fact(&self.rulebook, source, goal)
            .map_err(|diagnostics| QueryFailure::Wrong { diagnostics, sources })?;
        change::achieve(&self.rulebook, self.stated(design), &goal, search)
            .map_err(QueryFailure::Stopped)
    }

    /// Which conclusions of a design hold whatever the answers to its open questions are.
    pub fn ledger(
        &self,
        design: usize,
        options: &EvalOptions<'_>,
        told: &change::Told<'_>,
    ) -> Result<Ledger, Stopped> {
        let limits = change::Limits::from_options(options);
        change::ledger(&self.rulebook, self.stated(design), &limits, told)
    }

    /// The open questions of a design, the one that settles most first, and the ledger.
    pub fn ask(
        &self,
        design: usize,
        options: &EvalOptions<'_>,
        told: &change::Told<'_>,
    ) -> Result<(Vec<Question>, Ledger), Stopped> {
        let limits = change::Limits::from_options(options);
        change::ask(&self.rulebook, self.stated(design), &limits, told)
    }

    fn stated(&self, design: usize) -> &[StatedFact] {
        self.designs.get(design).map(|design| design.facts.as_slice()).unwrap_or_default()
    }
}

/// Why a goal has no answer.
#[derive(Debug)]
pub enum QueryFailure {
    /// The goal is wrong.
    Wrong {
        /// What is wrong.
        diagnostics: Vec<Diagnostic>,
        /// All texts, the goal's among them.
        sources: Sources,
    },
    /// A limit was hit.
    Stopped(Stopped),
}

/// A path that leads nowhere.
fn unreadable(path: &str, problem: &std::io::Error) -> Diagnostic {
    let message = format!("cannot read `{path}`: {}", reason(problem));
    let diagnostic = Diagnostic::error("AL0020", message);
    let missing = problem.kind() == std::io::ErrorKind::NotFound;
    match io::near_file(Path::new(path)).filter(|_| missing) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

/// An empty file, or one that holds comments only.
fn states_nothing(path: &str) -> Diagnostic {
    Diagnostic::error("AL0040", format!("`{path}` states nothing"))
        .help("`archlog new NAME` writes a design to start from")
}

/// A design without the fact that names it.
fn unnamed(path: &str, first: Option<Span>, naming: Option<String>) -> Diagnostic {
    let problem = Diagnostic::error("AL0041", format!("`{path}` does not say which design it is"));
    let problem = match first {
        Some(span) => problem.at(span, "the first fact"),
        None => problem,
    };
    match naming {
        Some(fact) => problem.help(format!("state it: {fact}")),
        None => problem,
    }
}

/// Two files with `design("a", ...)`
pub(crate) fn same_id(id: &str, span: Option<Span>, path: &str, other: &str) -> Diagnostic {
    let problem = Diagnostic::error("AL0042", format!("two designs are called `{id}`"));
    let problem = match span {
        Some(span) => problem.at(span, format!("`{other}` is called so too")),
        None => problem.help(format!("`{path}` and `{other}` are called so")),
    };
    problem.help("give each design an id of its own")
}
