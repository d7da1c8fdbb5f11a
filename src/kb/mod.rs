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
//! | `@step N` | a sheet | it belongs to a step of the dossier; where a column is named, that is the step of a row |
//! | `@whole` | a sheet of the dossier | it is printed of a whole dossier only, not beside a step that is asked for alone |
//! | `@each COLUMN` | a sheet of the dossier | one drawing for each value of it; arrows begin with the same column |
//! | `@blocks`, `@code`, `@sequence` | a sheet of the dossier | how its rows are set, see [`Shape`] |
//! | `@steps` | a relation in `queries/` | the steps of the dossier: number, title, purpose |
//! | `@record WHAT` | a relation of the dossier | what a decision record reads it for, see [`crate::record`] |
//! | `@reference` | a relation of the knowledge base | a table of [`vocabulary()`] |
//! | `@meta KIND` | a relation | it holds the program's own structure (`meta`) |

mod citations;
mod dotted;
mod facts;
mod files;
pub(crate) mod hash;
mod meta;
mod pages;
mod promises;
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
pub use sheet::{Shape, Sheet, SheetColumn, Step, graph};
pub use vocabulary::vocabulary;

pub use citations::cut as cut_citation;
use citations::{Citations, citations};
pub use dotted::as_typed;
use files::{Room, UNREAD, without_unread};
use tables::{Lines, Tables};

use crate::analyze::facts::Statable;
use crate::analyze::program::{Program, Relation, Rule, Stratum};
use crate::analyze::worlds::{self, Worlds};
use crate::analyze::{GOAL, Goal, analyze, has_errors};
use crate::diag::{Diagnostic, SourceId, Sources, Span, reason};
use crate::eval::{Evaluator, Limits, Options as EvalOptions, Report, Silent, StopReason, Stopped};
use crate::plan::Plan;
use crate::store::Database;
use crate::syntax::error::unsupported;
use crate::syntax::lexer::{Token, lex};
use crate::syntax::load::load_all;
use crate::syntax::tree::Doc;
use crate::value::{Interner, RelationId, RuleId};

/// Which rulebook to load.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The letter alone: no suggestions, no resolutions.
    pub as_written: bool,
    /// Folders of rule files laid over `rules/`, the last one on top.
    pub rules: Vec<PathBuf>,
    /// Folders of fact files laid over `facts/`, the last one on top.
    pub facts: Vec<PathBuf>,
    /// How much of it.
    pub part: Part,
    /// Whether the rules and sheets of the dossier are loaded, too. Nothing else reads them.
    pub dossier: bool,
    /// Declarations and rules in addition, such as somebody types at a prompt. They stand behind all
    /// files, so that relations keep their numbers whatever is typed.
    pub typed: Option<String>,
}

impl Options {
    /// Whether something is laid over the rulebook.
    fn lays_over(&self) -> bool {
        let typed = self.typed.as_deref().is_some_and(|it| !it.is_empty());
        typed || !self.rules.is_empty() || !self.facts.is_empty()
    }

    /// The same without anything that is laid over.
    fn bare(&self) -> Options {
        Options { rules: Vec::new(), facts: Vec::new(), typed: None, ..self.clone() }
    }
}

/// What messages call the text of [`Options::typed`].
pub const TYPED: &str = "<typed>";

/// The rules of the dossier.
const DOSSIER: &str = "rules/dossier/main.dl";

/// Whether a goal names a relation of the dossier; they all begin with its name.
pub fn speaks_of_the_dossier(goal: &str) -> bool {
    let named = |character: char| character.is_alphanumeric() || character == '_';
    goal.split(|character| !named(character)).any(|word| word.starts_with("dossier_"))
}

/// How much of the rulebook is loaded. What is left out takes no time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Part {
    /// All rules, all sheets, all tables: what a goal may ask for.
    #[default]
    Whole,
    /// All rules, all sheets, and the tables that these read: whatever derives is the same as with
    /// all tables. For a goal another table is empty, or not there.
    Derivation,
    /// The knowledge base by itself: all tables, what `queries/kb/` concludes from them, no rules
    /// about designs.
    Knowledge,
    /// The declarations of the knowledge base alone: its tables are read as texts. Only where a user laid
    /// files over them are they loaded, to be held to what is declared.
    Texts,
    /// All rules, no sheets, and the spaces that ordered lists are proved over (`rules/proofs/`).
    Proof,
    /// The whole, the checks below `rules/checks/`, and the structure of the program itself as
    /// relations (`rules/meta.dl`).
    Checks,
    /// The whole, the structure of the program itself, and the questions below `queries/meta/` about
    /// it and about what a design rests on.
    Observed,
}

/// Where the questions about proofs and about the program itself are.
const ABOUT: &str = "queries/meta/";

/// The relations that only [`Part::Observed`] has.
pub fn observed_names() -> &'static BTreeSet<String> {
    static NAMES: std::sync::OnceLock<BTreeSet<String>> = std::sync::OnceLock::new();
    NAMES.get_or_init(|| {
        let files = embedded_in(ABOUT.trim_end_matches('/')).chain([META]);
        let texts = files.filter_map(embedded);
        let declared =
            texts.flat_map(|text| text.lines().filter_map(|it| it.strip_prefix(".decl ")));
        declared.filter_map(|it| Some(it.split('(').next()?.trim().to_owned())).collect()
    })
}

/// Whether a goal names something that only [`Part::Observed`] has.
pub fn observes(goal: &str) -> bool {
    let names = observed_names();
    let lexemes = lex(SourceId(0), goal);
    let mut words = lexemes.iter().filter(|lexeme| lexeme.token == Token::Name);
    words.any(|it| {
        let word = goal.get(it.span.start as usize..it.span.end as usize);
        word.is_some_and(|word| names.contains(word))
    })
}

/// The saved questions that only [`Part::Observed`] has, each with its title.
pub fn saved_about() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for text in embedded_in(ABOUT.trim_end_matches('/')).filter_map(embedded) {
        let (mut saved, mut title) = (false, String::new());
        for line in text.lines() {
            if let Some(tag) = line.strip_prefix("/// @") {
                saved |= tag == "saved";
                title = tag.strip_prefix("title ").map_or(title, str::to_owned);
            } else if let Some(declared) = line.strip_prefix(".decl ") {
                let name = declared.split('(').next().unwrap_or_default();
                found.extend(saved.then(|| (name.to_owned(), title.clone())));
                (saved, title) = (false, String::new());
            }
        }
    }
    found
}

/// A goal with `meta.rule` written `meta_rule`, as it is declared; all else stays where it is.
pub fn undotted(goal: &str) -> String {
    let mut out = goal.to_owned();
    let lexemes = lex(SourceId(0), goal);
    for pair in lexemes.windows(2) {
        let [first, last] = pair else { continue };
        // `.rule` reads as a directive.
        let tokens = [first.token, last.token] == [Token::Name, Token::Directive];
        let range = first.span.start as usize..first.span.end as usize;
        if tokens && first.span.end == last.span.start && goal.get(range) == Some("meta") {
            let dot = last.span.start as usize;
            out.replace_range(dot..dot + 1, "_");
        }
    }
    out
}

/// Where the checks are; nothing but a check reads them.
const CHECKS: &str = "rules/checks";

/// The declarations of the relations that hold the program's own structure.
const META: &str = "rules/meta.dl";

impl Part {
    /// The rule files it begins with.
    fn entry(self, as_written: bool) -> &'static str {
        match (self, as_written) {
            (Part::Knowledge | Part::Texts, _) => "rules/knowledge.dl",
            (_, true) => "rules/as_written.dl",
            (_, false) => "rules/main.dl",
        }
    }

    /// Whether a file below `queries/` belongs to it.
    fn asks(self, path: &str, dossier: bool) -> bool {
        path.ends_with(".dl")
            && !matches!(self, Part::Proof | Part::Texts)
            && (dossier || !path.starts_with("queries/dossier/"))
            && path.starts_with("queries/kb/") == (self == Part::Knowledge)
            && (self != Part::Derivation && self != Part::Knowledge
                || !path.starts_with("queries/saved/"))
            && (self == Part::Observed || !path.starts_with(ABOUT))
    }
}

/// A rulebook ready to derive designs.
#[derive(Clone, Debug)]
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
    /// What the rows cite, where that was asked for.
    cited: Option<Citations>,
    /// How many tuples derive that are the same for every design.
    shared_tuples: usize,
}

/// What is wrong with a rulebook, and the texts that it is wrong in.
#[derive(Debug)]
pub struct Unsound {
    /// The texts.
    pub sources: Sources,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The limit that was hit, if nothing else is wrong.
    pub stopped: Option<Stopped>,
}

/// A limit that was hit before anything was evaluated.
fn stopped_early(reason: StopReason) -> Stopped {
    Stopped { reason, stratum: 0, report: Report::default() }
}

fn incomplete(stopped: &Stopped) -> Diagnostic {
    Diagnostic::error("AL0030", format!("the rulebook cannot be loaded whole: {stopped}"))
}

/// Whether a design states this relation.
pub fn is_stated(relation: &Relation) -> bool {
    relation.doc.tag("stated").is_some()
}

impl Rulebook {
    /// Loads, analyzes and plans the rulebook, and evaluates what no design can change.
    pub fn load(options: &Options) -> Result<Rulebook, Box<Unsound>> {
        Rulebook::load_within(options, &EvalOptions::default())
    }

    /// As [`Rulebook::load`], but not at any price: limits hold for the folders that are laid over it
    /// as well, and then for all that is loaded with them.
    pub fn load_within(
        options: &Options,
        effort: &EvalOptions<'_>,
    ) -> Result<Rulebook, Box<Unsound>> {
        let mut files = RulebookFiles::embedded();
        let mut added = Vec::new();
        let limits = Limits::start(effort);
        let mut room = Room::of(effort.memory);
        let rules = options.rules.iter().map(|folder| (folder, "rules"));
        for (folder, onto) in rules.chain(options.facts.iter().map(|folder| (folder, "facts"))) {
            let (diagnostic, stopped) = match files.overlay_within(folder, onto, &limits, &mut room)
            {
                Ok(Ok(new)) => {
                    added.extend(new);
                    continue;
                }
                Ok(Err(reason)) => {
                    let stopped = stopped_early(reason);
                    (incomplete(&stopped), Some(stopped))
                }
                Err(problem) => (unreadable_folder(folder, &problem), None),
            };
            let (sources, diagnostics) = (Sources::new(), vec![diagnostic]);
            return Err(Box::new(Unsound { sources, diagnostics, stopped }));
        }
        Self::of_files_within(options, files, added, effort)
    }

    /// Loads a rulebook from files that are there already, whatever folders the options name. `added`
    /// are the rule files to load that no other file includes.
    pub fn of_files(
        options: &Options,
        files: RulebookFiles,
        added: Vec<String>,
    ) -> Result<Rulebook, Box<Unsound>> {
        Self::of_files_within(options, files, added, &EvalOptions::default())
    }

    fn of_files_within(
        options: &Options,
        files: RulebookFiles,
        added: Vec<String>,
        effort: &EvalOptions<'_>,
    ) -> Result<Rulebook, Box<Unsound>> {
        let (mut sources, mut stopped) = (Sources::new(), None);
        match Self::assemble(options, files, added, effort, &mut sources, &mut stopped) {
            Ok(mut rulebook) => {
                rulebook.sources = Arc::new(sources);
                Ok(rulebook)
            }
            Err(diagnostics) => Err(Box::new(Unsound { sources, diagnostics, stopped })),
        }
    }

    fn assemble(
        options: &Options,
        files: RulebookFiles,
        added: Vec<String>,
        effort: &EvalOptions<'_>,
        sources: &mut Sources,
        limit: &mut Option<Stopped>,
    ) -> Result<Rulebook, Vec<Diagnostic>> {
        let mut entries = vec![options.part.entry(options.as_written).to_owned()];
        entries.extend(options.dossier.then(|| DOSSIER.to_owned()));
        // What a user's rules read is not all there without the others.
        let without = matches!(options.part, Part::Knowledge | Part::Texts);
        let own = |path: &String| !without || !path.starts_with("rules/");
        entries.extend(added.into_iter().filter(|path| !is_check(path) && own(path)));
        if matches!(options.part, Part::Checks | Part::Observed) {
            entries.push(META.to_owned());
        }
        if options.part == Part::Checks {
            entries.extend(files.paths(CHECKS).filter(|path| is_check(path)).map(str::to_owned));
        }
        entries.extend(
            files
                .paths("queries")
                .filter(|path| options.part.asks(path, options.dossier))
                .map(str::to_owned),
        );
        if options.part == Part::Proof {
            entries.extend(files.paths("rules/proofs").map(str::to_owned));
        }
        entries.extend(options.typed.is_some().then(|| TYPED.to_owned()));
        let typed = options.typed.as_deref().unwrap_or_default();
        let lean = options.part == Part::Derivation && !options.dossier && !files.overlaid();
        let mut read = |path: &str| match path {
            TYPED => Ok(typed.as_bytes().to_vec()),
            path if lean => files.get(path).map(|text| without_unread(path, text)),
            path => files.get(path),
        };
        let paths = entries.iter().map(String::as_str);
        let (trees, mut diagnostics) = load_all(paths, &mut read, sources);
        let (mut program, problems) = analyze(&trees);
        drop(trees);
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
        let limits = (&Limits::start(effort), effort.memory.unwrap_or(usize::MAX));
        let (lines, read) = match tables.load(&worlds, options.part, limits, &mut diagnostics) {
            Ok(read) => read,
            Err(reason) => {
                let stopped = stopped_early(reason);
                let diagnostic = incomplete(&stopped);
                *limit = Some(stopped);
                return Err(vec![diagnostic]);
            }
        };
        if has_errors(&diagnostics) {
            return Err(diagnostics);
        }
        let cited = match options.part {
            Part::Checks | Part::Observed => Some(Citations::of(&files, &lines)),
            _ => None,
        };
        if let Some(citations) = &cited {
            let program = &program;
            let structure = meta::Structure { program, sources, lines: &lines, citations };
            meta::fill(&structure, &mut base, &mut interner, &mut diagnostics);
            if has_errors(&diagnostics) {
                return Err(diagnostics);
            }
        }
        let plan = Plan::new(&worlds.program, &mut interner);
        let own = match effort.tuples {
            Some(_) if options.lays_over() => {
                Rulebook::load(&options.bare()).map_or(0, |bare| bare.shared_tuples)
            }
            _ => 0,
        };
        let most = effort.tuples.filter(|_| options.lays_over());
        let within =
            EvalOptions { tuples: most.map(|it| it.saturating_add(own)), ..effort.clone() };
        let shared = 0..worlds.shared_strata;
        let run = Evaluator::new(&plan).run(shared, &mut base, &mut interner, &within, &mut Silent);
        let shared_tuples = match run {
            Ok(report) => report.derived,
            Err(mut stopped) => {
                if let StopReason::Tuples(most) = &mut stopped.reason {
                    *most -= own;
                    stopped.report.derived = stopped.report.derived.saturating_sub(own);
                }
                let diagnostic = incomplete(&stopped);
                *limit = Some(stopped);
                return Err(vec![diagnostic]);
            }
        };
        if files.overlaid() || options.part == Part::Checks {
            let mut tables = Tables::new(&files, &mut base, &mut interner, sources);
            tables.check(&worlds.program, &read, &mut diagnostics);
            if has_errors(&diagnostics) {
                return Err(diagnostics);
            }
        }
        let left_out = if lean { UNREAD } else { &[] };
        let left_out = left_out.iter().map(|(_, _, name)| *name);
        let statable = Statable::new(&program, is_stated, left_out);
        let design = program
            .relations
            .iter()
            .position(|relation| is_stated(relation) && relation.doc.tag("design").is_some())
            .map(RelationId::from);
        let changed = files.overlaid();
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
            cited,
            shared_tuples,
        })
    }

    /// The rulebook with a relation more for each goal, behind all others and in their order, that
    /// holds what answers it in each design. No text can name these relations.
    pub fn with_goals(&self, goals: &[Goal]) -> Rulebook {
        let mut extended = self.clone();
        let mut base = (*self.base).clone();
        for goal in goals {
            let relation = Relation {
                name: GOAL.to_owned(),
                columns: goal.columns.clone(),
                choices: Vec::new(),
                span: Span::default(),
                doc: Doc::default(),
            };
            let id = base.add_relation(relation.arity() + 1);
            let rules = goal.rules.iter().cloned().map(|mut rule| {
                rule.head.relation = id;
                rule
            });
            let rules: Vec<Rule> = rules.collect();
            extended.program.relations.push(Arc::new(relation.clone()));
            let first = extended.program.rules.len();
            // Facts of the program became rules in the one with worlds, so numbers part here.
            extended.program.rules.extend(rules.iter().cloned());
            let ids = (first..extended.program.rules.len()).map(RuleId::from).collect();
            let stratum = Stratum { relations: vec![id], rules: ids, recursive: false };
            extended.program.strata.push(stratum);
            extended.worlds.add(relation, rules);
        }
        let mut interner = (*self.interner).clone();
        extended.plan = Arc::new(Plan::new(&extended.worlds.program, &mut interner));
        extended.interner = Arc::new(interner);
        extended.base = Arc::new(base);
        extended
    }

    /// The file and line that a row of a knowledge-base relation was read from.
    pub fn line(&self, relation: RelationId, row: usize) -> Option<(&str, u32)> {
        self.lines.get(&(relation, row)).map(|(file, line)| (&**file, *line))
    }

    /// What a line of a fact file cites: its columns `source` and `section`.
    pub fn citation(&self, file: &str, line: u32) -> String {
        let found;
        let cited = match &self.cited {
            Some(cited) => cited.get(file, line),
            None => {
                found = citations(self.files.shown_as(file).unwrap_or_default());
                found.get(&line).map(|(document, section)| (document.as_str(), section.as_str()))
            }
        };
        match cited.unwrap_or_default() {
            ("", _) => String::new(),
            (document, "") => document.to_owned(),
            (document, section) => format!("{document} \"{section}\""),
        }
    }

    /// The documents that rules and tables may cite: the first column of `facts/sources.csv`
    /// and of what overlays add to it.
    pub fn documents(&self) -> BTreeSet<String> {
        self.files.documents()
    }

    /// A file by the name that messages call it, as its text.
    pub fn text(&self, shown: &str) -> Option<&str> {
        self.files.shown_as(shown).and_then(|bytes| std::str::from_utf8(bytes).ok())
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

/// Whether a file holds checks.
fn is_check(path: &str) -> bool {
    path.ends_with(".dl") && path.strip_prefix(CHECKS).is_some_and(|rest| rest.starts_with('/'))
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
    let why = match problem.kind() {
        std::io::ErrorKind::NotFound => "no such folder".to_owned(),
        std::io::ErrorKind::NotADirectory => "it is no folder".to_owned(),
        _ => reason(problem),
    };
    Diagnostic::error("AL0020", format!("cannot read `{}`: {why}", folder.display()))
}
