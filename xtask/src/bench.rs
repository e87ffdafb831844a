//! `cargo xtask bench`: runs the package `bench`, which stands outside the workspace.

use anyhow::Result;

use crate::process;

/// Its dependencies, AWS-LC among them, are built in `bench/target` and only when somebody asks for numbers.
const RUN: &[&str] =
    &["run", "--release", "--locked", "--quiet", "--manifest-path", "bench/Cargo.toml", "--"];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    process::run(process::cargo(RUN).args(arguments))
}
