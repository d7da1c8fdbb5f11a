//! The dossier: what the derivation framework prints for its worked designs comes out row by row, or
//! the difference is listed with its reason; every printed line can be explained; the tables are
//! read by SQLite; and nobody pays for it who does not ask.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;
#[path = "dossier/writes.rs"]
mod writes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use archlog::answers;
use archlog::change::Limits;
use archlog::explain::Why;
use archlog::kb::{Options, Part, Rulebook, Step};
use archlog::report::{Document, Format, Report};
use archlog::session::Session;
use common::dossier::{RULEBOOK, answered, derived};
use common::{files, read, root, stem};

/// The designs that the framework works out.
fn worked() -> Vec<PathBuf> {
    files("tests/dossier/delivery", "dl")
}

/// The records of a CSV file, by column.
fn records(path: &str) -> Vec<BTreeMap<String, String>> {
    let text = read(path);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn what_the_framework_prints_comes_out_row_by_row() {
    let sessions: BTreeMap<String, Session> =
        worked().iter().map(|path| (stem(path), derived(path))).collect();
    let mut wrong = Vec::new();
    for row in records("tests/dossier/rows.csv") {
        let (design, goal) = (&row["design"], &row["goal"]);
        let named = format!("{} {}: {goal}", row["table"], row["row"]);
        assert_eq!(row["verdict"] == "same", row["reason"].is_empty(), "{named}");
        assert!(
            ["same", "stated", "differs", "missing"].contains(&row["verdict"].as_str()),
            "{named}"
        );
        assert!(row["verdict"] == "missing" || !goal.is_empty(), "{named}");
        if goal.is_empty() {
            continue;
        }
        let table =
            sessions[design].query(goal).unwrap_or_else(|error| panic!("{named} {error:?}"));
        if table.rows.is_empty() {
            wrong.push(named);
        }
    }
    assert!(wrong.is_empty(), "these do not come out:\n{}", wrong.join("\n"));
}

#[test]
fn the_page_says_how_near_it_comes() {
    let rows = records("tests/dossier/rows.csv");
    let count = |verdict: &str| rows.iter().filter(|row| row["verdict"] == verdict).count();
    let said = format!(
        "Of {} rows {} come out the same, {} in words that the design states, {} differ and {} are missing.",
        rows.len(),
        count("same"),
        count("stated"),
        count("differs"),
        count("missing")
    );
    let page = read("docs/dossier.md").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains(&said), "docs/dossier.md should say: {said}");
}

#[test]
fn no_row_that_the_framework_prints_is_passed_over() {
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    for row in records("tests/dossier/rows.csv") {
        let named = (row["table"].clone(), row["row"].clone());
        assert!(known.insert(named.clone()), "{named:?} stands twice");
    }
    for table in records("tests/dossier/tables.csv") {
        let name = &table["table"];
        for row in records(&format!("facts/derivation/{name}.csv")) {
            let parts = table["columns"].split('|').map(|column| row[column].as_str());
            let key = (name.clone(), parts.collect::<Vec<_>>().join(" | "));
            assert!(known.remove(&key), "{key:?} is in no row of tests/dossier/rows.csv");
        }
    }
    assert!(known.is_empty(), "the framework prints none of these: {known:?}");
}

#[test]
fn every_printed_relation_can_be_explained() {
    let session = derived(&root().join("tests/dossier/delivery/auction.dl"));
    let explained = session.explained(0).unwrap();
    let sheets = RULEBOOK.sheets.iter().filter(|sheet| sheet.step.is_some());
    let mut explained_rows = 0;
    for sheet in sheets {
        let goal: Vec<&str> = RULEBOOK.program.relations[sheet.relation.index()]
            .columns
            .iter()
            .map(|_| "_")
            .collect();
        let pattern = session.pattern(&format!("{}({})", sheet.name, goal.join(", "))).unwrap();
        let rows = session.matching(0, pattern.relation, &pattern.values);
        for row in rows.iter().take(2) {
            let mut why = Why::new(&explained);
            let answer = answers::explain_rows(&mut why, &pattern, &[*row], false);
            assert_eq!(answer.trees.len(), 1, "{}", sheet.name);
            explained_rows += 1;
        }
    }
    assert!(explained_rows > 60, "{explained_rows}");
}

#[test]
fn all_twenty_steps_have_something_to_say() {
    let steps: BTreeSet<i64> = RULEBOOK
        .sheets
        .iter()
        .filter_map(|sheet| match sheet.step {
            Some(Step::Number(number)) => Some(number),
            _ => None,
        })
        .collect();
    // What is of step 0 stands before all.
    assert_eq!(steps, (0..=20).collect());
    let session = derived(&root().join("tests/dossier/delivery/auction.dl"));
    assert_eq!(answers::step_numbers(&session, 0), (1..=20).collect::<Vec<_>>());
    for step in 1..=20 {
        let sections = answers::dossier(&session, 0, Some(step)).unwrap();
        assert!(sections.len() > 1, "step {step} prints nothing");
    }
    assert!(answers::dossier(&session, 0, Some(21)).is_none());
}

#[test]
fn the_tables_of_every_design_are_read_by_sqlite() {
    let designs = files("designs", "dl").into_iter().chain(worked());
    for path in designs.filter(|path| stem(path) != "wrong") {
        let sql = answers::sql(&derived(&path), 0);
        let database = rusqlite::Connection::open_in_memory().unwrap();
        database
            .execute_batch(&format!("PRAGMA foreign_keys = ON;\n{sql}"))
            .unwrap_or_else(|error| panic!("{}: {error}\n{sql}", path.display()));
    }
}

/// A program of PostgreSQL's server, which some systems keep out of the path; as somebody without
/// rights where we have all of them, as it refuses to run so.
fn of_the_server(program: &str) -> Command {
    let found = |folder: PathBuf| Some(folder.join(program)).filter(|it| it.is_file());
    let mut folders: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    folders.extend(versions.filter_map(|it| Some(it.ok()?.path().join("bin"))));
    let path = folders.into_iter().find_map(found).unwrap_or(PathBuf::from(program));
    let mut command = Command::new(path);
    #[cfg(unix)]
    if all_rights() {
        use std::os::unix::process::CommandExt;
        command.uid(NOBODY).gid(NOBODY).current_dir("/");
    }
    command
}

/// The user and the group without rights.
#[cfg(unix)]
const NOBODY: u32 = 65534;

/// Whether this process may do everything: what it makes belongs to the first of all users.
#[cfg(unix)]
fn all_rights() -> bool {
    use std::os::unix::fs::MetadataExt;
    tempfile::tempdir().and_then(|it| it.path().metadata()).is_ok_and(|it| it.uid() == 0)
}

/// Lets whoever runs the server write in a folder.
fn hand_over(folder: &Path) -> Result<(), String> {
    #[cfg(unix)]
    if all_rights() {
        let given = std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY));
        given.map_err(|error| error.to_string())?;
    }
    let _ = folder;
    Ok(())
}

/// A PostgreSQL server of our own, without a network, that ends with the test.
struct Server {
    _folder: tempfile::TempDir,
    process: std::process::Child,
    connection: String,
}

impl Server {
    /// Starts one in a folder of its own, or says why there is none.
    fn start() -> Result<Server, String> {
        let run = |mut command: Command, arguments: &[&str]| {
            let program = command.get_program().to_string_lossy().into_owned();
            let output = command.args(arguments).output();
            let output = output.map_err(|error| format!("`{program}` does not start: {error}"))?;
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().next().unwrap_or("no reason given").to_owned();
            output.status.success().then_some(()).ok_or(format!("`{program}`: {said}"))
        };
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        hand_over(folder.path())?;
        let (data, sockets) = (folder.path().join("data"), folder.path().display().to_string());
        let data = data.display().to_string();
        let made = ["-D", &data, "-U", "archlog", "-A", "trust", "-E", "UTF8", "--no-sync"];
        run(of_the_server("initdb"), &made)?;
        let mut process = of_the_server("postgres");
        process.args(["-D", &data, "-k", &sockets, "-h", "", "-F"]);
        process.stdout(Stdio::null()).stderr(Stdio::null());
        let process = process.spawn().map_err(|error| format!("`postgres`: {error}"))?;
        let connection = format!("host={sockets} user=archlog dbname=postgres");
        let server = Server { _folder: folder, process, connection };
        let ready = |_| {
            std::thread::sleep(Duration::from_millis(100));
            run(Command::new("psql"), &[&server.connection, "-c", "SELECT 1"]).is_ok()
        };
        let answers = (0..300).any(ready);
        answers.then_some(server).ok_or("`postgres` does not answer".to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where `ARCHLOG_POSTGRES` says how to connect to a PostgreSQL server it is asked, and nothing stays
/// in it; else the test starts its own where PostgreSQL is installed.
#[test]
fn the_tables_of_every_design_are_read_by_postgresql_where_there_is_one() {
    let server = match std::env::var("ARCHLOG_POSTGRES") {
        Ok(_) => None,
        Err(_) => match Server::start() {
            Ok(server) => Some(server),
            Err(reason) => {
                println!("skipped, PostgreSQL does not run here: {reason}");
                return;
            }
        },
    };
    let own = server.as_ref().map(|server| server.connection.clone());
    let connection = own.unwrap_or_else(|| std::env::var("ARCHLOG_POSTGRES").unwrap());
    let designs = files("designs", "dl").into_iter().chain(worked());
    for path in designs.filter(|path| stem(path) != "wrong") {
        let sql = answers::sql(&derived(&path), 0);
        let within = format!("BEGIN;\nCREATE SCHEMA a;\nSET search_path = a;\n{sql}\nROLLBACK;\n");
        let output = Command::new("psql")
            .args([&connection, "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-c", &within])
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {errors}\n{sql}", path.display());
    }
}

#[test]
fn the_tables_keep_what_the_auction_must_keep() {
    let session = derived(&root().join("tests/dossier/delivery/auction.dl"));
    let database = rusqlite::Connection::open_in_memory().unwrap();
    let sql = answers::sql(&session, 0);
    database.execute_batch(&format!("PRAGMA foreign_keys = ON;\n{sql}")).unwrap();
    let bid = |id: &str, auction: &str, request: &str| {
        let (columns, values) =
            ("bid_id, auction_id, bidder_id, amount, created_at, status, request_id", "u");
        database.execute(
            &format!("INSERT INTO bid ({columns}) VALUES (?, ?, '{values}', 7, '2026-01-01', 'PENDING', ?)"),
            [id, auction, request],
        )
    };
    let auction = "INSERT INTO auction (auction_id, seller_id, starting_price, end_time, status, \
                   current_highest, version, created_at) VALUES ('a', 's', 1, '2026-01-02', ?, 1, 1, '2026-01-01')";
    assert!(database.execute(auction, ["SOLD"]).is_err(), "no such state");
    database.execute(auction, ["OPEN"]).unwrap();
    bid("b1", "a", "r1").unwrap();
    assert!(bid("b2", "a", "r1").is_err(), "a retry is one bid");
    assert!(bid("b3", "none", "r2").is_err(), "a bid is on an auction");
}

#[test]
fn nobody_pays_for_it_who_does_not_ask() {
    let options = Options { part: Part::Derivation, ..Options::default() };
    let rulebook = Rulebook::load(&options).unwrap();
    let names = rulebook.program.relations.iter().map(|relation| relation.name.as_str());
    assert_eq!(names.filter(|name| name.starts_with("dossier_")).count(), 0);
}

#[test]
fn the_five_questions_are_asked_and_assumed_like_any_other() {
    let session = derived(&root().join("designs/auction.dl"));
    let options = archlog::eval::Options::default();
    let (questions, ledger) = session.ask(0, &options, &|_| ()).unwrap();
    let choices = &ledger.choices.choices;
    let asked: Vec<&str> =
        questions.iter().map(|question| choices[question.choice].field.as_str()).collect();
    assert!(asked.contains(&"Q2: Slow degradation of downstream service"), "{asked:?}");
    let assumed = session.query(r#"assumption("place_bid", Q, "No"), contains("Q2: Slow", Q)"#);
    assert_eq!(assumed.unwrap().rows.len(), 1);
    let of = |name: &str| {
        let place = asked.iter().position(|field| field.ends_with(name)).unwrap();
        questions.get(place).unwrap()
    };
    let breaker = of("Slow degradation of downstream service");
    assert!(breaker.waiting > 0 && breaker.answers[0].change.add.len() == 1, "{breaker:?}");
    assert!(Limits::from_options(&options).check().is_ok());

    // Nothing is taken from the conclusions that the others are about.
    let mut plain = Session::new(Arc::new(Rulebook::load(&Options::default()).unwrap()));
    assert!(plain.open(&root().join("designs/auction-minimal.dl")));
    let with = derived(&root().join("designs/auction-minimal.dl"));
    let told = |session: &Session| -> Vec<String> {
        let ledger = session.ledger(0, &options, &|_| ()).unwrap();
        let relations = &session.rulebook().program.relations;
        let entries = ledger.entries.iter().map(|entry| {
            let name = &relations[entry.relation.index()].name;
            format!("{name}{:?} {:?} {}", entry.values, entry.label, entry.now)
        });
        entries.filter(|entry| !entry.starts_with("dossier_")).collect()
    };
    assert_eq!(told(&plain), told(&with));
}

/// The same of a design that is given as text.
fn told(design: &str, goals: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.dl");
    std::fs::write(&path, design).unwrap();
    answered(path.to_str().unwrap(), goals);
}

#[test]
fn a_path_with_one_writer_compares_nothing_and_locks_nothing() {
    answered(
        "designs/key-value-cache.dl",
        &[
            r#"dossier_algorithm("put", 1, 1, "function put(key, payload):")"#,
            r#"dossier_algorithm("put", 2, 1, L), contains("owner = route(key)", L)"#,
            r#"dossier_message("put", _, "owner of the partition", "KeyEntry", "write KeyEntry, one request after the other", _, _, _)"#,
            r#"!dossier_algorithm("evict", _, _, L), contains("expected_version", L)"#,
        ],
    );
    answered(
        "designs/mobile-rollout.dl",
        &[
            r#"dossier_specified("advance_wave", "Atomic update", "Rollout, by its only writer")"#,
            r#"dossier_algorithm("advance_wave", 2, 1, L), contains("has one writer", L)"#,
            r#"dossier_algorithm("advance_wave", 4, 1, L), contains("return rejection_reason(payload)", L)"#,
            r#"dossier_message("advance_wave", 100, "service", "Rollout", _, _, _, _)"#,
        ],
    );
}

#[test]
fn a_claim_is_numbered_and_a_stale_holder_is_refused() {
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"dossier_algorithm("dispatch_driver", 21, 1, L), contains("claim_id", L)"#,
            r#"dossier_message("dispatch_driver", 80, "service", "lease store", _, _, _, _)"#,
            r#"dossier_message("dispatch_driver", 100, "lease store", "service", "claim_id, the fencing token", _, _, _)"#,
            r#"dossier_message("dispatch_driver", 310, "Driver", "service", "reject", G, "stale holder refused", "yes"), contains("claim_id", G)"#,
            r#"dossier_message("dispatch_driver", 320, "Driver", _, _, "its TTL is over", "free for the next claim once it goes to available", "yes")"#,
        ],
    );
    let none = r#"!dossier_message(_, _, _, _, M, _, _, _), contains("claim_id", M)"#;
    answered("designs/auction.dl", &[none]);
}

#[test]
fn what_moves_a_state_machine_makes_its_own_transitions_and_no_other() {
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_template("expire_holds", 2, _)"#,
            r#"dossier_algorithm("expire_holds", 2, _, "  HELD: [FREE],")"#,
            r#"!dossier_algorithm("expire_holds", 2, _, L), contains("SOLD", L)"#,
            r#"!dossier_algorithm("expire_holds", 6, _, L), contains("new_state", L)"#,
            r#"dossier_algorithm("expire_holds", 8, _, "  new_state = FREE")"#,
            r#"dossier_algorithm("expire_holds", 9, _, L), contains("the hold runs out", L)"#,
            // A repeat finds the state, so no key is asked for and none is made up.
            r#"dossier_duplicate("expire_holds", "the state: FREE", _)"#,
            r#"!dossier_algorithm("expire_holds", _, _, L), contains("request_id", L)"#,
            r#"!dossier_message("expire_holds", _, _, "idempotency store", _, _, _, _)"#,
            r#"dossier_template("confirm_seat", 1, _)"#,
            r#"dossier_algorithm("confirm_seat", 13, 1, "  // status goes from HELD to SOLD")"#,
            // Each transition is some path's.
            r#"!dossier_lifecycle_line("Seat", _, _, _, _)"#,
            r#"!dossier_open(8, _, M), contains("moves", M)"#,
        ],
    );
}

#[test]
fn a_path_that_does_not_say_what_it_moves_is_open_and_may_make_any_transition_of_its_object() {
    let design = |more: &str| {
        format!(
            "design(\"d\", \"D\").\n\
             need(\"close\", 1, \"user\", \"state transition\", \"C1\", \"User closes it\").\n\
             on(\"close\", \"Door\").\ngoverning_object(\"close\", \"Door\").\n\
             object(\"Door\", \"process\").\nscope(\"Door\", \"instance\", \"door_id\").\n\
             context(\"Topology\", \"single service distributed\").\n\
             judgement(\"close\", \"winner_loser\", \"Yes\").\n\
             transition(\"Door\", \"OPEN\", \"SHUT\", \"somebody shuts it\").\n\
             transition(\"Door\", \"SHUT\", \"OPEN\", \"somebody opens it\").\n{more}\n"
        )
    };
    let missing =
        r#"dossier_open(8, "close", M), contains("which transitions of Door it makes", M)"#;
    told(&design(""), &[missing, r#"dossier_algorithm("close", 2, _, "  SHUT: [OPEN],")"#]);
    told(
        &design(r#"moves("close", "OPEN", "SHUT")."#),
        &[
            &format!("!{missing}"),
            r#"dossier_algorithm("close", 2, _, "  OPEN: [SHUT],")"#,
            r#"!dossier_algorithm("close", 2, _, "  SHUT: [OPEN],")"#,
            // The other way is a transition that no path makes.
            r#"dossier_lifecycle_line("Door", "SHUT", "OPEN", _, L), contains("somebody opens it", L)"#,
            r#"!dossier_lifecycle_line("Door", "OPEN", "SHUT", _, _)"#,
        ],
    );
    told(
        &design(r#"moves("close", "SHUT", "BURNT")."#),
        &[r#"dossier_open(8, "close", M), contains("no stated transition", M)"#],
    );
}

#[test]
fn a_transition_that_no_path_makes_has_an_algorithm() {
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_lifecycle_line("Auction", "OPEN", "ENDED", 1, "function Auction_OPEN_to_ENDED(auction_id):  // by whom is open")"#,
            r#"dossier_lifecycle_line("Auction", "OPEN", "ENDED", _, L), contains("end_time reached", L)"#,
            r#"dossier_lifecycle_line("Auction", "OPEN", "ENDED", _, L), contains("expected_version", L)"#,
            r#"dossier_8_algorithms(_, L, _, _, _), contains("Auction, OPEN to ENDED", L)"#,
        ],
    );
    answered(
        "designs/ride-dispatch.dl",
        &[
            // The holder presents the number of the claim; what ends the claim leaves no holder.
            r#"dossier_lifecycle_line("Driver", "dispatched", "on_trip", _, L), contains("claim_id != current.claim_id", L)"#,
            r#"dossier_lifecycle_line("Driver", "dispatched", "available", _, L), contains("lease_store.release(driver_id", L)"#,
            r#"dossier_lifecycle_line("Driver", "dispatched", "available", _, L), contains("lease_store.holds(driver_id)", L)"#,
            r#"!dossier_lifecycle_line("Driver", "available", "dispatched", _, _)"#,
        ],
    );
}

#[test]
fn what_a_path_writes_besides_is_written_in_one_transaction_with_its_outcome() {
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_algorithm("place_bid", 22, _, L), contains("Bid.append(bid_id, sequence, payload, accepted)", L), contains("in the same transaction", L)"#,
            r#"dossier_algorithm("place_bid", 10, _, L), contains("Bid.append(bid_id, payload, rejected)", L)"#,
            r#"dossier_algorithm("place_bid", 22, _, L), contains("idempotency_store.set", L), contains("in the same transaction", L)"#,
            r#"dossier_message("place_bid", 190, "service", "Bid", _, _, _, _)"#,
        ],
    );
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_algorithm("hold_seat", 22, _, L), contains("SeatHold.set(", L)"#,
            r#"dossier_specified("hold_seat", "Atomic update", "SeatHold, in the same transaction")"#,
        ],
    );
}

#[test]
fn a_key_is_looked_up_within_its_scope_and_what_nobody_states_says_so() {
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_algorithm("place_bid", 3, _, L), contains("get(request_id, auction_id)", L)"#,
            r#"dossier_key("IdempotencyRecord", "primary", _, "auction_id")"#,
            r#"dossier_key("Bid", "unique", _, "auction_id")"#,
            r#"dossier_algorithm("place_bid", 22, _, L), contains("24h is the template's default", L)"#,
            r#"dossier_algorithm("place_bid", 27, _, L), contains("the framework's example", L)"#,
        ],
    );
    // Where they are stated, nothing is said of a default.
    answered(
        "tests/dossier/delivery/auction.dl",
        &[
            r#"dossier_algorithm("place_bid", 22, _, L), contains("ttl=24h", L)"#,
            r#"!dossier_algorithm("place_bid", _, _, L), contains("default", L)"#,
            r#"!dossier_algorithm("place_bid", _, _, L), contains("example", L)"#,
        ],
    );
    answered(
        "designs/auction-minimal.dl",
        &[
            r#"dossier_algorithm("place_bid", 1, _, L), contains("request_id is the template's word", L)"#,
        ],
    );
    // Nothing is asked for twice, and what is looked up comes in.
    answered(
        "designs/checkout-saga.dl",
        &[
            r#"dossier_algorithm("cancel_order", 1, 1, "function cancel_order(order_id, payload):")"#,
            r#"dossier_algorithm("place_order", 1, 1, "function place_order(checkout_id, cart_id, steps):")"#,
            r#"dossier_algorithm("place_order", 12, 3, L), contains("idempotency_store.set_if_absent(checkout_id, cart_id, succeeded, ttl=24h)", L)"#,
        ],
    );
    // An event is known by its own ID, which the schema has.
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"dossier_algorithm("ping_location", 4, _, "  LocationPing.append(ping_id, payload)")"#,
            r#"!dossier_algorithm("ping_location", _, _, L), contains("event_id", L)"#,
            r#"dossier_duplicate("ping_location", "ping_id", "Skip if already processed")"#,
            r#"dossier_key("LocationPing", "primary", 1, "ping_id")"#,
        ],
    );
}

#[test]
fn a_lease_is_called_alike_in_the_algorithm_and_in_the_schema() {
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_algorithm("hold_seat", 16, 1, L), contains("held_by is null or hold_expires_at <= server_time", L)"#,
            r#"dossier_column("Seat", _, "hold_token", "Integer", "fencing token")"#,
            r#"!dossier_column("Seat", _, "claim_id", _, _)"#,
            r#"!dossier_open(9, "Seat", M), contains("no column", M)"#,
        ],
    );
    // The key of a path has the name that the token would have had.
    let token = r#"dossier_column("JobRun", _, "lease_claim_id", "Integer", "fencing token")"#;
    answered("tests/dossier/open/job-scheduler.dl", &[token]);
    // Where no field ends the claim, it is in a store of leases, and the row has the token alone.
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"dossier_algorithm("dispatch_driver", 12, 2, L), contains("lease_store.claim(driver_id, caller", L)"#,
            r#"dossier_algorithm("dispatch_driver", 16, 1, L), contains("claim_id = state.claim_id and claim_id < claim.claim_id", L)"#,
            r#"dossier_column("Driver", _, "claim_id", _, _)"#,
            r#"!dossier_column("Driver", _, "claimed_by", _, _)"#,
            r#"!dossier_open(9, "Driver", M), contains("claim_expires_at", M)"#,
        ],
    );
}

#[test]
fn what_a_predicate_reads_is_in_the_schema_or_open() {
    answered(
        "designs/hotel-booking.dl",
        &[r#"dossier_open(9, "RoomNight", M), contains("no column hold_token", M)"#],
    );
    answered(
        "tests/dossier/open/job-scheduler.dl",
        &[r#"dossier_open(9, "due", M), contains("no object with a table is called run", M)"#],
    );
    let design = "design(\"d\", \"D\").\n\
         need(\"close\", 1, \"user\", \"state transition\", \"C1\", \"User closes it\").\n\
         on(\"close\", \"Door\").\nobject(\"Door\", \"process\").\nscope(\"Door\", \"instance\", \"door_id\").\n\
         rule(\"open\", \"close\", \"eligibility\").\nslot(\"open\", \"action\", \"close\").\n\
         slot(\"open\", \"predicate\", \"door.status = Open\").\nslot(\"open\", \"scope\", \"door_id\").\n\
         transition(\"Door\", \"OPEN\", \"SHUT\", \"somebody shuts it\").\n";
    told(
        design,
        &[
            r#"dossier_open(8, "Door", M), contains("no state Open", M)"#,
            r#"!dossier_open(9, "Door", M), contains("status", M)"#,
        ],
    );
}

#[test]
fn who_may_is_asked_before_anything_else() {
    answered(
        "designs/url-shortener.dl",
        &[
            r#"dossier_algorithm("edit_target", 1, K, L), contains("not (user created the link)", L), K > 1"#,
            r#"dossier_specified("edit_target", "Validation", "user created the link")"#,
            r#"!dossier_algorithm("record_click", 1, _, L), contains("forbidden()", L)"#,
        ],
    );
}

#[test]
fn a_key_that_nobody_gives_a_type_has_that_of_its_name() {
    answered(
        "designs/url-shortener.dl",
        &[
            r#"dossier_column("LinkTarget", _, "code", "String", _)"#,
            r#"dossier_column("Click", _, "code", "String", "names its ShortLink, in another store")"#,
            r#"dossier_column("Click", _, "click_id", "UUID", _)"#,
        ],
    );
    answered(
        "designs/ticketing.dl",
        &[r#"dossier_column("SeatHold", _, "seat_number", "String", _)"#],
    );
}

#[test]
fn every_pair_of_states_is_allowed_or_forbidden() {
    for path in all_designs() {
        let session = derived(&path);
        let either = r#"dossier_state_of(O, A), dossier_state_of(O, B), A != B, dossier_state(O, A, "No"), !dossier_transition(O, A, B, _), !dossier_forbidden(O, A, B, _)"#;
        assert!(session.query(either).unwrap().rows.is_empty(), "{}", path.display());
        let terminal = r#"dossier_state(O, A, "Yes"), !dossier_forbidden(O, A, "any", _)"#;
        assert!(session.query(terminal).unwrap().rows.is_empty(), "{}", path.display());
    }
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_forbidden("Auction", "CREATED", "ENDED", "not among the allowed transitions")"#,
        ],
    );
}

#[test]
fn no_requirement_and_no_constraint_is_lost() {
    let design = "design(\"d\", \"D\").\n\
         need(\"count\", 1, \"system\", \"append event\", \"C2\", \"Every click is counted\").\n\
         on(\"count\", \"Click\").\nobject(\"Click\", \"event\").\n\
         requirement(\"see\", 2, \"Somebody sees it\").\nactor(\"see\", \"ghost\").\n\
         constraint(\"freshness\", \"a count may be a minute old\").\n";
    told(
        design,
        &[
            r#"dossier_open(1, "count", M), contains("it is C2", M)"#,
            r#"dossier_open(1, "see", M), contains("the actor \"ghost\" is none", M)"#,
            r#"!dossier_open(1, "see", M), contains("no actor", M)"#,
            r#"dossier_open(1, "see", M), contains("no priority class", M)"#,
            r#"dossier_constraint("freshness", "a count may be a minute old")"#,
        ],
    );
    let asked_for = design.to_owned() + "retained(\"count\").\n";
    told(&asked_for, &[r#"!dossier_open(1, "count", M), contains("it is C2", M)"#]);
}

#[test]
fn a_table_has_one_partition_key_and_it_names_columns() {
    for path in all_designs() {
        let session = derived(&path);
        let named = path.display();
        let twice = "dossier_partition_key(T, A, _), dossier_partition_key(T, B, _), A != B";
        assert!(session.query(twice).unwrap().rows.is_empty(), "{named}");
        let lost = r#"dossier_key(T, "partition", _, C), !dossier_column(T, _, C, _, _)"#;
        assert!(session.query(lost).unwrap().rows.is_empty(), "{named}");
        let keyless = r#"dossier_table(T, _, "source-of-truth"), dossier_key(T, "primary", _, _), !dossier_partition_key(T, _, _)"#;
        let rows = session.query(keyless).unwrap().rows;
        assert!(rows.is_empty(), "{named}: {rows:?}");
    }
    answered("designs/auction.dl", &[r#"dossier_partition_key("Bid", "auction_id", _)"#]);
    answered(
        "designs/chat.dl",
        &[
            // A record without an id is known by the key that a retry carries, within its scope.
            r#"dossier_key("Message", "primary", 1, "client_message_id")"#,
            r#"dossier_key("Message", "primary", 11, "conversation_id")"#,
            r#"dossier_partition_key("Message", "conversation_id", _)"#,
            r#"!dossier_key("Message", "unique", _, _)"#,
        ],
    );
    // What is created by the key of its repeats needs no other record of them.
    let other = r#"!dossier_table("IdempotencyRecord_release_due", _, _)"#;
    answered(
        "designs/job-scheduler.dl",
        &[other, r#"dossier_own_record("release_due", "JobRun")"#],
    );
    answered(
        "designs/ride-dispatch.dl",
        &[r#"dossier_partition_key("LocationPing", "driver_id", "record of Driver")"#],
    );
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_partition_key("Seat", "(event_id, seat_number)", _)"#,
            r#"dossier_key("SeatHold", "primary", 2, "seat_number")"#,
        ],
    );
}

#[test]
fn every_table_that_is_created_has_a_primary_key() {
    let mut seen = 0;
    for path in all_designs() {
        let sql = answers::sql(&derived(&path), 0);
        for table in sql.split("CREATE TABLE ").skip(1) {
            let body = table.split(");").next().unwrap();
            assert!(body.contains("PRIMARY KEY"), "{}: {body}", path.display());
            seen += 1;
        }
        let mut indices: Vec<&str> =
            sql.lines().filter_map(|line| line.strip_prefix("CREATE INDEX ")).collect();
        let all = indices.len();
        indices.dedup_by_key(|line| line.split(" ON ").next().unwrap());
        assert_eq!(all, indices.len(), "{}", path.display());
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn a_saga_stores_that_it_failed_and_publishes_that_it_succeeded() {
    for (design, path) in
        [("designs/checkout-saga.dl", "place_order"), ("designs/hotel-booking.dl", "book_room")]
    {
        let line = |part: &str, line: &str| {
            format!(r#"dossier_algorithm("{path}", {part}, L), contains("{line}", L)"#)
        };
        let kept = line("13, 8", ", failed, ttl=");
        let told = line("12, 4", "outbox.append(");
        answered(design, &[&kept, &told]);
    }
}

#[test]
fn every_algorithm_is_called_like_its_path_and_every_path_has_one() {
    let mut seen = 0;
    for path in all_designs() {
        let session = derived(&path);
        let lacking = session.query("dossier_mechanism(Req, _), !dossier_template(Req, _, _)");
        assert!(lacking.unwrap().rows.is_empty(), "{}", path.display());
        let heads = session.query(
            r#"dossier_template(Req, _, _), dossier_algorithm(Req, _, _, Line), contains(cat("function ", Req, "("), Line)"#,
        );
        let of = session.query("dossier_template(Req, _, _), dossier_template(Req, T, _)").unwrap();
        let mut paths: Vec<String> = of.rows.iter().map(|row| row[0].to_string()).collect();
        paths.dedup();
        let mut named: Vec<String> =
            heads.unwrap().rows.iter().map(|row| row[0].to_string()).collect();
        named.dedup();
        assert_eq!(paths, named, "{}", path.display());
        seen += paths.len();
    }
    assert!(seen > 30, "{seen}");
}

/// What the dossier of a design is in a format.
fn written(path: &Path, format: Format) -> String {
    let session = derived(path);
    let sections = answers::dossier(&session, 0, None).unwrap();
    let documents = vec![Document { name: stem(path), title: stem(path), sections }];
    let report = Report { stamp: session.stamp(), documents, explanations: Vec::new() };
    format.whole(&report)
}

/// All designs that a dossier is written of here.
fn all_designs() -> impl Iterator<Item = PathBuf> {
    let designs = files("designs", "dl").into_iter().chain(worked());
    designs.filter(|path| stem(path) != "wrong")
}

#[test]
fn the_page_is_well_formed_and_stands_alone() {
    for path in all_designs() {
        let page = written(&path, Format::Html);
        // Elements without an end are closed, so that the page can be read as XML, which forgives less.
        let mut closed = String::new();
        for (place, part) in page.split('<').enumerate() {
            let void = ["meta ", "img ", "br>"].iter().any(|tag| part.starts_with(tag));
            let part = if void { part.replacen('>', "/>", 1) } else { part.to_owned() };
            let declared = part.starts_with("!doctype html>");
            match place {
                0 => closed.push_str(&part),
                _ if declared => {}
                _ => closed.push_str(&format!("<{part}")),
            }
        }
        let named = path.display();
        let tree = roxmltree::Document::parse(&closed).unwrap_or_else(|it| panic!("{named}: {it}"));
        let mut ids = BTreeSet::new();
        for element in tree.descendants().filter(roxmltree::Node::is_element) {
            let name = element.tag_name().name();
            if let Some(id) = element.attribute("id") {
                assert!(!id.contains(char::is_whitespace) && ids.insert(id), "{named}: {id}");
            }
            let inside = |of: &str| element.parent_element().is_some_and(|it| it.has_tag_name(of));
            match name {
                "td" | "th" => assert!(inside("tr"), "{named}: {name}"),
                "dt" | "dd" => assert!(inside("dl"), "{named}: {name}"),
                "li" => assert!(inside("ul"), "{named}: {name}"),
                "table" | "pre" | "dl" | "ul" | "p" | "h4" => {
                    assert!(
                        inside("section") || inside("nav") || inside("body"),
                        "{named}: {name}"
                    );
                }
                "img" => {
                    assert!(element.attribute("alt").is_some_and(|it| !it.is_empty()), "{named}");
                    let drawing = element.attribute("src").unwrap();
                    assert!(drawing.starts_with("data:image/svg+xml,"), "{named}: {drawing}");
                }
                "script" | "link" | "iframe" => panic!("{named}: {name}"),
                _ => {}
            }
        }
        for link in tree.descendants().filter_map(|element| element.attribute("href")) {
            assert!(link.strip_prefix('#').is_some_and(|id| ids.contains(id)), "{named}: {link}");
        }
        for row in tree.descendants().filter(|element| element.has_tag_name("table")) {
            let rows = row.descendants().filter(|element| element.has_tag_name("tr"));
            let widths: BTreeSet<usize> = rows
                .map(|row| row.children().filter(roxmltree::Node::is_element).count())
                .collect();
            assert_eq!(widths.len(), 1, "{named}: a table of rows of several lengths");
        }
    }
}

/// Whether a text of a diagram holds nothing that Mermaid would take for more than text.
fn plain(text: &str) -> bool {
    let mut rest = String::new();
    let guarded = text.split_once("<br/>[").and_then(|it| Some((it.0, it.1.strip_suffix(']')?)));
    let text = guarded.map_or(text.to_owned(), |(said, guard)| format!("{said} {guard}"));
    for (place, part) in text.replace("<br/>", " ").split('#').enumerate() {
        match (place, part.split_once(';')) {
            (0, _) => rest.push_str(part),
            (_, Some((code, after))) if !code.is_empty() && code.parse::<u32>().is_ok() => {
                // Whatever was written by its number is a letter to the words beside it.
                rest.push('x');
                rest.push_str(after);
            }
            _ => return false,
        }
    }
    let word = |word: &str| word.eq_ignore_ascii_case("end");
    !rest.contains(['"', ';', '<', '>', '[', ']', '{', '}', '|', '`', '%', '\\'])
        && !rest.split(|character: char| !character.is_alphanumeric()).any(word)
}

/// Reads a diagram as strictly as what is written of Mermaid's grammar; the first line that is none of it.
fn misread(diagram: &str) -> Option<&str> {
    let mut lines = diagram.lines();
    let kind = lines.next()?;
    let (mut known, mut classes, mut open) = (BTreeSet::new(), BTreeSet::new(), 0);
    let quoted = |text: &str| {
        let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        inner.is_some_and(plain)
    };
    let mut used = Vec::new();
    for line in lines {
        let read = match (kind, line.trim_start().split_once(' ')) {
            (_, None) if kind == "sequenceDiagram" && line.trim() == "end" => {
                open -= 1;
                open == 0
            }
            ("flowchart LR", None) | ("flowchart LR", Some(_)) if line.contains("\"]:::") => {
                let parts = line.trim().split_once('[').and_then(|(id, rest)| {
                    let (label, class) = rest.rsplit_once("]:::")?;
                    Some((id, label, class))
                });
                let Some((id, label, class)) = parts else { return Some(line) };
                classes.insert(class);
                known.insert(id.to_owned()) && quoted(label)
            }
            ("flowchart LR", Some(("classDef", rest))) => {
                rest.split_once(' ').is_some_and(|(class, _)| classes.contains(class))
            }
            ("flowchart LR", Some((from, rest))) => {
                let Some(rest) = rest.strip_prefix("-->") else { return Some(line) };
                let (label, to) = match rest.strip_prefix('|') {
                    Some(rest) => rest.rsplit_once("| ").unwrap_or(("", rest)),
                    None => ("\"\"", rest.trim_start()),
                };
                quoted(label) && known.contains(from) && known.contains(to)
            }
            ("sequenceDiagram", Some(("participant", rest))) => {
                let parts = rest.split_once(" as ");
                parts.is_some_and(|(id, name)| known.insert(id.to_owned()) && plain(name))
            }
            ("sequenceDiagram", Some(("opt", text))) => {
                open += 1;
                open == 1 && plain(text)
            }
            ("sequenceDiagram", Some(("Note", rest))) => {
                let parts = rest.strip_prefix("over ").and_then(|rest| rest.split_once(": "));
                parts.is_some_and(|(ids, text)| {
                    used.extend(ids.split(',').map(str::to_owned));
                    plain(text)
                })
            }
            ("sequenceDiagram", Some((arrow, text))) => {
                let ends = arrow.strip_suffix(':').and_then(|arrow| arrow.split_once("->>"));
                ends.is_some_and(|(from, to)| {
                    used.extend([from.to_owned(), to.to_owned()]);
                    plain(text)
                })
            }
            _ => false,
        };
        if !read {
            return Some(line);
        }
    }
    match open != 0 || used.iter().any(|id| !known.contains(id)) {
        true => Some("a block without an end, or somebody who takes no part"),
        false => None,
    }
}

#[test]
fn markdown_has_diagrams_that_can_be_drawn_and_tables_that_are_whole() {
    let (mut flowcharts, mut sequences, mut tables) = (0, 0, 0);
    for path in all_designs() {
        let text = written(&path, Format::Markdown);
        let named = path.display();
        let (mut fence, mut width) = (None, 0);
        for line in text.lines() {
            if let Some(kind) = line.strip_prefix("```") {
                match fence.take() {
                    None => fence = Some((kind == "mermaid", String::new())),
                    Some((true, diagram)) => {
                        flowcharts += usize::from(diagram.starts_with("flowchart"));
                        sequences += usize::from(diagram.starts_with("sequence"));
                        let wrong = misread(&diagram);
                        assert!(wrong.is_none(), "{named}: {wrong:?}\n{diagram}");
                    }
                    Some((false, _)) => assert_eq!(kind, "", "{named}"),
                }
                continue;
            }
            if let Some((_, text)) = &mut fence {
                text.push_str(line);
                text.push('\n');
                continue;
            }
            let bars = line.replace("\\|", "").matches('|').count();
            match line.starts_with('|') {
                true if width == 0 => (width, tables) = (bars, tables + 1),
                true => assert_eq!(bars, width, "{named}: {line}"),
                false => width = 0,
            }
        }
        assert!(fence.is_none(), "{named}: a fence is left open");
    }
    assert!(flowcharts > 30 && sequences > 10 && tables > 500, "{flowcharts} {sequences} {tables}");
}

/// Goals that have no answer in any design.
fn never(goals: &[&str]) {
    for path in all_designs() {
        let session = derived(&path);
        for goal in goals {
            let table = session.query(goal).unwrap_or_else(|error| panic!("{goal} {error:?}"));
            assert!(table.rows.is_empty(), "{}: {goal}\n{:?}", path.display(), table.rows);
        }
    }
}

#[test]
fn the_goal_of_each_line_is_that_line() {
    for design in ["tests/dossier/delivery/auction.dl", "designs/wrong.dl"] {
        let session = derived(&root().join(design));
        let sections = answers::dossier(&session, 0, None).unwrap();
        let rows: usize =
            sections.iter().flat_map(|section| &section.tables).map(|it| it.rows.len()).sum();
        let goals: Vec<&String> =
            sections.iter().flat_map(|section| section.goals.iter().flatten()).collect();
        assert_eq!(goals.len(), rows, "{design}");
        for goal in &goals {
            let pattern = session.pattern(goal).unwrap_or_else(|error| panic!("{goal} {error:?}"));
            let found = session.matching(0, pattern.relation, &pattern.values);
            assert_eq!(found.len(), 1, "{goal}");
        }
        let shown = answers::with_goals(sections.clone());
        let text = |it: &[archlog::report::Section]| -> String {
            it.iter().flat_map(|it| &it.drawings).map(|it| it.text()).collect()
        };
        assert!(goals.iter().all(|goal| text(&shown).contains(goal.as_str())), "{design}");
    }
}

#[test]
fn what_is_wrong_with_a_design_stands_at_its_head() {
    let head = |path: &str, step: Option<i64>| {
        let mut sections = answers::dossier(&derived(&root().join(path)), 0, step).unwrap();
        // How far each step is stands before that, where all steps are asked for.
        if step.is_none() {
            assert_eq!(sections.remove(0).title, "Overview");
        }
        (sections[0].title.clone(), sections[0].tables.first().map_or(0, |table| table.rows.len()))
    };
    let (title, problems) = head("designs/wrong.dl", None);
    assert_eq!((title.as_str(), problems > 20), ("Problems", true));
    assert_eq!(head("designs/wrong.dl", Some(19)), (title.clone(), problems));
    assert_eq!(head("designs/auction.dl", None), (title, 0));
    assert_eq!(head("designs/auction.dl", Some(19)).0, "Step 19 — Cost Model");
}

#[test]
fn no_step_ticks_all_its_boxes_while_something_of_it_is_open() {
    never(&[
        r#"dossier_open(S, X, W), !dossier_closed(S, X, W), !dossier_checklist(S, _, _, "false"),
           !dossier_checklist(S, _, _, "not judged")"#,
        r#"dossier_box_question(S, B, _, _), dossier_checklist(S, B, _, "true"), !judged(S, B, "Yes", _)"#,
        r#"dossier_box_gap(S, B, _, _), dossier_checklist(S, B, _, "true")"#,
    ]);
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_box_gap(7, 3, "Free seats of an event", W), contains("maximum lag", W)"#,
            r#"!dossier_box_gap(9, 2, "seat_map", W), contains("no key or index", W)"#,
            r#"dossier_box_gap(14, 3, "seat_map", W), contains("lags behind", W)"#,
            r#"!dossier_box_question(14, 3, "hold_seat", W), contains("recovery", W)"#,
        ],
    );
    // Without a mechanism nothing says what is done when it fails.
    answered(
        "designs/reviews.dl",
        &[r#"dossier_box_question(14, 3, "edit_business", W), contains("recovery", W)"#],
    );
    // What somebody judged is no longer listed.
    answered(
        "tests/dossier/delivery/auction.dl",
        &[
            r#"dossier_closed(6, "bid_history", _)"#,
            r#"!dossier_open_items(6, "bid_history", _)"#,
            r#"dossier_checklist(6, 3, _, "true")"#,
        ],
    );
}

#[test]
fn what_step_6_chooses_is_in_every_later_step() {
    answered(
        "designs/auction.dl",
        &[
            r#"!path_companion("place_bid", "outbox", _)"#,
            r#"dossier_6_beside(_, "Place bid", "Outbox + Relay", _)"#,
            r#"dossier_technologies(_, "Place bid", "outbox", _, "Append log / event stream", _, _, _, _)"#,
            r#"dossier_domains(_, _, "Place bid", "outbox", _, "HIGH", _, _, _)"#,
            r#"dossier_failure_mechanism("place_bid", "publish_failure", "outbox")"#,
            r#"dossier_parameter("place_bid", "outbox", "Backoff base + max")"#,
            r#"dossier_metric("place_bid", "outbox", "lag")"#,
            r#"dossier_alert("place_bid", "outbox", "lag > 30s", _)"#,
            r#"dossier_cost("place_bid", "outbox", _, "Linear", _, _)"#,
            r#"dossier_stage(3, _, "an event stream for what Place bid publishes")"#,
            r#"dossier_enforces("I3", "place_bid", "sequence authority")"#,
        ],
    );
    never(&[
        r#"dossier_uses(R, "Outbox + Relay"), dossier_base(R, _), !dossier_part(R, _, "outbox")"#,
        r#"dossier_uses(R, "CDC"), dossier_base(R, _), !dossier_part(R, _, "CDC")"#,
        r#"dossier_uses(R, "Windowing"), !dossier_part(R, _, "Windowing")"#,
        r#"dossier_companion(R, V), !dossier_domain(R, V, _), !dossier_gives_no_number(R, V)"#,
        r#"dossier_companion(R, V), !dossier_metric(R, V, _), !dossier_undoes(V), !dossier_gives_no_number(R, V)"#,
        r#"dossier_part(_, _, "None")"#,
    ]);
}

#[test]
fn an_object_has_one_partition_key_in_all_steps() {
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_key("Bid", "partition", 1, "auction_id")"#,
            r#"dossier_key_forms("Bid", "bid_id", "auction_id", "")"#,
            r#"dossier_lock_in("Bid", _, "auction_id", _)"#,
            r#"!dossier_lock_in("Bid", _, "bid_id", _)"#,
        ],
    );
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"dossier_scale("ping_location", _, "driver_id")"#,
            r#"!dossier_scale("ping_location", _, "ping_id")"#,
        ],
    );
    never(&[
        r#"dossier_table(T, O, _), dossier_key(T, "partition", 1, K), !dossier_key(T, "partition", 2, _),
           candidate_object(O), !dossier_partitioned_by(O, K)"#,
        r#"dossier_object_of(R, O), dossier_scale(R, _, K), K != "", !dossier_partitioned_by(O, K)"#,
    ]);
}

#[test]
fn a_claim_is_kept_where_it_ends_by_itself_and_the_row_keeps_its_token() {
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"dossier_column("Driver", _, "claim_id", _, _)"#,
            r#"!dossier_column("Driver", _, "claim_expires_at", _, _)"#,
            r#"dossier_kept("Driver", "the claim on a row, until its TTL", "In-memory store", "dispatch_driver", "lease")"#,
            r#"dossier_kept("Driver", "rows, with the last claim_id seen", "OLTP store", "dispatch_driver", "fencing token")"#,
        ],
    );
    answered(
        "designs/ticketing.dl",
        &[
            // A field of the seat ends its claim: then claim and write are one update.
            r#"dossier_kept("Seat", "rows, with the claim on them in hold_expires_at", "OLTP store", "hold_seat", "lease")"#,
            r#"!dossier_technology("hold_seat", "lease", _, "In-memory store", _)"#,
            r#"dossier_kept("SeatHold", "rows", "OLTP store", "hold_seat", _)"#,
            r#"dossier_kept("Outbox", "rows", "OLTP store", "confirm_seat", "outbox")"#,
        ],
    );
    never(&[
        r#"dossier_table(T, O, "source-of-truth"), !dossier_kept(T, _, _, _, _), !dossier_open(10, O, _), !dossier_store_asked(O)"#,
    ]);
}

#[test]
fn a_relation_grows_with_pairs_only_between_users() {
    answered(
        "designs/tagging.dl",
        &[r#"!dossier_cost("TagAssignment", _, _, R, _, _), contains("Quadratic", R)"#],
    );
    answered(
        "tests/dossier/delivery/matching.dl",
        &[r#"dossier_cost("Match", _, "pairs in Match", R, _, _), contains("Quadratic", R)"#],
    );
}

/// The framework's own examples, as its tables name them.
const EXAMPLES: [&str; 8] =
    ["auction", " bid ", "bids", "dispatcher", "leaderboard", "swipe", "celebrity", "video"];

#[test]
fn the_steps_from_10_on_speak_of_the_design_and_of_no_example() {
    let mut looked_at = 0;
    for path in all_designs() {
        let own = read(&path.strip_prefix(root()).unwrap().display().to_string()).to_lowercase();
        let session = derived(&path);
        for step in 10..=20 {
            for section in answers::dossier(&session, 0, Some(step)).unwrap() {
                let tables =
                    section.tables.iter().filter(|_| !section.name.contains("technologies"));
                for cell in tables.flat_map(|table| table.rows.iter().flatten()) {
                    let cell = cell.to_string().to_lowercase();
                    let strange =
                        |word: &&&str| cell.contains(**word) && !own.contains(word.trim());
                    let found = EXAMPLES.iter().find(strange);
                    assert_eq!(found, None, "{} step {step}: {cell}", path.display());
                    looked_at += 1;
                }
            }
        }
    }
    assert!(looked_at > 10_000, "{looked_at}");
}

#[test]
fn reads_and_deliveries_are_drawn_as_well_as_writes() {
    never(&[
        r#"read_path(R, _), !dossier_message(R, _, _, _, _, _, _, _)"#,
        r#"path(R, _, "background path"), !dossier_message(R, _, _, _, _, _, _, _)"#,
        r#"dossier_protocol(R, M), protocol_step(M, N, _, _, O, _, _, _), !dossier_unsaid(R, O),
           !dossier_unsaid_of(R, _, O), !dossier_message(R, N, _, _, _, _, _, _)"#,
    ]);
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_message("view_highest_bid", 8, "Auction", "cache", "invalidate", _, _, "yes")"#,
            r#"dossier_message("outbid_push", 80, "worker", "NotificationRecord", "count the attempt", _, _, "yes")"#,
        ],
    );
    answered(
        "designs/tagging.dl",
        &[
            r#"dossier_message("set_tag", 202, "TagAssignment", "change stream", "row change", _, _, _)"#,
        ],
    );
}

#[test]
fn every_choice_that_is_adopted_is_a_decision() {
    never(&[
        r#"dossier_base(R, V), !dossier_decision("base mechanism", R, "", V)"#,
        r#"dossier_part(R, _, V), !dossier_decision(_, R, _, V)"#,
        r#"primary_object(O), dossier_partitioned_by(O, K), !dossier_decision("partition key", O, "", K)"#,
        r#"dossier_technology(R, _, N, S, "preferred"), !dossier_decision("technology shape", R, N, S)"#,
        r#"dossier_decision(K, S, A, C), !dossier_decision_title(K, S, A, C, _, _)"#,
    ]);
}
