//! The formats of what is printed.

use clap::ValueEnum;

/// The formats of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum DocumentFormat {
    /// Aligned tables.
    Text,
    /// Markdown.
    Md,
    /// JSON (docs/json.md).
    Json,
    /// CSV as RFC 4180 has it.
    Csv,
    /// One self-contained page.
    Html,
}

/// The formats of a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum FormFormat {
    /// A page to be filled in.
    Md,
    /// A table to be filled in.
    Csv,
}

/// The formats of a drawing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum MapFormat {
    /// A line an arrow.
    Text,
    /// A Mermaid flowchart.
    Mermaid,
    /// A Graphviz graph.
    Dot,
    /// A drawing.
    Svg,
}

/// The formats of a protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum SequenceFormat {
    /// A line a step.
    Text,
    /// Markdown with the diagram in it.
    Md,
    /// A Mermaid sequence diagram.
    Mermaid,
}

/// The formats of an export.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ExportFormat {
    /// A file a table.
    Csv,
    /// One JSON text (docs/json.md).
    Json,
    /// A SQLite database.
    Sqlite,
}

/// The formats of an explanation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum TreeFormat {
    /// An indented tree.
    Text,
    /// A nested Markdown list.
    Md,
    /// JSON (docs/json.md).
    Json,
    /// One self-contained page that unfolds.
    Html,
    /// A Mermaid flowchart.
    Mermaid,
    /// A Graphviz graph.
    Dot,
    /// A drawing.
    Svg,
}

/// The formats of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum TableFormat {
    /// An aligned table.
    Table,
    /// CSV as RFC 4180 has it, with a header.
    Csv,
    /// Tab-separated values with a header.
    Tsv,
    /// One JSON object (docs/json.md).
    Json,
    /// A JSON object a row.
    Jsonl,
}

/// The formats of what tests came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum TestFormat {
    /// Aligned tables.
    Text,
    /// Markdown.
    Md,
    /// JSON (docs/json.md).
    Json,
    /// JUnit's XML, without coverage and mutants.
    Junit,
    /// The Test Anything Protocol, without coverage and mutants.
    Tap,
}

/// The formats of findings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum FindingFormat {
    /// Text with the source lines.
    Text,
    /// JSON (docs/json.md).
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub's workflows.
    Github,
    /// A page of what is on record and accepted.
    Markdown,
}
