//! The indices of a relation.

use std::sync::OnceLock;

use super::index::{Index, Kept};
use super::key::ColumnSet;
use crate::value::Word;

/// The indices of one relation, each made when it is first asked for. A list, because it must be
/// able to gain a member while many threads read it.
#[derive(Debug, Default)]
pub(crate) struct IndexList {
    first: OnceLock<Box<Node>>,
}

#[derive(Debug)]
struct Node {
    columns: ColumnSet,
    kept: Kept,
    index: OnceLock<Index>,
    next: IndexList,
}

impl IndexList {
    /// An index of a column set, over at least those rows that it was first made for.
    pub(crate) fn get(
        &self,
        columns: ColumnSet,
        kept: Kept,
        stored: &[Vec<Word>],
        len: usize,
    ) -> &Index {
        let mut list = self;
        loop {
            let node = list.first.get_or_init(|| Box::new(Node::new(columns, kept)));
            if node.columns == columns && node.kept == kept {
                return node.index.get_or_init(|| {
                    let mut index = Index::new(columns, kept);
                    index.extend(stored, len);
                    index
                });
            }
            list = &node.next;
        }
    }

    /// The index of a column set, if it was made; one that keeps rows, or any.
    pub(crate) fn made(&self, columns: ColumnSet, kept: Option<Kept>) -> Option<&Index> {
        let mut list = self;
        while let Some(node) = list.first.get() {
            if node.columns == columns
                && kept.is_none_or(|kept| node.kept == kept)
                && let Some(index) = node.index.get()
            {
                return Some(index);
            }
            list = &node.next;
        }
        None
    }

    /// Makes the index of a column set cover all rows; those from `latest` on come in last.
    pub(crate) fn refresh(
        &mut self,
        columns: ColumnSet,
        kept: Kept,
        stored: &[Vec<Word>],
        latest: usize,
        len: usize,
    ) {
        let mut list = self;
        loop {
            list.first.get_or_init(|| Box::new(Node::new(columns, kept)));
            let Some(node) = list.first.get_mut() else { return };
            if node.columns == columns && node.kept == kept {
                node.index.get_or_init(|| Index::new(columns, kept));
                if let Some(index) = node.index.get_mut() {
                    index.extend(stored, latest);
                    index.extend(stored, len);
                }
                return;
            }
            list = &mut node.next;
        }
    }

    /// Makes every index that was made cover all rows.
    pub(crate) fn refresh_all(&mut self, stored: &[Vec<Word>], len: usize) {
        let mut list = self;
        while let Some(node) = list.first.get_mut() {
            if let Some(index) = node.index.get_mut() {
                index.extend(stored, len);
            }
            list = &mut node.next;
        }
    }

    /// How many bytes all of them hold.
    pub(crate) fn memory(&self) -> usize {
        let mut list = self;
        let mut bytes = 0;
        while let Some(node) = list.first.get() {
            bytes += node.index.get().map_or(0, Index::memory);
            list = &node.next;
        }
        bytes
    }
}

impl Node {
    fn new(columns: ColumnSet, kept: Kept) -> Self {
        Node { columns, kept, index: OnceLock::new(), next: IndexList::default() }
    }
}
