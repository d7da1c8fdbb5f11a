//! Many designs in one process: blocks of them over one rulebook, on several threads.
//!
//! A block is a [`Session`] of its own, so designs of one block are derived in one run, each in its
//! world, and share nothing with other blocks but the rulebook. Threads take the next block when
//! they are free; answers are delivered in the order of the designs. At most two blocks a thread
//! are begun and not yet delivered, so that memory does not grow with the number of designs.
//!
//! ```text
//! designs -> block 0, 1, 2, ... -> threads: read, derive, answer -> in order: deliver
//! ```

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use rustc_hash::FxHashMap;

use crate::diag::Diagnostic;
use crate::eval::{Options as EvalOptions, StopReason, Stopped};
use crate::kb::Rulebook;
use crate::session::{Session, same_id};

/// A design that is still to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// A `.dl` file, a `.json` file, or a folder of CSV files.
    Path(PathBuf),
    /// A text in the notation of a `.dl` file.
    Text {
        /// What messages call it.
        name: String,
        /// The text.
        text: String,
    },
}

/// How designs are cut into blocks and spread over threads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Batch {
    /// How many designs are derived in one run.
    pub block: NonZeroUsize,
    /// How many threads derive blocks.
    pub threads: NonZeroUsize,
}

/// Of 16, 64, 256, 1,024 and 4,096 the least processor time for 4,096 designs of the auction's size:
/// 1.3, 1.1, 1.1, 1.3 and 1.6 s, at 19, 33, 90, 300 and 550 MiB on two threads (`cargo bench --bench
/// derive`). Smaller blocks pay more often for a run; larger ones leave the caches.
const BLOCK: NonZeroUsize = match NonZeroUsize::new(256) {
    Some(block) => block,
    None => NonZeroUsize::MIN,
};

impl Default for Batch {
    fn default() -> Self {
        let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Batch { block: BLOCK, threads }
    }
}

/// What is said of one block.
#[derive(Clone, Debug)]
pub struct Finished<T> {
    /// How many designs were taken before this block.
    pub first: usize,
    /// What was answered.
    pub answer: T,
    /// Designs of this block that are called like a design of an earlier one. Within a block the
    /// session reports it.
    pub repeated: Vec<Diagnostic>,
}

/// Derives designs block by block. `answer` is asked on the threads, once a block, with the derived
/// session; `deliver` gets its answers on the caller's thread in the order of the designs and says
/// whether to go on.
///
/// The time limit is for all blocks together, the others are for each block. When a limit is hit,
/// what was answered before is delivered first.
pub fn derive_many<T: Send>(
    rulebook: &Arc<Rulebook>,
    designs: impl Iterator<Item = Input> + Send,
    batch: Batch,
    options: &EvalOptions<'_>,
    answer: impl Fn(&Session) -> T + Sync,
    mut deliver: impl FnMut(Finished<T>) -> ControlFlow<()>,
) -> Result<(), Stopped> {
    let queue = Queue::new(designs, batch);
    let started = Instant::now();
    let derive = |inputs: &Inputs| {
        let left = options.time.map(|time| time.saturating_sub(started.elapsed()));
        let options = EvalOptions { threads: 1, time: left, ..options.clone() };
        block(rulebook, inputs, &options, &answer)
    };
    let mut paths: FxHashMap<String, String> = FxHashMap::default();
    let mut hand_on = |done: Result<Done<T>, Stopped>| {
        let done = done.map_err(|mut stopped| {
            // A block knows only what was left of the time.
            if let (StopReason::Time(_), Some(time)) = (stopped.reason, options.time) {
                stopped.reason = StopReason::Time(time);
            }
            stopped
        })?;
        let mut repeated = Vec::new();
        for (id, path) in done.names {
            match paths.get(&id) {
                Some(other) => repeated.push(same_id(&id, None, &path, other)),
                None => drop(paths.insert(id, path)),
            }
        }
        Ok(deliver(Finished { first: done.first, answer: done.answer, repeated }))
    };
    if batch.threads == NonZeroUsize::MIN {
        // One thread is the caller's.
        while let Some((number, inputs)) = queue.take() {
            queue.finish(number, derive(&inputs));
            let Some(done) = queue.next() else { break };
            if hand_on(done)?.is_break() {
                break;
            }
        }
        return Ok(());
    }
    let work = || {
        let _leaving = Leaving(&queue);
        while let Some((number, inputs)) = queue.take() {
            queue.finish(number, derive(&inputs));
        }
    };
    thread::scope(|scope| {
        for _ in 0..batch.threads.get() {
            scope.spawn(work);
        }
        while let Some(done) = queue.next() {
            let handed = hand_on(done);
            if !matches!(handed, Ok(ControlFlow::Continue(()))) {
                queue.stop();
                return handed.map(|_| ());
            }
        }
        Ok(())
    })
}

/// Reads and derives one block.
fn block<T>(
    rulebook: &Arc<Rulebook>,
    inputs: &Inputs,
    options: &EvalOptions<'_>,
    answer: &impl Fn(&Session) -> T,
) -> Result<Done<T>, Stopped> {
    let mut session = Session::new(Arc::clone(rulebook));
    for input in &inputs.designs {
        match input {
            Input::Path(path) => session.open(path),
            Input::Text { name, text } => session.state_text(name, text.clone().into_bytes()),
        };
    }
    session.derive(options)?;
    let names = session.designs().iter().map(|design| (design.id.clone(), design.path.clone()));
    Ok(Done { first: inputs.first, names: names.collect(), answer: answer(&session) })
}

/// The designs of one block.
struct Inputs {
    first: usize,
    designs: Vec<Input>,
}

/// A derived block: what is left of it when its session is gone.
struct Done<T> {
    first: usize,
    /// The id and the path of each design.
    names: Vec<(String, String)>,
    answer: T,
}

/// What is between the threads and the caller.
struct Queue<I, T> {
    batch: Batch,
    state: Mutex<State<I, T>>,
    changed: Condvar,
}

struct State<I, T> {
    designs: I,
    /// How many designs were taken.
    taken: usize,
    /// How many blocks were taken.
    begun: usize,
    /// How many blocks were handed to the caller.
    delivered: usize,
    finished: BTreeMap<usize, Result<Done<T>, Stopped>>,
    /// No block is begun any more.
    closed: bool,
    /// How many threads may still finish a block.
    threads: usize,
}

impl<I: Iterator<Item = Input>, T> Queue<I, T> {
    fn new(designs: I, batch: Batch) -> Self {
        let state = State {
            designs,
            taken: 0,
            begun: 0,
            delivered: 0,
            finished: BTreeMap::new(),
            closed: false,
            threads: batch.threads.get(),
        };
        Queue { batch, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// A thread that panics leaves the state whole: nothing that can panic runs under the lock but
    /// the caller's iterator.
    fn lock(&self) -> MutexGuard<'_, State<I, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next block for a thread, once few enough are under way.
    fn take(&self) -> Option<(usize, Inputs)> {
        let most = 2 * self.batch.threads.get();
        let mut state = self
            .changed
            .wait_while(self.lock(), |state| !state.closed && state.begun - state.delivered >= most)
            .unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        let designs: Vec<Input> = state.designs.by_ref().take(self.batch.block.get()).collect();
        if designs.is_empty() {
            state.closed = true;
            self.changed.notify_all();
            return None;
        }
        let inputs = Inputs { first: state.taken, designs };
        let number = state.begun;
        state.taken += inputs.designs.len();
        state.begun += 1;
        Some((number, inputs))
    }

    fn finish(&self, number: usize, done: Result<Done<T>, Stopped>) {
        self.lock().finished.insert(number, done);
        self.changed.notify_all();
    }

    /// The next block for the caller; nothing when all are delivered.
    fn next(&self) -> Option<Result<Done<T>, Stopped>> {
        let mut state = self
            .changed
            .wait_while(self.lock(), |state| {
                !state.finished.contains_key(&state.delivered) && state.threads > 0
            })
            .unwrap_or_else(PoisonError::into_inner);
        let next = state.delivered;
        let done = state.finished.remove(&next)?;
        state.delivered += 1;
        self.changed.notify_all();
        Some(done)
    }

    fn stop(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
}

/// Tells the queue when a thread is gone, be it by a panic.
struct Leaving<'a, I: Iterator<Item = Input>, T>(&'a Queue<I, T>);

impl<I: Iterator<Item = Input>, T> Drop for Leaving<'_, I, T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.threads -= 1;
        if thread::panicking() {
            state.closed = true;
        }
        drop(state);
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kb;

    fn design(number: usize) -> Input {
        let evolution = ["state machine", "overwrite", "append-only"][number % 3];
        Input::Text {
            name: format!("d{number}.dl"),
            text: format!(
                "design(\"d{number}\", \"Design {number}\").\n\
                 need(\"w\", 1, \"user\", \"conditional write\", \"C1\", \"Write\").\n\
                 on(\"w\", \"O\").\nobject(\"O\", \"process\").\nevolution(\"O\", \"{evolution}\").\n\
                 rule(\"I\", \"w\", \"eligibility\").\n"
            ),
        }
    }

    /// Everything that derived in each design of a session.
    fn everything(session: &Session) -> Vec<String> {
        (0..session.designs().len())
            .map(|design| {
                let relations = session.rulebook().program.relations.iter().enumerate();
                let rows = relations.map(|(relation, declared)| {
                    let rows = session.rows(crate::value::RelationId::from(relation), design);
                    format!("{}: {rows:?}\n", declared.name)
                });
                // The relation of worlds numbers the designs of a block.
                rows.filter(|rows| !rows.starts_with('@')).collect()
            })
            .collect()
    }

    fn rulebook() -> Arc<Rulebook> {
        Arc::new(Rulebook::load(&kb::Options::default()).unwrap())
    }

    #[test]
    fn many_designs_answer_in_order_as_one_session_each_would() {
        let rulebook = rulebook();
        let options = EvalOptions::default();
        let count = 41;
        let alone: Vec<String> = (0..count)
            .map(|number| {
                let mut session = Session::new(Arc::clone(&rulebook));
                let Input::Text { name, text } = design(number) else { panic!("a text") };
                session.state_text(&name, text.into_bytes());
                session.derive(&options).unwrap();
                everything(&session).concat()
            })
            .collect();
        assert!(alone[0] != alone[1] && alone[1].contains("CAS on version"));
        for (block, threads) in [(1, 3), (7, 2), (7, 1), (64, 4)] {
            let batch = Batch {
                block: NonZeroUsize::new(block).unwrap(),
                threads: NonZeroUsize::new(threads).unwrap(),
            };
            let mut together = Vec::new();
            let inputs = (0..count).map(design);
            derive_many(&rulebook, inputs, batch, &options, everything, |finished| {
                assert_eq!(finished.first, together.len());
                assert!(finished.repeated.is_empty());
                together.extend(finished.answer);
                ControlFlow::Continue(())
            })
            .unwrap();
            assert!(together == alone, "blocks of {block} on {threads} threads");
        }
    }

    #[test]
    fn an_id_that_comes_again_in_a_later_block_is_reported() {
        let batch = Batch { block: NonZeroUsize::MIN, ..Batch::default() };
        let inputs = [0, 1, 0].into_iter().map(design);
        let mut repeated = Vec::new();
        let options = EvalOptions::default();
        derive_many(
            &rulebook(),
            inputs,
            batch,
            &options,
            |_| (),
            |finished| {
                repeated.extend(finished.repeated.into_iter().map(|problem| problem.message));
                ControlFlow::Continue(())
            },
        )
        .unwrap();
        assert_eq!(repeated, ["two designs are called `d0`"]);
    }

    #[test]
    fn the_caller_may_stop_and_a_limit_stops_after_what_was_answered() {
        let rulebook = rulebook();
        let batch = Batch { block: NonZeroUsize::MIN, ..Batch::default() };
        let mut seen = 0;
        let options = EvalOptions::default();
        derive_many(
            &rulebook,
            (0..1_000_000).map(design),
            batch,
            &options,
            |_| (),
            |_| {
                seen += 1;
                if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        )
        .unwrap();
        assert_eq!(seen, 3);
        let options = EvalOptions { tuples: Some(1), ..EvalOptions::default() };
        let stopped = derive_many(
            &rulebook,
            (0..9).map(design),
            batch,
            &options,
            |_| (),
            |_| ControlFlow::Continue(()),
        );
        assert!(stopped.is_err());
    }

    #[test]
    fn a_panic_in_an_answer_is_not_swallowed_and_nobody_waits_for_it() {
        let rulebook = rulebook();
        let run = std::panic::catch_unwind(|| {
            let options = EvalOptions::default();
            let inputs = (0..9).map(design);
            let oh = |_: &Session| -> () { panic!("oh") };
            derive_many(&rulebook, inputs, Batch::default(), &options, oh, |_| {
                ControlFlow::Continue(())
            })
        });
        assert!(run.is_err());
    }
}
