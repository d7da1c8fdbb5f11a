//! What is typed while something runs is not shown in between: the terminal does not echo then. The line
//! editor shows it once it reads it.
//!
//! However the program ends, the terminal is put back: when a [`Hushed`] goes, at a panic too, and by a
//! thread that waits for the signals that end it.

#[cfg(unix)]
mod terminal {
    use std::io::{self, stdin};
    use std::process::exit;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use super::super::outside;

    /// What the terminal was like, as long as it does not echo.
    static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    /// How often somebody interrupted since it does not.
    static INTERRUPTS: AtomicUsize = AtomicUsize::new(0);

    /// Whether another program has the terminal, and interrupts are its own.
    static LENT: AtomicBool = AtomicBool::new(false);

    /// How often somebody interrupts what runs until that ends the program.
    const PATIENCE: usize = 2;

    /// As long as this is there, the terminal does not echo.
    pub struct Hushed;

    impl Drop for Hushed {
        fn drop(&mut self) {
            put_back();
        }
    }

    /// Keeps the terminal from echoing, where the line editor draws what was typed meanwhile.
    pub fn hush() -> Hushed {
        INTERRUPTS.store(0, Ordering::Relaxed);
        if !outside::draws() {
            return Hushed;
        }
        if let (Ok(before), Ok(mut kept)) = (tcgetattr(stdin()), BEFORE.lock())
            && kept.is_none()
        {
            let mut silent = before.clone();
            silent.local_modes.remove(LocalModes::ECHO);
            if tcsetattr(stdin(), OptionalActions::Now, &silent).is_ok() {
                *kept = Some(before);
            }
        }
        Hushed
    }

    /// Puts the terminal back.
    fn put_back() {
        if let Some(before) = BEFORE.lock().ok().and_then(|mut kept| kept.take()) {
            // It may be gone by now.
            let _ = tcsetattr(stdin(), OptionalActions::Now, &before);
        }
    }

    /// Does something that needs a terminal as it was, such as another program.
    pub fn aloud<T>(act: impl FnOnce() -> T) -> T {
        let hushed = BEFORE.lock().is_ok_and(|kept| kept.is_some());
        put_back();
        LENT.store(true, Ordering::Relaxed);
        let done = act();
        LENT.store(false, Ordering::Relaxed);
        if hushed {
            std::mem::forget(hush());
        }
        done
    }

    /// Ends the program where a signal says so, with the terminal put back. The first interrupt of what
    /// runs only asks for its end, which is not looked after here.
    pub fn listen() -> io::Result<()> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                if signal == SIGINT && LENT.load(Ordering::Relaxed) {
                    continue;
                }
                if signal == SIGINT {
                    let before = INTERRUPTS.fetch_add(1, Ordering::Relaxed);
                    if before + 1 < PATIENCE {
                        continue;
                    }
                    put_back();
                    exit(130);
                }
                put_back();
                let _ = emulate_default_handler(signal);
            }
        })?;
        Ok(())
    }
}

#[cfg(unix)]
pub use terminal::{aloud, hush, listen};

/// There is nothing to keep from echoing elsewhere.
#[cfg(not(unix))]
pub fn hush() -> impl Drop {
    struct Nothing;
    impl Drop for Nothing {
        fn drop(&mut self) {}
    }
    Nothing
}

/// Does something.
#[cfg(not(unix))]
pub fn aloud<T>(act: impl FnOnce() -> T) -> T {
    act()
}
