//! What can be set at the prompt, and answers laid out as it says.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::diag::nearest;
use crate::eval::Options;
use crate::report::explanation::{self, Extent};
use crate::report::tree::Tree;
use crate::report::{
    self, Document, Format, Look, Report, Section, Stamp, Table, json_lines, markdown_table,
    table_json, text_table,
};

/// How answers are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// Aligned tables.
    #[default]
    Table,
    /// A line a value, an empty line between rows.
    Line,
    /// CSV with a header.
    Csv,
    /// Tab-separated values with a header.
    Tsv,
    /// One JSON object an answer.
    Json,
    /// One JSON object a row.
    Jsonl,
    /// Markdown.
    Markdown,
}

/// The modes by name.
pub const MODES: [(&str, Mode); 7] = [
    ("table", Mode::Table),
    ("line", Mode::Line),
    ("csv", Mode::Csv),
    ("tsv", Mode::Tsv),
    ("json", Mode::Json),
    ("jsonl", Mode::Jsonl),
    ("markdown", Mode::Markdown),
];

impl Mode {
    /// The mode of a name, or what to say of the name.
    pub fn named(name: &str) -> Result<Mode, String> {
        if let Some((_, mode)) = MODES.iter().find(|(known, _)| *known == name) {
            return Ok(*mode);
        }
        let known = MODES.iter().map(|(name, _)| *name);
        Err(match nearest(name, known.clone()) {
            Some(near) => format!("there is no mode `{name}`; did you mean `{near}`?"),
            None => format!(
                "there is no mode `{name}`; there are {}",
                known.collect::<Vec<_>>().join(", ")
            ),
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        MODES.iter().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }
}

/// How hard to try.
#[derive(Clone, Debug)]
pub struct Effort {
    /// How many threads may work.
    pub threads: usize,
    /// The most time for one answer.
    pub time: Option<Duration>,
    /// The most tuples to derive.
    pub tuples: Option<usize>,
    /// The most rounds in one stratum.
    pub rounds: Option<u32>,
    /// The most bytes.
    pub memory: Option<usize>,
}

impl Default for Effort {
    fn default() -> Self {
        Effort { threads: 1, time: None, tuples: None, rounds: None, memory: None }
    }
}

impl Effort {
    /// The engine's options.
    pub fn options<'a>(&self, interrupt: &'a AtomicBool) -> Options<'a> {
        Options {
            threads: self.threads,
            time: self.time,
            tuples: self.tuples,
            rounds: self.rounds,
            memory: self.memory,
            interrupt: Some(interrupt),
        }
    }
}

/// Whether long answers go through a pager, at a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Paging {
    /// Answers that are longer than the terminal is high.
    #[default]
    Auto,
    /// All answers.
    On,
    /// None.
    Off,
}

/// What `:set` sets.
pub(super) const SETTINGS: [&str; 8] =
    ["mode", "limit", "timing", "pager", "seconds", "tuples", "width", "ascii"];

/// The ways to page by name.
pub const PAGING: [(&str, Paging); 3] =
    [("auto", Paging::Auto), ("on", Paging::On), ("off", Paging::Off)];

/// What can be set.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How answers are laid out.
    pub mode: Mode,
    /// How text looks.
    pub look: Look,
    /// How many rows of a table are shown before the rest is only counted; all of them without it.
    pub limit: Option<usize>,
    /// Whether it is said how long each answer took.
    pub timing: bool,
    /// Whether long answers go through a pager.
    pub paging: Paging,
    /// Whether somebody said how wide tables may be, or that they may be as wide as they like.
    pub fixed_width: bool,
    /// Whether nothing more is done behind what went wrong.
    pub bail: bool,
}

impl Settings {
    /// A table.
    pub fn table(&self, table: &Table, stamp: &Stamp) -> String {
        match self.mode {
            Mode::Table => self.aligned(table),
            Mode::Line => lines(table),
            Mode::Csv => report::csv(table),
            Mode::Tsv => report::tsv(table),
            Mode::Json => table_json(table, stamp),
            Mode::Jsonl => json_lines(table),
            Mode::Markdown => markdown_table(table),
        }
    }

    /// The first rows of a table and how many there are; a goal without variables is yes or no.
    fn aligned(&self, table: &Table) -> String {
        let count = table.rows.len();
        if table.columns.is_empty() {
            return if count == 0 { "no\n" } else { "yes\n" }.to_owned();
        }
        let shown = self.limit.map_or(count, |limit| limit.min(count));
        let mut text = String::new();
        if shown < count {
            let part = Table { rows: table.rows[..shown].to_vec(), ..table.clone() };
            text.push_str(&text_table(&part, self.look));
            let dots = if self.look.ascii { "..." } else { "…" };
            text.push_str(&format!("{dots} {} more (:last shows all)\n", count - shown));
        } else if count > 0 {
            text.push_str(&text_table(table, self.look));
        }
        let answers = if count == 1 { "answer" } else { "answers" };
        text.push_str(&format!("({count} {answers})\n"));
        text
    }

    /// Sections below a title.
    pub fn sections(
        &self,
        name: &str,
        title: &str,
        sections: Vec<Section>,
        stamp: &Stamp,
    ) -> String {
        let tables = |draw: &dyn Fn(&Table) -> String| -> String {
            sections.iter().flat_map(|section| &section.tables).map(draw).collect()
        };
        let document = |sections: Vec<Section>| Document {
            name: name.to_owned(),
            title: title.to_owned(),
            sections,
        };
        match self.mode {
            Mode::Csv => tables(&report::csv),
            Mode::Tsv => tables(&report::tsv),
            Mode::Jsonl => tables(&json_lines),
            Mode::Table | Mode::Line => {
                let untitled = Document { title: title.to_owned(), ..document(sections) };
                let text = Format::Text(self.look).document(&untitled, true);
                text.trim_start_matches('\n').to_owned()
            }
            Mode::Markdown => Format::Markdown.document(&document(sections), true),
            Mode::Json => {
                let documents = vec![document(sections)];
                Format::Json.whole(&Report { stamp: stamp.clone(), documents, ..Report::default() })
            }
        }
    }

    /// Explanations.
    pub fn trees(&self, trees: &[Tree], extent: Extent, stamp: &Stamp) -> String {
        let each = |draw: &dyn Fn(&Tree) -> String| -> String {
            trees.iter().map(draw).collect::<Vec<_>>().join("\n")
        };
        match self.mode {
            Mode::Json | Mode::Jsonl => explanation::json(trees, stamp),
            Mode::Markdown => each(&|tree| explanation::markdown(tree, extent)),
            Mode::Table | Mode::Line | Mode::Csv | Mode::Tsv => {
                each(&|tree| explanation::text(tree, self.look, extent))
            }
        }
    }
}

/// A line a value.
fn lines(table: &Table) -> String {
    let width = table.columns.iter().map(|column| column.title.chars().count()).max().unwrap_or(0);
    let rows = table.rows.iter().map(|row| {
        let values = table.columns.iter().zip(row);
        let values = values.map(|(column, value)| {
            let pad = width - column.title.chars().count();
            let value = value.to_string().replace('\n', &format!("\n{}", " ".repeat(width + 3)));
            format!("{}{} = {value}\n", " ".repeat(pad), column.title)
        });
        values.collect::<String>()
    });
    rows.collect::<Vec<_>>().join("\n")
}
