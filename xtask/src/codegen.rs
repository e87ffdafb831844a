//! `cargo xtask codegen`: the pages under docs/ that are written from the program itself, and the tables of Okta's scopes
//! and operations.

mod catalogue;
mod cli_reference;
mod tables;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

pub(crate) use self::catalogue::Lists;
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
pub(crate) fn write(lists: &Lists) -> Result<()> {
    for page in out_of_date(workspace::root(), lists)? {
        let path = workspace::root().join(page.path);
        tell_changes(&path, &page);
        fs::write(&path, page.text).with_context(|| format!("writing {}", path.display()))?;
        println!("{}", page.path);
    }
    Ok(())
}

/// Fails if a page is out of date. The tables of scopes and operations are compared with the lists that are given.
pub(crate) fn check(lists: &Lists) -> Result<()> {
    check_in(workspace::root(), lists)
}

fn check_in(root: &Path, lists: &Lists) -> Result<()> {
    let pages = out_of_date(root, lists)?;
    for page in &pages {
        tell_changes(&root.join(page.path), page);
    }
    let stale: Vec<_> = pages.iter().map(|page| page.path).collect();
    if !stale.is_empty() {
        bail!("out of date: {}; run `cargo xtask codegen` and commit the result", stale.join(", "));
    }
    Ok(())
}

/// Says what is new and what is gone in a table; of a page it is seen by its text.
fn tell_changes(path: &Path, page: &Page) {
    if page.path.ends_with(".tsv") {
        let before = fs::read_to_string(path).unwrap_or_default();
        for change in catalogue::changes(&before, &page.text) {
            println!("{change}");
        }
    }
}

fn out_of_date(root: &Path, lists: &Lists) -> Result<Vec<Page>> {
    let mut stale = Vec::new();
    for page in catalogue::pages(lists)?.into_iter().chain(pages()) {
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

fn pages() -> [Page; 4] {
    [
        page("docs/cli.md", &cli_reference::render(okta_m2m::command())),
        page("docs/environment.md", &tables::environment(okta_m2m::VARIABLES)),
        page("docs/exit-codes.md", &tables::exit_codes(okta_m2m::EXIT_CODES)),
        page("docs/troubleshooting.md", &tables::troubleshooting(okta_m2m::hints())),
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
        check(&Lists::default()).unwrap();
    }

    #[test]
    fn a_missing_page_is_out_of_date() {
        let message = check_in(&workspace::root().join("xtask/src"), &Lists::default());
        let message = message.unwrap_err().to_string();
        let pages = "docs/cli.md, docs/environment.md, docs/exit-codes.md, docs/troubleshooting.md";
        let command = "run `cargo xtask codegen` and commit the result";
        assert_eq!(message, format!("out of date: {pages}; {command}"));
    }
}
