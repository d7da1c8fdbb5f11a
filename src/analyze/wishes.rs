//! What a program says about deriving only what is asked for: the words are Souffle's.
//!
//! `.pragma "magic-transform" "r,s"` and the qualifier `magic` name relations of which only that is to be
//! derived, `"*"` all of them; `"magic-transform-exclude"` and `no_magic` name some that are derived
//! whole. An equivalence is derived whole, too.

use crate::diag::Diagnostic;
use crate::syntax::tree::{Item, Name, Tree};

use super::declarations::Declarations;
use super::error;
use super::program::Wishes;

/// The pragma that names relations, and the one that excepts some.
const NAMED: &str = "magic-transform";
const EXCEPTED: &str = "magic-transform-exclude";

/// Whether a pragma of these words has an effect.
pub fn is_wish(words: &[String]) -> bool {
    words.first().is_some_and(|first| first == NAMED || first == EXCEPTED)
}

/// Collects what the texts wish for.
pub(super) fn collect(
    declarations: &Declarations,
    trees: &[Tree],
    diagnostics: &mut Vec<Diagnostic>,
) -> Wishes {
    let mut wishes = Wishes::default();
    for item in trees.iter().flat_map(|tree| &tree.items) {
        match item {
            Item::Pragma { words, span } if is_wish(words) => {
                let named = words.first().is_some_and(|first| first == NAMED);
                let names = words.iter().skip(1).flat_map(|word| word.split(',')).map(str::trim);
                let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
                if names.is_empty() {
                    let message = "a pragma that names no relations";
                    let help = "write `.pragma \"magic-transform\" \"r,s\"`, or `\"*\"` for all";
                    diagnostics.push(error::malformed_directive(*span, message, help));
                }
                for name in names {
                    if name == "*" {
                        *(if named { &mut wishes.all } else { &mut wishes.none }) = true;
                        continue;
                    }
                    let name = Name { text: name.to_owned(), span: *span };
                    let relation = declarations.resolve(&name, diagnostics);
                    (if named { &mut wishes.only } else { &mut wishes.never }).extend(relation);
                }
            }
            Item::Declaration(declaration) => {
                for qualifier in &declaration.qualifiers {
                    let list = match qualifier.text.as_str() {
                        "magic" => &mut wishes.only,
                        "no_magic" | "eqrel" => &mut wishes.never,
                        _ => continue,
                    };
                    let names = declaration.names.iter();
                    list.extend(names.filter_map(|name| declarations.relation(&name.text)));
                }
            }
            _ => {}
        }
    }
    wishes
}
