//! Every name of a tree that stands for something declared elsewhere, to be replaced where a
//! component is put in place.

use super::tree::*;

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Use {
    /// A relation.
    Relation,
    /// A type.
    Type,
    /// A branch of an algebraic data type.
    Branch,
}

/// Sees every use and declaration of a relation or type in an item. What stands in a component, and
/// the components that are named, are left alone.
pub fn names(item: &mut Item, see: &mut dyn FnMut(Use, &mut Name)) {
    match item {
        Item::Declaration(declaration) => {
            declaration.names.iter_mut().for_each(|name| see(Use::Relation, name));
            declaration.columns.iter_mut().for_each(|column| see(Use::Type, &mut column.ty));
        }
        Item::Type(declaration) => {
            see(Use::Type, &mut declaration.name);
            match &mut declaration.body {
                TypeBody::Subtype(base) => see(Use::Type, base),
                TypeBody::Union(members) => members.iter_mut().for_each(|it| see(Use::Type, it)),
                TypeBody::Record(fields) => {
                    fields.iter_mut().for_each(|field| see(Use::Type, &mut field.ty));
                }
                TypeBody::Sum(branches) => {
                    for (name, fields) in branches {
                        see(Use::Branch, name);
                        fields.iter_mut().for_each(|field| see(Use::Type, &mut field.ty));
                    }
                }
            }
        }
        Item::Directive(directive) => {
            directive.relations.iter_mut().for_each(|name| see(Use::Relation, name));
        }
        Item::Clause(clause) => {
            clause.heads.iter_mut().for_each(|head| in_atom(head, see));
            clause.greater.iter_mut().for_each(|greater| in_atom(greater, see));
            clause.body.iter_mut().for_each(|body| in_body(body, see));
        }
        Item::Query(query) => in_body(&mut query.body, see),
        Item::Expectation(expectation) => in_body(&mut expectation.body, see),
        Item::Retraction { atom, .. } => in_atom(atom, see),
        Item::Include { .. }
        | Item::Once(_)
        | Item::Pragma { .. }
        | Item::Component(_)
        | Item::Instance(_)
        | Item::Override { .. } => {}
    }
}

fn in_atom(atom: &mut Atom, see: &mut dyn FnMut(Use, &mut Name)) {
    see(Use::Relation, &mut atom.name);
    atom.arguments.iter_mut().for_each(|argument| in_expression(argument, see));
}

fn in_body(body: &mut Body, see: &mut dyn FnMut(Use, &mut Name)) {
    match body {
        Body::And(parts) | Body::Or(parts) => parts.iter_mut().for_each(|it| in_body(it, see)),
        Body::Not(inner, _) => in_body(inner, see),
        Body::Atom(atom) => in_atom(atom, see),
        Body::Compare { left, right, .. } => {
            in_expression(left, see);
            in_expression(right, see);
        }
        Body::Test { arguments, .. } => {
            arguments.iter_mut().for_each(|argument| in_expression(argument, see));
        }
        Body::Truth(..) => {}
    }
}

fn in_expression(expression: &mut Expression, see: &mut dyn FnMut(Use, &mut Name)) {
    match expression {
        Expression::Variable(_) | Expression::Wildcard(_) | Expression::Constant(..) => {}
        Expression::Record { branch, arguments, .. } => {
            branch.iter_mut().for_each(|branch| see(Use::Branch, branch));
            arguments.iter_mut().for_each(|argument| in_expression(argument, see));
        }
        Expression::Call { arguments, .. } | Expression::Range { arguments, .. } => {
            arguments.iter_mut().for_each(|argument| in_expression(argument, see));
        }
        Expression::Aggregate { target, body, .. } => {
            target.iter_mut().for_each(|target| in_expression(target, see));
            in_body(body, see);
        }
    }
}
