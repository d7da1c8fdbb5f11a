//! Many points derived in one run, each a world of its own: by this engine, or by a compiled one.

use crate::analyze::program::Program;
use crate::compile::{Core, Target};
use crate::eval::{Evaluator, Options, Silent, StopReason, Stopped};
use crate::plan::Plan;
use crate::store::Database;
use crate::value::{Interner, Primitive, RelationId, Word};

use super::compiled::{COMPILED, Compiled, Tuple};
use super::space::Fact;

/// How many points are derived in one run: as many as keep memory small.
const CHUNK: usize = 4096;

/// What is known without any design: the program, and what follows from its own facts and tables.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The program.
    pub program: &'a Program,
    /// The tuples of all relations that no design changes.
    pub base: &'a Database,
}

/// A part of a program that points are derived with.
pub struct Bulk {
    core: Core,
    given: Vec<RelationId>,
    wanted: Vec<RelationId>,
    plan: Plan,
    tables: Vec<Fact>,
    compiled: Option<&'static Compiled>,
}

/// What points say: shows the facts of a point.
pub type Facts<'a> = dyn Fn(usize, &mut dyn FnMut(&Fact)) + 'a;

/// What derives in a point: tuples by the place of their relation among those wanted.
pub type Derived = Vec<(usize, Vec<Word>)>;

impl Bulk {
    /// What the wanted relations depend on, cut off at those that points give.
    pub fn new(
        ground: Ground<'_>,
        interner: &mut Interner,
        given: &[RelationId],
        wanted: &[RelationId],
    ) -> Self {
        let core = Core::of(ground.program, given, wanted).in_worlds(given);
        let tables = core.inputs.iter().filter(|id| !core.in_worlds[id.index()]);
        let rows = |id: &RelationId| {
            let id = *id;
            ground.base.relation(id).rows().map(move |row| (id, row))
        };
        let tables = tables.flat_map(rows).collect();
        let plan = Plan::new(&core.program, interner);
        let given = given.iter().copied().filter(|id| core.holds[id.index()]).collect();
        Bulk { core, given, wanted: wanted.to_vec(), plan, tables, compiled: None }
    }

    /// Lets a compiled program derive the points if there is one of exactly this part.
    pub fn compiled(mut self) -> Self {
        let text = self.core.write(Target::Ascent, "");
        let is_it =
            |compiled: &&Compiled| text.as_ref().is_ok_and(|text| text.library == compiled.source);
        self.compiled = COMPILED.iter().find(is_it);
        self
    }

    /// Who derives.
    pub fn evaluator(&self) -> &'static str {
        if self.compiled.is_some() { "the compiled core" } else { "the engine" }
    }

    /// The relations that points give, as far as anything depends on them.
    pub fn given(&self) -> &[RelationId] {
        &self.given
    }

    /// Derives points, given as what each says; `see` is shown each, in order.
    pub fn run(
        &self,
        interner: &mut Interner,
        options: &Options<'_>,
        count: usize,
        facts: &Facts<'_>,
        see: &mut dyn FnMut(usize, Derived),
    ) -> Result<(), Stopped> {
        let mut first = 0;
        while first < count {
            let points = first..count.min(first + CHUNK);
            if options.interrupt.is_some_and(|it| it.load(std::sync::atomic::Ordering::Relaxed)) {
                let report = Default::default();
                return Err(Stopped { reason: StopReason::Interrupted, stratum: 0, report });
            }
            let mut derived: Vec<Derived> = vec![Derived::new(); points.len()];
            match self.compiled {
                Some(compiled) => {
                    self.by_compiled(compiled, interner, points.clone(), facts, &mut derived);
                }
                None => self.by_engine(interner, options, points.clone(), facts, &mut derived)?,
            }
            for (point, mut derived) in points.zip(derived) {
                derived.sort();
                see(point, derived);
            }
            first += CHUNK;
        }
        Ok(())
    }

    fn by_engine(
        &self,
        interner: &mut Interner,
        options: &Options<'_>,
        points: std::ops::Range<usize>,
        facts: &Facts<'_>,
        derived: &mut [Derived],
    ) -> Result<(), Stopped> {
        let mut database = Database::new(&self.core.program);
        database.insert_facts(&self.core.program, interner);
        for (relation, tuple) in &self.tables {
            database.insert(*relation, tuple);
        }
        let world = self.core.world();
        let mut tuple = Vec::new();
        for (number, point) in points.enumerate() {
            let number = Word(number as u32);
            if let Some(world) = world {
                database.insert(world, &[number]);
            }
            facts(point, &mut |(relation, words)| {
                if self.given.contains(relation) {
                    tuple.clear();
                    tuple.push(number);
                    tuple.extend_from_slice(words);
                    database.insert(*relation, &tuple);
                }
            });
        }
        let strata = 0..self.plan.strata.len();
        Evaluator::new(&self.plan).run(strata, &mut database, interner, options, &mut Silent)?;
        for (place, id) in self.wanted.iter().enumerate() {
            let everywhere = !self.core.in_worlds[id.index()];
            for row in database.relation(*id).rows() {
                let (world, tuple) = row.split_at(usize::from(!everywhere));
                match world {
                    [world] => {
                        if let Some(point) = derived.get_mut(world.0 as usize) {
                            point.push((place, tuple.to_vec()));
                        }
                    }
                    _ => derived.iter_mut().for_each(|it| it.push((place, tuple.to_vec()))),
                }
            }
        }
        Ok(())
    }

    fn by_compiled(
        &self,
        compiled: &Compiled,
        interner: &mut Interner,
        points: std::ops::Range<usize>,
        facts: &Facts<'_>,
        derived: &mut [Derived],
    ) {
        // The symbols of both sides: ours by word, theirs by number.
        let texts: Vec<&str> =
            (0..interner.symbol_count()).map(|it| interner.symbol(Word(it))).collect();
        let theirs = (compiled.symbols)(&texts);
        let mut ours = vec![Word(0); theirs.iter().max().map_or(0, |most| *most as usize + 1)];
        for (word, number) in theirs.iter().enumerate() {
            ours[*number as usize] = Word(word as u32);
        }
        let primitives = |id: RelationId| {
            let declared = self.core.program.relations.get(id.index());
            declared.into_iter().flat_map(|it| &it.columns).map(|column| column.primitive)
        };
        let place = |id: &RelationId| {
            let name = self.core.name(*id);
            compiled.inputs.iter().position(|input| *input == name)
        };
        let mut given: Vec<Tuple> = Vec::new();
        let number = |word: Word, primitive: Primitive| match primitive {
            Primitive::Symbol => theirs.get(word.0 as usize).copied().unwrap_or_default(),
            _ => interner.unsigned(word),
        };
        for (relation, tuple) in &self.tables {
            let Some(place) = place(relation) else { continue };
            let values = tuple.iter().zip(primitives(*relation));
            given.push((place, values.map(|(word, it)| number(*word, it)).collect()));
        }
        let places: Vec<Option<usize>> =
            (0..self.core.program.relations.len()).map(|it| place(&RelationId::from(it))).collect();
        for (world, point) in points.enumerate() {
            if let Some(place) = self.core.world().and_then(|id| places[id.index()]) {
                given.push((place, vec![world as u64]));
            }
            facts(point, &mut |(relation, words)| {
                let Some(place) = places[relation.index()] else { return };
                let mut values = vec![world as u64];
                let own = words.iter().zip(primitives(*relation).skip(1));
                values.extend(own.map(|(word, it)| number(*word, it)));
                given.push((place, values));
            });
        }
        let outputs: Vec<Option<(usize, RelationId)>> = compiled
            .outputs
            .iter()
            .map(|name| {
                let find = |id: &RelationId| self.core.name(*id) == *name;
                let place = self.wanted.iter().position(find)?;
                Some((place, self.wanted[place]))
            })
            .collect();
        let mut found: Vec<Tuple> = Vec::new();
        (compiled.derive)(&given, &mut |place, values| found.push((place, values.to_vec())));
        for (output, values) in found {
            let Some((place, id)) = outputs.get(output).copied().flatten() else { continue };
            let [world, values @ ..] = values.as_slice() else { continue };
            let words: Vec<Word> = (values.iter().zip(primitives(id).skip(1)))
                .map(|(value, primitive)| match primitive {
                    Primitive::Symbol => ours.get(*value as usize).copied().unwrap_or_default(),
                    _ => interner.intern_unsigned(*value),
                })
                .collect();
            if let Some(point) = derived.get_mut(*world as usize) {
                point.push((place, words));
            }
        }
    }
}
