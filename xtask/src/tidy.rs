//! `cargo xtask tidy`: the rules of the source tree that no compiler knows.
//!
//! Every check is a function from files in memory to findings, so that its own tests can show it a bad file.

mod edges;
mod module_docs;
mod names;
mod sizes;
mod source;
mod words;

use std::{fmt, fs};

use anyhow::{Context as _, Result, bail};

use self::source::Source;
use crate::workspace;

/// Something against the rules, and where.
#[derive(Debug, Eq, PartialEq)]
struct Finding {
    place: String,
    message: String,
}

impl Finding {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

pub(crate) fn run() -> Result<()> {
    let findings = findings()?;
    for finding in &findings {
        eprintln!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} findings", findings.len());
    }
    Ok(())
}

fn findings() -> Result<Vec<Finding>> {
    let files = text_files()?;
    let mut sources = Vec::new();
    let mut findings = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        match Source::parse(path, text) {
            Ok(source) => sources.push(source),
            Err(finding) => findings.push(finding),
        }
    }
    findings.extend(edges::check(&workspace::metadata()?));
    findings.extend(module_docs::check(&sources));
    findings.extend(names::check(files.iter().map(|(path, _)| path.as_str()), &sources));
    findings.extend(sizes::check(&sources, sizes::EXCEPTIONS));
    findings.extend(words::check_sources(&sources));
    findings.extend(words::check_text(&files));
    Ok(findings)
}

/// Every file of the tree, by its path from the root with `/` between the parts. What is not UTF-8 is left out.
fn text_files() -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for path in workspace::files()? {
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let parts: Vec<_> = path
            .strip_prefix(workspace::root())?
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        if let Ok(text) = String::from_utf8(bytes) {
            files.push((parts.join("/"), text));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        let findings: Vec<_> = findings().unwrap().iter().map(ToString::to_string).collect();
        assert!(
            findings.is_empty(),
            "{}\nsee them again with: cargo xtask tidy",
            findings.join("\n")
        );
    }

    #[test]
    fn the_tree_is_read_whole_and_without_foreign_files() {
        let files = text_files().unwrap();
        let has = |path: &str| files.iter().any(|(it, _)| it == path);
        assert!(has("Cargo.toml") && has("xtask/src/tidy.rs") && has("crates/jwk-gen/src/lib.rs"));
        assert!(!files.iter().any(|(path, _)| path.contains("node_modules/")));
    }
}
