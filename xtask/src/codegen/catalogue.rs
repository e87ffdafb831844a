//! The tables of Okta's scopes and operations in `okta-http`, made from lists that stay outside of the tree.
//!
//! A list of scopes has lines `scope TAB purpose`; one of operations `METHOD TAB path TAB operationId TAB needs`, where needs
//! are scopes joined by `+`, `-` for nothing, `!client-auth` or `!ssws`. Both come from Okta's OpenAPI (Apache-2.0).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use super::Page;

const SCOPES: &str = "crates/okta-http/data/scopes.tsv";
const OPERATIONS: &str = "crates/okta-http/data/operations.tsv";

/// The lists that the tables are made from.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Lists {
    /// List of Okta's scopes, to write the table of the library from
    #[arg(long, value_name = "FILE", requires = "openapi")]
    scopes: Option<PathBuf>,
    /// List of Okta's operations, to write the table of the library from
    #[arg(long, value_name = "FILE", requires = "openapi")]
    operations: Option<PathBuf>,
    /// Release of Okta's OpenAPI that the lists are from, such as 2026.06.3
    #[arg(long, value_name = "RELEASE")]
    openapi: Option<String>,
}

/// The tables that the lists make; those of lists that are not given stay as they are.
pub(super) fn pages(lists: &Lists) -> Result<Vec<Page>> {
    let read = |path: &Path| {
        fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
    };
    let source = format!(
        "# From Okta's OpenAPI {} (Apache-2.0, Copyright Okta, Inc.).\n",
        lists.openapi.as_deref().unwrap_or_default()
    );
    let mut pages = Vec::new();
    if let Some(path) = &lists.scopes {
        let text = scopes(&read(path)?).with_context(|| path.display().to_string())?;
        pages.push(Page { path: SCOPES, text: format!("{source}{text}") });
    }
    if let Some(path) = &lists.operations {
        let text = operations(&read(path)?).with_context(|| path.display().to_string())?;
        pages.push(Page { path: OPERATIONS, text: format!("{source}{text}") });
    }
    Ok(pages)
}

/// What differs between two tables, a line each: `+ new`, `- gone`.
pub(super) fn changes(before: &str, after: &str) -> Vec<String> {
    let (before, after) = (facts(before), facts(after));
    let gone = before.iter().filter(|fact| !after.contains(fact)).map(|fact| format!("- {fact}"));
    let new = after.iter().filter(|fact| !before.contains(fact)).map(|fact| format!("+ {fact}"));
    gone.chain(new).collect()
}

/// One fact a scope or operation, wherever it stands.
fn facts(table: &str) -> Vec<String> {
    let of_line = |line: &str| {
        let (key, rest) = line.split_once('\t').unwrap_or((line, ""));
        rest.split('\t')
            .map(|entry| format!("{key} {entry}").trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    table.lines().filter(|line| !line.starts_with('#')).flat_map(of_line).collect()
}

fn scopes(list: &str) -> Result<String> {
    let mut rows = BTreeMap::new();
    for (index, line) in list.lines().enumerate() {
        let row = line.split_once('\t').filter(|(name, purpose)| {
            is_word(name) && !purpose.is_empty() && !purpose.contains('\t')
        });
        let (name, purpose) =
            row.with_context(|| format!("line {}: not SCOPE TAB PURPOSE", index + 1))?;
        ensure!(rows.insert(name, purpose).is_none(), "line {}: `{name}` again", index + 1);
    }
    Ok(rows.iter().map(|(name, purpose)| format!("{name}\t{purpose}\n")).collect())
}

fn operations(list: &str) -> Result<String> {
    let mut paths: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
    for (index, line) in list.lines().enumerate() {
        let place = index + 1;
        let cells: Vec<_> = line.split('\t').collect();
        let [method, path, id, needs] = cells[..] else { bail!("line {place}: not four columns") };
        ensure!(
            cells.iter().all(|cell| is_word(cell)),
            "line {place}: a column is empty or has a space"
        );
        ensure!(path.starts_with('/'), "line {place}: `{path}` is no path");
        let methods = paths.entry(path).or_default();
        let row = format!("{method} {id} {needs}");
        ensure!(methods.insert(method, row).is_none(), "line {place}: {method} {path} again");
    }
    let line = |(path, methods): (&&str, &BTreeMap<&str, String>)| {
        let rows: Vec<_> = methods.values().map(String::as_str).collect();
        format!("{path}\t{}\n", rows.join("\t"))
    };
    Ok(paths.iter().map(line).collect())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_put_in_order() {
        assert_eq!(scopes("b\tto write\na\tto read\n").unwrap(), "a\tto read\nb\tto write\n");
        for list in ["a\n", "a\t\n", "\tx\n", "a b\tx\n", "a\tx\na\ty\n", "a\tx\ty\n"] {
            assert!(scopes(list).is_err(), "{list:?}");
        }
    }

    #[test]
    fn operations_are_gathered_by_path() {
        let list = "POST\t/b\tmake\tw\nGET\t/b\tlist\tr\nGET\t/a\tsee\t-\n";
        let table = "/a\tGET see -\n/b\tGET list r\tPOST make w\n";
        assert_eq!(operations(list).unwrap(), table);
        for list in [
            "GET\t/a\tsee\n",
            "GET\ta\tsee\t-\n",
            "GET\t/a\tsee\t\n",
            "GET\t/a\tx\t-\nGET\t/a\ty\t-\n",
        ] {
            assert!(operations(list).is_err(), "{list:?}");
        }
    }

    #[test]
    fn what_changed_is_told_by_scope_and_operation() {
        let before = "/a\tGET see -\tPUT set w\n/b\tGET list r\n";
        let after = "/a\tGET see -\tPUT set x\n/c\tGET new r\n";
        let told = ["- /a PUT set w", "- /b GET list r", "+ /a PUT set x", "+ /c GET new r"];
        assert_eq!(changes(before, after), told);
        assert_eq!(changes(before, before), [""; 0]);
    }
}
