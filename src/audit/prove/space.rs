//! The spaces that lists are proved over, as the program itself declares them: which variables
//! there are, which values each can have, and what picking a value says.
//!
//! | tag | on | columns |
//! | --- | --- | --- |
//! | `@space` | one relation | space, variable, place of the value, value |
//! | `@picks R` | a relation | space, variable, value, and then the columns of `R` |
//! | `@outcomes` | a relation | the relation of what a list chooses, a value it is to choose |

use std::collections::BTreeMap;

use crate::analyze::program::{Program, Relation};
use crate::store::Database;
use crate::value::{Interner, Primitive, RelationId, Word};

use super::super::Finding;
use super::kinds;

/// A fact as words.
pub type Fact = (RelationId, Vec<Word>);

/// What can vary.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its values, the plainest first.
    pub values: Vec<Value>,
}

/// A value of a variable.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its name, empty where nothing is said.
    pub name: String,
    /// What picking it says.
    pub facts: Vec<Fact>,
}

/// Variables that vary together.
#[derive(Clone, Debug)]
pub struct Space {
    /// Its name.
    pub name: String,
    /// Its variables, by name.
    pub variables: Vec<Variable>,
}

/// All spaces of a program.
#[derive(Clone, Debug, Default)]
pub struct Spaces {
    /// The spaces, by name.
    pub spaces: Vec<Space>,
    /// The relations that picking values says something of.
    pub targets: Vec<RelationId>,
    /// What lists are to choose: the relation's name and a value.
    pub outcomes: Vec<(String, String)>,
}

/// Values by place and name, each with what picking it says.
type Values = BTreeMap<(i64, String), Vec<Fact>>;

/// Reads the spaces of a program from what is known without any design.
pub fn spaces(
    program: &Program,
    base: &Database,
    interner: &Interner,
    findings: &mut Vec<Finding>,
) -> Spaces {
    let mut spaces = Spaces::default();
    let relations =
        || program.relations.iter().enumerate().map(|(at, it)| (RelationId::from(at), it));
    let mut values: BTreeMap<(String, String), Values> = BTreeMap::new();
    let text = |word: Word| interner.symbol(word).to_owned();
    for (id, relation) in relations().filter(|(_, it)| it.doc.tag("space").is_some()) {
        if !fits(
            relation,
            &[Primitive::Symbol, Primitive::Symbol, Primitive::Number, Primitive::Symbol],
        ) {
            findings.push(kinds::misfit(relation, "(symbol, symbol, number, symbol)"));
            continue;
        }
        for row in base.relation(id).rows() {
            let [space, variable, place, value] = row.as_slice() else { continue };
            let known = values.entry((text(*space), text(*variable))).or_default();
            known.entry((interner.number(*place), text(*value))).or_default();
        }
    }
    for (id, relation) in relations() {
        let Some(name) = relation.doc.tag("picks") else { continue };
        let target = relations().find(|(_, it)| it.name == name.trim());
        let wanted = target.map(|(_, target)| {
            let own = target.columns.iter().map(|column| column.primitive);
            [Primitive::Symbol; 3].into_iter().chain(own).collect::<Vec<_>>()
        });
        let (Some((target, _)), Some(wanted)) = (target, wanted) else {
            findings
                .push(kinds::misfit(relation, &format!("a relation `{name}`, which there is not")));
            continue;
        };
        if !fits(relation, &wanted) {
            let columns = format!("(symbol, symbol, symbol) and the columns of `{name}`");
            findings.push(kinds::misfit(relation, &columns));
            continue;
        }
        spaces.targets.push(target);
        for row in base.relation(id).rows() {
            let (Some(key), Some(tuple)) = (row.get(..3), row.get(3..)) else { continue };
            let known = values.get_mut(&(text(key[0]), text(key[1])));
            let value = known.and_then(|known| {
                let mut values = known.iter_mut();
                values.find(|((_, name), _)| *name == interner.symbol(key[2])).map(|it| it.1)
            });
            match value {
                Some(facts) => facts.push((target, tuple.to_vec())),
                None => {
                    let value = format!("{}, {}, {}", text(key[0]), text(key[1]), text(key[2]));
                    findings.push(kinds::misfit(
                        relation,
                        &format!("no value that is not there: {value}"),
                    ));
                }
            }
        }
    }
    for (id, _) in relations().filter(|(_, it)| it.doc.tag("outcomes").is_some()) {
        for row in base.relation(id).rows() {
            if let [list, value] = row.as_slice() {
                spaces.outcomes.push((text(*list), text(*value)));
            }
        }
    }
    for ((space, variable), values) in values {
        let values = values.into_iter().map(|((_, name), mut facts)| {
            facts.sort();
            Value { name, facts }
        });
        let variable = Variable { name: variable, values: values.collect() };
        match spaces.spaces.last_mut() {
            Some(last) if last.name == space => last.variables.push(variable),
            _ => spaces.spaces.push(Space { name: space, variables: vec![variable] }),
        }
    }
    spaces.targets.sort();
    spaces.targets.dedup();
    spaces.outcomes.sort();
    spaces
}

fn fits(relation: &Relation, wanted: &[Primitive]) -> bool {
    relation.columns.iter().map(|column| column.primitive).eq(wanted.iter().copied())
}
