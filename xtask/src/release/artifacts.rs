//! The files of a release.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::checkout::Checkout;
use super::{glibc, sbom};
use crate::process::{capture, run};

/// Files by name, all in one folder.
pub(super) struct Artifacts {
    pub(super) folder: PathBuf,
    pub(super) files: Vec<String>,
    pub(super) binary: PathBuf,
}

/// What a shell's completion script is called where the shell looks for it.
const COMPLETIONS: [(&str, &str); 4] = [
    ("bash", "okta-m2m.bash"),
    ("zsh", "_okta-m2m"),
    ("fish", "okta-m2m.fish"),
    ("powershell", "okta-m2m.ps1"),
];

const DOCUMENTS: [&str; 5] =
    ["README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE-APACHE", "LICENSE-MIT"];

impl Artifacts {
    /// Makes them from a checkout that is built.
    pub(super) fn make(checkout: &Checkout, folder: &Path) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let stem = format!("okta-m2m-{}-{}", checkout.version, checkout.triple);
        let tree = folder.join("tree").join(&stem);
        lay_out(checkout, &tree)?;
        let mut files = vec![format!("{stem}.tar.gz"), debian_name(checkout)?];
        tar(checkout, &tree, &folder.join(&files[0]))?;
        debian(checkout, &tree, &folder.join("deb"), &folder.join(&files[1]))?;
        let bill = format!("okta-m2m-{}.cdx.json", checkout.version);
        fs::write(folder.join(&bill), sbom::render(&checkout.metadata()?)?)?;
        files.push(bill);
        for package in checkout.package()? {
            let name = package.file_name().context("a packed crate has a name")?;
            fs::copy(&package, folder.join(name))
                .with_context(|| format!("copying {}", package.display()))?;
            files.push(name.to_string_lossy().into_owned());
        }
        files.sort();
        let binary = tree.join("bin/okta-m2m");
        Ok(Self { folder: folder.to_owned(), files, binary })
    }
}

/// The folder that the archive holds.
fn lay_out(checkout: &Checkout, tree: &Path) -> Result<()> {
    for below in ["bin", "share/man/man1", "completions"] {
        fs::create_dir_all(tree.join(below))?;
    }
    let program = tree.join("bin/okta-m2m");
    fs::copy(checkout.binary(), &program)?;
    capture(Command::new(&program).arg("man").arg(tree.join("share/man/man1")))?;
    for (shell, name) in COMPLETIONS {
        let script = capture(Command::new(&program).args(["completions", shell]))?;
        fs::write(tree.join("completions").join(name), script)?;
    }
    for document in DOCUMENTS {
        fs::copy(checkout.folder.join(document), tree.join(document))
            .with_context(|| format!("copying {document}"))?;
    }
    Ok(())
}

/// An archive that depends on nothing but names, modes and contents.
fn tar(checkout: &Checkout, tree: &Path, archive: &Path) -> Result<()> {
    let parent = tree.parent().context("the tree has a parent")?;
    let name = tree.file_name().context("the tree has a name")?;
    let mut command = Command::new("tar");
    command
        .args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--format=ustar"])
        .args(["--mode=u=rwX,go=rX", &format!("--mtime=@{}", checkout.epoch)])
        .args(["--use-compress-program", "gzip --no-name --best", "--create", "--file"])
        .arg(archive)
        .arg("--directory")
        .arg(parent)
        .arg(name);
    run(&mut command)
}

fn debian_architecture() -> Result<String> {
    let text = capture(Command::new("dpkg").arg("--print-architecture"))?;
    Ok(text.trim().to_owned())
}

fn debian_name(checkout: &Checkout) -> Result<String> {
    Ok(format!("okta-m2m_{}_{}.deb", checkout.version, debian_architecture()?))
}

fn debian(checkout: &Checkout, tree: &Path, root: &Path, package: &Path) -> Result<()> {
    let places = [("bin", "usr/bin"), ("share/man/man1", "usr/share/man/man1")];
    for (from, to) in places {
        let to = root.join(to);
        fs::create_dir_all(&to)?;
        for entry in fs::read_dir(tree.join(from))? {
            let entry = entry?;
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    let shells = [
        ("okta-m2m.bash", "usr/share/bash-completion/completions/okta-m2m"),
        ("_okta-m2m", "usr/share/zsh/vendor-completions/_okta-m2m"),
        ("okta-m2m.fish", "usr/share/fish/vendor_completions.d/okta-m2m.fish"),
    ];
    let documents = DOCUMENTS.map(|name| (name, format!("usr/share/doc/okta-m2m/{name}")));
    let shells = shells.map(|(from, to)| (format!("completions/{from}"), to.to_owned()));
    let documents = documents.map(|(from, to)| (from.to_owned(), to));
    for (from, to) in shells.into_iter().chain(documents) {
        let to = root.join(to);
        fs::create_dir_all(to.parent().context("a file of a package has a folder")?)?;
        fs::copy(tree.join(from), to)?;
    }
    fs::create_dir_all(root.join("DEBIAN"))?;
    let binary = fs::read(tree.join("bin/okta-m2m"))?;
    let control = format!(
        "Package: okta-m2m\nVersion: {}\nArchitecture: {}\nSection: net\nPriority: optional\n\
         Maintainer: The okta-m2m developers <okta-m2m@localhost>\nDepends: libc6 (>= 2.{})\n\
         Description: Okta API access for services: key, service app, grants, role, token\n\
         \x20Takes a backend service from nothing to an authorised call of Okta's API with\n\
         \x20private_key_jwt, and keeps it there: rotation, DPoP, token cache.\n",
        checkout.version,
        debian_architecture()?,
        glibc::minor_of(&binary)?
    );
    fs::write(root.join("DEBIAN/control"), control)?;
    // A package's folders are everybody's to read, whatever the umask was.
    run(Command::new("chmod").args(["-R", "u=rwX,go=rX"]).arg(root))?;
    let mut command = Command::new("dpkg-deb");
    command.env("SOURCE_DATE_EPOCH", &checkout.epoch).args(["--root-owner-group", "-Zxz"]);
    run(command.arg("--build").arg(root).arg(package))
}
