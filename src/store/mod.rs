//! Relations in memory. Knows no rules.
//!
//! A [`Database`] holds a [`Relation`] for each relation of a program. A relation is a log: tuples
//! are appended as columns of words and never move, so the number of a row is the id of a tuple.
//! Beside the log stand a table that keeps tuples distinct, unless they came in order (see `ascent`),
//! and indices for the column sets that somebody asks by.
//!
//! **Rounds.** Every row belongs to a round. What was there at the start is of round 0; evaluation
//! counts its rounds upwards through all strata. The rows of a round are a range, so the boundaries
//! are all that is stored. A tuple is derived from rows of smaller rounds only: whoever explains it
//! never runs in a circle.
//!
//! **Layers.** A database can stand on another that is shared and no longer changes. Relations that
//! are complete in the base are read there, by any number of layers on any number of threads, with
//! no lock; their indices are made once, on demand. Relations that are not complete start in the
//! layer with the base's rows.

mod arena;
mod ascent;
mod bits;
mod blocks;
mod finder;
mod index;
mod indices;
mod insert;
mod key;
mod relation;
mod table;

use std::sync::Arc;

pub use index::{Index, Kept, RowList};
pub(crate) use key::pack;
pub use key::{ColumnSet, KeyColumn};
pub use relation::Relation;
pub(crate) use table::KeyTable;

use crate::analyze::program::Program;
use crate::value::{Interner, RelationId, Word};

/// A relation for each relation of a program, perhaps over a shared base.
#[derive(Clone, Debug, Default)]
pub struct Database {
    base: Option<Arc<Database>>,
    relations: Vec<Slot>,
    /// What evaluation keeps beside the program's relations while it needs it.
    helpers: Vec<Relation>,
    /// The last round that was begun.
    round: u32,
}

/// Where a database has a relation: in itself, else together with another database that made it, else
/// in its base.
#[derive(Clone, Debug, Default)]
struct Slot {
    own: Option<Box<Relation>>,
    shared: Option<Arc<Relation>>,
}

impl Slot {
    fn own(relation: Relation) -> Slot {
        Slot { own: Some(Box::new(relation)), shared: None }
    }
}

/// What a database without a base has in the place of a relation that is in the base.
static NOTHING: std::sync::LazyLock<Relation> = std::sync::LazyLock::new(Relation::default);

impl Database {
    /// Empty relations, as a program declares them.
    pub fn new(program: &Program) -> Self {
        let relations =
            program.relations.iter().map(|relation| Slot::own(Relation::new(relation.arity())));
        Database { relations: relations.collect(), ..Database::default() }
    }

    /// Empty relations that keep no rounds. Evaluation fills them as it fills others, and nothing in
    /// them can be explained: it is there to measure what being able to explain costs.
    #[doc(hidden)]
    pub fn unranked(program: &Program) -> Self {
        let relations = program.relations.iter();
        let relations = relations.map(|it| Slot::own(Relation::unranked(it.arity()))).collect();
        Database { relations, ..Database::new(program) }
    }

    /// A layer over a database that no longer changes.
    pub fn over(base: Arc<Database>) -> Self {
        let ids = (0..base.relations.len()).map(RelationId::from);
        let relations = ids.map(|id| layered(base.relation(id))).collect();
        Database { round: base.round, base: Some(base), relations, helpers: Vec::new() }
    }

    /// As [`Database::over`], with some relations empty, whatever the base has in them: those that
    /// are to be evaluated once more, otherwise.
    pub fn over_without(base: Arc<Database>, without: &[RelationId]) -> Self {
        let mut database = Database::over(base);
        for id in without {
            let arity = database.relation(*id).arity();
            database.relations[id.index()] = Slot::own(Relation::new(arity));
        }
        database
    }

    /// A relation more than the program declared, for a query.
    pub fn add_relation(&mut self, arity: usize) -> RelationId {
        self.relations.push(Slot::own(Relation::new(arity)));
        RelationId::from(self.relations.len() - 1)
    }

    /// Makes place for helpers, each with so many columns; those that were there are gone.
    pub fn set_helpers(&mut self, arities: &[usize]) {
        self.helpers = arities.iter().map(|&arity| Relation::new(arity)).collect();
    }

    /// A relation.
    pub fn relation(&self, id: RelationId) -> &Relation {
        if let Some(helper) = id.as_helper() {
            return self.helpers.get(helper).unwrap_or(&NOTHING);
        }
        let slot = &self.relations[id.index()];
        match (&slot.own, &slot.shared, &self.base) {
            (Some(relation), ..) => relation,
            (None, Some(relation), _) => relation,
            (None, None, Some(base)) => base.relation(id),
            (None, None, None) => &NOTHING,
        }
    }

    /// A relation to be changed. One that was shared is copied into this layer first.
    fn own(&mut self, id: RelationId) -> &mut Relation {
        let Database { base, relations, .. } = self;
        let Slot { own, shared } = &mut relations[id.index()];
        own.get_or_insert_with(|| {
            Box::new(match (shared.take(), base) {
                (Some(relation), _) => (*relation).clone(),
                (None, Some(base)) => base.relation(id).clone(),
                (None, None) => Relation::default(),
            })
        })
    }

    /// Makes every relation of this layer one that [`Database::share`] can share.
    pub fn freeze(&mut self) {
        for slot in &mut self.relations {
            if let Some(relation) = slot.own.take() {
                slot.shared = Some(Arc::new(*relation));
            }
        }
    }

    /// Takes a relation as a frozen database has it, in the place of this one's own.
    pub fn share(&mut self, id: RelationId, other: &Database) {
        self.relations[id.index()] = other.relations[id.index()].clone();
    }

    /// Adds a fact, as if it had been there when the relation's last rows were made; says whether
    /// it is new.
    pub fn insert(&mut self, id: RelationId, tuple: &[Word]) -> bool {
        self.own(id).insert_fact(tuple)
    }

    /// Adds the facts that are written in a program.
    pub fn insert_facts(&mut self, program: &Program, interner: &mut Interner) {
        let mut tuple = Vec::new();
        for fact in &program.facts {
            tuple.clear();
            tuple.extend(fact.values.iter().map(|value| interner.intern(value)));
            self.insert(fact.relation, &tuple);
        }
    }

    /// Adds tuples to a relation in the current round, in order; `tuples` has a vector of `count`
    /// words a column, `keys` is scratch. Says how many were new.
    pub fn insert_batch(
        &mut self,
        id: RelationId,
        tuples: &[Vec<Word>],
        count: usize,
        keys: &mut Vec<u64>,
    ) -> usize {
        let round = self.round;
        let helper = id.as_helper().and_then(|helper| self.helpers.get_mut(helper));
        match helper {
            Some(helper) => helper.insert_batch(round, tuples, count, keys),
            None => self.own(id).insert_batch(round, tuples, count, keys),
        }
    }

    /// Adds tuples to a relation as [`Database::insert_batch`] does, and takes their vectors over where
    /// it can.
    pub fn fill(
        &mut self,
        id: RelationId,
        tuples: Vec<Vec<Word>>,
        count: usize,
        keys: &mut Vec<u64>,
    ) -> usize {
        let round = self.round;
        self.own(id).fill(round, tuples, count, keys)
    }

    /// Adds tuples to a relation as [`Database::insert_batch`] does, which are known to differ from each
    /// other and from those that are there. The relation is none of a rule's own (see
    /// [`RelationId::helper`]).
    pub(crate) fn append(&mut self, id: RelationId, tuples: &[Vec<Word>], count: usize) {
        let round = self.round;
        let relation = self.own(id);
        let key = relation.next_key(tuples, count);
        relation.append(round, tuples, count, key);
    }

    /// Keeps the rows of a relation for which `keep` says so, with their rounds; their numbers
    /// change.
    pub fn retain(&mut self, id: RelationId, keep: impl FnMut(&[Word]) -> bool) {
        self.own(id).retain(keep);
    }

    /// The last round that was begun; 0 before evaluation.
    pub fn round(&self) -> u32 {
        self.round
    }

    /// Begins a new round: rows made from now on are of it. Returns its number.
    pub fn begin_round(&mut self) -> u32 {
        self.round += 1;
        self.round
    }

    /// Lets a stretch of rounds begin no earlier than at a number.
    pub fn rounds_from(&mut self, round: u32) {
        self.round = self.round.max(round);
    }

    /// Says that a relation has all its tuples, so that layers over this database can share it.
    pub fn complete(&mut self, id: RelationId) {
        if let Some(relation) = &mut self.relations[id.index()].own {
            relation.complete();
        }
    }

    /// Makes the index of a column set cover all rows of a relation.
    pub fn refresh_index(&mut self, id: RelationId, columns: ColumnSet, kept: Kept) {
        let helper = id.as_helper().map(|helper| self.helpers.get_mut(helper));
        let relation = helper.unwrap_or_else(|| self.relations[id.index()].own.as_deref_mut());
        if let Some(relation) = relation {
            relation.refresh(columns, kept);
        }
    }

    /// Empties the layer: what the base knows stays, memory is kept for the next use. A layer so
    /// emptied is as if made by [`Database::over`], except that relations copied from the base
    /// or incomplete there are empty only if they were empty there.
    pub fn reset(&mut self) {
        self.round = self.base.as_ref().map_or(0, |base| base.round);
        for (at, slot) in self.relations.iter_mut().enumerate() {
            let below = match &self.base {
                Some(base) if at < base.relations.len() => {
                    Some(base.relation(RelationId::from(at)))
                }
                _ => None,
            };
            match (&mut slot.own, below) {
                (Some(relation), None) => relation.clear(),
                (Some(relation), Some(below)) if !below.is_complete() && below.is_empty() => {
                    relation.clear();
                }
                (_, Some(below)) => *slot = layered(below),
                (None, None) => {}
            }
        }
    }

    /// How many bytes this layer holds, the base not counted.
    pub fn memory(&self) -> usize {
        let bytes = |slot: &Slot| {
            let relation = slot.own.as_deref().or(slot.shared.as_deref());
            size_of::<Relation>() + relation.map_or(0, Relation::memory)
        };
        let helpers: usize = self.helpers.iter().map(Relation::memory).sum();
        self.relations.iter().map(bytes).sum::<usize>() + helpers
    }
}

/// What a layer has of a relation of its base.
fn layered(below: &Relation) -> Slot {
    if below.is_complete() {
        Slot::default()
    } else if below.is_empty() {
        Slot::own(Relation::new(below.arity()))
    } else {
        Slot::own(below.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(arities: &[usize]) -> Database {
        let mut database = Database::default();
        for &arity in arities {
            database.add_relation(arity);
        }
        database
    }

    #[test]
    fn layers_share_what_is_complete_and_copy_what_is_not() {
        let (known, open) = (RelationId(0), RelationId(1));
        let mut base = database(&[1, 1]);
        base.insert(known, &[Word(1)]);
        base.insert(open, &[Word(2)]);
        base.complete(known);
        let base = Arc::new(base);
        let mut layer = Database::over(Arc::clone(&base));
        assert!(std::ptr::eq(layer.relation(known), base.relation(known)));
        assert!(layer.insert(open, &[Word(3)]));
        assert!(!layer.insert(open, &[Word(2)]));
        assert_eq!((layer.relation(open).len(), base.relation(open).len()), (2, 1));
        assert!(layer.insert(known, &[Word(9)]));
        assert_eq!((layer.relation(known).len(), base.relation(known).len()), (2, 1));
        layer.reset();
        assert_eq!((layer.relation(known).len(), layer.relation(open).len()), (1, 1));
    }

    #[test]
    fn rounds_go_on_counting_in_a_layer() {
        let mut base = database(&[1]);
        assert_eq!(base.begin_round(), 1);
        let mut layer = Database::over(Arc::new(base));
        assert_eq!(layer.begin_round(), 2);
    }

    #[test]
    fn a_relation_without_columns_holds_at_most_one_tuple() {
        let mut database = database(&[0]);
        assert!(database.relation(RelationId(0)).is_empty());
        assert!(database.insert(RelationId(0), &[]));
        assert!(!database.insert(RelationId(0), &[]));
        assert_eq!(database.relation(RelationId(0)).rows().collect::<Vec<_>>(), [vec![]]);
    }
}
