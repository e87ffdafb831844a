//! The call that proves that a token works.

use okta_http::Scopes;

const CALLS: &str = include_str!("../data/proof-calls.tsv");

/// A path that can be read with one of `scopes`: its own read scope, or the `manage` scope that
/// covers it (Okta's guide on OAuth for Okta).
pub(crate) fn path_for(scopes: &Scopes) -> Option<&'static str> {
    let calls = CALLS.lines().filter(|line| !line.starts_with('#'));
    calls.filter_map(|line| line.split_once('\t')).find_map(|(scope, path)| {
        let manage = scope.strip_suffix(".read").map(|stem| format!("{stem}.manage"));
        let granted = |name: &str| scopes.iter().any(|scope| scope.as_str() == name);
        (granted(scope) || manage.as_deref().is_some_and(granted)).then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scopes: &str, path: Option<&str>) {
        assert_eq!(path_for(&Scopes::parse(scopes).unwrap()), path);
    }

    #[test]
    fn a_scope_is_proved_by_a_path_that_needs_it() {
        check("okta.users.read", Some("/api/v1/users"));
        check("okta.groups.manage okta.logs.read", Some("/api/v1/groups"));
        check("okta.logs.read", Some("/api/v1/logs"));
        check("okta.clients.register", None);
        check("", None);
    }
}
