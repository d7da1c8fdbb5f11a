//! Programs that run where somebody has installed them: Souffle, DuckDB.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether a program can be started.
pub fn is_there(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}

/// The command that evaluates a workload in a folder, its output the sizes of what it found.
pub fn command(engine: &str, workload: &str, folder: &Path) -> Option<Command> {
    let run = |program: &str, arguments: &[&OsStr]| {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).stderr(Stdio::null());
        command
    };
    match engine {
        "souffle" => Some(run("souffle", &["-j1", "-F.", "-D.", "program.dl"].map(OsStr::new))),
        "duckdb" => Some(run("duckdb", &["-c", query(workload)?].map(OsStr::new))),
        _ => None,
    }
}

/// A workload in SQL, if it can be said there.
fn query(workload: &str) -> Option<&'static str> {
    Some(match workload {
        "tc_rand" | "tc_chain" | "tc_grid" => {
            "SET threads = 1;
            CREATE TABLE edge AS SELECT * FROM read_csv('edge.facts', delim = '\\t', header = false,
                columns = {'x': 'UINTEGER', 'y': 'UINTEGER'});
            WITH RECURSIVE tc(x, y) AS (SELECT x, y FROM edge UNION
                SELECT tc.x, edge.y FROM tc JOIN edge ON tc.y = edge.x) SELECT count(*) FROM tc;"
        }
        "sg" => {
            "SET threads = 1;
            CREATE TABLE edge AS SELECT * FROM read_csv('edge.facts', delim = '\\t', header = false,
                columns = {'x': 'UINTEGER', 'y': 'UINTEGER'});
            WITH RECURSIVE sg(x, y) AS (SELECT a.y, b.y FROM edge a JOIN edge b ON a.x = b.x
                WHERE a.y <> b.y UNION SELECT a.y, b.y FROM sg JOIN edge a ON a.x = sg.x
                JOIN edge b ON b.x = sg.y) SELECT count(*) FROM sg;"
        }
        "agg" => {
            "SET threads = 1;
            CREATE TABLE sale AS SELECT * FROM read_csv('sale.facts', delim = '\\t', header = false,
                columns = {'id': 'UINTEGER', 's': 'UINTEGER', 'i': 'UINTEGER', 'p': 'UINTEGER'});
            SELECT 3 * count(*) FROM (SELECT s, i, count(*), min(p) FROM sale GROUP BY s, i);
            SELECT count(*) FROM (SELECT i, min(p) FROM sale GROUP BY i);"
        }
        _ => return None,
    })
}
