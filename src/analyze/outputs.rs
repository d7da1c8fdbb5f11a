//! Outputs that would take the place of each other, and inputs that nothing is left for.

use rustc_hash::FxHashMap;

use crate::diag::Diagnostic;
use crate::syntax::operators::DirectiveKind;

use super::error;
use super::program::{Directive, Program};

/// Finds outputs of which the second replaces the file of the first, or its table in a database, where
/// large letters are as good as small ones. What is written twice the same way is one.
pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let of_standard_input = |it: &&Directive| {
        let channel = it.parameter("IO").unwrap_or_default();
        it.kind == DirectiveKind::Input && matches!(channel, "stdin" | "stdinfile" | "json")
    };
    let mut inputs = program.directives.iter().filter(of_standard_input);
    if let Some(first) = inputs.next() {
        diagnostics.extend(inputs.map(|it| error::nothing_left(it.span, first.span)));
    }
    let mut files: FxHashMap<String, &Directive> = FxHashMap::default();
    for directive in program.directives.iter().filter(|it| it.kind == DirectiveKind::Output) {
        let extension = match directive.parameter("IO").unwrap_or("file") {
            "file" if directive.parameter("compress") == Some("true") => "csv.gz",
            "file" => "csv",
            "jsonfile" => "json",
            "sqlite" => "sqlite",
            _ => continue,
        };
        let Some(relation) = program.relations.get(directive.relation.index()) else { continue };
        let own = || format!("{}.{extension}", relation.name);
        let named = ["filename", "dbname"].iter().find_map(|it| directive.parameter(it));
        let mut file = named.map_or_else(own, str::to_owned);
        if extension == "sqlite" {
            file = format!("{file}, table {}", relation.name.to_lowercase());
        }
        let first = *files.entry(file.clone()).or_insert(directive);
        if first.relation != directive.relation || first.parameters != directive.parameters {
            diagnostics.push(error::written_over(directive.span, &file, first.span));
        }
    }
}
