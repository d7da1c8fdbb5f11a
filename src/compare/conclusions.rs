//! Which rows and cells of printed sheets differ.

use crate::report::Table;
use crate::session::Session;
use crate::value::Constant;

/// A conclusion that changes.
#[derive(Clone, PartialEq, Debug)]
pub struct Conclusion {
    /// The design.
    pub design: String,
    /// The heading of the sheet.
    pub sheet: String,
    /// The first cell of the row.
    pub row: String,
    /// The heading of the column; nothing where a whole row is new or gone.
    pub column: String,
    /// What stood there; the row where it is gone.
    pub before: Option<String>,
    /// What stands there; the row where it is new.
    pub after: Option<String>,
    /// The differences that make it change, by number; nothing as long as that is not known.
    pub witness: Option<Vec<usize>>,
    /// Where to look for it.
    place: Place,
}

#[derive(Clone, PartialEq, Debug)]
struct Place {
    design: usize,
    sheet: String,
    what: What,
}

#[derive(Clone, PartialEq, Debug)]
enum What {
    /// The row of this first cell has this value in a column.
    Cell(Constant, usize, Constant),
    /// The row is there.
    There(Vec<Constant>),
    /// The row is not there.
    Gone(Vec<Constant>),
}

/// The sheets of designs.
pub(super) type Printed = Vec<Vec<Table>>;

/// Which sheets are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Compared<'a> {
    /// All of them.
    #[default]
    All,
    /// The one of this name.
    Sheet(&'a str),
}

/// The sheets of all designs of a session that are compared.
pub(super) fn printed(session: &Session, compared: Compared<'_>) -> Printed {
    let sheets = &session.rulebook().sheets;
    let wanted = |name: &str| match compared {
        Compared::All => true,
        Compared::Sheet(only) => only == name,
    };
    let of = |design: usize| {
        let sheets = sheets.iter().filter(|sheet| wanted(&sheet.name));
        sheets.map(|sheet| session.sheet(sheet, design)).collect()
    };
    (0..session.designs().len()).map(of).collect()
}

/// What changes from one to the other, in designs of these names. A sheet that only one of them has
/// is not looked at.
pub(super) fn changes(names: &[String], old: &Printed, new: &Printed) -> Vec<Conclusion> {
    let mut conclusions = Vec::new();
    for (design, (old, new)) in old.iter().zip(new).enumerate() {
        for old in old {
            let Some(new) = new.iter().find(|new| new.name == old.name) else { continue };
            let mut sheet = Sheet { name: &names[design], design, old, new, found: Vec::new() };
            sheet.compare();
            conclusions.append(&mut sheet.found);
        }
    }
    conclusions
}

struct Sheet<'a> {
    name: &'a str,
    design: usize,
    old: &'a Table,
    new: &'a Table,
    found: Vec<Conclusion>,
}

impl Sheet<'_> {
    fn compare(&mut self) {
        let (old, new) = (self.old, self.new);
        let gone: Vec<&Vec<Constant>> =
            old.rows.iter().filter(|row| !new.rows.contains(row)).collect();
        let come: Vec<&Vec<Constant>> =
            new.rows.iter().filter(|row| !old.rows.contains(row)).collect();
        let only = |rows: &[Vec<Constant>], first: &Constant| {
            rows.iter().filter(|row| row.first() == Some(first)).count() == 1
        };
        let same_columns = old.columns.len() == new.columns.len();
        let pair = |row: &Vec<Constant>, among: &[&Vec<Constant>]| {
            let first = row.first()?;
            let paired =
                same_columns && row.len() > 1 && only(&old.rows, first) && only(&new.rows, first);
            let found = among.iter().find(|other| other.first() == Some(first))?;
            paired.then(|| (*found).clone())
        };
        for row in &gone {
            match pair(row, &come) {
                Some(other) => self.cells(row, &other),
                None => self.row(row, true),
            }
        }
        for row in &come {
            if pair(row, &gone).is_none() {
                self.row(row, false);
            }
        }
    }

    fn cells(&mut self, old: &[Constant], new: &[Constant]) {
        for (column, (before, after)) in old.iter().zip(new).enumerate() {
            if before != after {
                let what = What::Cell(old[0].clone(), column, after.clone());
                let heading = self.new.columns[column].title.clone();
                let (before, after) = (Some(before.to_string()), Some(after.to_string()));
                self.push(&old[0], heading, before, after, what);
            }
        }
    }

    fn row(&mut self, row: &[Constant], gone: bool) {
        let cells: Vec<String> =
            row.iter().map(ToString::to_string).map(|cell| cell.replace('\n', "; ")).collect();
        let (text, first) = (Some(cells.join(" | ")), row.first().cloned());
        let first = first.unwrap_or(Constant::Number(0));
        match gone {
            true => self.push(&first, String::new(), text, None, What::Gone(row.to_vec())),
            false => self.push(&first, String::new(), None, text, What::There(row.to_vec())),
        }
    }

    fn push(
        &mut self,
        first: &Constant,
        column: String,
        before: Option<String>,
        after: Option<String>,
        what: What,
    ) {
        self.found.push(Conclusion {
            design: self.name.to_owned(),
            sheet: self.new.title.clone(),
            row: first.to_string(),
            column,
            before,
            after,
            witness: None,
            place: Place { design: self.design, sheet: self.new.name.clone(), what },
        });
    }
}

impl Conclusion {
    /// Whether it comes out as in the new one.
    pub(super) fn is_in(&self, printed: &Printed) -> bool {
        let sheets = printed.get(self.place.design);
        let table = sheets.and_then(|it| it.iter().find(|it| it.name == self.place.sheet));
        let Some(table) = table else { return false };
        match &self.place.what {
            What::There(row) => table.rows.contains(row),
            What::Gone(row) => !table.rows.contains(row),
            What::Cell(first, column, value) => {
                let mut rows = table.rows.iter().filter(|row| row.first() == Some(first));
                match (rows.next(), rows.next()) {
                    (Some(row), None) => row.get(*column) == Some(value),
                    _ => false,
                }
            }
        }
    }
}
