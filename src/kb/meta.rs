//! The program's own structure as relations, so that rules can ask about rules.
//!
//! A declaration says with `@meta KIND` that the engine fills it; its columns are those of the kind,
//! under whatever names. `rules/meta.dl` declares them all.
//!
//! | kind | columns |
//! | --- | --- |
//! | `relation` | relation, `stated`, `table`, `concluded`, `given` or `empty`, file, line |
//! | `column` | relation, place, column, type |
//! | `rule` | rule, relation it concludes, file, line |
//! | `literal` | rule, place, relation, `positive`, `negative` or `aggregate` |
//! | `argument` | rule, place (0 for what it concludes), relation, column, constant |
//! | `tag` | `rule` or `relation`, its name, tag, value |
//! | `citation` | `rule` or `relation`, its name, document, section |
//! | `row` | table, file, line, document, section |
//!
//! A rule is called by its `@rule`, else by the relation it concludes and its number there. Places
//! count the literals of all branches of a rule.

use rustc_hash::FxHashMap;

use crate::analyze::program::{Argument, Atom, Literal, Program, Relation, Term};
use crate::diag::{Diagnostic, Sources, Span};
use crate::store::Database;
use crate::syntax::operators::DirectiveKind;
use crate::syntax::tree::Doc;
use crate::value::{ClauseId, Constant, Interner, Primitive, RelationId, Word};

use super::citations::{Citations, cut};
use super::is_stated;
use super::tables::Lines;

use Primitive::{Number, Symbol};

/// The kinds, with the types of their columns.
const KINDS: [(&str, &[Primitive]); 8] = [
    ("relation", &[Symbol, Symbol, Symbol, Number]),
    ("column", &[Symbol, Number, Symbol, Symbol]),
    ("rule", &[Symbol, Symbol, Symbol, Number]),
    ("literal", &[Symbol, Number, Symbol, Symbol]),
    ("argument", &[Symbol, Number, Symbol, Symbol, Symbol]),
    ("tag", &[Symbol, Symbol, Symbol, Symbol]),
    ("citation", &[Symbol, Symbol, Symbol, Symbol]),
    ("row", &[Symbol, Symbol, Number, Symbol, Symbol]),
];

/// What the structure is told from.
pub(super) struct Structure<'a> {
    pub program: &'a Program,
    pub sources: &'a Sources,
    pub lines: &'a Lines,
    pub citations: &'a Citations,
}

/// Fills the relations that ask for it.
pub(super) fn fill(
    structure: &Structure<'_>,
    base: &mut Database,
    interner: &mut Interner,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let relations = structure.program.relations.iter().enumerate();
    let mut into: FxHashMap<&'static str, Vec<RelationId>> = FxHashMap::default();
    for (index, relation) in relations {
        let Some(kind) = relation.doc.tag("meta") else { continue };
        let known = KINDS.iter().find(|(name, _)| *name == kind);
        let fits = |types: &[Primitive]| {
            relation.columns.iter().map(|column| column.primitive).eq(types.iter().copied())
        };
        match known {
            Some((name, types)) if fits(types) => {
                into.entry(name).or_default().push(RelationId::from(index));
            }
            _ => diagnostics.push(unfit(relation, kind, known.map(|(_, types)| *types))),
        }
    }
    if into.is_empty() {
        return;
    }
    let mut rows = Rows { into, base, interner, row: Vec::new() };
    structure.relations(&mut rows);
    structure.rules(&mut rows);
    structure.facts(&mut rows);
}

/// Where rows go.
struct Rows<'a> {
    into: FxHashMap<&'static str, Vec<RelationId>>,
    base: &'a mut Database,
    interner: &'a mut Interner,
    row: Vec<Word>,
}

/// A field of a row.
#[derive(Clone, Copy)]
enum Field<'a> {
    Text(&'a str),
    Count(usize),
}

impl Rows<'_> {
    fn add(&mut self, kind: &str, fields: &[Field<'_>]) {
        let Some(relations) = self.into.get(kind) else { return };
        self.row.clear();
        for field in fields {
            let word = match field {
                Field::Text(text) => self.interner.intern(&Constant::Symbol((*text).into())),
                Field::Count(count) => self.interner.intern(&Constant::Number(*count as i64)),
            };
            self.row.push(word);
        }
        for relation in relations {
            self.base.insert(*relation, &self.row);
        }
    }

    fn doc(&mut self, kind: &str, name: &str, doc: &Doc) {
        use Field::Text;
        for tag in &doc.tags {
            self.add("tag", &[Text(kind), Text(name), Text(&tag.name), Text(&tag.value)]);
            if tag.name == "source" {
                let (document, section) = cut(&tag.value);
                self.add("citation", &[Text(kind), Text(name), Text(document), Text(section)]);
            }
        }
    }
}

impl Structure<'_> {
    fn place(&self, span: Span) -> (&str, usize) {
        (self.sources.name(span), self.sources.position(span).line as usize)
    }

    fn name(&self, relation: RelationId) -> &str {
        &self.program.relations[relation.index()].name
    }

    fn relations(&self, rows: &mut Rows<'_>) {
        use Field::{Count, Text};
        let program = self.program;
        let count = program.relations.len();
        let (mut table, mut derived, mut given) =
            (vec![false; count], vec![false; count], vec![false; count]);
        for directive in program.directives.iter().filter(|it| it.kind == DirectiveKind::Input) {
            table[directive.relation.index()] = true;
        }
        program.rules.iter().for_each(|rule| derived[rule.head.relation.index()] = true);
        program.facts.iter().for_each(|fact| given[fact.relation.index()] = true);
        for (index, relation) in program.relations.iter().enumerate() {
            // Those of the engine's own have names that no text can write.
            if relation.name.starts_with('@') {
                continue;
            }
            let filled = table[index] || relation.doc.tag("meta").is_some();
            let kind = match (is_stated(relation), derived[index], filled, given[index]) {
                (true, ..) => "stated",
                (_, true, ..) => "concluded",
                (_, _, true, _) => "table",
                (_, _, _, true) => "given",
                _ => "empty",
            };
            let name = relation.name.as_str();
            let (file, line) = self.place(relation.span);
            rows.add("relation", &[Text(name), Text(kind), Text(file), Count(line)]);
            for (place, column) in relation.columns.iter().enumerate() {
                let ty = program.types.get(column.ty.index()).map_or("", |it| it.name.as_str());
                rows.add("column", &[Text(name), Count(place), Text(&column.name), Text(ty)]);
            }
            rows.doc("relation", name, &relation.doc);
        }
    }

    fn rules(&self, rows: &mut Rows<'_>) {
        use Field::{Count, Text};
        let names = self.names();
        let mut places: FxHashMap<ClauseId, usize> = FxHashMap::default();
        for rule in &self.program.rules {
            let Some(clause) = self.program.clauses.get(rule.clause.index()) else { continue };
            let Some(name) = names.get(&rule.clause) else { continue };
            let head = self.name(rule.head.relation);
            let (file, line) = self.place(clause.span);
            rows.add("rule", &[Text(name), Text(head), Text(file), Count(line)]);
            if !places.contains_key(&rule.clause) {
                rows.doc("rule", name, &clause.doc);
            }
            let terms = rule.head.terms.iter().enumerate();
            for (column, term) in terms {
                if let Term::Constant(constant) = term {
                    self.argument(rows, name, 0, rule.head.relation, (column, constant));
                }
            }
            let place = places.entry(rule.clause).or_default();
            for literal in &rule.body {
                self.literal(rows, name, place, literal, None);
            }
        }
    }

    fn literal(
        &self,
        rows: &mut Rows<'_>,
        rule: &str,
        place: &mut usize,
        literal: &Literal,
        inside: Option<&str>,
    ) {
        match literal {
            Literal::Positive(atom) => {
                self.atom(rows, rule, place, atom, inside.unwrap_or("positive"));
            }
            Literal::Negative(atom) => {
                self.atom(rows, rule, place, atom, inside.unwrap_or("negative"));
            }
            Literal::Aggregate(aggregate) => {
                let inside = Some("aggregate");
                aggregate.body.iter().for_each(|it| self.literal(rows, rule, place, it, inside));
            }
            Literal::Compare { .. }
            | Literal::Test { .. }
            | Literal::Truth(_)
            | Literal::Range { .. } => {}
        }
    }

    fn atom(&self, rows: &mut Rows<'_>, rule: &str, place: &mut usize, atom: &Atom, sign: &str) {
        use Field::{Count, Text};
        *place += 1;
        let relation = Text(self.name(atom.relation));
        rows.add("literal", &[Text(rule), Count(*place), relation, Text(sign)]);
        for (column, argument) in atom.arguments.iter().enumerate() {
            if let Argument::Constant(constant) = argument {
                self.argument(rows, rule, *place, atom.relation, (column, constant));
            }
        }
    }

    fn argument(
        &self,
        rows: &mut Rows<'_>,
        rule: &str,
        place: usize,
        relation: RelationId,
        (column, constant): (usize, &Constant),
    ) {
        use Field::{Count, Text};
        let declared = &self.program.relations[relation.index()];
        let Some(column) = declared.columns.get(column) else { return };
        let value = constant.to_string();
        let (name, column) = (Text(&declared.name), Text(&column.name));
        rows.add("argument", &[Text(rule), Count(place), name, column, Text(&value)]);
    }

    /// What each clause is called.
    fn names(&self) -> FxHashMap<ClauseId, String> {
        let mut names: FxHashMap<ClauseId, String> = FxHashMap::default();
        let mut numbers: FxHashMap<RelationId, usize> = FxHashMap::default();
        for rule in &self.program.rules {
            if names.contains_key(&rule.clause) {
                continue;
            }
            let clause = self.program.clauses.get(rule.clause.index());
            let id = clause.and_then(|clause| clause.doc.tag("rule"));
            let number = numbers.entry(rule.head.relation).or_default();
            *number += 1;
            let name = match id {
                Some(id) => id.to_owned(),
                None => format!("{}#{number}", self.name(rule.head.relation)),
            };
            names.insert(rule.clause, name);
        }
        names
    }

    fn facts(&self, rows: &mut Rows<'_>) {
        use Field::{Count, Text};
        let mut lines: Vec<_> = self.lines.iter().collect();
        lines.sort_unstable_by_key(|(row, _)| **row);
        for ((relation, _), (file, line)) in lines {
            let (document, section) = self.citations.get(file, *line).unwrap_or_default();
            let place = [Text(self.name(*relation)), Text(file), Count(*line as usize)];
            rows.add("row", &[&place[..], &[Text(document), Text(section)]].concat());
        }
    }
}

/// `/// @meta rule` on a declaration with other columns than the kind has.
fn unfit(relation: &Relation, kind: &str, types: Option<&[Primitive]>) -> Diagnostic {
    let name = &relation.name;
    let message = format!("`{name}` cannot hold `{kind}` of the program's own structure");
    let problem = Diagnostic::error("AL0037", message).at(relation.span, "declared here");
    match types {
        Some(types) => {
            let types: Vec<&str> = types.iter().map(|it| it.name()).collect();
            problem.help(format!("the columns of `{kind}` are {}", types.join(", ")))
        }
        None => problem.nearest(kind, KINDS.iter().map(|(name, _)| *name)),
    }
}
