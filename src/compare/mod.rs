//! Two rulebooks, or two designs: what is different in what they say, what is different in what
//! follows, and which of the one makes each of the other.
//!
//! What follows is compared as it is printed: sheet by sheet, row by row, cell by cell. The *witness*
//! of a conclusion that changes is a smallest set of differences that changes it, taken alone: with
//! these and no others the old one comes to what the new one comes to, and with any one of them less
//! it does not. It is found by deriving what lies between the two ([`shrink`]).
//!
//! | file | what it does |
//! | --- | --- |
//! | `conclusions` | which rows and cells differ |
//! | `books` | two rulebooks, clause by clause and row by row, and those that lie between |
//! | `designs` | two designs, fact by fact, and those that lie between |
//! | `output` | differences as sections of an answer |

mod books;
mod conclusions;
mod designs;
pub mod output;

use rustc_hash::FxHashMap;

pub use books::{Book, Books, Unreadable, compare_books, compare_books_on};
pub use conclusions::{Compared, Conclusion};
pub use designs::{compare_designs, compare_designs_on};

use crate::change::shrink;
use crate::diag::{Diagnostic, Sources};
use crate::eval::{StopReason, Stopped};

/// Up to so many differences are tried one by one first: that settles most conclusions.
const MOST_ALONE: usize = 200;

/// Something that is different in what two rulebooks or designs say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// What it is a difference of.
    pub kind: Kind,
    /// A rule's id, a relation's name, a row's first field.
    pub name: String,
    /// The file it is in.
    pub file: String,
    /// The old text; nothing where it was added.
    pub before: Option<String>,
    /// The new text; nothing where it was taken away.
    pub after: Option<String>,
}

/// What something is a difference of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A fact of a design.
    Fact,
    /// A rule, or a fact that is written among rules.
    Rule,
    /// A declaration of a relation or type, a directive, or an inclusion.
    Declaration,
    /// A row of a table.
    Row,
    /// A table whose columns are others.
    Table,
}

impl Kind {
    /// The kind in a word.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Fact => "fact",
            Kind::Rule => "rule",
            Kind::Declaration => "declaration",
            Kind::Row => "row",
            Kind::Table => "table",
        }
    }
}

/// What is different between two.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Comparison {
    /// What is different in what they say.
    pub differences: Vec<Difference>,
    /// What is different in what follows.
    pub conclusions: Vec<Conclusion>,
    /// Sheets that only the old one prints, and that only the new one prints.
    pub sheets: (Vec<String>, Vec<String>),
    /// How many designs were derived.
    pub designs: usize,
    /// How many times something that lies between was derived.
    pub tried: usize,
    /// Why not every conclusion has its witness.
    pub stopped: Option<StopReason>,
}

/// Why nothing was compared.
#[derive(Debug)]
pub enum Failure {
    /// A text is wrong.
    Wrong {
        /// All texts.
        sources: Box<Sources>,
        /// What is wrong.
        problems: Vec<Diagnostic>,
    },
    /// A limit was hit.
    Stopped(Stopped),
}

/// What lies between the old and the new: the old one with some of the differences.
trait Between {
    /// For each set of differences, which conclusions come out as in the new one.
    fn realized(&self, sets: &[Vec<usize>]) -> Result<Vec<Vec<bool>>, StopReason>;
}

/// Gives each conclusion its witness, out of `count` differences; says how many sets were derived,
/// and why the search broke off if it did.
fn find_witnesses(
    between: &dyn Between,
    count: usize,
    conclusions: &mut [Conclusion],
    told: &dyn Fn(usize, usize),
) -> (usize, Option<StopReason>) {
    let mut search = Search { between, known: FxHashMap::default() };
    let stopped = search.all(count, conclusions, told).err();
    (search.known.len(), stopped)
}

struct Search<'a> {
    between: &'a dyn Between,
    /// What was derived already.
    known: FxHashMap<Vec<usize>, Vec<bool>>,
}

impl Search<'_> {
    fn all(
        &mut self,
        count: usize,
        conclusions: &mut [Conclusion],
        told: &dyn Fn(usize, usize),
    ) -> Result<(), StopReason> {
        if count <= MOST_ALONE {
            let alone: Vec<Vec<usize>> = (0..count).map(|difference| vec![difference]).collect();
            self.derive(&alone)?;
            for (number, conclusion) in conclusions.iter_mut().enumerate() {
                let settles = |set: &&Vec<usize>| self.known.get(*set).is_some_and(|it| it[number]);
                conclusion.witness = alone.iter().find(settles).cloned();
            }
        }
        for number in 0..conclusions.len() {
            if conclusions[number].witness.is_some() {
                continue;
            }
            told(number, conclusions.len());
            let mut passes = |sets: &[Vec<usize>]| -> Result<Vec<bool>, StopReason> {
                self.derive(sets)?;
                Ok(sets
                    .iter()
                    .map(|set| self.known.get(set).is_some_and(|it| it[number]))
                    .collect())
            };
            let set = shrink(count, &mut passes)?;
            // Nothing smaller is left to be tried of a pair whose members were tried alone.
            if set.len() == 2 && count <= MOST_ALONE {
                let settled = self.known.get(&set).cloned().unwrap_or_default();
                for (other, conclusion) in conclusions.iter_mut().enumerate() {
                    if conclusion.witness.is_none() && settled.get(other) == Some(&true) {
                        conclusion.witness = Some(set.clone());
                    }
                }
            }
            conclusions[number].witness = Some(set);
        }
        Ok(())
    }

    fn derive(&mut self, sets: &[Vec<usize>]) -> Result<(), StopReason> {
        let new: Vec<Vec<usize>> =
            sets.iter().filter(|set| !self.known.contains_key(*set)).cloned().collect();
        if new.is_empty() {
            return Ok(());
        }
        let found = self.between.realized(&new)?;
        self.known.extend(new.into_iter().zip(found));
        Ok(())
    }
}
