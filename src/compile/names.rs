//! Names of a program as names of Rust.

use std::collections::BTreeMap;

use crate::value::RelationId;

use super::Core;

/// Words that Rust keeps for itself.
const TAKEN: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Rust's names of a core's relations.
#[derive(Clone, Debug, Default)]
pub struct Names {
    fields: BTreeMap<RelationId, String>,
    types: BTreeMap<RelationId, String>,
}

impl Names {
    /// Names for all relations of a core, no two alike.
    pub fn of(core: &Core) -> Names {
        let mut names = Names::default();
        for relation in core.relations() {
            let plain = plain(core.name(relation));
            let field = free(&plain, "_", |name| {
                TAKEN.contains(&name) || names.fields.values().any(|other| other == name)
            });
            let ty = free(&camel(&plain), "", |name| {
                let own = ["Symbol", "Symbols", "Facts", "Derived", "Crepe", "Program"];
                own.contains(&name) || names.types.values().any(|other| other == name)
            });
            names.fields.insert(relation, field);
            names.types.insert(relation, ty);
        }
        names
    }

    /// The name of a relation as a field.
    pub fn field(&self, relation: RelationId) -> &str {
        self.fields.get(&relation).map_or("", String::as_str)
    }

    /// The name of a relation as a type.
    pub fn ty(&self, relation: RelationId) -> &str {
        self.types.get(&relation).map_or("", String::as_str)
    }
}

/// Letters, digits and underscores in lower case; no digit first.
pub fn plain(name: &str) -> String {
    let fit = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '_' };
    let name: String = name.chars().map(fit).collect();
    let name = name.trim_start_matches('_');
    match name.chars().next() {
        None => "r".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("r{name}"),
        Some(_) => name.to_owned(),
    }
}

fn camel(plain: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or(String::new(), |it| it.to_ascii_uppercase().to_string() + letters.as_str())
    };
    plain.split('_').map(word).collect()
}

/// The name, or the name with a number behind it where it is taken.
fn free(name: &str, link: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (1..).map(|number| match number {
        1 => name.to_owned(),
        _ => format!("{name}{link}{number}"),
    });
    numbered.into_iter().find(|name| !taken(name)).unwrap_or_default()
}
