//! Commands that show what is there: relations, rules, facts, sheets, the knowledge base, saved
//! questions.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::analyze::program::{Literal, Relation, Rule};
use crate::answers::{self, symbols, text};
use crate::change::promised;
use crate::diag::nearest;
use crate::kb::{self, NotFound, Part, Rulebook, embedded, is_stated};
use crate::report::diagram::{graph_text, sequence_text};
use crate::report::{Section, Table, hanging};
use crate::session::Session;
use crate::syntax::printer;
use crate::value::{Constant, RelationId};

use super::beyond;
use super::commands::sheet_called;
use super::complete::values_of;
use super::{Done, Failure, Repl, Reply};

/// The relation of a name, or the nearest.
pub(super) fn relation(
    repl: &Repl,
    rulebook: &Rulebook,
    name: &str,
) -> Result<RelationId, Failure> {
    if let Some(relation) = rulebook.relation(&kb::undotted(name)) {
        return Ok(relation);
    }
    if name.is_empty() {
        return Err("say which relation; `:list` lists them".to_owned().into());
    }
    let hint = match near_relation(repl, name) {
        Some(near) => format!("did you mean `{near}`?"),
        None if listed(repl.session.rulebook(), name).next().is_some() => {
            format!("`:list {name}` lists those with it in their names")
        }
        None => "`:list` lists them".to_owned(),
    };
    Err(format!("there is no relation `{name}`; {hint}").into())
}

/// The name of a relation that is nearest to one that none has.
pub(super) fn near_relation(repl: &Repl, name: &str) -> Option<String> {
    let here = repl.session.rulebook().program.relations.iter().map(|it| it.name.clone());
    let beyond = beyond::relations().keys().map(|name| beyond::typed(name));
    let known: Vec<String> = here.chain(beyond).collect();
    nearest(name, known.iter().map(String::as_str)).map(str::to_owned)
}

/// The relations with a word in their names.
fn listed<'a>(
    rulebook: &'a Rulebook,
    word: &'a str,
) -> impl Iterator<Item = (RelationId, &'a Relation)> {
    let relations = rulebook.program.relations.iter().enumerate();
    let relations = relations.map(|(at, it)| (RelationId::from(at), &**it));
    relations.filter(move |(_, it)| !it.name.starts_with(['@', '?']) && it.name.contains(word))
}

/// A relation with its columns.
fn heading(relation: &Relation) -> String {
    let columns: Vec<&str> = relation.columns.iter().map(|column| column.name.as_str()).collect();
    format!("{}({})", beyond::typed(&relation.name), columns.join(", "))
}

/// `:list`, `:list WORD`, `:list --all`
pub(super) fn list(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let all = words.contains("--all");
    let word = kb::undotted(words.replace("--all", "").trim());
    // Others are listed where the prompt's own rulebook has none.
    let mut others = beyond::relations().keys().filter(|name| name.contains(&word));
    let here = listed(repl.session.rulebook(), &word).next().is_some();
    let beyond = match others.next() {
        Some(name) if !here => repl.beyond(name)?,
        _ => None,
    };
    let (session, design) = beyond.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let rulebook = session.rulebook();
    let promised = promised(rulebook);
    let mut rows = Vec::new();
    for (id, declared) in listed(rulebook, &word) {
        let typed = rulebook.sources.name(declared.span) == kb::TYPED;
        if !(all || !word.is_empty() || typed || promised.get(id.index()) == Some(&true)) {
            continue;
        }
        let kind = match (is_stated(declared) && beyond.is_none(), typed) {
            (true, _) => "stated",
            (false, true) => "typed",
            (false, false) => "concluded",
        };
        let count = session.count(id, design);
        rows.push(vec![text(kind), text(heading(declared)), Constant::Number(count as i64)]);
    }
    rows.sort_by_key(|row| row.first().is_some_and(|kind| kind.to_string() != "stated"));
    let mut columns = symbols(&[("kind", "Kind"), ("name", "Relation"), ("rows", "Rows")]);
    if let Some(column) = columns.last_mut() {
        column.primitive = crate::value::Primitive::Number;
    }
    let table = Table { name: "relations".into(), title: String::new(), columns, rows };
    repl.table(table, reply);
    Ok(())
}

/// The rules that conclude a relation, a text a clause.
fn clauses(rulebook: &Rulebook, relation: RelationId) -> Vec<&str> {
    let program = &rulebook.program;
    let rules = program.rules.iter().filter(|rule| rule.head.relation == relation);
    let facts = program.facts.iter().filter(|fact| fact.relation == relation);
    let clauses: BTreeSet<_> =
        rules.map(|rule| rule.clause).chain(facts.map(|fact| fact.clause)).collect();
    let spans = clauses.into_iter().map(|clause| program.clauses[clause.index()].span);
    spans.map(|span| rulebook.sources.text(span)).collect()
}

/// `:show RELATION`
pub(super) fn show(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    let beyond = repl.beyond(name)?;
    let (session, design) = beyond.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let rulebook = session.rulebook();
    let id = relation(repl, rulebook, name)?;
    let declared = &rulebook.program.relations[id.index()];
    let mut out = format!("{}\n", heading(declared));
    if !declared.doc.text.is_empty() {
        out.push_str(&format!("{}\n", declared.doc.text));
    }
    let width = declared.columns.iter().map(|column| column.name.len()).max().unwrap_or(0);
    for (at, column) in declared.columns.iter().enumerate() {
        let tags = declared.doc.all("column").filter_map(|tag| tag.split_once(char::is_whitespace));
        let mut tags = tags.filter(|(name, _)| *name == column.name);
        let meaning = tags.next().map_or("", |(_, meaning)| meaning.trim());
        let kind = column.primitive.name();
        out.push_str(format!("  {:width$}  {kind:8}  {meaning}", column.name).trim_end());
        out.push('\n');
        let values = if beyond.is_none() { values_of(repl, id, at, &[]) } else { Vec::new() };
        if !values.is_empty() {
            out.push_str(&format!("  {:width$}            one of {}\n", "", values.join(", ")));
        }
    }
    let rules = clauses(rulebook, id).len();
    let (reads, readers) = dependencies(rulebook, id);
    let stated = is_stated(declared) && beyond.is_none();
    let said = if stated { "stated by designs" } else { "concluded" };
    let rows = session.count(id, design);
    let (rows, rules) = (answers::plural(rows, "row"), answers::plural(rules, "rule"));
    out.push_str(&format!("{said}; {rows} now; {rules}; "));
    out.push_str(&format!("reads {}, read by {}\n", reads.len(), readers.len()));
    let sources: Vec<&str> = declared.doc.all("source").collect();
    if !sources.is_empty() {
        out.push_str(&format!("source: {}\n", sources.join("; ")));
    }
    reply.answer(out);
    Ok(())
}

/// `:rules`, `:rules RELATION`
pub(super) fn rules(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    if name.is_empty() {
        if repl.typed().is_empty() {
            reply.note("no rules were typed; `:rules RELATION` shows those of the rulebook");
        }
        reply.answer(repl.typed().to_owned());
        return Ok(());
    }
    let beyond = repl.beyond(name)?;
    let rulebook = beyond.as_ref().unwrap_or(&repl.session).rulebook();
    let id = relation(repl, rulebook, name)?;
    let texts = clauses(rulebook, id);
    if texts.is_empty() {
        reply.note(format!("no rule concludes {name}"));
    }
    reply.answer(texts.iter().map(|text| format!("{text}\n")).collect::<String>());
    Ok(())
}

/// `:facts`, `:facts RELATION`
pub(super) fn facts(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    let wanted = match name {
        "" => None,
        name => Some(relation(repl, repl.session.rulebook(), name)?),
    };
    let Some(design) = repl.session.designs().get(repl.current) else { return Ok(()) };
    let stated = design.facts.iter().filter(|fact| wanted.is_none_or(|it| fact.relation == it));
    let text: String = stated.map(|fact| format!("{}.\n", repl.session.written(fact))).collect();
    if text.is_empty() {
        reply.note("nothing is stated");
    }
    reply.answer(text);
    Ok(())
}

/// What the rules of a relation read, and what is concluded from it.
fn dependencies(rulebook: &Rulebook, id: RelationId) -> (BTreeSet<&str>, BTreeSet<&str>) {
    fn read(body: &[Literal], into: &mut BTreeSet<RelationId>) {
        for literal in body {
            match literal {
                Literal::Positive(atom) | Literal::Negative(atom) => {
                    into.insert(atom.relation);
                }
                Literal::Aggregate(aggregate) => read(&aggregate.body, into),
                _ => {}
            }
        }
    }
    let relations = &rulebook.program.relations;
    let name = |id: &RelationId| relations[id.index()].name.as_str();
    let reads = |rule: &Rule| {
        let mut into = BTreeSet::new();
        read(&rule.body, &mut into);
        into
    };
    let (mut from, mut to) = (BTreeSet::new(), BTreeSet::new());
    for rule in &rulebook.program.rules {
        let read = reads(rule);
        if rule.head.relation == id {
            from.extend(read.iter().map(name));
        }
        if read.contains(&id) {
            to.insert(name(&rule.head.relation));
        }
    }
    (from, to)
}

/// `:deps RELATION`
pub(super) fn deps(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    let beyond = repl.beyond(name)?;
    let rulebook = beyond.as_ref().unwrap_or(&repl.session).rulebook();
    let id = relation(repl, rulebook, name)?;
    let (from, to) = dependencies(rulebook, id);
    let joined = |names: BTreeSet<&str>| match names.is_empty() {
        true => "nothing".to_owned(),
        false => names.into_iter().collect::<Vec<_>>().join(", "),
    };
    let width = repl.settings.look.width.map(usize::from);
    let from = hanging("", &format!("{name} reads: {}", joined(from)), 0, width);
    let to = hanging("", &format!("read by: {}", joined(to)), 0, width);
    reply.answer(format!("{from}{to}"));
    Ok(())
}

/// Shows sheets of the design that is spoken of.
fn sheets(repl: &mut Repl, names: &[String], reply: &mut Reply) -> Done {
    let found = answers::called(repl.session.rulebook(), names)?;
    let sections: Vec<Section> =
        found.iter().map(|sheet| answers::section(&repl.session, sheet, repl.current)).collect();
    let design = repl.session.designs().get(repl.current);
    let id = design.map_or_else(String::new, |design| design.id.clone());
    repl.sections(&id, sections, reply);
    Ok(())
}

/// `:derive`
pub(super) fn derive(repl: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    sheets(repl, &[], reply)
}

/// `:sheet NAME...`; and `:NAME` where that is a sheet
pub(super) fn sheet(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    if words.is_empty() {
        let sheets = repl.session.rulebook().sheets.iter();
        let width = sheets.clone().map(|it| answers::short_name(it).len()).max().unwrap_or(0);
        let lines =
            sheets.map(|sheet| format!("{:width$}  {}\n", answers::short_name(sheet), sheet.title));
        reply.answer(lines.collect::<String>());
        return Ok(());
    }
    let names = words.split([',', ' ']).filter(|word| !word.is_empty());
    let name = |word: &str| {
        sheet_called(repl, word).map_or_else(|| word.to_owned(), |sheet| sheet.name.clone())
    };
    let names: Vec<String> = names.map(name).collect();
    sheets(repl, &names, reply)
}

/// `:open`
pub(super) fn open(repl: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    let open = repl.session.rulebook().sheets.iter().filter(|sheet| sheet.open);
    let names: Vec<String> = open.map(|sheet| sheet.name.clone()).collect();
    sheets(repl, &names, reply)
}

/// `:map`
pub(super) fn map(repl: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    let sheets = repl.session.rulebook().sheets.iter();
    let graphs = sheets.filter_map(|sheet| repl.session.drawing(sheet, repl.current));
    let drawn: String =
        graphs.filter(|it| !it.nodes.is_empty()).map(|it| graph_text(&it)).collect();
    if drawn.is_empty() {
        reply.note("there is nothing to draw: no object of the design is recognised as anything");
    }
    reply.answer(drawn);
    Ok(())
}

fn not_found(NotFound { asked, near, .. }: NotFound) -> Failure {
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`:kb list` lists what it has".to_owned(),
    };
    format!("the knowledge base has no `{asked}`; {hint}").into()
}

/// `:kb list`, `:kb show ID`, `:kb search WORD...`, `:kb protocol ID`
pub(super) fn kb(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    if repl.knowledge.is_none() {
        let options = kb::Options { part: Part::Knowledge, typed: None, ..repl.rulebook.clone() };
        let loaded = Rulebook::load(&options).map_err(|unsound| {
            let unsound = *unsound;
            Failure::Wrong(unsound.diagnostics, Box::new(unsound.sources))
        })?;
        repl.knowledge = Some(Arc::new(loaded));
    }
    let Some(knowledge) = repl.knowledge.clone() else { return Ok(()) };
    let (what, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let rest = rest.trim();
    match what {
        "list" => {
            let sections = knowledge.entries().into_iter().map(Section::of_table).collect();
            repl.sections("kb", sections, reply);
        }
        "show" => {
            let entry = knowledge.entry(rest).map_err(not_found)?;
            let page = knowledge.page(&entry);
            let stamp = repl.session.stamp();
            let (name, title) = (&page.name, &page.title);
            reply.answer(repl.settings.sections(name, title, page.sections, &stamp));
        }
        "search" => {
            let hits = knowledge.search(rest);
            let rows = hits.iter().map(|hit| {
                let place = hit.places.first();
                let at = place.map_or(String::new(), |place| match place.about.as_str() {
                    "" => place.relation.clone(),
                    about => format!("{} of {about}", place.relation),
                });
                let citation = place.map_or(String::new(), |place| place.citation.clone());
                vec![text(&hit.term), text(at), text(citation)]
            });
            let columns = symbols(&[("term", "Term"), ("place", "Where"), ("citation", "Source")]);
            let rows = rows.collect();
            repl.table(Table { name: "terms".into(), title: String::new(), columns, rows }, reply);
        }
        "protocol" => {
            let protocols = knowledge.protocols(rest);
            if protocols.is_empty() {
                let entry = knowledge.entry(rest).map_err(not_found)?;
                return Err(format!("{} {} has no protocol", entry.id, entry.name).into());
            }
            let drawn = protocols.iter().map(|protocol| sequence_text(&protocol.sequence));
            reply.answer(drawn.collect::<Vec<_>>().join("\n"));
        }
        _ => {
            let hint = "say what: `:kb list`, `:kb show ID`, `:kb search WORD`, `:kb protocol ID`";
            return Err(hint.to_owned().into());
        }
    }
    Ok(())
}

/// The saved questions by name.
fn saved(rulebook: &Rulebook) -> Vec<(RelationId, &Relation)> {
    let relations = rulebook.program.relations.iter().enumerate();
    let saved = relations.filter(|(_, relation)| relation.doc.tag("saved").is_some());
    let mut saved: Vec<_> = saved.map(|(at, it)| (RelationId::from(at), &**it)).collect();
    saved.sort_by_key(|(_, relation)| &relation.name);
    saved
}

/// The names of the saved questions.
pub(super) fn saved_names(repl: &Repl) -> Vec<(String, String)> {
    let title = |it: &Relation| it.doc.tag("title").unwrap_or_default().to_owned();
    let here = saved(repl.session.rulebook());
    let mut names: Vec<_> = here.into_iter().map(|(_, it)| (it.name.clone(), title(it))).collect();
    names.extend(kb::saved_about());
    names.sort();
    names
}

/// `:queries`
pub(super) fn queries(repl: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    let beside = repl.beside(Part::Observed)?;
    let rows = saved(beside.rulebook()).into_iter().map(|(_, relation)| {
        let tag = |name: &str| relation.doc.tag(name).unwrap_or_default();
        let parameters: Vec<&str> =
            relation.columns.iter().map(|column| column.name.as_str()).collect();
        let parameters = text(parameters.join(", "));
        vec![text(&relation.name), text(tag("title")), parameters, text(tag("example"))]
    });
    let columns = symbols(&[
        ("name", "Name"),
        ("title", "Asks"),
        ("parameters", "Parameters"),
        ("example", "Example"),
    ]);
    let rows = rows.collect();
    repl.table(Table { name: "queries".into(), title: String::new(), columns, rows }, reply);
    Ok(())
}

/// `:run NAME VALUE...`
pub(super) fn run(repl: &mut Repl, typed: &str, reply: &mut Reply) -> Done {
    let mut words = words(typed).into_iter();
    let Some(name) = words.next() else { return queries(repl, "", reply) };
    let values: Vec<String> = words.collect();
    let known = saved_names(repl);
    if !known.iter().any(|(known, _)| *known == name) {
        let near = nearest(&name, known.iter().map(|(name, _)| name.as_str()));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`:queries` lists them".to_owned(),
        };
        return Err(format!("there is no saved question `{name}`; {hint}").into());
    }
    let here = saved(repl.session.rulebook()).into_iter().find(|(_, it)| it.name == name);
    let (table, hint) = match here {
        Some((id, _)) => (
            answered(&repl.session, repl.current, id, &values)?,
            unknown_value(&repl.session, repl.current, id, &values),
        ),
        None => {
            let session = repl.observed()?;
            let found = saved(session.rulebook()).into_iter().find(|(_, it)| it.name == name);
            let Some((id, _)) = found else { return Ok(()) };
            (answered(&session, 0, id, &values)?, unknown_value(&session, 0, id, &values))
        }
    };
    reply.note(table.title.clone());
    repl.table(table, reply);
    if let Some(hint) = hint {
        reply.note(hint);
    }
    Ok(())
}

/// A word about the first value that no row has in its column, though there are rows.
fn unknown_value(
    session: &Session,
    design: usize,
    id: RelationId,
    values: &[String],
) -> Option<String> {
    let declared = &session.rulebook().program.relations[id.index()];
    let rows = session.rows(id, design);
    let pairs = declared.columns.iter().zip(values).enumerate();
    let mut asked = pairs.filter(|(_, (_, wanted))| *wanted != "_");
    asked.find_map(|(at, (column, wanted))| {
        let known: BTreeSet<String> =
            rows.iter().filter_map(|row| row.get(at)).map(ToString::to_string).collect();
        if known.is_empty() || known.contains(wanted) {
            return None;
        }
        let part = known.iter().find(|it| it.to_lowercase().contains(&wanted.to_lowercase()));
        let near = part.map(String::as_str);
        let near = near.or_else(|| nearest(wanted, known.iter().map(String::as_str)));
        Some(match near {
            Some(near) => {
                format!("no {} is `{wanted}`; did you mean {}?", column.name, literal(near))
            }
            None => format!("no {} is `{wanted}`", column.name),
        })
    })
}

/// The rows of a saved question whose first columns have these values; `_` is any.
fn answered(
    session: &Session,
    design: usize,
    id: RelationId,
    values: &[String],
) -> Result<Table, Failure> {
    let rulebook = session.rulebook();
    let (sheet, declared) = (rulebook.sheet_of(id), &rulebook.program.relations[id.index()]);
    if values.len() > declared.arity() {
        let (name, most) = (&declared.name, declared.arity());
        return Err(format!("`{name}` takes at most {most} values: {}", heading(declared)).into());
    }
    let rows = session.rows(id, design).into_iter().filter(|row| {
        let mut pairs = row.iter().zip(values);
        pairs.all(|(value, wanted)| wanted == "_" || value.to_string() == *wanted)
    });
    let rows: Vec<Vec<Constant>> = rows
        .map(|row| sheet.columns.iter().map(|column| row[column.column].clone()).collect())
        .collect();
    let columns = sheet.columns.iter().map(|column| {
        let declared = &declared.columns[column.column];
        crate::report::Heading::new(&declared.name, declared.primitive).titled(&column.title)
    });
    let columns = columns.collect();
    Ok(Table { name: sheet.name.clone(), title: sheet.title.clone(), columns, rows })
}

/// Words with quotes around those that have blanks in them.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in text.split('"').enumerate() {
        match at % 2 {
            1 => words.push(part.to_owned()),
            _ => {
                words.extend(part.split([' ', ',']).filter(|it| !it.is_empty()).map(str::to_owned))
            }
        }
    }
    words
}

/// `:explain CODE`
pub(super) fn explain(_: &mut Repl, code: &str, reply: &mut Reply) -> Done {
    if code.trim().is_empty() {
        return Err("say which code: `:explain AL0107`".to_owned().into());
    }
    let wanted = code.trim().to_ascii_uppercase();
    let wanted = wanted.parse::<u32>().map_or(wanted, |number| format!("AL{number:04}"));
    match embedded(&format!("docs/errors/{wanted}.md")) {
        Some(page) => reply.answer(page),
        None => return Err(format!("there is no code `{code}`").into()),
    }
    Ok(())
}

/// A value as a program writes it.
pub(super) fn literal(value: &str) -> String {
    printer::Quoted(value).to_string()
}
