//! `cargo xtask api`: what each library offers, item by item, so that a change to it is seen.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::{process, workspace};

/// The libraries, and the features with which all of them is seen.
const LIBRARIES: [(&str, &[&str]); 7] = [
    ("jwk-gen", &[]),
    ("jwk-page", &[]),
    ("jwt-sign", &[]),
    ("okta-emulator", &[]),
    ("okta-http", &[]),
    ("okta-register", &[]),
    ("okta-token", &["--features", "redis"]),
];
const TOOL: &str = "cargo-public-api";

/// Whether the tool is there that lists interfaces.
pub(crate) fn is_possible() -> bool {
    process::is_installed(TOOL)
}

/// Writes docs/api, or says which page of it is out of date.
///
/// # Errors
///
/// The tool or a nightly compiler is missing, a library does not compile, or `check` finds a difference.
pub(crate) fn run(check: bool) -> Result<()> {
    ensure!(is_possible(), "{TOOL} is not installed: cargo install --locked {TOOL}");
    let mut stale = Vec::new();
    for (name, features) in LIBRARIES {
        let (path, text) = (page(name), listed(name, features)?);
        if fs::read_to_string(&path).ok().as_ref() == Some(&text) {
            continue;
        }
        stale.push(name);
        if !check {
            fs::create_dir_all(workspace::root().join("docs/api"))?;
            fs::write(path, text)?;
            println!("docs/api/{name}.txt");
        }
    }
    if check && !stale.is_empty() {
        bail!("other than docs/api says: {}; run `cargo xtask api`", stale.join(", "));
    }
    Ok(())
}

fn page(name: &str) -> PathBuf {
    workspace::root().join(format!("docs/api/{name}.txt"))
}

/// One item to a line, without what every type has: `Debug`, `Clone` and the like, blanket and auto traits.
fn listed(name: &str, features: &[&str]) -> Result<String> {
    let mut command = Command::new("cargo");
    command.env("RUSTUP_TOOLCHAIN", "nightly").current_dir(workspace::root());
    command.args(["public-api", "--color", "never", "-sss", "-p", name]).args(features);
    process::capture(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_is_listed() {
        for (name, _) in LIBRARIES {
            let text = fs::read_to_string(page(name)).unwrap();
            let module = name.replace('-', "_");
            assert!(text.starts_with(&format!("pub mod {module}\n")), "{name}");
            assert!(text.lines().count() > 20, "{name}");
            assert!(!text.contains("::fuzzing::"), "{name} shows what is for fuzzers only");
        }
        let crates = fs::read_dir(workspace::root().join("crates")).unwrap();
        let libraries = crates.filter(|it| it.as_ref().unwrap().file_name() != "cli").count();
        assert_eq!(LIBRARIES.len(), libraries);
    }
}
