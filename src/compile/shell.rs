//! The crate around the macro: symbols, facts in, facts out.

use std::fmt::Write;

use crate::value::{Primitive, RelationId};

use super::rules::Rules;
use super::{Core, Target};

/// The versions that the crates are written for.
const ASCENT: &str = "ascent = { version = \"=0.8.1\", default-features = false }";
const CREPE: &str = "crepe = \"=0.2.0\"";

/// `Cargo.toml`.
pub fn manifest(name: &str, target: Target) -> String {
    let (dependency, of) = match target {
        Target::Ascent => (ASCENT, "ascent!"),
        Target::Crepe => (CREPE, "crepe!"),
    };
    format!(
        "# Written by `archlog compile`; changes are lost when it is written anew.\n\
         [package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         description = \"A Datalog program as `{of}`\"\nlicense = \"MIT OR Apache-2.0\"\n\
         publish = false\n\n[dependencies]\n{dependency}\n"
    )
}

/// `src/lib.rs`.
pub fn library(core: &Core, target: Target, rules: &Rules) -> String {
    let shell = Shell { core, target, rules };
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = shell.write(&mut text);
    text
}

struct Shell<'a> {
    core: &'a Core,
    target: Target,
    rules: &'a Rules,
}

const TOP: &str = "\
//! Written by `archlog compile`; changes are lost when it is written anew.
//!
//! [`derive()`] takes [`Facts`] and gives what [`Derived`] holds. Symbols are numbers: [`Symbols`]
//! makes them of texts and gives the texts back. [`Facts::add`] and [`Derived::each`] do the same for
//! who knows relations by name only: values are 64 bits each, a number as it is, a symbol as its
//! number.

#![allow(clippy::all, clippy::pedantic, non_snake_case, unused)]

use std::collections::HashMap;

/// This file, to tell whether it is stale.
pub const SOURCE: &str = include_str!(\"lib.rs\");

/// A text as a number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Symbol(pub u32);

/// The texts of symbols.
#[derive(Clone, Debug)]
pub struct Symbols {
    texts: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols = Symbols { texts: Vec::new(), numbers: HashMap::new() };
        for text in CONSTANTS {
            symbols.intern(text);
        }
        symbols
    }
}

impl Symbols {
    /// The symbol of a text, made if it is new.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(number) = self.numbers.get(text) {
            return Symbol(*number);
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        Symbol(number)
    }

    /// The text of a symbol.
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.0 as usize).map_or(\"\", String::as_str)
    }
}
";

impl Shell<'_> {
    fn write(&self, text: &mut String) -> std::fmt::Result {
        text.push_str(TOP);
        writeln!(text, "\n/// The symbols that rules name: their numbers are their places.")?;
        writeln!(text, "const CONSTANTS: [&str; {}] = [", self.rules.symbols.len())?;
        for symbol in &self.rules.symbols {
            writeln!(text, "    {symbol:?},")?;
        }
        writeln!(text, "];\n")?;
        match self.target {
            Target::Ascent => self.ascent(text)?,
            Target::Crepe => self.crepe(text)?,
        }
        self.facts(text)?;
        self.derived(text)?;
        self.derive(text)
    }

    fn ascent(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "ascent::ascent! {{\n    struct Program;\n")?;
        for relation in self.core.relations() {
            let (field, types) = (self.rules.names.field(relation), self.types(relation));
            writeln!(text, "    relation r_{field}({types});")?;
        }
        text.push('\n');
        for line in &self.rules.lines {
            writeln!(text, "    {line}")?;
        }
        text.push_str("}\n");
        Ok(())
    }

    fn crepe(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "mod rules {{\n    use super::Symbol;\n\n    crepe::crepe! {{")?;
        for relation in self.core.relations() {
            let (ty, types) = (self.rules.names.ty(relation), self.types(relation));
            let fields = self.columns(relation).map(|it| format!("pub {it}"));
            let public = fields.collect::<Vec<_>>().join(", ");
            let is_input = self.core.inputs.contains(&relation);
            let is_split = self.rules.split.contains(&relation);
            if is_input && is_split {
                writeln!(text, "        @input\n        pub struct {ty}Given({public});")?;
            }
            if is_input && !is_split {
                writeln!(text, "        @input")?;
            }
            match (is_input && !is_split, self.core.wanted.contains(&relation)) {
                (_, true) => {
                    writeln!(text, "        @output\n        pub struct {ty}({public});")?;
                }
                (true, false) => writeln!(text, "        pub struct {ty}({public});")?,
                _ => writeln!(text, "        struct {ty}({types});")?,
            }
        }
        text.push('\n');
        for relation in &self.rules.split {
            let ty = self.rules.names.ty(*relation);
            let columns: Vec<String> =
                (0..self.columns(*relation).count()).map(|it| format!("v{it}")).collect();
            let columns = columns.join(", ");
            writeln!(text, "        {ty}({columns}) <- {ty}Given({columns});")?;
        }
        for line in &self.rules.lines {
            writeln!(text, "        {line}")?;
        }
        text.push_str("    }\n}\n");
        Ok(())
    }

    /// Rust's types of the columns of a relation.
    fn columns(&self, relation: RelationId) -> impl Iterator<Item = &'static str> {
        let relation = self.core.program.relations.get(relation.index());
        relation.into_iter().flat_map(|it| &it.columns).map(|column| match column.primitive {
            Primitive::Symbol => "Symbol",
            Primitive::Number => "i64",
            Primitive::Unsigned => "u64",
            Primitive::Float => "f64",
            // Refused with the rules.
            Primitive::Record => "()",
        })
    }

    fn types(&self, relation: RelationId) -> String {
        self.columns(relation).collect::<Vec<_>>().join(", ")
    }

    /// The type of a tuple; a tuple of one needs its comma.
    fn tuple(&self, relation: RelationId) -> String {
        match self.columns(relation).count() {
            1 => format!("({},)", self.types(relation)),
            _ => format!("({})", self.types(relation)),
        }
    }

    /// A relation as it is declared: its name and its columns'.
    fn declared(&self, relation: RelationId) -> String {
        let Some(declared) = self.core.program.relations.get(relation.index()) else {
            return String::new();
        };
        let columns = declared.columns.iter().map(|it| it.name.trim_start_matches('@'));
        let columns = columns.collect::<Vec<_>>().join(", ");
        format!("`{}({columns})`", declared.name)
    }

    fn sorted(&self, relations: &[RelationId]) -> Vec<RelationId> {
        let mut relations = relations.to_vec();
        relations.sort_by_key(|id| self.core.name(*id));
        relations.dedup();
        relations
    }

    fn names_of(&self, relations: &[RelationId]) -> String {
        let names = relations.iter().map(|id| format!("    {:?},\n", self.core.name(*id)));
        names.collect()
    }

    fn facts(&self, text: &mut String) -> std::fmt::Result {
        let inputs = self.sorted(&self.core.inputs);
        let names = self.names_of(&inputs);
        writeln!(text, "\n/// The relations that come from outside, by name.")?;
        writeln!(text, "pub const INPUTS: [&str; {}] = [\n{names}];", inputs.len())?;
        writeln!(
            text,
            "\n/// What is given.\n#[derive(Clone, Debug, Default)]\npub struct Facts {{"
        )?;
        for relation in &inputs {
            let (field, tuple) = (self.rules.names.field(*relation), self.tuple(*relation));
            writeln!(text, "    /// {}", self.declared(*relation))?;
            writeln!(text, "    pub {field}: Vec<{tuple}>,")?;
        }
        writeln!(
            text,
            "}}\n\nimpl Facts {{\n    /// Adds a tuple to a relation, by its place in [`INPUTS`]; \
             says whether there is such a relation.\n    \
             pub fn add(&mut self, relation: usize, values: &[u64]) -> bool {{\n        \
             match (relation, values) {{"
        )?;
        for (place, relation) in inputs.iter().enumerate() {
            let field = self.rules.names.field(*relation);
            let columns: Vec<&str> = self.columns(*relation).collect();
            let variables: Vec<String> = (0..columns.len()).map(|it| format!("v{it}")).collect();
            let values: String = (variables.iter().zip(&columns))
                .map(|(variable, column)| match *column {
                    "Symbol" => format!("Symbol(*{variable} as u32),"),
                    column => format!("*{variable} as {column},"),
                })
                .collect();
            writeln!(
                text,
                "            ({place}, [{}]) => self.{field}.push(({values})),",
                variables.join(", ")
            )?;
        }
        writeln!(text, "            _ => return false,\n        }}\n        true\n    }}\n}}")
    }

    fn derived(&self, text: &mut String) -> std::fmt::Result {
        let wanted = self.sorted(&self.core.wanted);
        let names = self.names_of(&wanted);
        writeln!(text, "\n/// The relations that are wanted, by name.")?;
        writeln!(text, "pub const OUTPUTS: [&str; {}] = [\n{names}];", wanted.len())?;
        writeln!(
            text,
            "\n/// What derives.\n#[derive(Clone, Debug, Default)]\npub struct Derived {{"
        )?;
        for relation in &wanted {
            let (field, tuple) = (self.rules.names.field(*relation), self.tuple(*relation));
            writeln!(text, "    /// {}", self.declared(*relation))?;
            writeln!(text, "    pub {field}: Vec<{tuple}>,")?;
        }
        writeln!(
            text,
            "}}\n\nimpl Derived {{\n    /// Shows every tuple of a relation, by its place in \
             [`OUTPUTS`].\n    pub fn each(&self, relation: usize, see: &mut dyn FnMut(&[u64])) {{\n        \
             match relation {{"
        )?;
        for (place, relation) in wanted.iter().enumerate() {
            let field = self.rules.names.field(*relation);
            let values: Vec<String> = (self.columns(*relation).enumerate())
                .map(|(at, column)| match column {
                    "Symbol" => format!("u64::from(it.{at}.0)"),
                    _ => format!("it.{at} as u64"),
                })
                .collect();
            let values = values.join(", ");
            writeln!(
                text,
                "            {place} => self.{field}.iter().for_each(|it| see(&[{values}])),"
            )?;
        }
        writeln!(text, "            _ => {{}}\n        }}\n    }}\n}}")
    }

    fn derive(&self, text: &mut String) -> std::fmt::Result {
        let (inputs, wanted) = (self.sorted(&self.core.inputs), self.sorted(&self.core.wanted));
        let names = &self.rules.names;
        writeln!(
            text,
            "\n/// Derives all that follows from some facts.\npub fn derive(facts: Facts) -> Derived {{"
        )?;
        match self.target {
            Target::Ascent => {
                writeln!(text, "    let mut program = Program::default();")?;
                for field in inputs.iter().map(|it| names.field(*it)) {
                    writeln!(text, "    program.r_{field} = facts.{field};")?;
                }
                writeln!(text, "    program.run();\n    Derived {{")?;
                for field in wanted.iter().map(|it| names.field(*it)) {
                    writeln!(text, "        {field}: program.r_{field},")?;
                }
                writeln!(text, "    }}\n}}")
            }
            Target::Crepe => {
                writeln!(text, "    let mut program = rules::Crepe::new();")?;
                for relation in &inputs {
                    let (field, ty) = (names.field(*relation), names.ty(*relation));
                    let given = if self.rules.split.contains(relation) { "Given" } else { "" };
                    let row = self.row(*relation, "it");
                    writeln!(text, "    for it in facts.{field} {{")?;
                    writeln!(text, "        program.extend([rules::{ty}{given}({row})]);\n    }}")?;
                }
                // The outputs come in the order of their declarations, which is that of names.
                let results: String =
                    wanted.iter().map(|it| format!("{}, ", names.field(*it))).collect();
                writeln!(text, "    let ({results}) = program.run();")?;
                writeln!(text, "    let mut derived = Derived::default();")?;
                for relation in &wanted {
                    let field = names.field(*relation);
                    let row = self.row(*relation, "it");
                    writeln!(text, "    for it in {field} {{")?;
                    writeln!(text, "        derived.{field}.push(({row},));\n    }}")?;
                }
                writeln!(text, "    derived\n}}")
            }
        }
    }

    /// The columns of a tuple, one by one.
    fn row(&self, relation: RelationId, of: &str) -> String {
        let columns = (0..self.columns(relation).count()).map(|at| format!("{of}.{at}"));
        columns.collect::<Vec<_>>().join(", ")
    }
}
