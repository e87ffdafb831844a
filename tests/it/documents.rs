//! The commands of the documents, run as a reader would, against a local org.

use okta_emulator::{Emulator, EmulatorConfig};
use tests::Sandbox;

use crate::PROGRAM;

/// Above a block that is not run, with the reason.
const NOT_RUN: &str = "<!-- not run: ";

/// A block of commands: the line it begins at, and what it says.
struct Block {
    line: usize,
    text: String,
}

/// The blocks of shell commands; every one is run or says why it is not.
fn blocks(document: &str) -> Vec<Block> {
    let (mut blocks, mut open, mut skipped) = (Vec::new(), None::<Block>, false);
    for (index, line) in document.lines().enumerate() {
        match &mut open {
            Some(_) if line == "```" => blocks.extend(open.take()),
            Some(block) => block.text += &format!("{line}\n"),
            None if matches!(line, "```console" | "```sh") && !std::mem::take(&mut skipped) => {
                open = Some(Block { line: index + 1, text: String::new() });
            }
            None if line.starts_with(NOT_RUN) => {
                assert!(line.len() > NOT_RUN.len() + 10, "line {}: no reason", index + 1);
                skipped = true;
            }
            None => {}
        }
    }
    blocks
}

/// Runs a document from its top to its end in one shell, each block in the place that the one before has left.
#[track_caller]
fn check(name: &str, document: &str, runs: usize) {
    let org = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::new(PROGRAM);
    sandbox.write("admin-token", org.admin_token());
    let blocks = blocks(document);
    assert_eq!(
        blocks.len(),
        runs,
        "{name}: {:?}",
        blocks.iter().map(|it| it.line).collect::<Vec<_>>()
    );
    let mut script = String::from("set -e\nPATH=$PWD/bin:$PATH\n");
    for block in &blocks {
        // Each command by itself, so that a failure names the line.
        let commands: Vec<_> =
            block.text.lines().filter(|line| !line.starts_with("cargo ")).collect();
        script += &format!("echo '{name}:{}' >&2\n(\n{}\n)\n", block.line, commands.join("\n"));
    }
    let script = script.replace("https://acme.okta.com", org.org_url());
    let outcome = sandbox.run_under(&["sh", "-c", &script], &[]);
    assert_eq!(outcome.code, 0, "{outcome}");
}

#[test]
fn the_readme() {
    check("README.md", include_str!("../../README.md"), 6);
}

#[test]
fn the_recipes() {
    check("docs/recipes.md", include_str!("../../docs/recipes.md"), 4);
}

#[test]
fn the_way_from_elsewhere() {
    check("docs/from-elsewhere.md", include_str!("../../docs/from-elsewhere.md"), 3);
}

#[test]
#[should_panic(expected = "example.md:1")]
fn a_command_that_fails_is_found() {
    check("example.md", "```console\nokta-m2m key show missing.jwk\necho done\n```\n", 1);
}
