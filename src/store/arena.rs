//! Places for lists of words that grow: an arena in pieces.
//!
//! A list has a place with room for more; one that is full moves to a place with twice the room, one
//! that another list has left or else the end of the arena. The arena is made of pieces, so that it grows
//! without moving what is in it: one vector that doubles would hold everything twice for a moment.

/// How many words a piece has; the bits of an address below it say where in the piece.
const PIECE: usize = 1 << 20;

/// The address of a place: the piece and the word it begins at.
type Address = u64;

/// Lists of words, each in a place of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Arena {
    pieces: Vec<Vec<u32>>,
    /// One more than the piece that small places are cut from.
    open: usize,
    /// Where lists have moved out: places with room for 1 word, for 2, for 4 and so on.
    left: Vec<Vec<Address>>,
    /// Pieces that were given back.
    free: Vec<usize>,
}

impl Arena {
    /// The words of a list.
    pub(super) fn list(&self, start: Address, len: u32) -> &[u32] {
        let (piece, at) = split(start);
        self.pieces.get(piece).map_or(&[], |words| &words[at..at + len as usize])
    }

    /// The words of a list, to be written.
    pub(super) fn list_mut(&mut self, start: Address, len: u32) -> &mut [u32] {
        let (piece, at) = split(start);
        self.pieces.get_mut(piece).map_or(&mut [], |words| &mut words[at..at + len as usize])
    }

    /// Writes a word of a list.
    pub(super) fn set(&mut self, start: Address, at: u32, word: u32) {
        let (piece, first) = split(start);
        self.pieces[piece][first + at as usize] = word;
    }

    /// A place with so much room.
    pub(super) fn place(&mut self, room: u32) -> Address {
        let size = room.is_power_of_two().then(|| room.trailing_zeros() as usize);
        if let Some(place) = size.and_then(|size| self.left.get_mut(size)?.pop()) {
            return place;
        }
        let room = room as usize;
        // What takes half a piece has one to itself, with no word too many.
        if room > PIECE / 2 {
            let piece = self.piece(vec![0; room]);
            return address(piece, 0);
        }
        if self.open == 0 || self.pieces[self.open - 1].len() + room > PIECE {
            self.close();
            self.open = self.piece(Vec::new()) + 1;
        }
        let piece = &mut self.pieces[self.open - 1];
        let at = piece.len();
        piece.resize(at + room, 0);
        address(self.open - 1, at)
    }

    /// A piece more, in the place of one that was given back if there is one.
    fn piece(&mut self, words: Vec<u32>) -> usize {
        let Some(piece) = self.free.pop() else {
            self.pieces.push(words);
            return self.pieces.len() - 1;
        };
        self.pieces[piece] = words;
        piece
    }

    /// Gives what is left of the open piece to lists to come.
    fn close(&mut self) {
        let Some(piece) = self.open.checked_sub(1) else { return };
        while let rest @ 1.. = PIECE - self.pieces[piece].len() {
            let (at, room) = (self.pieces[piece].len(), 1 << rest.ilog2());
            self.pieces[piece].resize(at + room, 0);
            self.leave(address(piece, at), room as u32);
        }
    }

    /// A list of so many words in a new place, with room for `room`.
    pub(super) fn moved(&mut self, start: Address, len: u32, old: u32, room: u32) -> Address {
        let place = self.place(room);
        let ((from, first), (to, second)) = (split(start), split(place));
        let len = len as usize;
        if from == to {
            self.pieces[from].copy_within(first..first + len, second);
        } else if let Ok([from, to]) = self.pieces.get_disjoint_mut([from, to]) {
            to[second..second + len].copy_from_slice(&from[first..first + len]);
        }
        self.leave(start, old);
        place
    }

    /// Leaves a place to others; one that was a whole piece is given back.
    fn leave(&mut self, place: Address, room: u32) {
        let (piece, _) = split(place);
        if room as usize > PIECE / 2 {
            self.pieces[piece] = Vec::new();
            self.free.push(piece);
            return;
        }
        let size = room.ilog2() as usize;
        if self.left.len() <= size {
            self.left.resize_with(size + 1, Vec::new);
        }
        self.left[size].push(place);
    }

    /// How many bytes it holds.
    pub(super) fn memory(&self) -> usize {
        let words: usize = self.pieces.iter().map(Vec::capacity).sum();
        words * 4 + self.left.iter().map(Vec::capacity).sum::<usize>() * size_of::<Address>()
    }
}

fn address(piece: usize, at: usize) -> Address {
    piece as Address * PIECE as Address + at as Address
}

fn split(address: Address) -> (usize, usize) {
    let size = PIECE as Address;
    ((address / size) as usize, (address % size) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_their_words_however_often_they_move() {
        let mut arena = Arena::default();
        // Many short lists and one that outgrows a piece.
        let mut lists: Vec<(Address, u32, u32)> = vec![(0, 0, 0); 3000];
        for step in 0..4_000_000u32 {
            let at = if step % 2 == 0 { 0 } else { step as usize % lists.len() };
            let (start, len, room) = lists[at];
            let (start, room) = match (len == room, room) {
                (false, _) => (start, room),
                (true, 0) => (arena.place(1), 1),
                (true, _) => (arena.moved(start, len, room, room * 2), room * 2),
            };
            arena.set(start, len, step);
            lists[at] = (start, len + 1, room);
        }
        assert_eq!(lists[0].1, 2_000_000);
        for (at, &(start, len, _)) in lists.iter().enumerate() {
            let words = arena.list(start, len);
            let mine = |step: u32| step as usize % lists.len() == at && step % 2 == 1;
            assert!(words.iter().all(|&step| mine(step) || at == 0 && step % 2 == 0));
            assert!(words.is_sorted() && words.len() == len as usize);
        }
        // Twice the words, for room to grow, and not four times.
        assert!(arena.memory() < 4_000_000 * 4 * 3, "{} bytes", arena.memory());
    }

    #[test]
    fn a_place_that_was_left_is_taken_again() {
        let mut arena = Arena::default();
        let first = arena.place(4);
        let second = arena.moved(first, 4, 4, 8);
        assert_ne!(first, second);
        assert_eq!(arena.place(4), first);
        let large = arena.place(1 << 20);
        let larger = arena.moved(large, 1 << 20, 1 << 20, 1 << 21);
        assert!(arena.memory() < (1 << 21) * 4 + 4096, "the place that was left is given back");
        assert_eq!(arena.list(larger, 1 << 21).len(), 1 << 21);
    }
}
