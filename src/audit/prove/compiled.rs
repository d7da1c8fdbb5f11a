//! The decision cores that were compiled: `compiled/` holds their texts.

/// Shows a tuple: the place of its relation, its values.
type See<'a> = dyn FnMut(usize, &[u64]) + 'a;

/// The place of a relation, and values.
pub type Tuple = (usize, Vec<u64>);

/// A compiled part of a program.
pub struct Compiled {
    /// The text it was compiled from.
    pub source: &'static str,
    /// The names of what comes from outside.
    pub inputs: &'static [&'static str],
    /// The names of what derives.
    pub outputs: &'static [&'static str],
    /// The numbers of symbols; the same for the same texts.
    pub symbols: fn(&[&str]) -> Vec<u64>,
    /// Derives all that follows from some tuples.
    pub derive: fn(&[Tuple], &mut See<'_>),
}

macro_rules! compiled {
    ($name:ident) => {
        Compiled {
            source: $name::SOURCE,
            inputs: &$name::INPUTS,
            outputs: &$name::OUTPUTS,
            symbols: |texts| {
                let mut symbols = $name::Symbols::default();
                texts.iter().map(|text| u64::from(symbols.intern(text).0)).collect()
            },
            derive: |given, see| {
                let mut facts = $name::Facts::default();
                for (relation, values) in given {
                    facts.add(*relation, values);
                }
                let derived = $name::derive(facts);
                for place in 0..$name::OUTPUTS.len() {
                    derived.each(place, &mut |values| see(place, values));
                }
            },
        }
    };
}

/// All of them.
pub static COMPILED: [Compiled; 2] =
    [compiled!(archlog_default_ascent), compiled!(archlog_letter_ascent)];
