//! Clauses to rules in normal form: names resolved, computed arguments and aggregates named. Types are settled afterwards, see `types`.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::diag::{Diagnostic, Span};
use crate::syntax::operators::Functor;
use crate::syntax::tree::{self, Body, Expression};
use crate::value::{ClauseId, Constant, Primitive, RelationId, TypeId, VariableId};

use super::bodies::{
    body_has_record, body_outside_aggregates, body_span, has_record, outside_aggregates,
};
use super::branches::push_negation;
use super::declarations::Declarations;
use super::error;
use super::program::{Aggregate, Argument, Atom, Head, Literal, Rule, Term, Variable};
use super::types::constant_as;

/// What a rule's variables were before they were numbers; needed until the rule is checked.
pub struct Lowered {
    /// The rule; primitives of variables, comparisons and calls are not settled yet.
    pub rule: Rule,
    /// Where each variable is first written.
    pub places: Vec<Span>,
    /// Where each head term is written.
    pub head_places: Vec<Span>,
    /// Where the fields of each record are written, by where all of it is.
    pub fields: FxHashMap<Span, Vec<Span>>,
    /// The variables of targets that another variable outside of the aggregate is called like, with that one.
    pub shadowing: Vec<(VariableId, VariableId)>,
}

/// Lowers one head with one conjunction. `None` where a problem was reported.
pub fn lower_rule(
    declarations: &Declarations,
    head: &tree::Atom,
    conditions: &[Body],
    clause: ClauseId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Lowered> {
    let reported = diagnostics.len();
    let relation = declarations.resolve_head(head, diagnostics);
    check_arity(declarations, relation, head, diagnostics);
    let mut lowering = Lowering::new(declarations, diagnostics);
    lowering.note_types(Some(head), conditions);
    lowering.open_scope(head.arguments.iter(), conditions);
    let mut body = Vec::with_capacity(conditions.len());
    for condition in conditions {
        lowering.condition(condition, &mut body);
    }
    let mut terms = Vec::with_capacity(head.arguments.len());
    let columns = relation.map(|id| declarations.relations[id.index()].columns.as_slice());
    for (at, argument) in head.arguments.iter().enumerate() {
        let column = columns.and_then(|columns| columns.get(at)).map(|column| column.ty);
        terms.push(lowering.typed(argument, column, &mut body));
    }
    let Lowering { variables, places, fields, shadowing, .. } = lowering;
    if diagnostics.len() > reported {
        return None;
    }
    let head_places = head.arguments.iter().map(Expression::span).collect();
    let rule = Rule { head: Head { relation: relation?, terms }, body, variables, clause };
    Some(Lowered { rule, places, head_places, fields, shadowing })
}

/// Lowers `less <= greater :- conditions` with one conjunction: the head has a variable for each
/// argument of both.
pub fn lower_subsumption(
    declarations: &Declarations,
    less: &tree::Atom,
    greater: &tree::Atom,
    conditions: &[Body],
    clause: ClauseId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Lowered> {
    if less.name.text != greater.name.text {
        diagnostics.push(error::two_relations(&less.name, &greater.name));
        return None;
    }
    let (mut names, mut all, mut equalities) = (Vec::new(), Vec::new(), Vec::new());
    for atom in [less, greater] {
        let mut atom = atom.clone();
        for argument in &mut atom.arguments {
            if let Expression::Variable(name) = argument {
                names.push(name.text.clone());
                continue;
            }
            let (text, span) = (format!("@argument{}", names.len()), argument.span());
            names.push(text.clone());
            let variable = Expression::Variable(tree::Name { text, span });
            let written = std::mem::replace(argument, variable.clone());
            if !matches!(written, Expression::Wildcard(_)) {
                equalities.push(Body::Compare {
                    comparison: crate::syntax::operators::Comparison::Equal,
                    left: variable,
                    right: written,
                    span,
                });
            }
        }
        all.push(Body::Atom(atom));
    }
    all.extend(equalities);
    all.extend_from_slice(conditions);
    let relation = declarations.resolve(&less.name, diagnostics)?;
    lower_goal(declarations, &all, &names, relation, clause, diagnostics)
}

/// Lowers a goal: a rule whose head is the goal's variables, in order of appearance, wildcards
/// and variables that start with `_` left out. The relation is added by the caller.
pub fn lower_goal(
    declarations: &Declarations,
    conditions: &[Body],
    names: &[String],
    relation: RelationId,
    clause: ClauseId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Lowered> {
    let reported = diagnostics.len();
    let mut lowering = Lowering::new(declarations, diagnostics);
    lowering.note_types(None, conditions);
    lowering.open_scope(std::iter::empty(), conditions);
    let mut body = Vec::with_capacity(conditions.len());
    for condition in conditions {
        lowering.condition(condition, &mut body);
    }
    let terms: Vec<Term> =
        names.iter().map(|name| Term::Variable(lowering.variable(name, Span::default()))).collect();
    let Lowering { variables, places, fields, shadowing, .. } = lowering;
    if diagnostics.len() > reported {
        return None;
    }
    let head_places = terms
        .iter()
        .map(|term| match term {
            Term::Variable(variable) => places[variable.index()],
            _ => Span::default(),
        })
        .collect();
    Some(Lowered {
        rule: Rule { head: Head { relation, terms }, body, variables, clause },
        places,
        head_places,
        fields,
        shadowing,
    })
}

fn check_arity(
    declarations: &Declarations,
    relation: Option<RelationId>,
    atom: &tree::Atom,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let Some(relation) = relation {
        let relation = &declarations.relations[relation.index()];
        if relation.arity() != atom.arguments.len() {
            diagnostics.push(error::wrong_arity(atom.span, relation, atom.arguments.len()));
        }
    }
}

struct Lowering<'a> {
    declarations: &'a Declarations,
    diagnostics: &'a mut Vec<Diagnostic>,
    variables: Vec<Variable>,
    places: Vec<Span>,
    /// What names mean, the innermost scope last. An aggregate opens a scope of its own.
    scopes: Vec<FxHashMap<String, VariableId>>,
    made_up: usize,
    /// What the program says of the types of variables, by their names; for records.
    declared: FxHashMap<String, TypeId>,
    /// Where the fields of each record are written, by where all of it is.
    fields: FxHashMap<Span, Vec<Span>>,
    /// The variables of targets that another variable outside is called like, with that one.
    shadowing: Vec<(VariableId, VariableId)>,
}

impl<'a> Lowering<'a> {
    fn new(declarations: &'a Declarations, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        Lowering {
            declarations,
            diagnostics,
            variables: Vec::new(),
            places: Vec::new(),
            scopes: Vec::new(),
            made_up: 0,
            declared: FxHashMap::default(),
            fields: FxHashMap::default(),
            shadowing: Vec::new(),
        }
    }

    /// Opens a scope with the variables that occur in it outside of any aggregate. Those of the terms are its
    /// own: what an aggregate ranges over is not what is called like it outside.
    fn open_scope<'e>(&mut self, terms: impl Iterator<Item = &'e Expression>, conditions: &[Body]) {
        let (mut own, mut names) = (Vec::new(), Vec::new());
        let mut keep = |name: &tree::Name| own.push(name.clone());
        terms.for_each(|term| outside_aggregates(term, &mut keep));
        let mut keep = |name: &tree::Name| names.push(name.clone());
        conditions.iter().for_each(|condition| body_outside_aggregates(condition, &mut keep));
        self.scopes.push(FxHashMap::default());
        for name in own {
            if self.scopes.last().is_some_and(|scope| scope.contains_key(&name.text)) {
                continue;
            }
            let outside = self.scopes.iter().rev().find_map(|scope| scope.get(&name.text)).copied();
            let inside = self.new_variable(&name.text, name.span);
            self.shadowing.extend(outside.map(|outside| (inside, outside)));
        }
        for name in names {
            if !self.scopes.iter().any(|scope| scope.contains_key(&name.text)) {
                self.new_variable(&name.text, name.span);
            }
        }
    }

    fn new_variable(&mut self, name: &str, place: Span) -> VariableId {
        let id = VariableId::from(self.variables.len());
        self.variables.push(Variable { name: name.to_owned(), primitive: Primitive::Symbol });
        self.places.push(place);
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), id);
        }
        id
    }

    fn made_up(&mut self, place: Span) -> VariableId {
        self.made_up += 1;
        let name = format!("@{}", self.made_up);
        self.new_variable(&name, place)
    }

    fn variable(&mut self, name: &str, place: Span) -> VariableId {
        let found = self.scopes.iter().rev().find_map(|scope| scope.get(name)).copied();
        found.unwrap_or_else(|| self.new_variable(name, place))
    }

    fn condition(&mut self, condition: &Body, body: &mut Vec<Literal>) {
        match condition {
            Body::And(parts) => parts.iter().for_each(|part| self.condition(part, body)),
            Body::Or(_) => {
                self.diagnostics.push(error::disjunction_in_aggregate(body_span(condition)));
            }
            Body::Atom(atom) => {
                let mut computed = Vec::new();
                if let Some(atom) = self.atom(atom, false, &mut computed) {
                    body.push(Literal::Positive(atom));
                }
                body.append(&mut computed);
            }
            Body::Not(inner, span) => match inner.as_ref() {
                Body::Atom(atom) => {
                    let mut computed = Vec::new();
                    let atom = self.atom(atom, true, &mut computed);
                    body.append(&mut computed);
                    if let Some(atom) = atom {
                        body.push(Literal::Negative(atom));
                    }
                }
                Body::Test { test, arguments, .. } => {
                    self.test(*test, arguments, true, *span, body)
                }
                other => self.condition(&push_negation(other, true), body),
            },
            Body::Test { test, arguments, span } => {
                self.test(*test, arguments, false, *span, body);
            }
            Body::Truth(truth, _) => body.push(Literal::Truth(*truth)),
            Body::Compare { comparison, left, right, span } => {
                let (one, other) = (self.type_of(left), self.type_of(right));
                let left = self.typed(left, one.or(other), body);
                let right = self.typed(right, other.or(one), body);
                body.push(Literal::Compare {
                    comparison: *comparison,
                    primitive: Primitive::Symbol,
                    left,
                    right,
                    span: *span,
                });
            }
        }
    }

    fn test(
        &mut self,
        test: crate::syntax::operators::Test,
        arguments: &[Expression],
        negated: bool,
        span: Span,
        body: &mut Vec<Literal>,
    ) {
        if let [first, second] = arguments {
            let arguments = [self.term(first, body), self.term(second, body)];
            body.push(Literal::Test { test, arguments, negated, span });
        }
    }

    /// An atom of a body. What its computed arguments stand for goes to `computed`.
    fn atom(
        &mut self,
        atom: &tree::Atom,
        negated: bool,
        computed: &mut Vec<Literal>,
    ) -> Option<Atom> {
        let relation = self.declarations.resolve(&atom.name, self.diagnostics);
        check_arity(self.declarations, relation, atom, self.diagnostics);
        let in_aggregate = self.scopes.len() > 1;
        let mut arguments = Vec::with_capacity(atom.arguments.len());
        for argument in &atom.arguments {
            arguments.push(match argument {
                // In an aggregate a wildcard tells solutions apart, so it is a variable.
                Expression::Wildcard(span) if in_aggregate && !negated => {
                    Argument::Variable(self.made_up(*span))
                }
                Expression::Wildcard(_) => Argument::Wildcard,
                Expression::Variable(name) => {
                    Argument::Variable(self.variable(&name.text, name.span))
                }
                Expression::Constant(constant, span) => {
                    let mut constant = constant.clone();
                    let column = relation.and_then(|id| {
                        let declared = &self.declarations.relations[id.index()];
                        declared.columns.get(arguments.len())
                    });
                    if let (Some(column), Constant::Record(None)) = (column, &constant) {
                        self.check_nil(column.ty, *span);
                    }
                    if let Some(column) = column {
                        constant_as(&mut constant, column.primitive, *span, self.diagnostics);
                    }
                    Argument::Constant(constant)
                }
                other => {
                    let span = other.span();
                    let column = relation.and_then(|id| {
                        let declared = &self.declarations.relations[id.index()];
                        declared.columns.get(arguments.len()).map(|column| column.ty)
                    });
                    let right = self.typed(other, column, computed);
                    let variable = self.made_up(span);
                    computed.push(Literal::Compare {
                        comparison: crate::syntax::operators::Comparison::Equal,
                        primitive: Primitive::Symbol,
                        left: Term::Variable(variable),
                        right,
                        span,
                    });
                    Argument::Variable(variable)
                }
            });
        }
        Some(Atom { relation: relation?, arguments, span: atom.span })
    }

    /// Learns what types variables have from the columns they stand in, for the records that they
    /// are compared with.
    fn note_types(&mut self, head: Option<&tree::Atom>, conditions: &[Body]) {
        if !head.is_some_and(|head| head.arguments.iter().any(has_record))
            && !conditions.iter().any(body_has_record)
        {
            return;
        }
        loop {
            let before = self.declared.len();
            conditions.iter().for_each(|condition| self.note_body(condition));
            head.iter().for_each(|head| self.note_atom(head));
            if self.declared.len() == before {
                return;
            }
        }
    }

    fn note_body(&mut self, body: &Body) {
        match body {
            Body::And(parts) | Body::Or(parts) => parts.iter().for_each(|it| self.note_body(it)),
            Body::Not(inner, _) => self.note_body(inner),
            Body::Atom(atom) => self.note_atom(atom),
            Body::Compare { left, right, .. } => {
                for side in [left, right] {
                    if let Expression::Aggregate { body, .. } = side {
                        self.note_body(body);
                    }
                }
                let (one, other) = (self.type_of(left), self.type_of(right));
                if let Some(ty) = one.or(other) {
                    self.note(left, ty);
                    self.note(right, ty);
                }
            }
            Body::Test { .. } | Body::Truth(..) => {}
        }
    }

    fn note_atom(&mut self, atom: &tree::Atom) {
        let Some(relation) = self.declarations.relation(&atom.name.text) else { return };
        let columns = &self.declarations.relations[relation.index()].columns;
        for (argument, column) in atom.arguments.iter().zip(columns) {
            self.note(argument, column.ty);
        }
    }

    fn note(&mut self, expression: &Expression, ty: TypeId) {
        match expression {
            Expression::Variable(name) => {
                self.declared.entry(name.text.clone()).or_insert(ty);
            }
            Expression::Record { branch, arguments, .. } => {
                let (ty, at) = match branch {
                    None => (ty, 0),
                    Some(name) => self.declarations.branch(name).unwrap_or((ty, u32::MAX)),
                };
                let branches = &self.declarations.ty(ty).branches;
                let Some(found) = branches.get(at as usize) else { return };
                for (argument, (_, ty)) in arguments.iter().zip(&found.fields) {
                    self.note(argument, *ty);
                }
            }
            _ => {}
        }
    }

    /// Reports `nil` where a value of an algebraic data type is wanted.
    fn check_nil(&mut self, ty: TypeId, span: Span) {
        let wanted = self.declarations.ty(ty);
        if wanted.branches.iter().any(|branch| !branch.name.is_empty()) {
            self.diagnostics.push(error::type_conflict(span, "`nil`", "record", &wanted.name));
        }
    }

    /// What is known of a value's type.
    fn type_of(&self, expression: &Expression) -> Option<TypeId> {
        match expression {
            Expression::Variable(name) => self.declared.get(&name.text).copied(),
            Expression::Record { branch: Some(name), .. } => {
                self.declarations.branch(name).ok().map(|(ty, _)| ty)
            }
            _ => None,
        }
    }

    /// A value of a type.
    fn typed(
        &mut self,
        expression: &Expression,
        ty: Option<TypeId>,
        body: &mut Vec<Literal>,
    ) -> Term {
        if let (Expression::Constant(Constant::Record(None), span), Some(ty)) = (expression, ty) {
            self.check_nil(ty, *span);
        }
        let Expression::Record { branch, arguments, span } = expression else {
            return self.term(expression, body);
        };
        let nothing = Term::Constant(Constant::Record(None));
        let (own, at) = match (branch, ty) {
            (Some(name), _) => match self.declarations.branch(name) {
                Ok(found) => found,
                Err(problem) => {
                    self.diagnostics.push(problem);
                    return nothing;
                }
            },
            (None, Some(ty)) => (ty, 0),
            (None, None) => {
                self.diagnostics.push(error::untyped_record(*span));
                return nothing;
            }
        };
        let declared = self.declarations.ty(own);
        let wanted = ty.map_or(declared, |ty| self.declarations.ty(ty));
        let shape = declared.branches.get(at as usize);
        let shape = shape.filter(|shape| shape.name.is_empty() == branch.is_none());
        let (Some(shape), true) = (shape, ty.is_none_or(|ty| ty == own)) else {
            let found = if branch.is_some() { declared.name.as_str() } else { "record" };
            let conflict = error::type_conflict(*span, "the value", found, &wanted.name);
            self.diagnostics.push(conflict);
            return nothing;
        };
        if shape.fields.len() != arguments.len() {
            let name = if branch.is_some() { &shape.name } else { &declared.name };
            let (wanted, found) = (shape.fields.len(), arguments.len());
            self.diagnostics.push(error::wrong_fields(*span, name, wanted, found));
            return nothing;
        }
        self.fields.insert(*span, arguments.iter().map(Expression::span).collect());
        let mut terms = vec![Term::Constant(Constant::Symbol(shape.name.as_str().into()))];
        for (argument, (_, ty)) in arguments.iter().zip(&shape.fields) {
            terms.push(match argument {
                Expression::Wildcard(span) => Term::Variable(self.made_up(*span)),
                argument => self.typed(argument, Some(*ty), body),
            });
        }
        Term::Call {
            functor: Functor::Record { ty: own, branch: at },
            primitive: Primitive::Record,
            arguments: terms,
            span: *span,
        }
    }

    /// A value. What it needs, such as an aggregate, goes to `body` before it.
    fn term(&mut self, expression: &Expression, body: &mut Vec<Literal>) -> Term {
        match expression {
            Expression::Variable(name) => Term::Variable(self.variable(&name.text, name.span)),
            Expression::Wildcard(span) => {
                self.diagnostics.push(error::wildcard_as_value(*span));
                Term::Constant(Constant::Number(0))
            }
            Expression::Constant(constant, _) => Term::Constant(constant.clone()),
            Expression::Record { .. } => self.typed(expression, None, body),
            Expression::Call { functor, arguments, name, span } => {
                let mut arguments: Vec<Term> =
                    arguments.iter().map(|argument| self.term(argument, body)).collect();
                // The ordinal of a text is its word, so a computed text gets one before.
                if let (Functor::Ordinal, [argument @ Term::Call { .. }]) =
                    (functor, arguments.as_mut_slice())
                {
                    let variable = Term::Variable(self.made_up(*span));
                    let right = std::mem::replace(argument, variable.clone());
                    body.push(Literal::Compare {
                        comparison: crate::syntax::operators::Comparison::Equal,
                        primitive: Primitive::Symbol,
                        left: variable,
                        right,
                        span: *span,
                    });
                }
                let primitive = match name.text.as_str() {
                    "itou" | "ftou" => Primitive::Unsigned,
                    "utoi" | "ftoi" => Primitive::Number,
                    "itof" | "utof" => Primitive::Float,
                    _ => Primitive::Symbol,
                };
                Term::Call { functor: *functor, primitive, arguments, span: *span }
            }
            Expression::Aggregate { operator, target, body: inner, span } => {
                let result = self.made_up(*span);
                let conditions: Vec<Body> = push_negation(inner, false).into_parts();
                let outside: FxHashSet<VariableId> =
                    self.scopes.iter().flat_map(|scope| scope.values().copied()).collect();
                let target_terms = target.iter().map(Box::as_ref);
                self.open_scope(target_terms, &conditions);
                let mut literals = Vec::with_capacity(conditions.len());
                for condition in &conditions {
                    self.condition(condition, &mut literals);
                }
                let target = target.as_ref().map(|target| self.term(target, &mut literals));
                self.scopes.pop();
                let mut used = FxHashSet::default();
                let mut see = |variable: VariableId| {
                    used.insert(variable);
                };
                literals.iter().for_each(|literal| literal.variables(&mut see));
                target.iter().for_each(|target| target.variables(&mut see));
                let mut outer: Vec<VariableId> = used.intersection(&outside).copied().collect();
                outer.sort();
                body.push(Literal::Aggregate(Aggregate {
                    operator: *operator,
                    result,
                    primitive: Primitive::Number,
                    target,
                    body: literals,
                    outer,
                    span: *span,
                }));
                Term::Variable(result)
            }
            Expression::Range { arguments, span } => {
                let mut terms = arguments.iter().map(|argument| self.term(argument, body));
                let (from, to, step) = (terms.next(), terms.next(), terms.next());
                drop(terms);
                let result = self.made_up(*span);
                if let (Some(from), Some(to)) = (from, to) {
                    let primitive = Primitive::Number;
                    body.push(Literal::Range { result, primitive, from, to, step, span: *span });
                }
                Term::Variable(result)
            }
        }
    }
}
