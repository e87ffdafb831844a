//! How the program is linked.
#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script everything in variables"
)]

use std::path::Path;
use std::process::Command;

/// Where Rust unwinds by libgcc's shared library, that of the compiler is linked instead: to load and to start one more library
/// costs each run of the program a tenth of a millisecond.
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|it| it == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") && has_unwinder() {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}

/// Whether the linker finds the archive; a compiler that is not GCC may do without it.
fn has_unwinder() -> bool {
    let linker = std::env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let asked = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output();
    let path = asked.map(|it| String::from_utf8_lossy(&it.stdout).trim().to_owned());
    path.is_ok_and(|path| Path::new(&path).is_absolute())
}
