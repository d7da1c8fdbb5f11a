//! `+fact -fact ...` as a change, and a goal that is one atom.

use crate::analyze::facts::{StatedFact, pattern, stated_facts};
use crate::diag::{Diagnostic, SourceId, Span};
use crate::explain::key_columns;
use crate::kb::Rulebook;
use crate::syntax::printer::Literal as Written;
use crate::syntax::tree::{Atom, Body, Expression, Item, Tree};
use crate::syntax::{parse, parse_goal};

use super::Change;
use super::achieve::Goal;

/// Parses a change: facts, each behind a `+` or a `-`, apart by spaces or commas. What is taken
/// back must be among the facts `stated`; `_` and variables in it stand for all that fit. All problems
/// are reported; spans lie in the text of `source`.
pub fn parse_change(
    rulebook: &Rulebook,
    stated: &[StatedFact],
    source: SourceId,
    text: &str,
) -> Result<Change, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let mut change = Change::default();
    let pieces = pieces(text);
    if pieces.first().is_none_or(|piece| piece.sign.is_none()) {
        let end = text.find(['+', '-']).unwrap_or(text.len());
        diagnostics.push(no_sign(span(source, 0, end)));
    }
    for piece in pieces {
        let (Some(sign), (start, end)) = (piece.sign, piece.range) else { continue };
        let body = text[start..end].trim_end().trim_end_matches([',', '.', ';']).trim_end();
        if body.trim().is_empty() {
            diagnostics.push(no_fact(span(source, start.saturating_sub(1), start)));
            continue;
        }
        // The parser sees the piece where it stands in the text, so its spans need no shifting.
        let alone = format!("{}{body}.", " ".repeat(start));
        let (tree, mut problems) = parse(source, &alone);
        let open = open_atom(&tree).filter(|_| sign == '-' && problems.is_empty());
        let facts = match open {
            Some(atom) => fitting(rulebook, stated, atom, &mut problems),
            None if problems.is_empty() => facts(rulebook, &tree, &mut problems),
            None => vec![],
        };
        for problem in &mut problems {
            for label in problem.labels.iter_mut().filter(|it| it.span.source == source) {
                let last = (start + body.len()) as u32;
                label.span.end = label.span.end.min(last).max(label.span.start.min(last));
                label.span.start = label.span.start.min(label.span.end);
            }
        }
        diagnostics.append(&mut problems);
        for fact in facts {
            let same = |other: &&StatedFact| {
                other.relation == fact.relation && other.values == fact.values
            };
            match sign {
                '+' => change.add.push(fact),
                // Two patterns may fit one fact.
                _ if change.remove.iter().any(|other| same(&other)) => {}
                _ if stated.iter().any(|other| same(&other)) => change.remove.push(fact),
                _ => diagnostics.push(not_stated(rulebook, stated, &fact)),
            }
        }
    }
    if diagnostics.is_empty() { Ok(change) } else { Err(diagnostics) }
}

/// Whether an atom has `_` or variables in it.
pub fn is_open(atom: &Atom) -> bool {
    let open = |it: &Expression| matches!(it, Expression::Wildcard(_) | Expression::Variable(_));
    atom.arguments.iter().any(open)
}

/// The atom of a text that is one fact with `_` or variables in it.
fn open_atom(tree: &Tree) -> Option<&Atom> {
    let [Item::Clause(clause)] = tree.items.as_slice() else { return None };
    let [atom] = clause.heads.as_slice() else { return None };
    (clause.body.is_none() && is_open(atom)).then_some(atom)
}

/// The stated facts that fit an atom with `_` or variables in it. That there is none is a problem.
pub fn fitting(
    rulebook: &Rulebook,
    stated: &[StatedFact],
    atom: &Atom,
    problems: &mut Vec<Diagnostic>,
) -> Vec<StatedFact> {
    let (relation, values) = match pattern(&rulebook.program, &Body::Atom(atom.clone())) {
        Ok(found) => found,
        Err(wrong) => {
            problems.extend(wrong);
            return Vec::new();
        }
    };
    if rulebook.statable.resolve(&atom.name.text, atom.name.span, problems).is_none() {
        return Vec::new();
    }
    let fits = |fact: &&StatedFact| {
        let mut pairs = fact.values.iter().zip(&values);
        fact.relation == relation
            && pairs.all(|(value, wanted)| wanted.as_ref().is_none_or(|wanted| wanted == value))
    };
    let found: Vec<StatedFact> = stated.iter().filter(fits).cloned().collect();
    if found.is_empty() {
        let message = "nothing that is stated answers this".to_owned();
        let help = "a change can take back only what the design states";
        problems.push(not_to_be_taken_back(message, atom.span).help(help));
    }
    found
}

/// Parses a goal that is one atom: constants, and variables or `_` for anything.
pub fn parse_goal_fact(
    rulebook: &Rulebook,
    source: SourceId,
    text: &str,
) -> Result<Goal, Vec<Diagnostic>> {
    let body = parse_goal(source, text)?;
    let (relation, values) = pattern(&rulebook.program, &body)?;
    Ok(Goal { relation, values })
}

/// A sign and what follows it, up to the next sign.
struct Piece {
    sign: Option<char>,
    range: (usize, usize),
}

/// Cuts a text at the signs that stand outside of quotes and parentheses.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, character) in text.char_indices() {
        if quoted {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match character {
            '"' => quoted = true,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '+' | '-' if depth == 0 => {
                if let Some(last) = pieces.last_mut() {
                    last.range.1 = at;
                }
                pieces.push(Piece { sign: Some(character), range: (at + 1, text.len()) });
                continue;
            }
            _ => {}
        }
        if pieces.is_empty() && !character.is_whitespace() {
            pieces.push(Piece { sign: None, range: (at, text.len()) });
        }
    }
    pieces
}

fn facts(rulebook: &Rulebook, tree: &Tree, problems: &mut Vec<Diagnostic>) -> Vec<StatedFact> {
    stated_facts(&rulebook.statable, &rulebook.program, tree, problems)
}

fn span(source: SourceId, start: usize, end: usize) -> Span {
    Span { source, start: start as u32, end: end as u32 }
}

/// `judgement("a", "b", "Yes")` as a change
fn no_sign(span: Span) -> Diagnostic {
    Diagnostic::error("AL0043", "a change without a sign")
        .at(span, "is this stated or taken back?")
        .help("write `+fact` for what is stated in addition and `-fact` for what is taken back")
}

/// `+` and nothing behind it
fn no_fact(span: Span) -> Diagnostic {
    Diagnostic::error("AL0043", "a sign without a fact")
        .at(span, "a fact is expected behind this")
        .help("write `+fact` for what is stated in addition and `-fact` for what is taken back")
}

/// A fact to be taken back that is not there.
pub fn not_to_be_taken_back(message: String, span: Span) -> Diagnostic {
    Diagnostic::error("AL0044", message).at(span, "cannot be taken back")
}

/// `-context("Topology", "single service")` where something else is stated
pub fn not_stated(rulebook: &Rulebook, stated: &[StatedFact], fact: &StatedFact) -> Diagnostic {
    let declared = &rulebook.program.relations[fact.relation.index()];
    let shown = |fact: &StatedFact| {
        let values: Vec<String> = fact.values.iter().map(|v| Written(v).to_string()).collect();
        format!("{}({})", declared.name, values.join(", "))
    };
    let problem = not_to_be_taken_back(format!("`{}` is not stated", shown(fact)), fact.span);
    let keys = key_columns(declared).unwrap_or_default();
    let instead = stated.iter().find(|other| {
        other.relation == fact.relation
            && !keys.is_empty()
            && keys.iter().all(|&key| other.values.get(key) == fact.values.get(key))
    });
    match instead {
        Some(other) => problem.help(format!("stated is `{}`", shown(other))),
        None => problem.help("a change can take back only what the design states"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_in_quotes_and_parentheses_do_not_cut() {
        let text = r#"+p("a-b\"+", -1) -q(2), +r("x")."#;
        let found: Vec<(Option<char>, &str)> = pieces(text)
            .iter()
            .map(|piece| (piece.sign, text[piece.range.0..piece.range.1].trim()))
            .collect();
        assert_eq!(
            found,
            [(Some('+'), r#"p("a-b\"+", -1)"#), (Some('-'), "q(2),"), (Some('+'), r#"r("x")."#)]
        );
    }

    #[test]
    fn what_stands_before_the_first_sign_is_a_piece_without_one() {
        assert_eq!(pieces("p(1) +q(2)")[0].sign, None);
        assert!(pieces("  ").is_empty());
    }
}
