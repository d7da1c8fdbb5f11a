//! What can lie below the facts of a relation, told from the rules alone.

use crate::analyze::program::Literal;
use crate::value::RelationId;

use super::Subject;

/// For each relation, whether an assumption can lie below it.
pub fn can_assume(subject: &dyn Subject) -> Vec<bool> {
    let program = subject.program();
    let concluded =
        |relation: RelationId| program.rules.iter().any(|rule| rule.head.relation == relation);
    let mut can = vec![false; program.relations.len()];
    loop {
        let mut changed = false;
        for rule in &program.rules {
            if can[rule.head.relation.index()] {
                continue;
            }
            let tagged = program.clauses[rule.clause.index()].doc.tag("assumption").is_some();
            let below = rule.body.iter().any(|literal| match literal {
                Literal::Positive(atom) => can[atom.relation.index()],
                Literal::Negative(atom) => {
                    subject.is_stated(atom.relation) && !concluded(atom.relation)
                }
                _ => false,
            });
            if tagged || below {
                can[rule.head.relation.index()] = true;
                changed = true;
            }
        }
        if !changed {
            return can;
        }
    }
}

/// For each relation, whether what is stated can change it.
pub fn changeable(subject: &dyn Subject) -> Vec<bool> {
    let program = subject.program();
    let stated = |index: usize| subject.is_stated(RelationId::from(index));
    let mut changeable: Vec<bool> = (0..program.relations.len()).map(stated).collect();
    if !changeable.contains(&true) {
        return vec![true; changeable.len()];
    }
    // Strata come in order of dependency.
    for stratum in &program.strata {
        let reads = stratum.rules.iter().any(|rule| {
            let body = &program.rules[rule.index()].body;
            body.iter().any(|literal| reads_any(literal, &changeable))
        });
        if reads {
            stratum.relations.iter().for_each(|id| changeable[id.index()] = true);
        }
    }
    changeable
}

fn reads_any(literal: &Literal, marked: &[bool]) -> bool {
    match literal {
        Literal::Positive(atom) | Literal::Negative(atom) => marked[atom.relation.index()],
        Literal::Aggregate(aggregate) => aggregate.body.iter().any(|l| reads_any(l, marked)),
        _ => false,
    }
}
