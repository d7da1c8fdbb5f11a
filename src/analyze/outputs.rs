//! Outputs that would take the place of each other.

use rustc_hash::FxHashMap;

use crate::diag::Diagnostic;
use crate::syntax::operators::DirectiveKind;

use super::error;
use super::program::{Directive, Program};

/// Finds outputs of which the second replaces the file of the first, or its table in a database, where
/// large letters are as good as small ones. What is written twice the same way is one.
pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
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
