//! Strata: the strongly connected components of the dependency graph, in an order in which every
//! relation comes after all it depends on. Negation and aggregation inside one component have no
//! stratified meaning and are reported with the cycle.

use std::collections::VecDeque;

use crate::diag::{Diagnostic, Span};
use crate::value::{RelationId, RuleId};

use super::error;
use super::program::{Literal, Program, Stratum};

/// A dependency of a rule's head on a relation of its body.
#[derive(Clone, Copy)]
struct Edge {
    to: RelationId,
    negative: Option<&'static str>,
    span: Span,
}

/// The strata of a program's rules; problems where there are none.
pub fn stratify(program: &Program, diagnostics: &mut Vec<Diagnostic>) -> Vec<Stratum> {
    let mut edges: Vec<Vec<Edge>> = vec![Vec::new(); program.relations.len()];
    for rule in &program.rules {
        collect_edges(&rule.body, None, &mut edges[rule.head.relation.index()]);
    }
    for rule in &program.subsumptions {
        collect_edges(&rule.body, None, &mut edges[rule.head.relation.index()]);
    }
    let components = components(&edges);
    let mut component_of = vec![0usize; edges.len()];
    for (number, component) in components.iter().enumerate() {
        component.iter().for_each(|relation| component_of[relation.index()] = number);
    }
    report_cycles(program, &edges, &component_of, diagnostics);
    let mut strata: Vec<Stratum> = components
        .into_iter()
        .map(|mut relations| {
            relations.sort();
            Stratum { relations, rules: Vec::new(), recursive: false }
        })
        .collect();
    for (index, rule) in program.rules.iter().enumerate() {
        let number = component_of[rule.head.relation.index()];
        strata[number].rules.push(RuleId::from(index));
    }
    for (relation, edges) in edges.iter().enumerate() {
        let number = component_of[relation];
        if edges.iter().any(|edge| component_of[edge.to.index()] == number) {
            strata[number].recursive = true;
        }
    }
    strata
}

fn collect_edges(literals: &[Literal], through: Option<&'static str>, into: &mut Vec<Edge>) {
    for literal in literals {
        match literal {
            Literal::Positive(atom) => {
                into.push(Edge { to: atom.relation, negative: through, span: atom.span });
            }
            Literal::Negative(atom) => {
                let negative = Some(through.unwrap_or("negation"));
                into.push(Edge { to: atom.relation, negative, span: atom.span });
            }
            Literal::Aggregate(aggregate) => {
                collect_edges(&aggregate.body, Some("an aggregate"), into);
            }
            _ => {}
        }
    }
}

/// One problem a component, with the shortest cycle through its first negative edge.
fn report_cycles(
    program: &Program,
    edges: &[Vec<Edge>],
    component_of: &[usize],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut reported = vec![false; edges.len()];
    for (from, out) in edges.iter().enumerate() {
        let component = component_of[from];
        let negative = out
            .iter()
            .find(|edge| edge.negative.is_some() && component_of[edge.to.index()] == component);
        let Some(edge) = negative else { continue };
        if std::mem::replace(&mut reported[component], true) {
            continue;
        }
        let name = |relation: usize| program.relations[relation].name.clone();
        let mut cycle = vec![(name(from), edge.span, true)];
        let path = path_back(edges, component_of, edge.to.index(), from);
        cycle.extend(
            path.into_iter().map(|(at, edge)| (name(at), edge.span, edge.negative.is_some())),
        );
        let through = edge.negative.unwrap_or("negation");
        diagnostics.push(error::not_stratified(&cycle, through));
    }
}

/// The shortest way from one relation to another inside their component: each relation on it with
/// the edge that leaves it.
fn path_back(
    edges: &[Vec<Edge>],
    component_of: &[usize],
    from: usize,
    to: usize,
) -> Vec<(usize, Edge)> {
    if from == to {
        return Vec::new();
    }
    let mut came_by: Vec<Option<(usize, Edge)>> = vec![None; edges.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for edge in &edges[at] {
            let next = edge.to.index();
            if component_of[next] != component_of[to] || next == from || came_by[next].is_some() {
                continue;
            }
            came_by[next] = Some((at, *edge));
            queue.push_back(next);
        }
    }
    let mut path = Vec::new();
    let mut at = to;
    while at != from {
        let Some((before, edge)) = came_by[at] else { break };
        path.push((before, edge));
        at = before;
    }
    path.reverse();
    path
}

/// Strongly connected components, each after all it depends on (Tarjan 1972, with an explicit
/// stack so that no program is too deep for it).
fn components(edges: &[Vec<Edge>]) -> Vec<Vec<RelationId>> {
    const UNSEEN: usize = usize::MAX;
    let count = edges.len();
    let (mut order, mut low) = (vec![UNSEEN; count], vec![0usize; count]);
    let mut on_stack = vec![false; count];
    let mut stack: Vec<usize> = Vec::new();
    let mut components = Vec::new();
    let mut next_order = 0;
    for root in 0..count {
        if order[root] != UNSEEN {
            continue;
        }
        let mut calls: Vec<(usize, usize)> = vec![(root, 0)];
        while let Some((node, position)) = calls.pop() {
            if position == 0 {
                order[node] = next_order;
                low[node] = next_order;
                next_order += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(edge) = edges[node].get(position) {
                calls.push((node, position + 1));
                let next = edge.to.index();
                if order[next] == UNSEEN {
                    calls.push((next, 0));
                } else if on_stack[next] {
                    low[node] = low[node].min(order[next]);
                }
                continue;
            }
            if let Some((caller, _)) = calls.last() {
                low[*caller] = low[*caller].min(low[node]);
            }
            if low[node] == order[node] {
                let mut component = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    component.push(RelationId::from(member));
                    if member == node {
                        break;
                    }
                }
                components.push(component);
            }
        }
    }
    components
}
