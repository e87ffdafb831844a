//! `cargo xtask test`: every test, and a loud word about each that cannot run here.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::requirements::{self, GROUPS, INTEROP, SKIP_VARIABLE, Skip};
use crate::{process, workspace};

pub(crate) fn run() -> Result<()> {
    let skips = prepare();
    if workspace::in_ci() && !skips.is_empty() {
        bail!("CI skips no tests, and these cannot run:\n{}", list(&skips));
    }
    let outcome = process::run(
        process::cargo(&["test", "--workspace", "--locked"])
            .env(SKIP_VARIABLE, skipped_groups(&skips)),
    );
    if !skips.is_empty() {
        eprintln!("\nNOT TESTED, because something is missing on this machine:\n{}", list(&skips));
    }
    outcome
}

/// Makes every group of tests ready that can be, and returns the others.
fn prepare() -> Vec<Skip> {
    let mut skips = requirements::unmet(GROUPS, requirements::installed_version);
    if !skips.iter().any(|it| it.group == INTEROP)
        && let Err(error) = install_node_packages(&workspace::root().join("tests/interop"))
    {
        let remedy = "run `npm ci` in tests/interop by hand".to_owned();
        skips.push(Skip { group: INTEROP, reason: format!("{error:#}"), remedy });
    }
    skips
}

/// Installs what package-lock.json lists, unless that very list is installed already.
fn install_node_packages(folder: &Path) -> Result<()> {
    let wanted = fs::read_to_string(folder.join("package-lock.json"))
        .context("reading tests/interop/package-lock.json")?;
    let stamp = folder.join("node_modules/.installed-package-lock.json");
    if installed(&stamp)?.as_deref() == Some(&wanted) {
        return Ok(());
    }
    process::run(Command::new("npm").current_dir(folder).arg("ci"))?;
    fs::write(&stamp, wanted).with_context(|| format!("writing {}", stamp.display()))
}

fn installed(stamp: &Path) -> Result<Option<String>> {
    match fs::read_to_string(stamp) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {}", stamp.display())),
    }
}

fn skipped_groups(skips: &[Skip]) -> String {
    let mut groups: Vec<_> = skips.iter().map(|it| it.group).collect();
    groups.dedup();
    groups.join(",")
}

fn list(skips: &[Skip]) -> String {
    skips.iter().map(|it| format!("  {it}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_named_once_whatever_it_lacks() {
        let skip = |group, reason: &str| Skip {
            group,
            reason: reason.to_owned(),
            remedy: "install it".to_owned(),
        };
        let skips =
            [skip("interop", "no node"), skip("interop", "no npm"), skip("openssl", "no openssl")];
        assert_eq!(skipped_groups(&skips), "interop,openssl");
        assert_eq!(skipped_groups(&[]), "");
        assert_eq!(list(&skips[..1]), "  interop: no node; install it");
    }

    #[test]
    fn a_lock_file_that_was_never_installed_has_no_stamp() {
        let nowhere = Path::new("no/such/folder/.installed-package-lock.json");
        assert_eq!(installed(nowhere).unwrap(), None);
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(installed(&here).unwrap().is_some_and(|it| it.contains("xtask")));
    }
}
