//! The rulebook, loaded: the embedded files with a user's own laid over them, analyzed, planned,
//! and evaluated as far as no design can change it.
//!
//! A [`Rulebook`] is made once and shared by all designs and threads. Rust knows nothing of what
//! is in it but a few tags on declarations:
//!
//! | tag | on | meaning |
//! | --- | --- | --- |
//! | `@stated` | a relation | a design states it; no rule concludes it |
//! | `@design` | one stated relation | its first two columns are a design's id and title |
//! | `@title`, `@column` | a relation with `.output` in `queries/` | a sheet, see [`Sheet`] |
//! | `@note`, `@empty`, `@order` | a sheet | a line below its heading, what is said when it is empty, its place among the sheets |
//! | `@open` | a sheet | a row in it says that the design is not complete (`derive --strict`) |
//! | `@edges RELATION` | a sheet | its rows are boxes (label, kind, note), the relation holds the arrows (from, to, label) |
//! | `@reference` | a relation of the knowledge base | a table of [`vocabulary()`] |

mod facts;
mod files;
mod hash;
mod pages;
mod search;
mod sheet;
mod tables;
mod vocabulary;

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

pub use facts::{Cited, FactTable};
pub use files::{FactFiles, RulebookFiles, embedded, embedded_in};
pub use pages::{Entry, NotFound, Protocol};
pub use search::{Hit, Place};
pub use sheet::{Sheet, SheetColumn, graph};
pub use vocabulary::vocabulary;

use tables::{Lines, Tables};

use crate::analyze::facts::Statable;
use crate::analyze::program::{Program, Relation};
use crate::analyze::worlds::{self, Worlds};
use crate::analyze::{analyze, has_errors};
use crate::diag::{Diagnostic, Sources, reason};
use crate::eval::{Evaluator, Options as EvalOptions, Silent};
use crate::plan::Plan;
use crate::store::Database;
use crate::syntax::error::unsupported;
use crate::syntax::load::load_all;
use crate::value::{Interner, RelationId};

/// Which rulebook to load.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The letter alone: no suggestions, no resolutions.
    pub as_written: bool,
    /// A folder of rule files laid over `rules/`.
    pub rules: Option<PathBuf>,
    /// A folder of fact files laid over `facts/`.
    pub facts: Option<PathBuf>,
    /// How much of it.
    pub part: Part,
    /// Declarations and rules in addition, such as somebody types at a prompt. They stand behind all
    /// files, so that relations keep their numbers whatever is typed.
    pub typed: Option<String>,
}

/// What messages call the text of [`Options::typed`].
pub const TYPED: &str = "<rules>";

/// How much of the rulebook is loaded. What is left out takes no time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Part {
    /// All rules, all sheets, all tables: what a goal may ask for.
    #[default]
    Whole,
    /// All rules, all sheets, and the tables that these read: whatever derives is the same as with
    /// all tables. A goal that asks for another table finds it empty.
    Derivation,
    /// The knowledge base by itself: all tables, what `queries/kb/` concludes from them, no rules
    /// about designs.
    Knowledge,
}

impl Part {
    /// The rule files it begins with.
    fn entry(self, as_written: bool) -> &'static str {
        match (self, as_written) {
            (Part::Knowledge, _) => "rules/knowledge.dl",
            (_, true) => "rules/as_written.dl",
            (_, false) => "rules/main.dl",
        }
    }

    /// Whether a file below `queries/` belongs to it.
    fn asks(self, path: &str) -> bool {
        path.ends_with(".dl")
            && path.starts_with("queries/kb/") == (self == Part::Knowledge)
            && (self == Part::Whole || !path.starts_with("queries/saved/"))
    }
}

/// A rulebook ready to derive designs.
#[derive(Debug)]
pub struct Rulebook {
    /// The texts of all rule files.
    pub sources: Arc<Sources>,
    /// The program as its files declare it.
    pub program: Program,
    /// The program with worlds apart; the one that is planned and evaluated.
    pub worlds: Worlds,
    /// What a design may state.
    pub statable: Statable,
    /// The relation that names a design, if the rulebook has one.
    pub design: Option<RelationId>,
    /// What is printed of a derived design, in order.
    pub sheets: Vec<Sheet>,
    /// How to evaluate it.
    pub plan: Arc<Plan>,
    /// All that is the same for every design, evaluated.
    pub base: Arc<Database>,
    /// The words of the base.
    pub interner: Arc<Interner>,
    /// The version of the embedded rulebook, marked where files were laid over it.
    pub version: String,
    /// A number for exactly these files.
    pub hash: String,
    /// What is odd but not wrong.
    pub warnings: Vec<Diagnostic>,
    files: RulebookFiles,
    /// The line of its file that a row of a relation was read from.
    lines: Lines,
}

/// What is wrong with a rulebook, and the texts that it is wrong in.
#[derive(Debug)]
pub struct Unsound {
    /// The texts.
    pub sources: Sources,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Whether a design states this relation.
pub fn is_stated(relation: &Relation) -> bool {
    relation.doc.tag("stated").is_some()
}

impl Rulebook {
    /// Loads, analyzes and plans the rulebook, and evaluates what no design can change.
    pub fn load(options: &Options) -> Result<Rulebook, Box<Unsound>> {
        let mut sources = Sources::new();
        match Self::assemble(options, &mut sources) {
            Ok(mut rulebook) => {
                rulebook.sources = Arc::new(sources);
                Ok(rulebook)
            }
            Err(diagnostics) => Err(Box::new(Unsound { sources, diagnostics })),
        }
    }

    fn assemble(options: &Options, sources: &mut Sources) -> Result<Rulebook, Vec<Diagnostic>> {
        let mut files = RulebookFiles::embedded();
        let mut entries = vec![options.part.entry(options.as_written).to_owned()];
        for (folder, onto) in [(&options.rules, "rules"), (&options.facts, "facts")] {
            let Some(folder) = folder else { continue };
            match files.overlay(folder, onto) {
                Ok(added) => entries.extend(added),
                Err(problem) => return Err(vec![unreadable_folder(folder, &problem)]),
            }
        }
        entries.extend(
            files.paths("queries").filter(|path| options.part.asks(path)).map(str::to_owned),
        );
        entries.extend(options.typed.is_some().then(|| TYPED.to_owned()));
        let typed = options.typed.as_deref().unwrap_or_default();
        let mut read = |path: &str| match path {
            TYPED => Ok(typed.as_bytes().to_vec()),
            path => files.get(path),
        };
        let paths = entries.iter().map(String::as_str);
        let (trees, mut diagnostics) = load_all(paths, &mut read, sources);
        let (mut program, problems) = analyze(&trees);
        diagnostics.extend(problems);
        diagnostics.extend(concluded_though_stated(&program));
        diagnostics.extend(guarded(&program));
        if has_errors(&diagnostics) {
            return Err(diagnostics);
        }
        worlds::declare(&mut program);
        let worlds = worlds::separate(&program, is_stated);
        let mut interner = Interner::new();
        let mut base = Database::new(&worlds.program);
        base.insert_facts(&worlds.program, &mut interner);
        let (database, words) = (&mut base, &mut interner);
        let mut tables = Tables::new(&files, database, words, sources);
        let (lines, read) = tables.load(&worlds, options.part, &mut diagnostics);
        if has_errors(&diagnostics) {
            return Err(diagnostics);
        }
        let plan = Plan::new(&worlds.program, &mut interner);
        let run = Evaluator::new(&plan).run(
            0..worlds.shared_strata,
            &mut base,
            &mut interner,
            &EvalOptions::default(),
            &mut Silent,
        );
        if let Err(stopped) = run {
            let message = format!("the rulebook cannot be evaluated: {stopped}");
            return Err(vec![Diagnostic::error("AL0030", message)]);
        }
        if files.overlaid() {
            let mut tables = Tables::new(&files, &mut base, &mut interner, sources);
            tables.check(&worlds.program, &read, &mut diagnostics);
            if has_errors(&diagnostics) {
                return Err(diagnostics);
            }
        }
        let statable = Statable::new(&program, is_stated);
        let design = program
            .relations
            .iter()
            .position(|relation| is_stated(relation) && relation.doc.tag("design").is_some())
            .map(RelationId::from);
        let changed = options.rules.is_some() || options.facts.is_some();
        Ok(Rulebook {
            sources: Arc::default(),
            sheets: sheet::sheets(&program, sources),
            statable,
            design,
            plan: Arc::new(plan),
            base: Arc::new(base),
            interner: Arc::new(interner),
            version: format!(
                "{}{}{}{}",
                env!("CARGO_PKG_VERSION"),
                if options.as_written { " as written" } else { "" },
                if changed { " with overlays" } else { "" },
                if typed.is_empty() { "" } else { " with rules typed" }
            ),
            hash: files.hash(),
            warnings: diagnostics,
            program,
            worlds,
            files,
            lines,
        })
    }

    /// The file and line that a row of a knowledge-base relation was read from.
    pub fn line(&self, relation: RelationId, row: usize) -> Option<(&str, u32)> {
        self.lines.get(&(relation, row)).map(|(file, line)| (&**file, *line))
    }

    /// What a line of a fact file cites: its columns `source` and `section`.
    pub fn citation(&self, file: &str, line: u32) -> String {
        let Some(bytes) = self.files.shown_as(file) else { return String::new() };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
        let Ok(headers) = reader.headers().cloned() else { return String::new() };
        let column = |name: &str| headers.iter().position(|header| header == name);
        let found = reader.records().flatten().find(|record| {
            record.position().is_some_and(|position| position.line() == u64::from(line))
        });
        let field = |name: &str| {
            let index = column(name)?;
            found.as_ref()?.get(index).filter(|text| !text.is_empty())
        };
        match (field("source"), field("section")) {
            (Some(source), Some(section)) => format!("{source} \"{section}\""),
            (Some(source), None) => source.to_owned(),
            _ => String::new(),
        }
    }

    /// The documents that rules and tables may cite: the first column of `facts/sources.csv`.
    pub fn documents(&self) -> BTreeSet<String> {
        let Ok(bytes) = self.files.get("facts/sources.csv") else { return BTreeSet::new() };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice());
        let first = |record: csv::StringRecord| record.get(0).map(str::to_owned);
        reader.records().flatten().filter_map(first).collect()
    }

    /// A file of the rulebook, such as `rules/main.dl`, as its text.
    pub fn file(&self, path: &str) -> Option<String> {
        self.files.get(path).ok().and_then(|bytes| String::from_utf8(bytes).ok())
    }

    /// The relation of a name, as the program declares it.
    pub fn relation(&self, name: &str) -> Option<RelationId> {
        self.program
            .relations
            .iter()
            .position(|relation| relation.name == name)
            .map(RelationId::from)
    }

    /// The fact that names a design, its columns as examples of themselves.
    pub fn naming(&self) -> Option<String> {
        let relation = &self.program.relations[self.design?.index()];
        let columns: Vec<String> =
            relation.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        Some(format!("{}({}).", relation.name, columns.join(", ")))
    }

    /// The strata that are evaluated for each block of designs.
    pub fn design_strata(&self) -> Range<usize> {
        self.worlds.shared_strata..self.worlds.program.strata.len()
    }
}

/// A stated relation is for designs alone; a rule or fact that concludes it is reported.
fn concluded_though_stated(program: &Program) -> Vec<Diagnostic> {
    let heads = program
        .rules
        .iter()
        .map(|rule| (rule.head.relation, rule.clause))
        .chain(program.facts.iter().map(|fact| (fact.relation, fact.clause)));
    heads
        .filter(|(relation, _)| is_stated(&program.relations[relation.index()]))
        .map(|(relation, clause)| {
            let relation = &program.relations[relation.index()];
            Diagnostic::error("AL0032", format!("`{}` is stated by designs", relation.name))
                .at(program.clauses[clause.index()].span, "concluded here")
                .at(relation.span, "declared with `@stated` here")
                .help("conclude a relation of its own and let the rules read both")
        })
        .collect()
}

/// What rules of one design at a time cannot have: a choice, or a subsumption, among all designs.
fn guarded(program: &Program) -> Vec<Diagnostic> {
    let choices = program.relations.iter().filter(|relation| !relation.choices.is_empty());
    let choices = choices.map(|relation| (relation.span, "`choice-domain` in a rulebook"));
    let pruned = program.subsumptions.iter().filter_map(|rule| {
        let span = program.clauses.get(rule.clause.index())?.span;
        Some((span, "subsumption (`<=`) in a rulebook"))
    });
    choices.chain(pruned).map(|(span, what)| unsupported(span, what)).collect()
}

fn unreadable_folder(folder: &std::path::Path, problem: &std::io::Error) -> Diagnostic {
    Diagnostic::error("AL0020", format!("cannot read `{}`: {}", folder.display(), reason(problem)))
}
