//! The difference that a change makes in everything derived.
//!
//! The design and the variant are derived side by side, in worlds 0 and 1 of one database, so every
//! relation is compared by words. The database is kept: each added line can be proved in it, and
//! each removed one asked why not.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::analyze::facts::StatedFact;
use crate::analyze::program::{Program, Relation};
use crate::diag::{SourceId, Sources, Span};
use crate::eval::{Evaluator, Silent, Stopped};
use crate::explain::{Origin, Subject};
use crate::kb::{Rulebook, is_stated};
use crate::store::Database;
use crate::value::{Constant, Interner, RelationId, Word, compare_tuples};

use super::Change;
use super::variants::Limits;

/// The world of the design as it is.
pub const BEFORE: usize = 0;

/// The world of the changed design.
pub const AFTER: usize = 1;

/// For each relation, whether the rulebook promises it, with a contract on its columns: whether it
/// is declared in a file that says what designs state. All others are workings.
pub fn promised(rulebook: &Rulebook) -> Vec<bool> {
    let relations = &rulebook.program.relations;
    let files: FxHashSet<SourceId> = relations
        .iter()
        .filter(|relation| is_stated(relation))
        .map(|relation| relation.span.source)
        .collect();
    relations.iter().map(|relation| files.contains(&relation.span.source)).collect()
}

/// A tuple that is there in one world and not in the other.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// Its values, without the hidden column.
    pub values: Vec<Constant>,
    /// Its row in the variant's database, in the world it is there in.
    pub row: usize,
}

/// What changes in one relation.
#[derive(Clone, PartialEq, Debug)]
pub struct RelationDifference {
    /// The relation.
    pub relation: RelationId,
    /// Its name.
    pub name: String,
    /// Whether the rulebook promises it; the others are its workings.
    pub contract: bool,
    /// Whether designs state it.
    pub stated: bool,
    /// What is there only after the change, sorted.
    pub added: Vec<Line>,
    /// What is there only before the change, sorted.
    pub removed: Vec<Line>,
}

/// All that changes, in order of declaration.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Difference {
    /// The relations that change, workings included.
    pub relations: Vec<RelationDifference>,
}

impl Difference {
    /// What most people want to see: promised relations that no design states.
    pub fn conclusions(&self) -> impl Iterator<Item = &RelationDifference> {
        self.relations.iter().filter(|relation| relation.contract && !relation.stated)
    }

    /// The workings of the rulebook.
    pub fn workings(&self) -> impl Iterator<Item = &RelationDifference> {
        self.relations.iter().filter(|relation| !relation.contract && !relation.stated)
    }

    /// How many promised conclusions are added or removed.
    pub fn size(&self) -> usize {
        self.conclusions().map(|relation| relation.added.len() + relation.removed.len()).sum()
    }

    /// Whether nothing changes but what is stated.
    pub fn is_empty(&self) -> bool {
        self.relations.iter().all(|relation| relation.stated)
    }
}

/// A changed design, derived, and how it differs.
#[derive(Debug)]
pub struct WhatIf<'a> {
    /// How it differs.
    pub difference: Difference,
    /// Both designs, to be explained: the one as it is in world `BEFORE`, the changed one in world
    /// `AFTER`.
    pub variant: Variant<'a>,
}

/// A design and a change of it, derived side by side, as something to be explained.
#[derive(Debug)]
pub struct Variant<'a> {
    rulebook: &'a Rulebook,
    sources: &'a Sources,
    database: Arc<Database>,
    interner: Arc<Interner>,
    origins: Vec<Vec<Placed>>,
}

/// Where a stated fact comes from.
#[derive(Clone, Copy, Debug)]
enum Placed {
    /// The design states it, here.
    Design(Option<Span>),
    /// The change states it.
    Change,
}

/// Derives a design with a change and compares.
pub fn what_if<'a>(
    rulebook: &'a Rulebook,
    sources: &'a Sources,
    stated: &[StatedFact],
    change: &Change,
    limits: &Limits<'_>,
) -> Result<WhatIf<'a>, Stopped> {
    let mut interner = Interner::over(Arc::clone(&rulebook.interner));
    let mut database = Database::over(Arc::clone(&rulebook.base));
    let mut origins = vec![Vec::new(); rulebook.program.relations.len()];
    let mut state = |database: &mut Database, world: usize, fact: &StatedFact, placed: Placed| {
        let mut tuple = vec![Word(world as u32)];
        tuple.extend(fact.values.iter().map(|value| interner.intern(value)));
        if database.insert(fact.relation, &tuple) {
            origins[fact.relation.index()].push(placed);
        }
    };
    let removed = |fact: &StatedFact| {
        let mut gone = change.remove.iter();
        gone.any(|other| other.relation == fact.relation && other.values == fact.values)
    };
    for world in [BEFORE, AFTER] {
        database.insert(rulebook.worlds.world, &[Word(world as u32)]);
        for fact in stated {
            if world == BEFORE || !removed(fact) {
                let span = (fact.span != Span::default()).then_some(fact.span);
                state(&mut database, world, fact, Placed::Design(span));
            }
        }
    }
    for fact in &change.add {
        state(&mut database, AFTER, fact, Placed::Change);
    }
    Evaluator::new(&rulebook.plan)
        .run(rulebook.design_strata(), &mut database, &mut interner, &limits.options(), &mut Silent)
        .map_err(|stopped| limits.named(stopped))?;
    let difference = compare(rulebook, &database, &interner);
    let (database, interner) = (Arc::new(database), Arc::new(interner));
    Ok(WhatIf { difference, variant: Variant { rulebook, sources, database, interner, origins } })
}

/// How two worlds of a database differ.
fn compare(rulebook: &Rulebook, database: &Database, interner: &Interner) -> Difference {
    let promised = promised(rulebook);
    let mut relations = Vec::new();
    for (index, declared) in rulebook.program.relations.iter().enumerate() {
        let relation = RelationId::from(index);
        if !rulebook.worlds.dependent[index] || relation == rulebook.worlds.world {
            continue;
        }
        let [before, after] = [BEFORE, AFTER].map(|world| in_world(database, relation, world));
        let added = only(&after, &before, declared, interner);
        let removed = only(&before, &after, declared, interner);
        if !added.is_empty() || !removed.is_empty() {
            relations.push(RelationDifference {
                relation,
                name: declared.name.clone(),
                contract: promised[index],
                stated: is_stated(declared),
                added,
                removed,
            });
        }
    }
    Difference { relations }
}

/// The tuples of a relation in a world with their rows.
fn in_world(database: &Database, relation: RelationId, world: usize) -> Vec<(Vec<Word>, usize)> {
    let rows = database.relation(relation);
    let worlds = rows.column(0);
    let wanted = Word(world as u32);
    let here = (0..rows.len()).filter(|&row| worlds[row] == wanted);
    here.map(|row| (rows.row(row).skip(1).collect(), row)).collect()
}

fn only(
    these: &[(Vec<Word>, usize)],
    those: &[(Vec<Word>, usize)],
    declared: &Relation,
    interner: &Interner,
) -> Vec<Line> {
    let known: FxHashSet<&[Word]> = those.iter().map(|(words, _)| words.as_slice()).collect();
    let mut lines: Vec<Line> = these
        .iter()
        .filter(|(words, _)| !known.contains(words.as_slice()))
        .map(|(words, row)| Line { values: constants(words, declared, interner), row: *row })
        .collect();
    lines.sort_by(|a, b| compare_tuples(&a.values, &b.values));
    lines
}

/// The constants that words of a relation's columns stand for.
pub fn constants(words: &[Word], declared: &Relation, interner: &Interner) -> Vec<Constant> {
    let columns = words.iter().zip(&declared.columns);
    columns.map(|(word, column)| interner.constant(*word, column.primitive)).collect()
}

impl Variant<'_> {
    /// The rows of one of the two worlds that match a pattern.
    pub fn matching(
        &self,
        world: usize,
        relation: RelationId,
        values: &[Option<Constant>],
    ) -> Vec<usize> {
        let mut pattern: Vec<Option<Word>> = Vec::with_capacity(values.len() + 1);
        if self.rulebook.worlds.dependent[relation.index()] {
            pattern.push(Some(Word(world as u32)));
        }
        for value in values {
            match value {
                None => pattern.push(None),
                Some(value) => match self.interner.find(value) {
                    Some(word) => pattern.push(Some(word)),
                    None => return Vec::new(),
                },
            }
        }
        self.database.relation(relation).matching(&pattern)
    }
}

impl Variant<'_> {
    /// What is known of the columns of a relation in the changed design, the hidden ones included,
    /// for [`crate::explain::Why::why_not`]; new words go to the interner given.
    pub fn words(
        &self,
        relation: RelationId,
        values: &[Option<Constant>],
        interner: &mut Interner,
    ) -> Vec<Option<Word>> {
        let world = self.rulebook.worlds.dependent[relation.index()];
        let world = world.then_some(Some(Word(AFTER as u32)));
        let values = values.iter().map(|value| value.as_ref().map(|value| interner.intern(value)));
        world.into_iter().chain(values).collect()
    }
}

impl Subject for Variant<'_> {
    fn program(&self) -> &Program {
        &self.rulebook.worlds.program
    }

    fn database(&self) -> &Database {
        &self.database
    }

    fn interner(&self) -> Interner {
        Interner::over(Arc::clone(&self.interner))
    }

    fn hidden(&self, relation: RelationId) -> usize {
        usize::from(self.rulebook.worlds.dependent[relation.index()])
    }

    fn is_stated(&self, relation: RelationId) -> bool {
        is_stated(&self.rulebook.program.relations[relation.index()])
    }

    fn origin(&self, relation: RelationId, row: usize) -> Origin {
        let placed = self.origins.get(relation.index()).and_then(|spans| spans.get(row));
        if let Some(span) = placed {
            return match span {
                Placed::Change => Origin::Supposed,
                Placed::Design(Some(span)) => {
                    let (file, line) = self.place(*span);
                    Origin::Stated { file, line }
                }
                Placed::Design(None) => Origin::Unplaced,
            };
        }
        if let Some((file, line)) = self.rulebook.line(relation, row) {
            let source = self.rulebook.citation(file, line);
            return Origin::File { file: file.to_owned(), line, source };
        }
        let words: Vec<Word> = self.database.relation(relation).row(row).collect();
        let declared = &self.rulebook.worlds.program.relations[relation.index()];
        let values = constants(&words, declared, &self.interner);
        let mut facts = self.rulebook.worlds.program.facts.iter();
        match facts.find(|fact| fact.relation == relation && fact.values == values) {
            Some(fact) => {
                let clause = &self.rulebook.program.clauses[fact.clause.index()];
                let (file, line) = self.place(clause.span);
                let source = clause.doc.tag("source").unwrap_or_default().to_owned();
                Origin::Written { file, line, source }
            }
            None => Origin::Unplaced,
        }
    }

    fn place(&self, span: Span) -> (String, u32) {
        (self.sources.name(span).to_owned(), self.sources.position(span).line)
    }
}
