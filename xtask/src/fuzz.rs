//! `cargo xtask fuzz`: every fuzzer for a number of runs, with what each of them came to.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{process, workspace};

/// What `cargo xtask fuzz` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many inputs each fuzzer gets
    #[arg(long, default_value_t = 1_000_000)]
    runs: u64,
    /// The fuzzers; all of them by default
    targets: Vec<String>,
}

/// Runs them one after the other, and all of them although one has found something.
pub(crate) fn run(options: &Options) -> Result<()> {
    ensure!(
        process::is_installed("cargo-fuzz"),
        "cargo-fuzz is not installed: cargo install --locked cargo-fuzz (and a nightly toolchain)"
    );
    let folder = workspace::root().join("fuzz");
    let known = targets(&folder)?;
    if let Some(name) = options.targets.iter().find(|name| !known.contains(name)) {
        bail!("there is no fuzzer `{name}`; there are {}", known.join(", "));
    }
    let wanted = |name: &&String| options.targets.is_empty() || options.targets.contains(name);
    println!("{:<30}{:>10}{:>9}{:>10}", "fuzzer", "runs", "seconds", "edges");
    let mut failed = Vec::new();
    for name in known.iter().filter(wanted) {
        match fuzz(&folder, name, options.runs) {
            Ok(line) => println!("{line}"),
            Err(error) => {
                println!("{name:<30}{error:#}");
                failed.push(name.as_str());
            }
        }
    }
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

/// The fuzzers, each a file.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join("fuzz_targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// One fuzzer, which begins with the committed corpus and leaves it as it is.
fn fuzz(folder: &Path, name: &str, runs: u64) -> Result<String> {
    let found = folder.join("target/corpus").join(name);
    fs::create_dir_all(&found)?;
    // The toolchain that this program was built with cannot instrument: ask rustup's cargo for the other one.
    let mut command = Command::new("cargo");
    command.env("RUSTUP_TOOLCHAIN", "nightly").current_dir(workspace::root());
    // Memory is the compiler's business in code without `unsafe`; without a sanitizer more inputs are tried in the same time.
    command
        .args(["fuzz", "run", "--sanitizer", "none", name])
        .env("RUST_BACKTRACE", "0")
        .arg(&found)
        .arg(folder.join("corpus").join(name));
    command.args(["--", "-max_len=8192", "-rss_limit_mb=4096"]).arg(format!("-runs={runs}"));
    let start = Instant::now();
    let output = command.output().context("starting cargo")?;
    let log = String::from_utf8_lossy(&output.stderr);
    let path = folder.join("target").join(format!("{name}.log"));
    fs::write(&path, log.as_bytes())?;
    ensure!(output.status.success(), "{}: see {}", output.status, path.display());
    let done = runs_done(&log).context("the fuzzer does not say how many inputs it had")?;
    ensure!(done >= runs, "{done} runs only: see {}", path.display());
    Ok(line(name, done, start.elapsed(), edges(&log)))
}

fn line(name: &str, runs: u64, time: Duration, edges: u64) -> String {
    format!("{name:<30}{runs:>10}{:>9}{edges:>10}", time.as_secs())
}

/// From `Done 1000000 runs in 12 second(s)`.
fn runs_done(log: &str) -> Option<u64> {
    let line = log.lines().rev().find(|line| line.starts_with("Done "))?;
    line.split(' ').nth(1)?.parse().ok()
}

/// How many edges of the program the inputs reached, from the last `cov: N`.
fn edges(log: &str) -> u64 {
    let last = log.rsplit("cov: ").next().unwrap_or_default();
    last.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_fuzzer_says_is_read() {
        let log = "#2\tINITED cov: 7 ft: 8 corp: 1/1b\n#8\tDONE   cov: 91 ft: 95 corp: 3/9b\nDone 8 runs in 0 second(s)\n";
        assert_eq!((runs_done(log), edges(log)), (Some(8), 91));
        assert_eq!((runs_done("error: no such thing"), edges("")), (None, 0));
    }

    #[test]
    fn the_fuzzers_are_found() {
        let names = targets(&workspace::root().join("fuzz")).unwrap();
        assert!(names.iter().any(|name| name == "pem_any"), "{names:?}");
    }
}
