//! `explain`: the page of a code.

use anyhow::{Context, Result, bail};
use archlog::audit::checks;
use archlog::diag::nearest;
use archlog::kb::{Options, Part, Rulebook, embedded, embedded_in};

use crate::args::Explain;

/// Where the pages are.
const FOLDER: &str = "docs/errors";

/// The page of a code, or the list of all pages; of a check of one's own what its comments say.
pub fn explain(arguments: &Explain) -> Result<String> {
    let Some(code) = arguments.code.as_deref() else { return Ok(list()) };
    let own = checks::is_own_code(&code.to_ascii_uppercase());
    match &arguments.rules {
        Some(folder) => {
            std::fs::metadata(folder)
                .with_context(|| format!("cannot read `{}`", folder.display()))?;
            let options =
                Options { rules: vec![folder.clone()], part: Part::Checks, ..Options::default() };
            let Ok(rulebook) = Rulebook::load(&options) else {
                bail!("the rules have errors: `archlog check --rules {}`", folder.display());
            };
            // What is laid over the rulebook goes by the names of its own folder.
            let place = |name: &str| {
                let own = name.strip_prefix("rules/").map(|it| folder.join(it));
                own.filter(|it| it.is_file())
                    .map_or_else(|| name.to_owned(), |it| it.display().to_string())
            };
            let page = checks::page(&rulebook, &code.to_ascii_uppercase(), &place);
            match page {
                Some(page) => Ok(page),
                None if own => bail!("no relation has `@check {code}`"),
                None => of_ours(code),
            }
        }
        None if own => bail!(
            "`{code}` is no code of archlog's; a check of your own is told by the rules it is in: \
             `archlog explain {code} --rules FOLDER`"
        ),
        None => of_ours(code),
    }
}

/// The page of a code of ours.
fn of_ours(code: &str) -> Result<String> {
    let wanted = code.to_ascii_uppercase();
    // `107` and `0107` will do.
    let wanted = match wanted.parse::<u32>() {
        Ok(number) => format!("AL{number:04}"),
        Err(_) => wanted,
    };
    if let Some(page) = page(&wanted) {
        return Ok(page.to_string());
    }
    match nearest(&wanted, codes()) {
        Some(near) => bail!("there is no code `{code}`; did you mean `{near}`?"),
        None => bail!("there is no code `{code}`; `archlog explain` lists all codes"),
    }
}

fn page(code: &str) -> Option<&'static str> {
    embedded(&format!("{FOLDER}/{code}.md"))
}

fn codes() -> impl Iterator<Item = &'static str> {
    embedded_in(FOLDER)
        .filter_map(|path| path.rsplit('/').next()?.strip_suffix(".md"))
        .filter(|name| name.starts_with("AL"))
}

/// Every code with the title of its page.
fn list() -> String {
    let titles = codes().filter_map(page).map(|page| page.lines().next().unwrap_or_default());
    titles.map(|title| format!("{}\n", title.trim_start_matches("# "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_opens_with_its_code() {
        assert!(codes().count() > 20);
        for code in codes() {
            assert!(page(code).unwrap().starts_with(&format!("# {code}")), "{code}");
        }
    }

    #[test]
    fn a_code_may_be_typed_carelessly() {
        let page = of_ours("AL0504").unwrap();
        assert_eq!(of_ours("al0504").unwrap(), page);
        assert_eq!(of_ours("504").unwrap(), page);
    }

    #[test]
    fn an_unknown_code_names_the_nearest() {
        let message = of_ours("AL050").unwrap_err().to_string();
        assert!(message.contains("did you mean `AL05"), "{message}");
        assert!(of_ours("x").unwrap_err().to_string().contains("lists all codes"));
        assert!(list().contains("AL0504"));
    }
}
