//! Paths below the org URL.

use okta_http::{OrgUrl, display_untrusted};

use crate::error::CliError;

/// A path never leaves the org: no other host, no way up.
pub(crate) fn url_on(org: &OrgUrl, path: &str) -> Result<String, CliError> {
    let before_query = path.split('?').next().unwrap_or_default();
    let problem = if before_query.contains("://") || path.starts_with("//") {
        Some("is a URL; give the path alone, such as /api/v1/users")
    } else if before_query.split('/').any(is_way_up) || path.contains('\\') {
        Some("leads out of itself")
    } else if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some("has a character that must be percent-encoded")
    } else if path.contains('#') {
        Some("has a fragment")
    } else {
        None
    };
    match problem {
        Some(problem) => Err(CliError::usage(format!("`{}` {problem}", display_untrusted(path)))),
        None => Ok(org.url(&format!("/{}", path.trim_start_matches('/')))),
    }
}

fn is_way_up(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let org = OrgUrl::parse("https://acme.okta.com").unwrap();
        assert_eq!(url_on(&org, path).ok().as_deref(), expected);
    }

    #[test]
    fn a_10_a_path_never_leaves_the_org() {
        check("/api/v1/users?limit=1", Some("https://acme.okta.com/api/v1/users?limit=1"));
        check("api/v1/users", Some("https://acme.okta.com/api/v1/users"));
        check("https://evil.example/", None);
        check("//evil.example/", None);
        check("/api/../../evil", None);
        check("/api/%2e%2E/evil", None);
        check("/api\\..", None);
        check("/api/\r\nX: y", None);
        check("/api/ v1", None);
        check("/api#x", None);
        check("/api?search=x://y/..", Some("https://acme.okta.com/api?search=x://y/.."));
    }
}
