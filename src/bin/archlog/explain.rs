//! `explain`: the page of a code.

use anyhow::{Result, bail};
use archlog::diag::nearest;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of a code, or the list of all pages.
pub fn explain(code: Option<&str>) -> Result<String> {
    let Some(code) = code else { return Ok(list()) };
    let wanted = code.to_ascii_uppercase();
    // `107` and `0107` will do.
    let wanted = match wanted.parse::<u32>() {
        Ok(number) => format!("AL{number:04}"),
        Err(_) => wanted,
    };
    if let Some((_, page)) = PAGES.iter().find(|(name, _)| *name == wanted) {
        return Ok(page.to_string());
    }
    match nearest(&wanted, PAGES.iter().map(|(name, _)| *name)) {
        Some(near) => bail!("there is no code `{code}`; did you mean `{near}`?"),
        None => bail!("there is no code `{code}`; `archlog explain` lists all codes"),
    }
}

/// Every code with the title of its page.
fn list() -> String {
    let title = |page: &str| page.lines().next().unwrap_or("").trim_start_matches("# ").to_string();
    PAGES.iter().map(|(_, page)| format!("{}\n", title(page))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_opens_with_its_code() {
        for (code, page) in PAGES {
            assert!(page.starts_with(&format!("# {code}: ")), "{code}");
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
        assert!(list().contains("AL0504: "));
    }
}
