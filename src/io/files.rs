//! The rim: the traits that texts come and go through, and folders on a disk as one case of them.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::diag::nearest;

/// Where texts come from.
pub trait Files {
    /// The whole content of a file. The name is relative to wherever these files are, or absolute.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;

    /// The names of all files directly in here, sorted.
    fn list(&self) -> io::Result<Vec<String>>;

    /// What a message calls a file.
    fn shown(&self, name: &str) -> String {
        name.to_string()
    }

    /// Whether reading is to stop where it is; a file of many lines asks this now and then.
    fn halted(&self) -> bool {
        false
    }

    /// On how many threads a large file may be read.
    fn threads(&self) -> usize {
        1
    }

    /// Whether what Souffle refuses in a file of rows is refused.
    fn strict(&self) -> bool {
        false
    }

    /// Whether an empty line of a file with quoted fields is a row wherever Souffle reads one.
    fn blank_rows(&self) -> bool {
        true
    }

    /// What is waiting at standard input, where these files have one.
    fn standard_input(&self) -> io::Result<Vec<u8>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "there is no standard input here"))
    }
}

/// A folder on the disk.
#[derive(Clone, Debug)]
pub struct Directory {
    root: PathBuf,
    threads: usize,
    strict: bool,
}

impl Directory {
    /// The files of a folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Directory { root: root.into(), threads: 1, strict: false }
    }

    /// The same, whose large files are read on so many threads.
    #[must_use]
    pub fn on_threads(self, threads: usize) -> Self {
        Directory { threads, ..self }
    }

    /// The same, where what Souffle refuses in a file is refused, or not.
    #[must_use]
    pub fn strictly(self, strict: bool) -> Self {
        Directory { strict, ..self }
    }
}

impl Files for Directory {
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.root.join(name))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            if entry.path().is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn shown(&self, name: &str) -> String {
        if self.root == Path::new(".") {
            return name.to_string();
        }
        self.root.join(name).display().to_string()
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn strict(&self) -> bool {
        self.strict
    }

    fn standard_input(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A file beside where this one should be, whose name is nearly the same.
pub fn near_file(path: &Path) -> Option<String> {
    let folder = path.parent()?;
    let here = folder.as_os_str().is_empty();
    let names = Directory::new(if here { Path::new(".") } else { folder }).list().ok()?;
    let name = path.file_name()?.to_string_lossy();
    let near = nearest(&name, names.iter().map(String::as_str))?;
    Some(if here { near.to_owned() } else { folder.join(near).display().to_string() })
}

/// What writes the content of a file, or says why it cannot.
pub type Fill<'a> = &'a mut dyn FnMut(&mut dyn Write) -> io::Result<()>;

/// Where results go.
pub trait Outputs {
    /// Makes a file, whole or not at all.
    fn save(&mut self, name: &str, fill: Fill<'_>) -> io::Result<()>;

    /// What a file holds that is there already; nothing where there is none.
    fn existing(&self, _name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    /// Writes to the standard output.
    fn print(&mut self, fill: Fill<'_>) -> io::Result<()>;

    /// On how many threads many rows may be made text.
    fn threads(&self) -> usize {
        1
    }

    /// Whether files are to be printed instead, as `-D -` asks.
    fn only_prints(&self) -> bool {
        false
    }

    /// What a message calls a file.
    fn shown(&self, name: &str) -> String {
        name.to_string()
    }
}

/// A folder on the disk, and a stream beside it.
#[derive(Debug)]
pub struct OutputDirectory<W> {
    root: PathBuf,
    stream: W,
    threads: usize,
}

impl<W: Write> OutputDirectory<W> {
    /// Files go to the folder, which is made when the first is saved; prints go to the stream.
    pub fn new(root: impl Into<PathBuf>, stream: W) -> Self {
        OutputDirectory { root: root.into(), stream, threads: 1 }
    }

    /// The same, for which many rows are made text on so many threads.
    #[must_use]
    pub fn on_threads(self, threads: usize) -> Self {
        OutputDirectory { threads, ..self }
    }
}

impl<W: Write> Outputs for OutputDirectory<W> {
    fn save(&mut self, name: &str, fill: Fill<'_>) -> io::Result<()> {
        save(&self.root.join(name), fill)
    }

    fn existing(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let path = self.root.join(name);
        // A device may have no end.
        if fs::metadata(&path).is_ok_and(|it| !it.is_file()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn print(&mut self, fill: Fill<'_>) -> io::Result<()> {
        fill(&mut self.stream)?;
        self.stream.flush()
    }

    fn shown(&self, name: &str) -> String {
        if self.root == Path::new(".") {
            return name.to_string();
        }
        self.root.join(name).display().to_string()
    }
}

/// A stream for everything, files as well.
#[derive(Debug)]
pub struct StandardOutput<W>(pub W);

impl<W: Write> Outputs for StandardOutput<W> {
    fn save(&mut self, _name: &str, fill: Fill<'_>) -> io::Result<()> {
        self.print(fill)
    }

    fn print(&mut self, fill: Fill<'_>) -> io::Result<()> {
        fill(&mut self.0)?;
        self.0.flush()
    }

    fn only_prints(&self) -> bool {
        true
    }
}

/// Makes a file whole or not at all: it is written under a temporary name in the same folder and
/// then renamed, so nobody ever sees half of it, and what stood there stays until the new content
/// is complete. Missing folders above it are made.
///
/// What is there and is not a plain file (a pipe, `/dev/stdout`) is written to directly.
pub fn save(path: &Path, fill: Fill<'_>) -> io::Result<()> {
    replace(path, fill, &|_| Ok(()))
}

/// As [`save`], for a text that somebody wrote by hand: the new content has reached the disk before
/// it takes the place of the old.
pub fn save_durably(path: &Path, fill: Fill<'_>) -> io::Result<()> {
    replace(path, fill, &fs::File::sync_all)
}

/// Whether a file can be saved, before there is anything to save.
pub fn can_save(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => return Err(io::Error::from(io::ErrorKind::IsADirectory)),
        Ok(there) if !there.is_file() => return Ok(()),
        _ => {}
    }
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    let above = path.ancestors().skip(1).map(|it| match it.as_os_str().is_empty() {
        true => Path::new("."),
        false => it,
    });
    // Folders that are missing are made when the file is.
    let Some(folder) = above.into_iter().find(|it| it.exists()) else { return Ok(()) };
    let (temporary, _) = make_temporary(folder, &name.to_string_lossy())?;
    fs::remove_file(temporary)
}

fn replace(
    path: &Path,
    fill: Fill<'_>,
    settle: &dyn Fn(&fs::File) -> io::Result<()>,
) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        let mut file = fs::OpenOptions::new().write(true).open(path)?;
        return fill(&mut file);
    }
    // A link keeps being a link: the file it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    let (temporary, mut file) = make_temporary(folder, &name.to_string_lossy())?;
    let written = fill(&mut file)
        .and_then(|()| match fs::metadata(&path) {
            Ok(there) => file.set_permissions(there.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| settle(&file))
        .and_then(|()| fs::rename(&temporary, &path));
    if written.is_err() {
        // The first error is the one to report; a leftover is the lesser harm.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A new file beside the one to be written, under a name that nothing has.
fn make_temporary(folder: &Path, name: &str) -> io::Result<(PathBuf, fs::File)> {
    let process = std::process::id();
    for attempt in 0..1000 {
        let path = folder.join(format!(".{name}.{process}-{attempt}.tmp"));
        match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "no free name for a temporary file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        Directory::new(folder).list().unwrap()
    }

    #[test]
    fn a_file_that_could_not_be_finished_leaves_the_old_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        save(&path, &mut |file| file.write_all(b"old")).unwrap();
        let failed = save(&path, &mut |file| {
            file.write_all(b"ne")?;
            Err(io::Error::other("the disk is full"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn whether_a_file_can_be_saved_is_known_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(can_save(&path).is_ok() && can_save(&path.join("deep/er")).is_ok());
        fs::write(&path, "old").unwrap();
        assert!(can_save(&path).is_ok());
        assert!(can_save(&path.join("deep/er")).is_err());
        assert!(can_save(folder.path()).is_err());
        assert_eq!(names(folder.path()), ["a"]);
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }

    #[test]
    fn missing_folders_are_made() {
        let folder = tempfile::tempdir().unwrap();
        let mut outputs = OutputDirectory::new(folder.path().join("deep/er"), Vec::new());
        outputs.save("a.csv", &mut |file| file.write_all(b"x")).unwrap();
        assert_eq!(fs::read(folder.path().join("deep/er/a.csv")).unwrap(), b"x");
    }

    #[test]
    fn a_folder_lists_its_files_sorted_and_no_folders() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b", "a"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("c")).unwrap();
        assert_eq!(names(folder.path()), ["a", "b"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        save(&link, &mut |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
