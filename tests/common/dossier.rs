//! Designs derived with their dossiers, and goals that they answer.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use archlog::kb::{Options, Rulebook};
use archlog::session::Session;

use super::root;

pub static RULEBOOK: LazyLock<Arc<Rulebook>> = LazyLock::new(|| {
    let options = Options { dossier: true, ..Options::default() };
    Arc::new(Rulebook::load(&options).unwrap())
});

/// A design, derived with its dossier.
pub fn derived(path: &Path) -> Session {
    let mut session = Session::new(Arc::clone(&RULEBOOK));
    assert!(session.open(path), "{}", path.display());
    session.derive(&archlog::eval::Options::default()).unwrap();
    session
}

/// A goal that must have an answer, or with `!` before it none.
pub fn answered(path: &str, goals: &[&str]) {
    let session = derived(&root().join(path));
    for goal in goals {
        let (wanted, asked) = match goal.strip_prefix('!') {
            Some(rest) => (false, rest),
            None => (true, *goal),
        };
        let table = session.query(asked).unwrap_or_else(|error| panic!("{goal} {error:?}"));
        assert_eq!(!table.rows.is_empty(), wanted, "{path}: {goal}");
    }
}
