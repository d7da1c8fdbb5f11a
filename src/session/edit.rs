//! Designs that change: facts in and out, and a design as a text that reads back to the same facts,
//! with the comments that were in it.

use std::ops::Range;
use std::sync::Arc;

use crate::analyze::facts::{StatedFact, stated_facts};
use crate::diag::{Diagnostic, SourceId};
use crate::kb::Rulebook;
use crate::syntax::printer::Literal;
use crate::value::Constant;

use super::derived::Derived;
use super::{Design, Session};

/// What derived, put aside.
#[derive(Debug, Default)]
pub struct Kept(Option<Derived>);

impl Session {
    /// Adds a design that states nothing yet; gives its number.
    pub fn begin(&mut self, id: &str) -> usize {
        let (id, path) = (id.to_owned(), String::new());
        self.designs.push(Design {
            title: id.clone(),
            id,
            path,
            facts: Vec::new(),
            text: None,
            expectations: Vec::new(),
        });
        self.touch(self.designs.len() - 1);
        self.designs.len() - 1
    }

    /// Takes a design out; those behind it move up.
    pub fn close(&mut self, design: usize) {
        if design < self.designs.len() {
            self.designs.remove(design);
            self.derived = None;
        }
    }

    /// Keeps a text, so that facts can say where they are written.
    pub fn note(&mut self, name: &str, text: &str) -> SourceId {
        self.sources.add(name, text)
    }

    /// Gives the text that was kept last the name it is to be known by.
    pub fn rename_last(&mut self, name: &str) {
        self.sources.rename_last(name);
    }

    /// Forgets the text that was kept last: no fact is written in it.
    pub fn forget_last(&mut self) {
        self.sources.forget_last();
    }

    /// The facts of a design become others. What derived from the old ones stays until the next
    /// [`Session::derive`].
    pub fn restate(&mut self, design: usize, facts: Vec<StatedFact>) {
        let naming = self.rulebook.design;
        self.touch(design);
        let Some(design) = self.designs.get_mut(design) else { return };
        let named = facts.iter().find(|fact| Some(fact.relation) == naming);
        let text = |index: usize| match named.and_then(|fact| fact.values.get(index)) {
            Some(Constant::Symbol(text)) if !text.is_empty() => Some(text.to_string()),
            _ => None,
        };
        if let Some(id) = text(0) {
            design.title = text(1).unwrap_or_else(|| id.clone());
            design.id = id;
        }
        design.facts = facts;
    }

    /// A design is written in another text as a whole, or in the one that it was read from again.
    pub fn rewrite(&mut self, design: usize, text: Option<SourceId>) {
        if let Some(design) = self.designs.get_mut(design) {
            design.text = text;
        }
    }

    /// A design is one that was read from a path at some time.
    pub fn came_from(&mut self, design: usize, path: &str) {
        if let Some(design) = self.designs.get_mut(design) {
            path.clone_into(&mut design.path);
        }
    }

    /// Keeps a text and reads what it states; what is wrong with it is said beside.
    pub fn read(&mut self, name: &str, text: &str) -> (SourceId, Vec<StatedFact>, Vec<Diagnostic>) {
        let source = self.sources.add(name, text);
        let (tree, mut problems) = crate::syntax::parse(source, text);
        let Rulebook { statable, program, .. } = &*self.rulebook;
        let facts = stated_facts(statable, program, &tree, &mut problems);
        (source, facts, problems)
    }

    /// Puts another rulebook in the place of this one, which differs in what stands behind all of
    /// this one's files alone. Gives whether it does; nothing is changed where it does not.
    pub fn exchange(&mut self, rulebook: Arc<Rulebook>) -> bool {
        let (old, new) = (&self.rulebook, &rulebook);
        let stated = |rulebook: &Rulebook| -> Vec<(usize, String)> {
            let relations = rulebook.program.relations.iter().enumerate();
            let stated = relations.filter(|(_, relation)| crate::kb::is_stated(relation));
            stated.map(|(at, relation)| (at, relation.name.clone())).collect()
        };
        if old.sources.len() != new.sources.len() || stated(old) != stated(new) {
            return false;
        }
        self.sources.rebase(Arc::clone(&rulebook.sources));
        self.rulebook = rulebook;
        self.derived = None;
        true
    }

    /// Takes what is wrong out of the session, from a number of problems on.
    pub fn take_diagnostics(&mut self, from: usize) -> Vec<Diagnostic> {
        self.diagnostics.split_off(from.min(self.diagnostics.len()))
    }

    /// What derived, to be put back if what follows comes to nothing.
    pub fn keep(&self) -> Kept {
        Kept(self.derived.clone())
    }

    /// Puts back what derived.
    pub fn put_back(&mut self, kept: Kept) {
        self.derived = kept.0;
    }

    /// A fact as a design states it, without the stop.
    pub fn written(&self, fact: &StatedFact) -> String {
        let name = &self.rulebook.program.relations[fact.relation.index()].name;
        let values: Vec<String> =
            fact.values.iter().map(|value| Literal(value).to_string()).collect();
        format!("{name}({})", values.join(", "))
    }

    /// A design as a text: the one it was read from, without the facts that were taken back and with
    /// the new ones below. A design that was read from tables is written fact by fact.
    pub fn text_of(&self, design: usize) -> String {
        let Some(design) = self.designs.get(design) else { return String::new() };
        self.text_with(design, &design.facts, design.text)
    }

    /// As [`Session::text_of`], were these the facts of the design, and this its text.
    pub fn text_were(&self, design: usize, facts: &[StatedFact], text: Option<SourceId>) -> String {
        let design = self.designs.get(design);
        design.map(|design| self.text_with(design, facts, text)).unwrap_or_default()
    }

    fn text_with(&self, design: &Design, facts: &[StatedFact], text: Option<SourceId>) -> String {
        let own = text.or_else(|| self.text_read(design));
        let mut text = String::new();
        let mut further: Vec<&StatedFact> = Vec::new();
        match own {
            None => further.extend(facts),
            Some(source) => {
                let inside = |fact: &&StatedFact| fact.span.source == source;
                further.extend(facts.iter().filter(|fact| !inside(fact)));
                text = self.without_gone(source, facts);
            }
        }
        if !further.is_empty() && !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        for fact in further {
            text.push_str(&format!("{}.\n", self.written(fact)));
        }
        text
    }

    /// The text that a design was read from, if it is one of facts.
    fn text_read(&self, design: &Design) -> Option<SourceId> {
        if design.path.is_empty() || design.path.ends_with(".json") {
            return None;
        }
        let below = self.rulebook.sources.len();
        let mut ids = (below..self.sources.len()).map(|id| SourceId(id as u32));
        ids.find(|id| self.sources.get(*id).is_some_and(|source| source.name == design.path))
    }

    /// A text without the facts that a design does not state any more. A line with nothing else on
    /// it goes with its fact.
    fn without_gone(&self, source: SourceId, facts: &[StatedFact]) -> String {
        let Some(text) = self.sources.get(source).map(|source| Arc::clone(&source.text)) else {
            return String::new();
        };
        let (tree, _) = crate::syntax::parse(source, &text);
        let Rulebook { statable, program, .. } = &*self.rulebook;
        let read = stated_facts(statable, program, &tree, &mut Vec::new());
        let kept = |fact: &StatedFact| {
            let same = |other: &StatedFact| {
                other.span == fact.span
                    && other.relation == fact.relation
                    && other.values == fact.values
            };
            facts.iter().any(same)
        };
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        let mut read = read.iter().peekable();
        while let Some(fact) = read.next() {
            // Facts with one stop share a stretch of text.
            let mut together = vec![fact];
            while let Some(next) = read.next_if(|next| next.span == fact.span) {
                together.push(next);
            }
            let left: Vec<&&StatedFact> = together.iter().filter(|fact| kept(fact)).collect();
            if left.len() == together.len() {
                continue;
            }
            let range = fact.span.start as usize..fact.span.end as usize;
            let rest: Vec<String> = left.iter().map(|fact| self.written(fact)).collect();
            let range = if rest.is_empty() { whole_line(&text, range) } else { range };
            out.push_str(text.get(at..range.start).unwrap_or_default());
            if !rest.is_empty() {
                out.push_str(&format!("{}.", rest.join(", ")));
            }
            at = range.end.max(at);
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

/// A stretch of a text, with its line where nothing else stands on that.
fn whole_line(text: &str, range: Range<usize>) -> Range<usize> {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = after.find('\n').map_or(after.len(), |at| at + 1);
    let blank = |text: &str| text.chars().all(char::is_whitespace);
    let alone = before.get(start..).is_some_and(blank) && after.get(..end).is_some_and(blank);
    if alone { start..range.end + end } else { range }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_alone_on_its_line_goes_with_the_line() {
        let text = "a.\n  b.\nc. d.\n";
        assert_eq!(whole_line(text, 5..7), 3..8);
        assert_eq!(whole_line(text, 8..10), 8..10);
    }
}
