//! What is audited: a program with the texts it came from, and what is known of the world around.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::program::Program;
use crate::diag::{SourceId, Sources, Span};
use crate::kb::{Rulebook, is_stated};
use crate::syntax::operators::DirectiveKind;
use crate::syntax::parse;
use crate::syntax::tree::{Clause, Item, Tree};
use crate::value::{ClauseId, Constant, RelationId};

/// Tags that describe a relation. Any other one says that the program around the rules reads it.
const DESCRIBES: [&str; 15] = [
    "column", "empty", "example", "hide", "key", "note", "one_of", "order", "refers", "rule",
    "says", "see", "source", "stop", "title",
];

/// The rows of relations that are read from files.
type Rows = FxHashMap<RelationId, Vec<Vec<Constant>>>;

/// What is audited.
pub struct Subject<'a> {
    /// The program, without errors.
    pub program: &'a Program,
    /// The texts it came from.
    pub sources: &'a Sources,
    /// The texts as trees; the files' own, inclusions not followed.
    pub trees: Vec<(SourceId, Tree)>,
    /// The documents that rules may cite, if there is a list of them.
    pub documents: Option<BTreeSet<String>>,
    rows: Rows,
    wanted: FxHashSet<RelationId>,
    filled: FxHashSet<RelationId>,
    has_outputs: bool,
    clauses: FxHashMap<Span, (usize, usize)>,
}

impl<'a> Subject<'a> {
    /// A program of its own: what its `.input` directives read is not known.
    pub fn program(program: &'a Program, sources: &'a Sources) -> Self {
        Self::new(program, sources, Rows::default())
    }

    /// The rulebook, with the rows of its tables.
    pub fn rulebook(rulebook: &'a Rulebook) -> Self {
        let program = &rulebook.program;
        let mut rows = Rows::default();
        for directive in &program.directives {
            if directive.kind != DirectiveKind::Input {
                continue;
            }
            let columns = &program.relations[directive.relation.index()].columns;
            let relation = rulebook.base.relation(directive.relation);
            let tuple = |row: Vec<_>| {
                let words = row.into_iter().zip(columns);
                words
                    .map(|(word, column)| rulebook.interner.constant(word, column.primitive))
                    .collect()
            };
            rows.insert(directive.relation, relation.rows().map(tuple).collect());
        }
        // The tables of the knowledge base are there to be asked, whether or not a rule reads them.
        let tables: Vec<RelationId> = rows.keys().copied().collect();
        let mut subject = Self::new(program, &rulebook.sources, rows);
        subject.wanted.extend(tables);
        subject.documents = Some(rulebook.documents());
        subject
    }

    fn new(program: &'a Program, sources: &'a Sources, rows: Rows) -> Self {
        let ids = (0..sources.len() as u32).map(SourceId);
        let trees: Vec<(SourceId, Tree)> = ids
            .filter_map(|id| {
                let source = sources.get(id)?;
                let is_program = source.name.ends_with(".dl") || source.name.starts_with('<');
                is_program.then(|| (id, parse(id, &source.text).0))
            })
            .collect();
        let mut clauses = FxHashMap::default();
        for (tree, (_, parsed)) in trees.iter().enumerate() {
            for (place, item) in parsed.items.iter().enumerate() {
                if let Item::Clause(clause) = item {
                    clauses.insert(clause.span, (tree, place));
                }
            }
        }
        let mut subject = Subject {
            program,
            sources,
            trees,
            documents: None,
            rows,
            wanted: FxHashSet::default(),
            filled: FxHashSet::default(),
            has_outputs: false,
            clauses,
        };
        subject.look_outside();
        subject
    }

    /// Finds the relations that somebody outside of the rules reads or fills.
    fn look_outside(&mut self) {
        for directive in &self.program.directives {
            match directive.kind {
                DirectiveKind::Input => drop(self.filled.insert(directive.relation)),
                DirectiveKind::Output | DirectiveKind::PrintSize => {
                    self.has_outputs = true;
                    self.wanted.insert(directive.relation);
                }
                DirectiveKind::LimitSize => {}
            }
        }
        let relations = || self.program.relations.iter().enumerate();
        // The files that say what designs state say what designers read as well.
        let contracts: FxHashSet<SourceId> =
            relations().filter(|(_, it)| is_stated(it)).map(|(_, it)| it.span.source).collect();
        let tags = relations().flat_map(|(_, it)| &it.doc.tags);
        let named: FxHashSet<&str> = tags
            .filter(|tag| !DESCRIBES.contains(&tag.name.as_str()))
            .flat_map(|tag| tag.value.split_whitespace())
            .collect();
        for (index, relation) in relations() {
            let id = RelationId::from(index);
            if is_stated(relation) || relation.doc.tag("meta").is_some() {
                self.filled.insert(id);
            }
            let tagged =
                relation.doc.tags.iter().any(|tag| !DESCRIBES.contains(&tag.name.as_str()));
            // A relation of the engine's own is nobody's business here.
            let own = relation.name.starts_with('@');
            if own {
                self.filled.insert(id);
            }
            // A sheet names what it is drawn from in a tag of its own.
            let named = named.contains(relation.name.as_str());
            if own || tagged || named || contracts.contains(&relation.span.source) {
                self.wanted.insert(id);
            }
        }
    }

    /// Whether somebody outside of the rules reads the relation.
    pub fn is_wanted(&self, relation: RelationId) -> bool {
        self.wanted.contains(&relation)
    }

    /// Whether somebody outside of the rules fills the relation.
    pub fn is_filled(&self, relation: RelationId) -> bool {
        self.filled.contains(&relation)
    }

    /// Whether anything is written out at all; without that, nothing says what a program is for.
    pub fn has_outputs(&self) -> bool {
        self.has_outputs
    }

    /// The rows that files hold of a relation, where they are known.
    pub fn rows(&self, relation: RelationId) -> Option<&[Vec<Constant>]> {
        self.rows.get(&relation).map(Vec::as_slice)
    }

    /// Whether all tuples of the relation are known: facts of the program, or rows of a table.
    pub fn is_listed(&self, relation: RelationId) -> bool {
        let concluded = self.program.rules.iter().any(|rule| rule.head.relation == relation);
        !concluded && (!self.is_filled(relation) || self.rows(relation).is_some())
    }

    /// The tuples of the relation that facts and tables hold.
    pub fn listed(&self, relation: RelationId) -> impl Iterator<Item = &[Constant]> {
        let facts = self.program.facts.iter().filter(move |fact| fact.relation == relation);
        let rows = self.rows(relation).unwrap_or_default();
        facts.map(|fact| fact.values.as_slice()).chain(rows.iter().map(Vec::as_slice))
    }

    /// Whether the relation holds one tuple at most, whatever happens.
    pub fn is_single(&self, relation: RelationId) -> bool {
        let facts = self.program.facts.iter().filter(|fact| fact.relation == relation).count();
        let rules = self.program.rules.iter().any(|rule| rule.head.relation == relation);
        let arity = self.program.relations.get(relation.index()).map_or(0, |it| it.arity());
        arity == 0 || facts <= 1 && !rules && !self.is_filled(relation)
    }

    /// A clause as it is written.
    pub fn written(&self, clause: ClauseId) -> Option<&Clause> {
        let span = self.program.clauses.get(clause.index())?.span;
        let (tree, place) = self.clauses.get(&span)?;
        match self.trees.get(*tree)?.1.items.get(*place)? {
            Item::Clause(clause) => Some(clause),
            _ => None,
        }
    }

    /// What a clause is called in findings: its id, else the relation it concludes.
    pub fn name_of(&self, clause: ClauseId, relation: RelationId) -> String {
        let rule = self.program.clauses.get(clause.index()).and_then(|it| it.doc.tag("rule"));
        rule.map_or_else(|| self.relation(relation).to_owned(), str::to_owned)
    }

    /// The name of a relation.
    pub fn relation(&self, relation: RelationId) -> &str {
        self.program.relations.get(relation.index()).map_or("", |it| it.name.as_str())
    }

    /// Where a clause is written.
    pub fn place(&self, clause: ClauseId) -> Span {
        self.program.clauses.get(clause.index()).map(|it| it.span).unwrap_or_default()
    }
}
