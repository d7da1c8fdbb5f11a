//! What clap makes of the arguments: completions and manual pages.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use archlog::io::save;
use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Arguments;

/// The completions for a shell.
pub fn completions(shell: Shell) -> String {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "archlog", &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The manual page of the program.
pub fn page() -> Result<String> {
    let mut bytes = Vec::new();
    Man::new(Arguments::command()).render(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes the manual pages of the program and of each command.
pub fn pages(folder: &Path) -> Result<Vec<String>> {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let mut names = Vec::new();
    write_page(folder, command.clone(), &mut names)?;
    for part in command.get_subcommands().filter(|part| !part.is_hide_set()) {
        write_page(folder, part.clone(), &mut names)?;
    }
    Ok(names)
}

fn write_page(folder: &Path, command: clap::Command, names: &mut Vec<String>) -> Result<()> {
    let man = Man::new(command);
    let name = man.get_filename();
    let path = folder.join(&name);
    let mut bytes = Vec::new();
    man.render(&mut bytes)?;
    save(&path, &mut |file: &mut dyn Write| file.write_all(&bytes))
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    names.push(name);
    Ok(())
}
