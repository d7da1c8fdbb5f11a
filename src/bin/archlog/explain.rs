//! `explain`: the page of a code.

use anyhow::{Result, bail};
use archlog::diag::nearest;
use archlog::kb::{embedded, embedded_in};

/// Where the pages are.
const FOLDER: &str = "docs/errors";

/// The page of a code, or the list of all pages.
pub fn explain(code: Option<&str>) -> Result<String> {
    let Some(code) = code else { return Ok(list()) };
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
        let page = explain(Some("AL0504")).unwrap();
        assert_eq!(explain(Some("al0504")).unwrap(), page);
        assert_eq!(explain(Some("504")).unwrap(), page);
    }

    #[test]
    fn an_unknown_code_names_the_nearest() {
        let message = explain(Some("AL050")).unwrap_err().to_string();
        assert!(message.contains("did you mean `AL05"), "{message}");
        assert!(explain(Some("x")).unwrap_err().to_string().contains("lists all codes"));
        assert!(list().contains("AL0504"));
    }
}
