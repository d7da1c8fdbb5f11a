//! The tests of a rulebook: designs that say what must follow from them, and what must not.
//!
//! ```text
//! design("machine", "A machine").
//! on("start", "Machine").
//! .expect write_shape("start", "guarded state transition").
//! .expect !open_item(_, "start", _).
//! ```
//!
//! What is expected is a goal. All tests are derived in one run, each design in a world of its own,
//! by a rulebook that has a relation more for each goal ([`Rulebook::with_goals`]); so a run costs
//! what deriving the designs costs.
//!
//! | file | what it does |
//! | --- | --- |
//! | `rules` | rules with one condition left out, or turned into its opposite |
//! | `coverage` | which rules, conditions and rows of lists the tests exercise |
//! | `generate` | designs for what no test exercises |
//! | `mutate` | which changed rules no test notices |

mod coverage;
mod generate;
mod mutate;
pub mod output;
mod rules;

use std::sync::Arc;

pub use coverage::{Coverage, Covered, Item, ItemKind};
pub use generate::{Proposal, Proposals};
pub use mutate::{Mutant, Mutants, Mutation, Verdict};

use crate::analyze::{analyze_goals, has_errors};
use crate::answers;
use crate::batch::Input;
use crate::diag::{Diagnostic, Sources};
use crate::eval::{Options as EvalOptions, Stopped};
use crate::explain::Why;
use crate::kb::{self, Rulebook, Unsound};
use crate::report::Stamp;
use crate::report::tree::Tree;
use crate::session::Session;
use crate::syntax::printer::Literal as Written;
use crate::syntax::tree::{Body, Expectation, Item as TreeItem};
use crate::value::RelationId;

/// The tag on an expectation that is one of the letter alone.
const AS_WRITTEN: &str = "as_written";

/// Where the tests of the embedded rulebook lie.
pub const FOLDER: &str = "tests/rulebook";

/// Where the rules lie whose conditions make mutants; what is printed is made elsewhere.
pub const MUTATED: &str = "rules/";

/// The tests that come with the embedded rulebook.
pub fn shipped() -> Vec<Input> {
    texts(FOLDER)
}

/// The designs that come with the embedded rulebook.
pub fn examples() -> Vec<Input> {
    texts("designs")
}

fn texts(folder: &str) -> Vec<Input> {
    kb::embedded_in(folder)
        .filter(|path| path.ends_with(".dl"))
        .filter_map(|path| {
            let text = kb::embedded(path)?.to_owned();
            Some(Input::Text { name: path.to_owned(), text })
        })
        .collect()
}

/// Tests, derived by one rulebook.
#[derive(Debug)]
pub struct Suite {
    session: Session,
    as_written: bool,
    cases: Vec<Case>,
    coverage: Vec<Item>,
}

/// Something that a design expects.
#[derive(Clone, Debug)]
struct Case {
    /// The number of the design.
    design: usize,
    /// The number of its expectation.
    expectation: usize,
    /// The relation that holds what answers it.
    goal: RelationId,
}

/// What became of an expectation.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The number of the case.
    case: usize,
    /// The id of the design.
    pub design: String,
    /// The file.
    pub file: String,
    /// The line in it.
    pub line: u32,
    /// What is said above it.
    pub label: String,
    /// The expectation as a design writes it.
    pub text: String,
    /// Whether it is one of the letter alone.
    pub as_written: bool,
    /// Whether the goal is expected to have no answer.
    pub negated: bool,
    /// Whether what is expected is so.
    pub holds: bool,
    /// What answers the goal that should have no answer, as bindings in words; a few of it.
    pub answers: Vec<String>,
}

/// A suite that cannot be run.
#[derive(Debug)]
pub struct Unfit {
    /// All texts.
    pub sources: Sources,
    /// What is wrong.
    pub problems: Vec<Diagnostic>,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Suites {
    /// One a rulebook: with all there is, and the letter alone; where something is expected of it.
    pub suites: Vec<Suite>,
    /// What is odd about the tests.
    pub warnings: Vec<(Sources, Vec<Diagnostic>)>,
}

impl Suites {
    /// Reads tests and has them derived: by the rulebook asked for, and by its letter where a test
    /// expects something of that.
    pub fn run(
        asked: &kb::Options,
        inputs: &[Input],
        cover: bool,
        options: &EvalOptions<'_>,
    ) -> Result<Suites, Failure> {
        let mut read = Suites::default();
        let modes: &[bool] = if asked.as_written { &[true] } else { &[false, true] };
        for &as_written in modes {
            let asked = kb::Options { as_written, ..asked.clone() };
            // The letter is loaded only where somebody asks about it.
            let first = read.suites.first().map(|suite| suite.session.designs());
            if let Some(designs) = first {
                let mut all = designs.iter().flat_map(|design| &design.expectations);
                if !all.any(of_the_letter) {
                    break;
                }
            }
            let rulebook = Rulebook::load(&asked).map_err(Failure::Unsound)?;
            let cover = cover && as_written == asked.as_written && read.suites.is_empty();
            let mut suite = Suite::read(Arc::new(rulebook), inputs, as_written, cover)
                .map_err(Failure::Unfit)?;
            if read.suites.is_empty() {
                let idle = suite.idle();
                read.warnings.push((suite.session.sources().clone(), idle));
            }
            suite.session.derive(options).map_err(Failure::Stopped)?;
            read.suites.push(suite);
        }
        Ok(read)
    }

    /// What became of every expectation, in the order of the files.
    pub fn outcomes(&self) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = self.suites.iter().flat_map(Suite::outcomes).collect();
        outcomes.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        outcomes
    }

    /// The rulebook with the goals of the tests.
    pub fn rulebook(&self) -> Option<Arc<Rulebook>> {
        self.suites.first().map(|suite| suite.session.shared())
    }

    /// What made the outcomes.
    pub fn stamp(&self) -> Option<Stamp> {
        self.suites.first().map(|suite| suite.session.stamp())
    }

    /// Why an expectation does not hold.
    pub fn reasons(&self, outcome: &Outcome) -> Vec<Tree> {
        let suite = self.suites.iter().find(|suite| suite.as_written == outcome.as_written);
        suite.map(|suite| suite.reasons(outcome)).unwrap_or_default()
    }

    /// What the tests exercise of the rulebook.
    pub fn coverage(&self) -> Coverage {
        self.suites.first().map(Suite::coverage).unwrap_or_default()
    }
}

/// Why tests were not run.
#[derive(Debug)]
pub enum Failure {
    /// The rulebook is wrong.
    Unsound(Box<Unsound>),
    /// The tests are wrong.
    Unfit(Box<Unfit>),
    /// A limit was hit.
    Stopped(Stopped),
}

fn of_the_letter(expectation: &Expectation) -> bool {
    expectation.doc.tag(AS_WRITTEN).is_some()
}

impl Suite {
    /// Reads tests; `cover` asks for coverage as well.
    fn read(
        rulebook: Arc<Rulebook>,
        inputs: &[Input],
        as_written: bool,
        cover: bool,
    ) -> Result<Suite, Box<Unfit>> {
        let mut session = Session::new(Arc::clone(&rulebook));
        for input in inputs {
            match input {
                Input::Path(path) => session.open(path),
                Input::Text { name, text } => session.state_text(name, text.clone().into_bytes()),
            };
        }
        let mut problems = session.diagnostics().to_vec();
        let mut cases = Vec::new();
        let mut bodies: Vec<&Body> = Vec::new();
        for (design, it) in session.designs().iter().enumerate() {
            for (expectation, it) in it.expectations.iter().enumerate() {
                // The letter is a rulebook of its own: it has fewer relations and rules.
                if of_the_letter(it) == as_written {
                    let goal = RelationId::from(rulebook.program.relations.len() + cases.len());
                    cases.push(Case { design, expectation, goal });
                    bodies.push(&it.body);
                }
            }
        }
        let (mut goals, wrong) = analyze_goals(&rulebook.program, bodies);
        problems.extend(wrong);
        if has_errors(&problems) {
            return Err(Box::new(Unfit { sources: session.sources().clone(), problems }));
        }
        let mut coverage = Vec::new();
        if cover {
            let (items, more) = coverage::items(&rulebook, goals.len());
            coverage = items;
            goals.extend(more);
        }
        session.exchange(Arc::new(rulebook.with_goals(&goals)));
        Ok(Suite { session, as_written, cases, coverage })
    }

    /// Designs that expect nothing.
    fn idle(&self) -> Vec<Diagnostic> {
        let idle = self.session.designs().iter().filter(|design| design.expectations.is_empty());
        idle.map(|design| expects_nothing(&design.path)).collect()
    }

    fn expectation(&self, case: &Case) -> &Expectation {
        &self.session.designs()[case.design].expectations[case.expectation]
    }

    fn outcomes(&self) -> Vec<Outcome> {
        let outcome = |(number, case): (usize, &Case)| {
            let expectation = self.expectation(case);
            let design = &self.session.designs()[case.design];
            let rows = self.session.rows(case.goal, case.design);
            let holds = rows.is_empty() == expectation.negated;
            let columns = &self.session.rulebook().program.relations[case.goal.index()].columns;
            let answer = |row: &Vec<crate::value::Constant>| {
                let values = columns.iter().zip(row);
                let values = values.map(|(it, value)| format!("{} = {}", it.name, Written(value)));
                values.collect::<Vec<_>>().join(", ")
            };
            let said = expectation.negated && !holds && !columns.is_empty();
            Outcome {
                case: number,
                design: design.id.clone(),
                file: self.session.sources().name(expectation.span).to_owned(),
                line: self.session.sources().position(expectation.span).line,
                label: expectation.doc.text.clone(),
                text: bare(expectation),
                as_written: self.as_written,
                negated: expectation.negated,
                holds,
                answers: rows.iter().take(if said { 3 } else { 0 }).map(answer).collect(),
            }
        };
        self.cases.iter().enumerate().map(outcome).collect()
    }

    /// Why an expectation does not hold: a proof of what should not follow, or what is missing of
    /// what should; of each condition by itself where there are several.
    fn reasons(&self, outcome: &Outcome) -> Vec<Tree> {
        let Some(case) = self.cases.get(outcome.case) else { return Vec::new() };
        let Some(explained) = self.session.explained(case.design) else { return Vec::new() };
        let expectation = self.expectation(case);
        let parts = expectation.body.clone().into_parts();
        let alone = parts.len() == 1;
        let mut why = Why::new(&explained);
        let mut trees = Vec::new();
        for part in parts {
            let (wanted, atom) = match part {
                Body::Atom(_) => (!expectation.negated, part),
                Body::Not(inner, _) if matches!(*inner, Body::Atom(_)) => {
                    (expectation.negated, *inner)
                }
                _ => continue,
            };
            // A variable that stands twice is no pattern; such a condition is left to the reader.
            let Ok(pattern) = self.session.pattern(&atom.to_string()) else { continue };
            let rows = self.session.matching(case.design, pattern.relation, &pattern.values);
            match (wanted, rows.is_empty()) {
                (true, true) => {
                    let (why, design) = (&mut why, case.design);
                    let tree = answers::explain_absence(why, &explained, design, &pattern, false);
                    trees.push(tree);
                }
                (false, false) if alone => {
                    let rows = &rows[..1];
                    trees.extend(answers::explain_rows(&mut why, &pattern, rows, false).trees);
                }
                _ => {}
            }
        }
        trees
    }
}

/// An expectation without what is said above it.
fn bare(expectation: &Expectation) -> String {
    let bare = Expectation { doc: Default::default(), ..expectation.clone() };
    TreeItem::Expectation(bare).to_string()
}

/// A test that would pass whatever derives
fn expects_nothing(path: &str) -> Diagnostic {
    Diagnostic::warning("AL0045", format!("`{path}` expects nothing"))
        .help("say what must follow from it: `.expect goal.`")
}
