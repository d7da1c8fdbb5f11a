//! `check`: what is odd about programs and about the rulebook.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use archlog::analyze::{analyze, has_errors};
use archlog::audit::checks::{self, Record, Whose};
use archlog::audit::output::{Entry, Passed, Report, github, json, markdown, sarif, text};
use archlog::audit::prove::{self, PROVED, Proof, Witness};
use archlog::audit::{Accepted, Finding, Selection, Subject, Suppressions, audit, mend, sift};
use archlog::diag::{Diagnostic, Renderer, SourceId, Sources};
use archlog::eval::{Options as EvalOptions, Stopped};
use archlog::io::save_durably;
use archlog::kb::{Options, Part, Rulebook};
use archlog::session::Session;
use archlog::syntax::load::{load, tree_of};
use archlog::syntax::parse;
use archlog::syntax::tree::Item;

use crate::args::{self, Check, FindingFormat};
use crate::console::{Console, cannot_read};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::rulebook;

/// The accepted findings of the rulebook.
const ACCEPTED: &str = "rules/accepted.csv";

/// Where the views of the knowledge base by itself are.
const KNOWLEDGE: &str = "queries/kb/";

/// Where it is said what the inputs of ordered lists can be.
const SPACES: &str = "rules/proofs/";

/// A run of fixes can make room for another; more than this many would be a mistake.
const MOST_FIXES: usize = 8;

/// Checks files, or the rulebook where there are none.
pub fn check(arguments: &Check, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let mut checking = Checking {
        selection: Selection {
            deny: arguments.deny.clone(),
            allow: arguments.allow.clone(),
            only: arguments.only.clone(),
        },
        renderer: console.renderer_of_answers(),
        report: Report::default(),
        fails: false,
        proofs: Proofs { asked: arguments.prove, console, interrupt, witnesses: Vec::new() },
    };
    let done = match arguments.files.is_empty() {
        true => checking.rulebook(arguments),
        false => checking.files(arguments, console),
    };
    if let Err(error) = done {
        let Some(stopped) = error.downcast_ref::<Stopped>() else { return Err(error) };
        return Ok(crate::effort::stopped(console, stopped, "nothing"));
    }
    if let Some(folder) = &arguments.witnesses {
        checking.proofs.write(folder)?;
    }
    let report = &checking.report;
    let answer = match arguments.format {
        FindingFormat::Text => text(report, arguments.all),
        FindingFormat::Json => json(report)?,
        FindingFormat::Sarif => sarif(report)?,
        FindingFormat::Github => github(report),
        FindingFormat::Markdown => markdown(report),
    };
    console.answer(&answer)?;
    Ok(if checking.fails { Exit::No } else { Exit::Yes })
}

struct Checking<'a> {
    selection: Selection,
    renderer: Renderer,
    report: Report,
    fails: bool,
    proofs: Proofs<'a>,
}

/// Proving, if it was asked for.
struct Proofs<'a> {
    asked: bool,
    console: &'a Console,
    interrupt: &'a Interrupt,
    witnesses: Vec<Witness>,
}

impl Proofs<'_> {
    /// Proves with limits and progress; what was gone through goes to the report.
    fn prove(
        &mut self,
        report: &mut Report,
        prove: impl FnOnce(&EvalOptions<'_>, &dyn Fn(&str)) -> Result<Proof, Stopped>,
    ) -> Result<Vec<Finding>> {
        let asked = self.interrupt.defer();
        let options = EvalOptions { interrupt: Some(&asked), ..EvalOptions::default() };
        let told = io::stderr().is_terminal();
        let status = |line: &str| {
            if told {
                self.console.status(line);
            }
        };
        let proof = prove(&options, &status)?;
        status("");
        report.looked_at.extend(proof.proved);
        report.skipped.extend(proof.skipped);
        self.witnesses.extend(proof.witnesses);
        Ok(proof.findings)
    }

    /// Writes every witness into a file of its own.
    fn write(&self, folder: &Path) -> Result<()> {
        let shown = folder.display();
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{shown}`"))?;
        for (number, witness) in self.witnesses.iter().enumerate() {
            let path = folder.join(format!("{:02}-{}.dl", number + 1, witness.code));
            let text = format!("// {}\n{}\n", witness.subject, witness.facts.join("\n"));
            save_durably(&path, &mut |out: &mut dyn Write| out.write_all(text.as_bytes()))
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        self.console.say(&format!("wrote {} witnesses into {shown}", self.witnesses.len()));
        Ok(())
    }
}

impl Checking<'_> {
    fn rulebook(&mut self, arguments: &Check) -> Result<()> {
        let args::Rulebook { rules, facts, .. } = &arguments.rulebook;
        for folder in rules.iter().chain(facts) {
            if !folder.is_dir() {
                bail!("cannot read `{}`: no such folder", folder.display());
            }
        }
        let mut shelf = Sources::new();
        let mut accepted = Accepted::default();
        if let Some(path) = &arguments.accepted {
            accepted = read_accepted(path, &mut shelf)?;
        }
        for part in [Part::Checks, Part::Knowledge] {
            let dossier = part == Part::Checks;
            let options = Options { dossier, ..rulebook::options(&arguments.rulebook, part) };
            let rulebook = match Rulebook::load(&options) {
                Ok(rulebook) => Arc::new(rulebook),
                Err(unsound) => {
                    self.keep(&unsound.sources, of_problems(unsound.diagnostics));
                    self.report.skipped.push("the rulebook's structure: it has errors".to_owned());
                    return Ok(());
                }
            };
            if part == Part::Checks && arguments.accepted.is_none() {
                let file = rulebook.file(ACCEPTED).unwrap_or_default();
                let source = shelf.add(ACCEPTED, file);
                accepted = Accepted::read(&shelf, source);
            }
            let subject = Subject::rulebook(&rulebook);
            let mut findings = of_problems(rulebook.warnings.clone());
            findings.extend(audit(&subject));
            let mut sources = Sources::over(Arc::clone(&rulebook.sources));
            if part == Part::Knowledge {
                // The tables were looked at with the whole: what is left is how they are asked.
                findings.retain(|finding| {
                    let span = finding.problem.span().unwrap_or_default();
                    rulebook.sources.name(span).starts_with(KNOWLEDGE)
                });
                self.looked_at("its views of the knowledge base", &subject);
            } else {
                let (found, records) = declared(&rulebook, &mut sources)?;
                findings.extend(found);
                self.report.records = records;
                if !arguments.rulebook.as_written {
                    let unresolved = accepted.unresolved(&rulebook.program, &self.selection);
                    self.keep(&shelf, unresolved);
                }
                self.looked_at(&format!("the rulebook {}", rulebook.version), &subject);
            }
            self.sift(&sources, &subject, findings, &mut accepted);
        }
        if self.proofs.asked {
            let options = rulebook::options(&arguments.rulebook, Part::Proof);
            let rulebook = match Rulebook::load(&options) {
                Ok(rulebook) => rulebook,
                Err(unsound) => {
                    self.keep(&unsound.sources, of_problems(unsound.diagnostics));
                    return Ok(());
                }
            };
            let subject = Subject::rulebook(&rulebook);
            // The rest was looked at without them.
            let mut findings = audit(&subject);
            findings.retain(|finding| {
                let span = finding.problem.span().unwrap_or_default();
                rulebook.sources.name(span).starts_with(SPACES)
            });
            findings.extend(self.proofs.prove(&mut self.report, |options, progress| {
                prove::rulebook(&rulebook, options, progress)
            })?);
            self.sift(&rulebook.sources, &subject, findings, &mut accepted);
        } else {
            accepted.leave(PROVED);
        }
        // What is accepted of the whole is not all there in a part of it.
        if !arguments.rulebook.as_written {
            self.keep(&shelf, accepted.idle(&self.selection));
        }
        Ok(())
    }

    fn files(&mut self, arguments: &Check, console: &Console) -> Result<()> {
        let mut shelf = Sources::new();
        let mut accepted = match &arguments.accepted {
            Some(path) => read_accepted(path, &mut shelf)?,
            None => Accepted::default(),
        };
        let mut rulebook = None;
        for path in &arguments.files {
            let name = path.display().to_string();
            fs::metadata(path).map_err(|problem| cannot_read(path, &problem))?;
            if is_design(path) {
                self.design(path, arguments, &mut rulebook, &mut accepted)?;
                continue;
            }
            if arguments.fix {
                self.mend(&name, &mut accepted, console)?;
            }
            let program = Loaded::of(&name);
            self.program(&name, &program, &mut accepted)?;
        }
        if !self.proofs.asked {
            accepted.leave(PROVED);
        }
        self.keep(&shelf, accepted.idle(&self.selection));
        Ok(())
    }

    /// Derives a design and runs its checks. The rulebook is loaded for the first one.
    fn design(
        &mut self,
        path: &Path,
        arguments: &Check,
        loaded: &mut Option<Arc<Rulebook>>,
        accepted: &mut Accepted,
    ) -> Result<()> {
        let rulebook = match loaded {
            Some(rulebook) => Arc::clone(rulebook),
            None => {
                let options = rulebook::options(&arguments.rulebook, Part::Checks);
                match Rulebook::load(&options) {
                    Ok(rulebook) => {
                        // A check that cannot be run finds nothing in any design.
                        let unreadable = checks::unreadable(&rulebook.program);
                        let none = Suppressions::default();
                        self.sift_by(&rulebook.sources, &none, unreadable, accepted);
                        Arc::clone(loaded.insert(Arc::new(rulebook)))
                    }
                    Err(unsound) => {
                        self.keep(&unsound.sources, of_problems(unsound.diagnostics));
                        let why = "the rulebook has errors";
                        self.report.skipped.push(format!("{}: {why}", path.display()));
                        return Ok(());
                    }
                }
            }
        };
        let mut session = Session::new(Arc::clone(&rulebook));
        session.open(path);
        session.derive(&EvalOptions::default())?;
        let mut findings = of_problems(session.diagnostics().to_vec());
        let mut sources = Sources::over(Arc::new(session.sources().clone()));
        for (number, design) in session.designs().iter().enumerate() {
            let explained = session.explained(number).context("nothing was derived")?;
            let whose = Whose::Design(number, &design.id);
            findings.extend(checks::run(&rulebook, &explained, whose, &mut sources));
            let all = checks::checks(&rulebook.program);
            let own = all.iter().filter(|it| rulebook.worlds.dependent[it.relation.index()]);
            let count = own.count();
            let facts = design.facts.len();
            let (facts, checks) = (several(facts, "facts"), several(count, "checks"));
            self.report.looked_at.push(format!("{}: {facts}, {checks}", design.path));
        }
        // Comments in the design let findings pass, as comments in a program do.
        let trees: Vec<_> = (0..sources.len() as u32)
            .map(SourceId)
            .filter(|id| sources.get(*id).is_some_and(|it| it.name == path.display().to_string()))
            .filter_map(|id| Some((id, parse(id, &sources.get(id)?.text).0)))
            .collect();
        self.sift_by(&sources, &Suppressions::of(&sources, &trees), findings, accepted);
        Ok(())
    }

    fn program(&mut self, name: &str, loaded: &Loaded, accepted: &mut Accepted) -> Result<()> {
        if has_errors(&loaded.problems) {
            self.keep(&loaded.sources, of_problems(loaded.problems.clone()));
            self.report.skipped.push(format!("the structure of {name}: it has errors"));
            return Ok(());
        }
        let subject = Subject::program(&loaded.program, &loaded.sources);
        let mut findings = of_problems(loaded.problems.clone());
        findings.extend(audit(&subject));
        findings.extend(accepted.unresolved(&loaded.program, &self.selection));
        self.looked_at(name, &subject);
        if !subject.has_outputs() {
            let why = "it has no `.output`, so nothing says what they are for";
            self.report.skipped.push(format!("idle relations of {name}: {why}"));
        }
        if self.proofs.asked {
            let audited = Subject::program(&loaded.program, &loaded.sources);
            let proved = self.proofs.prove(&mut self.report, |options, progress| {
                prove::program(audited, options, progress)
            })?;
            findings.extend(proved);
        }
        self.sift(&loaded.sources, &subject, findings, accepted);
        Ok(())
    }

    /// Mends a file as long as there is something to mend.
    fn mend(&self, name: &str, accepted: &mut Accepted, console: &Console) -> Result<()> {
        let mut total = 0;
        for _ in 0..MOST_FIXES {
            let loaded = Loaded::of(name);
            if has_errors(&loaded.problems) {
                break;
            }
            let subject = Subject::program(&loaded.program, &loaded.sources);
            let suppressions = Suppressions::of(&loaded.sources, &subject.trees);
            let kept = sift(audit(&subject), &suppressions, accepted, &self.selection).kept;
            let mut made_now = 0;
            for (source, _) in &subject.trees {
                let Some(file) = loaded.sources.get(*source) else { continue };
                let (mended, made) = mend(*source, &file.text, &kept);
                if made > 0 {
                    save_durably(Path::new(&file.name), &mut |out: &mut dyn Write| {
                        out.write_all(mended.as_bytes())
                    })
                    .with_context(|| format!("cannot write `{}`", file.name))?;
                }
                made_now += made;
            }
            total += made_now;
            if made_now == 0 {
                break;
            }
        }
        if total > 0 {
            console.say(&format!("mended {total} in {name}"));
        }
        Ok(())
    }

    fn sift(
        &mut self,
        sources: &Sources,
        subject: &Subject<'_>,
        findings: Vec<Finding>,
        accepted: &mut Accepted,
    ) {
        let suppressions = Suppressions::of(sources, &subject.trees);
        self.sift_by(sources, &suppressions, findings, accepted);
    }

    fn sift_by(
        &mut self,
        sources: &Sources,
        suppressions: &Suppressions,
        findings: Vec<Finding>,
        accepted: &mut Accepted,
    ) {
        let sifted = sift(findings, suppressions, accepted, &self.selection);
        let suppressed = sifted.suppressed.into_iter().map(|(finding, reason)| {
            let resolution = String::new();
            (finding, Passed { in_source: true, reason, resolution })
        });
        let accepted = sifted.accepted.into_iter().map(|(finding, reason, resolution)| {
            (finding, Passed { in_source: false, reason, resolution })
        });
        for (finding, passed) in suppressed.chain(accepted) {
            let entry = Entry::new(sources, &self.renderer, finding, Some(passed));
            self.report.passed.push(entry);
        }
        self.keep(sources, sifted.kept);
    }

    fn keep(&mut self, sources: &Sources, findings: Vec<Finding>) {
        for finding in findings {
            self.fails |= self.selection.fails(&finding);
            self.report.findings.push(Entry::new(sources, &self.renderer, finding, None));
        }
    }

    fn looked_at(&mut self, name: &str, subject: &Subject<'_>) {
        let program = subject.program;
        let own = program.relations.iter().filter(|it| !it.name.starts_with('@')).count();
        self.report.looked_at.push(format!(
            "{name}: {}, {}, {}, {}",
            several(subject.trees.len(), "files"),
            several(own, "relations"),
            several(program.rules.len(), "rules"),
            several(program.facts.len(), "facts"),
        ));
    }
}

/// `1 fact`, `2 facts`.
fn several(count: usize, things: &str) -> String {
    format!("{count} {}", if count == 1 { things.trim_end_matches('s') } else { things })
}

/// What the rulebook's own checks find, and what is on record besides.
fn declared(
    rulebook: &Arc<Rulebook>,
    sources: &mut Sources,
) -> Result<(Vec<Finding>, Vec<Record>)> {
    let mut session = Session::new(Arc::clone(rulebook));
    session.derive(&EvalOptions::default())?;
    let explained = session.explained(0).context("nothing was derived")?;
    let findings = checks::run(rulebook, &explained, Whose::Rulebook, sources);
    Ok((findings, checks::records(rulebook, &explained)))
}

/// Whether a file is a design rather than a program: a folder, JSON, or facts alone.
fn is_design(path: &Path) -> bool {
    if path.is_dir() || path.extension().is_some_and(|end| end == "json") {
        return true;
    }
    let Ok(bytes) = fs::read(path) else { return false };
    let (tree, _) = tree_of(&path.display().to_string(), bytes, &mut Sources::new());
    let is_fact = |item: &Item| matches!(item, Item::Clause(clause) if clause.body.is_none());
    !tree.items.is_empty() && tree.items.iter().all(is_fact)
}

/// A program from a file.
struct Loaded {
    sources: Sources,
    program: archlog::analyze::program::Program,
    problems: Vec<Diagnostic>,
}

impl Loaded {
    fn of(name: &str) -> Self {
        let mut sources = Sources::new();
        let (trees, mut problems) = load(name, &mut |path| fs::read(path), &mut sources);
        let (program, more) = analyze(&trees);
        problems.extend(more);
        Loaded { sources, program, problems }
    }
}

/// What was wrong before anything was checked.
fn of_problems(problems: Vec<Diagnostic>) -> Vec<Finding> {
    problems.into_iter().map(|problem| Finding::new("", problem)).collect()
}

fn read_accepted(path: &Path, sources: &mut Sources) -> Result<Accepted> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{name}`"))?;
    let source = sources.add(name, text);
    Ok(Accepted::read(sources, source))
}
