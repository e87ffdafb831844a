//! `cargo xtask release`: the version and its changes, and everything that is published, made twice and compared.

mod artifacts;
mod bare_root;
mod changes;
mod checkout;
mod glibc;
mod prepare;
mod sbom;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use self::artifacts::Artifacts;
use self::checkout::Checkout;
use self::prepare::Prepared;
use crate::process::{capture, run as run_command};
use crate::workspace;

/// What `cargo xtask release` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Turn .changes/ into a version and a section of CHANGELOG.md in this tree, to be committed and tagged
    #[arg(long, required_unless_present = "dry_run", conflicts_with = "dry_run")]
    prepare: bool,
    /// Make everything from the last commit, prepared, and publish nothing: that is done by the workflow of a tag
    #[arg(long)]
    dry_run: bool,
    /// The commit is tagged so (v1.2.3): it has to be prepared, with this version
    #[arg(long, value_name = "TAG", requires = "dry_run")]
    tag: Option<String>,
    /// Sign the checksums with this Ed25519 key (PKCS#8 PEM)
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    signing_key: Option<PathBuf>,
}

/// Names of two checkouts that differ in length, which is what a path that leaks into a file would change.
const CHECKOUTS: [&str; 2] = ["one", "another-checkout"];

/// Prepares a release in the tree, or makes target/dist from the last commit.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.prepare {
        let date = capture(Command::new("date").args(["--utc", "+%F"]))?;
        let version = prepare::prepare(workspace::root(), date.trim())?;
        let Prepared { version, is_new } = version;
        ensure!(is_new, "nothing is in .changes: {version} stays as it is");
        println!("{version}: commit this, and tag it v{version}");
        return Ok(());
    }
    let work = workspace::root().join("target/release-check");
    // Named once: a commit that is made meanwhile is not released by half.
    let commit = checkout::last_commit()?;
    let mut made = Vec::new();
    for name in CHECKOUTS {
        let checkout = Checkout::make(&work, name, &commit, options.tag.as_deref())?;
        let artifacts = Artifacts::make(&checkout, &work.join(format!("{name}-dist")))?;
        made.push(artifacts);
    }
    let [first, second] = [&made[0], &made[1]];
    compare(first, second)?;
    bare_root::run_demo(&first.binary, &work.join("root"))?;
    let dist = workspace::root().join("target/dist");
    publish_locally(first, &dist)?;
    if let Some(key) = &options.signing_key {
        sign(&dist, key)?;
    }
    for line in fs::read_to_string(dist.join("SHA256SUMS"))?.lines() {
        println!("{line}");
    }
    println!("{} files, twice the same, in {}", first.files.len(), dist.display());
    Ok(())
}

/// Fails unless both checkouts gave the same files, byte by byte.
fn compare(first: &Artifacts, second: &Artifacts) -> Result<()> {
    if first.files != second.files {
        bail!("the checkouts gave other files: {:?} and {:?}", first.files, second.files);
    }
    for name in &first.files {
        let read = |folder: &Path| fs::read(folder.join(name)).with_context(|| name.clone());
        if read(&first.folder)? != read(&second.folder)? {
            bail!(
                "{name} is not reproducible: compare it in {} and {}",
                first.folder.display(),
                second.folder.display()
            );
        }
    }
    Ok(())
}

fn publish_locally(artifacts: &Artifacts, dist: &Path) -> Result<()> {
    if dist.exists() {
        fs::remove_dir_all(dist)?;
    }
    fs::create_dir_all(dist)?;
    for name in &artifacts.files {
        fs::copy(artifacts.folder.join(name), dist.join(name))?;
    }
    let sums = capture(Command::new("sha256sum").current_dir(dist).args(&artifacts.files))?;
    fs::write(dist.join("SHA256SUMS"), sums)?;
    Ok(())
}

/// RFC 8032 over SHA256SUMS: `openssl pkeyutl -verify -rawin -pubin -inkey KEY.pub -in SHA256SUMS -sigfile SHA256SUMS.sig`.
fn sign(dist: &Path, key: &Path) -> Result<()> {
    let key =
        fs::canonicalize(key).with_context(|| format!("the signing key {}", key.display()))?;
    let mut command = Command::new("openssl");
    command.current_dir(dist).args(["pkeyutl", "-sign", "-rawin", "-inkey"]).arg(key);
    run_command(command.args(["-in", "SHA256SUMS", "-out", "SHA256SUMS.sig"]))
}
