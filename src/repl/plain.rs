//! A fact from a sentence in plain words: the words go to the relation tagged `@sentence`, and what the
//! one tagged `@proposes FORM` says of them is put to whoever typed them, to accept or to correct.
//! Nothing is stated before that.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::analyze::facts::StatedFact;
use crate::answers::{Given, given, plain};
use crate::diag::{Span, nearest};
use crate::explain::key_columns;
use crate::kb::Part;
use crate::report::hanging;
use crate::syntax::printer::Quoted;
use crate::value::{Constant, Primitive, RelationId};

use super::complete::values_of;
use super::interview;
use super::trail::Interview;
use super::{Done, Failure, Repl, Reply};

/// How many words an identifier is made of.
const WORDS: usize = 4;

/// Words of so many letters are left out of it.
const SHORT: usize = 2;

/// How many words may stand together for one thing.
const TOGETHER: usize = 3;

/// What is proposed.
#[derive(Clone, Debug)]
pub(super) struct Proposal {
    form: RelationId,
    /// The values of its columns; empty where nothing is proposed.
    values: Vec<String>,
    /// What else is proposed of the same: the relation, its column and the values.
    further: Vec<(RelationId, usize, Vec<String>)>,
    /// Lines about the values: the column, why, and what else it could be.
    reasons: Vec<(String, String)>,
}

/// A proposal that was accepted, as part of what another session goes on with: relations by name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct LeftProposal {
    form: String,
    values: Vec<String>,
    further: Vec<(String, usize, Vec<String>)>,
    reasons: Vec<(String, String)>,
}

impl LeftProposal {
    /// The proposal, where this rulebook has its relations.
    pub fn read(&self, repl: &Repl) -> Option<Proposal> {
        let rulebook = repl.session.rulebook();
        let further = self.further.iter();
        let further = further.map(|(name, column, values)| {
            Some((rulebook.relation(name)?, *column, values.clone()))
        });
        Some(Proposal {
            form: rulebook.relation(&self.form)?,
            values: self.values.clone(),
            further: further.collect::<Option<_>>()?,
            reasons: self.reasons.clone(),
        })
    }
}

impl Proposal {
    /// It as part of what another session goes on with.
    pub fn left(&self, repl: &Repl) -> LeftProposal {
        let relations = &repl.session.rulebook().program.relations;
        let name = |id: RelationId| relations[id.index()].name.clone();
        let further = self.further.iter();
        let further = further.map(|(id, column, values)| (name(*id), *column, values.clone()));
        LeftProposal {
            form: name(self.form),
            values: self.values.clone(),
            further: further.collect(),
            reasons: self.reasons.clone(),
        }
    }

    /// Takes the values that the fact has now.
    pub fn renew(&mut self, values: &[String]) {
        values.clone_into(&mut self.values);
    }
}

/// The relation that sentences are turned into facts of.
pub(super) fn form(repl: &mut Repl) -> Result<Option<RelationId>, Failure> {
    let beside = repl.beside(Part::Observed)?;
    let relations = beside.rulebook().program.relations.iter();
    let name = relations.into_iter().find_map(|it| it.doc.tag("proposes").map(str::to_owned));
    Ok(name.and_then(|name| repl.session.rulebook().relation(&name)))
}

/// `:require SENTENCE`
pub(super) fn require(repl: &mut Repl, sentence: &str, reply: &mut Reply) -> Done {
    if sentence.is_empty() {
        return Err("say what is required: `:require User places bid`".to_owned().into());
    }
    let Some(proposal) = propose(repl, sentence)? else {
        return Err("this rulebook proposes nothing".to_owned().into());
    };
    repl.interview = Some(Interview::of_one());
    put(repl, proposal, reply);
    Ok(())
}

/// What is proposed for a sentence.
pub(super) fn propose(repl: &mut Repl, sentence: &str) -> Result<Option<Proposal>, Failure> {
    let Some(form) = form(repl)? else { return Ok(None) };
    let mut session = repl.beside(Part::Observed)?;
    let options = repl.effort.options(&repl.interrupt);
    let relations = session.rulebook().program.relations.iter();
    let tagged = |tag: &str| {
        relations.clone().position(|it| it.doc.tag(tag).is_some()).map(RelationId::from)
    };
    let (Some(words), Some(proposes)) = (tagged("sentence"), tagged("proposes")) else {
        return Ok(None);
    };
    if session.designs().is_empty() {
        session.begin(super::UNNAMED);
    }
    let said = said(sentence).into_iter().map(|(place, text, name)| StatedFact {
        relation: words,
        values: vec![
            Constant::Number(place),
            Constant::Symbol(Arc::from(text)),
            Constant::Symbol(Arc::from(name)),
        ],
        span: Span::default(),
    });
    let facts = session.designs().first().map(|design| design.facts.clone()).unwrap_or_default();
    session.restate(0, facts.into_iter().chain(said).collect());
    session.derive(&options)?;
    let mut rows: Vec<Found> =
        session.rows(proposes, 0).iter().filter_map(|row| found(row)).collect();
    rows.sort();
    Ok(Some(gathered(repl, form, sentence, &rows)))
}

/// A row of proposals: rank, form, column, value, why.
type Found = (i64, String, String, String, String);

fn found(row: &[Constant]) -> Option<Found> {
    let text = |at: usize| row.get(at).map(ToString::to_string);
    let Some(Constant::Number(rank)) = row.get(3) else { return None };
    let because = format!("{} ({} {})", text(4)?, text(5)?, Quoted(&text(6)?));
    Some((*rank, text(0)?, text(1)?, text(2)?, because))
}

/// Words that stand together, in small letters and as an identifier, with the place they begin at.
fn said(sentence: &str) -> Vec<(i64, String, String)> {
    let letters = |it: char| it.is_alphanumeric();
    let words: Vec<&str> = sentence.split(|it| !letters(it)).filter(|it| !it.is_empty()).collect();
    let mut said = Vec::new();
    for at in 0..words.len() {
        for end in at + 1..=words.len().min(at + TOGETHER) {
            let together = &words[at..end];
            let name = together.iter().map(|word| {
                let mut letters = word.chars();
                let first = letters.next().map(|it| it.to_uppercase().to_string());
                format!("{}{}", first.unwrap_or_default(), letters.as_str())
            });
            said.push((at as i64 + 1, together.join(" ").to_lowercase(), name.collect()));
        }
    }
    said
}

/// The best of what is proposed for each column.
fn gathered(repl: &Repl, form: RelationId, sentence: &str, rows: &[Found]) -> Proposal {
    let rulebook = repl.session.rulebook();
    let declared = &rulebook.program.relations[form.index()];
    let count = interview::count(repl, form);
    let key = key_columns(declared).and_then(|keys| keys.first().copied()).unwrap_or(0);
    let mut proposal =
        Proposal { form, values: Vec::new(), further: Vec::new(), reasons: Vec::new() };
    for (at, column) in declared.columns.iter().enumerate() {
        let mut fitting = rows.iter().filter(|it| it.1 == declared.name && it.2 == column.name);
        let closed = !values_of(repl, form, at, &[]).is_empty();
        let value = match fitting.next() {
            Some((_, _, _, value, because)) => {
                let mut others: Vec<&str> = Vec::new();
                for (_, _, _, other, _) in fitting {
                    if other != value && !others.contains(&other.as_str()) {
                        others.push(other);
                    }
                }
                let others = match others.is_empty() {
                    true => String::new(),
                    false => format!("; or {}", others.join(", ")),
                };
                proposal.reasons.push((column.name.clone(), format!("{because}{others}")));
                value.clone()
            }
            None if column.primitive != Primitive::Symbol => (count + 1).to_string(),
            None if at == key => identifier(sentence, |name| interview::is_taken(repl, form, name)),
            None if closed => String::new(),
            None => sentence.trim().to_owned(),
        };
        proposal.values.push(value);
    }
    for (_, name, column, value, because) in rows.iter().filter(|it| it.1 != declared.name) {
        let Some(relation) = rulebook.relation(name) else { continue };
        let columns = &rulebook.program.relations[relation.index()].columns;
        let Some(at) = columns.iter().position(|it| it.name == *column) else { continue };
        match proposal.further.iter_mut().find(|it| it.0 == relation) {
            Some((_, _, values)) if values.contains(value) => continue,
            Some((_, _, values)) => values.push(value.clone()),
            None => proposal.further.push((relation, at, vec![value.clone()])),
        }
        proposal.reasons.push((column.clone(), because.clone()));
    }
    proposal
}

/// An identifier of the first words, other than those there are.
fn identifier(sentence: &str, taken: impl Fn(&str) -> bool) -> String {
    let words = sentence.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    // The shortest words say least.
    let mut telling: Vec<String> =
        words.iter().filter(|word| word.chars().count() > SHORT).take(WORDS).cloned().collect();
    if telling.is_empty() {
        telling = words;
    }
    let name = telling.join("_");
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|it| !taken(it)).unwrap_or(name)
}

/// Puts a proposal.
pub(super) fn put(repl: &mut Repl, proposal: Proposal, reply: &mut Reply) {
    let relations = &repl.session.rulebook().program.relations;
    let declared = &relations[proposal.form.index()];
    let mut lines: Vec<(String, String)> = declared
        .columns
        .iter()
        .zip(&proposal.values)
        .filter(|(column, _)| column.primitive == Primitive::Symbol)
        .map(|(column, value)| (column.name.clone(), value.clone()))
        .collect();
    for (relation, column, values) in &proposal.further {
        let name = &relations[relation.index()].columns[*column].name;
        lines.push((name.clone(), values.join(", ")));
    }
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let wide = repl.settings.look.width.map(usize::from);
    let mut text = String::from("\nProposed:\n");
    for (name, value) in lines {
        let at = declared.columns.iter().position(|column| column.name == name);
        let known = match (value.is_empty(), at) {
            (true, Some(at)) => values_of(repl, proposal.form, at, &[]).join(", "),
            _ => String::new(),
        };
        let open = at.is_some_and(|at| interview::may_stay_open(repl, proposal.form, at));
        let left = if open { "; `yes` leaves it open" } else { "" };
        let value = match (value.is_empty(), known.as_str()) {
            (true, "") => "?".to_owned(),
            (true, known) => format!("?   one of {known}{left}"),
            (false, _) => value,
        };
        let because = proposal.reasons.iter().filter(|(column, _)| *column == name);
        let because: Vec<&str> = because.map(|(_, because)| because.as_str()).collect();
        let because =
            if because.is_empty() { String::new() } else { format!("   {}", because.join("; ")) };
        let said = format!("{value}{because}");
        text.push_str(&hanging(&format!("  {name:width$}"), &said, width + 4, wide));
    }
    text.push_str("`yes` takes it, COLUMN=VALUE corrects it, `no` drops it, `?` says more\n");
    reply.answer(text);
    wait(repl, proposal);
}

/// Waits for what is said to a proposal.
fn wait(repl: &mut Repl, proposal: Proposal) {
    if let Some(interview) = &mut repl.interview {
        interview.proposal = Some(proposal);
    }
}

/// Takes what somebody says to a proposal.
pub(super) fn answer(repl: &mut Repl, line: &str, reply: &mut Reply) -> Done {
    let Some(mut proposal) = repl.interview.as_mut().and_then(|it| it.proposal.take()) else {
        return Ok(());
    };
    match plain(line).as_str() {
        "y" | "yes" => {}
        // What was taken before stays; what was not is never taken by mistake.
        "" if repl.interview.as_ref().is_some_and(|it| it.fact().is_some()) => {}
        "n" | "no" => return interview::refused(repl, reply),
        "?" | "h" | "help" => {
            let text = help(repl, &proposal);
            reply.answer(text);
            wait(repl, proposal);
            return Ok(());
        }
        _ => {
            if let Err(failure) = correct(repl, &mut proposal, line) {
                wait(repl, proposal);
                return Err(failure);
            }
            put(repl, proposal, reply);
            return Ok(());
        }
    }
    let facts = match facts(repl, &proposal) {
        Ok(facts) => facts,
        Err(failure) => {
            wait(repl, proposal);
            return Err(failure);
        }
    };
    let values = proposal.values.clone();
    let kept = proposal.clone();
    let done = interview::taken(repl, proposal, values, facts, reply);
    if done.is_err() {
        wait(repl, kept);
    }
    done
}

/// What can be said to a proposal.
fn help(repl: &Repl, proposal: &Proposal) -> String {
    let relations = &repl.session.rulebook().program.relations;
    let declared = &relations[proposal.form.index()];
    let wide = repl.settings.look.width.map(usize::from);
    let mut lines = vec![
        (
            "yes".to_owned(),
            "states what is proposed, as it stands; what has `?` is left open".to_owned(),
        ),
        ("no".to_owned(), "drops it, and nothing is stated".to_owned()),
    ];
    for (at, column) in declared.columns.iter().enumerate() {
        if column.primitive == Primitive::Symbol {
            let values = values_of(repl, proposal.form, at, &[]);
            let values = match values.is_empty() {
                true => "any words".to_owned(),
                false => format!("one of {}, or its number there", values.join(", ")),
            };
            let open = interview::may_stay_open(repl, proposal.form, at);
            let open = if open { "; `?` leaves it open" } else { "" };
            lines.push((format!("{}=", column.name), format!("{values}{open}")));
        }
    }
    for (relation, column, _) in &proposal.further {
        let name = &relations[relation.index()].columns[*column].name;
        lines.push((
            format!("{name}="),
            "one, or several with commas between; nothing for none".to_owned(),
        ));
    }
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    lines
        .into_iter()
        .map(|(name, what)| hanging(&format!("  {name:width$}"), &what, width + 4, wide))
        .collect()
}

/// `COLUMN=VALUE`, with a number of the closed list for the value if somebody likes.
fn correct(repl: &Repl, proposal: &mut Proposal, line: &str) -> Done {
    let Some((name, value)) = line.split_once('=') else {
        return Err("answer with `yes`, `no`, or COLUMN=VALUE; `?` says more".to_owned().into());
    };
    let (name, value) = (name.trim(), value.trim());
    let relations = &repl.session.rulebook().program.relations;
    let declared = &relations[proposal.form.index()];
    if let Some(at) = declared.columns.iter().position(|column| column.name == name) {
        let known = values_of(repl, proposal.form, at, &[]);
        let value = match given(value, &known) {
            _ if known.is_empty() => value,
            Given::Value(at) => known.get(at).map_or(value, String::as_str),
            Given::Open if interview::may_stay_open(repl, proposal.form, at) => "",
            Given::Open | Given::Other => {
                let hint = match nearest(value, known.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are {}", known.join(", ")),
                };
                return Err(format!("`{value}` is no {name}; {hint}").into());
            }
        };
        let before =
            proposal.values.get_mut(at).map(|slot| std::mem::replace(slot, value.to_owned()));
        proposal.reasons.retain(|(column, _)| column != name);
        // What was proposed because of the value before is proposed no more.
        let before = before.filter(|before| !before.is_empty() && before != value);
        let of_it = |because: &str| before.as_ref().is_some_and(|it| because.contains(it));
        let stale: Vec<String> = (proposal.reasons.iter())
            .filter(|(_, because)| of_it(because))
            .map(|(column, _)| column.clone())
            .collect();
        for (column, slot) in declared.columns.iter().zip(&mut proposal.values) {
            if stale.contains(&column.name) {
                slot.clear();
            }
        }
        proposal.reasons.retain(|(column, _)| !stale.contains(column));
        return Ok(());
    }
    for (relation, column, values) in &mut proposal.further {
        if relations[relation.index()].columns[*column].name == name {
            *values = value.split(',').map(|it| it.trim().to_owned()).collect();
            values.retain(|value| !value.is_empty());
            proposal.reasons.retain(|(column, _)| column != name);
            return Ok(());
        }
    }
    // Nothing of it was proposed, and it can be said all the same.
    let key = key_columns(declared).and_then(|keys| keys.first().copied()).unwrap_or(0);
    let key = declared.columns.get(key).map(|column| column.name.as_str());
    let beside = relations.iter().enumerate().find_map(|(at, it)| {
        let column = it.columns.iter().position(|column| column.name == name)?;
        let rest = it.columns.iter().filter(|column| column.name != name);
        let about =
            it.columns.len() == 2 && rest.map(|it| Some(it.name.as_str())).all(|it| it == key);
        (about && it.doc.tag("interview").is_some()).then_some((RelationId::from(at), column))
    });
    if let Some((relation, column)) = beside {
        let values = value.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
        proposal.further.push((relation, column, values.collect()));
        return Ok(());
    }
    let known = declared.columns.iter().map(|column| column.name.as_str());
    let hint = nearest(name, known).map(|near| format!("; did you mean `{near}`?"));
    Err(format!("there is no column `{name}`{}", hint.unwrap_or_default()).into())
}

/// The facts of a proposal that was accepted.
fn facts(repl: &Repl, proposal: &Proposal) -> Result<Vec<StatedFact>, Failure> {
    let relations = &repl.session.rulebook().program.relations;
    let declared = &relations[proposal.form.index()];
    let mut open = proposal.values.iter().enumerate().filter(|(_, value)| value.is_empty());
    let missing = open.clone().find(|(at, _)| !interview::may_stay_open(repl, proposal.form, *at));
    if let Some((at, _)) = missing {
        let name = &declared.columns[at].name;
        return Err(format!("`{name}` is missing: say {name}=VALUE").into());
    }
    let in_parts = open.next().is_some();
    let mut facts = interview::facts_of(repl, proposal.form, &proposal.values, in_parts)?;
    let key = key_columns(declared).and_then(|keys| keys.first().copied()).unwrap_or(0);
    let about = match (declared.columns.get(key), proposal.values.get(key)) {
        (Some(column), Some(value)) => Some(interview::constant(column.primitive, value)?),
        _ => None,
    };
    let name = declared.columns.get(key).map(|column| column.name.as_str());
    for (relation, column, values) in &proposal.further {
        let columns = &relations[relation.index()].columns;
        for value in values {
            let values: Option<Vec<Constant>> = columns
                .iter()
                .enumerate()
                .map(|(at, it)| match at == *column {
                    true => Some(Constant::Symbol(Arc::from(value.as_str()))),
                    false if Some(it.name.as_str()) == name => about.clone(),
                    false => None,
                })
                .collect();
            let fact = values.map(|values| StatedFact {
                relation: *relation,
                values,
                span: Span::default(),
            });
            facts.extend(fact);
        }
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_alone_and_together() {
        let said = said("User gets a bid.");
        assert_eq!(said.len(), 9);
        assert_eq!(said[1], (1, "user gets".to_owned(), "UserGets".to_owned()));
        assert_eq!(said[8], (4, "bid".to_owned(), "Bid".to_owned()));
    }
}
