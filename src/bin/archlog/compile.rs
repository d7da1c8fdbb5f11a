//! `compile`: a program as a Rust crate for another evaluator.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use archlog::analyze::program::Program;
use archlog::analyze::{analyze, has_errors};
use archlog::compile::{Core, Target};
use archlog::diag::{Sources, nearest};
use archlog::io::save_durably;
use archlog::syntax::load::load;
use archlog::syntax::operators::DirectiveKind;
use archlog::value::RelationId;

use crate::args::{Compile, CompileTarget};
use crate::console::{Console, cannot_read};
use crate::exit::Exit;

/// Writes the crate into a folder, or its rules to standard output.
pub fn compile(arguments: &Compile, console: &Console) -> Result<Exit> {
    let name = arguments.program.display().to_string();
    fs::metadata(&arguments.program)
        .map_err(|problem| cannot_read(&arguments.program, &problem))?;
    let mut sources = Sources::new();
    let (trees, mut problems) = load(&name, &mut |path| fs::read(path), &mut sources);
    let (program, more) = analyze(&trees);
    problems.extend(more);
    console.problems(&sources, &problems);
    if has_errors(&problems) {
        return Ok(Exit::Input);
    }
    let given = relations(&program, &arguments.given)?;
    let mut wanted = relations(&program, &arguments.wanted)?;
    if wanted.is_empty() {
        wanted = outputs(&program);
    }
    if wanted.is_empty() {
        bail!(
            "nothing says what `{name}` is for: give it an `.output`, or name relations with --wanted"
        );
    }
    let mut core = Core::of(&program, &given, &wanted);
    if arguments.designs {
        core = core.in_worlds(&given);
    }
    let target = match arguments.target {
        CompileTarget::Ascent => Target::Ascent,
        CompileTarget::Crepe => Target::Crepe,
    };
    let stem = arguments.output.as_deref().unwrap_or(&arguments.program);
    let crate_name = match &arguments.name {
        Some(name) => name.clone(),
        None => crate_name(stem),
    };
    let written = match core.write(target, &crate_name) {
        Ok(written) => written,
        Err(problems) => {
            console.problems(&sources, &problems);
            return Ok(Exit::Input);
        }
    };
    let Some(folder) = &arguments.output else {
        console.answer(&written.library)?;
        return Ok(Exit::Yes);
    };
    fs::create_dir_all(folder.join("src"))
        .with_context(|| format!("cannot make `{}`", folder.display()))?;
    for (file, text) in [("Cargo.toml", &written.manifest), ("src/lib.rs", &written.library)] {
        let path = folder.join(file);
        save_durably(&path, &mut |out: &mut dyn Write| out.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    console.say(&format!("wrote {}: the crate `{crate_name}`", folder.display()));
    Ok(Exit::Yes)
}

fn relations(program: &Program, names: &[String]) -> Result<Vec<RelationId>> {
    let find = |name: &String| {
        let place = program.relations.iter().position(|relation| relation.name == *name);
        place.map(RelationId::from).ok_or_else(|| {
            let known = program.relations.iter().map(|relation| relation.name.as_str());
            match nearest(name, known) {
                Some(near) => anyhow!("there is no relation `{name}`; did you mean `{near}`?"),
                None => anyhow!("there is no relation `{name}`"),
            }
        })
    };
    names.iter().map(find).collect()
}

/// The relations that a program writes out.
fn outputs(program: &Program) -> Vec<RelationId> {
    let is_output = |kind| matches!(kind, DirectiveKind::Output | DirectiveKind::PrintSize);
    let directives = program.directives.iter().filter(|it| is_output(it.kind));
    let mut outputs: Vec<RelationId> = directives.map(|it| it.relation).collect();
    outputs.sort();
    outputs.dedup();
    outputs
}

/// The name of a file or folder as the name of a crate.
fn crate_name(path: &Path) -> String {
    let stem = path.file_stem().map(|name| name.to_string_lossy().to_lowercase());
    let fit = |it: char| if it.is_ascii_alphanumeric() { it } else { '-' };
    let name: String = stem.unwrap_or_default().chars().map(fit).collect();
    match name.trim_matches('-') {
        name if name.starts_with(|it: char| it.is_ascii_alphabetic()) => name.to_owned(),
        name => format!("program-{name}").trim_end_matches('-').to_owned(),
    }
}
