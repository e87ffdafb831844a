//! What to do about a call that was refused.

use okta_http::catalogue::{self, Needs};
use okta_http::{Method, Scopes, display_untrusted};

use crate::error::CliError;
use crate::exit_code::Class;

/// What to do next about a call that failed.
pub(super) fn settled(error: CliError, method: Method, path: &str, scopes: &Scopes) -> CliError {
    let said = error.server().and_then(|server| server.missing_scope()).map(display_untrusted);
    match said.or_else(|| needed(&error, method, path, scopes)) {
        Some(scope) => error.with_hint(format!(
            "call again with --scope \"{scope}\", or with it in the profile, once it is granted: \
             okta-m2m grant add --client-id ID --scope \"{scope}\""
        )),
        None if error.class() == Class::Unfinished => error.with_hint(format!(
            "look whether it was done before you repeat it: okta-m2m api GET {path}"
        )),
        None => error,
    }
}

/// The scopes that a refused operation needs and the token has not, where the server does not name them.
fn needed(error: &CliError, method: Method, path: &str, scopes: &Scopes) -> Option<String> {
    error.server().filter(|server| server.status == 403)?;
    let Needs::Scopes(needs) = catalogue::find_operation(method, path).ok()?.needs() else {
        return None;
    };
    let has = |name: &str| scopes.iter().any(|scope| scope.as_str() == name);
    let is_covered = |scope: &&&str| {
        has(scope) || catalogue::covering_scope(scope).is_some_and(|wider| has(wider.name()))
    };
    let missing: Vec<_> = needs.iter().filter(|scope| !is_covered(scope)).copied().collect();
    (!missing.is_empty()).then(|| missing.join(" "))
}

#[cfg(test)]
mod tests {
    use okta_http::{Response, ServerError};

    use super::*;

    #[track_caller]
    fn check(status: u16, path: &str, scopes: &str, expected: Option<&str>) {
        let refusal = ServerError::from_response(&Response::new(status, Vec::new(), Vec::new()));
        let scopes = Scopes::parse(scopes).unwrap();
        let found = needed(&CliError::from(refusal), Method::Get, path, &scopes);
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn a_scope_that_the_server_does_not_name_is_known_from_the_operation() {
        let users = "/api/v1/users/00u1?expand=x";
        check(403, users, "okta.groups.read", Some("okta.users.read"));
        check(403, users, "okta.users.read", None);
        check(403, users, "okta.users.manage", None);
        check(401, users, "okta.groups.read", None);
        check(403, "/api/v1/unheard-of", "okta.groups.read", None);
        let mappings = "/api/v1/apps/0oa1/group-push/mappings";
        check(403, mappings, "okta.apps.read", Some("okta.groups.read"));
        check(403, mappings, "a", Some("okta.apps.read okta.groups.read"));
    }
}
