//! Tree to program: names, types, safety, strata. The only place where a name is looked up.
//!
//! | stage | what it does |
//! | --- | --- |
//! | `components` | what stands in components, put in place; those without an instance: `uninstantiated` |
//! | `declarations` | types and relations by name |
//! | `branches` | bodies with "or" to several without; what stands in them: `bodies` |
//! | `lower` | clauses to rules in normal form |
//! | `types` | primitives and declared types of variables |
//! | `safety` | every needed variable is bound |
//! | `inline` | what Souffle asks of inlined relations |
//! | `losses` | what Souffle asks of relations that lose tuples |
//! | `outputs` | no output takes the place of another, no input takes what another needs |
//! | `records` | records put together, or taken apart |
//! | `strata` | an order of evaluation, or the cycle that forbids one |
//! | `plans` | what Souffle asks of a `.plan` |
//! | `pragmas` | pragmas that nothing comes of |
//! | `beyond` | what Souffle would refuse, for who wants to hear it |
//! | `wishes` | of which relations only what is asked for is to be derived |
//!
//! All problems of all clauses are reported in one run. A clause with a problem is left out of the
//! program, so that what is right can still be looked at; a program with errors is not evaluated.

pub mod beyond;
mod bodies;
mod branches;
mod components;
pub mod declarations;
pub mod error;
pub mod facts;
mod inline;
mod losses;
mod lower;
mod outputs;
mod plans;
mod pragmas;
pub mod program;
mod records;
mod safety;
mod strata;
mod types;
mod uninstantiated;
pub mod wishes;
pub mod worlds;

use rustc_hash::FxHashSet;

use crate::diag::{Diagnostic, Severity, Span};
use crate::syntax::error::unsupported;
use crate::syntax::operators::DirectiveKind;
use crate::syntax::tree::{self, Body, Item, Tree};
use crate::value::{ClauseId, Constant, Primitive, RelationId, RuleId};

pub use safety::bind_all;
pub use strata::stratify;

use declarations::Declarations;
use program::{Clause, Column, Directive, Fact, Program, Relation, Rule, Stratum, Term};

/// The program of some texts, and what is wrong with it. The order of the texts does not matter
/// but for the order of facts and rules.
pub fn analyze(trees: &[Tree]) -> (Program, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    if !components::has_components(trees) {
        return (analyze_plain(trees, &mut diagnostics), diagnostics);
    }
    let program = analyze_expanded(trees, &mut diagnostics);
    if !has_errors(&diagnostics) {
        diagnostics.extend(uninstantiated::check(trees, |trees| {
            let mut problems = Vec::new();
            analyze_expanded(trees, &mut problems);
            problems
        }));
    }
    (program, diagnostics)
}

/// The program of texts with components.
fn analyze_expanded(trees: &[Tree], diagnostics: &mut Vec<Diagnostic>) -> Program {
    let expanded = components::expand(trees, diagnostics);
    let program = analyze_plain(&expanded, diagnostics);
    // Every instance has the problems of its component.
    let mut seen = FxHashSet::default();
    diagnostics.retain(|problem| seen.insert((problem.code.clone(), problem.span())));
    program
}

/// The program of texts without components.
fn analyze_plain(trees: &[Tree], diagnostics: &mut Vec<Diagnostic>) -> Program {
    let declarations = Declarations::collect(trees.iter(), diagnostics);
    let mut program = Program::default();
    for item in trees.iter().flat_map(|tree| &tree.items) {
        match item {
            Item::Clause(clause) => {
                add_clause(&declarations, clause, &mut program, diagnostics);
            }
            Item::Directive(directive) => {
                add_directive(&declarations, directive, &mut program, diagnostics);
            }
            Item::Query(query) => diagnostics.push(error::question_in_program(query.span)),
            Item::Expectation(expectation) => {
                diagnostics.push(error::expectation_in_program(expectation.span));
            }
            Item::Retraction { span, .. } => {
                diagnostics.push(error::retraction_in_program(*span));
            }
            Item::Declaration(declaration) => {
                add_qualified(&declarations, declaration, &mut program, diagnostics);
            }
            // Components were put in place before.
            Item::Component(_)
            | Item::Instance(_)
            | Item::Override { .. }
            | Item::Type(_)
            | Item::Include { .. }
            | Item::Once(_)
            | Item::Pragma { .. } => {}
        }
    }
    program.relations.clone_from(&declarations.relations);
    inline::check(&declarations, trees, &program, diagnostics);
    losses::check(trees, &program, diagnostics);
    outputs::check(&program, diagnostics);
    pragmas::check(trees, diagnostics);
    program.wishes = wishes::collect(&declarations, trees, diagnostics);
    program.strata = strata::stratify(&program, diagnostics);
    plans::check(&declarations, trees, &program, diagnostics);
    program.types = declarations.types;
    program
}

/// Whether any of the problems is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

fn add_clause(
    declarations: &Declarations,
    clause: &tree::Clause,
    program: &mut Program,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let reported = diagnostics.len();
    let id = ClauseId::from(program.clauses.len());
    program.clauses.push(Clause { span: clause.span, doc: clause.doc.clone() });
    let branches = match &clause.body {
        None => Some(vec![Vec::new()]),
        Some(body) => branches::branches(body, diagnostics),
    };
    if let (Some(greater), [less]) = (&clause.greater, clause.heads.as_slice()) {
        for conditions in branches.iter().flatten() {
            let before = diagnostics.len();
            let lowered =
                lower::lower_subsumption(declarations, less, greater, conditions, id, diagnostics);
            let Some(mut lowered) = lowered else { continue };
            types::check(declarations, &mut lowered, diagnostics);
            safety::check(&lowered, diagnostics);
            if diagnostics.len() == before {
                records::settle(declarations, &mut lowered, diagnostics);
                program.subsumptions.push(lowered.rule);
            }
        }
        return;
    }
    for conditions in branches.iter().flatten() {
        for head in &clause.heads {
            let before = diagnostics.len();
            let lowered = lower::lower_rule(declarations, head, conditions, id, diagnostics);
            let Some(mut lowered) = lowered else { continue };
            types::check(declarations, &mut lowered, diagnostics);
            safety::check(&lowered, diagnostics);
            if diagnostics.len() == before {
                records::settle(declarations, &mut lowered, diagnostics);
            }
            if diagnostics.len() > before {
                continue;
            }
            let rule = lowered.rule;
            let constants: Option<Vec<Constant>> = rule
                .head
                .terms
                .iter()
                .map(|term| match term {
                    Term::Constant(constant) => Some(constant.clone()),
                    _ => None,
                })
                .collect();
            match constants {
                Some(values) if rule.body.is_empty() => {
                    program.facts.push(Fact { relation: rule.head.relation, values, clause: id });
                }
                _ => program.rules.push(rule),
            }
        }
    }
    // The branches and heads of a clause repeat what is wrong with all of them.
    let mut seen = FxHashSet::default();
    let new = diagnostics.split_off(reported);
    diagnostics.extend(new.into_iter().filter(|problem| {
        seen.insert((problem.code.clone(), problem.message.clone(), problem.span()))
    }));
}

/// The directives that a declaration's qualifiers are: an old way to write them.
fn add_qualified(
    declarations: &Declarations,
    declaration: &tree::Declaration,
    program: &mut Program,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for qualifier in &declaration.qualifiers {
        let pairs = |name: &&tree::Name| {
            let relation = declarations.relation(&name.text).map(|it| it.index());
            let relation = relation.and_then(|it| declarations.relations.get(it));
            relation.is_some_and(|it| matches!(&*it.columns, [one, other] if one.ty == other.ty))
        };
        if qualifier.text == "eqrel" {
            let names = declaration.names.iter().filter(pairs);
            for clause in names.flat_map(|it| equivalence(it, qualifier)) {
                add_clause(declarations, &clause, program, diagnostics);
            }
        }
        let kind = match qualifier.text.as_str() {
            "input" => DirectiveKind::Input,
            "output" => DirectiveKind::Output,
            "printsize" => DirectiveKind::PrintSize,
            _ => continue,
        };
        for name in &declaration.names {
            if let Some(relation) = declarations.relation(&name.text) {
                let (parameters, span) = (Vec::new(), qualifier.span);
                report_again(program, kind, (relation, name), span, diagnostics);
                program.directives.push(Directive { kind, relation, parameters, span });
            }
        }
    }
}

/// Reports a second directive of a kind of which a relation has one.
fn report_again(
    program: &Program,
    kind: DirectiveKind,
    (relation, name): (RelationId, &tree::Name),
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if !matches!(kind, DirectiveKind::LimitSize | DirectiveKind::PrintSize) {
        return;
    }
    let same = |it: &&Directive| it.kind == kind && it.relation == relation;
    if let Some(first) = program.directives.iter().find(same) {
        let first = first.span;
        diagnostics.push(error::directive_twice(span, kind.name(), &name.text, first));
    }
}

/// The rules that make a relation an equivalence.
fn equivalence(relation: &tree::Name, qualifier: &tree::Name) -> [tree::Clause; 3] {
    let span = qualifier.span;
    let name = tree::Name { text: relation.text.clone(), span };
    let atom = |arguments: [&str; 2]| {
        let variable =
            |text: &str| tree::Expression::Variable(tree::Name { text: text.to_owned(), span });
        let arguments = arguments.map(variable).to_vec();
        tree::Atom { name: name.clone(), arguments, span }
    };
    let clause = |head: [&str; 2], body: Vec<[&str; 2]>, title: &str| {
        let body: Vec<Body> = body.into_iter().map(|it| Body::Atom(atom(it))).collect();
        let value = format!("`{}` is an equivalence: {title}", name.text);
        let doc = tree::Doc {
            text: String::new(),
            tags: vec![tree::Tag { name: "title".to_owned(), value, span }],
        };
        let (heads, body) = (vec![atom(head)], Some(Body::And(body)));
        tree::Clause { heads, greater: None, body, plan: None, doc, span }
    };
    [
        clause(["x", "x"], vec![["x", "y"]], "each is the same as itself"),
        clause(["y", "x"], vec![["x", "y"]], "in both directions"),
        clause(["x", "z"], vec![["x", "y"], ["y", "z"]], "over a third"),
    ]
}

fn add_directive(
    declarations: &Declarations,
    directive: &tree::Directive,
    program: &mut Program,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if directive.kind == DirectiveKind::LimitSize
        && !directive
            .parameters
            .iter()
            .any(|(key, value)| key.text == "n" && value.parse::<u64>().is_ok())
    {
        diagnostics.push(error::malformed_directive(
            directive.span,
            "`.limitsize` without a size",
            "write `.limitsize rel(n=1000)`",
        ));
    }
    for name in &directive.relations {
        if let Some(relation) = declarations.resolve(name, diagnostics) {
            let columns = &declarations.relations[relation.index()].columns;
            if directive.kind == DirectiveKind::Input
                && columns.iter().any(|column| column.primitive == Primitive::Record)
            {
                diagnostics.push(unsupported(directive.span, "reading records from files"));
            }
            report_again(program, directive.kind, (relation, name), name.span, diagnostics);
            program.directives.push(Directive {
                kind: directive.kind,
                relation,
                parameters: directive
                    .parameters
                    .iter()
                    .map(|(key, value)| (key.text.clone(), value.clone()))
                    .collect(),
                span: directive.span,
            });
        }
    }
}

/// The name of the relation that [`analyze_goal`] adds. No text can declare it.
pub const GOAL: &str = "?";

/// The rules of a goal: a program with the relations of the one given and one more, [`GOAL`], that
/// holds the answers, one column a named variable in order of appearance. It has no rules, facts
/// and strata but the goal's own: all else was evaluated before.
pub fn analyze_goal(program: &Program, body: &Body) -> Result<Program, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let mut declarations = Declarations::of(program);
    let (id, rules) = goal(&mut declarations, body, &mut diagnostics);
    if has_errors(&diagnostics) {
        return Err(diagnostics);
    }
    let ids = (0..rules.len()).map(RuleId::from).collect();
    Ok(Program {
        types: program.types.clone(),
        relations: declarations.relations,
        clauses: vec![Clause { span: bodies::body_span(body), doc: tree::Doc::default() }],
        rules,
        strata: vec![Stratum { relations: vec![id], rules: ids, recursive: false }],
        ..Program::default()
    })
}

/// A program with a goal in it: as [`analyze_goal`], but with all else that the program has, and without
/// what it writes.
pub fn analyze_with_goal(
    program: &Program,
    body: &Body,
) -> Result<(Program, RelationId), Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let mut declarations = Declarations::of(program);
    let (id, rules) = goal(&mut declarations, body, &mut diagnostics);
    if has_errors(&diagnostics) {
        return Err(diagnostics);
    }
    let mut with = program.clone();
    with.directives
        .retain(|it| !matches!(it.kind, DirectiveKind::Output | DirectiveKind::PrintSize));
    let clause = ClauseId::from(with.clauses.len());
    with.clauses.push(Clause { span: bodies::body_span(body), doc: tree::Doc::default() });
    with.rules.extend(rules.into_iter().map(|rule| Rule { clause, ..rule }));
    with.relations = declarations.relations;
    with.strata = strata::stratify(&with, &mut diagnostics);
    Ok((with, id))
}

/// What [`analyze_goals`] makes of a goal.
#[derive(Clone, Debug)]
pub struct Goal {
    /// A column a named variable, in order of appearance.
    pub columns: Vec<Column>,
    /// The rules that conclude its answers, one a branch.
    pub rules: Vec<Rule>,
}

/// Many goals over one program. Goal number `n` concludes the relation that comes `n` behind those
/// of the program.
pub fn analyze_goals<'b>(
    program: &Program,
    bodies: impl IntoIterator<Item = &'b Body>,
) -> (Vec<Goal>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut declarations = Declarations::of(program);
    let goals = bodies.into_iter().map(|body| {
        let (id, rules) = goal(&mut declarations, body, &mut diagnostics);
        Goal { columns: declarations.relations[id.index()].columns.clone(), rules }
    });
    (goals.collect(), diagnostics)
}

/// Declares the relation of a goal and gives the rules that conclude it.
fn goal(
    declarations: &mut Declarations,
    body: &Body,
    diagnostics: &mut Vec<Diagnostic>,
) -> (RelationId, Vec<Rule>) {
    let names = bodies::goal_variables(body);
    let span = bodies::body_span(body);
    let column = |name: &String| Column {
        name: name.clone(),
        ty: declarations.built_in(crate::value::Primitive::Symbol),
        primitive: crate::value::Primitive::Symbol,
    };
    let relation = Relation {
        name: GOAL.to_owned(),
        columns: names.iter().map(column).collect(),
        choices: Vec::new(),
        span,
        doc: tree::Doc::default(),
    };
    let id = declarations.add_relation(relation);
    let clause = ClauseId(0);
    let branches = branches::branches(body, diagnostics).unwrap_or_default();
    let mut rules = Vec::new();
    for (branch, conditions) in branches.iter().enumerate() {
        let lowered = lower::lower_goal(declarations, conditions, &names, id, clause, diagnostics);
        let Some(mut lowered) = lowered else { continue };
        if branch == 0 {
            types::infer_head(declarations, &lowered);
        }
        let before = diagnostics.len();
        types::check(declarations, &mut lowered, diagnostics);
        safety::check(&lowered, diagnostics);
        if diagnostics.len() == before {
            records::settle(declarations, &mut lowered, diagnostics);
        }
        rules.push(lowered.rule);
    }
    (id, rules)
}

#[cfg(test)]
mod tests {
    use crate::diag::{Renderer, Sources};
    use crate::syntax::{parse, parse_goal};

    use super::*;

    /// All problems of a text, a line each: code, place, message.
    fn problems(text: &str) -> Vec<String> {
        let mut sources = Sources::new();
        let source = sources.add("t.dl", text);
        let (tree, mut diagnostics) = parse(source, text);
        diagnostics.extend(analyze(&[tree]).1);
        // Every problem can be rendered.
        assert!(
            Renderer { colour: false }.render(&sources, &diagnostics).len() >= diagnostics.len()
        );
        diagnostics
            .iter()
            .map(|diagnostic| {
                let position = sources.position(diagnostic.span().unwrap_or_default());
                format!(
                    "{} {}:{} {}",
                    diagnostic.code, position.line, position.column, diagnostic.message
                )
            })
            .collect()
    }

    #[test]
    fn a_sound_program_has_no_problems() {
        let text = ".decl edge(a: symbol, b: symbol)\n.decl path(a: symbol, b: symbol)\n\
            .decl degree(a: symbol, n: number)\n\
            edge(\"a\", \"b\").\npath(x, y) :- edge(x, y).\npath(x, z) :- path(x, y), edge(y, z).\n\
            degree(x, n) :- edge(x, _), n = count : { edge(x, _) }.";
        assert_eq!(problems(text), [] as [&str; 0]);
    }

    #[test]
    fn all_problems_of_a_text_are_reported_in_one_run() {
        let text = ".decl p(a: symbol, n: number)\np(1, 2).\np(\"a\").\nq(1).\np(x, 1) :- !p(x, _).\np(x, n) :- p(x, m";
        assert_eq!(
            problems(text),
            [
                "AL0001 6:18 expected `,` or `)`, found the end of the text",
                "AL0201 2:3 the number 1 is a `number`, but a `symbol` is wanted here",
                "AL0108 3:1 `p` takes 2 arguments, not 1",
                "AL0107 4:1 `q` is not declared",
                "AL0302 5:13 `x` occurs only under negation",
            ]
        );
    }

    #[test]
    fn a_cycle_through_negation_is_shown() {
        let text = ".decl a(x: number)\n.decl b(x: number)\n.decl c(x: number)\n\
            a(x) :- c(x), !b(x).\nb(x) :- a(x).";
        assert_eq!(
            problems(text),
            ["AL0305 4:16 `a` depends on itself through negation, so it has no stratified meaning"]
        );
    }

    #[test]
    fn a_plain_number_takes_the_type_of_its_place() {
        let text = ".decl u(x: unsigned)\n.decl f(x: float)\nu(1). f(2).\nf(x) :- f(y), x = y + 1.\nu(-1).";
        let found = problems(text);
        assert_eq!(
            found,
            ["AL0201 5:3 the number -1 is a `number`, but an `unsigned` is wanted here"]
        );
    }

    #[test]
    fn subtypes_that_share_nothing_do_not_meet() {
        let text = ".type A <: symbol\n.type B <: symbol\n.decl a(x: A)\n.decl b(x: B)\n.decl c(x: symbol)\n\
            c(x) :- a(x).\nc(x) :- a(x), b(x).\na(x) :- c(x).";
        assert_eq!(
            problems(text),
            [
                "AL0202 7:3 `x` would have to be an `A` and a `B`",
                "AL0203 8:3 `x` is a `symbol`, which need not be an `A`",
            ]
        );
    }

    #[test]
    fn a_variable_that_only_an_aggregate_binds_is_not_bound() {
        let text = ".decl q(x: number)\n.decl p(x: number)\np(n) :- n = count : { q(x) }, x > 1.";
        assert_eq!(
            problems(text),
            ["AL0304 3:31 `x` is used outside the aggregate, but only the aggregate binds it"]
        );
    }

    #[test]
    fn a_goal_answers_with_its_variables_in_order() {
        let (tree, _) = parse(crate::diag::SourceId(0), ".decl p(a: symbol, n: number)");
        let (program, _) = analyze(&[tree]);
        let goal = parse_goal(crate::diag::SourceId(1), "p(x, n), n > 1, !p(_, 3)?");
        let extended = analyze_goal(&program, &goal.unwrap()).unwrap();
        let answers = extended.relations.last().unwrap();
        let columns: Vec<(&str, &str)> = answers
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.primitive.name()))
            .collect();
        assert_eq!(columns, [("x", "symbol"), ("n", "number")]);
    }
}
