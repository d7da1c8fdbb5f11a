//! Every kind of finding about ordered lists.

use crate::analyze::program::Relation;
use crate::diag::{Diagnostic, Span};

use super::super::Finding;

/// A row, as findings speak of it.
pub struct Row<'a> {
    /// Its rank.
    pub rank: i64,
    /// What it is called: the id of its rule.
    pub name: &'a str,
    /// Where it is written.
    pub span: Span,
}

/// The ranks of some rows, as words.
pub fn ranks(ranks: &[i64]) -> String {
    let words: Vec<String> = ranks.iter().map(i64::to_string).collect();
    match words.as_slice() {
        [] => "no row".to_owned(),
        [one] => format!("row {one}"),
        [rest @ .., last] => format!("rows {} and {last}", rest.join(", ")),
    }
}

/// `row(10, x) :- p(x), q(x).` where `p` and `q` never hold together
pub fn never_holds(list: &Relation, row: &Row<'_>) -> Finding {
    let message = format!("row {} of `{}` can never hold", row.rank, list.name);
    let problem = Diagnostic::warning("AL1001", message)
        .at(row.span, "no point of the space meets these conditions")
        .help("mend its conditions, or take it out");
    Finding::new(row.name, problem)
}

/// `row(10, x) :- p(x). row(20, x) :- p(x), q(x).`
pub fn masked(list: &Relation, row: &Row<'_>, by: &[i64]) -> Finding {
    let message = format!("row {} of `{}` can hold and is never chosen", row.rank, list.name);
    let problem = Diagnostic::warning("AL1002", message)
        .at(row.span, format!("wherever it holds, {} holds before it", one_of(by)))
        .help("move it before them, narrow them, or take it out");
    Finding::new(row.name, problem)
}

fn one_of(by: &[i64]) -> String {
    match by.len() {
        1 => ranks(by),
        _ => format!("one of {}", ranks(by)),
    }
}

/// `row(10, x) :- kind(x, "a"). row(20, x) :- kind(x, "b").` where a kind can be "c"
pub fn gap(list: &Relation, condition: &str, exact: bool) -> Finding {
    let message = format!("no row of `{}` holds where {condition}", list.name);
    let problem = Diagnostic::warning("AL1003", message)
        .at(list.span, "nothing is chosen there")
        .help("add a row for it, or one at the end that always holds");
    let finding = Finding::new(format!("{}: {condition}", list.name), problem);
    match exact {
        true => finding,
        false => {
            finding.witness("rows look at more than this says: in other points some row holds")
        }
    }
}

/// `/// @hit unique` on rows of which two hold together, `/// @hit any` on rows that disagree
pub fn overlap(list: &Relation, policy: &str, pairs: &[(i64, i64)], first: &Row<'_>) -> Finding {
    let name = &list.name;
    let (message, wanted) = match policy {
        "unique" => (
            format!("rows of `{name}` hold together, though it says one holds at most"),
            "narrow one of them, or let the first decide: take `@hit unique` away",
        ),
        _ => (
            format!("rows of `{name}` hold together and disagree, though it says any will do"),
            "make them agree, or let the first decide: take `@hit any` away",
        ),
    };
    let problem = Diagnostic::warning("AL1004", message)
        .at(first.span, format!("together: {}", shown(pairs)))
        .help(wanted);
    Finding::new(name, problem)
}

/// Some pairs of ranks, the first few of many.
pub fn shown(pairs: &[(i64, i64)]) -> String {
    let shown: Vec<String> = pairs.iter().take(6).map(|(a, b)| format!("{a} and {b}")).collect();
    match pairs.len().saturating_sub(6) {
        0 => shown.join("; "),
        more => format!("{}; {more} more pairs", shown.join("; ")),
    }
}

/// `outcome("chosen", "c").` where no row chooses "c"
pub fn never_chosen(list: &Relation, value: &str) -> Finding {
    let message = format!("no row of `{}` ever chooses `{value}`", list.name);
    let problem = Diagnostic::warning("AL1005", message)
        .at(list.span, "it is a value that the list is to give")
        .help("add a row for it, or take it out of the values");
    Finding::new(format!("{}: {value}", list.name), problem)
}

/// A list reads `p`, and what is chosen is the same whatever `p` is.
pub fn idle_input(list: &Relation, variable: &str, values: &[&str]) -> Finding {
    let message = format!("`{variable}` never changes what `{}` chooses", list.name);
    let problem = Diagnostic::note("AL1006", message)
        .at(list.span, format!("the rows depend on it, be it {}", values.join(", ")))
        .help("take out the conditions that read it, or mend what masks them");
    Finding::new(format!("{}: {variable}", list.name), problem)
}

/// `row(10, x) :- kind(x, "a"). row(20, x) :- p(x), kind(x, "b"). row(30, x) :- kind(x, "b").`
pub fn place_is_noise(list: &Relation, row: &Row<'_>) -> Finding {
    let message = format!("the place of row {} in `{}` does not matter", row.rank, list.name);
    let problem = Diagnostic::note("AL1007", message)
        .at(row.span, "no row that chooses something else ever holds together with it")
        .help("say so with its rank, for instance by putting it first");
    Finding::new(row.name, problem)
}

/// `row(10, x) :- thing(x). row(20, x) :- thing(x), p(x).`
pub fn default_not_last(list: &Relation, row: &Row<'_>, behind: &[i64]) -> Finding {
    let message = format!("row {} of `{}` always holds and is not the last", row.rank, list.name);
    let problem = Diagnostic::warning("AL1008", message)
        .at(row.span, format!("{} behind it can never be chosen", ranks(behind)))
        .help("move it to the end");
    Finding::new(row.name, problem)
}

/// `/// @total` on a list that has a gap
pub fn no_default(list: &Relation, condition: &str) -> Finding {
    let message = format!("`{}` is to choose something always, and does not", list.name);
    let problem = Diagnostic::warning("AL1009", message)
        .at(list.span, format!("no row holds where {condition}"))
        .help("add a row at the end that always holds, or take `@total` away");
    Finding::new(&list.name, problem)
}

/// Rows never hold together, or never disagree.
pub fn could_be_stricter(list: &Relation, rows: &Relation, policy: &str) -> Finding {
    let name = &list.name;
    let (message, why) = match policy {
        "unique" => {
            (format!("no two rows of `{name}` ever hold together"), "so their order is noise")
        }
        _ => {
            (format!("rows of `{name}` that hold together always agree"), "so their order is noise")
        }
    };
    let problem = Diagnostic::note("AL1010", message)
        .at(rows.span, why)
        .help(format!("say so with `@hit {policy}`, and it is held to it"));
    Finding::new(name, problem)
}

/// `/// @picks p .decl choose_p(x: number)`
pub fn misfit(relation: &Relation, wanted: &str) -> Finding {
    let message = format!("`{}` does not fit what its tag says", relation.name);
    let problem = Diagnostic::error("AL1011", message)
        .at(relation.span, format!("wanted: {wanted}"))
        .help("`archlog explain AL1011` has the columns of every tag");
    Finding::new(&relation.name, problem)
}
