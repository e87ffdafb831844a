//! What has changed since the last release: a file for each subject in `.changes/`.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

/// What a change means for somebody who upgrades, from least to most.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Kind {
    /// Something works that did not.
    Fix,
    /// There is something new.
    Feature,
    /// Something that worked has to be done in another way.
    Breaking,
}

impl Kind {
    fn parse(line: &str) -> Option<Self> {
        match line {
            "kind: fix" => Some(Self::Fix),
            "kind: feature" => Some(Self::Feature),
            "kind: breaking" => Some(Self::Breaking),
            _ => None,
        }
    }
}

/// One file: its first line is `kind: fix`, `kind: feature` or `kind: breaking`, and what follows is for CHANGELOG.md.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) path: PathBuf,
    kind: Kind,
    text: String,
}

impl Change {
    fn read(path: PathBuf) -> Result<Self> {
        let name = path.display();
        let all = fs::read_to_string(&path).with_context(|| format!("reading {name}"))?;
        let (first, text) = all.split_once('\n').unwrap_or((&all, ""));
        let Some(kind) = Kind::parse(first.trim()) else {
            bail!(
                "{name}:1: the first line is none of `kind: fix`, `kind: feature`, `kind: breaking`"
            );
        };
        let text = text.trim().to_owned();
        ensure!(text.starts_with("- "), "{name}: what follows is no list for CHANGELOG.md");
        Ok(Self { path, kind, text })
    }
}

/// The changes in `root/.changes`, in the order of their names.
pub(super) fn read(root: &Path) -> Result<Vec<Change>> {
    let folder = root.join(".changes");
    let mut paths = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let is_change = path.extension().is_some_and(|it| it == "md");
        if is_change && path.file_name().is_some_and(|it| it != "README.md") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.into_iter().map(Change::read).collect()
}

/// `MAJOR.MINOR.PATCH` (Semantic Versioning 2.0.0, as Cargo reads it).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Version([u64; 3]);

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<u64> = text.split('.').map(|it| it.parse().ok()).collect::<Option<_>>()?;
        parts.try_into().ok().map(Self)
    }

    /// The version after this one. Before 1.0 the second number says what the first says later.
    fn after(self, kind: Kind) -> Self {
        let Self([major, minor, patch]) = self;
        Self(match (major, kind) {
            (0, Kind::Breaking) => [0, minor + 1, 0],
            (0, _) => [0, minor, patch + 1],
            (_, Kind::Breaking) => [major + 1, 0, 0],
            (_, Kind::Feature) => [major, minor + 1, 0],
            (_, Kind::Fix) => [major, minor, patch + 1],
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([major, minor, patch]) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// The version to release: the present one if CHANGELOG.md does not have it yet, else the one after it.
pub(super) fn next_version(present: Version, changelog: &str, changes: &[Change]) -> Version {
    let is_released = changelog.lines().any(|line| line.starts_with(&format!("## {present} ")));
    match changes.iter().map(|change| change.kind).max() {
        Some(kind) if is_released => present.after(kind),
        _ => present,
    }
}

/// Those of the changes that the first section of CHANGELOG.md says, if that is the section of this version, and the others. What
/// is said was told before, and could not be removed.
pub(super) fn told(
    changelog: &str,
    version: Version,
    changes: Vec<Change>,
) -> (Vec<Change>, Vec<Change>) {
    let first = changelog.split("\n## ").nth(1).unwrap_or_default();
    let first = Some(first).filter(|it| it.starts_with(&format!("{version} "))).unwrap_or_default();
    changes.into_iter().partition(|it| format!("{first}\n").contains(&format!("\n{}\n", it.text)))
}

/// Removes the files of the changes.
///
/// # Errors
///
/// The first file that cannot be removed; those before it are gone.
pub(super) fn remove(changes: &[Change]) -> Result<()> {
    for change in changes {
        fs::remove_file(&change.path).with_context(|| change.path.display().to_string())?;
    }
    Ok(())
}

/// CHANGELOG.md with a section for the version in front of the others; what breaks stands first.
pub(super) fn with_section(
    changelog: &str,
    version: Version,
    date: &str,
    changes: &[Change],
) -> String {
    let at = changelog.find("\n## ").map_or(changelog.len(), |at| at + 1);
    let (head, rest) = changelog.split_at(at);
    let titles = [(Kind::Breaking, "Breaking"), (Kind::Feature, "New"), (Kind::Fix, "Mended")];
    let mut section = format!("## {version} ({date})\n");
    for (kind, title) in titles {
        let texts: Vec<_> =
            changes.iter().filter(|it| it.kind == kind).map(|it| it.text.as_str()).collect();
        if !texts.is_empty() {
            section.push_str(&format!("\n### {title}\n\n{}\n", texts.join("\n")));
        }
    }
    let rest = if rest.is_empty() { String::new() } else { format!("\n{rest}") };
    format!("{}\n\n{section}{rest}", head.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(kind: Kind, text: &str) -> Change {
        Change { path: PathBuf::new(), kind, text: text.to_owned() }
    }

    #[test]
    fn the_version_follows_from_what_changed() {
        let released = "# Changelog\n\n## 0.1.0 (2026-11-28)\n";
        for (kind, present, expected) in [
            (Kind::Fix, "0.1.0", "0.1.1"),
            (Kind::Feature, "0.1.0", "0.1.1"),
            (Kind::Breaking, "0.1.0", "0.2.0"),
            // The present version has not been released.
            (Kind::Breaking, "0.2.0", "0.2.0"),
        ] {
            let changes = [change(Kind::Fix, "- a"), change(kind, "- b")];
            let next = next_version(Version::parse(present).unwrap(), released, &changes);
            assert_eq!(next.to_string(), expected, "{kind:?}");
        }
        let one = Version::parse("1.2.3").unwrap();
        let after = |kind| one.after(kind).to_string();
        assert_eq!(
            [after(Kind::Fix), after(Kind::Feature), after(Kind::Breaking)],
            ["1.2.4", "1.3.0", "2.0.0"]
        );
        assert_eq!(next_version(one, "## 1.2.3 (2026-01-01)\n", &[]), one);
        assert_eq!(
            [Version::parse("1.2"), Version::parse("1.2.3-rc1"), Version::parse("")],
            [None; 3]
        );
    }

    #[test]
    fn a_section_stands_in_front_with_what_breaks_first() {
        let before = "# Changelog\n\nAbout it.\n\n## 0.1.0 (2026-11-01)\n\n- old\n";
        let changes = [change(Kind::Fix, "- mended"), change(Kind::Breaking, "- gone")];
        let version = Version::parse("0.2.0").unwrap();
        assert_eq!(
            with_section(before, version, "2026-11-28", &changes),
            "# Changelog\n\nAbout it.\n\n## 0.2.0 (2026-11-28)\n\n### Breaking\n\n- gone\n\n### Mended\n\n- mended\n\n\
             ## 0.1.0 (2026-11-01)\n\n- old\n"
        );
    }

    #[test]
    fn a_file_that_says_no_kind_or_nothing_is_refused() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join(".changes")).unwrap();
        let file = root.path().join(".changes/a.md");
        for wrong in ["- new\n", "kind: major\n- new\n", "kind: fix\n", "kind: fix\nno list\n"] {
            fs::write(&file, wrong).unwrap();
            let error = read(root.path()).unwrap_err().to_string();
            assert!(error.contains("a.md"), "{error}");
        }
        fs::write(&file, "kind: fix\n\n- mended\n").unwrap();
        fs::write(root.path().join(".changes/README.md"), "how to\n").unwrap();
        let changes = read(root.path()).unwrap();
        assert_eq!((changes.len(), changes[0].text.as_str()), (1, "- mended"));
    }

    #[test]
    fn the_changes_of_this_tree_are_sound() {
        read(crate::workspace::root()).unwrap();
    }
}
