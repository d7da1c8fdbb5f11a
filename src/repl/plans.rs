//! How the rules of a relation are evaluated, and over how much.

use super::show::relation;
use super::{Done, Repl, Reply};
use crate::kb::Rulebook;
use crate::plan::{Known, Measured};
use crate::store::Database;
use crate::value::{RelationId, RuleId};

/// `:plan RELATION`
pub(super) fn plan(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    let beyond = repl.beyond(name)?;
    let (session, design) = beyond.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let rulebook = session.rulebook();
    let id = relation(repl, rulebook, name)?;
    let database = session.derived(design).map(|(database, _)| &**database);
    let known = Seen { rulebook, database };
    let text = Measured { plan: &rulebook.plan, known: &known, only: Some(id) }.to_string();
    if text.is_empty() {
        reply.note(format!("no rule concludes {name}"));
    }
    reply.answer(text);
    Ok(())
}

/// What is known of the rulebook over the designs that are open.
struct Seen<'a> {
    rulebook: &'a Rulebook,
    database: Option<&'a Database>,
}

impl Known for Seen<'_> {
    fn size(&self, relation: RelationId) -> usize {
        self.database.map_or(0, |database| database.relation(relation).len())
    }

    fn rule(&self, rule: RuleId) -> String {
        let (program, sources) = (&self.rulebook.worlds.program, &self.rulebook.sources);
        let clause = program.rules.get(rule.index()).map(|rule| rule.clause.index());
        let clause = clause.and_then(|clause| program.clauses.get(clause));
        let Some(clause) = clause else { return String::new() };
        let text: Vec<&str> = sources.text(clause.span).split_whitespace().collect();
        let (file, line) = (sources.name(clause.span), sources.position(clause.span).line);
        format!("{} ({file}:{line})", text.join(" "))
    }
}
