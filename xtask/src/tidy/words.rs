//! Words that belong in one module, and words that belong nowhere.

use super::Finding;
use super::source::{Source, matches_at};

/// Tokens that may stand in certain places only.
struct Rule {
    /// The tokens, separated by spaces.
    tokens: &'static str,
    scope: Scope,
    /// Where they may stand: the beginning of a path.
    allowed: Option<&'static str>,
    why: &'static str,
}

#[derive(Eq, PartialEq)]
enum Scope {
    Everything,
    /// What crates are made of: without tests, examples, build scripts and this program.
    Shipped,
}

use Scope::{Everything, Shipped};

const OUTPUT: Option<&str> = Some("crates/cli/src/output");

const RULES: &[Rule] = &[
    Rule::new("todo !", Everything, None, "nothing is left unfinished"),
    Rule::new("unimplemented !", Everything, None, "nothing is left unfinished"),
    Rule::new("# [ ignore", Everything, None, "a test runs or does not exist"),
    Rule::new(
        "thread : : sleep",
        Everything,
        Some("crates/okta-http/src/clock"),
        "sleep through `Clock`",
    ),
    Rule::new(
        "ureq",
        Shipped,
        Some("crates/okta-http/src/ureq_transport"),
        "only the transport knows the HTTP library",
    ),
    Rule::new("env : :", Shipped, Some("crates/cli/"), "only the program reads its environment"),
    Rule::new("println !", Shipped, OUTPUT, "only `cli::output` prints"),
    Rule::new("print !", Shipped, OUTPUT, "only `cli::output` prints"),
    Rule::new("eprintln !", Shipped, OUTPUT, "only `cli::output` prints"),
    Rule::new("eprint !", Shipped, OUTPUT, "only `cli::output` prints"),
];

pub(super) fn check_sources(sources: &[Source<'_>]) -> Vec<Finding> {
    sources.iter().flat_map(|source| RULES.iter().flat_map(|rule| rule.check(source))).collect()
}

impl Rule {
    const fn new(
        tokens: &'static str,
        scope: Scope,
        allowed: Option<&'static str>,
        why: &'static str,
    ) -> Self {
        Self { tokens, scope, allowed, why }
    }

    fn check(&self, source: &Source<'_>) -> Vec<Finding> {
        let exempt = self.scope == Shipped && !is_shipped(source.path);
        if exempt || self.allowed.is_some_and(|it| source.path.starts_with(it)) {
            return Vec::new();
        }
        let wanted: Vec<_> = self.tokens.split(' ').collect();
        (0..source.tokens.len())
            .filter(|&index| matches_at(&source.tokens, index, &wanted))
            .map(|index| {
                let place = format!("{}:{}", source.path, source.tokens[index].first_line);
                Finding::new(place, format!("`{}`: {}", wanted.concat(), self.why))
            })
            .collect()
    }
}

fn is_shipped(path: &str) -> bool {
    path.starts_with("crates/") && path.contains("/src/") && !path.contains("/tests/")
}

/// Words that stand in no file, comments included. Each is written in two parts, or this file would hold it.
const NOWHERE: [(&str, &str, &str); 5] = [
    ("/wo", "rk/", "the path of one machine"),
    ("/tmp/bash", "_jobs", "the path of one machine"),
    ("registry.npm", "js.org", "the host of a package registry"),
    ("index.crates", ".io", "the host of a package registry"),
    ("static.crates", ".io", "the host of a package registry"),
];

pub(super) fn check_text(files: &[(String, String)]) -> Vec<Finding> {
    files
        .iter()
        .flat_map(|(path, text)| NOWHERE.into_iter().flat_map(move |word| find(path, text, word)))
        .collect()
}

fn find(path: &str, text: &str, (head, tail, what): (&str, &str, &str)) -> Vec<Finding> {
    let word = format!("{head}{tail}");
    text.lines()
        .enumerate()
        .filter(|(_, line)| line.contains(&word))
        .map(|(index, _)| {
            Finding::new(format!("{path}:{}", index + 1), format!("`{word}`: {what}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        let findings = check_sources(&[Source::parse(path, text).unwrap()]);
        let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
        assert_eq!(findings, expected);
    }

    #[test]
    fn unfinished_work_is_found() {
        check("a.rs", "//! A `todo!()`.\nfn f() { done() }", &[]);
        check("a.rs", "fn f() {\n    todo!()\n}", &["a.rs:2: `todo!`: nothing is left unfinished"]);
        check(
            "a.rs",
            "fn f() { unimplemented!(\"x\") }",
            &["a.rs:1: `unimplemented!`: nothing is left unfinished"],
        );
    }

    #[test]
    fn a_test_that_never_runs_is_found() {
        check("tests/it/a.rs", "#[test]\nfn ignore() {}", &[]);
        let found = ["tests/it/a.rs:2: `#[ignore`: a test runs or does not exist"];
        check("tests/it/a.rs", "#[test]\n#[ignore]\nfn f() {}", &found);
        check("tests/it/a.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}", &found);
    }

    #[test]
    fn only_the_clock_sleeps() {
        let text = "fn f() { std::thread::sleep(d) }";
        check("crates/okta-http/src/clock.rs", text, &[]);
        check("tests/it/a.rs", text, &["tests/it/a.rs:1: `thread::sleep`: sleep through `Clock`"]);
    }

    #[test]
    fn one_module_knows_the_http_library() {
        let text = "use ureq::Agent;";
        check("crates/okta-http/src/ureq_transport.rs", text, &[]);
        check("crates/okta-http/src/lib.rs", "mod ureq_transport;", &[]);
        let why = "only the transport knows the HTTP library";
        check(
            "crates/okta-http/src/retry.rs",
            text,
            &[&format!("crates/okta-http/src/retry.rs:1: `ureq`: {why}")],
        );
    }

    #[test]
    fn only_the_program_reads_the_environment() {
        check("crates/jwk-gen/src/a.rs", "fn f() { env!(\"CARGO_PKG_VERSION\") }", &[]);
        let found = ["crates/jwk-gen/src/a.rs:2: `env::`: only the program reads its environment"];
        for text in [
            "\nfn f() { std::env::var(\"HOME\") }",
            "use std::env;\nfn f() { env::vars() }",
            "\nuse std::env::var;",
        ] {
            check("crates/jwk-gen/src/a.rs", text, &found);
            check("crates/cli/src/env.rs", text, &[]);
            check("xtask/src/ci.rs", text, &[]);
            check("crates/jwk-gen/tests/it/a.rs", text, &[]);
            check("crates/jwk-gen/examples/a.rs", text, &[]);
        }
    }

    #[test]
    fn only_the_output_module_prints() {
        check("crates/cli/src/output.rs", "fn f() { println!() }", &[]);
        check("crates/cli/src/output/json.rs", "fn f() { eprintln!() }", &[]);
        check("crates/cli/build.rs", "fn f() { println!() }", &[]);
        check("crates/jwk-gen/src/set.rs", "/// println!()\nfn f() { writeln!(out) }", &[]);
        for print in ["println", "print", "eprintln", "eprint"] {
            let text = format!("fn f() {{ {print}!() }}");
            let found = format!("crates/cli/src/lib.rs:1: `{print}!`: only `cli::output` prints");
            check("crates/cli/src/lib.rs", &text, &[&found]);
        }
    }

    #[test]
    fn machine_paths_and_registries_are_named_nowhere() {
        let check = |text: &str| check_text(&[("docs/a.md".to_owned(), text.to_owned())]);
        assert_eq!(check("The work/ folder and index.crates alone.\n"), []);
        for (head, tail, what) in NOWHERE {
            let findings = check(&format!("A line.\nSee {head}{tail}main.\n"));
            assert_eq!(findings, [Finding::new("docs/a.md:2", format!("`{head}{tail}`: {what}"))]);
        }
    }
}
