//! Every kind of finding, each with the shortest text that has it.

use crate::analyze::program::Relation;
use crate::diag::{Diagnostic, Span, nearest};

use super::Finding;

// Relations.

/// `.decl q(x: number) p(x) :- q(x).`
pub fn never_written(relation: &Relation, reads: &[(Span, bool)], empty: &[&str]) -> Finding {
    let name = &relation.name;
    let mut problem =
        Diagnostic::warning("AL0601", format!("`{name}` is read, but nothing writes it"))
            .at(relation.span, "no rule, no fact and no file fills it");
    for (span, negated) in reads.iter().take(3) {
        let effect = if *negated { "this always holds" } else { "this never holds" };
        problem = problem.at(*span, effect);
    }
    let problem = problem.help("give it facts or a rule, or read it from a file with `.input`");
    with_consequences(Finding::new(name, problem), empty)
}

/// A finding about an empty relation, with what is empty for that reason.
fn with_consequences(finding: Finding, empty: &[&str]) -> Finding {
    match empty.is_empty() {
        true => finding,
        false => finding.witness(format!("therefore empty as well: {}", empty.join(", "))),
    }
}

/// `p(x) :- p(x).`
pub fn cannot_hold(relation: &Relation, chain: String, empty: &[&str]) -> Finding {
    let name = &relation.name;
    let message = format!("`{name}` can never hold: none of its rules can conclude anything");
    let problem = Diagnostic::warning("AL0602", message)
        .at(relation.span, "always empty")
        .help("a relation that stands on itself alone needs a rule or fact to begin with");
    with_consequences(Finding::new(name, problem).witness(chain), empty)
}

/// `.decl p(x: number) p(1).` in a program with outputs
pub fn never_read(relation: &Relation) -> Finding {
    let name = &relation.name;
    let problem = Diagnostic::warning("AL0603", format!("`{name}` is never read"))
        .at(relation.span, "no rule reads it and it is not an output")
        .help("make it an `.output`, or take it out");
    Finding::new(name, problem)
}

/// `.decl p(x: number) .decl q(x: number) p(1). q(x) :- p(x).` in a program with other outputs
pub fn leads_nowhere(relation: &Relation, readers: &[&str]) -> Finding {
    let name = &relation.name;
    let message = format!("`{name}` is read, but leads to no output");
    let problem = Diagnostic::warning("AL0604", message)
        .at(relation.span, "no output depends on it")
        .help("make what reads it an `.output`, or take them out together");
    Finding::new(name, problem).witness(format!("read by {} only", readers.join(", ")))
}

/// `.decl p(x: number)` and nothing else about `p`
pub fn never_used(relation: &Relation) -> Finding {
    let name = &relation.name;
    let problem = Diagnostic::warning("AL0605", format!("`{name}` is declared and never used"))
        .at(relation.span, "nothing writes it and nothing reads it")
        .help("take the declaration out");
    Finding::new(name, problem)
}

/// `.decl p(x: number, y: number) q(x) :- p(x, _).`
pub fn unused_column(relation: &Relation, column: &str) -> Finding {
    let name = &relation.name;
    let message = format!("the column `{column}` of `{name}` is never looked at");
    let problem = Diagnostic::note("AL0606", message)
        .at(relation.span, format!("`{column}` makes no difference to any output"))
        .help("take the column out, or say what it is for");
    Finding::new(format!("{name}.{column}"), problem)
}

/// `.decl count(x: number)`
pub fn word_of_the_language(relation: &Relation) -> Finding {
    let name = &relation.name;
    let problem =
        Diagnostic::warning("AL0607", format!("`{name}` is a word of the language as well"))
            .at(relation.span, "a rule that reads or concludes it is read as something else")
            .help("give the relation another name");
    Finding::new(name, problem)
}

/// `.decl path(x: number) .decl Path(x: number)`
pub fn nearly_the_same_name(relation: &Relation, other: &Relation) -> Finding {
    let (name, twin) = (&relation.name, &other.name);
    let message = format!("`{name}` and `{twin}` differ in case or underscores only");
    let problem = Diagnostic::warning("AL0608", message)
        .at(relation.span, "this one")
        .at(other.span, "and this one")
        .help("one of them will be taken for the other; rename it");
    Finding::new(name, problem)
}

/// `.decl WritePath(x: number)`
pub fn name_of_another_style(relation: &Relation, style: &str) -> Finding {
    let name = &relation.name;
    let message = format!("`{name}` is not written as the other relations are");
    let problem = Diagnostic::note("AL0609", message)
        .at(relation.span, "capitals where the others have underscores")
        .help(format!("call it `{style}`"));
    Finding::new(name, problem)
}

/// `.type City <: symbol` and no column of it
pub fn unused_type(name: &str, span: Span) -> Finding {
    let problem = Diagnostic::warning("AL0610", format!("the type `{name}` is never used"))
        .at(span, "no column and no other type has it")
        .help("take the declaration out, or give a column this type");
    Finding::new(name, problem)
}

/// `.include "a.dl" .include "a.dl"` where `a.dl` does not say `.once`
pub fn included_twice(path: &str, span: Span, first: Span) -> Finding {
    let problem = Diagnostic::warning("AL0611", format!("`{path}` is included twice"))
        .at(span, "included again here")
        .at(first, "first included here")
        .help("take one out, or say `.once` at the top of the included file");
    Finding::new(path, problem)
}

/// `.pragma "legacy"`
pub fn without_effect(span: Span, what: &str) -> Finding {
    let problem = Diagnostic::note("AL0612", format!("{what} has no effect"))
        .at(span, "accepted, and passed over")
        .help("take it out, unless the text is also for another engine");
    Finding::new(what, problem)
}

/// `p(x, y) :- q(x, y). p(y, x) :- r(x, y).`
pub fn arguments_in_another_order(name: &str, span: Span, first: Span) -> Finding {
    let message = format!("the rules of `{name}` name its arguments in different orders");
    let problem = Diagnostic::note("AL0613", message)
        .at(span, "in this order here")
        .at(first, "and in that order here")
        .help("name an argument the same in all rules of a relation");
    Finding::new(name, problem)
}

/// `p("Yes"). p("yes").`
pub fn two_spellings(column: &str, one: &str, other: &str, span: Span, first: Span) -> Finding {
    let message = format!("\"{one}\" and \"{other}\" differ in case or blanks only");
    let problem = Diagnostic::warning("AL0614", message)
        .at(span, format!("both are values of `{column}`"))
        .at(first, "the other one")
        .help("values are compared letter by letter: write one of them");
    Finding::new(column, problem)
}

/// A text with a character that no one sees
pub fn invisible_character(file: &str, span: Span, character: char) -> Finding {
    let code = u32::from(character);
    let message = format!("an invisible character, U+{code:04X}");
    let problem = Diagnostic::warning("AL0615", message)
        .at(span, "it can make a text look like another")
        .help("take it out");
    Finding::new(file, problem)
}

/// `.output p .output p`
pub fn directive_twice(name: &str, directive: &str, span: Span, first: Span) -> Finding {
    let message = format!("`.{directive} {name}` stands here twice");
    let problem = Diagnostic::warning("AL0616", message)
        .at(span, "again here")
        .at(first, "first here")
        .help("take one out");
    Finding::new(name, problem)
}

// One rule.

/// `p(x) :- q(x, y).`
pub fn single_use(subject: String, name: &str, span: Span, in_atom: bool) -> Finding {
    let problem = Diagnostic::warning("AL0701", format!("`{name}` is used only once"))
        .at(span, "nothing else in the rule has this name")
        .help("a misspelt name looks like this; if any value will do, write `_`");
    let finding = Finding::new(subject, problem);
    match in_atom {
        true => finding.fix("write `_` instead", span, "_"),
        false => finding,
    }
}

/// `p(_x) :- q(_x, _x).`
pub fn marked_as_unused(subject: String, name: &str, span: Span) -> Finding {
    let message = format!("`{name}` is marked as of no interest and used more than once");
    let problem = Diagnostic::warning("AL0702", message)
        .at(span, "the places where it stands must be equal")
        .help("leave the `_` away where that is meant; else write `_` in each place");
    Finding::new(subject, problem)
}

/// `p(x, y) :- q(x), r(y).`: the first atom of each part
pub fn falls_apart(subject: String, parts: &[(&str, Span)]) -> Finding {
    let names: Vec<String> = parts.iter().map(|(name, _)| format!("`{name}`")).collect();
    let (message, first) = match names.as_slice() {
        [one, other] => (format!("nothing connects {one} with {other}"), "every tuple of this one"),
        [most @ .., last] => (
            format!("nothing connects {} and {last} with each other", most.join(", ")),
            "every tuple of this one",
        ),
        [] => (String::new(), ""),
    };
    let mut problem = Diagnostic::warning("AL0703", message);
    for (place, (_, span)) in parts.iter().enumerate() {
        let combined = "is combined with every tuple of that one";
        problem = problem.at(*span, if place == 0 { first } else { combined });
    }
    let problem = problem.help("a condition that shares a variable with both may be missing");
    Finding::new(subject, problem)
}

/// `p(x) :- q(x), 1 < 2.`
pub fn always_true(subject: String, span: Span, condition: &str) -> Finding {
    let problem = Diagnostic::warning("AL0704", format!("`{condition}` is always true"))
        .at(span, "it keeps nothing out")
        .help("take it out, or compare what was meant");
    Finding::new(subject, problem)
}

/// `p(x) :- q(x), x < x.`
pub fn always_false(subject: String, span: Span, condition: &str) -> Finding {
    let message = format!("`{condition}` is never true, so the rule concludes nothing");
    let problem = Diagnostic::warning("AL0705", message)
        .at(span, "it keeps everything out")
        .help("compare what was meant, or take the rule out");
    Finding::new(subject, problem)
}

/// `p(x) :- q(x), !q(x).`
pub fn contradiction(subject: String, spans: &[Span], because: &str) -> Finding {
    let message = match spans.len() {
        1 => "a condition excludes itself, so the rule concludes nothing".to_owned(),
        2 => "two conditions exclude each other, so the rule concludes nothing".to_owned(),
        count => format!("{count} conditions exclude each other, so the rule concludes nothing"),
    };
    let mut problem = Diagnostic::warning("AL0706", message);
    for (place, span) in spans.iter().enumerate() {
        problem = problem.at(*span, if place == 0 { "this" } else { "and this" });
    }
    let problem = problem.help("one of them says the opposite of what was meant");
    Finding::new(subject, problem).witness(because)
}

/// `p(x) :- q(x, y), q(x, _), r(y).`, `p(x) :- q(x), x > 3, x > 1.`
pub fn redundant(subject: String, span: Span, by: &[Span]) -> Finding {
    let (message, this, other) = match by.len() {
        1 => ("a condition that another one implies", "the other does", "the other one"),
        _ => ("a condition that others imply", "the others do", "one of the others"),
    };
    let mut problem =
        Diagnostic::warning("AL0707", message).at(span, format!("this holds whenever {this}"));
    for span in by {
        problem = problem.at(*span, other);
    }
    Finding::new(subject, problem.help("take it out, or give it what was meant"))
}

/// `p(x) :- q(x), !!r(x).`
pub fn double_negation(subject: String, span: Span, inner: &str) -> Finding {
    let problem = Diagnostic::note("AL0708", "a negation of a negation")
        .at(span, "the same as without both")
        .help(format!("write `{inner}`"));
    Finding::new(subject, problem).fix("take both negations out", span, inner)
}

/// `p(x) :- p(x), q(x).`
pub fn own_premise(subject: String, span: Span, premise: Span) -> Finding {
    let problem = Diagnostic::warning("AL0709", "the rule concludes one of its own conditions")
        .at(premise, "what is concluded was there before")
        .at(span, "so the rule adds nothing")
        .help("change the head or the condition, or take the rule out");
    Finding::new(subject, problem)
}

/// `p(1) :- true.`
pub fn fact_in_disguise(subject: String, span: Span) -> Finding {
    let problem = Diagnostic::note("AL0710", "this rule is a fact")
        .at(span, "its body reads no relation")
        .help("write the fact");
    Finding::new(subject, problem)
}

/// `p(x + 1 * 2) :- q(x).`
pub fn foldable(subject: String, span: Span, value: &str) -> Finding {
    let problem = Diagnostic::note("AL0711", format!("this is always {value}"))
        .at(span, "only constants are in it")
        .help(format!("write `{value}`"));
    Finding::new(subject, problem).fix("write the value", span, value)
}

/// A rule of very many conditions
pub fn very_long(subject: String, span: Span, conditions: usize, most: usize) -> Finding {
    let problem = Diagnostic::note("AL0712", format!("a rule of {conditions} conditions"))
        .at(span, format!("more than {most} are hard to follow, and hard to explain"))
        .help("give a part of it a name of its own");
    Finding::new(subject, problem)
}

/// `p(x, s) :- q(x), s = sum x : { r(x, _) }.`
pub fn shadowing_target(subject: String, span: Span, name: &str) -> Finding {
    let message = format!("`{name}` in here is not the `{name}` outside");
    let problem = Diagnostic::warning("AL0713", message)
        .at(
            span,
            format!("what is aggregated is the aggregate's own: it ranges over every `{name}`"),
        )
        .help("give one of them another name");
    Finding::new(subject, problem)
}

/// `p(x) :- q(x), 1 < x.`
pub fn constant_first(subject: String, span: Span, turned: &str) -> Finding {
    let problem = Diagnostic::note("AL0714", "the constant stands on the left")
        .at(span, "read from right to left")
        .help(format!("write `{turned}`"));
    Finding::new(subject, problem).fix("turn it round", span, turned)
}

/// `p(x + 9223372036854775807 + 1) :- q(x).`
pub fn overflow(subject: String, span: Span) -> Finding {
    let problem = Diagnostic::warning("AL0715", "this does not fit in 64 bits and wraps around")
        .at(span, "only constants are in it")
        .help("use `float`, or numbers that fit");
    Finding::new(subject, problem)
}

/// `p("open"). q(x) :- p(x), x = "opne".`
pub fn value_never_there(
    subject: String,
    span: Span,
    column: &str,
    value: &str,
    known: &[String],
) -> Finding {
    let problem = Diagnostic::warning("AL0716", format!("`{column}` is never {value}"))
        .at(span, "nothing puts this value there");
    // A number that looks like another is another number all the same.
    let words = known.iter().map(String::as_str).filter(|_| value.starts_with('"'));
    let near = nearest(value, words);
    let problem = match near {
        Some(near) => problem.help(format!("did you mean {near}?")),
        None => {
            problem.help("write a value the column has, or the rule or fact that puts this one")
        }
    };
    let shown: Vec<&str> = known.iter().take(12).map(String::as_str).collect();
    let more = if known.len() > shown.len() { ", ..." } else { "" };
    let all = if shown.is_empty() { "no value".to_owned() } else { shown.join(", ") + more };
    Finding::new(subject, problem).witness(format!("`{column}` can be {all}"))
}

/// `p("a", "open"). p("b", "done"). q(x) :- p("a", "done").`
pub fn row_never_there(
    subject: String,
    span: Span,
    relation: &str,
    columns: &[String],
    values: &[String],
) -> Finding {
    let message = format!("no tuple of `{relation}` has {}", values.join(" and "));
    let problem = Diagnostic::warning("AL0716", message)
        .at(span, "each of the values is there, and never together")
        .help("write values that stand in one tuple, or the fact that this asks for");
    let all = columns.iter().zip(values).map(|(column, value)| format!("`{column}` = {value}"));
    Finding::new(subject, problem)
        .witness(format!("all tuples are known: none has {}", all.collect::<Vec<_>>().join(", ")))
}

/// `a("x"). b("y"). p(x) :- a(x), b(x).`
pub fn never_meet(
    subject: String,
    name: &str,
    a: (&str, Span),
    b: (&str, Span),
    example: String,
) -> Finding {
    let message =
        format!("`{name}` would have to be in `{}` and in `{}`, which share no value", a.0, b.0);
    let problem = Diagnostic::warning("AL0717", message)
        .at(a.1, format!("`{}`", a.0))
        .at(b.1, format!("`{}`", b.0))
        .help("the rule concludes nothing; join other columns, or mend the values");
    Finding::new(subject, problem).witness(example)
}

/// `p(x / 0) :- q(x).`
pub fn division_by_nothing(subject: String, span: Span) -> Finding {
    let problem = Diagnostic::warning("AL0719", "a division by zero")
        .at(span, "it has no value, so the rule concludes nothing")
        .help("divide by something else");
    Finding::new(subject, problem)
}

/// `p(a) :- q(a, wait_ms), r(a, limit_s), wait_ms > limit_s.`
pub fn units_differ(subject: String, span: Span, a: &str, b: &str) -> Finding {
    let message = format!("`{a}` and `{b}` are of different units");
    let problem = Diagnostic::warning("AL0720", message)
        .at(span, "compared or added as they are")
        .help("bring both to one unit first");
    Finding::new(subject, problem)
}

/// `p(0). p(n + 1) :- p(n).`
pub fn never_ends(subject: String, span: Span, grows: &str) -> Finding {
    let message = format!("`{grows}` concludes a greater value from each, without end");
    let problem = Diagnostic::warning("AL0721", message)
        .at(span, "nothing in this rule says where it ends")
        .help("add a condition that fails in the end, such as a comparison with a bound");
    Finding::new(subject, problem)
}

// Between rules.

/// `p(x) :- q(x). p(y) :- q(y).`
pub fn same_rule(subject: String, span: Span, first: Span) -> Finding {
    let problem = Diagnostic::warning("AL0801", "this rule is there already, up to names")
        .at(span, "again here")
        .at(first, "first here")
        .help("take one out");
    Finding::new(subject, problem)
}

/// `p(x) :- q(x). p(x) :- q(x), r(x).`
pub fn subsumed(subject: String, span: Span, by: Span) -> Finding {
    let problem = Diagnostic::warning("AL0802", "another rule concludes all that this one does")
        .at(span, "this one asks for more")
        .at(by, "this one concludes the same of less")
        .help("take the stricter one out, or give the other what it lacks");
    Finding::new(subject, problem)
}

/// `p(1). p(1).`
pub fn same_fact(subject: String, span: Span, first: Span) -> Finding {
    let problem = Diagnostic::warning("AL0803", "this fact is stated twice")
        .at(span, "again here")
        .at(first, "first here")
        .help("take one out");
    Finding::new(subject, problem)
}

// Documentation.

/// A rule without `@rule` among rules that have one
pub fn no_id(relation: &str, span: Span) -> Finding {
    let problem = Diagnostic::warning("AL0901", "a rule without an id")
        .at(span, "the other rules of this file have one")
        .help("write `/// @rule some-id` above it");
    Finding::new(relation, problem)
}

/// Two rules with the same `@rule`
pub fn id_twice(id: &str, span: Span, first: Span) -> Finding {
    let problem = Diagnostic::warning("AL0902", format!("two rules are called `{id}`"))
        .at(span, "again here")
        .at(first, "first here")
        .help("an id names one rule: give this one its own");
    Finding::new(id, problem)
}

/// A rule with an id and no `@title`
pub fn no_title(subject: String, span: Span) -> Finding {
    let problem = Diagnostic::warning("AL0903", "a rule without a title")
        .at(span, "explanations head a step with it")
        .help("write `/// @title what the rule says, in general` above it");
    Finding::new(subject, problem)
}

/// A rule with an id and neither `@says` nor `@hide`
pub fn no_sentence(subject: String, span: Span) -> Finding {
    let problem = Diagnostic::warning("AL0904", "a rule without a sentence")
        .at(span, "explanations say its title instead, the same in every case")
        .help("write `/// @says ... {X} ...` above it, or `/// @hide` where it needs no step");
    Finding::new(subject, problem)
}

/// `/// @says {Y} is safe` on `p(X) :- q(X).`
pub fn unknown_placeholder<'a>(
    subject: String,
    span: Span,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Finding {
    let message = format!("the sentence names `{{{name}}}`, which the rule does not have");
    let problem = Diagnostic::warning("AL0905", message)
        .at(span, "it will be printed as it stands")
        .nearest(name, known);
    Finding::new(subject, problem)
}

/// `/// @says something holds` on `p(X) :- q(X).`
pub fn sentence_without_variables(subject: String, span: Span) -> Finding {
    let problem = Diagnostic::note("AL0906", "the sentence names none of the rule's variables")
        .at(span, "it reads the same whatever the rule concludes")
        .help("say what it is about, as in `{X}`");
    Finding::new(subject, problem)
}

/// A rule with an id and no `@source`
pub fn no_source(subject: String, span: Span) -> Finding {
    let problem = Diagnostic::warning("AL0907", "a rule without a citation")
        .at(span, "nothing says where it comes from")
        .help("write `/// @source DOCUMENT \"section\"` above it");
    Finding::new(subject, problem)
}

/// `/// @source 999 "Step 1"` with no such document
pub fn unknown_document<'a>(
    subject: String,
    span: Span,
    document: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Finding {
    let message = format!("there is no document `{document}`");
    let problem = Diagnostic::warning("AL0908", message)
        .at(span, "cited here")
        .nearest(document, known)
        .help("the documents are those of facts/sources.csv");
    Finding::new(subject, problem)
}

/// `/// @suorce 004 "Step 1"`
pub fn misspelt_tag(subject: String, span: Span, tag: &str, near: &str) -> Finding {
    let problem = Diagnostic::warning("AL0909", format!("`@{tag}` looks like `@{near}`, misspelt"))
        .at(span, "nothing reads it")
        .help(format!("write `@{near}`, or another name"));
    Finding::new(subject, problem)
}

/// `/// @column z` on `.decl p(x: number)`
pub fn column_of_nothing<'a>(
    subject: String,
    span: Span,
    column: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Finding {
    let message = format!("`{subject}` has no column `{column}`");
    let problem =
        Diagnostic::warning("AL0910", message).at(span, "described here").nearest(column, known);
    Finding::new(subject, problem)
}

/// A relation without a word about it among relations that have one
pub fn undocumented(name: &str, span: Span) -> Finding {
    let problem = Diagnostic::note("AL0911", format!("nothing says what `{name}` means"))
        .at(span, "the other relations of this file say it")
        .help("write `/// What it holds.` above it");
    Finding::new(name, problem)
}

/// `/// @rule a` and `/// @rule b` on one rule
pub fn tag_twice(subject: String, span: Span, tag: &str, first: Span) -> Finding {
    let problem = Diagnostic::warning("AL0912", format!("`@{tag}` stands here twice"))
        .at(span, "this one is not read")
        .at(first, "this one is")
        .help("take one out");
    Finding::new(subject, problem)
}

/// Two rules of one relation that say the same words
pub fn same_sentence(subject: String, span: Span, first: Span) -> Finding {
    let problem =
        Diagnostic::note("AL0913", "another rule of this relation says the same sentence")
            .at(span, "this one")
            .at(first, "and this one")
            .help("an explanation cannot tell them apart: say what is special about each");
    Finding::new(subject, problem)
}

/// A comment that says that something is left to do
pub fn left_to_do(file: &str, span: Span) -> Finding {
    let problem = Diagnostic::note("AL0914", "something is left to do here")
        .at(span, "")
        .help("do it, or keep it where tasks are kept");
    Finding::new(file, problem)
}

/// `/// @hit unique` on a relation that is no list
pub fn misplaced_tag(subject: &str, span: Span, tag: &str, wanted: &str) -> Finding {
    let problem = Diagnostic::warning("AL0915", format!("`@{tag}` says nothing where it stands"))
        .at(span, "nothing reads it here")
        .help(format!("`@{tag}` is for {wanted}"));
    Finding::new(subject, problem)
}

// Checks that are rules.

/// `/// @check X1 bad` on a declaration
pub fn unreadable_check(relation: &Relation, why: String) -> Finding {
    let name = &relation.name;
    let problem = Diagnostic::error("AL0925", format!("`{name}` is no check that can be run"))
        .at(relation.span, why)
        .help("`/// @check CODE SEVERITY` and `/// @finding SENTENCE with {column}` make a check");
    Finding::new(name, problem)
}
