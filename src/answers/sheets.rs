//! The printed tables of a design.

use crate::diag::nearest;
use crate::kb::{Rulebook, Sheet};
use crate::report::{Drawing, Section};
use crate::session::Session;

/// A sheet of a derived design with its notes and its drawing.
pub fn section(session: &Session, sheet: &Sheet, design: usize) -> Section {
    let table = session.sheet(sheet, design);
    let empty = table.rows.is_empty();
    let noted = !empty || sheet.empty.is_empty();
    let said = [(&sheet.note, noted), (&sheet.empty, empty)];
    let paragraphs = said
        .into_iter()
        .filter(|(text, holds)| *holds && !text.is_empty())
        .map(|(text, _)| text.clone())
        .collect();
    let drawn = session.drawing(sheet, design).filter(|_| !empty);
    let drawings = drawn.into_iter().map(Drawing::Graph).collect();
    let arrows = sheet.edges.map(|edges| {
        let edges = session.rulebook().sheet_of(edges);
        session.sheet(&edges, design)
    });
    let mut section = Section { paragraphs, drawings, ..Section::of_table(table) };
    section.tables.extend(arrows);
    section
}

/// The sheets of these names, in the order of the rulebook; all of them when none is named. Where a
/// name is no sheet's, the problem in words.
pub fn called<'a>(rulebook: &'a Rulebook, names: &[String]) -> Result<Vec<&'a Sheet>, String> {
    let all: Vec<&Sheet> = rulebook.sheets.iter().collect();
    if names.is_empty() {
        return Ok(all.into_iter().filter(|sheet| sheet.step.is_none()).collect());
    }
    for name in names {
        if !all.iter().any(|sheet| is_called(sheet, name)) {
            let known = all.iter().map(|sheet| short_name(sheet));
            let hint = match nearest(name, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
            };
            return Err(format!("there is no sheet `{name}`; {hint}"));
        }
    }
    let wanted = |sheet: &&Sheet| names.iter().any(|name| is_called(sheet, name));
    Ok(all.into_iter().filter(wanted).collect())
}

/// A sheet is called by its name, or by what distinguishes it.
fn is_called(sheet: &Sheet, name: &str) -> bool {
    sheet.name.eq_ignore_ascii_case(name) || short_name(sheet).eq_ignore_ascii_case(name)
}

/// `sheet_a` is `a` for short.
pub fn short_name(sheet: &Sheet) -> &str {
    sheet.name.strip_prefix("sheet_").unwrap_or(&sheet.name)
}
