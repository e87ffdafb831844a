//! What the tests need besides Rust: groups of tests, their programs, and how to get them.

use std::fmt;
use std::process::Command;

use crate::process;

/// Names the groups that a test binary must skip, separated by commas.
pub(crate) const SKIP_VARIABLE: &str = "OKTA_M2M_TEST_SKIP";

/// A group of tests, and the programs and packages without which it cannot run.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    programs: &'static [Program],
    pub(crate) packages: Option<Packages>,
}

/// Packages that `cargo xtask test` installs from a lock file in `tests/interop`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Packages {
    Node,
    Python,
}

struct Program {
    name: &'static str,
    /// The oldest major and minor version that will do, as `--version` prints them.
    oldest: Option<(u32, u32)>,
    remedy: &'static str,
}

const NODE: Program = Program {
    name: "node",
    oldest: Some((20, 12)), // oidc-provider calls crypto.hash
    remedy: "apt-get install nodejs (Debian 13, Ubuntu 25.04 or later), or a build from nodejs.org",
};

const NPM: Program = Program { name: "npm", oldest: None, remedy: "apt-get install npm" };

const PYTHON: Program = Program {
    name: "python3",
    oldest: Some((3, 11)), // the oldest that the packages of requirements.txt run on
    remedy: "apt-get install python3 python3-venv (Debian 12, Ubuntu 24.04 or later)",
};

const OPENSSL: Program =
    Program { name: "openssl", oldest: None, remedy: "apt-get install openssl" };

const CHROMIUM: Program =
    Program { name: "chromium", oldest: None, remedy: "apt-get install chromium" };

const STRACE: Program = Program { name: "strace", oldest: None, remedy: "apt-get install strace" };

const UNSHARE: Program =
    Program { name: "unshare", oldest: None, remedy: "apt-get install util-linux" };

const REDIS: Program =
    Program { name: "redis-server", oldest: None, remedy: "apt-get install redis-server" };

const TINYPROXY: Program =
    Program { name: "tinyproxy", oldest: None, remedy: "apt-get install tinyproxy" };

pub(crate) const GROUPS: &[Group] = &[
    Group { name: "interop", programs: &[NODE, NPM], packages: Some(Packages::Node) },
    Group { name: "python", programs: &[PYTHON], packages: Some(Packages::Python) },
    Group { name: "openssl", programs: &[OPENSSL], packages: None },
    Group { name: "browser", programs: &[CHROMIUM, NODE, NPM], packages: Some(Packages::Node) },
    Group { name: "strace", programs: &[STRACE], packages: None },
    Group { name: "namespaces", programs: &[UNSHARE], packages: None },
    Group { name: "redis", programs: &[REDIS], packages: None },
    Group { name: "proxy", programs: &[TINYPROXY], packages: None },
];

/// A group that will not run, why, and what to do about it.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Skip {
    pub(crate) group: &'static str,
    pub(crate) reason: String,
    pub(crate) remedy: String,
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.group, self.reason, self.remedy)
    }
}

/// The groups of which a program is missing or too old, one entry for each such program.
pub(crate) fn unmet(groups: &[Group], version_of: impl Fn(&str) -> Option<String>) -> Vec<Skip> {
    let mut skips = Vec::new();
    for group in groups {
        for program in group.programs {
            if let Some(reason) = program.problem(version_of(program.name)) {
                skips.push(Skip { group: group.name, reason, remedy: program.remedy.to_owned() });
            }
        }
    }
    skips
}

impl Program {
    fn problem(&self, version: Option<String>) -> Option<String> {
        let Some(version) = version else {
            return Some(format!("`{}` is not installed", self.name));
        };
        let (major, minor) = self.oldest?;
        let old_enough = parse_version(&version).is_some_and(|it| it >= (major, minor));
        (!old_enough).then(|| {
            format!("`{}` is {version}, and {major}.{minor} is the oldest that will do", self.name)
        })
    }
}

/// Reads `v20.12.1` as (20, 12), and `Python 3.11.7` as (3, 11).
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches(|it: char| !it.is_ascii_digit()).split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// What `PROGRAM --version` prints, or nothing if the program is not there.
pub(crate) fn installed_version(program: &str) -> Option<String> {
    if !process::is_installed(program) {
        return None;
    }
    let version = process::capture(Command::new(program).arg("--version")).unwrap_or_default();
    Some(version.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(version_of: impl Fn(&str) -> Option<&'static str>, expected: &[(&str, &str)]) {
        let skips = unmet(GROUPS, |program| version_of(program).map(str::to_owned));
        let found: Vec<_> = skips.iter().map(|it| (it.group, it.reason.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn nothing_is_skipped_where_everything_is_installed() {
        check(|_| Some("v20.12.0"), &[]);
    }

    #[test]
    fn a_missing_program_skips_the_groups_that_need_it_and_no_others() {
        let without = |missing| move |program: &str| (program != missing).then_some("v22.3.0");
        check(
            without("npm"),
            &[("interop", "`npm` is not installed"), ("browser", "`npm` is not installed")],
        );
        check(without("python3"), &[("python", "`python3` is not installed")]);
        check(without("chromium"), &[("browser", "`chromium` is not installed")]);
    }

    #[test]
    fn an_old_program_is_as_good_as_none() {
        let old = |program: &str| match program {
            "node" => Some("v18.20.4"),
            "python3" => Some("Python 3.9.2"),
            _ => Some("1.0"),
        };
        let node = "`node` is v18.20.4, and 20.12 is the oldest that will do";
        let python = "`python3` is Python 3.9.2, and 3.11 is the oldest that will do";
        check(old, &[("interop", node), ("python", python), ("browser", node)]);
    }

    #[test]
    fn a_version_that_cannot_be_read_does_not_count() {
        assert_eq!(parse_version("v20.12.1\n"), Some((20, 12)));
        assert_eq!(parse_version("Python 3.11.7"), Some((3, 11)));
        assert_eq!(parse_version("twenty"), None);
        let python = |program: &str| Some(if program == "python3" { "three" } else { "v20.12.0" });
        check(python, &[("python", "`python3` is three, and 3.11 is the oldest that will do")]);
    }
}
