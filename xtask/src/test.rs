//! `cargo xtask test`: every test, and a loud word about each that cannot run here.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::requirements::{self, GROUPS, Packages, SKIP_VARIABLE, Skip};
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
    for packages in [Packages::Node, Packages::Python] {
        let groups = groups_that_need(packages, &skips);
        if groups.is_empty() {
            continue;
        }
        if let Err(error) = install(packages, &workspace::root().join("tests/interop")) {
            let reason = format!("{error:#}");
            let remedy = remedy(packages);
            skips.extend(groups.into_iter().map(|group| Skip {
                group,
                reason: reason.clone(),
                remedy: remedy.to_owned(),
            }));
        }
    }
    skips
}

/// The groups that these packages make ready, without those that lack something else.
fn groups_that_need(packages: Packages, skips: &[Skip]) -> Vec<&'static str> {
    let needing = GROUPS.iter().filter(|group| group.packages == Some(packages));
    needing
        .map(|group| group.name)
        .filter(|name| !skips.iter().any(|it| it.group == *name))
        .collect()
}

fn remedy(packages: Packages) -> &'static str {
    match packages {
        Packages::Node => "run `npm ci` in tests/interop by hand",
        Packages::Python => {
            "run `python3 -m venv .venv` in tests/interop by hand; on Debian it needs python3-venv"
        }
    }
}

fn install(packages: Packages, folder: &Path) -> Result<()> {
    match packages {
        Packages::Node => install_node_packages(folder),
        Packages::Python => install_python_packages(folder),
    }
}

fn install_node_packages(folder: &Path) -> Result<()> {
    let stamp = folder.join("node_modules/.installed-package-lock.json");
    install_once(&folder.join("package-lock.json"), &stamp, || {
        process::run(Command::new("npm").current_dir(folder).arg("ci"))
    })
}

/// Into an environment of their own, so that neither side sees the other's packages.
fn install_python_packages(folder: &Path) -> Result<()> {
    let stamp = folder.join(".venv/.installed-requirements.txt");
    install_once(&folder.join("requirements.txt"), &stamp, || {
        let python = |program: &str, arguments: &[&str]| {
            process::run(Command::new(program).current_dir(folder).args(arguments))
        };
        python("python3", &["-m", "venv", "--clear", ".venv"])?;
        let install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"];
        let what = ["--only-binary", ":all:", "--requirement", "requirements.txt"];
        python(".venv/bin/python", &[&install[..], &what].concat())
    })
}

/// Installs what a lock file lists, unless that very list is installed already.
fn install_once(lock: &Path, stamp: &Path, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let wanted = fs::read_to_string(lock).with_context(|| format!("reading {}", lock.display()))?;
    if installed(stamp)?.as_deref() == Some(&wanted) {
        return Ok(());
    }
    install()?;
    fs::write(stamp, wanted).with_context(|| format!("writing {}", stamp.display()))
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
    fn packages_are_for_the_groups_that_lack_nothing_else() {
        assert_eq!(groups_that_need(Packages::Node, &[]), ["interop", "browser"]);
        let skip = Skip { group: "browser", reason: String::new(), remedy: String::new() };
        assert_eq!(groups_that_need(Packages::Node, &[skip]), ["interop"]);
        assert_eq!(groups_that_need(Packages::Python, &[]), ["python"]);
    }

    #[test]
    fn a_list_is_installed_once_and_again_when_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        let (lock, stamp) = (folder.path().join("lock"), folder.path().join("stamp"));
        let install = |list: &str| {
            fs::write(&lock, list).unwrap();
            let mut ran = false;
            install_once(&lock, &stamp, || {
                ran = true;
                Ok(())
            })
            .unwrap();
            ran
        };
        assert_eq!([install("a"), install("a"), install("b")], [true, false, true]);
        fs::write(&lock, "c").unwrap();
        assert!(install_once(&lock, &stamp, || bail!("no network")).is_err());
        assert!(install("c"), "a failure leaves no stamp");
    }

    #[test]
    fn a_lock_file_that_was_never_installed_has_no_stamp() {
        let nowhere = Path::new("no/such/folder/.installed-package-lock.json");
        assert_eq!(installed(nowhere).unwrap(), None);
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(installed(&here).unwrap().is_some_and(|it| it.contains("xtask")));
    }
}
