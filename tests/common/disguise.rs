//! A random program said otherwise: its relations in a component, its tuples in records, its rules
//! inlined. What it derives stays the same, which the twin of the plain program tells.

use std::fmt::Write;

/// How a program is disguised.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Disguise {
    /// All relations in a component with a parameter, used once.
    pub component: bool,
    /// Of the relations with columns, those of this remainder by three hold one record.
    pub records: Option<u8>,
    /// This relation is inlined, where it can be.
    pub inline: Option<u8>,
}

/// A relation of a plain program: `r3(a: number, b: symbol)`.
struct Declared<'a> {
    name: &'a str,
    columns: Vec<(&'a str, &'a str)>,
}

/// The text, and for each relation of the plain text the name of one that holds the same tuples.
pub fn disguised(text: &str, how: Disguise) -> (String, Vec<(String, String)>) {
    let declared: Vec<Declared<'_>> = text.lines().filter_map(declaration).collect();
    let boxed = |name: &str| {
        let columns = declared.iter().find(|it| it.name == name).map_or(0, |it| it.columns.len());
        let number: usize = name[1..].parse().unwrap_or(0);
        columns > 0 && how.records.is_some_and(|rest| number % 3 == usize::from(rest % 3))
    };
    let mut types = String::new();
    let mut body = String::new();
    let mut unpacked = String::new();
    let mut same = Vec::new();
    for line in text.lines() {
        let Some(relation) = declaration(line) else {
            body.push_str(&rewritten(line, &boxed));
            body.push('\n');
            continue;
        };
        let name = relation.name;
        let inlined = how.inline.is_some_and(|it| name[1..] == it.to_string());
        let mark = if inlined { " inline" } else { "" };
        let fields = &line[line.find('(').unwrap_or(0)..];
        let held = |name: &str| match how.component {
            true => format!("c.{name}"),
            false => name.to_owned(),
        };
        if boxed(name) {
            let fields = fields.trim_matches(['(', ')']);
            writeln!(types, ".type T{name} = [{fields}]").unwrap();
            writeln!(body, ".decl {name}(it: T{name}){mark}").unwrap();
        } else {
            writeln!(body, ".decl {name}{fields}{mark}").unwrap();
        }
        if boxed(name) || inlined {
            let columns: Vec<&str> = relation.columns.iter().map(|(name, _)| *name).collect();
            let columns = columns.join(", ");
            let inside = if boxed(name) { format!("[{columns}]") } else { columns.clone() };
            writeln!(unpacked, ".decl seen_{name}{fields}").unwrap();
            writeln!(unpacked, "seen_{name}({columns}) :- {name}({inside}).").unwrap();
            same.push((name.to_owned(), held(&format!("seen_{name}"))));
        } else {
            same.push((name.to_owned(), held(name)));
        }
    }
    body.push_str(&unpacked);
    if how.component {
        let base = ".comp Base<T> {
.decl unused(a: T)
}
.comp C<T> : Base<T> {
";
        body = format!(
            "{base}{body}}}
.init c = C<number>
"
        );
    }
    (format!("{types}{body}"), same)
}

fn declaration(line: &str) -> Option<Declared<'_>> {
    let (name, rest) = line.strip_prefix(".decl ")?.split_once('(')?;
    let columns = rest.trim_end_matches(')').split(", ").filter_map(|it| it.split_once(": "));
    Some(Declared { name, columns: columns.collect() })
}

/// A clause with brackets around the arguments of each atom of a boxed relation. Under a negation, where
/// a wildcard in a record would be no value, the unpacked relation stands instead.
fn rewritten(line: &str, boxed: &dyn Fn(&str) -> bool) -> String {
    let mut out = String::new();
    // Of each parenthesis that is open: whether it is that of a boxed atom, and whether it is negated.
    let mut open: Vec<(bool, bool)> = Vec::new();
    let mut quoted = false;
    for byte in line.chars() {
        match byte {
            '"' => {
                quoted = !quoted;
                out.push('"');
            }
            '(' if !quoted => {
                let before = |c: char| !c.is_alphanumeric() && c != '_';
                let start = out.rfind(before).map_or(0, |at| at + 1);
                let negated = out[..start].ends_with('!') || open.iter().any(|(_, it)| *it);
                let name = &out[start..];
                let atom = name.starts_with('r') && name[1..].parse::<u8>().is_ok();
                let is = atom && boxed(name);
                if is && negated {
                    out.insert_str(start, "seen_");
                }
                out.push_str(if is && !negated { "([" } else { "(" });
                open.push((is && !negated, negated));
            }
            ')' if !quoted => match open.pop() {
                Some((true, _)) => out.push_str("])"),
                _ => out.push(')'),
            },
            other => out.push(other),
        }
    }
    out
}
