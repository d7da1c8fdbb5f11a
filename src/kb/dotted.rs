//! Names that are typed with a dot and declared with an underscore, shown as they were typed.

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, Sources};

use super::{observed_names, undotted};

/// What such names begin with as they are declared.
const PREFIX: &str = "meta_";

/// Makes problems of [`undotted`] text those of the text that somebody typed: names with their dot, in
/// what is said and in what is shown.
pub fn as_typed(typed: &str, problems: &mut [Diagnostic], sources: &mut Sources) {
    let rewritten = rewritten(typed);
    if rewritten.is_empty() {
        return;
    }
    let known = observed_names().iter().filter(|name| name.starts_with(PREFIX));
    let mut names: Vec<&str> = rewritten.iter().chain(known).map(String::as_str).collect();
    // A name may begin with another one.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let dotted = |text: &str| {
        let mut text = text.to_owned();
        for name in &names {
            text = text.replace(name, &name.replacen('_', ".", 1));
        }
        text
    };
    for problem in problems {
        problem.message = dotted(&problem.message);
        problem.help.iter_mut().for_each(|help| *help = dotted(help));
        for label in &mut problem.labels {
            label.text = dotted(&label.text);
            sources.reword(label.span.source, &dotted);
        }
    }
}

/// The names that are not declared as they were typed.
fn rewritten(typed: &str) -> BTreeSet<String> {
    let text = undotted(typed);
    let differ =
        typed.bytes().zip(text.bytes()).enumerate().filter(|(_, (one, other))| one != other);
    let names = differ.filter_map(|(at, _)| {
        let from = text.get(at.checked_sub(PREFIX.len() - 1)?..)?;
        let end = from.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(from.len());
        from.get(..end).map(str::to_owned)
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_and_shown_has_the_names_as_they_were_typed() {
        let typed = "meta.rulez(R), meta.rule(X)";
        let mut sources = Sources::new();
        let source = sources.add("<goal>", undotted(typed));
        let span = crate::diag::Span { source, start: 0, end: 10 };
        let problem = Diagnostic::error("AL0107", "`meta_rulez` is not declared");
        let mut problems = [problem.at(span, "unknown").help("did you mean `meta_rule`?")];
        as_typed(typed, &mut problems, &mut sources);
        assert_eq!(problems[0].message, "`meta.rulez` is not declared");
        assert_eq!(problems[0].help, ["did you mean `meta.rule`?"]);
        assert_eq!(sources.text(problems[0].labels[0].span), "meta.rulez");
    }
}
