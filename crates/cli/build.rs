//! How the program is linked.
#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script everything in variables"
)]

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// For a linker that finds no such archive where it is asked for one.
const SHARED: &str = "OKTA_M2M_SHARED_UNWINDER";

/// Where Rust unwinds by libgcc's shared library, the compiler's archive of the same is linked instead: to load and to start one
/// more library costs each run of the program a tenth of a millisecond.
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={SHARED}");
    if is_for_gnu() && env::var_os(SHARED).is_none() && has_archive() {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}

fn is_for_gnu() -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|it| it == value);
    is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu")
}

/// Whether the linker, as far as it is known here, is one that has the archive.
fn has_archive() -> bool {
    let Some(linker) = linker() else { return false };
    let Ok(answer) = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output() else {
        return false;
    };
    let path = String::from_utf8_lossy(&answer.stdout);
    let path = Path::new(path.trim());
    answer.status.success() && path.is_absolute() && path.is_file()
}

/// Cargo tells of a linker of its own settings, and not of those that rustc is given by flags or takes for another machine.
fn linker() -> Option<OsString> {
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    if flags.contains("linker=") || flags.contains("link-arg") {
        return None;
    }
    let is_native = env::var_os("HOST") == env::var_os("TARGET");
    env::var_os("RUSTC_LINKER").or_else(|| is_native.then(|| "cc".into()))
}
