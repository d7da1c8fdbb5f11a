//! Tables as a SQLite database.

use std::io;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use crate::analyze::program::Relation;
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
        add(&transaction, table)?;
    }
    transaction.commit()?;
    Ok(connection.serialize("main")?.to_vec())
}

fn add(connection: &Connection, table: &Saved<'_>) -> rusqlite::Result<()> {
    let columns: Vec<String> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, (name, primitive))| {
            // SQLite rounds what is beyond its integers unless the column has no type.
            let fits =
                |row: &Vec<String>| row.get(at).is_none_or(|text| text.parse::<i64>().is_ok());
            let typed = *primitive != Primitive::Unsigned || table.rows.iter().all(fits);
            format!("{} {}", quoted(name), if typed { affinity(*primitive) } else { "NOT NULL" })
        })
        .collect();
    let name = quoted(table.name);
    connection.execute(&format!("CREATE TABLE {name} ({})", columns.join(", ")), [])?;
    let places = vec!["?"; table.columns.len()].join(", ");
    let mut insert = connection.prepare(&format!("INSERT INTO {name} VALUES ({places})"))?;
    for row in table.rows {
        let values = row.iter().zip(table.columns).map(|(text, (_, kind))| value(text, *kind));
        insert.execute(params_from_iter(values))?;
    }
    Ok(())
}

/// A database with a table of this name, which replaces one that is there already; made new where
/// there is none.
pub(super) fn with_table(before: Option<Vec<u8>>, table: &Saved<'_>) -> io::Result<Vec<u8>> {
    let mut connection = match &before {
        Some(bytes) if !bytes.is_empty() => open(bytes),
        _ => Connection::open_in_memory(),
    }
    .map_err(io::Error::other)?;
    fill(&mut connection, table).map_err(io::Error::other)
}

fn fill(connection: &mut Connection, table: &Saved<'_>) -> rusqlite::Result<Vec<u8>> {
    let transaction = connection.transaction()?;
    let name = quoted(table.name);
    transaction.execute(&format!("DROP TABLE IF EXISTS {name}"), [])?;
    add(&transaction, table)?;
    transaction.commit()?;
    Ok(connection.serialize("main")?.to_vec())
}

/// The rows of a table or view with the relation's name, a text a column, in their order; nothing
/// where there is a NULL.
pub(super) fn table(bytes: &[u8], relation: &Relation) -> io::Result<Vec<Vec<Option<String>>>> {
    let read = || -> rusqlite::Result<Result<Vec<Vec<Option<String>>>, String>> {
        if bytes.is_empty() {
            return Ok(Err("it is empty, so it has no tables".to_owned()));
        }
        let connection = open(bytes)?;
        let mut select =
            connection.prepare(&format!("SELECT * FROM {}", quoted(&relation.name)))?;
        let (found, wanted) = (select.column_count(), relation.arity());
        if found != wanted {
            let name = &relation.name;
            return Ok(Err(format!("the table `{name}` has {found} columns, not {wanted}")));
        }
        let row = |row: &rusqlite::Row<'_>| (0..wanted).map(|at| text(row.get_ref(at)?)).collect();
        let rows: rusqlite::Result<_> = select.query_map([], row)?.collect();
        Ok(Ok(rows?))
    };
    read().map_err(io::Error::other)?.map_err(io::Error::other)
}

fn open(bytes: &[u8]) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    connection.deserialize_read_exact("main", bytes, bytes.len(), false)?;
    Ok(connection)
}

fn text(value: ValueRef<'_>) -> rusqlite::Result<Option<String>> {
    Ok(match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
    })
}

fn affinity(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Symbol | Primitive::Record => "TEXT NOT NULL",
        Primitive::Number | Primitive::Unsigned => "INTEGER NOT NULL",
        Primitive::Float => "REAL NOT NULL",
    }
}

fn value(text: &str, primitive: Primitive) -> Value {
    let number = match primitive {
        Primitive::Number | Primitive::Unsigned => text.parse().ok().map(Value::Integer),
        // SQLite takes the number that is none for NULL.
        Primitive::Float => {
            text.parse().ok().filter(|number: &f64| !number.is_nan()).map(Value::Real)
        }
        Primitive::Symbol | Primitive::Record => None,
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
