//! Steps 11 to 20 of the dossier, read as a reviewer reads them: what one step says holds in the others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;
#[path = "dossier_steps/claims.rs"]
mod claims;
#[path = "dossier_steps/events.rs"]
mod events;
#[path = "dossier_steps/failures.rs"]
mod failures;
#[path = "dossier_steps/keys.rs"]
mod keys;
#[path = "dossier_steps/open.rs"]
mod open;
#[path = "dossier_steps/operation.rs"]
mod operation;
#[path = "dossier_steps/orders.rs"]
mod orders;
#[path = "dossier_steps/sagas.rs"]
mod sagas;
#[path = "dossier_steps/views.rs"]
mod views;
#[path = "dossier_steps/writes.rs"]
mod writes;

use std::path::PathBuf;

use common::dossier::derived;
use common::{files, root, stem};

/// Goals that no design answers.
fn never(goals: &[&str]) {
    let own = PathBuf::from("tests/dossier/wallet.dl");
    let designs = files("designs", "dl").into_iter().chain(files("tests/dossier/delivery", "dl"));
    for path in designs.chain([root().join(own)]).filter(|path| stem(path) != "wrong") {
        let session = derived(&path);
        for goal in goals {
            let table = session.query(goal).unwrap_or_else(|error| panic!("{goal} {error:?}"));
            assert!(table.rows.is_empty(), "{}: {goal}\n{:?}", path.display(), table.rows);
        }
    }
}
