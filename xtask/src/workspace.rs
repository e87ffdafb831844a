//! Where the workspace is, what is in it, and whether a person or a machine is asking.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::process;

/// The folder of the root manifest.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Whether this runs unattended, where nothing may be skipped.
pub(crate) fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|it| it == "true")
}

/// The members of the workspace and their direct dependencies, as Cargo tells them.
pub(crate) fn metadata() -> Result<Value> {
    let mut command = process::cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let text = process::capture(&mut command)?;
    serde_json::from_str(&text).context("`cargo metadata` did not answer with JSON")
}

/// Every file of the tree in a stable order, without what tools put there.
pub(crate) fn files() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let kind = entry.file_type()?;
            if is_tools_own(&entry.file_name()) {
                continue;
            }
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// In a worktree of Git's, `.git` is a file.
fn is_tools_own(name: &std::ffi::OsStr) -> bool {
    [".git", ".venv", "node_modules", "target"].iter().any(|it| name == *it)
}
