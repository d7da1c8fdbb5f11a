//! What is stated, taken back, declared and ruled. Every change is numbered, made as a whole or not
//! at all, and can be undone and redone.

use std::sync::Arc;

use crate::analyze::error;
use crate::analyze::facts::{StatedFact, stated_facts};
use crate::analyze::has_errors;
use crate::change::{fitting, is_open, not_stated, not_to_be_taken_back};
use crate::diag::{Diagnostic, SourceId, Span};
use crate::eval;
use crate::explain::key_columns;
use crate::kb::{self, Rulebook, TYPED};
use crate::syntax::parse;
use crate::syntax::tree::{Clause, Doc, Item, Tree};

use super::log::{Change, Stated, Whole, stated};
use super::{Done, Event, Failure, Repl, Reply, beyond, control};

/// What the text is called that was typed last.
const AT_PROMPT: &str = "<typed>";

/// Does the statements of a complete text, or nothing of it where something in it is wrong.
pub(super) fn statements(repl: &mut Repl, text: &str, reply: &mut Reply) -> Done {
    let text = kb::undotted(text);
    let text = text.as_str();
    // The text is kept as long as facts are written in it.
    let (made, source) = (repl.log.done.len(), repl.session.note(AT_PROMPT, text));
    let done = parsed(repl, source, text, reply);
    match repl.log.done.len() {
        after if after > made => repl.session.rename_last(&format!("change {after}")),
        _ => repl.session.forget_last(),
    }
    done
}

fn parsed(repl: &mut Repl, source: SourceId, text: &str, reply: &mut Reply) -> Done {
    let (tree, mut diagnostics) = parse(source, text);
    let wrong = |repl: &Repl, diagnostics| {
        Err(Failure::Wrong(diagnostics, Box::new(repl.session.sources().clone())))
    };
    if !diagnostics.is_empty() {
        return wrong(repl, diagnostics);
    }
    let mut parts = Vec::with_capacity(tree.items.len());
    let mut from = 0;
    for item in tree.items {
        let end = item.span().end as usize;
        // What stands before an item, such as a comment, goes with it.
        let written = text.get(from..end).unwrap_or_default().trim();
        from = end;
        parts.extend(part(repl, item, written, &mut diagnostics));
    }
    if has_errors(&diagnostics) {
        return wrong(repl, diagnostics);
    }
    let mut edit = Edit::default();
    for part in parts {
        match part {
            Part::State(facts) => edit.state(facts),
            Part::Retract(facts, span) => edit.retract(repl, facts, span)?,
            Part::Rule(text) => edit.rules.push(text),
            Part::Ask(span) => {
                std::mem::take(&mut edit).make(repl, text, reply)?;
                let goal = text.get(span.start as usize..span.end as usize).unwrap_or_default();
                control::ask(repl, goal, reply)?;
            }
        }
    }
    edit.make(repl, text, reply)
}

/// What a statement comes to.
enum Part {
    State(Vec<StatedFact>),
    /// What to take back: any of the facts that answer the patterns.
    Retract(Vec<StatedFact>, Span),
    Rule(String),
    Ask(Span),
}

/// A statement against the declarations.
fn part(repl: &Repl, item: Item, written: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Part> {
    let rulebook = repl.session.rulebook();
    let facts = |tree: &Tree, diagnostics: &mut Vec<Diagnostic>| {
        stated_facts(&rulebook.statable, &rulebook.program, tree, diagnostics)
    };
    match item {
        Item::Query(query) => Some(Part::Ask(query.span)),
        Item::Retraction { atom, span } => {
            if holds_by_typed_rules(repl, &atom.name.text) {
                let message = format!("`{}` holds by rules that were typed here", atom.name.text);
                let problem = not_to_be_taken_back(message, span);
                diagnostics
                    .push(problem.help("`:undo` takes a rule back, `:edit rules` changes it"));
                return None;
            }
            if is_open(&atom) {
                let stated =
                    repl.session.designs().get(repl.current).map(|design| design.facts.as_slice());
                let facts = fitting(rulebook, stated.unwrap_or_default(), &atom, diagnostics);
                return Some(Part::Retract(facts, span));
            }
            let clause = Clause {
                heads: vec![atom],
                greater: None,
                body: None,
                plan: None,
                doc: Doc::default(),
                span,
            };
            let tree = Tree { items: vec![Item::Clause(clause)] };
            Some(Part::Retract(facts(&tree, diagnostics), span))
        }
        Item::Clause(clause) if clause.heads.iter().any(|it| beyond::is_meta(&it.name.text)) => {
            for head in clause.heads.iter().filter(|it| beyond::is_meta(&it.name.text)) {
                let name = beyond::typed(&head.name.text);
                let help = format!("ask for it: `{name}(...)?`");
                diagnostics.push(error::not_stated(head.name.span, &name).help(help));
            }
            None
        }
        Item::Clause(clause) if clause.body.is_none() && !is_typed(repl, &clause) => {
            let tree = Tree { items: vec![Item::Clause(clause)] };
            Some(Part::State(facts(&tree, diagnostics)))
        }
        Item::Clause(_)
        | Item::Declaration(_)
        | Item::Type(_)
        | Item::Component(_)
        | Item::Instance(_)
        | Item::Override { .. } => Some(Part::Rule(written.to_owned())),
        Item::Once(_) | Item::Pragma { .. } => None,
        Item::Expectation(expectation) => {
            let help = "it belongs in a file that `archlog test` reads; `?- goal.` asks here";
            diagnostics.push(error::not_a_fact(expectation.span).help(help));
            None
        }
        Item::Directive(directive) => {
            diagnostics.push(error::not_a_fact(directive.span));
            None
        }
        Item::Include { span, .. } => {
            diagnostics.push(error::not_a_fact(span).help("`:load FILE` opens a design"));
            None
        }
    }
}

/// Whether a fact is of a relation that was declared at the prompt: it is a rule without a body then.
fn is_typed(repl: &Repl, clause: &Clause) -> bool {
    let name = clause.heads.first().map(|head| head.name.text.as_str()).unwrap_or_default();
    holds_by_typed_rules(repl, name)
}

/// Whether a relation was declared at the prompt, and is none that a design states.
fn holds_by_typed_rules(repl: &Repl, name: &str) -> bool {
    let rulebook = repl.session.rulebook();
    rulebook.relation(name).is_some_and(|id| {
        let relation = &rulebook.program.relations[id.index()];
        rulebook.sources.name(relation.span) == TYPED && !kb::is_stated(relation)
    })
}

/// What a text changes, gathered.
#[derive(Debug, Default)]
struct Edit {
    added: Vec<StatedFact>,
    removed: Vec<StatedFact>,
    rules: Vec<String>,
}

pub(super) fn same(one: &StatedFact, other: &StatedFact) -> bool {
    one.relation == other.relation && one.values == other.values
}

impl Edit {
    fn state(&mut self, facts: Vec<StatedFact>) {
        for fact in facts {
            if !self.added.iter().any(|other| same(other, &fact)) {
                self.added.push(fact);
            }
        }
    }

    fn retract(&mut self, repl: &Repl, facts: Vec<StatedFact>, span: Span) -> Done {
        let design = repl.session.designs().get(repl.current);
        let stated = design.map(|design| design.facts.as_slice()).unwrap_or_default();
        for mut fact in facts {
            let before = self.added.len();
            self.added.retain(|other| !same(other, &fact));
            if self.added.len() < before {
                continue;
            }
            if !stated.iter().any(|other| same(other, &fact)) {
                fact.span = span;
                let problem = not_stated(repl.session.rulebook(), stated, &fact);
                let sources = Box::new(repl.session.sources().clone());
                return Err(Failure::Wrong(vec![problem], sources));
            }
            self.removed.push(fact);
        }
        Ok(())
    }

    /// Makes the change, numbered, and says what came of it.
    fn make(self, repl: &mut Repl, text: &str, reply: &mut Reply) -> Done {
        let stated = repl
            .session
            .designs()
            .get(repl.current)
            .map(|design| design.facts.as_slice())
            .unwrap_or_default();
        let gone = |fact: &StatedFact| self.removed.iter().any(|other| same(other, fact));
        let removed: Vec<(usize, StatedFact)> = stated
            .iter()
            .enumerate()
            .filter(|(_, fact)| gone(fact))
            .map(|(at, fact)| (at, fact.clone()))
            .collect();
        let there =
            |fact: &StatedFact| stated.iter().any(|other| same(other, fact) && !gone(other));
        let (known, added): (Vec<StatedFact>, Vec<StatedFact>) =
            self.added.into_iter().partition(there);
        for fact in &known {
            reply.note(format!("{} is stated already", repl.session.written(fact)));
        }
        if removed.is_empty() && added.is_empty() && self.rules.is_empty() {
            return Ok(());
        }
        let rules = (!self.rules.is_empty()).then(|| {
            let before = repl.rulebook.typed.clone();
            let mut after = before.clone().unwrap_or_default();
            for rule in &self.rules {
                after.push_str(rule);
                after.push('\n');
            }
            (before, Some(after))
        });
        for fact in &added {
            doubled(repl, stated, fact, &removed, reply);
        }
        let (text, design) = (text.trim().to_owned(), repl.current);
        push(repl, Change { text, design, removed, added, rules, whole: None }, reply)
    }
}

/// Makes a new change, numbered, and says what came of it.
fn push(repl: &mut Repl, change: Change, reply: &mut Reply) -> Done {
    let (number, before) = (repl.log.done.len() + 1, State::of(repl));
    move_by(repl, &change, true, reply)?;
    repl.log.push(change);
    before.told(repl, &format!("#{number}"), reply);
    Ok(())
}

/// Puts another text in the place of the design's, as one change; `text` says of it what is told.
pub(super) fn whole_change(
    repl: &mut Repl,
    text: String,
    added: Vec<StatedFact>,
    source: SourceId,
    reply: &mut Reply,
) -> Done {
    let Stated { facts, text: before } = stated(&repl.session, repl.current);
    let removed = facts.into_iter().enumerate().collect();
    let whole: Option<Whole> = Some((before, Some(source)));
    let design = repl.current;
    push(repl, Change { text, design, removed, added, rules: None, whole }, reply)
}

/// Puts other rules in the place of those that were typed, as one change.
pub(super) fn rule_change(repl: &mut Repl, text: &str, reply: &mut Reply) -> Done {
    let mut after = text.trim_end().to_owned();
    if !after.is_empty() {
        after.push('\n');
    }
    if after == repl.typed() {
        reply.note("nothing was changed");
        return Ok(());
    }
    let change = Change {
        text: "the rules typed here, edited".to_owned(),
        design: repl.current,
        removed: Vec::new(),
        added: Vec::new(),
        rules: Some((repl.rulebook.typed.clone(), Some(after))),
        whole: None,
    };
    push(repl, change, reply)
}

/// Says that something else is stated of the same.
fn doubled(
    repl: &Repl,
    stated: &[StatedFact],
    fact: &StatedFact,
    removed: &[(usize, StatedFact)],
    reply: &mut Reply,
) {
    let declared = &repl.session.rulebook().program.relations[fact.relation.index()];
    let Some(keys) = key_columns(declared).filter(|keys| !keys.is_empty()) else { return };
    let other = stated.iter().find(|other| {
        other.relation == fact.relation
            && keys.iter().all(|&key| other.values.get(key) == fact.values.get(key))
            && !removed.iter().any(|(_, gone)| same(gone, other))
    });
    if let Some(other) = other {
        let other = repl.session.written(other);
        reply.note(format!("{other} is stated too; take it back with -{other}."));
    }
}

/// Makes a change, or unmakes it. Where that fails, all is as it was before.
fn move_by(repl: &mut Repl, change: &Change, forward: bool, reply: &mut Reply) -> Done {
    if repl.session.designs().get(change.design).is_none() {
        return Ok(());
    }
    let old = stated(&repl.session, change.design);
    let mut new = old.clone();
    if forward {
        change.make(&mut new);
    } else {
        change.unmake(&mut new);
    }
    let kept = repl.session.keep();
    let before = (repl.session.shared(), repl.rulebook.typed.clone());
    if let Some((without, with)) = &change.rules {
        let typed = if forward { with } else { without };
        rule_by(repl, typed.clone(), reply)?;
    }
    restate(repl, change.design, new);
    if let Err(failure) = repl.derive(reply) {
        restate(repl, change.design, old);
        if change.rules.is_some() {
            let (rulebook, typed) = before;
            repl.session.exchange(rulebook);
            repl.rulebook.typed = typed;
        }
        repl.session.put_back(kept);
        return Err(failure);
    }
    reply.events.push(Event::Changed);
    Ok(())
}

/// A design states something else from now on.
pub(super) fn restate(repl: &mut Repl, design: usize, stated: Stated) {
    repl.session.restate(design, stated.facts);
    repl.session.rewrite(design, stated.text);
}

/// How many rulebooks with rules typed are at hand, to go back to.
const AT_HAND: usize = 4;

/// Loads the rulebook with other rules typed in addition. Where they are wrong, nothing changes.
fn rule_by(repl: &mut Repl, typed: Option<String>, reply: &mut Reply) -> Done {
    let typed = Some(typed.unwrap_or_default());
    let here = (repl.rulebook.typed.clone(), repl.session.shared());
    let rulebook = match repl.loaded.iter().find(|(known, _)| *known == typed) {
        Some((_, rulebook)) => Arc::clone(rulebook),
        None => {
            let options = kb::Options { typed: typed.clone(), ..repl.rulebook.clone() };
            Arc::new(load(repl, &options, reply)?)
        }
    };
    if !repl.session.exchange(rulebook) {
        let message = "these rules change what designs may state; write them to a file and start \
                       with `--rules`";
        return Err(Failure::Message(message.to_owned()));
    }
    repl.rulebook.typed = typed;
    repl.loaded.retain(|(known, _)| *known != here.0);
    repl.loaded.insert(0, here);
    repl.loaded.truncate(AT_HAND);
    Ok(())
}

/// As [`rule_by`], for who goes somewhere else.
pub(super) fn rule_again(repl: &mut Repl, typed: Option<String>, reply: &mut Reply) -> Done {
    rule_by(repl, typed, reply)
}

/// An answer that is not complete.
pub(super) fn broken_off(reason: eval::StopReason) -> Failure {
    Failure::Stopped(eval::Stopped { reason, stratum: 0, report: eval::Report::default() })
}

/// Loads a rulebook with rules typed; says what is odd about these.
fn load(repl: &Repl, options: &kb::Options, reply: &mut Reply) -> Result<Rulebook, Failure> {
    let asked = Arc::clone(&repl.interrupt);
    let effort = repl.effort.options(&asked);
    let rulebook = Rulebook::load_within(options, &effort).map_err(|unsound| {
        let unsound = *unsound;
        match unsound.stopped {
            Some(stopped) => Failure::Stopped(stopped),
            None => Failure::Wrong(unsound.diagnostics, Box::new(unsound.sources)),
        }
    })?;
    let odd = |problem: &&Diagnostic| {
        problem.span().is_some_and(|span| rulebook.sources.name(span) == TYPED)
    };
    let odd: Vec<Diagnostic> = rulebook.warnings.iter().filter(odd).cloned().collect();
    if !odd.is_empty() {
        let sources = (*rulebook.sources).clone();
        reply.events.push(Event::Problems { diagnostics: odd, sources });
    }
    Ok(rulebook)
}

/// What is told of before and after a change.
struct State {
    /// The sheets of what is open, with their rows.
    open: Vec<(String, usize)>,
}

impl State {
    fn of(repl: &Repl) -> State {
        let sheets = repl.session.rulebook().sheets.iter().filter(|sheet| sheet.open);
        let rows = |sheet: &kb::Sheet| repl.session.count(sheet.relation, repl.current);
        State { open: sheets.map(|sheet| (sheet.title.clone(), rows(sheet))).collect() }
    }

    /// Says what a change did, and what the goals that are watched answer now.
    fn told(self, repl: &mut Repl, change: &str, reply: &mut Reply) {
        let after = State::of(repl);
        let moved: Vec<String> = self
            .open
            .iter()
            .zip(&after.open)
            .filter(|((_, before), (_, after))| before != after)
            .map(|((title, before), (_, after))| format!("{title}: {before} to {after}"))
            .collect();
        let told = if moved.is_empty() { String::new() } else { format!("  {}", moved.join("; ")) };
        reply.note(format!("{change}{told}"));
        control::watch_again(repl, reply);
    }
}

/// Takes changes back: the last ones, so many.
pub(super) fn undo(repl: &mut Repl, count: usize, reply: &mut Reply) -> Done {
    if repl.log.done.is_empty() {
        return Err("nothing to undo".to_owned().into());
    }
    for taken in 0..count {
        let Some(change) = repl.log.done.last().cloned() else {
            reply.note(format!("took back {taken}; there were no more"));
            break;
        };
        let before = State::of(repl);
        move_by(repl, &change, false, reply)?;
        repl.log.done.pop();
        repl.log.undone.push(change.clone());
        let number = repl.log.done.len() + 1;
        before.told(repl, &format!("undid #{number} {}", one_line(&change.text)), reply);
    }
    Ok(())
}

/// Makes changes again that were undone, so many.
pub(super) fn redo(repl: &mut Repl, count: usize, reply: &mut Reply) -> Done {
    if repl.log.undone.is_empty() {
        return Err("nothing to redo".to_owned().into());
    }
    for made in 0..count {
        let Some(change) = repl.log.undone.last().cloned() else {
            reply.note(format!("made {made} again; there were no more"));
            break;
        };
        let before = State::of(repl);
        move_by(repl, &change, true, reply)?;
        repl.log.undone.pop();
        repl.log.done.push(change.clone());
        let number = repl.log.done.len();
        before.told(repl, &format!("redid #{number} {}", one_line(&change.text)), reply);
    }
    Ok(())
}

/// The first line of a text, and a sign that there is more.
pub(super) fn one_line(text: &str) -> String {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default().to_owned();
    if lines.next().is_some() { format!("{first} ...") } else { first }
}

/// Makes a change of facts that was not typed, such as an answer to a question.
pub(super) fn make(
    repl: &mut Repl,
    add: Vec<StatedFact>,
    remove: Vec<StatedFact>,
    reply: &mut Reply,
) -> Done {
    let gone = remove.iter().map(|fact| format!("-{}.", repl.session.written(fact)));
    let new = add.iter().map(|fact| format!("{}.", repl.session.written(fact)));
    let text = gone.chain(new).collect::<Vec<_>>().join("\n");
    statements(repl, &text, reply)
}
