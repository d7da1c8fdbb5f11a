//! A text that is kept on the disk over and over, each time before the call returns: a file with two
//! places, of which the older one is written over.
//!
//! Making a file anew and moving it into its place costs the disk some changes of its folder each time.
//! Where the places are there already, a text costs what it takes to write and sync that much. A crash in
//! the middle leaves the place that was not being written.
//!
//! A place begins with a line `archlog kept NUMBER LENGTH SUM`; the place with the highest number whose
//! text has that length and, with the number, that sum is what the file holds.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::save_durably;

/// What a place begins with.
const MARK: &str = "archlog kept ";

/// How large a place is at least.
const LEAST: usize = 1 << 16;

/// A file that keeps a text.
#[derive(Debug)]
pub struct Slots {
    path: PathBuf,
    /// The file, once it is made.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// How large each place is.
    room: usize,
    /// The number of the text that is kept.
    number: u64,
}

impl Slots {
    /// A file that is not made before something is kept.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Slots { path: path.into(), open: None }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps a text in the place of what was kept before. It is on the disk when this returns.
    pub fn keep(&mut self, text: &str) -> io::Result<()> {
        let there = self.path.exists();
        if let Some(open) = self.open.as_mut().filter(|_| there) {
            let slot = slot(open.number + 1, text);
            if slot.len() <= open.room {
                open.file.seek(SeekFrom::Start((open.number + 1) % 2 * open.room as u64))?;
                open.file.write_all(slot.as_bytes())?;
                open.file.sync_data()?;
                open.number += 1;
                return Ok(());
            }
        }
        self.make(text)
    }

    /// Makes the file, with room for texts that grow.
    fn make(&mut self, text: &str) -> io::Result<()> {
        let number = 2 + self.open.take().map_or(0, |open| open.number + open.number % 2);
        let slot = slot(number, text);
        let room = (2 * slot.len()).next_power_of_two().max(LEAST);
        // The places are filled, so that writing over them later changes nothing but their content.
        let blank = vec![b'\n'; 2 * room - slot.len()];
        save_durably(&self.path, &mut |file| {
            file.write_all(slot.as_bytes())?;
            file.write_all(&blank)
        })?;
        // Its name is on the disk, too, before anybody relies on it. Not all systems open folders.
        if let Some(folder) = self.path.parent().and_then(|folder| File::open(folder).ok()) {
            let _ = folder.sync_all();
        }
        let file = File::options().write(true).open(&self.path)?;
        self.open = Some(Open { file, room, number });
        Ok(())
    }

    /// Nothing is kept any more.
    pub fn clear(&mut self) {
        self.open = None;
        let _ = fs::remove_file(&self.path);
    }

    /// The text that a file keeps.
    pub fn read(path: &Path) -> io::Result<String> {
        let mut bytes = Vec::new();
        File::open(path)?.read_to_end(&mut bytes)?;
        let (first, second) = bytes.split_at(bytes.len() / 2);
        let found = [first, second].into_iter().filter_map(text);
        let latest = found.max_by_key(|(number, _)| *number);
        latest.map(|(_, text)| text).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "it holds nothing that is whole")
        })
    }
}

/// A place with a text.
fn slot(number: u64, text: &str) -> String {
    format!("{MARK}{number} {} {:016x}\n{text}", text.len(), sum(number, text.as_bytes()))
}

/// The text of a place, with its number, where it is whole.
fn text(place: &[u8]) -> Option<(u64, String)> {
    let end = place.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(place.get(..end)?).ok()?;
    let mut words = line.strip_prefix(MARK)?.split(' ');
    let (number, length) = (words.next()?.parse().ok()?, words.next()?.parse::<usize>().ok()?);
    let told = u64::from_str_radix(words.next()?, 16).ok()?;
    let text = place.get(end + 1..)?.get(..length)?;
    (sum(number, text) == told).then(|| Some((number, String::from_utf8(text.to_vec()).ok()?)))?
}

/// A sum that a number and a text written only in part do not have: FNV-1a of 64 bits.
fn sum(number: u64, text: &[u8]) -> u64 {
    number.to_le_bytes().iter().chain(text).fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_text_is_kept_however_long_the_texts_grow() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        let mut slots = Slots::new(&path);
        assert!(Slots::read(&path).is_err());
        let mut text = String::new();
        for at in 0..200 {
            text.push_str(&format!("{at} {}", "é".repeat(at * 3)));
            slots.keep(&text).unwrap();
            assert_eq!(Slots::read(&path).unwrap(), text);
        }
        slots.keep("short").unwrap();
        assert_eq!(Slots::read(&path).unwrap(), "short");
        // Whoever took the file away finds it again.
        fs::remove_file(&path).unwrap();
        slots.keep("again").unwrap();
        assert_eq!(Slots::read(&path).unwrap(), "again");
        slots.clear();
        assert!(!path.exists());
        slots.keep("anew").unwrap();
        assert_eq!(Slots::read(&path).unwrap(), "anew");
    }

    #[test]
    fn a_text_that_was_written_in_part_leaves_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        let mut slots = Slots::new(&path);
        for text in ["first", "second", "third"] {
            slots.keep(text).unwrap();
        }
        let whole = fs::read(&path).unwrap();
        // "fourth" goes where "second" is; it gets no further than any of its bytes.
        slots.keep("fourth").unwrap();
        let after = fs::read(&path).unwrap();
        let room = whole.len() / 2;
        let changed: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != after[*at]).collect();
        assert!(changed.iter().all(|at| *at >= room), "{changed:?}");
        for end in room..=room + slot(5, "fourth").len() {
            let torn = [&after[..end], &whole[end..]].concat();
            fs::write(&path, torn).unwrap();
            let read = Slots::read(&path).unwrap();
            assert!(read == "third" || read == "fourth", "{end}: {read}");
        }
        assert_eq!(Slots::read(&path).unwrap(), "fourth");
    }
}
