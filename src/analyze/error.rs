//! What can be wrong with a text that parses, each kind with the shortest text that has it.

use crate::diag::{Diagnostic, Span, one};
use crate::syntax::error::{malformed, unsupported};
use crate::syntax::tree::{Atom, ComponentType, Expression, Name};
use crate::value::Primitive;

use super::program::Relation;

/// `p(1).` with no `.decl p`
pub fn unknown_relation<'a>(
    span: Span,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    Diagnostic::error("AL0107", format!("`{name}` is not declared"))
        .at(span, "unknown relation")
        .nearest(name, known)
}

/// `p(x) :- q(x).` with no `.decl p`
pub fn undeclared_head<'a>(head: &Atom, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    let name = &head.name.text;
    let problem = unknown_relation(head.name.span, name, known);
    if !problem.help.is_empty() {
        return problem;
    }
    let columns = head.arguments.iter().zip(1..).map(|(argument, at)| match argument {
        Expression::Variable(name) => format!("{}: TYPE", name.text),
        _ => format!("column{at}: TYPE"),
    });
    let columns: Vec<String> = columns.collect();
    problem.help(format!("declare it: `.decl {name}({})`", columns.join(", ")))
}

/// `.decl p() .decl p()`
pub fn declared_twice(span: Span, name: &str, first: Span) -> Diagnostic {
    Diagnostic::error("AL0101", format!("`{name}` is declared twice"))
        .at(span, "declared again here")
        .at(first, "first declared here")
}

/// `.type symbol <: number`
pub fn declared_built_in(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("AL0106", format!("`{name}` is a type of the language"))
        .at(span, "declared again here")
        .help("give your type another name")
}

/// `.init x = C` with no `.comp C`
pub fn unknown_component<'a>(
    span: Span,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    Diagnostic::error("AL0126", format!("the component `{name}` is not declared"))
        .at(span, "unknown component")
        .nearest(name, known)
}

/// `.comp C<T> { } .init x = C`
pub fn wrong_parameters(of: &ComponentType, head: &ComponentType) -> Diagnostic {
    let (wanted, found) = (head.arguments.len(), of.arguments.len());
    let parameters = if wanted == 1 { "parameter" } else { "parameters" };
    let name = &head.name.text;
    Diagnostic::error("AL0119", format!("`{name}` takes {wanted} {parameters}, not {found}"))
        .at(of.span, format!("{found} given"))
        .at(head.span, "declared here")
}

/// `.comp C : C { }`
pub fn component_of_itself(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("AL0120", format!("the component `{name}` inherits from itself"))
        .at(span, "what it inherits from leads back to it")
}

/// `.comp C { .init x = C } .init y = C`
pub fn instances_without_end(span: Span) -> Diagnostic {
    Diagnostic::error("AL0120", "instances in instances without end")
        .at(span, "this one is in itself, or there are too many")
}

/// `.comp B { .decl p() } .comp C : B { .override p }`
pub fn not_overridable(relation: &Name, declared: Span) -> Diagnostic {
    Diagnostic::error("AL0121", format!("`{}` may not be overridden", relation.text))
        .at(relation.span, "overridden here")
        .at(declared, "declared here without `overridable`")
        .help("write `overridable` behind its declaration")
}

/// `.comp C { .override p }`
pub fn not_inherited<'a>(relation: &Name, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    let name = &relation.text;
    Diagnostic::error("AL0121", format!("`{name}` is overridden but not inherited"))
        .at(relation.span, "no component that this one inherits from declares it")
        .nearest(name, known)
}

/// `.decl p(a: number) choice-domain b`
pub fn unknown_choice<'a>(
    span: Span,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    Diagnostic::error("AL0122", format!("`choice-domain` names `{name}`, which is no column"))
        .at(span, "unknown column")
        .nearest(name, known)
}

/// `.decl p(a: number) eqrel`
pub fn no_equivalence(span: Span) -> Diagnostic {
    Diagnostic::error("AL0123", "an equivalence relation has two columns of one type")
        .at(span, "this one has others")
}

/// `p(x) <= q(x) :- r(x).`
pub fn two_relations(less: &Name, greater: &Name) -> Diagnostic {
    Diagnostic::error("AL0124", "subsumption between two relations")
        .at(greater.span, format!("`{}` here", greater.text))
        .at(less.span, format!("`{}` here", less.text))
        .help("a tuple makes another one of the same relation superfluous")
}

/// `.decl p(a: number) inline .output p`
pub fn not_inlined(span: Span, qualifier: Span, name: &str, what: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("AL0125", format!("`{name}` cannot be inlined: it {what}"));
    match span == qualifier {
        true => diagnostic.at(span, "inlined here"),
        false => diagnostic.at(span, "here").at(qualifier, "inlined here"),
    }
    .help("take the qualifier `inline` out: archlog makes no use of it")
}

/// `.decl p(a: number, a: number)`
pub fn name_twice(span: Span, what: &str, name: &str, first: Span) -> Diagnostic {
    Diagnostic::error("AL0102", format!("two {what} are called `{name}`"))
        .at(span, "again here")
        .at(first, "first here")
}

/// `.decl p(a: nmber)`
pub fn unknown_type<'a>(
    span: Span,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let problem = Diagnostic::error("AL0103", format!("the type `{name}` is not declared"))
        .at(span, "unknown type");
    let elsewhere = ELSEWHERE
        .iter()
        .find(|(words, _)| words.iter().any(|word| word.eq_ignore_ascii_case(name)));
    let problem = problem.nearest(name, known);
    match elsewhere {
        Some((_, here)) if problem.help.is_empty() => problem.help(*here),
        _ => problem,
    }
}

/// Types as other languages call them, and what there is in their place.
const ELSEWHERE: [(&[&str], &str); 5] = [
    (
        &[
            "int", "integer", "i8", "i16", "i32", "i64", "int32", "int64", "bigint", "long",
            "numeric",
        ],
        "whole numbers are of the type `number`",
    ),
    (
        &["u8", "u16", "u32", "u64", "uint", "uint32", "uint64", "usize", "nat", "natural"],
        "whole numbers that are not negative are of the type `unsigned`",
    ),
    (
        &["f32", "f64", "float32", "float64", "double", "real", "decimal"],
        "numbers with a point are of the type `float`",
    ),
    (
        &["string", "str", "text", "varchar", "char", "name", "atom"],
        "texts are of the type `symbol`",
    ),
    (
        &["bool", "boolean"],
        "there are no truth values: what is true is in a relation, or take 0 and 1",
    ),
];

/// `.type A <: B .type B <: A`
pub fn cyclic_type(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("AL0104", format!("the type `{name}` is defined by itself"))
        .at(span, "what it stands on leads back to it")
        .help("in the end a type stands on `symbol`, `number`, `unsigned` or `float`")
}

/// `.type A = symbol | number`
pub fn mixed_union(span: Span, name: &str, a: Primitive, b: Primitive) -> Diagnostic {
    Diagnostic::error("AL0105", format!("the union `{name}` mixes `{a}` and `{b}`"))
        .at(span, "all members must have one primitive type below them")
}

/// `.type U = A | B .type V <: U`
pub fn part_of_union(span: Span, name: &str, declared: Span) -> Diagnostic {
    Diagnostic::error("AL0127", format!("a type cannot stand on the union `{name}`"))
        .at(span, "a union is what its members are")
        .at(declared, "the union is declared here")
        .help("let the type stand on one of the members, or be a member itself")
}

/// The code of two outputs in one file.
pub fn written_over_code() -> &'static str {
    "AL0129"
}

/// `.output p(filename="x.csv") .output q(filename="x.csv")`
pub fn written_over(span: Span, file: &str, first: Span) -> Diagnostic {
    Diagnostic::error(written_over_code(), format!("two outputs are written to the file `{file}`"))
        .at(span, "this one takes the place of the first")
        .at(first, "the first one")
        .help("give one of them another `filename`")
}

/// `.input p(IO=stdin) .input q(IO=stdin)`
pub fn nothing_left(span: Span, first: Span) -> Diagnostic {
    Diagnostic::warning("AL0130", "a second relation from standard input")
        .at(span, "nothing is left for this one")
        .at(first, "this one reads standard input to its end")
        .help("read one of them from a file")
}

/// `.comp C { p(1). }` with no instance of `C` and no `p`
pub fn in_no_instance(component: &str, problem: Diagnostic) -> Diagnostic {
    let message = format!("in an instance of `{component}`, which has none: {}", problem.message);
    let labels = problem.labels;
    Diagnostic { labels, help: problem.help, ..Diagnostic::warning("AL0131", message) }
}

/// `.pragma "fact-dir" "facts"`
pub fn not_followed<'a>(
    span: Span,
    key: &str,
    told: Option<&str>,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let problem = Diagnostic::warning("AL0132", format!("the pragma `{key}` is not followed"));
    match told {
        Some(told) => problem.at(span, "nothing comes of this").help(told),
        None => problem.at(span, "Souffle has no option of this name").nearest(key, known),
    }
}

/// `f(1.5e3).`, where Souffle's refusals are wanted
pub fn beyond_souffle(span: Span, what: &str, portable: &str) -> Diagnostic {
    beyond("AL0133", span, what, portable)
}

/// What is taken here and not by Souffle, in a program or in a file of rows.
pub fn beyond(code: &'static str, span: Span, what: &str, portable: &str) -> Diagnostic {
    Diagnostic::error(code, format!("{what} goes beyond Souffle"))
        .at(span, "Souffle refuses this")
        .help(format!("{portable}; or take it, with `--extensions` or `.pragma \"extensions\"`"))
}

/// `.decl p() p() <= p() :- q(1).`
pub fn nothing_to_lose(span: Span, name: &str, why: &str) -> Diagnostic {
    Diagnostic::error("AL0128", format!("`{name}` cannot lose tuples: {why}"))
        .at(span, "subsumption here")
}

/// `.decl p(a: number) p(1, 2).`
pub fn wrong_arity(span: Span, relation: &Relation, found: usize) -> Diagnostic {
    let wanted = relation.arity();
    let columns: Vec<&str> = relation.columns.iter().map(|column| column.name.as_str()).collect();
    let name = &relation.name;
    let arguments = if wanted == 1 { "argument" } else { "arguments" };
    Diagnostic::error("AL0108", format!("`{name}` takes {wanted} {arguments}, not {found}"))
        .at(span, format!("{found} given"))
        .at(relation.span, "declared here")
        .help(format!("its columns are: {name}({})", columns.join(", ")))
}

/// `p(_) :- q().`
pub fn wildcard_as_value(span: Span) -> Diagnostic {
    Diagnostic::error("AL0109", "`_` stands where a value is wanted")
        .at(span, "`_` matches anything, so it has no value")
        .help("name the variable and bind it in the body")
}

/// `p(x) :- q(x), x = "a".` with `.decl q(x: number)`
pub fn type_conflict(span: Span, what: &str, found: &str, wanted: &str) -> Diagnostic {
    const NUMBERS: [&str; 3] = ["number", "unsigned", "float"];
    let leads = NUMBERS.contains(&found) && NUMBERS.contains(&wanted) && what.starts_with('`');
    let (found, wanting) = (one(found), one(wanted));
    let problem =
        Diagnostic::error("AL0201", format!("{what} is {found}, but {wanting} is wanted here"))
            .at(span, format!("wanted: `{wanted}`"));
    match leads {
        true => problem.help(format!("`to_{wanted}(x)` makes {wanting} of it")),
        false => problem,
    }
}

/// `p(x) :- q(x), r(x).` where the columns have types with nothing in common
pub fn disjoint_types(span: Span, name: &str, a: (&str, Span), b: (&str, Span)) -> Diagnostic {
    let both = format!("{} and {}", one(a.0), one(b.0));
    Diagnostic::error("AL0202", format!("`{name}` would have to be {both}"))
        .at(span, "no value has both types")
        .at(a.1, format!("`{}` here", a.0))
        .at(b.1, format!("`{}` here", b.0))
}

/// `p(x) :- q(x), r(y), x < y.` where the columns have types with nothing in common
pub fn compared_types(span: Span, a: (&str, &str, Span), b: (&str, &str, Span)) -> Diagnostic {
    let message = format!("{} is {}, and {} is {}", a.0, one(a.1), b.0, one(b.1));
    Diagnostic::error("AL0202", message)
        .at(span, "types that have no value in common are not compared")
        .at(a.2, format!("`{}` here", a.1))
        .at(b.2, format!("`{}` here", b.1))
        .help("compare values of one type, or let one of the types be a subtype of the other")
}

/// `p(x) :- q(x).` where the column of `q` is a wider type than that of `p`
pub fn not_a_subtype(span: Span, what: &str, found: &str, wanted: &str) -> Diagnostic {
    let (found, wanting) = (one(found), one(wanted));
    Diagnostic::error("AL0203", format!("{what} is {found}, which need not be {wanting}"))
        .at(span, format!("wanted: `{wanted}`"))
        .help(format!("bind it with an atom whose column is {wanting}, or widen this column"))
}

/// `$Lef(1)` with no branch `Lef`
pub fn unknown_branch<'a>(
    span: Span,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    Diagnostic::error("AL0204", format!("no type has a branch `{name}`"))
        .at(span, "unknown branch")
        .nearest(name, known)
}

/// `[1, 2] = x, y = x`
pub fn untyped_record(span: Span) -> Diagnostic {
    Diagnostic::error("AL0205", "a record whose type nothing says")
        .at(span, "")
        .help("use it, or the variable it is equal to, in a column of a record type")
}

/// `[1]` in a column of a type `[a: number, b: number]`
pub fn wrong_fields(span: Span, name: &str, wanted: usize, found: usize) -> Diagnostic {
    let fields = if wanted == 1 { "field" } else { "fields" };
    Diagnostic::error("AL0206", format!("`{name}` has {wanted} {fields}, not {found}"))
        .at(span, format!("{found} given"))
}

/// `.type A = [x: number] .type B <: A`
pub fn part_of_records(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("AL0207", format!("`{name}` is made of records"))
        .at(span, "records and branches have neither subtypes nor unions")
        .help("an algebraic data type holds values of several shapes")
}

/// `p(x) :- q().`
pub fn unbound_head(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("AL0301", format!("`{name}` in the head is not bound by the body"))
        .at(span, "nothing gives it a value")
        .help("use it in a positive atom of the body, or set it with `=`")
}

/// `p(x).`
pub fn unbound_fact(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("AL0301", format!("`{name}` in a fact is a variable"))
        .at(span, "nothing gives it a value")
        .help(format!("a text stands in quotes: `\"{name}\"`"))
}

/// `p() :- !q(x).`
pub fn unbound_negated(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("AL0302", format!("`{name}` occurs only under negation"))
        .at(span, "nothing gives it a value")
        .help("use it in a positive atom of the body, or write `_` where any value will do")
}

/// `p() :- x < 3.`
pub fn unbound_value(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("AL0303", format!("`{name}` is not bound where its value is needed"))
        .at(span, "nothing gives it a value")
        .help("use it in a positive atom of the body, or set it with `=`")
}

/// `p(x) :- 3 = max y : { q(x, y) }.`
pub fn witness(span: Span, name: &str, aggregate: &str) -> Diagnostic {
    unsupported(span, &format!("`{name}`, a witness of `{aggregate}`,"))
        .help("join the result with what the aggregate ranges over once more")
}

/// `p(n) :- n = count : { q(x) }, x > 1.`
pub fn unbound_in_aggregate(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        "AL0304",
        format!("`{name}` is used outside the aggregate, but only the aggregate binds it"),
    )
    .at(span, "an aggregate gives no value to a variable outside of it")
    .help("bind it outside of the aggregate too, or rename it inside")
}

/// `p() :- !p().`
pub fn not_stratified(cycle: &[(String, Span, bool)], through: &str) -> Diagnostic {
    let names: Vec<&str> = cycle.iter().map(|(name, ..)| name.as_str()).collect();
    let first = names.first().copied().unwrap_or_default();
    let mut diagnostic = Diagnostic::error(
        "AL0305",
        format!("`{first}` depends on itself through {through}, so it has no stratified meaning"),
    );
    for (position, (name, span, negative)) in cycle.iter().enumerate() {
        let next = names.get(position + 1).copied().unwrap_or(first);
        let how = if *negative { format!("through {through} ") } else { String::new() };
        diagnostic = diagnostic.at(*span, format!("`{name}` depends {how}on `{next}` here"));
    }
    let circle = names.iter().chain(std::iter::once(&first)).copied().collect::<Vec<_>>();
    diagnostic
        .help(format!("the cycle is {}", circle.join(" -> ")))
        .help("break it: read a relation that is complete before, or split one of them in two")
}

/// `p(x) :- (q(x); r(x)), (q(x); r(x)), ...` with thousands of combinations
pub fn too_many_branches(span: Span, limit: usize) -> Diagnostic {
    Diagnostic::error("AL0306", format!("this clause stands for more than {limit} rules"))
        .at(span, "its disjunctions multiply")
        .help("give the disjunctions relations of their own")
}

/// `?- p(x).` in a program
pub fn question_in_program(span: Span) -> Diagnostic {
    Diagnostic::error("AL0110", "a question in a program")
        .at(span, "questions are for the prompt and for `archlog query`")
        .help("write a rule and an `.output` directive, or ask with `archlog run --goal 'p(X)'`")
}

/// `.expect p(1).` in a program
pub fn expectation_in_program(span: Span) -> Diagnostic {
    Diagnostic::error("AL0118", "an expectation in a program")
        .at(span, "expectations stand in designs, for `archlog test`")
        .help("move it to a design; other commands leave it out there")
}

/// `-p(1).` in a program
pub fn retraction_in_program(span: Span) -> Diagnostic {
    Diagnostic::error("AL0111", "a retraction in a program")
        .at(span, "facts are taken back at the prompt only")
}

/// `p(n) :- n = count : { q(); r() }.`
pub fn disjunction_in_aggregate(span: Span) -> Diagnostic {
    Diagnostic::error("AL0010", "a disjunction inside an aggregate is not supported")
        .at(span, "")
        .help("give the disjunction a relation of its own and aggregate over that")
}

/// `.input p` where a parameter is wrong, `.limitsize p`
pub fn malformed_directive(span: Span, message: &str, help: &str) -> Diagnostic {
    Diagnostic::error("AL0112", message.to_owned()).at(span, "").help(help.to_owned())
}

/// `.printsize p .printsize p`
pub fn directive_twice(span: Span, what: &str, name: &str, first: Span) -> Diagnostic {
    malformed_directive(span, &format!("a second `.{what}` of `{name}`"), "one of them is enough")
        .at(first, "the first one")
}

/// `p(x) :- q(x), p(x). .plan 1:(1,2)`
pub fn plan_of_no_version(span: Span, version: u64, versions: usize) -> Diagnostic {
    let known = match versions {
        1 => "version 0".to_owned(),
        _ => format!("versions 0 to {}", versions - 1),
    };
    let help = format!("it has {known}: one for each atom that depends on its head");
    malformed(span, &format!("a plan of version {version}, which the rule does not have"), &help)
}

/// `path("bid", "P1", "write path").` in a design
pub fn not_stated(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("AL0113", format!("`{name}` is not for a design to state"))
        .at(span, "this relation belongs to the rulebook")
        .help("a design states the relations of docs/vocabulary.md that are marked `stated`")
}

/// `need(r, p) :- on(r, p).` in a design
pub fn not_a_fact(span: Span) -> Diagnostic {
    Diagnostic::error("AL0114", "a design holds facts and nothing else")
        .at(span, "this is not a fact")
        .help("put rules and declarations in a rulebook of your own and load it with `--rules`")
}

/// `need(bid, 1).` in a design
pub fn not_constant(span: Span, name: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("AL0115", "a fact is made of constants")
        .at(span, "this is not a constant");
    if name.is_empty() {
        diagnostic
    } else {
        diagnostic.help(format!("did you mean the text \"{name}\"? texts stand in quotes"))
    }
}

/// `archlog why DESIGN 'p(x), q(x)'`
pub fn not_one_atom(span: Span) -> Diagnostic {
    Diagnostic::error("AL0116", "this is not one fact")
        .at(span, "an explanation is about one fact or pattern")
        .help("write one atom; a variable or `_` stands for anything")
}

/// `archlog why DESIGN 'base_mechanism("place_bd", M)'`
pub fn unknown_constant<'a>(
    span: Span,
    text: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    Diagnostic::warning("AL0117", format!("\"{text}\" occurs nowhere here"))
        .at(span, "no fact of the design or the rulebook has it")
        .nearest(text, known)
}
