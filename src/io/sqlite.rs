//! Tables as a SQLite database.

use std::io;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::value::Primitive;

/// A table to be saved.
#[derive(Clone, Copy, Debug)]
pub struct Saved<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its columns: name, and the kind of value.
    pub columns: &'a [(String, Primitive)],
    /// Its rows, a text a column.
    pub rows: &'a [Vec<String>],
}

/// Tables as the bytes of a database file.
pub fn sqlite(tables: &[Saved<'_>]) -> io::Result<Vec<u8>> {
    write(tables).map_err(io::Error::other)
}

fn write(tables: &[Saved<'_>]) -> rusqlite::Result<Vec<u8>> {
    let mut connection = Connection::open_in_memory()?;
    let transaction = connection.transaction()?;
    for table in tables {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|(name, primitive)| format!("{} {}", quoted(name), affinity(*primitive)))
            .collect();
        let name = quoted(table.name);
        transaction.execute(&format!("CREATE TABLE {name} ({})", columns.join(", ")), [])?;
        let places = vec!["?"; table.columns.len()].join(", ");
        let mut insert = transaction.prepare(&format!("INSERT INTO {name} VALUES ({places})"))?;
        for row in table.rows {
            let values = row.iter().zip(table.columns).map(|(text, (_, kind))| value(text, *kind));
            insert.execute(params_from_iter(values))?;
        }
    }
    transaction.commit()?;
    Ok(connection.serialize("main")?.to_vec())
}

fn affinity(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Symbol => "TEXT NOT NULL",
        Primitive::Number | Primitive::Unsigned => "INTEGER NOT NULL",
        Primitive::Float => "REAL NOT NULL",
    }
}

fn value(text: &str, primitive: Primitive) -> Value {
    let number = match primitive {
        Primitive::Number | Primitive::Unsigned => text.parse().ok().map(Value::Integer),
        Primitive::Float => text.parse().ok().map(Value::Real),
        Primitive::Symbol => None,
    };
    number.unwrap_or_else(|| Value::Text(text.to_owned()))
}

/// A name as an identifier.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_read_back() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.sqlite");
        let columns =
            [("na\"me".to_owned(), Primitive::Symbol), ("n".to_owned(), Primitive::Number)];
        let rows = [vec!["it's".to_owned(), "7".to_owned()]];
        let table = Saved { name: "order", columns: &columns, rows: &rows };
        std::fs::write(&path, sqlite(&[table])?)?;
        let read = Connection::open(&path)?.query_row("SELECT * FROM \"order\"", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })?;
        assert_eq!(read, ("it's".to_owned(), 7));
        Ok(())
    }
}
