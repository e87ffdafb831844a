//! The version of a release, written where it stands.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use toml_edit::{DocumentMut, value};

use super::changes::{self, Version};

/// Lock files that name our versions.
const LOCKS: [&str; 3] = ["Cargo.lock", "bench/Cargo.lock", "fuzz/Cargo.lock"];

/// What a tree says about its version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Prepared {
    pub(super) version: Version,
    /// Whether something had to be written for it.
    pub(super) is_new: bool,
}

/// Turns `.changes/` of the tree at `root` into a section of CHANGELOG.md with `date`, and sets the version that follows
/// from it; returns that version. Without changes everything stays as it is.
///
/// Everything is read before anything is written, and the changes go last: after a failure to write, the same command
/// finishes what it began, and the version is not raised twice.
///
/// # Errors
///
/// A change that cannot be read, and a manifest without a version.
pub(super) fn prepare(root: &Path, date: &str) -> Result<Prepared> {
    let changes = changes::read(root)?;
    let path = root.join("Cargo.toml");
    let mut manifest = document(&path)?;
    let present = version(&manifest)?;
    if changes.is_empty() {
        return Ok(Prepared { version: present, is_new: false });
    }
    let changelog = root.join("CHANGELOG.md");
    let before = fs::read_to_string(&changelog)?;
    let (told, changes) = changes::told(&before, present, changes);
    changes::remove(&told)?;
    if changes.is_empty() {
        return Ok(Prepared { version: present, is_new: true });
    }
    let next = changes::next_version(present, &before, &changes);
    let locks = locks_with(root, next)?;
    if next != present {
        set_version(&mut manifest, &present.to_string(), &next.to_string())?;
        fs::write(&path, manifest.to_string())?;
    }
    for (path, lock) in locks {
        fs::write(path, lock.to_string())?;
    }
    fs::write(&changelog, changes::with_section(&before, next, date, &changes))?;
    changes::remove(&changes)?;
    Ok(Prepared { version: next, is_new: true })
}

/// The version of the tree at `root`, which has to be what `tag` names.
///
/// # Errors
///
/// A tag of another version, and a tree with changes that are not in CHANGELOG.md yet.
pub(super) fn tagged(root: &Path, tag: &str) -> Result<Prepared> {
    let changes = changes::read(root)?;
    let names: Vec<_> = changes.iter().map(|it| it.path.display().to_string()).collect();
    ensure!(
        names.is_empty(),
        "{tag} is on a commit that was not prepared: {} is not in CHANGELOG.md; `cargo xtask release --prepare`",
        names.join(", ")
    );
    let version = version(&document(&root.join("Cargo.toml"))?)?;
    ensure!(tag == format!("v{version}"), "{tag} is on a commit of version {version}");
    let changelog = fs::read_to_string(root.join("CHANGELOG.md"))?;
    let is_told = changelog.lines().any(|line| line.starts_with(&format!("## {version} ")));
    ensure!(is_told, "CHANGELOG.md has no section for {tag}");
    Ok(Prepared { version, is_new: false })
}

fn document(path: &Path) -> Result<DocumentMut> {
    let name = || path.display().to_string();
    fs::read_to_string(path).with_context(name)?.parse().with_context(name)
}

fn version(manifest: &DocumentMut) -> Result<Version> {
    let version = manifest["workspace"]["package"]["version"].as_str().unwrap_or_default();
    Version::parse(version).context("the workspace has no version")
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

/// The lock files with our packages, which are those without a source, at a version. Cargo would have to know every
/// dependency of every workspace for that, from the network if need be.
fn locks_with(root: &Path, version: Version) -> Result<Vec<(PathBuf, DocumentMut)>> {
    let mut locks = Vec::new();
    for path in LOCKS.map(|it| root.join(it)).into_iter().filter(|it| it.exists()) {
        let mut lock = document(&path)?;
        let packages = lock["package"].as_array_of_tables_mut();
        let packages = packages.with_context(|| format!("{}: no packages", path.display()))?;
        for package in packages.iter_mut().filter(|it| !it.contains_key("source")) {
            // Some have a version of their own, which is no release's.
            let is_released = package.get("version").and_then(|it| it.as_str()) != Some("0.0.0");
            if is_released {
                package["version"] = value(version.to_string());
            }
        }
        locks.push((path, lock));
    }
    Ok(locks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process;

    const MANIFEST: &str = "[workspace]\nmembers = [\"a\", \"b\"]\nresolver = \"3\"\n\n[workspace.package]\nversion = \"0.1.0\"\n\n\
                            [workspace.dependencies]\na = { path = \"a\", version = \"0.1.0\" } # ours\n";
    const RELEASED: &str = "# Changelog\n\n## 0.1.0 (2026-01-01)\n\n- first\n";
    /// The lock file of a workspace of its own: ours at the version before, and a foreign package that has the same.
    const OTHER_LOCK: &str = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"fuzz\"\n\
                              version = \"0.0.0\"\ndependencies = [\n \"a\",\n]\n\n[[package]]\nname = \"theirs\"\n\
                              version = \"0.1.0\"\nsource = \"registry+somewhere\"\n";

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
        cargo(root.path(), &["generate-lockfile", "--offline"]);
        write("fuzz/Cargo.lock", OTHER_LOCK);
        root
    }

    fn cargo(root: &Path, arguments: &[&str]) {
        process::capture(process::cargo(arguments).current_dir(root)).unwrap();
    }

    fn read(root: &tempfile::TempDir, name: &str) -> String {
        fs::read_to_string(root.path().join(name)).unwrap()
    }

    fn version_of(root: &tempfile::TempDir) -> String {
        prepare(root.path(), "2026-11-28").unwrap().version.to_string()
    }

    #[test]
    fn a_released_version_gives_way_to_the_next_one_everywhere() {
        let root = workspace(RELEASED);
        assert_eq!(version_of(&root), "0.2.0");
        let manifest = read(&root, "Cargo.toml");
        assert_eq!(manifest, MANIFEST.replace("0.1.0", "0.2.0"), "and nothing else");
        assert_eq!(read(&root, "Cargo.lock").matches("version = \"0.2.0\"").count(), 2);
        cargo(root.path(), &["metadata", "--locked", "--offline", "--format-version", "1"]);
        assert_eq!(read(&root, "fuzz/Cargo.lock"), OTHER_LOCK.replacen("0.1.0", "0.2.0", 1));
        assert!(
            read(&root, "CHANGELOG.md")
                .contains("## 0.2.0 (2026-11-28)\n\n### Breaking\n\n- something else\n\n## 0.1.0")
        );
        assert!(!root.path().join(".changes/new.md").exists());
        // Once more there is nothing to do.
        let again = prepare(root.path(), "2026-11-29").unwrap();
        assert_eq!((again.version.to_string(), again.is_new), ("0.2.0".to_owned(), false));
        assert_eq!(read(&root, "Cargo.toml"), manifest);
    }

    #[test]
    fn the_first_release_has_the_version_that_stands_there() {
        let root = workspace("# Changelog\n");
        assert_eq!(version_of(&root), "0.1.0");
        assert_eq!(read(&root, "Cargo.toml"), MANIFEST);
        assert_eq!(read(&root, "fuzz/Cargo.lock"), OTHER_LOCK);
        assert!(read(&root, "CHANGELOG.md").contains("## 0.1.0 (2026-11-28)"));
    }

    #[test]
    fn what_failed_half_way_is_finished_by_the_same_command() {
        let root = workspace(RELEASED);
        // A lock file that cannot be read stops it before anything is written.
        fs::write(root.path().join("fuzz/Cargo.lock"), "[[package").unwrap();
        prepare(root.path(), "2026-11-28").unwrap_err();
        assert_eq!(read(&root, "Cargo.toml"), MANIFEST);
        // A CHANGELOG.md that cannot be written stops it after the manifest.
        fs::write(root.path().join("fuzz/Cargo.lock"), OTHER_LOCK).unwrap();
        fs::write(root.path().join("Cargo.toml"), MANIFEST.replace("0.1.0", "0.2.0")).unwrap();
        assert_eq!(version_of(&root), "0.2.0");
        assert_eq!(read(&root, "CHANGELOG.md").matches("## 0.").count(), 2);
        cargo(root.path(), &["metadata", "--locked", "--offline", "--format-version", "1"]);
    }

    #[test]
    fn changes_that_could_not_be_removed_are_not_told_twice() {
        let root = workspace(RELEASED);
        let path = root.path().join(".changes/new.md");
        let change = fs::read_to_string(&path).unwrap();
        assert_eq!(version_of(&root), "0.2.0");
        let told = read(&root, "CHANGELOG.md");
        fs::write(&path, &change).unwrap();
        assert_eq!(version_of(&root), "0.2.0");
        assert_eq!(read(&root, "CHANGELOG.md"), told);
        assert!(!path.exists());
        // One that is new beside it is told, though its words are a part of those.
        fs::write(&path, &change).unwrap();
        let part = "- something";
        assert!(change.contains(part) && !change.ends_with(&format!("{part}\n")));
        fs::write(root.path().join(".changes/part.md"), format!("kind: fix\n\n{part}\n")).unwrap();
        assert_eq!(version_of(&root), "0.2.1");
        let section = "## 0.2.1 (2026-11-28)\n\n### Mended\n\n- something\n\n## 0.2.0";
        assert!(read(&root, "CHANGELOG.md").contains(section), "{}", read(&root, "CHANGELOG.md"));
    }

    #[test]
    fn a_tag_stands_on_a_commit_that_was_prepared_with_its_version() {
        let root = workspace("# Changelog\n");
        let error = tagged(root.path(), "v0.1.0").unwrap_err().to_string();
        assert!(error.contains(".changes/new.md is not in CHANGELOG.md"), "{error}");
        prepare(root.path(), "2026-11-28").unwrap();
        assert_eq!(tagged(root.path(), "v0.1.0").unwrap().version.to_string(), "0.1.0");
        for tag in ["v0.2.0", "0.1.0", "v0.1.0-rc1"] {
            let error = tagged(root.path(), tag).unwrap_err().to_string();
            assert_eq!(error, format!("{tag} is on a commit of version 0.1.0"));
        }
    }
}
