//! Ctrl-C. At first it ends the program at once. While something is being computed the first one
//! asks to stop, so that what there is can be told, and the second ends the program.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::unregister;
use signal_hook::{SigId, flag};

/// Whether somebody wants the program to stop.
pub struct Interrupt {
    at_once: Arc<AtomicBool>,
    asked: Arc<AtomicBool>,
    /// Whether it was not Ctrl-C that asked.
    terminated: Arc<AtomicBool>,
    /// What ends the program the second time.
    second: SigId,
}

impl Interrupt {
    /// Listens from now on.
    pub fn listen() -> io::Result<Self> {
        let (at_once, asked) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(false)));
        // What is registered first happens first.
        flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&at_once))?;
        let second = flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&asked))?;
        flag::register(SIGINT, Arc::clone(&asked))?;
        Ok(Interrupt { at_once, asked, terminated: Arc::default(), second })
    }

    /// From now on a request of the system to end (SIGTERM) is heard as Ctrl-C is.
    pub fn hear_termination(&self) -> io::Result<()> {
        flag::register_conditional_shutdown(SIGTERM, 143, Arc::clone(&self.at_once))?;
        flag::register_conditional_shutdown(SIGTERM, 143, Arc::clone(&self.asked))?;
        flag::register(SIGTERM, Arc::clone(&self.terminated))?;
        flag::register(SIGTERM, Arc::clone(&self.asked))?;
        Ok(())
    }

    /// Whether the system asked to end.
    pub fn terminated(&self) -> bool {
        self.terminated.load(Ordering::Relaxed)
    }

    /// From now on the first Ctrl-C only sets the flag that is returned.
    pub fn defer(&self) -> Arc<AtomicBool> {
        self.at_once.store(false, Ordering::Relaxed);
        Arc::clone(&self.asked)
    }

    /// From now on Ctrl-C only sets the flag that [`Interrupt::defer`] gave; somebody else ends the
    /// program the second time.
    pub fn leave_the_second(&self) {
        unregister(self.second);
    }
}
