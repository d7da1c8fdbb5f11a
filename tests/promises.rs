//! What the declarations of tables promise (`@key`, `@refers`, `@one_of`): each table has a key, each
//! tag names what is there, and a row of a user's own that breaks one is told by file, line, column
//! and nearest valid name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use archlog::analyze::program::{Program, Relation};
use archlog::diag::{Diagnostic, Sources};
use archlog::kb::{Options, Part, Rulebook};
use archlog::syntax::operators::DirectiveKind;
use common::*;

/// Tables that may hold the same row twice, since each row is what one passage says.
const WITHOUT_A_KEY: [&str; 1] = ["threshold"];

fn load(overlay: Option<&Path>) -> Result<Rulebook, (Sources, Vec<Diagnostic>)> {
    let folder = |name| {
        let found = overlay.map(|it| it.join(name)).filter(|it| it.is_dir());
        found.into_iter().collect()
    };
    let (rules, facts) = (folder("rules"), folder("facts"));
    let options = Options { part: Part::Whole, rules, facts, ..Options::default() };
    Rulebook::load(&options).map_err(|unsound| (unsound.sources, unsound.diagnostics))
}

fn tables(program: &Program) -> impl Iterator<Item = &Relation> {
    let inputs = program.directives.iter().filter(|it| it.kind == DirectiveKind::Input);
    inputs.map(|directive| program.relations[directive.relation.index()].as_ref())
}

fn relation<'p>(program: &'p Program, name: &str) -> Option<&'p Relation> {
    program.relations.iter().map(AsRef::as_ref).find(|it| it.name == name)
}

fn has(relation: &Relation, column: &str) -> bool {
    relation.columns.iter().any(|it| it.name == column)
}

/// Whether `COLUMN ... RELATION.COLUMN ... [where COLUMN = VALUE]` names what is there.
fn stands(program: &Program, table: &Relation, reference: &str) -> bool {
    let (columns, only) = match reference.split_once(" where ") {
        Some((columns, only)) => (columns, only.split_once(" = ").map(|(column, _)| column)),
        None => (reference, None),
    };
    let words: Vec<&str> = columns.split(' ').collect();
    let Some(at) = words.iter().position(|word| word.contains('.')) else { return false };
    let (name, first) = words[at].split_once('.').unwrap();
    let Some(target) = relation(program, name) else { return false };
    let others = words[at + 1..].iter().copied().chain([first]).chain(only);
    words[..at].iter().all(|column| has(table, column))
        && others.clone().all(|column| has(target, column))
        && words.len() == 2 * at
}

#[test]
fn every_table_has_a_key_and_every_promise_names_what_is_there() {
    let rulebook = load(None).unwrap_or_else(|_| panic!("the rulebook loads"));
    let program = &rulebook.program;
    let (mut wrong, mut keys, mut references, mut lists) = (Vec::new(), 0, 0, 0);
    for table in tables(program) {
        let name = &table.name;
        if table.doc.tag("key").is_some() == WITHOUT_A_KEY.contains(&name.as_str()) {
            wrong.push(format!("{name}: a key or not"));
        }
        for key in table.doc.all("key") {
            keys += 1;
            if !key.split(' ').all(|column| has(table, column)) {
                wrong.push(format!("{name}: @key {key}"));
            }
        }
        for reference in table.doc.all("refers") {
            references += 1;
            if !stands(program, table, reference) {
                wrong.push(format!("{name}: @refers {reference}"));
            }
        }
        for list in table.doc.all("one_of") {
            lists += 1;
            let column = list.split_once(' ').map(|(column, _)| column);
            if !column.is_some_and(|column| has(table, column)) {
                wrong.push(format!("{name}: @one_of {list}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(keys >= 510 && references >= 400 && lists >= 55, "{keys} {references} {lists}");
}

/// Rows that break a promise: the table, the row without what it cites, and what is said. `^` is
/// before the place that is named.
const DEFECTS: &[(&str, &str, &str)] = &[
    (
        "field",
        "Mood,^Feeling,enum,99,how it is",
        "`category` names `Feeling`, which `category` does not hold",
    ),
    ("field", "^Owner,Classified,enum,99,again", "two rows of `field` have the same field"),
    (
        "field_parent",
        "^Ownr,Class",
        "`field` names `Ownr`, which `field` does not hold; did you mean `Owner`?",
    ),
    (
        "field_parent",
        "Owner,^Clas",
        "`parent` names `Clas`, which `parent_name` does not hold; did you mean `Class`?",
    ),
    (
        "allowed_value",
        "^Clss,gadget,9",
        "`field` names `Clss`, which `field` does not hold; did you mean `Class`?",
    ),
    (
        "allowed_value",
        "^Class,gadget,1",
        "two rows of `allowed_value` have the same field and ordinal",
    ),
    (
        "context_field",
        "^Topolgy,9",
        "`field` names `Topolgy`, which `field` does not hold; did you mean `Topology`?",
    ),
    (
        "question_feeds",
        "^exclusive_holdr,merge_safe",
        "`question` names `exclusive_holdr`, which `question` does not hold; did you mean `exclusive_holder`?",
    ),
    (
        "question_feeds",
        "exclusive_holder,^merge_sav",
        "`field` names `merge_sav`, which `named_field` does not hold; did you mean `merge_safe`?",
    ),
    (
        "decision_row",
        "Write shape,99,99,^exclusive clam,written",
        "`value` names `exclusive clam` of `Write shape`, which `closed_value` does not hold; did you mean `exclusive claim`?",
    ),
    (
        "decision_row",
        "Write shape,98,98,exclusive claim,^writen",
        "`kind` is `writen`, and has to be one of `resolution`, `written`; did you mean `written`?",
    ),
    (
        "row_reads",
        "Write shape,^4711,merge_safe",
        "`position` names `4711` of `Write shape`, which `decision_row` does not hold",
    ),
    (
        "mechanism_companion",
        "^lese,idempotency key",
        "`mechanism` names `lese`, which `closed_value` does not hold for `Base mechanism`; did you mean `lease`?",
    ),
    (
        "companion_companion",
        "^idempotncy key,CDC",
        "`companion` names `idempotncy key`, which `closed_value` does not hold for `Required companions`; did you mean `idempotency key`?",
    ),
    (
        "companion_companion",
        "CDC,^\"outbx\"",
        "`brings` names `outbx`, which `closed_value` does not hold for `Required companions`; did you mean `outbox`?",
    ),
    (
        "companion_rule",
        "9,^Sage,1,compensations",
        "`mechanism` names `Sage`, which `companion_bearer` does not hold; did you mean `Saga`?",
    ),
    ("failure_row", "^retry,9,again,again?,again", "two rows of `failure_row` have the same row"),
    (
        "failure_by_mechanism",
        "^competing_writer,lease,waits",
        "`row` names `competing_writer`, which `failure_row` does not hold; did you mean `competing_writers`?",
    ),
    (
        "failure_by_mechanism",
        "retry,^leas,waits",
        "`mechanism` names `leas`, which `closed_value` does not hold for `Base mechanism`; did you mean `lease`?",
    ),
    (
        "failure_by_companion",
        "retry,^fencing tokn,9,waits",
        "`companion` names `fencing tokn`, which `closed_value` does not hold for `Required companions`; did you mean `fencing token`?",
    ),
    (
        "hotspot_response",
        "^hot kee,split it",
        "`type` names `hot kee`, which `closed_value` does not hold for `Hotspot type`",
    ),
    (
        "operation_family",
        "read source,^raed",
        "`family` is `raed`, and has to be one of `background`, `read`, `write`; did you mean `read`?",
    ),
];

/// The first line of a table of the framework: its columns.
fn header(table: &str) -> String {
    let path = root().join(format!("facts/framework/{table}.csv"));
    fs::read_to_string(path).unwrap().lines().next().unwrap().to_owned()
}

#[test]
fn what_breaks_a_promise_is_told_with_its_place_and_the_nearest_name() {
    let overlay = tempfile::tempdir().unwrap();
    let folder = overlay.path().join("facts/framework");
    fs::create_dir_all(&folder).unwrap();
    let names: BTreeSet<&str> = DEFECTS.iter().map(|(table, ..)| *table).collect();
    let mut expected = Vec::new();
    for name in names {
        let mut text = format!("{}\n", header(name));
        let own = DEFECTS.iter().filter(|(table, ..)| *table == name);
        for (line, (_, row, said)) in (2..).zip(own) {
            text += &format!("{},004,Complete Field Graph\n", row.replace('^', ""));
            // A quote is before the field and is no part of it.
            let column = row.find('^').unwrap() + 1 + usize::from(row.contains("^\""));
            expected.push(format!("{name}.add.csv:{line}:{column}: {said}"));
        }
        fs::write(folder.join(format!("{name}.add.csv")), text).unwrap();
    }
    let rules = overlay.path().join("rules");
    fs::create_dir(&rules).unwrap();
    fs::write(rules.join("house.dl"), "\n  companion_companion(\"CDC\", \"outbax\").\n").unwrap();
    let said = "`brings` names `outbax`, which `closed_value` does not hold for `Required companions`; did you mean `outbox`?";
    expected.push(format!("house.dl:2:3: {said}"));
    let Err((sources, diagnostics)) = load(Some(overlay.path())) else { panic!("it loads") };
    let told: Vec<String> = diagnostics
        .iter()
        .map(|it| {
            let span = it.span().unwrap();
            let at = sources.position(span);
            let file = sources.name(span).rsplit('/').next().unwrap();
            let near = it.help.iter().find(|help| help.starts_with("did you mean"));
            let near = near.map(|near| format!("; {near}")).unwrap_or_default();
            format!("{file}:{}:{}: {}{near}", at.line, at.column, it.message)
        })
        .collect();
    for line in &expected {
        assert!(told.contains(line), "{line}\nis not among\n{}", told.join("\n"));
    }
}
