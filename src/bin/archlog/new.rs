//! `new`: a skeleton design.

use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// The design that is written, with the places that a name goes to.
const TEMPLATE: &str = include_str!("../../../templates/design.dl");

/// Writes a skeleton; gives the name of the file.
pub fn new(name: &str) -> Result<String> {
    let stem = name.strip_suffix(".dl").unwrap_or(name);
    let path = Path::new(stem).with_file_name(format!(
        "{}.dl",
        Path::new(stem).file_name().map(|name| name.to_string_lossy()).unwrap_or_default()
    ));
    let shown = path.display().to_string();
    let id = Path::new(stem).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if id.is_empty() || id.contains(['"', '\\']) || id.contains(char::is_control) {
        bail!("a design cannot be called `{name}`: give it a plain name, such as `auction`");
    }
    let text =
        TEMPLATE.replace("{file}", &shown).replace("{id}", id).replace("{title}", &title(id));
    let mut file = match std::fs::OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("`{shown}` is there already; it is not overwritten")
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or(Path::new("."));
            bail!("cannot write `{shown}`: there is no folder `{}`", folder.display())
        }
        Err(error) => return Err(error).with_context(|| format!("cannot write `{shown}`")),
    };
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write `{shown}`"))?;
    Ok(shown)
}

/// A path as a word of a command: in quotes where a shell would take it for something else.
pub fn word(path: &str) -> String {
    let plain = |it: char| it.is_alphanumeric() || "_-./".contains(it);
    match path.chars().all(plain) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}

/// `ride-dispatch` is called "Ride dispatch".
fn title(id: &str) -> String {
    let words = id.replace(['-', '_'], " ");
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_where_a_shell_would_part_it() {
        assert_eq!(word("designs/ride-1.dl"), "designs/ride-1.dl");
        assert_eq!(word("My shop.dl"), "'My shop.dl'");
        assert_eq!(word("Joe's.dl"), "'Joe'\\''s.dl'");
    }

    #[test]
    fn a_title_is_made_of_the_name() {
        assert_eq!(title("ride-dispatch"), "Ride dispatch");
        assert_eq!(title("élan_vital"), "Élan vital");
    }
}
