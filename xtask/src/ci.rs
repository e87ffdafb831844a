//! `cargo xtask ci`: everything that a change must pass, in one place.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::Value;

use crate::process::{self, cargo};
use crate::{api, codegen, test, tidy, workspace};

/// How a step ended that did not fail.
enum Passed {
    Fully,
    /// Not run here, with the reason.
    Skipped(String),
}

/// A finished step, for the summary.
struct Report {
    name: String,
    outcome: Result<Passed>,
    duration: Duration,
}

pub(crate) fn run() -> Result<()> {
    let metadata = workspace::metadata()?;
    let mut reports = vec![
        step("format", || passes(&["fmt", "--all", "--check"])),
        step("lints", || {
            passes(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
        }),
        step("tests", || test::run().map(|()| Passed::Fully)),
        step("documentation", || documentation(&metadata)),
        step("tidy", || tidy::run().map(|()| Passed::Fully)),
        step("codegen", || codegen::check(&codegen::Lists::default()).map(|()| Passed::Fully)),
        step("dependencies", dependencies),
        step("interfaces", interfaces),
    ];
    for arguments in crates_alone(&metadata) {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        reports.push(step(&arguments.join(" "), || passes(&arguments)));
    }
    reports.push(step("system OpenSSL", system_openssl));
    reports.push(step("clean tree", clean_tree));
    conclude(&reports)
}

fn step(name: &str, body: impl FnOnce() -> Result<Passed>) -> Report {
    eprintln!("\n== {name}");
    let start = Instant::now();
    let outcome = body();
    if let Err(error) = &outcome {
        eprintln!("{error:#}");
    }
    Report { name: name.to_owned(), outcome, duration: start.elapsed() }
}

fn passes(arguments: &[&str]) -> Result<Passed> {
    process::run(&mut cargo(arguments)).map(|()| Passed::Fully)
}

/// All pages together, and those of each published crate as docs.rs makes them: alone, with the features that it asks for.
fn documentation(metadata: &Value) -> Result<Passed> {
    let mut command = cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
    process::run(command.env("RUSTDOCFLAGS", "-D warnings"))?;
    for (name, features) in documented(metadata) {
        let mut command = cargo(&["doc", "--no-deps", "--locked", "-p", &name, "--features"]);
        let nothing_missing = "-D warnings -D missing_docs -D rustdoc::missing_crate_level_docs";
        process::run(command.arg(features).env("RUSTDOCFLAGS", nothing_missing))?;
    }
    Ok(Passed::Fully)
}

/// The crates that may be published, and the features in `package.metadata.docs.rs`, with commas between them.
fn documented(metadata: &Value) -> Vec<(String, String)> {
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let published = packages.iter().filter(|it| !it["publish"].is_array());
    published
        .map(|package| {
            let features = package["metadata"]["docs"]["rs"]["features"].as_array();
            let features = features.into_iter().flatten().filter_map(Value::as_str);
            let name = package["name"].as_str().unwrap_or_default().to_owned();
            (name, features.collect::<Vec<_>>().join(","))
        })
        .collect()
}

fn dependencies() -> Result<Passed> {
    if !process::is_installed("cargo-deny") {
        let reason = "cargo-deny is not installed: cargo install --locked cargo-deny";
        return Ok(Passed::Skipped(reason.to_owned()));
    }
    passes(&["deny", "--locked", "check"])
}

fn interfaces() -> Result<Passed> {
    if !api::is_possible() {
        let reason = "cargo-public-api is not installed: cargo install --locked cargo-public-api";
        return Ok(Passed::Skipped(reason.to_owned()));
    }
    api::run(true).map(|()| Passed::Fully)
}

/// One `cargo check` for each library: built beside the others it could lean on a feature that only they turn on.
fn crates_alone(metadata: &Value) -> Vec<Vec<String>> {
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    packages
        .iter()
        .filter(|package| is_library(package))
        .map(|package| {
            let name = package["name"].as_str().unwrap_or_default();
            let mut arguments = vec!["check", "--locked", "-p", name];
            if package["features"].get("vendored").is_some() {
                arguments.extend(["--features", "vendored"]);
            }
            arguments.into_iter().map(str::to_owned).collect()
        })
        .collect()
}

/// A package to depend on: it may be published and has no program.
fn is_library(package: &Value) -> bool {
    let has_program = package["targets"]
        .as_array()
        .is_some_and(|targets| targets.iter().any(|it| it["kind"][0] == "bin"));
    let unpublished = package["publish"].as_array().is_some_and(Vec::is_empty);
    !has_program && !unpublished
}

fn system_openssl() -> Result<Passed> {
    if !Command::new("pkg-config")
        .args(["--exists", "openssl"])
        .status()
        .is_ok_and(|it| it.success())
    {
        let reason = "pkg-config finds no OpenSSL: apt-get install pkg-config libssl-dev";
        return Ok(Passed::Skipped(reason.to_owned()));
    }
    passes(&["check", "--locked", "-p", "okta-m2m", "--no-default-features"])
}

/// Nothing above may have changed a file that is under version control.
fn clean_tree() -> Result<Passed> {
    let mut command = Command::new("git");
    let outcome = process::run(command.current_dir(workspace::root()).args([
        "diff",
        "--exit-code",
        "--stat",
    ]));
    match outcome {
        Err(_) if !workspace::in_ci() => {
            Ok(Passed::Skipped("the tree has changes, which would fail in CI".to_owned()))
        }
        outcome => outcome.map(|()| Passed::Fully),
    }
}

fn conclude(reports: &[Report]) -> Result<()> {
    eprintln!("\n{}", summary(reports));
    let failed = reports.iter().filter(|it| it.outcome.is_err()).count();
    if failed > 0 {
        bail!("{failed} of {} steps failed", reports.len());
    }
    Ok(())
}

fn summary(reports: &[Report]) -> String {
    let lines = reports.iter().map(|report| {
        let (verdict, note) = match &report.outcome {
            Ok(Passed::Fully) => ("ok", String::new()),
            Ok(Passed::Skipped(reason)) => ("SKIPPED", format!(": {reason}")),
            Err(_) => ("FAILED", String::new()),
        };
        format!("{verdict:>7} {:>7.1} s  {}{note}", report.duration.as_secs_f64(), report.name)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;
    use serde_json::json;

    use super::*;

    fn report(name: &str, outcome: Result<Passed>) -> Report {
        Report { name: name.to_owned(), outcome, duration: Duration::from_millis(1250) }
    }

    #[test]
    fn the_summary_tells_done_from_skipped_from_failed() {
        let reports = [
            report("format", Ok(Passed::Fully)),
            report("dependencies", Ok(Passed::Skipped("no cargo-deny".to_owned()))),
            report("tests", Err(anyhow!("one test failed"))),
        ];
        let expected = "     ok     1.2 s  format\n\
                        SKIPPED     1.2 s  dependencies: no cargo-deny\n \
                        FAILED     1.2 s  tests";
        assert_eq!(summary(&reports), expected);
        assert_eq!(conclude(&reports).unwrap_err().to_string(), "1 of 3 steps failed");
        assert!(conclude(&reports[..2]).is_ok());
    }

    #[test]
    fn crates_are_documented_with_the_features_that_they_ask_for() {
        let metadata = json!({"packages": [
            {"name": "plain", "publish": null, "metadata": null},
            {"name": "more", "publish": null, "metadata": {"docs": {"rs": {"features": ["a", "b"]}}}},
            {"name": "tests", "publish": [], "metadata": null},
        ]});
        let expected = [("plain", ""), ("more", "a,b")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(documented(&metadata), expected);
    }

    #[test]
    fn libraries_are_built_alone_and_nothing_else() {
        let metadata = json!({"packages": [
            {"name": "okta-http", "publish": null, "features": {}, "targets": [{"kind": ["lib"]}]},
            {"name": "jwt-sign", "publish": null, "features": {"vendored": []}, "targets": [{"kind": ["lib"]}]},
            {"name": "okta-m2m", "publish": null, "features": {}, "targets": [{"kind": ["lib"]}, {"kind": ["bin"]}]},
            {"name": "tests", "publish": [], "features": {}, "targets": [{"kind": ["lib"]}]},
        ]});
        let lines: Vec<_> = crates_alone(&metadata).iter().map(|it| it.join(" ")).collect();
        assert_eq!(
            lines,
            ["check --locked -p okta-http", "check --locked -p jwt-sign --features vendored"]
        );
    }
}
