//! Groups of tests that cannot run on a machine.

/// The variable by which `cargo xtask test` names the groups that cannot run on a machine.
pub const SKIP_VARIABLE: &str = "OKTA_M2M_TEST_SKIP";

/// Whether `group` was declared unable to run here. The skip is said aloud by whoever declared it.
#[expect(clippy::disallowed_methods, reason = "the test runner speaks through this variable")]
pub fn is_skipped(group: &str) -> bool {
    let groups = std::env::var(SKIP_VARIABLE).unwrap_or_default();
    let skipped = groups.split(',').any(|name| name == group);
    assert!(
        !skipped || std::env::var("CI").as_deref() != Ok("true"),
        "CI skips no tests, and `{group}` is to be skipped"
    );
    skipped
}
