//! `check`: what is odd about programs and about the rulebook.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, Result};
use archlog::analyze::{analyze, has_errors};
use archlog::audit::output::{Entry, Passed, Report, github, json, sarif, text};
use archlog::audit::prove::{self, PROVED, Proof, Witness};
use archlog::audit::{Accepted, Finding, Selection, Subject, Suppressions, audit, mend, sift};
use archlog::diag::{Diagnostic, Renderer, Sources};
use archlog::eval::{Options as EvalOptions, Stopped};
use archlog::io::save_durably;
use archlog::kb::{Options, Part, Rulebook};
use archlog::syntax::load::load;

use crate::args::{Check, FindingFormat};
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;

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
        let mut shelf = Sources::new();
        let mut accepted = Accepted::default();
        if let Some(path) = &arguments.accepted {
            accepted = read_accepted(path, &mut shelf)?;
        }
        for part in [Part::Whole, Part::Knowledge] {
            let options = Options { part, ..options_of(arguments) };
            let rulebook = match Rulebook::load(&options) {
                Ok(rulebook) => rulebook,
                Err(unsound) => {
                    self.keep(&unsound.sources, of_problems(unsound.diagnostics));
                    self.report.skipped.push("the rulebook's structure: it has errors".to_owned());
                    return Ok(());
                }
            };
            if part == Part::Whole && arguments.accepted.is_none() {
                let file = rulebook.file(ACCEPTED).unwrap_or_default();
                let source = shelf.add(ACCEPTED, file);
                accepted = Accepted::read(&shelf, source);
            }
            let subject = Subject::rulebook(&rulebook);
            let mut findings = of_problems(rulebook.warnings.clone());
            findings.extend(audit(&subject));
            if part == Part::Knowledge {
                // The tables were looked at with the whole: what is left is how they are asked.
                findings.retain(|finding| {
                    let span = finding.problem.span().unwrap_or_default();
                    rulebook.sources.name(span).starts_with(KNOWLEDGE)
                });
                self.looked_at("its views of the knowledge base", &subject);
            } else {
                self.looked_at(&format!("the rulebook {}", rulebook.version), &subject);
            }
            self.sift(&rulebook.sources, &subject, findings, &mut accepted);
        }
        if self.proofs.asked {
            let options = Options { part: Part::Proof, ..options_of(arguments) };
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
        for path in &arguments.files {
            let name = path.display().to_string();
            fs::metadata(path).with_context(|| format!("cannot read `{name}`"))?;
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

    fn program(&mut self, name: &str, loaded: &Loaded, accepted: &mut Accepted) -> Result<()> {
        if has_errors(&loaded.problems) {
            self.keep(&loaded.sources, of_problems(loaded.problems.clone()));
            self.report.skipped.push(format!("the structure of {name}: it has errors"));
            return Ok(());
        }
        let subject = Subject::program(&loaded.program, &loaded.sources);
        let mut findings = of_problems(loaded.problems.clone());
        findings.extend(audit(&subject));
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
        let sifted = sift(findings, &suppressions, accepted, &self.selection);
        for (in_source, passed) in [(true, sifted.suppressed), (false, sifted.accepted)] {
            for (finding, reason) in passed {
                let passed = Some(Passed { in_source, reason });
                self.report.passed.push(Entry::new(sources, &self.renderer, finding, passed));
            }
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
        let several = |count: usize, things: &str| {
            format!("{count} {}", if count == 1 { things.trim_end_matches('s') } else { things })
        };
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

/// The rulebook that was asked for.
fn options_of(arguments: &Check) -> Options {
    Options {
        as_written: arguments.rulebook.as_written,
        rules: arguments.rulebook.rules.clone(),
        facts: arguments.rulebook.facts.clone(),
        ..Options::default()
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
