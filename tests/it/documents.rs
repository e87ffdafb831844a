//! The commands of the documents, run as a reader would, against a local org.

use okta_emulator::{Emulator, EmulatorConfig};
use saphyr_parser::{Event, Parser};
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
        script += &format!("echo '{name}:{}' >&2\n{}\n", block.line, commands.join("\n"));
    }
    let script = script.replace("https://acme.okta.com", org.org_url());
    let outcome = sandbox.run_under(&["sh", "-c", &script], &[]);
    assert_eq!(outcome.code, 0, "{outcome}");
}

#[test]
fn the_readme() {
    check("README.md", include_str!("../../README.md"), 7);
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
fn the_readme_of_the_program() {
    // It begins with `setup` of an app and ends with `doctor`, which wants a profile.
    check("crates/cli/README.md", include_str!("../../crates/cli/README.md"), 1);
}

/// The blocks of YAML in a document.
fn yaml_blocks(document: &str) -> Vec<&str> {
    let blocks = document.split("```yaml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap()).collect()
}

#[track_caller]
fn check_yaml(name: &str, text: &str) {
    let mut keys = 0;
    for event in Parser::new_from_str(text) {
        let (event, _) = event.unwrap_or_else(|error| panic!("{name}: {error}"));
        keys += usize::from(matches!(event, Event::Scalar(..)));
    }
    assert!(keys > 5, "{name} says nothing");
}

/// Manifests and workflows are well-formed; what a cluster thinks of them is not asked here.
#[test]
fn manifests_and_workflows_are_yaml() {
    let recipes = yaml_blocks(include_str!("../../docs/recipes.md"));
    assert_eq!(recipes.len(), 2);
    recipes.iter().for_each(|text| check_yaml("docs/recipes.md", text));
    check_yaml("ci.yml", include_str!("../../.github/workflows/ci.yml"));
    check_yaml("release.yml", include_str!("../../.github/workflows/release.yml"));
}

#[test]
#[should_panic(expected = "broken.yml")]
fn yaml_that_is_none_is_found() {
    check_yaml("broken.yml", "a: [1, 2\nb: c: d\n");
}

/// What the image is made of is in the tree, and the toolchain is the one that is pinned.
#[test]
fn the_dockerfile_builds_what_is_here() {
    let dockerfile = include_str!("../../Dockerfile");
    let toolchain = include_str!("../../rust-toolchain.toml");
    let version = dockerfile.lines().find_map(|it| it.strip_prefix("FROM rust:")).unwrap();
    let (version, _) = version.split_once('-').unwrap();
    assert!(toolchain.contains(&format!("channel = \"{version}.")), "{version}");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let copied = dockerfile.split_whitespace().filter_map(|it| it.strip_prefix("/src/"));
    for name in copied.filter(|it| !it.starts_with("target/")) {
        assert!(std::path::Path::new(root).join(name).is_file(), "{name}");
    }
}

#[test]
#[should_panic(expected = "example.md:1")]
fn a_command_that_fails_is_found() {
    check("example.md", "```console\nokta-m2m key show missing.jwk\necho done\n```\n", 1);
}
