//! What the prompt keeps between sessions, in the state directory: the history, and designs with
//! changes that nobody saved.
//!
//! Each session writes a file of its own and holds a lock beside it. A file whose lock nobody holds is
//! what a session left that crashed, or that ended unsaved.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::{env, io};

use archlog::io::save_durably;
use archlog::repl::Repl;

/// The state directory of archlog, where there is a home at all.
fn state() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_STATE_HOME").filter(|path| path.is_absolute());
    let base = base.or_else(|| Some(set("HOME")?.join(".local").join("state")))?;
    Some(base.join("archlog"))
}

/// The file with what is done at every start.
pub fn init() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    let base = base.or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(base.join("archlog").join("init.dl"))
}

/// Where this session keeps its changes.
pub struct Kept {
    folder: PathBuf,
    /// What the files of the design are called, up to a number.
    stem: String,
    path: PathBuf,
    lock: PathBuf,
    /// Held as long as the session lasts.
    _held: File,
}

/// A file that an earlier session left.
pub struct Unsaved {
    /// The file.
    pub path: PathBuf,
}

impl Kept {
    /// The file of the history.
    pub fn history() -> Option<PathBuf> {
        let named = env::var_os("ARCHLOG_HISTORY").filter(|value| !value.is_empty());
        named.map(PathBuf::from).or_else(|| Some(state()?.join("history")))
    }

    /// Makes the folder of a file.
    pub fn folder_of(path: &Path) -> io::Result<()> {
        path.parent().map_or(Ok(()), fs::create_dir_all)
    }

    /// A place for the changes of a design; of a new one where no path is given.
    pub fn new(design: Option<&Path>) -> io::Result<Self> {
        let none = || io::Error::new(io::ErrorKind::NotFound, "there is no home directory");
        let folder = state().ok_or_else(none)?.join("unsaved");
        fs::create_dir_all(&folder)?;
        let whole = design.map(|path| fs::canonicalize(path).unwrap_or_else(|_| path.into()));
        let stem = whole.map_or_else(|| "new".to_owned(), |path| name_of(&path));
        let process = std::process::id();
        let lock = folder.join(format!("{stem}.{process}.lock"));
        let held = File::create(&lock)?;
        held.lock()?;
        let path = folder.join(format!("{stem}.{process}.dl"));
        Ok(Kept { folder, stem, path, lock, _held: held })
    }

    /// The file of this session.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the latest earlier session with the same design left, if one did.
    pub fn earlier(&self) -> Option<Unsaved> {
        let entries = fs::read_dir(&self.folder).ok()?.flatten();
        let mut left: Vec<(std::time::SystemTime, PathBuf)> = entries
            .map(|entry| entry.path())
            .filter(|path| *path != self.path && self.is_left(path))
            .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
            .collect();
        left.sort();
        left.pop().map(|(_, path)| Unsaved { path })
    }

    fn is_left(&self, path: &Path) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let number = name.strip_prefix(&format!("{}.", self.stem));
        let number = number.and_then(|rest| rest.strip_suffix(".dl"));
        if !number.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit())) {
            return false;
        }
        // Nobody holds the lock of a session that is over.
        match File::open(path.with_extension("lock")) {
            Ok(lock) => lock.try_lock().is_ok(),
            Err(_) => true,
        }
    }

    /// Keeps the design as it is now: on the disk, whole, when this returns.
    pub fn keep(&self, repl: &Repl) -> io::Result<()> {
        if repl.is_saved() {
            self.clear();
            return Ok(());
        }
        let rules = self.path.with_extension("rules");
        if repl.typed().is_empty() {
            let _ = fs::remove_file(rules);
        } else {
            save_durably(&rules, &mut |file| file.write_all(repl.typed().as_bytes()))?;
        }
        save_durably(&self.path, &mut |file| file.write_all(repl.text().as_bytes()))
    }

    fn clear(&self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(self.path.with_extension("rules"));
    }

    /// Nothing is to be kept any more.
    pub fn forget(&self) {
        self.clear();
        let _ = fs::remove_file(&self.lock);
    }
}

impl Unsaved {
    /// Where it is when it was offered once.
    pub fn aside(&self) -> PathBuf {
        let name = self.path.file_stem().map(|name| name.to_string_lossy()).unwrap_or_default();
        self.path.with_file_name(format!("{name}.offered.dl"))
    }

    /// Whether anything is stated in it.
    pub fn states(&self) -> bool {
        fs::read_to_string(self.aside()).is_ok_and(|text| !text.trim().is_empty())
    }

    /// The rules that were typed, once it is set aside.
    pub fn rules(&self) -> Option<String> {
        fs::read_to_string(self.aside().with_extension("rules")).ok()
    }

    /// It is not offered again; whoever wants it finds it.
    pub fn set_aside(&self) {
        let _ = fs::rename(&self.path, self.aside());
        let rules = self.path.with_extension("rules");
        let _ = fs::rename(rules, self.aside().with_extension("rules"));
        let _ = fs::remove_file(self.path.with_extension("lock"));
    }
}

/// A path as one name, of no more than a hundred letters.
fn name_of(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |it: char| if it.is_alphanumeric() || it == '-' { it } else { '_' };
    let name: Vec<char> = text.chars().map(plain).collect();
    name[name.len().saturating_sub(100)..].iter().collect()
}
