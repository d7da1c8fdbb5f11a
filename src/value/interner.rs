//! The tables behind words, in layers.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::{Constant, Fields, MOST_NESTED, Primitive, Record, WIDE, Word};

/// The tables behind words: symbols and wide values, each stored once.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    base: Option<Arc<Interner>>,
    /// Symbols and wide values of the base, all layers below counted.
    base_symbols: u32,
    base_wides: u32,
    /// The text of all symbols of this layer, end to end.
    text: String,
    /// Where each symbol of this layer ends in `text`.
    ends: Vec<usize>,
    symbols: HashTable<u32>,
    wides: Vec<u64>,
    wide_index: HashTable<u32>,
    base_records: u32,
    records: Vec<Fields>,
    record_index: HashTable<u32>,
}

/// So many symbols are at hand anyway.
const LARGE: usize = 1 << 14;

fn hash_text(text: &str) -> u64 {
    hash_bytes(text.as_bytes())
}

fn hash_bytes(text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text);
    hasher.finish()
}

fn hash_record(branch: &Option<Arc<str>>, fields: &[(Primitive, Word)]) -> u64 {
    let mut hasher = FxHasher::default();
    branch.hash(&mut hasher);
    fields.hash(&mut hasher);
    hasher.finish()
}

/// What a floating-point number is told apart by.
fn float_bits(number: f64) -> u64 {
    match number.is_nan() {
        true => f64::NAN.to_bits(),
        false => (number + 0.0).to_bits(),
    }
}

fn hash_wide(bits: u64) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u64(bits);
    hasher.finish()
}

impl Interner {
    /// An empty interner.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new layer over a frozen interner. Words of the base mean the same in the layer.
    pub fn over(base: Arc<Interner>) -> Self {
        Interner {
            base_symbols: base.symbol_count(),
            base_wides: base.wide_count(),
            base_records: base.record_count(),
            base: Some(base),
            ..Self::default()
        }
    }

    /// How many symbols there are, the base's included.
    pub fn symbol_count(&self) -> u32 {
        self.base_symbols + self.ends.len() as u32
    }

    /// How many bytes the texts of this layer have, the base not counted.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// How many bytes this layer holds, the base not counted.
    pub fn memory(&self) -> usize {
        let tables = (self.symbols.capacity() + self.wide_index.capacity()) * 5;
        let fields = |it: &Fields| size_of::<Fields>() + it.fields.capacity() * 8;
        let records: usize = self.records.iter().map(fields).sum();
        let lists = self.ends.capacity() * 8 + self.wides.capacity() * 8;
        self.text.capacity() + lists + tables + records
    }

    fn record_count(&self) -> u32 {
        self.base_records + self.records.len() as u32
    }

    fn wide_count(&self) -> u32 {
        self.base_wides + self.wides.len() as u32
    }

    /// The word of a constant, made if it is new.
    pub fn intern(&mut self, constant: &Constant) -> Word {
        match constant {
            Constant::Symbol(text) => self.intern_symbol(text),
            Constant::Number(number) => self.intern_number(*number),
            Constant::Unsigned(number) => self.intern_unsigned(*number),
            Constant::Float(number) => self.intern_float(*number),
            Constant::Record(None) => Word(0),
            Constant::Record(Some(record)) => {
                let fields = &record.fields;
                let fields = fields.iter().map(|it| (it.primitive(), self.intern(it))).collect();
                self.intern_record(record.branch.clone(), fields).unwrap_or_default()
            }
        }
    }

    /// The word of a constant, if anything has made it.
    pub fn find(&self, constant: &Constant) -> Option<Word> {
        match constant {
            Constant::Symbol(text) => self.find_symbol(text, hash_text(text)),
            Constant::Number(number) => self.find_bits(*number as u64),
            Constant::Unsigned(number) => self.find_bits(*number),
            Constant::Float(number) => self.find_wide(float_bits(*number)),
            Constant::Record(None) => Some(Word(0)),
            Constant::Record(Some(record)) => {
                let fields = record.fields.iter();
                let fields: Option<Vec<(Primitive, Word)>> =
                    fields.map(|it| Some((it.primitive(), self.find(it)?))).collect();
                self.find_record(&record.branch, &fields?)
            }
        }
    }

    /// The constant that a word of a column of the given kind stands for.
    pub fn constant(&self, word: Word, primitive: Primitive) -> Constant {
        match primitive {
            Primitive::Symbol => Constant::Symbol(Arc::from(self.symbol(word))),
            Primitive::Number => Constant::Number(self.number(word)),
            Primitive::Unsigned => Constant::Unsigned(self.unsigned(word)),
            Primitive::Float => Constant::Float(self.float(word)),
            Primitive::Record => Constant::Record(self.record(word).map(|record| {
                let fields = record.fields.iter();
                let fields = fields.map(|(kind, word)| self.constant(*word, *kind)).collect();
                Arc::new(Record { branch: record.branch.clone(), fields })
            })),
        }
    }

    /// The word of a record, made if it is new; nothing where it would be nested too deep.
    pub fn intern_record(
        &mut self,
        branch: Option<Arc<str>>,
        fields: Vec<(Primitive, Word)>,
    ) -> Option<Word> {
        if let Some(word) = self.find_record(&branch, &fields) {
            return Some(word);
        }
        let inner = fields.iter().filter(|(kind, _)| *kind == Primitive::Record);
        let depths = inner.filter_map(|(_, word)| self.record(*word)).map(|record| record.depth);
        let depth = depths.max().unwrap_or_default() + 1;
        if depth > MOST_NESTED {
            return None;
        }
        let (local, hash) = (self.records.len() as u32, hash_record(&branch, &fields));
        self.records.push(Fields { branch, fields, depth });
        let Interner { record_index, records, .. } = self;
        let again = |&other: &u32| {
            records
                .get(other as usize)
                .map_or(0, |record| hash_record(&record.branch, &record.fields))
        };
        record_index.insert_unique(hash, local, again);
        // Zero is nil.
        Some(Word(self.base_records + local + 1))
    }

    fn find_record(&self, branch: &Option<Arc<str>>, fields: &[(Primitive, Word)]) -> Option<Word> {
        if let Some(base) = &self.base
            && let Some(word) = base.find_record(branch, fields)
        {
            return Some(word);
        }
        let same = |&local: &u32| {
            self.records
                .get(local as usize)
                .is_some_and(|record| record.branch == *branch && record.fields == fields)
        };
        let found = self.record_index.find(hash_record(branch, fields), same)?;
        Some(Word(self.base_records + found + 1))
    }

    /// The record of a word; nothing for `nil`.
    pub fn record(&self, word: Word) -> Option<&Fields> {
        let index = word.0.checked_sub(1)?;
        let mut layer = self;
        while index < layer.base_records {
            layer = layer.base.as_ref()?;
        }
        layer.records.get((index - layer.base_records) as usize)
    }

    /// The word of a text, made if it is new.
    pub fn intern_symbol(&mut self, text: &str) -> Word {
        let hash = hash_text(text);
        if let Some(word) = self.find_symbol(text, hash) {
            return word;
        }
        let local = self.ends.len() as u32;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        let Interner { symbols, text, ends, .. } = self;
        symbols.insert_unique(hash, local, |&other| hash_text(slice(text, ends, other)));
        Word(self.base_symbols + local)
    }

    /// Whether what this layer holds of symbols is more than what is at hand anyway.
    pub fn is_large(&self) -> bool {
        self.ends.len() > LARGE
    }

    /// Has what is needed to find some texts brought near, for many of them at a time. Only time
    /// depends on it.
    pub fn ask_for<'t>(&self, mut texts: impl Iterator<Item = &'t [u8]>) {
        let mut some = [0; 64];
        let mut seen = 0;
        loop {
            let mut asked = 0;
            for (place, text) in some.iter_mut().zip(&mut texts) {
                let first = |&local: &u32| {
                    *place = local;
                    true
                };
                seen ^= self.symbols.find(hash_bytes(text), first).map_or(0, |it| *it as usize);
                asked += 1;
            }
            for local in &some[..asked] {
                seen ^= self.ends.get(*local as usize).map_or(0, |end| *end);
            }
            for local in &some[..asked] {
                let end = self.ends.get(*local as usize).map_or(0, |end| *end);
                let last = self.text.as_bytes().get(end.saturating_sub(1));
                seen ^= usize::from(last.copied().unwrap_or_default());
            }
            if asked < some.len() {
                break;
            }
        }
        std::hint::black_box(seen);
    }

    fn find_symbol(&self, text: &str, hash: u64) -> Option<Word> {
        if let Some(base) = &self.base
            && let Some(word) = base.find_symbol(text, hash)
        {
            return Some(word);
        }
        let found =
            self.symbols.find(hash, |&local| slice(&self.text, &self.ends, local) == text)?;
        Some(Word(self.base_symbols + found))
    }

    /// The text of a symbol's word. A word that no interner of this stack made is a bug of the
    /// caller and reads as an empty text.
    pub fn symbol(&self, word: Word) -> &str {
        let mut layer = self;
        while word.0 < layer.base_symbols {
            match &layer.base {
                Some(base) => layer = base,
                None => return "",
            }
        }
        let local = word.0 - layer.base_symbols;
        debug_assert!((local as usize) < layer.ends.len(), "a symbol nobody interned");
        slice(&layer.text, &layer.ends, local)
    }

    /// The word of a number, made if it is new.
    pub fn intern_number(&mut self, number: i64) -> Word {
        self.intern_bits(number as u64)
    }

    /// The number of a word of a `number` column.
    pub fn number(&self, word: Word) -> i64 {
        self.bits(word) as i64
    }

    /// The word of an unsigned number, made if it is new.
    pub fn intern_unsigned(&mut self, number: u64) -> Word {
        self.intern_bits(number)
    }

    /// The number of a word of an `unsigned` column.
    pub fn unsigned(&self, word: Word) -> u64 {
        self.bits(word)
    }

    /// The word of a floating-point number, made if it is new. Numbers are told apart by their
    /// bits, except that -0.0 is 0.0 and that there is one `NaN`.
    pub fn intern_float(&mut self, number: f64) -> Word {
        self.intern_wide(float_bits(number))
    }

    /// The number of a word of a `float` column.
    pub fn float(&self, word: Word) -> f64 {
        f64::from_bits(self.bits(word))
    }

    fn intern_bits(&mut self, bits: u64) -> Word {
        if bits < u64::from(WIDE) { Word(bits as u32) } else { self.intern_wide(bits) }
    }

    fn find_bits(&self, bits: u64) -> Option<Word> {
        if bits < u64::from(WIDE) { Some(Word(bits as u32)) } else { self.find_wide(bits) }
    }

    fn intern_wide(&mut self, bits: u64) -> Word {
        if let Some(word) = self.find_wide(bits) {
            return word;
        }
        let local = self.wides.len() as u32;
        self.wides.push(bits);
        let Interner { wide_index, wides, .. } = self;
        wide_index.insert_unique(hash_wide(bits), local, |&other| hash_wide(wides[other as usize]));
        Word(WIDE | (self.base_wides + local))
    }

    fn find_wide(&self, bits: u64) -> Option<Word> {
        if let Some(base) = &self.base
            && let Some(word) = base.find_wide(bits)
        {
            return Some(word);
        }
        let found =
            self.wide_index.find(hash_wide(bits), |&local| self.wides[local as usize] == bits)?;
        Some(Word(WIDE | (self.base_wides + found)))
    }

    fn bits(&self, word: Word) -> u64 {
        if word.0 & WIDE == 0 {
            return u64::from(word.0);
        }
        let index = word.0 & !WIDE;
        let mut layer = self;
        while index < layer.base_wides {
            match &layer.base {
                Some(base) => layer = base,
                None => return 0,
            }
        }
        layer.wides.get((index - layer.base_wides) as usize).copied().unwrap_or_default()
    }
}

fn slice<'a>(text: &'a str, ends: &[usize], local: u32) -> &'a str {
    let local = local as usize;
    let start = if local == 0 { 0 } else { ends[local - 1] };
    &text[start..ends[local]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_their_own_word() {
        let mut interner = Interner::new();
        assert_eq!(interner.intern_number(7), Word(7));
        assert_eq!(interner.number(Word(7)), 7);
    }

    #[test]
    fn every_constant_reads_back() {
        let mut interner = Interner::new();
        for constant in [
            Constant::Symbol("".into()),
            Constant::Symbol("Auction".into()),
            Constant::Number(0),
            Constant::Number(-1),
            Constant::Number(i64::MIN),
            Constant::Number(i64::from(u32::MAX)),
            Constant::Unsigned(u64::MAX),
            Constant::Float(0.5),
            Constant::Float(-3.25),
        ] {
            let word = interner.intern(&constant);
            assert_eq!(interner.intern(&constant), word);
            assert_eq!(interner.find(&constant), Some(word));
            assert_eq!(interner.constant(word, constant.primitive()), constant);
        }
    }

    #[test]
    fn a_layer_keeps_the_words_of_its_base() {
        let mut base = Interner::new();
        let auction = base.intern_symbol("Auction");
        let minus = base.intern_number(-5);
        let base = Arc::new(base);
        let mut layer = Interner::over(Arc::clone(&base));
        assert_eq!(layer.intern_symbol("Auction"), auction);
        assert_eq!(layer.intern_number(-5), minus);
        let bid = layer.intern_symbol("Bid");
        assert_eq!(layer.symbol(bid), "Bid");
        assert_eq!(layer.symbol(auction), "Auction");
        let other = layer.intern_number(-6);
        assert_eq!((layer.number(other), layer.number(minus)), (-6, -5));
        assert_eq!(base.find(&Constant::Symbol("Bid".into())), None);
    }
}
