//! A fresh checkout of the last commit, and what is built from it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::prepare::{self, Prepared};

use crate::process::{capture, run};
use crate::workspace;

/// The crates that are published, in the order of their dependencies.
pub(super) const PUBLISHED: [&str; 8] = [
    "jwk-gen",
    "okta-http",
    "jwt-sign",
    "okta-register",
    "okta-token",
    "okta-emulator",
    "jwk-page",
    "okta-m2m",
];

/// A clone, with a release build.
pub(super) struct Checkout {
    pub(super) folder: PathBuf,
    target: PathBuf,
    /// Seconds since 1970 of the commit: the time of everything that is packed.
    pub(super) epoch: String,
    pub(super) version: String,
    /// Whether the tree is not the commit any more, but what it will be once it is prepared.
    is_dirty: bool,
    /// As rustc names it, `x86_64-unknown-linux-gnu`.
    pub(super) triple: String,
}

/// The commit that is released.
pub(super) fn last_commit() -> Result<String> {
    let mut command = Command::new("git");
    let text = capture(command.current_dir(workspace::root()).args(["rev-parse", "HEAD"]))?;
    Ok(text.trim().to_owned())
}

impl Checkout {
    /// Clones into `work/name` and builds the program. The target folder has one path for all checkouts, because OpenSSL keeps the
    /// path that it was configured with; it is emptied first, so that everything is compiled again.
    ///
    /// With a `tag` the commit has to be prepared, with its version; else it is prepared here.
    pub(super) fn make(work: &Path, name: &str, commit: &str, tag: Option<&str>) -> Result<Self> {
        let (folder, target) = (work.join(name), work.join("target"));
        for old in [&folder, &target] {
            if old.exists() {
                fs::remove_dir_all(old).with_context(|| format!("removing {}", old.display()))?;
            }
        }
        fs::create_dir_all(work)?;
        run(Command::new("git")
            .args(["clone", "--quiet", "--no-hardlinks"])
            .arg(workspace::root())
            .arg(&folder))?;
        let mut checkout = Command::new("git");
        checkout.current_dir(&folder).args(["checkout", "--quiet", "--detach", commit]);
        run(&mut checkout)?;
        let git = |arguments: &[&str]| {
            capture(Command::new("git").current_dir(&folder).args(arguments))
                .map(|it| it.trim().to_owned())
        };
        let epoch = git(&["log", "-1", "--format=%ct"])?;
        // The files of a release that is not prepared yet carry the version that it will have.
        let Prepared { version, is_new } = match tag {
            Some(tag) => prepare::tagged(&folder, tag)?,
            None => prepare::prepare(&folder, &git(&["log", "-1", "--format=%cs"])?)?,
        };
        let host = capture(Command::new("rustc").current_dir(&folder).arg("-vV"))?;
        let triple = host.lines().find_map(|line| line.strip_prefix("host: "));
        let triple = triple.context("`rustc -vV` names no host")?.to_owned();
        let version = version.to_string();
        let checkout = Self { folder, target, epoch, version, is_dirty: is_new, triple };
        run(checkout.cargo().args(["build", "--release", "--locked", "-p", "okta-m2m"]))?;
        Ok(checkout)
    }

    /// The program.
    pub(super) fn binary(&self) -> PathBuf {
        self.target.join("release/okta-m2m")
    }

    /// Packs the crates with each other's new versions, and checks what each would publish.
    pub(super) fn package(&self) -> Result<Vec<PathBuf>> {
        let mut command = self.cargo();
        command.args(["package", "--locked", "--no-verify"]);
        if self.is_dirty {
            command.arg("--allow-dirty");
        }
        for name in PUBLISHED {
            command.args(["-p", name]);
        }
        run(&mut command)?;
        let file = |name| self.target.join(format!("package/{name}-{}.crate", self.version));
        Ok(PUBLISHED.map(file).to_vec())
    }

    /// What Cargo knows about everything that the program is built from.
    pub(super) fn metadata(&self) -> Result<Value> {
        let mut command = self.cargo();
        command.args(["metadata", "--locked", "--format-version", "1"]);
        let text = capture(command.args(["--filter-platform", &self.triple]))?;
        serde_json::from_str(&text).context("`cargo metadata` did not answer with JSON")
    }

    /// Cargo in the checkout, with nothing of the machine in what it compiles.
    fn cargo(&self) -> Command {
        let mut command = crate::process::cargo(&[]);
        let home = env::var_os("CARGO_HOME")
            .map(PathBuf::from)
            .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
        let home = home.unwrap_or_default();
        command
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0")
            .env("SOURCE_DATE_EPOCH", &self.epoch)
            // Cargo gave this process the one of the tree that is worked in; the checkout has its own.
            .env_remove("OPENSSL_SRC_PERL")
            .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
            .env("RUSTFLAGS", format!("--remap-path-prefix={}=/cargo", home.display()));
        command
    }
}
