//! Tree to text that parses to the same tree.
//!
//! One item a paragraph, one condition a line where a rule has several. Comments that document
//! nothing are not in the tree and so not in the text.

use std::fmt::{self, Display, Formatter};

use crate::value::Constant;

use super::operators::{INFIX, PREFIX, PREFIXES, Precedence};
use super::tree::*;

impl Display for Tree {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.items.iter().try_for_each(|item| writeln!(out, "{item}"))
    }
}

impl Display for Item {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Item::Declaration(declaration) => write!(out, "{declaration}"),
            Item::Type(declaration) => write!(out, "{declaration}"),
            Item::Directive(directive) => write!(out, "{directive}"),
            Item::Include { path, .. } => write!(out, ".include {}", Quoted(path)),
            Item::Once(_) => out.write_str(".once"),
            Item::Pragma { words, .. } => {
                out.write_str(".pragma")?;
                words.iter().try_for_each(|word| write!(out, " {}", Quoted(word)))
            }
            Item::Clause(clause) => write!(out, "{clause}"),
            Item::Component(component) => write!(out, "{component}"),
            Item::Instance(instance) => {
                write!(out, ".init {} = {}", instance.name, instance.of)
            }
            Item::Override { relation, .. } => write!(out, ".override {relation}"),
            Item::Query(query) => write!(out, "?- {}.", query.body),
            Item::Expectation(Expectation { body, negated: false, doc, .. }) => {
                write!(out, "{doc}.expect {body}.")
            }
            Item::Expectation(Expectation { body, doc, .. }) => {
                write!(out, "{doc}.expect !{}.", Part(body))
            }
            Item::Retraction { atom, .. } => write!(out, "-{atom}."),
        }
    }
}

impl Display for Component {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}.comp {}", self.doc, self.head)?;
        if !self.bases.is_empty() {
            write!(out, " : {}", separated(&self.bases, ", "))?;
        }
        out.write_str(" {\n")?;
        self.items.iter().try_for_each(|item| writeln!(out, "{item}"))?;
        out.write_str("}")
    }
}

impl Display for ComponentType {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.name)?;
        if self.arguments.is_empty() {
            return Ok(());
        }
        write!(out, "<{}>", separated(&self.arguments, ", "))
    }
}

impl Display for Doc {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if !self.text.is_empty() {
            writeln!(out, "/// {}", self.text)?;
        }
        self.tags.iter().try_for_each(|tag| {
            let space = if tag.value.is_empty() { "" } else { " " };
            writeln!(out, "/// @{}{space}{}", tag.name, tag.value)
        })
    }
}

impl Display for Name {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Display for Declaration {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}.decl {}(", self.doc, separated(&self.names, ", "))?;
        for (index, column) in self.columns.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(out, "{comma}{}: {}", column.name, column.ty)?;
        }
        out.write_str(")")?;
        self.qualifiers.iter().try_for_each(|qualifier| write!(out, " {qualifier}"))?;
        for (index, columns) in self.choices.iter().enumerate() {
            let word = if index == 0 { " choice-domain" } else { "," };
            match columns.as_slice() {
                [column] => write!(out, "{word} {column}")?,
                columns => write!(out, "{word} ({})", separated(columns, ", "))?,
            }
        }
        Ok(())
    }
}

impl Display for ColumnDeclaration {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.name, self.ty)
    }
}

impl Display for TypeDeclaration {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}.type {} ", self.doc, self.name)?;
        match &self.body {
            TypeBody::Subtype(base) => write!(out, "<: {base}"),
            TypeBody::Union(members) => write!(out, "= {}", separated(members, " | ")),
            TypeBody::Record(fields) => write!(out, "= [{}]", separated(fields, ", ")),
            TypeBody::Sum(branches) => {
                for (at, (name, fields)) in branches.iter().enumerate() {
                    let sign = if at == 0 { "=" } else { " |" };
                    write!(out, "{sign} {name} {{{}}}", separated(fields, ", "))?;
                }
                Ok(())
            }
        }
    }
}

impl Display for Directive {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, ".{} {}", self.kind.name(), separated(&self.relations, ", "))?;
        if self.parameters.is_empty() {
            return Ok(());
        }
        for (index, (key, value)) in self.parameters.iter().enumerate() {
            let before = if index == 0 { "(" } else { ", " };
            write!(out, "{before}{key}={}", Quoted(value))?;
        }
        out.write_str(")")
    }
}

impl Display for Clause {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.doc, separated(&self.heads, ", "))?;
        if let Some(greater) = &self.greater {
            write!(out, " <= {greater}")?;
        }
        match &self.body {
            None => {}
            Some(Body::And(parts)) => {
                out.write_str(" :-")?;
                for (index, part) in parts.iter().enumerate() {
                    let comma = if index + 1 == parts.len() { "" } else { "," };
                    write!(out, "\n    {}{comma}", Part(part))?;
                }
            }
            Some(body) => write!(out, " :- {body}")?,
        }
        out.write_str(".")?;
        match &self.plan {
            Some(plan) => write!(out, "\n{}", plan.text),
            None => Ok(()),
        }
    }
}

impl Display for Body {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Body::And(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(out, "{comma}{}", Part(part))?;
                }
                Ok(())
            }
            Body::Or(branches) => write!(out, "{}", separated(branches, "; ")),
            Body::Not(inner, _) => write!(out, "!{}", Part(inner)),
            Body::Atom(atom) => write!(out, "{atom}"),
            Body::Compare { comparison, left, right, .. } => {
                write!(out, "{left} {} {right}", comparison.sign())
            }
            Body::Test { test, arguments, .. } => {
                write!(out, "{}({})", test.name(), separated(arguments, ", "))
            }
            Body::Truth(truth, _) => write!(out, "{truth}"),
        }
    }
}

/// A body where only a single condition fits: anything larger goes in parentheses.
struct Part<'a>(&'a Body);

impl Display for Part<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Body::And(_) | Body::Or(_) => write!(out, "({})", self.0),
            body => write!(out, "{body}"),
        }
    }
}

impl Display for Atom {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}({})", self.name, separated(&self.arguments, ", "))
    }
}

impl Display for Expression {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Variable(name) => write!(out, "{name}"),
            Expression::Wildcard(_) => out.write_str("_"),
            Expression::Constant(constant, _) => write!(out, "{}", Literal(constant)),
            Expression::Call { arguments, name, .. } => {
                let sign = name.text.as_str();
                if let Some((_, _, precedence, right)) = INFIX.iter().find(|row| row.0 == sign)
                    && let [a, b] = arguments.as_slice()
                {
                    let (looser, tighter) = (*precedence, Precedence(precedence.0 + 1));
                    let (left, right) = if *right { (tighter, looser) } else { (looser, tighter) };
                    return write!(out, "{} {sign} {}", Operand(a, left), Operand(b, right));
                }
                if PREFIXES.iter().any(|(prefix, _)| *prefix == sign)
                    && let [a] = arguments.as_slice()
                {
                    // The parentheses keep `-(1)` from being read as the constant -1.
                    return match a {
                        Expression::Constant(..) => write!(out, "{sign} ({a})"),
                        _ => write!(out, "{sign} {}", Operand(a, PREFIX)),
                    };
                }
                write!(out, "{sign}({})", separated(arguments, ", "))
            }
            Expression::Record { branch: None, arguments, .. } => {
                write!(out, "[{}]", separated(arguments, ", "))
            }
            Expression::Record { branch: Some(branch), arguments, .. } => {
                write!(out, "${branch}")?;
                match arguments.is_empty() {
                    true => Ok(()),
                    false => write!(out, "({})", separated(arguments, ", ")),
                }
            }
            Expression::Aggregate { operator, target, body, .. } => match target {
                None => write!(out, "{} : {{ {body} }}", operator.name()),
                Some(target) => write!(out, "{} {target} : {{ {body} }}", operator.name()),
            },
            Expression::Range { arguments, .. } => {
                write!(out, "range({})", separated(arguments, ", "))
            }
        }
    }
}

/// An operand of a sign: in parentheses where it binds looser than its place allows.
struct Operand<'a>(&'a Expression, Precedence);

impl Display for Operand<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let tight = match self.0 {
            Expression::Call { name, arguments, .. } => {
                let sign = name.text.as_str();
                match INFIX.iter().find(|row| row.0 == sign) {
                    Some((_, _, precedence, _)) if arguments.len() == 2 => *precedence >= self.1,
                    _ => !PREFIXES.iter().any(|(prefix, _)| *prefix == sign) || self.1 <= PREFIX,
                }
            }
            Expression::Aggregate { .. } => false,
            Expression::Constant(Constant::Number(number), _) => *number >= 0,
            Expression::Constant(Constant::Float(number), _) => !number.is_sign_negative(),
            _ => true,
        };
        if tight { write!(out, "{}", self.0) } else { write!(out, "({})", self.0) }
    }
}

/// A constant as a program writes it.
pub struct Literal<'a>(pub &'a Constant);

impl Display for Literal<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Constant::Symbol(text) => write!(out, "{}", Quoted(text)),
            Constant::Number(number) => write!(out, "{number}"),
            Constant::Unsigned(number) => write!(out, "{number}u"),
            record @ Constant::Record(_) => write!(out, "{record}"),
            Constant::Float(number) => {
                let text = format!("{number:?}");
                // The language has no exponent without a point: `1.0e300`.
                match text.split_once('e').filter(|_| !text.contains('.')) {
                    Some((digits, exponent)) => write!(out, "{digits}.0e{exponent}"),
                    None => out.write_str(&text),
                }
            }
        }
    }
}

/// A text in quotes, with escapes.
pub struct Quoted<'a>(pub &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("\"")?;
        for character in self.0.chars() {
            match character {
                '"' => out.write_str("\\\"")?,
                '\\' => out.write_str("\\\\")?,
                '\n' => out.write_str("\\n")?,
                '\t' => out.write_str("\\t")?,
                '\r' => out.write_str("\\r")?,
                plain => write!(out, "{plain}")?,
            }
        }
        out.write_str("\"")
    }
}

fn separated<T: Display>(parts: &[T], separator: &'static str) -> impl Display {
    let mut text = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            text.push_str(separator);
        }
        text.push_str(&part.to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::diag::SourceId;
    use crate::syntax::parse;

    /// Prints the text's tree, parses that and prints it again: the same text twice, and the one
    /// expected.
    fn check(text: &str, expected: &str) {
        let (tree, problems) = parse(SourceId(0), text);
        assert_eq!(problems, [], "{text}");
        let printed = tree.to_string();
        assert_eq!(printed.trim_end(), expected);
        let (again, problems) = parse(SourceId(0), &printed);
        assert_eq!(problems, [], "{printed}");
        assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn declarations_keep_their_documentation() {
        check(
            "/// A path.\n/// @source 004 \"Step 2\"\n.decl path(req:symbol,n :number) brie",
            "/// A path.\n/// @source 004 \"Step 2\"\n.decl path(req: symbol, n: number) brie",
        );
    }

    #[test]
    fn a_rule_has_a_condition_a_line() {
        check("a(x):-b(x),!c(x,_);d(x).", "a(x) :- b(x), !c(x, _); d(x).");
        check("a(x):-b(x),(c(x);d(x)).", "a(x) :-\n    b(x),\n    (c(x); d(x)).");
    }

    #[test]
    fn parentheses_stand_where_they_are_needed() {
        check("a(1 + 2 * 3, (1 + 2) * 3).", "a(1 + 2 * 3, (1 + 2) * 3).");
        check("a(2 ^ 3 ^ 4, (2 ^ 3) ^ 4).", "a(2 ^ 3 ^ 4, (2 ^ 3) ^ 4).");
        check("a(1 - (2 - 3), -x, -1, -(1)).", "a(1 - (2 - 3), - x, -1, - (1)).");
    }

    #[test]
    fn aggregates_and_functors() {
        check(
            "a(n):-n=count:{b(_,x),x>1}, m = min(1,2), k = min y : b(y).",
            "a(n) :-\n    n = count : { b(_, x), x > 1 },\n    m = min(1, 2),\n    k = min y : { b(y) }.",
        );
    }

    #[test]
    fn queries_retractions_and_directives() {
        check("?- a(x).", "?- a(x).");
        check("a(x), b(x)?", "?- a(x), b(x).");
        check(".expect a(x),b(x).", ".expect a(x), b(x).");
        check("/// Why.\n.expect !(a(x),b(x)).", "/// Why.\n.expect !(a(x), b(x)).");
        check(".expect ! a(x).", ".expect !a(x).");
        check("-a(\"q\\\"\\n\").", "-a(\"q\\\"\\n\").");
        check(".input a(IO=file,filename=\"a.csv\")", ".input a(IO=\"file\", filename=\"a.csv\")");
    }
}
