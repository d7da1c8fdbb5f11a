//! The choices a designer has: every field and question with a closed list of answers, for every
//! subject of the design. They are read from relations that the rulebook concludes, so Rust holds
//! no list of its own.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::facts::StatedFact;
use crate::analyze::program::Relation;
use crate::diag::Span;
use crate::explain::key_columns;
use crate::kb::{Rulebook, is_stated};
use crate::value::{Constant, Interner, Primitive, RelationId, Word};

use super::Change;
use super::variants::{Base, Edit, WordFact};

/// Something that a designer may state in one of several ways.
#[derive(Clone, PartialEq, Debug)]
pub struct Choice {
    /// The stated relation.
    pub relation: RelationId,
    /// The column that takes the value; `None` where the fact itself is there or not.
    pub column: Option<usize>,
    /// What the fact is about: its key columns and their words.
    pub key: Vec<(usize, Word)>,
    /// The first column of the key, for people.
    pub subject: String,
    /// The field or question.
    pub field: String,
    /// The question in plain words, where it has some.
    pub text: String,
    /// Its place among choices that matter as much, lowest first.
    pub place: i64,
    /// The values it can take, in order; for a fact that is there or not `true` and `false`.
    pub values: Vec<String>,
    /// Whether nobody has made it and nothing stated settles it.
    pub open: bool,
    /// The words of the values; empty for a fact that is there or not.
    pub words: Vec<Word>,
    /// The numbers of the facts that make it now.
    pub stated: Vec<usize>,
    /// Whether it is put to somebody only when the others were (`@later`).
    pub later: bool,
}

/// A choice made: which choice, and which of its values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Setting {
    /// The number of the choice.
    pub choice: usize,
    /// The number of the value.
    pub value: usize,
}

/// All choices of a design, in a stable order.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// The choices.
    pub choices: Vec<Choice>,
    /// The relations of open choices, as many as the rulebook has.
    pub open: Vec<RelationId>,
}

/// The first relation with a tag.
pub fn tagged(rulebook: &Rulebook, tag: &str) -> Option<RelationId> {
    all_tagged(rulebook, tag).next()
}

/// All relations with a tag.
fn all_tagged(rulebook: &Rulebook, tag: &str) -> impl Iterator<Item = RelationId> {
    let relations = rulebook.program.relations.iter().enumerate();
    let tagged = move |(at, relation): (usize, &Arc<Relation>)| {
        relation.doc.tag(tag).is_some().then(|| RelationId::from(at))
    };
    relations.filter_map(tagged)
}

impl Choices {
    /// The choices of a derived design. Their words become known to the base.
    pub fn of(base: &mut Base<'_>) -> Self {
        let rulebook = base.rulebook();
        let Some(value) = tagged(rulebook, "choice_value") else { return Choices::default() };
        let open: Vec<RelationId> = all_tagged(rulebook, "choice_open").collect();
        let lists = lists(base, value);
        let texts = texts(base);
        let open_rows: FxHashSet<Vec<Word>> =
            open.iter().flat_map(|open| data_rows(base, *open)).collect();
        let later =
            |id: &RelationId| rulebook.program.relations[id.index()].doc.tag("later").is_some();
        let mut rows: Vec<(bool, Vec<Word>)> = all_tagged(rulebook, "choice")
            .flat_map(|choice| data_rows(base, choice).map(move |row| (later(&choice), row)))
            .filter(|(_, row)| row.len() >= 6)
            .collect();
        let statable: FxHashMap<&str, RelationId> = rulebook
            .program
            .relations
            .iter()
            .enumerate()
            .filter(|(_, relation)| is_stated(relation))
            .map(|(index, relation)| (relation.name.as_str(), RelationId::from(index)))
            .collect();
        let stated = base.facts().to_vec();
        let facts = Facts::new(&stated);
        let mut choices = base.learn(|interner| {
            let name = |interner: &Interner, word: Word| interner.symbol(word).to_owned();
            rows.sort_by_cached_key(|(_, row)| {
                row.iter().map(|word| name(interner, *word)).collect::<Vec<_>>()
            });
            let mut choices = Vec::with_capacity(rows.len());
            for (later, row) in &rows {
                let Some(&relation) = statable.get(interner.symbol(row[0])) else { continue };
                let declared = &rulebook.program.relations[relation.index()];
                let column = match interner.symbol(row[1]) {
                    "" => None,
                    wanted => match declared.columns.iter().position(|c| c.name == wanted) {
                        Some(column) => Some(column),
                        None => continue,
                    },
                };
                // Behind the key stand the field and the list.
                let (keys, last) = row.split_at(row.len() - 2);
                let Some(key) = key(declared, &keys[2..], interner) else { continue };
                let (words, values) = match column {
                    None => (Vec::new(), vec!["true".to_owned(), "false".to_owned()]),
                    Some(_) => match lists.get(&last[1]) {
                        Some(list) => list.iter().cloned().unzip(),
                        None => continue,
                    },
                };
                let put = [row[3], row[4]].iter().find_map(|part| texts.get(&(row[0], *part)));
                let (place, text) = put.cloned().unwrap_or((i64::MAX, String::new()));
                choices.push(Choice {
                    relation,
                    column,
                    stated: facts.of(relation, &key),
                    key,
                    subject: name(interner, row[2]),
                    field: name(interner, last[0]),
                    text,
                    place,
                    values,
                    open: open_rows.contains(keys),
                    later: *later,
                    words,
                });
            }
            choices
        });
        choices.retain(|choice| !choice.key.is_empty());
        Choices { choices, open }
    }

    /// The numbers of the open choices.
    pub fn open_choices(&self) -> Vec<usize> {
        (0..self.choices.len()).filter(|&at| self.choices[at].open).collect()
    }

    /// The words of a choice as a row of a relation of open choices, hidden column left out, and that
    /// relation.
    pub fn open_row(&self, base: &Base<'_>, choice: usize) -> Option<(RelationId, Vec<Word>)> {
        let choice = &self.choices[choice];
        let declared = &base.rulebook().program.relations[choice.relation.index()];
        let column = choice.column.map_or("", |column| &declared.columns[column].name);
        let symbol = |text: &str| base.interner().find(&Constant::Symbol(text.into()));
        let mut row = vec![symbol(&declared.name)?, symbol(column)?];
        for (column, word) in &choice.key {
            let primitive = declared.columns[*column].primitive;
            row.push(match primitive {
                Primitive::Symbol => *word,
                _ => symbol(&base.interner().constant(*word, primitive).to_string())?,
            });
        }
        if row.len() < 4 {
            row.push(symbol("")?);
        }
        let relations = &base.rulebook().program.relations;
        let fits = |open: &&RelationId| relations[open.index()].arity() == row.len();
        Some((*self.open.iter().find(fits)?, row))
    }

    /// Whether a choice is made in the base as the setting says: making it again changes nothing.
    pub fn is_set(&self, base: &Base<'_>, setting: Setting) -> bool {
        let edit = self.edit(base, &[setting]);
        edit.remove.is_empty() && edit.add.is_empty()
    }

    /// What settings change in the facts of the base. Several settings may change columns of one
    /// fact.
    pub fn edit(&self, base: &Base<'_>, settings: &[Setting]) -> Edit {
        let mut edit = Edit::default();
        for setting in settings {
            self.apply(base, *setting, &mut edit);
        }
        edit
    }

    fn apply(&self, base: &Base<'_>, setting: Setting, edit: &mut Edit) {
        let choice = &self.choices[setting.choice];
        let declared = &base.rulebook().program.relations[choice.relation.index()];
        let Some(column) = choice.column else {
            let there = setting.value == 0;
            if there && choice.stated.is_empty() {
                let words = choice.key.iter().map(|(_, word)| *word).collect();
                edit.add.push((choice.relation, words));
            } else if !there {
                edit.remove.extend(&choice.stated);
            }
            return;
        };
        let Some(&word) = choice.words.get(setting.value) else { return };
        // Another setting may have changed the fact already.
        let about =
            |words: &[Word]| choice.key.iter().all(|(column, word)| words[*column] == *word);
        let changed = edit
            .add
            .iter_mut()
            .find(|(relation, words)| *relation == choice.relation && about(words));
        if let Some((_, words)) = changed {
            words[column] = word;
            return;
        }
        let left: Vec<usize> =
            choice.stated.iter().filter(|fact| !edit.remove.contains(fact)).copied().collect();
        let (kept, others): (Vec<usize>, Vec<usize>) =
            left.into_iter().partition(|&fact| base.facts()[fact].1[column] == word);
        edit.remove.extend(&others);
        if !kept.is_empty() {
            return;
        }
        let mut words = match others.first().or(choice.stated.first()) {
            Some(&fact) => base.facts()[fact].1.clone(),
            None => blank(declared, base.interner()),
        };
        for (column, word) in &choice.key {
            words[*column] = *word;
        }
        words[column] = word;
        edit.add.push((choice.relation, words));
    }

    /// Settings as facts to add and to take back.
    pub fn change(&self, base: &Base<'_>, settings: &[Setting]) -> Change {
        let edit = self.edit(base, settings);
        let fact = |(relation, words): &WordFact| {
            let columns = &base.rulebook().program.relations[relation.index()].columns;
            StatedFact {
                relation: *relation,
                values: words
                    .iter()
                    .zip(columns)
                    .map(|(word, column)| base.interner().constant(*word, column.primitive))
                    .collect(),
                span: Span::default(),
            }
        };
        Change {
            add: edit.add.iter().map(fact).collect(),
            remove: edit.remove.iter().map(|&index| fact(&base.facts()[index])).collect(),
        }
    }
}

/// The facts of a design by relation.
struct Facts<'a> {
    facts: &'a [WordFact],
    by_relation: FxHashMap<RelationId, Vec<usize>>,
}

impl<'a> Facts<'a> {
    fn new(facts: &'a [WordFact]) -> Self {
        let mut by_relation: FxHashMap<RelationId, Vec<usize>> = FxHashMap::default();
        for (index, (relation, _)) in facts.iter().enumerate() {
            by_relation.entry(*relation).or_default().push(index);
        }
        Facts { facts, by_relation }
    }

    /// The numbers of the facts about a key.
    fn of(&self, relation: RelationId, key: &[(usize, Word)]) -> Vec<usize> {
        let about = |&&index: &&usize| {
            key.iter().all(|(column, word)| self.facts[index].1[*column] == *word)
        };
        let candidates = self.by_relation.get(&relation).map(Vec::as_slice).unwrap_or_default();
        candidates.iter().filter(about).copied().collect()
    }
}

/// The rows of a relation in the base, hidden column left out.
fn data_rows<'b>(base: &'b Base<'_>, relation: RelationId) -> impl Iterator<Item = Vec<Word>> + 'b {
    let hidden = usize::from(base.rulebook().worlds.dependent[relation.index()]);
    let rows = base.database().relation(relation);
    (0..rows.len()).map(move |row| rows.row(row).skip(hidden).collect())
}

/// The values of each list, in order.
fn lists(base: &Base<'_>, relation: RelationId) -> FxHashMap<Word, Vec<(Word, String)>> {
    let mut rows: Vec<Vec<Word>> = data_rows(base, relation).filter(|row| row.len() == 3).collect();
    rows.sort_by_key(|row| base.interner().number(row[2]));
    let mut lists: FxHashMap<Word, Vec<(Word, String)>> = FxHashMap::default();
    for row in rows {
        let value = base.interner().symbol(row[1]).to_owned();
        lists.entry(row[0]).or_default().push((row[1], value));
    }
    lists
}

/// How choices are put to somebody, by form and part or field, with their places.
fn texts(base: &Base<'_>) -> FxHashMap<(Word, Word), (i64, String)> {
    let Some(relation) = tagged(base.rulebook(), "choice_text") else {
        return FxHashMap::default();
    };
    let mut texts: FxHashMap<(Word, Word), (i64, String)> = FxHashMap::default();
    for row in data_rows(base, relation).filter(|row| row.len() == 4) {
        let put = (base.interner().number(row[3]), base.interner().symbol(row[2]).to_owned());
        let known = texts.entry((row[0], row[1])).or_insert_with(|| put.clone());
        if put < *known {
            *known = put;
        }
    }
    texts
}

/// The key columns of a relation with the words of a subject and a part. Without `@key` all
/// columns are key.
fn key(declared: &Relation, parts: &[Word], interner: &mut Interner) -> Option<Vec<(usize, Word)>> {
    let columns = key_columns(declared).unwrap_or_else(|| (0..declared.arity()).collect());
    if columns.len() > parts.len() {
        return None;
    }
    let mut key = Vec::with_capacity(columns.len());
    for (column, part) in columns.into_iter().zip(parts) {
        let text = interner.symbol(*part).to_owned();
        let word = match declared.columns[column].primitive {
            Primitive::Symbol => *part,
            Primitive::Number => interner.intern_number(text.parse().ok()?),
            Primitive::Unsigned => interner.intern_unsigned(text.parse().ok()?),
            Primitive::Float => interner.intern_float(text.parse().ok()?),
            Primitive::Record => return None,
        };
        key.push((column, word));
    }
    Some(key)
}

/// A fact that says nothing yet.
fn blank(declared: &Relation, interner: &Interner) -> Vec<Word> {
    let nothing = |primitive| match primitive {
        Primitive::Symbol => Constant::Symbol("".into()),
        Primitive::Number => Constant::Number(0),
        Primitive::Unsigned => Constant::Unsigned(0),
        Primitive::Float => Constant::Float(0.0),
        Primitive::Record => Constant::Record(None),
    };
    let columns = declared.columns.iter();
    columns.map(|column| interner.find(&nothing(column.primitive)).unwrap_or_default()).collect()
}
