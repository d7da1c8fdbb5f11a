//! What the prompt keeps between sessions, in the state directory: the history, and changes that
//! nobody saved.
//!
//! Each session writes a file of its own and holds a lock beside it. A file whose lock nobody holds is
//! what a session left that crashed, or that ended unsaved.

use std::cell::RefCell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, io};

use archlog::io::Slots;
use archlog::repl::{Left, Repl};

/// How the names of the files end.
const ENDING: &str = "kept";

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
    /// What the files of the first design are called, up to a number.
    stem: String,
    /// The designs, from the root.
    designs: Vec<PathBuf>,
    /// The file of this session.
    file: RefCell<Slots>,
    path: PathBuf,
    lock: PathBuf,
    /// Held as long as the session lasts.
    _held: File,
}

/// A file that an earlier session left. Nobody else is offered it as long as this lasts.
pub struct Unsaved {
    /// The file.
    pub path: PathBuf,
    /// How many older ones there are.
    pub more: usize,
    written: SystemTime,
    _held: File,
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

    /// A place for the changes of designs; of a new one where none is given.
    pub fn new(designs: &[impl AsRef<Path>]) -> io::Result<Self> {
        let none = || io::Error::new(io::ErrorKind::NotFound, "there is no home directory");
        let folder = state().ok_or_else(none)?.join("unsaved");
        fs::create_dir_all(&folder)?;
        let designs: Vec<PathBuf> = designs.iter().map(|path| whole(path.as_ref())).collect();
        let stem = designs.first().map_or_else(|| "new".to_owned(), |path| name_of(path));
        // Processes are numbered over and over; what another one left under a number stays there.
        for number in (0..).map(|attempt: u64| u64::from(std::process::id()) + (attempt << 32)) {
            let path = folder.join(format!("{stem}.{number}.{ENDING}"));
            let lock = path.with_extension("lock");
            let held = File::options().create(true).append(true).open(&lock)?;
            if held.try_lock().is_ok() && !path.exists() {
                let file = RefCell::new(Slots::new(&path));
                return Ok(Kept { folder, stem, designs, file, path, lock, _held: held });
            }
        }
        Err(none())
    }

    /// The file of this session.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the latest earlier session left that began with the same design, or changed any of these.
    pub fn earlier(&self) -> Option<Unsaved> {
        let entries = fs::read_dir(&self.folder).ok()?.flatten();
        let mut left: Vec<(SystemTime, PathBuf, File)> = entries
            .map(|entry| entry.path())
            .filter_map(|path| {
                let held = self.left(&path)?;
                Some((fs::metadata(&path).ok()?.modified().ok()?, path, held))
            })
            .collect();
        left.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        let (written, path, _held) = left.pop()?;
        Some(Unsaved { path, more: left.len(), written, _held })
    }

    /// The lock of a file that a session left that is over: nobody holds it.
    fn left(&self, path: &Path) -> Option<File> {
        let name = path.file_name()?.to_string_lossy();
        let (stem, number) = name.strip_suffix(ENDING)?.strip_suffix('.')?.rsplit_once('.')?;
        let numbered = number.bytes().all(|byte| byte.is_ascii_digit());
        if *path == self.path || !numbered || stem != self.stem && !self.is_about(path) {
            return None;
        }
        let lock =
            File::options().create(true).append(true).open(path.with_extension("lock")).ok()?;
        lock.try_lock().is_ok().then_some(lock)
    }

    /// Whether a file that a session left is about any of the designs.
    fn is_about(&self, path: &Path) -> bool {
        let left = Slots::read(path).ok().and_then(|text| Left::read(&text).ok());
        left.is_some_and(|left| {
            left.files().any(|file| self.designs.contains(&whole(Path::new(file))))
        })
    }

    /// Keeps what is unsaved as it is now: on the disk, whole, when this returns.
    pub fn keep(&self, repl: &mut Repl) -> io::Result<()> {
        match repl.left() {
            Some(text) => self.file.borrow_mut().keep(&text),
            None => {
                self.clear();
                Ok(())
            }
        }
    }

    fn clear(&self) {
        self.file.borrow_mut().clear();
    }

    /// Nothing is to be kept any more.
    pub fn forget(&self) {
        self.clear();
        let _ = fs::remove_file(&self.lock);
    }
}

impl Unsaved {
    /// What is in it.
    pub fn read(&self) -> Result<Left, String> {
        let text = Slots::read(&self.path).map_err(|it| archlog::diag::reason(&it))?;
        Left::read(&text)
    }

    /// How long ago it was written.
    pub fn age(&self) -> String {
        let seconds = self.written.elapsed().map_or(0, |age| age.as_secs());
        let told = |count: u64, what: &str| match count {
            1 => format!("1 {what} ago"),
            _ => format!("{count} {what}s ago"),
        };
        match seconds {
            0..60 => "less than a minute ago".to_owned(),
            60..3_600 => told(seconds / 60, "minute"),
            3_600..86_400 => told(seconds / 3_600, "hour"),
            _ => told(seconds / 86_400, "day"),
        }
    }

    /// Another session keeps all of it now.
    pub fn forget(self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(self.path.with_extension("lock"));
    }

    /// It is not offered again; whoever wants it finds it where this says.
    pub fn decline(self) -> io::Result<PathBuf> {
        let to = self.path.with_extension(format!("declined.{ENDING}"));
        fs::rename(&self.path, &to)?;
        let _ = fs::remove_file(self.path.with_extension("lock"));
        Ok(to)
    }
}

/// A path from the root, where it leads anywhere.
fn whole(path: &Path) -> PathBuf {
    fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.into())
}

/// A path as one name, of no more than a hundred letters.
fn name_of(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |it: char| if it.is_alphanumeric() || it == '-' { it } else { '_' };
    let name: Vec<char> = text.chars().map(plain).collect();
    name[name.len().saturating_sub(100)..].iter().collect()
}
