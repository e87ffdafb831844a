//! Which crate may depend on which: the table of ARCHITECTURE.md, compared with the manifests.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Finding;

/// What a crate may know of the others.
enum Knows {
    Anything,
    Exactly(&'static [&'static str]),
}

use Knows::{Anything, Exactly};

const EDGES: &[(&str, Knows)] = &[
    ("jwk-gen", Exactly(&[])),
    ("jwt-sign", Exactly(&["jwk-gen"])),
    ("okta-http", Exactly(&[])),
    ("okta-register", Exactly(&["jwk-gen", "okta-http"])),
    ("okta-token", Exactly(&["jwt-sign", "okta-http"])),
    ("okta-emulator", Exactly(&[])), // the oracle: one misreading of a standard must not hide on both sides
    ("jwk-page", Exactly(&["jwk-gen"])),
    (
        "okta-m2m",
        Exactly(&[
            "jwk-gen",
            "jwk-page",
            "jwt-sign",
            "okta-emulator",
            "okta-http",
            "okta-register",
            "okta-token",
        ]),
    ),
    ("tests", Anything),
    ("fuzz-targets", Anything),
    ("xtask", Exactly(&["okta-m2m"])),
];

/// Compares the table with the output of `cargo metadata --no-deps`.
pub(super) fn check(metadata: &Value) -> Vec<Finding> {
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let absent = EDGES.iter().filter(|(name, _)| !packages.iter().any(|it| it["name"] == *name));
    packages
        .iter()
        .flat_map(check_package)
        .chain(
            absent.map(|(name, _)| {
                Finding::new(*name, "in the table of edges, not in the workspace")
            }),
        )
        .collect()
}

fn check_package(package: &Value) -> Vec<Finding> {
    let name = package["name"].as_str().unwrap_or_default();
    let allowed = match EDGES.iter().find(|(it, _)| *it == name) {
        Some((_, Anything)) => return Vec::new(),
        Some((_, Exactly(allowed))) => allowed.iter().copied().collect(),
        None => return vec![Finding::new(name, "in the workspace, not in the table of edges")],
    };
    let found = ours(package, |kind| kind != "dev");
    let forbidden = found.difference(&allowed).map(|it| format!("must not depend on {it}"));
    let unused = allowed
        .difference(&found)
        .map(|it| format!("depends on {it} no more, but the table says so"));
    let in_tests = ours(package, |kind| kind == "dev");
    let reachable = reachable(name);
    let in_tests =
        in_tests.difference(&reachable).map(|it| format!("its tests must not know {it}"));
    forbidden.chain(unused).chain(in_tests).map(|message| Finding::new(name, message)).collect()
}

/// Every crate that this one is built with. Its tests may name these too, and no others: `tests` joins the rest.
fn reachable(name: &str) -> BTreeSet<&'static str> {
    let direct = EDGES.iter().filter(|(it, _)| *it == name).flat_map(|(_, knows)| match knows {
        Exactly(names) => *names,
        Anything => &[],
    });
    direct.flat_map(|it| reachable(it).into_iter().chain([*it])).collect()
}

/// The members of the workspace that a package depends on, by kind of dependency: normal, `dev` or `build`.
fn ours(package: &Value, kind: impl Fn(&str) -> bool) -> BTreeSet<&str> {
    let dependencies = package["dependencies"].as_array().map_or(&[][..], Vec::as_slice);
    dependencies
        .iter()
        .filter(|it| it["path"].is_string() && kind(it["kind"].as_str().unwrap_or("normal")))
        .filter_map(|it| it["name"].as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The workspace as the table wants it, with one package replaced.
    #[track_caller]
    fn check_with(replaced: &str, dependencies: &[(&str, Option<&str>)], expected: &[&str]) {
        let package = |name: &str, dependencies: &[(&str, Option<&str>)]| {
            let dependencies: Vec<_> = dependencies
                .iter()
                .map(|(name, kind)| json!({"name": name, "kind": kind, "path": format!("/{name}")}))
                .chain([json!({"name": "serde", "kind": null})])
                .collect();
            json!({"name": name, "dependencies": dependencies})
        };
        let mut packages = vec![package(replaced, dependencies)];
        for (name, knows) in EDGES.iter().filter(|(name, _)| *name != replaced) {
            let names = if let Exactly(names) = knows { names } else { &["okta-m2m"][..] };
            packages.push(package(name, &names.iter().map(|it| (*it, None)).collect::<Vec<_>>()));
        }
        let findings: Vec<_> =
            check(&json!({"packages": packages})).iter().map(ToString::to_string).collect();
        assert_eq!(findings, expected);
    }

    #[test]
    fn the_table_agrees_with_itself() {
        check_with("jwt-sign", &[("jwk-gen", None)], &[]);
        check_with("tests", &[("jwk-gen", None), ("okta-token", Some("dev"))], &[]);
    }

    #[test]
    fn an_edge_outside_the_table_is_found() {
        check_with("jwk-gen", &[("okta-http", None)], &["jwk-gen: must not depend on okta-http"]);
        check_with(
            "jwk-gen",
            &[("okta-http", Some("build"))],
            &["jwk-gen: must not depend on okta-http"],
        );
    }

    #[test]
    fn an_edge_that_is_gone_leaves_the_table_too() {
        check_with(
            "jwt-sign",
            &[],
            &["jwt-sign: depends on jwk-gen no more, but the table says so"],
        );
    }

    #[test]
    fn unit_tests_know_only_what_their_crate_is_built_with() {
        let with = |dev| [("jwt-sign", None), ("okta-http", None), (dev, Some("dev"))];
        check_with("okta-token", &with("jwk-gen"), &[]);
        check_with("okta-token", &with("okta-http"), &[]);
        let found = "okta-token: its tests must not know okta-emulator";
        check_with("okta-token", &with("okta-emulator"), &[found]);
        let found = "okta-emulator: its tests must not know jwt-sign";
        check_with("okta-emulator", &[("jwt-sign", Some("dev"))], &[found]);
    }

    #[test]
    fn every_member_is_in_the_table_and_every_row_in_the_workspace() {
        let findings = check(&json!({"packages": [{"name": "okta-agent", "dependencies": []}]}));
        let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
        assert_eq!(findings.len(), 1 + EDGES.len());
        assert_eq!(findings[0], "okta-agent: in the workspace, not in the table of edges");
        assert_eq!(findings[1], "jwk-gen: in the table of edges, not in the workspace");
    }
}
