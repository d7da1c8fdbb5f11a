//! The program around the library: what was typed, the work, what is printed, the exit code.

mod adr;
mod args;
mod change;
mod check;
mod compile;
mod console;
mod derive;
mod diff;
mod dossier;
mod effort;
mod exit;
mod explain;
mod fmt;
mod generate;
mod interrupt;
mod kb;
mod map;
mod new;
mod query;
mod repl;
mod rulebook;
mod progress;
mod run;
mod test;
mod verify;
mod why;

use std::any::Any;
use std::io;
use std::panic::{self, UnwindSafe};
use std::process::ExitCode;
use std::sync::Mutex;

use anyhow::Result;
use clap::Parser;

use args::{Arguments, Command};
use console::Console;
use exit::Exit;
use interrupt::Interrupt;
use why::Question;

/// A third of a short run is taken for allocating trees of many small nodes; this allocator takes a third of
/// that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let exit = guarded(program).unwrap_or_else(|fault| {
        Console::new(args::When::Auto, false).say(&format!(
            "internal error, this is ours: {fault}\n\
             archlog {}; please report it with the command and the files that led here",
            env!("CARGO_PKG_VERSION")
        ));
        Exit::Internal
    });
    exit.into()
}

/// Does what was typed.
fn program() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            if let Some(refusal) = args::refusal(&error) {
                Console::new(args::When::Auto, false).fail(&anyhow::Error::msg(refusal));
                return Exit::Input;
            }
            // Help and versions are answers; where nobody reads them there is nothing to be said.
            let _ = error.print();
            return if error.use_stderr() { Exit::Input } else { Exit::Yes };
        }
    };
    let console = Console::new(arguments.color, arguments.ascii);
    match command(arguments.command, &console) {
        Ok(exit) => exit,
        Err(error) if is_broken_pipe(&error) => Exit::Yes,
        Err(error) => error.downcast_ref().copied().unwrap_or_else(|| {
            console.fail(&error);
            Exit::Input
        }),
    }
}

fn command(command: Command, console: &Console) -> Result<Exit> {
    let interrupt = Interrupt::listen()?;
    match command {
        Command::Derive(arguments) => derive::derive(&arguments, console, &interrupt),
        Command::Repl(arguments) => repl::repl(&arguments, console, &interrupt),
        Command::Query(arguments) => query::query(&arguments, console, &interrupt),
        Command::Why(arguments) => why::why(&arguments, Question::Why, console, &interrupt),
        Command::WhyNot(arguments) => why::why(&arguments, Question::WhyNot, console, &interrupt),
        Command::WhatIf(arguments) => change::what_if(&arguments, console, &interrupt),
        Command::Achieve(arguments) => change::achieve(&arguments, console, &interrupt),
        Command::Ask(arguments) => change::ask(&arguments, console, &interrupt),
        Command::Ledger(arguments) => change::ledger(&arguments, console, &interrupt),
        Command::Review(arguments) => change::review(&arguments, console, &interrupt),
        Command::Questions(arguments) => change::questions(&arguments, console, &interrupt),
        Command::Map(arguments) => map::map(&arguments, console, &interrupt),
        Command::Dossier(arguments) => dossier::dossier(&arguments, console, &interrupt),
        Command::Adr(arguments) => adr::adr(&arguments, console, &interrupt),
        Command::Verify(arguments) => verify::verify(&arguments, console, &interrupt),
        Command::Kb(arguments) => kb::kb(&arguments, console),
        Command::Run(arguments) => run::run(&arguments, console, &interrupt),
        Command::Check(arguments) => check::check(&arguments, console, &interrupt),
        Command::Diff(arguments) => diff::diff(&arguments, console, &interrupt),
        Command::Test(arguments) => test::test(&arguments, console, &interrupt),
        Command::Fmt(arguments) => fmt::fmt(&arguments, console),
        Command::Compile(arguments) => compile::compile(&arguments, console),
        Command::New(arguments) => {
            let file = new::new(&arguments.name)?;
            let word = new::word(&file);
            console.say(&format!("wrote {file}; derive it with `archlog derive {word}`"));
            Ok(Exit::Yes)
        }
        Command::Explain(arguments) => {
            console.answer(&explain::explain(&arguments)?)?;
            Ok(Exit::Yes)
        }
        Command::Completions(arguments) => {
            console.answer(&generate::completions(arguments.shell))?;
            Ok(Exit::Yes)
        }
        Command::Man(arguments) => {
            match &arguments.dir {
                None => console.answer(&generate::page()?)?,
                Some(folder) => {
                    for name in generate::pages(folder)? {
                        console.say(&format!("wrote {}", folder.join(name).display()));
                    }
                }
            }
            Ok(Exit::Yes)
        }
    }
}

/// Whether whoever reads our answer has gone away, which is no fault of anybody.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Runs something; a panic in it, which only a bug can cause, becomes its message and place.
fn guarded<T>(work: impl FnOnce() -> T + UnwindSafe) -> Result<T, String> {
    static PLACE: Mutex<String> = Mutex::new(String::new());
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|location| format!(" ({location})")).unwrap_or_default();
        let mut kept = PLACE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *kept = place;
    }));
    panic::catch_unwind(work).map_err(|payload| {
        let kept = PLACE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        format!("{}{}", message(payload.as_ref()), kept)
    })
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("it did not say what happened")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message_and_place() {
        let fault = guarded(|| -> Exit { panic!("row {} is gone", 7) }).unwrap_err();
        assert!(fault.starts_with("row 7 is gone (src/bin/archlog/main.rs:"), "{fault}");
    }

    #[test]
    fn a_broken_pipe_is_recognised_under_what_was_said_of_it() {
        let error = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(is_broken_pipe(&error.context("cannot print")));
        assert!(!is_broken_pipe(&anyhow::anyhow!("other")));
    }
}
