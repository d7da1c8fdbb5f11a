//! Rules in the notation of the macros: conditions in an order that binds variables before they
//! are used, every variable by a name that Rust accepts.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::analyze::program::{Argument, Atom, Literal, Rule, Term};
use crate::diag::{Diagnostic, Span};
use crate::syntax::operators::{Comparison, Functor};
use crate::value::{Constant, Primitive, RelationId, VariableId};

use super::names::{Names, plain};
use super::{Core, Target, error};

/// What stands in the macro.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The names of relations.
    pub names: Names,
    /// All symbols that rules and facts name, sorted.
    pub symbols: Vec<String>,
    /// A line for each rule and fact.
    pub lines: Vec<String>,
    /// Inputs that rules or facts conclude too: in `crepe!` they come in by a relation of their own.
    pub split: BTreeSet<RelationId>,
}

/// Writes all rules and facts of a core.
pub fn rules(core: &Core, target: Target) -> Result<Rules, Vec<Diagnostic>> {
    let program = &core.program;
    let heads: FxHashSet<RelationId> = program
        .rules
        .iter()
        .map(|rule| rule.head.relation)
        .chain(program.facts.iter().map(|fact| fact.relation))
        .collect();
    let split = core.inputs.iter().copied().filter(|input| heads.contains(input));
    let mut writer = Writer {
        core,
        target,
        names: Names::of(core),
        symbols: symbols(core),
        problems: Vec::new(),
    };
    let mut lines = Vec::new();
    for relation in core.relations() {
        let declared = &program.relations[relation.index()];
        if declared.columns.iter().any(|column| column.primitive == Primitive::Float) {
            writer.refuse(declared.span, "a column of type `float`");
        }
        if declared.columns.iter().any(|column| column.primitive == Primitive::Record) {
            writer.refuse(declared.span, "a column of records");
        }
        if declared.arity() == 0 {
            writer.refuse(declared.span, "a relation without columns");
        }
        if !declared.choices.is_empty() {
            writer.refuse(declared.span, "`choice-domain`");
        }
    }
    for fact in &program.facts {
        let values: Vec<String> = fact.values.iter().map(|it| writer.constant(it)).collect();
        lines.push(format!("{}({});", writer.relation(fact.relation), values.join(", ")));
    }
    for rule in &program.rules {
        if rule.variables.iter().any(|variable| variable.primitive == Primitive::Record) {
            writer.refuse(writer.place(rule), "a record");
            continue;
        }
        lines.extend(writer.rule(rule));
    }
    for rule in &program.subsumptions {
        writer.refuse(writer.place(rule), "subsumption (`<=`)");
    }
    for directive in &program.directives {
        writer.refuse(directive.span, "`.limitsize`");
    }
    match writer.problems.is_empty() {
        false => Err(writer.problems),
        true => Ok(Rules {
            names: writer.names,
            symbols: writer.symbols,
            lines,
            split: split.collect(),
        }),
    }
}

/// All symbols of the rules and facts of a core, sorted.
fn symbols(core: &Core) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut see = |constant: &Constant| {
        if let Constant::Symbol(text) = constant {
            found.insert(text.to_string());
        }
    };
    for fact in &core.program.facts {
        fact.values.iter().for_each(&mut see);
    }
    for rule in &core.program.rules {
        for literal in &rule.body {
            match literal {
                Literal::Positive(atom) | Literal::Negative(atom) => {
                    for argument in &atom.arguments {
                        if let Argument::Constant(constant) = argument {
                            see(constant);
                        }
                    }
                }
                Literal::Compare { left, right, .. } => {
                    [left, right].into_iter().for_each(|term| constants(term, &mut see));
                }
                _ => {}
            }
        }
        rule.head.terms.iter().for_each(|term| constants(term, &mut see));
    }
    found.into_iter().collect()
}

fn constants(term: &Term, see: &mut impl FnMut(&Constant)) {
    match term {
        Term::Constant(constant) => see(constant),
        Term::Variable(_) => {}
        Term::Call { arguments, .. } => arguments.iter().for_each(|term| constants(term, see)),
    }
}

struct Writer<'a> {
    core: &'a Core,
    target: Target,
    names: Names,
    symbols: Vec<String>,
    problems: Vec<Diagnostic>,
}

/// How a variable is bound, which decides how its value is written.
#[derive(Clone, Copy, PartialEq)]
enum Bound {
    /// By an atom: in `ascent!` it is a reference.
    Atom,
    /// By a `let`.
    Let,
}

/// A rule on its way.
struct Body {
    names: Vec<String>,
    bound: Vec<Option<Bound>>,
    conditions: Vec<String>,
}

impl Writer<'_> {
    fn refuse(&mut self, span: Span, construct: &str) {
        let target = match self.target {
            Target::Ascent => "ascent",
            Target::Crepe => "crepe",
        };
        self.problems.push(error::not_compiled(span, construct, target));
    }

    /// Where a rule is written.
    fn place(&self, rule: &Rule) -> Span {
        let clause = self.core.program.clauses.get(rule.clause.index());
        clause.map(|it| it.span).unwrap_or_default()
    }

    fn relation(&self, relation: RelationId) -> String {
        match self.target {
            Target::Ascent => format!("r_{}", self.names.field(relation)),
            Target::Crepe => self.names.ty(relation).to_owned(),
        }
    }

    fn constant(&self, constant: &Constant) -> String {
        match constant {
            Constant::Symbol(text) => {
                let place = self.symbols.binary_search_by(|it| it.as_str().cmp(text));
                format!("Symbol({})", place.unwrap_or_default())
            }
            Constant::Number(number) => format!("({number}i64)"),
            Constant::Unsigned(number) => format!("({number}u64)"),
            Constant::Float(number) => format!("({number:?}f64)"),
            // Refused with the rules and columns.
            Constant::Record(_) => "()".to_owned(),
        }
    }

    /// A rule as a line; nothing if one of its conditions is never met.
    fn rule(&mut self, rule: &Rule) -> Option<String> {
        let mut names: Vec<String> = Vec::new();
        for variable in &rule.variables {
            let name = format!("v_{}", plain(&variable.name));
            let taken = names.contains(&name);
            names.push(if taken { format!("{name}_{}", names.len()) } else { name });
        }
        let bound = vec![None; names.len()];
        let mut body = Body { names, bound, conditions: Vec::new() };
        let mut left: Vec<&Literal> = rule.body.iter().collect();
        while !left.is_empty() {
            let ready = left.iter().position(|literal| self.is_ready(literal, &body));
            let atom = || left.iter().position(|literal| matches!(literal, Literal::Positive(_)));
            // What is never ready is no kind of condition that can be written.
            let literal = left.remove(ready.or_else(atom).unwrap_or_default());
            match literal {
                Literal::Truth(false) => return None,
                Literal::Truth(true) => {}
                Literal::Positive(atom) => self.positive(atom, &mut body),
                Literal::Negative(atom) => {
                    let atom = self.atom(atom, &body);
                    body.conditions.push(format!("!{atom}"));
                }
                Literal::Compare { .. } => self.compare(literal, &mut body),
                Literal::Test { span, .. } => self.refuse(*span, "a test on text"),
                Literal::Aggregate(it) => self.refuse(it.span, "an aggregate"),
                Literal::Range { span, .. } => self.refuse(*span, "a range"),
            }
        }
        let span = self.place(rule);
        let terms: Vec<String> =
            rule.head.terms.iter().map(|term| self.head(term, &body, span)).collect();
        let head = format!("{}({})", self.relation(rule.head.relation), terms.join(", "));
        let arrow = match self.target {
            Target::Ascent => "<--",
            Target::Crepe => "<-",
        };
        Some(match body.conditions.is_empty() {
            true => format!("{head};"),
            false => format!("{head} {arrow} {};", body.conditions.join(", ")),
        })
    }

    /// Whether all that a condition other than an atom needs is bound.
    fn is_ready(&self, literal: &Literal, body: &Body) -> bool {
        let known = |variable: VariableId| body.bound[variable.index()].is_some();
        match literal {
            Literal::Positive(_) => false,
            Literal::Truth(_) => true,
            Literal::Compare { comparison, left, right, .. } => {
                let all = |term: &Term| {
                    let mut all = true;
                    term.variables(&mut |variable| all &= known(variable));
                    all
                };
                let free = |term: &Term| matches!(term, Term::Variable(_));
                match (all(left), all(right)) {
                    (true, true) => true,
                    (true, false) => *comparison == Comparison::Equal && free(right),
                    (false, true) => *comparison == Comparison::Equal && free(left),
                    _ => false,
                }
            }
            other => {
                let mut all = true;
                other.variables(&mut |variable| all &= known(variable));
                all
            }
        }
    }

    fn positive(&mut self, atom: &Atom, body: &mut Body) {
        let mut atom = atom.clone();
        let mut equal = Vec::new();
        for place in 0..atom.arguments.len() {
            let Argument::Variable(variable) = atom.arguments[place] else { continue };
            let again = atom.arguments[..place].contains(&Argument::Variable(variable));
            // `crepe!` binds a variable at one place of an atom only.
            if again && self.target == Target::Crepe && body.bound[variable.index()].is_none() {
                let other = VariableId::from(body.names.len());
                let name = format!("{}_{}", body.names[variable.index()], body.names.len());
                equal.push(format!("({} == {name})", body.names[variable.index()]));
                body.names.push(name);
                body.bound.push(None);
                atom.arguments[place] = Argument::Variable(other);
            }
        }
        let written = self.atom(&atom, body);
        body.conditions.push(written);
        body.conditions.extend(equal);
        for argument in &atom.arguments {
            if let Argument::Variable(variable) = argument {
                body.bound[variable.index()].get_or_insert(Bound::Atom);
            }
        }
    }

    fn atom(&self, atom: &Atom, body: &Body) -> String {
        let argument = |argument: &Argument| match argument {
            Argument::Variable(variable) => body.names[variable.index()].clone(),
            Argument::Constant(constant) => self.constant(constant),
            Argument::Wildcard => "_".to_owned(),
        };
        let arguments: Vec<String> = atom.arguments.iter().map(argument).collect();
        format!("{}({})", self.relation(atom.relation), arguments.join(", "))
    }

    fn compare(&mut self, literal: &Literal, body: &mut Body) {
        let Literal::Compare { comparison, primitive, left, right, span } = literal else { return };
        let free = |term: &Term| match term {
            Term::Variable(variable) if body.bound[variable.index()].is_none() => Some(*variable),
            _ => None,
        };
        let binds = match (free(left), free(right)) {
            (Some(variable), _) => Some((variable, right)),
            (_, Some(variable)) => Some((variable, left)),
            _ => None,
        };
        if let Some((variable, value)) = binds {
            let value = self.value(value, body, *span);
            let name = &body.names[variable.index()];
            body.conditions.push(format!("let {name} = {value}"));
            body.bound[variable.index()] = Some(Bound::Let);
            return;
        }
        let operator = match comparison {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            _ if *primitive == Primitive::Symbol => {
                return self.refuse(*span, "the order of symbols");
            }
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        };
        let (left, right) = (self.value(left, body, *span), self.value(right, body, *span));
        body.conditions.push(match self.target {
            Target::Ascent => format!("if {left} {operator} {right}"),
            Target::Crepe => format!("({left} {operator} {right})"),
        });
    }

    /// A term as an argument of a head.
    fn head(&mut self, term: &Term, body: &Body, span: Span) -> String {
        match term {
            Term::Variable(variable) => body.names[variable.index()].clone(),
            _ => self.value(term, body, span),
        }
    }

    /// A term as a value.
    fn value(&mut self, term: &Term, body: &Body, span: Span) -> String {
        match term {
            Term::Constant(constant) => self.constant(constant),
            Term::Variable(variable) => {
                let name = &body.names[variable.index()];
                match (self.target, body.bound[variable.index()]) {
                    (Target::Ascent, Some(Bound::Atom)) => format!("(*{name})"),
                    _ => name.clone(),
                }
            }
            Term::Call { functor, primitive, arguments, span: own } => {
                let span = if *own == Span::default() { span } else { *own };
                let values: Vec<String> =
                    arguments.iter().map(|it| self.value(it, body, span)).collect();
                let whole = matches!(primitive, Primitive::Number | Primitive::Unsigned);
                match (functor, values.as_slice()) {
                    (Functor::Add, [a, b]) if whole => format!("{a}.wrapping_add({b})"),
                    (Functor::Subtract, [a, b]) if whole => format!("{a}.wrapping_sub({b})"),
                    (Functor::Multiply, [a, b]) if whole => format!("{a}.wrapping_mul({b})"),
                    (Functor::Negate, [a]) if whole => format!("{a}.wrapping_neg()"),
                    (Functor::BitAnd, [a, b]) if whole => format!("({a} & {b})"),
                    (Functor::BitOr, [a, b]) if whole => format!("({a} | {b})"),
                    (Functor::BitXor, [a, b]) if whole => format!("({a} ^ {b})"),
                    (Functor::BitNot, [a]) if whole => format!("(!{a})"),
                    (Functor::Record { .. } | Functor::Field(_), _) => {
                        self.refuse(span, "a record");
                        "0".to_owned()
                    }
                    (functor, _) => {
                        let name = format!("{functor:?}").to_lowercase();
                        self.refuse(span, &format!("the functor `{name}`"));
                        "0".to_owned()
                    }
                }
            }
        }
    }
}
