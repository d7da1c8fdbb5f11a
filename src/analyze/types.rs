//! The types of a rule's variables and values.
//!
//! First the primitive of every variable, by passing what is known along atoms, comparisons and
//! functors until nothing new is learnt; a plain number takes the type its place wants. Then the
//! declared types: a variable must be able to be in all columns that bind it, and its type must be
//! within that of every head column it fills.

use rustc_hash::FxHashMap;

use crate::diag::{Diagnostic, Span};
use crate::syntax::operators::{AggregateOperator, Comparison, Functor};
use crate::value::{Constant, Primitive, TypeId, VariableId};

use super::declarations::Declarations;
use super::error;
use super::lower::Lowered;
use super::program::{Argument, Atom, Literal, Term};

/// Settles and checks all types of a rule.
pub fn check(
    declarations: &Declarations,
    lowered: &mut Lowered,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let known = infer(declarations, lowered, true);
    for (variable, primitive) in lowered.rule.variables.iter_mut().zip(&known) {
        variable.primitive = primitive.unwrap_or(Primitive::Number);
    }
    let primitives: Vec<Primitive> =
        lowered.rule.variables.iter().map(|variable| variable.primitive).collect();
    let names: Vec<String> =
        lowered.rule.variables.iter().map(|variable| variable.name.clone()).collect();
    let mut places = lowered.places.clone();
    bound_at(&lowered.rule.body, &mut places);
    let mut settle = Settle { declarations, primitives, names, places, diagnostics };
    let mut body = std::mem::take(&mut lowered.rule.body);
    settle.literals(&mut body);
    lowered.rule.body = body;
    let relation = &declarations.relations[lowered.rule.head.relation.index()];
    let columns: Vec<Primitive> = relation.columns.iter().map(|column| column.primitive).collect();
    for (index, term) in lowered.rule.head.terms.iter_mut().enumerate() {
        if let Some(primitive) = columns.get(index) {
            settle.term(term, *primitive, lowered.head_places[index]);
        }
    }
    check_declared(declarations, lowered, diagnostics);
}

/// Gives the columns of a goal's relation the types of its variables.
pub fn infer_head(declarations: &mut Declarations, lowered: &Lowered) {
    let known = infer(declarations, lowered, false);
    let relation = lowered.rule.head.relation;
    for (column, term) in lowered.rule.head.terms.iter().enumerate() {
        if let Term::Variable(variable) = term {
            let primitive = known[variable.index()].unwrap_or(Primitive::Number);
            declarations.set_column(relation, column, primitive);
        }
    }
}

/// What is known of each variable's primitive, from the body and, if wanted, from the head.
fn infer(
    declarations: &Declarations,
    lowered: &Lowered,
    from_head: bool,
) -> Vec<Option<Primitive>> {
    let mut infer =
        Infer { declarations, known: vec![None; lowered.rule.variables.len()], changed: true };
    while std::mem::take(&mut infer.changed) {
        infer.literals(&lowered.rule.body);
        let relation = &declarations.relations[lowered.rule.head.relation.index()];
        if from_head {
            for (term, column) in lowered.rule.head.terms.iter().zip(&relation.columns) {
                infer.learn(term, Some(column.primitive));
            }
        }
    }
    infer.known
}

struct Infer<'a> {
    declarations: &'a Declarations,
    known: Vec<Option<Primitive>>,
    changed: bool,
}

impl Infer<'_> {
    fn literals(&mut self, literals: &[Literal]) {
        for literal in literals {
            match literal {
                Literal::Positive(atom) | Literal::Negative(atom) => {
                    let relation = &self.declarations.relations[atom.relation.index()];
                    for (argument, column) in atom.arguments.iter().zip(&relation.columns) {
                        if let Argument::Variable(variable) = argument {
                            self.set(*variable, column.primitive);
                        }
                    }
                }
                Literal::Compare { left, right, .. } => {
                    let primitive = self.of(left).or_else(|| self.of(right));
                    self.learn(left, primitive);
                    self.learn(right, primitive);
                }
                Literal::Test { arguments, .. } => {
                    arguments.iter().for_each(|a| self.learn(a, Some(Primitive::Symbol)));
                }
                Literal::Truth(_) => {}
                Literal::Aggregate(aggregate) => {
                    self.literals(&aggregate.body);
                    let result = match aggregate.operator {
                        AggregateOperator::Count => Some(Primitive::Number),
                        AggregateOperator::Mean => Some(Primitive::Float),
                        _ => aggregate.target.as_ref().and_then(|target| self.of(target)),
                    };
                    if let Some(result) = result {
                        self.set(aggregate.result, result);
                    }
                    let wanted = self.known[aggregate.result.index()];
                    if let (Some(target), false) =
                        (&aggregate.target, aggregate.operator == AggregateOperator::Mean)
                    {
                        self.learn(target, wanted);
                    }
                }
                Literal::Range { result, from, to, step, .. } => {
                    let known = self.known[result.index()]
                        .or_else(|| self.of(from))
                        .or_else(|| self.of(to))
                        .or_else(|| step.as_ref().and_then(|step| self.of(step)));
                    if let Some(primitive) = known {
                        self.set(*result, primitive);
                    }
                    [Some(from), Some(to), step.as_ref()]
                        .into_iter()
                        .flatten()
                        .for_each(|term| self.learn(term, known));
                }
            }
        }
    }

    fn set(&mut self, variable: VariableId, primitive: Primitive) {
        let known = &mut self.known[variable.index()];
        if known.is_none() {
            *known = Some(primitive);
            self.changed = true;
        }
    }

    /// Learns from the place of a term what its variables are.
    fn learn(&mut self, term: &Term, wanted: Option<Primitive>) {
        match term {
            Term::Variable(variable) => {
                if let Some(primitive) = wanted {
                    self.set(*variable, primitive);
                }
            }
            Term::Constant(_) => {}
            Term::Call { functor, arguments, .. } => {
                let own = self.of(term).or(wanted);
                for (index, argument) in arguments.iter().enumerate() {
                    let wanted = match (functor, argument_kind(*functor)) {
                        (Functor::Record { ty, branch }, _) => {
                            Some(field_kind(self.declarations, *ty, *branch, index))
                        }
                        (Functor::Substring, _) if index > 0 => Some(Primitive::Number),
                        (_, Kind::Is(primitive)) => Some(primitive),
                        (_, Kind::Same) => own,
                        (_, Kind::Any) => None,
                    };
                    self.learn(argument, wanted);
                }
            }
        }
    }

    /// The primitive of a term, as far as it is known. Plain numbers are not: they adapt.
    fn of(&self, term: &Term) -> Option<Primitive> {
        match term {
            Term::Variable(variable) => self.known[variable.index()],
            Term::Constant(Constant::Number(_)) => None,
            Term::Constant(constant) => Some(constant.primitive()),
            Term::Call { functor, primitive, arguments, .. } => match result_kind(*functor) {
                Kind::Is(primitive) => Some(primitive),
                Kind::Any => Some(*primitive),
                Kind::Same => arguments.iter().find_map(|argument| self.of(argument)),
            },
        }
    }
}

/// What a functor's arguments or result are.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// One primitive.
    Is(Primitive),
    /// All alike: the arguments and the result.
    Same,
    /// Whatever it is.
    Any,
}

fn argument_kind(functor: Functor) -> Kind {
    match functor {
        // `substr` wants numbers behind the first argument; that is seen to where it is checked.
        Functor::Cat | Functor::Length | Functor::Substring | Functor::Ordinal => {
            Kind::Is(Primitive::Symbol)
        }
        Functor::ToNumber
        | Functor::ToString
        | Functor::ToUnsigned
        | Functor::ToFloat
        | Functor::Record { .. }
        | Functor::Field(_)
        | Functor::Convert => Kind::Any,
        _ => Kind::Same,
    }
}

fn result_kind(functor: Functor) -> Kind {
    match functor {
        Functor::Cat | Functor::Substring | Functor::ToString => Kind::Is(Primitive::Symbol),
        Functor::Length | Functor::Ordinal | Functor::ToNumber => Kind::Is(Primitive::Number),
        Functor::ToUnsigned => Kind::Is(Primitive::Unsigned),
        Functor::ToFloat => Kind::Is(Primitive::Float),
        Functor::Record { .. } => Kind::Is(Primitive::Record),
        Functor::Convert | Functor::Field(_) => Kind::Any,
        _ => Kind::Same,
    }
}

/// The kind of an argument of a record: the first is the name of its branch.
fn field_kind(declarations: &Declarations, ty: TypeId, branch: u32, index: usize) -> Primitive {
    let fields = declarations.ty(ty).branches.get(branch as usize).map(|branch| &branch.fields);
    let at = index.checked_sub(1);
    let field = fields.zip(at).and_then(|(fields, at)| fields.get(at));
    field.map_or(Primitive::Symbol, |(_, ty)| declarations.ty(*ty).primitive)
}

/// Whether a functor that works on several types works on this one.
fn works_on(functor: Functor, primitive: Primitive) -> bool {
    match functor {
        _ if primitive == Primitive::Record => false,
        Functor::Minimum | Functor::Maximum => true,
        Functor::Add
        | Functor::Subtract
        | Functor::Multiply
        | Functor::Divide
        | Functor::Power
        | Functor::Negate => primitive != Primitive::Symbol,
        _ => matches!(primitive, Primitive::Number | Primitive::Unsigned),
    }
}

/// Puts in the place of each variable the first atom that it stands in: what its type is from.
fn bound_at(literals: &[Literal], places: &mut [Span]) {
    for literal in literals.iter().rev() {
        match literal {
            Literal::Positive(atom) => {
                for argument in &atom.arguments {
                    if let Argument::Variable(variable) = argument {
                        places[variable.index()] = atom.span;
                    }
                }
            }
            Literal::Aggregate(aggregate) => bound_at(&aggregate.body, places),
            _ => {}
        }
    }
}

struct Settle<'a> {
    declarations: &'a Declarations,
    primitives: Vec<Primitive>,
    names: Vec<String>,
    /// Where each variable has its type from.
    places: Vec<Span>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Settle<'_> {
    fn literals(&mut self, literals: &mut [Literal]) {
        for literal in literals {
            match literal {
                Literal::Positive(atom) | Literal::Negative(atom) => self.atom(atom),
                Literal::Compare { comparison, primitive, left, right, span } => {
                    let common = self.of(left).or_else(|| self.of(right));
                    *primitive = common.unwrap_or(Primitive::Number);
                    let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
                    if ordered && *primitive == Primitive::Record {
                        let what = "what is compared here";
                        let conflict = error::type_conflict(*span, what, "record", "number");
                        self.diagnostics.push(conflict);
                    }
                    self.term(left, *primitive, *span);
                    self.term(right, *primitive, *span);
                }
                Literal::Test { arguments, span, .. } => {
                    for argument in arguments {
                        self.term(argument, Primitive::Symbol, *span);
                    }
                }
                Literal::Truth(_) => {}
                Literal::Aggregate(aggregate) => {
                    self.literals(&mut aggregate.body);
                    aggregate.primitive = self.primitives[aggregate.result.index()];
                    if let Some(target) = &mut aggregate.target {
                        let wanted = match aggregate.operator {
                            AggregateOperator::Mean => self.of(target).unwrap_or(Primitive::Number),
                            _ => aggregate.primitive,
                        };
                        self.term(target, wanted, aggregate.span);
                        let sums = matches!(
                            aggregate.operator,
                            AggregateOperator::Sum | AggregateOperator::Mean
                        );
                        if wanted == Primitive::Record || wanted == Primitive::Symbol && sums {
                            let what = format!("the target of `{}`", aggregate.operator.name());
                            self.diagnostics.push(error::type_conflict(
                                aggregate.span,
                                &what,
                                wanted.name(),
                                "number",
                            ));
                        }
                    }
                }
                Literal::Range { result, primitive, from, to, step, span } => {
                    *primitive = self.primitives[result.index()];
                    if *primitive == Primitive::Symbol {
                        let what = "what `range` gives";
                        self.diagnostics
                            .push(error::type_conflict(*span, what, "number", "symbol"));
                        continue;
                    }
                    for term in [Some(from), Some(to), step.as_mut()].into_iter().flatten() {
                        self.term(term, *primitive, *span);
                    }
                }
            }
        }
    }

    fn atom(&mut self, atom: &mut Atom) {
        let relation = &self.declarations.relations[atom.relation.index()];
        for (argument, column) in atom.arguments.iter_mut().zip(&relation.columns) {
            match argument {
                Argument::Wildcard => {}
                Argument::Variable(variable) => {
                    let found = self.primitives[variable.index()];
                    if found != column.primitive {
                        let what = format!("`{}`", self.names[variable.index()]);
                        let wanted = column.primitive.name();
                        let problem = error::type_conflict(atom.span, &what, found.name(), wanted);
                        self.report(problem, *variable);
                    }
                }
                Argument::Constant(constant) => {
                    constant_as(constant, column.primitive, atom.span, self.diagnostics);
                }
            }
        }
    }

    /// Reports what is wrong with a variable, and where its type is from unless that is the place.
    fn report(&mut self, problem: Diagnostic, variable: VariableId) {
        let from = self.places[variable.index()];
        let found = self.primitives[variable.index()];
        self.diagnostics.push(match problem.span() {
            Some(place) if place != from => problem.at(from, format!("`{found}` here")),
            _ => problem,
        });
    }

    fn of(&self, term: &Term) -> Option<Primitive> {
        match term {
            Term::Variable(variable) => Some(self.primitives[variable.index()]),
            Term::Constant(Constant::Number(_)) => None,
            Term::Constant(constant) => Some(constant.primitive()),
            Term::Call { functor, primitive, arguments, .. } => match result_kind(*functor) {
                Kind::Is(primitive) => Some(primitive),
                Kind::Any => Some(*primitive),
                Kind::Same => arguments.iter().find_map(|argument| self.of(argument)),
            },
        }
    }

    /// Makes a term be of the primitive that its place wants, or reports that it is not.
    fn term(&mut self, term: &mut Term, wanted: Primitive, place: Span) {
        match term {
            Term::Variable(variable) => {
                let found = self.primitives[variable.index()];
                if found != wanted {
                    let name = &self.names[variable.index()];
                    let what = if name.starts_with('@') {
                        "the value".to_owned()
                    } else {
                        format!("`{name}`")
                    };
                    let problem = error::type_conflict(place, &what, found.name(), wanted.name());
                    self.report(problem, *variable);
                }
            }
            Term::Constant(constant) => constant_as(constant, wanted, place, self.diagnostics),
            Term::Call { functor, primitive, arguments, span } => {
                let functor = *functor;
                let result = match result_kind(functor) {
                    Kind::Is(result) => result,
                    Kind::Any => *primitive,
                    Kind::Same => wanted,
                };
                if result != wanted {
                    let (found, wanted) = (result.name(), wanted.name());
                    self.diagnostics.push(error::type_conflict(*span, "the value", found, wanted));
                }
                if argument_kind(functor) == Kind::Same && !works_on(functor, wanted) {
                    let what = "the value computed here";
                    let problem = error::type_conflict(*span, what, "number", wanted.name());
                    let joins = functor == Functor::Add && wanted == Primitive::Symbol;
                    self.diagnostics.push(match joins {
                        true => problem.help("`+` adds numbers; `cat(a, b)` joins texts"),
                        false => problem,
                    });
                    return;
                }
                if functor != Functor::Convert {
                    *primitive = match argument_kind(functor) {
                        Kind::Same => wanted,
                        _ => result,
                    };
                }
                let span = *span;
                for (index, argument) in arguments.iter_mut().enumerate() {
                    let wanted = match (functor, argument_kind(functor)) {
                        (Functor::Record { ty, branch }, _) => {
                            field_kind(self.declarations, ty, branch, index)
                        }
                        (Functor::Substring, _) if index > 0 => Primitive::Number,
                        (_, Kind::Is(primitive)) => primitive,
                        (_, Kind::Same) => wanted,
                        (_, Kind::Any) => match &*argument {
                            Term::Variable(variable) => self.primitives[variable.index()],
                            other => self.of(other).unwrap_or(Primitive::Number),
                        },
                    };
                    let whole = matches!(functor, Functor::Record { .. });
                    if wanted == Primitive::Record && !whole {
                        let what = "the value";
                        let conflict = error::type_conflict(span, what, "record", "number");
                        self.diagnostics.push(conflict);
                    }
                    self.term(argument, wanted, span);
                }
            }
        }
    }
}

/// Makes a constant be of the primitive that its place wants, or reports that it cannot.
pub fn constant_as(
    constant: &mut Constant,
    wanted: Primitive,
    place: Span,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let settled = match (&*constant, wanted) {
        (Constant::Number(number), Primitive::Unsigned) => {
            u64::try_from(*number).ok().map(Constant::Unsigned)
        }
        (Constant::Number(number), Primitive::Float) => Some(Constant::Float(*number as f64)),
        (other, wanted) if other.primitive() == wanted => return,
        _ => None,
    };
    match settled {
        Some(settled) => *constant = settled,
        None => {
            let found = constant.primitive();
            let what = match constant {
                Constant::Symbol(text) => format!("the text {:?}", clip(text)),
                Constant::Record(_) => "`nil`".to_owned(),
                other => format!("the number {other}"),
            };
            diagnostics.push(error::type_conflict(place, &what, found.name(), wanted.name()));
        }
    }
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

/// Checks declared types (subtypes and unions) of variables against the columns they stand in.
fn check_declared(
    declarations: &Declarations,
    lowered: &Lowered,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut found: FxHashMap<VariableId, (TypeId, Span)> = FxHashMap::default();
    declared_in(declarations, lowered, &lowered.rule.body, &mut found, diagnostics);
    records_in(declarations, lowered, &lowered.rule.body, &mut found, diagnostics);
    // `x = y` makes one of the other's type.
    for literal in &lowered.rule.body {
        if let Literal::Compare {
            comparison: Comparison::Equal,
            left: Term::Variable(left),
            right: Term::Variable(right),
            ..
        } = literal
        {
            match (found.get(left).copied(), found.get(right).copied()) {
                (Some(ty), None) => drop(found.insert(*right, ty)),
                (None, Some(ty)) => drop(found.insert(*left, ty)),
                (Some(a), Some(b)) if !declarations.overlap(a.0, b.0) => {
                    diagnostics.push(error::disjoint_types(
                        lowered.places[left.index()],
                        &lowered.rule.variables[left.index()].name,
                        (&declarations.ty(a.0).name, a.1),
                        (&declarations.ty(b.0).name, b.1),
                    ));
                }
                _ => {}
            }
        }
    }
    let relation = &declarations.relations[lowered.rule.head.relation.index()];
    for (index, (term, column)) in lowered.rule.head.terms.iter().zip(&relation.columns).enumerate()
    {
        let Term::Variable(variable) = term else { continue };
        let Some((ty, _)) = found.get(variable) else { continue };
        // The columns of a goal have no type of records.
        let of_goal =
            column.primitive == Primitive::Record && declarations.ty(column.ty).branches.is_empty();
        let same_primitive = declarations.ty(*ty).primitive == column.primitive && !of_goal;
        if same_primitive && !declarations.is_subtype(*ty, column.ty) {
            let what = format!("`{}`", lowered.rule.variables[variable.index()].name);
            let (found, wanted) = (&declarations.ty(*ty).name, &declarations.ty(column.ty).name);
            let place = lowered.head_places[index];
            diagnostics.push(error::not_a_subtype(place, &what, found, wanted));
        }
    }
}

/// Checks what stands in records, and what they are equal to, against the types of their fields.
fn records_in(
    declarations: &Declarations,
    lowered: &Lowered,
    literals: &[Literal],
    found: &mut FxHashMap<VariableId, (TypeId, Span)>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut open: Vec<(Term, Option<VariableId>)> = Vec::new();
    for literal in literals {
        match literal {
            Literal::Compare { left, right, .. } => {
                for (term, other) in [(left, right), (right, left)] {
                    let equal = match other {
                        Term::Variable(variable) => Some(*variable),
                        _ => None,
                    };
                    open.push((term.clone(), equal));
                }
            }
            Literal::Aggregate(aggregate) => {
                records_in(declarations, lowered, &aggregate.body, found, diagnostics);
            }
            _ => {}
        }
    }
    open.extend(lowered.rule.head.terms.iter().map(|term| (term.clone(), None)));
    while let Some((term, equal)) = open.pop() {
        let Term::Call { functor, arguments, span, .. } = term else { continue };
        let mut places = Vec::new();
        if let Functor::Record { ty, branch } = functor {
            places.extend(equal.map(|variable| (variable, ty)));
            let declared = declarations.ty(ty).branches.get(branch as usize);
            let fields = declared.map(|it| it.fields.as_slice()).unwrap_or_default();
            for (argument, (_, ty)) in arguments.iter().skip(1).zip(fields) {
                if let Term::Variable(variable) = argument {
                    places.push((*variable, *ty));
                }
            }
        }
        for (variable, ty) in places {
            let (before, place) = *found.entry(variable).or_insert((ty, span));
            let related =
                declarations.is_subtype(before, ty) || declarations.is_subtype(ty, before);
            if !related && declarations.ty(before).primitive == declarations.ty(ty).primitive {
                diagnostics.push(error::disjoint_types(
                    lowered.places[variable.index()],
                    &lowered.rule.variables[variable.index()].name,
                    (&declarations.ty(before).name, place),
                    (&declarations.ty(ty).name, span),
                ));
            }
        }
        open.extend(arguments.into_iter().map(|argument| (argument, None)));
    }
}

fn declared_in(
    declarations: &Declarations,
    lowered: &Lowered,
    literals: &[Literal],
    found: &mut FxHashMap<VariableId, (TypeId, Span)>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for literal in literals {
        match literal {
            Literal::Positive(atom) => {
                let relation = &declarations.relations[atom.relation.index()];
                for (argument, column) in atom.arguments.iter().zip(&relation.columns) {
                    let Argument::Variable(variable) = argument else { continue };
                    let here = (column.ty, atom.span);
                    let Some(before) = found.get(variable).copied() else {
                        found.insert(*variable, here);
                        continue;
                    };
                    if declarations.is_subtype(before.0, column.ty) {
                        continue;
                    }
                    if declarations.is_subtype(column.ty, before.0) {
                        found.insert(*variable, here);
                        continue;
                    }
                    let same = declarations.ty(before.0).primitive == column.primitive;
                    if same {
                        diagnostics.push(error::disjoint_types(
                            lowered.places[variable.index()],
                            &lowered.rule.variables[variable.index()].name,
                            (&declarations.ty(before.0).name, before.1),
                            (&declarations.ty(column.ty).name, atom.span),
                        ));
                    }
                }
            }
            Literal::Aggregate(aggregate) => {
                declared_in(declarations, lowered, &aggregate.body, found, diagnostics);
            }
            _ => {}
        }
    }
}
