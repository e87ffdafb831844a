//! The version of a release, written where it stands.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use toml_edit::{DocumentMut, value};

use super::changes::{self, Version};
use crate::process;

/// Workspaces with a lock file that names our versions.
const WORKSPACES: [&str; 3] = ["Cargo.toml", "bench/Cargo.toml", "fuzz/Cargo.toml"];

/// Turns `.changes/` of the tree at `root` into a section of CHANGELOG.md with `date`, and sets the version that follows
/// from it; returns that version. Without changes everything stays as it is.
///
/// # Errors
///
/// A change that cannot be read, and a manifest without a version.
pub(super) fn prepare(root: &Path, date: &str) -> Result<Version> {
    let changes = changes::read(root)?;
    let manifest = root.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    let mut document: DocumentMut = text.parse().context("Cargo.toml")?;
    let present = document["workspace"]["package"]["version"].as_str().unwrap_or_default();
    let present = Version::parse(present).context("the workspace has no version")?;
    if changes.is_empty() {
        return Ok(present);
    }
    let changelog = root.join("CHANGELOG.md");
    let before = fs::read_to_string(&changelog)?;
    let next = changes::next_version(present, &before, &changes);
    fs::write(&changelog, changes::with_section(&before, next, date, &changes))?;
    if next != present {
        set_version(&mut document, &present.to_string(), &next.to_string())?;
        fs::write(&manifest, document.to_string())?;
        follow(root)?;
    }
    for change in &changes {
        fs::remove_file(&change.path)?;
    }
    Ok(next)
}

/// Sets the version of the workspace, and that by which its crates depend on each other.
fn set_version(document: &mut DocumentMut, present: &str, next: &str) -> Result<()> {
    document["workspace"]["package"]["version"] = value(next);
    let dependencies = document["workspace"]["dependencies"].as_table_like_mut();
    let mut changed = 0;
    for (name, dependency) in dependencies.context("no dependencies")?.iter_mut() {
        let Some(dependency) = dependency.as_table_like_mut() else { continue };
        if dependency.contains_key("path") && dependency.contains_key("version") {
            let own = dependency.get("version").and_then(|it| it.as_str());
            ensure!(own == Some(present), "`{name}` is not depended on by {present}");
            dependency.insert("version", value(next));
            changed += 1;
        }
    }
    ensure!(changed > 0, "no crate depends on another by its version");
    Ok(())
}

/// Lets the lock files follow; nothing else in them changes.
fn follow(root: &Path) -> Result<()> {
    for manifest in WORKSPACES.map(|it| root.join(it)).iter().filter(|it| it.exists()) {
        let mut command = process::cargo(&["update", "--workspace", "--offline", "--quiet"]);
        process::run(command.current_dir(root).arg("--manifest-path").arg(manifest))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace]\nmembers = [\"a\", \"b\"]\nresolver = \"3\"\n\n[workspace.package]\nversion = \"0.1.0\"\n\n\
                            [workspace.dependencies]\na = { path = \"a\", version = \"0.1.0\" } # ours\n";

    /// A workspace of two crates, the second of which depends on the first.
    fn workspace(changelog: &str) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("Cargo.toml", MANIFEST);
        for (name, dependencies) in [("a", ""), ("b", "[dependencies]\na.workspace = true\n")] {
            let package = format!(
                "[package]\nname = \"{name}\"\nversion.workspace = true\nedition = \"2024\"\n{dependencies}"
            );
            write(&format!("{name}/Cargo.toml"), &package);
            write(&format!("{name}/src/lib.rs"), "");
        }
        write("CHANGELOG.md", changelog);
        write(".changes/new.md", "kind: breaking\n- something else\n");
        root
    }

    #[test]
    fn a_released_version_gives_way_to_the_next_one_everywhere() {
        let root = workspace("# Changelog\n\n## 0.1.0 (2026-01-01)\n\n- first\n");
        assert_eq!(prepare(root.path(), "2026-11-28").unwrap().to_string(), "0.2.0");
        let read = |name: &str| fs::read_to_string(root.path().join(name)).unwrap();
        let manifest = read("Cargo.toml");
        assert_eq!(manifest, MANIFEST.replace("0.1.0", "0.2.0"), "and nothing else");
        assert_eq!(read("Cargo.lock").matches("version = \"0.2.0\"").count(), 2);
        assert!(
            read("CHANGELOG.md")
                .contains("## 0.2.0 (2026-11-28)\n\n### Breaking\n\n- something else\n\n## 0.1.0")
        );
        assert!(!root.path().join(".changes/new.md").exists());
        // Once more there is nothing to do.
        assert_eq!(prepare(root.path(), "2026-11-29").unwrap().to_string(), "0.2.0");
        assert_eq!(read("Cargo.toml"), manifest);
    }

    #[test]
    fn the_first_release_has_the_version_that_stands_there() {
        let root = workspace("# Changelog\n");
        assert_eq!(prepare(root.path(), "2026-11-28").unwrap().to_string(), "0.1.0");
        let read = |name: &str| fs::read_to_string(root.path().join(name)).unwrap();
        assert_eq!(read("Cargo.toml"), MANIFEST);
        assert!(read("CHANGELOG.md").contains("## 0.1.0 (2026-11-28)"));
    }
}
