//! A list over all points of a space: which rows hold in each, what is chosen, and what the rows
//! look at.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::analyze::program::{Argument, Atom, Literal, Program, Rule, Term};
use crate::explain::{List, Lists};
use crate::syntax::printer::Literal as Shown;
use crate::value::{Interner, RelationId, RuleId, Word};

use super::bulk::{Bulk, Derived};
use super::cone::Pattern;
use super::reach::{Cases, Choice, Moves, Obstacle, Product, Reach, said};

/// A first-match list, with what it chooses.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The list.
    pub list: List,
    /// The relation of what is chosen.
    pub chosen: RelationId,
    /// The columns of what is chosen that say what it is, and not of whom.
    pub outcome: Vec<usize>,
    /// What the rows look at.
    pub looks: Vec<Look>,
    /// What every row wants of whatever it is about: elsewhere the list has nothing to say.
    pub scope: Vec<Look>,
}

/// Something that rows look at: a relation, some of its columns fixed, and perhaps one whose value
/// makes the difference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Look {
    /// The relation.
    pub relation: RelationId,
    /// The columns that are fixed.
    pub fixed: Vec<Option<Word>>,
    /// The column whose value makes the difference; without one it is whether there is a tuple.
    pub value: Option<usize>,
    /// How each column is written.
    pub written: Vec<String>,
}

/// All lists of a program that choose something.
pub fn subjects(program: &Program, interner: &mut Interner) -> Vec<Subject> {
    let lists = Lists::find(program);
    let mut subjects: Vec<Subject> = Vec::new();
    for (index, rule) in program.rules.iter().enumerate() {
        let Some((list, position)) = lists.chosen_by(RuleId::from(index)) else { continue };
        if subjects.iter().any(|known| known.list.rows == list.rows) {
            continue;
        }
        let Some(Literal::Positive(row)) = rule.body.get(position) else { continue };
        let whose =
            |term: &Term| match term {
                Term::Variable(variable) => row.arguments.iter().enumerate().any(|(column, it)| {
                    column != list.rank && *it == Argument::Variable(*variable)
                }),
                _ => false,
            };
        let terms = rule.head.terms.iter().enumerate();
        let outcome = terms.filter(|(_, term)| !whose(term)).map(|(column, _)| column).collect();
        let rules: Vec<&Rule> =
            list.rules.iter().map(|(_, rule)| &program.rules[rule.index()]).collect();
        let looks = looks(&rules, program, interner);
        subjects.push(Subject {
            list: list.clone(),
            chosen: rule.head.relation,
            outcome,
            scope: scope(&rules, &looks, interner),
            looks,
        });
    }
    subjects
}

fn atoms(rule: &Rule) -> impl Iterator<Item = &Atom> {
    rule.body.iter().filter_map(|literal| match literal {
        Literal::Positive(atom) | Literal::Negative(atom) => Some(atom),
        _ => None,
    })
}

/// What the rows of a list look at.
fn looks(rules: &[&Rule], program: &Program, interner: &mut Interner) -> Vec<Look> {
    // Rows may call what they are about by names of their own; the name of the column is that of all.
    let named_after = |relation: RelationId, column: usize| {
        let name = &program.relations[relation.index()].columns[column].name;
        let mut letters = name.chars();
        let first = letters.next().map(|it| it.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    };
    let all = || rules.iter().flat_map(|rule| atoms(rule).map(move |atom| (*rule, atom)));
    let fixed_somewhere = |relation: RelationId, column: usize| {
        all().any(|(_, atom)| {
            atom.relation == relation && matches!(atom.arguments[column], Argument::Constant(_))
        })
    };
    // A value that no row asks for may be compared or met elsewhere.
    let used = |relation: RelationId, column: usize| {
        all().any(|(rule, atom)| match &atom.arguments[column] {
            Argument::Variable(variable) if atom.relation == relation => {
                !rule.head.terms.contains(&Term::Variable(*variable))
            }
            _ => false,
        })
    };
    let mut looks = BTreeSet::new();
    for (rule, atom) in all() {
        let columns = 0..atom.arguments.len();
        let value = columns.clone().rev().find(|column| fixed_somewhere(atom.relation, *column));
        let value = value.or_else(|| columns.clone().rev().find(|it| used(atom.relation, *it)));
        let mut fixed = vec![None; atom.arguments.len()];
        let mut written = vec!["_".to_owned(); atom.arguments.len()];
        for column in columns {
            match &atom.arguments[column] {
                _ if Some(column) == value => {}
                Argument::Constant(constant) => {
                    fixed[column] = Some(interner.intern(constant));
                    written[column] = Shown(constant).to_string();
                }
                Argument::Variable(variable) => {
                    let terms = &rule.head.terms;
                    let at = terms.iter().position(|term| *term == Term::Variable(*variable));
                    if let Some(at) = at {
                        written[column] = named_after(rule.head.relation, at);
                    }
                }
                _ => {}
            }
        }
        looks.insert(Look { relation: atom.relation, fixed, value, written });
    }
    // One relation may be looked at for one column of the rows and for another.
    let mut looks: Vec<Look> = looks.into_iter().collect();
    looks.dedup_by(|a, b| (a.relation, &a.fixed, a.value) == (b.relation, &b.fixed, b.value));
    looks
}

/// What every row reads in some way, and some row without asking for a value.
fn scope(rules: &[&Rule], looks: &[Look], interner: &mut Interner) -> Vec<Look> {
    let reads = |rule: &Rule, look: &Look| {
        rule.body.iter().any(
            |literal| matches!(literal, Literal::Positive(atom) if atom.relation == look.relation),
        )
    };
    let mut open = |rule: &Rule, look: &Look| {
        rule.body.iter().any(|literal| match literal {
            Literal::Positive(atom) if atom.relation == look.relation => {
                atom.arguments.iter().zip(&look.fixed).all(|(argument, fixed)| match argument {
                    Argument::Constant(constant) => *fixed == Some(interner.intern(constant)),
                    _ => true,
                })
            }
            _ => false,
        })
    };
    let everywhere = |look: &&Look| rules.iter().all(|rule| reads(rule, look));
    let wanted: Vec<&Look> = looks.iter().filter(everywhere).collect();
    let wanted = wanted.into_iter().filter(|look| rules.iter().any(|rule| open(rule, look)));
    wanted.cloned().collect()
}

impl Look {
    /// What it is in a point: the values, in order.
    pub fn seen(&self, wanted: &[RelationId], derived: &Derived) -> Vec<Word> {
        let pattern = Pattern { relation: self.relation, columns: self.fixed.clone() };
        let own = derived
            .iter()
            .filter(|(place, tuple)| wanted[*place] == self.relation && pattern.fits(tuple));
        let value = |tuple: &Vec<Word>| match self.value {
            Some(column) => tuple[column],
            None => Word(0),
        };
        let mut values: Vec<Word> = own.map(|(_, tuple)| value(tuple)).collect();
        values.sort();
        values.dedup();
        values
    }

    /// What it is, as a condition.
    pub fn condition(&self, program: &Program, values: &[Word], interner: &Interner) -> String {
        let relation = &program.relations[self.relation.index()];
        let atom = |value: Option<Word>| {
            let mut columns = self.written.clone();
            if let (Some(column), Some(word)) = (self.value, value) {
                let constant = interner.constant(word, relation.columns[column].primitive);
                columns[column] = Shown(&constant).to_string();
            }
            format!("{}({})", relation.name, columns.join(", "))
        };
        match (values, self.value) {
            ([], _) => format!("!{}", atom(None)),
            (_, None) => atom(None),
            (values, _) => {
                let mut atoms: Vec<String> = values.iter().map(|word| atom(Some(*word))).collect();
                atoms.sort();
                atoms.join(", ")
            }
        }
    }
}

/// A point of a list: a combination of cases, and what the list makes of it.
#[derive(Clone, Debug)]
pub struct Point {
    /// Its number among all combinations of its space.
    pub number: usize,
    /// The ranks of the rows that hold.
    pub rows: Vec<i64>,
    /// What is chosen.
    pub chosen: BTreeSet<Vec<Word>>,
    /// Which value each look has, by number.
    pub seen: Vec<u32>,
}

/// A list over one space.
pub struct Table {
    /// The place of the space.
    pub space: usize,
    /// Combinations of cases.
    pub product: Product,
    /// The points where the list has something to say.
    pub points: Vec<Point>,
    /// How many points the space has, as far as the list depends on its variables.
    pub covered: u128,
    /// The variables that the list depends on.
    pub variables: BTreeSet<usize>,
    /// Which of them change what is chosen.
    pub moves: Moves,
    /// The values of looks, by number.
    pub values: Vec<Vec<Word>>,
    /// How many combinations were derived.
    pub derived: usize,
    /// Who derived them.
    pub evaluator: &'static str,
}

impl Table {
    /// The choice that shows a point.
    pub fn choice(&self, point: &Point) -> Choice {
        self.product.choice(point.number)
    }
}

/// Goes through a space for one list.
pub fn table(
    subject: &Subject,
    space: usize,
    reach: &mut Reach<'_, '_>,
    bulk: &Bulk,
    wanted: &[RelationId],
) -> Result<Table, Obstacle> {
    let rows = subject.list.rows;
    let columns = vec![None; reach.ground.program.relations[rows.index()].arity()];
    let pattern = Pattern { relation: rows, columns };
    let variables = reach.cone.variables(&pattern, reach.space, reach.interner);
    let mut patterns = BTreeSet::from([pattern]);
    patterns.extend(
        subject
            .looks
            .iter()
            .map(|look| Pattern { relation: look.relation, columns: look.fixed.clone() }),
    );
    let parts: Vec<Cases> = reach.parts(&patterns)?;
    let product = Product::new(parts)?;
    let mut numbers: FxHashMap<Vec<Word>, u32> = FxHashMap::default();
    let mut outcomes: FxHashMap<BTreeSet<Vec<Word>>, u32> = FxHashMap::default();
    let (mut points, mut class) = (Vec::new(), Vec::with_capacity(product.len()));
    let mut values: Vec<Vec<Word>> = Vec::new();
    let of_space = reach.space;
    let place = |id: RelationId| wanted.iter().position(|it| *it == id);
    let (row_place, chosen_place) = (place(rows), place(subject.chosen));
    let mut held: Vec<(usize, Derived)> = Vec::new();
    let given = bulk.given();
    // Every point is wanted with what it gives as well: rows look at that too.
    let mut all: Vec<RelationId> = wanted.to_vec();
    all.extend(given);
    bulk.run(
        reach.interner,
        reach.options,
        product.len(),
        &|number, say| said(of_space, &product.choice(number), say),
        &mut |number, derived| held.push((number, derived)),
    )
    .map_err(Obstacle::Stopped)?;
    for (index, mut derived) in held {
        said(of_space, &product.choice(index), &mut |(relation, tuple)| {
            if let Some(place) = given.iter().position(|it| it == relation) {
                derived.push((wanted.len() + place, tuple.clone()));
            }
        });
        let tuples = |wanted: Option<usize>| {
            derived.iter().filter(move |(place, _)| Some(*place) == wanted).map(|(_, it)| it)
        };
        let rank = |tuple: &Vec<Word>| reach.interner.number(tuple[subject.list.rank]);
        let mut ranks: Vec<i64> = tuples(row_place).map(rank).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let outcome = |tuple: &Vec<Word>| subject.outcome.iter().map(|it| tuple[*it]).collect();
        let chosen: BTreeSet<Vec<Word>> = tuples(chosen_place).map(outcome).collect();
        let next = outcomes.len() as u32;
        class.push(*outcomes.entry(chosen.clone()).or_insert(next));
        if subject.scope.iter().any(|look| look.seen(&all, &derived).is_empty()) {
            continue;
        }
        let seen = subject.looks.iter().map(|look| {
            let seen = look.seen(&all, &derived);
            let next = numbers.len() as u32;
            *numbers.entry(seen.clone()).or_insert_with(|| {
                values.push(seen);
                next
            })
        });
        points.push(Point { number: index, rows: ranks, chosen, seen: seen.collect() });
    }
    let moves = product.moves(&class);
    let sizes = variables.iter().map(|it| of_space.variables[*it].values.len() as u128);
    Ok(Table {
        space,
        points,
        covered: sizes.product(),
        moves,
        variables,
        values,
        derived: reach.derived + product.len(),
        evaluator: bulk.evaluator(),
        product,
    })
}

/// The value of every rank, where there is one: what is chosen where that row alone is let hold.
pub fn outcomes(
    subject: &Subject,
    tables: &[Table],
    spaces: &[super::space::Space],
    reach_ground: super::bulk::Ground<'_>,
    interner: &mut Interner,
    targets: &[RelationId],
    options: &crate::eval::Options<'_>,
) -> Result<BTreeMap<i64, BTreeSet<Vec<Word>>>, Obstacle> {
    let rows = subject.list.rows;
    let mut given: Vec<RelationId> = targets.to_vec();
    given.push(rows);
    let alone = Bulk::new(reach_ground, interner, &given, &[subject.chosen]);
    let whole = Bulk::new(reach_ground, interner, targets, &[rows]);
    let mut found = BTreeMap::new();
    for table in tables {
        for (rank, _) in &subject.list.rules {
            if found.contains_key(rank) {
                continue;
            }
            let Some(point) = table.points.iter().find(|it| it.rows.contains(rank)) else {
                continue;
            };
            let space = &spaces[table.space];
            let choice = table.choice(point);
            let mut held: Vec<super::space::Fact> = Vec::new();
            let rank_word = interner.intern_number(*rank);
            whole
                .run(
                    interner,
                    options,
                    1,
                    &|_, say| said(space, &choice, say),
                    &mut |_, derived| {
                        let own = derived.into_iter().map(|(_, tuple)| tuple);
                        held.extend(
                            own.filter(|it| it[subject.list.rank] == rank_word)
                                .map(|it| (rows, it)),
                        );
                    },
                )
                .map_err(Obstacle::Stopped)?;
            let mut chosen = BTreeSet::new();
            let say_all = |say: &mut dyn FnMut(&super::space::Fact)| {
                said(space, &choice, &mut |fact| {
                    if fact.0 != rows {
                        say(fact);
                    }
                });
                held.iter().for_each(say);
            };
            alone
                .run(interner, options, 1, &|_, say| say_all(say), &mut |_, derived| {
                    let outcome =
                        |tuple: Vec<Word>| subject.outcome.iter().map(|it| tuple[*it]).collect();
                    chosen.extend(derived.into_iter().map(|(_, tuple)| outcome(tuple)));
                })
                .map_err(Obstacle::Stopped)?;
            found.insert(*rank, chosen);
        }
    }
    Ok(found)
}
