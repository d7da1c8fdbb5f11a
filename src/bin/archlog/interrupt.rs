//! Ctrl-C. At first it ends the program at once. While something is being computed the first one
//! asks to stop, so that what there is can be told, and the second ends the program.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// Whether somebody wants the program to stop.
pub struct Interrupt {
    at_once: Arc<AtomicBool>,
    asked: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens from now on.
    pub fn listen() -> io::Result<Self> {
        let interrupt = Interrupt {
            at_once: Arc::new(AtomicBool::new(true)),
            asked: Arc::new(AtomicBool::new(false)),
        };
        // What is registered first happens first.
        flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&interrupt.at_once))?;
        flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&interrupt.asked))?;
        flag::register(SIGINT, Arc::clone(&interrupt.asked))?;
        Ok(interrupt)
    }

    /// From now on the first Ctrl-C only sets the flag that is returned.
    pub fn defer(&self) -> Arc<AtomicBool> {
        self.at_once.store(false, Ordering::Relaxed);
        Arc::clone(&self.asked)
    }
}
