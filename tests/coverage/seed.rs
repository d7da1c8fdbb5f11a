//! The text of a document into headings and items: what a reader would call a row, an item of a
//! list, a line of code, a rule.
//!
//! The text keeps little of its layout. A heading ends in ` #` and has lost its level, which
//! `headings.csv` gives back. A bullet is `•`, its depth the indentation. A table is a header line,
//! known from `tables.csv`, and the lines below it up to an empty one; the cells of a line are run
//! together, which [`super::tiles`] takes apart. Several lines in one block are code. A line alone
//! is a paragraph: an introduction when it ends in a colon, a rule otherwise.

use std::path::Path;

use regex::Regex;

use super::records;
use super::tiles::Column;

/// What an item was in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A row of a table, or the header of a table without rows.
    Row,
    /// An item of a bulleted or numbered list.
    List,
    /// A line of a block of code, of a protocol or of a drawing in text.
    Code,
    /// A paragraph that introduces nothing: a rule, or prose that `left_out.csv` names.
    Paragraph,
}

/// A heading, and how deep it stands: 0 is the title of the document.
#[derive(Debug, PartialEq, Eq)]
pub struct Heading {
    pub level: usize,
    pub text: String,
}

/// Something in the text that a fact is expected for.
#[derive(Debug)]
pub struct Item {
    /// Index of the innermost heading above it.
    pub heading: usize,
    pub kind: Kind,
    pub text: String,
    /// Line in the document, from 1.
    pub line: usize,
    /// Index into the tables, for a row.
    pub table: Option<usize>,
    /// Position in its list, table or block, from 1.
    pub number: usize,
    /// Index of the item that this one is nested in.
    pub parent: Option<usize>,
    /// The last paragraph above it below the same heading.
    pub lead: String,
    /// All of the paragraph, for a sentence of several.
    pub paragraph: Option<String>,
}

/// A document.
pub struct Seed {
    pub source: String,
    pub headings: Vec<Heading>,
    pub items: Vec<Item>,
    /// The whole text, runs of white space made one space.
    pub text: String,
}

/// The header of a table whose cells are run together in the text.
pub struct Table {
    pub source: String,
    /// Name, and how its cells come over.
    pub columns: Vec<(String, Column)>,
    /// What the first line of a row looks like, where a row takes several lines.
    pub row_start: Option<Regex>,
}

impl Table {
    /// The header as the text has it.
    fn header(&self) -> String {
        self.columns.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// The tables of `tables.csv`; `*` after the name of a column says that it is in our own words, `+`
/// that terms go before such words, `~` that its first letter has changed its case.
pub fn tables() -> Vec<Table> {
    let column = |name: &str| {
        let marks = [('*', Column::Ours), ('+', Column::TermsThenOurs), ('~', Column::AnyCase)];
        let marked =
            marks.into_iter().find_map(|(mark, column)| Some((name.strip_suffix(mark)?, column)));
        let (name, column) = marked.unwrap_or((name, Column::Letter));
        (name.to_owned(), column)
    };
    records("tables.csv")
        .into_iter()
        .map(|row| Table {
            source: row[0].clone(),
            columns: row[1].split(" | ").map(column).collect(),
            row_start: (!row[2].is_empty()).then(|| Regex::new(&row[2]).unwrap()),
        })
        .collect()
}

/// White space made single spaces, and the full stop at the end dropped.
pub fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    text.strip_suffix('.').unwrap_or(&text).to_owned()
}

/// The headings that stand above the heading at `index`, innermost first, itself included.
pub fn ancestry(headings: &[Heading], index: usize) -> Vec<usize> {
    let mut chain = vec![index];
    let mut level = headings[index].level;
    for above in (0..index).rev() {
        if headings[above].level < level {
            level = headings[above].level;
            chain.push(above);
        }
    }
    chain
}

/// The heading at `index` with those above it, the title left out, as a citation writes it.
pub fn path(headings: &[Heading], index: usize) -> String {
    let mut chain = ancestry(headings, index);
    chain.retain(|&at| headings[at].level > 0 || at == index);
    let names: Vec<&str> = chain.iter().rev().map(|&at| headings[at].text.as_str()).collect();
    names.join(" / ")
}

/// Reads the document at `path`; `headings` are those that `headings.csv` lists for it.
pub fn read(source: &str, path: &Path, headings: Vec<Heading>, tables: &[Table]) -> Seed {
    let text = std::fs::read_to_string(path).unwrap();
    let found: Vec<&str> = text.lines().filter_map(|line| line.strip_suffix(" #")).collect();
    let listed: Vec<&str> = headings.iter().map(|heading| heading.text.as_str()).collect();
    assert_eq!(listed, found, "tests/coverage/headings.csv does not list the headings of {source}");

    let mut reader = Reader::new(source, tables, !text.contains("\n\n"));
    for split in records("splits.csv").into_iter().filter(|row| row[0] == source) {
        let heading = listed.iter().position(|heading| *heading == split[1]);
        let heading = heading.unwrap_or_else(|| panic!("splits.csv: no heading {}", split[1]));
        reader.splits.push((heading + 1, split[2].clone()));
    }
    for (index, line) in text.lines().enumerate() {
        reader.line(index + 1, line);
    }
    reader.flush();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Seed { source: source.to_owned(), headings, items: reader.items, text }
}

/// Goes down the lines of a document and keeps the block that is open.
struct Reader<'a> {
    source: &'a str,
    tables: &'a [Table],
    /// A document without empty lines: every line is a paragraph of its own.
    dense: bool,
    items: Vec<Item>,
    /// Number of the heading, and what begins a paragraph below it though no line does.
    splits: Vec<(usize, String)>,
    lead: String,
    /// How many headings were seen.
    seen: usize,
    block: Vec<(usize, String)>,
    table: Option<usize>,
    /// The open list: indentation, number of items so far, last item.
    lists: Vec<(usize, usize, usize)>,
    bullet: Regex,
    code: Regex,
    /// The end of a sentence that another follows.
    sentence: Regex,
    numbered: Regex,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str, tables: &'a [Table], dense: bool) -> Reader<'a> {
        Reader {
            source,
            tables,
            dense,
            items: Vec::new(),
            splits: Vec::new(),
            lead: String::new(),
            seen: 0,
            block: Vec::new(),
            table: None,
            lists: Vec::new(),
            bullet: Regex::new(r"^( *)(?:• |- |(?:\d+\.) )(.*)$").unwrap(),
            code: Regex::new(r"^\w+\[").unwrap(),
            sentence: Regex::new(r"[a-z)”][.?!]”? +").unwrap(),
            numbered: Regex::new(r"^\d+\. ").unwrap(),
        }
    }

    fn line(&mut self, number: usize, line: &str) {
        if line.ends_with(" #") {
            self.flush();
            self.lists.clear();
            self.lead.clear();
            self.seen += 1;
        } else if line.trim().is_empty() {
            self.flush();
        } else if line.contains(" | ") || line.starts_with("|") {
            self.piped(number, line);
        } else if let Some(table) = self.tables.iter().position(|table| {
            table.source == self.source && table.header() == line && table.columns.len() > 1
        }) {
            self.flush();
            self.table = Some(table);
            self.block.push((number, line.to_owned()));
        } else if let Some(parts) = self.bullet.captures(line)
            && (parts[1].len() >= 2 || line.starts_with("- "))
            && (self.block.is_empty() || line.contains("• "))
        {
            self.flush();
            let (indent, text) = (parts[1].len(), parts[2].to_owned());
            self.list_item(number, indent, &text);
        } else if self.dense {
            self.paragraph(number, line);
        } else {
            self.block.push((number, line.to_owned()));
        }
    }

    /// A row whose cells are still apart; the line of dashes below the header is layout.
    fn piped(&mut self, number: usize, line: &str) {
        let names = |line: &str| -> Vec<String> {
            let line = line.trim_matches(|char: char| char == '|' || char == ' ');
            line.split('|').map(|cell| cell.trim().to_owned()).collect()
        };
        let cells = names(line);
        if cells.iter().all(|cell| cell.starts_with("---")) {
            return;
        }
        let header = self.tables.iter().position(|table| {
            table.source == self.source
                && table.columns.iter().map(|(name, _)| name).eq(cells.iter())
        });
        if header.is_some() {
            self.table = header;
            self.lists = vec![(0, 0, 0)];
            return;
        }
        self.lists[0].1 += 1;
        let row = self.lists[0].1;
        let text = cells.join(" | ");
        let table = self.table;
        self.push(Kind::Row, number, &text, row, table);
    }

    fn list_item(&mut self, line: usize, indent: usize, text: &str) {
        self.lists.retain(|(depth, _, _)| *depth <= indent);
        if self.lists.last().is_none_or(|(depth, _, _)| *depth < indent) {
            self.lists.push((indent, 0, 0));
        }
        let depth = self.lists.len();
        let parent = depth.checked_sub(2).map(|above| self.lists[above].2);
        let open = self.lists.last_mut().unwrap();
        open.1 += 1;
        open.2 = self.items.len();
        let number = open.1;
        self.push(Kind::List, line, text, number, None);
        self.items.last_mut().unwrap().parent = parent;
    }

    /// Ends the open block: a table, code, or a paragraph.
    fn flush(&mut self) {
        let block = std::mem::take(&mut self.block);
        if self.dense && block.is_empty() {
            return;
        }
        let Some((first, text)) = block.first() else { return };
        match self.table.take() {
            Some(table) => self.rows(&block, table),
            None if block.len() > 1 || self.code.is_match(text) || text.starts_with(' ') => {
                self.lists.clear();
                for (number, (line, text)) in joined(&block, &self.numbered).iter().enumerate() {
                    let numbered = self.numbered.find(text).map(|mark| mark.end());
                    let kind = if numbered.is_some() { Kind::List } else { Kind::Code };
                    self.push(kind, *line, &text[numbered.unwrap_or(0)..], number + 1, None);
                }
            }
            None => {
                self.lists.clear();
                self.paragraph(*first, text);
            }
        }
    }

    /// The rows of a table whose header is the first line; a table without rows is its header.
    fn rows(&mut self, block: &[(usize, String)], table: usize) {
        self.lists.clear();
        if block.len() == 1 {
            return self.push(Kind::Row, block[0].0, &block[0].1, 1, Some(table));
        }
        let mut rows: Vec<(usize, String)> = Vec::new();
        for (line, text) in &block[1..] {
            let start = self.tables[table].row_start.as_ref();
            match rows.last_mut() {
                Some((_, row)) if start.is_some_and(|start| !start.is_match(text)) => {
                    row.push(' ');
                    row.push_str(text);
                }
                _ => rows.push((*line, text.clone())),
            }
        }
        for (number, (line, text)) in rows.iter().enumerate() {
            self.push(Kind::Row, *line, text, number + 1, Some(table));
        }
    }

    /// The sentences of a paragraph; `splits.csv` says where lines were run together without a stop.
    fn paragraph(&mut self, line: usize, text: &str) {
        let mut cuts: Vec<usize> = self
            .splits
            .iter()
            .filter(|split| split.0 == self.seen)
            .flat_map(|split| text.match_indices(&split.1).map(|(at, _)| at))
            .collect();
        let ends = self.sentence.find_iter(text).map(|end| end.end());
        cuts.extend(ends.filter(|&end| {
            text[end..].starts_with(|char: char| char == '“' || char.is_uppercase())
        }));
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        for (number, cut) in cuts.windows(2).enumerate() {
            self.push(Kind::Paragraph, line, &text[cut[0]..cut[1]], number + 1, None);
            self.items.last_mut().unwrap().paragraph = Some(plain(text)).filter(|_| cuts.len() > 2);
        }
    }

    fn push(&mut self, kind: Kind, line: usize, text: &str, number: usize, table: Option<usize>) {
        let heading = self.seen.saturating_sub(1);
        let is_code = kind == Kind::List && self.code.is_match(text);
        let kind = if is_code { Kind::Code } else { kind };
        let text = plain(text);
        let lead = self.lead.clone();
        if kind == Kind::Paragraph {
            self.lead.clone_from(&text);
        }
        self.items.push(Item {
            heading,
            kind,
            text,
            line,
            table,
            number,
            parent: None,
            lead,
            paragraph: None,
        });
    }
}

/// A numbered line goes on in the indented lines below it.
fn joined(block: &[(usize, String)], numbered: &Regex) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (line, text) in block {
        match lines.last_mut() {
            Some((_, above)) if text.starts_with(' ') && numbered.is_match(above) => {
                above.push(' ');
                above.push_str(text.trim());
            }
            _ => lines.push((*line, text.clone())),
        }
    }
    lines
}
