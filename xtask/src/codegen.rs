//! `cargo xtask codegen`: the pages under docs/ that are written from the program itself.

mod cli_reference;
mod tables;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::workspace;

/// A generated page: its path from the root, and what it should say.
struct Page {
    path: &'static str,
    text: String,
}

/// What stands on top of each page.
const NOTICE: &str =
    "<!-- Written by `cargo xtask codegen`: change the program, not this page. -->\n\n";

/// Writes each page that is out of date.
pub(crate) fn write() -> Result<()> {
    for page in out_of_date(workspace::root())? {
        let path = workspace::root().join(page.path);
        fs::write(&path, page.text).with_context(|| format!("writing {}", path.display()))?;
        println!("{}", page.path);
    }
    Ok(())
}

/// Fails if a page is out of date.
pub(crate) fn check() -> Result<()> {
    check_in(workspace::root())
}

fn check_in(root: &Path) -> Result<()> {
    let stale: Vec<_> = out_of_date(root)?.iter().map(|page| page.path).collect();
    if !stale.is_empty() {
        bail!("out of date: {}; run `cargo xtask codegen` and commit the result", stale.join(", "));
    }
    Ok(())
}

fn out_of_date(root: &Path) -> Result<Vec<Page>> {
    let mut stale = Vec::new();
    for page in pages() {
        let path = root.join(page.path);
        let found = match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        if found.as_ref() != Some(&page.text) {
            stale.push(page);
        }
    }
    Ok(stale)
}

fn pages() -> [Page; 3] {
    [
        page("docs/cli.md", &cli_reference::render(okta_m2m::command())),
        page("docs/environment.md", &tables::environment(okta_m2m::VARIABLES)),
        page("docs/exit-codes.md", &tables::exit_codes(okta_m2m::EXIT_CODES)),
    ]
}

fn page(path: &'static str, body: &str) -> Page {
    Page { path, text: format!("{NOTICE}{body}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_pages_are_up_to_date() {
        check().unwrap();
    }

    #[test]
    fn a_missing_page_is_out_of_date() {
        let message = check_in(&workspace::root().join("xtask/src")).unwrap_err().to_string();
        let pages = "docs/cli.md, docs/environment.md, docs/exit-codes.md";
        let command = "run `cargo xtask codegen` and commit the result";
        assert_eq!(message, format!("out of date: {pages}; {command}"));
    }
}
