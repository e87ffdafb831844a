//! The program where there is nothing but the C library.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process::{capture, run};

/// The loader and libc itself, and what unwinds where the compiler has no archive of that: Debian's `libc6` cannot be installed
/// without it.
const OF_LIBC: [&str; 3] = ["ld-linux", "libc.so", "libgcc_s.so"];

/// Runs `demo` in a root that holds the program, the C library and empty folders.
pub(super) fn run_demo(binary: &Path, root: &Path) -> Result<()> {
    if root.exists() {
        fs::remove_dir_all(root)?;
    }
    for folder in ["bin", "tmp", "proc", "dev"] {
        fs::create_dir_all(root.join(folder))?;
    }
    fs::copy(binary, root.join("bin/okta-m2m"))?;
    for library in libraries(binary)? {
        let inside = root.join(library.strip_prefix("/")?);
        fs::create_dir_all(inside.parent().context("a library has a folder")?)?;
        fs::copy(&library, &inside).with_context(|| format!("copying {}", library.display()))?;
    }
    let mut command = Command::new("unshare");
    command.arg("--map-root-user").arg("--mount").arg("--root").arg(root);
    command.args(["/bin/okta-m2m", "demo"]).env_clear().env("HOME", "/tmp");
    run(&mut command)
}

/// What the loader would load; nothing may come from elsewhere than the C library.
fn libraries(binary: &Path) -> Result<Vec<PathBuf>> {
    let text = capture(Command::new("ldd").arg(binary))?;
    let words =
        text.lines().filter_map(|line| line.split_whitespace().find(|it| it.starts_with('/')));
    let libraries: Vec<_> = words.map(PathBuf::from).collect();
    for library in &libraries {
        let name = library.file_name().unwrap_or_default().to_string_lossy();
        if !OF_LIBC.iter().any(|known| name.starts_with(known)) {
            bail!("the program needs {name}, which is no part of the C library");
        }
    }
    Ok(libraries)
}
